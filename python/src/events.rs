//! The events of `driftline.events` as the core's.

use driftline::{ChainId, Event, NodeId, Timestamp};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyModule;

use crate::numbers::{self, type_name};

type Build = fn(&Fields<'_, '_>) -> PyResult<Event>;

/// The classes, the commonest first, and how each becomes an event.
const CLASSES: [(&str, Build); 20] = [
    ("HolderAdded", |of| Ok(Event::HolderAdded { chain: of.chain()?, node: of.node()? })),
    ("HolderRemoved", |of| Ok(Event::HolderRemoved { chain: of.chain()?, node: of.node()? })),
    ("ChainTouched", |of| Ok(Event::ChainTouched { chain: of.chain()? })),
    ("NodeTouched", |of| Ok(Event::NodeTouched { node: of.node()? })),
    ("ChainRevision", |of| Ok(Event::ChainRevision { chain: of.chain()?, revision: of.number("revision")? })),
    ("LeaderSet", |of| Ok(Event::LeaderSet { chain: of.chain()?, node: of.node()? })),
    ("LeaderCleared", |of| Ok(Event::LeaderCleared { chain: of.chain()? })),
    ("ChainRemoved", |of| Ok(Event::ChainRemoved { chain: of.chain()? })),
    ("ClaimAcquired", |of| Ok(Event::ClaimAcquired { chain: of.chain()? })),
    ("ClaimReleased", |of| Ok(Event::ClaimReleased { chain: of.chain()? })),
    ("DesiredReplicas", |of| Ok(Event::DesiredReplicas { chain: of.chain()?, count: of.small("count")? })),
    ("ChainClass", |of| Ok(Event::ChainClass { chain: of.chain()?, class: of.small("class_id")? })),
    ("MoveFailed", |of| Ok(Event::MoveFailed { chain: of.chain()? })),
    ("Drain", |of| Ok(Event::Drain { node: of.node()?, deadline: of.number("deadline").map(Timestamp)? })),
    ("DrainCancelled", |of| Ok(Event::DrainCancelled { node: of.node()? })),
    ("Avoid", |of| Ok(Event::Avoid { node: of.node()?, until: of.number("until").map(Timestamp)? })),
    ("FreezeUntil", |of| Ok(Event::FreezeUntil { until: of.number("until").map(Timestamp)? })),
    ("Thaw", |_| Ok(Event::Thaw)),
    ("ForceEvict", |of| Ok(Event::ForceEvict { chain: of.chain()?, victim: of.number("victim").map(NodeId)? })),
    ("ForcePlace", |of| Ok(Event::ForcePlace { chain: of.chain()?, target: of.number("target").map(NodeId)? })),
];

fn classes(py: Python<'_>) -> PyResult<&[Py<PyAny>]> {
    static FOUND: PyOnceLock<Vec<Py<PyAny>>> = PyOnceLock::new();
    let found = FOUND.get_or_try_init(py, || {
        let module = PyModule::import(py, "driftline.events")?;
        CLASSES.iter().map(|(name, _)| module.getattr(*name).map(Bound::unbind)).collect::<PyResult<_>>()
    });
    found.map(Vec::as_slice)
}

/// One event on its way in, and its place in the list.
struct Fields<'a, 'py> {
    event: &'a Bound<'py, PyAny>,
    name: &'static str,
    index: usize,
}

impl Fields<'_, '_> {
    fn chain(&self) -> PyResult<ChainId> {
        let chain = self.event.getattr(intern!(self.event.py(), "chain"))?;
        numbers::id(&chain, || self.path("chain")).map(ChainId)
    }

    fn node(&self) -> PyResult<NodeId> {
        let node = self.event.getattr(intern!(self.event.py(), "node"))?;
        numbers::id(&node, || self.path("node")).map(NodeId)
    }

    /// An integer of 64 bits. Times are nanoseconds since the event was made.
    fn number(&self, field: &str) -> PyResult<u64> {
        numbers::id(&self.event.getattr(field)?, || self.path(field))
    }

    /// An integer of 32 bits.
    fn small(&self, field: &str) -> PyResult<u32> {
        numbers::small(&self.event.getattr(field)?, || self.path(field))
    }

    fn path(&self, field: &str) -> String {
        format!("events[{}]: {}.{field}", self.index, self.name)
    }
}

/// The events of an iterable, or an error that names the first that is none.
pub(crate) fn events_of(events: &Bound<'_, PyAny>) -> PyResult<Vec<Event>> {
    let classes = classes(events.py())?;
    let mut found = Vec::new();
    for (index, event) in events.try_iter()?.enumerate() {
        let event = event?;
        let class = event.get_type();
        let Some(position) = classes.iter().position(|known| class.is(known)) else {
            let given = type_name(&event);
            let message = format!("events[{index}]: an event such as HolderAdded is expected, not {given}");
            return Err(PyTypeError::new_err(message));
        };
        let (name, build) = CLASSES[position];
        found.push(build(&Fields { event: &event, name, index })?);
    }
    Ok(found)
}
