//! Whoever carries moves out: each takes a while, some never arrive.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{Action, ChainId, Event, MeshState, NodeId};

/// A return is one within this time.
const RETURN_S: u64 = 1_800;

/// Moves under way and what was seen of them.
pub struct Executor {
    /// How long a move takes.
    pub takes_s: u64,
    /// Chains whose moves never arrive.
    pub fails: BTreeSet<ChainId>,
    pub moves: u64,
    pub returns: u64,
    /// The most moves that were ever under way to one node.
    pub most_to_one_node: u64,
    pub moves_of: BTreeMap<ChainId, u64>,
    under_way: Vec<(u64, ChainId, NodeId, NodeId)>,
    /// When a chain left a node last.
    left_s: BTreeMap<(ChainId, NodeId), u64>,
    nodes: usize,
}

impl Executor {
    pub fn new(nodes: usize) -> Self {
        Executor {
            takes_s: 30,
            fails: BTreeSet::new(),
            moves: 0,
            returns: 0,
            most_to_one_node: 0,
            moves_of: BTreeMap::new(),
            under_way: Vec::new(),
            left_s: BTreeMap::new(),
            nodes,
        }
    }

    /// Moves begin.
    pub fn take(&mut self, actions: &[Action], now_s: u64) {
        for action in actions {
            let Action::Evict(eviction) = action else { continue };
            let Some(target) = eviction.target else { continue };
            let chain = eviction.chain;
            self.moves += 1;
            *self.moves_of.entry(chain).or_default() += 1;
            let returned = self.left_s.get(&(chain, target)).is_some_and(|&left_s| now_s - left_s < RETURN_S);
            self.returns += u64::from(returned);
            if !self.fails.contains(&chain) {
                self.left_s.insert((chain, eviction.victim), now_s);
                self.under_way.push((now_s + self.takes_s, chain, eviction.victim, target));
            }
        }
        let mut to = vec![0; self.nodes];
        self.under_way.iter().for_each(|&(.., target)| to[target.0 as usize] += 1);
        self.most_to_one_node = self.most_to_one_node.max(to.into_iter().max().unwrap_or(0));
    }

    /// Moves end.
    pub fn carry_out(&mut self, state: &mut MeshState, now_s: u64) {
        let arrived: Vec<_> = self.under_way.extract_if(.., |&mut (due_s, ..)| due_s <= now_s).collect();
        for (_, chain, victim, target) in arrived {
            let events = [Event::HolderAdded { chain, node: target }, Event::HolderRemoved { chain, node: victim }];
            state.apply(&events).expect("the ids are those of an action");
        }
    }

    pub fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }
}
