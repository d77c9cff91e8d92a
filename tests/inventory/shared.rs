//! An inventory with several owners.

use std::thread;

use driftline::{
    Action, Alternative, ChainProfile, Event, FingerprintMode, InventoryConfig, LocalScheduler, MeshState, NodeId,
    NodeInventory, PlacementScorer, Rtt, SchedulerConfig, ScorerResult, SharedInventory, Timestamp,
};

use crate::dice::Dice;
use crate::small::{CHAIN, CLIENT, cpu, exact, held};

const NODES: u64 = 100;
const CHAINS: u64 = 200;

const ROUNDS: u64 = 300;

/// Reports of all kinds, one after the other.
fn feed(inventory: &SharedInventory) {
    let mut dice = Dice::new(5);
    for rounds in 1..=ROUNDS {
        let now = Timestamp(rounds * 1_000_000);
        let node = |dice: &mut Dice| 1 + dice.word() % NODES;
        let reports = [(); 8].map(|()| cpu(node(&mut dice), dice.of(&[0.0, 32.0, 60.0, 64.0])));
        inventory.report_nodes(now, &reports).expect("they are valid");
        let rtts =
            [(); 8].map(|()| Rtt { from: NodeId(1000), to: NodeId(node(&mut dice)), rtt_ns: dice.of(&[0, 3, 90]) });
        inventory.report_rtts(now, &rtts).expect("they are valid");
        let chain = driftline::ChainId(1 + dice.word() % CHAINS);
        let group = dice.of(&[None, Some(1)]);
        let profile = ChainProfile { clients: CLIENT, group, ..ChainProfile::of(chain) };
        inventory.report_profiles(&[profile]).expect("it is valid");
        inventory.forget_node(NodeId(node(&mut dice))).expect("there is memory");
        thread::yield_now();
    }
}

#[test]
fn it_is_fed_by_one_thread_while_another_ticks() {
    for mode in [FingerprintMode::Poll, FingerprintMode::Push] {
        let inventory = SharedInventory::new(exact()).expect("the config is valid");
        let mut state = MeshState::new();
        let config = SchedulerConfig { fingerprint_mode: mode, cooldown_ns: 0, ..SchedulerConfig::default() };
        let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
        scheduler.registry_mut().install(Box::new(inventory.clone()));
        let mut events = Vec::new();
        for chain in 1..=CHAINS {
            let chain = driftline::ChainId(chain);
            events.extend([1, 2, 3].map(|offset| held(chain, 1 + (chain.0 * offset) % NODES)));
            events.push(Event::LeaderSet { chain, node: NodeId(1) });
        }
        state.apply(&events).expect("they are valid");
        inventory.follow(&events).expect("they are valid");
        thread::scope(|scope| {
            let feeder = scope.spawn(|| feed(&inventory));
            let (mut evictions, mut tick) = (0, 0);
            let mut is_over = false;
            while !is_over {
                // The last tick is after the last report: the other thread may have been faster than the first.
                is_over = feeder.is_finished();
                tick += 1;
                inventory.touch(&mut state).expect("there is memory");
                let decision = scheduler.tick(&mut state, Timestamp(tick)).expect("the inventory answers");
                assert_eq!(decision.report.invalid_scores + decision.report.invalid_alternatives, 0);
                for action in &decision.actions {
                    let Action::Evict(eviction) = action else { continue };
                    let target = eviction.target.expect("it goes somewhere");
                    assert!((1..=NODES).contains(&target.0), "{eviction:?}");
                    evictions += 1;
                }
                thread::yield_now();
            }
            feeder.join().expect("it has not panicked");
            assert!(evictions > 0, "{mode:?}");
        });
    }
}

/// All that can be asked and told is the same through it.
#[test]
fn it_answers_as_what_it_shares() {
    let shared = SharedInventory::new(exact()).expect("the config is valid");
    let clone = shared.clone();
    let node = NodeInventory { zone: Some(1), bandwidth_bytes_per_sec: Some(1e6), ..cpu(1, 32.0) };
    clone.report_nodes(Timestamp(0), &[node, cpu(2, 0.0), cpu(3, 0.0)]).expect("they are valid");
    clone.follow(&[held(CHAIN, 1)]).expect("they are valid");
    let path = driftline::Bandwidth { from: NodeId(1), to: NodeId(2), bytes_per_sec: 2e6 };
    clone.report_bandwidths(&[path]).expect("it is valid");
    let profile = ChainProfile { size_bytes: Some(1e6), ..ChainProfile::of(CHAIN) };
    clone.report_profiles(&[profile]).expect("it is valid");
    let pairs = [(CHAIN, NodeId(1)), (CHAIN, NodeId(2)), (CHAIN, NodeId(9))];
    let answers = |scorer: &dyn PlacementScorer| {
        let (mut scores, mut live, mut prints) = ([None; 3], [None; 3], [None; 3]);
        scorer.score_many(&pairs, &mut scores).expect("it answers");
        scorer.live_score_many(&pairs, &mut live).expect("it answers");
        scorer.node_fingerprints(&[NodeId(1), NodeId(2), NodeId(9)], &mut prints).expect("it answers");
        let mut homes = Vec::new();
        scorer.alternatives(CHAIN, &[NodeId(1)], 1, &mut homes).expect("it answers");
        scorer.alternatives(CHAIN, &[NodeId(1)], 9, &mut homes).expect("it answers");
        scorer.replacements(CHAIN, NodeId(1), &[NodeId(1)], 9, &mut homes).expect("it answers");
        let mut instead = [None; 3];
        scorer.live_score_replacements(NodeId(1), &pairs, &mut instead).expect("it answers");
        let replacement = scorer.best_replacement(CHAIN, NodeId(1), &[NodeId(2)]).expect("it answers");
        homes.extend(replacement);
        let one = scorer.score(CHAIN, NodeId(1)).expect("it answers");
        let best: ScorerResult<Option<Alternative>> = scorer.best_alternative(CHAIN, &[NodeId(2)]);
        let cost = scorer.migration_cost(CHAIN, NodeId(2)).expect("it answers");
        let print = scorer.chain_fingerprint(CHAIN).expect("it answers");
        let has_print = scorer.has_chain_fingerprint();
        let node = scorer.node_fingerprint(NodeId(1)).expect("it answers");
        format!(
            "{scores:?} {live:?} {instead:?} {prints:?} {homes:?} {one:?} {best:?} {cost:?} {print:?} {has_print} {node:?}"
        )
    };
    let found = answers(&shared);
    assert_eq!(found, shared.with(|inventory| answers(inventory)));
    assert!(!found.contains("Err") && found.contains("true"), "{found}");
    assert_eq!(shared.axes(CHAIN, NodeId(1)), shared.with(|inventory| inventory.axes(CHAIN, NodeId(1))));
    let touches = shared.touches().expect("there is memory");
    assert_eq!(touches.len(), 4);
    assert!(shared.forget_node(NodeId(2)).expect("there is memory"));
    assert!(!shared.forget_node(NodeId(2)).expect("there is memory"));
    let none = |membership: &driftline::Membership<'_>| shared.load(membership);
    crate::input::with_membership(&[], NodeId::NONE, none).expect("it is valid");
    assert_eq!(shared.chain_fingerprint(CHAIN).expect("it answers"), Some(0));
    SharedInventory::new(InventoryConfig { rtt_half_ns: 0, ..exact() }).expect_err("there is no half");
}

#[test]
fn a_panic_of_one_owner_leaves_it_to_the_others() {
    let shared = SharedInventory::new(exact()).expect("the config is valid");
    shared.report_nodes(Timestamp(0), &[cpu(1, 32.0)]).expect("it is valid");
    let other = shared.clone();
    let outcome = thread::spawn(move || other.with(|_| panic!("on purpose"))).join();
    assert!(outcome.is_err());
    assert_eq!(shared.score(CHAIN, NodeId(1)).expect("it answers"), Some(0.5));
}
