//! What a tick writes once it has succeeded: nothing here can fail (A8).

use super::decide::{Answer, Settled, ends_wait, is_refusal};
use super::led::Flags;
use super::sampler::Sampler;
use super::transitions::Transitions;
use super::waits::Wait;
use crate::action::Verdict;
use crate::decision::{Holds, OrderFate, Rules, Work};
use crate::error::Error;
use crate::room;
use crate::state::MeshState;

/// What a commit needs to know beside the answer.
pub(super) struct Terms<'a> {
    pub(super) config: &'a crate::SchedulerConfig,
    pub(super) classes: &'a crate::class::Classes,
    pub(super) this_node: crate::NodeId,
    pub(super) now: crate::Timestamp,
    /// What the state had noted when the tick before was committed (R7).
    pub(super) acted_revision: u64,
}

impl Sampler {
    /// Makes room for everything that the commit writes.
    pub(super) fn prepare_commit(
        &mut self,
        state: &mut MeshState,
        answer: &Answer,
        work: &Work,
        terms: &Terms<'_>,
        transitions: &mut Transitions,
    ) -> Result<(), Error> {
        // S8: a chain that has recovered is marked.
        room::reserve(&mut self.marks, answer.decision.judgements.len())?;
        if terms.config.retry_backoff_ns > 0 {
            self.waits.reserve(answer.refused_count)?;
        }
        let entries = work.entries.list();
        let with_memory = entries.iter().filter(|entry| entry.has_memory()).count();
        if with_memory > 0 {
            state.memories.reserve(with_memory)?;
        }
        let said = entries.iter().filter(|entry| !entry.said.nodes().is_empty()).count();
        if said > 0 {
            state.said.reserve(said)?;
        }
        let ended = if answer.standing.is_some() { self.agenda.ended(terms.now).count() } else { 0 };
        room::reserve(&mut self.pending, entries.len() + ended)?;
        transitions.reserve(answer.settled.len())
    }

    pub(super) fn commit(
        &mut self,
        state: &mut MeshState,
        answer: &Answer,
        work: &Work,
        terms: &Terms<'_>,
        transitions: &mut Transitions,
    ) {
        self.commit_verdicts(answer, terms, transitions);
        if answer.standing.is_none() {
            room::give_back(&mut self.pending);
            for row in self.pending.drain(..) {
                self.led.row_mut(row).flags.clear(Flags::PENDING);
            }
        }
        // Before anything new begins: a cooldown of no length would else be forgotten at once.
        self.forget_what_is_over(state, answer, terms);
        self.commit_entries(state, work, terms);
        // Only now: what was reserved is in use.
        state.give_back();
        self.waits.settle();
    }

    fn commit_verdicts(&mut self, answer: &Answer, terms: &Terms<'_>, transitions: &mut Transitions) {
        let (config, now) = (terms.config, terms.now);
        for &Settled { row, verdict, by_gate } in &answer.settled {
            let led = self.led.row(row);
            let before = led.flags.has(Flags::JUDGED).then_some(led.verdict);
            if before != Some(verdict) {
                transitions.note(self.led.snapshot.chain(row), before, verdict);
            }
            self.led.set_verdict(row, verdict, now);
            if verdict == Verdict::Recovered {
                // S8: it was sampled from a stale world.
                self.mark_reserved(row);
            }
            if is_refusal(verdict) && config.retry_backoff_ns > 0 {
                self.waits.set(row, Wait::after(self.waits.get(row), verdict, now));
            } else if is_refusal(verdict) || ends_wait(verdict, by_gate) {
                self.waits.remove(row);
            }
        }
    }

    /// What the arms have done and found.
    fn commit_entries(&mut self, state: &mut MeshState, work: &Work, terms: &Terms<'_>) {
        for entry in work.entries.list() {
            if entry.has_changed {
                state.remember(entry.slot, entry.last_rebalance, &entry.said, work.entries.memory_of(entry));
            }
            if entry.order != OrderFate::Untouched {
                let stays = entry.order == OrderFate::Stays;
                state.settle_order(entry.slot, stays.then_some(terms.acted_revision));
            }
            let said_for_now = entry.acted || entry.preset.is_some() || entry.scorer_failed;
            if let Some(row) = self.row_at(entry.slot).filter(|_| said_for_now) {
                // What an arm made the chain say is true of this tick only.
                self.make_pending_reserved(row);
            }
        }
    }

    /// E4, O1: what is older than it can make a difference is forgotten.
    fn forget_what_is_over(&mut self, state: &mut MeshState, answer: &Answer, terms: &Terms<'_>) {
        let Terms { config, classes, this_node, now, .. } = *terms;
        while let Some(chain) = self.agenda.pop_ended(now) {
            let Some(view) = state.chain(chain).filter(|view| view.leader() == Some(this_node)) else { continue };
            let slot = view.slot;
            let rules = Rules { state, config, classes, this_node, now, clamps_imports: true };
            let holds = Holds::new(view.last_rebalance(), view.memory(), &rules.bounds(&view), &rules);
            let last_rebalance = view.last_rebalance().filter(|_| holds.is_on_cooldown(now));
            let mut memory = view.memory().copied().unwrap_or_default();
            memory.forget_moves(config.flap_window_ns, now);
            let said = view.said().filter(|_| last_rebalance.is_some()).copied().unwrap_or_default();
            state.remember(slot, last_rebalance, &said, &memory);
            if let Some(row) = self.row_at(slot).filter(|_| answer.standing.is_some()) {
                self.make_pending_reserved(row);
            }
        }
        state.forget_over(now);
    }
}
