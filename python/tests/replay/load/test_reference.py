"""The reference scorer foresees the latency that clients would see, as far as reports tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from driftline import Drain, HolderAdded, HolderRemoved, MigrationCost
from driftline.replay.load import Cluster, Health, LatencyScorer, LoadTrace, Reports
from driftline.replay.load.cluster import place
from driftline.replay.load.reports import measure, offsets_of

if TYPE_CHECKING:
    from driftline.replay.generator import Integers

TRACE = LoadTrace.generate(7, 24, 90, 120)
CAPACITY, ZONES = TRACE.topology.capacity, TRACE.topology.zone_of_node


def loaded(smooth: float = 1.0) -> LatencyScorer:
    scorer, cluster = LatencyScorer(TRACE, smooth), Cluster(TRACE, place(TRACE))
    offsets, holders = offsets_of(cluster.holders)
    scorer.load(np.arange(90), np.full(90, 99), offsets, holders)
    scorer.report(measure(TRACE, cluster, cluster.use()))
    return scorer


def report(nodes: list[int], use: Integers, health: Health = Health.HEALTHY, slice_number: int = 1) -> Reports:
    nothing = np.zeros(0, dtype=np.int64)
    where, state = np.array(nodes), np.full(len(nodes), health)
    no_rtts = np.zeros((0, 5), dtype=np.int64)
    return Reports(slice_number, slice_number * 30 * 10**9, where, use, state, nothing, no_rtts, nothing, nothing)


def holders_of(scorer: LatencyScorer, chain: int) -> list[int]:
    return np.flatnonzero(place(TRACE)[chain]).tolist()


def by_hand(chain: int, node: int, use: Integers, holds: bool) -> float:
    shares = TRACE.topology.client_per_mille[chain] / 1000
    rtt_us = sum(float(s * t) for s, t in zip(shares, TRACE.plan.rtt_us[node], strict=True))
    more = [TRACE.demand.cpu_millicores[0, chain], TRACE.demand.memory_mib[chain], TRACE.demand.disk_mib[chain]]
    after = [float(use[k] + (0 if holds and k == 0 else more[k])) / float(CAPACITY[node, k]) for k in range(3)]
    if not holds and max(after) > 0.9:
        return 0.0
    return 200_000 / (200_000 + rtt_us / (1 - min(after[0], 0.95)))


def test_scores_are_what_clients_would_see() -> None:
    scorer = loaded()
    cluster = Cluster(TRACE, place(TRACE))
    use = measure(TRACE, cluster, cluster.use()).use
    for chain in (0, 41, 89):
        holders = holders_of(scorer, chain)
        for node in range(24):
            expected = by_hand(chain, node, use[node], node in holders)
            assert scorer.score(chain, node) == pytest.approx(expected, abs=1e-12)
            axes = scorer.axes(chain, node)
            assert axes["score"] == scorer.score(chain, node)
            assert list(axes) == ["headroom", "proximity", "score"]
            assert axes["headroom"] == pytest.approx(max(0.0, 1 - use[node, 0] / CAPACITY[node, 0]), abs=1e-12)


def test_batches_are_the_single_form() -> None:
    scorer = loaded()
    chains, nodes = (grid.ravel().astype(np.uint64) for grid in np.indices((90, 24)))
    singles = [scorer.score(int(chain), int(node)) for chain, node in zip(chains, nodes, strict=True)]
    assert scorer.score_many(chains, nodes).tolist() == singles
    assert scorer.live_score_many(chains, nodes).tolist() == singles
    holds = place(TRACE)
    rows = scorer.scores_of(np.arange(90), holds, np.zeros_like(CAPACITY))
    assert rows.ravel().tolist() == singles


def test_what_is_coming_counts() -> None:
    scorer, nobody = loaded(), np.zeros((1, 24), dtype=np.bool_)
    chains, coming = np.array([5]), np.zeros_like(CAPACITY)
    before = scorer.scores_of(chains, nobody, coming)[0]
    coming[3] = (CAPACITY[3, 0] // 20, 0, 0)
    coming[4] = (0, CAPACITY[4, 1], 0)
    after = scorer.scores_of(chains, nobody, coming)[0]
    assert after[3] < before[3]
    assert after[4] == 0.0
    assert np.delete(after, [3, 4]).tolist() == np.delete(before, [3, 4]).tolist()


def test_alternatives_are_the_best_homes_in_other_zones() -> None:
    scorer = loaded()
    for chain in range(90):
        holders = holders_of(scorer, chain)
        scores = [scorer.score(chain, node) or 0.0 for node in range(24)]
        leaves = min(holders, key=lambda node: (scores[node], node))
        taken = {ZONES[node] for node in holders if node != leaves}
        homes = [n for n in range(24) if n not in holders and ZONES[n] not in taken and scores[n] > 0]
        expected = sorted(((n, scores[n]) for n in homes), key=lambda home: (-home[1], home[0]))
        assert scorer.alternatives(chain, holders, 99) == expected
        assert scorer.alternatives(chain, holders, 2) == expected[:2]
        assert scorer.best_alternative(chain, holders) == (expected[0] if expected else None)
        if len(expected) > 1:
            without = [*holders, expected[0][0]]
            assert scorer.best_alternative(chain, without) == expected[1]


def test_a_drained_holder_is_the_one_that_leaves() -> None:
    scorer = loaded()
    holders = holders_of(scorer, 8)
    scores = {node: scorer.score(8, node) or 0.0 for node in holders}
    best = max(holders, key=lambda node: scores[node])
    scorer.follow([Drain(best, 10**12)])
    zones = {int(ZONES[node]) for node, _ in scorer.alternatives(8, holders, 99)}
    assert zones
    assert zones.isdisjoint(int(ZONES[node]) for node in holders if node != best)


def test_where_one_is_missing_nobody_leaves() -> None:
    scorer = loaded()
    first, *rest = holders_of(scorer, 8)
    scorer.follow([HolderRemoved(8, first)])
    zones = {int(ZONES[node]) for node, _ in scorer.alternatives(8, rest, 99)}
    assert zones
    assert zones.isdisjoint(int(ZONES[node]) for node in rest)
    scorer.follow([HolderAdded(8, first)])
    assert scorer.score(8, first) == loaded().score(8, first)


def test_full_and_failing_nodes_are_no_homes() -> None:
    scorer = loaded()
    holders = holders_of(scorer, 8)
    other = next(node for node, _ in scorer.alternatives(8, holders, 1))
    for resource in range(3):
        use = np.zeros((1, 3), dtype=np.int64)
        use[0, resource] = CAPACITY[other, resource] * 9 // 10
        scorer.report(report([other], use))
        assert scorer.score(8, other) == 0.0
        assert other not in [node for node, _ in scorer.alternatives(8, holders, 99)]
    empty = np.zeros((2, 3), dtype=np.int64)
    scorer.report(report([other, holders[0]], empty, Health.CORDONED))
    assert scorer.score(8, other) == 0.0
    assert scorer.score(8, holders[0]) != 0.0, "it keeps what it has"
    scorer.report(report([holders[0]], empty[:1], Health.FAILED))
    assert scorer.score(8, holders[0]) == 0.0


def test_smoothing_takes_a_share_of_the_difference() -> None:
    scorer, plain = loaded(0.25), loaded()
    node = holders_of(scorer, 8)[0]
    before = plain.axes(8, node)["headroom"]
    assert before is not None
    assert scorer.axes(8, node)["headroom"] == before, "the first report is taken as it is"
    use = np.zeros((1, 3), dtype=np.int64)
    for each in (scorer, plain):
        each.report(report([node], use))
    assert plain.axes(8, node)["headroom"] == 1.0
    assert scorer.axes(8, node)["headroom"] == pytest.approx(before + 0.25 * (1 - before))


def test_fingerprints_move_with_every_report() -> None:
    scorer = loaded()
    nodes = np.arange(24, dtype=np.uint64)
    before = scorer.node_fingerprints(nodes)
    scorer.report(report([3, 5], np.zeros((2, 3), dtype=np.int64)))
    assert np.flatnonzero(scorer.node_fingerprints(nodes) != before).tolist() == [3, 5]


def test_a_move_costs_its_transfer() -> None:
    cost = loaded().migration_cost(8, 1)
    assert cost == MigrationCost(int(TRACE.demand.disk_mib[8]) * 30_000_000_000 // (238 * 30), 0)
