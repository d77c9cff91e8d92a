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
use super::said;
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
    /// L1: those of them that were moves of failing chains, and the flights of such chains.
    pub failing_moves: u64,
    pub failing_flights: u64,
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
            failing_moves: 0,
            failing_flights: 0,
            counts: Counts::default(),
            notes: Vec::new(),
        }
    }

    /// Everything, in order. `questions` is `None` when no scorer is installed.
    pub fn run(&mut self, mut questions: Option<&mut Questions<'_>>) -> Result<Decided, Failure> {
        self.correct_times();
        self.forget();
        self.advance();
        self.reserve();
        let judged = if self.inputs.state.is_frozen(self.inputs.now) {
            // R6
            self.refuse_orders();
            self.keep_drains();
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

    /// V1: what another leader did lies no later than now, however far its clock goes ahead.
    fn correct_times(&mut self) {
        let Inputs { state, now, .. } = self.inputs;
        for id in self.led.iter().filter(|id| state.chains[id].is_imported) {
            let Some(memory) = self.memories.get_mut(id) else { continue };
            let before = memory.clone();
            memory.set_no_later_than(now);
            if *memory != before {
                self.notes.push("import: from a clock ahead");
            }
        }
    }

    /// E4: what is over is forgotten.
    fn forget(&mut self) {
        let Inputs { now, config, .. } = self.inputs;
        for (id, mut memory) in std::mem::take(&mut self.memories) {
            flap::forget(&mut memory, now, self.window());
            if !self.is_on_cooldown(&memory, &self.bounds(id)) {
                memory.last_rebalance = None;
                memory.said.clear();
            }
            // A chain that is not led keeps what only matters to one that is.
            if self.led.contains(&id) {
                memory.forget_back_offs(now);
                let holders = &self.chain(id).holders;
                let is_young = |pin: &Pin| now.0.saturating_sub(pin.at.0) < config.pin_ttl_ns;
                memory.pin = memory.pin.filter(|pin| is_young(pin) && !holders.contains(&pin.target));
            }
            self.memories.insert(id, memory);
        }
    }

    fn reserve(&mut self) {
        for id in &self.led {
            let Some(Memory { flight: Some(flight), back_offs, .. }) = self.memories.get(id) else { continue };
            self.reserved.add(flight);
            self.failing_flights += u64::from(!back_offs.is_empty());
        }
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
            said: Vec::new(),
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

    /// D3
    pub fn is_on_cooldown(&self, memory: &Memory, bounds: &Bounds) -> bool {
        said::is_on_cooldown(memory, bounds, self.window(), self.inputs.now)
    }

    /// The cooldown as it is for this chain.
    pub fn cooldown_ns(&self, id: ChainId) -> u64 {
        flap::cooldown_ns(self.memory(id), self.bounds(id).cooldown_ns, self.window())
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

    /// R5: whether there would be too few holders if `victim` went, for a move whose other half is to come first or not.
    pub fn leaves_too_few(&self, id: ChainId, victim: NodeId, has_target: bool) -> bool {
        let holders = self.holders_without(id, Some(victim));
        let left = if has_target && self.is_place_first() { holders } else { holders.saturating_sub(1) };
        left < u64::from(self.inputs.config.min_holders) || said::is_one_too_many(&self.said(id), victim)
    }

    /// R2: whether the chain is short of holders already.
    pub fn is_short(&self, id: ChainId) -> bool {
        let chain = self.chain(id);
        chain.desired.is_some_and(|desired| (chain.holders.len() as u64) < u64::from(desired))
    }

    /// Whether it is, or will be with who was asked to go, and so has nobody to lose.
    pub fn will_be_short(&self, id: ChainId, victim: NodeId) -> bool {
        let desired = self.chain(id).desired.map(u64::from);
        desired.is_some_and(|desired| self.holders_without(id, Some(victim)) < desired)
    }

    /// R2: whether the chain has more holders than it should have, so that `victim` may go, or somebody who is not named
    /// yet.
    pub fn has_too_many(&self, id: ChainId, victim: Option<NodeId>) -> bool {
        let desired = self.chain(id).desired.map(u64::from);
        desired.is_some_and(|desired| self.holders_without(id, victim) > desired)
    }

    pub fn is_place_first(&self) -> bool {
        self.inputs.config.move_order == driftline::MoveOrder::PlaceFirst
    }

    /// A move is begun that counts as one of this pass.
    pub fn count_move(&mut self, id: ChainId) {
        self.new_moves += 1;
        self.acted.insert(id);
        if self.memory(id).is_failing() {
            self.failing_moves += 1;
            self.failing_flights += u64::from(self.is_tracking());
        }
    }

    /// The first limit that a new move of the chain meets, whoever asks but for orders.
    pub fn limit(&mut self, id: ChainId, victim: Option<NodeId>, target: Option<NodeId>) -> Option<Verdict> {
        let limit = self.limit_of_all(victim, target);
        match self.limit_of_failing(id) {
            Some(share) => {
                if limit.is_none() {
                    self.notes.push(if share == Verdict::TickLimit { "share: of a tick" } else { "share: in flight" });
                }
                Some(share)
            }
            None => limit,
        }
    }

    /// F1: chains whose moves fail have no more than a quarter of what there is, so that no other waits for them.
    fn limit_of_failing(&self, id: ChainId) -> Option<Verdict> {
        let config = self.inputs.config;
        let is_reached = |count: u64, limit: u64| limit > 0 && count >= (limit / 4).max(1);
        if !self.memory(id).is_failing() {
            None
        } else if is_reached(self.failing_moves, config.max_moves_per_tick) {
            Some(Verdict::TickLimit)
        } else if is_reached(self.failing_flights, config.max_in_flight) {
            Some(Verdict::ClusterLimit)
        } else {
            None
        }
    }

    /// The first limit that any new move meets. Without a target any home will do.
    pub fn limit_of_all(&self, victim: Option<NodeId>, target: Option<NodeId>) -> Option<Verdict> {
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
