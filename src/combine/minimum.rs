//! Several scorers, of which the most critical one is right.

use alloc::vec::Vec;

use super::parts::{Parts, Rule, answer_as_parts};
use crate::error::Error;
use crate::id::{ChainId, NodeId};
use crate::scorer::{Alternative, BoxedScorer, ScorerResult, Search};

/// The lowest score that a part gives: a home is as good as its worst side.
///
/// Only parts with an opinion count; where none has one, there is no opinion. Everything else is as with a
/// [`WeightedSum`](crate::WeightedSum): 0 is a veto, alternatives are exact, fingerprints are made of those of all
/// parts, the cost of a migration is that of the first part that has one, and failures go through as they are.
///
/// It owns its parts, and like them is used by one thread at a time.
///
/// ```
/// use driftline::{Alternative, ChainId, Minimum, NodeId, PlacementScorer, ScorerResult};
///
/// struct Everywhere(f32);
/// impl PlacementScorer for Everywhere {
///     fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
///         Ok(Some(self.0))
///     }
///     fn best_alternative(&self, _: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
///         let free = [NodeId(1), NodeId(2)].into_iter().find(|node| !exclude.contains(node));
///         Ok(free.map(|node| Alternative { node, score: self.0 }))
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scorer = Minimum::new(vec![Box::new(Everywhere(0.9)), Box::new(Everywhere(0.3))])?;
/// assert_eq!(scorer.score(ChainId(7), NodeId(1))?, Some(0.3));
/// let best = scorer.best_alternative(ChainId(7), &[NodeId(1)])?;
/// assert_eq!(best, Some(Alternative { node: NodeId(2), score: 0.3 }));
/// # Ok(())
/// # }
/// ```
pub struct Minimum {
    parts: Parts,
}

impl Minimum {
    /// Puts scorers together.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if there is none; [`Error::OutOfMemory`]. The scorers are dropped then.
    pub fn new(parts: Vec<BoxedScorer>) -> Result<Self, Error> {
        let mut weights = Vec::new();
        weights.try_reserve_exact(parts.len()).map_err(|_| Error::OutOfMemory)?;
        weights.resize(parts.len(), 1.0);
        Ok(Minimum { parts: Parts::new(parts, weights, Rule::Minimum)? })
    }
}

#[cfg(feature = "capi")]
impl super::Composed for Minimum {
    fn parts_mut(&mut self) -> impl Iterator<Item = &mut BoxedScorer> {
        self.parts.scorers.iter_mut()
    }
}

answer_as_parts!(Minimum);
