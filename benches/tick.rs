//! The ticks that come most often, watched by criterion; the naive oracle is timed once beside each.
//!
//! `cargo bench` takes about a minute. `examples/scale` has all steps and more chains.

// The example uses the rest.
#[allow(dead_code)]
#[path = "../examples/scale/events.rs"]
mod events;
#[path = "../examples/scale/fast.rs"]
mod fast;
#[allow(dead_code)]
#[path = "../examples/scale/figures.rs"]
mod figures;
#[allow(dead_code)]
#[path = "../examples/scale/inputs.rs"]
mod inputs;
#[path = "../examples/scale/naive.rs"]
mod naive;
#[allow(dead_code)]
#[path = "../examples/scale/side.rs"]
mod side;
#[allow(dead_code)]
#[path = "../examples/scale/stopwatch.rs"]
mod stopwatch;
#[path = "../examples/scale/support.rs"]
mod support;
#[allow(dead_code)]
#[path = "../examples/scale/tables.rs"]
mod tables;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use driftline::{Event, FingerprintMode, SchedulerConfig, Timestamp};

use crate::events::{by_kind, subjects};
use crate::fast::Driftline;
use crate::figures::{duration, ratio};
use crate::inputs::Inputs;
use crate::naive::Naive;
use crate::side::Side;
use crate::stopwatch::least_per_call;
use crate::tables::Tables;

const NODES: u64 = 1_000;

/// What happens once in each iteration.
#[derive(Clone, Copy)]
enum Step {
    IdlePoll,
    IdlePush,
    OneNodeMoved,
    OneEvent,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Step::IdlePoll => "idle_poll",
            Step::IdlePush => "idle_push",
            Step::OneNodeMoved => "one_node_moved",
            Step::OneEvent => "event",
        }
    }

    fn config(self) -> SchedulerConfig {
        let fingerprint_mode = match self {
            Step::IdlePush => FingerprintMode::Push,
            _ => FingerprintMode::Poll,
        };
        SchedulerConfig { fingerprint_mode, ..SchedulerConfig::default() }
    }
}

/// A side that was loaded and has ticked once.
struct Settled<'a, S> {
    step: Step,
    inputs: &'a Inputs,
    tables: Arc<Tables>,
    events: Vec<Event>,
    side: S,
    turn: u64,
}

impl<'a, S: Side> Settled<'a, S> {
    fn new(step: Step, inputs: &'a Inputs) -> Self {
        let tables = Arc::new(Tables::new(NODES));
        let mut side = S::new(&tables, step.config());
        side.load(inputs);
        side.tick(Timestamp(0));
        let subjects = subjects(inputs, 0);
        let restored = subjects.iter().flat_map(|subject| subject.restore());
        let events = by_kind(&subjects).into_iter().chain(restored).collect();
        Settled { step, inputs, tables, events, side, turn: 0 }
    }

    fn once(&mut self) {
        let turn = self.turn as usize;
        self.turn += 1;
        match self.step {
            Step::OneEvent => return self.side.apply(self.events[turn % self.events.len()]),
            Step::OneNodeMoved => self.tables.move_node(self.inputs.moved_node(turn)),
            Step::IdlePoll | Step::IdlePush => {}
        }
        // A nanosecond a tick: nothing becomes due however long it takes.
        self.side.tick(Timestamp(self.turn));
    }
}

/// Criterion asks for so many iterations at a time; the best of its answers is what the ratio is made of.
fn time_iterations(iterations: u64, mut once: impl FnMut(), least_ns: &mut f64) -> Duration {
    let start = Instant::now();
    (0..iterations).for_each(|_| once());
    let elapsed = start.elapsed();
    *least_ns = least_ns.min(elapsed.as_secs_f64() * 1e9 / iterations as f64);
    elapsed
}

fn compare(criterion: &mut Criterion, step: Step) {
    // Under `cargo test` each runs once, to see that it runs.
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let chain_counts: &[usize] = if is_measured { &[1_000, 10_000, 100_000] } else { &[1_000] };
    let mut group = criterion.benchmark_group(step.name());
    for &chain_count in chain_counts {
        let inputs = Inputs::new(chain_count, NODES);
        let mut fast_ns = f64::INFINITY;
        group.bench_function(BenchmarkId::from_parameter(chain_count), |bencher| {
            let mut fast = Settled::<Driftline>::new(step, &inputs);
            bencher.iter_custom(|iterations| time_iterations(iterations, || fast.once(), &mut fast_ns));
        });
        // It stays infinite where a filter left the benchmark out.
        if is_measured && fast_ns.is_finite() {
            let mut naive = Settled::<Naive>::new(step, &inputs);
            let naive_ns = least_per_call(Naive::ENOUGH, || naive.once());
            println!("{:24}naive:  {}, {}", "", duration(naive_ns), ratio(naive_ns / fast_ns));
        }
    }
    group.finish();
}

fn all(criterion: &mut Criterion) {
    for step in [Step::IdlePoll, Step::IdlePush, Step::OneNodeMoved, Step::OneEvent] {
        compare(criterion, step);
    }
}

criterion_group! {
    name = ticks;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1_500));
    targets = all
}
criterion_main!(ticks);
