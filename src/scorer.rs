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
///
/// A scorer for which a home depends on who leaves, because of the company that the chain keeps there, overrides
/// [`best_replacement`](Self::best_replacement), [`replacements`](Self::replacements) and
/// [`live_score_replacements`](Self::live_score_replacements). Others need not know of them. Whoever wraps a scorer passes
/// them on as they are, so that a scorer inside is told.
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

    /// [`best_alternative`](Self::best_alternative), with the holder whose place it takes. A scheduler asks this whenever it
    /// moves a chain away from a node: from its worst holder, or from one that is drained. Default: as for any holder.
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn best_replacement(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
    ) -> ScorerResult<Option<Alternative>> {
        let _ = victim;
        self.best_alternative(chain, exclude)
    }

    /// [`alternatives`](Self::alternatives), with the holder whose place they take: what a scheduler asks instead of
    /// [`best_replacement`](Self::best_replacement) where it considers several. Default: as for any holder.
    ///
    /// # Errors
    ///
    /// Whatever keeps the scorer from answering.
    fn replacements(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        let _ = victim;
        self.alternatives(chain, exclude, limit, out)
    }

    /// [`live_score_many`](Self::live_score_many) of homes that would take the place of `victim`. No scheduler asks this, but
    /// a scorer that is put together from others, about nodes that another one has named. Default: as for any holder.
    ///
    /// # Errors
    ///
    /// As [`score_many`](Self::score_many).
    fn live_score_replacements(
        &self,
        victim: NodeId,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        let _ = victim;
        self.live_score_many(pairs, out)
    }
}

/// The homes that somebody looks for: alternatives, or replacements of a holder that leaves.
#[derive(Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) chain: ChainId,
    pub(crate) victim: Option<NodeId>,
    pub(crate) exclude: &'a [NodeId],
}

impl<'a> Search<'a> {
    pub(crate) fn any(chain: ChainId, exclude: &'a [NodeId]) -> Self {
        Search { chain, victim: None, exclude }
    }

    pub(crate) fn replacing(chain: ChainId, victim: NodeId, exclude: &'a [NodeId]) -> Self {
        Search { chain, victim: Some(victim), exclude }
    }

    /// The best home that a scorer names.
    pub(crate) fn best(&self, scorer: &dyn PlacementScorer) -> ScorerResult<Option<Alternative>> {
        match self.victim {
            None => scorer.best_alternative(self.chain, self.exclude),
            Some(victim) => scorer.best_replacement(self.chain, victim, self.exclude),
        }
    }

    /// Up to `limit` of them.
    pub(crate) fn homes(
        &self,
        scorer: &dyn PlacementScorer,
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        match self.victim {
            None => scorer.alternatives(self.chain, self.exclude, limit, out),
            Some(victim) => scorer.replacements(self.chain, victim, self.exclude, limit, out),
        }
    }
}

/// Live scores of homes for chains, where somebody leaves or nobody.
pub(crate) fn live_scores(
    scorer: &dyn PlacementScorer,
    victim: Option<NodeId>,
    pairs: &[(ChainId, NodeId)],
    out: &mut [Option<f32>],
) -> ScorerResult<()> {
    match victim {
        None => scorer.live_score_many(pairs, out),
        Some(victim) => scorer.live_score_replacements(victim, pairs, out),
    }
}

/// The first of up to one.
pub(crate) fn first_of(
    homes: impl FnOnce(&mut Vec<Alternative>) -> ScorerResult<()>,
) -> ScorerResult<Option<Alternative>> {
    let mut found = Vec::new();
    homes(&mut found)?;
    Ok(found.first().copied())
}

/// Has a scorer answer by its own `best_home`, `homes` and `live_scores`, whether somebody leaves or nobody.
macro_rules! answer_for_victims {
    () => {
        fn best_alternative(
            &self,
            chain: $crate::id::ChainId,
            exclude: &[$crate::id::NodeId],
        ) -> $crate::scorer::ScorerResult<Option<$crate::scorer::Alternative>> {
            self.best_home(&$crate::scorer::Search::any(chain, exclude))
        }

        fn alternatives(
            &self,
            chain: $crate::id::ChainId,
            exclude: &[$crate::id::NodeId],
            limit: usize,
            out: &mut alloc::vec::Vec<$crate::scorer::Alternative>,
        ) -> $crate::scorer::ScorerResult<()> {
            self.homes(&$crate::scorer::Search::any(chain, exclude), limit, out)
        }

        fn best_replacement(
            &self,
            chain: $crate::id::ChainId,
            victim: $crate::id::NodeId,
            exclude: &[$crate::id::NodeId],
        ) -> $crate::scorer::ScorerResult<Option<$crate::scorer::Alternative>> {
            self.best_home(&$crate::scorer::Search::replacing(chain, victim, exclude))
        }

        fn replacements(
            &self,
            chain: $crate::id::ChainId,
            victim: $crate::id::NodeId,
            exclude: &[$crate::id::NodeId],
            limit: usize,
            out: &mut alloc::vec::Vec<$crate::scorer::Alternative>,
        ) -> $crate::scorer::ScorerResult<()> {
            self.homes(&$crate::scorer::Search::replacing(chain, victim, exclude), limit, out)
        }

        fn live_score_many(
            &self,
            pairs: &[($crate::id::ChainId, $crate::id::NodeId)],
            out: &mut [Option<f32>],
        ) -> $crate::scorer::ScorerResult<()> {
            self.live_scores(None, pairs, out)
        }

        fn live_score_replacements(
            &self,
            victim: $crate::id::NodeId,
            pairs: &[($crate::id::ChainId, $crate::id::NodeId)],
            out: &mut [Option<f32>],
        ) -> $crate::scorer::ScorerResult<()> {
            self.live_scores(Some(victim), pairs, out)
        }
    };
}

pub(crate) use answer_for_victims;

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
