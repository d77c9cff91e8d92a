//! N1: the nodes that are drained become empty at an even pace.

use std::collections::BTreeSet;

use driftline::{Arm, ChainId, NodeId, Timestamp, Verdict};

use super::begin::Plan;
use crate::support::oracle::answer::{Failure, Numbers};
use crate::support::oracle::drains::{DrainedNode, blocked, pace_end};
use crate::support::oracle::pass::Pass;
use crate::support::oracle::questions::Questions;

/// What became of one chain.
enum Fate {
    Moved,
    Refused(Verdict),
    /// Nothing was to be done but to ask.
    Known,
}

impl Pass<'_> {
    /// The node that must be empty first comes first.
    pub(crate) fn drain_arm(&mut self, mut questions: Option<&mut Questions<'_>>) -> Result<(), Failure> {
        let mut nodes: Vec<(Timestamp, NodeId)> =
            self.inputs.state.drains.iter().map(|(&node, &deadline)| (deadline, node)).collect();
        nodes.sort();
        for (deadline, node) in nodes {
            self.drain(node, deadline, questions.as_deref_mut())?;
        }
        Ok(())
    }

    fn drain(
        &mut self,
        node: NodeId,
        deadline: Timestamp,
        mut questions: Option<&mut Questions<'_>>,
    ) -> Result<(), Failure> {
        let now = self.inputs.now;
        let mut drained = self.drains.nodes[&node].clone();
        self.notice_deadline(&mut drained, deadline);
        let staying = self.staying(node);
        // Who has left or is about to is remembered no longer.
        drained.refused.retain(|id, _| staying.contains(id));
        let left = staying.len() as u64;
        let allowed = self.allowance(left, &drained, deadline);
        let is_full_look = drained.is_full_look(now, self.inputs.config);
        let asks_again = is_full_look || drained.asks_again(now, self.inputs.config);
        if asks_again && questions.is_some() && (is_full_look || allowed > 0) {
            drained.asked_again_at = Some(now);
            drained.has_news = false;
        }

        let (mut admitted, mut behind) = (0, 0);
        for id in staying {
            if admitted == allowed && !is_full_look {
                break;
            }
            if !self.may_ask(id, node) {
                continue;
            }
            if drained.refused.get(&id) == Some(&Verdict::NoAlternative) && !asks_again {
                self.notes.push("drain: waits");
                continue;
            }
            if admitted == allowed {
                self.notes.push("drain: looks beyond its pace");
            }
            match self.drain_chain(id, node, admitted < allowed, questions.as_deref_mut())? {
                Fate::Moved => {
                    self.notes.push(if allowed == u64::MAX { "drain: late" } else { "drain: on pace" });
                    admitted += 1;
                    drained.refused.remove(&id);
                    drained.moved += u64::from(!self.is_tracking());
                }
                Fate::Refused(verdict) => {
                    drained.refused.insert(id, verdict);
                    let is_of_all = is_of_all(verdict);
                    if is_of_all || verdict == Verdict::TargetLimit {
                        behind += 1;
                        self.hold_up(id, verdict);
                    }
                    if is_of_all {
                        break;
                    }
                }
                Fate::Known => drop(drained.refused.remove(&id)),
            }
        }
        if allowed >= 1 && (admitted > 0 || behind == 0) {
            drained.last_paced = Some(now);
        }
        if drained.last_paced != Some(now) && allowed > 0 {
            self.notes.push("drain: kept back");
        }
        if is_full_look {
            drained.looked_at = Some(now);
        }
        drained.behind = behind;
        self.drains.nodes.insert(node, drained);
        Ok(())
    }

    /// The chains that the node holds and that are not on their way from it. F1: nobody waits for one whose moves have failed.
    fn staying(&self, node: NodeId) -> Vec<ChainId> {
        let is_staying = |id: &ChainId| self.chain(*id).holders.contains(&node) && !self.is_leaving(*id, node);
        let mut staying: Vec<ChainId> = self.led.iter().copied().filter(is_staying).collect();
        staying.sort_by_key(|&id| (self.memory(id).is_failing(), id));
        staying
    }

    /// R6: time in which nobody may go is no time that the pace has lost.
    pub(crate) fn keep_drains(&mut self) {
        for (&node, &deadline) in &self.inputs.state.drains {
            let mut drained = self.drains.nodes[&node].clone();
            drained.deadline = Some(deadline);
            drained.last_paced = drained.last_paced.map(|_| self.inputs.now);
            drained.has_news = true;
            self.drains.nodes.insert(node, drained);
        }
    }

    /// The pace begins anew with another deadline: what passed under the one before was paced by that.
    fn notice_deadline(&mut self, drained: &mut DrainedNode, deadline: Timestamp) {
        if drained.last_paced.is_some() && drained.deadline != Some(deadline) {
            self.notes.push("drain: paced anew");
            drained.last_paced = Some(self.inputs.now);
        }
        drained.deadline = Some(deadline);
    }

    /// Whether nothing keeps the chain from moving but that there may be no home.
    fn may_ask(&mut self, id: ChainId, node: NodeId) -> bool {
        let (config, classes) = (self.inputs.config, self.inputs.classes);
        if self.acted.contains(&id) || self.memory(id).is_moving() {
            return false;
        }
        let (chain, said) = (self.chain(id), self.said(id));
        if blocked(chain, node, &said, config, classes).is_some() {
            if blocked(chain, node, &BTreeSet::new(), config, classes).is_none() {
                self.notes.push("drain: another is as good as gone");
            }
            return false;
        }
        true
    }

    /// What the arms have left on each node, for whoever asks when the next one goes.
    pub(crate) fn count_left(&mut self) {
        let mut drains = self.drains.clone();
        for (&node, drained) in &mut drains.nodes {
            // Whoever was sent in this very pass is not left, however short the cooldown is.
            let was_sent = |id: &ChainId| {
                let action = self.actions.get(id).filter(|action| action.arm == Arm::Drain);
                action.is_some_and(|action| action.victim == Some(node))
            };
            let stays = |id: &&ChainId| {
                let holds = self.chain(**id).holders.contains(&node);
                holds && !was_sent(id) && !self.is_leaving(**id, node)
            };
            drained.left = self.led.iter().filter(stays).count() as u64;
        }
        self.drains = drains;
    }

    /// How many may go now: what is left over the time that is left.
    fn allowance(&self, left: u64, drained: &DrainedNode, deadline: Timestamp) -> u64 {
        let (now, end) = (self.inputs.now, pace_end(deadline, self.inputs.config));
        match drained.last_paced {
            _ if left == 0 => 0,
            _ if now >= end => u64::MAX,
            None => 1,
            Some(last) => {
                let passed = u128::from(now.0.saturating_sub(last.0));
                let all = u128::from(end.0 - last.0);
                u64::try_from((u128::from(left) + 1) * passed / all).unwrap_or(u64::MAX)
            }
        }
    }

    /// Whether the chain is on its way from the node, as far as anybody knows.
    fn is_leaving(&self, id: ChainId, node: NodeId) -> bool {
        let memory = self.memory(id);
        let is_flying = memory.flight.is_some_and(|flight| flight.victim == Some(node));
        let is_owed = memory.owed.is_some_and(|owed| owed.victim == node);
        is_flying || is_owed || self.said(id).contains(&node)
    }

    /// Asks for a home, whatever it gains and costs, and moves the chain there if it may.
    fn drain_chain(
        &mut self,
        id: ChainId,
        node: NodeId,
        is_allowed: bool,
        questions: Option<&mut Questions<'_>>,
    ) -> Result<Fate, Failure> {
        let Some(questions) = questions else { return Ok(Fate::Refused(Verdict::NoAlternative)) };
        let offers = match self.offers(id, questions) {
            Ok(offers) => offers,
            Err(failure) if self.skips() => {
                questions.failures.push(failure);
                self.failed.insert(id);
                return Ok(Fate::Refused(Verdict::ScorerFailed));
            }
            Err(failure) => return Err(failure),
        };
        if offers.is_empty() {
            return Ok(Fate::Refused(Verdict::NoAlternative));
        }
        if !is_allowed {
            return Ok(Fate::Known);
        }
        if let Some(limit) = self.limit(id, Some(node), None) {
            return Ok(Fate::Refused(limit));
        }
        let ranked = self.ranked(&offers);
        let Some(&(target, score)) =
            ranked.iter().find(|(target, _)| !self.reserved.is_full(*target, self.inputs.config))
        else {
            return Ok(Fate::Refused(Verdict::TargetLimit));
        };
        let numbers = Numbers { target_score: Some(score), ..Numbers::default() };
        self.begin(id, Plan { arm: Arm::Drain, victim: Some(node), target: Some(target), numbers });
        Ok(Fate::Moved)
    }
}

/// Whether a limit stands in the way of every further move from the node.
fn is_of_all(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::TickLimit | Verdict::ClusterLimit | Verdict::SourceLimit)
}
