//! The cases themselves. Each sets a cluster up, lets it run under a config, and says what mattered.

use driftline::{ChainId, Event, LocalScheduler, MeshState, NodeId, SchedulerConfig, Timestamp};

use crate::cluster::{Cluster, LEADER, SECOND_NS, TICK_S};

const HOUR_S: u64 = 3_600;

/// Chains on three of the first nodes each, evenly.
fn spread(chains: u64, nodes: u64) -> Vec<Vec<u64>> {
    (0..chains).map(|chain| (0..3).map(|replica| (chain + replica * (nodes / 3)) % nodes).collect()).collect()
}

fn minutes(seconds: Option<u64>) -> String {
    seconds.map_or("never quiet".to_owned(), |seconds| format!("quiet after {} min", seconds.div_ceil(60)))
}

fn piled_up(cluster: &Cluster, quiet_s: Option<u64>) -> String {
    let executor = &cluster.executor;
    format!(
        "{} moves, at most {} to one node at a time, {} node-min above capacity, {}",
        executor.moves,
        executor.most_to_one_node,
        cluster.overloaded_s / 60,
        minutes(quiet_s)
    )
}

/// 20 nodes at 60 % of their capacity and more, and one that is empty.
pub fn a_new_node(config: SchedulerConfig) -> String {
    let mut capacity = vec![250.0; 20];
    capacity.push(1_000.0);
    let mut cluster = Cluster::new(config, &capacity, &spread(1_000, 20), 1);
    let quiet_s = cluster.settle(4 * HOUR_S);
    piled_up(&cluster, quiet_s)
}

/// The same, with loads of a minute ago.
pub fn late_reports(config: SchedulerConfig) -> String {
    let mut capacity = vec![250.0; 20];
    capacity.extend([600.0; 3]);
    let mut cluster = Cluster::new(config, &capacity, &spread(1_000, 20), 7);
    let quiet_s = cluster.settle(4 * HOUR_S);
    piled_up(&cluster, quiet_s)
}

/// Whoever holds chain 0 is at its limit; everybody else is nearly idle.
pub fn a_heavy_chain(config: SchedulerConfig) -> String {
    let holders: Vec<Vec<u64>> = (0..30).map(|chain| vec![chain % 10]).collect();
    let mut cluster = Cluster::new(config, &[100.0; 10], &holders, 1);
    cluster.weight[0] = 90.0;
    for _ in 0..6 * HOUR_S / TICK_S {
        cluster.step();
    }
    let heavy = cluster.executor.moves_of.get(&ChainId(0)).copied().unwrap_or(0);
    format!("{heavy} moves of it in 6 h, {} of the 29 others", cluster.executor.moves - heavy)
}

/// The home that holds is a little too bad and the other one a little better, as a coin falls in each minute.
fn coin(chain: ChainId, node: NodeId, ticks: u64) -> f32 {
    let mut mixed = (ticks / 6).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ chain.0;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let good = (mixed >> 40) % 2;
    if node.0 % 2 == good { 0.72 } else { 0.40 }
}

pub fn noise(config: SchedulerConfig) -> String {
    let holders: Vec<Vec<u64>> = (0..20).map(|chain| vec![chain % 2]).collect();
    let mut cluster = Cluster::new(config, &[100.0; 2], &holders, 1);
    cluster.world().fixed = Some(coin);
    for _ in 0..6 * HOUR_S / TICK_S {
        cluster.step();
    }
    let (chains, halves) = (20.0, 12.0);
    let returns = cluster.executor.returns as f64 / chains / halves;
    format!("{} moves of 20 chains in 6 h, {returns:.1} returns per chain and half hour", cluster.executor.moves)
}

/// 200 chains have to leave, and the moves of chain 0 never arrive.
pub fn always_fails(config: SchedulerConfig) -> String {
    let holders: Vec<Vec<u64>> = (0..200).map(|chain| vec![chain % 10]).collect();
    let mut cluster = Cluster::new(config, &[100.0; 40], &holders, 1);
    cluster.world().fixed = Some(|_, node, _| if node.0 < 10 { 0.2 } else { 0.9 });
    cluster.executor.fails.insert(ChainId(0));
    let mut others_s = None;
    for _ in 0..6 * HOUR_S / TICK_S {
        cluster.step();
        let stay = (1..200).filter(|&chain| is_on(&cluster, chain, 0..10)).count();
        if stay == 0 && others_s.is_none() {
            others_s = Some(cluster.now_s);
        }
    }
    let attempts = cluster.executor.moves_of.get(&ChainId(0)).copied().unwrap_or(0);
    let others = others_s.map_or("never".to_owned(), |at| format!("after {} min", at.div_ceil(60)));
    format!("the 199 others are through {others}; {attempts} attempts at it in 6 h")
}

fn is_on(cluster: &Cluster, chain: u64, nodes: std::ops::Range<u64>) -> bool {
    let view = cluster.state.chain(ChainId(chain));
    view.is_some_and(|view| view.holders().any(|holder| nodes.contains(&holder.0)))
}

/// The new leader gets what the old one has exported, and ticks while a move is under way and after one.
pub fn leader_changes(config: SchedulerConfig) -> String {
    let holders: Vec<Vec<u64>> = (0..8).map(|chain| vec![chain % 2]).collect();
    let mut cluster = Cluster::new(config, &[100.0; 12], &holders, 1);
    cluster.world().fixed = Some(|_, node, _| if node.0 < 2 { 0.2 } else { 0.9 });
    cluster.step();
    let moved = cluster.executor.moves;
    let said = |imports: bool| {
        let mut state = MeshState::new();
        for chain in (0..8).map(ChainId) {
            let nodes = cluster.state.chain(chain).into_iter().flat_map(|view| view.holders().collect::<Vec<_>>());
            let mut events: Vec<Event> = nodes.map(|node| Event::HolderAdded { chain, node }).collect();
            events.push(Event::LeaderSet { chain, node: LEADER });
            state.apply(&events).expect("ids of the cases are valid");
            if imports && let Ok(Some(bytes)) = cluster.state.export_chain(chain) {
                state.import_chain(&bytes).expect("it was just exported");
            }
        }
        // It has seen enough to go on at once.
        let config = SchedulerConfig { warmup_coverage: 0.0, min_holders: 0, ..config };
        let mut scheduler = LocalScheduler::new(LEADER, config).expect("configs of the cases are valid");
        scheduler.registry_mut().install(Box::new(crate::cluster::Load::over(&cluster)));
        let decision = scheduler.tick(&mut state, Timestamp((cluster.now_s + 10) * SECOND_NS));
        let repeated = |action: &&driftline::Action| cluster.executor.moves_of.contains_key(&action.chain());
        decision.map_or(0, |decision| decision.actions.iter().filter(repeated).count())
    };
    let (without, with) = (said(false), said(true));
    format!("of {moved} moves under way the new leader repeats {without}; after import {with}")
}

/// 100 nodes become bad at once, and 200 are good.
pub fn storm(config: SchedulerConfig) -> String {
    let holders: Vec<Vec<u64>> = (0..10_000).map(|chain| vec![chain % 100]).collect();
    let mut cluster = Cluster::new(config, &[100.0; 300], &holders, 1);
    cluster.world().fixed =
        Some(
            |chain, node, _| {
                if node.0 < 100 { 0.1 + (chain.0 % 4) as f32 / 20.0 } else { 0.8 + (node.0 % 10) as f32 / 100.0 }
            },
        );
    let quiet_s = cluster.settle(4 * HOUR_S);
    let executor = &cluster.executor;
    format!(
        "{} moves, at most {} to one node at a time, {}",
        executor.moves,
        executor.most_to_one_node,
        minutes(quiet_s)
    )
}

/// Node 0 is to be empty in an hour; two of its 60 chains are claimed.
pub fn drain(config: SchedulerConfig) -> String {
    let holders: Vec<Vec<u64>> = (0..60).map(|_| vec![0]).collect();
    let mut cluster = Cluster::new(config, &[100.0; 10], &holders, 1);
    cluster.world().fixed = Some(|_, _, _| 0.9);
    let mut events = vec![Event::Drain { node: NodeId(0), deadline: Timestamp(HOUR_S * SECOND_NS) }];
    events.extend([3, 4].map(|chain| Event::ClaimAcquired { chain: ChainId(chain) }));
    cluster.state.apply(&events).expect("ids of the cases are valid");
    let (mut empty_s, mut at_risk_s) = (None, None);
    for _ in 0..HOUR_S / TICK_S {
        cluster.step();
        let status = cluster.scheduler.drain_status(&cluster.state, NodeId(0)).ok().flatten();
        let Some(status) = status else { continue };
        if status.at_risk && at_risk_s.is_none() {
            at_risk_s = Some(cluster.now_s);
        }
        if status.left == 2 && empty_s.is_none() {
            empty_s = Some(cluster.now_s);
        }
    }
    let empty = empty_s.map_or("not in time".to_owned(), |at| format!("after {} min", at.div_ceil(60)));
    let risk = at_risk_s.map_or("never".to_owned(), |at| format!("after {at} s"));
    format!(
        "58 are out {empty}, at most {} at a time to one node; the claims are at risk {risk}",
        cluster.executor.most_to_one_node
    )
}

/// For ten minutes nobody knows the load of the better half of the nodes.
pub fn restart(config: SchedulerConfig) -> String {
    let holders: Vec<Vec<u64>> = (0..200).map(|chain| vec![chain % 20]).collect();
    let mut cluster = Cluster::new(config, &[100.0; 20], &holders, 1);
    let known = |node: usize, all: bool| match node {
        0 | 1 => Some(70.0),
        2..10 => Some(30.0),
        _ if all => Some(5.0),
        _ => None,
    };
    for all in [false, true] {
        cluster.world().reported = (0..20).map(|node| known(node, all)).collect();
        for _ in 0..if all { 1 } else { 18 } {
            cluster.tick();
        }
        if !all {
            cluster.executor.returns = cluster.executor.moves;
        }
    }
    let blind = cluster.executor.returns;
    format!("{blind} moves while half was unknown, {} when all was known", cluster.executor.moves - blind)
}
