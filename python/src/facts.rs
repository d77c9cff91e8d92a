//! The reports of `driftline.facts` as the core's.

use driftline::{Bandwidth, ChainId, ChainProfile, Client, Error, NodeHealth, NodeId, NodeInventory, Rtt};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::numbers::{self, to_f32, type_name};

/// The choices of `driftline.NodeHealth`, by their value.
const HEALTH: [(&str, NodeHealth); 3] =
    [("healthy", NodeHealth::Healthy), ("cordoned", NodeHealth::Cordoned), ("failed", NodeHealth::Failed)];

/// One class of reports, looked up once.
macro_rules! class {
    ($py:expr, $module:literal, $name:literal) => {{
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        CLASS.import($py, $module, $name)?
    }};
}

/// An object on its way in, and how messages call it.
struct Report<'a, 'py> {
    object: &'a Bound<'py, PyAny>,
    path: &'a dyn Fn() -> String,
}

impl<'py> Report<'_, 'py> {
    fn field(&self, field: &str) -> PyResult<Bound<'py, PyAny>> {
        self.object.getattr(field)
    }

    fn path(&self, field: &str) -> String {
        format!("{}.{field}", (self.path)())
    }

    /// What is read of a field that may be `None`.
    fn optional<T>(
        &self,
        field: &str,
        read: impl FnOnce(&Bound<'py, PyAny>, &dyn Fn() -> String) -> PyResult<T>,
    ) -> PyResult<Option<T>> {
        let value = self.field(field)?;
        if value.is_none() { Ok(None) } else { read(&value, &|| self.path(field)).map(Some) }
    }

    fn id(&self, field: &str) -> PyResult<u64> {
        numbers::id(&self.field(field)?, || self.path(field))
    }

    fn optional_id(&self, field: &str) -> PyResult<Option<u64>> {
        self.optional(field, |value, path| numbers::id(value, path))
    }

    fn number(&self, field: &str) -> PyResult<f64> {
        numbers::number(&self.field(field)?, || self.path(field))
    }

    fn optional_number(&self, field: &str) -> PyResult<Option<f64>> {
        self.optional(field, |value, path| numbers::number(value, path))
    }

    fn health(&self, field: &str) -> PyResult<Option<NodeHealth>> {
        let class = class!(self.object.py(), "driftline.enums", "NodeHealth");
        self.optional(field, |value, path| {
            let refuse = || {
                let given = type_name(value);
                PyTypeError::new_err(format!("{}: NodeHealth is expected, not {given}", path()))
            };
            if !value.is_instance(class)? {
                return Err(refuse());
            }
            let choice: String = value.getattr("value")?.extract()?;
            HEALTH.iter().find(|(name, _)| *name == choice).map(|&(_, health)| health).ok_or_else(refuse)
        })
    }

    fn flag(&self, field: &str) -> PyResult<bool> {
        let value = self.field(field)?;
        value.extract().map_err(|_| {
            let given = type_name(&value);
            PyTypeError::new_err(format!("{}: bool is expected, not {given}", self.path(field)))
        })
    }
}

/// Reads each element of an iterable, or says which is none of this class.
fn each<T>(
    elements: &Bound<'_, PyAny>,
    list: &str,
    class: &Bound<'_, PyType>,
    mut read: impl FnMut(&Report<'_, '_>) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    let name = class.name()?.to_string();
    let mut found = Vec::new();
    for (index, element) in elements.try_iter()?.enumerate() {
        let element = element?;
        if !element.is_instance(class)? {
            let given = type_name(&element);
            return Err(PyTypeError::new_err(format!("{list}[{index}]: {name} is expected, not {given}")));
        }
        found.push(read(&Report { object: &element, path: &|| format!("{list}[{index}]: {name}") })?);
    }
    Ok(found)
}

pub(crate) fn nodes_of(reports: &Bound<'_, PyAny>) -> PyResult<Vec<NodeInventory>> {
    let class = class!(reports.py(), "driftline.facts", "NodeInventory");
    each(reports, "reports", class, |of| {
        Ok(NodeInventory {
            cpu_capacity_cores: of.optional_number("cpu_capacity_cores")?,
            cpu_use_cores: of.optional_number("cpu_use_cores")?,
            memory_capacity_bytes: of.optional_number("memory_capacity_bytes")?,
            memory_use_bytes: of.optional_number("memory_use_bytes")?,
            disk_capacity_bytes: of.optional_number("disk_capacity_bytes")?,
            disk_use_bytes: of.optional_number("disk_use_bytes")?,
            bandwidth_bytes_per_sec: of.optional_number("bandwidth_bytes_per_sec")?,
            tags: of.optional_id("tags")?,
            zone: of.optional("zone", |value, path| numbers::small(value, path))?,
            health: of.health("health")?,
            ..NodeInventory::of(NodeId(of.id("node")?))
        })
    })
}

pub(crate) fn rtts_of(reports: &Bound<'_, PyAny>) -> PyResult<Vec<Rtt>> {
    let class = class!(reports.py(), "driftline.facts", "Rtt");
    // The time is nanoseconds since the report was made.
    each(reports, "reports", class, |of| {
        Ok(Rtt { from: NodeId(of.id("from_node")?), to: NodeId(of.id("to_node")?), rtt_ns: of.id("rtt")? })
    })
}

pub(crate) fn bandwidths_of(reports: &Bound<'_, PyAny>) -> PyResult<Vec<Bandwidth>> {
    let class = class!(reports.py(), "driftline.facts", "Bandwidth");
    each(reports, "reports", class, |of| {
        let (from, to) = (NodeId(of.id("from_node")?), NodeId(of.id("to_node")?));
        Ok(Bandwidth { from, to, bytes_per_sec: of.number("bytes_per_sec")? })
    })
}

/// Profiles and the clients of each.
pub(crate) struct Profiles(Vec<(ChainProfile<'static>, Vec<Client>)>);

impl Profiles {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The profiles with their clients.
    pub(crate) fn borrowed(&self) -> Result<Vec<ChainProfile<'_>>, Error> {
        let mut profiles = Vec::new();
        profiles.try_reserve_exact(self.0.len()).map_err(|_| Error::OutOfMemory)?;
        profiles.extend(self.0.iter().map(|(profile, clients)| ChainProfile { clients, ..*profile }));
        Ok(profiles)
    }
}

pub(crate) fn profiles_of(profiles: &Bound<'_, PyAny>) -> PyResult<Profiles> {
    let py = profiles.py();
    let class = class!(py, "driftline.facts", "ChainProfile");
    let client = class!(py, "driftline.facts", "Client");
    let read = |of: &Report<'_, '_>| {
        let clients = each(&of.field("clients")?, &of.path("clients"), client, |of| {
            Ok(Client { node: NodeId(of.id("node")?), weight: to_f32(of.number("weight")?) })
        })?;
        let profile = ChainProfile {
            size_bytes: of.optional_number("size_bytes")?,
            cpu_cores: of.optional_number("cpu_cores")?,
            memory_bytes: of.optional_number("memory_bytes")?,
            required_tags: of.id("required_tags")?,
            service_value: of.optional_number("service_value")?.map(to_f32),
            // Nanoseconds since the profile was made.
            disruption_ns: of.optional_id("disruption")?,
            group: of.optional_id("group")?,
            zone_anti_affinity: of.flag("zone_anti_affinity")?,
            ..ChainProfile::of(ChainId(of.id("chain")?))
        };
        Ok((profile, clients))
    };
    each(profiles, "profiles", class, read).map(Profiles)
}
