//! One tick a slice over a trace. Every chain is led here, its client is the node with its number, three others hold it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use driftline::{
    Action, Alternative, BoxedScorer, ChainId, ChainProfile, Client, Error, Event, InventoryConfig, LocalScheduler,
    MeshState, NodeId, PlacementScorer, Rtt, SchedulerConfig, ScorerResult, SharedInventory, Timestamp,
};

use crate::trace::Trace;

/// The measured trace has three hours in 688 slices.
const SLICE_NS: u64 = 15_700_000_000;
/// Hundredths of a second.
const CS_NS: u64 = 10_000_000;
/// A return is one within this time.
const RETURN_NS: u64 = 1_800_000_000_000;
/// Who leads all chains; no node of a trace.
const LEADER: NodeId = NodeId(1_000_000);

/// How a policy fared.
#[derive(Default)]
pub struct Outcome {
    pub moves: u64,
    /// Mean and 95th percentile of the times that were measured after the replicas had been put where they are.
    pub fresh_mean_s: f64,
    pub fresh_p95_s: f64,
    /// Moves back to a node that the chain had left within half an hour.
    pub returns: u64,
    pub most_moves_in_a_tick: u64,
}

/// What the nodes are known to be like.
struct Scores {
    nodes: usize,
    /// By chain and node.
    scores: Vec<f32>,
}

impl Scores {
    fn get(&self, chain: ChainId, node: usize) -> f32 {
        self.scores[chain.0 as usize * self.nodes + node]
    }
}

struct Near(Arc<RwLock<Scores>>);

impl Near {
    fn ranked(&self, chain: ChainId, exclude: &[NodeId]) -> Vec<Alternative> {
        let scores = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_home = |&node: &usize| node as u64 != chain.0 && exclude.binary_search(&NodeId(node as u64)).is_err();
        let mut homes: Vec<Alternative> = (0..scores.nodes)
            .filter(is_home)
            .map(|node| Alternative { node: NodeId(node as u64), score: scores.get(chain, node) })
            .collect();
        homes.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.node.cmp(&other.node)));
        homes
    }
}

impl PlacementScorer for Near {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        let scores = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(scores.get(chain, node.0 as usize)))
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(self.ranked(chain, exclude).first().copied())
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        out.extend(self.ranked(chain, exclude).into_iter().take(limit));
        Ok(())
    }

    fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
        // Touches say whose row was measured.
        Ok(Some(0))
    }
}

/// Who scores homes.
#[derive(Clone, Copy)]
pub enum Scoring {
    /// A table of `25 / (25 + rtt)`; the number is the weight of a new score against those before it.
    Table(f32),
    /// The library's own scorer, which is told round-trip times and clients and nothing else.
    Inventory(InventoryConfig),
}

/// What takes measurements in.
enum Taker {
    Table(Arc<RwLock<Scores>>, f32),
    Inventory(SharedInventory),
}

impl Taker {
    fn open(scoring: Scoring, trace: &Trace) -> Result<(Taker, BoxedScorer), Error> {
        match scoring {
            Scoring::Table(smoothing) => {
                let scores = Scores { nodes: trace.nodes, scores: vec![f32::NAN; trace.nodes * trace.nodes] };
                let scores = Arc::new(RwLock::new(scores));
                Ok((Taker::Table(Arc::clone(&scores), smoothing), Box::new(Near(scores))))
            }
            Scoring::Inventory(config) => {
                let inventory = SharedInventory::new(config)?;
                for chain in 0..trace.nodes as u64 {
                    let client = Client { node: NodeId(chain), weight: 1.0 };
                    let profile = ChainProfile { clients: &[client], ..ChainProfile::of(ChainId(chain)) };
                    inventory.report_profiles(&[profile])?;
                }
                Ok((Taker::Inventory(inventory.clone()), Box::new(inventory)))
            }
        }
    }

    /// Takes in what was measured at one time, and tells the state what has moved.
    fn take_in(&self, trace: &Trace, rows: Range<usize>, now: Timestamp, state: &mut MeshState) -> Result<(), Error> {
        for row in rows {
            let client = trace.measured[row].1;
            match self {
                Taker::Table(scores, smoothing) => {
                    take_in(scores, trace, row, *smoothing);
                    state.apply(&[Event::ChainTouched { chain: ChainId(client as u64) }])?;
                }
                Taker::Inventory(inventory) => {
                    // Nobody is a home for its own chain in this trace, so nobody is near to itself.
                    let others = trace.row(row).iter().enumerate().filter(|&(node, _)| node != client);
                    let from = NodeId(client as u64);
                    let rtts =
                        others.map(|(to, &cs)| Rtt { from, to: NodeId(to as u64), rtt_ns: u64::from(cs) * CS_NS });
                    inventory.report_rtts(now, &rtts.collect::<Vec<_>>())?;
                }
            }
        }
        if let Taker::Inventory(inventory) = self {
            inventory.touch(state)?;
        }
        Ok(())
    }

    fn follow(&self, events: &[Event]) -> Result<(), Error> {
        match self {
            Taker::Table(..) => Ok(()),
            Taker::Inventory(inventory) => inventory.follow(events),
        }
    }
}

/// Replays a trace under a config; without one nothing ever moves.
pub fn replay(trace: &Trace, config: Option<SchedulerConfig>, scoring: Scoring) -> Result<Outcome, Error> {
    let (taker, scorer) = Taker::open(scoring, trace)?;
    let mut scheduler = LocalScheduler::new(LEADER, config.unwrap_or_default())?;
    scheduler.registry_mut().install(scorer);
    let mut run =
        Run { state: MeshState::new(), holders: Vec::new(), left: BTreeMap::new(), outcome: Outcome::default(), taker };
    let (mut rows, mut fresh_cs) = (0, Vec::new());
    for slice in 0..trace.slices {
        let (first, now) = (rows, Timestamp(slice as u64 * SLICE_NS));
        rows += trace.measured[rows..].iter().take_while(|&&(at, _)| at == slice).count();
        run.taker.take_in(trace, first..rows, now, &mut run.state)?;
        if slice == 0 {
            run.place_best(trace)?;
            scheduler.sample(&run.state, now)?;
            continue;
        }
        for row in first..rows {
            let chain = trace.measured[row].1;
            fresh_cs.extend(run.holders[chain].iter().map(|&node| trace.row(row)[node]));
        }
        if config.is_some() {
            let actions = scheduler.tick(&mut run.state, now)?.actions.clone();
            run.carry_out(&actions, now)?;
        }
    }
    fresh_cs.sort_unstable();
    let mut outcome = run.outcome;
    outcome.fresh_mean_s = fresh_cs.iter().map(|&cs| f64::from(cs)).sum::<f64>() / fresh_cs.len() as f64 / 100.0;
    outcome.fresh_p95_s = f64::from(fresh_cs[fresh_cs.len() * 95 / 100]) / 100.0;
    Ok(outcome)
}

fn take_in(scores: &RwLock<Scores>, trace: &Trace, row: usize, smoothing: f32) {
    let mut scores = scores.write().unwrap_or_else(PoisonError::into_inner);
    let chain = trace.measured[row].1;
    for (node, &time) in trace.row(row).iter().enumerate() {
        let new = 25.0 / (25.0 + f32::from(time));
        let known = &mut scores.scores[chain * trace.nodes + node];
        *known = if known.is_nan() { new } else { *known + smoothing * (new - *known) };
    }
}

/// The placement on its way through a trace.
struct Run {
    state: MeshState,
    holders: Vec<Vec<usize>>,
    /// When a chain left a node last.
    left: BTreeMap<(ChainId, NodeId), Timestamp>,
    outcome: Outcome,
    taker: Taker,
}

impl Run {
    /// Every chain begins on its three nearest nodes.
    fn place_best(&mut self, trace: &Trace) -> Result<(), Error> {
        for chain in 0..trace.nodes {
            let row = trace.row(chain);
            let mut nodes: Vec<usize> = (0..trace.nodes).filter(|&node| node != chain).collect();
            nodes.sort_by_key(|&node| (row[node], node));
            nodes.truncate(3);
            let id = ChainId(chain as u64);
            let added = nodes.iter().map(|&node| Event::HolderAdded { chain: id, node: NodeId(node as u64) });
            let mut events: Vec<Event> = added.collect();
            events.push(Event::LeaderSet { chain: id, node: LEADER });
            self.state.apply(&events)?;
            self.taker.follow(&events)?;
            self.holders.push(nodes);
        }
        Ok(())
    }

    /// Every move is made at once.
    fn carry_out(&mut self, actions: &[Action], now: Timestamp) -> Result<(), Error> {
        self.outcome.most_moves_in_a_tick = self.outcome.most_moves_in_a_tick.max(actions.len() as u64);
        for action in actions {
            let Action::Evict(eviction) = action else { continue };
            let Some(target) = eviction.target else { continue };
            let (chain, victim) = (eviction.chain, eviction.victim);
            self.outcome.moves += 1;
            let returned = self.left.get(&(chain, target)).is_some_and(|&left| now.since_ns(left) < RETURN_NS);
            self.outcome.returns += u64::from(returned);
            self.left.insert((chain, victim), now);
            let holders = &mut self.holders[chain.0 as usize];
            holders.retain(|&node| node as u64 != victim.0);
            holders.push(target.0 as usize);
            let events = [Event::HolderRemoved { chain, node: victim }, Event::HolderAdded { chain, node: target }];
            self.state.apply(&events)?;
            self.taker.follow(&events)?;
        }
        Ok(())
    }
}
