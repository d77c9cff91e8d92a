//! The decision of a scheduler: the same rules as [`diff_scheduler`](crate::diff_scheduler) and the arms before them, asked
//! only of the chains whose verdict can have changed (T3).

use alloc::vec::Vec;

use super::agenda::ends_ahead;
use super::led::Flags;
use super::sampler::Sampler;
use super::waits::Wait;
use crate::action::{Action, Decision, Judgement, TickReport, Verdict};
use crate::asker::{Asker, Stop, Tally};
use crate::class::ClassMode;
use crate::decision::{
    DrainProgress, Entry, Holds, News, NextDue, Pass, Rules, SampledScores, Work, Worst, WorstHolder, needs_attention,
    pace_end,
};
use crate::error::Error;
use crate::id::{ChainId, Timestamp};
use crate::room;
use crate::scorer::PlacementScorer;
use crate::state::{ChainView, MeshState};

/// A verdict that the commit will make the standing one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    pub(super) row: u32,
    pub(super) verdict: Verdict,
    /// Whether it fell before anybody was asked.
    pub(super) by_gate: bool,
}

/// Everything that a decision reads.
pub(super) struct Question<'a> {
    pub(super) sampler: &'a Sampler,
    pub(super) rules: Rules<'a>,
    pub(super) scorer: Option<&'a dyn PlacementScorer>,
    /// Whether no standing verdict can be relied on: the config or the presence of a scorer changed.
    pub(super) judge_all: bool,
    /// How far the drains have come, by ascending node.
    pub(super) drains: &'a [DrainProgress],
    /// What the state had noted when the last tick was committed (R7).
    pub(super) acted_revision: u64,
    /// When the warm-up is over at the latest, if it lasts (V2).
    pub(super) warming_until: Option<Option<Timestamp>>,
    /// Feedback that earlier ticks have reported (F3).
    pub(super) seen_feedback: u64,
    /// Whether the state has noted anything since the last tick was committed.
    pub(super) has_news: bool,
}

/// What a decision writes; kept from tick to tick so that an idle one allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) decision: Decision,
    pub(super) settled: Vec<Settled>,
    /// How many of them need room for a wait (L4).
    pub(super) refused_count: usize,
    /// What is said of all chains at once, in place of what each would say.
    pub(super) standing: Option<Verdict>,
}

/// What a decision works with, which nobody needs once it has been committed.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) work: Work,
    tally: Tally,
    /// Rows that there was news about.
    rows: Vec<u32>,
    /// Rows that are under a floor that the last sample did not know of.
    late: Vec<(ChainId, u32)>,
    /// Slots of chains that became led after the last sample.
    fresh: Vec<u32>,
    /// Slots of chains that need attention.
    attended: Vec<u32>,
}

impl Scratch {
    fn clear(&mut self) {
        self.work.clear();
        self.tally.clear();
        for list in [&mut self.rows, &mut self.fresh, &mut self.attended] {
            room::give_back(list);
            list.clear();
        }
        self.late.clear();
    }
}

impl Answer {
    fn clear(&mut self) {
        room::give_back(&mut self.decision.actions);
        room::give_back(&mut self.decision.judgements);
        room::give_back(&mut self.settled);
        self.decision.actions.clear();
        self.decision.judgements.clear();
        self.decision.report = TickReport::default();
        self.settled.clear();
        self.refused_count = 0;
        self.standing = None;
    }

    /// Lends the lists of the decision to the pass that fills them, or takes them back.
    fn swap_lists(&mut self, work: &mut Work) {
        core::mem::swap(&mut self.decision.actions, &mut work.actions);
        core::mem::swap(&mut self.decision.judgements, &mut work.judgements);
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
            if self.caught_up || chain.is_held_by(node) {
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

impl SampledScores for Question<'_> {
    fn worst_sampled(&self, chain: &ChainView<'_>) -> Worst {
        let row = if self.knows() { self.sampler.led.find(chain.id()) } else { None };
        row.map_or(Worst::NoScore, |row| self.sampled_row(row).worst_cell(chain))
    }
}

impl<'a> Question<'a> {
    /// Judges what has to be judged. Reads everything and changes nothing but `answer`.
    pub(super) fn answer(&self, answer: &mut Answer, scratch: &mut Scratch) -> Result<(), Error> {
        answer.clear();
        scratch.clear();
        answer.swap_lists(&mut scratch.work);
        let outcome = self.answer_into(answer, scratch);
        answer.swap_lists(&mut scratch.work);
        outcome?;
        let decision = &mut answer.decision;
        decision.judgements.retain(got_past_the_floor);
        decision.actions.sort_unstable_by_key(Action::chain);
        Ok(())
    }

    fn answer_into(&self, answer: &mut Answer, scratch: &mut Scratch) -> Result<(), Error> {
        let Answer { decision, settled, refused_count, standing } = answer;
        let Scratch { work, tally, rows, late, fresh, attended } = scratch;
        let mut report = TickReport { led: self.sampler.led.count, ..TickReport::default() };
        report.verdicts = self.sampler.led.verdicts;
        self.list_news(rows, fresh, attended, &mut report)?;
        let mut pass = Pass::new(self.rules, self.scorer, tally, work)?;
        self.run_arms(&mut pass, attended)?;
        *standing = self.standing();
        if let Some(verdict) = *standing {
            report.verdicts = TickReport::default().verdicts;
            report.verdicts[usize::from(verdict.number())] = report.led;
        } else {
            self.judge_fresh(&mut pass, fresh, &mut report)?;
            self.judge_standing(&mut pass, rows, late, settled)?;
            self.judge_under_floor(&mut pass, late)?;
            self.settle_judged(pass.work, settled, refused_count)?;
            for &Settled { row, verdict, .. } in settled.iter() {
                let standing = self.sampler.led.row(row).verdict;
                report.verdicts[usize::from(standing.number())] -= 1;
                report.verdicts[usize::from(verdict.number())] += 1;
            }
        }
        report.next_due = self.next_due(work, standing.is_some()).earliest();
        self.write_counts(work, &mut report);
        report.calls = tally.calls;
        report.invalid_scores = tally.invalid_scores;
        report.invalid_alternatives = tally.invalid_alternatives;
        report.failures = core::mem::take(&mut tally.failures);
        decision.report = report;
        Ok(())
    }

    fn state(&self) -> &'a MeshState {
        self.rules.state
    }

    fn knows(&self) -> bool {
        self.sampler.knows(self.state())
    }

    /// What is said of all chains at once.
    fn standing(&self) -> Option<Verdict> {
        if self.is_frozen() { Some(Verdict::Frozen) } else { self.warming_until.map(|_| Verdict::WarmingUp) }
    }

    fn is_frozen(&self) -> bool {
        self.state().closures.is_frozen(self.rules.now)
    }

    /// Looks at what the state noted after the last sample; in a tick, which has just sampled, that is nothing. Lists the
    /// chains that need attention.
    fn list_news(
        &self,
        rows: &mut Vec<u32>,
        fresh: &mut Vec<u32>,
        attended: &mut Vec<u32>,
        report: &mut TickReport,
    ) -> Result<(), Error> {
        let (sampler, state, knows) = (self.sampler, self.state(), self.knows());
        if knows {
            let attention = sampler.attended(state, self.rules.this_node);
            room::reserve(attended, sampler.attention.members().len())?;
            attended.extend(attention.map(|view| view.slot));
        } else {
            // A state that was never sampled: no row says anything about it.
            report.led = 0;
            report.verdicts = TickReport::default().verdicts;
        }
        let knows_slots = sampler.knows_slots(state);
        let revision = if knows { sampler.seen_revision } else { 0 };
        for slot in state.chains_noted_since(revision) {
            let view = state.view(slot);
            let known = match knows {
                true if knows_slots => sampler.row_of_slot(state, slot),
                true => sampler.led.find(view.id()),
                false => None,
            };
            let is_led = state.chains.is_live(slot) && view.is_led_by(self.rules.this_node);
            if is_led && needs_attention(&view) {
                room::reserve(attended, 1)?;
                attended.push(slot);
            }
            match known {
                Some(row) if is_led => {
                    room::reserve(rows, 1)?;
                    rows.push(row);
                    continue;
                }
                _ if knows_slots => self.forget_lost(sampler.row_at(slot), report),
                _ => {}
            }
            if is_led {
                room::reserve(fresh, 1)?;
                fresh.push(slot);
                report.led += 1;
            }
        }
        if knows && !knows_slots {
            // The state forgot the slots of chains that are gone, so only the rows can say which those are.
            let is_lost = |&row: &u32| sampler.view_of(state, row, self.rules.this_node).is_none();
            sampler.led.in_use().filter(is_lost).for_each(|row| self.forget_lost(Some(row), report));
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

    /// R1: everything that comes before the scheduler's own arm.
    fn run_arms(&self, pass: &mut Pass<'a>, attended: &[u32]) -> Result<(), Error> {
        let state = self.state();
        pass.advance(attended.iter().map(|&slot| state.view(slot)))?;
        let is_frozen = self.is_frozen();
        pass.run_forced(self.acted_revision, is_frozen)?;
        if is_frozen {
            return pass.keep_drains(self.drains);
        }
        pass.run_count(self)?;
        let of_homes = self.sampler.waits.were_cleared();
        pass.run_drains(self.drains, News { of_chains: self.has_news, of_homes })
    }

    fn judge_fresh(&self, pass: &mut Pass<'a>, fresh: &[u32], report: &mut TickReport) -> Result<(), Error> {
        for &slot in fresh {
            let verdict = pass.judge_quietly(&self.state().view(slot), &mut Unknown)?;
            report.verdicts[usize::from(verdict.number())] += 1;
        }
        Ok(())
    }

    /// Judges without asking anybody: each row once that has to be, and none that is under the floor. `rows` are those
    /// that there was news about.
    fn judge_standing(
        &self,
        pass: &mut Pass<'a>,
        rows: &mut Vec<u32>,
        late: &mut Vec<(ChainId, u32)>,
        settled: &mut Vec<Settled>,
    ) -> Result<(), Error> {
        let sampler = self.sampler;
        if !self.knows() {
            return Ok(());
        }
        // A chain may be of another class by now, with another floor.
        for &row in rows.iter() {
            if !sampler.led.has(row, Flags::UNDER_FLOOR) && self.is_under_floor(row) {
                room::reserve(late, 1)?;
                late.push((sampler.led.snapshot.chain(row), row));
            }
        }
        late.sort_unstable();
        late.dedup();
        let is_late =
            |row: u32, late: &[(ChainId, u32)]| late.binary_search(&(sampler.led.snapshot.chain(row), row)).is_ok();
        if self.judge_all {
            let mut quiet = sampler.led.in_use().filter(|&row| !is_late(row, late));
            return quiet.try_for_each(|row| self.judge_quietly(row, pass, settled));
        }
        let with_entries = pass.work.entries.list().iter().map(|entry| entry.chain);
        for chain in sampler.agenda.ended(self.rules.now).chain(with_entries) {
            if let Some(row) = sampler.led.find(chain) {
                room::reserve(rows, 1)?;
                rows.push(row);
            }
        }
        rows.sort_unstable();
        rows.dedup();
        rows.retain(|&row| !sampler.led.has(row, Flags::PENDING));
        let mut quiet = rows.iter().chain(&sampler.pending).copied().filter(|&row| !is_late(row, late));
        quiet.try_for_each(|row| self.judge_quietly(row, pass, settled))
    }

    /// Judges a row that cannot make the pass ask.
    fn judge_quietly(&self, row: u32, pass: &mut Pass<'a>, settled: &mut Vec<Settled>) -> Result<(), Error> {
        let led = &self.sampler.led;
        if !led.has(row, Flags::IN_USE) || led.has(row, Flags::UNDER_FLOOR) {
            return Ok(());
        }
        if let Some(verdict) = self.verdict_by_cells(row, pass.work) {
            return self.settle(row, verdict, false, settled);
        }
        let Some(view) = self.view_of(row) else { return Ok(()) };
        let verdict = pass.judge_quietly(&view, &mut self.sampled_row(row))?;
        self.settle(row, verdict, falls_at_the_gate(verdict), settled)
    }

    /// The verdict of a row that is not under the floor, where its cells alone decide: nothing holds the chain back, and
    /// nothing is new. A million rows are judged so in a first tick without a look at the state.
    fn verdict_by_cells(&self, row: u32, work: &Work) -> Option<Verdict> {
        let flags = self.sampler.led.row(row).flags;
        let other = [Flags::HELD_BACK, Flags::DEFERRED, Flags::FAILED];
        let by_cells = flags.has(Flags::SAMPLED) && !other.iter().any(|&flag| flags.has(flag));
        if !by_cells || self.scorer.is_none() || !self.sampler.has_caught_up(self.state()) {
            return None;
        }
        let classes = self.rules.classes;
        let is_pinned = !classes.is_empty() && {
            let class = self.sampler.class_of(row);
            classes.bounds(self.rules.config, class).mode == ClassMode::Pinned
        };
        let is_plain = !is_pinned && work.entries.find(self.sampler.led.snapshot.chain(row)).is_none();
        let verdict = if self.sampler.led.snapshot.has_score(row) { Verdict::Healthy } else { Verdict::NoScore };
        is_plain.then_some(verdict)
    }

    /// Only these can make the pass ask; by ascending id (D12).
    fn judge_under_floor(&self, pass: &mut Pass<'a>, late: &[(ChainId, u32)]) -> Result<(), Error> {
        let mut under_floor = if self.knows() { self.sampler.under_floor.members() } else { &[] };
        for &(chain, row) in late {
            let (before, after) = under_floor.split_at(under_floor.partition_point(|&(other, _)| other < chain));
            before.iter().try_for_each(|&(_, row)| self.judge_loudly(row, pass))?;
            self.judge_loudly(row, pass)?;
            under_floor = after;
        }
        under_floor.iter().try_for_each(|&(_, row)| self.judge_loudly(row, pass))?;
        pass.admit()
    }

    /// Judges a row that may make the pass ask.
    fn judge_loudly(&self, row: u32, pass: &mut Pass<'a>) -> Result<(), Error> {
        match self.view_of(row) {
            Some(view) => pass.judge(&view, row, &mut self.sampled_row(row)),
            None => Ok(()),
        }
    }

    fn settle_judged(&self, work: &Work, settled: &mut Vec<Settled>, refused_count: &mut usize) -> Result<(), Error> {
        for (&row, judgement) in work.keys.iter().zip(&work.judgements) {
            let by_gate = judgement.victim.is_none() && falls_at_the_gate(judgement.verdict);
            self.settle(row, judgement.verdict, by_gate, settled)?;
            let waits_anew = is_refusal(judgement.verdict) && self.sampler.waits.get(row).is_none();
            *refused_count += usize::from(waits_anew);
        }
        Ok(())
    }

    /// Notes what the commit has to write: most verdicts are what they were.
    fn settle(&self, row: u32, verdict: Verdict, by_gate: bool, settled: &mut Vec<Settled>) -> Result<(), Error> {
        let led = self.sampler.led.row(row);
        let stands = led.verdict == verdict && led.flags.has(Flags::JUDGED);
        let leaves_a_mark = verdict == Verdict::Recovered || is_refusal(verdict);
        let ends_a_wait = ends_wait(verdict, by_gate) && self.sampler.waits.get(row).is_some();
        if !stands || leaves_a_mark || ends_a_wait {
            room::reserve(settled, 1)?;
            settled.push(Settled { row, verdict, by_gate });
        }
        Ok(())
    }

    fn view_of(&self, row: u32) -> Option<ChainView<'a>> {
        self.sampler.view_of(self.state(), row, self.rules.this_node)
    }

    fn sampled_row(&self, row: u32) -> SampledRow<'_> {
        let caught_up = self.sampler.has_caught_up(self.state());
        SampledRow { sampler: self.sampler, row, caught_up, retry_backoff_ns: self.rules.config.retry_backoff_ns }
    }

    fn write_counts(&self, work: &Work, report: &mut TickReport) {
        let counted = &work.counts;
        report.in_flight = work.reservations.in_flight;
        report.completed_moves = counted.completed_moves;
        report.failed_moves = counted.failed_moves;
        report.timed_out_moves = counted.timed_out_moves;
        report.returned_moves = counted.returned_moves;
        report.forced_refused = counted.forced_refused;
        let seen = if self.knows() { self.seen_feedback } else { 0 };
        report.ignored_feedback = self.state().ignored_feedback - seen;
    }

    /// The earliest of everything that waits, as it will be after the commit (T2).
    fn next_due(&self, work: &Work, is_standing: bool) -> NextDue {
        let Rules { state, config, now, .. } = self.rules;
        let mut next_due = NextDue::default();
        self.consider_holds(work, &mut next_due);
        next_due.consider_after(now, state.frozen_until());
        state.avoided().iter().for_each(|&(_, until)| next_due.consider_after(now, Some(until)));
        next_due.consider(self.warming_until.flatten());
        if !self.is_frozen() {
            for drain in &work.drains {
                let deadline = state.closures.drains.get(drain.node);
                let next = deadline.and_then(|at| drain.next_move(pace_end(at, config.move_timeout_ns), now));
                next_due.consider(next);
            }
        }
        if self.scorer.is_some() && self.knows() {
            self.sampler.next_sample_due(state, config, self.rules.this_node, &mut next_due);
            if is_standing {
                self.sampler.next_retry(config, now, &mut next_due);
            }
        }
        let judged = work.keys.iter().zip(&work.judgements);
        judged.for_each(|(&row, judgement)| self.consider_retry(row, judgement, &mut next_due));
        next_due
    }

    /// Cooldowns, holds and moves under way.
    fn consider_holds(&self, work: &Work, next_due: &mut NextDue) {
        let Rules { state, config, this_node, now, .. } = self.rules;
        let has_no_entry = |chain| work.entries.find(chain).is_none();
        if self.knows() {
            next_due.consider(self.sampler.agenda.first_ahead(&self.rules, has_no_entry));
        }
        let revision = if self.knows() { self.sampler.seen_revision } else { 0 };
        for view in state.chains_noted_since(revision).map(|slot| state.view(slot)) {
            if state.chains.is_live(view.slot) && view.leader() == Some(this_node) && has_no_entry(view.id()) {
                ends_ahead(&view, &self.rules).into_iter().for_each(|end| next_due.consider(end));
            }
        }
        for entry in work.entries.list() {
            let Entry { slot, last_rebalance, .. } = entry;
            let memory = work.entries.memory_of(entry);
            let bounds = self.rules.bounds(&state.view(*slot));
            let holds = Holds::new(*last_rebalance, Some(memory), &bounds, &self.rules);
            next_due.consider(holds.cooldown_ahead(now));
            next_due.consider_moves(memory, config, now);
        }
    }

    /// When the wait of a chain under the floor is over, as it will be after the commit (L4).
    fn consider_retry(&self, row: u32, judgement: &Judgement, next_due: &mut NextDue) {
        let (retry_backoff_ns, now) = (self.rules.config.retry_backoff_ns, self.rules.now);
        let verdict = judgement.verdict;
        let present = self.sampler.waits.get(row);
        if retry_backoff_ns == 0 || self.scorer.is_none() {
            return;
        }
        let by_gate = judgement.victim.is_none() && falls_at_the_gate(verdict);
        if is_refusal(verdict) {
            next_due.consider(Wait::after(present, verdict, now).end(retry_backoff_ns));
        } else if !ends_wait(verdict, by_gate) && verdict != Verdict::Deferred {
            let holding = present.filter(|wait| wait.holds(retry_backoff_ns, now) && self.is_under_floor(row));
            next_due.consider(holding.and_then(|wait| wait.end(retry_backoff_ns)));
        }
    }

    /// Whether the worst holder is under the floor even after what the state noted since the last sample.
    fn is_under_floor(&self, row: u32) -> bool {
        let Some(view) = self.view_of(row) else { return false };
        let floor = self.rules.bounds(&view).score_floor;
        matches!(self.sampled_row(row).worst_cell(&view), Worst::Holder(_, score) if score < floor)
    }
}

/// Whether the scorer was asked for a better home and had none that is worth it (L4).
pub(super) fn is_refusal(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::NoAlternative | Verdict::GapTooSmall | Verdict::CostTooHigh)
}

/// Whether a verdict may fall before a chain's scores are looked at.
fn falls_at_the_gate(verdict: Verdict) -> bool {
    match verdict {
        Verdict::AlreadyMoved | Verdict::Pinned | Verdict::InFlight | Verdict::FlapHold | Verdict::LastHolder => true,
        verdict => is_limit(verdict),
    }
}

fn is_limit(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::TickLimit | Verdict::ClusterLimit | Verdict::SourceLimit | Verdict::TargetLimit)
}

/// Whether a verdict says something new of a chain that was refused before.
pub(super) fn ends_wait(verdict: Verdict, by_gate: bool) -> bool {
    match verdict {
        Verdict::NotSampled | Verdict::Deferred | Verdict::Cooldown | Verdict::ClaimHeld | Verdict::RetryLater => false,
        verdict => !is_refusal(verdict) && !by_gate,
    }
}

/// Whether the victim of a judgement was under the floor (D6).
fn got_past_the_floor(judgement: &Judgement) -> bool {
    judgement.victim.is_some() && judgement.verdict != Verdict::Healthy
}
