//! How scorers of the library become parts of another one: all of them, or none.

use super::guard::Failure;
use super::handle::{Exclusive, enter_exclusive, reserve};
use super::result::{DRIFTLINE_RESULT_DUPLICATE, DRIFTLINE_RESULT_NO_MEMORY};
use super::scorer_types::driftline_any_scorer;
use super::sized::Place;
use crate::combine::Composed;
use crate::error::Error;
use crate::id::{ChainId, NodeId};
use crate::scorer::{Alternative, BoxedScorer, PlacementScorer, ScorerResult};

/// What an `any_scorer` handle stands for.
pub(super) struct AnyScorer {
    pub(super) scorer: BoxedScorer,
}

/// Holds a part's place until the part itself comes. It has no size, so that its box needs no memory.
struct Vacant;

impl PlacementScorer for Vacant {
    fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
        Ok(None)
    }

    fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        Ok(None)
    }
}

/// A scorer for a place that a part will have.
pub(super) fn vacant() -> BoxedScorer {
    Box::new(Vacant)
}

/// The parts of a scorer to be, in the order of their places. While this is there, nobody else is inside of one; when
/// it is dropped, they are as they were.
pub(super) struct Parts(Vec<Exclusive<AnyScorer>>);

impl Parts {
    pub(super) fn with_room_for(count: usize) -> Result<Self, Failure> {
        Ok(Parts(list_for(count)?))
    }

    /// Adds the next part. The room was made before.
    pub(super) fn enter(&mut self, part: driftline_any_scorer) -> Result<(), Failure> {
        let refused = match enter_exclusive::<AnyScorer>(part.bits) {
            Ok(entered) => {
                self.0.push(entered);
                return Ok(());
            }
            Err(refused) => refused,
        };
        // A scorer that was entered a moment ago is refused as if a callback had called.
        let is_twice = self.0.iter().any(|entered| entered.has_handle(part.bits));
        let twice = || Failure::new(DRIFTLINE_RESULT_DUPLICATE, "any_scorer handle: it is a part twice");
        Err(if is_twice { twice() } else { refused })
    }

    /// Makes a scorer whose places are vacant, and then puts the parts there: until it is made, all parts are as they
    /// were, and from there on nothing can fail.
    pub(super) fn build<C: Composed + Send + 'static>(
        self,
        out: &Place<driftline_any_scorer>,
        make: impl FnOnce() -> Result<C, Error>,
    ) -> Result<(), Failure> {
        let seat = reserve::<AnyScorer>()?;
        let mut composed = Box::new(make()?);
        for (place, part) in composed.parts_mut().zip(self.0) {
            if let Some(part) = part.take() {
                *place = part.scorer;
            }
        }
        out.set(driftline_any_scorer { bits: seat.fill(Box::new(AnyScorer { scorer: composed })) });
        Ok(())
    }
}

/// An empty list with room for so many.
pub(super) fn list_for<T>(count: usize) -> Result<Vec<T>, Failure> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| Failure::new(DRIFTLINE_RESULT_NO_MEMORY, "out of memory"))?;
    Ok(list)
}
