//! A3: what the sampler knows of the chains led here, and one sample.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{ChainId, FingerprintMode, NodeId, OnScorerError, SampleCause, SchedulerConfig, Timestamp};

use super::answer::{Failure, Refusal, Report};
use super::history::OracleHistory;
use super::polling::{Fingerprints, Polled};
use super::questions::Questions;
use super::scheduler::{OfState, OracleScheduler};
use super::standing::Standing;
use super::state::OracleState;
use super::waits::Wait;
use crate::support::world::Batch;

/// One led chain. It exists from the sample that finds the chain led to the one that does not (S7).
#[derive(Clone, Debug)]
pub struct Led {
    /// Scores as of the last sample, of holders with an opinion (S4).
    pub cells: BTreeMap<NodeId, f32>,
    pub history: OracleHistory,
    /// `None`: the chain is new (S1).
    pub last_sample: Option<LastSample>,
    /// Since when the chain has been new or dirty (L3). Once set it stays until the chain is re-scored, so what failed
    /// stays due (P2).
    pub due_since: Option<Timestamp>,
    /// The last attempt failed and was skipped.
    pub sample_failed: bool,
    /// The last re-scoring, or the last failure that was skipped.
    pub last_attempt: Option<Timestamp>,
    /// L3: the last sample left it for later.
    pub deferred: bool,
    /// L4: it was refused, and nothing is new since.
    pub wait: Option<Wait>,
    /// Y1: as of the last sample.
    pub class: u32,
    /// W2: what the last tick said; `None` if none has judged the chain yet.
    pub standing: Option<Standing>,
}

/// What S2 compares with.
#[derive(Clone, Debug)]
pub struct LastSample {
    pub at: Timestamp,
    holders: BTreeSet<NodeId>,
    /// Number of the newest touch then.
    touches: u64,
    /// `None`: fingerprints were not asked then, so nothing is known of them.
    pub(super) fingerprints: Option<Fingerprints>,
}

impl Led {
    fn new(now: Timestamp) -> Self {
        Led {
            cells: BTreeMap::new(),
            history: OracleHistory::default(),
            last_sample: None,
            due_since: Some(now),
            sample_failed: false,
            last_attempt: None,
            deferred: false,
            wait: None,
            class: 0,
            standing: None,
        }
    }

    /// S1: why the chain is due, if it is.
    fn due(&self, id: ChainId, now: Timestamp, config: &SchedulerConfig) -> Option<SampleCause> {
        if self.last_sample.is_none() {
            Some(SampleCause::New)
        } else if self.due_since.is_some() {
            Some(SampleCause::Dirty)
        } else if self.backstop(id, config).is_some_and(|due| due <= now) {
            // S3
            Some(SampleCause::Backstop)
        } else {
            None
        }
    }

    /// What is due stays so, and does not become due anew.
    pub(super) fn dirty_if(&mut self, moved: bool, now: Timestamp) {
        if moved && self.due_since.is_none() {
            self.due_since = Some(now);
        }
    }

    /// P2: a failure that was skipped. The chain goes to the end of the line (L3).
    pub(super) fn fail(&mut self, now: Timestamp) {
        self.due_since = Some(now);
        self.sample_failed = true;
        self.last_attempt = Some(now);
    }
}

impl OracleScheduler {
    /// One sample. `questions` is `None` when no scorer is installed. After a failure everything that was observed
    /// before it is kept (P2).
    pub(super) fn observe(
        &mut self,
        state: &OracleState,
        now: Timestamp,
        questions: Option<&mut Questions<'_>>,
        report: &mut Report,
    ) -> Result<(), Refusal> {
        // T1
        if let Some(last) = self.last_seen.filter(|&last| now < last) {
            return Err(Refusal::TimeReversed { now, last });
        }
        self.last_seen = Some(now);
        self.rescored.clear();
        self.catch_up(state, now);
        report.led = self.led.len() as u64;
        let Some(questions) = questions else {
            // P4: without a scorer nothing is sampled, so nothing is left for later either.
            self.led.values_mut().for_each(|led| led.deferred = false);
            return Ok(());
        };
        // P4: counters of the old scorer mean nothing to the new one.
        if std::mem::take(&mut self.scorer_changed) {
            self.led.values_mut().for_each(|led| led.dirty_if(true, now));
        }

        let polled = match self.config.fingerprint_mode {
            FingerprintMode::Poll => Some(self.poll(state, now, questions)?),
            _ => None,
        };
        let due = self.due(now, report);
        let selected = self.select(state, now, due, polled.as_ref(), report);
        self.rescore(state, now, questions, &selected, polled.as_ref(), report)
    }

    /// S1: the chains that are due, and why. A chain whose fingerprint failed counts, though it sits this sample out.
    fn due(&self, now: Timestamp, report: &mut Report) -> BTreeMap<ChainId, SampleCause> {
        let mut due = BTreeMap::new();
        for (&id, led) in &self.led {
            let Some(cause) = led.due(id, now, &self.config) else { continue };
            match cause {
                SampleCause::New => report.new += 1,
                SampleCause::Dirty => report.dirty += 1,
                SampleCause::Backstop => report.backstop_due += 1,
                _ => unreachable!("S1 has three causes"),
            }
            due.insert(id, cause);
        }
        due
    }

    /// S4: asks every holder of every selected chain, in ascending order, and takes over the answers.
    fn rescore(
        &mut self,
        state: &OracleState,
        now: Timestamp,
        questions: &mut Questions<'_>,
        selected: &BTreeMap<ChainId, SampleCause>,
        polled: Option<&Polled>,
        report: &mut Report,
    ) -> Result<(), Refusal> {
        let mut answered = Vec::new();
        let mut aborted = Ok(());
        for (&id, &cause) in selected {
            match score_all(questions, id, &state.chains[&id].holders) {
                Ok(cells) => answered.push((id, cause, cells)),
                Err(failure) if self.config.on_scorer_error == OnScorerError::SkipChain => {
                    questions.failures.push(failure);
                    self.led.get_mut(&id).expect("a due chain is led").fail(now);
                }
                Err(failure) if questions.entries().batch == Batch::Blind => {
                    // The batch was all that was selected, and nobody knows whose fault it was: no answer counts.
                    answered.clear();
                    let chain = failure.chain.filter(|_| selected.len() == 1);
                    aborted = Err(Refusal::Scorer(Failure { chain, ..failure }));
                    break;
                }
                Err(failure) => {
                    aborted = Err(Refusal::Scorer(failure));
                    break;
                }
            }
        }
        for (id, cause, cells) in answered {
            let holders = state.chains[&id].holders.clone();
            let fingerprints = polled.map(|polled| polled.of(id, &holders));
            let led = self.led.get_mut(&id).expect("a due chain is led");
            led.last_sample = Some(LastSample { at: now, holders, touches: state.touches, fingerprints });
            led.last_attempt = Some(now);
            led.due_since = None;
            led.sample_failed = false;
            // L4: it was looked at again.
            led.wait = None;
            if let Some((_, score)) = worst(&cells) {
                led.history.record(now, score);
            }
            led.cells = cells;
            self.rescored.push((id, cause));
            report.rescored += 1;
        }
        aborted
    }

    /// What became of the chains since the last sample.
    fn catch_up(&mut self, state: &OracleState, now: Timestamp) {
        if self.state_identity.replace(state.identity) != Some(state.identity) {
            self.led.clear();
            self.last_polls.clear();
            self.touches_seen = state.touches;
            self.of_state = OfState::default();
            self.of_all = None;
        }
        self.of_state.warm_up.begin(now);
        self.node_moved = false;
        self.notice_touches(state);
        // S7
        self.led.retain(|&id, _| state.is_led_by(self.this_node, id));
        for id in state.led_by(self.this_node) {
            let led = self.led.entry(id).or_insert_with(|| Led::new(now));
            let holders = &state.chains[&id].holders;
            led.class = state.chains[&id].class.unwrap_or(0);
            led.cells.retain(|node, _| holders.contains(node));
            // S2, S9: net of what was undone, but for touches.
            if let Some(last) = &led.last_sample {
                led.dirty_if(last.holders != *holders || state.last_touch(id) > last.touches, now);
            }
        }
        self.forget_polls(state);
    }
}

/// S4: the cells of a chain; the first failure ends it.
pub fn score_all(
    questions: &mut Questions<'_>,
    chain: ChainId,
    holders: &BTreeSet<NodeId>,
) -> Result<BTreeMap<NodeId, f32>, Failure> {
    let mut cells = BTreeMap::new();
    for &node in holders {
        if let Some(score) = questions.score(chain, node)? {
            cells.insert(node, score);
        }
    }
    Ok(cells)
}

/// The lowest score; ties go to the lowest id.
pub fn worst(cells: &BTreeMap<NodeId, f32>) -> Option<(NodeId, f32)> {
    let mut worst: Option<(NodeId, f32)> = None;
    for (&node, &score) in cells {
        if worst.is_none_or(|(_, lowest)| score < lowest) {
            worst = Some((node, score));
        }
    }
    worst
}
