//! Other scorers for some chains.

use alloc::vec::Vec;
use core::cell::RefCell;

use super::{AskMany, Progress, fill, node_fingerprint, node_fingerprints, reserve};
use crate::by_chain::ByChain;
use crate::cost::MigrationCost;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::{Alternative, BoxedScorer, PlacementScorer, ScorerResult, Search, answer_for_victims, live_scores};

/// Some chains have a scorer of their own; all others have the default one.
///
/// A chain is asked about where it belongs, and the answer is that scorer's as it is: its scores, its alternatives (but
/// for those that it scores 0, which are no homes), its cost and its failures. The fingerprint of a chain is that of
/// its scorer. The fingerprint of a node is made of those of all scorers, since it says nothing of the chain that it is
/// asked for; `None` where one of them has none.
///
/// It owns the scorers, and like them is used by one thread at a time.
///
/// ```
/// use driftline::{Alternative, ChainId, NodeId, OverridePerChain, PlacementScorer, ScorerResult};
///
/// struct Everywhere(f32);
/// impl PlacementScorer for Everywhere {
///     fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
///         Ok(Some(self.0))
///     }
///     fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
///         Ok(None)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let of_the_log: Vec<ChainId> = vec![ChainId(7), ChainId(8)];
/// let scorer = OverridePerChain::new(Box::new(Everywhere(0.9)), vec![(Box::new(Everywhere(0.3)), of_the_log)])?;
/// assert_eq!(scorer.score(ChainId(6), NodeId(1))?, Some(0.9));
/// assert_eq!(scorer.score(ChainId(7), NodeId(1))?, Some(0.3));
/// # Ok(())
/// # }
/// ```
pub struct OverridePerChain {
    /// The default first.
    scorers: Vec<BoxedScorer>,
    /// The place of the scorer of each chain that has one of its own.
    places: ByChain<usize>,
    /// Kept from call to call, so that a tick in which nothing moved allocates nothing. Empty while a part is asked.
    buffers: RefCell<Buffers>,
}

#[derive(Default)]
struct Buffers {
    scores: Vec<Option<f32>>,
    /// The scorer of each pair and where the pair stands in the batch, scorer by scorer.
    order: Vec<(usize, usize)>,
    /// The pairs of one scorer.
    pairs: Vec<(ChainId, NodeId)>,
    fingerprints: Vec<Option<u64>>,
}

impl OverridePerChain {
    /// A scorer that asks `default` but for the chains that are listed.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateChain`] if a chain is listed twice, in one list or in two; the index is that of its second
    /// mention, counted through all lists one after the other. [`Error::OutOfMemory`]. The scorers are dropped then.
    pub fn new(default: BoxedScorer, overrides: Vec<(BoxedScorer, Vec<ChainId>)>) -> Result<Self, Error> {
        let mut scorers = Vec::new();
        scorers.try_reserve_exact(overrides.len() + 1).map_err(|_| Error::OutOfMemory)?;
        scorers.push(default);
        let mut places = ByChain::default();
        let mut index = 0;
        for (scorer, chains) in overrides {
            places.reserve(chains.len())?;
            for chain in chains {
                if places.get(chain).is_some() {
                    return Err(Error::DuplicateChain { index, chain });
                }
                places.set(chain, scorers.len());
                index += 1;
            }
            scorers.push(scorer);
        }
        Ok(OverridePerChain { scorers, places, buffers: RefCell::default() })
    }

    fn place_of(&self, chain: ChainId) -> usize {
        self.places.get(chain).copied().unwrap_or(0)
    }

    fn scorer_of(&self, chain: ChainId) -> &(dyn PlacementScorer + Send) {
        &*self.scorers[self.place_of(chain)]
    }

    fn all(&self) -> impl Iterator<Item = &(dyn PlacementScorer + Send)> {
        self.scorers.iter().map(|scorer| &**scorer)
    }

    fn ask_many(&self, ask: AskMany<'_>, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        let mut buffers = self.buffers.take();
        let outcome = self.ask_many_with(ask, pairs, out, &mut buffers);
        self.buffers.replace(buffers);
        outcome
    }

    /// Puts the pairs to their scorers, in one question to each.
    fn ask_many_with(
        &self,
        ask: AskMany<'_>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
        buffers: &mut Buffers,
    ) -> ScorerResult<()> {
        let Buffers { scores, order, pairs: own, .. } = buffers;
        order.clear();
        reserve(order, pairs.len())?;
        order.extend(pairs.iter().enumerate().map(|(position, &(chain, _))| (self.place_of(chain), position)));
        order.sort_unstable();
        let mut progress = Progress::new(pairs.len());
        for of_one in order.chunk_by(|(place, _), (other, _)| place == other) {
            // By ascending position, so those that still count come first.
            let asked = of_one.partition_point(|&(_, position)| position < progress.answered);
            let of_one = &of_one[..asked];
            let Some(&(place, _)) = of_one.first() else { continue };
            own.clear();
            reserve(own, asked)?;
            own.extend(of_one.iter().map(|&(_, position)| pairs[position]));
            fill(scores, asked, None)?;
            progress.take(ask(&*self.scorers[place], own, scores), asked, |index| of_one[index].1)?;
            for (&(_, position), &score) in of_one.iter().zip(scores.iter()) {
                out[position] = score;
            }
        }
        out[progress.answered..].fill(None);
        progress.finish()
    }

    fn best_home(&self, search: &Search<'_>) -> ScorerResult<Option<Alternative>> {
        let best = search.best(self.scorer_of(search.chain))?;
        Ok(best.filter(|best| !is_veto(best)))
    }

    fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        let mut found = Vec::new();
        search.homes(self.scorer_of(search.chain), limit, &mut found)?;
        found.retain(|alternative| !is_veto(alternative));
        reserve(out, found.len())?;
        out.extend_from_slice(&found);
        Ok(())
    }

    fn live_scores(
        &self,
        victim: Option<NodeId>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        self.ask_many(&|scorer, pairs, out| live_scores(scorer, victim, pairs, out), pairs, out)
    }
}

#[cfg(feature = "capi")]
impl super::Composed for OverridePerChain {
    fn parts_mut(&mut self) -> impl Iterator<Item = &mut BoxedScorer> {
        self.scorers.iter_mut()
    }
}

impl PlacementScorer for OverridePerChain {
    fn begin(&self, now: Timestamp) {
        self.all().for_each(|scorer| scorer.begin(now));
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.scorer_of(chain).score(chain, node)
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.scorer_of(chain).live_score(chain, node)
    }

    answer_for_victims!();

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        node_fingerprint(self.all(), node)
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.all().any(|scorer| scorer.has_chain_fingerprint())
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        let scorer = self.scorer_of(chain);
        if scorer.has_chain_fingerprint() { scorer.chain_fingerprint(chain) } else { Ok(Some(0)) }
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        self.scorer_of(chain).migration_cost(chain, target)
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.ask_many(&|scorer, pairs, out| scorer.score_many(pairs, out), pairs, out)
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        let mut buffers = self.buffers.take();
        let outcome = node_fingerprints(self.all(), nodes, &mut buffers.fingerprints, out);
        self.buffers.replace(buffers);
        outcome
    }
}

/// Whether an alternative is one that is no home: 0 once it is clamped. Everything else that is none the scheduler
/// finds, and counts (P1).
fn is_veto(alternative: &Alternative) -> bool {
    alternative.score.is_finite() && alternative.score <= 0.0
}
