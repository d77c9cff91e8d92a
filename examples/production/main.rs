//! How the values of `SchedulerConfig::production()` were chosen: measured and generated round-trip times, replayed under
//! hand-tuned cooldowns, under production, and under production without each of its parts; then the cases that people who
//! leave a scheduler running complain about, by default and in production.
//!
//! ```sh
//! cargo run --release --example production
//! ```

mod arguments;
mod cases;
mod cluster;
mod executor;
mod generator;
mod replay;
mod round_trips;
mod stories;
mod table;
mod trace;

use clap::Parser;

use crate::arguments::Arguments;
use crate::trace::Trace;

fn main() {
    let arguments = Arguments::parse();
    match trace::measured(&arguments.data) {
        Ok(trace) => round_trips::print("measured", &trace, arguments.markdown),
        Err(error) => println!("no measured times in {}: {error} (see --data)\n", arguments.data.display()),
    }
    for &seed in &arguments.seeds {
        let trace: Trace = generator::generate(seed, 99, 688);
        round_trips::print(&format!("generated, seed {seed}"), &trace, arguments.markdown);
    }
    cases::print(arguments.markdown);
}
