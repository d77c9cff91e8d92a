//! Several scorers whose scores become one: what the weighted sum and the minimum have in common.

use alloc::vec::Vec;
use core::cell::RefCell;

use super::{Progress, chain_fingerprint, fill, node_fingerprint, node_fingerprints, sanitised};
use crate::cost::MigrationCost;
use crate::error::{ConfigValue, Error};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::{BoxedScorer, PlacementScorer, ScorerResult};

/// How scores become one.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// Their mean, each as often as it weighs.
    WeightedMean,
    /// The lowest of them.
    Minimum,
}

/// The scorers and what they weigh.
pub(super) struct Parts {
    pub(super) scorers: Vec<BoxedScorer>,
    weights: Vec<f32>,
    rule: Rule,
    /// Kept from call to call, so that a tick in which nothing moved allocates nothing. Empty while a part is asked.
    buffers: RefCell<Buffers>,
}

#[derive(Default)]
struct Buffers {
    scores: Vec<Option<f32>>,
    opinions: Vec<Opinions>,
    fingerprints: Vec<Option<u64>>,
}

/// What the parts say of one pair, added up part by part. In `f64`, so that a mean of equal scores is that score.
#[derive(Clone, Copy, Default)]
pub(super) struct Opinions {
    sum: f64,
    weight: f64,
    lowest: Option<f32>,
}

impl Opinions {
    /// Adds the opinion of the next part, if it has one.
    pub(super) fn add(&mut self, weight: f32, score: Option<f32>) {
        let Some(score) = sanitised(score) else { return };
        self.sum += f64::from(weight) * f64::from(score);
        self.weight += f64::from(weight);
        self.lowest = Some(self.lowest.map_or(score, |lowest| if score < lowest { score } else { lowest }));
    }

    /// The one score; `None` if nobody has an opinion. Zero is a veto.
    pub(super) fn combined(&self, rule: Rule) -> Option<f32> {
        let lowest = self.lowest?;
        Some(match rule {
            Rule::WeightedMean if lowest > 0.0 => (self.sum / self.weight) as f32,
            _ => lowest,
        })
    }
}

impl Parts {
    /// There is one weight for each scorer.
    pub(super) fn new(scorers: Vec<BoxedScorer>, weights: Vec<f32>, rule: Rule) -> Result<Self, Error> {
        if scorers.is_empty() {
            let value = ConfigValue::Integer(0);
            return Err(Error::Config { field: "parts", value, expected: "a number of at least one scorer" });
        }
        Ok(Parts { scorers, weights, rule, buffers: RefCell::default() })
    }

    pub(super) fn rule(&self) -> Rule {
        self.rule
    }

    /// The scorers, each with its weight.
    pub(super) fn weighted(&self) -> impl Iterator<Item = (&(dyn PlacementScorer + Send), f32)> {
        self.all().zip(self.weights.iter().copied())
    }

    fn all(&self) -> impl Iterator<Item = &(dyn PlacementScorer + Send)> {
        self.scorers.iter().map(|scorer| &**scorer)
    }

    pub(super) fn begin(&self, now: Timestamp) {
        self.all().for_each(|scorer| scorer.begin(now));
    }

    /// One score of all parts. All of them are asked, so that a failure does not depend on what others said.
    pub(super) fn score(
        &self,
        ask: impl Fn(&dyn PlacementScorer) -> ScorerResult<Option<f32>>,
    ) -> ScorerResult<Option<f32>> {
        let mut opinions = Opinions::default();
        for (scorer, weight) in self.weighted() {
            opinions.add(weight, ask(scorer)?);
        }
        Ok(opinions.combined(self.rule))
    }

    /// The same for so many pairs. `ask` puts the first of them to one part, as many as there is room for answers.
    pub(super) fn score_many(
        &self,
        ask: impl Fn(&dyn PlacementScorer, &mut [Option<f32>]) -> ScorerResult<()>,
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        let mut buffers = self.buffers.take();
        let outcome = self.score_many_with(ask, out, &mut buffers);
        self.buffers.replace(buffers);
        outcome
    }

    fn score_many_with(
        &self,
        ask: impl Fn(&dyn PlacementScorer, &mut [Option<f32>]) -> ScorerResult<()>,
        out: &mut [Option<f32>],
        buffers: &mut Buffers,
    ) -> ScorerResult<()> {
        let Buffers { scores, opinions, .. } = buffers;
        let mut progress = Progress::new(out.len());
        fill(opinions, out.len(), Opinions::default())?;
        for (scorer, weight) in self.weighted() {
            let asked = progress.answered;
            fill(scores, asked, None)?;
            progress.take(ask(scorer, scores), asked, |index| index)?;
            for (opinions, &score) in opinions.iter_mut().zip(scores.iter()) {
                opinions.add(weight, score);
            }
        }
        for (out, opinions) in out[..progress.answered].iter_mut().zip(opinions.iter()) {
            *out = opinions.combined(self.rule);
        }
        progress.finish()
    }

    pub(super) fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        node_fingerprint(self.all(), node)
    }

    pub(super) fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        let mut buffers = self.buffers.take();
        let outcome = node_fingerprints(self.all(), nodes, &mut buffers.fingerprints, out);
        self.buffers.replace(buffers);
        outcome
    }

    pub(super) fn has_chain_fingerprint(&self) -> bool {
        self.all().any(|scorer| scorer.has_chain_fingerprint())
    }

    pub(super) fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        chain_fingerprint(self.all(), chain)
    }

    pub(super) fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        for scorer in self.all() {
            if let Some(cost) = scorer.migration_cost(chain, target)? {
                return Ok(Some(cost));
            }
        }
        Ok(None)
    }
}

/// Has a scorer answer as its `parts` do.
macro_rules! answer_as_parts {
    ($scorer:ty) => {
        impl $scorer {
            fn best_home(&self, search: &Search<'_>) -> ScorerResult<Option<Alternative>> {
                crate::scorer::first_of(|homes| self.homes(search, 1, homes))
            }

            fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
                self.parts.homes(search, limit, out)
            }

            fn live_scores(
                &self,
                victim: Option<NodeId>,
                pairs: &[(ChainId, NodeId)],
                out: &mut [Option<f32>],
            ) -> ScorerResult<()> {
                let ask = |part: &dyn crate::scorer::PlacementScorer, out: &mut [Option<f32>]| {
                    crate::scorer::live_scores(part, victim, &pairs[..out.len()], out)
                };
                self.parts.score_many(ask, out)
            }
        }

        impl crate::scorer::PlacementScorer for $scorer {
            fn begin(&self, now: crate::id::Timestamp) {
                self.parts.begin(now);
            }

            fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
                self.parts.score(|part| part.score(chain, node))
            }

            fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
                self.parts.score(|part| part.live_score(chain, node))
            }

            crate::scorer::answer_for_victims!();

            fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
                self.parts.node_fingerprint(node)
            }

            fn has_chain_fingerprint(&self) -> bool {
                self.parts.has_chain_fingerprint()
            }

            fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
                self.parts.chain_fingerprint(chain)
            }

            fn migration_cost(
                &self,
                chain: ChainId,
                target: NodeId,
            ) -> ScorerResult<Option<crate::cost::MigrationCost>> {
                self.parts.migration_cost(chain, target)
            }

            fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
                self.parts.score_many(|part, out| part.score_many(&pairs[..out.len()], out), out)
            }

            fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
                self.parts.node_fingerprints(nodes, out)
            }
        }
    };
}

pub(super) use answer_as_parts;
