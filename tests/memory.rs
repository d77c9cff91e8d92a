//! Memory is bounded by what exists, never by what ever existed (E4), and what has its room asks for no more (H3).

#[path = "support/allocator.rs"]
mod allocator;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use allocator::{allocations, heap_bytes, heap_bytes_since};
use driftline::{
    Action, Alternative, BoxedScorer, ChainId, ClassMode, ClassPolicy, Event, HISTORY_LENGTH, LocalScheduler,
    Membership, MeshState, MoveOrder, NodeId, PlacementScorer, SchedulerConfig, ScoreHistory, ScorerResult, Timestamp,
};

/// Everything is a bad home, so that every chain is evicted from and remembers it.
struct Everything;

impl PlacementScorer for Everything {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(0.1))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(Some(Alternative { node: NodeId(0), score: 0.9 }))
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(0))
    }
}

const WAVE_CHAINS: u64 = 10_000;

/// Ten million chains in all, a tenth of them where the tests are not optimised.
const WAVES: u64 = if cfg!(debug_assertions) { 100 } else { 1_000 };

/// Creates chains with ids and nodes that never were before, ticks, and removes them again.
fn wave(number: u64, events: &mut Vec<Event>, state: &mut MeshState, scheduler: &mut LocalScheduler) {
    let chains = (number * WAVE_CHAINS + 1..).map(ChainId).take(WAVE_CHAINS as usize);
    events.clear();
    for chain in chains.clone() {
        // A third of the nodes are as new as the chain.
        for node in [chain.0, 1_000_000_000 + chain.0 % 64, 2_000_000_000 + chain.0 % 512].map(NodeId) {
            events.push(Event::HolderAdded { chain, node });
        }
        events.push(Event::NodeTouched { node: NodeId(chain.0) });
        events.push(Event::LeaderSet { chain, node: NodeId(1) });
        events.push(Event::ChainTouched { chain });
    }
    state.apply(events).expect("the events are valid");
    let decision = scheduler.tick(state, Timestamp(number)).expect("the scorer answers");
    assert_eq!(decision.actions.len() as u64, WAVE_CHAINS);
    events.clear();
    events.extend(chains.map(|chain| Event::ChainRemoved { chain }));
    state.apply(events).expect("the events are valid");
    assert_eq!(state.chain_count(), 0);
}

#[test]
fn ten_million_chains_that_come_and_go_stay_under_a_fixed_heap() {
    let mut events = Vec::with_capacity(6 * WAVE_CHAINS as usize);
    let before = heap_bytes();
    let mut state = MeshState::new();
    let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(Everything));
    let mut highest = 0;
    for number in 0..WAVES {
        wave(number, &mut events, &mut state, &mut scheduler);
        highest = highest.max(heap_bytes_since(before));
    }
    // A wave of 10,000 chains with judgements, actions and what the pass notes of each.
    assert!(highest <= HEAP_MAX, "{highest} bytes after a wave");
}

/// What a wave may leave behind. Some 130 bytes of each chain are what was said of it, which nobody tracks here.
const HEAP_MAX: usize = 18 << 20;

/// A table by node: what is bad is so everywhere. It has a say about chains, too, which keeps something for each.
struct Table;

impl PlacementScorer for Table {
    fn has_chain_fingerprint(&self) -> bool {
        true
    }

    fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(if node == NodeId(9) { 0.1 } else { 0.9 }))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(None)
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(0))
    }
}

/// The config with everything on that keeps something for each chain.
fn everything_on() -> SchedulerConfig {
    SchedulerConfig {
        backstop_spread: true,
        retry_backoff_ns: 600_000_000_000,
        max_scores_per_tick: 500_000,
        ..SchedulerConfig::default()
    }
}

#[test]
fn what_a_peak_needed_is_given_back() {
    let peak = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };
    for config in [SchedulerConfig::default(), everything_on()] {
        let before = heap_bytes();
        let mut state = MeshState::new();
        let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
        scheduler.registry_mut().install(Box::new(Table));
        load(&mut state, peak);
        tick_at(0..4, &mut state, &mut scheduler);
        let high = heap_bytes_since(before);
        load(&mut state, 1_000);
        // Two answers take turns, and each gives back what it needed when its next turn comes.
        tick_at(4..9, &mut state, &mut scheduler);
        let low = heap_bytes_since(before);
        assert_eq!(scheduler.tick(&mut state, Timestamp(9)).expect("the scorer answers").report.led, 1_000);
        assert!(high > 250 * peak as usize, "{high} bytes at the peak");
        assert!(low < 1_500_000, "{low} bytes after it, {high} at it");
    }
}

/// What was removed and is there again at the next tick leaves clean chains clean (S9), however many there are: memory
/// is given back by a tick, not in between.
#[test]
fn a_membership_that_goes_and_comes_back_before_the_next_tick_costs_nothing() {
    let mut state = MeshState::new();
    let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(Table));
    load(&mut state, 50_000);
    tick_at(0..1, &mut state, &mut scheduler);
    load(&mut state, 0);
    assert_eq!(state.chain_count(), 0);
    load(&mut state, 50_000);
    let decision = scheduler.tick(&mut state, Timestamp(1)).expect("the scorer answers");
    assert_eq!((decision.report.led, decision.report.rescored), (50_000, 0));
}

fn tick_at(times: Range<u64>, state: &mut MeshState, scheduler: &mut LocalScheduler) {
    for now in times {
        scheduler.tick(state, Timestamp(now)).expect("the scorer answers");
    }
}

/// The same of what was kept for nodes, of which each chain has its own, and for cooldowns.
#[test]
fn what_a_peak_of_nodes_and_of_evictions_needed_is_given_back() {
    let peak = if cfg!(debug_assertions) { 20_000 } else { 200_000 };
    let before = heap_bytes();
    let mut state = MeshState::new();
    let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(Everything));
    load_on(&mut state, peak, |chain| [3 * chain + 1, 3 * chain + 2, 3 * chain + 3]);
    let evicted = scheduler.tick(&mut state, Timestamp(0)).expect("the scorer answers").actions.len() as u64;
    assert_eq!(evicted, peak);
    let high = heap_bytes_since(before);
    load_on(&mut state, 100, |chain| [3 * chain + 1, 3 * chain + 2, 3 * chain + 3]);
    tick_at(1..6, &mut state, &mut scheduler);
    let low = heap_bytes_since(before);
    assert!(high > 500 * peak as usize, "{high} bytes at the peak");
    assert!(low < 1_500_000, "{low} bytes after it, {high} at it");
}

/// The chains up to a number on eight nodes; every twentieth has a bad holder.
fn load(state: &mut MeshState, count: u64) {
    let third = |chain: u64| if chain.is_multiple_of(20) { 9 } else { 5 + chain % 3 };
    load_on(state, count, |chain| [2 + chain % 2, 4, third(chain)]);
}

/// The chains up to a number, led here, on these nodes.
fn load_on<const HOLDERS: usize>(state: &mut MeshState, count: u64, holders_of: impl Fn(u64) -> [u64; HOLDERS]) {
    let chains: Vec<ChainId> = (0..count).map(ChainId).collect();
    let leaders = vec![NodeId(1); count as usize];
    let holder_offsets: Vec<u64> = (0..=count).map(|index| HOLDERS as u64 * index).collect();
    let holders: Vec<NodeId> = (0..count).flat_map(holders_of).map(NodeId).collect();
    let membership =
        Membership { chains: &chains, leaders: &leaders, holder_offsets: &holder_offsets, holders: &holders };
    state.load(&membership).expect("it is valid");
}

#[test]
fn a_history_never_allocates_again_once_its_ring_is_full() {
    let mut history = ScoreHistory::default();
    let mut record = |at| history.record(Timestamp(at), 0.5).expect("there is memory");
    (0..HISTORY_LENGTH as u64).for_each(&mut record);
    let before = allocations();
    (1_000..2_000).for_each(&mut record);
    assert_eq!(allocations(), before);
    assert_eq!(history.len(), HISTORY_LENGTH);
}

/// The same, and no better home anywhere: every chain is stuck under the floor.
struct Stuck;

impl PlacementScorer for Stuck {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(0.1))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(None)
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(0))
    }
}

#[test]
fn a_tick_in_which_nothing_is_due_allocates_nothing() {
    for scorer in [Box::new(Everything) as BoxedScorer, Box::new(Stuck)] {
        tick_idly(scorer);
    }
}

fn tick_idly(scorer: BoxedScorer) {
    let mut state = MeshState::new();
    let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
    scheduler.registry_mut().install(scorer);
    load(&mut state, 500);
    // The first tick evicts everywhere, the second sees the cooldowns; from then on there is nothing new.
    for now in 0..3 {
        scheduler.tick(&mut state, Timestamp(now)).expect("the scorer answers");
    }
    let before = allocations();
    for now in 3..100 {
        let decision = scheduler.tick(&mut state, Timestamp(now)).expect("the scorer answers");
        assert_eq!((decision.report.rescored, decision.actions.len()), (0, 0));
    }
    assert_eq!(allocations(), before);
}

/// Chains that are dirty, due or stuck in every tick; once each ring is full and each list has its room, none asks for
/// more.
#[test]
fn a_tick_with_dirty_chains_allocates_nothing_after_warm_up() {
    let interval_ns = SchedulerConfig::default().decision_interval_ns;
    for (config, step_ns) in
        [(SchedulerConfig::default(), 1), (everything_on(), 1_000_000_000), (SchedulerConfig::default(), interval_ns)]
    {
        let mut state = MeshState::new();
        let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
        scheduler.registry_mut().install(Box::new(Table));
        load(&mut state, 30_000);
        let mut now = 0;
        let mut tick = |rounds: u64| {
            for _ in 0..rounds {
                now += step_ns;
                // A third of the chains lie on this node.
                state.apply(&[Event::NodeTouched { node: NodeId(6) }]).expect("the node is none that is reserved");
                let decision = scheduler.tick(&mut state, Timestamp(now)).expect("the scorer answers");
                assert!(decision.report.rescored >= 9_000 && decision.actions.is_empty());
            }
        };
        tick(130);
        let before = allocations();
        tick(70);
        assert_eq!(allocations(), before, "with {config:?}");
    }
}

/// What comes takes the slots of what went, beside many that stay: the state is as large as at its largest, and an
/// eighth more.
#[test]
fn chains_that_come_and_go_beside_others_take_their_slots() {
    let event = |chain: u64| Event::HolderAdded { chain: ChainId(chain), node: NodeId(1_000 + chain) };
    let before = heap_bytes();
    let mut state = MeshState::new();
    state.apply(&(0..20_000).map(event).collect::<Vec<_>>()).expect("the events are valid");
    let steady = heap_bytes_since(before);
    for wave in 200..600 {
        let chains = wave * 100..(wave + 1) * 100;
        state.apply(&chains.clone().map(event).collect::<Vec<_>>()).expect("the events are valid");
        let gone: Vec<Event> = chains.map(|chain| Event::ChainRemoved { chain: ChainId(chain) }).collect();
        state.apply(&gone).expect("the events are valid");
    }
    let churned = heap_bytes_since(before);
    assert!(churned < steady * 3 / 2, "{churned} bytes after {steady}");
}

type Found = Vec<Alternative>;

/// Good homes for everybody, best first; what a chain holds now is as good or as bad as [`BAD`] says.
struct Homes;

/// What this node holds is better anywhere else.
const BAD: NodeId = NodeId(9);

/// For chains with such an id there is no home.
const HOMELESS_EVERY: u64 = 8;

impl PlacementScorer for Homes {
    fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(if node == BAD { 0.1 } else { 0.9 }))
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(homes(chain, exclude).next())
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(0))
    }

    fn alternatives(&self, chain: ChainId, exclude: &[NodeId], limit: usize, out: &mut Found) -> ScorerResult<()> {
        out.extend(homes(chain, exclude).take(limit));
        Ok(())
    }
}

fn homes(chain: ChainId, exclude: &[NodeId]) -> impl Iterator<Item = Alternative> + '_ {
    let known = if chain.0.is_multiple_of(HOMELESS_EVERY) { 0 } else { 32 };
    let nodes = (0..known).map(move |number| NodeId(100 + (chain.0 + number) % 100));
    nodes.filter(|node| !exclude.contains(node)).map(|node| Alternative { node, score: 0.9 })
}

/// Facts of every chain up to a number.
fn tell_facts(state: &mut MeshState, count: u64, desired: u32) {
    for chain in (0..count).map(ChainId) {
        let facts = [
            Event::DesiredReplicas { chain, count: desired },
            Event::ChainRevision { chain, revision: chain.0 },
            Event::ChainClass { chain, class: u32::from(chain.0.is_multiple_of(10)) },
        ];
        state.apply(&facts).expect("the chain is there");
    }
}

const SECOND_NS: u64 = 1_000_000_000;

/// What production has on, without the limits, which a test sets as it needs them.
fn unlimited() -> SchedulerConfig {
    SchedulerConfig {
        max_moves_per_tick: 0,
        max_in_flight: 0,
        max_in_flight_per_source: 0,
        max_in_flight_per_target: 0,
        target_penalty: 0.0,
        ..SchedulerConfig::production()
    }
}

/// Moves in flight, one that has failed, chains that wait, facts of every chain, and a drain that is not due.
#[test]
fn a_tick_in_which_nothing_is_due_allocates_nothing_with_everything_on() {
    let untracked = SchedulerConfig { move_timeout_ns: 0, ..unlimited() };
    let place_first = SchedulerConfig { move_order: MoveOrder::PlaceFirst, ..SchedulerConfig::production() };
    for config in [SchedulerConfig::production(), place_first, untracked] {
        let mut state = MeshState::new();
        let mut scheduler = scheduler_of(config);
        load(&mut state, 500);
        tell_facts(&mut state, 500, 3);
        let far = Timestamp(1_000_000 * SECOND_NS);
        let closed = [Event::Drain { node: NodeId(5), deadline: far }, Event::Avoid { node: NodeId(101), until: far }];
        state.apply(&closed).expect("the nodes are not reserved");
        let first = scheduler.tick(&mut state, Timestamp(0)).expect("the scorer answers").actions[0].chain();
        state.apply(&[Event::MoveFailed { chain: first }]).expect("it is no node");
        tick_at(1..5, &mut state, &mut scheduler);
        let before = allocations();
        for now in 5..100 {
            let decision = scheduler.tick(&mut state, Timestamp(now)).expect("the scorer answers");
            assert_eq!((decision.report.rescored, decision.actions.len()), (0, 0));
            assert_eq!(decision.report.in_flight > 0, config.move_timeout_ns > 0);
        }
        assert_eq!(allocations(), before, "with {config:?}");
        let drain = scheduler.drain_status(&state, NodeId(5)).expect("there is memory").expect("it is drained");
        assert!(drain.left > 100 && !drain.blocked.is_empty(), "{drain:?}");
    }
}

fn scheduler_of(config: SchedulerConfig) -> LocalScheduler {
    let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(Homes));
    let critical = ClassPolicy { mode: ClassMode::Lazy { critical_floor: 0.3 }, ..ClassPolicy::default() };
    scheduler.set_class_policy(1, Some(critical)).expect("the policy is valid");
    scheduler
}

/// Each chain goes from one of its two homes to the other and back: a fiftieth of the chains in each round.
struct Turns(Arc<AtomicU64>);

const ROUNDS_OF_A_CYCLE: u64 = 50;

/// The home to leave in this round, and the one to go to.
fn homes_in_turn(chain: ChainId, round: u64) -> (NodeId, NodeId) {
    let pair = chain.0 / ROUNDS_OF_A_CYCLE;
    let (one, other) = (NodeId(300 + pair), NodeId(400 + pair));
    if (round / ROUNDS_OF_A_CYCLE).is_multiple_of(2) { (one, other) } else { (other, one) }
}

impl PlacementScorer for Turns {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        let round = self.0.load(Relaxed);
        let has_turn = chain.0 % ROUNDS_OF_A_CYCLE == round % ROUNDS_OF_A_CYCLE;
        Ok(Some(if has_turn && node == homes_in_turn(chain, round).0 { 0.1 } else { 0.9 }))
    }

    fn best_alternative(&self, chain: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(Some(Alternative { node: homes_in_turn(chain, self.0.load(Relaxed)).1, score: 0.9 }))
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(0))
    }

    fn alternatives(&self, chain: ChainId, exclude: &[NodeId], _: usize, out: &mut Found) -> ScorerResult<()> {
        out.extend(self.best_alternative(chain, exclude)?);
        Ok(())
    }
}

/// What an action has the caller do, as the events that say it is done.
fn carried_out(action: &Action) -> Event {
    match action {
        Action::Evict(eviction) => Event::HolderRemoved { chain: eviction.chain, node: eviction.victim },
        Action::Place(placement) => {
            let node = placement.target.expect("whoever evicts first has pinned the target");
            Event::HolderAdded { chain: placement.chain, node }
        }
        _ => unreachable!("there are two kinds of actions"),
    }
}

/// A placement owns the list of what it excludes, which is all that a move allocates.
#[test]
fn a_tick_that_admits_moves_allocates_what_its_placements_exclude_and_nothing_else() {
    for move_order in [MoveOrder::EvictFirst, MoveOrder::PlaceFirst] {
        let round = Arc::new(AtomicU64::new(0));
        let config = SchedulerConfig { move_order, ..SchedulerConfig::production() };
        let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
        scheduler.registry_mut().install(Box::new(Turns(Arc::clone(&round))));
        let mut state = MeshState::new();
        // Who places first has one holder more for a while, and the third is the last that lies in place.
        load_on(&mut state, 500, |chain| [2 + chain % 2, 300 + chain / ROUNDS_OF_A_CYCLE]);
        tell_facts(&mut state, 500, 2);
        let (mut allocated_in_all, mut placements) = (0, 0);
        let mut events = Vec::new();
        for number in 0..4 * ROUNDS_OF_A_CYCLE {
            round.store(number, Relaxed);
            // Longer than a cooldown or a flap window from one turn of a chain to its next.
            let now = number * 60 * SECOND_NS;
            for half in 0..3 {
                let before = allocations();
                let decision = scheduler.tick(&mut state, Timestamp(now + half)).expect("the scorer answers");
                let allocated = allocations() - before;
                let actions = &decision.actions;
                assert_eq!((actions.len(), decision.report.in_flight), if half < 2 { (10, 10) } else { (0, 0) });
                // Two cycles until every list has its room.
                if number >= 2 * ROUNDS_OF_A_CYCLE {
                    allocated_in_all += allocated;
                    placements += actions.iter().filter(|action| matches!(action, Action::Place(_))).count();
                }
                events.clear();
                events.extend(actions.iter().map(carried_out));
                state.apply(&events).expect("the events are valid");
            }
        }
        assert_eq!((allocated_in_all, placements), (1_000, 1_000), "{move_order:?}");
    }
}

const MOVING_CHAINS: u64 = 10_000;

/// Three million moves in all, a tenth of them where the tests are not optimised.
const MOVING_WAVES: u64 = if cfg!(debug_assertions) { 20 } else { 200 };

/// Creates chains that never were before, has all of them move, and removes them in the middle of it: a third of the moves
/// is done by then, a third has failed, and a third has timed out. Counts the moves.
fn wave_of_moves(number: u64, events: &mut Vec<Event>, state: &mut MeshState, scheduler: &mut LocalScheduler) -> u64 {
    let timeout_ns = scheduler.config().move_timeout_ns;
    let ids = number * MOVING_CHAINS + 1..(number + 1) * MOVING_CHAINS + 1;
    let chains = ids.filter(|id| !id.is_multiple_of(HOMELESS_EVERY)).map(ChainId);
    events.clear();
    for chain in chains.clone() {
        for node in [NodeId(1_000 + chain.0 % 64), NodeId(2_000 + chain.0 % 512), BAD] {
            events.push(Event::HolderAdded { chain, node });
        }
        events.push(Event::LeaderSet { chain, node: NodeId(1) });
        events.push(Event::DesiredReplicas { chain, count: 3 });
        events.push(Event::ChainRevision { chain, revision: number });
    }
    state.apply(events).expect("the events are valid");
    let now = number * 2 * timeout_ns;
    let mut moves = scheduler.tick(state, Timestamp(now)).expect("the scorer answers").actions.len() as u64;
    events.clear();
    events.extend(chains.clone().filter_map(|chain| match chain.0 % 3 {
        0 => Some(Event::HolderRemoved { chain, node: BAD }),
        1 => Some(Event::MoveFailed { chain }),
        _ => None,
    }));
    state.apply(events).expect("the events are valid");
    let decision = scheduler.tick(state, Timestamp(now + timeout_ns)).expect("the scorer answers");
    assert_eq!((decision.report.led, decision.report.in_flight), (moves, moves), "whoever failed tries another home");
    moves += decision.report.failed_moves + decision.report.timed_out_moves;
    events.clear();
    events.extend(chains.map(|chain| Event::ChainRemoved { chain }));
    state.apply(events).expect("the events are valid");
    assert_eq!(state.chain_count(), 0);
    moves
}

#[test]
fn millions_of_moves_of_chains_that_come_and_go_stay_under_a_fixed_heap() {
    let mut events = Vec::with_capacity(6 * MOVING_CHAINS as usize);
    let before = heap_bytes();
    let mut state = MeshState::new();
    let mut scheduler = scheduler_of(unlimited());
    let (mut moves, mut highest) = (0, 0);
    for number in 0..MOVING_WAVES {
        moves += wave_of_moves(number, &mut events, &mut state, &mut scheduler);
        highest = highest.max(heap_bytes_since(before));
    }
    assert!(moves > 14_000 * MOVING_WAVES, "{moves} moves");
    assert!(highest <= MOVING_HEAP_MAX, "{highest} bytes after a wave");
}

/// What a wave may leave behind: as the other, and what is remembered of ten thousand moves.
const MOVING_HEAP_MAX: usize = 40 << 20;

/// Every chain moves, and some of the moves fail; then there is peace, and nothing is left to remember.
#[test]
fn what_is_remembered_of_a_storm_is_given_back() {
    let count = if cfg!(debug_assertions) { 10_000 } else { 50_000 };
    let minute_ns = 60 * SECOND_NS;
    let mut state = MeshState::new();
    let mut scheduler = scheduler_of(unlimited());
    load_on(&mut state, count, |chain| [2 + chain % 2, 4, 5 + chain % 3]);
    let mut tick = |state: &mut MeshState, minute: u64| {
        scheduler.tick(state, Timestamp(minute * minute_ns)).expect("the scorer answers").actions.clone()
    };
    for minute in 0..=HISTORY_LENGTH as u64 {
        assert_eq!(tick(&mut state, minute), []);
    }
    let before = heap_bytes();
    for chain in (0..count).map(ChainId) {
        let storm = [Event::HolderRemoved { chain, node: NodeId(4) }, Event::HolderAdded { chain, node: BAD }];
        state.apply(&storm).expect("the events are valid");
    }
    let actions = tick(&mut state, 100);
    assert_eq!(actions.len() as u64, count - count / HOMELESS_EVERY);
    for (number, action) in actions.iter().enumerate() {
        let has_failed = number % 10 == 0;
        let outcome = if has_failed { Event::MoveFailed { chain: action.chain() } } else { carried_out(action) };
        state.apply(&[outcome]).expect("the events are valid");
    }
    drop(actions);
    drop(tick(&mut state, 101));
    let high = heap_bytes_since(before);
    for chain in (0..count).map(ChainId) {
        state.apply(&[Event::HolderRemoved { chain, node: BAD }]).expect("the events are valid");
    }
    for minute in (200..800).step_by(30) {
        assert_eq!(tick(&mut state, minute), []);
    }
    let low = heap_bytes_since(before);
    assert!(high > 600 * count as usize, "{high} bytes in the storm");
    assert!(low < 1_500_000, "{low} bytes after it, {high} in it");
}
