//! An exclusive claim is a veto by type (D4).

use crate::id::ChainId;
use crate::state::ChainView;

/// Proof that no claim was held on a chain when it was checked.
///
/// The code that emits an eviction takes one, and [`check`](Self::check) is the only way to make one.
///
/// ```
/// use driftline::{ChainId, Event, MeshState, MigrationEligible, NodeId};
///
/// # fn main() -> Result<(), driftline::Error> {
/// let mut state = MeshState::new();
/// let chain = ChainId(7);
/// state.apply(&[Event::HolderAdded { chain, node: NodeId(1) }, Event::ClaimAcquired { chain }])?;
/// assert!(MigrationEligible::check(&state.chain(chain).unwrap()).is_none());
/// state.apply(&[Event::ClaimReleased { chain }])?;
/// assert!(MigrationEligible::check(&state.chain(chain).unwrap()).is_some());
/// # Ok(())
/// # }
/// ```
///
/// It cannot be made otherwise:
///
/// ```compile_fail
/// let forged = driftline::MigrationEligible { chain: driftline::ChainId(7) };
/// ```
#[derive(Debug)]
pub struct MigrationEligible {
    chain: ChainId,
}

impl MigrationEligible {
    /// The proof, or `None` while a claim is held on the chain.
    #[must_use]
    pub fn check(chain: &ChainView<'_>) -> Option<MigrationEligible> {
        (!chain.claim_held()).then(|| MigrationEligible { chain: chain.id() })
    }

    /// The chain that was checked.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }
}
