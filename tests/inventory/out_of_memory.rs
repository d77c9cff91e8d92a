//! An allocation that fails is an error like any other: the call says so, and all is as it was.

use std::ops::Range;

use driftline::{
    Alternative, Bandwidth, ChainId, ChainProfile, Client, Error, Event, InventoryConfig, InventoryScorer,
    MigrationCost, NodeId, NodeInventory, PlacementScorer, Rtt, ScoreAxes, Timestamp,
};

use crate::allocator::{heap_bytes, with_allocations};
use crate::input::with_membership;
use crate::small::{chain_print, cpu, follow, forget, inventory, node_print, profile, report, touches};

const NODES: Range<u64> = 1..60;
const CHAINS: Range<u64> = 1..12;

/// All that an inventory can be asked.
#[derive(Debug, PartialEq)]
struct Answers {
    axes: Vec<Option<ScoreAxes>>,
    fingerprints: Vec<u64>,
    homes: Vec<Vec<Alternative>>,
    costs: Vec<Option<MigrationCost>>,
}

fn answers(inventory: &InventoryScorer) -> Answers {
    let pairs = || CHAINS.flat_map(|chain| NODES.map(move |node| (ChainId(chain), NodeId(node))));
    let homes = |chain| {
        let mut homes = Vec::new();
        inventory.alternatives(ChainId(chain), &[], 100, &mut homes).expect("there is memory");
        homes
    };
    let chain_prints = CHAINS.map(|chain| chain_print(inventory, ChainId(chain)));
    Answers {
        axes: pairs().map(|(chain, node)| inventory.axes(chain, node)).collect(),
        fingerprints: NODES.map(|node| node_print(inventory, node)).chain(chain_prints).collect(),
        homes: CHAINS.map(homes).collect(),
        costs: pairs().map(|(chain, node)| inventory.migration_cost(chain, node).expect("it answers")).collect(),
    }
}

/// Tries a call with one more allocation each time until it gets through; `check` looks at what every failure left behind.
/// Says how many it took.
fn until_it_succeeds<T>(
    world: &mut InventoryScorer,
    call: impl Fn(&mut InventoryScorer) -> Result<T, Error>,
    check: impl Fn(&InventoryScorer),
) -> u64 {
    for allocations in 0..10_000 {
        match with_allocations(allocations, || call(world)) {
            Ok(_) => return allocations,
            Err(Error::OutOfMemory) => check(world),
            Err(other) => panic!("with {allocations} allocations: {other}"),
        }
    }
    panic!("it never succeeds");
}

/// Half of the nodes and chains are known, so that a call has both to add and to change.
fn world() -> InventoryScorer {
    let mut world = inventory(InventoryConfig::default());
    let known = NODES.filter(|node| node % 2 == 0);
    report(&mut world, 0, &known.map(|node| cpu(node, node as f64)).collect::<Vec<_>>());
    let held = CHAINS.filter(|chain| chain % 2 == 0).flat_map(holders_added);
    follow(&mut world, &held.collect::<Vec<_>>());
    profile(&mut world, ChainProfile { group: Some(1), ..ChainProfile::of(ChainId(2)) });
    touches(&mut world);
    world
}

fn holders_added(chain: u64) -> [Event; 5] {
    [0, 7, 14, 21, 28].map(|step| Event::HolderAdded { chain: ChainId(chain), node: NodeId(chain + step) })
}

/// A call that is all or nothing, and takes some memory.
#[track_caller]
fn assert_all_or_nothing<T>(call: impl Fn(&mut InventoryScorer) -> Result<T, Error>) {
    let mut world = world();
    let before = answers(&world);
    let needed = until_it_succeeds(&mut world, call, |world| assert_eq!(answers(world), before));
    assert!(needed > 3, "a call that allocates {needed} times was not tried much");
    assert_ne!(answers(&world), before, "the call changes something");
}

#[test]
fn reports_of_nodes() {
    let reports: Vec<NodeInventory> = NODES.map(|node| cpu(node, 60.0 - node as f64)).collect();
    assert_all_or_nothing(|world| world.report_nodes(Timestamp(1), &reports));
}

#[test]
fn reports_of_round_trip_times() {
    let rtt = |from: u64, to: u64| Rtt { from: NodeId(from), to: NodeId(to), rtt_ns: from * to };
    let reports: Vec<Rtt> = (100..110).flat_map(|from| NODES.map(move |to| rtt(from, to))).collect();
    assert_all_or_nothing(|world| world.report_rtts(Timestamp(1), &reports));
}

#[test]
fn reports_of_bandwidths() {
    let bandwidth = |from, to| Bandwidth { from: NodeId(from), to: NodeId(to), bytes_per_sec: 1e6 };
    let reports: Vec<Bandwidth> = NODES.flat_map(|from| NODES.map(move |to| bandwidth(from, to))).collect();
    let sized = ChainProfile { size_bytes: Some(1e9), ..ChainProfile::of(ChainId(2)) };
    let mut world = world();
    profile(&mut world, sized);
    let before = answers(&world);
    until_it_succeeds(
        &mut world,
        |world| world.report_bandwidths(&reports),
        |world| assert_eq!(answers(world), before),
    );
    assert_ne!(answers(&world).costs, before.costs);
}

#[test]
fn reports_of_profiles() {
    let clients: Vec<Client> = (100..120).map(|node| Client { node: NodeId(node), weight: 1.0 }).collect();
    let reports: Vec<ChainProfile> = CHAINS
        .map(|chain| ChainProfile {
            size_bytes: Some(1e9),
            clients: &clients[..chain as usize],
            group: Some(5 + chain / 11),
            zone_anti_affinity: chain % 2 == 0,
            ..ChainProfile::of(ChainId(chain))
        })
        .collect();
    assert_all_or_nothing(|world| world.report_profiles(&reports));
}

#[test]
fn events_that_are_sent_again() {
    let mut events: Vec<Event> = CHAINS.flat_map(holders_added).collect();
    events.push(Event::Drain { node: NodeId(50), deadline: Timestamp(9) });
    events.extend((1..6).map(|chain| Event::DesiredReplicas { chain: ChainId(chain), count: 6 }));
    events.push(Event::ChainRemoved { chain: ChainId(3) });
    let (mut world, mut easy) = (world(), world());
    let needed = until_it_succeeds(&mut world, |world| world.follow(&events), |_| ());
    assert!(needed > 5, "events that take {needed} allocations were not tried much");
    follow(&mut easy, &events);
    let without_prints = |inventory| Answers { fingerprints: Vec::new(), ..answers(inventory) };
    assert_eq!(without_prints(&world), without_prints(&easy));
}

#[test]
fn memberships_that_are_loaded_again() {
    let chains: Vec<_> = CHAINS.map(|id| (ChainId(id), vec![NodeId(id), NodeId(id + 30)])).collect();
    let (mut world, mut easy) = (world(), world());
    with_membership(&chains, NodeId::NONE, |membership| {
        let needed = until_it_succeeds(&mut world, |world| world.load(membership), |_| ());
        assert!(needed > 5, "a load that allocates {needed} times was not tried much");
        easy.load(membership).expect("there is memory");
    });
    let without_prints = |inventory| Answers { fingerprints: Vec::new(), ..answers(inventory) };
    assert_eq!(without_prints(&world), without_prints(&easy));
}

#[test]
fn touches_that_are_told_next_time() {
    let (mut world, mut easy) = (world(), world());
    for world in [&mut world, &mut easy] {
        report(world, 1, &[2, 4].map(|node| NodeInventory { tags: Some(1), ..NodeInventory::of(NodeId(node)) }));
    }
    assert!(with_allocations(0, || world.touches()).is_err());
    assert_eq!(touches(&mut world), touches(&mut easy));
}

#[test]
fn a_node_that_is_forgotten_later() {
    let mut world = world();
    let rtt = Rtt { from: NodeId(2), to: NodeId(4), rtt_ns: 5 };
    world.report_rtts(Timestamp(1), &[rtt]).expect("it is valid");
    let before = answers(&world);
    let forgotten = |world: &mut InventoryScorer| world.forget_node(NodeId(2));
    let needed = until_it_succeeds(&mut world, forgotten, |world| assert_eq!(answers(world), before));
    assert_eq!(needed, 1, "for those that it has measured");
}

#[test]
fn a_question_that_has_no_answer() {
    let world = world();
    let ask = |allocations, limit| {
        let mut homes = Vec::new();
        with_allocations(allocations, || world.alternatives(ChainId(2), &[NodeId(3)], limit, &mut homes))
    };
    for limit in [1, 8, 100] {
        for allocations in 0..2 {
            let error = ask(allocations, limit).expect_err("there is no memory");
            assert!(error.lacks_memory());
        }
        ask(9, limit).expect("there is memory");
    }
}

/// What was refused is not kept, or a control plane that goes on trying has less each time.
#[test]
fn what_is_refused_leaves_nothing_behind() {
    let mut world = world();
    let mut early = 0;
    for number in 0..20_000 {
        let from = |rank: u64| NodeId(1_000 + 4 * number + rank);
        let clients = [0, 1, 2, 3].map(|rank| Client { node: from(rank), weight: 1.0 });
        let named = ChainProfile { clients: &clients, group: Some(number), ..ChainProfile::of(ChainId(2)) };
        let unknown = ChainProfile { clients: &clients, ..ChainProfile::of(ChainId(1_000 + number)) };
        let measured = [0, 1, 2, 3].map(|rank| Rtt { from: from(rank), to: NodeId(2 + 2 * rank), rtt_ns: 5 });
        let event = Event::HolderAdded { chain: ChainId(1_000 + number), node: NodeId(1_000 + number) };
        let allocations = number % 12;
        let outcomes = [
            with_allocations(allocations, || world.report_profiles(&[named, unknown])),
            with_allocations(allocations, || world.report_rtts(Timestamp(1), &measured)),
            with_allocations(allocations % 2, || world.follow(&[event])),
        ];
        let grouped = ChainProfile { group: Some(!number), ..ChainProfile::of(ChainId(9)) };
        profile(&mut world, grouped);
        let refused =
            with_allocations(0, || world.follow(&[Event::HolderAdded { chain: ChainId(9), node: NodeId(2) }]));
        refused.expect_err("the group takes more");
        follow(&mut world, &[Event::ChainRemoved { chain: ChainId(9) }]);
        // What gets through is taken back.
        if outcomes[2].is_ok() {
            follow(&mut world, &[Event::ChainRemoved { chain: ChainId(1_000 + number) }]);
        }
        if outcomes[0].is_ok() {
            profile(&mut world, ChainProfile { group: Some(1), ..ChainProfile::of(ChainId(2)) });
            profile(&mut world, ChainProfile::of(ChainId(1_000 + number)));
        }
        if outcomes[1].is_ok() {
            measured.iter().for_each(|rtt| assert!(forget(&mut world, rtt.from.0)));
        }
        if number % 1_000 == 0 {
            touches(&mut world);
        }
        if number == 4_000 {
            early = heap_bytes();
        }
        assert!(number < 4_000 || heap_bytes() <= early + early / 8, "{} bytes, {early} before", heap_bytes());
    }
}
