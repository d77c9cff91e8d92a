//! The only way out of the core: what the caller's scorer is asked, and what its answers may be.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::cost::MigrationCost;
use crate::error::ScorerError;
use crate::id::{ChainId, NodeId, Timestamp};

/// What a scorer method returns.
pub type ScorerResult<T> = Result<T, ScorerError>;

/// A home that a chain could have instead, and how good it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alternative {
    /// The node.
    pub node: NodeId,
    /// Its score for the chain, in `[0, 1]`.
    pub score: f32,
}

/// Says how good each home is. The caller writes one; driftline asks it.
///
/// A score is in `[0, 1]`, higher is a better home, `None` is "no opinion". Nothing that a scorer returns is trusted:
/// NaN and infinities are no opinion, other values are clamped, and both are counted (P1).
///
/// A method may fail with a [`ScorerError`]; with the feature `std` a panic is caught and counts as one too. What the
/// failure does is the config's [`OnScorerError`](crate::OnScorerError) (P2), unless it is an
/// [interruption](ScorerError::interrupt), which ends the call.
///
/// Methods take `&self` and are called from the thread that ticks, one at a time. Within one call of the scheduler the
/// order is fixed: `begin`, fingerprints of nodes by ascending id, fingerprints of chains, scores by ascending chain
/// and node, then chain by chain the questions of the decision. A scorer cannot reach the scheduler that is calling
/// it: Rust's borrows forbid it, and the C ABI answers `REENTRANT` (P3).
///
/// The batch forms exist to cross a language boundary once. Their defaults ask the single forms in order. Whoever
/// overrides one must give the same answers as the single form.
pub trait PlacementScorer {
    /// Called once at the beginning of each tick, sample, dry run and [`diff_scheduler`](crate::diff_scheduler), before
    /// anything is asked, with their `now`. Default: nothing.
    ///
    /// A scorer that changes with time takes the time from here, so that it needs no clock. Whoever wraps a scorer passes
    /// it on. A panic counts as a failure of the scorer which ends the call, whatever the policy.
    fn begin(&self, now: Timestamp) {
        let _ = now;
    }

    /// How good a home `node` is for `chain`. May be cached by whoever wraps the scorer.
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>>;

    /// The best home that `chain` could have and has not. `exclude` is its current holders, and whatever else is no home for
    /// it now: nodes that are drained or avoided, and targets that have just failed; by ascending id.
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>>;

    /// The score that is true right now, never cached. Default: [`score`](Self::score).
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.score(chain, node)
    }

    /// A cheap change counter of everything about `node` that scores depend on. Default: `None`, "cannot say", which
    /// counts as always changed.
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        let _ = node;
        Ok(None)
    }

    /// Whether [`chain_fingerprint`](Self::chain_fingerprint) is overridden. It is asked only if this says so (S6):
    /// asking costs a call for every led chain in every tick. Default: `false`.
    fn has_chain_fingerprint(&self) -> bool {
        false
    }

    /// The same as [`node_fingerprint`](Self::node_fingerprint) for inputs that belong to the chain: its clients'
    /// round-trip times, its size. Default: `Some(0)`, "never changes".
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        let _ = chain;
        Ok(Some(0))
    }

    /// What it would cost to move `chain` to `target`. Default: `None`, "free", so that the hysteresis gap alone
    /// decides (D10).
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        let _ = (chain, target);
        Ok(None)
    }

    /// [`score`](Self::score) for many pairs. `out` has the length of `pairs` and is all `None`.
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering. With [`ScorerError::at_index`] the answers before that element count
    /// and only its chain is at fault; without it the whole batch is.
    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        each(pairs, out, |&(chain, node)| self.score(chain, node))
    }

    /// [`live_score`](Self::live_score) for many pairs, as [`score_many`](Self::score_many).
    ///
    /// # Errors
    ///
    /// As [`score_many`](Self::score_many).
    fn live_score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        each(pairs, out, |&(chain, node)| self.live_score(chain, node))
    }

    /// [`node_fingerprint`](Self::node_fingerprint) for many nodes. `out` has the length of `nodes` and is all `None`.
    ///
    /// # Errors
    ///
    /// As [`score_many`](Self::score_many).
    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        each(nodes, out, |&node| self.node_fingerprint(node))
    }

    /// Up to `limit` alternatives, best first, pushed to `out`. Default: [`best_alternative`](Self::best_alternative) again
    /// and again, with what it has answered excluded.
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        let no_memory = |_| ScorerError::out_of_memory();
        let mut excluded = Vec::new();
        excluded.try_reserve(exclude.len()).map_err(no_memory)?;
        excluded.extend_from_slice(exclude);
        for _ in 0..limit {
            let Some(alternative) = self.best_alternative(chain, &excluded)? else { break };
            out.try_reserve(1).map_err(no_memory)?;
            out.push(alternative);
            let Err(rank) = excluded.binary_search(&alternative.node) else { break };
            excluded.try_reserve(1).map_err(no_memory)?;
            excluded.insert(rank, alternative.node);
        }
        Ok(())
    }
}

/// Asks one by one and says where it stopped.
pub(crate) fn each<Q, A>(questions: &[Q], out: &mut [A], ask: impl Fn(&Q) -> ScorerResult<A>) -> ScorerResult<()> {
    for (index, (question, answer)) in questions.iter().zip(out).enumerate() {
        // Guarded one by one: a panic, too, says where it stopped.
        *answer = crate::asker::guard(|| ask(question)).map_err(|error| error.at_index(index))?;
    }
    Ok(())
}

/// A scorer that a scheduler owns.
pub type BoxedScorer = Box<dyn PlacementScorer + Send>;

/// Holds the scorer of a scheduler and knows when it became another one.
///
/// Counters of the old scorer mean nothing to the new one, so every led chain is due after an installation (P4).
#[derive(Default)]
pub struct SchedulerRegistry {
    scorer: Option<BoxedScorer>,
    /// Tells two installations apart, even those of registries that were swapped; it is only ever compared.
    installation: Option<Arc<()>>,
}

impl SchedulerRegistry {
    /// Makes `scorer` the scorer and returns the previous one (P4).
    pub fn install(&mut self, scorer: BoxedScorer) -> Option<BoxedScorer> {
        self.installation = Some(Arc::new(()));
        self.scorer.replace(scorer)
    }

    /// Takes the scorer out. Without one a tick samples nothing and emits nothing (P4).
    pub fn uninstall(&mut self) -> Option<BoxedScorer> {
        self.scorer.take()
    }

    /// The scorer, if one is installed.
    #[must_use]
    pub fn scorer(&self) -> Option<&(dyn PlacementScorer + Send)> {
        self.scorer.as_deref()
    }

    /// What the sampler compares with the installation that it last saw.
    pub(crate) fn installation(&self) -> Option<&Arc<()>> {
        self.installation.as_ref()
    }
}

impl core::fmt::Debug for SchedulerRegistry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SchedulerRegistry").field("installed", &self.scorer.is_some()).finish()
    }
}
