//! What the scheduler has seen and learned; everything that a sample writes (A3).

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::agenda::Agenda;
use super::backstops::Backstops;
use super::floors::RowClasses;
use super::led::{Flags, LedChains, NO_ROW};
use super::members::Members;
use super::waits::Waits;
use crate::action::{SampleCause, TickReport};
use crate::asker::{Asker, Tally, begin};
use crate::class::Classes;
use crate::config::{FingerprintMode, SchedulerConfig};
use crate::decision::Rules;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::scorer::SchedulerRegistry;
use crate::state::{ChainView, MeshState};

/// The observing half of a scheduler. It decides nothing and never touches the state.
#[derive(Debug)]
pub(super) struct Sampler {
    pub(super) led: LedChains,
    pub(super) classes: RowClasses,
    pub(super) backstops: Backstops,
    pub(super) under_floor: Members,
    /// Chains with a move under way, an order, or too few or too many holders.
    pub(super) attention: Members,
    pub(super) agenda: Agenda,
    pub(super) waits: Waits,
    /// The row of each slot of the state, [`NO_ROW`] where the chain is not led here.
    pub(super) row_of: Vec<u32>,
    /// The slots of the chains that there was news about in the last sample, and what they are ordered by.
    pub(super) noted: Vec<(u64, u32)>,
    /// Rows that are new or dirty, and some that were.
    pub(super) marks: Vec<Mark>,
    pub(super) marks_are_stale: bool,
    /// Rows that were due at the last sample and had to wait, and some that went away since (L3).
    pub(super) deferred: Vec<u32>,
    pub(super) was_deferred: Vec<u32>,
    /// Rows that the next tick has to judge whatever their scores.
    pub(super) pending: Vec<u32>,
    /// The time of the last sample, and whether it got to its end.
    pub(super) sampled_at: Timestamp,
    pub(super) is_complete: bool,
    /// The state that was last caught up with, and up to which revision.
    pub(super) seen_state: Option<Arc<()>>,
    pub(super) seen_revision: u64,
    /// The layout of the state that slots are numbers of.
    pub(super) seen_layout: u64,
    /// The scorer whose counters were seen last (P4).
    pub(super) seen_scorer: Option<Arc<()>>,
    pub(super) last_mode: FingerprintMode,
    /// Rows with [`Flags::FAILED`].
    pub(super) failed_count: u64,
    /// The last fingerprint of each row's chain; only as long as the scorer has any.
    pub(super) chain_fingerprints: Vec<Option<u64>>,
    /// The led chains by ascending id, if somebody asked for them since they last changed.
    pub(super) by_chain: Vec<(ChainId, u32)>,
    pub(super) by_chain_is_stale: bool,
    /// What the last sample re-scored, by ascending chain; while it looks who is due, those.
    pub(super) due: Vec<Due>,
    pub(super) tally: Tally,
    pub(super) block: Block,
}

impl Default for Sampler {
    fn default() -> Self {
        Sampler {
            led: LedChains::default(),
            classes: RowClasses::default(),
            backstops: Backstops::default(),
            under_floor: Members::new(Flags::UNDER_FLOOR),
            attention: Members::new(Flags::NEEDS_ATTENTION),
            agenda: Agenda::default(),
            waits: Waits::default(),
            row_of: Vec::new(),
            noted: Vec::new(),
            marks: Vec::new(),
            marks_are_stale: false,
            deferred: Vec::new(),
            was_deferred: Vec::new(),
            pending: Vec::new(),
            sampled_at: Timestamp(0),
            is_complete: false,
            seen_state: None,
            seen_revision: 0,
            seen_layout: 0,
            seen_scorer: None,
            last_mode: FingerprintMode::default(),
            failed_count: 0,
            chain_fingerprints: Vec::new(),
            by_chain: Vec::new(),
            by_chain_is_stale: false,
            due: Vec::new(),
            tally: Tally::default(),
            block: Block::default(),
        }
    }
}

/// A row that is due until it is re-scored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) since: Timestamp,
    pub(super) row: u32,
}

/// A chain to re-score.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) chain: ChainId,
    /// Since when it is due; looked at only where there is a limit.
    pub(super) since: Timestamp,
    pub(super) row: u32,
    pub(super) cause: SampleCause,
}

/// Buffers for one crossing to the scorer.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) pairs: Vec<(ChainId, NodeId)>,
    pub(super) scores: Vec<Option<f32>>,
    pub(super) places: Vec<u32>,
    pub(super) fingerprints: Vec<Option<u64>>,
    /// Places of nodes that moved, and what they answered.
    pub(super) moved: Vec<(u32, Option<u64>)>,
}

impl Sampler {
    /// One sample (S1 to S9): catches up with the state, asks what moved, re-scores what is due.
    ///
    /// Whatever ends it early, what was observed is kept and what was not stays due (P2).
    pub(super) fn sample(
        &mut self,
        rules: &Rules<'_>,
        registry: &SchedulerRegistry,
        report: &mut TickReport,
    ) -> Result<(), Error> {
        let now = rules.now;
        self.due.clear();
        self.sampled_at = now;
        self.is_complete = false;
        let mut tally = core::mem::take(&mut self.tally);
        tally.clear();
        let mut outcome = self.catch_up(rules);
        if outcome.is_ok() {
            // A row that went to another chain is due since now.
            self.sweep_stale_marks(now);
            outcome = match registry.scorer() {
                Some(scorer) => {
                    let on_scorer_error = rules.config.on_scorer_error;
                    let mut asker = Asker { scorer, on_scorer_error, tally: &mut tally };
                    self.observe(rules, registry.installation(), &mut asker, report)
                }
                None => self.defer_nobody(),
            };
        }
        self.under_floor.settle(&self.led);
        self.attention.settle(&self.led);
        self.is_complete = outcome.is_ok();
        if outcome.is_err() {
            // Whoever would have sat this sample out sits out no other one.
            self.marks.iter().for_each(|mark| self.led.row_mut(mark.row).flags.clear(Flags::SITS_OUT));
        }
        self.give_back();
        report.led = self.led.count;
        report.calls = tally.calls;
        report.invalid_scores = tally.invalid_scores;
        report.invalid_alternatives = tally.invalid_alternatives;
        report.failures = core::mem::take(&mut tally.failures);
        self.tally = tally;
        outcome
    }

    fn observe(
        &mut self,
        rules: &Rules<'_>,
        installation: Option<&Arc<()>>,
        asker: &mut Asker<'_>,
        report: &mut TickReport,
    ) -> Result<(), Error> {
        let Rules { state, config, now, .. } = *rules;
        begin(asker.scorer, now)?;
        if self.seen_scorer.as_ref().map(Arc::as_ptr) != installation.map(Arc::as_ptr) {
            // P4: counters of the old scorer mean nothing to this one.
            self.mark_all(|_| true)?;
            self.seen_scorer = installation.cloned();
        }
        if config.fingerprint_mode == FingerprintMode::Poll {
            if self.last_mode == FingerprintMode::Push {
                self.mark_all(|flags| flags.has(Flags::PUSHED))?;
            }
            self.poll_nodes(state, asker)?;
            self.poll_chains(asker)?;
        }
        self.last_mode = config.fingerprint_mode;
        self.collect_due(config, now, report)?;
        self.rescore_due(rules, asker)?;
        report.rescored = self.due.len() as u64;
        let Sampler { led, backstops, deferred, .. } = self;
        let left = deferred.iter().filter_map(|&row| backstops.due(led, row, config.decision_interval_ns)).min();
        backstops.served(now, left);
        Ok(())
    }

    /// Gives back what a burst has left of room.
    fn give_back(&mut self) {
        room::give_back(&mut self.noted);
        let marked = self.marks.len().max(self.due.len());
        room::give_back_beyond(&mut self.due, marked);
        room::give_back_beyond(&mut self.marks, marked);
        room::give_back(&mut self.deferred);
        room::give_back_beyond(&mut self.was_deferred, self.deferred.len());
        self.under_floor.give_back();
        self.attention.give_back();
        let Block { places, fingerprints, moved, .. } = &mut self.block;
        let nodes = self.led.snapshot.nodes.ordered().0.len();
        room::give_back_beyond(places, nodes);
        room::give_back_beyond(fingerprints, nodes);
        room::give_back_beyond(moved, nodes);
    }

    /// Makes a chain due until it is re-scored.
    pub(super) fn mark(&mut self, row: u32) -> Result<(), Error> {
        room::reserve(&mut self.marks, 1)?;
        self.mark_reserved(row);
        Ok(())
    }

    /// The same where the room was made before.
    pub(super) fn mark_reserved(&mut self, row: u32) {
        let flags = &mut self.led.row_mut(row).flags;
        if !flags.has(Flags::MARKED) {
            flags.set(Flags::MARKED);
            self.marks.push(Mark { since: self.sampled_at, row });
        } else if !flags.has(Flags::DIRTY) {
            // The mark is that of a chain which had the row before.
            flags.set(Flags::REQUEUED);
            self.marks_are_stale = true;
        }
        flags.set(Flags::DIRTY);
    }

    fn mark_all(&mut self, which: impl Fn(Flags) -> bool) -> Result<(), Error> {
        let led = &self.led;
        let new = led.in_use().filter(|&row| which(led.row(row).flags) && !led.has(row, Flags::MARKED)).count();
        room::reserve(&mut self.marks, new)?;
        for row in 0..self.led.row_count() as u32 {
            let flags = self.led.row(row).flags;
            if flags.has(Flags::IN_USE) && which(flags) {
                self.mark_reserved(row);
            }
        }
        Ok(())
    }

    /// Has the next tick judge a chain whatever its scores.
    pub(super) fn make_pending(&mut self, row: u32) -> Result<(), Error> {
        room::reserve(&mut self.pending, 1)?;
        self.make_pending_reserved(row);
        Ok(())
    }

    /// The same where the room was made before.
    pub(super) fn make_pending_reserved(&mut self, row: u32) {
        let flags = &mut self.led.row_mut(row).flags;
        if !flags.has(Flags::PENDING) {
            flags.set(Flags::PENDING);
            self.pending.push(row);
        }
    }

    /// Whether everything that the state has noted was seen.
    pub(super) fn has_caught_up(&self, state: &MeshState) -> bool {
        self.knows_slots(state) && self.seen_revision == state.revision()
    }

    /// Whether this is the state of the last sample.
    pub(super) fn knows(&self, state: &MeshState) -> bool {
        self.seen_state.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, state.identity()))
    }

    /// Whether the slots of this state are still numbered as they were at the last sample.
    pub(super) fn knows_slots(&self, state: &MeshState) -> bool {
        self.knows(state) && self.seen_layout == state.layout()
    }

    /// The chain of a row as the state has it now, if it is still led by `leader`.
    pub(super) fn view_of<'a>(&self, state: &'a MeshState, row: u32, leader: NodeId) -> Option<ChainView<'a>> {
        let chain = self.led.snapshot.chain(row);
        if self.seen_layout == state.layout() {
            return state.led_view(self.led.row(row).slot, chain, leader);
        }
        state.chain(chain).filter(|view| view.is_led_by(leader))
    }

    /// The row of a slot of the state, if it still is the row of the chain that has the slot now.
    pub(super) fn row_of_slot(&self, state: &MeshState, slot: u32) -> Option<u32> {
        let row = self.row_at(slot)?;
        (self.led.snapshot.chain(row) == state.view(slot).id()).then_some(row)
    }

    /// The row of a slot as the sampler last saw it, whatever the state says now.
    pub(super) fn row_at(&self, slot: u32) -> Option<u32> {
        self.row_of.get(slot as usize).copied().filter(|&row| row != NO_ROW)
    }

    /// Has everything that depends on the config follow it. After an error nothing has changed.
    pub(super) fn configure(
        &mut self,
        old: &SchedulerConfig,
        new: &SchedulerConfig,
        classes: &Classes,
    ) -> Result<(), Error> {
        if new.score_floor != old.score_floor {
            // The room comes first, so that nothing can fail once the backstops are others.
            self.reserve_for_floors(new, classes)?;
        }
        if (new.backstop_spread, new.decision_interval_ns) != (old.backstop_spread, old.decision_interval_ns) {
            // What was served by the old config may be due by the new one.
            self.is_complete = false;
        }
        if new.backstop_spread != old.backstop_spread {
            self.backstops.rebuild(&mut self.led, new)?;
        } else if new.decision_interval_ns != old.decision_interval_ns {
            self.backstops.interval_changed();
        }
        if new.score_floor != old.score_floor {
            self.rebuild_floors(new, classes)?;
        }
        self.agenda.config_changed();
        Ok(())
    }

    /// The same for other policies of classes.
    pub(super) fn set_classes(&mut self, config: &SchedulerConfig, classes: &Classes) -> Result<(), Error> {
        self.reserve_for_floors(config, classes)?;
        self.agenda.config_changed();
        self.rebuild_floors(config, classes)
    }
}
