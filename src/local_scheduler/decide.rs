//! The decision of a scheduler: the same rules as [`diff_scheduler`](crate::diff_scheduler), asked only of the chains
//! whose verdict can have changed (T3).

use alloc::vec::Vec;

use super::cooldowns::still_holds;
use super::led::Flags;
use super::sampler::Sampler;
use super::waits::Wait;
use crate::action::{Decision, Judgement, TickReport, Verdict};
use crate::asker::{Asker, Stop, Tally};
use crate::config::SchedulerConfig;
use crate::decision::{NextDue, Pass, Worst, WorstHolder};
use crate::error::Error;
use crate::id::{NodeId, Timestamp};
use crate::room;
use crate::scorer::PlacementScorer;
use crate::state::{ChainView, MeshState};

/// A verdict that the commit will make the standing one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    pub(super) row: u32,
    pub(super) verdict: Verdict,
}

/// Everything that a decision reads.
pub(super) struct Question<'a> {
    pub(super) sampler: &'a Sampler,
    pub(super) state: &'a MeshState,
    pub(super) config: &'a SchedulerConfig,
    pub(super) scorer: Option<&'a dyn PlacementScorer>,
    pub(super) this_node: NodeId,
    pub(super) now: Timestamp,
    /// Whether no standing verdict can be relied on: the config or the presence of a scorer changed.
    pub(super) judge_all: bool,
}

/// What a decision writes; kept from tick to tick so that an idle one allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) decision: Decision,
    pub(super) settled: Vec<Settled>,
    /// How many of them need room for a wait (L4).
    pub(super) refused_count: usize,
    tally: Tally,
    rows: Vec<u32>,
    exclude: Vec<NodeId>,
}

impl Answer {
    fn clear(&mut self) {
        room::give_back(&mut self.decision.actions);
        room::give_back(&mut self.decision.judgements);
        room::give_back(&mut self.settled);
        room::give_back(&mut self.rows);
        self.decision.actions.clear();
        self.decision.judgements.clear();
        self.decision.report = TickReport::default();
        self.settled.clear();
        self.refused_count = 0;
        self.tally.clear();
        self.rows.clear();
    }
}

/// The worst cell of one row, among the nodes that still hold its chain.
struct SampledRow<'a> {
    sampler: &'a Sampler,
    row: u32,
    caught_up: bool,
    retry_backoff_ns: u64,
}

impl SampledRow<'_> {
    fn worst_cell(&self, chain: &ChainView<'_>) -> Worst {
        let mut worst = Worst::NoScore;
        for (node, score) in self.sampler.led.snapshot.row_cells(self.row) {
            if self.caught_up || chain.holders().any(|holder| holder == node) {
                worst = worst.or(node, score);
            }
        }
        worst
    }
}

impl WorstHolder for SampledRow<'_> {
    fn worst_holder(&mut self, chain: &ChainView<'_>, _: &mut Asker<'_>) -> Result<Worst, Stop> {
        let led = &self.sampler.led;
        Ok(if led.has(self.row, Flags::DEFERRED) {
            Worst::Deferred
        } else if led.has(self.row, Flags::FAILED) {
            Worst::Failed
        } else if led.has(self.row, Flags::SAMPLED) {
            self.worst_cell(chain)
        } else {
            Worst::NotSampled
        })
    }

    fn retries_later(&self, now: Timestamp) -> bool {
        let wait = self.sampler.waits.get(self.row);
        wait.is_some_and(|wait| wait.holds(self.retry_backoff_ns, now))
    }
}

/// Where a chain stands that became led after the last sample.
struct Unknown;

impl WorstHolder for Unknown {
    fn worst_holder(&mut self, _: &ChainView<'_>, _: &mut Asker<'_>) -> Result<Worst, Stop> {
        Ok(Worst::NotSampled)
    }
}

impl Question<'_> {
    /// Judges what has to be judged. Reads everything and changes nothing but `answer`.
    pub(super) fn answer(&self, answer: &mut Answer) -> Result<(), Error> {
        answer.clear();
        let Answer { decision, settled, refused_count, tally, rows, exclude } = answer;
        let mut report = TickReport { led: self.sampler.led.count, ..TickReport::default() };
        report.verdicts = self.sampler.led.verdicts;
        let mut next_due = NextDue::default();
        let mut pass = Pass::new(self.config, self.now, &[], self.scorer, tally, exclude);
        self.look_at_news(&mut pass, rows, &mut report, &mut next_due)?;
        self.judge_standing(&mut pass, rows, settled)?;
        // Only these can make the pass ask; by ascending id (D12).
        let under_floor = if self.sampler.knows(self.state) { self.sampler.under_floor.members() } else { &[] };
        for &(_, row) in under_floor {
            let Some((judgement, action)) = self.judge(row, &mut pass)? else { continue };
            self.settle(row, judgement.verdict, settled)?;
            let waits_anew = is_refusal(judgement.verdict) && self.sampler.waits.get(row).is_none();
            *refused_count += usize::from(waits_anew);
            self.consider_retry(row, judgement.verdict, &mut next_due);
            if got_past_the_floor(&judgement) {
                room::reserve(&mut decision.judgements, 1)?;
                decision.judgements.push(judgement);
            }
            room::reserve(&mut decision.actions, 1)?;
            decision.actions.extend(action);
        }
        for &Settled { row, verdict } in settled.iter() {
            let standing = self.sampler.led.row(row).verdict;
            report.verdicts[usize::from(standing.number())] -= 1;
            report.verdicts[usize::from(verdict.number())] += 1;
        }
        self.consider_cooldowns(!decision.actions.is_empty(), &mut next_due);
        if self.scorer.is_some() && self.sampler.knows(self.state) {
            self.sampler.next_sample_due(self.state, self.config, self.this_node, &mut next_due);
        }
        report.next_due = next_due.earliest();
        report.calls = tally.calls;
        report.invalid_scores = tally.invalid_scores;
        report.invalid_alternatives = tally.invalid_alternatives;
        report.failures = core::mem::take(&mut tally.failures);
        decision.report = report;
        Ok(())
    }

    /// Looks at what the state noted after the last sample; in a tick, which has just sampled, that is nothing.
    fn look_at_news(
        &self,
        pass: &mut Pass<'_>,
        rows: &mut Vec<u32>,
        report: &mut TickReport,
        next_due: &mut NextDue,
    ) -> Result<(), Error> {
        let knows = self.sampler.knows(self.state);
        if !knows {
            // A state that was never sampled: no row says anything about it.
            report.led = 0;
            report.verdicts = TickReport::default().verdicts;
        }
        let knows_slots = self.sampler.knows_slots(self.state);
        let revision = if knows { self.sampler.seen_revision } else { 0 };
        for slot in self.state.chains_noted_since(revision) {
            let view = self.state.view(slot);
            let known = match knows {
                true if knows_slots => self.sampler.row_of_slot(self.state, slot),
                true => self.sampler.led.find(view.id()),
                false => None,
            };
            let is_led = self.state.chains.is_live(slot) && view.is_led_by(self.this_node);
            if self.state.chains.is_live(slot) && view.leader() == Some(self.this_node) {
                next_due.consider_cooldown(view.last_rebalance(), self.config, self.now);
            }
            match known {
                Some(row) if is_led => {
                    room::reserve(rows, 1)?;
                    rows.push(row);
                    continue;
                }
                _ if knows_slots => self.forget_lost(self.sampler.row_at(slot), report),
                _ => {}
            }
            if is_led {
                let (judgement, _) = pass.judge(&view, &mut Unknown)?;
                report.led += 1;
                report.verdicts[usize::from(judgement.verdict.number())] += 1;
            }
        }
        if knows && !knows_slots {
            // The state forgot the slots of chains that are gone, so only the rows can say which those are.
            let is_lost = |&row: &u32| self.sampler.view_of(self.state, row, self.this_node).is_none();
            self.sampler.led.in_use().filter(is_lost).for_each(|row| self.forget_lost(Some(row), report));
        }
        Ok(())
    }

    /// Takes a chain out of the count that was led at the last sample and is not now.
    fn forget_lost(&self, row: Option<u32>, report: &mut TickReport) {
        if let Some(row) = row {
            report.led -= 1;
            report.verdicts[usize::from(self.sampler.led.row(row).verdict.number())] -= 1;
        }
    }

    /// Judges without asking anybody: each row once that has to be, and none that is under the floor. `rows` are those
    /// that there was news about.
    fn judge_standing(
        &self,
        pass: &mut Pass<'_>,
        rows: &mut Vec<u32>,
        settled: &mut Vec<Settled>,
    ) -> Result<(), Error> {
        let sampler = self.sampler;
        if !sampler.knows(self.state) {
            return Ok(());
        }
        if self.judge_all {
            return sampler.led.in_use().try_for_each(|row| self.judge_quietly(row, pass, settled));
        }
        for (_, chain) in sampler.cooldowns.expired(self.now, self.config.cooldown_ns) {
            if let Some(row) = sampler.led.find(chain) {
                room::reserve(rows, 1)?;
                rows.push(row);
            }
        }
        rows.sort_unstable();
        rows.dedup();
        rows.retain(|&row| !sampler.led.has(row, Flags::PENDING));
        rows.iter().chain(&sampler.pending).try_for_each(|&row| self.judge_quietly(row, pass, settled))
    }

    /// Judges a row that cannot make the pass ask.
    fn judge_quietly(&self, row: u32, pass: &mut Pass<'_>, settled: &mut Vec<Settled>) -> Result<(), Error> {
        let led = &self.sampler.led;
        if !led.has(row, Flags::IN_USE) || led.has(row, Flags::UNDER_FLOOR) {
            return Ok(());
        }
        if let Some(verdict) = self.verdict_by_cells(row) {
            return self.settle(row, verdict, settled);
        }
        match self.judge(row, pass)? {
            Some((judgement, _)) => self.settle(row, judgement.verdict, settled),
            None => Ok(()),
        }
    }

    /// The verdict of a row that is not under the floor, where its cells alone decide: nothing holds the chain back, and
    /// nothing is new. A million rows are judged so in a first tick without a look at the state.
    fn verdict_by_cells(&self, row: u32) -> Option<Verdict> {
        let flags = self.sampler.led.row(row).flags;
        let other = [Flags::HELD_BACK, Flags::DEFERRED, Flags::FAILED];
        let by_cells = flags.has(Flags::SAMPLED) && !other.iter().any(|&flag| flags.has(flag));
        if !by_cells || self.scorer.is_none() || !self.sampler.has_caught_up(self.state) {
            return None;
        }
        let has_cell = self.sampler.led.snapshot.row_cells(row).next().is_some();
        Some(if has_cell { Verdict::Healthy } else { Verdict::NoScore })
    }

    /// Notes what the commit has to write: most verdicts are what they were.
    fn settle(&self, row: u32, verdict: Verdict, settled: &mut Vec<Settled>) -> Result<(), Error> {
        let led = self.sampler.led.row(row);
        let stands = led.verdict == verdict && led.flags.has(Flags::JUDGED);
        let leaves_a_mark = verdict == Verdict::Recovered || is_refusal(verdict);
        if !stands || leaves_a_mark || (ends_wait(verdict) && self.sampler.waits.get(row).is_some()) {
            room::reserve(settled, 1)?;
            settled.push(Settled { row, verdict });
        }
        Ok(())
    }

    /// Judges a row, unless its chain is not led any more.
    fn judge(&self, row: u32, pass: &mut Pass<'_>) -> Result<Option<(Judgement, Option<crate::Action>)>, Error> {
        let Some(view) = self.sampler.view_of(self.state, row, self.this_node) else { return Ok(None) };
        pass.judge(&view, &mut self.sampled_row(row)).map(Some)
    }

    fn sampled_row(&self, row: u32) -> SampledRow<'_> {
        let caught_up = self.sampler.has_caught_up(self.state);
        SampledRow { sampler: self.sampler, row, caught_up, retry_backoff_ns: self.config.retry_backoff_ns }
    }

    /// When the wait of a chain under the floor is over, as it will be after the commit (L4).
    fn consider_retry(&self, row: u32, verdict: Verdict, next_due: &mut NextDue) {
        let retry_backoff_ns = self.config.retry_backoff_ns;
        let present = self.sampler.waits.get(row);
        if retry_backoff_ns == 0 || self.scorer.is_none() {
            return;
        }
        if is_refusal(verdict) {
            next_due.consider(Wait::after(present, verdict, self.now).end(retry_backoff_ns));
        } else if !ends_wait(verdict) && verdict != Verdict::Deferred {
            let holding = present.filter(|wait| wait.holds(retry_backoff_ns, self.now) && self.is_under_floor(row));
            next_due.consider(holding.and_then(|wait| wait.end(retry_backoff_ns)));
        }
    }

    /// Whether the worst holder is under the floor even after what the state noted since the last sample.
    fn is_under_floor(&self, row: u32) -> bool {
        let view = self.sampler.view_of(self.state, row, self.this_node);
        let worst = view.map(|view| self.sampled_row(row).worst_cell(&view));
        matches!(worst, Some(Worst::Holder(_, score)) if score < self.config.score_floor)
    }

    fn consider_cooldowns(&self, evicts: bool, next_due: &mut NextDue) {
        if self.sampler.knows(self.state) {
            let cooldown_ns = self.config.cooldown_ns;
            let first = self.sampler.cooldowns.first_waiting(self.state, self.this_node, self.now, cooldown_ns);
            next_due.consider_cooldown(first, self.config, self.now);
        }
        if evicts {
            next_due.consider_cooldown(Some(self.now), self.config, self.now);
        }
    }
}

/// Whether the scorer was asked for a better home and had none that is worth it (L4).
fn is_refusal(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::NoAlternative | Verdict::GapTooSmall | Verdict::CostTooHigh)
}

/// Whether a verdict says something new of a chain that was refused before.
fn ends_wait(verdict: Verdict) -> bool {
    match verdict {
        Verdict::NotSampled | Verdict::Deferred | Verdict::Cooldown | Verdict::ClaimHeld | Verdict::RetryLater => false,
        verdict => !is_refusal(verdict),
    }
}

/// Whether the victim of a judgement was under the floor (D6).
fn got_past_the_floor(judgement: &Judgement) -> bool {
    judgement.victim.is_some() && judgement.verdict != Verdict::Healthy
}

impl Sampler {
    /// The second half of a commit: nothing here can fail (A8).
    pub(super) fn commit(
        &mut self,
        state: &mut MeshState,
        answer: &Answer,
        config: &SchedulerConfig,
        this_node: NodeId,
        now: Timestamp,
    ) {
        for &Settled { row, verdict } in &answer.settled {
            self.led.set_verdict(row, verdict, now);
            if verdict == Verdict::Recovered {
                // S8: it was sampled from a stale world.
                self.mark_reserved(row);
            }
            if is_refusal(verdict) && config.retry_backoff_ns > 0 {
                self.waits.set(row, Wait::after(self.waits.get(row), verdict, now));
            } else if is_refusal(verdict) || ends_wait(verdict) {
                self.waits.remove(row);
            }
        }
        room::give_back(&mut self.pending);
        for row in self.pending.drain(..) {
            self.led.row_mut(row).flags.clear(Flags::PENDING);
        }
        // E4: what is older than the cooldown is forgotten.
        while let Some(remembered) = self.cooldowns.pop_expired(now, config.cooldown_ns) {
            if let Some(slot) = still_holds(state, this_node, remembered).map(|view| view.slot) {
                state.forget_rebalance(slot);
            }
        }
        for action in &answer.decision.actions {
            if let Some(slot) = state.chain(action.chain()).map(|view| view.slot) {
                state.start_cooldown(slot, now);
            }
        }
    }
}
