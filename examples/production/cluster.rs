//! A simulated cluster: nodes fill up with what they hold, load is reported late, moves take a while.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use driftline::{
    Alternative, ChainId, Event, LocalScheduler, MeshState, NodeId, PlacementScorer, SchedulerConfig, ScorerResult,
    Timestamp,
};

use crate::executor::Executor;

pub const SECOND_NS: u64 = 1_000_000_000;
/// Time between ticks.
pub const TICK_S: u64 = 10;
/// Who leads all chains; no node that holds any.
pub const LEADER: NodeId = NodeId(1_000_000);

/// What the scorer knows.
#[derive(Default)]
pub struct World {
    pub capacity: Vec<f32>,
    /// Load of each node as it was reported last; `None` is unknown.
    pub reported: Vec<Option<f32>>,
    /// How good a home is for a chain, where that is not a matter of load.
    pub fixed: Option<fn(ChainId, NodeId, u64) -> f32>,
    /// Counts ticks, for scores that change.
    pub ticks: u64,
}

impl World {
    fn score(&self, chain: ChainId, node: NodeId) -> Option<f32> {
        if let Some(fixed) = self.fixed {
            return Some(fixed(chain, node, self.ticks));
        }
        let node = node.0 as usize;
        self.reported[node].map(|load| (1.0 - load / self.capacity[node]).clamp(0.0, 1.0))
    }

    /// The best homes, best first; ties go to the lower node.
    fn ranked(&self, chain: ChainId, exclude: &[NodeId], limit: usize) -> Vec<Alternative> {
        let mut best: Vec<Alternative> = Vec::with_capacity(limit + 1);
        for node in (0..self.capacity.len() as u64).map(NodeId) {
            let Some(score) = self.score(chain, node) else { continue };
            if best.len() == limit && best.last().is_none_or(|last| last.score >= score) {
                continue;
            }
            if exclude.binary_search(&node).is_err() {
                let rank = best.partition_point(|other| other.score >= score);
                best.insert(rank, Alternative { node, score });
                best.truncate(limit);
            }
        }
        best
    }
}

/// Scores nodes by their load.
pub struct Load(Arc<RwLock<World>>);

impl Load {
    /// Another scorer over the same cluster.
    pub fn over(cluster: &Cluster) -> Self {
        Load(Arc::clone(&cluster.world))
    }

    fn world(&self) -> std::sync::RwLockReadGuard<'_, World> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlacementScorer for Load {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(self.world().score(chain, node))
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(self.world().ranked(chain, exclude, 1).pop())
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        out.extend(self.world().ranked(chain, exclude, limit));
        Ok(())
    }
}

/// Control plane, cluster and clock.
pub struct Cluster {
    pub state: MeshState,
    pub scheduler: LocalScheduler,
    pub world: Arc<RwLock<World>>,
    pub executor: Executor,
    /// Load that each chain puts on each of its holders.
    pub weight: Vec<f32>,
    /// Loads of the last ticks, oldest first; the scorer hears the oldest.
    reports: VecDeque<Vec<f32>>,
    pub now_s: u64,
    /// Node-seconds above capacity.
    pub overloaded_s: u64,
}

impl Cluster {
    /// A cluster in which chain `i` lies on `holders[i]`, and whose load is heard of so many ticks later.
    pub fn new(config: SchedulerConfig, capacity: &[f32], holders: &[Vec<u64>], report_lag: usize) -> Self {
        // In some cases chains have one replica for brevity, and may leave it all the same.
        let has_single = holders.iter().any(|holders| holders.len() == 1);
        let config = if has_single { SchedulerConfig { min_holders: 0, ..config } } else { config };
        let world = World { capacity: capacity.to_vec(), reported: vec![None; capacity.len()], ..World::default() };
        let world = Arc::new(RwLock::new(world));
        let mut scheduler = LocalScheduler::new(LEADER, config).expect("configs of the cases are valid");
        scheduler.registry_mut().install(Box::new(Load(Arc::clone(&world))));
        let mut state = MeshState::new();
        for (chain, holders) in holders.iter().enumerate() {
            let chain = ChainId(chain as u64);
            let mut events: Vec<Event> =
                holders.iter().map(|&node| Event::HolderAdded { chain, node: NodeId(node) }).collect();
            events.push(Event::LeaderSet { chain, node: LEADER });
            state.apply(&events).expect("ids of the cases are valid");
        }
        let weight = vec![1.0; holders.len()];
        let mut reports = VecDeque::new();
        reports.resize(report_lag, Vec::new());
        let executor = Executor::new(capacity.len());
        Cluster { state, scheduler, world, executor, weight, reports, now_s: 0, overloaded_s: 0 }
    }

    pub fn world(&self) -> std::sync::RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(self.now_s * SECOND_NS)
    }

    pub fn load(&self) -> Vec<f32> {
        let mut load = vec![0.0; self.world().capacity.len()];
        for chain in self.state.chains() {
            let holders = self.state.chain(chain).into_iter().flat_map(|view| view.holders().collect::<Vec<_>>());
            holders.for_each(|node| load[node.0 as usize] += self.weight[chain.0 as usize]);
        }
        load
    }

    /// One tick later: what was under way arrives, loads are reported, and the scheduler decides.
    pub fn step(&mut self) {
        self.executor.carry_out(&mut self.state, self.now_s);
        let load = self.load();
        let is_first = self.world().reported.iter().all(Option::is_none);
        self.world().ticks += 1;
        let capacity = self.world().capacity.clone();
        let above = load.iter().zip(&capacity).filter(|(load, capacity)| load > capacity).count() as u64;
        self.overloaded_s += above * TICK_S;
        self.reports.push_back(load.clone());
        let heard = self.reports.pop_front().filter(|heard| !heard.is_empty());
        // What came before the first report is known.
        if let Some(heard) = heard.or(if is_first { Some(load) } else { None }) {
            self.world().reported = heard.into_iter().map(Some).collect();
        }
        self.tick();
    }

    /// The scheduler decides by what it has heard.
    pub fn tick(&mut self) {
        let now = self.now();
        let decision = self.scheduler.tick(&mut self.state, now).expect("the scorer of the cases answers");
        self.executor.take(&decision.actions, self.now_s);
        self.now_s += TICK_S;
    }

    /// Steps until nothing is under way and nobody is under the floor, or for so long; answers the time it took.
    pub fn settle(&mut self, at_most_s: u64) -> Option<u64> {
        let (start, mut quiet) = (self.now_s, 0);
        while self.now_s - start < at_most_s {
            let moves = self.executor.moves;
            self.step();
            quiet = if self.executor.moves == moves && self.executor.is_idle() { quiet + 1 } else { 0 };
            if quiet > 60 {
                return Some(self.now_s - start - quiet * TICK_S);
            }
        }
        None
    }
}
