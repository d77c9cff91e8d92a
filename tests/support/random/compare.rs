//! What is compared after a step, and how a difference is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Display};

use driftline::{
    Decision, LocalScheduler, MeshState, NodeId, ScorerCalls, ScorerMethod, TickReport, Timestamp, Verdict,
};

use super::dice::{CHAINS, NODES};
use super::picture;
use crate::support::oracle::{
    Changed, Decided, Failure, Judged, OracleAction, OracleChain, OracleScheduler, OracleState, Refusal, Report,
};
use crate::support::world::Call;

/// `Err` if the two differ.
pub fn same<T: PartialEq + Debug>(what: impl Display, ours: &T, theirs: &T) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what}\n{}", difference(ours, theirs))) }
}

/// Both on a line each, or, where they are long, the lines in which they differ.
fn difference<T: Debug>(ours: &T, theirs: &T) -> String {
    let (core, oracle) = (format!("{ours:?}"), format!("{theirs:?}"));
    if core.len() + oracle.len() < 400 {
        return format!("core   {core}\noracle {oracle}");
    }
    let (core, oracle) = (format!("{ours:#?}"), format!("{theirs:#?}"));
    let changes = similar::TextDiff::from_lines(&core, &oracle);
    let differing = changes.unified_diff().context_radius(1).header("core", "oracle").to_string();
    differing.trim_end().to_owned()
}

/// What a pass answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pass {
    pub actions: Vec<OracleAction>,
    pub judged: Vec<Judged>,
    pub report: Report,
}

impl Pass {
    pub fn of_decision(decision: &Decision) -> Self {
        Pass {
            actions: picture::actions(decision),
            judged: decision.judgements.iter().map(picture::judged).collect(),
            report: picture::report(&decision.report),
        }
    }

    pub fn of_report(report: &TickReport) -> Self {
        Pass { report: picture::report(report), ..Pass::default() }
    }

    /// The gated form gives judgements only of chains under the floor.
    pub fn of_oracle(decided: &Decided, gated: bool) -> Self {
        // Nobody looked at the chains of a freeze (R6).
        let is_given = |judged: &&Judged| match judged.verdict {
            Verdict::Frozen => false,
            verdict => !gated || judged.sampled_score.is_some() && verdict != Verdict::Healthy,
        };
        Pass {
            actions: decided.actions.clone(),
            judged: decided.judged.iter().filter(is_given).copied().collect(),
            report: decided.report.clone(),
        }
    }

    pub fn of_oracle_report(report: Report) -> Self {
        Pass { report, ..Pass::default() }
    }
}

/// Compares two outcomes. `blurred`: a batch failed that does not say where, so counts of what was asked in batches and
/// the place of a failure are not compared.
pub fn same_pass(
    name: &str,
    ours: &Result<Pass, Refusal>,
    theirs: &Result<Pass, Refusal>,
    blurred: bool,
) -> Result<(), String> {
    if !blurred {
        return same(name, ours, theirs);
    }
    same(name, &ours.clone().map(blur).map_err(blur_refusal), &theirs.clone().map(blur).map_err(blur_refusal))
}

fn blur(mut pass: Pass) -> Pass {
    // What a failed batch had answered before it failed is no answer.
    pass.report.invalid_scores = 0;
    pass.report.calls = ScorerCalls { score: 0, node_fingerprint: 0, ..pass.report.calls };
    pass.report.failures = pass.report.failures.into_iter().map(blur_failure).collect();
    pass
}

fn blur_refusal(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Scorer(failure) => Refusal::Scorer(blur_failure(failure)),
        other => other,
    }
}

/// A batch of scores knows the chain at most, and one of fingerprints nothing.
fn blur_failure(failure: Failure) -> Failure {
    match failure.method {
        ScorerMethod::Score => Failure { node: None, ..failure },
        _ => failure,
    }
}

/// Compares the questions that were asked, in their order. `blurred` as in [`same_pass`]: a batch is then evaluated
/// beyond the element that failed, and again.
pub fn same_calls(ours: &[Call], theirs: &[Call], blurred: bool) -> Result<(), String> {
    let set = |calls: &[Call]| calls.iter().cloned().collect::<BTreeSet<Call>>();
    let agree = if blurred { set(ours).is_superset(&set(theirs)) } else { ours == theirs };
    if agree { Ok(()) } else { Err(format!("scorer calls\ncore   {ours:?}\noracle {theirs:?}")) }
}

/// What can be seen of a chain in the state.
#[derive(Debug, PartialEq)]
struct Seen {
    leader: Option<NodeId>,
    holders: Vec<NodeId>,
    claim_held: bool,
    last_rebalance: Option<Timestamp>,
    desired: Option<u32>,
    revision: Option<u64>,
    class: u32,
    is_in_flight: bool,
    pending_eviction: Option<NodeId>,
    pending_placement: Option<NodeId>,
}

impl Seen {
    fn of(chain: &OracleChain) -> Self {
        Seen {
            leader: chain.leader,
            holders: chain.holders.iter().copied().collect(),
            claim_held: chain.claim_held,
            last_rebalance: chain.memory.last_rebalance,
            desired: chain.desired,
            revision: chain.revision,
            class: chain.class.unwrap_or(0),
            is_in_flight: chain.memory.flight.is_some(),
            pending_eviction: chain.orders.eviction.map(|(victim, _)| victim),
            pending_placement: chain.orders.placement.map(|(target, _)| target),
        }
    }
}

/// Compares all that can be asked of a state.
pub fn same_state(ours: &MeshState, theirs: &OracleState) -> Result<(), String> {
    let ids: Vec<_> = theirs.chains.keys().copied().collect();
    same("chains", &ours.chains(), &ids)?;
    same("number of chains", &ours.chain_count(), &ids.len())?;
    for &id in CHAINS.iter().chain(&ids) {
        let found = ours.chain(id).map(|view| {
            let holders: Vec<NodeId> = view.holders().collect();
            let ascending = holders.windows(2).all(|pair| pair[0] < pair[1]);
            let seen = Seen {
                leader: view.leader(),
                holders,
                claim_held: view.claim_held(),
                last_rebalance: view.last_rebalance(),
                desired: view.desired_replicas(),
                revision: view.revision(),
                class: view.class(),
                is_in_flight: view.is_in_flight(),
                pending_eviction: view.pending_eviction(),
                pending_placement: view.pending_placement(),
            };
            (seen, view.holder_count(), ascending)
        });
        let expected = theirs.chains.get(&id).map(|chain| (Seen::of(chain), chain.holders.len(), true));
        same(format_args!("state of {id}"), &found, &expected)?;
    }
    let nodes: BTreeSet<NodeId> = theirs.chains.values().flat_map(|chain| chain.holders.iter().copied()).collect();
    for &node in NODES.iter().chain(&nodes).chain([&NodeId::NONE]) {
        same(format_args!("led by {node}"), &ours.led_by(node), &theirs.led_by(node))?;
        same(format_args!("on {node}"), &ours.chains_on(node), &theirs.chains_on(node))?;
    }
    let pairs = |map: &BTreeMap<NodeId, Timestamp>| map.iter().map(|(&node, &at)| (node, at)).collect::<Vec<_>>();
    same("drains", &ours.drains().to_vec(), &pairs(&theirs.drains))?;
    same("avoided", &ours.avoided().to_vec(), &pairs(&theirs.avoided))?;
    same("frozen until", &ours.frozen_until(), &theirs.frozen_until)
}

/// Compares what `explain` says of the state as it is now. Says whether a chain was not led.
pub fn same_standing(
    ours: &LocalScheduler,
    state: &MeshState,
    theirs: &OracleScheduler,
    oracle_state: &OracleState,
) -> Result<bool, String> {
    let mut not_led = false;
    for &chain in CHAINS.iter().chain(oracle_state.chains.keys()) {
        let found = ours.explain(state, chain).map(|found| picture::explained(&found));
        let found = found.map_err(|error| picture::refusal(&error));
        let expected = theirs.explain(oracle_state, chain);
        not_led |= expected.is_err();
        same(format_args!("explanation of {chain}"), &found, &expected)?;
    }
    Ok(not_led)
}

/// Compares what is said of every node that is drained or could be.
pub fn same_drains(
    ours: &LocalScheduler,
    state: &MeshState,
    theirs: &OracleScheduler,
    oracle_state: &OracleState,
) -> Result<(), String> {
    let drained: BTreeSet<NodeId> = oracle_state.drains.keys().copied().chain([NODES[0], NODES[1]]).collect();
    for node in drained {
        let found = ours.drain_status(state, node).map_err(|error| error.to_string())?;
        let expected = theirs.drain_status(oracle_state, node);
        same(format_args!("drain of {node}"), &found.as_ref().map(picture::drained), &expected)?;
    }
    Ok(())
}

/// Compares the transitions that are still kept (W3).
pub fn same_transitions(ours: &LocalScheduler, theirs: &OracleScheduler) -> Result<(), String> {
    let found: Vec<Changed> = ours.transitions().map(|transition| picture::changed(&transition)).collect();
    let expected: Vec<Changed> = theirs.transitions().copied().collect();
    let differ = found.iter().zip(&expected).position(|(found, expected)| found != expected);
    // The rest of a long list would say nothing.
    let from = differ.unwrap_or(found.len().min(expected.len()));
    same("transitions", &found.get(from..), &expected.get(from..))
}

/// Compares what the last sample left: causes, cells and histories.
pub fn same_sampling(ours: &LocalScheduler, theirs: &OracleScheduler) -> Result<(), String> {
    same("sampled", &ours.sampled().collect::<Vec<_>>(), &theirs.rescored)?;
    for &chain in CHAINS.iter().chain(theirs.led()) {
        let bits = |cells: &mut dyn Iterator<Item = (NodeId, f32)>| {
            cells.map(|(node, score)| (node, score.to_bits(), score)).collect::<Vec<_>>()
        };
        let cells = bits(&mut ours.snapshot().cells(chain));
        let expected = bits(&mut theirs.cells(chain).into_iter());
        same(format_args!("cells of {chain}"), &cells, &expected)?;
        let history = ours.history(chain).map(picture::history);
        same(format_args!("history of {chain}"), &history.as_ref(), &theirs.history(chain))?;
    }
    Ok(())
}
