//! Ten thousand chains become bad at once. The limits decide how fast the cluster gets over it, and the best moves go first
//! (B3); what always fails keeps nobody else waiting (F1). The test carries out what it is told, counts for itself, and
//! knows beforehand how long it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use driftline::{
    Action, Alternative, Arm, ChainId, Event, FLAP_MEMORY, LocalScheduler, Membership, MeshState, MigrationCost,
    MoveOrder, NodeId, PlacementScorer, SchedulerConfig, ScorerResult, Timestamp,
};

const SECOND_NS: u64 = 1_000_000_000;

/// The nodes from 1 to this stay good.
const GOOD_NODES: u64 = 200;

/// So many after them become bad.
const BAD_NODES: u64 = 100;

/// Halves of a move. Each is carried out one tick after it was said, so a move is in flight for as many ticks.
const HALVES: u64 = 2;

/// What becomes bad, and under which limits.
#[derive(Clone, Copy)]
struct Story {
    chains: u64,
    config: SchedulerConfig,
    /// Which nodes a chain could go to.
    homes: Homes,
    /// Whether a node is as bad for all chains, so that the best moves all leave the same few nodes.
    is_bad_alike: bool,
    /// Whether nobody can move this chain.
    fails: fn(u64) -> bool,
}

#[derive(Clone, Copy)]
enum Homes {
    /// Another dozen for each chain.
    Dozen,
    /// These few for all.
    First(u64),
}

impl Story {
    fn new(chains: u64, config: SchedulerConfig) -> Self {
        Story { chains, config, homes: Homes::Dozen, is_bad_alike: false, fails: |_| false }
    }

    /// The bad node that holds a chain.
    fn victim(&self, chain: ChainId) -> NodeId {
        NodeId(GOOD_NODES + 1 + chain.0 % BAD_NODES)
    }

    fn holders(&self, chain: ChainId) -> [NodeId; 3] {
        let first = scramble(chain.0) % GOOD_NODES;
        let second = (first + 1 + chain.0 % (GOOD_NODES - 1)) % GOOD_NODES;
        [NodeId(1 + first), NodeId(1 + second), self.victim(chain)]
    }

    /// How good the bad node is in the storm.
    fn bad_score(&self, chain: ChainId) -> f32 {
        if (self.fails)(chain.0) {
            return 0.0;
        }
        let lot = if self.is_bad_alike { self.victim(chain).0 } else { scramble(chain.0 + 1) };
        0.02 + 0.002 * (lot % 100) as f32
    }

    /// Where a chain could go, best first.
    fn homes(&self, chain: ChainId, exclude: &[NodeId]) -> Vec<Alternative> {
        let (first, step, count) = match self.homes {
            Homes::Dozen => (scramble(chain.0 + 2), 7, 12),
            Homes::First(count) => (0, 1, count),
        };
        let nodes = (0..count).map(|number| NodeId(1 + (first + step * number) % GOOD_NODES));
        let scores = (0_u8..).map(|number| 0.95 - 0.005 * f32::from(number));
        let homes = nodes.zip(scores).map(|(node, score)| Alternative { node, score });
        homes.filter(|home| !exclude.contains(&home.node)).collect()
    }

    /// Quarters of a second that a move takes.
    fn cost(&self, chain: ChainId) -> u64 {
        scramble(chain.0 + 3) % 8
    }

    /// How many ticks it takes until so many moves have been made.
    ///
    /// Each tick begins as many as the limits of tick, cluster and targets let it, on average over the ticks that a move
    /// takes; or, if it does not, each node that has still chains to lose is at the limit of a source. The node that is
    /// ready last was so in all ticks of the second kind, so they are no more than its own chains need.
    fn ticks_needed(&self, moves: u64) -> u64 {
        let SchedulerConfig { max_moves_per_tick, max_in_flight, max_in_flight_per_target, .. } = self.config;
        let at_targets = match self.homes {
            Homes::Dozen => u64::MAX,
            Homes::First(count) => count * max_in_flight_per_target / HALVES,
        };
        let begun_in_a_tick = max_moves_per_tick.min(max_in_flight / HALVES).min(at_targets);
        // Whoever evicts first has left the source when the second half begins.
        let at_the_source = if self.config.move_order == MoveOrder::EvictFirst { 1 } else { HALVES };
        let of_a_source = self.chains / BAD_NODES * at_the_source;
        moves.div_ceil(begun_in_a_tick) + of_a_source.div_ceil(self.config.max_in_flight_per_source) + HALVES
    }
}

/// The finisher of SplitMix64: neighbouring numbers become unrelated ones.
fn scramble(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// Says what the story says.
struct Weather {
    story: Story,
    is_stormy: Arc<AtomicBool>,
}

impl PlacementScorer for Weather {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        let is_bad = node.0 > GOOD_NODES && self.is_stormy.load(Relaxed);
        Ok(Some(if is_bad { self.story.bad_score(chain) } else { 0.9 }))
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(self.story.homes(chain, exclude).first().copied())
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(u64::from(node.0 > GOOD_NODES && self.is_stormy.load(Relaxed))))
    }

    fn migration_cost(&self, chain: ChainId, _: NodeId) -> ScorerResult<Option<MigrationCost>> {
        let state_transfer_ns = self.story.cost(chain) * SECOND_NS / 4;
        Ok(Some(MigrationCost { state_transfer_ns, ..MigrationCost::default() }))
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        out.extend(self.story.homes(chain, exclude).into_iter().take(limit));
        Ok(())
    }
}

/// A move that was begun and is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    chain: ChainId,
    victim: NodeId,
    target: NodeId,
}

/// Moves by what limits are about.
#[derive(Clone, Default)]
struct Count {
    all: u64,
    from: BTreeMap<NodeId, u64>,
    to: BTreeMap<NodeId, u64>,
}

impl Count {
    fn add(&mut self, victim: Option<NodeId>, target: NodeId) {
        self.all += 1;
        if let Some(victim) = victim {
            *self.from.entry(victim).or_default() += 1;
        }
        *self.to.entry(target).or_default() += 1;
    }

    fn at(nodes: &BTreeMap<NodeId, u64>, node: NodeId) -> u64 {
        nodes.get(&node).copied().unwrap_or(0)
    }

    /// L2
    fn lowered(&self, home: &Alternative, penalty: f32) -> f32 {
        let count = Count::at(&self.to, home.node);
        if count == 0 { home.score } else { (home.score - penalty * count as f32).max(0.0) }
    }
}

/// The cluster: it carries out each action one tick after it was said.
struct Cluster {
    story: Story,
    state: MeshState,
    scheduler: LocalScheduler,
    now: Timestamp,
    /// What the last tick said.
    said: Vec<Action>,
    /// Chains that have still to be moved, none of which is in flight.
    left: BTreeSet<ChainId>,
    /// The moves that the last tick has begun: those before are done.
    begun: Vec<Move>,
    /// How often each move has failed, and until when it is not tried again (F1).
    failed: BTreeMap<(ChainId, NodeId), (u32, Timestamp)>,
    moved: BTreeMap<ChainId, u64>,
}

impl Cluster {
    /// All is well; then the storm breaks.
    fn new(story: Story) -> Self {
        let is_stormy = Arc::new(AtomicBool::new(false));
        let mut scheduler = LocalScheduler::new(NodeId(1), story.config).expect("the config is valid");
        scheduler.registry_mut().install(Box::new(Weather { story, is_stormy: Arc::clone(&is_stormy) }));
        let chains: Vec<ChainId> = (0..story.chains).map(ChainId).collect();
        let holders: Vec<NodeId> = chains.iter().flat_map(|&chain| story.holders(chain)).collect();
        let holder_offsets: Vec<u64> = (0..=story.chains).map(|index| 3 * index).collect();
        let leaders = vec![NodeId(1); chains.len()];
        let membership =
            Membership { chains: &chains, leaders: &leaders, holder_offsets: &holder_offsets, holders: &holders };
        let mut state = MeshState::new();
        state.load(&membership).expect("the membership is valid");
        let wish: Vec<Event> = chains.iter().map(|&chain| Event::DesiredReplicas { chain, count: 3 }).collect();
        state.apply(&wish).expect("the chains are there");
        let calm = scheduler.tick(&mut state, Timestamp(0)).expect("the scorer answers");
        assert_eq!(calm.actions, []);
        is_stormy.store(true, Relaxed);
        Cluster {
            story,
            state,
            scheduler,
            now: Timestamp(0),
            said: Vec::new(),
            left: chains.into_iter().collect(),
            begun: Vec::new(),
            failed: BTreeMap::new(),
            moved: BTreeMap::new(),
        }
    }

    /// Ticks until all moves are made. In each the limits are kept and the best of all moves go first.
    fn weather_the_storm(&mut self, ticks_max: u64) -> u64 {
        for tick in 0..=ticks_max {
            self.carry_out();
            if self.begun.is_empty() && self.left.iter().all(|chain| (self.story.fails)(chain.0)) {
                return tick;
            }
            self.now.0 += SECOND_NS;
            let under_way = self.under_way();
            let expected = self.best_moves(under_way.clone());
            let decision = self.scheduler.tick(&mut self.state, self.now).expect("the scorer answers");
            self.said.clone_from(&decision.actions);
            let in_flight = decision.report.in_flight;
            let second_halves = std::mem::take(&mut self.begun).len();
            self.begun = self.said.iter().filter(|action| action.arm() == Arm::Scheduler).map(begun).collect();
            assert_eq!(self.begun, expected, "tick {tick}");
            assert_eq!(self.said.len(), self.begun.len() + second_halves, "tick {tick}");
            self.check_limits(under_way, in_flight);
        }
        panic!("{} chains are left after {ticks_max} ticks", self.left.len());
    }

    /// What was said a tick ago has happened since, or has failed.
    fn carry_out(&mut self) {
        let mut events = Vec::new();
        for action in std::mem::take(&mut self.said) {
            let chain = action.chain();
            events.push(match action {
                _ if (self.story.fails)(chain.0) => Event::MoveFailed { chain },
                Action::Evict(eviction) => Event::HolderRemoved { chain, node: eviction.victim },
                Action::Place(placement) => {
                    Event::HolderAdded { chain, node: placement.target.expect("the target was weighed") }
                }
                _ => unreachable!("there are two kinds of actions"),
            });
        }
        self.state.apply(&events).expect("the events are valid");
        let tried_at = self.now;
        let Cluster { story, begun, failed, left, .. } = self;
        begun.retain(|made| {
            let fails = (story.fails)(made.chain.0);
            if fails {
                let (count, until) = failed.entry((made.chain, made.target)).or_default();
                // It is known a tick later; then it waits for a minute, and twice as long each time.
                *until = Timestamp(tried_at.0 + SECOND_NS + ((60 * SECOND_NS) << *count));
                *count += 1;
                left.insert(made.chain);
            }
            !fails
        });
    }

    /// The moves in flight before a tick: those whose second half it says.
    fn under_way(&self) -> Count {
        let mut count = Count::default();
        for made in &self.begun {
            let is_there = self.story.config.move_order == MoveOrder::PlaceFirst;
            count.add(is_there.then_some(made.victim), made.target);
        }
        count
    }

    /// All moves that are worth it, sorted by what they are worth, as far as the limits go.
    fn best_moves(&self, mut count: Count) -> Vec<Move> {
        let config = &self.story.config;
        let mut ranked: Vec<(bool, f32, ChainId)> = Vec::new();
        for &chain in &self.left {
            let has_failed = self.has_failed(chain);
            ranked.extend(self.homes(chain, &count).first().map(|&(benefit, _)| (has_failed, benefit, chain)));
        }
        // Whoever has failed comes after the others, and has a part of the moves only.
        ranked.sort_by(|one, other| one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)).then(one.2.cmp(&other.2)));
        let (mut best, mut failed) = (Vec::new(), 0);
        for (has_failed, _, chain) in ranked {
            let victim = self.story.victim(chain);
            if has_failed && failed == config.max_moves_per_tick.min(config.max_in_flight) / 4 {
                break;
            }
            if best.len() as u64 == config.max_moves_per_tick || count.all == config.max_in_flight {
                break;
            }
            if Count::at(&count.from, victim) == config.max_in_flight_per_source {
                continue;
            }
            let has_room = |node: &NodeId| Count::at(&count.to, *node) < config.max_in_flight_per_target;
            let homes = self.homes(chain, &count);
            if let Some(target) = homes.into_iter().map(|(_, node)| node).find(has_room) {
                count.add(Some(victim), target);
                best.push(Move { chain, victim, target });
                failed += u64::from(has_failed);
            }
        }
        best.sort_unstable();
        best
    }

    /// Whether moves of the chain have failed, until an hour after the last of them may be tried again. Whoever fails does so
    /// at once, so that none of them is in flight any more.
    fn has_failed(&self, chain: ChainId) -> bool {
        let mut failed = self.failed.range((chain, NodeId(0))..=(chain, NodeId::NONE));
        failed.any(|(_, (_, until))| self.now.0 < until.0 + 3600 * SECOND_NS)
    }

    /// The nodes that the chain could not be moved to just now.
    fn waiting(&self, chain: ChainId) -> impl Iterator<Item = NodeId> {
        let failed = self.failed.range((chain, NodeId(0))..=(chain, NodeId::NONE));
        failed.filter(|(_, (_, until))| self.now < *until).map(|((_, node), _)| *node)
    }

    /// The homes that a chain would move to, best first as things stand, and what each is worth.
    fn homes(&self, chain: ChainId, count: &Count) -> Vec<(f32, NodeId)> {
        let SchedulerConfig { hysteresis_gap, cost_per_sec, target_penalty, max_alternatives, .. } = self.story.config;
        let mut exclude = self.story.holders(chain).to_vec();
        exclude.extend(self.waiting(chain));
        if exclude.len() == 3 + FLAP_MEMORY {
            return Vec::new();
        }
        let homes = self.story.homes(chain, &exclude).into_iter().take(max_alternatives as usize);
        let cost = cost_per_sec * (0.25 * self.story.cost(chain) as f32);
        let gains = homes.map(|home| (count.lowered(&home, target_penalty) - self.story.bad_score(chain), home.node));
        let mut worth: Vec<(f32, NodeId)> = gains.filter(|&(gain, _)| gain > hysteresis_gap && gain > cost).collect();
        worth.sort_by(|one, other| other.0.total_cmp(&one.0));
        worth.into_iter().map(|(gain, node)| (gain - cost, node)).collect()
    }

    /// No limit is ever exceeded, as counted here; and no chain is moved twice.
    fn check_limits(&mut self, mut count: Count, in_flight: u64) {
        let config = &self.story.config;
        for made in &self.begun {
            count.add(Some(made.victim), made.target);
            self.left.remove(&made.chain);
            *self.moved.entry(made.chain).or_default() += 1;
        }
        assert!(self.begun.len() as u64 <= config.max_moves_per_tick);
        assert!(count.all <= config.max_in_flight);
        assert!(count.from.values().all(|&moves| moves <= config.max_in_flight_per_source));
        assert!(count.to.values().all(|&moves| moves <= config.max_in_flight_per_target));
        assert_eq!(count.all, in_flight);
        for made in &self.begun {
            let holders = self.state.chain(made.chain).expect("it is there").holder_count();
            assert_eq!(holders, 3, "whoever moves has as many holders as it should");
        }
    }
}

/// The move that an action begins.
fn begun(action: &Action) -> Move {
    let victim = match action {
        Action::Evict(eviction) => Some(eviction.victim),
        Action::Place(placement) => placement.victim,
        _ => None,
    };
    let (victim, target) = victim.zip(action.target()).expect("a move leaves one node for another");
    Move { chain: action.chain(), victim, target }
}

/// Each chain was moved once, and has as many holders as before, all of them good.
fn assert_all_is_well(cluster: &Cluster) {
    let Cluster { story, state, moved, .. } = cluster;
    for chain in (0..story.chains).filter(|&chain| !(story.fails)(chain)).map(ChainId) {
        assert_eq!(moved.get(&chain), Some(&1), "{chain:?}");
        let holders: Vec<NodeId> = state.chain(chain).expect("it is there").holders().collect();
        assert!(holders.len() == 3 && holders.iter().all(|node| node.0 <= GOOD_NODES), "{chain:?} {holders:?}");
    }
}

/// How often a move is tried in so many seconds if it fails each time and nobody else has failed: at once, and whenever a
/// back-off is over, of one minute, then two, then four.
fn tries(seconds: u64) -> u64 {
    (0..).take_while(|&failures| 60 * ((1 << failures) - 1) < seconds).count() as u64
}

fn tell(story: Story) {
    let failing = (0..story.chains).filter(|&chain| (story.fails)(chain)).count() as u64;
    let others = story.chains - failing;
    let needed = story.ticks_needed(others + failing * tries(story.ticks_needed(story.chains)));
    let mut cluster = Cluster::new(story);
    let ticks = cluster.weather_the_storm(needed);
    assert!(ticks >= others.div_ceil(story.config.max_moves_per_tick), "{ticks} ticks");
    assert_all_is_well(&cluster);
}

#[test]
fn ten_thousand_chains_move_as_fast_as_the_limits_allow_and_the_best_first() {
    tell(Story::new(10_000, SchedulerConfig::production()));
}

/// The best of all moves always fail. The others take the time that they would take beside as many moves that succeed.
#[test]
fn a_hundred_moves_that_always_fail_keep_nobody_waiting() {
    tell(Story { fails: |chain| chain / 100 == 42, ..Story::new(10_000, SchedulerConfig::production()) });
}

/// The best moves are all on the same few nodes, which the limit of a source protects.
#[test]
fn the_worst_nodes_are_left_no_faster_than_a_source_may_be() {
    tell(Story { is_bad_alike: true, ..Story::new(2_000, SchedulerConfig::production()) });
}

#[test]
fn whoever_places_first_is_at_the_source_for_twice_as_long() {
    let config = SchedulerConfig { move_order: MoveOrder::PlaceFirst, ..SchedulerConfig::production() };
    tell(Story { is_bad_alike: true, ..Story::new(2_000, config) });
}

#[test]
fn the_limit_of_the_cluster_holds_for_both_halves_of_a_move() {
    let config = SchedulerConfig { max_in_flight: 20, ..SchedulerConfig::production() };
    tell(Story::new(2_000, config));
}

/// Six empty nodes are the only homes for all.
#[test]
fn no_target_is_ever_over_its_limit() {
    tell(Story { homes: Homes::First(6), ..Story::new(2_000, SchedulerConfig::production()) });
}
