//! What an inventory costs on a large cluster: a report and the tick after it, and the best homes among all nodes, beside the
//! plain loop over all nodes.
//!
//! `cargo run --release --example inventory_scale -- --help`

use std::hint::black_box;
use std::time::{Duration, Instant};

use clap::Parser;
use driftline::{
    Alternative, ChainId, ChainProfile, Client, FingerprintMode, InventoryConfig, InventoryScorer, LocalScheduler,
    Membership, MeshState, NodeId, NodeInventory, PlacementScorer, Rtt, SchedulerConfig, SharedInventory, Timestamp,
};

const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;
const HOLDERS: usize = 3;

#[derive(Parser)]
#[command(about = "What an inventory costs on a large cluster.")]
struct Arguments {
    /// How many chains there are.
    #[arg(long, default_value_t = 1_000_000)]
    chains: usize,
    /// How many nodes.
    #[arg(long, default_value_t = 10_000)]
    nodes: usize,
    /// How often each thing is done; the median counts.
    #[arg(long, default_value_t = 200)]
    times: usize,
}

fn main() -> Result<(), driftline::Error> {
    let arguments = Arguments::parse();
    let inventory = SharedInventory::new(InventoryConfig::default())?;
    fill(&inventory, &arguments)?;
    homes(&inventory, &arguments);
    ticks(&inventory, &arguments)
}

/// The nodes of a cluster that is in use by about a half, each with a hundred clients' round-trip times.
fn fill(inventory: &SharedInventory, arguments: &Arguments) -> Result<(), driftline::Error> {
    let mut dice = Dice(1);
    let nodes: Vec<NodeInventory> = (0..arguments.nodes as u64).map(|node| report(node, &mut dice)).collect();
    inventory.report_nodes(Timestamp(0), &nodes)?;
    for client in 0..CLIENTS {
        let rtts: Vec<Rtt> = (0..arguments.nodes as u64)
            .map(|to| Rtt { from: NodeId(client), to: NodeId(to), rtt_ns: (5 + dice.below(150)) * 1_000_000 })
            .collect();
        inventory.report_rtts(Timestamp(0), &rtts)?;
    }
    let clients: Vec<Client> =
        (0..arguments.chains as u64).map(|chain| Client { node: NodeId(chain % CLIENTS), weight: 1.0 }).collect();
    let profiles: Vec<ChainProfile> =
        clients.iter().enumerate().map(|(chain, client)| profile(chain, client)).collect();
    inventory.report_profiles(&profiles)
}

const CLIENTS: u64 = 100;

fn profile(chain: usize, client: &Client) -> ChainProfile<'_> {
    ChainProfile {
        cpu_cores: Some(0.05),
        memory_bytes: Some(2e8),
        size_bytes: Some(1e9),
        clients: core::slice::from_ref(client),
        zone_anti_affinity: chain.is_multiple_of(2),
        ..ChainProfile::of(ChainId(chain as u64))
    }
}

fn report(node: u64, dice: &mut Dice) -> NodeInventory {
    let mut used = |capacity: f64| Some(capacity * (30 + dice.below(40)) as f64 / 100.0);
    NodeInventory {
        cpu_capacity_cores: Some(64.0),
        cpu_use_cores: used(64.0),
        memory_capacity_bytes: Some(2.56e11),
        memory_use_bytes: used(2.56e11),
        disk_capacity_bytes: Some(4e12),
        disk_use_bytes: used(4e12),
        tags: Some(3),
        zone: Some((node % 10) as u32),
        ..NodeInventory::of(NodeId(node))
    }
}

/// The best homes by the walk over columns, beside the same by asking for each node.
fn homes(inventory: &SharedInventory, arguments: &Arguments) {
    let exclude = [NodeId(1), NodeId(2), NodeId(3)];
    for limit in [1, 8] {
        let mut found: Vec<Alternative> = Vec::new();
        let walk = median(arguments.times, |time| {
            found.clear();
            inventory
                .alternatives(ChainId(time as u64), &exclude, limit, &mut found)
                .expect("an inventory does not fail");
            black_box(&found);
        });
        let plain = median(arguments.times.min(50), |time| {
            found = inventory.with(|inventory| plain_homes(inventory, time as u64, &exclude, limit, arguments.nodes));
            black_box(&found);
        });
        let ratio = plain.as_secs_f64() / walk.as_secs_f64();
        println!("alternatives({limit}) of {} nodes: {walk:?}, one by one {plain:?}: {ratio:.0} x", arguments.nodes);
    }
}

fn plain_homes(
    inventory: &InventoryScorer,
    chain: u64,
    exclude: &[NodeId],
    limit: usize,
    nodes: usize,
) -> Vec<Alternative> {
    let mut all: Vec<Alternative> = (0..nodes as u64)
        .map(NodeId)
        .filter(|node| !exclude.contains(node))
        .filter_map(|node| inventory.axes(ChainId(chain), node).map(|axes| (node, axes)))
        .filter(|(_, axes)| axes.is_home)
        .filter_map(|(node, axes)| axes.score.map(|score| Alternative { node, score }))
        .collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.node.cmp(&b.node)));
    all.truncate(limit);
    all
}

fn ticks(inventory: &SharedInventory, arguments: &Arguments) -> Result<(), driftline::Error> {
    let (chains, nodes) = (arguments.chains as u64, arguments.nodes as u64);
    let ids: Vec<ChainId> = (0..chains).map(ChainId).collect();
    let leaders = vec![NodeId(0); ids.len()];
    let offsets: Vec<u64> = (0..=chains).map(|chain| chain * HOLDERS as u64).collect();
    let mut dice = Dice(2);
    let holders: Vec<NodeId> = (0..chains).flat_map(|_| dice.holders(nodes)).collect();
    let membership = Membership { chains: &ids, leaders: &leaders, holder_offsets: &offsets, holders: &holders };
    let mut state = MeshState::new();
    state.load(&membership)?;
    let begun = Instant::now();
    inventory.load(&membership)?;
    println!("load into the inventory: {:?}", begun.elapsed());
    let config =
        SchedulerConfig { fingerprint_mode: FingerprintMode::Push, score_floor: 0.3, ..SchedulerConfig::production() };
    let mut scheduler = LocalScheduler::new(NodeId(0), SchedulerConfig { decision_interval_ns: u64::MAX, ..config })?;
    scheduler.registry_mut().install(Box::new(inventory.clone()));
    let mut now = 0;
    for which in ["first", "second", "third"] {
        now += MILLISECOND;
        inventory.touch(&mut state)?;
        let begun = Instant::now();
        let report = &scheduler.tick(&mut state, Timestamp(now))?.report;
        println!(
            "the {which} tick: {:?}, {} scored, {} under the floor",
            begun.elapsed(),
            report.rescored,
            report.led - report.verdicts[1]
        );
    }
    let mut dice = Dice(3);
    let reported: Vec<NodeId> = (0..arguments.times).map(|_| NodeId(dice.below(nodes))).collect();
    let using = |node, cpu_use_cores| NodeInventory { cpu_use_cores: Some(cpu_use_cores), ..NodeInventory::of(node) };
    // They are as busy as they will say again.
    let busy: Vec<NodeInventory> = reported.iter().map(|&node| using(node, 48.0)).collect();
    now += 3600 * SECOND;
    inventory.report_nodes(Timestamp(now), &busy)?;
    inventory.touch(&mut state)?;
    scheduler.tick(&mut state, Timestamp(now))?;
    // With a few more its chains would be under the floor, and what took the time would be the search for their homes.
    for (name, use_cores) in [("does not cross", 48.01), ("crosses", 52.0)] {
        let mut rescored = 0;
        let reports: Vec<NodeInventory> = reported.iter().map(|&node| using(node, use_cores)).collect();
        let time = median(arguments.times, |time| {
            now += 3600 * SECOND;
            inventory.report_nodes(Timestamp(now), &reports[time..=time]).expect("a valid report");
            inventory.touch(&mut state).expect("memory");
            rescored += scheduler.tick(&mut state, Timestamp(now)).expect("a tick").report.rescored;
        });
        println!(
            "a report that {name} its epsilon, and the tick: {time:?}, {} chains scored",
            rescored / arguments.times as u64
        );
    }
    Ok(())
}

/// The median of so many times.
fn median(times: usize, mut work: impl FnMut(usize)) -> Duration {
    let mut all: Vec<Duration> = (0..times)
        .map(|time| {
            let begun = Instant::now();
            work(time);
            begun.elapsed()
        })
        .collect();
    all.sort_unstable();
    all[all.len() / 2]
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 32) * limit) >> 32
    }

    fn holders(&mut self, nodes: u64) -> [NodeId; HOLDERS] {
        let first = self.below(nodes);
        [0, 1, 2].map(|step| NodeId((first + step * (nodes / 3)) % nodes))
    }
}
