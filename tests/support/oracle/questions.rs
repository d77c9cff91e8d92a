//! A2: asking the scorer, one question at a time, and trusting nothing that it says (P1).

use driftline::{ChainId, MigrationCost, NodeId, ScorerCalls, ScorerMethod};

use super::answer::Failure;
use crate::support::world::{Entries, World};

/// Asks, counts and checks.
pub struct Questions<'a> {
    world: &'a World,
    entries: Entries,
    pub calls: ScorerCalls,
    pub invalid_scores: u64,
    pub invalid_alternatives: u64,
    /// Failures that were survived, in the order in which they happened.
    pub failures: Vec<Failure>,
}

impl<'a> Questions<'a> {
    pub fn new(world: &'a World, entries: Entries) -> Self {
        Questions {
            world,
            entries,
            calls: ScorerCalls::default(),
            invalid_scores: 0,
            invalid_alternatives: 0,
            failures: Vec::new(),
        }
    }

    pub fn entries(&self) -> Entries {
        self.entries
    }

    pub fn score(&mut self, chain: ChainId, node: NodeId) -> Result<Option<f32>, Failure> {
        self.calls.score += 1;
        let given = self.world.score(chain, node);
        let given = given.map_err(|code| failure(ScorerMethod::Score, Some(chain), Some(node), code))?;
        Ok(self.opinion(given))
    }

    /// A scorer without a live score answers with its score.
    pub fn live_score(&mut self, chain: ChainId, node: NodeId) -> Result<Option<f32>, Failure> {
        self.calls.live_score += 1;
        let given = if self.entries.live { self.world.live_score(chain, node) } else { self.world.score(chain, node) };
        let given = given.map_err(|code| failure(ScorerMethod::LiveScore, Some(chain), Some(node), code))?;
        Ok(self.opinion(given))
    }

    pub fn best_alternative(&mut self, chain: ChainId, exclude: &[NodeId]) -> Result<Option<(NodeId, f32)>, Failure> {
        self.calls.best_alternative += 1;
        let given = self.world.best_alternative(chain, exclude);
        let given = given.map_err(|code| failure(ScorerMethod::BestAlternative, Some(chain), None, code))?;
        let Some((node, score)) = given else { return Ok(None) };
        if node == NodeId::NONE || exclude.contains(&node) {
            self.invalid_alternatives += 1;
            return Ok(None);
        }
        Ok(self.opinion(Some(score)).map(|score| (node, score)))
    }

    /// The best few, in the scorer's order. It counts as one question.
    pub fn alternatives(
        &mut self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
    ) -> Result<Vec<(NodeId, f32)>, Failure> {
        self.calls.best_alternative += 1;
        let given = self.world.alternatives(chain, exclude, limit);
        let given = given.map_err(|code| failure(ScorerMethod::BestAlternative, Some(chain), None, code))?;
        let mut valid: Vec<(NodeId, f32)> = Vec::new();
        for (node, score) in given.into_iter().take(limit) {
            let is_known = valid.iter().any(|&(known, _)| known == node);
            if node == NodeId::NONE || exclude.contains(&node) || is_known {
                self.invalid_alternatives += 1;
            } else if let Some(score) = self.opinion(Some(score)) {
                valid.push((node, score));
            }
        }
        Ok(valid)
    }

    pub fn node_fingerprint(&mut self, node: NodeId) -> Result<Option<u64>, Failure> {
        self.calls.node_fingerprint += 1;
        let given = self.world.node_fingerprint(node);
        given.map_err(|code| failure(ScorerMethod::NodeFingerprint, None, Some(node), code))
    }

    pub fn chain_fingerprint(&mut self, chain: ChainId) -> Result<Option<u64>, Failure> {
        self.calls.chain_fingerprint += 1;
        let given = self.world.chain_fingerprint(chain);
        given.map_err(|code| failure(ScorerMethod::ChainFingerprint, Some(chain), None, code))
    }

    /// The cost in score: `None` is free (D10).
    pub fn migration_cost(
        &mut self,
        chain: ChainId,
        target: NodeId,
        cost_per_sec: f32,
    ) -> Result<Option<f32>, Failure> {
        self.calls.migration_cost += 1;
        let given = self.world.migration_cost(chain, target);
        let given = given.map_err(|code| failure(ScorerMethod::MigrationCost, Some(chain), Some(target), code))?;
        let Some(cost) = given else { return Ok(None) };
        if !cost.reliability_factor.is_finite() {
            self.invalid_scores += 1;
        }
        Ok(Some(score_equivalent(&cost, cost_per_sec)))
    }

    /// P1: what is not finite is no opinion, what is out of range is clamped, and both are counted.
    fn opinion(&mut self, given: Option<f32>) -> Option<f32> {
        let score = given?;
        if score.is_nan() || score.is_infinite() {
            self.invalid_scores += 1;
            None
        } else if score < 0.0 {
            self.invalid_scores += 1;
            Some(0.0)
        } else if score > 1.0 {
            self.invalid_scores += 1;
            Some(1.0)
        } else {
            Some(score)
        }
    }
}

fn failure(method: ScorerMethod, chain: Option<ChainId>, node: Option<NodeId>, code: i32) -> Failure {
    Failure { method, chain, node, code }
}

/// A6: `(cost_per_sec * (state_transfer_s + disruption_s)) * weight`, all in `f32`.
fn score_equivalent(cost: &MigrationCost, cost_per_sec: f32) -> f32 {
    let seconds = seconds(cost.state_transfer_ns) + seconds(cost.disruption_ns);
    // C1
    let factor = cost.reliability_factor;
    let weight = if factor.is_finite() && factor > 0.0 { factor } else { 1.0 };
    (cost_per_sec * seconds) * weight
}

/// The nearest `f32`: parsing a decimal number rounds once and correctly.
fn seconds(duration_ns: u64) -> f32 {
    let decimal = format!("{}.{:09}", duration_ns / 1_000_000_000, duration_ns % 1_000_000_000);
    decimal.parse().expect("this is a decimal number")
}
