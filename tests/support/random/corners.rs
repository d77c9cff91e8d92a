//! What is rare by itself: edits that bring a history into the corners of Part B.

use driftline::{ChainId, Event, MoveOrder, NodeId, SchedulerConfig, Timestamp};

use super::choice::Context;
use super::dice::{Dice, OTHER_NODE, SECOND, THIS_NODE};
use super::executor;
use super::safety::HOMES;
use super::step::Step;
use crate::support::oracle::OracleChain;

/// One of them, for the chains and nodes that it is about.
pub fn edit(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    match dice.throw(16) {
        0..3 => executor::carry_out_late(context, dice),
        3 => switch_tracking(dice, context),
        4 => switch_order(context),
        5 => lose_everybody(dice, context),
        6 | 7 => claim_between_halves(dice, context),
        8 => fail_everything(dice, context),
        9 => drain_all_holders(dice, context),
        10 | 11 => drain_anew(dice, context),
        12 => change_leader(dice, context),
        13 => avoid_a_target(dice, context),
        14 => forget_the_wish(dice, context),
        _ => return_a_holder(dice, context),
    }
}

fn apply(events: Vec<Event>) -> Vec<Step> {
    if events.is_empty() { Vec::new() } else { vec![Step::Apply(events)] }
}

/// F0: from now on moves are tracked, or they are not any more.
fn switch_tracking(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let mut config = *context.config;
    if config.move_timeout_ns == 0 {
        config.move_timeout_ns = dice.of(&[20 * SECOND, 60 * SECOND]);
    } else {
        // What counts moves in flight needs them to be tracked.
        config = SchedulerConfig {
            move_timeout_ns: 0,
            max_in_flight: 0,
            max_in_flight_per_source: 0,
            max_in_flight_per_target: 0,
            target_penalty: 0.0,
            ..config
        };
    }
    vec![Step::Configure(config)]
}

fn switch_order(context: &Context<'_>) -> Vec<Step> {
    let move_order = match context.config.move_order {
        MoveOrder::PlaceFirst => MoveOrder::EvictFirst,
        _ => MoveOrder::PlaceFirst,
    };
    vec![Step::Configure(SchedulerConfig { move_order, ..*context.config })]
}

/// R1: nobody holds the chain any more, and somebody should, mostly.
fn lose_everybody(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let chain = dice.chain();
    let count = dice.of(&[1, 2, 3, 0]);
    let mut events: Vec<Event> = Vec::new();
    if dice.throw(4) > 0 {
        events.push(Event::DesiredReplicas { chain, count });
    }
    events.extend(context.holders(chain).into_iter().map(|node| Event::HolderRemoved { chain, node }));
    apply(events)
}

/// The chains of which this can be said.
fn chains_that(context: &Context<'_>, is_so: impl Fn(&OracleChain) -> bool) -> Vec<ChainId> {
    context.state.chains.iter().filter(|(_, chain)| is_so(chain)).map(|(&id, _)| id).collect()
}

/// D4: a move that is half done is held up, and perhaps said to have failed; or the claim is over.
fn claim_between_halves(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let claimed = chains_that(context, |chain| chain.claim_held && chain.memory.flight.is_some());
    if !claimed.is_empty() && dice.one_in(2) {
        let chain = dice.of(&claimed);
        return apply(vec![match dice.throw(3) {
            0 => Event::MoveFailed { chain },
            _ => Event::ClaimReleased { chain },
        }]);
    }
    let flying = chains_that(context, |chain| chain.memory.flight.is_some());
    if flying.is_empty() {
        return Vec::new();
    }
    let chain = dice.of(&flying);
    let mut steps = apply(vec![Event::ClaimAcquired { chain }]);
    steps.extend(executor::finish_one(context, chain, dice));
    steps
}

/// F1: whatever is in flight has failed.
fn fail_everything(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let mut flying = chains_that(context, |chain| chain.memory.flight.is_some());
    if dice.one_in(2) {
        flying.truncate(2);
    }
    apply(flying.into_iter().map(|chain| Event::MoveFailed { chain }).collect())
}

/// N1: a chain has to leave more nodes than one.
fn drain_all_holders(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let deadline = dice.later(context.now);
    let mut holders = context.holders(dice.chain());
    holders.truncate(dice.of(&[2, 3, 8]));
    apply(holders.into_iter().map(|node| Event::Drain { node, deadline }).collect())
}

/// N1: a drain under way has to be done by another time, or it is cancelled and begins again.
fn drain_anew(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let drained: Vec<(NodeId, Timestamp)> = context.state.drains.iter().map(|(&node, &at)| (node, at)).collect();
    if drained.is_empty() {
        return Vec::new();
    }
    let (node, before) = dice.of(&drained);
    let deadline = if dice.one_in(3) { before } else { dice.later(context.now) };
    let again = Event::Drain { node, deadline };
    apply(if dice.one_in(2) { vec![Event::DrainCancelled { node }, again] } else { vec![again] })
}

/// R7: orders are for who leads.
fn change_leader(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let chain = dice.chain();
    let holders = context.holders(chain);
    let victim = if holders.is_empty() { THIS_NODE } else { dice.of(&holders) };
    let away = match dice.throw(3) {
        0 => Event::LeaderCleared { chain },
        1 => Event::LeaderSet { chain, node: OTHER_NODE },
        _ => Event::LeaderSet { chain, node: THIS_NODE },
    };
    let mut events = vec![Event::ForceEvict { chain, victim }, away];
    if dice.one_in(2) {
        events.push(Event::ForcePlace { chain, target: dice.of(&HOMES) });
    }
    if dice.throw(4) > 0 {
        events.push(Event::LeaderSet { chain, node: THIS_NODE });
    }
    if dice.one_in(2) {
        let steps = events.into_iter().map(|event| Step::Apply(vec![event]));
        return steps.collect();
    }
    apply(events)
}

/// N2: the home that a move is on its way to is closed for a while.
fn avoid_a_target(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let flights = context.state.chains.values().filter_map(|chain| chain.memory.flight?.target);
    let mut targets: Vec<NodeId> = flights.collect();
    targets.push(HOMES[0]);
    let until = Timestamp(context.now.0.saturating_add(dice.of(&[SECOND, 5 * SECOND, 20 * SECOND])));
    apply(vec![Event::Avoid { node: dice.of(&targets), until }])
}

/// The wish becomes what there is while something is under way.
fn forget_the_wish(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let moving = chains_that(context, |chain| chain.memory.is_moving());
    if moving.is_empty() {
        return Vec::new();
    }
    let chain = dice.of(&moving);
    let holders = context.holders(chain).len() as u32;
    let count = dice.of(&[holders, holders.saturating_sub(1), holders + 1]);
    apply(vec![Event::DesiredReplicas { chain, count }])
}

/// Who was asked to go goes, or comes back.
fn return_a_holder(dice: &mut Dice, context: &Context<'_>) -> Vec<Step> {
    let said = chains_that(context, |chain| !chain.memory.said.is_empty());
    if said.is_empty() {
        return Vec::new();
    }
    let chain = dice.of(&said);
    let node = dice.of(&context.state.chains[&chain].memory.said);
    let holds = context.holders(chain).contains(&node);
    apply(vec![if holds { Event::HolderRemoved { chain, node } } else { Event::HolderAdded { chain, node } }])
}
