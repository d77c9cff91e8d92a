//! A scorer out of the box: fed with what most control planes know, it says how good each home is (I1).

mod axes;
mod chains;
mod config;
mod cost;
mod fingerprint;
mod follow;
mod groups;
mod judge;
mod nodes;
mod paths;
mod profiles;
mod reports;
mod scan;
#[cfg(feature = "std")]
mod shared;
mod smoothing;
mod take;

use alloc::vec::Vec;
use core::cell::LazyCell;

pub use axes::ScoreAxes;
pub use config::InventoryConfig;
pub use reports::{Bandwidth, ChainProfile, Client, NodeHealth, NodeInventory, Rtt};
#[cfg(feature = "std")]
pub use shared::SharedInventory;

use crate::cost::MigrationCost;
use crate::error::Error;
use crate::event::Event;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::{Alternative, PlacementScorer, ScorerResult, Search, answer_for_victims, first_of};
use crate::state::MeshState;
use axes::{AXES, Blend, opinion};
use chains::{Chain, Chains};
use groups::Groups;
use nodes::Nodes;
use paths::Paths;

/// Scores homes by capacities and use, round-trip times, tags, zones and groups. You feed it; it needs no callback.
///
/// **What makes no home**: a failed node, a tag missing, another holder in the zone where the chain forbids that. Such a
/// holder scores 0. An alternative, besides, is neither cordoned nor drained, and has room for what the chain needs and a
/// reserve; and what the chain asks for must have been reported: a node of unknown tags lacks them, one of unknown zone is
/// in every zone. Where only a capacity is known nothing counts as in use, and where none is known there is room. What is
/// under way to a node counts there when [`follow`](Self::follow) tells of it, so a reserve that must hold at any moment
/// has to cover [`max_in_flight_per_target`](crate::SchedulerConfig::max_in_flight_per_target) chains.
///
/// **What makes a good one**: four axes in `[0, 1]`, headroom, proximity to the clients, zone spread and colocation with the
/// chain's group; [`ScoreAxes`] says what each is. A score is half their weighted mean and half the worst of them. A plain
/// sum would let what is good buy off what is unbearable, such as a full node next door to the clients.
///
/// **What was not reported** is no opinion on that axis, never zero: the others decide. An alternative must have an opinion
/// wherever a holder of the chain has one, so that like is compared with like; who has none there is no home and scores 0.
///
/// **Smoothing**: uses and round-trip times are exponentially weighted means in event time, by the times of their reports:
/// not how often somebody reports or ticks matters, but how long a value was so. Round-trip times are smoothed as
/// proximities and each has a bounded weight, so that an outlier is one report that says "far" and not a mean that is spoilt
/// for an hour. A use counts for all the time since the report before it: after a silence it is believed at once.
///
/// **Fingerprints** move when a fact changes or a mean has left, by more than its epsilon, what it was when they moved last; a
/// round-trip time moves that of the chains that its client uses on that very node, since no other sampled score depends on
/// it. That of a chain moves, too, with who holds it and in which zones. No sampled score is then further than [`score_bound`](InventoryConfig::score_bound) from the present one. On large
/// clusters use [`FingerprintMode::Push`](crate::FingerprintMode::Push) and call [`touch`](Self::touch) before each tick: it
/// costs what has moved, while polling costs a question for each chain.
///
/// **Who leaves** decides which zones are free for a newcomer. A scheduler says whose place a home is to take, also through
/// the scorers that this one is a part of. Whoever asks otherwise is answered for the place of the holder that is drained, or
/// else of the worst; while holders are missing nobody leaves.
///
/// Give it the events of your state, too ([`follow`](Self::follow)): it has to know who holds what. To feed it while a
/// scheduler owns it, use [`SharedInventory`].
///
/// ```
/// use driftline::{ChainId, ChainProfile, Client, InventoryConfig, InventoryScorer, NodeId, NodeInventory, PlacementScorer, Rtt, Timestamp};
///
/// # fn main() -> Result<(), driftline::Error> {
/// let mut inventory = InventoryScorer::new(InventoryConfig::default())?;
/// let busy = NodeInventory { cpu_capacity_cores: Some(8.0), cpu_use_cores: Some(7.2), ..NodeInventory::of(NodeId(1)) };
/// let idle = NodeInventory { cpu_capacity_cores: Some(8.0), cpu_use_cores: Some(1.0), ..NodeInventory::of(NodeId(2)) };
/// inventory.report_nodes(Timestamp(0), &[busy, idle])?;
/// let near = |to| Rtt { from: NodeId(9), to, rtt_ns: 10_000_000 };
/// inventory.report_rtts(Timestamp(0), &[near(NodeId(1)), near(NodeId(2))])?;
/// let client = Client { node: NodeId(9), weight: 1.0 };
/// inventory.report_profiles(&[ChainProfile { clients: &[client], ..ChainProfile::of(ChainId(7)) }])?;
///
/// let best = inventory.best_alternative(ChainId(7), &[NodeId(1)]).unwrap().unwrap();
/// assert_eq!(best.node, NodeId(2));
/// assert!(best.score > inventory.score(ChainId(7), NodeId(1)).unwrap().unwrap());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct InventoryScorer {
    config: InventoryConfig,
    blend: Blend,
    nodes: Nodes,
    chains: Chains,
    groups: Groups,
    paths: Paths,
    /// The latest time of a report.
    reported_at: Timestamp,
    /// What a chain is that nobody has named.
    unknown: Chain,
}

impl InventoryScorer {
    /// An inventory that knows nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for an invalid config.
    pub fn new(config: InventoryConfig) -> Result<Self, Error> {
        config.validate()?;
        Ok(InventoryScorer {
            config,
            blend: Blend::of(&config),
            nodes: Nodes::default(),
            chains: Chains::default(),
            groups: Groups::default(),
            paths: Paths::default(),
            reported_at: Timestamp(0),
            unknown: Chain::default(),
        })
    }

    /// The config.
    #[must_use]
    pub fn config(&self) -> &InventoryConfig {
        &self.config
    }

    /// Tells a state which nodes and chains have moved since the last call, as the touches that
    /// [`FingerprintMode::Push`](crate::FingerprintMode::Push) goes by, and says how many there were. In `Poll` there is no need
    /// for it.
    ///
    /// An inventory that feeds several states is asked by [`touches`](Self::touches).
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`]; what has moved is told next time.
    pub fn touch(&mut self, state: &mut MeshState) -> Result<usize, Error> {
        let touches = self.pending_touches()?;
        state.apply(&touches)?;
        self.forget_touches();
        Ok(touches.len())
    }

    /// The same as events: nodes and chains that have moved since the last call, by ascending id.
    ///
    /// # Errors
    ///
    /// As [`touch`](Self::touch).
    pub fn touches(&mut self) -> Result<Vec<Event>, Error> {
        let touches = self.pending_touches()?;
        self.forget_touches();
        Ok(touches)
    }

    pub(crate) fn pending_touches(&self) -> Result<Vec<Event>, Error> {
        let mut touches = Vec::new();
        let (nodes, chains) = (&self.nodes.touched, &self.chains.touched);
        touches.try_reserve_exact(nodes.len() + chains.len()).map_err(|_| Error::OutOfMemory)?;
        // A slot that was given back has the reserved id.
        let nodes = nodes.iter().map(|&slot| self.nodes.get(slot).id).filter(|node| !node.is_none());
        touches.extend(nodes.map(|node| Event::NodeTouched { node }));
        let live = chains.iter().filter(|&&slot| self.chains.is_live(slot));
        touches.extend(live.map(|&slot| Event::ChainTouched { chain: self.chains.get(slot).id }));
        touches.sort_unstable_by_key(|touch| (touch.chain(), touch.node()));
        Ok(touches)
    }

    pub(crate) fn forget_touches(&mut self) {
        while let Some(slot) = self.nodes.touched.pop() {
            self.nodes.get_mut(slot).is_touched = false;
        }
        while let Some(slot) = self.chains.touched.pop() {
            self.chains.get_mut(slot).is_touched = false;
        }
        (self.nodes.has_lost, self.chains.has_lost) = (false, false);
    }

    /// What a node is worth to a chain, axis by axis; `None` if nothing was reported of the node. A node that does not hold the
    /// chain is judged as one that takes the place of the holder that would leave: the one that is drained, or else the worst.
    #[must_use]
    pub fn axes(&self, chain: ChainId, node: NodeId) -> Option<ScoreAxes> {
        let chain = self.chain(chain);
        let judgement = self.judge(chain, node, &LazyCell::new(|| self.vacancy(chain, None)))?;
        let [headroom, proximity, zone_spread, colocation]: [Option<f32>; AXES] = judgement.values.map(opinion);
        let score = opinion(judgement.score(&self.blend));
        Some(ScoreAxes { headroom, proximity, zone_spread, colocation, is_home: judgement.is_home, score })
    }

    /// The scores of so many pairs; who does not hold its chain would take the place of `victim`, if one is said.
    fn live_scores(
        &self,
        victim: Option<NodeId>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        // Pairs come by chain, and finding one costs more than judging its holders.
        let mut out = out.iter_mut();
        for of_one in pairs.chunk_by(|(chain, _), (other, _)| chain == other) {
            let chain = self.chain(of_one[0].0);
            let vacancy = LazyCell::new(|| self.vacancy(chain, victim));
            for (&(_, node), out) in of_one.iter().zip(&mut out) {
                let judgement = self.judge(chain, node, &vacancy);
                *out = judgement.and_then(|judgement| opinion(judgement.score(&self.blend)));
            }
        }
        Ok(())
    }

    fn best_home(&self, search: &Search<'_>) -> ScorerResult<Option<Alternative>> {
        first_of(|homes| self.homes(search, 1, homes))
    }

    fn chain(&self, chain: ChainId) -> &Chain {
        self.chains.find(chain).map_or(&self.unknown, |slot| self.chains.get(slot))
    }
}

impl PlacementScorer for InventoryScorer {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        let mut out = [None];
        self.live_scores(None, &[(chain, node)], &mut out)?;
        Ok(out[0])
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.live_scores(None, pairs, out)
    }

    answer_for_victims!();

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        Ok(Some(self.nodes.find(node).map_or(0, |slot| self.nodes.get(slot).generation)))
    }

    fn has_chain_fingerprint(&self) -> bool {
        true
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        Ok(Some(self.chain(chain).fingerprint()))
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        Ok(self.cost(self.chain(chain), target))
    }
}
