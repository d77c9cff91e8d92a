"""The scenario runner sees it when driftline contradicts itself: each number of a pass is tampered with in turn."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from driftline import (
    Arm,
    Decision,
    DrainStatus,
    Explanation,
    LocalScheduler,
    MeshState,
    SchedulerConfig,
    TickReport,
    Verdict,
    _driftline,
)

from .scenario import ScenarioError, checks, checks_of_moves, run

SAMPLED = """# One chain that is to be evicted, one that is healthy.
node 1
load 7:1:1,2 8:1:2
score chain=7 1=0.25 2=0.75
score chain=8 2=0.75
alternative chain=7 node=9 score=0.75
{command}
----
"""


def tampered(report: TickReport, change: dict[str, Any]) -> TickReport:
    calls = {name: change[name] for name in change.keys() & {"score", "live_score"}}
    rest = {name: value for name, value in change.items() if name not in calls}
    return dataclasses.replace(report, calls=dataclasses.replace(report.calls, **calls), **rest)


CHANGES: dict[str, dict[str, Any]] = {
    "led": {"led": 3},
    "new": {"new": 1},
    "dirty": {"dirty": 1},
    "backstop_due": {"backstop_due": 1},
    "rescored": {"rescored": 1},
    "deferred": {"deferred": 1},
    "deferred_age": {"deferred_age_ns": 1},
    "score": {"score": 2},
    "live_score": {"live_score": 2},
    "verdicts": {"verdicts": {Verdict.HEALTHY: 1}},
    "other-verdicts": {"verdicts": {Verdict.HEALTHY: 2}},
    "verdicts-out-of-order": {"verdicts": {Verdict.EVICT: 1, Verdict.HEALTHY: 1}},
}


def test_the_untampered_passes() -> None:
    printed = run("told.txt", SAMPLED.format(command="tick 0s"))
    assert "7 evict 1 -> 9" in printed


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_report_that_does_not_add_up(monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]) -> None:
    honest = Decision.report.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(Decision, "report", property(lambda decision: tampered(honest(decision), change)))
    with pytest.raises(ScenarioError, match=r"told\.txt:7: contradiction"):
        run("told.txt", SAMPLED.format(command="tick 0s"))


@pytest.mark.parametrize(
    "change",
    [{"victim": 2}, {"target": 8}, {"gain": 0.25}, {"cost": 0.5}, {"victim_score": 0.0}, {"chain": 8}, None],
    ids=str,
)
@pytest.mark.parametrize("command", ["tick 0s", "diff 0s"])
def test_actions_that_are_not_the_judgements(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any] | None, command: str
) -> None:
    honest = Decision.actions.fget  # type: ignore[attr-defined]

    def actions(decision: Decision) -> tuple[Any, ...]:
        return tuple(dataclasses.replace(action, **change) for action in honest(decision)) if change else ()

    monkeypatch.setattr(Decision, "actions", property(actions))
    with pytest.raises(ScenarioError, match="contradiction"):
        run("told.txt", SAMPLED.format(command=command))


MOVES = """# Four chains, each with an action of its own, and a move that is in flight.
node 1
config move_timeout=60s cooldown=0 max_moves_per_tick=9 max_in_flight=9 max_in_flight_per_source=9 \
max_in_flight_per_target=9
load 5:1:1 6:1:1,2 7:1:1,2 8:1:2
desire chain=5 count=2
revision chain=5 value=4
avoid node=4 until=60s
score chain=7 1=0.25 2=0.75
score chain=8 2=0.25
alternative chain=7 node=9 score=0.75
alternative chain=8 node=9 score=0.75
tick 0s
drain node=2 deadline=60s
drain-status node=2
transitions
----
""".replace("\\\n", "")


def test_untampered_moves_pass() -> None:
    printed = run("told.txt", MOVES)
    assert "action count place 5, excluding 1 4 at revision 4" in printed
    assert "moves in_flight=3" in printed


@pytest.mark.parametrize("field", [name for name, _ in _driftline.ACTION_LAYOUT])
def test_records_that_are_not_the_actions(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    honest = Decision.to_records

    def to_records(decision: Decision) -> Any:
        records = honest(decision)
        records[field] = 2
        return records

    monkeypatch.setattr(Decision, "to_records", to_records)
    with pytest.raises(ScenarioError, match=r"contradiction: (actions and records|excluded nodes of an eviction)"):
        run("told.txt", MOVES)


def test_excluded_nodes_that_are_not_those_of_the_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Decision.excluded_to_numpy
    monkeypatch.setattr(Decision, "excluded_to_numpy", lambda decision: honest(decision)[::-1])
    with pytest.raises(ScenarioError, match="contradiction: actions and records"):
        run("told.txt", MOVES)


def tampered_actions(index: int, **changes: Any) -> property:
    honest = Decision.actions.fget  # type: ignore[attr-defined]

    def actions(decision: Decision) -> tuple[Any, ...]:
        found = list(honest(decision))
        found[index] = dataclasses.replace(found[index], **changes)
        return tuple(found)

    return property(actions)


@pytest.mark.parametrize(
    ("index", "changes", "words"),
    [
        (0, {"chain": 99}, "actions and records"),
        (0, {"exclude": (1,)}, "actions and records"),
        (0, {"revision": 5}, "actions and records"),
        (0, {"arm": Arm.FORCED}, "actions and records"),
        (1, {"arm": Arm.COUNT}, "the scheduler's actions and `evict` judgements"),
    ],
    ids=str,
)
def test_actions_that_are_not_the_records(
    monkeypatch: pytest.MonkeyPatch, index: int, changes: dict[str, Any], words: str
) -> None:
    monkeypatch.setattr(Decision, "actions", tampered_actions(index, **changes))
    with pytest.raises(ScenarioError, match=f"contradiction: {words}"):
        run("told.txt", MOVES)


@pytest.mark.parametrize(
    ("index", "changes", "words"),
    [
        (2, {"chain": 99}, "a chain that is claimed or not led here"),
        (0, {"chain": 7}, "actions are not ascending"),
        (0, {"revision": 5}, "revision of an action and of its chain"),
        (0, {"exclude": (1, 1, 4)}, "are not ascending"),
        (0, {"exclude": (4, 1)}, "are not ascending"),
        (0, {"exclude": (1,)}, "should exclude"),
        (0, {"exclude": (4,)}, "should exclude"),
        (0, {"target": 4}, "excludes its target"),
        (0, {"victim": 9}, "the victim of"),
        (1, {"victim": 9}, "the victim of"),
    ],
    ids=str,
)
def test_actions_that_cannot_be(
    monkeypatch: pytest.MonkeyPatch, index: int, changes: dict[str, Any], words: str
) -> None:
    """Whatever its records and judgements say."""
    monkeypatch.setattr(checks, "_actions", lambda decided, evicting: None)
    monkeypatch.setattr(Decision, "actions", tampered_actions(index, **changes))
    with pytest.raises(ScenarioError, match=f"contradiction: .*{words}"):
        run("told.txt", MOVES)


def test_an_action_while_all_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MeshState, "frozen_until_ns", 1)
    with pytest.raises(ScenarioError, match="contradiction: actions while all is frozen"):
        run("told.txt", MOVES)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_moves_per_tick": 2}, "3 new moves, but the limit is 2"),
        ({"max_in_flight": 2}, "3 moves in flight, but the limit is 2"),
        ({"max_in_flight_per_source": 1}, "2 moves in flight from one node, but the limit is 1"),
        ({"max_in_flight_per_target": 1}, "2 moves in flight to one node, but the limit is 1"),
    ],
    ids=str,
)
def test_limits_that_are_exceeded(monkeypatch: pytest.MonkeyPatch, limits: dict[str, Any], words: str) -> None:
    """The checks know stricter limits than the library."""
    strict = SchedulerConfig(move_timeout=60.0, **limits)
    monkeypatch.setattr(checks_of_moves, "limits", lambda play: strict)
    text = MOVES.replace("8:1:2", "8:1:1").replace("chain=8 2=0.25", "chain=8 1=0.25")
    with pytest.raises(ScenarioError, match=f"contradiction: {words}"):
        run("told.txt", text)


def test_flights_that_only_one_side_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = LocalScheduler.explain

    def explain(scheduler: LocalScheduler, state: MeshState, chain: int) -> Explanation:
        explanation = honest(scheduler, state, chain)
        return dataclasses.replace(explanation, flight=None if chain == 7 else explanation.flight)

    monkeypatch.setattr(LocalScheduler, "explain", explain)
    with pytest.raises(ScenarioError, match="contradiction: chains in flight by the state and by their explanations"):
        run("told.txt", MOVES)


def test_a_report_that_counts_other_flights(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Decision.report.fget  # type: ignore[attr-defined]
    changed = property(lambda decision: dataclasses.replace(honest(decision), in_flight=1))
    monkeypatch.setattr(Decision, "report", changed)
    with pytest.raises(ScenarioError, match="contradiction: moves in flight of the report and of the state"):
        run("told.txt", MOVES)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"node": 3}, "node of a drain status"),
        ({"deadline_ns": 1}, "deadline of a drain and of its status"),
        ({"blocked": {8: Verdict.PINNED, 7: Verdict.PINNED}}, "blocked chains are not ascending"),
    ],
    ids=str,
)
def test_a_drain_status_of_another_drain(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], words: str) -> None:
    honest = LocalScheduler.drain_status

    def drain_status(scheduler: LocalScheduler, state: MeshState, node: int) -> DrainStatus:
        status = honest(scheduler, state, node)
        assert status is not None
        return dataclasses.replace(status, **changes)

    monkeypatch.setattr(LocalScheduler, "drain_status", drain_status)
    with pytest.raises(ScenarioError, match=f"contradiction: {words}"):
        run("told.txt", MOVES)


def test_transitions_that_are_not_the_end_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = LocalScheduler.transitions
    monkeypatch.setattr(
        LocalScheduler, "transitions", lambda scheduler, since=None: honest(scheduler)[: 1 if since is not None else 9]
    )
    with pytest.raises(ScenarioError, match="contradiction: fresh transitions and the end of all"):
        run("told.txt", MOVES)


def test_sampled_chains_that_are_not_ascending(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = LocalScheduler.sampled
    monkeypatch.setattr(LocalScheduler, "sampled", lambda scheduler: honest(scheduler)[::-1])
    with pytest.raises(ScenarioError, match="contradiction: re-scored chains and their order"):
        run("told.txt", SAMPLED.format(command="sample 0s"))


def test_a_judgement_that_is_not_the_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Decision.judgements.fget  # type: ignore[attr-defined]

    def judgements(decision: Decision) -> tuple[Any, ...]:
        return tuple(dataclasses.replace(judgement, live_score=0.5) for judgement in honest(decision))

    monkeypatch.setattr(Decision, "judgements", property(judgements))
    with pytest.raises(ScenarioError, match="contradiction: judgement and explanation"):
        run("told.txt", SAMPLED.format(command="tick 0s"))
