"""The library's own scorer is told what is reported, and does well with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from driftline import InventoryConfig, NodeHealth, SchedulerConfig
from driftline.replay.load import Cluster, LoadPlayback, LoadResult, LoadTrace, Reports, run
from driftline.replay.load.cluster import MIB_PER_SEC, TRANSFER_CPU_MILLICORES, place
from driftline.replay.load.inventory import InventoryFeed
from driftline.replay.load.reports import measure, offsets_of

TRACE = LoadTrace.generate(7, 24, 90, 120)


class Ear:
    """Takes down what an inventory is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **named: self.told.append((name, arguments, named))


def reports_at(now: int) -> Reports:
    cluster = Cluster(TRACE, place(TRACE))
    cluster.now = now
    if now >= TRACE.deadline_slice:
        cluster.fail(TRACE.failing_nodes)
    return measure(TRACE, cluster, cluster.use())


def told_at(now: int) -> tuple[Reports, dict[str, Any]]:
    feed, ear = InventoryFeed(TRACE), Ear()
    feed.inventory = ear  # type: ignore[assignment]  # it hears the same
    reports = reports_at(now)
    feed.report(reports)
    assert [name for name, _, _ in ear.told] == ["report_nodes", "report_rtts", "report_profiles"]
    assert [arguments[0] for name, arguments, _ in ear.told if name != "report_profiles"] == [reports.now_ns] * 2
    return reports, {name: named or arguments[-1] for name, arguments, named in ear.told}


def first_word_of_the_rack(since: int) -> int:
    """The first slice from `since` on in which one of its nodes reports."""
    return next(now for now in range(since, 120) if np.isin(reports_at(now).nodes, TRACE.failing_nodes).any())


@pytest.mark.parametrize(
    ("now", "states"),
    [
        (0, {NodeHealth.HEALTHY}),
        (13, {NodeHealth.HEALTHY}),
        (first_word_of_the_rack(TRACE.failing_slice), {NodeHealth.HEALTHY, NodeHealth.CORDONED}),
        (first_word_of_the_rack(TRACE.deadline_slice), {NodeHealth.HEALTHY, NodeHealth.FAILED}),
    ],
)
def test_nodes(now: int, states: set[NodeHealth]) -> None:
    reports, told = told_at(now)
    assert {node.health for node in told["report_nodes"]} == states
    assert [node.node for node in told["report_nodes"]] == reports.nodes.tolist()
    for node, use, health in zip(told["report_nodes"], reports.use.tolist(), reports.health.tolist(), strict=True):
        capacity = TRACE.topology.capacity[node.node].tolist()
        assert (node.cpu_use_cores * 1000, node.cpu_capacity_cores * 1000) == pytest.approx((use[0], capacity[0]))
        assert (node.memory_use_bytes, node.memory_capacity_bytes) == (use[1] * 2**20, capacity[1] * 2**20)
        assert (node.disk_use_bytes, node.disk_capacity_bytes) == (use[2] * 2**20, capacity[2] * 2**20)
        assert node.bandwidth_bytes_per_sec == MIB_PER_SEC * 2**20
        assert node.zone == TRACE.topology.zone_of_node[node.node]
        assert node.health is [NodeHealth.HEALTHY, NodeHealth.CORDONED, NodeHealth.FAILED][health]


@pytest.mark.parametrize("now", [0, 13])
def test_round_trip_times(now: int) -> None:
    reports, told = told_at(now)
    rtts = told["report_rtts"]
    found = list(zip(rtts["from_nodes"], rtts["to_nodes"], rtts["rtts_ns"], strict=True))
    assert found == [
        (24 + zone, int(node), int(reports.rtt_us[place, zone]) * 1000)
        for place, node in enumerate(reports.rtt_nodes)
        for zone in range(5)
    ]


@pytest.mark.parametrize("now", [0, 13])
def test_profiles(now: int) -> None:
    reports, told = told_at(now)
    assert [profile.chain for profile in told["report_profiles"]] == reports.chains.tolist()
    for profile, cpu_millicores in zip(told["report_profiles"], reports.cpu_millicores.tolist(), strict=True):
        assert profile.cpu_cores * 1000 == pytest.approx(cpu_millicores)
        assert profile.memory_bytes == TRACE.demand.memory_mib[profile.chain] * 2**20
        assert profile.size_bytes == TRACE.demand.disk_mib[profile.chain] * 2**20
        shares = np.zeros(5)
        for client in profile.clients:
            assert client.weight > 0
            shares[client.node - 24] = client.weight * 1000
        assert shares.round().tolist() == TRACE.topology.client_per_mille[profile.chain].tolist()
        assert profile.zone_anti_affinity


def test_membership_and_axes() -> None:
    feed = InventoryFeed(TRACE)
    gap = SchedulerConfig.production().hysteresis_gap
    assert feed.inventory.config == InventoryConfig(hysteresis_gap=gap, comfortable_use=0.4)
    assert feed.scorer is feed.inventory
    assert feed.axes(0, 3) == {"score": None}
    offsets, holders = offsets_of(place(TRACE))
    feed.load(np.arange(90), np.full(90, 99), offsets, holders)
    feed.report(reports_at(0))
    node = int(holders[0])
    axes = feed.axes(0, node)
    assert list(axes) == ["headroom", "proximity", "zone spread", "score"]
    assert axes["zone spread"] == 1.0
    assert axes["score"] == feed.inventory.score(0, node)
    for value in axes.values():
        assert value is not None
        assert 0.0 < value <= 1.0


def by_inventory(trace: LoadTrace) -> LoadResult:
    return run(trace, scorer=InventoryFeed)


@pytest.mark.parametrize("seed", [42, 1, 2])
def test_it_beats_doing_nothing(seed: int) -> None:
    trace = LoadTrace.generate(seed)
    never, inventory = run(trace, "never"), by_inventory(trace)
    assert inventory.mean_ms() < 0.9 * never.mean_ms()
    assert inventory.p95_ms() < 0.9 * never.p95_ms()
    assert inventory.over_node_slices() * 4 < never.over_node_slices()
    assert inventory.missing_chain_slices() == inventory.lost_replicas == 0
    until_empty = inventory.slices_until_empty()
    assert until_empty is not None
    assert 15 <= until_empty < 40, "at the pace of the drain, not at once"
    drain = slice(inventory.failing_slice, inventory.deadline_slice)
    assert inventory.over_any[drain].sum() == 0, "the drain overloads nobody"
    assert inventory.greatest_per_mille[:, 1:].max() < 1000, "what it can foresee never overflows"


def test_its_placements_overload_no_node() -> None:
    """Nodes are above their capacity only while copies leave them, and cost cpu."""
    trace = LoadTrace.generate()
    playback, capacity = LoadPlayback(trace, scorer=InventoryFeed), trace.topology.capacity
    over = 0
    for _ in range(trace.slice_count):
        playback.advance()
        use = playback.cluster.use()
        over += int((use > capacity).any(axis=1).sum())
        for transfer in playback.cluster.transfers:
            use[[transfer.source, transfer.target], 0] -= TRANSFER_CPU_MILLICORES
        assert (use <= capacity).all()
    assert 0 < over < 20


def test_it_moves_little() -> None:
    trace = LoadTrace.generate()
    assert len(by_inventory(trace).moves) < len(run(trace, smooth=0.3).moves)


def test_equal_runs_are_equal() -> None:
    trace = LoadTrace.generate(7, 24, 90, 60)
    first, second = by_inventory(trace), by_inventory(trace)
    assert first.summary() == second.summary()
    assert first.moves == second.moves


def test_its_axes_are_kept_by_slice() -> None:
    result = by_inventory(LoadTrace.generate(7, 24, 90, 60))
    assert list(result.axes_by_slice) == ["headroom", "proximity", "zone spread", "score"]
    for values in result.axes_by_slice.values():
        assert values.shape == (60,)
        assert ((values >= 0) & (values <= 1)).all()
    lowest = np.minimum(result.axes_by_slice["headroom"], result.axes_by_slice["proximity"])
    assert (result.axes_by_slice["score"] >= lowest - 1e-6).all()


def test_clients_have_ids_of_their_own() -> None:
    """A scheduler led by the id of a client would be told of round-trip times to itself."""
    result = by_inventory(LoadTrace.generate(7, 24, 90, 60))
    assert all(move.target < 24 for move in result.moves)
    assert (result.invalid_scores, result.invalid_alternatives) == (0, 0)
