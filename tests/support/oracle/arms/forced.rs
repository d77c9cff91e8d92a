//! R7: orders are carried out, or refused, by the next tick.

use driftline::{Arm, ChainId, NodeId};

use super::begin::Plan;
use crate::support::oracle::answer::Numbers;
use crate::support::oracle::pass::Pass;
use crate::support::oracle::state::Orders;

impl Pass<'_> {
    /// Forced evictions, then forced placements.
    pub(crate) fn forced_arm(&mut self) {
        self.drop_old_orders();
        let pending = self.orders.clone();
        let (evictions, placements): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|(_, orders)| orders.eviction.is_some());
        for (id, orders) in evictions.into_iter().chain(placements) {
            self.carry_out(id, orders);
        }
    }

    /// R6: in a freeze they are refused.
    pub(crate) fn refuse_orders(&mut self) {
        self.drop_old_orders();
        for orders in std::mem::take(&mut self.orders).into_values() {
            self.notes.push("order: frozen");
            self.counts.forced_refused += number_of(orders);
        }
    }

    /// What came when the chain was led elsewhere is not for us.
    fn drop_old_orders(&mut self) {
        let seen = self.inputs.orders_seen;
        for orders in self.orders.values_mut() {
            orders.eviction = orders.eviction.filter(|&(_, number)| number > seen);
            orders.placement = orders.placement.filter(|&(_, number)| number > seen);
        }
        self.orders.retain(|_, orders| *orders != Orders::default());
    }

    fn carry_out(&mut self, id: ChainId, orders: Orders) {
        let victim = orders.eviction.map(|(victim, _)| victim);
        let target = orders.placement.map(|(target, _)| target);
        if let Some(reason) = self.impossible(id, victim, target) {
            self.notes.push(reason);
            self.orders.remove(&id);
            self.counts.forced_refused += number_of(orders);
        } else if let Some(limit) = self.limit_of_all(victim, target) {
            // The orders stay.
            self.notes.push("order: stays");
            self.hold_up(id, limit);
        } else {
            self.orders.remove(&id);
            if let Some(target) = target {
                // Whoever gives the order knows better.
                self.memory_mut(id).back_offs.remove(&target);
            }
            self.begin(id, Plan { arm: Arm::Forced, victim, target, numbers: Numbers::default() });
        }
    }

    fn impossible(&self, id: ChainId, victim: Option<NodeId>, target: Option<NodeId>) -> Option<&'static str> {
        let chain = self.chain(id);
        if self.memory(id).is_moving() {
            Some("order: in flight")
        } else if chain.claim_held {
            Some("order: claim held")
        } else if victim.is_some_and(|node| !chain.holders.contains(&node)) {
            Some("order: no victim")
        } else if target.is_some_and(|node| chain.holders.contains(&node)) {
            Some("order: target holds")
        } else if target.is_some_and(|node| self.is_closed(node)) {
            Some("order: target closed")
        } else if victim.is_some_and(|node| self.leaves_too_few(id, node, target.is_some())) {
            Some("order: last holder")
        } else {
            None
        }
    }
}

fn number_of(orders: Orders) -> u64 {
    u64::from(orders.eviction.is_some()) + u64::from(orders.placement.is_some())
}
