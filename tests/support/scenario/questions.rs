//! Commands that ask and change nothing.

use driftline::{ChainId, ChainView, Explanation, ScoreHistory};

use super::moves;
use super::play::Play;
use super::print::{self, ids};
use super::tokens::Arguments;

pub fn answer(play: &Play, name: &str, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let line = match name {
        "explain" => explained(play, arguments.chain()?, explain),
        "why" => explained(play, arguments.chain()?, |explanation| explanation.sentence().to_string()),
        "drain-status" => moves::drain_status(play, arguments)?,
        "history" => of_history(play, arguments.chain()?, print_history),
        "ewma" => of_history(play, arguments.chain()?, print_ewma),
        "cells" => {
            let chain = arguments.chain()?;
            of_history(play, chain, |_, _| format!("cells {chain}: {}", print::cells(&play.scheduler, chain)))
        }
        "state" => print_state(play, arguments.chain()?),
        "chains" => format!("chains {}", ids(play.state.chains())),
        "on" => {
            let node = arguments.node()?;
            format!("on {node}: {}", ids(play.state.chains_on(node)))
        }
        "verdicts" => play.report.as_ref().map_or_else(|| "verdicts none".to_owned(), print::verdicts),
        "digest" => format!("digest {:#018x}", play.state.digest()),
        "asked" => {
            let calls = &play.world.tables().calls;
            out.extend(calls.iter().map(print::asked));
            if !calls.is_empty() {
                return Ok(());
            }
            "asked nothing".to_owned()
        }
        _ => return Err(format!("unknown command `{name}`")),
    };
    out.push(line);
    Ok(())
}

pub fn digest_check(play: &Play, mark: Option<u64>, out: &mut Vec<String>) -> Result<(), String> {
    let mark = mark.ok_or("`digest-check` without `digest-mark`")?;
    let outcome = if mark == play.state.digest() { "unchanged" } else { "changed" };
    out.push(format!("digest {outcome} since mark"));
    Ok(())
}

fn explained(play: &Play, chain: ChainId, print: impl Fn(&Explanation) -> String) -> String {
    match play.scheduler.explain(&play.state, chain) {
        Ok(explanation) => print(&explanation),
        Err(error) => print::error(&error),
    }
}

fn explain(explanation: &Explanation) -> String {
    let since = print::time_or_never(explanation.since);
    let sampled = print::time_or_never(explanation.sampled_at);
    format!("{explanation}; since {since}, sampled {sampled}")
}

/// What the last pass left of a chain that was led in it.
fn of_history(play: &Play, chain: ChainId, print: impl Fn(ChainId, &ScoreHistory) -> String) -> String {
    match play.scheduler.history(chain) {
        Some(history) => print(chain, history),
        None => format!("error not-led chain={chain}"),
    }
}

fn print_history(chain: ChainId, history: &ScoreHistory) -> String {
    let Some(ewma) = history.ewma() else {
        return format!("history {chain}: empty");
    };
    let samples: Vec<String> =
        history.samples().map(|sample| format!("{}={:.2}", print::time(sample.at), sample.worst_score)).collect();
    format!("history {chain}: {}, ewma {ewma:.2}, {}", samples.join(" "), history.trend().name())
}

fn print_ewma(chain: ChainId, history: &ScoreHistory) -> String {
    match history.ewma() {
        Some(ewma) => format!("ewma {chain}: {:#010x}", ewma.to_bits()),
        None => format!("ewma {chain}: none"),
    }
}

fn print_state(play: &Play, chain: ChainId) -> String {
    let Some(view) = play.state.chain(chain) else {
        return format!("state {chain}: no such chain");
    };
    let leader = view.leader().map_or_else(|| "none".to_owned(), |node| node.to_string());
    let holders = ids(view.holders());
    let claim = if view.claim_held() { "held" } else { "free" };
    let rebalance = print::time_or_never(view.last_rebalance());
    let facts = facts(&view);
    format!("state {chain}: leader {leader}, holders {holders}, claim {claim}, last rebalance {rebalance}{facts}")
}

/// What only some chains have.
fn facts(view: &ChainView<'_>) -> String {
    let mut facts = String::new();
    if let Some(count) = view.desired_replicas() {
        facts.push_str(&format!(", desired {count}"));
    }
    if view.class() != 0 {
        facts.push_str(&format!(", class {}", view.class()));
    }
    if let Some(revision) = view.revision() {
        facts.push_str(&format!(", revision {revision}"));
    }
    if view.is_in_flight() {
        facts.push_str(", in flight");
    }
    let (victim, target) = (view.pending_eviction(), view.pending_placement());
    if victim.is_some() || target.is_some() {
        facts.push_str(", ordered");
        facts.extend(victim.map(|victim| format!(" {victim}")));
        facts.extend(target.map(|target| format!(" -> {target}")));
    }
    facts
}
