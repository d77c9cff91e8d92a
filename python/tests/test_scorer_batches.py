"""What the batch methods of a scorer may answer, and what happens to the rest."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import LocalScheduler, MeshState, OnScorerError, SchedulerConfig, TickReport, Verdict

from .support import HERE, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable

NAN = float("nan")


def state() -> MeshState:
    return mesh({7: [1, 2], 8: [3]})


def answering(method: str, answer: Any, policy: OnScorerError = OnScorerError.ABORT) -> LocalScheduler:
    """A scheduler whose scorer's batch method answers this, whatever it is asked."""
    scorer = scripted(**{method: lambda *question: answer})
    return LocalScheduler(HERE, SchedulerConfig(on_scorer_error=policy), scorer)


def sample(method: str, answer: Any) -> tuple[LocalScheduler, TickReport]:
    """One sample of three questions, to which a batch method answers this."""
    scheduler = answering(method, answer)
    return scheduler, scheduler.sample(state(), 0)


def test_what_a_batch_is_asked() -> None:
    asked: list[Any] = []

    def score_many(chains: Any, nodes: Any) -> Any:
        asked.append((chains, nodes))
        return [0.5] * len(chains)

    def node_fingerprints(nodes: Any) -> Any:
        asked.append((nodes,))
        return [1] * len(nodes)

    scheduler = LocalScheduler(HERE, scorer=scripted(score_many=score_many, node_fingerprints=node_fingerprints))
    report = scheduler.sample(state(), 0)
    assert [[ids.tolist() for ids in question] for question in asked] == [[[1, 2, 3]], [[7, 7, 8], [1, 2, 3]]]
    for ids in (ids for question in asked for ids in question):
        assert isinstance(ids, np.ndarray)
        assert ids.dtype == np.uint64
        assert not ids.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            ids[0] = 1
        with pytest.raises(ValueError, match=r"."):
            ids.flags.writeable = True
    assert (report.calls.score, report.calls.node_fingerprint) == (3, 3)


def test_what_was_asked_may_be_kept() -> None:
    kept: list[Any] = []

    def score_many(chains: Any, nodes: Any) -> Any:
        kept.append(nodes)
        return [0.5] * len(nodes)

    scheduler = LocalScheduler(HERE, scorer=scripted(score_many=score_many))
    scheduler.sample(state(), 0)
    del scheduler
    assert kept[0].tolist() == [1, 2, 3]


SCORES = [0.25, 0.5, 0.75]


def every_second(scores: list[float]) -> Any:
    spread = np.full(2 * len(scores), 99, dtype=np.float32)
    spread[::2] = scores
    return spread[::2]


FORMS: dict[str, Callable[[list[float]], Any]] = {
    "float64": lambda scores: np.array(scores, dtype=np.float64),
    "float32": lambda scores: np.array(scores, dtype=np.float32),
    "strided": every_second,
    "backwards": lambda scores: np.array(scores[::-1])[::-1],
    "objects": lambda scores: np.array(scores, dtype=object),
    "array": lambda scores: array("f", scores),
    "memoryview": lambda scores: memoryview(array("d", scores)),
    "list": list,
    "tuple": tuple,
    "list-of-numpy": lambda scores: [np.float32(score) for score in scores],
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_scores(form: Callable[[list[float]], Any]) -> None:
    scheduler, report = sample("score_many", form(SCORES))
    assert scheduler.cells(7) == {1: 0.25, 2: 0.5}
    assert scheduler.cells(8) == {3: 0.75}
    assert report.invalid_scores == 0


@pytest.mark.parametrize(
    "answer",
    [[0.25, None, 0.75], [0.25, NAN, 0.75], np.array([0.25, NAN, 0.75]), np.array([0.25, NAN, 0.75], dtype=np.float32)],
    ids=["none", "nan-in-a-list", "nan64", "nan32"],
)
def test_no_opinion(answer: Any) -> None:
    scheduler, report = sample("score_many", answer)
    assert scheduler.cells(7) == {1: 0.25}
    assert report.invalid_scores == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32, object])
def test_scores_out_of_range_are_clamped_and_counted(dtype: Any) -> None:
    scheduler, report = sample("score_many", np.array([1.5, -0.5, float("inf")], dtype=dtype))
    assert scheduler.cells(7) == {1: 1.0, 2: 0.0}
    assert scheduler.cells(8) == {}
    assert report.invalid_scores == 3


@pytest.mark.parametrize("form", [np.array, list])
def test_what_is_too_large_for_32_bits_is_clamped_not_dropped(form: Any) -> None:
    scheduler, report = sample("score_many", form([1e300, -1e300, 1e-300]))
    assert scheduler.cells(7) == {1: 1.0, 2: 0.0}
    assert scheduler.cells(8) == {3: 0.0}
    assert report.invalid_scores == 2


@pytest.mark.parametrize("method", ["score_many", "node_fingerprints"])
@pytest.mark.parametrize(
    "answer",
    [
        None,
        7,
        0.5,
        "123",
        b"123",
        {1: 0.5, 2: 0.5, 3: 0.5},
        object(),
        ["a", "b", "c"],
        [[0.5], [0.5], [0.5]],
        np.array(["a", "b", "c"]),
        np.array([1, 2, 3], dtype=np.complex128),
        np.array([1, 2, 3], dtype="datetime64[s]"),
    ],
    ids=["none", "int", "float", "text", "bytes", "dict", "object", "texts", "lists", "text-array", "complex", "time"],
)
def test_answers_of_the_wrong_type(method: str, answer: Any) -> None:
    refused(method, answer, TypeError)


@pytest.mark.parametrize("answer", [np.array([0.1, 0.2, 0.3]), [0.1, 0.2, 0.3], ["1", "2", "3"]], ids=repr)
def test_what_are_no_fingerprints(answer: Any) -> None:
    refused("node_fingerprints", answer, TypeError)


def test_fingerprints_of_fewer_bits_are_refused_or_right() -> None:
    """Nothing is read as something else: a narrow array is refused by its type."""
    refused("node_fingerprints", np.array([1, 2, 3], dtype=np.uint8), TypeError)
    refused("score_many", np.array([1, 0, 1], dtype=np.float16), TypeError)


@pytest.mark.parametrize(
    ("method", "good"),
    [("score_many", np.array(SCORES)), ("score_many", SCORES), ("node_fingerprints", np.arange(3))],
    ids=["array", "list", "fingerprints"],
)
def test_answers_of_the_wrong_length(method: str, good: Any) -> None:
    for wrong in (good[:2], good[:0], [*good, good[0]]):
        refused(method, wrong, ValueError)


@pytest.mark.parametrize("method", ["score_many", "node_fingerprints"])
def test_answers_of_the_wrong_shape(method: str) -> None:
    dtype: Any = np.float64 if method == "score_many" else np.uint64
    for shape in ((1, 3), (3, 1)):
        refused(method, np.ones(shape, dtype=dtype), ValueError)


def fingerprints_hold(answer: Any) -> bool:
    """Whether all three nodes count as unchanged when they are asked again."""
    scheduler, same_state = answering("node_fingerprints", answer), state()
    scheduler.sample(same_state, 0)
    return scheduler.sample(same_state, 0).rescored == 0


FINGERPRINTS: dict[str, Any] = {
    "uint64": np.array([1, 2, 2**64 - 1], dtype=np.uint64),
    "int64": np.array([1, 2, -3]),
    "array": array("Q", [1, 2, 3]),
    "list": [1, 2, 2**64 - 1],
    "negative": [1, 2, -3],
    "tuple": (1, 2, 3),
    "known": (np.array([1, 2, 3], dtype=np.uint64), np.array([True, True, True])),
    "known-as-bytes": (np.array([1, 2, 3]), np.array([1, 1, 1], dtype=np.uint8)),
    "known-strided": (np.array([1, 2, 3]), np.array([True, False, True, False, True, False])[::2]),
}


@pytest.mark.parametrize("answer", FINGERPRINTS.values(), ids=FINGERPRINTS.keys())
def test_fingerprints(answer: Any) -> None:
    assert fingerprints_hold(answer)


UNKNOWN: dict[str, Any] = {
    "none": [1, None, 3],
    "mask": (np.array([1, 2, 3], dtype=np.uint64), np.array([True, False, True])),
    "mask-of-signed": (np.array([1, 2, 3]), np.array([True, False, True])),
    "strided-mask": (np.array([1, 2, 3]), np.array([1, 0, 0, 1, 1, 0], dtype=np.bool_)[::2]),
}


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_fingerprints_that_cannot_say(answer: Any) -> None:
    scheduler, same_state = answering("node_fingerprints", answer), state()
    scheduler.sample(same_state, 0)
    assert scheduler.sample(same_state, 0).dirty == 1
    assert [sampled.chain for sampled in scheduler.sampled()] == [7]


@pytest.mark.parametrize("shift", range(3))
def test_a_mask_is_read_in_its_order(shift: int) -> None:
    known = np.roll(np.array([False, True, True]), shift)
    scheduler = answering("node_fingerprints", (np.array([1, 2, 3], dtype=np.uint64), known))
    same_state = state()
    scheduler.sample(same_state, 0)
    scheduler.sample(same_state, 0)
    assert [sampled.chain for sampled in scheduler.sampled()] == [[7], [7], [8]][shift]


def test_masks_of_the_wrong_kind() -> None:
    values = np.array([1, 2, 3], dtype=np.uint64)
    refused("node_fingerprints", (values, np.array([True, True])), ValueError)
    refused("node_fingerprints", (values[:2], np.array([True, True])), ValueError)
    refused("node_fingerprints", (values, np.array([1.0, 1.0, 1.0])), TypeError)
    refused("node_fingerprints", (values, None), TypeError)
    refused("node_fingerprints", (values, "yes"), TypeError)


def refused(method: str, answer: Any, error: type[Exception]) -> None:
    """An answer that cannot be read is a failure of the scorer like any other (P2)."""
    with pytest.raises(error) as caught:
        sample(method, answer)
    assert method in "\n".join([str(caught.value), *caught.value.__notes__])
    # What cannot be read as a whole is asked about again in parts, to find the chain or node at fault.
    skipping, same_state = answering(method, answer, OnScorerError.SKIP_CHAIN), state()
    failures = skipping.tick(same_state, 0).report.failures
    assert failures
    assert all(isinstance(failure.exception, (TypeError, ValueError)) for failure in failures)
    assert skipping.cells(8) == ({3: 0.25} if method == "node_fingerprints" else {})


def test_the_chain_at_fault_is_found() -> None:
    def score_many(chains: Any, nodes: Any) -> Any:
        return ["wrong" if chain == 8 else 0.25 for chain in chains.tolist()]

    config = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)
    scheduler = LocalScheduler(HERE, config, scripted(score_many=score_many))
    report = scheduler.tick(state(), 0).report
    assert report.verdicts == {Verdict.EVICT: 1, Verdict.SCORER_FAILED: 1}
    assert [failure.chain for failure in report.failures] == [8]


@pytest.mark.parametrize("order", [">f4", ">f8", "<f4", "<f8"])
def test_byte_swapped_answers_are_never_misread(order: str) -> None:
    """Either they are refused or they are right."""
    scheduler = answering("score_many", np.array(SCORES, dtype=order), OnScorerError.SKIP_CHAIN)
    scheduler.sample(state(), 0)
    assert (scheduler.cells(7), scheduler.cells(8)) in [({1: 0.25, 2: 0.5}, {3: 0.75}), ({}, {})]


def test_answers_out_of_packed_records() -> None:
    """Columns of records do not lie where numbers of their size should."""
    records = np.zeros(3, dtype=[("flag", "u1"), ("score", "f8"), ("fingerprint", "u8")])
    records["score"], records["fingerprint"] = SCORES, [1, 2, 3]
    scheduler, _ = sample("score_many", records["score"])
    assert scheduler.cells(7) == {1: 0.25, 2: 0.5}
    assert fingerprints_hold(records["fingerprint"])


@pytest.mark.parametrize("known", [[1, 1, 1], [2, 128, 255]], ids=repr)
def test_every_byte_but_zero_says_known(known: list[int]) -> None:
    answer = (np.array([1, 2, 3]), np.array(known, dtype=np.uint8))
    scheduler = LocalScheduler(HERE, scorer=scripted(node_fingerprints=lambda nodes: answer))
    state = mesh({7: [1, 2], 8: [3]})
    scheduler.sample(state, 0)
    assert scheduler.sample(state, 0).rescored == 0


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), ()], ids=repr)
def test_a_mask_has_one_dimension(shape: tuple[int, ...]) -> None:
    answer = (np.array([1, 2, 3]), np.ones(shape, dtype=np.bool_))
    scheduler = LocalScheduler(HERE, scorer=scripted(node_fingerprints=lambda nodes: answer))
    with pytest.raises(TypeError, match="known must be an array of bool"):
        scheduler.sample(mesh({7: [1, 2], 8: [3]}), 0)


def test_two_fingerprints_in_a_tuple_are_no_mask() -> None:
    scheduler = LocalScheduler(HERE, scorer=scripted(node_fingerprints=lambda nodes: (5, None)))
    state = mesh({7: [1], 8: [2]})
    scheduler.sample(state, 0)
    scheduler.sample(state, 0)
    assert [sampled.chain for sampled in scheduler.sampled()] == [8]
