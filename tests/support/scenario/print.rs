//! Output lines. The text of verdicts is the library's own; everything else is printed here.

use driftline::{ChainId, Error, LocalScheduler, NodeId, ScorerFailure, ScorerMethod, TickReport, Timestamp, Verdict};

use super::moves;
use crate::support::world::Call;

/// One line per re-scored chain, or `sampled none`.
pub fn sampled(scheduler: &LocalScheduler) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    for (chain, cause) in scheduler.sampled() {
        let mut line = format!("sampled {chain} ({}): {}", cause.name(), cells(scheduler, chain));
        // The lowest score; the lowest node among equals.
        let worst = scheduler.snapshot().cells(chain).reduce(|worst, cell| if cell.1 < worst.1 { cell } else { worst });
        if worst != scheduler.snapshot().worst(chain) {
            return Err(format!("contradiction: chain {chain}: worst is not the worst of the cells"));
        }
        if let Some((node, score)) = worst {
            let history = scheduler.history(chain).ok_or("contradiction: a re-scored chain without history")?;
            line.push_str(&format!(", worst {node}={score:.2}, {}", history.trend().name()));
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push("sampled none".to_owned());
    }
    Ok(lines)
}

pub fn cells(scheduler: &LocalScheduler, chain: ChainId) -> String {
    joined(scheduler.snapshot().cells(chain).map(|(node, score)| format!("{node}={score:.2}")))
}

pub fn failure(failure: &ScorerFailure) -> String {
    format!("failed {} code={}", question(failure.method, failure.chain, failure.node), failure.error.code())
}

/// The lines that end every pass: deferred, calls, invalid, moves, next.
pub fn end_of_pass(report: &TickReport) -> Vec<String> {
    let calls = report.calls;
    let mut lines = Vec::new();
    if report.deferred > 0 {
        lines.push(format!("deferred {}, oldest {}", report.deferred, time(Timestamp(report.deferred_age_ns))));
    }
    lines.push(counts(
        "calls",
        &[
            ("score", calls.score),
            ("live_score", calls.live_score),
            ("alternative", calls.best_alternative),
            ("fingerprint", calls.node_fingerprint),
            ("chain_fingerprint", calls.chain_fingerprint),
            ("cost", calls.migration_cost),
        ],
    ));
    if report.invalid_scores != 0 || report.invalid_alternatives != 0 {
        let invalid = [("scores", report.invalid_scores), ("alternatives", report.invalid_alternatives)];
        lines.push(counts("invalid", &invalid));
    }
    lines.extend(moves::counts(report));
    lines.push(match report.next_due {
        Some(due) => format!("next {}", time(due)),
        None => "next none".to_owned(),
    });
    lines
}

pub fn verdicts(report: &TickReport) -> String {
    let names: Vec<(String, u64)> = Verdict::ALL
        .iter()
        .map(|verdict| (moves::word(*verdict), report.verdicts[usize::from(verdict.number())]))
        .collect();
    let borrowed: Vec<(&str, u64)> = names.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    counts("verdicts", &borrowed)
}

/// `title a=1 b=2` without what is zero.
pub fn counts(title: &str, counts: &[(&str, u64)]) -> String {
    let nonzero = counts.iter().filter(|(_, count)| *count != 0);
    format!("{title} {}", joined(nonzero.map(|(name, count)| format!("{name}={count}"))))
}

/// Ids separated by blanks.
pub fn ids<T: ToString>(ids: impl IntoIterator<Item = T>) -> String {
    joined(ids.into_iter().map(|id| id.to_string()))
}

pub fn joined(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { "none".to_owned() } else { words.join(" ") }
}

pub fn time(at: Timestamp) -> String {
    for (unit_ns, unit) in [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")] {
        if at.0.is_multiple_of(unit_ns) {
            return format!("{}{unit}", at.0 / unit_ns);
        }
    }
    format!("{}ns", at.0)
}

pub fn time_or_never(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), time)
}

pub fn asked(call: &Call) -> String {
    match call {
        Call::Score { chain, node } => format!("asked score {chain} {node}"),
        Call::LiveScore { chain, node } => format!("asked live_score {chain} {node}"),
        Call::BestAlternative { chain, exclude } => {
            format!("asked best_alternative {chain} excluding {}", ids(exclude))
        }
        Call::Alternatives { chain, exclude, limit } => {
            format!("asked alternatives {chain} limit {limit} excluding {}", ids(exclude))
        }
        Call::NodeFingerprint { node } => format!("asked node_fingerprint {node}"),
        Call::ChainFingerprint { chain } => format!("asked chain_fingerprint {chain}"),
        Call::MigrationCost { chain, target } => format!("asked migration_cost {chain} {target}"),
    }
}

/// What driftline refused, in one line.
pub fn error(error: &Error) -> String {
    match error {
        Error::Config { field, .. } => format!("error config {field}"),
        Error::ReservedNode { index: Some(index), .. } => format!("error reserved index={index}"),
        Error::ReservedNode { index: None, .. } => "error reserved".to_owned(),
        Error::DuplicateChain { index, chain } => format!("error duplicate index={index} chain={chain}"),
        Error::DuplicateHolder { index, chain, node } => {
            format!("error duplicate index={index} chain={chain} node={node}")
        }
        Error::Membership { index, .. } => format!("error membership index={index}"),
        Error::NotLed { chain } => format!("error not-led chain={chain}"),
        Error::TimeReversed { .. } => "error time".to_owned(),
        Error::Import { reason } => format!("error import {reason}"),
        Error::TooMany { .. } => "error too-many".to_owned(),
        Error::Inventory { index, node, chain, field, .. } => {
            let mut words = vec![format!("error inventory {field} index={index}")];
            words.extend(node.map(|node| format!("node={node}")));
            words.extend(chain.map(|chain| format!("chain={chain}")));
            words.join(" ")
        }
        Error::Part { index, field, .. } => format!("error part {field} index={index}"),
        Error::NoScorer => "error no-scorer".to_owned(),
        Error::Scorer { method, chain, node, source } => {
            let asked = question(*method, *chain, *node);
            if source.interrupts() {
                return format!("error scorer {asked} interrupted; nothing emitted");
            }
            format!("error scorer {asked} code={}; nothing emitted", source.code())
        }
        // Nothing that a scenario can bring about.
        other => format!("error {other}"),
    }
}

fn question(method: ScorerMethod, chain: Option<ChainId>, node: Option<NodeId>) -> String {
    let mut words = vec![method.name().to_owned()];
    words.extend(chain.map(|chain| format!("chain={chain}")));
    words.extend(node.map(|node| format!("node={node}")));
    words.join(" ")
}
