"""Answers that fight back: objects that run code, raise, or change while they are read. Nothing crashes (P1, P2)."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    Alternative,
    HolderAdded,
    LocalScheduler,
    MeshState,
    MigrationCost,
    OnScorerError,
    SchedulerConfig,
    Verdict,
)

from .support import HERE, Fixed, mesh, run_python, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

from driftline import diff_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SKIP = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)


class RefusedError(Exception):
    """What the objects here raise when they are read."""


class Unreadable:
    """Raises whenever it is read as a number."""

    def __float__(self) -> float:
        raise RefusedError

    def __index__(self) -> int:
        raise RefusedError


class UnreadableSequence(list[Any]):
    """Raises in the middle of being read."""

    def __iter__(self) -> Iterator[Any]:
        yield 0.25
        raise RefusedError


class LyingSequence(list[Any]):
    """Says another length than it has."""

    def __len__(self) -> int:
        return 3


class TwoFaced(float):
    """A float that says something else when asked."""

    def __float__(self) -> float:
        return 0.9


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("score", Unreadable()),
        ("live_score", Unreadable()),
        ("best_alternative", (Unreadable(), 0.75)),
        ("best_alternative", (9, Unreadable())),
        ("node_fingerprint", Unreadable()),
        ("chain_fingerprint", Unreadable()),
        ("score_many", [Unreadable()] * 2),
        ("score_many", UnreadableSequence([0.25, 0.25])),
        ("node_fingerprints", [Unreadable()] * 2),
        ("node_fingerprints", UnreadableSequence([1, 1])),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_reading_an_answer_raises_comes_out(method: str, answer: Any) -> None:
    def fitting(*question: Any) -> Any:
        """As many answers as questions: what failed as a batch is asked about again in parts."""
        return type(answer)(answer[: len(question[0])]) if isinstance(answer, list) else answer

    scorer = scripted(**{method: fitting})
    with pytest.raises(RefusedError) as caught:
        LocalScheduler(HERE, scorer=scorer).tick(mesh({7: [1, 2]}), 0)
    assert len(caught.value.__notes__) == 1
    failures = LocalScheduler(HERE, SKIP, scorer).tick(mesh({7: [1, 2]}), 0).report.failures
    assert isinstance(failures[0].exception, RefusedError)


def test_a_cost_that_was_tampered_with() -> None:
    cost = MigrationCost()
    object.__setattr__(cost, "state_transfer", "long")
    with pytest.raises(TypeError):
        LocalScheduler(HERE, scorer=scripted(migration_cost=lambda *question: cost)).tick(mesh({7: [1]}), 0)


def test_a_config_that_was_tampered_with() -> None:
    config = SchedulerConfig()
    object.__setattr__(config, "score_floor", 5.0)
    with pytest.raises(ValueError, match="score_floor"):
        LocalScheduler(HERE, config)
    object.__setattr__(config, "score_floor", None)
    with pytest.raises(TypeError):
        LocalScheduler(HERE, config)


@pytest.mark.parametrize("many", [LyingSequence([0.25]), LyingSequence([0.25] * 5), LyingSequence()])
def test_a_sequence_that_lies_about_its_length(many: Any) -> None:
    with pytest.raises(ValueError, match="score_many"):
        LocalScheduler(HERE, scorer=scripted(score_many=lambda *question: many)).sample(mesh({7: [1, 2, 3]}), 0)


def test_a_list_that_changes_while_it_is_read() -> None:
    answers: list[Any] = []

    class Clearing:
        def __float__(self) -> float:
            answers.clear()
            return 0.25

    answers.extend([Clearing(), 0.25, Clearing()])
    scheduler = LocalScheduler(HERE, scorer=scripted(score_many=lambda *question: answers))
    scheduler.sample(mesh({7: [1, 2, 3]}), 0)
    assert scheduler.cells(7) == {1: 0.25, 2: 0.25, 3: 0.25}


def test_reading_an_answer_is_part_of_the_question() -> None:
    """An answer that uses the scheduler while it is read is told so, as the scorer would be."""
    state = mesh({7: [1]})

    class Curious:
        def __float__(self) -> float:
            scheduler.tick(state, 0)
            return 0.25

    scheduler = LocalScheduler(HERE, scorer=scripted(score=lambda *question: Curious()))
    with pytest.raises(RuntimeError, match="scheduler"):
        scheduler.tick(state, 0)
    scheduler.install(Fixed())
    assert len(scheduler.tick(state, 0).actions) == 1


def test_subclasses_of_numbers() -> None:
    scheduler = LocalScheduler(HERE, scorer=scripted(score=lambda *question: TwoFaced(0.25)))
    scheduler.sample(mesh({7: [1]}), 0)
    assert scheduler.cells(7)[1] in (0.25, float(np.float32(0.9)))


def test_ids_that_run_code() -> None:
    state = MeshState()

    class Sneaky:
        def __index__(self) -> int:
            state.apply(HolderAdded(99, 1))
            return 7

    state.apply([HolderAdded(Sneaky(), 1), HolderAdded(Sneaky(), 2)])  # type: ignore[arg-type]
    assert state.chains() == [7, 99]
    state.load([Sneaky()], [1], [0, 1], [1])  # type: ignore[list-item]
    assert state.chains() == [7]


def test_an_exception_that_runs_code_when_it_ends() -> None:
    ends: list[bool] = []
    state = mesh({7: [1], 8: [1]})

    class LoudError(Exception):
        def __del__(self) -> None:
            try:
                scheduler.tick(state, 0)
            except RuntimeError:
                ends.append(False)
            else:
                ends.append(True)

    def score(chain: int, node: int) -> float:
        if len(raised) < 2:
            raised.append(chain)
            raise LoudError
        return 0.9

    raised: list[int] = []
    scheduler = LocalScheduler(HERE, SKIP, scripted(score=score))
    decision = scheduler.tick(state, 0)
    assert decision.report.verdicts == {Verdict.SCORER_FAILED: 2}
    del decision
    assert len(ends) == 2
    assert scheduler.tick(state, 0).report.verdicts == {Verdict.HEALTHY: 2}


def test_the_excluded_nodes_are_a_tuple_of_its_own() -> None:
    kept: list[tuple[int, ...]] = []

    def best_alternative(chain: int, exclude: tuple[int, ...]) -> Alternative:
        kept.append(exclude)
        return Alternative(9, 0.75)

    state = mesh({7: [1, 2], 8: [3]})
    LocalScheduler(HERE, scorer=scripted(best_alternative=best_alternative)).tick(state, 0)
    assert kept == [(1, 2), (3,)]


def test_schedulers_in_schedulers_end_in_an_error_not_a_crash() -> None:
    program = """
from driftline import *

class Nested:
    def score(self, chain, node):
        state = MeshState()
        state.load([7], [1], [0, 1], [1])
        LocalScheduler(1, scorer=Nested()).tick(state, 0)
        return 0.25

    def best_alternative(self, chain, exclude):
        return None

try:
    Nested().score(7, 1)
except RecursionError:
    print("recursion")
"""
    assert run_python(program) == "recursion\n"


def test_an_array_that_another_thread_changes() -> None:
    """Whatever is read while it changes, it is a number and nothing breaks."""
    program = """
import threading
import numpy as np
from driftline import *

count = 2_000
shared = np.full(count, 0.25)
done = threading.Event()

def change():
    while not done.is_set():
        shared[:] = np.nan
        shared[:] = 0.75

class Batch:
    def score(self, chain, node):
        return 0.25

    def best_alternative(self, chain, exclude):
        return None

    def score_many(self, chains, nodes):
        return shared[: len(nodes)]

state = MeshState()
state.load(range(count), [1] * count, range(count + 1), [1] * count)
scheduler = LocalScheduler(1, SchedulerConfig(decision_interval=1e-9), Batch())
changing = threading.Thread(target=change)
changing.start()
for now in range(100):
    scheduler.sample(state, now)
    assert set(scheduler.cells(now).values()) <= {0.25, 0.75}
done.set()
changing.join()
print("done")
"""
    assert run_python(program) == "done\n"


@pytest.fixture
def _eager_collector() -> Iterator[None]:
    """Once a test enables the collector, it comes with almost every object that is made."""
    threshold = gc.get_threshold()
    gc.disable()
    gc.set_threshold(1)
    yield
    gc.set_threshold(*threshold)
    gc.enable()


SKIP = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)
#: More failures than the interpreter has unused objects to put them in.
COUNT = 3_000

#: Every pass that asks for a score.
PASSES: dict[str, Callable[[LocalScheduler, MeshState, Fixed], object]] = {
    "tick": lambda scheduler, state, scorer: scheduler.tick(state, 0),
    "sample": lambda scheduler, state, scorer: scheduler.sample(state, 0),
    "diff_scheduler": lambda scheduler, state, scorer: diff_scheduler(state, scorer, SKIP, HERE, 0),
}


@pytest.mark.parametrize("act", PASSES.values(), ids=PASSES.keys())
@pytest.mark.usefixtures("_eager_collector")
def test_garbage_that_uses_scheduler_and_state_when_it_ends(
    act: Callable[[LocalScheduler, MeshState, Fixed], object],
) -> None:
    """What a pass came to becomes objects when scheduler and state may be used again."""
    ends: list[object] = []
    state = MeshState()
    state.load(range(COUNT + 1), [HERE] * (COUNT + 1), range(COUNT + 2), [1] * (COUNT + 1))

    class Garbage:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            state.apply([])
            ends.append(scheduler.this_node)

    class Littering(Fixed):
        def score(self, chain: int, node: int) -> float:
            if chain < COUNT:
                raise LookupError
            Garbage()
            # Nothing is made from here to the end of the pass.
            gc.enable()
            return 0.75

    scorer = Littering()
    scheduler = LocalScheduler(HERE, SKIP, scorer)
    act(scheduler, state, scorer)
    gc.disable()
    gc.collect()
    assert ends == [HERE]


@pytest.mark.parametrize("end", [LocalScheduler.uninstall, lambda scheduler: scheduler.install(Fixed())])
def test_a_method_that_uses_the_scheduler_when_it_ends(end: Callable[[LocalScheduler], object]) -> None:
    """A method may outlive its place in the scorer: then the scheduler alone holds it."""
    ends: list[object] = []

    class Method:
        def __call__(self, *question: object) -> float:
            return 0.25

        def __del__(self) -> None:
            ends.append(scheduler.sampled())

    scorer = Fixed()
    scorer.live_score = Method()  # type: ignore[attr-defined]
    scheduler = LocalScheduler(HERE, scorer=scorer)
    del scorer.live_score  # type: ignore[attr-defined]
    assert not ends
    end(scheduler)
    assert ends == [()]


@pytest.mark.parametrize("position", range(4), ids=["chains", "leaders", "offsets", "holders"])
def test_ids_of_a_membership_that_run_code(position: int) -> None:
    """All of them are read before the state is touched."""
    state = MeshState()

    class Sneaky:
        def __init__(self, value: int) -> None:
            self.value = value

        def __index__(self) -> int:
            state.apply(HolderAdded(99, 1))
            return self.value

    arrays: list[list[Any]] = [[7], [1], [0, 1], [1]]
    arrays[position][-1] = Sneaky(arrays[position][-1])
    state.load(*arrays)
    assert state.chains() == [7]
