//! Everything that makes a scheduler safe to run, switched on: what production runs, facts of every chain, a policy for
//! some of them, a node that is drained and one that is avoided.

use driftline::{ClassPolicy, Event, FingerprintMode, SchedulerConfig, Timestamp};

use crate::inputs::{HOLDERS_PER_CHAIN, Inputs};
use crate::side::Side;

/// Of so many chains one is of the class that has a policy.
const CLASS_EVERY: u64 = 10;

const CLASS: u32 = 1;

/// Long after the last tick.
const LATER: Timestamp = Timestamp(u64::MAX / 2);

/// What production runs, in one of the two modes.
pub fn config(fingerprint_mode: FingerprintMode) -> SchedulerConfig {
    SchedulerConfig { fingerprint_mode, ..SchedulerConfig::production() }
}

/// The same, but no backstop has its turn for years: where they are spread, somebody's would come now and then.
pub fn config_for_idling(fingerprint_mode: FingerprintMode) -> SchedulerConfig {
    SchedulerConfig { decision_interval_ns: u64::MAX, ..config(fingerprint_mode) }
}

/// What production runs, with limits that let so many moves go at once.
pub fn config_for_moves(moves: u64) -> SchedulerConfig {
    SchedulerConfig {
        max_moves_per_tick: moves,
        max_in_flight: moves,
        max_in_flight_per_source: moves,
        max_in_flight_per_target: moves,
        ..SchedulerConfig::production()
    }
}

/// Tells a side that has loaded its chains all that there is to tell.
pub fn switch_on(side: &mut impl Side, inputs: &Inputs) {
    let policy = ClassPolicy { score_floor: Some(0.6), cost_per_sec: Some(0.2), ..ClassPolicy::default() };
    side.set_class_policy(CLASS, policy);
    side.apply(Event::Drain { node: inputs.drained_node(), deadline: LATER });
    side.apply(Event::Avoid { node: inputs.avoided_node(), until: LATER });
    for index in 0..inputs.chains.len() {
        facts_of(inputs, index).for_each(|fact| side.apply(fact));
    }
}

/// What is told of the chain at this index.
pub fn facts_of(inputs: &Inputs, index: usize) -> impl Iterator<Item = Event> {
    let chain = inputs.chains[index];
    let class = (index as u64).is_multiple_of(CLASS_EVERY).then_some(Event::ChainClass { chain, class: CLASS });
    let facts = [
        Event::DesiredReplicas { chain, count: HOLDERS_PER_CHAIN as u32 },
        Event::ChainRevision { chain, revision: index as u64 },
    ];
    facts.into_iter().chain(class)
}
