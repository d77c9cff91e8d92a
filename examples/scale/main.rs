//! How driftline scales: the time of each kind of tick and the bytes of each chain, beside the naive oracle of the
//! tests on the same inputs in the same run.
//!
//! ```sh
//! cargo run --release --example scale -- --chains 1000,1000000
//! ```
//!
//! Read [`steps`] first: it says what is measured.

mod arguments;
mod check;
mod events;
mod everything;
mod fast;
mod figures;
mod idle;
mod inputs;
mod json;
mod kinds;
mod memory;
mod naive;
mod side;
mod steps;
mod stopwatch;
mod support;
mod table;
mod tables;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::fast::Driftline;
use crate::inputs::Inputs;
use crate::memory::Memory;
use crate::naive::Naive;
use crate::steps::{Measured, measure};

/// Everything that was measured with one number of chains.
struct Results {
    inputs: Inputs,
    fast: Vec<Measured>,
    naive: Option<Vec<Measured>>,
    memory: Memory,
    memory_with_everything_on: Memory,
}

impl Results {
    fn new(inputs: Inputs, naive_max: usize) -> Self {
        let count = inputs.chains.len();
        eprintln!("{count} chains: driftline");
        let fast = measure::<Driftline>(&inputs);
        let memory = memory::measure(&inputs, false);
        let memory_with_everything_on = memory::measure(&inputs, true);
        let naive = (count <= naive_max).then(|| {
            eprintln!("{count} chains: the naive oracle");
            measure::<Naive>(&inputs)
        });
        Results { inputs, fast, naive, memory, memory_with_everything_on }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.events {
        kinds::print(&arguments.chains, arguments.nodes);
        return ExitCode::SUCCESS;
    }
    let mut complaints = Vec::new();
    for &chains in &arguments.chains {
        let inputs = Inputs::new(chains, arguments.nodes);
        if let Some(batches) = arguments.idle {
            idle::run(&inputs, batches, arguments.everything_on);
            continue;
        }
        let results = Results::new(inputs, arguments.naive_max);
        if arguments.json {
            json::print(&results);
        } else {
            table::print(&results);
        }
        complaints.extend(check::complaints(&results.inputs, &results.fast, results.naive.as_deref()));
    }
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
