//! Tables for people and for Markdown.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

/// Nothing but a line under the heads.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::new('─', '─', '─', '─'));

/// Prints rows under heads; all but the first columns are numbers and stand at the right.
pub fn print(heads: &[&str], text_columns: usize, rows: &[Vec<String>], markdown: bool) {
    if markdown {
        return print_markdown(heads, text_columns, rows);
    }
    let mut table = Table::new();
    table.load_style(STYLE).set_header(heads.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(text_columns) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}\n");
}

fn print_markdown(heads: &[&str], text_columns: usize, rows: &[Vec<String>]) {
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        println!("| {} |", cells.join(" | "));
    };
    line(&mut heads.iter().map(|head| (*head).to_owned()));
    line(&mut (0..heads.len()).map(|column| if column < text_columns { "---" } else { "---:" }.to_owned()));
    for row in rows {
        line(&mut row.iter().cloned());
    }
    println!();
}
