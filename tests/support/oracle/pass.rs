//! B1: one decision under way. It works on copies, which a tick keeps and a dry run throws away.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{ChainId, ClassMode, NodeId, OnScorerError, SchedulerConfig, Timestamp, Verdict};

use super::answer::{Decided, Failure, Judged, OracleAction};
use super::class::{Bounds, Classes, bounds};
use super::decision::Scores;
use super::drains::Drains;
use super::flap::{self, Window};
use super::memory::{Memory, Pin};
use super::questions::Questions;
use super::reservations::Reservations;
use super::sampling::{Led, worst};
use super::scheduler::Sabotage;
use super::state::{OracleChain, OracleState, Orders};

/// Everything that a decision depends on, but for the scorer.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub state: &'a OracleState,
    pub scores: Scores<'a>,
    pub config: &'a SchedulerConfig,
    pub classes: &'a Classes,
    pub this_node: NodeId,
    pub now: Timestamp,
    /// V2
    pub is_warming: bool,
    /// R7: number of the newest order at the last committed tick.
    pub orders_seen: u64,
    pub sabotage: Sabotage,
}

/// What the pass did to moves (F1, R7).
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub completed: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub returned: u64,
    pub forced_refused: u64,
}

pub struct Pass<'a> {
    pub inputs: Inputs<'a>,
    /// The chains led here, ascending (D1).
    pub led: Vec<ChainId>,
    /// The memories that are not empty, of the chains whose leader is here.
    pub memories: BTreeMap<ChainId, Memory>,
    /// The chains led here that there are orders for, and the orders that are not carried out.
    pub ordered: BTreeSet<ChainId>,
    pub orders: BTreeMap<ChainId, Orders>,
    pub drains: Drains,
    pub reserved: Reservations,
    /// L2: as they were before this pass began a move.
    pub reserved_before: Reservations,
    /// D12: the chains that an arm has acted upon.
    pub acted: BTreeSet<ChainId>,
    /// What kept an arm from acting upon a chain.
    pub held_up: BTreeMap<ChainId, Verdict>,
    /// P2: the chains about which the scorer could not say to an arm before the last one.
    pub failed: BTreeSet<ChainId>,
    pub actions: BTreeMap<ChainId, OracleAction>,
    /// L1: the moves that this pass has begun.
    pub new_moves: u64,
    pub counts: Counts,
    /// The turns that were taken.
    pub notes: Vec<&'static str>,
}

impl<'a> Pass<'a> {
    pub fn new(inputs: Inputs<'a>, drains: Drains) -> Self {
        let led = inputs.state.led_by(inputs.this_node);
        let ours = inputs.state.chains.iter().filter(|(_, chain)| chain.leader == Some(inputs.this_node));
        let memories = ours.filter(|(_, chain)| chain.memory != Memory::default());
        let memories = memories.map(|(&id, chain)| (id, chain.memory.clone())).collect();
        let ordered = inputs.state.chains.iter().filter(|(_, chain)| chain.orders != Orders::default());
        let ordered = ordered.filter(|&(&id, _)| inputs.state.is_led_by(inputs.this_node, id));
        let orders: BTreeMap<_, _> = ordered.map(|(&id, chain)| (id, chain.orders)).collect();
        Pass {
            inputs,
            led,
            memories,
            ordered: orders.keys().copied().collect(),
            orders,
            drains,
            reserved: Reservations::default(),
            reserved_before: Reservations::default(),
            acted: BTreeSet::new(),
            held_up: BTreeMap::new(),
            failed: BTreeSet::new(),
            actions: BTreeMap::new(),
            new_moves: 0,
            counts: Counts::default(),
            notes: Vec::new(),
        }
    }

    /// Everything, in order. `questions` is `None` when no scorer is installed.
    pub fn run(&mut self, mut questions: Option<&mut Questions<'_>>) -> Result<Decided, Failure> {
        self.forget();
        self.advance();
        self.reserve();
        let judged = if self.inputs.state.is_frozen(self.inputs.now) {
            // R6
            self.refuse_orders();
            self.all(Verdict::Frozen)
        } else {
            // R1
            self.forced_arm();
            self.count_arm();
            self.drain_arm(questions.as_deref_mut())?;
            let judged =
                if self.inputs.is_warming { self.all(Verdict::WarmingUp) } else { self.scheduler_arm(&[], questions)? };
            self.count_left();
            judged
        };
        Ok(self.decided(judged))
    }

    /// The scheduler's arm alone, with flights as they stand (A5).
    pub fn run_scheduler_arm(
        &mut self,
        already_evicted: &[ChainId],
        questions: &mut Questions<'_>,
    ) -> Result<Decided, Failure> {
        self.forget();
        self.reserve();
        let judged = if self.inputs.state.is_frozen(self.inputs.now) {
            self.all(Verdict::Frozen)
        } else {
            self.scheduler_arm(already_evicted, Some(questions))?
        };
        Ok(self.decided(judged))
    }

    /// E4: what is over is forgotten.
    fn forget(&mut self) {
        let Inputs { now, config, .. } = self.inputs;
        for (id, mut memory) in std::mem::take(&mut self.memories) {
            flap::forget(&mut memory, now, self.window());
            if !self.is_on_cooldown(&memory, &self.bounds(id)) {
                memory.last_rebalance = None;
            }
            memory.forget_back_offs(now);
            let holders = &self.chain(id).holders;
            // A chain that is not led, which one without holders is not, keeps its pin.
            let is_of_use = |pin: &Pin| {
                let is_young = now.0.saturating_sub(pin.at.0) < config.pin_ttl_ns;
                holders.is_empty() || is_young && !holders.contains(&pin.target)
            };
            memory.pin = memory.pin.filter(is_of_use);
            self.memories.insert(id, memory);
        }
    }

    fn reserve(&mut self) {
        let flights = self.led.iter().filter_map(|id| self.memories.get(id)?.flight.as_ref());
        self.reserved = Reservations::of(flights);
        self.reserved_before = self.reserved.clone();
    }

    /// The same verdict for all.
    fn all(&self, verdict: Verdict) -> Vec<Judged> {
        self.led.iter().map(|&id| Judged::bare(id, verdict)).collect()
    }

    fn decided(&mut self, judged: Vec<Judged>) -> Decided {
        let mut decided = Decided { actions: self.actions.values().cloned().collect(), ..Decided::default() };
        for one in &judged {
            *decided.report.verdicts.entry(one.verdict).or_default() += 1;
            decided.report.led += 1;
        }
        decided.judged = judged;
        decided
    }

    pub fn chain(&self, id: ChainId) -> &'a OracleChain {
        &self.inputs.state.chains[&id]
    }

    pub fn bounds(&self, id: ChainId) -> Bounds {
        bounds(self.chain(id), self.inputs.config, self.inputs.classes)
    }

    pub fn mode(&self, id: ChainId) -> ClassMode {
        self.bounds(id).mode
    }

    pub fn memory(&self, id: ChainId) -> &Memory {
        static NOTHING: Memory = Memory {
            last_rebalance: None,
            pin: None,
            owed: None,
            flight: None,
            failed: false,
            back_offs: BTreeMap::new(),
            moves: Vec::new(),
            flap_level: 0,
        };
        self.memories.get(&id).unwrap_or(&NOTHING)
    }

    pub fn memory_mut(&mut self, id: ChainId) -> &mut Memory {
        self.memories.entry(id).or_default()
    }

    pub fn window(&self) -> Window {
        Window { ns: self.inputs.config.flap_window_ns, sabotage: self.inputs.sabotage }
    }

    pub fn is_tracking(&self) -> bool {
        self.inputs.config.move_timeout_ns > 0
    }

    /// D3. Times may lie anywhere, so the difference must not wrap (T4).
    pub fn is_on_cooldown(&self, memory: &Memory, bounds: &Bounds) -> bool {
        let cooldown_ns = flap::cooldown_ns(memory, bounds.cooldown_ns, self.window());
        memory.last_rebalance.is_some_and(|last| self.inputs.now.0.saturating_sub(last.0) < cooldown_ns)
    }

    /// B5: never a target.
    pub fn is_closed(&self, node: NodeId) -> bool {
        self.inputs.state.closed(self.inputs.now).contains(&node)
    }

    /// What is no home for the chain now, ascending.
    pub fn exclude(&self, id: ChainId) -> Vec<NodeId> {
        let mut exclude = self.inputs.state.closed(self.inputs.now);
        exclude.extend(&self.chain(id).holders);
        exclude.extend(self.memory(id).backed_off_nodes(self.inputs.now));
        exclude.into_iter().collect()
    }

    /// R5: whether there would be too few holders if one went, for a move whose other half is to come first or not.
    pub fn leaves_too_few(&self, id: ChainId, has_target: bool) -> bool {
        let holders = self.chain(id).holders.len() as u64;
        let left = if has_target && self.is_place_first() { holders } else { holders - 1 };
        left < u64::from(self.inputs.config.min_holders)
    }

    /// R2: whether the chain is short of holders already.
    pub fn is_short(&self, id: ChainId) -> bool {
        let chain = self.chain(id);
        chain.desired.is_some_and(|desired| (chain.holders.len() as u64) < u64::from(desired))
    }

    pub fn is_place_first(&self) -> bool {
        self.inputs.config.move_order == driftline::MoveOrder::PlaceFirst
    }

    /// The first limit that a new move meets. Without a target any home will do.
    pub fn limit(&self, victim: Option<NodeId>, target: Option<NodeId>) -> Option<Verdict> {
        let Inputs { config, sabotage, .. } = self.inputs;
        let is_full = target.is_some_and(|target| self.reserved.is_full(target, config));
        let limit = self.reserved.limit(self.new_moves, victim, config, sabotage);
        limit.or(is_full.then_some(Verdict::TargetLimit))
    }

    /// The first that kept an arm from acting is the one that is told.
    pub fn hold_up(&mut self, id: ChainId, verdict: Verdict) {
        self.notes.push(match verdict {
            Verdict::LastHolder => "held up: last holder",
            Verdict::TickLimit => "held up: tick limit",
            Verdict::ClusterLimit => "held up: cluster limit",
            Verdict::SourceLimit => "held up: source limit",
            _ => "held up: target limit",
        });
        self.held_up.entry(id).or_insert(verdict);
    }

    /// P2
    pub fn skips(&self) -> bool {
        self.inputs.config.on_scorer_error == OnScorerError::SkipChain
    }

    /// What the last sample saw of the holders of a chain; nothing in the un-gated form.
    pub fn cells(&self, id: ChainId) -> BTreeMap<NodeId, f32> {
        match self.inputs.scores {
            Scores::Sampled(led) => led.get(&id).map(|led| led.current(self.chain(id))).unwrap_or_default(),
            Scores::Asked => BTreeMap::new(),
        }
    }

    /// R2: the worst holder, or the first if nobody has a score.
    pub fn worst_holder(&self, id: ChainId) -> NodeId {
        let worst = worst(&self.cells(id)).map(|(node, _)| node);
        worst.or(self.chain(id).holders.first().copied()).expect("a led chain has a holder")
    }
}

impl Led {
    /// The cells of those who still hold the chain.
    pub fn current(&self, chain: &OracleChain) -> BTreeMap<NodeId, f32> {
        let held = self.cells.iter().filter(|(node, _)| chain.holders.contains(node));
        held.map(|(&node, &score)| (node, score)).collect()
    }
}
