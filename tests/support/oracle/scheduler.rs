//! A8: the tick, and what can be asked between ticks.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{ChainId, NodeId, SampleCause, SchedulerConfig, Timestamp, Verdict};

use super::answer::{Decided, Explained, Judged, Refusal, Report};
use super::decision::{Inputs, Scores, decide, end, on_cooldown};
use super::history::OracleHistory;
use super::questions::Questions;
use super::sampling::{Led, worst};
use super::state::OracleState;
use crate::support::world::{Entries, World};

/// A rule that the oracle breaks on purpose, to prove that breaking it is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    /// Every rule is kept.
    #[default]
    None,
    /// D9 lets a gain through that equals the gap.
    GapNotStrict,
}

/// The oracle's `LocalScheduler`.
#[derive(Clone, Debug)]
pub struct OracleScheduler {
    pub this_node: NodeId,
    pub config: SchedulerConfig,
    pub sabotage: Sabotage,
    world: World,
    /// The scorer: `None` if none is installed.
    pub entries: Option<Entries>,
    /// Another scorer was installed since the last sample that had one.
    pub(super) scorer_changed: bool,
    pub(super) last_seen: Option<Timestamp>,
    pub(super) state_identity: Option<u64>,
    pub(super) led: BTreeMap<ChainId, Led>,
    /// L4: what each holder of a led chain answered when it was last asked.
    pub(super) last_polls: BTreeMap<NodeId, Option<u64>>,
    /// L4: number of the newest touch at the last sample.
    pub(super) touches_seen: u64,
    /// L4: whether the last sample found that a node moved.
    pub node_moved: bool,
    /// The configuration of the last tick: what the standing verdicts were judged by.
    judged_by: Option<SchedulerConfig>,
    /// What the last sample re-scored, and why.
    pub rescored: Vec<(ChainId, SampleCause)>,
}

impl OracleScheduler {
    pub fn new(this_node: NodeId, world: &World) -> Self {
        OracleScheduler {
            this_node,
            config: SchedulerConfig::default(),
            sabotage: Sabotage::None,
            world: world.clone(),
            entries: None,
            scorer_changed: false,
            last_seen: None,
            state_identity: None,
            led: BTreeMap::new(),
            last_polls: BTreeMap::new(),
            touches_seen: 0,
            node_moved: false,
            judged_by: None,
            rescored: Vec::new(),
        }
    }

    /// P4
    pub fn install(&mut self, entries: Entries) {
        self.entries = Some(entries);
        self.scorer_changed = true;
    }

    /// G1, G2: a refused configuration changes nothing.
    pub fn configure(&mut self, config: SchedulerConfig) -> Result<(), Refusal> {
        let share = |value: f32| (0.0..=1.0).contains(&value);
        let refused = |field, value: &dyn ToString| Err(Refusal::Config { field, value: value.to_string() });
        if !share(config.score_floor) {
            return refused("score_floor", &config.score_floor);
        }
        if !share(config.hysteresis_gap) {
            return refused("hysteresis_gap", &config.hysteresis_gap);
        }
        if config.decision_interval_ns == 0 {
            return refused("decision_interval", &config.decision_interval_ns);
        }
        if !config.cost_per_sec.is_finite() || config.cost_per_sec < 0.0 {
            return refused("cost_per_sec", &config.cost_per_sec);
        }
        self.config = config;
        Ok(())
    }

    /// `sample` alone: the standing verdicts are reported as they are.
    pub fn sample(&mut self, state: &OracleState, now: Timestamp) -> Result<Report, Refusal> {
        let world = self.world.clone();
        let mut questions = self.entries.map(|entries| Questions::new(&world, entries));
        let mut report = Report::default();
        self.observe(state, now, questions.as_mut(), &mut report)?;
        for led in self.led.values() {
            *report.verdicts.entry(led.standing.verdict).or_default() += 1;
        }
        report.next_due = self.next_due(state, now);
        Ok(complete(report, questions))
    }

    /// Observe, decide, commit.
    pub fn tick(&mut self, state: &mut OracleState, now: Timestamp) -> Result<Decided, Refusal> {
        let world = self.world.clone();
        let mut questions = self.entries.map(|entries| Questions::new(&world, entries));
        let mut report = Report::default();
        self.observe(state, now, questions.as_mut(), &mut report)?;
        let inputs = self.inputs(state, now);
        let mut decided = decide(&inputs, questions.as_mut()).map_err(Refusal::Scorer)?;

        // Both succeeded: from here on it is written down.
        self.commit(state, now, &decided);
        report.verdicts = decided.report.verdicts;
        report.next_due = self.next_due(state, now);
        decided.report = complete(report, questions);
        Ok(decided)
    }

    /// T3: the tick without `sample` and without commit.
    pub fn decide(&self, state: &OracleState, now: Timestamp) -> Result<Decided, Refusal> {
        // T1
        if let Some(last) = self.last_seen.filter(|&last| now < last) {
            return Err(Refusal::TimeReversed { now, last });
        }
        let mut questions = self.entries.map(|entries| Questions::new(&self.world, entries));
        let mut decided = decide(&self.inputs(state, now), questions.as_mut()).map_err(Refusal::Scorer)?;

        // What a tick would leave behind is computed on copies.
        let (mut after, mut state_after) = (self.clone(), state.clone());
        after.commit(&mut state_after, now, &decided);
        decided.report.next_due = after.next_due(&state_after, now);
        decided.report = complete(decided.report, questions);
        Ok(decided)
    }

    /// The un-gated form: no snapshot, no history, the scorer of the moment (`diff_scheduler`).
    pub fn diff(
        &self,
        state: &OracleState,
        entries: Entries,
        now: Timestamp,
        already_evicted: &[ChainId],
    ) -> Result<Decided, Refusal> {
        let mut questions = Questions::new(&self.world, entries);
        let inputs = Inputs { scores: Scores::Asked, already_evicted, ..self.inputs(state, now) };
        let mut decided = decide(&inputs, Some(&mut questions)).map_err(Refusal::Scorer)?;

        let mut forgetful =
            OracleScheduler { config: self.config, ..OracleScheduler::new(self.this_node, &self.world) };
        let mut state_after = state.clone();
        forgetful.commit(&mut state_after, now, &decided);
        decided.report.next_due = forgetful.next_due(&state_after, now);
        decided.report = complete(decided.report, Some(questions));
        Ok(decided)
    }

    /// The verdict of the last tick for a chain that is led now.
    pub fn explain(&self, state: &OracleState, chain: ChainId) -> Result<Explained, Refusal> {
        if !state.is_led_by(self.this_node, chain) {
            return Err(Refusal::NotLed { chain });
        }
        let led = self.known(state).get(&chain);
        let mut judged = led.map_or(Judged::bare(chain, Verdict::NotSampled), |led| led.standing);
        if judged.verdict == Verdict::Healthy {
            // The score that keeps it so is the one that was sampled last.
            let worst = led.and_then(|led| worst(&led.cells));
            judged.victim = worst.map(|(node, _)| node);
            judged.sampled_score = worst.map(|(_, score)| score);
        }
        let judged_by = self.judged_by.filter(|_| led.is_some_and(|led| led.since.is_some())).unwrap_or(self.config);
        let last_rebalance = state.chains[&chain].last_rebalance;
        let retries_later = judged.verdict == Verdict::RetryLater;
        let wait = led.and_then(|led| led.wait).filter(|_| retries_later);
        Ok(Explained {
            judged,
            since: led.and_then(|led| led.since),
            sampled_at: led.and_then(|led| led.last_sample.as_ref()).map(|last| last.at),
            cooldown_until: last_rebalance.and_then(|last| end(last, self.config.cooldown_ns)),
            score_floor: judged_by.score_floor,
            hysteresis_gap: judged_by.hysteresis_gap,
            refusal: wait.map(|wait| wait.refusal),
            retry_at: wait.and_then(|wait| wait.end(&self.config)),
        })
    }

    /// The chains that were led at the last sample.
    pub fn led(&self) -> impl Iterator<Item = &ChainId> {
        self.led.keys()
    }

    /// The chains that the last sample left for later (L3).
    pub fn deferred(&self) -> BTreeSet<ChainId> {
        self.led.iter().filter(|(_, led)| led.deferred).map(|(&id, _)| id).collect()
    }

    /// How often a chain was refused with nothing new in between (L4).
    pub fn refusals(&self, chain: ChainId) -> u64 {
        self.led.get(&chain).and_then(|led| led.wait).map_or(0, |wait| wait.refusals)
    }

    /// `None` for a chain that was not led at the last sample.
    pub fn history(&self, chain: ChainId) -> Option<&OracleHistory> {
        self.led.get(&chain).map(|led| &led.history)
    }

    /// Empty for a chain that was not led at the last sample.
    pub fn cells(&self, chain: ChainId) -> BTreeMap<NodeId, f32> {
        self.led.get(&chain).map(|led| led.cells.clone()).unwrap_or_default()
    }

    /// What is known of the chains of a state: of one that was not sampled last, nothing.
    fn known(&self, state: &OracleState) -> &BTreeMap<ChainId, Led> {
        static NOTHING: BTreeMap<ChainId, Led> = BTreeMap::new();
        if self.state_identity == Some(state.identity) { &self.led } else { &NOTHING }
    }

    fn inputs<'a>(&'a self, state: &'a OracleState, now: Timestamp) -> Inputs<'a> {
        Inputs {
            state,
            scores: Scores::Sampled(self.known(state)),
            config: &self.config,
            this_node: self.this_node,
            now,
            already_evicted: &[],
            sabotage: self.sabotage,
        }
    }

    /// The one place that writes decision state.
    fn commit(&mut self, state: &mut OracleState, now: Timestamp, decided: &Decided) {
        // E4: cooldowns that are over are forgotten by the leader's scheduler.
        let ours = state.chains.iter().filter(|(_, chain)| chain.leader == Some(self.this_node));
        for id in ours.map(|(&id, _)| id).collect::<Vec<_>>() {
            let chain = state.chains.get_mut(&id).expect("it was just listed");
            if !on_cooldown(chain.last_rebalance, now, self.config.cooldown_ns) {
                chain.last_rebalance = None;
            }
        }
        for eviction in &decided.moves {
            state.chains.get_mut(&eviction.chain).expect("only led chains are moved").last_rebalance = Some(now);
        }
        self.judged_by = Some(self.config);
        for judged in &decided.judged {
            let Some(led) = self.led.get_mut(&judged.chain) else { continue };
            // S8: it was sampled from a stale world.
            led.dirty_if(judged.verdict == Verdict::Recovered, now);
            led.wait = led.wait_after(judged, now, &self.config);
            if led.since.is_none() || led.standing.verdict != judged.verdict {
                led.since = Some(now);
            }
            led.standing = *judged;
        }
    }

    /// T2: the earliest thing that is waiting.
    fn next_due(&self, state: &OracleState, now: Timestamp) -> Option<Timestamp> {
        let mut waiting = Vec::new();
        if self.entries.is_some() {
            for id in state.led_by(self.this_node) {
                if let Some(led) = self.known(state).get(&id) {
                    waiting.extend(self.wants_sample(id, led));
                    waiting.extend(self.wants_answer(state, id, led, now));
                }
            }
        }
        for chain in state.chains.values().filter(|chain| chain.leader == Some(self.this_node)) {
            if on_cooldown(chain.last_rebalance, now, self.config.cooldown_ns) {
                waiting.extend(chain.last_rebalance.and_then(|last| end(last, self.config.cooldown_ns)));
            }
        }
        waiting.into_iter().min()
    }

    /// When a chain wants to be sampled at the latest.
    fn wants_sample(&self, id: ChainId, led: &Led) -> Option<Timestamp> {
        if led.deferred {
            // L3: at once, which the last sample already was.
            self.last_seen
        } else if led.sample_failed {
            end(led.last_attempt.expect("it was tried"), self.config.decision_interval_ns)
        } else {
            led.backstop(id, &self.config)
        }
    }

    /// L4: when a chain wants to be asked about again.
    fn wants_answer(&self, state: &OracleState, id: ChainId, led: &Led, now: Timestamp) -> Option<Timestamp> {
        let wait = led.wait.filter(|wait| wait.holds(now, &self.config) && !led.deferred)?;
        let holders = &state.chains[&id].holders;
        let cells = led.cells.iter().filter(|(node, _)| holders.contains(node)).map(|(&node, &score)| (node, score));
        let (_, lowest) = worst(&cells.collect())?;
        if lowest < self.config.score_floor { wait.end(&self.config) } else { None }
    }
}

/// Adds what the questions counted.
fn complete(report: Report, questions: Option<Questions<'_>>) -> Report {
    let Some(questions) = questions else { return report };
    Report {
        calls: questions.calls,
        invalid_scores: questions.invalid_scores,
        invalid_alternatives: questions.invalid_alternatives,
        failures: questions.failures,
        ..report
    }
}
