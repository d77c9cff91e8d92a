//! Commands that tell the state what happened.

use driftline::{ChainId, Event, Membership, NodeId};

use super::play::Play;
use super::print;
use super::tokens::{self, Arguments};

/// The events of a command; `None` if it is no event.
pub fn parse(name: &str, arguments: &mut Arguments<'_>) -> Result<Option<Vec<Event>>, String> {
    let events = match name {
        "add" => of_holders(arguments, |chain, node| Event::HolderAdded { chain, node })?,
        "remove" => of_holders(arguments, |chain, node| Event::HolderRemoved { chain, node })?,
        "lead" => vec![Event::LeaderSet { chain: arguments.chain()?, node: arguments.node()? }],
        "unlead" => vec![Event::LeaderCleared { chain: arguments.chain()? }],
        "delete" => vec![Event::ChainRemoved { chain: arguments.chain()? }],
        "claim" => vec![Event::ClaimAcquired { chain: arguments.chain()? }],
        "release" => vec![Event::ClaimReleased { chain: arguments.chain()? }],
        "touch" => match arguments.optional("node") {
            Some(node) => vec![Event::NodeTouched { node: tokens::node(node)? }],
            None => vec![Event::ChainTouched { chain: arguments.chain()? }],
        },
        _ => return safety(name, arguments),
    };
    Ok(Some(events))
}

/// The events of Part B.
fn safety(name: &str, arguments: &mut Arguments<'_>) -> Result<Option<Vec<Event>>, String> {
    let event = match name {
        "desire" => {
            let count = tokens::small_integer(arguments.value("count")?)?;
            Event::DesiredReplicas { chain: arguments.chain()?, count }
        }
        "revision" => {
            let revision = tokens::integer(arguments.value("value")?)?;
            Event::ChainRevision { chain: arguments.chain()?, revision }
        }
        "class" => {
            let class = tokens::small_integer(arguments.value("class")?)?;
            Event::ChainClass { chain: arguments.chain()?, class }
        }
        "drain" => Event::Drain { node: arguments.node()?, deadline: tokens::time(arguments.value("deadline")?)? },
        "undrain" => Event::DrainCancelled { node: arguments.node()? },
        "avoid" => Event::Avoid { node: arguments.node()?, until: tokens::time(arguments.value("until")?)? },
        "freeze" => Event::FreezeUntil { until: tokens::time(arguments.value("until")?)? },
        "thaw" => Event::Thaw,
        "force-evict" => Event::ForceEvict { chain: arguments.chain()?, victim: arguments.node()? },
        "force-place" => Event::ForcePlace { chain: arguments.chain()?, target: arguments.node()? },
        "fail" => Event::MoveFailed { chain: arguments.chain()? },
        _ => return Ok(None),
    };
    Ok(Some(vec![event]))
}

fn of_holders(arguments: &mut Arguments<'_>, event: impl Fn(ChainId, NodeId) -> Event) -> Result<Vec<Event>, String> {
    let chain = arguments.chain()?;
    let nodes = tokens::list(arguments.value("nodes")?, tokens::node)?;
    Ok(nodes.into_iter().map(|node| event(chain, node)).collect())
}

pub fn apply(play: &mut Play, events: &[Event], out: &mut Vec<String>) {
    // An inventory is told what has happened, not what was refused.
    let followed = play.state.apply(events).and_then(|()| match &play.inventory {
        Some(inventory) => inventory.follow(events),
        None => Ok(()),
    });
    if let Err(error) = followed {
        out.push(print::error(&error));
    }
}

/// `load C:L:A,B ..`
pub fn load(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let mut arrays = Arrays { offsets: vec![0], ..Arrays::default() };
    for word in arguments.rest_of_words() {
        let parts: Vec<&str> = word.split(':').collect();
        let [chain, leader, holders] = parts[..] else {
            return Err(format!("`{word}` is not chain:leader:holders"));
        };
        arrays.chains.push(tokens::chain(chain)?);
        arrays.leaders.push(leader_of(leader)?);
        arrays.holders.extend(tokens::list(holders, tokens::node)?);
        arrays.offsets.push(arrays.holders.len() as u64);
    }
    arrays.load(play, out);
    Ok(())
}

/// `load-raw chains=.. leaders=.. offsets=.. holders=..`
pub fn load_raw(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let arrays = Arrays {
        chains: tokens::list(arguments.value("chains")?, tokens::chain)?,
        leaders: tokens::list(arguments.value("leaders")?, leader_of)?,
        offsets: tokens::list(arguments.value("offsets")?, tokens::integer)?,
        holders: tokens::list(arguments.value("holders")?, tokens::node)?,
    };
    // Not every language can say arrays of other lengths.
    if arrays.leaders.len() != arrays.chains.len() || arrays.offsets.len() != arrays.chains.len() + 1 {
        return Err("there must be as many leaders as chains, and one offset more".to_owned());
    }
    if arrays.offsets.last() != Some(&(arrays.holders.len() as u64)) {
        return Err("the last offset must be the number of holders".to_owned());
    }
    arrays.load(play, out);
    Ok(())
}

fn leader_of(token: &str) -> Result<NodeId, String> {
    if token == "-" { Ok(NodeId::NONE) } else { tokens::node(token) }
}

#[derive(Default)]
struct Arrays {
    chains: Vec<ChainId>,
    leaders: Vec<NodeId>,
    offsets: Vec<u64>,
    holders: Vec<NodeId>,
}

impl Arrays {
    fn load(&self, play: &mut Play, out: &mut Vec<String>) {
        let membership = Membership {
            chains: &self.chains,
            leaders: &self.leaders,
            holder_offsets: &self.offsets,
            holders: &self.holders,
        };
        let loaded = play.state.load(&membership).and_then(|()| match &play.inventory {
            Some(inventory) => inventory.load(&membership),
            None => Ok(()),
        });
        if let Err(error) = loaded {
            out.push(print::error(&error));
        }
    }
}
