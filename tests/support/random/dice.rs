//! What random histories are made of: ids, answers, events, configurations and memberships.
//!
//! Pools of ids are small, so that things collide; values are chosen around the thresholds, so that every rule is
//! reached from both sides.

use driftline::{
    ChainId, Event, FingerprintMode, HISTORY_DEAD_BAND, MigrationCost, NodeId, OnScorerError, SchedulerConfig,
    ScorerError,
};

use super::step::Step;
use crate::support::world::{Answer, Batch, Entries};

pub const THIS_NODE: NodeId = NodeId(1);
/// Leads what this node does not.
pub const OTHER_NODE: NodeId = NodeId(2);
pub const CHAINS: [ChainId; 6] =
    [ChainId(7), ChainId(8), ChainId(0), ChainId(9), ChainId(u64::MAX), ChainId(u64::MAX - 1)];
pub const NODES: [NodeId; 6] = [NodeId(1), NodeId(2), NodeId(3), NodeId(0), NodeId(u64::MAX - 1), NodeId(4)];
/// A node that holds nothing: always a possible home.
pub const SPARE_NODE: NodeId = NodeId(50);

pub const SECOND: u64 = 1_000_000_000;
const CODES: [i32; 4] = [-5, -1, i32::MIN + 1, ScorerError::PANIC];

/// Spends a word as throws of dice.
pub struct Dice(pub u64);

impl Dice {
    pub fn throw(&mut self, sides: u64) -> u64 {
        let face = self.0 % sides;
        self.0 /= sides;
        face
    }

    pub fn of<T: Copy>(&mut self, faces: &[T]) -> T {
        faces[self.throw(faces.len() as u64) as usize]
    }

    /// Never true for a word that is spent.
    pub fn one_in(&mut self, sides: u64) -> bool {
        self.throw(sides) == sides - 1
    }

    pub fn chain(&mut self) -> ChainId {
        self.of(&CHAINS)
    }

    pub fn node(&mut self) -> NodeId {
        self.of(&NODES)
    }

    pub fn leader(&mut self) -> NodeId {
        self.of(&[THIS_NODE, THIS_NODE, THIS_NODE, THIS_NODE, OTHER_NODE])
    }

    pub fn score(&mut self) -> Answer<f32> {
        match self.throw(20) {
            0..15 => Answer::Is(self.of(&[
                0.75,
                0.25,
                0.5,
                0.9,
                0.4,
                0.3,
                0.45,
                1.0,
                0.0,
                0.6,
                0.2,
                0.374_999_97,
                0.375,
                -0.0,
                0.499_999_97,
                0.7,
            ])),
            15 => Answer::Nothing,
            16 => Answer::Is(self.of(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY])),
            17 => Answer::Is(self.of(&[-0.5, 1.5, f32::MAX, f32::MIN, -1e-30, 1.000_000_1])),
            _ => Answer::Fails(self.of(&CODES)),
        }
    }

    pub fn fingerprint(&mut self) -> Answer<u64> {
        match self.throw(24) {
            0..21 => Answer::Is(self.of(&[10, 11, 0, u64::MAX])),
            21 | 22 => Answer::Nothing,
            _ => Answer::Fails(self.of(&CODES)),
        }
    }

    pub fn alternative(&mut self) -> Answer<(NodeId, f32)> {
        let node = match self.throw(12) {
            0..9 => SPARE_NODE,
            9 | 10 => self.node(),
            _ => NodeId::NONE,
        };
        match self.throw(16) {
            0..13 => Answer::Is((node, self.of(&[0.95, 0.75, 0.5, 1.0, 0.65, 0.6, 0.625, 0.45]))),
            13 => Answer::Nothing,
            14 => Answer::Is((node, self.of(&[f32::NAN, f32::INFINITY, 1.5, -1.0]))),
            _ => Answer::Fails(self.of(&CODES)),
        }
    }

    pub fn cost(&mut self) -> Answer<MigrationCost> {
        // The sixth is nearest to another `f32` of seconds when it is rounded twice.
        const DURATIONS: [u64; 8] =
            [0, 2 * SECOND, SECOND, 5 * SECOND, 1, 16_777_217_000_000_001, 333_333_333, u64::MAX];
        match self.throw(12) {
            0..10 => Answer::Is(MigrationCost {
                state_transfer_ns: self.of(&DURATIONS),
                disruption_ns: self.of(&DURATIONS),
                reliability_factor: self.of(&[1.0, 2.0, 0.5, 0.0, f32::NAN, f32::INFINITY, -1.0, f32::MIN_POSITIVE]),
            }),
            10 => Answer::Nothing,
            _ => Answer::Fails(self.of(&CODES)),
        }
    }

    pub fn event(&mut self) -> Event {
        let chain = self.chain();
        match self.throw(16) {
            0..4 => Event::HolderAdded { chain, node: self.node() },
            4..7 => Event::HolderRemoved { chain, node: self.node() },
            7..10 => Event::LeaderSet { chain, node: self.leader() },
            10 => Event::LeaderCleared { chain },
            11 => Event::ChainRemoved { chain },
            12 => Event::ClaimAcquired { chain },
            13 => Event::ClaimReleased { chain },
            14 => Event::NodeTouched { node: self.node() },
            _ => Event::ChainTouched { chain },
        }
    }

    /// An event that names the reserved node.
    pub fn bad_event(&mut self) -> Event {
        let (chain, node) = (self.chain(), NodeId::NONE);
        match self.throw(4) {
            0 => Event::HolderAdded { chain, node },
            1 => Event::HolderRemoved { chain, node },
            2 => Event::LeaderSet { chain, node },
            _ => Event::NodeTouched { node },
        }
    }

    pub fn entries(&mut self) -> Entries {
        Entries {
            batch: self.of(&[Batch::Off, Batch::Off, Batch::On, Batch::Blind]),
            live: !self.one_in(4),
            chain_fingerprints: self.one_in(2),
        }
    }

    pub fn valid_config(&mut self, config: &SchedulerConfig) -> SchedulerConfig {
        let mut config = *config;
        for _ in 0..=self.throw(3) {
            match self.throw(13) {
                0 => config.score_floor = self.of(&[0.5, 0.75, 0.25, 0.45, 1.0, 0.0]),
                1 => config.hysteresis_gap = self.of(&[0.2, 0.25, 0.125, 0.0, 0.35, 1.0]),
                2 | 3 => config.cooldown_ns = self.of(&[10 * SECOND, 0, 20 * SECOND, 300 * SECOND, 1, u64::MAX]),
                4 | 5 => {
                    config.decision_interval_ns =
                        self.of(&[30 * SECOND, 10 * SECOND, 20 * SECOND, 1, 60 * SECOND, u64::MAX]);
                }
                6 => config.cost_per_sec = self.of(&[0.1, 0.125, 0.0, 0.062_5, 1e-9, f32::MAX]),
                7 => config.on_scorer_error = self.of(&[OnScorerError::SkipChain, OnScorerError::Abort]),
                8 | 9 => config.fingerprint_mode = self.of(&[FingerprintMode::Poll, FingerprintMode::Push]),
                10 => config.max_scores_per_tick = self.score_limit(),
                11 => config.backstop_spread = self.one_in(2),
                _ => config.retry_backoff_ns = self.retry_backoff_ns(),
            }
        }
        config
    }

    /// Limits around the holders of one chain and of a few (L3), with all of Part B off for a word that is spent.
    pub fn limits(&mut self, config: &SchedulerConfig) -> SchedulerConfig {
        let mut config = *config;
        if self.throw(3) > 0 {
            config.max_scores_per_tick = if self.one_in(2) { self.score_limit() } else { 0 };
            config.backstop_spread = self.one_in(2);
            config.retry_backoff_ns = if self.throw(3) > 0 { self.retry_backoff_ns() } else { 0 };
        }
        config
    }

    fn score_limit(&mut self) -> u64 {
        self.of(&[0, 3, 4, 6, 1, 2, 5, 8, 12, u64::MAX])
    }

    /// No wait, less than the first one, that one, and some that it doubles up to (L4).
    fn retry_backoff_ns(&mut self) -> u64 {
        self.of(&[0, 60 * SECOND, 4 * SECOND, SECOND, SECOND / 2, 1, 3 * SECOND, SECOND + 1, u64::MAX])
    }

    pub fn invalid_config(&mut self, config: &SchedulerConfig) -> SchedulerConfig {
        // A valid change comes along, which must not be taken over either.
        let mut config = self.valid_config(config);
        let bad = self.of(&[-0.1, 1.1, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
        match self.throw(4) {
            0 => config.score_floor = bad,
            1 => config.hysteresis_gap = bad,
            2 => config.decision_interval_ns = 0,
            _ => config.cost_per_sec = self.of(&[-0.1, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]),
        }
        config
    }

    /// Dice for one of several parts, each of which could spend the word alone.
    pub fn part(&self, number: u64) -> Dice {
        // An odd factor spreads the bits; a spent word stays spent.
        Dice(self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * number + 1)).rotate_left(32))
    }

    /// A membership that fits together, of any of the chains with any of the nodes.
    pub fn membership(&mut self, density: u64) -> Step {
        let mut load = Step::Load { chains: Vec::new(), leaders: Vec::new(), offsets: vec![0], holders: Vec::new() };
        for (number, chain) in (0..).zip(CHAINS) {
            let mut dice = self.part(number);
            let members = dice.throw(1 << NODES.len());
            let present = dice.throw(density) != 0;
            let leader = if dice.one_in(16) { NodeId::NONE } else { dice.leader() };
            if present {
                let held = NODES.iter().enumerate().filter(|(position, _)| members >> position & 1 == 1);
                push_chain(&mut load, chain, leader, held.map(|(_, &node)| node));
            }
        }
        load
    }

    pub fn broken_membership(&mut self) -> Step {
        let (fault, place) = (self.throw(9), self.throw(4));
        let mut load = self.membership(8);
        let Step::Load { chains, leaders, offsets, holders } = &mut load else { unreachable!("it was just built") };
        let at = |length: usize| if length == 0 { 0 } else { place as usize % length };
        match fault {
            0 => leaders.push(THIS_NODE),
            1 => drop(leaders.pop()),
            2 => offsets.push(holders.len() as u64),
            3 => offsets[0] = 1,
            4 => {
                let middle = at(offsets.len());
                offsets[middle] = u64::MAX;
            }
            5 => holders.push(THIS_NODE),
            6 if !chains.is_empty() => {
                let repeated = chains[at(chains.len())];
                chains.push(repeated);
                leaders.push(THIS_NODE);
                offsets.push(holders.len() as u64);
            }
            7 if !holders.is_empty() => {
                let length = holders.len();
                holders[at(length)] = NodeId::NONE;
            }
            8 => {
                let crowded = offsets.windows(2).find(|pair| pair[1] - pair[0] >= 2);
                if let Some(first) = crowded.map(|pair| pair[0] as usize) {
                    holders[first + 1] = holders[first];
                }
            }
            _ => offsets.clear(),
        }
        load
    }
}

pub fn push_chain(load: &mut Step, chain: ChainId, leader: NodeId, held: impl Iterator<Item = NodeId>) {
    let Step::Load { chains, leaders, offsets, holders } = load else { unreachable!("only loads are built so") };
    chains.push(chain);
    leaders.push(leader);
    holders.extend(held);
    offsets.push(holders.len() as u64);
}
