//! The decision of a scheduler: the same rules as [`diff_scheduler`](crate::diff_scheduler), asked only of the chains
//! whose verdict can have changed (T3).

use alloc::vec::Vec;

use super::cooldowns::still_holds;
use super::led::Flags;
use super::sampler::Sampler;
use crate::action::{Decision, Judgement, TickReport, Verdict};
use crate::asker::{Asker, Stop, Tally};
use crate::config::SchedulerConfig;
use crate::decision::{NextDue, Pass, Worst, WorstHolder};
use crate::error::Error;
use crate::id::{NodeId, Timestamp};
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
    tally: Tally,
    rows: Vec<u32>,
    exclude: Vec<NodeId>,
}

impl Answer {
    fn clear(&mut self) {
        self.decision.actions.clear();
        self.decision.judgements.clear();
        self.decision.report = TickReport::default();
        self.settled.clear();
        self.tally.clear();
        self.rows.clear();
    }
}

/// The worst cell of one row, among the nodes that still hold its chain.
struct SampledRow<'a> {
    sampler: &'a Sampler,
    row: u32,
    caught_up: bool,
}

impl WorstHolder for SampledRow<'_> {
    fn worst_holder(&mut self, chain: &ChainView<'_>, _: &mut Asker<'_>) -> Result<Worst, Stop> {
        let led = &self.sampler.led;
        if led.has(self.row, Flags::FAILED) {
            return Ok(Worst::Failed);
        }
        if !led.has(self.row, Flags::SAMPLED) {
            return Ok(Worst::NotSampled);
        }
        let mut worst = Worst::NoScore;
        for (node, score) in led.snapshot.row_cells(self.row) {
            if self.caught_up || chain.holders().any(|holder| holder == node) {
                worst = worst.or(node, score);
            }
        }
        Ok(worst)
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
        let Answer { decision, settled, tally, rows, exclude } = answer;
        let mut report = TickReport { led: self.sampler.led.count, ..TickReport::default() };
        report.verdicts = self.sampler.led.verdicts;
        let mut next_due = NextDue::default();
        let mut pass = Pass::new(self.config, self.now, &[], self.scorer, tally, exclude);
        self.look_at_news(&mut pass, rows, &mut report, &mut next_due)?;
        self.list_standing(rows)?;
        settled.try_reserve(rows.len()).map_err(|_| Error::OutOfMemory)?;
        for &row in rows.iter() {
            let judged = self.judge(row, &mut pass)?;
            settled.extend(judged.map(|(judgement, _)| Settled { row, verdict: judgement.verdict }));
        }
        // Only these can make the pass ask; by ascending id (D12).
        let under_floor = if self.sampler.knows(self.state) { self.sampler.under_floor.members() } else { &[] };
        for &(_, row) in under_floor {
            let Some((judgement, action)) = self.judge(row, &mut pass)? else { continue };
            settled.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
            settled.push(Settled { row, verdict: judgement.verdict });
            if got_past_the_floor(&judgement) {
                decision.judgements.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                decision.judgements.push(judgement);
            }
            decision.actions.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
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
        let revision = if knows { self.sampler.seen_revision } else { 0 };
        for slot in self.state.chains_noted_since(revision) {
            let view = self.state.view(slot);
            let known = if knows { self.sampler.row_of_slot(self.state, slot) } else { None };
            let is_led = self.state.chains.is_live(slot) && view.is_led_by(self.this_node);
            if self.state.chains.is_live(slot) && view.leader() == Some(self.this_node) {
                next_due.consider_cooldown(view.last_rebalance(), self.config, self.now);
            }
            match known {
                Some(row) if is_led => {
                    rows.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                    rows.push(row);
                    continue;
                }
                _ if knows => self.forget_lost(slot, report),
                _ => {}
            }
            if is_led {
                let (judgement, _) = pass.judge(&view, &mut Unknown)?;
                report.led += 1;
                report.verdicts[usize::from(judgement.verdict.number())] += 1;
            }
        }
        Ok(())
    }

    /// Takes a chain out of the count that was led at the last sample and is not now.
    fn forget_lost(&self, slot: u32, report: &mut TickReport) {
        if let Some(row) = self.sampler.row_at(slot) {
            report.led -= 1;
            report.verdicts[usize::from(self.sampler.led.row(row).verdict.number())] -= 1;
        }
    }

    /// Completes the list of rows to judge without asking anybody: each once, and none that is under the floor.
    fn list_standing(&self, rows: &mut Vec<u32>) -> Result<(), Error> {
        let sampler = self.sampler;
        if !sampler.knows(self.state) {
            return Ok(());
        }
        for (_, chain) in sampler.cooldowns.expired(self.now, self.config.cooldown_ns) {
            if let Some(row) = sampler.led.find(chain) {
                rows.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                rows.push(row);
            }
        }
        if self.judge_all {
            rows.clear();
            rows.try_reserve(sampler.led.count as usize).map_err(|_| Error::OutOfMemory)?;
            rows.extend(sampler.led.in_use());
        } else {
            rows.sort_unstable();
            rows.dedup();
            rows.retain(|&row| !sampler.led.has(row, Flags::PENDING));
            rows.try_reserve(sampler.pending.len()).map_err(|_| Error::OutOfMemory)?;
            rows.extend_from_slice(&sampler.pending);
        }
        rows.retain(|&row| sampler.led.has(row, Flags::IN_USE) && !sampler.led.has(row, Flags::UNDER_FLOOR));
        Ok(())
    }

    /// Judges a row, unless its chain is not led any more.
    fn judge(&self, row: u32, pass: &mut Pass<'_>) -> Result<Option<(Judgement, Option<crate::Action>)>, Error> {
        let led = &self.sampler.led;
        let view = self.state.led_view(led.row(row).slot, led.snapshot.chain(row), self.this_node);
        let Some(view) = view else { return Ok(None) };
        let caught_up = self.sampler.has_caught_up(self.state);
        pass.judge(&view, &mut SampledRow { sampler: self.sampler, row, caught_up }).map(Some)
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
        }
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
