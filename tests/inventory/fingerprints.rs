//! When fingerprints move and when they do not, on both sides of each boundary.

use driftline::{
    ChainId, ChainProfile, Client, Event, InventoryConfig, InventoryScorer, MeshState, NodeHealth, NodeId,
    NodeInventory, Timestamp,
};

use crate::input::with_membership;
use crate::small::{
    CHAIN, CLIENT, chain_print, cpu, exact, follow, forget, held, inventory, left, measure, node_print, profile,
    report, score, touches,
};

const OTHER: ChainId = ChainId(8);
const THIRD: ChainId = ChainId(9);

/// Whether the fingerprint of node 1 moves, and that of chain 7.
fn moves(inventory: &mut InventoryScorer, what: impl FnOnce(&mut InventoryScorer)) -> (bool, bool) {
    let before = (node_print(inventory, 1), chain_print(inventory, CHAIN));
    what(inventory);
    (node_print(inventory, 1) != before.0, chain_print(inventory, CHAIN) != before.1)
}

#[test]
fn a_headroom_moves_its_node_when_it_leaves_what_was_noted_by_more_than_epsilon() {
    let mut inventory = inventory(InventoryConfig { headroom_epsilon: Some(0.125), ..exact() });
    report(&mut inventory, 0, &[cpu(1, 32.0)]);
    // Noted is what it was when it moved last, not when it was reported last.
    for (use_cores, has_moved) in
        [(24.0, false), (40.0, false), (40.001, true), (32.1, false), (32.0, true), (24.0, false), (23.999, true)]
    {
        let moved = moves(&mut inventory, |inventory| report(inventory, 0, &[cpu(1, use_cores)]));
        assert_eq!(moved, (has_moved, false), "{use_cores} cores");
    }
}

#[test]
fn a_headroom_that_was_unknown_or_becomes_so_moves_its_node() {
    let mut inventory = inventory(InventoryConfig { headroom_epsilon: Some(1.0), ..exact() });
    let use_only = NodeInventory { cpu_capacity_cores: None, ..cpu(1, 1.0) };
    report(&mut inventory, 0, &[use_only]);
    assert!(!moves(&mut inventory, |inventory| report(inventory, 0, &[use_only])).0);
    assert!(moves(&mut inventory, |inventory| report(inventory, 0, &[cpu(1, 1.0)])).0);
    assert!(!moves(&mut inventory, |inventory| report(inventory, 0, &[cpu(1, 64.0)])).0);
    follow(&mut inventory, &[held(CHAIN, 1)]);
    assert!(moves(&mut inventory, |inventory| assert!(forget(inventory, 1))).0);
    assert!(!moves(&mut inventory, |inventory| assert!(!forget(inventory, 1))).0);
    assert!(moves(&mut inventory, |inventory| report(inventory, 0, &[NodeInventory::of(NodeId(1))])).0);
}

#[test]
fn a_headroom_without_weight_moves_nothing() {
    let mut inventory = inventory(InventoryConfig { headroom_weight: 0.0, headroom_epsilon: Some(0.0), ..exact() });
    report(&mut inventory, 0, &[NodeInventory::of(NodeId(1))]);
    assert!(!moves(&mut inventory, |inventory| report(inventory, 0, &[cpu(1, 1.0)])).0);
    assert!(!moves(&mut inventory, |inventory| report(inventory, 0, &[cpu(1, 64.0)])).0);
}

#[test]
fn facts_move_their_node_and_what_is_said_again_does_not() {
    let mut inventory = inventory(exact());
    let of = NodeInventory::of(NodeId(1));
    let reports = [
        of,
        NodeInventory { tags: Some(0), ..of },
        NodeInventory { tags: Some(1), ..of },
        NodeInventory { zone: Some(0), ..of },
        NodeInventory { zone: Some(1), ..of },
        NodeInventory { health: Some(NodeHealth::Cordoned), ..of },
        NodeInventory { health: Some(NodeHealth::Failed), ..of },
        NodeInventory { health: Some(NodeHealth::Healthy), ..of },
    ];
    for told in reports {
        assert!(moves(&mut inventory, |inventory| report(inventory, 0, &[told])).0, "{told:?}");
        assert!(!moves(&mut inventory, |inventory| report(inventory, 0, &[told])).0, "{told:?} again");
    }
    let bandwidth = NodeInventory { bandwidth_bytes_per_sec: Some(1.0), ..of };
    assert!(!moves(&mut inventory, |inventory| report(inventory, 0, &[bandwidth])).0, "costs are asked live");
}

#[test]
fn what_concerns_no_holder_moves_nothing() {
    let mut inventory = inventory(exact());
    report(&mut inventory, 0, &[cpu(1, 32.0)]);
    follow(&mut inventory, &[held(CHAIN, 1)]);
    let node = NodeId(1);
    let events = [
        Event::Drain { node, deadline: Timestamp(0) },
        Event::DrainCancelled { node },
        Event::DesiredReplicas { chain: CHAIN, count: 3 },
        Event::Avoid { node, until: Timestamp(9) },
        Event::LeaderSet { chain: CHAIN, node },
        held(CHAIN, 1),
        held(CHAIN, 2),
        held(OTHER, 1),
        left(CHAIN, 2),
        left(CHAIN, 2),
    ];
    assert_eq!(moves(&mut inventory, |inventory| follow(inventory, &events)), (false, false));
}

/// One beside others is judged by their zones, so whoever remembers scores has to see them.
#[test]
fn who_holds_a_chain_and_in_which_zones_moves_it() {
    let mut inventory = inventory(exact());
    let in_zone = |node, zone| NodeInventory { zone: Some(zone), ..NodeInventory::of(NodeId(node)) };
    report(&mut inventory, 0, &[in_zone(1, 1), in_zone(2, 1), in_zone(3, 1), in_zone(4, 2)]);
    follow(&mut inventory, &[held(CHAIN, 1), held(CHAIN, 2), held(OTHER, 2)]);
    let chain_moves = |inventory: &mut InventoryScorer, events: &[Event]| moves(inventory, |i| follow(i, events)).1;
    assert!(chain_moves(&mut inventory, &[left(CHAIN, 2)]));
    assert!(chain_moves(&mut inventory, &[held(CHAIN, 2)]));
    assert!(chain_moves(&mut inventory, &[left(CHAIN, 2), held(CHAIN, 3)]), "another one, in the same zone");
    assert!(chain_moves(&mut inventory, &[left(CHAIN, 3), held(CHAIN, 4)]));
    assert!(!chain_moves(&mut inventory, &[left(CHAIN, 1), left(CHAIN, 4), held(CHAIN, 4), held(CHAIN, 1)]));
    assert!(!chain_moves(&mut inventory, &[left(OTHER, 2), held(OTHER, 4)]));
    assert_eq!(moves(&mut inventory, |inventory| report(inventory, 0, &[in_zone(4, 3)])), (false, true));
    assert_eq!(moves(&mut inventory, |inventory| report(inventory, 0, &[in_zone(2, 3)])), (false, false), "no holder");
    assert_eq!(moves(&mut inventory, |inventory| assert!(forget(inventory, 4))), (false, true));
}

#[test]
fn a_round_trip_time_moves_the_chains_that_its_client_uses_on_that_node() {
    let mut inventory = inventory(InventoryConfig { proximity_epsilon: Some(0.125), ..exact() });
    report(&mut inventory, 0, &[cpu(1, 0.0), cpu(2, 0.0)]);
    follow(&mut inventory, &[held(CHAIN, 1), held(CHAIN, 3), held(OTHER, 1), held(THIRD, 2)]);
    profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(CHAIN) });
    profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(THIRD) });
    let others = |inventory: &InventoryScorer| [OTHER, THIRD].map(|chain| chain_print(inventory, chain));
    let before = others(&inventory);
    // Half of it is at 3 ns: proximities are 1/2, 3/8, 3/8, 1/3, 3/10 and 1.
    for (rtt_ns, has_moved) in [(3, true), (5, false), (5, false), (6, true), (7, false), (0, true), (0, false)] {
        let moved = moves(&mut inventory, |inventory| measure(inventory, 0, 1, rtt_ns));
        assert_eq!(moved, (false, has_moved), "{rtt_ns} ns");
    }
    assert_eq!(others(&inventory), before);
    assert_eq!(moves(&mut inventory, |inventory| measure(inventory, 0, 2, 3)), (false, false), "not a holder");
    assert_ne!(chain_print(&inventory, THIRD), before[1]);
    assert_eq!(moves(&mut inventory, |inventory| assert!(forget(inventory, 1000))), (false, true));
    assert_eq!(moves(&mut inventory, |inventory| measure(inventory, 0, 1, 0)), (false, true), "known anew");
}

#[test]
fn a_proximity_without_weight_moves_nothing() {
    let mut inventory = inventory(InventoryConfig { proximity_weight: 0.0, proximity_epsilon: Some(0.0), ..exact() });
    report(&mut inventory, 0, &[cpu(1, 0.0)]);
    follow(&mut inventory, &[held(CHAIN, 1)]);
    profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(CHAIN) });
    for rtt_ns in [3, 90, 0] {
        assert_eq!(moves(&mut inventory, |inventory| measure(inventory, 0, 1, rtt_ns)), (false, false), "{rtt_ns} ns");
    }
    assert_eq!(moves(&mut inventory, |inventory| assert!(forget(inventory, 1000))), (false, false));
}

/// Before it the node has no score at all.
#[test]
fn the_first_round_trip_time_to_a_holder_moves_it() {
    let mut inventory = inventory(exact());
    profile(&mut inventory, ChainProfile { group: Some(5), ..ChainProfile::of(CHAIN) });
    follow(&mut inventory, &[held(CHAIN, 1)]);
    assert_eq!(score(&inventory, CHAIN, 1), None);
    assert!(moves(&mut inventory, |inventory| measure(inventory, 0, 1, 3)).0);
    assert_eq!(score(&inventory, CHAIN, 1), Some(0.5));
    assert!(!moves(&mut inventory, |inventory| measure(inventory, 0, 1, 9)).0);
}

#[test]
fn a_profile_moves_its_chain_when_it_says_something_new() {
    let mut inventory = inventory(exact());
    let of = ChainProfile::of(CHAIN);
    let twice = [CLIENT[0], Client { node: NodeId(1001), weight: 1.0 }];
    let heavier = [CLIENT[0], Client { node: NodeId(1001), weight: 2.0 }];
    let profiles = [
        ChainProfile { size_bytes: Some(0.0), ..of },
        ChainProfile { size_bytes: Some(1.0), ..of },
        ChainProfile { cpu_cores: Some(1.0), ..of },
        ChainProfile { memory_bytes: Some(1.0), ..of },
        ChainProfile { required_tags: 1, ..of },
        ChainProfile { clients: CLIENT, ..of },
        ChainProfile { clients: &twice, ..of },
        ChainProfile { clients: &heavier, ..of },
        ChainProfile { service_value: Some(1.0), ..of },
        ChainProfile { disruption_ns: Some(0), ..of },
        ChainProfile { group: Some(0), ..of },
        ChainProfile { group: Some(1), ..of },
        ChainProfile { zone_anti_affinity: true, ..of },
        of,
    ];
    for told in profiles {
        assert!(moves(&mut inventory, |inventory| profile(inventory, told)).1, "{told:?}");
        assert!(!moves(&mut inventory, |inventory| profile(inventory, told)).1, "{told:?} again");
    }
}

#[test]
fn companions_move_each_other_when_the_first_comes_and_the_last_goes() {
    let mut inventory = inventory(exact());
    for chain in [CHAIN, OTHER, THIRD] {
        profile(&mut inventory, ChainProfile { group: Some(5), ..ChainProfile::of(chain) });
    }
    report(&mut inventory, 0, &[cpu(1, 0.0), cpu(2, 0.0)]);
    follow(&mut inventory, &[held(CHAIN, 1), held(OTHER, 2)]);
    for (event, has_moved) in [
        (held(OTHER, 1), true),
        (held(THIRD, 1), false),
        (left(OTHER, 1), false),
        (left(THIRD, 1), true),
        (held(THIRD, 2), false),
        (held(THIRD, 1), true),
        (Event::ChainRemoved { chain: THIRD }, true),
    ] {
        assert_eq!(moves(&mut inventory, |inventory| follow(inventory, &[event])).1, has_moved, "{event:?}");
    }
    follow(&mut inventory, &[held(OTHER, 1)]);
    let leaves = |inventory: &mut _| profile(inventory, ChainProfile { group: Some(6), ..ChainProfile::of(OTHER) });
    assert!(moves(&mut inventory, leaves).1);
    assert!(!moves(&mut inventory, leaves).1);
    let joins = |inventory: &mut _| profile(inventory, ChainProfile { group: Some(5), ..ChainProfile::of(OTHER) });
    assert!(moves(&mut inventory, joins).1);
}

#[test]
fn an_equal_membership_moves_nothing() {
    let mut inventory = inventory(exact());
    let chains = [(CHAIN, vec![NodeId(1), NodeId(2)]), (OTHER, vec![NodeId(1), NodeId(3)]), (THIRD, vec![])];
    for (chain, _) in &chains {
        profile(&mut inventory, ChainProfile { group: Some(5), clients: CLIENT, ..ChainProfile::of(*chain) });
    }
    report(&mut inventory, 0, &[cpu(1, 0.0)]);
    let load = |inventory: &mut InventoryScorer| with_membership(&chains, NodeId::NONE, |all| inventory.load(all));
    load(&mut inventory).expect("the membership is valid");
    touches(&mut inventory);
    let before = [CHAIN, OTHER, THIRD].map(|chain| chain_print(&inventory, chain));
    load(&mut inventory).expect("the membership is valid");
    assert_eq!([CHAIN, OTHER, THIRD].map(|chain| chain_print(&inventory, chain)), before);
    assert_eq!(touches(&mut inventory), vec![]);
}

#[test]
fn touches_tell_once_what_has_moved() {
    let mut inventory = inventory(exact());
    let (node, chain) = (|node| Event::NodeTouched { node: NodeId(node) }, |chain| Event::ChainTouched { chain });
    report(&mut inventory, 0, &[cpu(3, 1.0), cpu(1, 1.0), cpu(3, 64.0), cpu(2, 0.0)]);
    profile(&mut inventory, ChainProfile { required_tags: 1, ..ChainProfile::of(OTHER) });
    profile(&mut inventory, ChainProfile { required_tags: 1, ..ChainProfile::of(CHAIN) });
    forget(&mut inventory, 2);
    let mut state = MeshState::new();
    assert_eq!(touches(&mut inventory), vec![node(1), node(3), chain(CHAIN), chain(OTHER)]);
    assert_eq!(inventory.touch(&mut state).expect("there is memory"), 0);
    report(&mut inventory, 0, &[cpu(3, 1.0), cpu(1, 1.0)]);
    assert_eq!(inventory.touch(&mut state).expect("there is memory"), 1);
    assert_eq!(touches(&mut inventory), vec![]);
}

/// What a state calls undone (S9) may have lost its profile or facts meanwhile.
#[test]
fn who_goes_and_comes_back_is_touched() {
    let mut inventory = inventory(exact());
    report(&mut inventory, 0, &[cpu(1, 64.0), cpu(2, 0.0), cpu(3, 0.0)]);
    follow(&mut inventory, &[held(CHAIN, 1)]);
    profile(&mut inventory, ChainProfile { required_tags: 1, ..ChainProfile::of(CHAIN) });
    touches(&mut inventory);
    follow(&mut inventory, &[Event::ChainRemoved { chain: CHAIN }, held(CHAIN, 1)]);
    assert_eq!(touches(&mut inventory), vec![Event::ChainTouched { chain: CHAIN }]);
    // Its place in the inventory is another's when it comes back, of which nothing was told.
    let node = NodeId(4);
    follow(&mut inventory, &[Event::Drain { node, deadline: Timestamp(0) }]);
    touches(&mut inventory);
    follow(&mut inventory, &[left(CHAIN, 1)]);
    forget(&mut inventory, 1);
    follow(&mut inventory, &[Event::DrainCancelled { node }, held(CHAIN, 1)]);
    let told = touches(&mut inventory);
    assert!(told.contains(&Event::NodeTouched { node: NodeId(1) }), "{told:?}");
    assert_eq!(touches(&mut inventory), vec![]);
    // Who comes later has lost nothing.
    follow(&mut inventory, &[held(OTHER, 5)]);
    assert_eq!(touches(&mut inventory), vec![]);
}

#[test]
fn no_number_comes_twice() {
    let mut inventory = inventory(exact());
    let mut seen = std::collections::BTreeSet::new();
    for node in 1..200 {
        report(&mut inventory, 0, &[cpu(node, 0.0)]);
        assert!(seen.insert(node_print(&inventory, node)), "node {node}");
        forget(&mut inventory, node);
        assert_eq!(node_print(&inventory, node), 0);
    }
    let mut seen = std::collections::BTreeSet::new();
    for chain in (1..200).map(ChainId) {
        profile(&mut inventory, ChainProfile { required_tags: 1, ..ChainProfile::of(chain) });
        assert!(seen.insert(chain_print(&inventory, chain)), "chain {chain}");
        follow(&mut inventory, &[Event::ChainRemoved { chain }]);
        assert_eq!(chain_print(&inventory, chain), 0);
    }
}

/// A score can be sampled an epsilon above what was noted and fall to one below.
#[test]
fn the_bound_is_twice_the_larger_epsilon_that_counts() {
    let epsilons =
        InventoryConfig { headroom_epsilon: Some(0.125), proximity_epsilon: Some(0.25), ..InventoryConfig::default() };
    assert_eq!(epsilons.score_bound(), 0.5);
    assert_eq!(InventoryConfig { proximity_weight: 0.0, ..epsilons }.score_bound(), 0.25);
    assert_eq!(InventoryConfig { headroom_weight: 0.0, ..epsilons }.score_bound(), 0.5);
    // Derived: a twentieth of the gap, by what an axis can move a score.
    let config = InventoryConfig::default();
    let sensitivity = 0.5 + 0.5 * 1.0 / 2.75;
    assert!((config.headroom_epsilon() - 0.2 / 20.0 / sensitivity).abs() < 1e-7);
    assert_eq!(config.proximity_epsilon(), config.headroom_epsilon());
    let light = InventoryConfig { worst_share: 0.0, headroom_weight: 0.0, ..config };
    assert_eq!(light.headroom_epsilon(), 1.0);
    let plain = InventoryConfig { worst_share: 0.0, proximity_weight: 3.25, ..config };
    assert!((plain.proximity_epsilon() - 0.01 * 5.0 / 3.25).abs() < 1e-7);
    assert!((plain.headroom_epsilon() - 0.01 * 5.0).abs() < 1e-7);
    let tiny = InventoryConfig { worst_share: 0.0, headroom_weight: 1e-6, ..config };
    assert_eq!(tiny.headroom_epsilon(), 1.0, "no more than all");
}
