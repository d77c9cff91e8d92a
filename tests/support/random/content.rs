//! E5: what a digest depends on.

use std::collections::BTreeMap;

use driftline::{ChainId, Event, MeshState, NodeId, Timestamp};

use crate::support::oracle::{Memory, OracleChain, OracleState};

/// All logical content of a state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Content {
    chains: BTreeMap<ChainId, OracleChain>,
    drains: BTreeMap<NodeId, Timestamp>,
    avoided: BTreeMap<NodeId, Timestamp>,
    frozen_until: Option<Timestamp>,
}

impl Content {
    pub fn of(state: &OracleState) -> Self {
        let mut chains = state.chains.clone();
        for chain in chains.values_mut() {
            // Who was to go is no content, and neither is when an order came.
            chain.memory.said.clear();
            chain.is_imported = false;
            for order in [&mut chain.orders.eviction, &mut chain.orders.placement] {
                *order = order.map(|(node, _)| (node, 0));
            }
        }
        Content {
            chains,
            drains: state.drains.clone(),
            avoided: state.avoided.clone(),
            frozen_until: state.frozen_until,
        }
    }
}

/// The same content built another way. Only a tick can make a memory.
pub fn rebuilt(content: &Content) -> Option<MeshState> {
    let mut events = Vec::new();
    events.extend(content.frozen_until.map(|until| Event::FreezeUntil { until }));
    events.extend(content.avoided.iter().rev().map(|(&node, &until)| Event::Avoid { node, until }));
    events.extend(content.drains.iter().rev().map(|(&node, &deadline)| Event::Drain { node, deadline }));
    for (&chain, kept) in content.chains.iter().rev() {
        if kept.memory != Memory::default() {
            return None;
        }
        events.extend(kept.revision.map(|revision| Event::ChainRevision { chain, revision }));
        events.extend(kept.claim_held.then_some(Event::ClaimAcquired { chain }));
        events.extend(kept.leader.map(|node| Event::LeaderSet { chain, node }));
        events.extend(kept.holders.iter().rev().map(|&node| Event::HolderAdded { chain, node }));
        events.extend(kept.class.map(|class| Event::ChainClass { chain, class }));
        events.extend(kept.desired.map(|count| Event::DesiredReplicas { chain, count }));
        events.extend(kept.orders.placement.map(|(target, _)| Event::ForcePlace { chain, target }));
        events.extend(kept.orders.eviction.map(|(victim, _)| Event::ForceEvict { chain, victim }));
    }
    let mut state = MeshState::new();
    state.apply(&events).expect("the content has no reserved node");
    Some(state)
}
