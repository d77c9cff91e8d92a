"""What an `InventoryScorer` is told: in which forms, what is refused, and how reports print themselves."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    NO_NODE,
    Bandwidth,
    ChainProfile,
    Client,
    DuplicateChainError,
    HolderAdded,
    InventoryConfig,
    InventoryError,
    InventoryScorer,
    MembershipError,
    NodeHealth,
    NodeInventory,
    ReservedNodeError,
    Rtt,
    ScoreAxes,
    TimeReversedError,
)

from .inventories import CLIENT, arrays_of, near
from .support import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("kind", [None, np.uint64, np.int64, np.uint32], ids=str)
def test_arrays_are_what_reports_are(kind: Any) -> None:
    rtts = [Rtt(CLIENT, 1, 0.1), Rtt(CLIENT, 2, 0.3), Rtt(91, 1, 0.9)]
    one, other = near({1: 0.5, 2: 0.5}), near({1: 0.5, 2: 0.5})
    one.report_rtts(1.0, rtts)
    columns: list[Any] = [[getattr(rtt, name) for rtt in rtts] for name in ("from_node", "to_node", "rtt")]
    from_nodes, to_nodes, rtts_ns = columns if kind is None else (np.array(column, kind) for column in columns)
    other.report_rtts(1.0, from_nodes=from_nodes, to_nodes=to_nodes, rtts_ns=rtts_ns)
    assert [one.score(7, node) for node in (1, 2)] == [other.score(7, node) for node in (1, 2)] == [0.5, 0.25]


@pytest.mark.parametrize(
    ("arrays", "error", "words"),
    [
        ({"from_nodes": [1], "to_nodes": [1]}, TypeError, "rtts_ns"),
        ({"reports": [Rtt(1, 1, 0)], "from_nodes": [1], "to_nodes": [1], "rtts_ns": [1]}, TypeError, "either"),
        ({"reports": [], "from_nodes": [1], "to_nodes": [1], "rtts_ns": [1]}, TypeError, "either"),
        ({"from_nodes": [1, 2], "to_nodes": [1], "rtts_ns": [1, 2]}, ValueError, "to_nodes: 1 .* 2 from_nodes"),
        ({"from_nodes": [1], "to_nodes": [1], "rtts_ns": [1, 2]}, ValueError, "rtts_ns: 2 .* 1 from_nodes"),
        ({"from_nodes": [1], "to_nodes": [1], "rtts_ns": [0.5]}, TypeError, r"rtts_ns\[0\]"),
        ({"from_nodes": [1], "to_nodes": [1], "rtts_ns": np.array([0.5])}, TypeError, "rtts_ns"),
        ({"from_nodes": [-1], "to_nodes": [1], "rtts_ns": [1]}, ValueError, r"from_nodes\[0\]"),
        ({"from_nodes": [1], "to_nodes": [NO_NODE], "rtts_ns": [1]}, ReservedNodeError, "index 0"),
    ],
)
def test_what_are_no_arrays(arrays: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        InventoryScorer().report_rtts(0, **arrays)


#: What no report can be: how it is made and given, and what the error says.
WRONG: dict[str, tuple[Callable[[InventoryScorer], object], type[Exception], str]] = {
    "node-text": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1), NodeInventory(node="1")]),  # type: ignore[arg-type]
        TypeError,
        r"reports\[1\]: NodeInventory\.node: an int is expected, not str",
    ),
    "amount-text": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1, cpu_use_cores="8")]),  # type: ignore[arg-type]
        TypeError,
        r"reports\[0\]: NodeInventory\.cpu_use_cores: a number is expected, not str",
    ),
    "amount-truth": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1, disk_use_bytes=True)]),
        TypeError,
        r"disk_use_bytes: a number is expected, not bool",
    ),
    "amount-numpy-truth": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1, disk_use_bytes=np.True_)]),  # type: ignore[arg-type]
        TypeError,
        r"disk_use_bytes: a number is expected, not bool",
    ),
    "amount-enormous": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1, disk_use_bytes=10**400)]),
        ValueError,
        r"disk_use_bytes: the number is too large",
    ),
    "zone": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1, zone=2**32)]),
        ValueError,
        r"NodeInventory\.zone: 4294967296 is not in 0",
    ),
    "tags": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1, tags=-1)]),
        ValueError,
        r"NodeInventory\.tags: -1 is not in 0",
    ),
    "health": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1, health="failed")]),  # type: ignore[arg-type]
        TypeError,
        r"NodeInventory\.health: NodeHealth is expected, not str",
    ),
    "another-report": (
        lambda inventory: inventory.report_nodes(0, [Rtt(1, 2, 3)]),  # type: ignore[list-item]
        TypeError,
        r"reports\[0\]: NodeInventory is expected, not Rtt",
    ),
    "no-reports": (lambda inventory: inventory.report_nodes(0, 7), TypeError, "NodeInventory is expected, not int"),  # type: ignore[arg-type]
    "rtt": (
        lambda inventory: inventory.report_rtts(0, [Rtt(1, None, 3)]),  # type: ignore[arg-type]
        TypeError,
        r"reports\[0\]: Rtt\.to_node: an int is expected, not NoneType",
    ),
    "bandwidth": (
        lambda inventory: inventory.report_bandwidths(Bandwidth(1, 2, None)),  # type: ignore[arg-type]
        TypeError,
        r"reports\[0\]: Bandwidth\.bytes_per_sec: a number is expected, not NoneType",
    ),
    "client": (
        lambda inventory: inventory.report_profiles(ChainProfile(chain=7, clients=[Client(1), 2])),  # type: ignore[list-item]
        TypeError,
        r"profiles\[0\]: ChainProfile\.clients\[1\]: Client is expected, not int",
    ),
    "client-weight": (
        lambda inventory: inventory.report_profiles(ChainProfile(chain=7, clients=[Client(1, "2")])),  # type: ignore[arg-type]
        TypeError,
        r"profiles\[0\]: ChainProfile\.clients\[0\]: Client\.weight: a number is expected, not str",
    ),
    "profile-flag": (
        lambda inventory: inventory.report_profiles(ChainProfile(chain=7, zone_anti_affinity=1)),  # type: ignore[arg-type]
        TypeError,
        r"ChainProfile\.zone_anti_affinity: bool is expected, not int",
    ),
    "profile-group": (
        lambda inventory: inventory.report_profiles(ChainProfile(chain=7, group=2.5)),  # type: ignore[arg-type]
        TypeError,
        r"ChainProfile\.group: an int is expected, not float",
    ),
    "reserved-node": (
        lambda inventory: inventory.report_nodes(0, [NodeInventory(node=1), NodeInventory(node=NO_NODE)]),
        ReservedNodeError,
        "index 1",
    ),
    "reserved-client": (
        lambda inventory: inventory.report_profiles(ChainProfile(chain=7, clients=[Client(NO_NODE)])),
        ReservedNodeError,
        "index 0",
    ),
    "follow": (lambda inventory: inventory.follow(["x"]), TypeError, r"events\[0\]: an event"),  # type: ignore[list-item]
    "follow-reserved": (lambda inventory: inventory.follow(HolderAdded(7, NO_NODE)), ReservedNodeError, "index 0"),
    "load": (lambda inventory: inventory.load([7], [1], [0, 5], [1]), MembershipError, "index"),
    "load-twice": (lambda inventory: inventory.load([7, 7], [1, 1], [0, 0, 0], []), DuplicateChainError, "chain 7"),
    "touch": (lambda inventory: inventory.touch(inventory), TypeError, "MeshState is expected"),  # type: ignore[arg-type]
    "time": (lambda inventory: inventory.report_nodes(-1, []), ValueError, "now"),
}


@pytest.mark.parametrize(("act", "error", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_report(act: Callable[[InventoryScorer], object], error: type[Exception], words: str) -> None:
    inventory = near({1: 0.1, 2: 0.3})
    inventory.load(**arrays_of({7: [2]}))
    before = [inventory.axes(7, node) for node in (1, 2)]
    with pytest.raises(error, match=words):
        act(inventory)
    assert [inventory.axes(7, node) for node in (1, 2)] == before


@pytest.mark.parametrize(
    ("act", "attributes"),
    [
        (
            lambda inventory: inventory.report_nodes(
                0, [NodeInventory(node=1), NodeInventory(node=2, cpu_capacity_cores=4, cpu_use_cores=5)]
            ),
            (1, 2, None, "cpu_use_cores", 5.0),
        ),
        (
            lambda inventory: inventory.report_nodes(0, [NodeInventory(node=2, memory_use_bytes=-1)]),
            (0, 2, None, "memory_use_bytes", -1.0),
        ),
        (
            lambda inventory: inventory.report_bandwidths([Bandwidth(1, 2, 0.0)]),
            (0, 2, None, "bytes_per_sec", 0.0),
        ),
        (
            lambda inventory: inventory.report_profiles([ChainProfile(chain=8, size_bytes=-1.0)]),
            (0, None, 8, "size_bytes", -1.0),
        ),
        (
            lambda inventory: inventory.report_profiles([ChainProfile(chain=8, clients=[Client(3, 0.0)])]),
            (0, 3, 8, "clients.weight", 0.0),
        ),
    ],
)
def test_what_cannot_be_is_an_inventory_error(
    act: Callable[[InventoryScorer], object], attributes: tuple[Any, ...]
) -> None:
    inventory = near({1: 0.1, 2: 0.3})
    before = [inventory.axes(chain, node) for chain in (7, 8) for node in (1, 2)]
    with pytest.raises(InventoryError) as caught:
        act(inventory)
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.index, error.node, error.chain, error.field, error.value) == attributes
    assert error.field in str(error)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (again.index, again.field, str(again)) == (error.index, error.field, str(error))
    assert [inventory.axes(chain, node) for chain in (7, 8) for node in (1, 2)] == before


def test_time_does_not_go_back() -> None:
    inventory = near({1: 0.1})
    inventory.report_nodes(5.0, [])
    for report in (inventory.report_nodes, inventory.report_rtts):
        with pytest.raises(TimeReversedError) as caught:
            report(4.0, [])
        assert (caught.value.now_ns, caught.value.last_ns) == (4 * SECOND_NS, 5 * SECOND_NS)


def test_any_number_will_do() -> None:
    inventory = InventoryScorer()
    node: Any = np.uint64(1)
    capacities: list[Any] = [8, 8.0, np.float32(8), np.float64(8), np.int64(8), Fraction(8), Decimal(8)]
    for capacity in capacities:
        report = NodeInventory(node=node, cpu_capacity_cores=capacity, cpu_use_cores=capacity / 2)
        inventory.report_nodes(0, [report])
    assert inventory.score(7, 1) == 1.0


def test_reports_may_come_from_a_generator_or_alone() -> None:
    inventory = InventoryScorer()
    inventory.report_nodes(0, (NodeInventory(node=node, zone=node) for node in range(3)))
    inventory.report_nodes(0, NodeInventory(node=3, zone=3))
    assert [inventory.axes(7, node) is not None for node in range(5)] == [True] * 4 + [False]
    with pytest.raises(ZeroDivisionError):
        inventory.report_nodes(0, (NodeInventory(node=1 // node) for node in (1, 0)))


def test_values_print_what_was_said() -> None:
    assert repr(InventoryScorer()) == "InventoryScorer()"
    assert (
        repr(InventoryScorer(InventoryConfig(rtt_half=0.5))) == "InventoryScorer(InventoryConfig(rtt_half=500000000))"
    )
    assert repr(NodeInventory(node=1, zone=2)) == "NodeInventory(node=1, zone=2)"
    assert repr(ChainProfile(chain=7, clients=[Client(1)])) == (
        "ChainProfile(chain=7, clients=(Client(node=1, weight=1.0),))"
    )
    assert repr(Rtt(1, 2, 0.5)) == "Rtt(from_node=1, to_node=2, rtt=500000000)"


@pytest.mark.parametrize(
    "value",
    [
        NodeInventory(node=1, cpu_use_cores=2, health=NodeHealth.CORDONED),
        Rtt(1, 2, timedelta(milliseconds=3)),
        Bandwidth(1, 2, 3.0),
        Client(1, 2.0),
        ChainProfile(chain=7, clients=[Client(1)], disruption=1.0, group=3),
        ScoreAxes(0.5, None, 1.0, None, True, 0.75),
    ],
    ids=lambda value: type(value).__name__,
)
def test_reports_are_values(value: Any) -> None:
    for again in (
        pickle.loads(pickle.dumps(value)),
        copy.copy(value),
        copy.deepcopy(value),
        dataclasses.replace(value),
    ):
        assert again == value
        assert hash(again) == hash(value)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(value)[0].name, 9)


@pytest.mark.parametrize("kind", [NodeInventory, ChainProfile])
def test_long_reports_take_keywords_only(kind: Any) -> None:
    with pytest.raises(TypeError, match="positional"):
        kind(1)


def test_a_notebook_shows_config_and_axes() -> None:
    html = InventoryConfig(rtt_half=0.5, headroom_epsilon=0.25)._repr_html_()
    assert "InventoryConfig" in html
    assert "2 fields changed" in html
    assert "<b>0.5 s</b>" in html
    assert "default 0.1 s" in html
    shown = ScoreAxes(0.5, None, 1.0, None, True, 0.75)._repr_html_()
    assert "score 0.750" in shown
    assert "zone spread" in shown
    assert "no home" in ScoreAxes(0.5, None, 1.0, None, False, 0.0)._repr_html_()
