//! What the scheduler has seen and learned; everything that a sample writes (A3).

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::cadence::Cadence;
use super::cooldowns::Cooldowns;
use super::floor::UnderFloor;
use super::led::{Flags, LedChains, NO_ROW};
use crate::action::{SampleCause, TickReport};
use crate::asker::{Asker, Tally};
use crate::config::{FingerprintMode, SchedulerConfig};
use crate::decision::NextDue;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::SchedulerRegistry;
use crate::state::MeshState;

/// The observing half of a scheduler. It decides nothing and never touches the state.
#[derive(Debug, Default)]
pub(super) struct Sampler {
    pub(super) led: LedChains,
    pub(super) cadence: Cadence,
    pub(super) under_floor: UnderFloor,
    pub(super) cooldowns: Cooldowns,
    /// The row of each slot of the state, [`NO_ROW`] where the chain is not led here.
    pub(super) row_of: Vec<u32>,
    /// Rows that are new or dirty, and some that were.
    pub(super) marks: Vec<u32>,
    /// Rows that the next tick has to judge whatever their scores.
    pub(super) pending: Vec<u32>,
    /// The state that was last caught up with, and up to which revision.
    pub(super) seen_state: Option<Arc<()>>,
    pub(super) seen_revision: u64,
    /// The scorer whose counters were seen last (P4).
    pub(super) seen_scorer: Option<Arc<()>>,
    pub(super) last_mode: FingerprintMode,
    /// Rows with [`Flags::FAILED`]. All were last attempted at `failed_at`: while one fails, each sample attempts all.
    pub(super) failed_count: u64,
    pub(super) failed_at: Timestamp,
    /// The last fingerprint of each row's chain; only as long as the scorer has any.
    pub(super) chain_fingerprints: Vec<Option<u64>>,
    /// The led chains by ascending id, if somebody asked for them since they last changed.
    pub(super) by_chain: Vec<(ChainId, u32)>,
    pub(super) by_chain_is_stale: bool,
    /// What the last sample re-scored, by ascending chain.
    pub(super) sampled: Vec<(ChainId, SampleCause)>,
    pub(super) tally: Tally,
    pub(super) due: Vec<Due>,
    pub(super) block: Block,
}

/// A chain to re-score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    pub(super) chain: ChainId,
    pub(super) row: u32,
    pub(super) cause: SampleCause,
}

/// Buffers for one crossing to the scorer.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) pairs: Vec<(ChainId, NodeId)>,
    pub(super) scores: Vec<Option<f32>>,
    pub(super) places: Vec<u32>,
    pub(super) nodes: Vec<NodeId>,
    pub(super) fingerprints: Vec<Option<u64>>,
}

impl Sampler {
    /// One sample (S1 to S9): catches up with the state, asks what moved, re-scores what is due.
    ///
    /// Whatever ends it early, what was observed is kept and what was not stays due (P2).
    pub(super) fn sample(
        &mut self,
        state: &MeshState,
        registry: &SchedulerRegistry,
        config: &SchedulerConfig,
        this_node: NodeId,
        now: Timestamp,
        report: &mut TickReport,
    ) -> Result<(), Error> {
        self.sampled.clear();
        let mut tally = core::mem::take(&mut self.tally);
        tally.clear();
        let mut outcome = self.catch_up(state, config, this_node);
        if let (Ok(()), Some(scorer)) = (&outcome, registry.scorer()) {
            let on_scorer_error = config.on_scorer_error;
            let mut asker = Asker { scorer, on_scorer_error, tally: &mut tally };
            outcome = self.observe(state, registry.installation(), config, now, &mut asker, report);
        }
        self.under_floor.settle(&self.led);
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
        state: &MeshState,
        installation: Option<&Arc<()>>,
        config: &SchedulerConfig,
        now: Timestamp,
        asker: &mut Asker<'_>,
        report: &mut TickReport,
    ) -> Result<(), Error> {
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
            self.poll_chains(now, asker)?;
        }
        self.last_mode = config.fingerprint_mode;
        self.collect_due(config, now, report)?;
        self.rescore_due(config, now, asker)?;
        report.rescored = self.sampled.len() as u64;
        Ok(())
    }

    /// Makes a chain due until it is re-scored.
    pub(super) fn mark(&mut self, row: u32) -> Result<(), Error> {
        self.marks.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        self.mark_reserved(row);
        Ok(())
    }

    /// The same where the room was made before.
    pub(super) fn mark_reserved(&mut self, row: u32) {
        let flags = &mut self.led.row_mut(row).flags;
        flags.set(Flags::DIRTY);
        if !flags.has(Flags::MARKED) {
            flags.set(Flags::MARKED);
            self.marks.push(row);
        }
    }

    fn mark_all(&mut self, which: impl Fn(Flags) -> bool) -> Result<(), Error> {
        self.marks.try_reserve(self.led.count as usize).map_err(|_| Error::OutOfMemory)?;
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
        self.pending.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        let flags = &mut self.led.row_mut(row).flags;
        if !flags.has(Flags::PENDING) {
            flags.set(Flags::PENDING);
            self.pending.push(row);
        }
        Ok(())
    }

    /// Whether everything that the state has noted was seen.
    pub(super) fn has_caught_up(&self, state: &MeshState) -> bool {
        self.knows(state) && self.seen_revision == state.revision()
    }

    /// Whether this is the state of the last sample.
    pub(super) fn knows(&self, state: &MeshState) -> bool {
        self.seen_state.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, state.identity()))
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

    /// When the first led chain is due for its backstop or for another attempt (T2).
    pub(super) fn next_sample_due(
        &self,
        state: &MeshState,
        config: &SchedulerConfig,
        this_node: NodeId,
        next_due: &mut NextDue,
    ) {
        let caught_up = self.has_caught_up(state);
        let still_led = |row: u32| {
            let slot = self.led.row(row).slot;
            caught_up || state.led_view(slot, self.led.snapshot.chain(row), this_node).is_some()
        };
        if let Some(row) = self.cadence.oldest_first(&self.led).find(|&row| still_led(row)) {
            next_due.consider(self.led.row(row).last_sampled.after_ns(config.decision_interval_ns));
        }
        let is_waiting = |row: u32| self.led.has(row, Flags::FAILED) && still_led(row);
        if self.failed_count > 0 && (caught_up || self.marks.iter().any(|&row| is_waiting(row))) {
            next_due.consider(self.failed_at.after_ns(config.decision_interval_ns));
        }
    }

    /// The earliest of everything that waits, as things stand (T2).
    pub(super) fn next_due(
        &self,
        state: &MeshState,
        registry: &SchedulerRegistry,
        config: &SchedulerConfig,
        this_node: NodeId,
        now: Timestamp,
        next_due: &mut NextDue,
    ) {
        let first = self.cooldowns.first_waiting(state, this_node, now, config.cooldown_ns);
        next_due.consider_cooldown(first, config, now);
        if registry.scorer().is_some() {
            self.next_sample_due(state, config, this_node, next_due);
        }
    }

    /// Puts every row where another floor says.
    pub(super) fn rebuild_under_floor(&mut self, score_floor: f32) -> Result<(), Error> {
        self.under_floor.reserve(self.led.count as usize)?;
        for row in 0..self.led.row_count() as u32 {
            if self.led.has(row, Flags::IN_USE) {
                self.under_floor.update(&mut self.led, row, score_floor)?;
            }
        }
        self.under_floor.settle(&self.led);
        Ok(())
    }
}
