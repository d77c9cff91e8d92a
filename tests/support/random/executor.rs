//! Somebody carries out what ticks ask for: at once or late, all of it or some, and not always with success.

use driftline::{ChainId, Event, NodeId};

use super::choice::Context;
use super::dice::Dice;
use super::safety::HOMES;
use super::step::Step;
use crate::support::oracle::{Kind, OracleAction, Stage};

/// What the last tick asked for is done, or most of it.
pub fn carry_out(context: &Context<'_>, dice: &mut Dice) -> Vec<Step> {
    let (skips_some, fills_up, fails_too) = (dice.one_in(3), dice.one_in(2), dice.one_in(8));
    let mut events = Vec::new();
    for (number, action) in (0..).zip(context.actions) {
        let mut dice = dice.part(number);
        if skips_some && dice.one_in(3) {
            continue;
        }
        events.extend(done(action, fills_up, &mut dice));
        if fails_too && dice.one_in(3) {
            // It is done, and somebody says that it failed.
            events.push(Event::MoveFailed { chain: action.chain });
        }
    }
    apply(events)
}

/// Something that an earlier tick asked for is done only now, whatever has been asked for since.
pub fn carry_out_late(context: &Context<'_>, dice: &mut Dice) -> Vec<Step> {
    if context.asked.is_empty() {
        return Vec::new();
    }
    let first = dice.throw(context.asked.len() as u64) as usize;
    let count = dice.of(&[1, 2, 8]);
    let fills_up = dice.one_in(2);
    let late = context.asked.iter().skip(first).take(count);
    apply(late.flat_map(|action| done(action, fills_up, dice)).collect())
}

/// The events that show an action done. `fills_up`: who evicts also brings the target.
fn done(action: &OracleAction, fills_up: bool, dice: &mut Dice) -> Vec<Event> {
    let chain = action.chain;
    let (goes, comes) = match &action.kind {
        Kind::Evict => (action.victim, action.target.filter(|_| fills_up)),
        Kind::Place(exclude) => (None, action.target.or_else(|| somebody(exclude, dice))),
    };
    let goes = goes.map(|node| Event::HolderRemoved { chain, node });
    goes.into_iter().chain(comes.map(|node| Event::HolderAdded { chain, node })).collect()
}

/// A home of the caller's choice.
fn somebody(exclude: &[NodeId], dice: &mut Dice) -> Option<NodeId> {
    let homes: Vec<NodeId> = HOMES.into_iter().chain([dice.node()]).filter(|home| !exclude.contains(home)).collect();
    if homes.is_empty() { None } else { Some(dice.of(&homes)) }
}

/// A move that is in flight is done at last.
pub fn finish(context: &Context<'_>, dice: &mut Dice) -> Vec<Step> {
    let flying = flying(context);
    if flying.is_empty() {
        return Vec::new();
    }
    finish_one(context, dice.of(&flying), dice)
}

/// What was asked for last of a move that is in flight is done.
pub fn finish_one(context: &Context<'_>, chain: ChainId, dice: &mut Dice) -> Vec<Step> {
    let memory = &context.state.chains[&chain].memory;
    let flight = memory.flight.expect("the chain is in flight");
    let event = match (flight.stage, flight.victim, flight.target) {
        (Stage::Evicting, Some(node), _) => Event::HolderRemoved { chain, node },
        (_, _, Some(node)) => Event::HolderAdded { chain, node },
        (..) => Event::HolderAdded { chain, node: dice.of(&HOMES) },
    };
    apply(vec![event])
}

/// A move that is in flight has failed.
pub fn fail(context: &Context<'_>, dice: &mut Dice) -> Vec<Step> {
    let flying = flying(context);
    if flying.is_empty() { Vec::new() } else { apply(vec![Event::MoveFailed { chain: dice.of(&flying) }]) }
}

fn flying(context: &Context<'_>) -> Vec<ChainId> {
    let chains = context.state.chains.iter();
    chains.filter(|(_, chain)| chain.memory.flight.is_some()).map(|(&id, _)| id).collect()
}

fn apply(events: Vec<Event>) -> Vec<Step> {
    if events.is_empty() { Vec::new() } else { vec![Step::Apply(events)] }
}
