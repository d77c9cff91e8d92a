//! The output for people.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use crate::Results;
use crate::figures::{duration, grouped, ratio};

/// Nothing but a line under the heads.
pub const TABLE_STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::new('─', '─', '─', '─'));

/// Prints one table for one number of chains.
pub fn print(results: &Results) {
    let inputs = &results.inputs;
    println!("{} chains with 3 holders each on {} nodes", grouped(inputs.chains.len()), grouped(inputs.node_count));
    let mut table = Table::new();
    table.load_style(TABLE_STYLE).set_header(["", "driftline", "naive", "ratio"]);
    for (index, fast) in results.fast.iter().enumerate() {
        let naive_ns = results.naive.as_ref().map(|naive| naive[index].ns);
        let dash = || "-".to_owned();
        table.add_row([
            fast.step.title().to_owned(),
            duration(fast.ns),
            naive_ns.map_or_else(dash, duration),
            naive_ns.map_or_else(dash, |naive_ns| ratio(naive_ns / fast.ns)),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
    for (name, memory) in [("", &results.memory), (", everything on", &results.memory_with_everything_on)] {
        println!(
            "{:.0} bytes per chain before the first sample, {:.0} with full histories, {:.0} at the peak{name}",
            memory.before_first_sample, memory.full_ring, memory.peak
        );
    }
    println!();
}
