//! The library and the oracle, taken through the same steps.

use std::collections::BTreeMap;

use driftline::{
    Arm, ChainId, LocalScheduler, MeshState, NodeId, SchedulerConfig, SnapshotScorer, Timestamp, Verdict,
    diff_scheduler,
};

use super::choice::Context;
use super::compare::{
    Pass, same, same_calls, same_drains, same_pass, same_sampling, same_standing, same_state, same_transitions,
};
use super::content::{Content, rebuilt};
use super::coverage::Coverage;
use super::dice::{OTHER_NODE, THIS_NODE};
use super::picture;
use super::step::Step;
use crate::support::oracle::{
    Decided, Exported, Judged, OracleAction, OracleScheduler, OracleState, Refusal, Sabotage,
};
use crate::support::world::{Answer, Batch, Call, Entries, World};

/// How a duel is set up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting {
    /// Two schedulers take turns with two states, in place of one with one.
    pub shared: bool,
    /// The rule that the oracle breaks.
    pub sabotage: Sabotage,
}

/// How many actions an executor that is late still knows.
const ASKED: usize = 24;

/// One scheduler on both sides.
struct Seat {
    scheduler: LocalScheduler,
    oracle: OracleScheduler,
    /// Entries of the scorer that was installed last.
    entries: Entries,
}

/// Both sides, fresh as after the command `node`.
pub struct Duel {
    world: World,
    seats: Vec<Seat>,
    states: Vec<(MeshState, OracleState)>,
    /// Which of them the next step is for.
    seat: usize,
    state: usize,
    /// E5: the digest of each content that was seen.
    digests: BTreeMap<Content, u64>,
    contents: BTreeMap<u64, Content>,
    /// T3: what the last step said, if it was a dry run.
    dry_run: Option<(Timestamp, Decided)>,
    now: Timestamp,
    next_due: Option<Timestamp>,
    /// What the last tick asked for.
    actions: Vec<OracleAction>,
    /// What the last ticks asked for, oldest first.
    asked: Vec<OracleAction>,
    /// V1: what was exported last, on both sides.
    exported: Option<(Vec<u8>, Exported)>,
    setting: Setting,
    pub coverage: Coverage,
}

impl Seat {
    fn new(this_node: NodeId, world: &World, sabotage: Sabotage) -> Self {
        let entries = Entries::default();
        let mut scheduler = LocalScheduler::new(this_node, SchedulerConfig::default())
            .expect("the node is not reserved and the default config is valid");
        scheduler.registry_mut().install(world.scorer(entries));
        let mut oracle = OracleScheduler::new(this_node, world);
        oracle.sabotage = sabotage;
        oracle.install(entries);
        Seat { scheduler, oracle, entries }
    }
}

impl Duel {
    pub fn new(setting: Setting) -> Self {
        let world = World::default();
        let nodes: &[NodeId] = if setting.shared { &[THIS_NODE, OTHER_NODE] } else { &[THIS_NODE] };
        let seats = nodes.iter().map(|&node| Seat::new(node, &world, setting.sabotage));
        let states = (0..nodes.len())
            .map(|identity| (MeshState::new(), OracleState { identity: identity as u64, ..OracleState::default() }));
        Duel {
            seats: seats.collect(),
            states: states.collect(),
            world,
            seat: 0,
            state: 0,
            digests: BTreeMap::new(),
            contents: BTreeMap::new(),
            dry_run: None,
            now: Timestamp(0),
            next_due: None,
            actions: Vec::new(),
            asked: Vec::new(),
            exported: None,
            setting,
            coverage: Coverage::default(),
        }
    }

    /// The clock before the first pass.
    pub fn start_at(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// What the next steps may be chosen by.
    pub fn choose<R>(&self, choice: impl FnOnce(&Context<'_>) -> R) -> R {
        let Seat { oracle, .. } = &self.seats[self.seat];
        choice(&Context {
            now: self.now,
            next_due: self.next_due,
            config: &oracle.config,
            classes: &oracle.classes,
            actions: &self.actions,
            asked: &self.asked,
            tables: &self.world.tables(),
            state: &self.states[self.state].1,
        })
    }

    /// Takes both sides through one step. `Err` says where they differ.
    pub fn play(&mut self, step: &Step) -> Result<(), String> {
        let dry_run = self.dry_run.take();
        let Seat { scheduler, oracle, entries } = &mut self.seats[self.seat];
        let (state, oracle_state) = &mut self.states[self.state];
        match step {
            Step::Apply(events) => {
                let ours = state.apply(events).map_err(|error| picture::refusal(&error));
                let theirs = oracle_state.apply(events);
                self.same_change(ours, theirs)
            }
            Step::Load { .. } => {
                let membership = step.membership().expect("it is a load");
                let ours = state.load(&membership).map_err(|error| picture::refusal(&error));
                let theirs = oracle_state.load(&membership);
                self.same_change(ours, theirs)
            }
            Step::Configure(config) => {
                let ours = scheduler.configure(*config).map_err(|error| picture::refusal(&error));
                let theirs = oracle.configure(*config);
                // As text, for a NaN that was taken over would be unlike itself.
                same("config", &format!("{:?}", scheduler.config()), &format!("{:?}", oracle.config))?;
                self.same_change(ours, theirs)
            }
            &Step::Policy(class, policy) => {
                let ours = scheduler.set_class_policy(class, policy).map_err(|error| picture::refusal(&error));
                let theirs = oracle.set_class_policy(class, policy);
                same("policy before", &format!("{ours:?}"), &format!("{theirs:?}"))?;
                let kept = scheduler.class_policy(class).copied();
                same("policy", &format!("{kept:?}"), &format!("{:?}", oracle.classes.get(&class)))?;
                self.same_change(ours.map(drop), theirs.map(drop))
            }
            &Step::Export(chain) => self.export(chain),
            &Step::Import { is_damaged } => self.import(is_damaged),
            Step::Restart => {
                self.restart();
                Ok(())
            }
            Step::Install(with) => {
                let before = scheduler.registry_mut().install(self.world.scorer(*with));
                same("scorer before", &before.is_some(), &oracle.entries.is_some())?;
                *entries = *with;
                oracle.install(*with);
                Ok(())
            }
            Step::Uninstall => {
                let before = scheduler.registry_mut().uninstall();
                same("scorer before", &before.is_some(), &oracle.entries.take().is_some())
            }
            Step::Say(say) => {
                say.to(&mut self.world.tables());
                Ok(())
            }
            &Step::Tick(at) => self.tick(at, dry_run),
            &Step::Sample(at) => self.sample(at),
            &Step::Decide(at) => self.decide(at),
            Step::Diff { at, already_evicted } => self.diff(*at, already_evicted),
            &Step::Use { scheduler, state } => {
                (self.seat, self.state) = (scheduler % self.seats.len(), state % self.states.len());
                Ok(())
            }
        }
    }

    /// V1
    fn export(&mut self, chain: ChainId) -> Result<(), String> {
        let (state, oracle_state) = &self.states[self.state];
        let ours = state.export_chain(chain).map_err(|error| error.to_string())?;
        let theirs = oracle_state.export_chain(chain);
        same("exported", &ours.is_some(), &theirs.is_some())?;
        if let Some(exported) = ours.zip(theirs) {
            self.exported = Some(exported);
        }
        Ok(())
    }

    fn import(&mut self, is_damaged: bool) -> Result<(), String> {
        let Some((bytes, exported)) = &self.exported else { return Ok(()) };
        let (state, oracle_state) = &mut self.states[self.state];
        let mut bytes = bytes.clone();
        let theirs = if is_damaged {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            Err(Refusal::Import)
        } else {
            oracle_state.import_chain(exported);
            Ok(exported.chain)
        };
        let ours = state.import_chain(&bytes).map_err(|error| picture::refusal(&error));
        if theirs.is_ok() {
            self.coverage.count("import", "taken in");
        }
        same("imported", &ours, &theirs)?;
        self.same_change(ours.map(drop), theirs.map(drop))
    }

    /// What was exported and what was seen stays.
    fn restart(&mut self) {
        let fresh = Duel::new(self.setting);
        let Duel { world, seats, states, .. } = fresh;
        (self.world, self.seats, self.states) = (world, seats, states);
        (self.seat, self.state) = (0, 0);
        (self.next_due, self.actions, self.asked) = (None, Vec::new(), Vec::new());
    }

    fn tick(&mut self, at: Timestamp, dry_run: Option<(Timestamp, Decided)>) -> Result<(), String> {
        let Seat { scheduler, oracle, .. } = &mut self.seats[self.seat];
        let (state, oracle_state) = &mut self.states[self.state];
        let before = oracle.deferred();
        let led_before = oracle.led().count();
        let ours = scheduler.tick(state, at).map(Pass::of_decision).map_err(|error| picture::refusal(&error));
        let our_calls = self.world.take_calls();
        let theirs = oracle.tick(oracle_state, at);
        let their_calls = self.world.take_calls();
        if let Ok(decided) = &theirs {
            let report = &decided.report;
            self.coverage.count_verdicts("verdict", decided);
            self.coverage.count_sample(report, oracle);
            self.coverage.count_waits(decided, oracle);
            self.coverage.count_deferred_again(&before, oracle);
            self.coverage.count_moves(decided, oracle);
            self.actions = decided.actions.clone();
            self.asked.extend_from_slice(&self.actions);
            self.asked.drain(..self.asked.len().saturating_sub(ASKED));
            if let Some((_, promised)) = dry_run.filter(|&(then, _)| then == at)
                && report.new + report.dirty + report.backstop_due == 0
                && !oracle.node_moved
                // A longer interval may let go of those that had to wait.
                && before.is_empty()
                // With fewer chains to know of, a warm-up is over.
                && led_before == oracle.led().count()
            {
                // T3: on the same observations a tick does what the dry run said.
                self.coverage.count("pass", "tick as in a dry run");
                same("dry run and tick: actions", &promised.actions, &decided.actions)?;
                same("dry run and tick: judged", &promised.judged, &decided.judged)?;
                same("dry run and tick: next due", &promised.report.next_due, &report.next_due)?;
            }
        }
        let theirs = theirs.map(|decided| Pass::of_oracle(&decided, true));
        self.same_outcome("tick", at, ours, theirs, (our_calls, their_calls))
    }

    fn sample(&mut self, at: Timestamp) -> Result<(), String> {
        let Seat { scheduler, oracle, .. } = &mut self.seats[self.seat];
        let (state, oracle_state) = &self.states[self.state];
        let before = oracle.deferred();
        let ours = scheduler.sample(state, at).map(Pass::of_report).map_err(|error| picture::refusal(&error));
        let our_calls = self.world.take_calls();
        let theirs = oracle.sample(oracle_state, at);
        let their_calls = self.world.take_calls();
        if let Ok(report) = &theirs {
            self.coverage.count_sample(report, oracle);
            self.coverage.count_deferred_again(&before, oracle);
        }
        self.same_outcome("sample", at, ours, theirs.map(Pass::of_oracle_report), (our_calls, their_calls))
    }

    fn decide(&mut self, at: Timestamp) -> Result<(), String> {
        let Seat { scheduler, oracle, .. } = &self.seats[self.seat];
        let (state, oracle_state) = &self.states[self.state];
        let once = || {
            let ours = scheduler.decide(state, at).map(|decision| Pass::of_decision(&decision));
            (ours.map_err(|error| picture::refusal(&error)), self.world.take_calls())
        };
        let (ours, our_calls) = once();
        // Whatever it said, saying it again changes nothing.
        same("decide again", &once(), &(ours.clone(), our_calls.clone()))?;
        let theirs = oracle.decide(oracle_state, at);
        let their_calls = self.world.take_calls();
        if let (Ok(decided), Some(scorer)) = (&theirs, scheduler.registry().scorer()) {
            self.same_as_snapshot_scorer(decided, scorer, at)?;
        }
        let promised = theirs.as_ref().ok().map(|decided| (at, decided.clone()));
        let (mut ours, mut theirs) = (ours, theirs.map(|decided| Pass::of_oracle(&decided, true)));
        if oracle_state.is_frozen(at) && oracle.config.retry_backoff_ns > 0 {
            // R6: nobody looks at the chains, so a wait may have lost its reason since the sample. It is told all the same.
            for pass in ours.iter_mut().chain(&mut theirs) {
                pass.report.next_due = None;
            }
        }
        self.same_outcome("decide", at, ours, theirs, (our_calls, their_calls))?;
        self.dry_run = promised;
        Ok(())
    }

    /// A5: the pure function, given what was sampled, decides the same.
    fn same_as_snapshot_scorer(
        &self,
        decided: &Decided,
        live: &dyn driftline::PlacementScorer,
        at: Timestamp,
    ) -> Result<(), String> {
        let Seat { scheduler, oracle, .. } = &self.seats[self.seat];
        // A snapshot does not know why a cell is missing, which chain waits for what, or what other arms came upon.
        let is_known = |judged: &Judged| match judged.verdict {
            Verdict::NotSampled | Verdict::ScorerFailed | Verdict::Deferred => false,
            Verdict::RetryLater | Verdict::WarmingUp => false,
            Verdict::LastHolder | Verdict::TickLimit | Verdict::ClusterLimit => judged.live_score.is_some(),
            Verdict::SourceLimit | Verdict::TargetLimit => judged.live_score.is_some(),
            _ => true,
        };
        if !decided.judged.iter().all(is_known) {
            return Ok(());
        }
        let scorer = SnapshotScorer::new(scheduler.snapshot(), live);
        // The pure function is the scheduler's arm alone, and knows no classes.
        let (state, oracle_state) = &self.states[self.state];
        let is_of_scheduler = |action: &OracleAction| action.arm == Arm::Scheduler;
        let is_moving = decided.judged.iter().any(|judged| oracle_state.chains[&judged.chain].memory.is_moving());
        let is_plain = oracle.classes.is_empty();
        if is_moving || !is_plain || !decided.actions.iter().all(is_of_scheduler) {
            return Ok(());
        }
        let gated = diff_scheduler(state, &scorer, scheduler.config(), scheduler.this_node(), at, &[]);
        self.world.take_calls();
        let gated = gated.map(|decision| Pass::of_decision(&decision)).map_err(|error| error.to_string())?;
        same("snapshot scorer: actions", &gated.actions, &decided.actions)?;
        same("snapshot scorer: judged", &gated.judged, &Pass::of_oracle(decided, false).judged)?;
        same("snapshot scorer: verdicts", &gated.report.verdicts, &decided.report.verdicts)
    }

    fn diff(&mut self, at: Timestamp, already_evicted: &[ChainId]) -> Result<(), String> {
        let Seat { scheduler, oracle, entries } = &self.seats[self.seat];
        let (state, oracle_state) = &self.states[self.state];
        let (scorer, config) = (self.world.scorer(*entries), scheduler.config());
        let ours = diff_scheduler(state, scorer.as_ref(), config, scheduler.this_node(), at, already_evicted);
        let ours = ours.map(|decision| Pass::of_decision(&decision)).map_err(|error| picture::refusal(&error));
        let our_calls = self.world.take_calls();
        let theirs = oracle.diff(oracle_state, *entries, at, already_evicted);
        let their_calls = self.world.take_calls();
        if let Ok(decided) = &theirs {
            self.coverage.count_verdicts("un-gated verdict", decided);
        }
        let theirs = theirs.map(|decided| Pass::of_oracle(&decided, false));
        let (now, next_due) = (self.now, self.next_due);
        self.same_outcome("diff", at, ours, theirs, (our_calls, their_calls))?;
        // Its time is no time of the scheduler's.
        (self.now, self.next_due) = (now, next_due);
        Ok(())
    }

    /// Compares the outcome of a pass, the questions that it asked, and everything that it left behind.
    fn same_outcome(
        &mut self,
        name: &'static str,
        at: Timestamp,
        ours: Result<Pass, Refusal>,
        theirs: Result<Pass, Refusal>,
        (our_calls, their_calls): (Vec<Call>, Vec<Call>),
    ) -> Result<(), String> {
        self.coverage.count("pass", name);
        let blurred = self.is_blurred();
        same_pass(name, &ours, &theirs, blurred)?;
        same_calls(&our_calls, &their_calls, blurred)?;
        match &theirs {
            Ok(Pass { report, .. }) => {
                (self.now, self.next_due) = (at, report.next_due);
                self.coverage.count_report(report);
            }
            Err(refusal) => self.coverage.count_refusal(refusal),
        }
        let Seat { scheduler, oracle, .. } = &self.seats[self.seat];
        same_sampling(scheduler, oracle)?;
        self.same_content()
    }

    /// Whether a batch may fail that does not say where. It is asked again in parts, so that it is no longer the same
    /// who was asked how often.
    fn is_blurred(&self) -> bool {
        let tables = self.world.tables();
        self.seats[self.seat].entries.batch == Batch::Blind
            && (tables.scores.values().any(|answer| matches!(answer, Answer::Fails(_)))
                || tables.fingerprints.values().any(|answer| matches!(answer, Answer::Fails(_))))
    }

    fn same_change(&mut self, ours: Result<(), Refusal>, theirs: Result<(), Refusal>) -> Result<(), String> {
        if let Err(refusal) = &theirs {
            self.coverage.count_refusal(refusal);
        }
        same("outcome", &ours, &theirs)?;
        self.same_content()
    }

    /// Compares the states, digests with contents (E5), and what is said of the chains as they are now.
    fn same_content(&mut self) -> Result<(), String> {
        let (state, oracle_state) = &self.states[self.state];
        same_state(state, oracle_state)?;
        let digest = state.digest();
        let content = &Content::of(oracle_state);
        match (self.digests.get(content), self.contents.get(&digest)) {
            (Some(&known), _) => {
                self.coverage.count("digest", "of known content");
                same("digest of equal content", &digest, &known)?;
            }
            (None, Some(other)) => {
                return Err(format!("digest {digest:#x} of two contents\n{content:?}\n{other:?}"));
            }
            (None, None) => {
                if let Some(rebuilt) = rebuilt(content) {
                    self.coverage.count("digest", "of rebuilt content");
                    same("digest of rebuilt content", &digest, &rebuilt.digest())?;
                }
                self.digests.insert(content.clone(), digest);
                self.contents.insert(digest, content.clone());
            }
        }
        let Seat { scheduler, oracle, .. } = &self.seats[self.seat];
        same_drains(scheduler, state, oracle, oracle_state)?;
        same_transitions(scheduler, oracle)?;
        let not_led = same_standing(scheduler, state, oracle, oracle_state)?;
        if not_led {
            self.coverage.count("refused", "not led");
        }
        Ok(())
    }
}
