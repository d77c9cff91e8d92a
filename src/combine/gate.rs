//! A scorer that has to let a node through before another one is asked.

use alloc::vec::Vec;
use core::cell::RefCell;

use super::{
    ALTERNATIVES_MIN, AskMany, Progress, best_first, chain_fingerprint, fill, keep_homes, node_fingerprint,
    node_fingerprints, reserve, sanitised,
};
use crate::cost::MigrationCost;
use crate::error::{ConfigValue, Error};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::{
    Alternative, BoxedScorer, PlacementScorer, ScorerResult, Search, answer_for_victims, first_of, live_scores,
};

/// Where one scorer, the gate, is below a threshold, nobody has a home; elsewhere another one says how good it is.
///
/// - **Scores**: where the gate's score is below the threshold, or 0, the score is 0 and the inner scorer is not asked.
///   Elsewhere, also where the gate has no opinion, the answer is the inner scorer's, as it is. `live_score` asks the
///   `live_score` of both.
/// - **Alternatives** are those that the inner scorer names and the gate's `live_score` lets through, best first, ties
///   to the lower node. The inner scorer has to name its best first; it is asked for more until enough of them got
///   through.
/// - **Fingerprints** are made of those of both; `None` where one has none.
/// - **The cost** of a migration is the inner scorer's, or else the gate's.
/// - **Failures** of both go through as they are.
///
/// It owns both, and like them is used by one thread at a time.
///
/// ```
/// use driftline::{Alternative, ChainId, Gate, NodeId, PlacementScorer, ScorerResult};
///
/// /// Nodes 1, 2 and 3.
/// struct Table([f32; 3]);
/// impl PlacementScorer for Table {
///     fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
///         Ok(self.0.get(node.0 as usize - 1).copied())
///     }
///     fn best_alternative(&self, _: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
///         let homes = [1, 2, 3].map(NodeId).into_iter().zip(self.0).filter(|(node, _)| !exclude.contains(node));
///         Ok(homes.max_by(|one, other| one.1.total_cmp(&other.1)).map(|(node, score)| Alternative { node, score }))
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let disk_left = Box::new(Table([0.9, 0.05, 0.5]));
/// let nearness = Box::new(Table([0.2, 0.9, 0.7]));
/// let scorer = Gate::new(disk_left, nearness, 0.1)?;
/// assert_eq!(scorer.score(ChainId(7), NodeId(2))?, Some(0.0), "near, but full");
/// assert_eq!(scorer.score(ChainId(7), NodeId(3))?, Some(0.7));
/// let best = scorer.best_alternative(ChainId(7), &[])?;
/// assert_eq!(best, Some(Alternative { node: NodeId(3), score: 0.7 }));
/// # Ok(())
/// # }
/// ```
pub struct Gate {
    gate: BoxedScorer,
    inner: BoxedScorer,
    threshold: f32,
    /// Kept from call to call, so that a tick in which nothing moved allocates nothing. Empty while a part is asked.
    buffers: RefCell<Buffers>,
}

#[derive(Default)]
struct Buffers {
    scores: Vec<Option<f32>>,
    /// The pairs that got through, and where they stand in the batch.
    pairs: Vec<(ChainId, NodeId)>,
    places: Vec<usize>,
    fingerprints: Vec<Option<u64>>,
}

impl Gate {
    /// Puts `gate` before `inner`. The threshold is a score in `[0, 1]`.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the threshold is not in `[0, 1]`. The scorers are dropped then.
    pub fn new(gate: BoxedScorer, inner: BoxedScorer, threshold: f32) -> Result<Self, Error> {
        if !(0.0..=1.0).contains(&threshold) {
            let value = ConfigValue::Float(threshold);
            return Err(Error::Config { field: "threshold", value, expected: "in [0, 1]" });
        }
        Ok(Gate { gate, inner, threshold, buffers: RefCell::default() })
    }

    fn lets_through(&self, score: Option<f32>) -> bool {
        sanitised(score).is_none_or(|score| score > 0.0 && score >= self.threshold)
    }

    fn both(&self) -> impl Iterator<Item = &(dyn PlacementScorer + Send)> {
        [&*self.gate, &*self.inner].into_iter()
    }

    fn ask(&self, ask: impl Fn(&dyn PlacementScorer) -> ScorerResult<Option<f32>>) -> ScorerResult<Option<f32>> {
        if self.lets_through(ask(&*self.gate)?) { ask(&*self.inner) } else { Ok(Some(0.0)) }
    }

    fn ask_many(&self, ask: AskMany<'_>, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        let mut buffers = self.buffers.take();
        let outcome = self.ask_many_with(ask, pairs, out, &mut buffers);
        self.buffers.replace(buffers);
        outcome
    }

    fn ask_many_with(
        &self,
        ask: AskMany<'_>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
        buffers: &mut Buffers,
    ) -> ScorerResult<()> {
        let Buffers { scores, pairs: open, places, .. } = buffers;
        let mut progress = Progress::new(pairs.len());
        fill(scores, pairs.len(), None)?;
        progress.take(ask(&*self.gate, pairs, scores), pairs.len(), |index| index)?;
        open.clear();
        places.clear();
        reserve(open, progress.answered)?;
        reserve(places, progress.answered)?;
        for (place, (&pair, &score)) in pairs.iter().zip(scores.iter()).enumerate().take(progress.answered) {
            if self.lets_through(score) {
                open.push(pair);
                places.push(place);
            } else {
                out[place] = Some(0.0);
            }
        }
        fill(scores, open.len(), None)?;
        if !open.is_empty() {
            let outcome = ask(&*self.inner, open, scores);
            progress.take(outcome, open.len(), |index| places[index])?;
        }
        for (&place, &score) in places.iter().zip(scores.iter()) {
            out[place] = score;
        }
        out[progress.answered..].fill(None);
        progress.finish()
    }

    /// Leaves those of the alternatives that the gate lets through.
    fn keep_open(&self, search: &Search<'_>, found: &mut Vec<Alternative>) -> ScorerResult<()> {
        let (mut pairs, mut scores) = (Vec::new(), Vec::new());
        reserve(&mut pairs, found.len())?;
        pairs.extend(found.iter().map(|alternative| (search.chain, alternative.node)));
        fill(&mut scores, pairs.len(), None)?;
        if !pairs.is_empty() {
            live_scores(&*self.gate, search.victim, &pairs, &mut scores)?;
        }
        let mut scores = scores.into_iter();
        found.retain(|_| self.lets_through(scores.next().flatten()));
        Ok(())
    }

    fn best_home(&self, search: &Search<'_>) -> ScorerResult<Option<Alternative>> {
        first_of(|homes| self.homes(search, 1, homes))
    }

    fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        let (mut asked, mut known) = (limit, 0);
        let mut found = Vec::new();
        while asked > 0 {
            found.clear();
            search.homes(&*self.inner, asked, &mut found)?;
            found.truncate(asked);
            let named = found.len();
            keep_homes(&mut found, search.exclude)?;
            // Who names nobody new has nobody else.
            let is_complete = named < asked || found.len() <= known;
            known = found.len();
            self.keep_open(search, &mut found)?;
            if is_complete || found.len() >= limit {
                break;
            }
            asked = asked.saturating_mul(2).max(ALTERNATIVES_MIN);
        }
        found.sort_unstable_by(best_first);
        found.truncate(limit);
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
impl super::Composed for Gate {
    fn parts_mut(&mut self) -> impl Iterator<Item = &mut BoxedScorer> {
        [&mut self.gate, &mut self.inner].into_iter()
    }
}

impl PlacementScorer for Gate {
    fn begin(&self, now: Timestamp) {
        self.both().for_each(|scorer| scorer.begin(now));
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.ask(|scorer| scorer.score(chain, node))
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.ask(|scorer| scorer.live_score(chain, node))
    }

    answer_for_victims!();

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        node_fingerprint(self.both(), node)
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.both().any(|scorer| scorer.has_chain_fingerprint())
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        chain_fingerprint(self.both(), chain)
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        match self.inner.migration_cost(chain, target)? {
            Some(cost) => Ok(Some(cost)),
            None => self.gate.migration_cost(chain, target),
        }
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.ask_many(&|scorer, pairs, out| scorer.score_many(pairs, out), pairs, out)
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        let mut buffers = self.buffers.take();
        let outcome = node_fingerprints(self.both(), nodes, &mut buffers.fingerprints, out);
        self.buffers.replace(buffers);
        outcome
    }
}
