//! What one control plane hands over to another (V1).

use driftline::{ChainId, Error, Event, MeshState};

use super::book::Told;
use super::cast::CHAINS;
use super::coverage::Coverage;
use super::fault::Fault;
use super::plane::Plane;
use super::violation::{Checked, ensure, same};

const RULE: &str = "an import says what was exported";

/// Hands over what is remembered of one chain, if both know it.
pub fn hand_over(old: &Plane, new: &mut Plane, chain: usize, fault: Option<Fault>, coverage: &mut Coverage) -> Checked {
    let id = CHAINS[chain];
    let Some(bytes) = export(&old.state, id) else { return Ok(()) };
    if !new.book.chains[chain].record.exists {
        return Ok(());
    }
    refuse_damaged(new, &bytes)?;
    let imported = new.state.import_chain(&bytes);
    same(RULE, "chain", imported.ok(), Some(id))?;
    same(RULE, "bytes", export(&new.state, id).as_ref(), Some(&bytes))?;
    let flight = old.book.chains[chain].flight;
    coverage.count(if flight.is_some() { "handed over in flight" } else { "handed over" });
    if fault != Some(Fault::UnnotedHandOver) {
        let Told { backoffs, rebalanced, said, owed, .. } = old.book.chains[chain];
        let told = &mut new.book.chains[chain];
        *told = Told { flight, backoffs, rebalanced, said, owed, ..*told };
    }
    Ok(())
}

fn export(state: &MeshState, chain: ChainId) -> Option<Vec<u8>> {
    state.export_chain(chain).expect("there is memory")
}

fn refuse_damaged(plane: &mut Plane, bytes: &[u8]) -> Checked {
    let mut damaged = bytes.to_vec();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let digest = plane.state.digest();
    let outcome = plane.state.import_chain(&damaged);
    ensure(matches!(outcome, Err(Error::Import { .. })), RULE, || format!("damaged bytes: {outcome:?}"))?;
    same(RULE, "digest after damaged bytes", plane.state.digest(), digest)
}

/// A state is brought down to one chain, and must be what the facts and an import make of an empty one. The state is not
/// good for anything afterwards.
pub fn check_alone(plane: &mut Plane, chain: usize) -> Checked {
    let id = CHAINS[chain];
    let Some(bytes) = export(&plane.state, id) else { return Ok(()) };
    let others = CHAINS.into_iter().filter(|&other| other != id);
    let removals: Vec<Event> = others.map(|chain| Event::ChainRemoved { chain }).collect();
    plane.state.apply(&removals).expect("there is memory");
    let mut built = MeshState::new();
    built.apply(&facts(&plane.state, id)).expect("there is memory");
    built.import_chain(&bytes).map_err(|error| super::violation::Violation { rule: RULE, text: error.to_string() })?;
    same(RULE, "digest of the chain alone", built.digest(), plane.state.digest())
}

/// Everything that a state says but for what it remembers of moves.
fn facts(state: &MeshState, chain: ChainId) -> Vec<Event> {
    let mut events = Vec::new();
    let Some(view) = state.chain(chain) else { return events };
    events.extend(view.holders().map(|node| Event::HolderAdded { chain, node }));
    events.extend(view.leader().map(|node| Event::LeaderSet { chain, node }));
    events.extend(view.claim_held().then_some(Event::ClaimAcquired { chain }));
    events.extend(view.desired_replicas().map(|count| Event::DesiredReplicas { chain, count }));
    events.extend(view.revision().map(|revision| Event::ChainRevision { chain, revision }));
    events.push(Event::ChainClass { chain, class: view.class() });
    events.extend(view.pending_eviction().map(|victim| Event::ForceEvict { chain, victim }));
    events.extend(view.pending_placement().map(|target| Event::ForcePlace { chain, target }));
    events.extend(state.drains().iter().map(|&(node, deadline)| Event::Drain { node, deadline }));
    events.extend(state.avoided().iter().map(|&(node, until)| Event::Avoid { node, until }));
    events.extend(state.frozen_until().map(|until| Event::FreezeUntil { until }));
    events
}
