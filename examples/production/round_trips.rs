//! Cooldowns tuned by hand, production, and production without each of its parts, over one trace.

use driftline::{InventoryConfig, SchedulerConfig};

use crate::replay::{Outcome, Scoring, replay};
use crate::table;
use crate::trace::Trace;

/// Weight of a new score where scores are smoothed.
const SMOOTHING: f32 = 0.3;
/// The cooldowns that somebody might try, in slices.
const COOLDOWNS: [u64; 14] = [1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 60, 100, 150, 200];
/// What a score of the table goes by: a half at a quarter of a second.
const RTT_HALF_NS: u64 = 250_000_000;
const SLICE_NS: u64 = 15_700_000_000;

type Variant = (&'static str, fn(SchedulerConfig) -> SchedulerConfig);

/// Production with one value put back, or moved.
const VARIANTS: [Variant; 10] = [
    ("gap 0.2 in place of 0.25", |config| SchedulerConfig { hysteresis_gap: 0.2, ..config }),
    ("gap 0.3", |config| SchedulerConfig { hysteresis_gap: 0.3, ..config }),
    ("cooldown 60 s in place of 300 s", |config| SchedulerConfig { cooldown_ns: 60_000_000_000, ..config }),
    ("cooldown 600 s", |config| SchedulerConfig { cooldown_ns: 600_000_000_000, ..config }),
    ("floor 0.4 in place of 0.5", |config| SchedulerConfig { score_floor: 0.4, ..config }),
    ("floor 0.6", |config| SchedulerConfig { score_floor: 0.6, ..config }),
    ("without flap memory", |config| SchedulerConfig { flap_window_ns: 0, ..config }),
    ("without back-off", |config| SchedulerConfig { retry_backoff_ns: 0, ..config }),
    ("without penalty", |config| SchedulerConfig { target_penalty: 0.0, ..config }),
    ("without limits", |config| SchedulerConfig {
        max_moves_per_tick: 0,
        max_in_flight: 0,
        max_in_flight_per_source: 0,
        max_in_flight_per_target: 0,
        ..config
    }),
];

/// Prints the table of one trace, and whether production beats the best cooldown.
pub fn print(name: &str, trace: &Trace, markdown: bool) {
    println!("{name}: {} nodes, {} slices\n", trace.nodes, trace.slices);
    let mut rows = vec![row("never move", &run(trace, None, 1.0))];
    let tuned: Vec<(u64, f32, Outcome)> = [1.0, SMOOTHING]
        .into_iter()
        .flat_map(|smoothing| COOLDOWNS.map(|slices| (slices, smoothing)))
        .map(|(slices, smoothing)| {
            let config = SchedulerConfig { cooldown_ns: slices * SLICE_NS, ..SchedulerConfig::default() };
            (slices, smoothing, run(trace, Some(config), smoothing))
        })
        .collect();
    for smoothing in [1.0, SMOOTHING] {
        let of_this = tuned.iter().filter(|(_, other, _)| *other == smoothing);
        if let Some((slices, _, outcome)) = of_this.min_by(|one, other| cost(&one.2).total_cmp(&cost(&other.2))) {
            let how = if smoothing < 1.0 { ", smoothed" } else { "" };
            rows.push(row(&format!("best cooldown by hand: {slices} slices{how}"), outcome));
        }
    }
    let production = SchedulerConfig::production();
    rows.push(row("production", &run(trace, Some(production), 1.0)));
    let smoothed = run(trace, Some(production), SMOOTHING);
    rows.push(row("production, smoothed", &smoothed));
    let scoring = Scoring::Inventory(InventoryConfig { rtt_half_ns: RTT_HALF_NS, ..InventoryConfig::default() });
    let inventory = replay(trace, Some(production), scoring).expect("configs are valid and an inventory answers");
    rows.push(row("production, inventory fed with times only", &inventory));
    for (what, change) in VARIANTS {
        rows.push(row(&format!("  {what}"), &run(trace, Some(change(production)), SMOOTHING)));
    }
    let heads = ["policy", "moves", "fresh mean s", "fresh p95 s", "returns", "most in a tick"];
    table::print(&heads, 1, &rows, markdown);
    println!("{}\n", verdict(&tuned, &smoothed));
}

fn run(trace: &Trace, config: Option<SchedulerConfig>, smoothing: f32) -> Outcome {
    replay(trace, config, Scoring::Table(smoothing)).expect("configs are valid and the scorer answers")
}

fn cost(outcome: &Outcome) -> f64 {
    outcome.fresh_mean_s
}

/// Production against the cooldown with the least cost, with or without smoothing.
fn verdict(tuned: &[(u64, f32, Outcome)], production: &Outcome) -> String {
    let best = tuned.iter().min_by(|one, other| cost(&one.2).total_cmp(&cost(&other.2)));
    let Some((slices, _, best)) = best else { return String::new() };
    let wins = production.moves < best.moves && cost(production) <= cost(best);
    format!(
        "production, smoothed, {} the best cooldown by hand ({slices} slices): {} moves against {}, fresh {:.5} s against {:.5} s",
        if wins { "beats" } else { "does not beat" },
        production.moves,
        best.moves,
        cost(production),
        cost(best),
    )
}

fn row(policy: &str, outcome: &Outcome) -> Vec<String> {
    vec![
        policy.to_owned(),
        outcome.moves.to_string(),
        format!("{:.5}", outcome.fresh_mean_s),
        format!("{:.2}", outcome.fresh_p95_s),
        outcome.returns.to_string(),
        outcome.most_moves_in_a_tick.to_string(),
    ]
}
