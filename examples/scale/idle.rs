//! Nothing but idle ticks. Two runs that differ only in their number tell what one costs, in whatever a tool counts.

use std::collections::BTreeSet;
use std::sync::Arc;

use driftline::{FingerprintMode, SchedulerConfig, Timestamp};
use serde::Serialize;

use crate::everything;
use crate::fast::Driftline;
use crate::inputs::Inputs;
use crate::side::Side;
use crate::stopwatch::{least, time};
use crate::tables::Tables;

/// So many ticks are timed at once: looking at the clock would count, too.
const BATCH: u64 = 100;

#[derive(Serialize)]
struct IdleLine {
    chains: usize,
    /// Each of them is asked for its fingerprint in every tick.
    distinct_holders: usize,
    ns: f64,
}

/// Loads, ticks once, then `batches` times a hundred times with nothing to do, and prints the shortest time per tick.
pub fn run(inputs: &Inputs, batches: u64, is_everything_on: bool) {
    let tables = Arc::new(Tables::new(inputs.node_count));
    let config = if is_everything_on {
        everything::config_for_idling(FingerprintMode::Poll)
    } else {
        SchedulerConfig::default()
    };
    let mut side = Driftline::new(&tables, config);
    side.load(inputs);
    if is_everything_on {
        everything::switch_on(&mut side, inputs);
    }
    side.tick(Timestamp(0));
    let batch = |number: u64| {
        let ticks = (number * BATCH + 1..).take(BATCH as usize);
        let (ns, ()) = time(|| ticks.for_each(|now| assert_eq!(side.tick(Timestamp(now)).rescored, 0)));
        ns / BATCH as f64
    };
    let ns = least((0..batches).map(batch));
    let distinct_holders = inputs.membership().holders.iter().collect::<BTreeSet<_>>().len();
    let line = IdleLine { chains: inputs.chains.len(), distinct_holders, ns };
    println!("{}", serde_json::to_string(&line).expect("numbers can be written"));
}
