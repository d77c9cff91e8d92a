//! Every question to the scorer goes through here: counted, guarded, and its answer validated (P1, P2).

use alloc::vec::Vec;

use crate::action::{ScorerCalls, ScorerFailure};
use crate::config::OnScorerError;
use crate::cost::MigrationCost;
use crate::error::{Error, ScorerError, ScorerMethod};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::{Alternative, PlacementScorer, ScorerResult, Search};

/// What the questions of one pass came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) calls: ScorerCalls,
    pub(crate) invalid_scores: u64,
    pub(crate) invalid_alternatives: u64,
    pub(crate) failures: Vec<ScorerFailure>,
}

impl Tally {
    pub(crate) fn clear(&mut self) {
        self.calls = ScorerCalls::default();
        self.invalid_scores = 0;
        self.invalid_alternatives = 0;
        self.failures.clear();
    }

    /// P1: NaN and infinities are no opinion, what lies outside `[0, 1]` is clamped, and both are counted.
    pub(crate) fn validate(&mut self, score: Option<f32>) -> Option<f32> {
        let score = score?;
        if (0.0..=1.0).contains(&score) {
            return Some(score);
        }
        self.invalid_scores += 1;
        score.is_finite().then(|| score.clamp(0.0, 1.0))
    }

    /// The alternative, if it is one: not excluded, not reserved, not named before, with a score (P1).
    pub(crate) fn valid_alternative(
        &mut self,
        alternative: Alternative,
        exclude: &[NodeId],
        is_repeated: bool,
    ) -> Option<Alternative> {
        if alternative.node.is_none() || is_repeated || exclude.binary_search(&alternative.node).is_ok() {
            self.invalid_alternatives += 1;
            return None;
        }
        let score = self.validate(Some(alternative.score))?;
        Some(Alternative { node: alternative.node, score })
    }
}

/// Why a question got no answer.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The call fails with this error.
    Abort(Error),
    /// The chain sits this pass out; the failure was counted.
    Skip,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Abort(error)
    }
}

/// What is asked, for errors and reports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub(crate) method: ScorerMethod,
    pub(crate) chain: Option<ChainId>,
    pub(crate) node: Option<NodeId>,
}

/// A scorer, the policy for its failures, and the tally of the pass.
pub(crate) struct Asker<'a> {
    pub(crate) scorer: &'a dyn PlacementScorer,
    pub(crate) on_scorer_error: OnScorerError,
    pub(crate) tally: &'a mut Tally,
}

/// Tells a scorer what time it is, before it is asked anything. It has no answer to give, so a failure is a panic, and
/// no policy says what to do without the time.
pub(crate) fn begin(scorer: &dyn PlacementScorer, now: Timestamp) -> Result<(), Error> {
    guard(|| {
        scorer.begin(now);
        Ok(())
    })
    .map_err(|source| Error::Scorer { method: ScorerMethod::Begin, chain: None, node: None, source })
}

impl Asker<'_> {
    pub(crate) fn live_score(&mut self, chain: ChainId, node: NodeId) -> Result<Option<f32>, Stop> {
        self.tally.calls.live_score += 1;
        let answer = guard(|| self.scorer.live_score(chain, node));
        let score = self.settle(answer, ScorerMethod::LiveScore, chain, Some(node))?;
        Ok(self.tally.validate(score))
    }

    /// The best home, if it is one: not excluded, not reserved, with a score. Whether somebody leaves or nobody, it counts as
    /// the same question.
    pub(crate) fn best_home(&mut self, search: &Search<'_>) -> Result<Option<Alternative>, Stop> {
        self.tally.calls.best_alternative += 1;
        let answer = guard(|| search.best(self.scorer));
        let Some(alternative) = self.settle(answer, ScorerMethod::BestAlternative, search.chain, None)? else {
            return Ok(None);
        };
        Ok(self.tally.valid_alternative(alternative, search.exclude, false))
    }

    /// Up to `limit` homes, as the scorer named them. One question, however many there are.
    pub(crate) fn homes(&mut self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> Result<(), Stop> {
        self.tally.calls.best_alternative += 1;
        out.clear();
        let answer = guard(|| search.homes(self.scorer, limit, out));
        self.settle(answer, ScorerMethod::BestAlternative, search.chain, None)
    }

    pub(crate) fn migration_cost(&mut self, chain: ChainId, target: NodeId) -> Result<Option<MigrationCost>, Stop> {
        self.tally.calls.migration_cost += 1;
        let answer = guard(|| self.scorer.migration_cost(chain, target));
        let cost = self.settle(answer, ScorerMethod::MigrationCost, chain, Some(target))?;
        if cost.is_some_and(|cost| !cost.reliability_factor.is_finite()) {
            // P1: no opinion about the weight; C1 makes it 1.
            self.tally.invalid_scores += 1;
        }
        Ok(cost)
    }

    /// Whether chains have fingerprints.
    pub(crate) fn has_chain_fingerprint(&mut self) -> Result<bool, Stop> {
        let subject = Subject { method: ScorerMethod::ChainFingerprint, chain: None, node: None };
        guard(|| Ok(self.scorer.has_chain_fingerprint())).map_err(|error| self.fail(error, subject))
    }

    pub(crate) fn chain_fingerprint(&mut self, chain: ChainId) -> Result<Option<u64>, Stop> {
        self.tally.calls.chain_fingerprint += 1;
        let answer = guard(|| self.scorer.chain_fingerprint(chain));
        self.settle(answer, ScorerMethod::ChainFingerprint, chain, None)
    }

    /// Scores for a block of pairs. What was asked is counted; how a failure is settled depends on whose pairs it hit.
    pub(crate) fn score_many(&mut self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        out.fill(None);
        let answer = guard(|| self.scorer.score_many(pairs, out));
        self.tally.calls.score += asked(&answer, pairs.len());
        answer
    }

    /// Fingerprints for a block of nodes, likewise.
    pub(crate) fn node_fingerprints(&mut self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        out.fill(None);
        let answer = guard(|| self.scorer.node_fingerprints(nodes, out));
        self.tally.calls.node_fingerprint += asked(&answer, nodes.len());
        answer
    }

    fn settle<T>(
        &mut self,
        answer: ScorerResult<T>,
        method: ScorerMethod,
        chain: ChainId,
        node: Option<NodeId>,
    ) -> Result<T, Stop> {
        answer.map_err(|error| self.fail(error, Subject { method, chain: Some(chain), node }))
    }

    /// Does with a failure what the policy says (P2).
    pub(crate) fn fail(&mut self, error: ScorerError, subject: Subject) -> Stop {
        let Subject { method, chain, node } = subject;
        if error.lacks_memory() {
            return Stop::Abort(Error::OutOfMemory);
        }
        if self.ends_the_call(&error) {
            return Stop::Abort(Error::Scorer { method, chain, node, source: error });
        }
        if self.tally.failures.try_reserve(1).is_err() {
            return Stop::Abort(Error::OutOfMemory);
        }
        self.tally.failures.push(ScorerFailure { method, chain, node, error });
        Stop::Skip
    }

    /// Whether a failure ends the call: by policy, or because it is one that no policy survives.
    pub(crate) fn ends_the_call(&self, error: &ScorerError) -> bool {
        error.lacks_memory() || error.interrupts() || self.on_scorer_error == OnScorerError::Abort
    }
}

/// How many elements of a batch were asked: all, or those up to the one that failed.
fn asked(answer: &ScorerResult<()>, total: usize) -> u64 {
    match answer {
        Err(error) => error.index().map_or(total, |index| total.min(index + 1)) as u64,
        Ok(()) => total as u64,
    }
}

/// P2: with `std`, a panic of the scorer is a failure of the scorer.
#[cfg(feature = "std")]
pub(crate) fn guard<T>(ask: impl FnOnce() -> ScorerResult<T>) -> ScorerResult<T> {
    use alloc::string::{String, ToString};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    // Safe to assert: after a panic only the scorer's own state can be half changed, and it is the scorer's.
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|payload| {
        let message = match payload.downcast_ref::<&str>() {
            Some(text) => (*text).to_string(),
            None => payload.downcast_ref::<String>().cloned().unwrap_or_else(|| "no message".to_string()),
        };
        // Dropping the payload runs code of the scorer's, which may panic again.
        if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            core::mem::forget(second);
        }
        Err(ScorerError::from_panic(message))
    })
}

/// Without `std` a panic unwinds through the call or aborts, as the program chose.
#[cfg(not(feature = "std"))]
pub(crate) fn guard<T>(ask: impl FnOnce() -> ScorerResult<T>) -> ScorerResult<T> {
    ask()
}
