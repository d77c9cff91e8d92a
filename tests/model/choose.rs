//! Chance chooses the next step, with an eye on the world, so that most steps do something.

use driftline::SchedulerConfig;

use super::cast::{CHAINS, NODES, Nodes, PLANES, SECOND};
use super::dice::Dice;
use super::settings::{self, CLASSES};
use super::step::{Manner, Saying, Step, Which};
use super::world::World;

/// Sets up the control planes, the chains and the scores.
pub fn opening(dice: &mut Dice) -> Vec<Step> {
    let mut steps = Vec::new();
    let common = settings::config(dice);
    for plane in 0..PLANES.len() {
        let config = if dice.one_in(4) { settings::config(dice) } else { common };
        steps.push(Step::Configure { plane, config: Box::new(config) });
    }
    for class in 0..CLASSES {
        if dice.one_in(3) {
            let policy = Some(settings::policy(dice));
            steps.extend((0..PLANES.len()).map(|plane| Step::Policy { plane, class, policy }));
        }
    }
    for chain in 0..CHAINS.len() {
        steps.push(create(dice, chain));
        if dice.one_in(3) {
            steps.push(Step::Class { chain, class: dice.throw(CLASSES as usize) as u32 });
        }
        for _ in 0..4 {
            steps.push(score(dice));
        }
    }
    steps.extend((0..PLANES.len()).map(|plane| Step::Resync { plane }));
    steps
}

/// The next step of a walk.
pub fn next(world: &World, dice: &mut Dice) -> Step {
    match dice.throw(100) {
        0..28 => tick(dice),
        28..48 => news(world, dice),
        48..66 => with_actions(world, dice),
        66..69 => Step::Resync { plane: dice.throw(PLANES.len()) },
        69 => Step::Fail { plane: dice.throw(PLANES.len()), chain: dice.throw(CHAINS.len()) },
        70..80 => in_the_store(world, dice),
        80..84 => lead(dice),
        84..91 => Step::Say { plane: dice.throw(PLANES.len()), saying: saying(world, dice) },
        91..95 => rescore(world, dice),
        95..97 => configure(world, dice),
        97 => Step::TickBefore { plane: dice.throw(PLANES.len()) },
        98 if dice.one_in(2) => Step::Restart { plane: dice.throw(PLANES.len()) },
        _ => Step::FailScorer { plane: dice.throw(PLANES.len()), fails: dice.one_in(3) },
    }
}

fn create(dice: &mut Dice, chain: usize) -> Step {
    let count = dice.of(&[3, 3, 2, 1, 4]);
    let mut holders = Nodes::default();
    while holders.count() < count {
        holders = holders.with(dice.of(&NODES));
    }
    let has_desired = if chain == 0 { dice.one_in(8) } else { !dice.one_in(8) };
    let desired = has_desired.then(|| dice.of(&[count as u32, count as u32, 3, 2, 1, 4]));
    Step::Create { chain, holders, desired, plane: dice.throw(PLANES.len()) }
}

fn score(dice: &mut Dice) -> Step {
    let score = dice.of(&[0.125, 0.25, 0.375, 0.5, 0.625, 0.875, 1.0]);
    Step::Score { chain: dice.throw(CHAINS.len()), node: dice.of(&NODES), score, is_noted: !dice.one_in(3) }
}

/// A holder gets worse, or a node that holds nothing gets better.
fn rescore(world: &World, dice: &mut Dice) -> Step {
    if dice.one_in(3) {
        return score(dice);
    }
    let chain = dice.throw(CHAINS.len());
    let holders = world.truth.records[chain].holders;
    let (node, score) = match dice.any(holders.iter()) {
        Some(holder) if dice.one_in(2) => (holder, dice.of(&[0.125, 0.25, 0.875])),
        _ => (dice.of(&NODES), 1.0),
    };
    Step::Score { chain, node, score, is_noted: !dice.one_in(3) }
}

fn tick(dice: &mut Dice) -> Step {
    let after_ns = dice.of(&[0, SECOND, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, 60 * SECOND]);
    Step::Tick { plane: dice.throw(PLANES.len()), after_ns, is_rehearsed: dice.one_in(8) }
}

/// Something that is on its way to a control plane arrives, or does not.
fn news(world: &World, dice: &mut Dice) -> Step {
    let waiting = world.planes.iter().filter(|plane| !plane.inbox.is_empty());
    let Some(plane) = dice.any(waiting) else { return tick(dice) };
    let chain = dice.any(plane.inbox.iter()).map_or(0, |message| message.chain);
    let plane = plane.number;
    match dice.throw(16) {
        0..9 => Step::DeliverAll { plane },
        9..11 => Step::Deliver { plane, chain, which: Which::Oldest },
        11..13 => Step::Deliver { plane, chain, which: Which::Newest },
        13 => Step::Repeat { plane, chain },
        _ => Step::Lose { plane, chain },
    }
}

/// Somebody carries out what was emitted: at once, late, twice or never.
fn with_actions(world: &World, dice: &mut Dice) -> Step {
    let Some(errand) = dice.any(world.errands.iter()) else { return tick(dice) };
    let chain = errand.chain();
    let which = dice.of(&[Which::Oldest, Which::Newest, Which::Newest]);
    match dice.throw(12) {
        0..6 => Step::Execute { chain, which, manner: Manner::Plain },
        6..8 => Step::Execute { chain, which, manner: Manner::Twice },
        8 => Step::Execute { chain, which, manner: Manner::Whole },
        9 | 10 => Step::Refuse { chain, which },
        _ => Step::Forget { chain, which },
    }
}

fn in_the_store(world: &World, dice: &mut Dice) -> Step {
    let chain = dice.throw(CHAINS.len());
    let record = world.truth.records[chain];
    if !record.exists {
        return create(dice, chain);
    }
    let dead = || NODES.into_iter().filter(|&node| !world.truth.is_alive(node));
    match dice.throw(24) {
        0..3 => Step::Claim { chain },
        3..6 => Step::Release { chain },
        6..10 => Step::Desire { chain, count: dice.of(&[0, 1, 2, 2, 3, 3, 3, 4]) },
        10 | 11 => Step::Class { chain, class: dice.throw(CLASSES as usize) as u32 },
        12 => Step::Give { chain, node: dice.of(&NODES) },
        13 => Step::Take { chain, node: dice.any(record.holders.iter()).unwrap_or(NODES[0]) },
        14 if dice.one_in(3) => Step::Remove { chain },
        15..18 if dead().count() < 2 => Step::Die { node: dice.of(&NODES), is_listed: dice.one_in(2) },
        _ => match dice.any(dead()) {
            Some(node) => Step::Revive { node },
            None => Step::Release { chain },
        },
    }
}

fn lead(dice: &mut Dice) -> Step {
    Step::Lead { chain: dice.throw(CHAINS.len()), plane: dice.throw(PLANES.len()), hands_over: !dice.one_in(3) }
}

fn saying(world: &World, dice: &mut Dice) -> Saying {
    let chain = dice.throw(CHAINS.len());
    let ahead_ns = dice.of(&[10 * SECOND, 30 * SECOND, 120 * SECOND, 0]);
    let drained = || world.planes.iter().flat_map(|plane| plane.book.drained.iter());
    match dice.throw(16) {
        0 | 1 => match dice.any(drained()) {
            Some(node) => Saying::DrainCancelled { node },
            None => Saying::Drain { node: dice.of(&NODES), ahead_ns },
        },
        2 | 3 => Saying::Drain { node: dice.of(&NODES), ahead_ns },
        4 | 5 => Saying::Avoid { node: dice.of(&NODES), ahead_ns: if dice.one_in(8) { u64::MAX } else { ahead_ns } },
        6 => Saying::Freeze { ahead_ns },
        7 => Saying::Thaw,
        8..12 => {
            let victim = dice.any(world.truth.records[chain].holders.iter()).unwrap_or(NODES[0]);
            Saying::ForceEvict { chain, victim }
        }
        _ => Saying::ForcePlace { chain, target: dice.of(&NODES) },
    }
}

fn configure(world: &World, dice: &mut Dice) -> Step {
    let plane = dice.throw(PLANES.len());
    if dice.one_in(3) {
        let policy = (!dice.one_in(3)).then(|| settings::policy(dice));
        return Step::Policy { plane, class: dice.throw(CLASSES as usize) as u32, policy };
    }
    // One field of it is new, or all are.
    let other = settings::config(dice);
    let mut config: SchedulerConfig = world.planes[plane].book.config;
    if dice.one_in(3) {
        config = other;
    } else {
        dice.of(&settings::FIELDS)(&mut config, &other);
    }
    let config = if config.validate().is_ok() { config } else { other };
    Step::Configure { plane, config: Box::new(config) }
}
