//! The command line.

use clap::Parser;

/// Measures driftline beside the naive oracle of its tests, on the same inputs and in the same run.
#[derive(Parser)]
#[command(name = "scale", max_term_width = 100, after_long_help = STEPS)]
pub struct Arguments {
    /// How many chains: one number or several, with commas or given again
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000],
          value_parser = parse_chains)]
    pub chains: Vec<usize>,

    /// How many nodes they lie on
    #[arg(long, value_name = "M", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(3..=1_000_000))]
    pub nodes: u64,

    /// Print one JSON object a line instead of tables
    #[arg(long)]
    pub json: bool,

    /// Above this many chains the naive side is skipped: its figures are null in JSON and "-" in a table
    ///
    /// It keeps some 3 kB for each chain and takes seconds for each tick, so 10,000,000 chains would neither fit nor end.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub naive_max: usize,

    /// Measure nothing else: K times 100 idle ticks after the first, also for a tool that counts instructions
    #[arg(long, value_name = "K", conflicts_with_all = ["json", "naive_max"],
          value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub idle: Option<u64>,

    /// With --idle: everything is on, as in the steps of that name
    #[arg(long, requires = "idle")]
    pub everything_on: bool,

    /// Measure nothing else: each kind of event by itself
    #[arg(long, conflicts_with_all = ["json", "naive_max", "idle"])]
    pub events: bool,
}

const STEPS: &str = "\
Every chain has 3 holders among the nodes and is led here. Both sides ask the same scorer, two tables by node. Steps are \
repeated, at 1,000,000 chains a few times on driftline's side and hardly on the other, and the shortest time counts, \
unless it says otherwise:

  load                    the membership from arrays into an empty state
  first_tick              every chain is new
  idle_poll, idle_push    nothing moved, in either fingerprint mode
  idle_..._everything_on  the same with what production runs, a wished number of holders and
                          a revision of every chain, a class with a policy for a tenth, a node
                          that is avoided, and the drain of one that holds nothing
  one_node_moved          the fingerprint of one node moved, each time another; the median
  all_due                 a whole decision interval, 30 s, has passed
  all_due_spread_longest  one tick a second over 60 s with backstop_spread; the longest one,
                          and of up to three such minutes the shortest. The naive side ends this
                          after 20 s of its own time
  stuck, stuck_backoff    1 % of the chains is under the floor and has no better home; without
                          retry_backoff, and with it between two asks
  admitted_move           a tick in which 1,000 moves begin, divided by as many; all was sampled
                          before, and each chain has three better homes
  admitted_move_everything_on
                          as many moves, tracked, with all that is on above and limits of 1,000
  event                   one event a call, the mean over all kinds, each happening to a
                          thousand chains anywhere; the first of them fetches the chain
  bytes_per_chain         requested from the allocator by state and scheduler, divided by chains,
                          before the first sample and with full histories (64 samples);
                          inputs and tables are not counted; also with everything on

What the ticks did is compared: both sides must have re-scored as many chains and come to the same verdicts and \
actions, or the program fails.";

fn parse_chains(text: &str) -> Result<usize, String> {
    match text.replace('_', "").parse() {
        Ok(count @ 1..=100_000_000) => Ok(count),
        _ => Err("not a number from 1 to 100000000".to_owned()),
    }
}
