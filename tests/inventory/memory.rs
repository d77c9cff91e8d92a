//! What is gone leaves nothing behind that grows.

use driftline::{
    Bandwidth, ChainId, ChainProfile, Client, Event, InventoryConfig, InventoryScorer, NodeId, NodeInventory, Rtt,
    Timestamp,
};

use crate::allocator::{heap_bytes, heap_bytes_since};
use crate::input::with_membership;
use crate::small::{cpu, follow, forget, inventory, profile, report};

const WAVE: u64 = 500;
const WAVES: u64 = 200;

/// Feeds waves of what never was before and is gone again at the end of each: a hundred thousand in all.
#[track_caller]
fn assert_bounded(wave: impl Fn(&mut InventoryScorer, std::ops::Range<u64>)) {
    let before = heap_bytes();
    let mut inventory = inventory(InventoryConfig::default());
    let mut early = 0;
    for number in 0..WAVES {
        wave(&mut inventory, 1 + number * WAVE..1 + (number + 1) * WAVE);
        let heap_bytes = heap_bytes_since(before);
        // Tables grow in steps until they have had their fill.
        if number == WAVES / 10 {
            early = heap_bytes;
        }
        assert!(number < WAVES / 10 || heap_bytes <= early + early / 4, "{heap_bytes} bytes, {early} after a tenth");
    }
}

fn add(inventory: &mut InventoryScorer, ids: &std::ops::Range<u64>) {
    let held = ids.clone().map(|id| Event::HolderAdded { chain: ChainId(id), node: NodeId(id) });
    follow(inventory, &held.collect::<Vec<_>>());
}

fn remove(inventory: &mut InventoryScorer, ids: &std::ops::Range<u64>) {
    let gone = ids.clone().map(|id| Event::ChainRemoved { chain: ChainId(id) });
    follow(inventory, &gone.collect::<Vec<_>>());
}

#[test]
fn of_chains_and_nodes_with_all_that_is_said_of_them() {
    assert_bounded(|inventory, ids| {
        add(inventory, &ids);
        for id in ids.clone() {
            let client = Client { node: NodeId(1_000_000 + id), weight: 1.0 };
            let of = ChainProfile::of(ChainId(id));
            profile(inventory, ChainProfile { clients: &[client], group: Some(id), ..of });
            report(inventory, 0, &[NodeInventory { zone: Some(1), ..cpu(id, 1.0) }]);
            let path = Bandwidth { from: NodeId(id), to: NodeId(id + 1), bytes_per_sec: 1.0 };
            inventory.report_bandwidths(&[path]).expect("it is valid");
            if id % 50 == 0 {
                // Rows of measurements are long where many nodes are.
                let rtt = Rtt { from: client.node, to: NodeId(id), rtt_ns: 1 };
                inventory.report_rtts(Timestamp(0), &[rtt]).expect("it is valid");
            }
        }
        remove(inventory, &ids);
        for id in ids.clone() {
            assert!(forget(inventory, id));
            forget(inventory, 1_000_000 + id);
        }
        // Whoever goes by polling takes no touches.
    });
}

/// A state lets such chains go by themselves, so nobody says that they are removed.
#[test]
fn of_chains_whose_last_holder_has_left() {
    assert_bounded(|inventory, ids| {
        add(inventory, &ids);
        let left = ids.clone().map(|id| Event::HolderRemoved { chain: ChainId(id), node: NodeId(id) });
        follow(inventory, &left.collect::<Vec<_>>());
    });
}

#[test]
fn of_nodes_that_were_drained() {
    assert_bounded(|inventory, ids| {
        for node in ids.map(NodeId) {
            follow(inventory, &[Event::Drain { node, deadline: Timestamp(0) }, Event::DrainCancelled { node }]);
        }
    });
}

#[test]
fn of_groups_and_clients_that_one_chain_had() {
    assert_bounded(|inventory, ids| {
        for id in ids {
            let client = Client { node: NodeId(id), weight: 1.0 };
            for chain in [1, 2] {
                let of = ChainProfile::of(ChainId(chain));
                profile(inventory, ChainProfile { group: Some(id), clients: &[client], ..of });
            }
            // What is refused, too.
            let wrong = ChainProfile { group: Some(!id), size_bytes: Some(-1.0), ..ChainProfile::of(ChainId(1)) };
            inventory.report_profiles(&[wrong]).expect_err("it is refused");
        }
    });
}

#[test]
fn of_clients_that_have_only_measured() {
    assert_bounded(|inventory, ids| {
        for id in ids {
            let rtt = Rtt { from: NodeId(1_000_000 + id), to: NodeId(1 + id % 3), rtt_ns: 1 };
            inventory.report_rtts(Timestamp(0), &[rtt]).expect("it is valid");
            assert!(forget(inventory, rtt.from.0));
        }
    });
}

#[test]
fn of_profiles_that_say_nothing() {
    assert_bounded(|inventory, ids| ids.for_each(|id| profile(inventory, ChainProfile::of(ChainId(id)))));
}

#[test]
fn of_memberships_that_were_replaced() {
    assert_bounded(|inventory, ids| {
        let chains: Vec<_> = ids.clone().map(|id| (ChainId(id), vec![NodeId(id)])).collect();
        let outcome = with_membership(&chains, NodeId::NONE, |membership| inventory.load(membership));
        outcome.expect("the membership is valid");
        for id in ids {
            let clients = [Client { node: NodeId(1_000_000 + id), weight: 1.0 }];
            profile(inventory, ChainProfile { group: Some(id), clients: &clients, ..ChainProfile::of(ChainId(id)) });
        }
    });
}

/// The first report may be of all paths at once: a row for each client, as long as there are nodes.
#[test]
fn of_a_first_report_is_in_proportion() {
    const NODES: u64 = 300;
    let paths = || (0..NODES).flat_map(|from| (0..NODES).map(move |to| (NodeId(from), NodeId(to))));
    let reports: Vec<Rtt> = paths().map(|(from, to)| Rtt { from, to, rtt_ns: 1 }).collect();
    let before = heap_bytes();
    let mut inventory = inventory(InventoryConfig::default());
    inventory.report_rtts(Timestamp(0), &reports).expect("it is valid");
    let heap_bytes = heap_bytes_since(before);
    assert!(heap_bytes < 20 * reports.len() + 1_000 * NODES as usize, "{heap_bytes} bytes");
}

/// Nobody has twice the room only because all report again.
#[test]
fn of_what_is_said_again_stays() {
    const IDS: std::ops::Range<u64> = 1..5_000;
    let assert_stays = |tell: &dyn Fn(&mut InventoryScorer)| {
        let mut inventory = inventory(InventoryConfig::default());
        let bytes = [0, 1].map(|_| {
            tell(&mut inventory);
            heap_bytes()
        });
        let again = bytes[1].wrapping_sub(bytes[0]) as isize;
        assert!(again < 1_000, "{again} bytes more");
    };
    let reports: Vec<NodeInventory> = IDS.map(|id| cpu(id, 1.0)).collect();
    assert_stays(&|inventory| report(inventory, 0, &reports));
    let in_group = |id| ChainProfile { group: Some(id % 7), ..ChainProfile::of(ChainId(id)) };
    let profiles: Vec<ChainProfile> = IDS.map(in_group).collect();
    let membership: Vec<_> = IDS.map(|id| (ChainId(id), vec![NodeId(id)])).collect();
    let load = |inventory: &mut InventoryScorer| {
        with_membership(&membership, NodeId::NONE, |membership| inventory.load(membership)).expect("it is valid");
    };
    assert_stays(&load);
    assert_stays(&|inventory| inventory.report_profiles(&profiles).expect("they are valid"));
    assert_stays(&|inventory| {
        load(inventory);
        inventory.report_profiles(&profiles).expect("they are valid");
    });
}
