//! Who of those that should move moves now: the best first, as far as the limits go (L1, L2, D11).

use core::cmp::Ordering;

use super::judge::Candidate;
use super::launch::Move;
use super::offers::{Outcome, Tried};
use super::pass::Pass;
use crate::action::{Arm, Judgement, Verdict};
use crate::asker::Stop;
use crate::claim::MigrationEligible;
use crate::class::{Bounds, ClassMode};
use crate::error::Error;
use crate::state::ChainView;

impl Pass<'_> {
    /// Admits candidates by what their moves are worth, then by chain; those whose moves have failed after all others. What
    /// is refused is considered again next tick.
    pub(crate) fn admit(&mut self) -> Result<(), Error> {
        let mut candidates = core::mem::take(&mut self.work.candidates);
        candidates.sort_unstable_by(|one, other| {
            // Benefits are never NaN.
            let by_benefit = other.benefit.partial_cmp(&one.benefit).unwrap_or(Ordering::Equal);
            // F1: nobody waits for a chain whose moves have failed.
            one.has_failed.cmp(&other.has_failed).then(by_benefit).then(one.chain.cmp(&other.chain))
        });
        let outcome = candidates.iter().try_for_each(|candidate| {
            let mut judgement = self.work.judgements[candidate.position];
            judgement.verdict = match self.consider(candidate, &mut judgement) {
                Ok(verdict) => verdict,
                Err(Stop::Abort(error)) => return Err(error),
                Err(Stop::Skip) => Verdict::ScorerFailed,
            };
            self.work.judgements[candidate.position] = judgement;
            Ok(())
        });
        self.work.candidates = candidates;
        outcome
    }

    fn consider(&mut self, candidate: &Candidate, judgement: &mut Judgement) -> Result<Verdict, Stop> {
        let chain = self.rules.state.view(candidate.slot);
        let bounds = self.rules.bounds(&chain);
        // Those who were admitted before may have lowered what is offered.
        let tried = match self.attempt_again(candidate, &bounds, false, judgement)? {
            Ok(tried) => tried,
            Err(verdict) => return Ok(verdict),
        };
        let places_first = self.places_first(Some(tried.alternative.node));
        if self.rules.leaves_too_few(&chain, candidate.victim, &self.said(&chain), places_first) {
            return Ok(Verdict::LastHolder);
        }
        if let Some(limit) = self.limit(Some(candidate.victim), None, candidate.has_failed) {
            return Ok(limit);
        }
        let tried = match self.rules.config.max_in_flight_per_target {
            0 => tried,
            _ => match self.attempt_again(candidate, &bounds, true, judgement)? {
                Ok(tried) => tried,
                Err(verdict) => return Ok(verdict),
            },
        };
        if bounds.mode == ClassMode::ProposeOnly {
            return Ok(Verdict::ProposeOnly);
        }
        self.launch_candidate(&chain, candidate, &tried, judgement.live_score)?;
        Ok(Verdict::Evict)
    }

    /// Tries the offers once more.
    fn attempt_again(
        &mut self,
        candidate: &Candidate,
        bounds: &Bounds,
        minds_room: bool,
        judgement: &mut Judgement,
    ) -> Result<Result<Tried, Verdict>, Stop> {
        let outcome = self.attempt(bounds, candidate.offers.clone(), minds_room, judgement)?;
        Ok(match outcome {
            Some(Outcome::Worth(tried)) => Ok(tried),
            Some(Outcome::Refused(verdict)) => Err(verdict),
            None => Err(Verdict::NoAlternative),
        })
    }

    /// D11
    fn launch_candidate(
        &mut self,
        chain: &ChainView<'_>,
        candidate: &Candidate,
        tried: &Tried,
        victim_score: Option<f32>,
    ) -> Result<(), Error> {
        // D4: whoever got here was checked, and is once more.
        let Some(eligible) = MigrationEligible::check(chain) else { return Ok(()) };
        let index = self.work.entries.of(chain, &self.rules)?;
        let made = Move {
            arm: Arm::Scheduler,
            victim: Some(candidate.victim),
            target: Some(tried.alternative.node),
            victim_score,
            target_score: Some(tried.alternative.score),
            gain: Some(tried.gain),
            cost: tried.cost,
        };
        self.launch(index, eligible, made)?;
        let is_leaving = self.entry(index).is_under_way()
            || self.holds(chain, &self.rules.bounds(chain)).is_on_cooldown(self.rules.now);
        if is_leaving {
            self.leaves_drained(candidate.victim);
        }
        Ok(())
    }
}
