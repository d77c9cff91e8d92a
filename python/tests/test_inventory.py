"""`InventoryScorer`: what it is told, what it answers, and that a scheduler asks it without coming back to Python."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from driftline import (
    Alternative,
    Bandwidth,
    ChainProfile,
    ChainTouched,
    Client,
    ConfigError,
    Event,
    Eviction,
    FingerprintMode,
    HolderAdded,
    HolderRemoved,
    InventoryConfig,
    InventoryScorer,
    LocalScheduler,
    MeshState,
    MigrationCost,
    NodeHealth,
    NodeInventory,
    NodeTouched,
    PlacementScorer,
    Rtt,
    SchedulerConfig,
    ShortDurationWarning,
    SnapshotScorer,
    Verdict,
    _driftline,
    diff_scheduler,
)

from .inventories import CLIENT, NEAR, Wrapped, arrays_of, followed, near
from .support import HERE, SECOND_NS, label, mesh

if TYPE_CHECKING:
    from collections.abc import Callable


def test_defaults_are_those_of_the_core() -> None:
    assert dataclasses.asdict(InventoryConfig()) == _driftline.default_inventory_config()
    assert InventoryConfig() == InventoryScorer().config


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("headroom_weight", -1.0),
        ("proximity_weight", float("nan")),
        ("zone_spread_weight", 2e6),
        ("colocation_weight", float("inf")),
        ("worst_share", 1.5),
        ("comfortable_use", 1.0),
        ("capacity_reserve", 1.0),
        ("rtt_half", 0),
        ("rtt_weight_max", 0.0),
        ("hysteresis_gap", 1.5),
        ("headroom_epsilon", -0.5),
        ("proximity_epsilon", 1.5),
        ("fallback_bandwidth_bytes_per_sec", 0.0),
        ("fallback_size_bytes", -1e300),
        ("serialisation_bytes_per_sec", float("inf")),
    ],
)
def test_what_is_no_config(field: str, value: float) -> None:
    with pytest.raises(ConfigError, match=field) as caught:
        InventoryConfig(**{field: value})
    assert caught.value.field == field
    assert caught.value.value == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(InventoryConfig)])
@pytest.mark.parametrize("value", ["1", True, object(), [1.0]], ids=label)
def test_what_a_config_cannot_hold(field: str, value: Any) -> None:
    with pytest.raises(TypeError, match=field):
        InventoryConfig(**{field: value})


def test_a_config_is_a_value() -> None:
    config = InventoryConfig(rtt_half=timedelta(milliseconds=500), load_half_life=30.0)
    assert (config.rtt_half, config.load_half_life) == (SECOND_NS // 2, 30 * SECOND_NS)
    assert config.replace(rtt_half=0.1).rtt_half == SECOND_NS // 10
    assert pickle.loads(pickle.dumps(config)) == config
    assert hash(config) == hash(config.replace())
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.rtt_half = 1  # type: ignore[misc]
    with pytest.warns(ShortDurationWarning, match="rtt_half"):
        InventoryConfig(rtt_half=100)
    with pytest.raises(TypeError, match="InventoryConfig"):
        InventoryScorer(SchedulerConfig())  # type: ignore[arg-type]


def test_bounds_of_a_config() -> None:
    config = InventoryConfig(headroom_epsilon=0.25, proximity_epsilon=0.125)
    assert config.epsilons == (0.25, 0.125)
    assert config.score_bound >= 0.25
    derived = InventoryConfig()
    assert all(0 < epsilon < 0.2 for epsilon in derived.epsilons)
    assert config.replace(headroom_weight=0).score_bound < config.score_bound


#: Nothing but use counts, at once, and a node half in use has half of its headroom.
USE = InventoryConfig(
    proximity_weight=0, zone_spread_weight=0, colocation_weight=0, comfortable_use=0, load_half_life=0
)


@pytest.mark.parametrize("resource", ["cpu_{}_cores", "memory_{}_bytes", "disk_{}_bytes"])
def test_each_resource_counts(resource: str) -> None:
    inventory = InventoryScorer(USE)
    amounts: dict[str, Any] = {resource.format("capacity"): 8, resource.format("use"): 6}
    inventory.report_nodes(0, NodeInventory(node=1, **amounts))
    assert inventory.score(7, 1) == 0.25


def test_half_lives_of_the_config() -> None:
    inventory = InventoryScorer(USE.replace(load_half_life=60.0))
    for now, use in ((0.0, 0), (60.0, 8)):
        inventory.report_nodes(now, NodeInventory(node=1, cpu_capacity_cores=8, cpu_use_cores=use))
    axes = inventory.axes(7, 1)
    assert axes is not None
    assert axes.headroom == 0.5
    far = near({1: 0.1}, config=NEAR.replace(rtt_half_life=60.0))
    far.report_rtts(60.0, Rtt(CLIENT, 1, 2**64 - 1))
    assert far.score(7, 1) == pytest.approx(0.25)
    bounded = near({1: 0.1}, config=NEAR.replace(rtt_half_life=60.0, rtt_weight_max=0.25))
    bounded.report_rtts(60.0, Rtt(CLIENT, 1, 2**64 - 1))
    assert bounded.score(7, 1) == pytest.approx(0.375)


def test_fall_backs_of_the_config() -> None:
    config = InventoryConfig(
        fallback_bandwidth_bytes_per_sec=1e6,
        fallback_size_bytes=3e6,
        serialisation_bytes_per_sec=3e6,
        fallback_disruption=0.5,
    )
    assert InventoryScorer(config).migration_cost(7, 1) == MigrationCost(4.0, 0.5)


def test_the_reserve_of_the_config() -> None:
    inventory = InventoryScorer(USE.replace(capacity_reserve=0.5))
    inventory.report_nodes(0, NodeInventory(node=1, cpu_capacity_cores=8, cpu_use_cores=3))
    inventory.report_profiles([ChainProfile(chain=7, cpu_cores=1), ChainProfile(chain=8, cpu_cores=2)])
    assert [inventory.best_alternative(chain, ()) is not None for chain in (7, 8)] == [True, False]


def test_zones() -> None:
    inventory = InventoryScorer(InventoryConfig(headroom_weight=0, proximity_weight=0))
    inventory.report_nodes(0, [NodeInventory(node=node, zone=node // 2) for node in range(1, 5)])
    inventory.report_profiles(ChainProfile(chain=8, zone_anti_affinity=True))
    inventory.load(**arrays_of({7: [2, 3], 8: [2, 3]}))
    assert [inventory.score(7, node) for node in (2, 3)] == [0.5, 0.5]
    assert [inventory.score(8, node) for node in (2, 3)] == [0.0, 0.0]


def test_an_unknown_node_has_no_score() -> None:
    inventory = InventoryScorer()
    assert inventory.score(7, 1) is None
    assert inventory.live_score(7, 1) is None
    assert inventory.best_alternative(7, ()) is None
    assert inventory.alternatives(7, [], 5) == ()
    assert inventory.axes(7, 1) is None
    assert inventory.migration_cost(7, 1) is None
    assert inventory.forget_node(1) is False


def test_the_axes() -> None:
    inventory = InventoryScorer(InventoryConfig(rtt_half=0.1, comfortable_use=0.5, worst_share=0.5))
    inventory.report_nodes(
        0, [NodeInventory(node=1, cpu_capacity_cores=8, cpu_use_cores=6, zone=2), NodeInventory(node=2, zone=2)]
    )
    inventory.report_rtts(0, Rtt(CLIENT, 1, 0.1))
    inventory.report_profiles(ChainProfile(chain=7, clients=[Client(CLIENT)], group=3))
    inventory.load(**arrays_of({7: [1, 2]}))
    axes = inventory.axes(7, 1)
    assert axes is not None
    assert (axes.headroom, axes.proximity, axes.zone_spread, axes.colocation) == (0.5, 0.5, 0.5, 0.5)
    assert axes.is_home
    assert axes.score == inventory.score(7, 1) == 0.5
    bare = inventory.axes(7, 2)
    assert bare is not None
    assert (bare.headroom, bare.proximity) == (None, None)
    inventory.report_nodes(1, NodeInventory(node=1, health=NodeHealth.FAILED))
    failed = inventory.axes(7, 1)
    assert failed is not None
    assert (failed.is_home, failed.score) == (False, 0.0)


@pytest.mark.parametrize(
    ("health", "score", "is_alternative"),
    [
        (None, 0.5, True),
        (NodeHealth.HEALTHY, 0.5, True),
        (NodeHealth.CORDONED, 0.0, False),
        (NodeHealth.FAILED, 0.0, False),
    ],
)
def test_health(health: NodeHealth | None, score: float, is_alternative: bool) -> None:
    inventory = near({1: 0.1})
    inventory.report_nodes(0, NodeInventory(node=1, health=health))
    assert inventory.score(7, 1) == score
    assert inventory.best_alternative(7, ()) == (Alternative(1, 0.5) if is_alternative else None)


def test_tags() -> None:
    inventory = near({1: 0.1, 2: 0.1})
    inventory.report_nodes(0, [NodeInventory(node=1, tags=0b01), NodeInventory(node=2, tags=2**63 | 1)])
    inventory.report_profiles(ChainProfile(chain=7, required_tags=2**63 | 1, clients=[Client(CLIENT)]))
    assert (inventory.score(7, 1), inventory.score(7, 2)) == (0.0, 0.5)
    assert inventory.alternatives(7, (), 9) == ((2, 0.5),)


def test_alternatives_come_best_first() -> None:
    inventory = near({1: 0.3, 2: 0.1, 3: 0.9, 4: 0.1})
    everything = inventory.alternatives(7, (), 2**64 - 1)
    assert [node for node, _ in everything] == [2, 4, 1, 3]
    assert all(isinstance(found, Alternative) for found in everything)
    assert inventory.alternatives(7, (), 2) == everything[:2]
    assert inventory.alternatives(7, (), 0) == ()
    for exclude in ([4, 2, 4], (2, 4), {2, 4}, frozenset({4, 2}), np.array([4, 2])):
        assert inventory.best_alternative(7, exclude) == everything[2]


def test_profiles_say_what_a_move_costs() -> None:
    inventory = near({1: 0.1})
    inventory.report_bandwidths([Bandwidth(2, 1, 1e6)])
    inventory.load(**arrays_of({7: [2]}))
    inventory.report_profiles(
        ChainProfile(chain=7, size_bytes=3_000_000, disruption=timedelta(seconds=2), service_value=1.5)
    )
    assert inventory.migration_cost(7, 1) == MigrationCost(3.0, 2.0, 1.5)
    inventory.report_profiles(ChainProfile(chain=7))
    assert inventory.migration_cost(7, 1) is None


def test_it_follows_the_state() -> None:
    inventory = near({1: 0.9, 2: 0.1, 3: 0.3})
    state = followed(inventory, {7: [1, 3]})
    copied = near({1: 0.9, 2: 0.1, 3: 0.3})
    copied.load(**state.to_arrays())
    scheduler = LocalScheduler(HERE, SchedulerConfig(cooldown=0), inventory)
    moves = []
    for now in range(5):
        for action in scheduler.tick(state, now).actions:
            moves.append(str(action))
            assert isinstance(action, Eviction)
            assert action.target is not None
            events: list[Event] = [HolderRemoved(action.chain, action.victim), HolderAdded(action.chain, action.target)]
            state.apply(events)
            inventory.follow(events)
    assert moves == ["scheduler evict 7: 1 -> 2"]
    assert inventory.chain_fingerprint(8) == copied.chain_fingerprint(8) == 0


def test_touch_is_enough_for_push() -> None:
    inventory = near({1: 0.1, 2: 0.1, 3: 0.05})
    state = followed(inventory, {7: [1, 2]})
    inventory.touch(state)
    scheduler = LocalScheduler(HERE, SchedulerConfig(fingerprint_mode=FingerprintMode.PUSH), inventory)
    assert scheduler.tick(state, 0).report.new == 1
    assert scheduler.tick(state, 1).report.rescored == 0
    inventory.report_rtts(1, Rtt(CLIENT, 1, 0.9))
    assert scheduler.tick(state, 2).report.rescored == 0
    assert inventory.touch(state) == 1
    assert inventory.touch(state) == 0
    decision = scheduler.tick(state, 3)
    assert decision.report.dirty == 1
    assert [str(action) for action in decision.actions] == ["scheduler evict 7: 1 -> 3"]


def test_touches_are_for_several_states() -> None:
    inventory = near({1: 0.1, 2: 0.1}, chains=(7, 8))
    states = [followed(inventory, {7: [1], 8: [2]}), mesh({7: [1], 8: [2]})]
    inventory.touches()
    schedulers = [
        LocalScheduler(HERE, SchedulerConfig(fingerprint_mode=FingerprintMode.PUSH), inventory) for _ in states
    ]
    for scheduler, state in zip(schedulers, states, strict=True):
        scheduler.tick(state, 0)
    inventory.report_rtts(1, Rtt(CLIENT, 1, 0.9))
    inventory.report_nodes(1, NodeInventory(node=2, zone=3))
    touches = inventory.touches()
    assert set(touches) == {ChainTouched(7), NodeTouched(2)}
    assert inventory.touches() == ()
    assert inventory.touch(states[0]) == 0
    for scheduler, state in zip(schedulers, states, strict=True):
        state.apply(touches)
        assert scheduler.tick(state, 1).report.dirty == 2


def test_a_scheduler_does_not_come_back_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    config = SchedulerConfig(cooldown=0)
    inventory = near({1: 0.9, 2: 0.1})
    state = followed(inventory, {7: [1]})
    expected = LocalScheduler(HERE, config, inventory).tick(state, 0)
    assert len(expected.actions) == 1

    def refuse(*question: object) -> Any:
        raise AssertionError(question)

    for name in Wrapped.PASSED_ON:
        monkeypatch.setattr(InventoryScorer, name, refuse)
    scheduler = LocalScheduler(HERE, config, inventory)
    assert scheduler.tick(state, 0).actions == expected.actions
    assert scheduler.decide(state, 0).actions == expected.actions
    assert diff_scheduler(state, inventory, config, HERE, 0).actions == expected.actions
    snapshot = SnapshotScorer(scheduler.snapshot(), inventory)
    assert diff_scheduler(state, snapshot, config, HERE, 0).actions == expected.actions


def world(seed: int) -> tuple[InventoryScorer, MeshState]:
    """A cluster of thirty nodes and forty chains, made up."""
    random = np.random.default_rng(seed)
    inventory = InventoryScorer(NEAR.replace(headroom_weight=1, zone_spread_weight=0.5, colocation_weight=0.25))
    inventory.report_nodes(
        0,
        [
            NodeInventory(
                node=node,
                cpu_capacity_cores=16,
                cpu_use_cores=float(random.uniform(0, 16)),
                memory_capacity_bytes=64e9,
                memory_use_bytes=float(random.uniform(0, 64e9)),
                zone=int(random.integers(4)),
                tags=int(random.integers(4)),
                health=[NodeHealth.HEALTHY, NodeHealth.HEALTHY, NodeHealth.CORDONED, NodeHealth.FAILED][
                    int(random.integers(4))
                ],
            )
            for node in range(30)
        ],
    )
    pairs = [(client, node) for client in range(100, 105) for node in range(30)]
    rtts_ns = random.integers(1_000_000, 500_000_000, len(pairs))
    inventory.report_rtts(0, from_nodes=[c for c, _ in pairs], to_nodes=[n for _, n in pairs], rtts_ns=rtts_ns)
    inventory.report_profiles(
        ChainProfile(
            chain=chain,
            clients=[Client(int(client)) for client in random.choice(range(100, 105), 2, replace=False)],
            required_tags=int(random.integers(2)),
            size_bytes=float(random.uniform(0, 1e9)),
            group=int(random.integers(5)),
        )
        for chain in range(40)
    )
    return inventory, followed(inventory, {c: [int(n) for n in random.choice(30, 3, replace=False)] for c in range(40)})


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("max_alternatives", [1, 4])
def test_asked_through_python_it_answers_the_same(seed: int, max_alternatives: int) -> None:
    config = SchedulerConfig(
        max_alternatives=max_alternatives, target_penalty=0.1, move_timeout=60.0, max_in_flight_per_target=2
    )
    inventory, state = world(seed)
    wrapped: Any = Wrapped(inventory)
    native, python = LocalScheduler(HERE, config, inventory), LocalScheduler(HERE, config, wrapped)
    _, other_state = world(seed)
    for now in range(3):
        decision = native.tick(state, now)
        assert decision == python.tick(other_state, now)
        assert now or decision.actions
    config = SchedulerConfig()
    for make in (lambda live: live, lambda live: SnapshotScorer(native.snapshot(), live)):
        one, other = (diff_scheduler(state, make(live), config, HERE, 9) for live in (inventory, wrapped))
        assert one == other


def test_a_snapshot_over_an_inventory_answers_as_sampled() -> None:
    inventory = near({1: 0.9, 2: 0.1, 3: 0.05})
    state = followed(inventory, {7: [1, 2], 8: [2]})
    scheduler = LocalScheduler(HERE, scorer=inventory)
    scheduler.sample(state, 0)
    snapshot = scheduler.snapshot()
    inventory.report_rtts(1, [Rtt(CLIENT, 1, 0.05), Rtt(CLIENT, 2, 0.9)])
    for live in (inventory, Wrapped(inventory)):
        judgement = diff_scheduler(state, SnapshotScorer(snapshot, live), SchedulerConfig(), HERE, 1).judgements[0]
        assert judgement.verdict is Verdict.RECOVERED
        assert judgement.victim == 1
        assert judgement.sampled_score == pytest.approx(0.1)
    calls = diff_scheduler(state, SnapshotScorer(snapshot, inventory), SchedulerConfig(), HERE, 1).report.calls
    assert (calls.score, calls.live_score) == (3, 1)


def test_install_gives_back_what_was_installed() -> None:
    inventory = near({1: 0.1})
    scheduler: Any = LocalScheduler(HERE, scorer=inventory)
    assert isinstance(inventory, PlacementScorer)
    assert scheduler.scorer is inventory
    snapshot: Any = SnapshotScorer(scheduler.snapshot(), inventory)
    assert scheduler.install(snapshot) is inventory
    assert scheduler.scorer is snapshot
    assert scheduler.install(inventory) is snapshot
    assert scheduler.uninstall() is inventory
    assert repr(LocalScheduler(HERE, scorer=inventory)) == "LocalScheduler(this_node=1, scorer InventoryScorer)"


def test_one_inventory_serves_several_schedulers() -> None:
    inventory = near({1: 0.9, 2: 0.9, 3: 0.1}, chains=(7, 8))
    state = followed(inventory, {7: [1], 8: [1]})
    state.apply([HolderAdded(8, 2)])
    one, other = LocalScheduler(1, scorer=inventory), LocalScheduler(2, scorer=inventory)
    assert len(one.tick(state, 0).actions) == 2
    assert other.tick(state, 0).report.led == 0


def test_it_is_fed_while_others_tick() -> None:
    """Nobody is told `BusyError`: a report waits for a question, and a question for a report."""
    inventory = near(dict.fromkeys(range(1, 20), 0.1), chains=range(500))
    state = followed(inventory, {chain: [1 + chain % 19] for chain in range(500)})
    scheduler = LocalScheduler(HERE, SchedulerConfig(decision_interval=1), inventory)
    over, errors = threading.Event(), []
    arrays = arrays_of({chain: [1 + chain % 19] for chain in range(500)})

    def feed() -> None:
        now = 0
        try:
            while not over.is_set():
                now += 1
                inventory.report_rtts(now, [Rtt(CLIENT, 1 + now % 19, now % 3 * 0.1)])
                inventory.load(**arrays)
                inventory.axes(7, 1)
        except BaseException as error:
            errors.append(error)

    feeders = [threading.Thread(target=feed)]
    for feeder in feeders:
        feeder.start()
    for now in range(200):
        assert scheduler.tick(state, now).report.led == 500
    over.set()
    for feeder in feeders:
        feeder.join(30.0)
        assert not feeder.is_alive()
    assert errors == []


def test_it_has_no_subclasses_and_no_copies() -> None:
    with pytest.raises(TypeError, match="InventoryScorer has no subclasses"):
        type("Mine", (InventoryScorer,), {})
    for act in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="InventoryScorer cannot be copied or pickled"):
            act(InventoryScorer())


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda inventory: inventory.score("7", 1), "chain: an int"),
        (lambda inventory: inventory.score(7, None), "node: an int"),
        (lambda inventory: inventory.best_alternative(7, 5), "exclude"),
        (lambda inventory: inventory.best_alternative(7, ["5"]), r"exclude\[0\]"),
        (lambda inventory: inventory.alternatives(7, (), "1"), "limit: an int"),
        (lambda inventory: inventory.migration_cost(7, 1.0), "target: an int"),
        (lambda inventory: inventory.axes(7, "1"), "node: an int"),
        (lambda inventory: inventory.forget_node("1"), "node: an int"),
        (lambda inventory: inventory.begin("now"), "now"),
    ],
)
def test_what_is_no_question(ask: Callable[[Any], object], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        ask(InventoryScorer())


def test_a_state_in_use_is_not_touched() -> None:
    inventory = near({1: 0.1})
    outcomes: list[str] = []

    class Touching:
        def score(self, chain: int, node: int) -> float:
            try:
                inventory.touch(state)
            except RuntimeError as error:
                outcomes.append(type(error).__name__)
            return 0.9

        def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> None:
            return None

    state = mesh({7: [1]})
    LocalScheduler(HERE, scorer=Touching()).tick(state, 0)
    assert outcomes == ["ReentrantError"]
