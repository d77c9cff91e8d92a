//! A8: the tick, and what can be asked between ticks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use driftline::{ChainId, ClassPolicy, NodeId, SampleCause, SchedulerConfig, Timestamp, Verdict};

use super::answer::{Changed, Decided, Drained, Failure, Refusal, Report};
use super::class::{self, Classes};
use super::config;
use super::decision::Scores;
use super::drains::{self, Drains};
use super::flap::Window;
use super::history::OracleHistory;
use super::memory::Memory;
use super::pass::{Counts, Inputs, Pass};
use super::questions::Questions;
use super::sampling::Led;
use super::state::{OracleState, Orders};
use super::warmup::WarmUp;
use crate::support::world::{Entries, World};

/// A rule that the oracle breaks on purpose, to prove that breaking it is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    /// Every rule is kept.
    #[default]
    None,
    /// D9 lets a gain through that equals the gap.
    GapNotStrict,
    /// L1 lets one move more through than there may be in a tick.
    OneMoveTooMany,
    /// L2 does not count the moves of the same tick.
    PenaltyOfTheLastTick,
    /// O1 still counts a move that is a window old.
    FlapWindowNotStrict,
}

/// The oracle's `LocalScheduler`.
#[derive(Clone, Debug)]
pub struct OracleScheduler {
    pub this_node: NodeId,
    pub config: SchedulerConfig,
    pub classes: Classes,
    pub sabotage: Sabotage,
    world: World,
    /// It stands in for the pure function.
    pub(super) is_forgetful: bool,
    /// The scorer: `None` if none is installed.
    pub entries: Option<Entries>,
    /// Another scorer was installed since the last sample that had one.
    pub(super) scorer_changed: bool,
    pub(super) last_seen: Option<Timestamp>,
    pub(super) state_identity: Option<u64>,
    /// What is remembered of that state.
    pub(super) of_state: OfState,
    pub(super) led: BTreeMap<ChainId, Led>,
    /// L4: what each holder of a led chain answered when it was last asked.
    pub(super) last_polls: BTreeMap<NodeId, Option<u64>>,
    /// L4: number of the newest touch at the last sample.
    pub(super) touches_seen: u64,
    /// L4: whether the last sample found that a node moved.
    pub node_moved: bool,
    /// R6, V2: what is said of all chains at once, and since when.
    pub(super) of_all: Option<(Verdict, Timestamp)>,
    /// The configuration and the policies of the last tick that judged each chain by itself.
    pub(super) judged_by: Option<(SchedulerConfig, Classes)>,
    /// W3: the last changes, oldest first, and how many there ever were.
    pub(super) changes: VecDeque<Changed>,
    pub(super) changes_so_far: u64,
    /// What the last sample re-scored, and why.
    pub rescored: Vec<(ChainId, SampleCause)>,
    /// The turns that the last tick took, for whoever wants to know whether all are taken.
    pub notes: Vec<&'static str>,
}

/// What is remembered of one state, until another one comes.
#[derive(Clone, Debug, Default)]
pub struct OfState {
    /// N1
    pub drains: Drains,
    /// V2
    pub warm_up: WarmUp,
    /// The last tick that was committed.
    pub last_tick: Option<Timestamp>,
    /// R7: number of the newest order then.
    pub orders_seen: u64,
    /// F3: how much feedback had been ignored then.
    pub ignored_seen: u64,
}

impl OracleScheduler {
    pub fn new(this_node: NodeId, world: &World) -> Self {
        OracleScheduler {
            this_node,
            config: SchedulerConfig::default(),
            classes: Classes::new(),
            sabotage: Sabotage::None,
            world: world.clone(),
            is_forgetful: false,
            entries: None,
            scorer_changed: false,
            last_seen: None,
            state_identity: None,
            of_state: OfState::default(),
            led: BTreeMap::new(),
            last_polls: BTreeMap::new(),
            touches_seen: 0,
            node_moved: false,
            of_all: None,
            judged_by: None,
            changes: VecDeque::new(),
            changes_so_far: 0,
            rescored: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// P4
    pub fn install(&mut self, entries: Entries) {
        self.entries = Some(entries);
        self.scorer_changed = true;
    }

    /// G1, G2: a refused configuration changes nothing.
    pub fn configure(&mut self, config: SchedulerConfig) -> Result<(), Refusal> {
        config::check(&config)?;
        self.config = config;
        Ok(())
    }

    /// Y1: answers the policy before.
    pub fn set_class_policy(
        &mut self,
        class: u32,
        policy: Option<ClassPolicy>,
    ) -> Result<Option<ClassPolicy>, Refusal> {
        match policy {
            Some(policy) => {
                class::check(&policy)?;
                Ok(self.classes.insert(class, policy))
            }
            None => Ok(self.classes.remove(&class)),
        }
    }

    /// `sample` alone: the standing verdicts are reported as they are.
    pub fn sample(&mut self, state: &OracleState, now: Timestamp) -> Result<Report, Refusal> {
        let world = self.world.clone();
        let mut questions = self.entries.map(|entries| Questions::new(&world, entries));
        let mut report = Report::default();
        self.observe(state, now, questions.as_mut(), &mut report)?;
        for led in self.led.values() {
            let standing = led.standing.map_or(Verdict::NotSampled, |standing| standing.judged.verdict);
            let verdict = self.of_all.map_or(standing, |(verdict, _)| verdict);
            *report.verdicts.entry(verdict).or_default() += 1;
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
        let (mut decided, outcome) = self.decided(state, now, questions.as_mut()).map_err(Refusal::Scorer)?;

        // Both succeeded: from here on it is written down.
        let observed = Report { verdicts: std::mem::take(&mut decided.report.verdicts), ..report };
        let report = self.moves(state, &outcome, observed);
        self.commit(state, now, &decided, outcome);
        let report = Report { next_due: self.next_due(state, now), ..report };
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
        let (mut decided, outcome) = self.decided(state, now, questions.as_mut()).map_err(Refusal::Scorer)?;
        let report = self.moves(state, &outcome, decided.report.clone());

        // What a tick would leave behind is computed on copies.
        let (mut after, mut state_after) = (self.clone(), state.clone());
        if !self.knows(state) {
            after.of_state = OfState::default();
            after.led.clear();
            after.state_identity = Some(state.identity);
        }
        after.of_state.warm_up.begin(now);
        after.commit(&mut state_after, now, &decided, outcome);
        let report = Report { next_due: after.next_due(&state_after, now), ..report };
        decided.report = complete(report, questions);
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
        let mut forgetful = OracleScheduler {
            config: self.config,
            sabotage: self.sabotage,
            ..OracleScheduler::new(self.this_node, &self.world)
        };
        forgetful.of_state.warm_up.is_over = true;
        forgetful.is_forgetful = true;
        forgetful.state_identity = Some(state.identity);
        let inputs = Inputs { scores: Scores::Asked, ..forgetful.inputs(state, now) };
        let mut pass = Pass::new(inputs, Drains::default());
        let mut decided = pass.run_scheduler_arm(already_evicted, &mut questions).map_err(Refusal::Scorer)?;

        let outcome = Outcome::of(pass);
        let mut state_after = state.clone();
        forgetful.commit(&mut state_after, now, &decided, outcome);
        decided.report.next_due = forgetful.next_due(&state_after, now);
        decided.report = complete(decided.report, Some(questions));
        Ok(decided)
    }

    /// N1
    pub fn drain_status(&self, state: &OracleState, node: NodeId) -> Option<Drained> {
        let OfState { drains, last_tick, .. } = self.of_state(state);
        let led = state.led_by(self.this_node);
        drains::status(state, &led, node, &drains, (&self.config, &self.classes), last_tick, self.window())
    }

    /// W3
    pub fn transitions(&self) -> impl Iterator<Item = &Changed> {
        self.changes.iter()
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

    /// Whether this is the state that was sampled last.
    pub(super) fn knows(&self, state: &OracleState) -> bool {
        self.state_identity == Some(state.identity)
    }

    /// What is known of the chains of a state: of one that was not sampled last, nothing.
    pub(super) fn known(&self, state: &OracleState) -> &BTreeMap<ChainId, Led> {
        static NOTHING: BTreeMap<ChainId, Led> = BTreeMap::new();
        if self.knows(state) { &self.led } else { &NOTHING }
    }

    /// What is remembered of a state, likewise.
    pub(super) fn of_state(&self, state: &OracleState) -> OfState {
        if self.knows(state) { self.of_state.clone() } else { OfState::default() }
    }

    pub(super) fn window(&self) -> Window {
        Window { ns: self.config.flap_window_ns, sabotage: self.sabotage }
    }

    pub(super) fn inputs<'a>(&'a self, state: &'a OracleState, now: Timestamp) -> Inputs<'a> {
        let OfState { warm_up, orders_seen, .. } = self.of_state(state);
        let inputs = Inputs {
            state,
            scores: Scores::Sampled(self.known(state)),
            config: &self.config,
            classes: &self.classes,
            this_node: self.this_node,
            now,
            is_warming: false,
            orders_seen,
            sabotage: self.sabotage,
        };
        Inputs { is_warming: warm_up.is_warming(&inputs), ..inputs }
    }

    fn decided(
        &self,
        state: &OracleState,
        now: Timestamp,
        questions: Option<&mut Questions<'_>>,
    ) -> Result<(Decided, Outcome), Failure> {
        let mut drains = self.of_state(state).drains;
        drains.catch_up(state);
        let mut pass = Pass::new(self.inputs(state, now), drains);
        let decided = pass.run(questions)?;
        Ok((decided, Outcome::of(pass)))
    }

    /// Adds to the report what became of moves.
    fn moves(&self, state: &OracleState, outcome: &Outcome, report: Report) -> Report {
        let counts = outcome.counts;
        Report {
            in_flight: outcome.in_flight,
            completed_moves: counts.completed,
            failed_moves: counts.failed,
            timed_out_moves: counts.timed_out,
            returned_moves: counts.returned,
            forced_refused: counts.forced_refused,
            ignored_feedback: state.ignored_feedback - self.of_state(state).ignored_seen,
            ..report
        }
    }

    /// The one place that writes decision state.
    fn commit(&mut self, state: &mut OracleState, now: Timestamp, decided: &Decided, outcome: Outcome) {
        for (id, memory) in outcome.memories {
            state.chains.get_mut(&id).expect("its leader is here").memory = memory;
        }
        for id in state.led_by(self.this_node) {
            state.chains.get_mut(&id).expect("it is led").is_imported = false;
        }
        self.of_state.orders_seen = state.orders;
        for id in outcome.ordered {
            // What limits refused is as good as given anew.
            let mut orders = outcome.orders.get(&id).copied().unwrap_or_default();
            for order in [&mut orders.eviction, &mut orders.placement] {
                *order = order.map(|(node, _)| {
                    state.orders += 1;
                    (node, state.orders)
                });
            }
            state.chains.get_mut(&id).expect("it is led").orders = orders;
        }
        state.avoided.retain(|_, &mut until| now < until);
        state.frozen_until = state.frozen_until.filter(|&until| now < until);

        for judged in &decided.judged {
            let Some(led) = self.led.get_mut(&judged.chain) else { continue };
            // S8: it was sampled from a stale world.
            led.dirty_if(judged.verdict == Verdict::Recovered, now);
            led.wait = led.wait_after(judged, now, &self.config);
        }
        self.stand(now, decided, outcome.of_all);
        self.notes = outcome.notes;
        self.of_state.drains = outcome.drains;
        self.of_state.last_tick = Some(now);
        self.of_state.ignored_seen = state.ignored_feedback;
        self.of_state.warm_up.is_over |= !outcome.is_warming;
    }
}

/// What a pass would leave behind.
struct Outcome {
    memories: BTreeMap<ChainId, Memory>,
    /// The chains that there were orders for, and those that there still are.
    ordered: BTreeSet<ChainId>,
    orders: BTreeMap<ChainId, Orders>,
    drains: Drains,
    counts: Counts,
    in_flight: u64,
    notes: Vec<&'static str>,
    is_warming: bool,
    /// What was said of all chains at once.
    of_all: Option<Verdict>,
}

impl Outcome {
    fn of(pass: Pass<'_>) -> Self {
        let in_flight = pass.led.iter().filter(|id| pass.memory(**id).flight.is_some()).count() as u64;
        let Inputs { state, now, is_warming, .. } = pass.inputs;
        let warming = is_warming.then_some(Verdict::WarmingUp);
        Outcome {
            in_flight,
            notes: pass.notes,
            is_warming,
            of_all: if state.is_frozen(now) { Some(Verdict::Frozen) } else { warming },
            ordered: pass.ordered,
            memories: pass.memories,
            orders: pass.orders,
            drains: pass.drains,
            counts: pass.counts,
        }
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
