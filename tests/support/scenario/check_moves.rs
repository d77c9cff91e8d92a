//! What actions must hold whatever the story: whom they may be about, and that no limit is exceeded.

use std::collections::BTreeSet;

use driftline::{Action, Arm, ChainId, Decision, Explanation, Flight, NodeId, Placement, Timestamp};

use super::check::same;
use super::play::Play;

/// The led chains that are in flight by the state.
pub struct InFlight(BTreeSet<ChainId>);

impl InFlight {
    pub fn of(play: &Play) -> Self {
        let led = play.state.led_by(play.scheduler.this_node());
        let flies = |chain: &ChainId| play.state.chain(*chain).is_some_and(|view| view.is_in_flight());
        InFlight(led.into_iter().filter(flies).collect())
    }
}

/// Of any pass: what its actions are about, by the state as it is.
pub fn actions(play: &Play, decision: &Decision, now: Timestamp) -> Result<(), String> {
    let actions = &decision.actions;
    if actions.windows(2).any(|pair| pair[0].chain() >= pair[1].chain()) {
        return Err(format!("contradiction: actions are not ascending: {actions:?}"));
    }
    let frozen = play.state.frozen_until().is_some_and(|until| now < until);
    if frozen && !actions.is_empty() {
        return Err(format!("contradiction: frozen, and yet {actions:?}"));
    }
    actions.iter().try_for_each(|action| one_action(play, action, now))
}

fn one_action(play: &Play, action: &Action, now: Timestamp) -> Result<(), String> {
    let view = play.state.chain(action.chain()).ok_or_else(|| format!("contradiction: {action:?} is about nothing"))?;
    if !view.is_led_by(play.scheduler.this_node()) || view.claim_held() {
        return Err(format!("contradiction: {action:?} is about a chain that is claimed or not led here"));
    }
    same("revision of an action and of its chain", action.revision(), view.revision())?;
    let holders: Vec<NodeId> = view.holders().collect();
    let (victim, numbers) = victim_and_numbers(action)?;
    if victim.is_some_and(|victim| !holders.contains(&victim)) {
        return Err(format!("contradiction: the victim of {action:?} is no holder"));
    }
    // Who does not weigh a move has no numbers for it, but a drain knows what it has found.
    let known: [bool; 4] = numbers.map(|number| number.is_some());
    match action.arm() {
        Arm::Forced | Arm::Count => same("numbers of a move that nobody weighed", known, [false; 4])?,
        Arm::Drain => same("numbers of a drain's move", known, [false, true, false, false])?,
        _ => {}
    }
    match action {
        Action::Place(placement) => excluded(play, placement, &holders, now),
        _ => Ok(()),
    }
}

/// The holder to leave, and the scores of victim and target, the gain and the cost.
pub fn victim_and_numbers(action: &Action) -> Result<(Option<NodeId>, [Option<f32>; 4]), String> {
    match action {
        Action::Evict(one) => Ok((Some(one.victim), [one.victim_score, one.target_score, one.gain, one.cost])),
        Action::Place(one) => Ok((one.victim, [one.victim_score, one.target_score, one.gain, one.cost])),
        _ => Err(format!("contradiction: {action:?} is neither an eviction nor a placement")),
    }
}

/// A placement excludes all that is no home for the chain, and nothing that it asks for.
fn excluded(play: &Play, placement: &Placement, holders: &[NodeId], now: Timestamp) -> Result<(), String> {
    let exclude = &placement.exclude;
    if exclude.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(format!("contradiction: what {placement:?} excludes is not ascending"));
    }
    let draining = play.state.drains().iter().map(|drain| drain.0);
    let avoided = play.state.avoided().iter().filter(|avoided| now < avoided.1).map(|avoided| avoided.0);
    if let Some(missing) = holders.iter().copied().chain(draining).chain(avoided).find(|node| !exclude.contains(node)) {
        return Err(format!("contradiction: {placement:?} does not exclude {missing}"));
    }
    match placement.target {
        Some(target) if exclude.contains(&target) => Err(format!("contradiction: {placement:?} excludes its target")),
        _ => Ok(()),
    }
}

/// Of a tick: what is in flight after it, and that no limit was exceeded by what it began.
pub fn tick(play: &Play, decision: &Decision, explanations: &[Explanation], before: &InFlight) -> Result<(), String> {
    let flies = |explanation: &&Explanation| explanation.flight.is_some();
    let explained: BTreeSet<ChainId> = explanations.iter().filter(flies).map(|one| one.judgement.chain).collect();
    let InFlight(after) = InFlight::of(play);
    same("chains in flight by the state and by their explanations", &after, &explained)?;
    same("moves in flight of the report and of the state", decision.report.in_flight, after.len() as u64)?;

    let is_new = |action: &&Action| !before.0.contains(&action.chain());
    let new: BTreeSet<ChainId> = decision.actions.iter().filter(is_new).map(Action::chain).collect();
    let config = play.scheduler.config();
    at_most("new moves", new.len(), config.max_moves_per_tick)?;
    if new.is_empty() {
        return Ok(());
    }
    at_most("moves in flight", after.len(), config.max_in_flight)?;
    let flights: Vec<(ChainId, Flight)> =
        explanations.iter().filter_map(|one| one.flight.map(|flight| (one.judgement.chain, flight))).collect();
    for (_, flight) in flights.iter().filter(|(chain, _)| new.contains(chain)) {
        let shared = |part: fn(&Flight) -> Option<NodeId>| {
            part(flight).map_or(0, |node| flights.iter().filter(|(_, other)| part(other) == Some(node)).count())
        };
        at_most("moves in flight from one node", shared(|flight| flight.victim), config.max_in_flight_per_source)?;
        at_most("moves in flight to one node", shared(|flight| flight.target), config.max_in_flight_per_target)?;
    }
    Ok(())
}

/// Where 0 is no limit.
fn at_most(what: &str, count: usize, limit: u64) -> Result<(), String> {
    if limit == 0 || count as u64 <= limit {
        return Ok(());
    }
    Err(format!("contradiction: {count} {what}, but the limit is {limit}"))
}
