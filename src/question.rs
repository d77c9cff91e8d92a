//! One question to a scorer, outside of any pass: what no scheduler would take for an answer is none here, either, and a
//! failure is an error.

use alloc::vec::Vec;

use hashbrown::HashSet;

use crate::asker::{Tally, guard};
use crate::error::{Error, ScorerError, ScorerMethod};
use crate::id::{ChainId, NodeId};
use crate::scorer::{Alternative, PlacementScorer};

/// What a node is worth to a chain, if there is an opinion.
pub(crate) fn score_of(scorer: &dyn PlacementScorer, chain: ChainId, node: NodeId) -> Result<Option<f32>, Error> {
    let answer = guard(|| scorer.score(chain, node));
    let score = answer.map_err(|source| failure(source, ScorerMethod::Score, chain, Some(node)))?;
    Ok(Tally::default().validate(score))
}

/// Up to `limit` homes for a chain, best first, ties by ascending id. `exclude` is put in order for it.
pub(crate) fn homes_for(
    scorer: &dyn PlacementScorer,
    chain: ChainId,
    exclude: &mut Vec<NodeId>,
    limit: usize,
) -> Result<Vec<Alternative>, Error> {
    if limit == 0 {
        // Callbacks are never asked for none.
        return Ok(Vec::new());
    }
    exclude.sort_unstable();
    exclude.dedup();
    let mut homes = Vec::new();
    let answer = guard(|| scorer.alternatives(chain, exclude, limit, &mut homes));
    answer.map_err(|source| failure(source, ScorerMethod::BestAlternative, chain, None))?;
    let mut named: HashSet<NodeId, foldhash::fast::FixedState> = HashSet::default();
    named.try_reserve(homes.len()).map_err(|_| Error::OutOfMemory)?;
    let mut tally = Tally::default();
    homes.retain_mut(|home| {
        let is_repeated = !named.insert(home.node);
        let valid = tally.valid_alternative(*home, exclude, is_repeated);
        valid.is_some_and(|valid| {
            *home = valid;
            true
        })
    });
    // Scores are never NaN here.
    homes.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.node.cmp(&b.node)));
    Ok(homes)
}

fn failure(source: ScorerError, method: ScorerMethod, chain: ChainId, node: Option<NodeId>) -> Error {
    if source.lacks_memory() {
        return Error::OutOfMemory;
    }
    Error::Scorer { method, chain: Some(chain), node, source }
}
