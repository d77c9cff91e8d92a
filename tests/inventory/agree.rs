//! Random feeds through the inventory and through the plain one: they answer the same, to the bit, after every step.

use std::collections::BTreeMap;

use driftline::{Alternative, ChainId, Event, InventoryScorer, NodeId, PlacementScorer, ScoreAxes};

use crate::dice::Dice;
use crate::feed::{Feed, Setting};
use crate::input::Input;
use crate::plain::World;
use crate::plays::play;

/// What differs, in words.
type Outcome = Result<(), String>;

fn same<T: PartialEq + std::fmt::Debug>(what: &str, library: T, plain: T) -> Outcome {
    if library == plain {
        Ok(())
    } else {
        Err(format!("{what}: the library says {library:?}, the plain one {plain:?}"))
    }
}

/// Both, and the fingerprints before the step.
struct Pair {
    inventory: InventoryScorer,
    said: Vec<Input>,
    world: World,
}

impl Pair {
    fn new(setting: &Setting) -> Pair {
        let inventory = InventoryScorer::new(setting.config).expect("the config is valid");
        Pair { inventory, said: Vec::new(), world: World::empty(setting.config) }
    }

    fn fingerprints(&self, setting: &Setting) -> (BTreeMap<NodeId, u64>, BTreeMap<ChainId, u64>) {
        let node = |node| self.inventory.node_fingerprint(node).expect("it answers").expect("it can say");
        let chain = |chain| self.inventory.chain_fingerprint(chain).expect("it answers").expect("it can say");
        let nodes = (1..=setting.nodes).map(NodeId).map(|id| (id, node(id))).collect();
        (nodes, (1..=setting.chains).map(ChainId).map(|id| (id, chain(id))).collect())
    }

    fn step(&mut self, setting: &Setting, input: Input) -> Outcome {
        let accepts = match &input {
            Input::Nodes(_, reports) => self.world.accepts(reports),
            _ => true,
        };
        let (prints, text) = (self.fingerprints(setting), (!accepts).then(|| format!("{:?}", self.inventory)));
        if let Input::Forget(node) = input {
            let had_reports = self.inventory.forget_node(node).expect("there is memory");
            same(&format!("there were reports of {node}"), had_reports, self.world.has_reports_of(node))?;
        } else if input.tell(&mut self.inventory).is_ok() != accepts {
            return Err(format!("{input:?} was refused: {accepts}"));
        }
        if let Some(text) = text {
            return same("after a refusal", format!("{:?}", self.inventory), text);
        }
        self.said.push(input);
        let before = std::mem::replace(&mut self.world, World::after(setting.config, &self.said));
        self.check_nodes_have_moved(setting, &before, &prints.0)?;
        self.check_chains_have_moved(setting, &before, &prints.1)
    }

    /// A fingerprint moves exactly when the plain inventory says so, as long as it is that of the same thing: whoever comes
    /// anew may find any number, but none that was its own before.
    fn check_nodes_have_moved(&self, setting: &Setting, before: &World, prints: &BTreeMap<NodeId, u64>) -> Outcome {
        let after = self.fingerprints(setting).0;
        for (node, print) in prints {
            let has_moved = before.node_moves.get(node) != self.world.node_moves.get(node);
            let is_forgotten = matches!(self.said.last(), Some(Input::Forget(forgotten)) if forgotten == node);
            let stays = before.nodes.contains_key(node) && self.world.nodes.contains_key(node) && !is_forgotten;
            let is_held = self.world.holders.values().any(|holders| holders.contains(node));
            if stays || has_moved && is_held {
                same(&format!("fingerprint of node {node} has moved"), after[node] != *print, has_moved)?;
            }
        }
        Ok(())
    }

    fn check_chains_have_moved(&self, setting: &Setting, before: &World, prints: &BTreeMap<ChainId, u64>) -> Outcome {
        let after = self.fingerprints(setting).1;
        for (chain, print) in prints {
            let has_moved = before.chain_moves.get(chain) != self.world.chain_moves.get(chain)
                || before.zones_of_holders(*chain) != self.world.zones_of_holders(*chain);
            let leaves = |event: &Event| match event {
                Event::ChainRemoved { chain: left } | Event::HolderRemoved { chain: left, .. } => left == chain,
                _ => false,
            };
            let stays = match self.said.last() {
                Some(Input::Events(events)) => !events.iter().any(leaves),
                // Holders pass through each other's company while one list takes the place of another.
                Some(Input::Load(_)) => false,
                _ => true,
            };
            let is_held = |world: &World| world.holders_of(*chain).next().is_some();
            if has_moved || stays && is_held(before) && is_held(&self.world) {
                same(&format!("fingerprint of chain {chain} has moved"), after[chain] != *print, has_moved)?;
            }
        }
        Ok(())
    }

    fn compare(&self, feed: &Feed<'_>, dice: &mut Dice) -> Outcome {
        let (mut pairs, mut scores) = (Vec::new(), Vec::new());
        // One that nobody has named is asked for, too.
        for chain in (1..=feed.setting.chains + 1).map(ChainId) {
            let mut nodes: Vec<NodeId> = self.world.holders_of(chain).collect();
            nodes.extend((0..4).map(|_| feed.node(dice)));
            nodes.extend([NodeId(2000), NodeId::NONE]);
            for node in nodes {
                let axes = self.world.axes(chain, node);
                same(&format!("axes of {chain} on {node}"), self.inventory.axes(chain, node), axes)?;
                let score = self.inventory.score(chain, node).expect("it answers");
                same(&format!("score of {chain} on {node}"), score, axes.and_then(|axes| axes.score))?;
                same("live score", self.inventory.live_score(chain, node).expect("it answers"), score)?;
                pairs.push((chain, node));
                scores.push(score);
                let cost = self.inventory.migration_cost(chain, node).expect("it answers");
                same(&format!("cost of {chain} to {node}"), cost, self.world.cost(chain, node))?;
            }
        }
        for live in [false, true] {
            let mut many = vec![None; pairs.len()];
            let ask = if live { InventoryScorer::live_score_many } else { InventoryScorer::score_many };
            ask(&self.inventory, &pairs, &mut many).expect("it answers");
            same("scores of many", &many, &scores)?;
        }
        self.compare_replacements(&pairs, feed, dice)?;
        (0..2).try_for_each(|_| {
            let chain = if dice.one_in(9) { ChainId(feed.setting.chains + 1) } else { feed.chain(dice) };
            self.compare_alternatives(chain, feed, dice)
        })
    }

    /// Somebody names whose place is taken: a holder of some of the chains, or of none.
    fn compare_replacements(&self, pairs: &[(ChainId, NodeId)], feed: &Feed<'_>, dice: &mut Dice) -> Outcome {
        let victim = if dice.one_in(9) { NodeId(2000) } else { feed.node(dice) };
        let plain = |&(chain, node): &_| self.world.axes_instead_of(Some(victim), chain, node)?.score;
        let plain: Vec<Option<f32>> = pairs.iter().map(plain).collect();
        let mut many = vec![None; pairs.len()];
        self.inventory.live_score_replacements(victim, pairs, &mut many).expect("it answers");
        same(&format!("scores instead of {victim}"), &many, &plain)
    }

    fn compare_alternatives(&self, chain: ChainId, feed: &Feed<'_>, dice: &mut Dice) -> Outcome {
        // Who forgets to exclude the holders is not offered them, either.
        let mut exclude: Vec<NodeId> = self.world.holders_of(chain).filter(|_| !dice.one_in(8)).collect();
        let others = dice.of(&[0, 1, 5, 2 * feed.setting.nodes]);
        exclude.extend((0..others).map(|_| feed.node(dice)));
        if dice.one_in(3) {
            // The very best of them, so that its block is looked at again.
            exclude.extend(self.world.homes(None, chain, &exclude).iter().take(3).map(|home| home.node));
        }
        exclude.extend(dice.one_in(3).then_some(NodeId(2000)));
        exclude.sort_unstable();
        exclude.dedup();
        let holders: Vec<NodeId> = self.world.holders_of(chain).collect();
        let victim = if holders.is_empty() || dice.one_in(9) { feed.node(dice) } else { dice.of(&holders) };
        let plain = self.world.homes(Some(victim), chain, &exclude);
        let mut homes = Vec::new();
        self.inventory.replacements(chain, victim, &exclude, 9, &mut homes).expect("it answers");
        same(&format!("instead of {victim} in {chain}"), &homes[..], &plain[..plain.len().min(9)])?;
        let best = self.inventory.best_replacement(chain, victim, &exclude).expect("it answers");
        same(&format!("the best instead of {victim} in {chain}"), best, plain.first().copied())?;
        let plain = self.world.homes(None, chain, &exclude);
        for limit in [0, 1, 8, 64, 65, 10_000, usize::MAX] {
            // What was there before stays, and is in nobody's way.
            let there = Alternative { node: NodeId(7), score: dice.of(&[0.0, 1.0]) };
            let mut homes = vec![there; dice.throw(3)];
            let begin = homes.len();
            self.inventory.alternatives(chain, &exclude, limit, &mut homes).expect("it answers");
            same("what was there", &homes[..begin], &vec![there; begin])?;
            check_list(&homes[begin..], &exclude)?;
            let what = format!("up to {limit} alternatives of {chain}");
            same(&what, &homes[begin..], &plain[..plain.len().min(limit)])?;
        }
        let best = self.inventory.best_alternative(chain, &exclude).expect("it answers");
        same(&format!("best alternative of {chain}"), best, plain.first().copied())
    }
}

/// What must be so whatever the plain one says.
fn check_list(homes: &[Alternative], exclude: &[NodeId]) -> Outcome {
    let is_before = |a: &Alternative, b: &Alternative| a.score > b.score || a.score == b.score && a.node < b.node;
    let are_sorted = homes.windows(2).all(|pair| is_before(&pair[0], &pair[1]));
    let are_allowed = homes.iter().all(|home| !exclude.contains(&home.node) && (0.0..=1.0).contains(&home.score));
    if are_sorted && are_allowed { Ok(()) } else { Err(format!("{homes:?} without {exclude:?}")) }
}

fn run(setting: u64, steps: &[u64]) -> Outcome {
    let setting = Setting::from(setting, true);
    let mut pair = Pair::new(&setting);
    let mut feed = Feed::new(&setting);
    let mut dice = Dice::new(steps[0]);
    for input in feed.opening(&mut dice) {
        pair.step(&setting, input)?;
    }
    pair.compare(&feed, &mut dice)?;
    for step in steps {
        let mut dice = Dice::new(*step);
        let input = feed.next(&mut dice);
        pair.step(&setting, input)?;
        pair.compare(&feed, &mut dice)?;
    }
    Ok(())
}

#[test]
fn it_answers_as_the_plain_inventory_does() {
    play(1, 250, 40, run);
}

/// At any times, where only what is left of old means has other bits: the axes that are made of means are as near as that.
fn run_at_any_times(setting: u64, steps: &[u64]) -> Outcome {
    let setting = Setting::from(setting, false);
    let mut inventory = InventoryScorer::new(setting.config).expect("the config is valid");
    let mut feed = Feed::new(&setting);
    let mut said = feed.opening(&mut Dice::new(steps[0]));
    said.extend(steps.iter().map(|step| feed.next(&mut Dice::new(*step))));
    // What is refused is for the other test.
    said.retain(|input| input.tell(&mut inventory).is_ok());
    let world = World::after(setting.config, &said);
    for chain in (1..=setting.chains).map(ChainId) {
        for node in (1..=setting.nodes).map(NodeId) {
            let means = |axes: ScoreAxes| [axes.headroom, axes.proximity];
            let (found, plain) = (inventory.axes(chain, node).map(means), world.axes(chain, node).map(means));
            let pairs = found.into_iter().flatten().zip(plain.into_iter().flatten());
            let is_near = |(a, b): (Option<f32>, Option<f32>)| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() < 1e-5,
                (a, b) => a == b,
            };
            if found.is_some() != plain.is_some() || !pairs.into_iter().all(is_near) {
                return same(&format!("headroom and proximity of {chain} on {node}"), found, plain);
            }
        }
    }
    Ok(())
}

#[test]
fn its_means_are_those_of_the_plain_inventory_at_any_times() {
    play(3, 60, 40, run_at_any_times);
}
