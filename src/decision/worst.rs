//! Where a decision finds the worst holder of a chain (D5).

use alloc::vec::Vec;

use crate::asker::{Asker, Stop, Subject};
use crate::error::{Error, ScorerMethod};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::state::ChainView;

/// The worst holder of a chain, or why there is none.
pub(crate) enum Worst {
    /// Nobody has been asked for scores since the chain became led.
    NotSampled,
    /// It is due, and its turn has not come (L3).
    Deferred,
    /// The scorer failed when it was asked.
    Failed,
    /// No holder has a score.
    NoScore,
    /// The lowest score; ties go to the lowest node.
    Holder(NodeId, f32),
}

impl Worst {
    /// The worse of this and the next holder by ascending id, which must be strictly worse to take over.
    pub(crate) fn or(self, node: NodeId, score: f32) -> Worst {
        match self {
            Worst::Holder(_, lowest) if score >= lowest => self,
            _ => Worst::Holder(node, score),
        }
    }
}

/// Where a pass finds the worst holder of a chain.
pub(crate) trait WorstHolder {
    /// Called at most once a chain, for chains that nothing holds back.
    fn worst_holder(&mut self, chain: &ChainView<'_>, asker: &mut Asker<'_>) -> Result<Worst, Stop>;

    /// Whether the chain was refused before and nothing is new yet (L4). Only a scheduler remembers that.
    fn retries_later(&self, now: Timestamp) -> bool {
        let _ = now;
        false
    }
}

/// Asks the scorer for every holder of a chain, in ascending id, in one call.
#[derive(Default)]
pub(crate) struct AskEach {
    pairs: Vec<(ChainId, NodeId)>,
    scores: Vec<Option<f32>>,
}

impl WorstHolder for AskEach {
    fn worst_holder(&mut self, chain: &ChainView<'_>, asker: &mut Asker<'_>) -> Result<Worst, Stop> {
        let AskEach { pairs, scores } = self;
        let holders = chain.holders();
        pairs.clear();
        pairs.try_reserve(holders.len()).map_err(|_| Error::OutOfMemory)?;
        pairs.extend(holders.map(|node| (chain.id(), node)));
        scores.clear();
        scores.try_reserve(pairs.len()).map_err(|_| Error::OutOfMemory)?;
        scores.resize(pairs.len(), None);
        let failure = asker.score_many(pairs, scores).err();
        let failed_at = failure.as_ref().map(|error| error.index().filter(|&index| index < pairs.len()));
        let answered = failed_at.map_or(pairs.len(), |index| index.unwrap_or(0));
        let mut worst = Worst::NoScore;
        for (&(_, node), &score) in pairs.iter().zip(&scores[..answered]) {
            if let Some(score) = asker.tally.validate(score) {
                worst = worst.or(node, score);
            }
        }
        let Some(error) = failure else { return Ok(worst) };
        let node = failed_at.flatten().map(|index| pairs[index].1);
        Err(asker.fail(error, Subject { method: ScorerMethod::Score, chain: Some(chain.id()), node }))
    }
}
