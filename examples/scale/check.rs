//! Times count only if the work was done: what the ticks did is looked at, on each side and on both.

use driftline::Verdict;

use crate::inputs::Inputs;
use crate::side::Facts;
use crate::steps::{Measured, Step, TICKS_PER_INTERVAL};
use crate::tables::STUCK_EVERY;

/// What is not as it must be, in sentences.
pub fn complaints(inputs: &Inputs, fast: &[Measured], naive: Option<&[Measured]>) -> Vec<String> {
    let on_one_side = fast.iter().filter(|measured| !did_its_work(inputs, measured)).map(|measured| {
        let facts = measured.facts.last();
        sentence(inputs, measured.step, &format!("this is not what the step is about: {facts:?}"))
    });
    let pairs = fast.iter().zip(naive.into_iter().flatten());
    on_one_side.chain(pairs.filter_map(|(fast, naive)| difference(inputs, fast, naive))).collect()
}

/// Whether the ticks did what the step is named after.
fn did_its_work(inputs: &Inputs, measured: &Measured) -> bool {
    let chains = inputs.chains.len() as u64;
    let stuck = chains.div_ceil(STUCK_EVERY);
    let facts = &measured.facts;
    let rescored = |facts: &[Facts]| facts.iter().map(|facts| facts.rescored).sum::<u64>();
    match measured.step {
        Step::Load => true,
        Step::FirstTick | Step::AllDue => facts.iter().all(|facts| facts.rescored == chains),
        Step::IdlePoll | Step::IdlePush => facts.iter().all(|facts| facts.rescored == 0),
        Step::IdlePollEverythingOn | Step::IdlePushEverythingOn => facts.iter().all(|facts| {
            let healthy = facts.verdicts[usize::from(Verdict::Healthy.number())];
            facts.rescored == 0 && healthy == chains
        }),
        Step::OneNodeMoved => facts.iter().enumerate().all(|(turn, facts)| {
            let node = inputs.moved_node(turn);
            facts.rescored == inputs.held_by(node)
        }),
        // S3: in each interval every chain once.
        Step::AllDueSpreadLongest => facts.chunks(TICKS_PER_INTERVAL).all(|interval| rescored(interval) == chains),
        Step::Stuck => facts.iter().all(|facts| facts.rescored == 0 && facts.best_alternatives == stuck),
        Step::StuckBackoff => facts.iter().all(|facts| {
            let waiting = facts.verdicts[usize::from(Verdict::RetryLater.number())];
            facts.best_alternatives == 0 && waiting == stuck
        }),
        Step::AdmittedMove | Step::AdmittedMoveEverythingOn => facts.iter().enumerate().all(|(turn, facts)| {
            let movers = inputs.movers(turn).count() as u64;
            let in_flight = if measured.step == Step::AdmittedMove { 0 } else { movers };
            (facts.rescored, facts.actions, facts.in_flight) == (0, movers, in_flight)
        }),
        Step::Event => facts.iter().all(|facts| facts.rescored > 0),
    }
}

/// The first tick that the sides did not do alike. A slow side repeats less often, so only what both did is compared.
fn difference(inputs: &Inputs, fast: &Measured, naive: &Measured) -> Option<String> {
    assert_eq!(fast.step, naive.step, "both sides take the same steps");
    let mut turns = fast.facts.iter().zip(&naive.facts).enumerate();
    let (turn, (fast_facts, naive_facts)) = turns.find(|(_, (fast, naive))| fast != naive)?;
    let what = format!("tick {turn} differs:\n  driftline {fast_facts:?}\n  naive     {naive_facts:?}");
    Some(sentence(inputs, fast.step, &what))
}

fn sentence(inputs: &Inputs, step: Step, what: &str) -> String {
    format!("{} chains, {}: {what}", inputs.chains.len(), step.name())
}
