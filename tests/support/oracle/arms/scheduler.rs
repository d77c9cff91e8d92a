//! A5, L1, L2: candidates are found by ascending chain, and admitted by what they gain.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{Arm, ChainId, ClassMode, NodeId, Verdict};

use super::begin::Plan;
use crate::support::oracle::answer::{Failure, Judged, Numbers};
use crate::support::oracle::decision::Found;
use crate::support::oracle::pass::Pass;
use crate::support::oracle::questions::Questions;

/// A chain whose victim should go, if there is a home.
pub struct Candidate {
    /// The homes that the scorer knows, in its order.
    pub offers: Vec<(NodeId, f32)>,
    /// What the moves cost that were asked for: each once.
    pub costs: BTreeMap<NodeId, Option<f32>>,
}

/// A home that is worth the move.
struct Worth {
    target: NodeId,
    benefit: f32,
}

impl Pass<'_> {
    /// One judgement for every led chain, ascending.
    pub(crate) fn scheduler_arm(
        &mut self,
        already_evicted: &[ChainId],
        mut questions: Option<&mut Questions<'_>>,
    ) -> Result<Vec<Judged>, Failure> {
        let already_evicted: BTreeSet<ChainId> = already_evicted.iter().copied().collect();
        let mut judged = Vec::new();
        let mut candidates: Vec<(f32, usize, Candidate)> = Vec::new();
        for id in self.led.clone() {
            let mut one = Judged::bare(id, Verdict::NotSampled);
            let found = self.look(&mut one, already_evicted.contains(&id), questions.as_deref_mut());
            match self.or_skip(found, questions.as_deref_mut())? {
                Found::Verdict(verdict) => one.verdict = verdict,
                Found::Candidate(benefit, candidate) => candidates.push((benefit, judged.len(), candidate)),
            }
            judged.push(one);
        }
        // L1: by what they gain, then by chain. F1: nobody waits for a chain whose moves have failed.
        candidates.sort_by(|(one, ..), (other, ..)| other.partial_cmp(one).expect("a gain is a number"));
        candidates.sort_by_key(|&(_, place, _)| self.memory(judged[place].chain).is_failing());
        for (_, place, candidate) in candidates {
            let questions = questions.as_deref_mut().expect("a candidate was asked for");
            let one = &mut judged[place];
            let found = self.admit(one, candidate, questions).map(Found::Verdict);
            match self.or_skip(found, Some(questions))? {
                Found::Verdict(verdict) => one.verdict = verdict,
                Found::Candidate(..) => unreachable!("it was looked for before"),
            }
        }
        Ok(judged)
    }

    /// P2: the chain sits this pass out.
    fn or_skip(&self, found: Result<Found, Failure>, questions: Option<&mut Questions<'_>>) -> Result<Found, Failure> {
        match found {
            Err(failure) if self.skips() => {
                questions.expect("only a scorer fails").failures.push(failure);
                Ok(Found::Verdict(Verdict::ScorerFailed))
            }
            found => found,
        }
    }

    /// The first look: which homes there are and whether one is worth the move, whatever the limits say.
    fn look(
        &self,
        judged: &mut Judged,
        was_evicted: bool,
        mut questions: Option<&mut Questions<'_>>,
    ) -> Result<Found, Failure> {
        if let Some(verdict) = self.judge(judged, was_evicted, questions.as_deref_mut())? {
            return Ok(Found::Verdict(verdict));
        }
        // F1
        if self.memory(judged.chain).back_offs_now(self.inputs.now) >= 8 {
            return Ok(Found::Verdict(Verdict::NoAlternative));
        }
        // D8
        let questions = questions.expect("whoever is under the floor was scored");
        let offers = self.offers(judged.chain, questions)?;
        if offers.is_empty() {
            return Ok(Found::Verdict(Verdict::NoAlternative));
        }
        let mut candidate = Candidate { offers, costs: BTreeMap::new() };
        Ok(match self.best(judged, &mut candidate, questions)? {
            Ok(worth) => Found::Candidate(worth.benefit, candidate),
            Err(verdict) => Found::Verdict(verdict),
        })
    }

    /// The best home that is worth the move, or why the very best is not.
    fn best(
        &self,
        judged: &mut Judged,
        candidate: &mut Candidate,
        questions: &mut Questions<'_>,
    ) -> Result<Result<Worth, Verdict>, Failure> {
        let mut first_refusal = None;
        for (target, score) in self.ranked(&candidate.offers) {
            match self.weigh(judged, target, score, candidate, questions)? {
                Ok(worth) => return Ok(Ok(worth)),
                Err(verdict) => first_refusal = first_refusal.or(Some((verdict, *judged))),
            }
        }
        let (verdict, operands) = first_refusal.expect("there is an offer");
        *judged = operands;
        Ok(Err(verdict))
    }

    /// D9, D10
    fn weigh(
        &self,
        judged: &mut Judged,
        target: NodeId,
        score: f32,
        candidate: &mut Candidate,
        questions: &mut Questions<'_>,
    ) -> Result<Result<Worth, Verdict>, Failure> {
        let id = judged.chain;
        let gain = score - judged.live_score.expect("D7 came before");
        judged.alternative = Some((target, score));
        judged.gain = Some(gain);
        judged.cost = None;
        if self.is_too_small(id, gain) {
            return Ok(Err(Verdict::GapTooSmall));
        }
        let cost = match candidate.costs.get(&target) {
            Some(&cost) => cost,
            None => {
                let cost = questions.migration_cost(id, target, self.bounds(id).cost_per_sec)?;
                candidate.costs.insert(target, cost);
                cost
            }
        };
        judged.cost = cost;
        let benefit = cost.map_or(gain, |cost| gain - cost);
        if cost.is_some() && benefit <= 0.0 {
            return Ok(Err(Verdict::CostTooHigh));
        }
        Ok(Ok(Worth { target, benefit }))
    }

    /// The second look, in which what was admitted before counts.
    fn admit(
        &mut self,
        judged: &mut Judged,
        mut candidate: Candidate,
        questions: &mut Questions<'_>,
    ) -> Result<Verdict, Failure> {
        let id = judged.chain;
        let best = match self.best(judged, &mut candidate, questions)? {
            Ok(worth) => worth,
            Err(verdict) => {
                self.notes.push("scheduler: outbid");
                return Ok(verdict);
            }
        };
        // R5
        let victim = judged.victim.expect("somebody is under the floor");
        if self.leaves_too_few(id, victim, true) || self.will_be_short(id, victim) {
            return Ok(Verdict::LastHolder);
        }
        if let Some(limit) = self.limit(id, Some(victim), None) {
            return Ok(limit);
        }
        let Some(target) = self.first_with_room(judged, best.target, &mut candidate, questions)? else {
            return Ok(Verdict::TargetLimit);
        };
        // Y1
        if self.mode(id) == ClassMode::ProposeOnly {
            return Ok(Verdict::ProposeOnly);
        }
        // D11
        let numbers = Numbers {
            victim_score: judged.live_score,
            target_score: judged.alternative.map(|(_, score)| score),
            gain: judged.gain,
            cost: judged.cost,
        };
        self.begin(id, Plan { arm: Arm::Scheduler, victim: Some(victim), target: Some(target), numbers });
        Ok(Verdict::Evict)
    }

    /// The best home that is worth the move and not full. If all are full, the operands stay those of the best.
    fn first_with_room(
        &mut self,
        judged: &mut Judged,
        best: NodeId,
        candidate: &mut Candidate,
        questions: &mut Questions<'_>,
    ) -> Result<Option<NodeId>, Failure> {
        let operands = *judged;
        let ranked = self.ranked(&candidate.offers);
        let from = ranked.iter().position(|&(target, _)| target == best).expect("it is one of them");
        for &(target, score) in &ranked[from..] {
            if self.weigh(judged, target, score, candidate, questions)?.is_ok()
                && !self.reserved.is_full(target, self.inputs.config)
            {
                if target != best {
                    self.notes.push("scheduler: the next best home");
                }
                return Ok(Some(target));
            }
        }
        *judged = operands;
        Ok(None)
    }
}
