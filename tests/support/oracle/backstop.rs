//! S3, L3: when a chain is due because it was not looked at for so long.

use driftline::{ChainId, SchedulerConfig, Timestamp};
use xxhash_rust::xxh3::xxh3_64;

/// The backstop of a chain that was sampled at `last`; `None` if it lies beyond all time (T4).
pub fn backstop(chain: ChainId, last: Timestamp, config: &SchedulerConfig) -> Option<Timestamp> {
    let interval = u128::from(config.decision_interval_ns);
    let last = u128::from(last.0);
    let due = if config.backstop_spread {
        // L3: the chain's place in an interval is always the same, wherever in it the sample fell.
        let phase = u128::from(phase(chain, config.decision_interval_ns));
        let this_round = last / interval * interval + phase;
        if this_round > last { this_round } else { this_round + interval }
    } else {
        last + interval
    };
    u64::try_from(due).ok().map(Timestamp)
}

/// L3: where in an interval the chain is due; chains lie evenly, whatever their ids.
fn phase(chain: ChainId, interval_ns: u64) -> u64 {
    let share = u128::from(xxh3_64(&chain.0.to_le_bytes()));
    let phase = (share * u128::from(interval_ns)) >> 64;
    u64::try_from(phase).expect("it is less than the interval")
}
