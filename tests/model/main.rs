//! Random walks of the whole protocol through a simulated world: a store that gives each change a revision, executors that
//! carry out actions at once, late, twice or never, news that are delayed, lost, repeated and out of order, and three
//! control planes that lead the chains in turn and do not always know who leads. What must be true is checked after every
//! step, on the truth and at each control plane; the library is the real one.
//!
//! `make test` walks 4,000,000 steps; `cargo test` without optimisation 40,000. `DRIFTLINE_STEPS` sets another number, and
//! `DRIFTLINE_SEED` chooses other walks. A walk that breaks a rule is made small and printed, one line for each step.

mod advance;
mod audit;
mod backoffs;
mod book;
mod calm;
mod cast;
mod choose;
mod coverage;
mod dice;
mod executor;
mod fault;
mod flying;
mod follow;
mod handover;
mod network;
mod pace;
mod plane;
mod rules;
mod scorer;
mod settings;
mod step;
mod truth;
mod turns;
mod violation;
mod walk;
mod world;

use std::thread;

use coverage::Coverage;
use driftline::Verdict;
use fault::Fault;
use walk::Found;

fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}

fn step_count() -> u64 {
    number_from("DRIFTLINE_STEPS").unwrap_or(if cfg!(debug_assertions) { 40_000 } else { 4_000_000 })
}

/// The walks are divided into this many parts, whatever the machine, so that they are always the same.
const PARTS: u64 = 4;

/// Walks until so many steps are taken or a rule is broken. Every walk has a seed of its own.
fn walk_part(part: u64, steps: u64, fault: Option<Fault>) -> (Coverage, u64, Option<Found>) {
    let base = number_from("DRIFTLINE_SEED").unwrap_or(0) << 40;
    let (mut coverage, mut taken) = (Coverage::default(), 0);
    for number in 0.. {
        if taken >= steps {
            break;
        }
        let (reached, length, found) = walk::wander(base + number * PARTS + part, fault);
        coverage.merge(&reached);
        taken += length;
        if found.is_some() {
            return (coverage, taken, found);
        }
    }
    (coverage, taken, None)
}

/// The smallest walk that breaks the same rule, as a history.
fn print(found: Found, fault: Option<Fault>) -> String {
    walk::history(&walk::smallest(found, fault), fault)
}

#[test]
fn nothing_that_must_not_happen_happens() {
    let steps = step_count();
    let parts: Vec<(Coverage, u64, Option<Found>)> = thread::scope(|scope| {
        let spawn = |part| scope.spawn(move || walk_part(part, steps / PARTS, None));
        let threads: Vec<_> = (0..PARTS).map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().expect("a broken rule is no panic")).collect()
    });
    let (mut coverage, mut taken) = (Coverage::default(), 0);
    for (reached, length, found) in parts {
        if let Some(found) = found {
            panic!("a rule is broken\n\n{}", print(found, None));
        }
        coverage.merge(&reached);
        taken += length;
    }
    println!("{taken} steps\n{coverage}");
    assert!(taken >= steps / PARTS * PARTS, "{taken} steps were taken");
    // So few steps need not reach everything.
    if steps >= 100_000 {
        assert_coverage(&coverage, steps / 100_000);
    }
}

/// Every kind of action, end, verdict and accident must have been reached at least so often.
fn assert_coverage(coverage: &Coverage, at_least: u64) {
    let mut expected = coverage::EXPECTED.to_vec();
    // Whoever leads a chain has sampled it.
    let verdicts = Verdict::ALL.into_iter().filter(|&verdict| verdict != Verdict::NotSampled);
    expected.extend(verdicts.map(Verdict::name));
    for what in expected {
        let times = coverage.of(what);
        assert!(times >= at_least, "{what}: {times} times, not {at_least}");
    }
}

/// R8: what keeps two leaders that overlap from harm is the comparison of revisions, and the check would notice its absence.
#[test]
fn without_the_comparison_of_revisions_the_truth_is_harmed() {
    let mut missing = executor::HARM.to_vec();
    for seed in 0..20_000 {
        let fault = Some(Fault::NoCompareAndSwap);
        let (_, _, found) = walk::wander(seed, fault);
        let Some(found) = found else { continue };
        if let Some(index) = missing.iter().position(|&rule| rule == found.violation.rule) {
            missing.remove(index);
            println!("{}", print(found, fault));
        }
        if missing.is_empty() {
            return;
        }
    }
    panic!("not found: {missing:?}");
}

#[test]
fn faults_are_found_and_told_in_a_few_steps() {
    for fault in Fault::ALL {
        let (_, taken, found) = walk_part(0, 2_000_000, Some(fault));
        let found = found.unwrap_or_else(|| panic!("{fault:?} is not found in {taken} steps"));
        let smallest = walk::smallest(found, Some(fault));
        let (length, rule) = (smallest.walk.steps.len(), smallest.violation.rule);
        let history = walk::history(&smallest, Some(fault));
        println!("{fault:?}, found after {taken} steps, and told in {length}:\n{history}");
        assert!(length <= 32, "{fault:?} takes no more steps to tell");
        assert!(history.lines().count() >= length, "each step is a line");
        assert!(history.contains(&format!("broken: {rule}\n")), "the history breaks the rule that was found");
    }
}
