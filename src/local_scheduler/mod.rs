//! The scheduler of one node: it observes, decides, and commits (A3, A8).

mod backstops;
mod cadence;
mod catch_up;
mod cooldowns;
mod decide;
mod due;
mod floor;
mod gaps;
mod led;
mod next;
mod poll;
mod rescore;
mod sampler;
mod spread;
mod waits;
mod wheel;

use crate::action::{Decision, Explanation, Judgement, SampleCause, TickReport, Verdict};
use crate::config::SchedulerConfig;
use crate::decision::NextDue;
use crate::error::Error;
use crate::history::ScoreHistory;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::SchedulerRegistry;
use crate::snapshot::ScoreSnapshot;
use crate::state::MeshState;
use decide::{Answer, Question};
use led::Flags;
use sampler::Sampler;

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
///         assert_eq!((eviction.victim, eviction.target), (NodeId(3), NodeId(9)));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LocalScheduler {
    this_node: NodeId,
    config: SchedulerConfig,
    registry: SchedulerRegistry,
    sampler: Sampler,
    /// The latest time that a sample or tick was given (T1).
    last_seen: Option<Timestamp>,
    /// What the last sample did.
    report: TickReport,
    /// The last committed tick; its judgements are the operands of the standing verdicts.
    committed: Answer,
    /// Where the next tick writes; becomes `committed` only when nothing can fail any more.
    draft: Answer,
    /// The config that the standing verdicts were judged by.
    judged_by: SchedulerConfig,
    /// Whether the standing verdicts were judged with a scorer.
    judged_with_scorer: bool,
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
            registry: SchedulerRegistry::default(),
            sampler: Sampler::default(),
            last_seen: None,
            report: TickReport::default(),
            committed: Answer::default(),
            draft: Answer::default(),
            judged_by: config,
            judged_with_scorer: false,
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
        self.sampler.configure(&self.config, &config)?;
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
        self.sampler.next_due(state, &self.registry, &self.config, self.this_node, now, &mut next_due);
        self.report.next_due = next_due.earliest();
        self.report.verdicts = self.sampler.led.verdicts;
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
        let mut draft = core::mem::take(&mut self.draft);
        let outcome = self.question(state, now).answer(&mut draft);
        self.draft = draft;
        outcome?;
        // The commit cannot fail: room for the marks that it makes (S8), and for the whole report, is made here.
        let decision = &mut self.draft.decision;
        crate::room::reserve(&mut self.sampler.marks, decision.judgements.len())?;
        if self.config.retry_backoff_ns > 0 {
            self.sampler.waits.reserve(self.draft.refused_count)?;
        }
        let decision = &mut self.draft.decision;
        self.report.failures.try_reserve(decision.report.failures.len()).map_err(|_| Error::OutOfMemory)?;
        decision.report.add_sampling(&mut self.report);
        prepare(decision)?;
        self.sampler.commit(state, &self.draft, &self.config, self.this_node, now);
        core::mem::swap(&mut self.draft, &mut self.committed);
        self.judged_by = self.config;
        self.judged_with_scorer = self.registry.scorer().is_some();
        Ok(&self.committed.decision)
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
        let mut answer = Answer::default();
        self.question(state, now).answer(&mut answer)?;
        Ok(answer.decision)
    }

    /// Why a chain is where it is: its verdict as of the last tick, with operands.
    ///
    /// # Errors
    ///
    /// [`Error::NotLed`] if this scheduler does not lead the chain now.
    pub fn explain(&self, state: &MeshState, chain: ChainId) -> Result<Explanation, Error> {
        let view = state.chain(chain).filter(|view| view.is_led_by(self.this_node));
        let view = view.ok_or(Error::NotLed { chain })?;
        let cooldown_until = view.last_rebalance().and_then(|last| last.after_ns(self.config.cooldown_ns));
        let mut explanation = Explanation {
            judgement: Judgement::bare(chain, Verdict::NotSampled),
            since: None,
            sampled_at: None,
            cooldown_until,
            score_floor: self.config.score_floor,
            hysteresis_gap: self.config.hysteresis_gap,
            refusal: None,
            retry_at: None,
        };
        let row = if self.sampler.knows(state) { self.sampler.led.find(chain) } else { None };
        let Some(row) = row else { return Ok(explanation) };
        let led = self.sampler.led.row(row);
        if led.flags.has(Flags::JUDGED) {
            explanation.since = Some(led.since);
            explanation.score_floor = self.judged_by.score_floor;
            explanation.hysteresis_gap = self.judged_by.hysteresis_gap;
        }
        explanation.sampled_at = led.flags.has(Flags::SAMPLED).then_some(led.last_sampled);
        explanation.judgement.verdict = led.verdict;
        if led.verdict == Verdict::RetryLater {
            let wait = self.sampler.waits.get(row);
            explanation.refusal = wait.map(|wait| wait.refusal);
            explanation.retry_at = wait.and_then(|wait| wait.end(self.config.retry_backoff_ns));
        }
        if led.verdict == Verdict::Healthy {
            let worst = self.sampler.led.snapshot.row_worst(row);
            explanation.judgement.victim = worst.map(|(node, _)| node);
            explanation.judgement.sampled_score = worst.map(|(_, score)| score);
        } else {
            let judgements = &self.committed.decision.judgements;
            if let Ok(index) = judgements.binary_search_by_key(&chain, |judgement| judgement.chain)
                && judgements[index].verdict == led.verdict
            {
                explanation.judgement = judgements[index];
            }
        }
        Ok(explanation)
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

    /// The observing half of a tick.
    fn observe(&mut self, state: &MeshState, now: Timestamp) -> Result<(), Error> {
        self.check_time(now)?;
        self.last_seen = Some(now);
        self.report = TickReport::default();
        let LocalScheduler { sampler, registry, config, report, .. } = self;
        sampler.sample(state, registry, config, self.this_node, now, report)
    }

    /// T1: time never goes back.
    fn check_time(&self, now: Timestamp) -> Result<(), Error> {
        match self.last_seen {
            Some(last) if now < last => Err(Error::TimeReversed { now, last }),
            _ => Ok(()),
        }
    }

    fn question<'a>(&'a self, state: &'a MeshState, now: Timestamp) -> Question<'a> {
        let scorer = self.registry.scorer();
        Question {
            sampler: &self.sampler,
            state,
            config: &self.config,
            scorer: scorer.map(|scorer| scorer as &dyn crate::PlacementScorer),
            this_node: self.this_node,
            now,
            judge_all: self.judged_by != self.config || self.judged_with_scorer != scorer.is_some(),
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
