"""A scorer out of the box: fed with what most control planes know, it says how good each home is."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, final

from . import _driftline
from ._native import NativeScorer
from ._numbers import check_number
from ._times import duration_ns
from .events import ChainTouched, NodeTouched
from .state import MeshState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from ._times import Time
    from .events import Event
    from .facts import Bandwidth, ChainProfile, NodeInventory, Rtt

__all__ = ["InventoryConfig", "InventoryScorer", "ScoreAxes"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, init=False)
class InventoryConfig:
    """How an `InventoryScorer` judges (I1). Immutable; `replace` makes another one.

    Durations may be given as `int` nanoseconds, `float` seconds or `timedelta`, and are `int` nanoseconds from then on:
    a minute is `60.0` or `timedelta(minutes=1)`, and `60` is 60 ns, of which a `ShortDurationWarning` warns.

    Args:
        headroom_weight: Weight of the axis "headroom": free capacity. In [0, 1e6], as all weights; 0 switches an axis
            off, and one weight is above 0.
        proximity_weight: Weight of the axis "proximity": near to the clients.
        zone_spread_weight: Weight of the axis "zone spread": not in one zone with the other holders.
        colocation_weight: Weight of the axis "colocation": where the chain's group is.
        worst_share: How much of a score is its worst axis; the rest is the weighted mean of the axes. In [0, 1].
        comfortable_use: Up to this share of its capacity a node in use is as good as an empty one; from here to full,
            headroom falls from 1 to 0. In [0, 1).
        capacity_reserve: What must stay free of each capacity for a node to take another chain, as a share. In [0, 1).
            A move that is under way counts at its target when `follow` tells of it, so a reserve that must hold at any
            moment has to cover `max_in_flight_per_target` chains.
        rtt_half: The round-trip time at which proximity is 0.5: the worst that is acceptable, with the default floor.
            Above zero.
        load_half_life: After this time half of a change in use has arrived in its mean; 0 is no smoothing.
        rtt_half_life: The same for round-trip times.
        rtt_weight_max: The most that one round-trip time counts in its mean, however long nothing was measured before
            it. In (0, 1]; 1 is no bound.
        hysteresis_gap: The gap of the scheduler's config, from which the epsilons are derived. In [0, 1].
        headroom_epsilon: By how much the headroom of a node may drift, in [0, 1], before its fingerprint moves. `None`:
            derived from gap and weight.
        proximity_epsilon: The same for the proximity of a client and a holder.
        fallback_bandwidth_bytes_per_sec: Bandwidth of a path of which neither a measurement nor a node's bandwidth is
            known. Finite, above zero.
        fallback_size_bytes: Size of a chain whose profile has none. Finite, at least zero.
        serialisation_bytes_per_sec: How fast a chain is written out and read in again, besides its transfer. Finite, at
            least zero; 0 is at once.
        fallback_disruption: How long a chain serves worse while it moves, where its profile does not say.

    Raises:
        ConfigError: a field is out of its range.
        TypeError, ValueError: a field is of a wrong type, or a duration is none.

    >>> config = InventoryConfig(rtt_half=0.5, headroom_weight=0)
    >>> config.rtt_half
    500000000
    """

    headroom_weight: float
    """Weight of the axis "headroom": free capacity."""
    proximity_weight: float
    """Weight of the axis "proximity": near to the clients."""
    zone_spread_weight: float
    """Weight of the axis "zone spread": not in one zone with the other holders."""
    colocation_weight: float
    """Weight of the axis "colocation": where the chain's group is."""
    worst_share: float
    """How much of a score is its worst axis. In [0, 1]."""
    comfortable_use: float
    """Up to this share of its capacity a node in use is as good as an empty one. In [0, 1)."""
    capacity_reserve: float
    """What must stay free of each capacity for a node to take another chain, as a share. In [0, 1)."""
    rtt_half: int
    """The round-trip time at which proximity is 0.5, in nanoseconds; above zero."""
    load_half_life: int
    """After this time half of a change in use has arrived in its mean, in nanoseconds. 0 is no smoothing."""
    rtt_half_life: int
    """The same for round-trip times."""
    rtt_weight_max: float
    """The most that one round-trip time counts in its mean. In (0, 1]."""
    hysteresis_gap: float
    """The gap of the scheduler's config, from which the epsilons are derived. In [0, 1]."""
    headroom_epsilon: float | None
    """By how much the headroom of a node may drift before its fingerprint moves; `None`: derived."""
    proximity_epsilon: float | None
    """By how much the proximity of a client and a holder may drift; `None`: derived."""
    fallback_bandwidth_bytes_per_sec: float
    """Bandwidth of a path of which nothing is known."""
    fallback_size_bytes: float
    """Size of a chain whose profile has none."""
    serialisation_bytes_per_sec: float
    """How fast a chain is written out and read in again; 0 is at once."""
    fallback_disruption: int
    """How long a chain serves worse while it moves, where its profile does not say, in nanoseconds."""

    def __init__(
        self,
        *,
        headroom_weight: float = 1.0,
        proximity_weight: float = 1.0,
        zone_spread_weight: float = 0.5,
        colocation_weight: float = 0.25,
        worst_share: float = 0.5,
        comfortable_use: float = 0.6,
        capacity_reserve: float = 0.1,
        rtt_half: Time = 100_000_000,
        load_half_life: Time = 60_000_000_000,
        rtt_half_life: Time = 100_000_000_000,
        rtt_weight_max: float = 0.3,
        hysteresis_gap: float = 0.2,
        headroom_epsilon: float | None = None,
        proximity_epsilon: float | None = None,
        fallback_bandwidth_bytes_per_sec: float = 125_000_000.0,
        fallback_size_bytes: float = 0.0,
        serialisation_bytes_per_sec: float = 0.0,
        fallback_disruption: Time = 0,
    ) -> None:
        bandwidth = fallback_bandwidth_bytes_per_sec
        fields = {
            "headroom_weight": check_number("headroom_weight", headroom_weight),
            "proximity_weight": check_number("proximity_weight", proximity_weight),
            "zone_spread_weight": check_number("zone_spread_weight", zone_spread_weight),
            "colocation_weight": check_number("colocation_weight", colocation_weight),
            "worst_share": check_number("worst_share", worst_share),
            "comfortable_use": check_number("comfortable_use", comfortable_use),
            "capacity_reserve": check_number("capacity_reserve", capacity_reserve),
            "rtt_half": duration_ns("rtt_half", rtt_half),
            "load_half_life": duration_ns("load_half_life", load_half_life),
            "rtt_half_life": duration_ns("rtt_half_life", rtt_half_life),
            "rtt_weight_max": check_number("rtt_weight_max", rtt_weight_max),
            "hysteresis_gap": check_number("hysteresis_gap", hysteresis_gap),
            "headroom_epsilon": _number("headroom_epsilon", headroom_epsilon),
            "proximity_epsilon": _number("proximity_epsilon", proximity_epsilon),
            "fallback_bandwidth_bytes_per_sec": check_number("fallback_bandwidth_bytes_per_sec", bandwidth),
            "fallback_size_bytes": check_number("fallback_size_bytes", fallback_size_bytes),
            "serialisation_bytes_per_sec": check_number("serialisation_bytes_per_sec", serialisation_bytes_per_sec),
            "fallback_disruption": duration_ns("fallback_disruption", fallback_disruption),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        _driftline.inventory_bounds(self)

    @property
    def epsilons(self) -> tuple[float, float]:
        """By how much headroom and proximity may drift before a fingerprint moves: as configured, or derived."""
        headroom, proximity, _ = _driftline.inventory_bounds(self)
        return headroom, proximity

    @property
    def score_bound(self) -> float:
        """How far a sampled score can be from the present one while no fingerprint has moved, but for rounding."""
        return _driftline.inventory_bounds(self)[2]

    def replace(self, **changes: Any) -> InventoryConfig:
        """The same config with other values for the named fields.

        Raises:
            TypeError: there is no such field; else as for a new config.
        """
        return dataclasses.replace(self, **changes)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.config_html(self)


@dataclass(frozen=True, slots=True)
class ScoreAxes:
    """What one home is worth to one chain, axis by axis, each in [0, 1]; `None` is no opinion (I1)."""

    headroom: float | None
    """Free capacity, with the chain on the node."""
    proximity: float | None
    """Near to the clients."""
    zone_spread: float | None
    """1 for a zone without other holders, a half beside one, a third beside two."""
    colocation: float | None
    """1 beside another chain of the group, else a half."""
    is_home: bool
    """Whether the node is a home at all: not failed, all required tags, zone anti-affinity kept; and, unless it holds
    the chain, open to chains, with room, and with an opinion on each axis that counts and on which a holder has one."""
    score: float | None
    """What comes of it: 0 if it is no home, `None` without an opinion on any axis."""

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from . import _display

        return _display.axes_html(self)


@final
class InventoryScorer(NativeScorer):
    """Scores homes by capacities and use, round-trip times, tags, zones and groups (I1). You feed it.

    **What makes no home**: a failed node, a tag missing, another holder in the zone where the chain forbids that. Such
    a holder scores 0. An alternative, besides, is neither cordoned nor drained, and has room for what the chain needs
    and a reserve. **What makes a good one**: four axes, which `ScoreAxes` explains and `axes` shows. A score is half
    their weighted mean and half the worst of them.

    **What was not reported** is no opinion on that axis, never zero. An alternative must have an opinion wherever a
    holder has one, else it is no home and scores 0. Uses and round-trip times are smoothed by the times of their
    reports. Fingerprints move when a fact changes or a mean has drifted by more than its epsilon, so a
    chain is scored anew when there is something new.

    Give it the events of your state, too: it has to know who holds what. On large clusters use `FingerprintMode.PUSH`
    and call `touch` before each tick: it costs what has moved.

    A scheduler asks it without coming back to Python, and other threads run during a tick. It may be installed in
    several schedulers, and be fed and asked from any thread at any time: a question and a report wait for each other,
    for about as long as either takes. For the same decisions from the same inputs, feed it between ticks.

    Args:
        config: Weights, half-lives and fall-backs; default `InventoryConfig()`.

    >>> from driftline import ChainProfile, Client, LocalScheduler, MeshState, NodeInventory, Rtt
    >>> inventory = InventoryScorer()
    >>> inventory.report_nodes(0.0, [NodeInventory(node=n, cpu_capacity_cores=8, cpu_use_cores=1) for n in (1, 2, 3)])
    >>> inventory.report_rtts(0.0, [Rtt(9, 1, 0.4), Rtt(9, 2, 0.015), Rtt(9, 3, 0.01)])
    >>> inventory.report_profiles([ChainProfile(chain=7, clients=[Client(9)])])
    >>> state = MeshState()
    >>> membership = {"chains": [7], "leaders": [1], "offsets": [0, 2], "holders": [1, 2]}
    >>> state.load(**membership)
    >>> inventory.load(**membership)
    >>> for action in LocalScheduler(1, scorer=inventory).tick(state, now=0.0).actions:
    ...     print(action)
    scheduler evict 7: 1 -> 3
    """

    __slots__ = ("_config", "_inventory")

    def __init__(self, config: InventoryConfig | None = None) -> None:
        if config is None:
            config = InventoryConfig()
        if not isinstance(config, InventoryConfig):
            message = f"config: an InventoryConfig is expected, not {type(config).__name__}"
            raise TypeError(message)
        self._config = config
        self._inventory = _driftline.Inventory(config)
        self._core = self._inventory.scorer()

    @property
    def config(self) -> InventoryConfig:
        """The config."""
        return self._config

    def load(
        self,
        chains: Sequence[int] | NDArray[Any],
        leaders: Sequence[int | None] | NDArray[Any],
        offsets: Sequence[int] | NDArray[Any],
        holders: Sequence[int] | NDArray[Any],
    ) -> None:
        """Takes the whole membership over, as `MeshState.load` does; `load(**state.to_arrays())` takes that of a state.

        What nodes use is not changed: reports have these chains in them. Profiles of chains that are not listed are
        forgotten.

        Raises:
            MembershipError, ReservedNodeError, TypeError, ValueError: as `MeshState.load`; nothing has changed.
            OutOfMemoryError: part of it may have been taken over; load it again.
        """
        self._inventory.load(chains, leaders, offsets, holders)

    def follow(self, events: Event | Iterable[Event]) -> None:
        """Takes notice of events of the state: holders, wished counts, chains that are gone, drains.

        Give it the very events that `MeshState.apply` takes, after that has taken them. A chain that comes to a node is
        expected to use there what its profile says, and less where it left, until reports of the node take over: a
        report that lags behind the moves does not bring on the same moves again.

        Raises:
            ReservedNodeError, TypeError, ValueError: as `MeshState.apply`; nothing was noted.
            OutOfMemoryError: the events before the one at fault count; send all of them again.
        """
        self._inventory.follow(_several(events))

    def report_nodes(self, now: Time, reports: NodeInventory | Iterable[NodeInventory]) -> None:
        """Takes reports of nodes that were made at `now`, in order: all of them or, after an error, none.

        Raises:
            InventoryError: a report says what cannot be, such as a use above its capacity.
            ReservedNodeError: a node is `NO_NODE`; `index` says in which report.
            TimeReversedError: `now` is before the time of an earlier report.
            TypeError, ValueError: an element is no report, or a field of it no number or id.
        """
        self._inventory.report_nodes(now, _several(reports))

    def report_rtts(
        self,
        now: Time,
        reports: Rtt | Iterable[Rtt] = (),
        *,
        from_nodes: Sequence[int] | NDArray[Any] | None = None,
        to_nodes: Sequence[int] | NDArray[Any] | None = None,
        rtts_ns: Sequence[int] | NDArray[Any] | None = None,
    ) -> None:
        """Takes round-trip times that were measured at `now`, in order: all of them or, after an error, none.

        Many of them go in as three arrays of one length and any integer type, with times in nanoseconds. They are
        copied.

        Raises:
            ReservedNodeError: a node is `NO_NODE`; `index` says in which report.
            TimeReversedError: `now` is before the time of an earlier report.
            TypeError, ValueError: an element is no report, the arrays do not fit together, or hold no ids or times.

        >>> inventory = InventoryScorer()
        >>> inventory.report_rtts(0.0, from_nodes=[9, 9], to_nodes=[1, 2], rtts_ns=[100_000_000, 300_000_000])
        >>> from driftline import ChainProfile, Client
        >>> inventory.report_profiles(ChainProfile(chain=7, clients=[Client(9)]))
        >>> inventory.score(7, 1), inventory.score(7, 2)
        (0.5, 0.25)
        """
        arrays = (from_nodes, to_nodes, rtts_ns)
        if all(array is None for array in arrays):
            self._inventory.report_rtts(now, _several(reports))
            return
        if any(array is None for array in arrays) or not isinstance(reports, tuple) or reports:
            message = "report_rtts: either reports are expected, or from_nodes, to_nodes and rtts_ns"
            raise TypeError(message)
        self._inventory.report_rtt_arrays(now, *arrays)

    def report_bandwidths(self, reports: Bandwidth | Iterable[Bandwidth]) -> None:
        """Takes bandwidths, in order; each replaces what was measured before. All of them or, after an error, none.

        Raises:
            InventoryError: a bandwidth is not finite and above zero; `node` is who received.
            ReservedNodeError: a node is `NO_NODE`; `index` says in which report.
            TypeError, ValueError: an element is no report, or holds no ids or number.
        """
        self._inventory.report_bandwidths(_several(reports))

    def report_profiles(self, profiles: ChainProfile | Iterable[ChainProfile]) -> None:
        """Takes profiles of chains, in order; each replaces that of its chain. All of them or, after an error, none.

        Raises:
            InventoryError: a profile says what cannot be.
            ReservedNodeError: a client is `NO_NODE`; `index` says in which profile.
            TypeError, ValueError: an element is no profile, or a field of it no number or id.
        """
        self._inventory.report_profiles(_several(profiles))

    def forget_node(self, node: int) -> bool:
        """Forgets what was reported of a node and by it, and says whether there was anything of it.

        What it holds stays until events say otherwise.
        """
        return self._inventory.forget_node(node)

    def touch(self, state: MeshState) -> int:
        """Tells a state which nodes and chains have moved since the last call, for `FingerprintMode.PUSH`.

        Returns how many. Under `FingerprintMode.POLL` there is no need for it.

        Raises:
            ReentrantError, BusyError: the state is in use.
        """
        if not isinstance(state, MeshState):
            message = f"state: a MeshState is expected, not {type(state).__name__}"
            raise TypeError(message)
        return self._inventory.touch(state._core)

    def touches(self) -> tuple[Event, ...]:
        """The same as events, `NodeTouched` and `ChainTouched`, for an inventory that feeds several states.

        What it has said is not said again, by `touch` neither.
        """
        nodes, chains = self._inventory.touches()
        return (*map(NodeTouched, nodes), *map(ChainTouched, chains))

    def axes(self, chain: int, node: int) -> ScoreAxes | None:
        """What a node is worth to a chain, axis by axis; `None` if nothing is known of the node."""
        parts = self._inventory.axes(chain, node)
        return None if parts is None else ScoreAxes(*parts)

    def __repr__(self) -> str:
        """What is configured otherwise than by default."""
        default = InventoryConfig()
        names = [field.name for field in dataclasses.fields(default)]
        changed = [name for name in names if getattr(self._config, name) != getattr(default, name)]
        said = ", ".join(f"{name}={getattr(self._config, name)!r}" for name in changed)
        return f"InventoryScorer(InventoryConfig({said}))" if said else "InventoryScorer()"


def _several(reports: _T | Iterable[_T]) -> Iterable[_T]:
    return reports if hasattr(reports, "__iter__") else (reports,)


def _number(name: str, value: float | None) -> float | None:
    return None if value is None else check_number(name, value)
