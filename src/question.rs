//! Questions to a scorer, outside of any pass: what no scheduler would take for an answer is none here, either (P1, C1),
//! and a failure is an error.
//!
//! ```
//! use driftline::{ChainId, InventoryConfig, InventoryScorer, NodeId, NodeInventory, Timestamp, question};
//!
//! # fn main() -> Result<(), driftline::Error> {
//! let mut inventory = InventoryScorer::new(InventoryConfig::default())?;
//! let node = |id, used| NodeInventory {
//!     cpu_capacity_cores: Some(8.0),
//!     cpu_use_cores: Some(used),
//!     ..NodeInventory::of(NodeId(id))
//! };
//! inventory.report_nodes(Timestamp(0), &[node(1, 7.2), node(2, 1.0)])?;
//! let homes = question::alternatives(&inventory, ChainId(7), &[NodeId(1)], 8)?;
//! assert_eq!(homes[0].node, NodeId(2));
//! # Ok(())
//! # }
//! ```

use alloc::vec::Vec;

use hashbrown::HashSet;

use crate::asker::{self, Tally, guard};
use crate::cost::MigrationCost;
use crate::error::{Error, ScorerError, ScorerMethod};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::scorer::{Alternative, PlacementScorer};

/// Tells a scorer what time it is, as a pass does before it asks: [`SmoothedScorer`](crate::SmoothedScorer) goes by it, and
/// what [`Cached`](crate::Cached) remembers counts until the next one.
///
/// # Errors
///
/// [`Error::Scorer`] if the scorer panics.
pub fn begin(scorer: &dyn PlacementScorer, now: Timestamp) -> Result<(), Error> {
    asker::begin(scorer, now)
}

/// What a node is worth to a chain, if there is an opinion.
///
/// # Errors
///
/// [`Error::Scorer`] if the scorer fails or panics; [`Error::OutOfMemory`].
pub fn score(scorer: &dyn PlacementScorer, chain: ChainId, node: NodeId) -> Result<Option<f32>, Error> {
    let answer = guard(|| scorer.score(chain, node));
    let score = answer.map_err(|source| failure(source, ScorerMethod::Score, chain, Some(node)))?;
    Ok(Tally::default().validate(score))
}

/// The same by [`live_score`](PlacementScorer::live_score): what is true right now.
///
/// # Errors
///
/// As [`score`].
pub fn live_score(scorer: &dyn PlacementScorer, chain: ChainId, node: NodeId) -> Result<Option<f32>, Error> {
    let answer = guard(|| scorer.live_score(chain, node));
    let score = answer.map_err(|source| failure(source, ScorerMethod::LiveScore, chain, Some(node)))?;
    Ok(Tally::default().validate(score))
}

/// What it would cost to move a chain to a node; `None` if it costs nothing. The factor is what counts (C1).
///
/// # Errors
///
/// As [`score`].
pub fn migration_cost(
    scorer: &dyn PlacementScorer,
    chain: ChainId,
    target: NodeId,
) -> Result<Option<MigrationCost>, Error> {
    let answer = guard(|| scorer.migration_cost(chain, target));
    let cost = answer.map_err(|source| failure(source, ScorerMethod::MigrationCost, chain, Some(target)))?;
    Ok(cost.map(|cost| MigrationCost { reliability_factor: cost.weight(), ..cost }))
}

/// The best home for a chain, by [`best_alternative`](PlacementScorer::best_alternative); none where what the scorer says
/// is excluded, reserved or without a score.
///
/// # Errors
///
/// As [`score`].
pub fn best_alternative(
    scorer: &dyn PlacementScorer,
    chain: ChainId,
    exclude: &[NodeId],
) -> Result<Option<Alternative>, Error> {
    let excluded = in_order(exclude)?;
    let answer = guard(|| scorer.best_alternative(chain, &excluded));
    let best = answer.map_err(|source| failure(source, ScorerMethod::BestAlternative, chain, None))?;
    Ok(best.and_then(|best| Tally::default().valid_alternative(best, &excluded, false)))
}

/// Up to `limit` homes for a chain, best first, ties by ascending id. Nodes in `exclude`, in any order, are left out, and
/// so is what is reserved, repeated or without a score.
///
/// # Errors
///
/// As [`score`].
pub fn alternatives(
    scorer: &dyn PlacementScorer,
    chain: ChainId,
    exclude: &[NodeId],
    limit: usize,
) -> Result<Vec<Alternative>, Error> {
    let mut homes = Vec::new();
    if limit == 0 {
        // Scorers are never asked for none.
        return Ok(homes);
    }
    let excluded = in_order(exclude)?;
    let answer = guard(|| scorer.alternatives(chain, &excluded, limit, &mut homes));
    answer.map_err(|source| failure(source, ScorerMethod::BestAlternative, chain, None))?;
    let mut named: HashSet<NodeId, foldhash::fast::FixedState> = HashSet::default();
    named.try_reserve(homes.len()).map_err(|_| Error::OutOfMemory)?;
    let mut tally = Tally::default();
    homes.retain_mut(|home| {
        let is_repeated = !named.insert(home.node);
        let valid = tally.valid_alternative(*home, &excluded, is_repeated);
        valid.is_some_and(|valid| {
            *home = valid;
            true
        })
    });
    // Scores are never NaN here.
    homes.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.node.cmp(&b.node)));
    homes.truncate(limit);
    Ok(homes)
}

/// Scorers are given what is excluded in ascending order, nothing twice.
fn in_order(exclude: &[NodeId]) -> Result<Vec<NodeId>, Error> {
    let mut excluded = Vec::new();
    room::reserve(&mut excluded, exclude.len())?;
    excluded.extend_from_slice(exclude);
    excluded.sort_unstable();
    excluded.dedup();
    Ok(excluded)
}

fn failure(source: ScorerError, method: ScorerMethod, chain: ChainId, node: Option<NodeId>) -> Error {
    if source.lacks_memory() {
        return Error::OutOfMemory;
    }
    Error::Scorer { method, chain: Some(chain), node, source }
}
