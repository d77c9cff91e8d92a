//! What one control plane was told and what came of it, kept beside the library and without its help.

use driftline::{ClassMode, ClassPolicy, Event, MeshState, NodeId, SchedulerConfig, Timestamp};

use super::backoffs::Backoffs;
use super::cast::{CHAINS, NODES, Nodes, PLANES, position};
use super::fault::Fault;
use super::flying::{Flying, Sight};
use super::pace::Pace;
use super::settings::CLASSES;
use super::truth::{Lease, Record};
use super::violation::{Checked, ensure, same};

/// What was ordered for a chain and no tick has settled yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    pub victim: Option<Ordered>,
    pub target: Option<Ordered>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordered {
    pub node: NodeId,
    /// Whether it came after the last tick, or was left standing by it. Others are out of date.
    pub is_fresh: bool,
}

impl Orders {
    pub fn is_empty(&self) -> bool {
        *self == Orders::default()
    }

    /// Victim and target.
    pub fn nodes(&self) -> (Option<NodeId>, Option<NodeId>) {
        (self.victim.map(|order| order.node), self.target.map(|order| order.node))
    }

    /// Those that are not out of date.
    pub fn fresh(&self) -> Orders {
        let is_fresh = |order: &Ordered| order.is_fresh;
        Orders { victim: self.victim.filter(is_fresh), target: self.target.filter(is_fresh) }
    }

    /// R7: what was not for one tick is not for the next either.
    pub fn grow_old(&mut self) {
        for order in [&mut self.victim, &mut self.target].into_iter().flatten() {
            order.is_fresh = false;
        }
    }
}

/// An eviction that is still to be made: once its target holds the chain, or as long as there are too many holders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub victim: NodeId,
    pub target: Option<NodeId>,
    pub at: Timestamp,
    /// Whether it may have been forgotten for its age: for how long who flaps is on cooldown is not counted here (O1).
    pub is_doubtful: bool,
}

/// What is known of one chain.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    pub record: Record,
    pub lease: Lease,
    pub flight: Option<Flying>,
    pub backoffs: Backoffs,
    /// When the chain was last evicted from, unless that is long ago.
    pub rebalanced: Option<Timestamp>,
    /// Whether the present tick says that.
    pub is_rebalanced_now: bool,
    /// Whom evictions that nobody tracks have named since the chain was last quiet.
    pub said: Nodes,
    pub owed: Option<Owed>,
    pub orders: Orders,
}

#[derive(Clone, Copy, Debug)]
pub struct Book {
    /// Whose it is.
    pub plane: usize,
    pub chains: [Told; CHAINS.len()],
    pub drained: Nodes,
    pub paces: [Pace; NODES.len()],
    pub avoided_until: [Timestamp; NODES.len()],
    pub frozen_until: Timestamp,
    pub config: SchedulerConfig,
    pub policies: [Option<ClassPolicy>; CLASSES as usize],
    /// What it has got wrong, if a fault is planted.
    pub fault: Option<Fault>,
    /// Feedback since the last tick that was about nothing (F3).
    pub ignored_feedback: u64,
}

impl Book {
    pub fn new(
        plane: usize,
        config: SchedulerConfig,
        policies: [Option<ClassPolicy>; CLASSES as usize],
        fault: Option<Fault>,
    ) -> Book {
        Book {
            plane,
            chains: Default::default(),
            drained: Nodes::default(),
            paces: Default::default(),
            avoided_until: Default::default(),
            frozen_until: Timestamp(0),
            config,
            policies,
            fault,
            ignored_feedback: 0,
        }
    }

    /// Whether it may act on the chain: somebody holds it, or should.
    pub fn leads(&self, chain: usize) -> bool {
        let Told { record, lease, .. } = &self.chains[chain];
        let is_missed = record.desired.is_some_and(|desired| desired > 0);
        record.exists && lease.plane == Some(self.plane) && (is_missed || !record.holders.is_empty())
    }

    pub fn led(&self) -> impl Iterator<Item = usize> + '_ {
        (0..CHAINS.len()).filter(|&chain| self.leads(chain))
    }

    pub fn is_frozen(&self, now: Timestamp) -> bool {
        now < self.frozen_until
    }

    /// The nodes that are no targets.
    pub fn closed(&self, now: Timestamp) -> Nodes {
        let avoided = NODES.into_iter().zip(self.avoided_until).filter(|&(_, until)| now < until);
        avoided.fold(self.drained, |closed, (node, _)| closed.with(node))
    }

    pub fn policy(&self, chain: usize) -> Option<ClassPolicy> {
        self.policies[self.chains[chain].record.class as usize]
    }

    pub fn cooldown_ns(&self, chain: usize) -> u64 {
        let own = self.policy(chain).and_then(|policy| policy.cooldown_ns);
        own.unwrap_or(self.config.cooldown_ns)
    }

    pub fn tracks(&self) -> bool {
        self.config.move_timeout_ns > 0
    }

    /// What a tick sees of a chain.
    pub fn sight(&self, chain: usize, now: Timestamp) -> Sight<'_> {
        let is_hasty = self.fault == Some(Fault::HastyMoves);
        Sight { record: self.chains[chain].record, closed: self.closed(now), config: &self.config, now, is_hasty }
    }

    /// Whether the chain was evicted from so shortly ago that nobody may doubt it; it may be for longer (O1).
    pub fn is_on_cooldown(&self, chain: usize, now: Timestamp) -> bool {
        self.chains[chain].rebalanced.is_some_and(|last| now.since_ns(last) < self.cooldown_ns(chain))
    }

    /// Who is as good as gone: evictions that nobody tracks may still be carried out (F0).
    pub fn said(&self, chain: usize, now: Timestamp) -> Nodes {
        let lasts = self.fault == Some(Fault::LastingWords);
        let counts = !self.tracks() && (lasts || self.is_on_cooldown(chain, now));
        if counts { self.chains[chain].said } else { Nodes::default() }
    }

    pub fn has_limits(&self) -> bool {
        let SchedulerConfig { max_moves_per_tick, max_in_flight, .. } = self.config;
        let SchedulerConfig { max_in_flight_per_source, max_in_flight_per_target, .. } = self.config;
        [max_moves_per_tick, max_in_flight, max_in_flight_per_source, max_in_flight_per_target]
            .iter()
            .any(|&limit| limit > 0)
    }

    /// Whether moves for better homes are emitted for the chain at all (Y1).
    pub fn is_movable(&self, chain: usize) -> bool {
        let mode = self.policy(chain).map(|policy| policy.mode);
        !matches!(mode, Some(ClassMode::Pinned | ClassMode::ProposeOnly))
    }

    /// Y1
    pub fn is_pinned(&self, chain: usize) -> bool {
        self.policy(chain).is_some_and(|policy| policy.mode == ClassMode::Pinned)
    }

    /// The moves in flight of the chains that are led, by chain.
    pub fn flights(&self) -> Vec<(usize, Flying)> {
        self.led().filter_map(|chain| Some((chain, self.chains[chain].flight?))).collect()
    }

    /// How many are in flight to a node. Who has the chain already is no target any more.
    pub fn flights_to(&self, node: Option<NodeId>) -> usize {
        let has_come = |chain: usize, flight: &Flying| flight.has_come(&self.chains[chain].record);
        self.flights().iter().filter(|(chain, flight)| flight.target == node && !has_come(*chain, flight)).count()
    }

    /// Takes note of what was said beside the store's news.
    pub fn note(&mut self, event: &Event) {
        match *event {
            Event::Drain { node, deadline } => {
                let before = Some(self.paces[node.0 as usize - 1]).filter(|_| self.drained.contains(node));
                self.paces[node.0 as usize - 1] = before.unwrap_or_default().until(deadline);
                self.drained = self.drained.with(node);
            }
            Event::DrainCancelled { node } => self.drained = self.drained.without(node),
            Event::Avoid { node, until } => self.avoided_until[node.0 as usize - 1] = until,
            Event::FreezeUntil { until } => self.frozen_until = until,
            Event::Thaw => self.frozen_until = Timestamp(0),
            Event::ForceEvict { chain, victim } => {
                self.chains[position(chain)].orders.victim = Some(Ordered { node: victim, is_fresh: true });
            }
            Event::ForcePlace { chain, target } => {
                self.chains[position(chain)].orders.target = Some(Ordered { node: target, is_fresh: true });
            }
            Event::MoveFailed { chain } => match &mut self.chains[position(chain)].flight {
                Some(flight) if flight.is_said => flight.has_failed = true,
                // What was not said yet cannot have failed.
                _ => self.ignored_feedback += 1,
            },
            _ => unreachable!("the store says the rest"),
        }
    }

    /// R7: an order is for whoever leads the chain then, and not for the next.
    pub fn lead(&mut self, chain: usize, lease: Lease) {
        let told = &mut self.chains[chain];
        if lease.plane != told.lease.plane {
            told.orders = Orders::default();
        }
        told.lease = lease;
    }

    /// The chain is gone, and all that was known of it but for who leads it.
    pub fn remove(&mut self, chain: usize, revision: u64) {
        let told = &mut self.chains[chain];
        *told = Told { lease: told.lease, ..Told::default() };
        told.record.revision = revision;
    }

    /// The state must say what it was told.
    pub fn compare(&self, state: &MeshState) -> Checked {
        for (&id, told) in CHAINS.iter().zip(&self.chains) {
            let Told { record, lease, flight, orders, .. } = told;
            let Some(view) = state.chain(id) else {
                ensure(!record.exists, "the state says what it was told", || format!("{id} does not exist"))?;
                continue;
            };
            let rule = "the state says what it was told";
            ensure(record.exists, rule, || format!("{id} exists"))?;
            let what = |what: &str| format!("{} of {id} at {}", what, PLANES[self.plane].1);
            let agrees = view.holders().collect::<Nodes>() == record.holders
                && view.holder_count() == record.holders.count()
                && view.leader() == lease.plane.map(|plane| PLANES[plane].0)
                && view.claim_held() == record.claimed
                && view.desired_replicas() == record.desired
                && view.class() == record.class
                && view.revision() == Some(record.revision);
            ensure(agrees, rule, || format!("{}: {view:?}, not {told:?}", what("facts")))?;
            let pending = (view.pending_eviction(), view.pending_placement());
            same(rule, &what("orders"), pending, orders.nodes())?;
            if view.is_in_flight() != flight.is_some() {
                same(
                    "a move is in flight from its action to its end",
                    &what("flight"),
                    view.is_in_flight(),
                    flight.is_some(),
                )?;
            }
        }
        Ok(())
    }
}
