//! Each kind of event by itself, one event a call: what it costs must not depend on how many chains there are.

use std::sync::Arc;

use comfy_table::{CellAlignment, Table};
use driftline::{ChainId, Event, NodeId, SchedulerConfig};

use crate::events::newcomer;
use crate::fast::Driftline;
use crate::figures::{duration, grouped, ratio};
use crate::inputs::{Inputs, THIS_NODE, scramble};
use crate::side::Side;
use crate::stopwatch::{least, time};
use crate::table::TABLE_STYLE;
use crate::tables::Tables;

/// So many chains anywhere among all are measured at a time: what was at hand for one kind is so for the next.
const CHAINS: u64 = 1_000;

/// Other chains in each turn.
const TURNS: u64 = 20;

/// What comes first fetches the chain from memory, which takes longer the less of it fits into the caches; it is shown
/// apart. The kinds come in an order in which each has something to do, and the chain is in the end what it was.
const KINDS: [(&str, EventOf); 11] = [
    ("ChainTouched, the first in a long time", |subject| Event::ChainTouched { chain: subject.chain }),
    ("HolderAdded", |subject| Event::HolderAdded { chain: subject.chain, node: subject.newcomer }),
    ("HolderRemoved", |subject| Event::HolderRemoved { chain: subject.chain, node: subject.newcomer }),
    ("ClaimAcquired", |subject| Event::ClaimAcquired { chain: subject.chain }),
    ("ClaimReleased", |subject| Event::ClaimReleased { chain: subject.chain }),
    ("NodeTouched", |subject| Event::NodeTouched { node: subject.newcomer }),
    ("ChainTouched", |subject| Event::ChainTouched { chain: subject.chain }),
    ("LeaderCleared", |subject| Event::LeaderCleared { chain: subject.chain }),
    ("LeaderSet", |subject| Event::LeaderSet { chain: subject.chain, node: THIS_NODE }),
    ("ChainRemoved", |subject| Event::ChainRemoved { chain: subject.chain }),
    ("HolderAdded, a chain that is new", |subject| Event::HolderAdded {
        chain: subject.chain,
        node: subject.holders[0],
    }),
];

/// The event of a kind that happens to a chain.
type EventOf = fn(&Subject) -> Event;

/// A chain to which everything happens.
struct Subject {
    chain: ChainId,
    holders: [NodeId; 3],
    newcomer: NodeId,
}

/// The least mean time of each kind.
fn measure(inputs: &Inputs) -> Vec<f64> {
    let mut side = Driftline::new(&Arc::new(Tables::new(inputs.node_count)), SchedulerConfig::default());
    side.load(inputs);
    let mut times: Vec<Vec<f64>> = KINDS.map(|_| Vec::new()).into();
    for turn in 0..TURNS {
        let draws = (turn * CHAINS..).take(CHAINS as usize).map(|draw| scramble(draw) % inputs.chains.len() as u64);
        let mut indices: Vec<usize> = draws.map(|index| index as usize).collect();
        // A chain that was drawn twice would be removed twice.
        indices.sort_unstable();
        indices.dedup();
        indices.sort_by_key(|&index| scramble(index as u64));
        let subjects: Vec<Subject> = indices.into_iter().map(|index| subject(inputs, index)).collect();
        for ((_, event_of), times) in KINDS.iter().zip(&mut times) {
            let events: Vec<Event> = subjects.iter().map(event_of).collect();
            let (ns, ()) = time(|| events.iter().for_each(|&event| side.apply(event)));
            times.push(ns / events.len() as f64);
        }
        for Subject { chain, holders, .. } in subjects {
            side.apply(Event::HolderAdded { chain, node: holders[1] });
            side.apply(Event::HolderAdded { chain, node: holders[2] });
            side.apply(Event::LeaderSet { chain, node: THIS_NODE });
        }
    }
    times.into_iter().map(least).collect()
}

fn subject(inputs: &Inputs, index: usize) -> Subject {
    let holders = inputs.holders_of(index).try_into().expect("a chain has three holders");
    Subject { chain: inputs.chains[index], holders, newcomer: newcomer(inputs, index) }
}

/// Prints a line for each kind and a column for each number of chains.
pub fn print(chain_counts: &[usize], node_count: u64) {
    let columns: Vec<Vec<f64>> = chain_counts.iter().map(|&count| measure(&Inputs::new(count, node_count))).collect();
    let mut table = Table::new();
    let heads = chain_counts.iter().map(|count| format!("{} chains", grouped(count)));
    table.load_style(TABLE_STYLE);
    table.set_header(["one event".to_owned()].into_iter().chain(heads).chain(["last to first".to_owned()]));
    for (index, (name, _)) in KINDS.iter().enumerate() {
        let times: Vec<f64> = columns.iter().map(|column| column[index]).collect();
        let growth = ratio(times[times.len() - 1] / times[0]);
        let cells = times.into_iter().map(duration);
        table.add_row([(*name).to_owned()].into_iter().chain(cells).chain([growth]));
    }
    let mean = |column: &Vec<f64>| column[1..].iter().sum::<f64>() / (KINDS.len() - 1) as f64;
    let means: Vec<f64> = columns.iter().map(mean).collect();
    let growth = ratio(means[means.len() - 1] / means[0]);
    let heading = "the mean of the ten, without the first".to_owned();
    table.add_row([heading].into_iter().chain(means.into_iter().map(duration)).chain([growth]));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
}
