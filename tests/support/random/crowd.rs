//! Histories with thousands of chains, where lists are long and slots are used again.

use driftline::{ChainId, Event, MigrationCost, NodeId, OnScorerError, SchedulerConfig, Timestamp};
use proptest::collection;
use proptest::prelude::{Strategy, any};

use super::dice::{OTHER_NODE, THIS_NODE};
use super::run::History;
use super::step::{Say, Step};
use crate::support::world::{Answer, Batch, Entries};

/// Chains at the beginning.
const CROWD_SIZE: u64 = 3_000;

const NODE_COUNT: u64 = 40;
const TARGET: NodeId = NodeId(1_000);
const SECOND: u64 = 1_000_000_000;
const SCORES: [f32; 16] = [0.75, 0.9, 0.6, 0.5, 1.0, 0.8, 0.7, 0.55, 0.95, 0.85, 0.65, 0.75, 0.9, 0.51, 0.45, 0.25];

/// A few rounds over a crowd of chains.
pub fn crowds() -> impl Strategy<Value = History> {
    collection::vec(any::<u64>(), 2..=8).prop_map(|words| History::Steps(steps(&words)))
}

/// As many numbers as a word has to give (splitmix64).
struct Stream(u64);

impl Stream {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn node(&mut self) -> NodeId {
        NodeId(self.below(NODE_COUNT))
    }

    fn chain(&mut self) -> ChainId {
        // Spread, so that ascending ids are not the order of their making.
        ChainId(id_of(self.below(CROWD_SIZE)))
    }

    fn leader(&mut self) -> NodeId {
        if self.below(8) == 0 { OTHER_NODE } else { THIS_NODE }
    }

    fn scores(&mut self, chain: ChainId) -> Step {
        let mut score = || Answer::Is(SCORES[self.below(SCORES.len() as u64) as usize]);
        Step::Say(Say::Scores(chain, (0..NODE_COUNT).map(|node| (NodeId(node), score())).collect()))
    }
}

fn id_of(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn steps(words: &[u64]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut now = 0;
    for (round, &word) in words.iter().enumerate() {
        let mut stream = Stream(word);
        if round == 0 {
            open(&mut stream, &mut steps);
        }
        for _ in 0..stream.below(4) {
            edit(&mut stream, round as u64, Timestamp(now), &mut steps);
        }
        now += [10, 30, 0, 1, 300, 2][stream.below(6) as usize] * SECOND;
        steps.push(match stream.below(8) {
            0 => Step::Sample(Timestamp(now)),
            1 => Step::Decide(Timestamp(now)),
            _ => Step::Tick(Timestamp(now)),
        });
    }
    steps
}

fn open(stream: &mut Stream, steps: &mut Vec<Step>) {
    let on_scorer_error = [OnScorerError::SkipChain, OnScorerError::Abort][stream.below(2) as usize];
    let config = SchedulerConfig { on_scorer_error, cooldown_ns: 60 * SECOND, ..SchedulerConfig::default() };
    steps.push(Step::Configure(limits(stream, config)));
    let (mut chains, mut leaders, mut offsets, mut holders) = (Vec::new(), Vec::new(), vec![0], Vec::new());
    for number in 0..CROWD_SIZE {
        chains.push(ChainId(id_of(number)));
        leaders.push(stream.leader());
        let first = stream.below(NODE_COUNT);
        holders.extend((0..stream.below(4)).map(|next| NodeId((first + 7 * next) % NODE_COUNT)));
        offsets.push(holders.len() as u64);
    }
    for &chain in &chains {
        steps.push(stream.scores(chain));
        let alternative = match stream.below(8) {
            0 => Answer::Nothing,
            1 => Answer::Is((TARGET, 0.6)),
            _ => Answer::Is((TARGET, 0.95)),
        };
        steps.push(Step::Say(Say::Alternative(chain, alternative)));
        if stream.below(8) == 0 {
            let cost = MigrationCost { state_transfer_ns: 5 * SECOND, ..MigrationCost::default() };
            steps.push(Step::Say(Say::Cost(chain, TARGET, Answer::Is(cost))));
        }
    }
    steps.push(Step::Load { chains, leaders, offsets, holders });
    let fingerprints = (0..=NODE_COUNT).map(|node| (NodeId(node), Answer::Is(10)));
    steps.push(Step::Say(Say::Fingerprints(fingerprints.collect())));
}

/// From a part of the crowd in a tick to nearly all of it (L3); waits that end with a round and some that do not (L4).
fn limits(stream: &mut Stream, config: SchedulerConfig) -> SchedulerConfig {
    SchedulerConfig {
        max_scores_per_tick: [0, 0, 50, 1_000, 5_000][stream.below(5) as usize],
        backstop_spread: stream.below(2) == 1,
        retry_backoff_ns: [0, SECOND, 4 * SECOND, 600 * SECOND][stream.below(4) as usize],
        ..config
    }
}

fn edit(stream: &mut Stream, round: u64, now: Timestamp, steps: &mut Vec<Step>) {
    let count = 1 + stream.below(400);
    match stream.below(10) {
        0 => steps.push(Step::Say(Say::Fingerprints(vec![(stream.node(), Answer::Is(11 + round))]))),
        1 => steps.push(Step::Apply(vec![Event::NodeTouched { node: stream.node() }])),
        2 => {
            let touched: Vec<ChainId> = (0..count).map(|_| stream.chain()).collect();
            steps.extend(touched.iter().map(|&chain| stream.scores(chain)));
            steps.push(Step::Apply(touched.iter().map(|&chain| Event::ChainTouched { chain }).collect()));
        }
        3 => {
            let events = (0..count).map(|_| match stream.below(2) {
                0 => Event::HolderAdded { chain: stream.chain(), node: stream.node() },
                _ => Event::HolderRemoved { chain: stream.chain(), node: stream.node() },
            });
            steps.push(Step::Apply(events.collect()));
        }
        4 => {
            let events = (0..count).map(|_| Event::LeaderSet { chain: stream.chain(), node: stream.leader() });
            steps.push(Step::Apply(events.collect()));
        }
        5 => {
            let events = (0..count).map(|_| match stream.below(3) {
                0 => Event::ClaimReleased { chain: stream.chain() },
                1 => Event::ClaimAcquired { chain: stream.chain() },
                _ => Event::ChainRemoved { chain: stream.chain() },
            });
            steps.push(Step::Apply(events.collect()));
        }
        6 => {
            let (chain, node) = (stream.chain(), stream.node());
            steps.push(Step::Say(Say::Scores(chain, vec![(node, Answer::Fails(-7))])));
            steps.push(Step::Apply(vec![Event::ChainTouched { chain }]));
        }
        7 => {
            let batch = [Batch::Off, Batch::On][stream.below(2) as usize];
            steps.push(Step::Install(Entries { batch, ..Entries::default() }));
        }
        8 => steps.push(Step::Configure(limits(stream, SchedulerConfig::default()))),
        _ => churn(stream, now, steps),
    }
}

/// Most chains go, and more of them come and go again than slots are spared for. None comes back, so it is all the same
/// whether its slot still remembers it.
fn churn(stream: &mut Stream, now: Timestamp, steps: &mut Vec<Step>) {
    let gone = (0..CROWD_SIZE).filter(|number| number % 16 != 0);
    steps.push(Step::Apply(gone.map(|number| Event::ChainRemoved { chain: ChainId(id_of(number)) }).collect()));
    for _ in 0..3 {
        // Another range of ids for each wave, also where the crowd churns twice in a round.
        let first = (1 + steps.len() as u64) * 100_000;
        let born: Vec<ChainId> = (first..first + 2_000).map(|number| ChainId(id_of(number))).collect();
        let events = born.iter().flat_map(|&chain| {
            // A node of its own, which goes with it.
            let own = NodeId(500_000 + chain.0 % 1_000_000);
            let common = stream.node();
            let holders = [own, common].map(|node| Event::HolderAdded { chain, node });
            holders.into_iter().chain([Event::LeaderSet { chain, node: stream.leader() }])
        });
        steps.push(Step::Apply(events.collect()));
        if stream.below(2) == 0 {
            steps.push(Step::Sample(now));
        }
        let staying = stream.below(200) as usize;
        steps.push(Step::Apply(born[staying..].iter().map(|&chain| Event::ChainRemoved { chain }).collect()));
    }
}
