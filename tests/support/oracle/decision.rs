//! A5, W1: the decision, rule by rule. The first that applies is the verdict.

use std::collections::BTreeMap;

use driftline::{ChainId, ClassMode, Timestamp, Verdict};

use super::answer::{Failure, Judged};
use super::arms::Candidate;
use super::flap;
use super::pass::Pass;
use super::questions::Questions;
use super::sampling::{Led, score_all, worst};
use super::scheduler::Sabotage;

/// Where the scores come from.
#[derive(Clone, Copy)]
pub enum Scores<'a> {
    /// What the last sample saw.
    Sampled(&'a BTreeMap<ChainId, Led>),
    /// The un-gated form: everything is asked now.
    Asked,
}

/// What a look at a chain found.
pub enum Found {
    Verdict(Verdict),
    /// Somebody who should go, and what that is worth.
    Candidate(f32, Candidate),
}

impl Pass<'_> {
    /// The verdict, as far as it falls before anybody is asked for a home. Operands are filled in as far as they are
    /// reached.
    pub(super) fn judge(
        &self,
        judged: &mut Judged,
        was_evicted: bool,
        questions: Option<&mut Questions<'_>>,
    ) -> Result<Option<Verdict>, Failure> {
        let id = judged.chain;
        let (chain, memory, bounds) = (self.chain(id), self.memory(id), self.bounds(id));
        // D2
        if was_evicted || self.acted.contains(&id) {
            return Ok(Some(Verdict::AlreadyMoved));
        }
        // Y1
        if bounds.mode == ClassMode::Pinned {
            return Ok(Some(Verdict::Pinned));
        }
        // F1
        if memory.is_moving() {
            return Ok(Some(Verdict::InFlight));
        }
        // D3
        if self.is_on_cooldown(memory, &bounds) {
            return Ok(Some(Verdict::Cooldown));
        }
        // O1
        if flap::is_held(memory, self.inputs.now, self.window()) {
            return Ok(Some(Verdict::FlapHold));
        }
        // D4
        if chain.claim_held {
            return Ok(Some(Verdict::ClaimHeld));
        }
        // Nobody looks for a better home while an arm that comes first is kept from acting.
        if let Some(&verdict) = self.held_up.get(&id) {
            return Ok(Some(verdict));
        }
        let Some(questions) = questions else { return Ok(Some(Verdict::NotSampled)) };
        let cells = match self.inputs.scores {
            Scores::Asked => score_all(questions, id, &chain.holders)?,
            Scores::Sampled(led) => match led.get(&id) {
                // L3: what it was due for is not known yet, so it is not judged by what was known before.
                Some(led) if led.deferred => return Ok(Some(Verdict::Deferred)),
                Some(led) if led.sample_failed => return Ok(Some(Verdict::ScorerFailed)),
                Some(led) if led.last_attempt.is_some() => led.current(chain),
                _ => return Ok(Some(Verdict::NotSampled)),
            },
        };
        // P2: an arm that came earlier could not find out about it.
        if self.failed.contains(&id) {
            return Ok(Some(Verdict::ScorerFailed));
        }
        // D5
        let Some((victim, sampled)) = worst(&cells) else { return Ok(Some(Verdict::NoScore)) };
        judged.victim = Some(victim);
        judged.sampled_score = Some(sampled);
        // D6
        if sampled >= bounds.score_floor {
            return Ok(Some(Verdict::Healthy));
        }
        // L4
        if self.waits(id) {
            return Ok(Some(Verdict::RetryLater));
        }
        // D7
        let Some(live) = questions.live_score(id, victim)? else { return Ok(Some(Verdict::NoScore)) };
        judged.live_score = Some(live);
        Ok((live >= bounds.score_floor).then_some(Verdict::Recovered))
    }

    /// L4: whether the chain was refused so shortly before that it is not asked about.
    fn waits(&self, id: ChainId) -> bool {
        match self.inputs.scores {
            Scores::Sampled(led) => {
                let wait = led.get(&id).and_then(|led| led.wait);
                wait.is_some_and(|wait| wait.holds(self.inputs.now, self.inputs.config))
            }
            Scores::Asked => false,
        }
    }

    /// D9
    pub(super) fn is_too_small(&self, id: ChainId, gain: f32) -> bool {
        let gap = self.bounds(id).hysteresis_gap;
        match self.inputs.sabotage {
            Sabotage::GapNotStrict => gain < gap,
            _ => gain <= gap,
        }
    }
}

/// T4: what would end beyond all time never ends.
pub fn end(start: Timestamp, duration_ns: u64) -> Option<Timestamp> {
    start.0.checked_add(duration_ns).map(Timestamp)
}
