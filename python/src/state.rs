//! The state: what the scheduler is told.

use driftline::{ChainId, Error, Membership, MeshState, NodeId, Timestamp};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::gate::SharedGate;
use crate::room::push;
use crate::{arrays, errors, events, numbers};

/// So many events are worth letting other threads run.
const EVENTS_PER_DETACH: usize = 1024;

/// The core behind `driftline.MeshState`.
#[pyclass(module = "driftline._driftline", frozen)]
pub(crate) struct State {
    pub(crate) gate: SharedGate<MeshState>,
}

/// Leader or none, holders, whether a claim is held, last rebalance, wished count, revision, class, whether it is in flight,
/// the holder that is ordered away, the node that it is ordered to.
type ChainParts<'py> = (
    Option<u64>,
    Bound<'py, PyTuple>,
    bool,
    Option<u64>,
    Option<u32>,
    Option<u64>,
    u32,
    bool,
    Option<u64>,
    Option<u64>,
);

/// Four arrays as bytes.
type MembershipBytes<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

#[pymethods]
impl State {
    #[new]
    fn new() -> Self {
        State { gate: SharedGate::new(MeshState::new(), "state") }
    }

    fn load(
        &self,
        py: Python<'_>,
        chains: &Bound<'_, PyAny>,
        leaders: &Bound<'_, PyAny>,
        offsets: &Bound<'_, PyAny>,
        holders: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let arrays = MembershipArrays::of(chains, leaders, offsets, holders)?;
        let membership = arrays.membership();
        // An error becomes an exception when the state is left: whatever that runs may want to use it.
        let outcome = {
            let mut state = self.gate.write(py)?;
            let state: &mut MeshState = &mut state;
            py.detach(|| state.load(&membership))
        };
        outcome.map_err(|error| errors::plain(py, error))
    }

    fn apply(&self, py: Python<'_>, events: &Bound<'_, PyAny>) -> PyResult<()> {
        let events = events::events_of(events)?;
        let outcome = {
            let mut state = self.gate.write(py)?;
            let state: &mut MeshState = &mut state;
            if events.len() < EVENTS_PER_DETACH { state.apply(&events) } else { py.detach(|| state.apply(&events)) }
        };
        outcome.map_err(|error| errors::plain(py, error))
    }

    fn digest(&self, py: Python<'_>) -> PyResult<u64> {
        let state = self.gate.read(py)?;
        let state: &MeshState = &state;
        Ok(py.detach(|| state.digest()))
    }

    fn chain<'py>(&self, py: Python<'py>, chain: &Bound<'py, PyAny>) -> PyResult<Option<ChainParts<'py>>> {
        let chain = ChainId(numbers::id(chain, || "chain".to_string())?);
        // Copied before anything is made of it: that may collect garbage, and run what wants to use the state.
        let node = |node: Option<NodeId>| node.map(|node| node.0);
        let parts = self.gate.read(py)?.chain(chain).map(|view| {
            let holders: Vec<u64> = view.holders().map(|node| node.0).collect();
            let told = (view.desired_replicas(), view.revision(), view.class());
            let under_way = (view.is_in_flight(), node(view.pending_eviction()), node(view.pending_placement()));
            let last_rebalance = view.last_rebalance().map(|at| at.0);
            (node(view.leader()), holders, view.claim_held(), last_rebalance, told, under_way)
        });
        let Some((leader, holders, claim_held, last_rebalance, told, under_way)) = parts else { return Ok(None) };
        let (desired, revision, class) = told;
        let (in_flight, eviction, placement) = under_way;
        let holders = PyTuple::new(py, holders)?;
        Ok(Some((
            leader,
            holders,
            claim_held,
            last_rebalance,
            desired,
            revision,
            class,
            in_flight,
            eviction,
            placement,
        )))
    }

    fn chain_count(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.gate.read(py)?.chain_count())
    }

    fn chains(&self, py: Python<'_>) -> PyResult<Vec<u64>> {
        let state = self.gate.read(py)?;
        let state: &MeshState = &state;
        Ok(plain(py.detach(|| state.chains())))
    }

    fn chains_on(&self, py: Python<'_>, node: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
        let node = NodeId(numbers::id(node, || "node".to_string())?);
        Ok(plain(self.gate.read(py)?.chains_on(node)))
    }

    fn led_by(&self, py: Python<'_>, node: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
        let node = NodeId(numbers::id(node, || "node".to_string())?);
        let state = self.gate.read(py)?;
        let state: &MeshState = &state;
        Ok(plain(py.detach(|| state.led_by(node))))
    }

    fn drains(&self, py: Python<'_>) -> PyResult<Vec<(u64, u64)>> {
        Ok(pairs(self.gate.read(py)?.drains()))
    }

    fn avoided(&self, py: Python<'_>) -> PyResult<Vec<(u64, u64)>> {
        Ok(pairs(self.gate.read(py)?.avoided()))
    }

    fn frozen_until(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.gate.read(py)?.frozen_until().map(|until| until.0))
    }

    fn export_chain<'py>(&self, py: Python<'py>, chain: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let chain = ChainId(numbers::id(chain, || "chain".to_string())?);
        let exported = self.gate.read(py)?.export_chain(chain);
        let exported = exported.map_err(|error| errors::plain(py, error))?;
        exported.map(|exported| arrays::bytes_of(py, &exported)).transpose()
    }

    fn import_chain(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<u64> {
        let data = arrays::bytes_in(data, "data")?;
        let outcome = self.gate.write(py)?.import_chain(&data);
        outcome.map(|chain| chain.0).map_err(|error| errors::plain(py, error))
    }

    /// Chains, leaders, offsets and holders, such that loading them makes the same membership.
    fn membership<'py>(&self, py: Python<'py>) -> PyResult<MembershipBytes<'py>> {
        let membership = {
            let state = self.gate.read(py)?;
            let state: &MeshState = &state;
            py.detach(|| membership_of(state))
        };
        let [chains, leaders, offsets, holders] = membership.map_err(|error| errors::plain(py, error))?;
        let bytes = |numbers: &[u64]| arrays::bytes_of(py, numbers);
        Ok((bytes(&chains)?, bytes(&leaders)?, bytes(&offsets)?, bytes(&holders)?))
    }
}

/// A membership on its way in.
pub(crate) struct MembershipArrays {
    chains: Vec<ChainId>,
    leaders: Vec<NodeId>,
    holder_offsets: Vec<u64>,
    holders: Vec<NodeId>,
}

impl MembershipArrays {
    pub(crate) fn of(
        chains: &Bound<'_, PyAny>,
        leaders: &Bound<'_, PyAny>,
        offsets: &Bound<'_, PyAny>,
        holders: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let nodes = |nodes: Vec<u64>| nodes.into_iter().map(NodeId).collect();
        Ok(MembershipArrays {
            chains: arrays::ids(chains, "chains", None)?.into_iter().map(ChainId).collect(),
            leaders: nodes(arrays::ids(leaders, "leaders", Some(NodeId::NONE.0))?),
            holder_offsets: arrays::ids(offsets, "offsets", None)?,
            holders: nodes(arrays::ids(holders, "holders", None)?),
        })
    }

    pub(crate) fn membership(&self) -> Membership<'_> {
        let MembershipArrays { chains, leaders, holder_offsets, holders } = self;
        Membership { chains, leaders, holder_offsets, holders }
    }
}

fn pairs(times: &[(NodeId, Timestamp)]) -> Vec<(u64, u64)> {
    times.iter().map(|(node, at)| (node.0, at.0)).collect()
}

fn plain(chains: Vec<ChainId>) -> Vec<u64> {
    chains.into_iter().map(|chain| chain.0).collect()
}

fn membership_of(state: &MeshState) -> Result<[Vec<u64>; 4], Error> {
    let (mut chains, mut leaders, mut offsets, mut holders) = (Vec::new(), Vec::new(), vec![0], Vec::new());
    for chain in state.chains() {
        let Some(view) = state.chain(chain) else { continue };
        push(&mut chains, chain.0)?;
        push(&mut leaders, view.leader().unwrap_or(NodeId::NONE).0)?;
        for node in view.holders() {
            push(&mut holders, node.0)?;
        }
        push(&mut offsets, holders.len() as u64)?;
    }
    Ok([chains, leaders, offsets, holders])
}
