//! Scorers that are put together from other scorers.
//!
//! What they have in common: a part without an opinion (none, NaN, an infinity) does not count, other scores are
//! clamped to `[0, 1]` before they are combined (P1), and **zero is a veto**: a scorer says 0 of what is no home at
//! all, and no other part can make it one. A failure of a part goes through as it is.

mod cached;
mod fingerprints;
mod gate;
mod minimum;
mod override_per_chain;
mod parts;
mod ranking;
mod weighted_sum;

use alloc::vec::Vec;

use xxhash_rust::xxh3::xxh3_64;

pub use cached::Cached;
pub(crate) use fingerprints::{Fingerprints, SeenFingerprints};
pub use gate::Gate;
pub use minimum::Minimum;
pub use override_per_chain::OverridePerChain;
pub use weighted_sum::WeightedSum;

use crate::error::ScorerError;
use crate::id::{ChainId, NodeId};
use crate::scorer::{Alternative, PlacementScorer, ScorerResult};

/// A scorer that is put together from others. The C ABI makes it with vacant places and puts the parts there when nothing can
/// fail any more.
#[cfg(feature = "capi")]
pub(crate) trait Composed: PlacementScorer {
    /// The places of the parts, in the order in which they were given.
    fn parts_mut(&mut self) -> impl Iterator<Item = &mut crate::scorer::BoxedScorer>;
}

/// So many alternatives a part is asked for at least where several of them have to agree: the best of one is seldom the
/// best of all.
pub(crate) const ALTERNATIVES_MIN: usize = 16;

/// How a scorer is asked about pairs.
pub(crate) type AskMany<'a> =
    &'a dyn Fn(&dyn PlacementScorer, &[(ChainId, NodeId)], &mut [Option<f32>]) -> ScorerResult<()>;

/// P1: NaN and infinities are no opinion, and what lies outside `[0, 1]` is clamped.
pub(crate) fn sanitised(score: Option<f32>) -> Option<f32> {
    score.filter(|score| score.is_finite()).map(|score| score.clamp(0.0, 1.0))
}

/// Makes room in a list.
pub(crate) fn reserve<T>(list: &mut Vec<T>, additional: usize) -> ScorerResult<()> {
    list.try_reserve(additional).map_err(|_| ScorerError::out_of_memory())
}

/// Makes a list one of so many elements, all the same.
pub(crate) fn fill<T: Clone>(list: &mut Vec<T>, count: usize, value: T) -> ScorerResult<()> {
    list.clear();
    reserve(list, count)?;
    list.resize(count, value);
    Ok(())
}

/// How far a batch has got that several scorers answer in turn.
///
/// Each is asked only about what the others before it have answered, so that in the end the first element is at fault
/// that would have been at fault if the elements had been asked about one by one.
pub(crate) struct Progress {
    /// So many elements from the first on count.
    pub(crate) answered: usize,
    failure: Option<ScorerError>,
}

impl Progress {
    pub(crate) fn new(count: usize) -> Self {
        Progress { answered: count, failure: None }
    }

    /// Takes in how a scorer has fared that was asked about `asked` elements; `place` is where one of them stands in
    /// the batch.
    ///
    /// # Errors
    ///
    /// The failure, where nobody says which element it was.
    pub(crate) fn take(
        &mut self,
        outcome: ScorerResult<()>,
        asked: usize,
        place: impl FnOnce(usize) -> usize,
    ) -> ScorerResult<()> {
        let Err(error) = outcome else { return Ok(()) };
        let alone = (asked == 1).then_some(0);
        let Some(index) = error.index().filter(|&index| index < asked).or(alone) else {
            return Err(error.without_index());
        };
        self.answered = place(index);
        self.failure = Some(error.at_index(self.answered));
        Ok(())
    }

    /// The failure of the element after those that were answered.
    pub(crate) fn finish(self) -> ScorerResult<()> {
        self.failure.map_or(Ok(()), Err)
    }
}

/// What the fingerprints of several scorers come to; `None` if one of them cannot say.
fn joined(sum: Option<u64>, fingerprint: Option<u64>) -> Option<u64> {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&sum?.to_le_bytes());
    bytes[8..].copy_from_slice(&fingerprint?.to_le_bytes());
    Some(xxh3_64(&bytes))
}

/// The fingerprint of a node for all of these. All of them are asked, so that a failure does not depend on what others
/// said.
fn node_fingerprint<'a>(
    scorers: impl Iterator<Item = &'a (dyn PlacementScorer + Send)>,
    node: NodeId,
) -> ScorerResult<Option<u64>> {
    let mut sum = Some(0);
    for scorer in scorers {
        sum = joined(sum, scorer.node_fingerprint(node)?);
    }
    Ok(sum)
}

/// The same for many nodes, with one question to each scorer.
fn node_fingerprints<'a>(
    scorers: impl Iterator<Item = &'a (dyn PlacementScorer + Send)>,
    nodes: &[NodeId],
    buffer: &mut Vec<Option<u64>>,
    out: &mut [Option<u64>],
) -> ScorerResult<()> {
    let mut progress = Progress::new(nodes.len());
    out.fill(Some(0));
    for scorer in scorers {
        let asked = progress.answered;
        fill(buffer, asked, None)?;
        let outcome = scorer.node_fingerprints(&nodes[..asked], buffer);
        progress.take(outcome, asked, |index| index)?;
        for (sum, &fingerprint) in out.iter_mut().zip(buffer.iter()) {
            *sum = joined(*sum, fingerprint);
        }
    }
    out[progress.answered..].fill(None);
    progress.finish()
}

/// The fingerprint of a chain for all of these. Who has none is not asked, as by a scheduler, and never changes (S6).
fn chain_fingerprint<'a>(
    scorers: impl Iterator<Item = &'a (dyn PlacementScorer + Send)>,
    chain: ChainId,
) -> ScorerResult<Option<u64>> {
    let mut sum = Some(0);
    for scorer in scorers.filter(|scorer| scorer.has_chain_fingerprint()) {
        sum = joined(sum, scorer.chain_fingerprint(chain)?);
    }
    Ok(sum)
}

/// The alternatives among those that a scorer named: not excluded, not reserved, named for the first time, and with a
/// score other than 0 (P1). They keep their order.
pub(crate) fn keep_homes(found: &mut Vec<Alternative>, exclude: &[NodeId]) -> ScorerResult<()> {
    let mut places: Vec<(NodeId, usize)> = Vec::new();
    reserve(&mut places, found.len())?;
    places.extend(found.iter().enumerate().map(|(place, alternative)| (alternative.node, place)));
    places.sort_unstable();
    places.dedup_by_key(|&mut (node, _)| node);
    let mut place = 0;
    found.retain_mut(|alternative| {
        let node = alternative.node;
        let is_first = places.binary_search(&(node, place)).is_ok();
        place += 1;
        let score = sanitised(Some(alternative.score)).filter(|&score| score > 0.0);
        alternative.score = score.unwrap_or(0.0);
        is_first && score.is_some() && !node.is_none() && exclude.binary_search(&node).is_err()
    });
    Ok(())
}

/// The order in which alternatives are named: best first, ties by ascending node. Scores are never NaN here.
pub(crate) fn best_first(one: &Alternative, other: &Alternative) -> core::cmp::Ordering {
    other.score.total_cmp(&one.score).then(one.node.cmp(&other.node))
}
