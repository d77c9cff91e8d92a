"""Replicas are where they were put, and nothing is lost or gained on the way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from driftline.replay import ImpossibleMoveError
from driftline.replay.load import Cluster, LoadMove, LoadPlayback, LoadTrace, Transfer
from driftline.replay.load.cluster import MIB_PER_SLICE, OUTAGE_US, TRANSFER_CPU_MILLICORES, place

TRACE = LoadTrace.generate(7, 24, 90, 60)
Flags = npt.NDArray[np.bool_]


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(TRACE, place(TRACE))


def home(cluster: Cluster, chain: int) -> int:
    """A node that the chain is not on."""
    return int(np.flatnonzero(~cluster.holders[chain])[0])


@pytest.mark.parametrize("numbers", [(42, 60, 600, 480), (7, 24, 90, 60), (1, 20, 1, 1), (3, 100, 30, 200)])
def test_the_first_placement(numbers: tuple[int, int, int, int]) -> None:
    trace = LoadTrace.generate(*numbers)
    holders = place(trace)
    assert (holders.sum(axis=1) == 3).all()
    for chain in range(trace.chain_count):
        assert len(set(trace.topology.zone_of_node[holders[chain]].tolist())) == 3
    cluster = Cluster(trace, holders)
    assert (cluster.use() * 1000 // trace.topology.capacity <= 700).all()


def test_the_first_placement_is_near_where_there_is_room() -> None:
    trace = LoadTrace.generate(1, 100, 5, 1)
    own = [trace.topology.zone_of_node[row] for row in place(trace)]
    for chain, zones in enumerate(own):
        assert trace.topology.zone_of_chain[chain] in zones


def test_a_copy_takes_its_time(cluster: Cluster) -> None:
    victim, target = cluster.holders_of(4)[0], home(cluster, 4)
    slices = -(-int(TRACE.demand.disk_mib[4]) // MIB_PER_SLICE)
    before = cluster.use()
    cluster.move(4, victim, target, evicts=True)
    assert cluster.moves == [LoadMove(0, 4, victim, target)]
    added = cluster.use() - before
    assert added[victim].tolist() == [TRANSFER_CPU_MILLICORES, 0, 0]
    copy = [TRANSFER_CPU_MILLICORES, TRACE.demand.memory_mib[4], TRACE.demand.disk_mib[4]]
    assert added[target].tolist() == copy
    assert added.sum() == sum(copy) + TRANSFER_CPU_MILLICORES
    done: list[Transfer] = []
    for _ in range(slices):
        assert (done, cluster.busy_chains(), victim in cluster.holders_of(4)) == ([], {4}, True)
        done = cluster.advance()
    assert done == [Transfer(4, victim, target, victim, slices)]
    assert cluster.busy_chains() == set()
    assert target in cluster.holders_of(4)
    assert victim not in cluster.holders_of(4)


def test_the_other_order(cluster: Cluster) -> None:
    victim, target = cluster.holders_of(4)[1], home(cluster, 4)
    cluster.move(4, victim, target, evicts=False)
    while not cluster.advance():
        pass
    assert len(cluster.holders_of(4)) == 4
    cluster.evict(4, victim)
    assert len(cluster.holders_of(4)) == 3


def test_what_cannot_be_moved(cluster: Cluster) -> None:
    holders, target = cluster.holders_of(4), home(cluster, 4)
    cluster.move(5, cluster.holders_of(5)[0], home(cluster, 5), evicts=True)
    cluster.fail(np.array([23]))
    cluster.holders[6] = False
    for chain, victim, where, words in (
        (4, holders[0], 24, "chain 4 cannot go to node 24: there are only nodes 0 to 23"),
        (4, holders[0], -1, "there are only nodes 0 to 23"),
        (4, holders[0], 23, "the node is gone"),
        (4, holders[0], holders[1], "it is there already"),
        (5, cluster.holders_of(5)[0], cluster.transfers[0].target, "it is on its way there"),
        (4, target, target, f"it is not on node {target}, which it should leave"),
        (6, None, 0, "nobody has it any more"),
    ):
        before = (list(cluster.transfers), list(cluster.moves), cluster.holders.copy())
        with pytest.raises(ImpossibleMoveError, match=words):
            cluster.move(chain, victim, where, evicts=True)
        assert (before[0], before[1]) == (cluster.transfers, cluster.moves)
        assert (before[2] == cluster.holders).all()
    for node in (target, 24, -1):
        with pytest.raises(ImpossibleMoveError, match=f"chain 4 cannot leave node {node}: it is not there"):
            cluster.evict(4, node)


def test_a_node_that_is_gone(cluster: Cluster) -> None:
    victim = cluster.holders_of(4)[0]
    cluster.move(4, victim, home(cluster, 4), evicts=True)
    others = [chain for chain in range(90) if chain != 4 and cluster.holders[chain, victim]]
    lost, broken = cluster.fail(np.array([victim]))
    assert lost == [(chain, victim) for chain in sorted([4, *others])]
    assert [transfer.chain for transfer in broken] == [4]
    assert cluster.transfers == []
    assert not cluster.is_alive[victim]
    assert not cluster.holders[:, victim].any()
    target = next(n for n in np.flatnonzero(~cluster.holders[4]).tolist() if n != victim)
    cluster.move(4, None, target, evicts=True)
    assert cluster.moves[-1] == LoadMove(0, 4, None, target)
    assert cluster.transfers[0].source == cluster.holders_of(4)[0]


def test_what_clients_see(cluster: Cluster) -> None:
    use = cluster.use()
    capacity, rtt_us = TRACE.topology.capacity, TRACE.weighted_rtt_us(TRACE.rtt_us[0])
    seen = cluster.latencies_us(use[:, 0])
    for chain in range(90):
        each = []
        for node in cluster.holders_of(chain):
            share = min(int(use[node, 0]) * 1000 // int(capacity[node, 0]), 950)
            each.append(int(rtt_us[chain, node]) * 1000 // (1000 - share))
        assert seen[chain] == sum(each) // 3
    idle = cluster.latencies_us(np.zeros(24, dtype=np.int64))
    full = cluster.latencies_us(capacity[:, 0] * 7)
    assert (idle < seen).all()
    assert (full // 20 <= idle).all()
    assert (full > idle * 19).all()
    cluster.holders[3] = False
    assert cluster.latencies_us(use[:, 0])[3] == OUTAGE_US


@pytest.mark.parametrize("policy", ["never", "greedy", "drift"])
@pytest.mark.parametrize("numbers", [(7, 24, 90, 100), (3, 40, 60, 130)])
def test_conservation(policy: str, numbers: tuple[int, int, int, int]) -> None:
    """Replicas: those at first, and one for each copy that came, but those that left or were lost. Load: likewise."""
    trace = LoadTrace.generate(*numbers)
    playback = LoadPlayback(trace, policy, smooth=0.3)
    cluster, demand, came = playback.cluster, trace.demand, 0
    advance = cluster.advance

    def counted() -> list[Transfer]:
        nonlocal came
        done = advance()
        came += len(done)
        return done

    cluster.advance = counted  # type: ignore[method-assign]  # to see what comes
    for now in range(trace.slice_count):
        playback.advance()
        each = np.stack([demand.cpu_millicores[now], demand.memory_mib, demand.disk_mib], axis=1)
        expected = (cluster.holders.sum(axis=1)[:, None] * each).sum(axis=0)
        for transfer in cluster.transfers:
            expected += (2 * TRANSFER_CPU_MILLICORES, *each[transfer.chain, 1:])
            assert cluster.is_alive[[transfer.source, transfer.target]].all()
            assert cluster.holders[transfer.chain, transfer.source]
            assert transfer.ends > now
        assert cluster.use().sum(axis=0).tolist() == expected.tolist()
        assert not cluster.holders[:, ~cluster.is_alive].any()
        counts = cluster.holders.sum(axis=1)
        if policy == "drift":
            assert playback.drift is not None
            holders = [playback.drift.state.chain(chain) for chain in range(trace.chain_count)]
            assert [list(known.holders) for known in holders if known] == [
                cluster.holders_of(chain) for chain in range(trace.chain_count)
            ]
            assert (counts <= 4).all()
        else:
            assert (counts <= 3).all()
        if now < trace.deadline_slice:
            assert (counts >= 3).all()
    lost = playback.lost_replicas
    assert 0 <= len(cluster.moves) - came - len(cluster.transfers) <= lost + len(trace.failing_nodes) * 8
    if policy == "never":
        assert cluster.holders.sum() == 3 * trace.chain_count - lost
        assert lost > 0
    else:
        assert (cluster.holders.sum(axis=1) >= 3).all()
        assert lost == 0
