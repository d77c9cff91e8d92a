//! An allocation that fails is an error like any other: the call says so and nothing is lost.
//!
//! The allocator of this program refuses the n-th allocation of a call, for every n until the call gets through. An
//! allocation that was not asked for politely would end the process.

#[path = "support/allocator.rs"]
mod allocator;

use allocator::with_allocations;
use driftline::{
    Alternative, ChainId, Error, Event, LocalScheduler, Membership, MeshState, MigrationCost, NodeId, ObservedMove,
    OnScorerError, PlacementScorer, SchedulerConfig, ScorerError, ScorerResult, Timestamp, calibrate,
};

/// Runs `call` with one more allocation each time until it succeeds; `check` looks at what every failure left behind.
fn until_it_succeeds<W>(world: &mut W, call: impl Fn(&mut W) -> Result<(), Error>, check: impl Fn(&W)) -> u64 {
    for allocations in 0..100_000 {
        match with_allocations(allocations, || call(world)) {
            Ok(()) => return allocations,
            Err(Error::OutOfMemory) => check(world),
            Err(other) => panic!("with {allocations} allocations: {other}"),
        }
    }
    panic!("it never succeeds");
}

/// Nodes under 100 are bad homes, chain 5 fails.
struct Table;

impl PlacementScorer for Table {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        if chain == ChainId(5) {
            return Err(ScorerError::new(-5));
        }
        Ok(Some(if node.0 < 100 { 0.3 } else { 0.9 }))
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(Some(Alternative { node: NodeId(1000), score: 0.95 }))
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(1))
    }

    fn has_chain_fingerprint(&self) -> bool {
        true
    }
}

struct World {
    state: MeshState,
    scheduler: LocalScheduler,
    digest: u64,
}

fn world() -> World {
    let config = SchedulerConfig { on_scorer_error: OnScorerError::SkipChain, ..SchedulerConfig::default() };
    let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(Table));
    let state = MeshState::new();
    let digest = state.digest();
    World { state, scheduler, digest }
}

fn holders(chain: u64) -> [NodeId; 5] {
    [chain, chain + 1, chain + 200, chain + 201, chain + 202].map(NodeId)
}

/// A membership of so many chains, all led by node 1.
struct Arrays {
    chains: Vec<ChainId>,
    leaders: Vec<NodeId>,
    holder_offsets: Vec<u64>,
    holders: Vec<NodeId>,
}

impl Arrays {
    fn new(count: u64) -> Self {
        Arrays {
            chains: (0..count).map(ChainId).collect(),
            leaders: vec![NodeId(1); count as usize],
            holder_offsets: (0..=count).map(|index| index * 5).collect(),
            holders: (0..count).flat_map(holders).collect(),
        }
    }

    fn membership(&self) -> Membership<'_> {
        let Arrays { chains, leaders, holder_offsets, holders } = self;
        Membership { chains, leaders, holder_offsets, holders }
    }
}

fn load(world: &mut World, count: u64) {
    world.state.load(&Arrays::new(count).membership()).expect("there is memory");
}

#[test]
fn load_is_all_or_nothing() {
    // Very many are loaded in another way.
    for count in [40, 1_500] {
        let arrays = Arrays::new(count);
        let needed = until_it_succeeds(
            &mut world(),
            |world| world.state.load(&arrays.membership()),
            |world| assert_eq!((world.state.digest(), world.state.chain_count()), (world.digest, 0)),
        );
        assert!(needed > 10, "a load that allocates {needed} times was not tried much");
    }
}

#[test]
fn apply_is_all_or_nothing() {
    let mut events: Vec<Event> = Vec::new();
    for chain in (0..20).map(ChainId) {
        events.extend(holders(chain.0).map(|node| Event::HolderAdded { chain, node }));
        events.push(Event::LeaderSet { chain, node: NodeId(1) });
        events.push(Event::ChainRemoved { chain: ChainId(chain.0 / 2) });
    }
    until_it_succeeds(
        &mut world(),
        |world| world.state.apply(&events),
        |world| assert_eq!((world.state.digest(), world.state.chain_count()), (world.digest, 0)),
    );
}

#[test]
fn a_calibration_without_memory_says_so() {
    let cost = MigrationCost { state_transfer_ns: 1_000_000_000, ..MigrationCost::default() };
    let moves = [ObservedMove { cost, score_loss: 0.25 }; 100];
    let allocations = until_it_succeeds(&mut (), |()| calibrate(&moves).map(|_| ()), |()| ());
    assert_eq!(allocations, 2, "one for the points and one to sort in");
}

#[test]
fn a_tick_without_memory_emits_nothing_and_loses_nothing() {
    let mut world = world();
    load(&mut world, 30);
    world.digest = world.state.digest();
    let tick = |world: &mut World| world.scheduler.tick(&mut world.state, Timestamp(0)).map(|_| ());
    let needed = until_it_succeeds(&mut world, tick, |world| assert_eq!(world.state.digest(), world.digest));
    assert!(needed > 10, "a first tick that allocates {needed} times was not tried much");
    let chain = |chain| world.scheduler.explain(&world.state, ChainId(chain)).expect("it is led").judgement.verdict;
    assert_eq!(chain(4), driftline::Verdict::Evict);
    assert_eq!(chain(5), driftline::Verdict::ScorerFailed);
    for id in (0..30).filter(|&id| id != 5) {
        let history = world.scheduler.history(ChainId(id)).expect("it is led");
        assert_eq!(history.len(), 1, "chain {id} was sampled once, however often the tick was tried");
    }
}

#[test]
fn a_later_tick_and_a_dry_run_can_be_repeated_too() {
    let mut world = world();
    load(&mut world, 30);
    world.scheduler.tick(&mut world.state, Timestamp(0)).expect("there is memory");
    world.scheduler.configure(SchedulerConfig { score_floor: 0.95, ..*world.scheduler.config() }).expect("valid");
    load(&mut world, 60);
    world.digest = world.state.digest();
    let now = Timestamp(400_000_000_000);
    let unchanged = |world: &World| assert_eq!(world.state.digest(), world.digest);
    until_it_succeeds(&mut world, |world| world.scheduler.decide(&world.state, now).map(|_| ()), unchanged);
    until_it_succeeds(&mut world, |world| world.scheduler.sample(&world.state, now).map(|_| ()), unchanged);
    world.scheduler.registry_mut().install(Box::new(Table));
    let tick = |world: &mut World| world.scheduler.tick(&mut world.state, now).map(|_| ());
    until_it_succeeds(&mut world, tick, unchanged);
    let floor = |world: &mut World| {
        world.scheduler.configure(SchedulerConfig { score_floor: 0.1, ..*world.scheduler.config() })
    };
    until_it_succeeds(&mut world, floor, |world| assert_eq!(world.scheduler.config().score_floor, 0.95));
}

/// Through the C ABI: a move that nobody hears of must not start a cooldown.
mod through_c {
    use super::with_allocations;
    use driftline::ffi::*;
    use std::ffi::c_void;
    use std::ptr::{null, null_mut};

    unsafe extern "C" fn score_many(_: *mut c_void, pairs: *const driftline_pair, count: usize, out: *mut f32) -> i32 {
        // SAFETY: the library says that both arrays have `count` elements.
        let (pairs, out) =
            unsafe { (std::slice::from_raw_parts(pairs, count), std::slice::from_raw_parts_mut(out, count)) };
        for (pair, out) in pairs.iter().zip(out) {
            *out = if pair.node < 100 { 0.3 } else { 0.9 };
        }
        DRIFTLINE_SCORER_OK
    }

    unsafe extern "C" fn score(ctx: *mut c_void, chain: u64, node: u64, out: *mut f32) -> i32 {
        // SAFETY: one pair and one output.
        unsafe { score_many(ctx, &driftline_pair { chain, node }, 1, out) }
    }

    unsafe extern "C" fn best(_: *mut c_void, _: u64, _: *const u64, _: usize, out: *mut driftline_alternative) -> i32 {
        // SAFETY: the library says that the output is writable.
        unsafe { *out = driftline_alternative { node: 1000, score: 0.95, reserved: 0 } };
        DRIFTLINE_SCORER_OK
    }

    unsafe extern "C" fn failing_fingerprint(_: *mut c_void, _: u64, _: *mut u64) -> i32 {
        -7
    }

    fn scorer() -> driftline_scorer {
        driftline_scorer {
            struct_size: size_of::<driftline_scorer>() as u32,
            flags: 0,
            ctx: null_mut(),
            drop: None,
            score: Some(score),
            best_alternative: Some(best),
            live_score: None,
            node_fingerprint: Some(failing_fingerprint),
            chain_fingerprint: None,
            migration_cost: None,
            score_many: Some(score_many),
            live_score_many: None,
            node_fingerprints: None,
            alternatives: None,
        }
    }

    #[test]
    fn a_tick_hands_its_moves_over_or_does_not_happen() {
        let (mut state, mut scheduler) = (driftline_state { bits: 0 }, driftline_scheduler { bits: 0 });
        let chains: Vec<u64> = (0..20).collect();
        let leaders = [1u64; 20];
        let offsets: Vec<u64> = (0..=20).map(|index| index * 2).collect();
        let holders: Vec<u64> = (0..20).flat_map(|chain| [chain + 2, chain + 200]).collect();
        // SAFETY: every pointer is to a live local, and the arrays are as long as is said.
        let untouched = unsafe {
            let mut config = std::mem::zeroed();
            assert_eq!(driftline_config_init(&mut config, size_of::<driftline_config>()), DRIFTLINE_RESULT_OK);
            config.on_scorer_error = DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN;
            assert_eq!(driftline_state_new(DRIFTLINE_ABI, &mut state, null_mut()), DRIFTLINE_RESULT_OK);
            let made = driftline_scheduler_new(DRIFTLINE_ABI, 1, &config, &mut scheduler, null_mut());
            assert_eq!(made, DRIFTLINE_RESULT_OK);
            assert_eq!(driftline_scheduler_install(scheduler, &scorer(), null_mut()), DRIFTLINE_RESULT_OK);
            let (chains, leaders) = (chains.as_ptr(), leaders.as_ptr());
            let (offsets, holders, holder_count) = (offsets.as_ptr(), holders.as_ptr(), holders.len());
            let loaded = driftline_state_load(state, chains, leaders, 20, offsets, holders, holder_count, null_mut());
            assert_eq!(loaded, DRIFTLINE_RESULT_OK);
            digest(state)
        };
        for allocations in 0..10_000 {
            let (mut actions, mut count) = (null(), usize::MAX);
            // SAFETY: as above; the error is a live local with its size.
            let (code, error) = unsafe {
                let mut error: driftline_error = std::mem::zeroed();
                error.struct_size = size_of::<driftline_error>() as u32;
                let size = size_of::<driftline_action>();
                let (actions, count) = (&mut actions, &mut count);
                let code = with_allocations(allocations, || {
                    driftline_scheduler_tick(scheduler, state, 0, size, actions, count, null_mut(), &mut error)
                });
                (code, error)
            };
            if code == DRIFTLINE_RESULT_OK {
                assert_eq!(count, 20);
                assert!(allocations > 10, "a tick that allocates {allocations} times was not tried much");
                assert_eq!(driftline_scheduler_free(scheduler), DRIFTLINE_RESULT_OK);
                assert_eq!(driftline_state_free(state), DRIFTLINE_RESULT_OK);
                return;
            }
            assert_eq!((code, error.code, count), (DRIFTLINE_RESULT_NO_MEMORY, DRIFTLINE_RESULT_NO_MEMORY, usize::MAX));
            // SAFETY: as above.
            assert_eq!(unsafe { digest(state) }, untouched, "no cooldown has started");
        }
        panic!("it never succeeds");
    }

    unsafe fn digest(state: driftline_state) -> u64 {
        let mut digest = 0;
        // SAFETY: the output is a live local.
        assert_eq!(unsafe { driftline_state_digest(state, &mut digest, null_mut()) }, DRIFTLINE_RESULT_OK);
        digest
    }
}
