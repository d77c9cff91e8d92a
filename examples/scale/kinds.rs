//! Each kind of event by itself, one event a call: what it costs must not depend on how many chains there are.

use std::sync::Arc;

use comfy_table::{CellAlignment, Table};
use driftline::{Event, SchedulerConfig};

use crate::events::{KINDS, subjects};
use crate::fast::Driftline;
use crate::figures::{duration, grouped, ratio};
use crate::inputs::Inputs;
use crate::side::Side;
use crate::stopwatch::{least, time};
use crate::table::TABLE_STYLE;
use crate::tables::Tables;

/// Other chains in each turn.
const TURNS: u64 = 20;

/// The least mean time of each kind.
fn measure(inputs: &Inputs) -> Vec<f64> {
    let mut side = Driftline::new(&Arc::new(Tables::new(inputs.node_count)), SchedulerConfig::default());
    side.load(inputs);
    let mut times: Vec<Vec<f64>> = KINDS.map(|_| Vec::new()).into();
    for turn in 0..TURNS {
        let subjects = subjects(inputs, turn);
        for ((_, event_of), times) in KINDS.iter().zip(&mut times) {
            let events: Vec<Event> = subjects.iter().map(event_of).collect();
            let (ns, ()) = time(|| events.iter().for_each(|&event| side.apply(event)));
            times.push(ns / events.len() as f64);
        }
        subjects.iter().flat_map(|subject| subject.restore()).for_each(|event| side.apply(event));
    }
    times.into_iter().map(least).collect()
}

/// Prints a line for each kind and a column for each number of chains.
pub fn print(chain_counts: &[usize], node_count: u64) {
    let columns: Vec<Vec<f64>> = chain_counts.iter().map(|&count| measure(&Inputs::new(count, node_count))).collect();
    let mut table = Table::new();
    let heads = chain_counts.iter().map(|count| format!("{} chains", grouped(count)));
    table.load_style(TABLE_STYLE);
    table.set_header(["one event".to_owned()].into_iter().chain(heads).chain(["last to first".to_owned()]));
    let mut add_row = |name: &str, time_of: &dyn Fn(&Vec<f64>) -> f64| {
        let times: Vec<f64> = columns.iter().map(time_of).collect();
        let growth = ratio(times[times.len() - 1] / times[0]);
        table.add_row([name.to_owned()].into_iter().chain(times.into_iter().map(duration)).chain([growth]));
    };
    for (index, (name, _)) in KINDS.iter().enumerate() {
        add_row(name, &|column| column[index]);
    }
    add_row("the mean of all", &|column| column.iter().sum::<f64>() / KINDS.len() as f64);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
}
