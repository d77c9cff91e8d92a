//! Small inventories, for what is tested by hand.

use driftline::{
    ChainId, ChainProfile, Client, Event, InventoryConfig, InventoryScorer, NodeId, NodeInventory, PlacementScorer,
    Rtt, Timestamp,
};

pub const SECOND_NS: u64 = 1_000_000_000;
pub const CHAIN: ChainId = ChainId(7);

/// Headroom is what is free of 64 cores and nothing is smoothed, so that numbers are exact.
pub fn exact() -> InventoryConfig {
    InventoryConfig {
        comfortable_use: 0.0,
        load_half_life_ns: 0,
        rtt_half_life_ns: 0,
        rtt_half_ns: 3,
        ..<_>::default()
    }
}

pub fn inventory(config: InventoryConfig) -> InventoryScorer {
    InventoryScorer::new(config).expect("the config is valid")
}

/// So many of 64 cores in use.
pub fn cpu(node: u64, use_cores: f64) -> NodeInventory {
    NodeInventory { cpu_capacity_cores: Some(64.0), cpu_use_cores: Some(use_cores), ..NodeInventory::of(NodeId(node)) }
}

pub fn report(inventory: &mut InventoryScorer, at_s: u64, reports: &[NodeInventory]) {
    inventory.report_nodes(Timestamp(at_s * SECOND_NS), reports).expect("the reports are valid");
}

/// A round-trip time of the client 1000.
pub fn measure(inventory: &mut InventoryScorer, at_s: u64, to: u64, rtt_ns: u64) {
    let rtt = Rtt { from: NodeId(1000), to: NodeId(to), rtt_ns };
    inventory.report_rtts(Timestamp(at_s * SECOND_NS), &[rtt]).expect("the time is valid");
}

pub fn profile(inventory: &mut InventoryScorer, profile: ChainProfile<'_>) {
    inventory.report_profiles(&[profile]).expect("the profile is valid");
}

pub const CLIENT: &[Client] = &[Client { node: NodeId(1000), weight: 1.0 }];

pub fn held(chain: ChainId, node: u64) -> Event {
    Event::HolderAdded { chain, node: NodeId(node) }
}

pub fn left(chain: ChainId, node: u64) -> Event {
    Event::HolderRemoved { chain, node: NodeId(node) }
}

pub fn follow(inventory: &mut InventoryScorer, events: &[Event]) {
    inventory.follow(events).expect("the events are valid");
}

pub fn node_print(inventory: &InventoryScorer, node: u64) -> u64 {
    inventory.node_fingerprint(NodeId(node)).expect("it answers").expect("it can say")
}

pub fn chain_print(inventory: &InventoryScorer, chain: ChainId) -> u64 {
    inventory.chain_fingerprint(chain).expect("it answers").expect("it can say")
}

pub fn score(inventory: &InventoryScorer, chain: ChainId, node: u64) -> Option<f32> {
    inventory.score(chain, NodeId(node)).expect("it answers")
}

pub fn best(inventory: &InventoryScorer, chain: ChainId) -> Option<u64> {
    inventory.best_alternative(chain, &[]).expect("it answers").map(|home| home.node.0)
}

pub fn headroom(inventory: &InventoryScorer, chain: ChainId, node: u64) -> f32 {
    inventory.axes(chain, NodeId(node)).and_then(|axes| axes.headroom).expect("the use is known")
}

pub fn proximity(inventory: &InventoryScorer, chain: ChainId, node: u64) -> f32 {
    inventory.axes(chain, NodeId(node)).and_then(|axes| axes.proximity).expect("it was measured")
}

pub fn touches(inventory: &mut InventoryScorer) -> Vec<Event> {
    inventory.touches().expect("there is memory")
}

pub fn forget(inventory: &mut InventoryScorer, node: u64) -> bool {
    inventory.forget_node(NodeId(node)).expect("there is memory")
}
