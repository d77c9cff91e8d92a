//! The inventory: what it is told. It is asked as every scorer of the library is.

use driftline::{ChainId, Error, InventoryConfig, NodeId, Rtt, ScoreAxes, SharedInventory, Timestamp};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::config::{Fields, shortest};
use crate::ending::{self, OpenCall};
use crate::native::Native;
use crate::state::{MembershipArrays, State};
use crate::{arrays, errors, events, facts, numbers};

/// So many reports are worth letting other threads run.
const REPORTS_PER_DETACH: usize = 1024;

/// The core behind what is fed of `driftline.InventoryScorer`.
#[pyclass(module = "driftline._driftline", frozen)]
pub(crate) struct Inventory(SharedInventory);

/// The axes headroom, proximity, zone spread and colocation; whether it is a home; the score.
type AxesParts = (Option<f32>, Option<f32>, Option<f32>, Option<f32>, bool, Option<f32>);

#[pymethods]
impl Inventory {
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let inventory = SharedInventory::new(inventory_config_of(config)?);
        inventory.map(Inventory).map_err(|error| errors::plain(config.py(), error))
    }

    /// The same inventory, to be asked.
    fn scorer(&self) -> Native {
        Native::of_inventory(self.0.clone())
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
        self.told(py, usize::MAX, |inventory| inventory.load(&arrays.membership()))
    }

    fn follow(&self, py: Python<'_>, events: &Bound<'_, PyAny>) -> PyResult<()> {
        let events = events::events_of(events)?;
        self.told(py, events.len(), |inventory| inventory.follow(&events))
    }

    fn report_nodes(&self, py: Python<'_>, now: &Bound<'_, PyAny>, reports: &Bound<'_, PyAny>) -> PyResult<()> {
        let now = Timestamp(numbers::ns(now, "now")?);
        let reports = facts::nodes_of(reports)?;
        self.told(py, reports.len(), |inventory| inventory.report_nodes(now, &reports))
    }

    fn report_rtts(&self, py: Python<'_>, now: &Bound<'_, PyAny>, reports: &Bound<'_, PyAny>) -> PyResult<()> {
        let now = Timestamp(numbers::ns(now, "now")?);
        let reports = facts::rtts_of(reports)?;
        self.told(py, reports.len(), |inventory| inventory.report_rtts(now, &reports))
    }

    fn report_rtt_arrays(
        &self,
        py: Python<'_>,
        now: &Bound<'_, PyAny>,
        from_nodes: &Bound<'_, PyAny>,
        to_nodes: &Bound<'_, PyAny>,
        rtts_ns: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let now = Timestamp(numbers::ns(now, "now")?);
        let from_nodes = arrays::ids(from_nodes, "from_nodes", None)?;
        let to_nodes = arrays::ids(to_nodes, "to_nodes", None)?;
        let rtts_ns = arrays::ids(rtts_ns, "rtts_ns", None)?;
        for (name, array) in [("to_nodes", &to_nodes), ("rtts_ns", &rtts_ns)] {
            if array.len() != from_nodes.len() {
                let (given, expected) = (array.len(), from_nodes.len());
                let message = format!("{name}: {given} elements are given, and {expected} from_nodes");
                return Err(PyValueError::new_err(message));
            }
        }
        let mut reports = crate::room::room(py, from_nodes.len())?;
        reports.extend(from_nodes.into_iter().zip(to_nodes).zip(rtts_ns).map(|((from, to), rtt_ns)| Rtt {
            from: NodeId(from),
            to: NodeId(to),
            rtt_ns,
        }));
        self.told(py, reports.len(), |inventory| inventory.report_rtts(now, &reports))
    }

    fn report_bandwidths(&self, py: Python<'_>, reports: &Bound<'_, PyAny>) -> PyResult<()> {
        let reports = facts::bandwidths_of(reports)?;
        self.told(py, reports.len(), |inventory| inventory.report_bandwidths(&reports))
    }

    fn report_profiles(&self, py: Python<'_>, profiles: &Bound<'_, PyAny>) -> PyResult<()> {
        let profiles = facts::profiles_of(profiles)?;
        self.told(py, profiles.len(), |inventory| inventory.report_profiles(&profiles.borrowed()?))
    }

    fn forget_node(&self, py: Python<'_>, node: &Bound<'_, PyAny>) -> PyResult<bool> {
        let node = NodeId(numbers::id(node, || "node".to_string())?);
        ending::check(py)?;
        self.0.forget_node(node).map_err(|error| errors::plain(py, error))
    }

    fn touch(&self, py: Python<'_>, state: &Bound<'_, State>) -> PyResult<usize> {
        let outcome = {
            let mut state = state.get().gate.write(py)?;
            self.0.touch(&mut state)
        };
        outcome.map_err(|error| errors::plain(py, error))
    }

    /// The nodes and the chains that were touched.
    fn touches(&self, py: Python<'_>) -> PyResult<(Vec<u64>, Vec<u64>)> {
        ending::check(py)?;
        let touches = self.0.touches().map_err(|error| errors::plain(py, error))?;
        let nodes = touches.iter().filter_map(|touch| touch.node().map(|node| node.0));
        let chains = touches.iter().filter_map(|touch| touch.chain().map(|chain| chain.0));
        Ok((nodes.collect(), chains.collect()))
    }

    fn axes(&self, py: Python<'_>, chain: &Bound<'_, PyAny>, node: &Bound<'_, PyAny>) -> PyResult<Option<AxesParts>> {
        let chain = ChainId(numbers::id(chain, || "chain".to_string())?);
        let node = NodeId(numbers::id(node, || "node".to_string())?);
        ending::check(py)?;
        Ok(self.0.axes(chain, node).map(|axes| {
            let ScoreAxes { headroom, proximity, zone_spread, colocation, is_home, score } = axes;
            (headroom, proximity, zone_spread, colocation, is_home, score)
        }))
    }
}

impl Inventory {
    /// Tells the inventory something; if it is much, other threads run meanwhile. Who asks it then waits, perhaps with the
    /// interpreter in hand: whoever tells it must not want that before it is done.
    fn told(
        &self,
        py: Python<'_>,
        count: usize,
        tell: impl FnOnce(&SharedInventory) -> Result<(), Error> + Send,
    ) -> PyResult<()> {
        ending::check(py)?;
        let outcome = {
            let _call = OpenCall::new();
            if count < REPORTS_PER_DETACH { tell(&self.0) } else { py.detach(|| tell(&self.0)) }
        };
        outcome.map_err(|error| errors::plain(py, error))
    }
}

/// Reads a `driftline.InventoryConfig`.
fn inventory_config_of(config: &Bound<'_, PyAny>) -> PyResult<InventoryConfig> {
    let of = Fields(config);
    Ok(InventoryConfig {
        headroom_weight: of.number("headroom_weight")?,
        proximity_weight: of.number("proximity_weight")?,
        zone_spread_weight: of.number("zone_spread_weight")?,
        colocation_weight: of.number("colocation_weight")?,
        worst_share: of.number("worst_share")?,
        comfortable_use: of.number("comfortable_use")?,
        capacity_reserve: of.number("capacity_reserve")?,
        rtt_half_ns: of.integer("rtt_half")?,
        load_half_life_ns: of.integer("load_half_life")?,
        rtt_half_life_ns: of.integer("rtt_half_life")?,
        rtt_weight_max: of.number("rtt_weight_max")?,
        hysteresis_gap: of.number("hysteresis_gap")?,
        headroom_epsilon: of.optional_number("headroom_epsilon")?,
        proximity_epsilon: of.optional_number("proximity_epsilon")?,
        fallback_bandwidth_bytes_per_sec: of.double("fallback_bandwidth_bytes_per_sec")?,
        fallback_size_bytes: of.double("fallback_size_bytes")?,
        serialisation_bytes_per_sec: of.double("serialisation_bytes_per_sec")?,
        fallback_disruption_ns: of.integer("fallback_disruption")?,
    })
}

/// Refuses a config that the core would refuse. Returns both epsilons as they are used, and the bound on scores.
#[pyfunction]
pub(crate) fn inventory_bounds(config: &Bound<'_, PyAny>) -> PyResult<(f32, f32, f32)> {
    let read = inventory_config_of(config)?;
    read.validate().map_err(|error| errors::plain(config.py(), error))?;
    Ok((read.headroom_epsilon(), read.proximity_epsilon(), read.score_bound()))
}

/// The fields of the config that the core calls the default.
#[pyfunction]
pub(crate) fn default_inventory_config(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let (config, fields) = (InventoryConfig::default(), PyDict::new(py));
    for (field, value) in [
        ("headroom_weight", config.headroom_weight),
        ("proximity_weight", config.proximity_weight),
        ("zone_spread_weight", config.zone_spread_weight),
        ("colocation_weight", config.colocation_weight),
        ("worst_share", config.worst_share),
        ("comfortable_use", config.comfortable_use),
        ("capacity_reserve", config.capacity_reserve),
        ("rtt_weight_max", config.rtt_weight_max),
        ("hysteresis_gap", config.hysteresis_gap),
    ] {
        fields.set_item(field, shortest(value))?;
    }
    for (field, value) in [
        ("rtt_half", config.rtt_half_ns),
        ("load_half_life", config.load_half_life_ns),
        ("rtt_half_life", config.rtt_half_life_ns),
        ("fallback_disruption", config.fallback_disruption_ns),
    ] {
        fields.set_item(field, value)?;
    }
    for (field, value) in [
        ("fallback_bandwidth_bytes_per_sec", config.fallback_bandwidth_bytes_per_sec),
        ("fallback_size_bytes", config.fallback_size_bytes),
        ("serialisation_bytes_per_sec", config.serialisation_bytes_per_sec),
    ] {
        fields.set_item(field, value)?;
    }
    fields.set_item("headroom_epsilon", config.headroom_epsilon.map(shortest))?;
    fields.set_item("proximity_epsilon", config.proximity_epsilon.map(shortest))?;
    Ok(fields)
}
