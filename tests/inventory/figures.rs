//! Scores, homes and costs that were worked out by hand.

use driftline::{
    Bandwidth, ChainId, ChainProfile, Client, Event, InventoryConfig, NodeHealth, NodeId, NodeInventory,
    PlacementScorer, Rtt, Timestamp,
};

use crate::small::{
    CHAIN, CLIENT, best, cpu, exact, follow, forget, held, inventory, left, measure, profile, report, score,
};

fn in_zone(node: u64, zone: u32) -> NodeInventory {
    NodeInventory { zone: Some(zone), ..cpu(node, 0.0) }
}

#[test]
fn a_score_is_half_the_weighted_mean_and_half_the_worst_axis() {
    let mut inventory = inventory(InventoryConfig::default());
    profile(&mut inventory, ChainProfile { clients: CLIENT, group: Some(5), ..ChainProfile::of(CHAIN) });
    follow(&mut inventory, &[held(CHAIN, 1), held(CHAIN, 2)]);
    // 80 % in use is half-way between the comfortable 60 % and full.
    report(&mut inventory, 0, &[NodeInventory { zone: Some(1), ..cpu(1, 51.2) }, in_zone(2, 1)]);
    measure(&mut inventory, 0, 1, 300_000_000);
    let axes = inventory.axes(CHAIN, NodeId(1)).expect("it was reported");
    let near = |found: Option<f32>, wanted: f32| (found.expect("there is an opinion") - wanted).abs() < 1e-6;
    assert!(near(axes.headroom, 0.5) && near(axes.proximity, 0.25), "{axes:?}");
    assert!(near(axes.zone_spread, 0.5) && near(axes.colocation, 0.5) && axes.is_home, "{axes:?}");
    let mean = (1.0 * 0.5 + 1.0 * 0.25 + 0.5 * 0.5 + 0.25 * 0.5) / 2.75;
    assert!(near(axes.score, 0.5 * mean + 0.5 * 0.25), "{axes:?}");
}

#[test]
fn what_was_not_reported_is_no_opinion() {
    let mut inventory = inventory(InventoryConfig::default());
    assert_eq!(inventory.axes(CHAIN, NodeId(1)), None);
    follow(&mut inventory, &[held(CHAIN, 1), Event::Drain { node: NodeId(2), deadline: Timestamp(0) }]);
    assert_eq!((inventory.axes(CHAIN, NodeId(1)), inventory.axes(CHAIN, NodeId(2))), (None, None));
    report(&mut inventory, 0, &[NodeInventory::of(NodeId(1))]);
    let axes = inventory.axes(CHAIN, NodeId(1)).expect("it was reported");
    assert_eq!((axes.headroom, axes.proximity, axes.zone_spread, axes.colocation), (None, None, None, None));
    assert_eq!((axes.is_home, axes.score), (true, None));
    report(&mut inventory, 0, &[cpu(1, 0.0)]);
    assert_eq!(score(&inventory, CHAIN, 1), Some(1.0), "the others decide");
}

/// A node without an opinion hides nobody, wherever it stands beside others.
#[test]
fn who_has_no_opinion_is_in_nobodys_way() {
    for known in [1, 64, 193, 200] {
        let mut inventory = inventory(InventoryConfig::default());
        report(&mut inventory, 0, &(1..=200).map(|node| NodeInventory::of(NodeId(node))).collect::<Vec<_>>());
        report(&mut inventory, 0, &[cpu(known, 50.0)]);
        assert_eq!(best(&inventory, CHAIN), Some(known));
        // Its neighbours are no homes at all now.
        (1..=200).filter(|&node| node != known && node % 3 == 0).for_each(|node| assert!(forget(&mut inventory, node)));
        assert_eq!(best(&inventory, CHAIN), Some(known));
    }
}

#[test]
fn an_alternative_has_an_opinion_wherever_a_holder_has_one() {
    let mut inventory = inventory(InventoryConfig::default());
    report(&mut inventory, 0, &[cpu(1, 60.0), cpu(2, 0.0)]);
    profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(CHAIN) });
    follow(&mut inventory, &[held(CHAIN, 1)]);
    assert_eq!(best(&inventory, CHAIN), Some(2));
    measure(&mut inventory, 0, 1, 0);
    assert_eq!(best(&inventory, CHAIN), None);
    // It is no home for whoever asks about it by name, either, and says why.
    let axes = inventory.axes(CHAIN, NodeId(2)).expect("it was reported");
    assert_eq!((axes.headroom, axes.proximity, axes.is_home, axes.score), (Some(1.0), None, false, Some(0.0)));
    let pairs = [1, 2, 1, 3].map(|node| (CHAIN, NodeId(node)));
    let mut scores = [None; 4];
    inventory.live_score_many(&pairs, &mut scores).expect("it answers");
    assert_eq!(scores, [score(&inventory, CHAIN, 1), Some(0.0), score(&inventory, CHAIN, 1), None]);
    measure(&mut inventory, 0, 2, 0);
    assert_eq!(best(&inventory, CHAIN), Some(2));
    assert_eq!(score(&inventory, CHAIN, 2), Some(1.0));
    // Where the axis has no weight nobody asks.
    let mut inventory = crate::small::inventory(InventoryConfig { proximity_weight: 0.0, ..<_>::default() });
    report(&mut inventory, 0, &[cpu(1, 60.0), cpu(2, 0.0)]);
    profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(CHAIN) });
    follow(&mut inventory, &[held(CHAIN, 1)]);
    measure(&mut inventory, 0, 1, 0);
    assert_eq!(best(&inventory, CHAIN), Some(2));
}

#[test]
fn hard_filters() {
    let wanted = ChainProfile { required_tags: 0b101, ..ChainProfile::of(CHAIN) };
    let of = cpu(2, 0.0);
    let tagged = NodeInventory { tags: Some(0b111), ..of };
    let cases = [
        // What it is worth where it holds the chain, and whether it may have it where not.
        (tagged, 1.0, true),
        (NodeInventory { tags: Some(0b110), ..of }, 0.0, false),
        (NodeInventory { tags: None, ..of }, 1.0, false),
        (NodeInventory { health: Some(NodeHealth::Cordoned), ..tagged }, 1.0, false),
        (NodeInventory { health: Some(NodeHealth::Failed), ..tagged }, 0.0, false),
        (NodeInventory { health: Some(NodeHealth::Healthy), ..tagged }, 1.0, true),
    ];
    for (told, worth, is_alternative) in cases {
        let mut inventory = inventory(InventoryConfig::default());
        report(&mut inventory, 0, &[told]);
        profile(&mut inventory, wanted);
        assert_eq!(best(&inventory, CHAIN), is_alternative.then_some(2), "{told:?}");
        assert_eq!(score(&inventory, CHAIN, 2), Some(if is_alternative { 1.0 } else { 0.0 }), "{told:?}");
        follow(&mut inventory, &[Event::Drain { node: NodeId(2), deadline: Timestamp(0) }]);
        assert_eq!((best(&inventory, CHAIN), score(&inventory, CHAIN, 2)), (None, Some(0.0)), "{told:?} drained");
        follow(&mut inventory, &[held(CHAIN, 2)]);
        assert_eq!((best(&inventory, CHAIN), score(&inventory, CHAIN, 2)), (None, Some(worth)), "{told:?} holds it");
        follow(&mut inventory, &[left(CHAIN, 2), Event::DrainCancelled { node: NodeId(2) }]);
        assert_eq!(best(&inventory, CHAIN), is_alternative.then_some(2), "{told:?} no longer drained");
    }
}

/// A newcomer takes somebody's place: it is not beside the one that it replaces.
#[test]
fn zones_are_judged_without_the_one_that_leaves() {
    let mut inventory = inventory(InventoryConfig::default());
    report(&mut inventory, 0, &[in_zone(1, 1), in_zone(2, 2), in_zone(3, 1), in_zone(4, 2), cpu(5, 0.0)]);
    profile(&mut inventory, ChainProfile { zone_anti_affinity: true, ..ChainProfile::of(CHAIN) });
    follow(&mut inventory, &[held(CHAIN, 1), held(CHAIN, 2)]);
    // Both are as good: the lower id is the worst. A node of unknown zone is in every zone.
    assert_eq!(best(&inventory, CHAIN), Some(3));
    let drain = |node| Event::Drain { node: NodeId(node), deadline: Timestamp(0) };
    follow(&mut inventory, &[drain(2)]);
    assert_eq!(best(&inventory, CHAIN), Some(4));
    follow(&mut inventory, &[drain(1)]);
    assert_eq!(best(&inventory, CHAIN), Some(3), "the lower id of two that are drained");
    follow(&mut inventory, &[1, 2].map(|node| Event::DrainCancelled { node: NodeId(node) }));
    report(&mut inventory, 0, &[NodeInventory { cpu_use_cores: Some(64.0), ..in_zone(2, 2) }]);
    report(&mut inventory, 1000, &[NodeInventory { cpu_use_cores: Some(64.0), ..in_zone(2, 2) }]);
    assert_eq!(best(&inventory, CHAIN), Some(4), "the worst leaves");
    // While holders are missing nobody does.
    for (count, home) in [(3, None), (2, Some(4)), (0, Some(4))] {
        follow(&mut inventory, &[Event::DesiredReplicas { chain: CHAIN, count }]);
        assert_eq!(best(&inventory, CHAIN), home, "{count} desired");
    }
    report(&mut inventory, 1000, &[in_zone(2, 1)]);
    assert_eq!((score(&inventory, CHAIN, 1), score(&inventory, CHAIN, 2)), (Some(0.0), Some(0.0)), "in one zone");
}

#[test]
fn zone_spread_is_one_half_beside_one_and_one_third_beside_two() {
    let mut inventory = inventory(InventoryConfig::default());
    report(&mut inventory, 0, &[in_zone(1, 1), in_zone(2, 1), in_zone(3, 1), in_zone(4, 2), in_zone(5, 1)]);
    let spread = |inventory: &driftline::InventoryScorer, node| {
        inventory.axes(CHAIN, NodeId(node)).and_then(|axes| axes.zone_spread)
    };
    for (holder, found) in [(1, 1.0), (2, 0.5), (3, 1.0 / 3.0)] {
        follow(&mut inventory, &[held(CHAIN, holder)]);
        assert_eq!(spread(&inventory, 1), Some(found));
        // One of them would leave.
        assert_eq!(spread(&inventory, 5), Some(1.0 / holder as f32));
        assert_eq!(spread(&inventory, 4), Some(1.0));
    }
    follow(&mut inventory, &[Event::DesiredReplicas { chain: CHAIN, count: 4 }]);
    assert_eq!(spread(&inventory, 5), Some(0.25));
    // The wish stays while nobody holds the chain.
    follow(&mut inventory, &[1, 2, 3].map(|node| left(CHAIN, node)));
    follow(&mut inventory, &[held(CHAIN, 1)]);
    assert_eq!(spread(&inventory, 5), Some(0.5));
}

#[test]
fn proximity_is_the_mean_over_clients_that_have_measured() {
    let mut inventory = inventory(exact());
    let clients = [(1000, 3.0), (1001, 1.0), (1002, 9.0)];
    let clients = clients.map(|(node, weight)| Client { node: NodeId(node), weight });
    profile(&mut inventory, ChainProfile { clients: &clients, ..ChainProfile::of(CHAIN) });
    // 3 ns is half, 9 a quarter.
    let rtts = [(1000, 3), (1001, 9)].map(|(from, rtt_ns)| Rtt { from: NodeId(from), to: NodeId(1), rtt_ns });
    inventory.report_rtts(Timestamp(0), &rtts).expect("they are valid");
    let axes = inventory.axes(CHAIN, NodeId(1)).expect("it was measured");
    let proximity = axes.proximity.expect("it was measured");
    assert!((proximity - (0.75 * 0.5 + 0.25 * 0.25)).abs() < 1e-6, "{proximity}");
    // A client that hardly counts is better than none.
    let clients = [(1000, 1e-30), (1002, 1e30)].map(|(node, weight)| Client { node: NodeId(node), weight });
    profile(&mut inventory, ChainProfile { clients: &clients, ..ChainProfile::of(CHAIN) });
    assert_eq!(inventory.axes(CHAIN, NodeId(1)).and_then(|axes| axes.proximity), Some(0.5));
}

#[test]
fn colocation_is_with_other_chains_of_the_group() {
    let mut inventory = inventory(InventoryConfig { headroom_weight: 0.0, ..InventoryConfig::default() });
    for chain in [7, 8] {
        profile(&mut inventory, ChainProfile { group: Some(0), ..ChainProfile::of(ChainId(chain)) });
    }
    report(&mut inventory, 0, &[cpu(1, 0.0), cpu(2, 0.0)]);
    follow(&mut inventory, &[held(CHAIN, 1), held(ChainId(8), 2)]);
    assert_eq!([1, 2].map(|node| score(&inventory, CHAIN, node)), [Some(0.5), Some(1.0)]);
    follow(&mut inventory, &[held(ChainId(8), 1)]);
    assert_eq!([1, 2].map(|node| score(&inventory, CHAIN, node)), [Some(1.0), Some(1.0)]);
    follow(&mut inventory, &[Event::ChainRemoved { chain: ChainId(8) }]);
    assert_eq!([1, 2].map(|node| score(&inventory, CHAIN, node)), [Some(0.5), Some(0.5)]);
}

/// In the smallest capacities and the largest demands there is no NaN to hide behind.
#[test]
fn amounts_of_any_size_are_compared() {
    let mut inventory = inventory(InventoryConfig::default());
    let tiny = NodeInventory { cpu_capacity_cores: Some(1e-40), cpu_use_cores: Some(1e-40), ..cpu(1, 0.0) };
    report(&mut inventory, 0, &[tiny, NodeInventory { zone: Some(1), ..NodeInventory::of(NodeId(1)) }]);
    assert_eq!(best(&inventory, CHAIN), None);
    report(&mut inventory, 0, &[cpu(2, 0.0)]);
    profile(&mut inventory, ChainProfile { cpu_cores: Some(1e300), ..ChainProfile::of(CHAIN) });
    assert_eq!(best(&inventory, CHAIN), None);
}

#[test]
fn a_move_costs_its_transfer_its_disruption_and_what_the_chain_is_worth() {
    let config = InventoryConfig { serialisation_bytes_per_sec: 1e9, ..InventoryConfig::default() };
    let mut inventory = inventory(config);
    let cost = |inventory: &driftline::InventoryScorer| {
        let cost = inventory.migration_cost(CHAIN, NodeId(3)).expect("it answers").expect("it is known");
        (cost.state_transfer_ns, cost.disruption_ns, cost.reliability_factor)
    };
    assert_eq!(inventory.migration_cost(CHAIN, NodeId(3)).expect("it answers"), None);
    follow(&mut inventory, &[held(CHAIN, 1), held(CHAIN, 2)]);
    let of = ChainProfile { size_bytes: Some(1e9), ..ChainProfile::of(CHAIN) };
    profile(&mut inventory, of);
    assert_eq!(cost(&inventory), (9_000_000_000, 0, 1.0), "8 s on 1 Gbit/s and 1 s to write it out");
    let line = |node, rate| NodeInventory { bandwidth_bytes_per_sec: Some(rate), ..NodeInventory::of(NodeId(node)) };
    report(&mut inventory, 0, &[line(3, 5e8)]);
    assert_eq!(cost(&inventory).0, 3_000_000_000, "as fast as the target is known to be");
    report(&mut inventory, 0, &[line(1, 2.5e8)]);
    assert_eq!(cost(&inventory).0, 3_000_000_000, "the path from the other holder is faster");
    report(&mut inventory, 0, &[line(2, 1e8)]);
    assert_eq!(cost(&inventory).0, 5_000_000_000, "the slower end counts, and the faster path");
    let path = |from, to, bytes_per_sec| Bandwidth { from: NodeId(from), to: NodeId(to), bytes_per_sec };
    inventory.report_bandwidths(&[path(3, 2, 1e12), path(2, 3, 1e9)]).expect("they are valid");
    assert_eq!(cost(&inventory).0, 2_000_000_000, "as measured, in that direction");
    inventory.report_bandwidths(&[path(2, 3, 1.0)]).expect("it is valid");
    assert_eq!(cost(&inventory).0, 5_000_000_000, "the latest measurement");
    profile(&mut inventory, ChainProfile { disruption_ns: Some(7), service_value: Some(2.5), ..of });
    assert_eq!(cost(&inventory), (5_000_000_000, 7, 2.5));
    profile(&mut inventory, ChainProfile { size_bytes: Some(f64::MAX), ..of });
    assert_eq!(cost(&inventory).0, u64::MAX);
    profile(&mut inventory, ChainProfile { size_bytes: Some(0.0), ..of });
    assert_eq!(cost(&inventory), (0, 0, 1.0), "known to be nothing");
    forget(&mut inventory, 2);
    profile(&mut inventory, of);
    assert_eq!(cost(&inventory).0, 3_000_000_000, "of the holder 2 nothing is known now: as fast as the target");
}

#[test]
fn costs_fall_back_on_the_config() {
    let with = |config| {
        let mut inventory = inventory(config);
        follow(&mut inventory, &[held(CHAIN, 1)]);
        let cost = inventory.migration_cost(CHAIN, NodeId(3)).expect("it answers");
        cost.map(|cost| (cost.state_transfer_ns, cost.disruption_ns))
    };
    let of = InventoryConfig::default();
    assert_eq!(with(of), None);
    assert_eq!(with(InventoryConfig { fallback_size_bytes: 125e6, ..of }), Some((1_000_000_000, 0)));
    assert_eq!(with(InventoryConfig { fallback_disruption_ns: 5, ..of }), Some((0, 5)));
    let slow = InventoryConfig { fallback_size_bytes: 125e6, fallback_bandwidth_bytes_per_sec: 1e6, ..of };
    assert_eq!(with(slow), Some((125_000_000_000, 0)));
}
