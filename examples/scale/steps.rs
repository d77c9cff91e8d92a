//! The steps, written once for both sides.

use std::sync::Arc;
use std::time::{Duration, Instant};

use driftline::{Event, FingerprintMode, SchedulerConfig, Timestamp};

use crate::events::{by_kind, subjects};
use crate::everything;
use crate::inputs::{Inputs, MOVERS_MAX};
use crate::side::{Facts, Side};
use crate::stopwatch::{least, least_per_call, median, repeat, time};
use crate::tables::Tables;

const SECOND_NS: u64 = 1_000_000_000;

/// A tick a second while the backstops are spread over the default interval.
pub const TICKS_PER_INTERVAL: usize = 30;

/// How long one turn of the spread backstops may go on; the naive side would take minutes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is measured, in the order in which it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Load,
    FirstTick,
    IdlePoll,
    IdlePush,
    IdlePollEverythingOn,
    IdlePushEverythingOn,
    OneNodeMoved,
    AllDue,
    AllDueSpreadLongest,
    Stuck,
    StuckBackoff,
    AdmittedMove,
    AdmittedMoveEverythingOn,
    Event,
}

impl Step {
    /// The name in the output for machines.
    pub fn name(self) -> &'static str {
        match self {
            Step::Load => "load",
            Step::FirstTick => "first_tick",
            Step::IdlePoll => "idle_poll",
            Step::IdlePush => "idle_push",
            Step::IdlePollEverythingOn => "idle_poll_everything_on",
            Step::IdlePushEverythingOn => "idle_push_everything_on",
            Step::OneNodeMoved => "one_node_moved",
            Step::AllDue => "all_due",
            Step::AllDueSpreadLongest => "all_due_spread_longest",
            Step::Stuck => "stuck",
            Step::StuckBackoff => "stuck_backoff",
            Step::AdmittedMove => "admitted_move",
            Step::AdmittedMoveEverythingOn => "admitted_move_everything_on",
            Step::Event => "event",
        }
    }

    /// What it is, for people.
    pub fn title(self) -> &'static str {
        match self {
            Step::Load => "load from arrays",
            Step::FirstTick => "first tick, everything new",
            Step::IdlePoll => "idle tick, poll",
            Step::IdlePush => "idle tick, push",
            Step::IdlePollEverythingOn => "idle tick, poll, everything on",
            Step::IdlePushEverythingOn => "idle tick, push, everything on",
            Step::OneNodeMoved => "tick, one node moved",
            Step::AllDue => "tick, every chain due",
            Step::AllDueSpreadLongest => "the same spread, longest tick",
            Step::Stuck => "tick, 1 % stuck",
            Step::StuckBackoff => "the same with back-off",
            Step::AdmittedMove => "one of 1,000 moves in a tick",
            Step::AdmittedMoveEverythingOn => "the same, everything on",
            Step::Event => "one event",
        }
    }
}

/// One step on one side.
pub struct Measured {
    /// The step.
    pub step: Step,
    /// What it took.
    pub ns: f64,
    /// What the ticks did, as far as they were looked at.
    pub facts: Vec<Facts>,
}

/// All steps on one side.
pub fn measure<S: Side>(inputs: &Inputs) -> Vec<Measured> {
    let mut measured = Vec::new();
    let mut course = Course::<S>::begin(inputs, Tables::new(inputs.node_count), &mut measured);
    measured.push(course.nothing_moves(Step::IdlePoll));
    measured.push(course.one_node_moves());
    measured.push(course.everything_is_due());
    measured.push(course.events_arrive());
    course.configure(SchedulerConfig { fingerprint_mode: FingerprintMode::Push, ..SchedulerConfig::default() });
    measured.push(course.nothing_moves(Step::IdlePush));
    drop(course);

    let tables = Tables::new(inputs.node_count);
    let config = SchedulerConfig { backstop_spread: true, ..SchedulerConfig::default() };
    measured.push(Course::<S>::settled(inputs, tables, config).backstops_are_spread());

    let tables = Tables::with_stuck_chains(inputs.node_count);
    let mut course = Course::<S>::settled(inputs, tables, SchedulerConfig::default());
    measured.push(course.nothing_moves(Step::Stuck));
    course.configure(SchedulerConfig { retry_backoff_ns: 600 * SECOND_NS, ..SchedulerConfig::default() });
    measured.push(course.nothing_moves(Step::StuckBackoff));
    drop(course);

    let tables = || Tables::with_movers(inputs.node_count, inputs.mover_stride());
    measured.push(Course::<S>::settled(inputs, tables(), SchedulerConfig::default()).moves_are_admitted());
    let config = everything::config_for_moves(MOVERS_MAX);
    let mut course = Course::<S>::settled_with_everything_on(inputs, tables(), config);
    measured.push(course.moves_are_admitted());
    for (step, mode) in
        [(Step::IdlePollEverythingOn, FingerprintMode::Poll), (Step::IdlePushEverythingOn, FingerprintMode::Push)]
    {
        course.configure(everything::config_for_idling(mode));
        measured.push(course.nothing_moves(step));
    }
    measured.sort_by_key(|measured| measured.step);
    measured
}

/// A side on its way through steps, and the time of day.
struct Course<'a, S> {
    inputs: &'a Inputs,
    tables: Arc<Tables>,
    side: S,
    now: u64,
    is_everything_on: bool,
}

impl<'a, S: Side> Course<'a, S> {
    /// Measures loading and the first tick, each on a side that knows nothing yet; the last one goes on.
    fn begin(inputs: &'a Inputs, tables: Tables, measured: &mut Vec<Measured>) -> Self {
        let tables = Arc::new(tables);
        let (mut load_ns, mut first_ns, mut facts) = (Vec::new(), Vec::new(), Vec::new());
        let mut last = None;
        repeat(5, S::ENOUGH, |_| {
            // The one before makes room first.
            drop(last.take());
            let mut side = S::new(&tables, SchedulerConfig::default());
            load_ns.push(time(|| side.load(inputs)).0);
            let (ns, fact) = time(|| side.tick(Timestamp(0)));
            first_ns.push(ns);
            facts.push(fact);
            last = Some(side);
        });
        measured.push(Measured { step: Step::Load, ns: least(load_ns), facts: Vec::new() });
        measured.push(Measured { step: Step::FirstTick, ns: least(first_ns), facts });
        let side = last.expect("it was repeated at least once");
        Course { inputs, tables, side, now: 0, is_everything_on: false }
    }

    /// The same without measuring.
    fn settled(inputs: &'a Inputs, tables: Tables, config: SchedulerConfig) -> Self {
        let tables = Arc::new(tables);
        let mut side = S::new(&tables, config);
        side.load(inputs);
        side.tick(Timestamp(0));
        Course { inputs, tables, side, now: 0, is_everything_on: false }
    }

    /// The same with all that there is to tell.
    fn settled_with_everything_on(inputs: &'a Inputs, tables: Tables, config: SchedulerConfig) -> Self {
        let mut course = Course::settled(inputs, tables, config);
        everything::switch_on(&mut course.side, inputs);
        course.is_everything_on = true;
        course.tick_after(1);
        course
    }

    fn tick_after(&mut self, passed_ns: u64) -> Facts {
        self.now += passed_ns;
        self.side.tick(Timestamp(self.now))
    }

    /// What the change itself sets off is over with one tick.
    fn configure(&mut self, config: SchedulerConfig) {
        self.side.configure(config);
        self.tick_after(1);
    }

    /// Ticks so close to each other that nothing becomes due.
    fn nothing_moves(&mut self, step: Step) -> Measured {
        let mut facts = None;
        let ns = least_per_call(S::ENOUGH, || facts = Some(self.tick_after(1)));
        Measured { step, ns, facts: facts.into_iter().collect() }
    }

    /// Another node in each turn. They hold about as many chains each, and the median stands for them.
    fn one_node_moves(&mut self) -> Measured {
        let (mut times, mut facts) = (Vec::new(), Vec::new());
        repeat(51, S::ENOUGH, |turn| {
            self.tables.move_node(self.inputs.moved_node(turn));
            let (ns, fact) = time(|| self.tick_after(1));
            times.push(ns);
            facts.push(fact);
        });
        Measured { step: Step::OneNodeMoved, ns: median(times), facts }
    }

    /// A whole decision interval passes between ticks.
    fn everything_is_due(&mut self) -> Measured {
        let (mut times, mut facts) = (Vec::new(), Vec::new());
        repeat(5, S::ENOUGH, |_| {
            let (ns, fact) = time(|| self.tick_after(SchedulerConfig::default().decision_interval_ns));
            times.push(ns);
            facts.push(fact);
        });
        Measured { step: Step::AllDue, ns: least(times), facts }
    }

    /// A tick a second over two decision intervals; the longest counts, and of several such times the shortest.
    fn backstops_are_spread(&mut self) -> Measured {
        let (mut times, mut facts) = (Vec::new(), Vec::new());
        repeat(3, S::ENOUGH, |_| {
            let mut longest_ns = 0.0_f64;
            let start = Instant::now();
            for _ in 0..2 * TICKS_PER_INTERVAL {
                let (ns, fact) = time(|| self.tick_after(SECOND_NS));
                longest_ns = longest_ns.max(ns);
                facts.push(fact);
                if start.elapsed() >= PATIENCE {
                    break;
                }
            }
            times.push(longest_ns);
        });
        Measured { step: Step::AllDueSpreadLongest, ns: least(times), facts }
    }

    /// Other chains in each turn, which were sampled while nothing was to move, so that the tick does nothing but decide.
    /// Afterwards they are what they were.
    fn moves_are_admitted(&mut self) -> Measured {
        let (mut times, mut facts) = (Vec::new(), Vec::new());
        repeat(20, S::ENOUGH, |turn| {
            let movers = self.inputs.movers(turn);
            self.tables.begin_turn(Some(turn));
            self.side.apply(Event::FreezeUntil { until: Timestamp(u64::MAX) });
            movers.clone().for_each(|mover| self.side.apply(Event::ChainTouched { chain: self.inputs.chains[mover] }));
            self.tick_after(1);
            self.side.apply(Event::Thaw);
            let (ns, fact) = time(|| self.tick_after(1));
            times.push(ns / fact.actions.max(1) as f64);
            facts.push(fact);
            self.tables.begin_turn(None);
            movers.for_each(|mover| self.make_again(mover));
            self.tick_after(1);
        });
        let step = if self.is_everything_on { Step::AdmittedMoveEverythingOn } else { Step::AdmittedMove };
        Measured { step, ns: least(times), facts }
    }

    /// Removes the chain at this index with all that is remembered of it, and makes it again.
    fn make_again(&mut self, index: usize) {
        self.side.apply(Event::ChainRemoved { chain: self.inputs.chains[index] });
        self.inputs.restore(index).for_each(|event| self.side.apply(event));
        if self.is_everything_on {
            everything::facts_of(self.inputs, index).for_each(|fact| self.side.apply(fact));
        }
    }

    /// Every kind of event, one event a call. The tick that then takes them in shows that both sides understood.
    fn events_arrive(&mut self) -> Measured {
        let mut times = Vec::new();
        repeat(20, S::ENOUGH, |turn| {
            let subjects = subjects(self.inputs, turn as u64);
            let events = by_kind(&subjects);
            let (ns, ()) = time(|| events.iter().for_each(|&event| self.side.apply(event)));
            times.push(ns / events.len() as f64);
            subjects.iter().flat_map(|subject| subject.restore()).for_each(|event| self.side.apply(event));
        });
        // Both sides repeat another number of times, so the tick is about the same events once more.
        self.tick_after(1);
        let subjects = subjects(self.inputs, 0);
        let restored = subjects.iter().flat_map(|subject| subject.restore());
        by_kind(&subjects).into_iter().chain(restored).for_each(|event| self.side.apply(event));
        Measured { step: Step::Event, ns: least(times), facts: vec![self.tick_after(1)] }
    }
}
