//! What an inventory is told, as values, so that a feed can be kept and told again.

use driftline::{
    Bandwidth, ChainId, ChainProfile, Client, Error, Event, InventoryScorer, Membership, NodeId, NodeInventory, Rtt,
    Timestamp,
};

/// A profile that owns its clients.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Without its clients.
    pub said: ChainProfile<'static>,
    pub clients: Vec<Client>,
}

impl Profile {
    pub fn of(said: ChainProfile<'static>, clients: &[Client]) -> Profile {
        Profile { said, clients: clients.to_vec() }
    }

    fn lent(&self) -> ChainProfile<'_> {
        ChainProfile { clients: &self.clients, ..self.said }
    }
}

/// One call.
#[derive(Clone, Debug)]
pub enum Input {
    Events(Vec<Event>),
    Load(Vec<(ChainId, Vec<NodeId>)>),
    Nodes(Timestamp, Vec<NodeInventory>),
    Rtts(Timestamp, Vec<Rtt>),
    Bandwidths(Vec<Bandwidth>),
    Profiles(Vec<Profile>),
    Forget(NodeId),
}

impl Input {
    pub fn tell(&self, inventory: &mut InventoryScorer) -> Result<(), Error> {
        match self {
            Input::Events(events) => inventory.follow(events),
            Input::Load(chains) => with_membership(chains, NodeId::NONE, |membership| inventory.load(membership)),
            Input::Nodes(now, reports) => inventory.report_nodes(*now, reports),
            Input::Rtts(now, reports) => inventory.report_rtts(*now, reports),
            Input::Bandwidths(reports) => inventory.report_bandwidths(reports),
            Input::Profiles(profiles) => {
                inventory.report_profiles(&profiles.iter().map(Profile::lent).collect::<Vec<_>>())
            }
            Input::Forget(node) => inventory.forget_node(*node).map(drop),
        }
    }
}

/// The arrays of a membership in which one node leads all chains.
pub fn with_membership<T>(
    chains: &[(ChainId, Vec<NodeId>)],
    leader: NodeId,
    work: impl FnOnce(&Membership<'_>) -> T,
) -> T {
    let ids: Vec<ChainId> = chains.iter().map(|(chain, _)| *chain).collect();
    let holders: Vec<NodeId> = chains.iter().flat_map(|(_, holders)| holders.iter().copied()).collect();
    let mut holder_offsets = vec![0];
    for (_, holders) in chains {
        holder_offsets.push(holder_offsets[holder_offsets.len() - 1] + holders.len() as u64);
    }
    let leaders = vec![leader; ids.len()];
    work(&Membership { chains: &ids, leaders: &leaders, holder_offsets: &holder_offsets, holders: &holders })
}
