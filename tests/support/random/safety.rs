//! What histories of Part B are made of besides: its events, configurations, policies and indexes.

use driftline::{ClassMode, ClassPolicy, Event, MoveOrder, NodeId, SchedulerConfig, Timestamp};

use super::choice::Context;
use super::dice::{CHAINS, Dice, NODES, SECOND, SPARE_NODE};
use super::step::{Say, Step};
use super::{corners, executor};
use crate::support::world::Answer;

/// Nodes that hold nothing at first and are better than most.
pub const HOMES: [NodeId; 3] = [SPARE_NODE, NodeId(51), NodeId(52)];

/// The classes that there are policies for; no chain is of the last but by a policy's mistake.
const CLASSES: [u32; 5] = [0, 1, 2, 3, u32::MAX];

/// The first steps of a history in which Part B is on.
pub fn opening(word: u64, context: &Context<'_>) -> Vec<Step> {
    let mut dice = Dice(word);
    let mut steps = vec![Step::Configure(dice.safe_config(context.config))];
    for class in CLASSES {
        if dice.one_in(3) {
            steps.push(Step::Policy(class, Some(dice.policy())));
        }
    }
    for (number, chain) in (0..).zip(CHAINS) {
        let mut dice = dice.part(number);
        if dice.throw(3) > 0 {
            steps.push(Step::Say(Say::Index(chain, dice.index())));
        }
        let scores = HOMES.iter().map(|&home| (home, Answer::Is(dice.of(&[0.9, 0.75, 0.4, 0.3]))));
        steps.push(Step::Say(Say::Scores(chain, scores.collect())));
        if dice.one_in(2) {
            let holders = context.holders(chain).len() as u32;
            let count = dice.of(&[holders, holders, holders, holders + 1, holders.saturating_sub(1), 3]);
            steps.push(Step::Apply(vec![Event::DesiredReplicas { chain, count }]));
        }
        if dice.one_in(4) {
            steps.push(Step::Apply(vec![Event::ChainClass { chain, class: dice.of(&CLASSES) }]));
        }
    }
    steps.push(Step::Say(Say::Fingerprints(HOMES.iter().map(|&home| (home, Answer::Is(10))).collect())));
    steps
}

/// What happens between two passes of such a history.
pub fn edit(word: u64, context: &Context<'_>) -> Vec<Step> {
    let mut dice = Dice(word);
    let one = |step| vec![step];
    if dice.one_in(3) {
        return corners::edit(&mut dice, context);
    }
    match dice.throw(64) {
        0..14 => executor::carry_out(context, &mut dice),
        14..22 => executor::finish(context, &mut dice),
        22..25 => executor::fail(context, &mut dice),
        25 => one(Step::Apply(vec![Event::MoveFailed { chain: dice.chain() }])),
        26..47 => one(Step::Apply(vec![dice.safe_event(context)])),
        47 | 48 => {
            let chain = dice.chain();
            let count = context.holders(chain).len() as u32;
            one(Step::Apply(vec![Event::DesiredReplicas { chain, count }]))
        }
        49 => {
            // Both orders are one move.
            let chain = dice.chain();
            let victim = dice.holder(context, chain);
            let target = dice.of(&HOMES);
            one(Step::Apply(vec![Event::ForceEvict { chain, victim }, Event::ForcePlace { chain, target }]))
        }
        50 | 51 => one(Step::Configure(dice.safe_config(context.config))),
        52 => one(Step::Configure(dice.unsafe_config(context.config))),
        53 => {
            let class = dice.of(&CLASSES);
            one(Step::Policy(class, if dice.one_in(4) { None } else { Some(dice.policy()) }))
        }
        54 => one(Step::Policy(dice.of(&CLASSES), Some(dice.bad_policy()))),
        55..58 => one(Step::Say(Say::Index(dice.chain(), dice.index()))),
        58 => {
            let home = dice.of(&HOMES);
            one(Step::Say(Say::Scores(dice.chain(), vec![(home, dice.score())])))
        }
        59 => one(Step::Export(dice.chain())),
        60 => one(Step::Import { is_damaged: dice.one_in(2) }),
        61 => one(Step::Apply(vec![dice.bad_safe_event()])),
        62 => {
            let node = dice.of(&NODES);
            one(Step::Apply(vec![Event::Drain { node, deadline: dice.later(context.now) }]))
        }
        _ if dice.one_in(3) => hand_over(context, &mut dice),
        _ => one(Step::Apply(vec![Event::Thaw])),
    }
}

/// V1: another scheduler goes on, with a state of its own, and is handed what is remembered of one chain.
fn hand_over(context: &Context<'_>, dice: &mut Dice) -> Vec<Step> {
    let chain = dice.chain();
    let mut steps = vec![Step::Export(chain), Step::Restart, Step::Configure(*context.config)];
    let policies = context.classes.iter().map(|(&class, &policy)| Step::Policy(class, Some(policy)));
    steps.extend(policies);
    steps.extend(context.tables_again());
    if dice.one_in(2) {
        steps.push(Step::Import { is_damaged: false });
        steps.push(context.present_membership());
    } else {
        steps.push(context.present_membership());
        steps.push(Step::Import { is_damaged: false });
    }
    let facts = context.state.chains.iter().filter_map(|(&chain, known)| {
        let count = known.desired?;
        Some(Event::DesiredReplicas { chain, count })
    });
    steps.push(Step::Apply(facts.collect()));
    if dice.one_in(2) {
        // The clock here goes behind the other's.
        let ahead = dice.of(&[SECOND, 10 * SECOND, 100 * SECOND, u64::MAX]);
        steps.push(Step::Tick(Timestamp(context.now.0.saturating_sub(ahead))));
    }
    steps
}

/// A time at which something of Part B is just over, or is not yet.
pub fn age(dice: &mut Dice, context: &Context<'_>) -> Timestamp {
    let config = context.config;
    let ages = [config.move_timeout_ns, config.pin_ttl_ns, config.cooldown_ns, config.flap_window_ns];
    let age = match dice.throw(8) {
        0..4 => dice.of(&ages),
        4 | 5 => 60 * SECOND,
        6 => 600 * SECOND,
        _ => 3_600 * SECOND,
    };
    let early = u64::from(dice.one_in(4));
    Timestamp(context.now.0.saturating_add(age).saturating_sub(early).max(context.now.0))
}

impl Dice {
    /// A holder, mostly.
    fn holder(&mut self, context: &Context<'_>, chain: driftline::ChainId) -> NodeId {
        let holders = context.holders(chain);
        if holders.is_empty() || self.one_in(6) { self.node() } else { self.of(&holders) }
    }

    /// A home, mostly.
    fn home(&mut self) -> NodeId {
        if self.one_in(4) { self.node() } else { self.of(&HOMES) }
    }

    /// A time that is soon reached, or was.
    pub fn later(&mut self, now: Timestamp) -> Timestamp {
        let ahead = self.of(&[60 * SECOND, 10 * SECOND, 30 * SECOND, 300 * SECOND, 0, 600 * SECOND, 1, u64::MAX]);
        Timestamp(now.0.saturating_add(ahead))
    }

    pub fn safe_event(&mut self, context: &Context<'_>) -> Event {
        let chain = self.chain();
        match self.throw(20) {
            0..3 => Event::DesiredReplicas { chain, count: self.of(&[3, 2, 1, 4, 0]) },
            3 => Event::ChainRevision { chain, revision: self.of(&[5, 6, 0, u64::MAX]) },
            4 | 5 => Event::ChainClass { chain, class: self.of(&CLASSES) },
            6 | 7 => Event::Drain { node: self.node(), deadline: self.later(context.now) },
            8 | 9 => Event::DrainCancelled { node: self.node() },
            10 => Event::Avoid { node: self.home(), until: self.later(context.now) },
            11 => {
                let ahead = self.of(&[10 * SECOND, 20 * SECOND, 1, 0, 30 * SECOND, u64::MAX]);
                Event::FreezeUntil { until: Timestamp(context.now.0.saturating_add(ahead)) }
            }
            12 => Event::Thaw,
            13..16 => Event::ForceEvict { chain, victim: self.holder(context, chain) },
            _ => Event::ForcePlace { chain, target: self.home() },
        }
    }

    /// An event that names the reserved node.
    pub fn bad_safe_event(&mut self) -> Event {
        let (chain, node) = (self.chain(), NodeId::NONE);
        match self.throw(5) {
            0 => Event::Drain { node, deadline: Timestamp(0) },
            1 => Event::DrainCancelled { node },
            2 => Event::Avoid { node, until: Timestamp(u64::MAX) },
            3 => Event::ForceEvict { chain, victim: node },
            _ => Event::ForcePlace { chain, target: node },
        }
    }

    /// A few homes, mostly honest ones, best first.
    pub fn index(&mut self) -> Vec<(NodeId, f32)> {
        let mut homes: Vec<(NodeId, f32)> = Vec::new();
        for home in HOMES.iter().chain(&NODES) {
            if self.throw(3) > 0 {
                homes.push((*home, self.of(&[0.95, 0.75, 0.875, 1.0, 0.625, 0.5])));
            }
        }
        if self.throw(4) > 0 {
            homes.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        }
        match self.throw(12) {
            // Named twice.
            0 if !homes.is_empty() => homes.push(homes[0]),
            1 => homes.insert(0, (NodeId::NONE, 0.95)),
            2 => homes.insert(0, (HOMES[2], self.of(&[f32::NAN, f32::INFINITY, 1.5, -1.0, -0.0]))),
            3 => homes.clear(),
            _ => {}
        }
        // The language has no index without a home.
        if homes.is_empty() { vec![(NodeId::NONE, 0.5)] } else { homes }
    }

    /// Any of Part B's fields, with tracking on in most.
    pub fn safe_config(&mut self, config: &SchedulerConfig) -> SchedulerConfig {
        if self.one_in(16) {
            return SchedulerConfig::production();
        }
        let mut config = SchedulerConfig {
            min_holders: self.of(&[0, 0, 0, 1, 2, 3]),
            move_order: self.of(&[MoveOrder::EvictFirst, MoveOrder::EvictFirst, MoveOrder::PlaceFirst]),
            pin_ttl_ns: self.of(&[60 * SECOND, 60 * SECOND, 10 * SECOND, 20 * SECOND, 0, 1, u64::MAX]),
            move_timeout_ns: self.of(&[0, 20 * SECOND, 60 * SECOND, 10 * SECOND, 300 * SECOND, 1, u64::MAX]),
            max_moves_per_tick: self.of(&[0, 0, 0, 1, 2, 3, 8]),
            max_in_flight: 0,
            max_in_flight_per_source: 0,
            max_in_flight_per_target: 0,
            target_penalty: 0.0,
            max_alternatives: self.of(&[1, 2, 3, 8]),
            flap_window_ns: self.of(&[0, 30 * SECOND, 60 * SECOND, 20 * SECOND, 10 * SECOND, 1_800 * SECOND, 1]),
            warmup_coverage: self.of(&[0.0, 0.0, 0.0, 0.0, 0.5, 0.9, 1.0]),
            warmup_max_ns: self.of(&[300 * SECOND, 10 * SECOND, 30 * SECOND, 0, u64::MAX]),
            ..*config
        };
        if self.throw(3) > 0 {
            // With the usual five minutes few chains would ever move twice.
            config.cooldown_ns = self.of(&[10 * SECOND, 0, 1, 20 * SECOND]);
        }
        if self.one_in(4) {
            // L4, for drains as well.
            config.retry_backoff_ns = self.of(&[4 * SECOND, 60 * SECOND, SECOND, 0, u64::MAX]);
        }
        if config.move_timeout_ns > 0 {
            config.max_in_flight = self.of(&[0, 0, 1, 2, 3, 8]);
            config.max_in_flight_per_source = self.of(&[0, 1, 1, 2]);
            config.max_in_flight_per_target = self.of(&[0, 0, 1, 2]);
            config.target_penalty = self.of(&[0.0, 0.125, 0.25, 0.05, 0.5, 1.0]);
        }
        config
    }

    pub fn unsafe_config(&mut self, config: &SchedulerConfig) -> SchedulerConfig {
        let mut config = self.part(1).safe_config(config);
        let bad = self.of(&[-0.1, 1.1, f32::NAN, f32::INFINITY]);
        match self.throw(7) {
            0 => config.target_penalty = bad,
            1 => config.max_alternatives = 0,
            2 => config.warmup_coverage = bad,
            fault => {
                // F0
                config.move_timeout_ns = 0;
                config.target_penalty = 0.0;
                config.max_in_flight = u64::from(fault == 3);
                config.max_in_flight_per_source = u64::from(fault <= 4);
                config.max_in_flight_per_target = u64::from(fault <= 5);
                if fault == 6 {
                    config.target_penalty = 0.25;
                }
            }
        }
        config
    }

    pub fn policy(&mut self) -> ClassPolicy {
        let critical_floor = self.of(&[0.3, 0.25, 0.4, 0.5, 0.0]);
        ClassPolicy {
            score_floor: self.of(&[None, None, Some(0.75), Some(0.45), Some(1.0)]),
            hysteresis_gap: self.of(&[None, None, Some(0.0), Some(0.25), Some(0.5)]),
            cooldown_ns: self.of(&[None, None, Some(0), Some(20 * SECOND), Some(u64::MAX)]),
            cost_per_sec: self.of(&[None, None, Some(0.0), Some(0.125)]),
            mode: self.of(&[
                ClassMode::Eager,
                ClassMode::Eager,
                ClassMode::Lazy { critical_floor },
                ClassMode::Pinned,
                ClassMode::ProposeOnly,
            ]),
        }
    }

    pub fn bad_policy(&mut self) -> ClassPolicy {
        let bad = self.of(&[-0.1, 1.1, f32::NAN, f32::INFINITY]);
        let policy = self.policy();
        match self.throw(4) {
            0 => ClassPolicy { score_floor: Some(bad), ..policy },
            1 => ClassPolicy { hysteresis_gap: Some(bad), ..policy },
            2 => ClassPolicy { cost_per_sec: Some(if bad == 1.1 { f32::NEG_INFINITY } else { bad }), ..policy },
            _ => ClassPolicy { mode: ClassMode::Lazy { critical_floor: bad }, ..policy },
        }
    }
}
