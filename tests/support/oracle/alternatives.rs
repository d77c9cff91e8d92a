//! L2: the homes that a chain could have, and which of them comes first.

use driftline::{ChainId, NodeId};

use super::answer::Failure;
use super::pass::Pass;
use super::questions::Questions;
use super::scheduler::Sabotage;

impl Pass<'_> {
    /// What the scorer knows, in its order.
    pub(super) fn offers(&self, id: ChainId, questions: &mut Questions<'_>) -> Result<Vec<(NodeId, f32)>, Failure> {
        let exclude = self.exclude(id);
        match self.inputs.config.max_alternatives {
            1 => Ok(questions.best_alternative(id, &exclude)?.into_iter().collect()),
            limit => questions.alternatives(id, &exclude, limit as usize),
        }
    }

    /// With their scores as they are now, best first; among equals the scorer's order counts.
    pub(super) fn ranked(&self, offers: &[(NodeId, f32)]) -> Vec<(NodeId, f32)> {
        let reserved = match self.inputs.sabotage {
            Sabotage::PenaltyOfTheLastTick => &self.reserved_before,
            _ => &self.reserved,
        };
        let penalty = self.inputs.config.target_penalty;
        let mut ranked: Vec<_> =
            offers.iter().map(|&(node, score)| (node, reserved.effective(node, score, penalty))).collect();
        ranked.sort_by(|(_, one), (_, other)| other.partial_cmp(one).expect("a score is a number"));
        ranked
    }
}
