"""Ids on their way in: what is refused, and that a refusal changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    NO_NODE,
    Avoid,
    ChainClass,
    ChainRemoved,
    ChainRevision,
    ChainTouched,
    ClaimAcquired,
    ClaimReleased,
    DesiredReplicas,
    Drain,
    DrainCancelled,
    ForceEvict,
    ForcePlace,
    HolderAdded,
    HolderRemoved,
    LeaderCleared,
    LeaderSet,
    LocalScheduler,
    MeshState,
    MoveFailed,
    NodeTouched,
    ReservedNodeError,
    SchedulerConfig,
    ScoreSnapshot,
    SnapshotScorer,
    diff_scheduler,
)

from .support import HERE, Fixed, mesh

if TYPE_CHECKING:
    from collections.abc import Callable


def ticked() -> tuple[LocalScheduler, MeshState]:
    state = mesh({7: [1, 2]})
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.9))
    scheduler.tick(state, 0)
    return scheduler, state


def snapshot() -> ScoreSnapshot:
    scheduler, _ = ticked()
    return scheduler.snapshot()


#: Everything that takes the id of a chain.
CHAIN_TAKERS: dict[str, Callable[[Any], object]] = {
    "chain": lambda chain: mesh({7: [1]}).chain(chain),
    "explain": lambda chain: ticked()[0].explain(mesh({7: [1]}), chain),
    "history": ticked()[0].history,
    "cells": ticked()[0].cells,
    "snapshot.cells": lambda chain: snapshot().cells(chain),
    "snapshot.worst": lambda chain: snapshot().worst(chain),
    "snapshot.score": lambda chain: snapshot().score(chain, 1),
    "snapshot_scorer": lambda chain: SnapshotScorer(snapshot(), Fixed()).score(chain, 1),
    "already_evicted": lambda chain: diff_scheduler(MeshState(), Fixed(), SchedulerConfig(), 1, 0, [chain]),
    "load": lambda chain: MeshState().load([chain], [1], [0, 0], []),
    "holder_added": lambda chain: MeshState().apply(HolderAdded(chain, 1)),
    "holder_removed": lambda chain: MeshState().apply(HolderRemoved(chain, 1)),
    "leader_set": lambda chain: MeshState().apply(LeaderSet(chain, 1)),
    "leader_cleared": lambda chain: MeshState().apply(LeaderCleared(chain)),
    "chain_removed": lambda chain: MeshState().apply(ChainRemoved(chain)),
    "claim_acquired": lambda chain: MeshState().apply(ClaimAcquired(chain)),
    "claim_released": lambda chain: MeshState().apply(ClaimReleased(chain)),
    "chain_touched": lambda chain: MeshState().apply(ChainTouched(chain)),
    "desired_replicas": lambda chain: MeshState().apply(DesiredReplicas(chain, 1)),
    "chain_revision": lambda chain: MeshState().apply(ChainRevision(chain, 1)),
    "chain_class": lambda chain: MeshState().apply(ChainClass(chain, 1)),
    "force_evict": lambda chain: MeshState().apply(ForceEvict(chain, 1)),
    "force_place": lambda chain: MeshState().apply(ForcePlace(chain, 1)),
    "move_failed": lambda chain: MeshState().apply(MoveFailed(chain)),
    "export_chain": lambda chain: MeshState().export_chain(chain),
}

#: Everything that takes the id of a node.
NODE_TAKERS: dict[str, Callable[[Any], object]] = {
    "this_node": LocalScheduler,
    "diff_scheduler": lambda node: diff_scheduler(MeshState(), Fixed(), SchedulerConfig(), node, 0),
    "chains_on": lambda node: mesh({7: [1]}).chains_on(node),
    "led_by": lambda node: mesh({7: [1]}).led_by(node),
    "snapshot.score": lambda node: snapshot().score(7, node),
    "load": lambda node: MeshState().load([7], [1], [0, 1], [node]),
    "holder_added": lambda node: MeshState().apply(HolderAdded(7, node)),
    "holder_removed": lambda node: MeshState().apply(HolderRemoved(7, node)),
    "leader_set": lambda node: MeshState().apply(LeaderSet(7, node)),
    "node_touched": lambda node: MeshState().apply(NodeTouched(node)),
    "drain": lambda node: MeshState().apply(Drain(node, 0)),
    "drain_cancelled": lambda node: MeshState().apply(DrainCancelled(node)),
    "avoid": lambda node: MeshState().apply(Avoid(node, 0)),
    "force_evict": lambda node: MeshState().apply(ForceEvict(7, node)),
    "force_place": lambda node: MeshState().apply(ForcePlace(7, node)),
    "drain_status": lambda node: ticked()[0].drain_status(MeshState(), node),
}

taker = pytest.mark.parametrize(
    "take",
    [*CHAIN_TAKERS.values(), *NODE_TAKERS.values()],
    ids=[*(f"chain-{name}" for name in CHAIN_TAKERS), *(f"node-{name}" for name in NODE_TAKERS)],
)


@taker
@pytest.mark.parametrize("identity", [True, np.True_, 7.0, np.float64(7), "7", b"7", Decimal(7), [7], (7,)], ids=repr)
def test_what_is_no_id(take: Callable[[Any], object], identity: Any) -> None:
    with pytest.raises(TypeError):
        take(identity)


@taker
def test_none_is_no_id(take: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        take(None)


@taker
@pytest.mark.parametrize("identity", [-1, np.int64(-1), 2**64, 10**400], ids=["-1", "int64(-1)", "2**64", "10**400"])
def test_ids_out_of_range(take: Callable[[Any], object], identity: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        take(identity)


@pytest.mark.parametrize("take", CHAIN_TAKERS.values(), ids=CHAIN_TAKERS.keys())
@pytest.mark.parametrize("chain", [np.int8(7), np.uint64(7), np.int64(7), np.uint16(7)], ids=repr)
def test_numpy_integers_are_ids(take: Callable[[Any], object], chain: Any) -> None:
    take(chain)


@pytest.mark.parametrize("take", NODE_TAKERS.values(), ids=NODE_TAKERS.keys())
def test_numpy_integers_are_nodes(take: Callable[[Any], object]) -> None:
    for node in (np.int8(1), np.uint64(1)):
        take(node)


@pytest.mark.parametrize(
    "name", ["this_node", "diff_scheduler", "load", "holder_added", "holder_removed", "leader_set"]
)
def test_the_reserved_node_is_refused(name: str) -> None:
    with pytest.raises(ReservedNodeError, match="reserved"):
        NODE_TAKERS[name](NO_NODE)


def test_the_largest_chain_is_a_chain() -> None:
    state = mesh({NO_NODE: [1]})
    assert state.chains() == [NO_NODE]
    assert NO_NODE in state
    assert LocalScheduler(HERE, scorer=Fixed()).tick(state, 0).actions[0].chain == NO_NODE


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (HolderAdded(True, 2), "chain"),
        (HolderAdded(7, "2"), "node"),  # type: ignore[arg-type]
        (LeaderSet(7, -1), "node"),
        (ClaimAcquired(2**64), "chain"),
        (NodeTouched(None), "node"),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_an_event_with_a_bad_id_is_named_and_undone(bad: Any, field: str) -> None:
    state = mesh({7: [1]})
    before = state.digest()
    with pytest.raises((TypeError, ValueError)) as caught:
        state.apply([HolderAdded(8, 1), LeaderSet(8, 1), bad])
    assert "2" in str(caught.value)
    assert field in str(caught.value)
    assert state.digest() == before
    assert state.chains() == [7]


def test_a_reserved_node_is_named_and_undone() -> None:
    state = mesh({7: [1]})
    before = state.digest()
    with pytest.raises(ReservedNodeError) as caught:
        state.apply([HolderAdded(8, 1), HolderAdded(8, NO_NODE)])
    assert (caught.value.index, caught.value.chain) == (1, 8)
    assert "index 1" in str(caught.value)
    assert state.digest() == before


def test_a_reserved_node_outside_of_a_slice_has_no_index() -> None:
    with pytest.raises(ReservedNodeError) as caught:
        LocalScheduler(NO_NODE)
    assert caught.value.index is None
    assert caught.value.chain is None


def test_a_number_that_cannot_be_printed() -> None:
    """Python refuses to print so many digits; the error must not fail over it, nor complain elsewhere."""
    with pytest.raises(ValueError, match="chain"):
        MeshState().chain(10**5000)
