//! Commands that run the scheduler: `tick sample samples decide diff`.

use driftline::{Decision, Explanation, Timestamp, diff_scheduler};

use super::play::Play;
use super::tokens::{self, Arguments};
use super::{check, check_moves, moves, print};

pub fn tick(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let now = tokens::time(arguments.word("the time")?)?;
    play.world.take_calls();
    let before = check_moves::InFlight::of(play);
    let decision = match play.scheduler.tick(&mut play.state, now) {
        Ok(decision) => decision.clone(),
        Err(error) => {
            out.push(print::error(&error));
            return Ok(());
        }
    };
    let explanations = explanations(play)?;
    check::tick(play, &decision, &explanations, now)?;
    check_moves::tick(play, &decision, &explanations, &before)?;
    out.extend(print::sampled(&play.scheduler)?);
    out.extend(decision.report.failures.iter().map(print::failure));
    out.extend(explanations.iter().map(Explanation::to_string));
    out.extend(moves::actions(&decision));
    out.extend(print::end_of_pass(&decision.report));
    play.report = Some(decision.report);
    Ok(())
}

/// Why each led chain is where it is, by ascending id.
fn explanations(play: &Play) -> Result<Vec<Explanation>, String> {
    let led = play.state.led_by(play.scheduler.this_node());
    let explain = |chain| play.scheduler.explain(&play.state, chain).map_err(|error| format!("explain: {error}"));
    led.into_iter().map(explain).collect()
}

pub fn sample(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let now = tokens::time(arguments.word("the time")?)?;
    sample_at(play, now, out).map(|_| ())
}

pub fn samples(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let from_ns = tokens::duration_ns(arguments.value("from")?)?;
    let every_ns = tokens::duration_ns(arguments.value("every")?)?;
    let count = tokens::integer(arguments.value("count")?)?;
    if count == 0 {
        return Err("`samples` needs a count above zero".to_owned());
    }
    let mut lines = Vec::new();
    for step in 0..count {
        let now_ns = every_ns.checked_mul(step).and_then(|since_ns| from_ns.checked_add(since_ns));
        let now_ns = now_ns.ok_or_else(|| "`samples` goes beyond all time".to_owned())?;
        lines.clear();
        if !sample_at(play, Timestamp(now_ns), &mut lines)? {
            break;
        }
    }
    out.append(&mut lines);
    Ok(())
}

/// Whether the sample succeeded.
fn sample_at(play: &mut Play, now: Timestamp, out: &mut Vec<String>) -> Result<bool, String> {
    play.world.take_calls();
    let report = match play.scheduler.sample(&play.state, now) {
        Ok(report) => report.clone(),
        Err(error) => {
            out.push(print::error(&error));
            return Ok(false);
        }
    };
    check::sample(play, &report)?;
    out.extend(print::sampled(&play.scheduler)?);
    out.extend(report.failures.iter().map(print::failure));
    out.extend(print::end_of_pass(&report));
    play.report = Some(report);
    Ok(true)
}

pub fn decide(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let now = tokens::time(arguments.word("the time")?)?;
    play.world.take_calls();
    match play.scheduler.decide(&play.state, now) {
        Ok(decision) => {
            out.extend(decision.report.failures.iter().map(print::failure));
            print_decision(play, &decision, now, out)
        }
        Err(error) => {
            out.push(print::error(&error));
            Ok(())
        }
    }
}

pub fn diff(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let now = tokens::time(arguments.word("the time")?)?;
    let already = arguments.optional("already").map_or(Ok(Vec::new()), |token| tokens::list(token, tokens::chain))?;
    play.world.take_calls();
    let scorer = play.world.scorer(play.entries);
    let scheduler = &play.scheduler;
    match diff_scheduler(&play.state, &*scorer, scheduler.config(), scheduler.this_node(), now, &already) {
        Ok(decision) => print_decision(play, &decision, now, out),
        Err(error) => {
            out.push(print::error(&error));
            Ok(())
        }
    }
}

fn print_decision(play: &Play, decision: &Decision, now: Timestamp, out: &mut Vec<String>) -> Result<(), String> {
    let evictions = check::decision(play, decision, now)?;
    out.extend(evictions.iter().map(|judgement| judgement.to_string()));
    out.extend(moves::actions(decision));
    out.push(print::verdicts(&decision.report));
    out.extend(print::end_of_pass(&decision.report));
    Ok(())
}
