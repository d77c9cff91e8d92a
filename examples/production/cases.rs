//! What people who leave a scheduler running complain about, by default and in production.

use driftline::SchedulerConfig;

use crate::stories;
use crate::table;

type Story = fn(SchedulerConfig) -> String;

const CASES: [(&str, Story); 9] = [
    ("a new, empty node joins 1,000 chains with bad homes", stories::a_new_node),
    ("one chain overloads any node it lands on", stories::a_heavy_chain),
    ("two homes differ by noise around the gap", stories::noise),
    ("the moves of one chain always fail", stories::always_fails),
    ("loads are reported a minute late", stories::late_reports),
    ("the leader changes amid cooldown and move", stories::leader_changes),
    ("10,000 chains become bad at once", stories::storm),
    ("a drain of an hour, with claims", stories::drain),
    ("a restart that knows half of the nodes", stories::restart),
];

/// Prints one row for each case.
pub fn print(markdown: bool) {
    println!("cases, a tick every 10 s, a move takes 30 s\n");
    let rows: Vec<Vec<String>> = CASES
        .into_iter()
        .map(|(what, story)| {
            vec![what.to_owned(), story(SchedulerConfig::default()), story(SchedulerConfig::production())]
        })
        .collect();
    table::print(&["case", "default", "production"], 3, &rows, markdown);
}
