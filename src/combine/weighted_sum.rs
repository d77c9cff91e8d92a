//! Several scorers, each with its say.

use alloc::vec::Vec;

use super::parts::{Parts, Rule, answer_as_parts};
use crate::error::{ConfigValue, Error};
use crate::id::{ChainId, NodeId};
use crate::scorer::{Alternative, BoxedScorer, ScorerResult, Search};

/// The weighted mean of what its parts say: the sum of weight times score over the sum of the weights.
///
/// Only parts with an opinion count, each with its weight, so that one which is silent about a node neither lifts nor
/// lowers it; where all are silent there is no opinion. A part that says 0 is a veto: the node is 0 and never an
/// alternative, however good the others find it. What a part says outside of `[0, 1]` is clamped, and NaN and
/// infinities are no opinion; they are not counted among the `invalid_scores` of a report.
///
/// - **Alternatives** are exact: the best of all nodes that at least one part names, each scored by all parts, best
///   first, ties to the lower node. A part counts with the score that it names the node with, or else with its
///   `live_score`. Parts have to name their best first. They are asked for sixteen at first and for more as long as
///   somebody better may follow, so a part with an [`alternatives`](crate::PlacementScorer::alternatives) of its own is
///   a good deal faster.
/// - **Fingerprints** are made of those of all parts; `None` where one has none.
/// - **The cost** of a migration is that of the first part that has one.
/// - **Failures** of a part go through as they are.
///
/// It owns its parts, and like them is used by one thread at a time.
///
/// ```
/// use driftline::{Alternative, ChainId, NodeId, PlacementScorer, ScorerResult, WeightedSum};
///
/// struct Table(&'static [f32]);
/// impl PlacementScorer for Table {
///     fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
///         Ok(self.0.get(node.0 as usize).copied())
///     }
///     fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
///         let mut best: Option<Alternative> = None;
///         for node in (0..self.0.len() as u64).map(NodeId).filter(|node| !exclude.contains(node)) {
///             let score = self.score(chain, node)?.unwrap_or(0.0);
///             best = best.filter(|best| best.score >= score).or(Some(Alternative { node, score }));
///         }
///         Ok(best)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let near = Box::new(Table(&[1.0, 0.5, 0.0]));
/// let idle = Box::new(Table(&[0.25, 0.75, 1.0]));
/// let scorer = WeightedSum::new(vec![(near, 2.0), (idle, 1.0)])?;
/// assert_eq!(scorer.score(ChainId(7), NodeId(0))?, Some(0.75));
/// assert_eq!(scorer.score(ChainId(7), NodeId(2))?, Some(0.0), "zero is a veto");
/// let best = scorer.best_alternative(ChainId(7), &[NodeId(0)])?;
/// assert_eq!(best.map(|best| best.node), Some(NodeId(1)));
/// # Ok(())
/// # }
/// ```
pub struct WeightedSum {
    parts: Parts,
}

impl WeightedSum {
    /// Puts scorers together, each with its weight. Only the ratios of the weights matter.
    ///
    /// # Errors
    ///
    /// [`Error::Part`] names the first weight that is not finite and above 0; [`Error::Config`] if there is no scorer
    /// at all; [`Error::OutOfMemory`]. The scorers are dropped then.
    pub fn new(parts: Vec<(BoxedScorer, f32)>) -> Result<Self, Error> {
        for (index, &(_, weight)) in parts.iter().enumerate() {
            if !weight.is_finite() || weight <= 0.0 {
                let value = ConfigValue::Float(weight);
                return Err(Error::Part { index, field: "weight", value, expected: "finite and above 0" });
            }
        }
        let (mut scorers, mut weights) = (Vec::new(), Vec::new());
        scorers.try_reserve_exact(parts.len()).map_err(|_| Error::OutOfMemory)?;
        weights.try_reserve_exact(parts.len()).map_err(|_| Error::OutOfMemory)?;
        for (scorer, weight) in parts {
            scorers.push(scorer);
            weights.push(weight);
        }
        Ok(WeightedSum { parts: Parts::new(scorers, weights, Rule::WeightedMean)? })
    }
}

#[cfg(feature = "capi")]
impl super::Composed for WeightedSum {
    fn parts_mut(&mut self) -> impl Iterator<Item = &mut BoxedScorer> {
        self.parts.scorers.iter_mut()
    }
}

answer_as_parts!(WeightedSum);
