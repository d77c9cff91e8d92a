//! The verdict of one chain: the first rule that applies (W1, D2 to D9).

use core::ops::Range;

use super::offers::{Outcome, Terms};
use super::pass::Pass;
use super::worst::{Worst, WorstHolder};
use crate::action::{Judgement, Verdict};
use crate::asker::Stop;
use crate::claim::MigrationEligible;
use crate::class::{Bounds, ClassMode};
use crate::config::FLAP_MEMORY;
use crate::error::Error;
use crate::id::{ChainId, NodeId};
use crate::state::ChainView;

/// A chain that would move if nothing else did.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Whether moves of the chain have failed so shortly before that some target still waits (F1).
    pub(crate) has_failed: bool,
    /// What the move is worth: gain minus cost.
    pub(crate) benefit: f32,
    pub(crate) chain: ChainId,
    pub(crate) slot: u32,
    /// Where its judgement stands among the judged.
    pub(crate) position: usize,
    pub(crate) victim: NodeId,
    pub(crate) offers: Range<usize>,
}

impl Pass<'_> {
    /// Judges a chain whose worst holder may be under its floor, and keeps the judgement under `key`.
    pub(crate) fn judge(&mut self, chain: &ChainView<'_>, key: u32, scores: &mut dyn WorstHolder) -> Result<(), Error> {
        let mut judgement = Judgement::bare(chain.id(), Verdict::NotSampled);
        self.judge_into(chain, scores, &mut judgement)?;
        crate::room::reserve(&mut self.work.judgements, 1)?;
        crate::room::reserve(&mut self.work.keys, 1)?;
        self.work.judgements.push(judgement);
        self.work.keys.push(key);
        Ok(())
    }

    /// The verdict of a chain whose worst holder is not under its floor, so that nobody is asked.
    pub(crate) fn judge_quietly(
        &mut self,
        chain: &ChainView<'_>,
        scores: &mut dyn WorstHolder,
    ) -> Result<Verdict, Error> {
        let mut judgement = Judgement::bare(chain.id(), Verdict::NotSampled);
        self.judge_into(chain, scores, &mut judgement)?;
        Ok(judgement.verdict)
    }

    fn judge_into(
        &mut self,
        chain: &ChainView<'_>,
        scores: &mut dyn WorstHolder,
        judgement: &mut Judgement,
    ) -> Result<(), Error> {
        let bounds = self.rules.bounds(chain);
        if let Some(verdict) = self.gate(chain, &bounds) {
            judgement.verdict = verdict;
            return Ok(());
        }
        match self.judge_by_numbers(chain, &bounds, scores, judgement) {
            Ok(()) => Ok(()),
            Err(Stop::Abort(error)) => Err(error),
            Err(Stop::Skip) => {
                judgement.verdict = Verdict::ScorerFailed;
                Ok(())
            }
        }
    }

    /// What keeps a chain where it is whatever its scores.
    fn gate(&self, chain: &ChainView<'_>, bounds: &Bounds) -> Option<Verdict> {
        // D2
        if self.already_evicted.binary_search(&chain.id()).is_ok() {
            return Some(Verdict::AlreadyMoved);
        }
        let entry = self.work.entries.get(chain.id());
        if entry.is_some_and(|entry| entry.acted && !entry.continued) {
            return Some(Verdict::AlreadyMoved);
        }
        // Y1
        if bounds.mode == ClassMode::Pinned {
            return Some(Verdict::Pinned);
        }
        // F1
        let memory = chain.memory();
        let is_under_way = entry.map_or_else(
            || memory.is_some_and(|memory| memory.flight.is_some() || memory.owed.is_some()),
            super::entries::Entry::is_under_way,
        );
        if is_under_way {
            return Some(Verdict::InFlight);
        }
        // D3
        let holds = self.holds(chain, bounds);
        if holds.is_on_cooldown(self.rules.now) {
            return Some(Verdict::Cooldown);
        }
        // O1
        if holds.is_held(self.rules.now) {
            return Some(Verdict::FlapHold);
        }
        // D4
        if MigrationEligible::check(chain).is_none() {
            return Some(Verdict::ClaimHeld);
        }
        // Said before the scores, because it kept an arm from acting that does not look at them.
        entry.and_then(|entry| entry.preset)
    }

    /// D5 to D10. The judgement is filled as far as the rules get.
    fn judge_by_numbers(
        &mut self,
        chain: &ChainView<'_>,
        bounds: &Bounds,
        scores: &mut dyn WorstHolder,
        judgement: &mut Judgement,
    ) -> Result<(), Stop> {
        let sits_out = self.has_scorer_failed(chain);
        // P4: without a scorer there is nothing to judge by.
        let Some(asker) = &mut self.asker else { return Ok(()) };
        // D5
        let (victim, sampled_score) = match scores.worst_holder(chain, asker)? {
            none @ (Worst::NotSampled | Worst::Deferred) => {
                let is_deferred = matches!(none, Worst::Deferred);
                judgement.verdict = if is_deferred { Verdict::Deferred } else { Verdict::NotSampled };
                return Ok(());
            }
            _ if sits_out => return Err(Stop::Skip),
            Worst::Failed => {
                judgement.verdict = Verdict::ScorerFailed;
                return Ok(());
            }
            Worst::NoScore => {
                judgement.verdict = Verdict::NoScore;
                return Ok(());
            }
            Worst::Holder(victim, score) => (victim, score),
        };
        judgement.victim = Some(victim);
        judgement.sampled_score = Some(sampled_score);
        // D6
        if sampled_score >= bounds.score_floor {
            judgement.verdict = Verdict::Healthy;
            return Ok(());
        }
        // L4
        if scores.retries_later(self.rules.now) {
            judgement.verdict = Verdict::RetryLater;
            return Ok(());
        }
        // D7
        judgement.verdict = Verdict::NoScore;
        let Some(live_score) = asker.live_score(chain.id(), victim)? else { return Ok(()) };
        judgement.live_score = Some(live_score);
        if live_score >= bounds.score_floor {
            judgement.verdict = Verdict::Recovered;
            return Ok(());
        }
        self.look_for_a_home(chain, bounds, victim, judgement)
    }

    /// P2: whether the chain sits this pass out for a question of an earlier arm.
    fn has_scorer_failed(&self, chain: &ChainView<'_>) -> bool {
        self.work.entries.get(chain.id()).is_some_and(|entry| entry.scorer_failed)
    }

    /// D8 to D10, as things stand before anybody is admitted.
    fn look_for_a_home(
        &mut self,
        chain: &ChainView<'_>,
        bounds: &Bounds,
        victim: NodeId,
        judgement: &mut Judgement,
    ) -> Result<(), Stop> {
        judgement.verdict = Verdict::NoAlternative;
        let waiting = self.waiting_targets(chain);
        if waiting == FLAP_MEMORY {
            // F1: with so many homes that have just failed it is the chain, and not the homes.
            return Ok(());
        }
        let has_failed = self.has_failures(chain);
        let offers = self.ask_for_offers(chain, victim)?;
        match self.attempt(bounds, offers.clone(), false, judgement)? {
            None => {}
            Some(Outcome::Refused(verdict)) => judgement.verdict = verdict,
            Some(Outcome::Worth(tried)) => {
                judgement.verdict = Verdict::Evict;
                crate::room::reserve(&mut self.work.candidates, 1)?;
                self.work.candidates.push(Candidate {
                    has_failed,
                    benefit: tried.benefit(),
                    chain: chain.id(),
                    slot: chain.slot,
                    position: self.work.judgements.len(),
                    victim,
                    offers,
                });
            }
        }
        Ok(())
    }

    /// How many homes of a chain are to wait because moves have failed with them.
    fn waiting_targets(&self, chain: &ChainView<'_>) -> usize {
        let entries = &self.work.entries;
        let memory = entries.find(chain.id()).map_or_else(|| chain.memory(), |index| Some(entries.memory(index)));
        memory.map_or(0, |memory| memory.waiting_count(self.rules.now))
    }

    /// Tries the offers of a chain whose victim has a live score, as things stand now.
    pub(crate) fn attempt(
        &mut self,
        bounds: &Bounds,
        offers: Range<usize>,
        minds_room: bool,
        judgement: &mut Judgement,
    ) -> Result<Option<Outcome>, Stop> {
        let chain = judgement.chain;
        let (Some(asker), Some(live_score)) = (&mut self.asker, judgement.live_score) else { return Ok(None) };
        let work = &mut *self.work;
        let (reservations, config) = (&work.reservations, self.rules.config);
        let terms = Terms { chain, live_score, bounds, config, reservations, minds_room };
        work.offers.attempt(offers, &terms, asker, judgement)
    }
}
