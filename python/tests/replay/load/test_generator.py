"""The generator makes the cluster that the rules describe."""

from __future__ import annotations

import numpy as np
import pytest

from driftline.replay.load import LoadTrace
from driftline.replay.load.trace import DEADLINE_SLICES

SIZES = [(42, 60, 600, 480), (7, 24, 90, 60), (1, 20, 1, 1), (3, 100, 30, 200), (2**64 - 1, 33, 500, 130)]


@pytest.fixture(params=SIZES, ids=str)
def trace(request: pytest.FixtureRequest) -> LoadTrace:
    return LoadTrace.generate(*request.param)


@pytest.mark.parametrize(
    ("numbers", "check_value"),
    [((42, 60, 600, 480), 0x70E1EE2B042E8830), ((42, 40, 200, 120), 0xC089BA6978C30C63)],
)
def test_check_values(numbers: tuple[int, int, int, int], check_value: int) -> None:
    assert LoadTrace.generate(*numbers).fold() == check_value


def test_the_defaults_are_what_is_documented() -> None:
    trace = LoadTrace.generate()
    assert repr(trace) == "<LoadTrace 'generated load, seed 42': 60 nodes, 600 chains, 480 slices>"
    assert (trace.zone_count, len(np.unique(trace.topology.rack_of_node))) == (5, 20)
    assert np.bincount(trace.topology.rack_of_node).tolist() == [3] * 20
    assert (trace.failing_slice, trace.deadline_slice, len(trace.failing_nodes)) == (240, 280, 3)
    assert trace.fold() == LoadTrace.generate(42, 60, 600, 480, zone_count=5, racks_per_zone=4).fold()
    assert trace.fold() != LoadTrace.generate(43).fold()


def test_numbers_of_numpy_are_numbers() -> None:
    assert LoadTrace.generate(np.uint64(5), np.int8(20), np.int16(9), np.uint8(12)).fold() == (  # type: ignore[arg-type]  # the point
        LoadTrace.generate(5, 20, 9, 12).fold()
    )
    with pytest.raises(TypeError):
        LoadTrace.generate(1.5)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"seed": -1}, "SEED must be a whole number from 0 to 18446744073709551615, not '-1'"),
        ({"node_count": 19}, "the nodes must be a whole number from 20 to 4096, not '19'"),
        ({"node_count": 4097}, "the nodes"),
        ({"chain_count": 0}, "the chains must be a whole number from 1 to 200000, not '0'"),
        ({"slice_count": 65537}, "the slices must be a whole number from 1 to 65536, not '65537'"),
        ({"zone_count": 3}, "the zones must be a whole number from 4 to 16, not '3'"),
        ({"racks_per_zone": 65}, "the racks of a zone must be a whole number from 1 to 64, not '65'"),
        ({"node_count": 4096, "chain_count": 977}, "chains \\* nodes must be at most 4000000, not 4001792"),
        ({"slice_count": 10_001, "chain_count": 1000}, "at most 10000000, not 10001000"),
        ({"slice_count": 50_000, "chain_count": 1, "node_count": 41}, "at most 10000000, not 10250000"),
    ],
)
def test_ranges(numbers: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        LoadTrace.generate(**numbers)  # type: ignore[arg-type]  # all are numbers


def test_zones_and_racks(trace: LoadTrace) -> None:
    topology = trace.topology
    assert (np.diff(topology.rack_of_node) >= 0).all()
    assert np.ptp(np.bincount(topology.rack_of_node, minlength=20)) <= 1
    assert (topology.zone_of_node == topology.rack_of_node // 4).all()
    assert (topology.rack_of_node[trace.failing_nodes] == topology.failing_rack).all()
    assert trace.deadline_slice - trace.failing_slice == DEADLINE_SLICES


def test_every_chain_has_clients_in_one_to_three_zones(trace: LoadTrace) -> None:
    clients = trace.topology.client_per_mille
    assert (clients.sum(axis=1) == 1000).all()
    assert set((clients > 0).sum(axis=1).tolist()) <= {1, 2, 3}
    assert (clients.argmax(axis=1) == trace.topology.zone_of_chain).all()


def test_the_load_stays_below_what_is_left_without_the_rack(trace: LoadTrace) -> None:
    demand, capacity = trace.demand, trace.topology.capacity
    stays = capacity[trace.topology.rack_of_node != trace.topology.failing_rack].sum(axis=0)
    assert (3 * demand.cpu_millicores.sum(axis=1) * 100 <= 65 * stays[0]).all()
    assert 3 * demand.memory_mib.sum() * 100 <= 65 * stays[1]
    assert 3 * demand.disk_mib.sum() * 100 <= 65 * stays[2]
    smallest = capacity.min(axis=0)
    assert demand.cpu_millicores.min() >= 1
    for values, most in zip((demand.cpu_millicores, demand.memory_mib, demand.disk_mib), smallest, strict=True):
        assert values.max() * 4 <= most


@pytest.mark.parametrize("numbers", [(42, 60, 600, 480), (7, 24, 90, 60), (3, 100, 30, 200)])
def test_every_node_can_be_left_within_its_capacity(numbers: tuple[int, int, int, int]) -> None:
    """The largest first, each to the nodes in three zones that have most room: without the rack, at the worst time."""
    trace = LoadTrace.generate(*numbers)
    topology, demand = trace.topology, trace.demand
    stays = topology.rack_of_node != topology.failing_rack
    worst = int(demand.cpu_millicores.sum(axis=1).argmax())
    each = np.stack([demand.cpu_millicores[worst], demand.memory_mib, demand.disk_mib], axis=1)
    use = np.zeros_like(topology.capacity)
    for chain in np.argsort(-each[:, 0], kind="stable"):
        share = ((use + each[chain]) / topology.capacity).max(axis=1)
        order = np.argsort(np.where(stays, share, np.inf), kind="stable")
        _, first = np.unique(topology.zone_of_node[order], return_index=True)
        use[order[np.sort(first)[:3]]] += each[chain]
    assert (use <= topology.capacity).all()
    assert (use[~stays] == 0).all()


def test_demand_is_skewed_and_drifts() -> None:
    demand = LoadTrace.generate().demand
    mean = demand.cpu_millicores.mean(axis=0)
    top = np.sort(mean)[::-1]
    assert top[:60].sum() > 3 * top[-300:].sum() / 2, "the largest tenth needs more than the smaller half"
    assert ((demand.cpu_millicores[0] * 3 < demand.cpu_millicores[479] * 4).sum()) < 600
    quiet = np.setdiff1d(np.arange(600), demand.crowds[:, 0])
    change = np.abs(np.diff(demand.cpu_millicores[:, quiet], axis=0)) / demand.cpu_millicores[:-1, quiet]
    assert np.quantile(change, 0.99) < 0.06, "without a crowd it drifts slowly"


def test_crowds_come_and_go() -> None:
    demand = LoadTrace.generate().demand
    assert len(demand.crowds) == 600 * 480 // 1800
    chains, first, slices, factors = demand.crowds.T
    assert ((chains >= 0) & (chains < 600) & (first >= 0) & (first < 480)).all()
    assert ((slices >= 20) & (slices <= 60) & (factors >= 3000) & (factors <= 6000)).all()
    alone = [crowd for crowd in demand.crowds.tolist() if (chains == crowd[0]).sum() == 1 and 0 < crowd[1] < 400]
    assert len(alone) > 50
    for chain, begin, length, factor in alone:
        before, after = demand.cpu_millicores[begin - 1, chain], demand.cpu_millicores[begin, chain]
        # Beside the crowd there is a step of wave and walk, and the most that a replica may need.
        assert after >= min(before * factor * 95 // 100_000, 4000)
        assert demand.cpu_millicores[begin + length, chain] * 2 < demand.cpu_millicores[begin + length - 1, chain] * 3


def test_round_trip_times_grow_with_distance(trace: LoadTrace) -> None:
    own = trace.rtt_us[0][trace.topology.zone_of_node, np.arange(trace.node_count)]
    others = trace.rtt_us[0][(trace.topology.zone_of_node + 1) % 5, np.arange(trace.node_count)]
    assert (own < others).all()
    assert trace.rtt_us.min() >= 4_000
    assert trace.rtt_us.max() <= 5 * (4_000 + 2 * 28_000 + 8_000 + 3_000)


def test_the_failing_rack_gets_slow(trace: LoadTrace) -> None:
    before, after = trace.rtt_us[0], trace.rtt_us[trace.failing_slice :]
    fails = trace.topology.rack_of_node == trace.topology.failing_rack
    base = trace.rtt_us.min(axis=0)
    assert (after[:, :, fails] >= 2 * base[:, fails] - 1).all() or trace.slice_count == 1
    assert before.shape == (5, trace.node_count)


def test_reports_come_unevenly(trace: LoadTrace) -> None:
    for rows, least, most in ((trace.plan.use_rows, 1, 3), (trace.plan.rtt_rows, 3, 8)):
        slices, nodes = rows.T
        assert (np.lexsort((nodes, slices)) == np.arange(len(rows))).all()
        assert nodes[slices == 0].tolist() == list(range(trace.node_count))
        for node in range(trace.node_count):
            gaps = np.diff(slices[nodes == node])
            # The first gap spreads the nodes out; then they have their range, up to the end.
            assert ((gaps[1:] >= least) & (gaps[1:] <= most)).all()
            assert ((gaps[:1] >= 1) & (gaps[:1] <= most)).all()
            assert trace.slice_count - slices[nodes == node][-1] <= most


def test_each_slice_lists_its_own_rows(trace: LoadTrace) -> None:
    for listed, rows in ((trace.use_listed, trace.plan.use_rows), (trace.rtt_listed, trace.plan.rtt_rows)):
        found = [listed(now) for now in range(trace.slice_count)]
        assert all((rows[place, 0] == now).all() for now, place in enumerate(found))
        assert sum(place.stop - place.start for place in found) == len(rows)


def test_what_is_measured_is_noise_around_the_truth() -> None:
    trace = LoadTrace.generate()
    slices, nodes = trace.plan.rtt_rows.T
    ratio = trace.plan.rtt_us / trace.rtt_us[slices, :, nodes]
    assert ratio.min() >= 0.999
    stalled = ratio > 1.1
    assert 0.05 < stalled.mean() < 0.07
    assert ratio[~stalled].mean() == pytest.approx(1.05, abs=0.002)
    assert ratio.max() < 6 * 1.101
    assert set(trace.plan.use_per_mille.ravel().tolist()) == set(range(970, 1031))


def test_fewer_slices_or_seeds_do_not_share_numbers() -> None:
    folds = {LoadTrace.generate(seed, 20, 10, slices).fold() for seed in range(20) for slices in (5, 6)}
    assert len(folds) == 40


def test_times_by_zone_become_times_by_chain() -> None:
    trace = LoadTrace.generate(7, 24, 90, 60)
    weighted = trace.weighted_rtt_us(trace.rtt_us[3])
    for chain, node in ((0, 0), (89, 23), (17, 5)):
        shares = trace.topology.client_per_mille[chain].tolist()
        times = trace.rtt_us[3, :, node].tolist()
        assert weighted[chain, node] == sum(s * t for s, t in zip(shares, times, strict=True)) // 1000
