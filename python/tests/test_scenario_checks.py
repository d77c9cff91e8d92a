"""The scenario runner sees it when driftline contradicts itself: each number of a pass is tampered with in turn."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from driftline import Decision, LocalScheduler, TickReport, Verdict

from .scenario import ScenarioError, run

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


def test_records_that_are_not_the_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decision, "to_records", Decision.judgements_to_records)
    with pytest.raises(ScenarioError, match="contradiction: actions and records"):
        run("told.txt", SAMPLED.format(command="tick 0s"))


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
