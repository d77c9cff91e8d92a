//! What is printed of moves: actions, their counts, drains and transitions of verdicts.

use driftline::{Action, Arm, Decision, TickReport, Transition, Verdict};

use super::play::Play;
use super::print;
use super::tokens::Arguments;

/// One line per action, but for those of which the judgement says everything.
pub fn actions(decision: &Decision) -> impl Iterator<Item = String> + '_ {
    let is_said = |action: &Action| {
        matches!(action, Action::Evict(_)) && action.arm() == Arm::Scheduler && action.revision().is_none()
    };
    decision.actions.iter().filter(move |action| !is_said(action)).map(|action| format!("action {action}"))
}

/// The line `moves`, where there is anything to count.
pub fn counts(report: &TickReport) -> Option<String> {
    let counts = [
        ("in_flight", report.in_flight),
        ("completed", report.completed_moves),
        ("failed", report.failed_moves),
        ("timed_out", report.timed_out_moves),
        ("returned", report.returned_moves),
        ("forced_refused", report.forced_refused),
        ("ignored_feedback", report.ignored_feedback),
    ];
    counts.iter().any(|(_, count)| *count > 0).then(|| print::counts("moves", &counts))
}

pub fn drain_status(play: &Play, arguments: &mut Arguments<'_>) -> Result<String, String> {
    let node = arguments.node()?;
    let status = match play.scheduler.drain_status(&play.state, node) {
        Ok(Some(status)) => status,
        Ok(None) => return Ok(format!("drain {node}: not draining")),
        Err(error) => return Ok(print::error(&error)),
    };
    if status.node != node || play.state.drains().iter().all(|drain| *drain != (node, status.deadline)) {
        return Err(format!("contradiction: {status:?} is not of {node}"));
    }
    if status.blocked.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        return Err(format!("contradiction: blocked chains are not ascending: {:?}", status.blocked));
    }
    let (left, moved, in_flight) = (status.left, status.moved, status.in_flight);
    let blocked = status.blocked.iter().map(|(chain, verdict)| format!("{chain} {}", word(*verdict)));
    let blocked = print::joined(blocked);
    let risk = if status.at_risk { "at risk" } else { "on time" };
    Ok(format!("drain {node}: left {left}, moved {moved}, in flight {in_flight}, blocked {blocked}, {risk}"))
}

/// Those that were not printed yet.
pub fn transitions(play: &mut Play, out: &mut Vec<String>) {
    let first = play.next_transition;
    let fresh: Vec<Transition> = play.scheduler.transitions().filter(|one| one.sequence >= first).collect();
    if let Some(last) = fresh.last() {
        play.next_transition = last.sequence + 1;
    }
    out.extend(fresh.iter().map(transition));
    if fresh.is_empty() {
        out.push("transitions none".to_owned());
    }
}

fn transition(transition: &Transition) -> String {
    let chain = transition.chain.map_or_else(|| "all".to_owned(), |chain| chain.to_string());
    let mut words = vec![print::time(transition.at), chain];
    words.extend(transition.from.map(word));
    words.push("->".to_owned());
    words.extend(transition.to.map(word));
    words.join(" ")
}

/// The name of a verdict as one word.
pub fn word(verdict: Verdict) -> String {
    verdict.name().replace(' ', "_")
}
