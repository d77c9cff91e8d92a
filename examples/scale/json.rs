//! The output for machines: one object a line.

use serde::Serialize;

use crate::Results;
use crate::memory::Memory;

/// Times of one step; those of the naive side are null where it was skipped.
#[derive(Serialize)]
struct StepLine {
    chains: usize,
    nodes: u64,
    step: &'static str,
    ns: f64,
    naive_ns: Option<f64>,
    /// How many times as long the naive side takes.
    ratio: Option<f64>,
}

#[derive(Serialize)]
struct MemoryLine {
    chains: usize,
    nodes: u64,
    step: &'static str,
    before_first_sample: f64,
    full_ring: f64,
}

/// Prints all steps, then the memory.
pub fn print(results: &Results) {
    let (chains, nodes) = (results.inputs.chains.len(), results.inputs.node_count);
    for (index, fast) in results.fast.iter().enumerate() {
        let ns = rounded(fast.ns);
        let naive_ns = results.naive.as_ref().map(|naive| rounded(naive[index].ns));
        let ratio = naive_ns.map(|naive_ns| naive_ns / ns);
        print_line(&StepLine { chains, nodes, step: fast.step.name(), ns, naive_ns, ratio });
    }
    for (step, memory) in
        [("bytes_per_chain", &results.memory), ("bytes_per_chain_everything_on", &results.memory_with_everything_on)]
    {
        let Memory { before_first_sample, full_ring, .. } = *memory;
        print_line(&MemoryLine { chains, nodes, step, before_first_sample, full_ring });
    }
}

/// Tenths of a nanosecond; what follows is noise.
fn rounded(ns: f64) -> f64 {
    (ns * 10.0).round() / 10.0
}

fn print_line(line: &impl Serialize) {
    println!("{}", serde_json::to_string(line).expect("numbers and names can be written"));
}
