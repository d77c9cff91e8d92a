//! N1: the nodes that are drained become empty at an even pace.

use driftline::{Arm, ChainId, NodeId, Timestamp, Verdict};

use super::begin::Plan;
use crate::support::oracle::answer::{Failure, Numbers};
use crate::support::oracle::drains::{DrainedNode, blocked, pace_end};
use crate::support::oracle::flap;
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
        let held: Vec<ChainId> =
            self.led.iter().copied().filter(|&id| self.chain(id).holders.contains(&node)).collect();
        // Who has left is remembered no longer.
        drained.refused.retain(|id, _| held.contains(id));
        let sent = std::mem::take(&mut drained.sent);
        let is_on_its_way =
            |&(id, at): &(ChainId, Timestamp)| held.contains(&id) && now.0.saturating_sub(at.0) < self.cooldown_ns(id);
        drained.sent = sent.into_iter().filter(is_on_its_way).collect();
        let staying: Vec<ChainId> = held.into_iter().filter(|&id| !self.is_leaving(id, node, &drained)).collect();
        let left = staying.len() as u64;
        let allowed = self.allowance(left, &drained, deadline);
        let is_full_look = drained
            .looked_at
            .is_none_or(|looked_at| now.0.saturating_sub(looked_at.0) >= self.inputs.config.decision_interval_ns);

        let (mut admitted, mut behind) = (0, 0);
        for id in staying {
            if admitted == allowed && !is_full_look {
                break;
            }
            let (config, classes) = (self.inputs.config, self.inputs.classes);
            if self.acted.contains(&id)
                || self.memory(id).is_moving()
                || blocked(self.chain(id), config, classes).is_some()
            {
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
                    if !self.is_tracking() {
                        drained.moved += 1;
                        if !self.is_place_first() {
                            drained.sent.insert(id, now);
                        }
                    }
                }
                Fate::Refused(verdict) => {
                    drained.refused.insert(id, verdict);
                    let is_of_all =
                        matches!(verdict, Verdict::TickLimit | Verdict::ClusterLimit | Verdict::SourceLimit);
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

    /// What the arms have left on each node, for whoever asks when the next one goes.
    pub(crate) fn count_left(&mut self) {
        let mut drains = self.drains.clone();
        for (&node, drained) in &mut drains.nodes {
            // Whoever was sent in this very pass is not left, however short the cooldown is.
            let stays = |id: &&ChainId| {
                let was_sent = drained.sent.get(*id) == Some(&self.inputs.now) && self.acted.contains(*id);
                let holds = self.chain(**id).holders.contains(&node);
                holds && !was_sent && !self.is_leaving(**id, node, drained)
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

    fn is_leaving(&self, id: ChainId, node: NodeId, drained: &DrainedNode) -> bool {
        drained.is_leaving(id, self.memory(id), node, self.inputs.now, self.cooldown_ns(id))
    }

    fn cooldown_ns(&self, id: ChainId) -> u64 {
        flap::cooldown_ns(self.memory(id), self.bounds(id).cooldown_ns, self.window())
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
        if let Some(limit) = self.limit(Some(node), None) {
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
