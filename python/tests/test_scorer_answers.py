"""What the single-form methods of a scorer may answer, and what happens to the rest (P1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from driftline import (
    NO_NODE,
    Alternative,
    Decision,
    LocalScheduler,
    MigrationCost,
    OnScorerError,
    SchedulerConfig,
    Verdict,
)

from .support import BETTER, HERE, label, mesh, scripted

NAN, INFINITE = float("nan"), float("inf")


def tick(method: str, answer: Any, config: SchedulerConfig | None = None) -> tuple[LocalScheduler, Decision]:
    """One tick over chain 7 on nodes 1 and 2, in which a method answers this."""
    scheduler = LocalScheduler(HERE, config, scripted(**{method: lambda *question: answer}))
    return scheduler, scheduler.tick(mesh({7: [1, 2]}), 0)


def nearest(value: float) -> float:
    """The nearest `f32`."""
    return float(np.float32(value))


@pytest.mark.parametrize(
    ("answer", "cell", "invalid"),
    [
        (0.7, nearest(0.7), 0),
        (0, 0.0, 0),
        (1, 1.0, 0),
        (-0.0, 0.0, 0),
        (np.float32(0.7), nearest(0.7), 0),
        (np.float64(0.7), nearest(0.7), 0),
        (Decimal("0.5"), 0.5, 0),
        (1.5, 1.0, 2),
        (-0.5, 0.0, 2),
        (1e300, 1.0, 2),
        (-1e300, 0.0, 2),
        (1e-300, 0.0, 0),
        (10**30, 1.0, 2),
    ],
    ids=label,
)
def test_scores(answer: Any, cell: float, invalid: int) -> None:
    scheduler, decision = tick("score", answer)
    assert scheduler.cells(7) == {1: cell, 2: cell}
    assert decision.report.invalid_scores == invalid


@pytest.mark.parametrize(("answer", "invalid"), [(None, 0), (NAN, 2), (INFINITE, 2), (-INFINITE, 2)], ids=label)
def test_no_opinion(answer: Any, invalid: int) -> None:
    scheduler, decision = tick("score", answer)
    assert scheduler.cells(7) == {}
    assert decision.report.verdicts == {Verdict.NO_SCORE: 1}
    assert decision.report.invalid_scores == invalid


@pytest.mark.parametrize("method", ["score", "live_score"])
@pytest.mark.parametrize("answer", ["0.5", b"0.5", [0.5], (0.5,), {}, object(), 1j, Alternative(1, 0.5)], ids=label)
def test_what_is_no_score(method: str, answer: Any) -> None:
    refused(method, answer, TypeError)


@pytest.mark.parametrize(
    ("answer", "verdict", "invalid"),
    [
        (None, Verdict.NO_SCORE, 0),
        (NAN, Verdict.NO_SCORE, 1),
        (INFINITE, Verdict.NO_SCORE, 1),
        (0.5, Verdict.RECOVERED, 0),
        (1e300, Verdict.RECOVERED, 1),
        (-1e300, Verdict.EVICT, 1),
    ],
    ids=label,
)
def test_live_scores(answer: Any, verdict: Verdict, invalid: int) -> None:
    _, decision = tick("live_score", answer)
    assert decision.report.verdicts == {verdict: 1}
    assert decision.report.invalid_scores == invalid


@pytest.mark.parametrize(
    "answer",
    [Alternative(BETTER, 0.75), (BETTER, 0.75), Alternative(node=np.uint64(BETTER), score=np.float32(0.75))],  # type: ignore[arg-type]
    ids=["alternative", "pair", "numpy"],
)
def test_alternatives(answer: Any) -> None:
    _, decision = tick("best_alternative", answer)
    eviction = decision.actions[0]
    assert (eviction.target, eviction.target_score, eviction.gain) == (BETTER, 0.75, 0.5)
    assert decision.judgements[0].alternative == Alternative(BETTER, 0.75)


@pytest.mark.parametrize(
    ("answer", "invalid_scores", "invalid_alternatives"),
    [
        (None, 0, 0),
        ((2, 0.75), 0, 1),
        ((NO_NODE, 0.75), 0, 1),
        ((BETTER, NAN), 1, 0),
        ((BETTER, INFINITE), 1, 0),
    ],
    ids=["none", "a-holder", "reserved", "nan", "infinite"],
)
def test_alternatives_that_are_none(answer: Any, invalid_scores: int, invalid_alternatives: int) -> None:
    _, decision = tick("best_alternative", answer)
    report = decision.report
    assert report.verdicts == {Verdict.NO_ALTERNATIVE: 1}
    assert (report.invalid_scores, report.invalid_alternatives) == (invalid_scores, invalid_alternatives)


@pytest.mark.parametrize("score", [1.5, 1e300])
def test_an_alternative_out_of_range_is_clamped(score: float) -> None:
    _, decision = tick("best_alternative", (BETTER, score))
    assert decision.actions[0].target_score == 1.0
    assert decision.report.invalid_scores == 1


@pytest.mark.parametrize(
    "answer",
    [
        BETTER,
        "9",
        "ab",
        (BETTER,),
        (BETTER, 0.75, 1),
        (float(BETTER), 0.75),
        (True, 0.75),
        ("9", 0.75),
        (None, 0.75),
        (BETTER, None),
        (BETTER, "0.75"),
        {"node": BETTER, "score": 0.75},
        object(),
    ],
    ids=label,
)
def test_what_is_no_alternative(answer: Any) -> None:
    refused("best_alternative", answer, TypeError)


@pytest.mark.parametrize("node", [-1, 2**64])
def test_an_alternative_that_is_no_node(node: int) -> None:
    refused("best_alternative", (node, 0.75), ValueError)


@pytest.mark.parametrize("answer", [0, 2**64 - 1, -1, np.uint64(5), np.int64(-5), hash((1, 2))], ids=label)
def test_fingerprints_that_stay(answer: Any) -> None:
    for method in ("node_fingerprint", "chain_fingerprint"):
        state = mesh({7: [1, 2]})
        scheduler = LocalScheduler(HERE, scorer=scripted(**{method: lambda *question: answer}))
        scheduler.sample(state, 0)
        assert scheduler.sample(state, 0).rescored == 0


def test_a_fingerprint_that_moves_and_one_that_cannot_say() -> None:
    for method in ("node_fingerprint", "chain_fingerprint"):
        answers = iter([1, 1, 1, 1, 2, 2, None, None])
        scorer = scripted(**{method: lambda *question, answers=answers: next(answers)})
        state = mesh({7: [1]})
        scheduler = LocalScheduler(HERE, scorer=scorer)
        assert [scheduler.sample(state, 0).dirty for _ in range(8)] == [0, 0, 0, 0, 1, 0, 1, 1]


@pytest.mark.parametrize("method", ["node_fingerprint", "chain_fingerprint"])
@pytest.mark.parametrize("answer", [1.0, "1", b"1", (1,), object()], ids=label)
def test_what_is_no_fingerprint(method: str, answer: Any) -> None:
    refused(method, answer, TypeError)


@pytest.mark.parametrize("method", ["node_fingerprint", "chain_fingerprint"])
@pytest.mark.parametrize("answer", [2**64, -(2**63) - 1, 10**400], ids=["2**64", "-2**63-1", "10**400"])
def test_a_fingerprint_of_too_many_bits(method: str, answer: int) -> None:
    refused(method, answer, ValueError)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (None, Verdict.EVICT),
        (MigrationCost(), Verdict.EVICT),
        (MigrationCost(state_transfer=4.9), Verdict.EVICT),
        (MigrationCost(state_transfer=5.1), Verdict.COST_TOO_HIGH),
        (MigrationCost(disruption=2**64 - 1), Verdict.COST_TOO_HIGH),
        (MigrationCost(2.0, 1.0, 2.0), Verdict.COST_TOO_HIGH),
    ],
    ids=label,
)
def test_costs(answer: Any, verdict: Verdict) -> None:
    _, decision = tick("migration_cost", answer)
    assert decision.report.verdicts == {verdict: 1}


@pytest.mark.parametrize("factor", [NAN, INFINITE, -INFINITE])
def test_a_weight_that_is_no_number_is_counted(factor: float) -> None:
    _, decision = tick("migration_cost", MigrationCost(1.0, reliability_factor=factor))
    assert decision.report.invalid_scores == 1
    assert decision.actions[0].cost == nearest(0.1)


@pytest.mark.parametrize("answer", [0.1, "free", (1, 1, 1), {}, MigrationCost, object()], ids=label)
def test_what_is_no_cost(answer: Any) -> None:
    refused("migration_cost", answer, TypeError)


def refused(method: str, answer: Any, error: type[Exception]) -> None:
    """An answer that cannot be read is a failure of the scorer like any other (P2)."""
    with pytest.raises(error) as caught:
        tick(method, answer)
    assert method in "\n".join([str(caught.value), *caught.value.__notes__])
    _, decision = tick(method, answer, SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN))
    failure = decision.report.failures[0]
    assert failure.method == method
    assert isinstance(failure.exception, error)
    if method != "node_fingerprint":
        assert decision.report.verdicts == {Verdict.SCORER_FAILED: 1}
        assert failure.chain == 7
