"""`driftline bench` measures two sides that decide the same. What it measures is nobody's test."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import HolderAdded, HolderRemoved, LocalScheduler, MeshState, SchedulerConfig
from driftline._driftline import TableScorer
from driftline.bench import DifferentDecisions, run
from driftline.bench.naive import NaiveScheduler
from driftline.bench.scorers import BatchScorer, SingleScorer
from driftline.bench.suite import STEPS
from driftline.bench.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .conftest import Run

from driftline import Alternative, diff_scheduler

FIGURES = ["load", "first_tick", "idle_poll", "idle_push", "due_batch", "due_single", "due_rust", "apply"]


@pytest.mark.parametrize(("chain_count", "node_count"), [(1, 5), (500, 7), (3000, 150)])
def test_worlds_are_whole_and_equal(chain_count: int, node_count: int) -> None:
    world = World.make(chain_count, node_count)
    holders = world.holders.reshape(-1, 3)
    assert (np.diff(holders.astype(np.int64), axis=1) > 0).all()
    assert holders.max() < node_count
    assert (world.scores < 0.5).sum() == max(1, node_count // 100 + (node_count % 100 > 50))
    again = World.make(chain_count, node_count)
    assert (world.holders == again.holders).all()
    assert (world.scores == again.scores).all()


def test_every_figure_is_there(driftline: Run) -> None:
    done = driftline("bench", "--chains", 300, "--nodes", 20, "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert (found["chains"], found["nodes"], found["due"]) == (300, 20, 300)
    assert found["evictions"] > 0
    assert list(found["figures"]) == FIGURES
    for key, figure in found["figures"].items():
        assert figure["seconds"] > 0
        assert (figure["ratio"] is None) == (key == "apply")
    assert list(found["seconds_per_question"]) == ["score_many", "score", "rust"]


def test_the_table(driftline: Run) -> None:
    done = driftline("bench", "--chains", 300, "--nodes", 20)
    assert (done.code, done.err) == (0, "")
    for words in ("300 chains", "20 nodes", "idle tick, Push", "score_many", "scorer in Rust", "plain loop", " x\n"):
        assert words in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_progress_goes_to_its_end() -> None:
    seen: list[int] = []
    run(50, 9, seen.append)
    assert seen == list(range(1, STEPS + 1))


def test_another_decision_is_a_failed_run(driftline: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NaiveScheduler, "_judge", lambda self, chain, holders: None)
    with pytest.raises(DifferentDecisions):
        run(300, 20)
    done = driftline("bench", "--chains", 300, "--nodes", 20)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("driftline: bench: driftline decided ")


class Moody(SingleScorer):
    """Scores that depend on the chain as well, change between ticks, and are missing now and then."""

    def __init__(self, world: World, seed: int) -> None:
        super().__init__(world)
        self.dice = random.Random(seed)
        self.seed = seed
        self.nodes = world.nodes.tolist()

    def score(self, chain: int, node: int) -> float | None:
        value = random.Random(f"{self.seed} {chain} {node}").randrange(-8, 65)
        return None if value < 0 else value / 64

    def best_alternative(self, chain: int, exclude: Sequence[int]) -> tuple[int, float] | None:
        scores = [(self.score(chain, node), node) for node in self.nodes if node not in exclude]
        known = [(-score, node) for score, node in scores if score is not None]
        return (min(known)[1], -min(known)[0]) if known else None


@pytest.mark.parametrize("cooldown_s", [0, 3, 10])
@pytest.mark.parametrize("node_count", [5, 12])
def test_the_plain_loop_decides_what_driftline_decides(node_count: int, cooldown_s: int) -> None:
    world = World.make(60, node_count)
    scorer = Moody(world, seed=1)
    # Scores are multiples of 1/64, so that some lie exactly on the floor and some gains are exactly the gap.
    config = SchedulerConfig(hysteresis_gap=0.25, cooldown=cooldown_s * 10**9, decision_interval=1)
    naive = NaiveScheduler(scorer, config.score_floor, config.hysteresis_gap, cooldown_s * 10**9)
    naive.load(world.chains.tolist(), world.offsets.tolist(), world.holders.tolist())
    state = MeshState()
    state.load(world.chains, world.leaders, world.offsets, world.holders)
    scheduler = LocalScheduler(world.this_node, config, scorer)
    total = 0
    for now in range(0, 20 * 10**9, 10**9):
        expected = naive.tick(now)
        decision = scheduler.tick(state, now)
        moves = [(action.chain, action.victim, action.target) for action in decision.actions]
        assert moves == [tuple(move) for move in expected]
        naive.carry_out(expected)
        for move in expected:
            state.apply([HolderRemoved(move.chain, move.victim), HolderAdded(move.chain, move.target)])
        scorer.seed = now
        total += len(expected)
    assert total > 20


def test_the_three_scorers_answer_alike() -> None:
    world = World.make(400, 30)
    decisions = []
    for scorer in (SingleScorer(world), BatchScorer(world), TableScorer(world.nodes, world.scores)):
        state = MeshState()
        state.load(world.chains, world.leaders, world.offsets, world.holders)
        scheduler = LocalScheduler(world.this_node, SchedulerConfig(), scorer)  # type: ignore[arg-type]  # one is private
        decisions.append(scheduler.tick(state, 0).to_records().tolist())
    assert len(decisions[0]) > 0
    assert repr(decisions[1]) == repr(decisions[0])
    assert repr(decisions[2]) == repr(decisions[0])


HERE = 10


def judged(table: Any, holders: list[int]) -> tuple[dict[int, float], Alternative | None]:
    """The scores of the holders of a chain that is led here, and the alternative if one of them is bad."""
    state = MeshState()
    state.load([7], [HERE], [0, len(holders)], holders)
    scheduler = LocalScheduler(HERE, scorer=table)
    scheduler.sample(state, 0)
    decision = diff_scheduler(state, table, SchedulerConfig(hysteresis_gap=0), HERE, 0)
    return scheduler.cells(7), decision.judgements[0].alternative


def test_a_table_is_read_in_any_order_and_with_gaps() -> None:
    table = TableScorer([30, 10, 12, 40], [0.5, 0.25, None, 0.75])
    cells, alternative = judged(table, [10, 11, 12, 30])
    assert cells == {10: 0.25, 30: 0.5}
    assert alternative == Alternative(40, 0.75)


def test_of_equal_homes_a_table_names_the_lowest_that_is_free() -> None:
    table = TableScorer([50, 10, 40, 30, 20], [0.75, 0.25, 0.75, 0.75, 0.5])
    assert judged(table, [10])[1] == Alternative(30, 0.75)
    assert judged(table, [10, 30])[1] == Alternative(40, 0.75)


def test_a_table_lists_no_node_twice() -> None:
    with pytest.raises(ValueError, match=r"nodes\[3\]: 5 is listed twice"):
        TableScorer([5, 2, 9, 5], [0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("nodes", "scores", "error"),
    [([1, 2], [0.5], ValueError), ([1], ["0.5"], TypeError), ([-1], [0.5], ValueError), ([1.0], [0.5], TypeError)],
    ids=repr,
)
def test_what_is_no_table(nodes: Any, scores: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"nodes|scores"):
        TableScorer(nodes, scores)
