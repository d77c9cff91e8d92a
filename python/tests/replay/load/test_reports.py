"""What is reported is what can be known, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from driftline.replay.load import Cluster, Health, LatencyScorer, LoadTrace, Observations, Reports
from driftline.replay.load.cluster import place
from driftline.replay.load.reports import measure, offsets_of

TRACE = LoadTrace.generate(7, 24, 90, 120)


def reports_at(now: int) -> Reports:
    cluster = Cluster(TRACE, place(TRACE))
    cluster.now = now
    if now >= TRACE.deadline_slice:
        cluster.fail(TRACE.failing_nodes)
    return measure(TRACE, cluster, cluster.use())


def test_slice_0_tells_everything() -> None:
    reports = reports_at(0)
    assert reports.nodes.tolist() == reports.rtt_nodes.tolist() == list(range(24))
    assert reports.chains.tolist() == list(range(90))
    assert reports.cpu_millicores.tolist() == TRACE.demand.cpu_millicores[0].tolist()
    assert (reports.slice, reports.now_ns) == (0, 0)


def test_later_ones_tell_what_is_due() -> None:
    reports = reports_at(13)
    assert reports.now_ns == 13 * 30_000_000_000
    assert reports.nodes.tolist() == TRACE.plan.use_rows[TRACE.use_listed(13), 1].tolist()
    assert 0 < len(reports.nodes) < 24
    assert 0 < len(reports.rtt_nodes) < 24
    assert reports.rtt_us.shape == (len(reports.rtt_nodes), 5)
    assert reports.chains.tolist() == list(range(3, 90, 10))


def test_use_is_noisy_and_never_above_the_capacity() -> None:
    cluster = Cluster(TRACE, place(TRACE))
    true, reported = cluster.use(), reports_at(0).use
    assert (np.abs(reported - true) <= true * 3 // 100 + 1).all()
    assert (reported != true).any()
    full = measure(TRACE, cluster, TRACE.topology.capacity * 9)
    assert (full.use <= TRACE.topology.capacity).all()
    assert (full.use < TRACE.topology.capacity).any(axis=0).all(), "what is full is measured no better than the rest"
    assert (full.use * 100 >= TRACE.topology.capacity * 97 - 100).all()


def test_the_failing_rack() -> None:
    for now in range(TRACE.failing_slice - 4, TRACE.slice_count):
        reports = reports_at(now)
        fails = np.isin(reports.nodes, TRACE.failing_nodes)
        state = Health.HEALTHY if now < TRACE.failing_slice else Health.CORDONED
        state = Health.FAILED if now >= TRACE.deadline_slice else state
        assert set(reports.health[fails].tolist()) <= {state}
        assert set(reports.health[~fails].tolist()) == {Health.HEALTHY}


def test_observations_are_the_latest() -> None:
    seen = Observations(TRACE)
    for now in range(30):
        seen.take(reports_at(now))
    rows = TRACE.plan.rtt_rows
    for node in range(24):
        last = np.flatnonzero((rows[:, 1] == node) & (rows[:, 0] < 30))[-1]
        assert seen.rtt_us[:, node].tolist() == TRACE.plan.rtt_us[last].tolist()
    for chain in range(90):
        told = max(now for now in range(30) if now == 0 or now % 10 == chain % 10)
        assert seen.cpu_millicores[chain] == TRACE.demand.cpu_millicores[told, chain]
    assert seen.slice == 29


def test_offsets() -> None:
    offsets, holders = offsets_of(np.array([[True, False, True], [False, False, False], [False, True, False]]))
    assert (offsets.tolist(), holders.tolist()) == ([0, 2, 2, 3], [0, 2, 1])


@pytest.mark.parametrize("smooth", [0.0, -0.1, 1.1, float("nan")])
def test_smoothing_has_a_range(smooth: float) -> None:
    with pytest.raises(ValueError, match="smooth must be a number over 0 and up to 1"):
        LatencyScorer(TRACE, smooth)
