//! An inventory that is fed while a scheduler owns its scorer.

use alloc::sync::Arc;
use alloc::vec::Vec;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Bandwidth, ChainProfile, InventoryConfig, InventoryScorer, NodeInventory, Rtt, ScoreAxes};
use crate::cost::MigrationCost;
use crate::error::Error;
use crate::event::Event;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::{Alternative, PlacementScorer, ScorerResult, Search, answer_for_victims, live_scores};
use crate::state::{Membership, MeshState};

/// An [`InventoryScorer`] with several owners: clones are the same inventory. Keep one to feed it and install another.
///
/// It may be fed from any thread, at any time; a question and a report wait for each other, for about as long as either
/// takes. For the same decisions from the same inputs, feed it between ticks and not during one.
///
/// ```
/// use driftline::{InventoryConfig, LocalScheduler, NodeId, SchedulerConfig, SharedInventory};
///
/// # fn main() -> Result<(), driftline::Error> {
/// let inventory = SharedInventory::new(InventoryConfig::default())?;
/// let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::production())?;
/// scheduler.registry_mut().install(Box::new(inventory.clone()));
/// // Then, for ever: state.apply(&events)?; inventory.follow(&events)?; inventory.report_nodes(now, &reports)?; ... tick.
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SharedInventory(Arc<Mutex<InventoryScorer>>);

impl SharedInventory {
    /// As [`InventoryScorer::new`].
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for an invalid config.
    pub fn new(config: InventoryConfig) -> Result<Self, Error> {
        Ok(SharedInventory(Arc::new(Mutex::new(InventoryScorer::new(config)?))))
    }

    /// Does something with the inventory while nobody else does. Do not call a scheduler that it is installed in.
    pub fn with<T>(&self, work: impl FnOnce(&mut InventoryScorer) -> T) -> T {
        work(&mut self.lock())
    }

    /// As [`InventoryScorer::load`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn load(&self, membership: &Membership<'_>) -> Result<(), Error> {
        self.lock().load(membership)
    }

    /// As [`InventoryScorer::follow`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn follow(&self, events: &[Event]) -> Result<(), Error> {
        self.lock().follow(events)
    }

    /// As [`InventoryScorer::report_nodes`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn report_nodes(&self, now: Timestamp, reports: &[NodeInventory]) -> Result<(), Error> {
        self.lock().report_nodes(now, reports)
    }

    /// As [`InventoryScorer::report_rtts`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn report_rtts(&self, now: Timestamp, reports: &[Rtt]) -> Result<(), Error> {
        self.lock().report_rtts(now, reports)
    }

    /// As [`InventoryScorer::report_bandwidths`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn report_bandwidths(&self, reports: &[Bandwidth]) -> Result<(), Error> {
        self.lock().report_bandwidths(reports)
    }

    /// As [`InventoryScorer::report_profiles`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn report_profiles(&self, profiles: &[ChainProfile<'_>]) -> Result<(), Error> {
        self.lock().report_profiles(profiles)
    }

    /// As [`InventoryScorer::forget_node`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn forget_node(&self, node: NodeId) -> Result<bool, Error> {
        self.lock().forget_node(node)
    }

    /// As [`InventoryScorer::touch`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn touch(&self, state: &mut MeshState) -> Result<usize, Error> {
        self.lock().touch(state)
    }

    /// As [`InventoryScorer::touches`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn touches(&self) -> Result<Vec<Event>, Error> {
        self.lock().touches()
    }

    /// As [`InventoryScorer::axes`].
    #[must_use]
    pub fn axes(&self, chain: ChainId, node: NodeId) -> Option<ScoreAxes> {
        self.lock().axes(chain, node)
    }

    fn best_home(&self, search: &Search<'_>) -> ScorerResult<Option<Alternative>> {
        search.best(&*self.lock())
    }

    fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        search.homes(&*self.lock(), limit, out)
    }

    fn live_scores(
        &self,
        victim: Option<NodeId>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        live_scores(&*self.lock(), victim, pairs, out)
    }

    fn lock(&self) -> MutexGuard<'_, InventoryScorer> {
        // What a panic has left is what a failed call would have left.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlacementScorer for SharedInventory {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.lock().score(chain, node)
    }

    answer_for_victims!();

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        self.lock().node_fingerprint(node)
    }

    fn has_chain_fingerprint(&self) -> bool {
        true
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        self.lock().chain_fingerprint(chain)
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        self.lock().migration_cost(chain, target)
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.lock().score_many(pairs, out)
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.lock().node_fingerprints(nodes, out)
    }
}
