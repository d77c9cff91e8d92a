//! The scheduler of one node: it observes, decides, and commits (A3, A8).

mod agenda;
mod backstops;
mod cadence;
mod catch_up;
mod commit;
mod decide;
mod drains;
mod due;
mod explain;
mod floors;
mod gaps;
mod led;
mod members;
mod next;
mod poll;
mod rescore;
mod sampler;
mod spread;
mod standing;
mod transitions;
mod waits;
mod wheel;

use alloc::vec::Vec;

use crate::action::{Decision, SampleCause, TickReport, Transition};
use crate::asker::begin;
use crate::class::{ClassPolicy, Classes};
use crate::config::SchedulerConfig;
use crate::decision::{DrainProgress, NextDue, Rules};
use crate::error::Error;
use crate::history::ScoreHistory;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::SchedulerRegistry;
use crate::snapshot::ScoreSnapshot;
use crate::state::MeshState;
use commit::Terms;
use decide::{Answer, Question, Scratch};
use sampler::Sampler;
use standing::{Standing, Warmup};
use transitions::Transitions;

/// Watches the chains that one node leads and says which replica should move.
///
/// Call [`tick`](Self::tick) regularly, at the latest when the last report's `next_due` has come, and after events;
/// carry out the actions and report back with events. The scheduler borrows the state for the length of each call and
/// reads no clock. It may be moved between threads, and is used by one at a time.
///
/// ```
/// use driftline::{
///     Action, Alternative, ChainId, Event, LocalScheduler, MeshState, NodeId, PlacementScorer, SchedulerConfig,
///     ScorerResult, Timestamp,
/// };
///
/// struct Table;
/// impl PlacementScorer for Table {
///     fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
///         Ok(Some(if node == NodeId(3) { 0.4 } else { 0.9 }))
///     }
///     fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
///         Ok(Some(Alternative { node: NodeId(9), score: 0.95 }))
///     }
/// }
///
/// # fn main() -> Result<(), driftline::Error> {
/// let chain = ChainId(7);
/// let mut state = MeshState::new();
/// state.apply(&[
///     Event::HolderAdded { chain, node: NodeId(1) },
///     Event::HolderAdded { chain, node: NodeId(3) },
///     Event::LeaderSet { chain, node: NodeId(1) },
/// ])?;
/// let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default())?;
/// scheduler.registry_mut().install(Box::new(Table));
/// let decision = scheduler.tick(&mut state, Timestamp(0))?;
/// for action in &decision.actions {
///     if let Action::Evict(eviction) = action {
///         assert_eq!((eviction.victim, eviction.target), (NodeId(3), Some(NodeId(9))));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LocalScheduler {
    this_node: NodeId,
    config: SchedulerConfig,
    classes: Classes,
    registry: SchedulerRegistry,
    sampler: Sampler,
    /// The latest time that a sample or tick was given (T1).
    last_seen: Option<Timestamp>,
    /// What the last sample did.
    report: TickReport,
    /// When the last tick was committed.
    last_tick: Option<Timestamp>,
    /// The last committed tick; its judgements are the operands of the standing verdicts.
    committed: Answer,
    /// Where the next tick writes; becomes `committed` only when nothing can fail any more.
    draft: Answer,
    scratch: Scratch,
    /// The config and the policies that the standing verdicts were judged by.
    judged_by: SchedulerConfig,
    judged_classes: Classes,
    /// Whether the standing verdicts were judged with a scorer.
    judged_with_scorer: bool,
    /// What is said of all chains at once (R6, V2).
    standing: Standing,
    warmup: Warmup,
    /// How far the drains have come, by ascending node (N1).
    drains: Vec<DrainProgress>,
    transitions: Transitions,
    /// What the state had noted, and how much feedback it had ignored, when the last tick was committed (R7, F3).
    acted_revision: u64,
    seen_feedback: u64,
    /// What it had noted when the commit was over.
    settled_revision: u64,
}

impl LocalScheduler {
    /// A scheduler for the chains that `this_node` leads, without a scorer.
    ///
    /// # Errors
    ///
    /// [`Error::ReservedNode`] if `this_node` is the reserved id, [`Error::Config`] for an invalid config.
    pub fn new(this_node: NodeId, config: SchedulerConfig) -> Result<Self, Error> {
        if this_node.is_none() {
            return Err(Error::ReservedNode { index: None, chain: None });
        }
        config.validate()?;
        Ok(LocalScheduler {
            this_node,
            config,
            classes: Classes::default(),
            registry: SchedulerRegistry::default(),
            sampler: Sampler::default(),
            last_seen: None,
            report: TickReport::default(),
            last_tick: None,
            committed: Answer::default(),
            draft: Answer::default(),
            scratch: Scratch::default(),
            judged_by: config,
            judged_classes: Classes::default(),
            judged_with_scorer: false,
            standing: Standing::default(),
            warmup: Warmup::default(),
            drains: Vec::new(),
            transitions: Transitions::default(),
            acted_revision: 0,
            seen_feedback: 0,
            settled_revision: 0,
        })
    }

    /// The node whose chains this scheduler acts on.
    #[must_use]
    pub fn this_node(&self) -> NodeId {
        self.this_node
    }

    /// The present config.
    #[must_use]
    pub fn config(&self) -> &SchedulerConfig {
        &self.config
    }

    /// Replaces the config from the next call on (G2). A changed floor, spread or policy costs one walk over the led
    /// chains.
    ///
    /// # Errors
    ///
    /// [`Error::Config`]; [`Error::OutOfMemory`]. The config is then the old one (G1).
    pub fn configure(&mut self, config: SchedulerConfig) -> Result<(), Error> {
        config.validate()?;
        if config == self.config {
            return Ok(());
        }
        self.sampler.configure(&self.config, &config, &self.classes)?;
        self.config = config;
        Ok(())
    }

    /// The installed scorer, if any.
    #[must_use]
    pub fn registry(&self) -> &SchedulerRegistry {
        &self.registry
    }

    /// Where a scorer is installed or taken out (P4).
    pub fn registry_mut(&mut self) -> &mut SchedulerRegistry {
        &mut self.registry
    }

    /// Samples what is due and decides nothing (A3). A tick does it by itself; alone it serves those who want fresh
    /// histories without decisions.
    ///
    /// The verdicts of the report are the standing ones.
    ///
    /// # Errors
    ///
    /// [`Error::TimeReversed`] if `now` is earlier than a time seen before (T1): nothing has changed. [`Error::Scorer`]
    /// when the scorer fails under `Abort`, and [`Error::OutOfMemory`]: what was observed is kept, the rest stays due
    /// (P2).
    pub fn sample(&mut self, state: &MeshState, now: Timestamp) -> Result<&TickReport, Error> {
        self.observe(state, now)?;
        let mut next_due = NextDue::default();
        let rules = self.rules(state, now);
        self.sampler.next_due(&rules, &self.registry, &mut next_due);
        next_due.consider_after(now, state.frozen_until());
        state.avoided().iter().for_each(|&(_, until)| next_due.consider_after(now, Some(until)));
        next_due.consider(self.warming_until(state, now).flatten());
        self.consider_drains(state, now, &mut next_due);
        self.report.next_due = next_due.earliest();
        self.report.verdicts = self.standing.verdicts(&self.sampler.led);
        Ok(&self.report)
    }

    /// One tick: observe, decide, commit (A8).
    ///
    /// The decision is valid until the next call that takes the scheduler mutably. It has to be carried out by the
    /// caller; the cooldowns of its evictions have started.
    ///
    /// # Errors
    ///
    /// As [`sample`](Self::sample). No action is emitted then and no decision state is written (P2).
    pub fn tick(&mut self, state: &mut MeshState, now: Timestamp) -> Result<&Decision, Error> {
        self.tick_prepared(state, now, |_| Ok(()))
    }

    /// A tick that lets the caller do what can fail after the decision and before the commit, so that a decision that
    /// cannot be handed over is none.
    pub(crate) fn tick_prepared(
        &mut self,
        state: &mut MeshState,
        now: Timestamp,
        prepare: impl FnOnce(&Decision) -> Result<(), Error>,
    ) -> Result<&Decision, Error> {
        self.check_time(now)?;
        state.close_gaps();
        self.observe(state, now)?;
        let (mut draft, mut scratch) = (core::mem::take(&mut self.draft), core::mem::take(&mut self.scratch));
        let outcome = self.question(state, now).answer(&mut draft, &mut scratch);
        (self.draft, self.scratch) = (draft, scratch);
        outcome?;
        // The commit cannot fail: room for all that it writes, and for the whole report, is made here.
        let LocalScheduler { config, classes, this_node, acted_revision, .. } = self;
        let terms = Terms { config, classes, this_node: *this_node, now, acted_revision: *acted_revision };
        self.sampler.prepare_commit(state, &self.draft, &self.scratch.work, &terms, &mut self.transitions)?;
        let judged_classes = if self.judged_classes == self.classes { None } else { Some(self.classes.try_clone()?) };
        let decision = &mut self.draft.decision;
        self.report.failures.try_reserve(decision.report.failures.len()).map_err(|_| Error::OutOfMemory)?;
        decision.report.add_sampling(&mut self.report);
        prepare(decision)?;
        self.commit(state, now, judged_classes);
        Ok(&self.committed.decision)
    }

    fn commit(&mut self, state: &mut MeshState, now: Timestamp, judged_classes: Option<Classes>) {
        // Before the commit notes anything: an order that a limit has refused is renewed by it.
        let seen_revision = state.revision();
        let is_warming = self.warming_until(state, now).is_some();
        self.warmup.is_over |= !is_warming;
        self.standing.follow(self.draft.standing, now, &mut self.transitions);
        let LocalScheduler { config, classes, this_node, acted_revision, .. } = self;
        let terms = Terms { config, classes, this_node: *this_node, now, acted_revision: *acted_revision };
        self.sampler.commit(state, &self.draft, &self.scratch.work, &terms, &mut self.transitions);
        self.transitions.close(now);
        core::mem::swap(&mut self.drains, &mut self.scratch.work.drains);
        core::mem::swap(&mut self.draft, &mut self.committed);
        self.last_tick = Some(now);
        self.acted_revision = seen_revision;
        self.settled_revision = state.revision();
        self.seen_feedback = state.ignored_feedback;
        if self.committed.standing.is_none() {
            self.judged_by = self.config;
            self.judged_with_scorer = self.registry.scorer().is_some();
            if let Some(classes) = judged_classes {
                self.judged_classes = classes;
            }
        }
    }

    /// What a tick on the same observations would decide (T3): a dry run that changes nothing.
    ///
    /// Events that came after the last sample are taken into account as far as they can be without asking for scores: a
    /// chain that became led since is `NotSampled`.
    ///
    /// # Errors
    ///
    /// As [`sample`](Self::sample).
    pub fn decide(&self, state: &MeshState, now: Timestamp) -> Result<Decision, Error> {
        self.check_time(now)?;
        if let Some(scorer) = self.registry.scorer() {
            begin(scorer, now)?;
        }
        let mut answer = Answer::default();
        self.question(state, now).answer(&mut answer, &mut Scratch::default())?;
        Ok(answer.decision)
    }

    /// The history of a chain; `None` if it was not led at the last sample.
    #[must_use]
    pub fn history(&self, chain: ChainId) -> Option<&ScoreHistory> {
        self.sampler.led.find(chain).map(|row| &self.sampler.led.row(row).history)
    }

    /// The scores as they were sampled.
    #[must_use]
    pub fn snapshot(&self) -> &ScoreSnapshot {
        &self.sampler.led.snapshot
    }

    /// The chains that the last sample or tick re-scored, by ascending id, and why.
    pub fn sampled(&self) -> impl ExactSizeIterator<Item = (ChainId, SampleCause)> + '_ {
        self.sampler.due.iter().map(|due| (due.chain, due.cause))
    }

    /// The last changes of standing verdicts, oldest first, at most [`TRANSITION_RING_LENGTH`](crate::TRANSITION_RING_LENGTH)
    /// (W3).
    pub fn transitions(&self) -> impl ExactSizeIterator<Item = Transition> + '_ {
        self.transitions.iter()
    }

    /// The policy of a class, if it has one (Y1).
    #[must_use]
    pub fn class_policy(&self, class: u32) -> Option<&ClassPolicy> {
        self.classes.get(class)
    }

    /// Gives a class a policy, or takes it away, from the next call on, and answers the one before (Y1, G2). Costs one walk
    /// over the led chains.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for an invalid policy, [`Error::TooMany`] beyond 255 of them, [`Error::OutOfMemory`]. The policies
    /// are then the old ones.
    pub fn set_class_policy(&mut self, class: u32, policy: Option<ClassPolicy>) -> Result<Option<ClassPolicy>, Error> {
        policy.map_or(Ok(()), |policy| policy.validate())?;
        let mut classes = self.classes.try_clone()?;
        let before = classes.set(class, policy)?;
        self.sampler.set_classes(&self.config, &classes)?;
        self.classes = classes;
        Ok(before)
    }

    /// The observing half of a tick.
    fn observe(&mut self, state: &MeshState, now: Timestamp) -> Result<(), Error> {
        self.check_time(now)?;
        self.last_seen = Some(now);
        self.report = TickReport::default();
        if !self.sampler.knows(state) {
            // Another state: nothing that was learned of the old one means anything.
            self.standing = Standing::default();
            self.warmup = Warmup::default();
            self.drains.clear();
            self.last_tick = None;
            (self.acted_revision, self.seen_feedback) = (0, 0);
        }
        self.warmup.started = self.warmup.started.or(Some(now));
        let LocalScheduler { this_node, config, classes, registry, sampler, report, .. } = self;
        let rules = Rules { state, config, classes, this_node: *this_node, now, clamps_imports: true };
        sampler.sample(&rules, registry, report)
    }

    /// T1: time never goes back.
    fn check_time(&self, now: Timestamp) -> Result<(), Error> {
        match self.last_seen {
            Some(last) if now < last => Err(Error::TimeReversed { now, last }),
            _ => Ok(()),
        }
    }

    fn rules<'a>(&'a self, state: &'a MeshState, now: Timestamp) -> Rules<'a> {
        Rules {
            state,
            config: &self.config,
            classes: &self.classes,
            this_node: self.this_node,
            now,
            clamps_imports: true,
        }
    }

    fn question<'a>(&'a self, state: &'a MeshState, now: Timestamp) -> Question<'a> {
        let scorer = self.registry.scorer();
        let has_changed = self.judged_by != self.config
            || self.judged_classes != self.classes
            || self.judged_with_scorer != scorer.is_some();
        let knows = self.sampler.knows(state);
        Question {
            sampler: &self.sampler,
            rules: self.rules(state, now),
            scorer: scorer.map(|scorer| scorer as &dyn crate::PlacementScorer),
            judge_all: has_changed,
            drains: if knows { &self.drains } else { &[] },
            acted_revision: if knows { self.acted_revision } else { 0 },
            warming_until: self.warming_until(state, now),
            seen_feedback: self.seen_feedback,
            has_news: !knows || has_changed || self.last_tick.is_none() || self.settled_revision != state.revision(),
        }
    }
}

impl TickReport {
    /// Completes the report of a decision with that of the sample before it.
    fn add_sampling(&mut self, sampling: &mut TickReport) {
        self.new = sampling.new;
        self.dirty = sampling.dirty;
        self.backstop_due = sampling.backstop_due;
        self.rescored = sampling.rescored;
        self.deferred = sampling.deferred;
        self.deferred_age_ns = sampling.deferred_age_ns;
        self.calls.score += sampling.calls.score;
        self.calls.node_fingerprint += sampling.calls.node_fingerprint;
        self.calls.chain_fingerprint += sampling.calls.chain_fingerprint;
        self.invalid_scores += sampling.invalid_scores;
        self.invalid_alternatives += sampling.invalid_alternatives;
        // In the order in which they happened; the room was made before the commit.
        sampling.failures.append(&mut self.failures);
        core::mem::swap(&mut sampling.failures, &mut self.failures);
    }
}
