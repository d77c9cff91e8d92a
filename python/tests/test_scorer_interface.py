"""What an object must have to be a scorer, and how it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from driftline import (
    Alternative,
    LocalScheduler,
    MigrationCost,
    NoScorerError,
    PlacementScorer,
    SchedulerConfig,
    Verdict,
    diff_scheduler,
)
from driftline._driftline import TableScorer

from .support import BETTER_HOME, HERE, Fixed, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable


class OnlyScore:
    def score(self, chain: int, node: int) -> float:
        return 0.5


class OnlyAlternative:
    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> None:
        return None


class ScoreIsANumber(OnlyAlternative):
    score = 0.5


class OptionalIsANumber(Fixed):
    node_fingerprint = 5


class Raising(OnlyAlternative):
    @property
    def score(self) -> Any:
        raise LookupError("not yet")


#: Where a scorer may be handed over.
HAND_OVERS: dict[str, Callable[[Any], object]] = {
    "constructor": lambda scorer: LocalScheduler(HERE, scorer=scorer),
    "install": lambda scorer: LocalScheduler(HERE).install(scorer),
    "registry": LocalScheduler(HERE).registry.install,
    "diff_scheduler": lambda scorer: diff_scheduler(mesh({}), scorer, SchedulerConfig(), HERE, 0),
}

hand_over = pytest.mark.parametrize("take", HAND_OVERS.values(), ids=HAND_OVERS.keys())


@hand_over
@pytest.mark.parametrize(
    ("wrong", "missing"),
    [
        (OnlyScore(), "best_alternative"),
        (OnlyAlternative(), "score"),
        (ScoreIsANumber(), "score"),
        (OptionalIsANumber(), "node_fingerprint"),
        (object(), "score"),
        (7, "score"),
        ("scorer", "score"),
        (Fixed, "instance"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_scorer(take: Callable[[Any], object], wrong: Any, missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        take(wrong)


def test_none_is_no_scorer() -> None:
    scheduler = LocalScheduler(HERE, scorer=None)
    assert scheduler.scorer is None
    with pytest.raises(TypeError):
        scheduler.install(None)  # type: ignore[arg-type]


@hand_over
def test_what_a_lookup_raises_comes_out(take: Callable[[Any], object]) -> None:
    with pytest.raises(LookupError, match="not yet"):
        take(Raising())


def test_a_refused_scorer_changes_nothing() -> None:
    first = Fixed()
    scheduler = LocalScheduler(HERE, scorer=first)
    state = mesh({7: [1]})
    scheduler.sample(state, 0)
    with pytest.raises(TypeError):
        scheduler.install(OnlyScore())  # type: ignore[arg-type]
    assert scheduler.scorer is first
    assert len(scheduler.tick(state, 0).actions) == 1


def test_install_returns_the_previous_and_makes_every_chain_due() -> None:
    state = mesh({7: [1, 2], 8: [1]})
    first: Any = scripted()
    second: Any = scripted(score=lambda chain, node: 0.75)
    scheduler: Any = LocalScheduler(HERE)
    assert scheduler.install(first) is None
    assert scheduler.sample(state, 0).new == 2
    assert scheduler.sample(state, 0).rescored == 0
    assert scheduler.install(second) is first
    assert scheduler.scorer is second
    assert scheduler.registry.scorer is second
    assert scheduler.sample(state, 0).dirty == 2
    assert scheduler.registry.install(first) is second
    assert scheduler.registry.uninstall() is first
    assert scheduler.scorer is None
    assert scheduler.install(first) is None
    assert scheduler.uninstall() is first
    with pytest.raises(NoScorerError):
        scheduler.uninstall()
    with pytest.raises(NoScorerError):
        scheduler.registry.uninstall()


def test_without_a_scorer_nothing_is_emitted() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE)
    decision = scheduler.tick(state, 0)
    assert decision.actions == ()
    assert decision.report.verdicts == {Verdict.NOT_SAMPLED: 1}
    assert scheduler.sampled() == ()


def test_the_same_scorer_again_is_another_installation() -> None:
    state = mesh({7: [1]})
    scorer = scripted()
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scheduler.sample(state, 0)
    assert scheduler.install(scorer) is scorer
    assert scheduler.sample(state, 0).dirty == 1


def test_methods_are_looked_up_once() -> None:
    looked_up: list[str] = []

    class Counting(Fixed):
        def __getattribute__(self, name: str) -> Any:
            if not name.startswith("_"):
                looked_up.append(name)
            return super().__getattribute__(name)

    scheduler = LocalScheduler(HERE, scorer=Counting())
    at_install = [name for name in looked_up if name not in ("answer", "alternative")]
    assert "score" in at_install
    assert "node_fingerprints" in at_install
    looked_up.clear()
    scheduler.tick(mesh({7: [1, 2]}), 0)
    assert set(looked_up) == {"answer", "alternative"}


def test_methods_on_the_object_count() -> None:
    scorer = Fixed()
    scorer.score = lambda chain, node: 0.9  # type: ignore[method-assign]
    scheduler = LocalScheduler(HERE, scorer=scorer)
    assert scheduler.tick(mesh({7: [1]}), 0).report.verdicts == {Verdict.HEALTHY: 1}


def test_what_the_methods_are_asked() -> None:
    asked: list[tuple[object, ...]] = []

    def logged(name: str, answer: object) -> Callable[..., object]:
        def method(*question: object) -> object:
            asked.append((name, *question))
            return answer

        return method

    answers = {
        "node_fingerprint": 1,
        "chain_fingerprint": 1,
        "score": 0.25,
        "live_score": 0.25,
        "best_alternative": Alternative(9, 0.75),
        "migration_cost": MigrationCost(),
    }
    scorer = scripted(**{name: logged(name, answer) for name, answer in answers.items()})
    scheduler = LocalScheduler(HERE, scorer=scorer)
    decision = scheduler.tick(mesh({7: [3, 2]}), 0)
    assert asked == [
        ("node_fingerprint", 2),
        ("node_fingerprint", 3),
        ("chain_fingerprint", 7),
        ("score", 7, 2),
        ("score", 7, 3),
        ("live_score", 7, 2),
        ("best_alternative", 7, (2, 3)),
        ("migration_cost", 7, 9),
    ]
    assert decision.actions[0].cost == 0.0
    assert all(type(value) in (str, int, tuple) for question in asked for value in question)


def test_the_protocol_is_an_abstract_base() -> None:
    class Half(PlacementScorer):
        def score(self, chain: int, node: int) -> float | None:
            return 0.5

    with pytest.raises(TypeError, match="best_alternative"):
        Half()  # type: ignore[abstract]

    class Whole(Half):
        def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> Alternative | None:
            return BETTER_HOME

    scorer = Whole()
    # What the base class only describes is not defined, so it is not asked.
    assert LocalScheduler(HERE, scorer=scorer).tick(mesh({7: [1]}), 0).report.verdicts == {Verdict.HEALTHY: 1}


def test_a_scorer_of_no_base_is_one_by_its_methods() -> None:
    scorer: PlacementScorer = Fixed()
    assert LocalScheduler(HERE, scorer=scorer).scorer is scorer


def test_a_live_score_that_is_missing_is_the_score() -> None:
    asked: list[str] = []

    class Logged(Fixed):
        def score(self, chain: int, node: int) -> float:
            asked.append("score")
            return 0.25

    report = LocalScheduler(HERE, scorer=Logged()).tick(mesh({7: [1]}), 0).report
    assert asked == ["score", "score"]
    assert (report.calls.score, report.calls.live_score) == (1, 1)


def test_a_live_batch_is_asked_where_the_single_form_is_missing() -> None:
    """Single and batch form answer the same, so a scorer may have the batch form alone."""
    scorer = type(
        "LiveBatch",
        (Fixed,),
        {"live_score_many": lambda self, chains, nodes: [0.75 for _ in zip(chains, nodes, strict=False)]},
    )()
    report = LocalScheduler(HERE, scorer=scorer).tick(mesh({7: [1]}), 0).report
    assert report.verdicts == {Verdict.RECOVERED: 1}


def test_a_fingerprint_batch_is_enough() -> None:
    scorer = type("Batch", (Fixed,), {"node_fingerprints": lambda self, nodes: [1 for _ in nodes]})()
    scheduler = LocalScheduler(HERE, scorer=scorer)
    state = mesh({7: [1, 2]})
    scheduler.sample(state, 0)
    assert scheduler.sample(state, 0).rescored == 0
    assert scheduler.sample(state, 0).calls.node_fingerprint == 2


def test_one_live_score_is_asked_of_the_single_form() -> None:
    """A batch of one costs more than a question."""

    class Both(Fixed):
        def live_score(self, chain: int, node: int) -> float:
            return 0.75

        def live_score_many(self, chains: Any, nodes: Any) -> Any:
            raise LookupError

    report = LocalScheduler(HERE, scorer=Both()).tick(mesh({7: [1]}), 0).report
    assert report.verdicts == {Verdict.RECOVERED: 1}


def test_a_method_that_is_none_is_missing() -> None:
    scorer: Any = Fixed()
    for name in ("live_score", "node_fingerprint", "chain_fingerprint", "migration_cost", "score_many"):
        setattr(scorer, name, None)
    assert len(LocalScheduler(HERE, scorer=scorer).tick(mesh({7: [1]}), 0).actions) == 1
    scorer.score = None
    with pytest.raises(TypeError, match="score is missing"):
        LocalScheduler(HERE, scorer=scorer)


def test_a_scorer_that_is_false_is_a_scorer() -> None:
    class Empty(Fixed):
        def __len__(self) -> int:
            return 0

    scorer = Empty()
    assert LocalScheduler(HERE, scorer=scorer).scorer is scorer


def test_whether_an_object_is_a_scorer_can_be_asked() -> None:
    assert isinstance(Fixed(), PlacementScorer)
    assert not isinstance(object(), PlacementScorer)


def test_a_scorer_in_rust_is_given_back() -> None:
    table: Any = TableScorer([1, 2], [0.25, 0.5])
    scheduler: Any = LocalScheduler(HERE, scorer=table)
    assert scheduler.scorer is table
    assert scheduler.install(Fixed()) is table
    scheduler.install(table)
    assert scheduler.uninstall() is table


def test_the_base_wants_both_methods() -> None:
    class Half(PlacementScorer):
        def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> None:
            return None

    with pytest.raises(TypeError, match=r"abstract method '?score'?"):
        Half()  # type: ignore[abstract]
