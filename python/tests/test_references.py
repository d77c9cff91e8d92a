"""A million ticks: neither reference counts nor memory grow, whatever the scorer does."""

from __future__ import annotations

import contextlib
import gc
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driftline import (
    ChainTouched,
    FingerprintMode,
    HolderAdded,
    HolderRemoved,
    LocalScheduler,
    MeshState,
    OnScorerError,
    SchedulerConfig,
)

from .support import HERE, Fixed, mesh

PUSH = SchedulerConfig(fingerprint_mode=FingerprintMode.PUSH, cooldown=0)
POLL = SchedulerConfig(cooldown=0)
SKIP = POLL.replace(on_scorer_error=OnScorerError.SKIP_CHAIN)

#: Ticks of each kind; together a million.
COUNTS = {
    "idle": 400_000,
    "fingerprint": 100_000,
    "fingerprints": 100_000,
    "fingerprint_lists": 60_000,
    "rescored": 60_000,
    "evicting": 60_000,
    "batches": 60_000,
    "swapped": 60_000,
    "aborting": 50_000,
    "skipping": 50_000,
}


class PlannedError(Exception):
    """What the scorers here raise."""


class Watched:
    """Objects that the library sees again and again. Their numbers are too large to be shared by the interpreter."""

    score = 0.25
    live_score = 0.375
    alternative = (1_000_009, 0.75)
    fingerprint = 2**40 + 1
    fingerprints = np.full(3, 5, dtype=np.uint64)
    known = np.ones(3, dtype=np.bool_)
    pair = (fingerprints, known)
    listed = (fingerprint, None, fingerprint)
    scores = np.full(3, 0.25, dtype=np.float32)
    error = PlannedError
    scorer = Fixed


OBJECTS = [value for name, value in vars(Watched).items() if not name.startswith("_")]


class Counting(Fixed):
    """A scorer that answers with the watched objects, which are counted by the tests."""

    def __init__(self) -> None:
        super().__init__(Watched.score, Watched.alternative)

    def live_score(self, chain: int, node: int) -> Any:
        return Watched.live_score


class Fingerprint(Counting):
    def node_fingerprint(self, node: int) -> Any:
        return Watched.fingerprint


class Fingerprints(Counting):
    def node_fingerprints(self, nodes: Any) -> Any:
        return Watched.pair


class FingerprintLists(Counting):
    def node_fingerprints(self, nodes: Any) -> Any:
        return Watched.listed


class Batches(Counting):
    def score_many(self, chains: Any, nodes: Any) -> Any:
        return Watched.scores


class Raising(Counting):
    def score(self, chain: int, node: int) -> Any:
        raise Watched.error


def at_rest(scheduler: LocalScheduler, state: MeshState, count: int) -> None:
    for _ in range(count):
        scheduler.tick(state, 0)


def looked_at(scheduler: LocalScheduler, state: MeshState, count: int) -> None:
    for _ in range(count):
        decision = scheduler.tick(state, 0)
        assert len(decision.actions) == len(decision.judgements) == 1
        assert decision.report.led == 1


def touched(scheduler: LocalScheduler, state: MeshState, count: int) -> None:
    for now in range(count):
        state.apply([ChainTouched(7), HolderRemoved(7, 3), HolderAdded(7, 3)])
        scheduler.tick(state, now)
        scheduler.history(7), scheduler.cells(7), scheduler.explain(state, 7)


def swapped(scheduler: LocalScheduler, state: MeshState, count: int) -> None:
    scorers = [Counting(), Fingerprints()]
    for turn in range(count):
        scheduler.install(scorers[turn % 2])
        scheduler.tick(state, 0)


def raising(scheduler: LocalScheduler, state: MeshState, count: int) -> None:
    for _ in range(count):
        with contextlib.suppress(PlannedError):
            scheduler.tick(state, 0)


def skipping(scheduler: LocalScheduler, state: MeshState, count: int) -> None:
    for _ in range(count):
        assert len(scheduler.tick(state, 0).report.failures) == 1


KINDS: dict[str, tuple[SchedulerConfig, type[Fixed], Any]] = {
    "idle": (PUSH.replace(score_floor=0), Counting, at_rest),
    "fingerprint": (POLL.replace(score_floor=0), Fingerprint, at_rest),
    "fingerprints": (POLL.replace(score_floor=0), Fingerprints, at_rest),
    "fingerprint_lists": (POLL.replace(score_floor=0), FingerprintLists, at_rest),
    "rescored": (POLL, Counting, touched),
    "evicting": (PUSH, Counting, looked_at),
    "batches": (POLL, Batches, looked_at),
    "swapped": (POLL, Counting, swapped),
    "aborting": (POLL, Raising, raising),
    "skipping": (SKIP, Raising, skipping),
}


def counts_of(scorer: object) -> list[int]:
    return [sys.getrefcount(value) for value in [scorer, *OBJECTS]]


def test_it_is_a_million() -> None:
    assert sum(COUNTS.values()) == 1_000_000
    assert COUNTS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_grows(kind: str) -> None:
    config, scorer_class, run = KINDS[kind]
    scorer = scorer_class()
    scheduler, state = LocalScheduler(HERE, config, scorer), mesh({7: [1, 2, 3]})
    run(scheduler, state, 500)  # What is kept once, such as a full history, is kept from now on.
    scheduler.install(scorer)
    gc.collect()
    counts, blocks, memory = counts_of(scorer), sys.getallocatedblocks(), memory_kib()
    scheduler, state = LocalScheduler(HERE, config, scorer), mesh({7: [1, 2, 3]})
    run(scheduler, state, COUNTS[kind])
    scheduler.install(scorer)
    gc.collect()
    assert [after - before for after, before in zip(counts_of(scorer), counts, strict=True)] == [0] * len(counts)
    # One leaked object in fifty ticks would show; the interpreter's own come and go.
    assert sys.getallocatedblocks() - blocks < 1_000
    # So would a leak of the library's own of 20 bytes a tick.
    assert memory_kib() - memory < 1_024


def memory_kib() -> int:
    """The memory that the process has; where the system does not say that, the most that it ever had."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text(encoding="ascii").split()[1]) * resource.getpagesize() // 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak
