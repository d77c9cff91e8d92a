//! What nodes are expected to use between a move and the report that shows it.

use driftline::{ChainProfile, Event, InventoryConfig, InventoryScorer, NodeId, NodeInventory};

use crate::input::with_membership;
use crate::small::{CHAIN, best, cpu, exact, follow, headroom, held, inventory, left, profile, report};

const OTHER: driftline::ChainId = driftline::ChainId(8);

/// Node 1 with half of everything in use; chains of 16 cores, 8 bytes of memory and 4 of disk.
fn half_full() -> InventoryScorer {
    let mut inventory = inventory(InventoryConfig { capacity_reserve: 0.25, ..exact() });
    report(&mut inventory, 0, &[cpu(1, 32.0)]);
    for chain in [CHAIN, OTHER] {
        let of = ChainProfile::of(chain);
        let wanted = ChainProfile { cpu_cores: Some(16.0), memory_bytes: Some(8.0), size_bytes: Some(4.0), ..of };
        profile(&mut inventory, wanted);
    }
    inventory
}

#[test]
fn a_chain_that_comes_is_expected_to_use_what_it_needs_and_less_where_it_left() {
    let mut inventory = half_full();
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.25, "with the chain on the node");
    follow(&mut inventory, &[held(CHAIN, 1), held(CHAIN, 1)]);
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.25, "on the node");
    assert_eq!(headroom(&inventory, OTHER, 1), 0.0);
    follow(&mut inventory, &[left(CHAIN, 1), left(CHAIN, 1)]);
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.25);
    follow(&mut inventory, &[held(CHAIN, 1), held(OTHER, 1), Event::ChainRemoved { chain: CHAIN }]);
    assert_eq!(headroom(&inventory, OTHER, 1), 0.25);
}

/// Otherwise every chain would move to the same node until its next report.
#[test]
fn room_that_was_taken_is_not_given_twice() {
    let mut inventory = half_full();
    assert_eq!(best(&inventory, CHAIN), Some(1), "three quarters with the chain, and a reserve of one");
    follow(&mut inventory, &[held(OTHER, 1)]);
    assert_eq!(best(&inventory, CHAIN), None);
    // A report is later news, whatever it says of chains that have come.
    report(&mut inventory, 1, &[cpu(1, 32.0)]);
    assert_eq!(best(&inventory, CHAIN), Some(1));
    report(&mut inventory, 1, &[cpu(1, 32.001)]);
    assert_eq!(best(&inventory, CHAIN), None);
}

#[test]
fn a_mean_takes_the_shift_with_it() {
    let mut inventory = inventory(InventoryConfig { load_half_life_ns: 100_000_000_000, ..exact() });
    profile(&mut inventory, ChainProfile { cpu_cores: Some(16.0), ..ChainProfile::of(CHAIN) });
    report(&mut inventory, 0, &[cpu(1, 32.0)]);
    follow(&mut inventory, &[held(CHAIN, 1)]);
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.25);
    report(&mut inventory, 100, &[cpu(1, 32.0)]);
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.375, "from 48 cores half-way to 32");
}

#[test]
fn no_use_is_expected_below_zero() {
    let mut inventory = half_full();
    follow(&mut inventory, &[held(CHAIN, 1), held(OTHER, 1)]);
    report(&mut inventory, 1, &[cpu(1, 1.0)]);
    follow(&mut inventory, &[left(CHAIN, 1), left(OTHER, 1)]);
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.75, "nothing but the chain itself");
    follow(&mut inventory, &[held(CHAIN, 1)]);
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.75);
}

#[test]
fn each_resource_is_shifted_by_its_own_need() {
    for (resource, free) in [(1, 0.5), (2, 0.75)] {
        let mut inventory = half_full();
        let mut told = NodeInventory::of(NodeId(2));
        let (capacity, used) = match resource {
            1 => (&mut told.memory_capacity_bytes, &mut told.memory_use_bytes),
            _ => (&mut told.disk_capacity_bytes, &mut told.disk_use_bytes),
        };
        (*capacity, *used) = (Some(16.0), Some(0.0));
        report(&mut inventory, 0, &[told]);
        follow(&mut inventory, &[held(CHAIN, 2)]);
        assert_eq!(headroom(&inventory, CHAIN, 2), free);
    }
}

#[test]
fn what_is_unknown_stays_so() {
    let mut inventory = half_full();
    follow(&mut inventory, &[held(CHAIN, 2)]);
    report(&mut inventory, 0, &[NodeInventory { cpu_use_cores: None, ..cpu(2, 0.0) }]);
    follow(&mut inventory, &[left(CHAIN, 2), held(CHAIN, 2)]);
    let axes = inventory.axes(CHAIN, NodeId(2)).expect("it was reported");
    assert_eq!(axes.headroom, None);
}

/// It has to be enough all the same.
#[test]
fn a_capacity_alone_is_room_for_what_fits_into_it() {
    let mut inventory = inventory(InventoryConfig { capacity_reserve: 0.25, ..exact() });
    report(&mut inventory, 0, &[NodeInventory { cpu_use_cores: None, zone: Some(1), ..cpu(1, 0.0) }]);
    for (cpu_cores, home) in [(48.0, Some(1)), (48.001, None)] {
        profile(&mut inventory, ChainProfile { cpu_cores: Some(cpu_cores), ..ChainProfile::of(CHAIN) });
        assert_eq!(best(&inventory, CHAIN), home, "{cpu_cores} cores");
    }
}

#[test]
fn a_membership_is_in_the_reports_already() {
    let mut inventory = half_full();
    let load = |inventory: &mut InventoryScorer, holders: &[u64]| {
        let holders = holders.iter().copied().map(NodeId).collect();
        let outcome = with_membership(&[(CHAIN, holders)], NodeId::NONE, |membership| inventory.load(membership));
        outcome.expect("the membership is valid");
    };
    load(&mut inventory, &[1]);
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.5);
    load(&mut inventory, &[2]);
    assert_eq!(headroom(&inventory, CHAIN, 1), 0.25, "as before, and the chain on it");
    // The other chain was not listed: its profile is forgotten.
    assert_eq!(headroom(&inventory, OTHER, 1), 0.5);
}
