"""`calibrate`: what it makes of observed moves of which the truth is known, and what it refuses (I2)."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any

import pytest

from driftline import (
    Calibration,
    CalibrationError,
    MigrationCost,
    ObservedMove,
    SchedulerConfig,
    calibrate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def observed(*, loss: float = 0.25, noise: float = 0.125) -> list[ObservedMove]:
    """Moves of 1 to 24 seconds that lost so much for each, by turns more and less; one of six met an incident."""
    moves = []
    for second in range(1, 25):
        lost = loss * second + (noise if second % 4 < 2 else -noise)
        if second % 6 == 0:
            lost = 5 * loss * second
        moves.append(ObservedMove(MigrationCost(second * 0.25, second * 0.75), lost))
    return moves


def with_loss(moves: list[ObservedMove], index: int, loss: float) -> list[ObservedMove]:
    return [*moves[:index], ObservedMove(moves[index].cost, loss), *moves[index + 1 :]]


def test_the_truth_its_interval_and_those_that_had_no_say() -> None:
    found = calibrate(observed())
    assert found.low < 0.25 < found.high
    assert found.high - found.low < 0.02
    assert found.low < found.cost_per_sec < found.high
    assert (found.observations, found.outliers) == (24, 4)
    assert SchedulerConfig(cost_per_sec=found.cost_per_sec).cost_per_sec == found.cost_per_sec


def test_neither_the_order_nor_the_kind_of_iterable_matters() -> None:
    found = calibrate(observed())
    moves = observed()
    for seed in range(10):
        random.Random(seed).shuffle(moves)
        assert calibrate(moves) == found
    assert calibrate(tuple(moves)) == found
    assert calibrate(move for move in moves) == found


def test_weights_and_moves_without_duration() -> None:
    found = calibrate(observed())
    doubled = [
        ObservedMove(MigrationCost(move.cost.state_transfer, move.cost.disruption, 2.0), move.score_loss)
        for move in observed()
    ]
    assert calibrate(doubled).cost_per_sec == found.cost_per_sec / 2
    assert calibrate([*observed(), ObservedMove(MigrationCost(), 7.0)]) == found


@pytest.mark.parametrize(
    ("moves", "reason", "index", "message"),
    [
        ([], "too few", None, "calibration: 0 moves that took any time are too few, 12 are needed"),
        (observed()[:11], "too few", None, "calibration: 11 moves that took any time are too few, 12 are needed"),
        (
            with_loss(observed(), 17, float("nan")),
            "not finite",
            17,
            "calibration: index 17: score_loss NaN is not finite",
        ),
        (
            with_loss(observed(), 3, float("-inf")),
            "not finite",
            3,
            "calibration: index 3: score_loss -inf is not finite",
        ),
        (
            [ObservedMove(MigrationCost(1.0, 0.0, float("inf")), 0.25)],
            "not finite",
            0,
            "calibration: index 0: reliability_factor inf is not finite",
        ),
        (observed(loss=-0.25), "negative", None, "is negative"),
        (observed(loss=0.0), "contains zero", None, "may be 0"),
        (observed(loss=0.25, noise=4.5), "imprecise", None, "is not precise enough"),
        (
            [ObservedMove(MigrationCost(1.0), 1.0) for _ in range(12)]
            + [ObservedMove(MigrationCost(1.0), (-1) ** at * 30.0 ** (at // 2 + 1)) for at in range(13)],
            "inconsistent",
            None,
            "calibration: 13 of 25 moves do not agree with the others",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_moves_that_say_nothing(moves: list[ObservedMove], reason: str, index: int | None, message: str) -> None:
    with pytest.raises(CalibrationError) as caught:
        calibrate(moves)
    assert (caught.value.reason, caught.value.index) == (reason, index)
    assert message in str(caught.value)


def test_what_is_finite_stays_so() -> None:
    """A loss that no 32 bits can hold is an outlier, not infinite."""
    assert calibrate(with_loss(observed(), 0, 1e300)).outliers == 5


@pytest.mark.parametrize("wrong", [None, 7, 0.5, ObservedMove(MigrationCost(1.0), 0.1)], ids=repr)
def test_what_is_no_iterable(wrong: Any) -> None:
    with pytest.raises(TypeError):
        calibrate(wrong)


@pytest.mark.parametrize("wrong", [None, 7, (1.0, 0.1), MigrationCost(1.0), ObservedMove], ids=repr)
def test_what_is_no_move_is_named(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^moves\[1\]: an ObservedMove is expected, not "):
        calibrate([observed()[0], wrong])


def test_what_is_no_part_of_a_move() -> None:
    wrong: Any
    for wrong in (None, 1.0, (1, 1)):
        with pytest.raises(TypeError, match="cost: MigrationCost is expected"):
            ObservedMove(wrong, 0.1)
    for wrong in (None, "0.1", True, [0.1]):
        with pytest.raises(TypeError, match="score_loss: a number is expected"):
            ObservedMove(MigrationCost(1.0), wrong)
    move = observed()[0]
    object.__setattr__(move, "cost", 7)
    with pytest.raises(TypeError, match=r"^moves\[0\]: cost: a MigrationCost is expected, not int"):
        calibrate([move])


def test_what_an_iterator_raises_comes_out() -> None:
    error = LookupError("the telemetry is down")

    def broken() -> Iterator[ObservedMove]:
        yield observed()[0]
        raise error

    with pytest.raises(LookupError) as caught:
        calibrate(broken())
    assert caught.value is error


def test_threads_do_not_disturb_each_other() -> None:
    expected = calibrate(observed())
    found: list[Calibration] = []
    threads = [threading.Thread(target=lambda: found.append(calibrate(observed()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
