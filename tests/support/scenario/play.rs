//! The stage: what a scenario acts on, and which command is whose.

use driftline::{Event, LocalScheduler, MeshState, SharedInventory, TickReport};

use super::tokens::Arguments;
use super::{config, events, handover, inventory, moves, passes, questions, setup, tables};
use crate::support::world::{Batch, Entries, World};

/// Everything that outlives a command.
#[derive(Default)]
pub struct Stage {
    pub play: Option<Play>,
    /// The digest that `digest-mark` remembered; survives `node`.
    pub mark: Option<u64>,
    /// The bytes that `export` remembered; survive `node`.
    pub exported: Option<Vec<u8>>,
    /// Overrides the option `batch` of the scorer.
    pub batch: Option<Batch>,
    started: bool,
    /// The events since `begin`.
    pending: Option<Vec<Event>>,
}

/// What `node` starts afresh.
pub struct Play {
    pub state: MeshState,
    pub scheduler: LocalScheduler,
    pub world: World,
    pub entries: Entries,
    /// Whether the table scorer alone is installed, which logs what it is asked.
    pub is_table: bool,
    /// What `inventory` opened.
    pub inventory: Option<SharedInventory>,
    /// Of the last tick or sample that succeeded.
    pub report: Option<TickReport>,
    /// The sequence of the first transition that `transitions` has not printed.
    pub next_transition: u64,
}

impl Stage {
    pub fn with_batch(batch: Batch) -> Self {
        Stage { batch: Some(batch), ..Stage::default() }
    }

    /// Runs one command line; its lines go to `out`.
    pub fn command(&mut self, line: &str, out: &mut Vec<String>) -> Result<(), String> {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut arguments = Arguments::parse(rest)?;
        self.dispatch(name, &mut arguments, out)?;
        arguments.finish()
    }

    /// Refuses a block that leaves a slice of events open.
    pub fn end_of_block(&mut self) -> Result<(), String> {
        match self.pending {
            Some(_) => Err("the block ends between begin and commit".to_owned()),
            None => Ok(()),
        }
    }

    fn dispatch(&mut self, name: &str, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
        if name == "node" && self.pending.is_none() {
            self.started = true;
            return setup::node(self, arguments, out);
        }
        let Some(play) = &mut self.play else {
            let why = if self.started { "after a refused `node`" } else { "first" };
            return Err(format!("`node` must come {why}, not `{name}`"));
        };
        if let Some(events) = events::parse(name, arguments)? {
            match &mut self.pending {
                Some(pending) => pending.extend(events),
                None => events::apply(play, &events, out),
            }
            return Ok(());
        }
        match (name, self.pending.take()) {
            ("commit", Some(events)) => events::apply(play, &events, out),
            ("commit", None) => return Err("`commit` without `begin`".to_owned()),
            (_, Some(_)) => return Err(format!("`{name}` between begin and commit")),
            ("begin", None) => self.pending = Some(Vec::new()),
            ("load", None) => events::load(play, arguments, out)?,
            ("load-raw", None) => events::load_raw(play, arguments, out)?,
            ("export", None) => handover::export(play, &mut self.exported, arguments, out)?,
            ("import", None) => handover::import(play, self.exported.as_deref(), arguments, out)?,
            ("config", None) => config::config(play, arguments, out)?,
            ("policy", None) => config::policy(play, arguments, out)?,
            ("install", None) => setup::install(play),
            ("uninstall", None) => setup::uninstall(play, out),
            ("scorer", None) => setup::scorer(play, arguments, self.batch)?,
            ("score", None) => tables::score(play, arguments)?,
            ("live", None) => tables::live(play, arguments)?,
            ("fingerprint", None) => tables::fingerprint(play, arguments)?,
            ("chainprint", None) => tables::chain_fingerprint(play, arguments)?,
            ("alternative", None) => tables::alternative(play, arguments)?,
            ("alternatives", None) => tables::alternatives(play, arguments)?,
            ("cost", None) => tables::cost(play, arguments)?,
            ("tick", None) => passes::tick(play, arguments, out)?,
            ("sample", None) => passes::sample(play, arguments, out)?,
            ("samples", None) => passes::samples(play, arguments, out)?,
            ("decide", None) => passes::decide(play, arguments, out)?,
            ("diff", None) => passes::diff(play, arguments, out)?,
            ("transitions", None) => moves::transitions(play, out),
            ("digest-mark", None) => self.mark = Some(play.state.digest()),
            ("digest-check", None) => questions::digest_check(play, self.mark, out)?,
            (_, None) => {
                if !inventory::command(play, name, arguments, out)? {
                    questions::answer(play, name, arguments, out)?;
                }
            }
        }
        Ok(())
    }
}
