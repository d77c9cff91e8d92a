"""Scorers that are put together: what they answer, whatever their parts are written in, and what their parts may do."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    Alternative,
    Cached,
    ChainProfile,
    Client,
    ConfigError,
    DuplicateChainError,
    Gate,
    LocalScheduler,
    MigrationCost,
    Minimum,
    NodeInventory,
    OverridePerChain,
    PartError,
    PlacementScorer,
    SchedulerConfig,
    SmoothedScorer,
    SnapshotScorer,
    WeightedSum,
    diff_scheduler,
)

from .combined import MINUTE_NS, Table, each_kind, table
from .inventories import CLIENT, Wrapped, followed, near
from .support import HERE, Fixed, mesh, scripted

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("second", [Table, table], ids=["python", "rust"])
def test_weighted_sum(second: Callable[[dict[int, Any]], Any]) -> None:
    scorer = WeightedSum(
        [(Table({1: 1.0, 2: 0.5, 3: None, 4: 0.5}), 2), (second({1: 0.25, 2: 0.75, 3: 0.5, 4: 0.0}), 1)]
    )
    assert isinstance(scorer, PlacementScorer)
    assert [scorer.score(7, node) for node in range(6)] == [
        None,
        0.75,
        pytest.approx(1.75 / 3),
        0.5,
        0.0,
        None,
    ]
    assert [found.node for found in scorer.alternatives(7, (), 9)] == [1, 2, 3]
    assert scorer.best_alternative(7, [1]) == scorer.alternatives(7, (), 9)[1]
    assert scorer.live_score(7, 1) == 0.75
    assert scorer.node_fingerprint(1) is None
    assert scorer.migration_cost(7, 1) is None


@pytest.mark.parametrize("max_alternatives", [1, 8])
def test_an_inventory_inside_is_told_who_leaves(max_alternatives: int) -> None:
    """By the inventory alone the second holder would leave; by the table the first one does, and its zone is free."""
    inventory = near({1: 0.01, 2: 0.02, 3: 0.01, 11: 0.01, 12: 0.0, 13: 0.0})
    inventory.report_nodes(0, [NodeInventory(node=node, zone=node % 10) for node in (1, 2, 3, 11, 12, 13)])
    inventory.report_profiles(ChainProfile(chain=7, clients=[Client(CLIENT)], zone_anti_affinity=True))
    scorer = Minimum([inventory, Table({1: 0.1, 2: 1.0, 3: 1.0, 11: 1.0, 12: 1.0, 13: 1.0})])
    config, state = SchedulerConfig(max_alternatives=max_alternatives), followed(inventory, {7: [1, 2, 3]})
    scheduler = LocalScheduler(HERE, config, scorer)
    scheduler.sample(state, 0)
    snapshot = SnapshotScorer(scheduler.snapshot(), scorer)
    decisions = [diff_scheduler(state, asked, config, HERE, 0) for asked in (scorer, snapshot)]
    for decision in [*decisions, scheduler.tick(state, 0)]:
        assert [(action.victim, action.target) for action in decision.actions] == [(1, 11)]


def test_minimum() -> None:
    scorer = Minimum([Table({1: 1.0, 2: 0.5}), table({1: 0.25, 2: 0.75})])
    assert [scorer.score(7, node) for node in (1, 2, 3)] == [0.25, 0.5, None]
    assert scorer.best_alternative(7, ()) == (2, 0.5)


class Careless:
    """Says what no scheduler would take."""

    def __init__(self, score: float) -> None:
        self.said = score

    def score(self, _chain: int, _node: int) -> float:
        return self.said

    def best_alternative(self, _chain: int, _exclude: tuple[int, ...]) -> Alternative:
        return Alternative(1, 0.9)

    def alternatives(self, _chain: int, _exclude: tuple[int, ...], _limit: int) -> list[Alternative]:
        return [Alternative(4, 0.5), Alternative(3, 2.0), Alternative(1, 0.9), Alternative(3, 0.1), Alternative(2, 0.5)]

    def migration_cost(self, _chain: int, _target: int) -> MigrationCost:
        return MigrationCost(3, 4, -2.0)


def test_answers_are_what_a_scheduler_would_take() -> None:
    """A cached scorer hands on what its part says; who asks it is asked no less than a scheduler."""
    for said, taken in [(1.7, 1.0), (-0.5, 0.0), (float("nan"), None), (float("inf"), None)]:
        scorer = Cached(Careless(said), capacity=10)
        assert (scorer.score(7, 1), scorer.live_score(7, 1)) == (taken, taken)
    scorer = Cached(Careless(0.5), capacity=10)
    assert scorer.best_alternative(7, [1]) is None
    assert scorer.best_alternative(7, [2]) == (1, pytest.approx(0.9))
    assert scorer.alternatives(7, [1], 9) == ((3, 1.0), (2, 0.5), (4, 0.5))
    assert scorer.alternatives(7, [], 2) == ((3, 1.0), (4, 0.5)), "of the first two that it names"
    assert scorer.alternatives(7, [], 0) == ()
    assert scorer.migration_cost(7, 1) == MigrationCost(3, 4, 1.0)


@pytest.mark.parametrize("exclude", [[4, 3, 1], (1, 4, 3, 4), {3, 1, 4}, np.array([4, 1, 3])], ids=repr)
def test_what_is_excluded_may_come_in_any_order(exclude: Any) -> None:
    """A scorer is promised ascending ids; who asks by himself need not know that."""
    scorer = Minimum([table(dict.fromkeys(range(1, 6), 0.5))])
    assert scorer.alternatives(7, exclude, 9) == ((2, 0.5), (5, 0.5))
    assert scorer.best_alternative(7, exclude) == (2, 0.5)


def test_gate() -> None:
    gate = Table({1: 0.25, 2: 0.5, 3: None, 4: 0.0})
    scorer = Gate(gate, table({1: 0.75, 2: 0.75, 3: 0.25, 4: 1.0}), threshold=0.5)
    assert [scorer.score(7, node) for node in (1, 2, 3, 4)] == [0.0, 0.75, 0.25, 0.0]
    assert scorer.alternatives(7, (), 9) == ((2, 0.75), (3, 0.25))
    gate.scores[1] = 1.0
    assert scorer.best_alternative(7, ()) == (1, 0.75)


@pytest.mark.parametrize("make", [list, tuple, set, frozenset, np.array], ids=lambda make: make.__name__)
def test_override_per_chain(make: Callable[[list[int]], Any]) -> None:
    scorer = OverridePerChain(Fixed(0.25), [(Fixed(0.5), make([7, 8])), (table({1: 0.75}), make([9]))])
    assert [scorer.score(chain, 1) for chain in (6, 7, 8, 9)] == [0.25, 0.5, 0.5, 0.75]


def test_cached_asks_once_while_nothing_moves() -> None:
    asked: list[tuple[int, int]] = []
    fingerprint = [1]

    def score(chain: int, node: int) -> float:
        asked.append((chain, node))
        return 0.75

    inner = scripted(score=score, node_fingerprint=lambda node: fingerprint[0])
    scorer = Cached(inner, capacity=10)
    state = mesh({7: [1, 2], 8: [2]})
    scheduler = LocalScheduler(HERE, SchedulerConfig(decision_interval=1), scorer)
    for now in range(3):
        assert scheduler.sample(state, now).rescored == 2
    assert asked == [(7, 1), (7, 2), (8, 2)]
    fingerprint[0] = 2
    assert scheduler.sample(state, 3).rescored == 2
    assert asked == [(7, 1), (7, 2), (8, 2)] * 2


#: Scorers around a part and another one, both with all fingerprints.
FINGERPRINTED: dict[str, Callable[[Any, Any], Any]] = {
    "weighted_sum": lambda part, other: WeightedSum([(other, 1), (part, 1)]),
    "minimum": lambda part, other: Minimum([part, other]),
    "gate": lambda part, other: Gate(other, part, threshold=0.0),
    "gated": lambda part, other: Gate(part, other, threshold=0.0),
    "override_per_chain": lambda part, other: OverridePerChain(part, [(other, [1000])]),
    "overridden": lambda part, other: OverridePerChain(other, [(part, [7, 8])]),
    "cached": lambda part, other: Cached(part, capacity=100),
    "smoothed": lambda part, other: SmoothedScorer(part, half_life_ns=MINUTE_NS),
    "nested": lambda part, other: Cached(Minimum([other, WeightedSum([(part, 1)])]), capacity=100),
}


@pytest.mark.parametrize("make", FINGERPRINTED.values(), ids=FINGERPRINTED.keys())
def test_fingerprints_of_chains_are_passed_on(make: Callable[[Any, Any], Any]) -> None:
    fingerprints = {7: 1, 8: 1}
    scorer = make(scripted(chain_fingerprint=fingerprints.__getitem__), scripted())
    state = mesh({7: [1, 2], 8: [2]})
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scheduler.sample(state, 0)
    assert scheduler.sample(state, 1).rescored == 0
    fingerprints[8] = 2
    scheduler.sample(state, 2)
    assert [sampled.chain for sampled in scheduler.sampled()] == [8]


def test_smoothed_follows_the_time_of_ticks() -> None:
    gauge = Table({1: 0.75})
    scorer = SmoothedScorer(gauge, MINUTE_NS)
    scheduler = LocalScheduler(HERE, SchedulerConfig(decision_interval=1), scorer)
    state = mesh({7: [1]})
    scheduler.tick(state, 0.0)
    gauge.scores[1] = 0.25
    scheduler.tick(state, 60.0)
    assert scheduler.cells(7) == {1: 0.5}
    assert scheduler.decide(state, 120.0).report.led == 1
    assert scorer.live_score(7, 1) == 0.375
    scorer.begin(180.0)
    assert scorer.score(7, 1) == 0.3125


def test_smoothed_through_a_snapshot() -> None:
    """A `SnapshotScorer` passes the time on, in Rust as in Python."""
    gauge = Table({1: 0.75})
    state = mesh({7: [1]})
    scorer = SmoothedScorer(gauge, MINUTE_NS)
    scheduler = LocalScheduler(HERE, scorer=scorer)
    scheduler.sample(state, 0.0)
    gauge.scores[1] = 0.25
    judged = []
    for live, now in ((scorer, 60.0), (Wrapped(scorer), 120.0)):
        snapshot = SnapshotScorer(scheduler.snapshot(), live)
        judged.append(diff_scheduler(state, snapshot, SchedulerConfig(score_floor=0.8), HERE, now).judgements[0])
    assert [judgement.live_score for judgement in judged] == [0.5, 0.375]
    assert [judgement.sampled_score for judgement in judged] == [0.75, 0.75]


def test_an_inventory_is_a_part() -> None:
    inventory = near({1: 0.1, 2: 0.1, 3: 0.3})
    state = followed(inventory, {7: [1, 2]})
    only_three = Table({1: 0.25, 2: 1.0, 3: 1.0})
    scheduler = LocalScheduler(HERE, scorer=WeightedSum([(inventory, 1.0), (only_three, 1.0)]))
    assert [str(action) for action in scheduler.tick(state, 0).actions] == ["scheduler evict 7: 1 -> 3"]
    assert scheduler.tick(state, 1).report.rescored == 1
    cheap = Minimum([inventory, table({1: 1.0, 2: 1.0, 3: 1.0})])
    scheduler.install(cheap)
    scheduler.tick(state, 2)
    assert scheduler.tick(state, 3).report.rescored == 0, "fingerprints of all parts are known"


@each_kind
def test_parts_in_python_and_in_rust_answer_the_same(make: Callable[[Any], Any]) -> None:
    scores = {1: 0.25, 2: 0.9, 3: 0.0, 4: 0.95, 5: 0.5}
    answers = []
    for part in (Table(dict(scores)), table(scores), Wrapped(Minimum([table(scores)]))):
        scorer: Any = make(part)
        answers.append(
            [
                *(scorer.score(7, node) for node in range(7)),
                *(scorer.live_score(8, node) for node in range(7)),
                scorer.alternatives(7, (5,), 3),
                scorer.best_alternative(9, ()),
                [str(action) for action in LocalScheduler(HERE, scorer=scorer).tick(mesh({7: [1, 2]}), 0).actions],
            ]
        )
    assert answers[0] == answers[1] == answers[2]


@each_kind
def test_it_is_given_back(make: Callable[[Any], Any]) -> None:
    scorer = make(Fixed())
    scheduler: Any = LocalScheduler(HERE, scorer=scorer)
    assert scheduler.scorer is scorer
    assert scheduler.install(Fixed()) is scorer
    scheduler.registry.install(scorer)
    assert scheduler.uninstall() is scorer


@each_kind
@pytest.mark.parametrize("wrong", [7, None, object(), Fixed, "scorer"], ids=lambda wrong: type(wrong).__name__)
def test_what_is_no_part(make: Callable[[Any], Any], wrong: Any) -> None:
    with pytest.raises(TypeError, match="scorer"):
        make(wrong)


@pytest.mark.parametrize(
    ("make", "error", "attributes"),
    [
        (lambda: WeightedSum([]), ConfigError, {"field": "parts"}),
        (lambda: Minimum([]), ConfigError, {"field": "parts"}),
        (lambda: WeightedSum([(Fixed(), 1), (Fixed(), 0)]), PartError, {"index": 1, "field": "weight", "value": 0.0}),
        (lambda: WeightedSum([(Fixed(), float("inf"))]), PartError, {"index": 0, "field": "weight"}),
        (lambda: Gate(Fixed(), Fixed(), threshold=1.5), ConfigError, {"field": "threshold", "value": 1.5}),
        (lambda: Cached(Fixed(), capacity=0), ConfigError, {"field": "capacity", "value": 0}),
        (lambda: Cached(Fixed(), capacity=2**64 - 1), ConfigError, {"field": "capacity"}),
        (lambda: SmoothedScorer(Fixed(), half_life_ns=0), ConfigError, {"field": "half_life_ns", "value": 0}),
        (
            lambda: OverridePerChain(Fixed(), [(Fixed(), [1, 2]), (Fixed(), [3, 2])]),
            DuplicateChainError,
            {"index": 3, "chain": 2},
        ),
    ],
)
def test_what_is_refused(make: Callable[[], object], error: type[Exception], attributes: dict[str, Any]) -> None:
    with pytest.raises(error) as caught:
        make()
    assert type(caught.value) is error
    assert {name: getattr(caught.value, name) for name in attributes} == attributes
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert str(again) == str(caught.value)
        assert {name: getattr(again, name) for name in attributes} == attributes


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: WeightedSum([Fixed()]), r"parts\[0\]: a pair"),  # type: ignore[list-item]
        (lambda: WeightedSum([(Fixed(), 1.0), (Fixed(), "1")]), r"parts\[1\]: weight: a number"),  # type: ignore[list-item]
        (lambda: WeightedSum([(Fixed(), True)]), r"parts\[0\]: weight: a number"),
        (lambda: Gate(Fixed(), Fixed(), "1"), "threshold: a number"),  # type: ignore[arg-type]
        (lambda: Cached(Fixed(), 1.5), "capacity: an int"),  # type: ignore[arg-type]
        (lambda: SmoothedScorer(Fixed(), 60.0), "half_life_ns: an int"),  # type: ignore[arg-type]
        (lambda: OverridePerChain(Fixed(), [Fixed()]), r"overrides\[0\]: a pair"),  # type: ignore[list-item]
        (lambda: OverridePerChain(Fixed(), [(Fixed(), 7)]), r"overrides\[0\]: an array"),  # type: ignore[list-item]
        (lambda: OverridePerChain(Fixed(), [(Fixed(), [7, "8"])]), r"overrides\[0\]\[1\]: an int"),  # type: ignore[list-item]
    ],
)
def test_what_has_a_wrong_type(make: Callable[[], object], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        make()


def test_costs_are_those_of_the_first_part_that_has_one() -> None:
    cost = MigrationCost(1.0, 0.5, 2.0)
    scorer = WeightedSum([(Fixed(), 1), (scripted(migration_cost=lambda chain, target: cost), 1)])
    assert scorer.migration_cost(7, 9) == cost
    wrong = Minimum([scripted(migration_cost=lambda chain, target: 5)])
    with pytest.raises(TypeError, match="MigrationCost"):
        wrong.migration_cost(7, 9)


@each_kind
def test_they_print_their_parts(make: Callable[[Any], Any]) -> None:
    class Mine(Fixed):
        def __repr__(self) -> str:
            raise AssertionError

    text = repr(make(Mine()))
    assert "Mine" in text
    assert text == repr(make(Mine()))


def test_what_they_print_and_show() -> None:
    first, second = Fixed(), near({})
    gate = Gate(first, Minimum([second]), threshold=0.5)
    assert repr(gate).startswith("Gate(Fixed, Minimum([InventoryScorer(InventoryConfig(")
    assert (gate.gate, type(gate.inner), gate.threshold) == (first, Minimum, 0.5)
    weighted = WeightedSum([(first, 2)])
    assert (repr(weighted), weighted.parts) == ("WeightedSum([(Fixed, 2.0)])", ((first, 2.0),))
    assert Minimum([first, second]).parts == (first, second)
    override = OverridePerChain(first, [(second, [7])])
    assert (override.default, override.overrides) == (first, (second,))
    cached, smoothed = Cached(first, capacity=5), SmoothedScorer(first, half_life_ns=7)
    assert (cached.inner, cached.capacity, repr(cached)) == (first, 5, "Cached(Fixed, capacity=5)")
    assert (smoothed.inner, smoothed.half_life_ns) == (first, 7)
    assert repr(smoothed) == "SmoothedScorer(Fixed, half_life_ns=7)"


@each_kind
def test_they_have_no_subclasses_and_no_copies(make: Callable[[Any], Any]) -> None:
    scorer = make(Fixed())
    with pytest.raises(TypeError, match="has no subclasses"):
        type("Mine", (type(scorer),), {})
    for act in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            act(scorer)
