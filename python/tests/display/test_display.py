"""What a notebook shows: all of it, in rows that are few enough, and nothing that a browser could run."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from driftline import (
    Avoid,
    ChainRevision,
    ClaimAcquired,
    DesiredReplicas,
    Drain,
    DrainStatus,
    Flight,
    ForcePlace,
    HolderAdded,
    LeaderSet,
    LocalScheduler,
    MeshState,
    MigrationCost,
    OnScorerError,
    Placement,
    SchedulerConfig,
    Verdict,
    _display,
)

from ..report.runs import drift, single_slice
from ..support import mesh, run_python, scripted

if TYPE_CHECKING:
    from collections.abc import Callable

EVIL = """<script>alert("1")</script>&amp;'"""
NONE = "\N{EN DASH}"


class _Reader(HTMLParser):
    """Checks that every element ends, and keeps tables and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.points = ""
        self.words: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if tag == "polyline":
            self.points = dict(attrs)["points"] or ""

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1] in {"rect", "line", "polyline", "circle"}:
            self._open.pop()
        assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if "td" in self._open or "th" in self._open:
            self.rows[-1][-1] += data


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader._open
    assert not set(reader.tags) & {"script", "img", "style", "link", "iframe"}
    assert not re.search(r"https?:", html.replace("http://www.w3.org/2000/svg", ""))
    return reader


def facts(html: str) -> dict[str, str]:
    """The rows of two cells."""
    return {row[0].strip(): row[1].strip() for row in read(html).rows if len(row) == 2}


def evicting(chains: int, cost: MigrationCost | None = None) -> tuple[MeshState, LocalScheduler]:
    state = mesh({chain: [2, 3] for chain in range(chains)})
    scorer = scripted(
        score=lambda chain, node: 0.25 if node == 3 else 0.75,
        best_alternative=lambda chain, exclude: (9, 0.9),
        migration_cost=lambda chain, target: cost,
    )
    return state, LocalScheduler(1, scorer=scorer)


def test_decision_lists_evictions_and_verdicts() -> None:
    state, scheduler = evicting(2, MigrationCost(state_transfer=1.0))
    reader = read(_display.decision_html(scheduler.tick(state, 0)))
    assert reader.rows[1:3] == [
        ["0", "3", "0.250", "9", "0.900", "0.650", "0.100"],
        ["1", "3", "0.250", "9", "0.900", "0.650", "0.100"],
    ]
    assert [cell.strip() for cell in reader.rows[3]] == ["evict", "2"]
    assert "2 evictions, 2 led chains" in "".join(reader.words)


def test_decision_without_a_cost_shows_none() -> None:
    state, scheduler = evicting(1)
    assert read(_display.decision_html(scheduler.tick(state, 0))).rows[1][-1] == NONE


def test_decision_lists_placements() -> None:
    state = mesh({5: [2, 3], 6: [3, 4], 7: [2, 3]})
    state.apply([DesiredReplicas(5, 3), ChainRevision(6, 12), ForcePlace(6, 8), Avoid(9, 60.0)])
    decision = LocalScheduler(1, scorer=scripted(best_alternative=lambda chain, exclude: (8, 0.9))).tick(state, 0)
    reader = read(_display.decision_html(decision))
    assert "1 eviction, 2 placements, 3 led chains" in "".join(reader.words)
    assert [row for row in reader.rows if len(row) == 5] == [
        ["chain", "placed on", "excluded", "arm", "revision"],
        ["5", NONE, "2, 3, 9", "count", NONE],
        ["6", "8", "3, 4, 9", "forced", "12"],
    ]
    assert [row[0] for row in reader.rows if len(row) == 7] == ["chain", "7"]


def test_decision_says_who_asks_for_an_eviction_without_numbers() -> None:
    state = mesh({7: [2, 3]})
    state.apply([DesiredReplicas(7, 1), ChainRevision(7, 0)])
    reader = read(LocalScheduler(1).tick(state, 0)._repr_html_())
    assert reader.rows[:2] == [
        ["chain", "victim", "victim score", "target", "target score", "gain", "cost", "arm", "revision"],
        ["7", "2", *[NONE] * 5, "count", "0"],
    ]


def test_a_placement_that_excludes_nobody() -> None:
    state = MeshState()
    state.apply([HolderAdded(7, 2), LeaderSet(7, 1), DesiredReplicas(7, 2)])
    decision = LocalScheduler(1).tick(state, 0)
    assert read(_display.decision_html(decision)).rows[1] == ["7", NONE, "2", "count"]
    assert _display._placements([Placement(7, (), None)]).count(f"<td>{NONE}</td>") == 2


def test_many_placements_end_and_say_so() -> None:
    state = mesh({chain: [2] for chain in range(50)})
    state.apply([DesiredReplicas(chain, 2) for chain in range(50)])
    reader = read(_display.decision_html(LocalScheduler(1).tick(state, 0)))
    assert len([row for row in reader.rows if len(row) == 4]) == 1 + _display.ROWS_MAX
    assert "and 30 more" in "".join(reader.words)


def draining() -> DrainStatus:
    state = mesh({chain: [3] for chain in range(30)})
    state.apply([*(ClaimAcquired(chain) for chain in range(25)), Drain(3, 90.5)])
    scheduler = LocalScheduler(1, SchedulerConfig(move_timeout=60.0), scripted(score=lambda chain, node: 0.9))
    scheduler.tick(state, 0)
    status = scheduler.drain_status(state, 3)
    assert status is not None
    return status


def test_drain_shows_how_far_it_has_come() -> None:
    html = draining()._repr_html_()
    reader = read(html)
    assert "Drain of node 3 at risk" in " ".join("".join(reader.words).split())
    assert reader.rows[:4] == [["deadline", "90.5 s"], ["left", "30"], ["moved", "0"], ["in flight", "1"]]
    assert reader.rows[4:6] == [["blocked chain", "by"], ["0", "claim held"]]
    assert len(reader.rows) == 5 + _display.ROWS_MAX
    assert "and 5 more" in "".join(reader.words)


def test_drain_of_which_nobody_is_blocked() -> None:
    reader = read(_display.drain_html(replace(draining(), blocked={}, at_risk=False)))
    assert "on time" in "".join(reader.words)
    assert len(reader.rows) == 4


def test_decision_without_chains_is_one_line() -> None:
    scheduler = LocalScheduler(1, scorer=scripted())
    reader = read(_display.decision_html(scheduler.tick(MeshState(), 0)))
    assert reader.rows == []
    assert "".join(reader.words).strip() == "Decision 0 evictions, 0 led chains"


def test_long_tables_end_and_say_so() -> None:
    state, scheduler = evicting(1_500)
    reader = read(_display.decision_html(scheduler.tick(state, 0)))
    rows = [row for row in reader.rows if len(row) == 7]
    assert len(rows) == 1 + _display.ROWS_MAX
    assert f"and {1_500 - _display.ROWS_MAX:,} more" in "".join(reader.words)


def failing_report() -> Any:
    def score(chain: int, node: int) -> float:
        if chain == 3:
            raise RuntimeError(EVIL)
        return 0.75

    config = SchedulerConfig(on_scorer_error=OnScorerError.SKIP_CHAIN)
    scheduler = LocalScheduler(1, config, scripted(score=score))
    return scheduler.tick(mesh({3: [5, 6], 4: [5, 6]}), 12.5).report


def test_report_tells_counts_calls_and_failures() -> None:
    report = failing_report()
    html = _display.report_html(report)
    shown = facts(html)
    assert shown["led"] == "2"
    assert shown["new"] == f"{report.new}"
    assert shown["re-scored"] == f"{report.rescored}"
    assert shown["healthy"] == "1"
    assert shown["scorer failed"] == "1"
    assert shown["score"] == f"{report.calls.score}"
    assert "best_alternative" not in shown
    (failure,) = [row for row in read(html).rows if row[0] == "score" and len(row) == 4]
    assert failure == ["score", "3", "5", f"RuntimeError: {EVIL}"]


def test_report_shows_rare_counts_only_when_there_are_some() -> None:
    quiet = failing_report()
    assert not {"invalid scores", "invalid alternatives", "deferred for"} & set(facts(_display.report_html(quiet)))
    loud = replace(quiet, invalid_scores=1_234, invalid_alternatives=5, deferred=6, deferred_age_ns=1_500_000_000)
    shown = facts(_display.report_html(loud))
    assert shown["invalid scores"] == "1,234"
    assert shown["invalid alternatives"] == "5"
    assert shown["deferred for"] == "1.5 s"


def test_report_counts_moves_where_there_are_some() -> None:
    names = ["in_flight", "completed_moves", "failed_moves", "timed_out_moves", "returned_moves", "forced_refused"]
    names.append("ignored_feedback")
    quiet = failing_report()
    assert not {name.replace("_", " ") for name in names} & set(facts(_display.report_html(quiet)))
    loud = replace(quiet, **{name: 1_000 + number for number, name in enumerate(names)})
    shown = facts(_display.report_html(loud))
    assert [shown[name.replace("_", " ")] for name in names] == [f"1,00{number}" for number in range(7)]


def test_report_with_nothing_waiting() -> None:
    assert facts(_display.report_html(replace(failing_report(), next_due_ns=None)))["next due at"] == NONE


def test_explanation_shows_every_operand() -> None:
    state, scheduler = evicting(1, MigrationCost(state_transfer=1.0))
    scheduler.tick(state, 40.0)
    explanation = scheduler.explain(state, 0)
    html = _display.explanation_html(explanation)
    assert "Chain 0 evict" in " ".join("".join(read(html).words).split())
    assert facts(html) == {
        "since": "40 s",
        "sampled at": "40 s",
        "victim": "3",
        "sampled score": "0.250",
        "live score": "0.250",
        "floor": "0.500",
        "alternative": "9 (0.900)",
        "gain": "0.650",
        "gap": "0.200",
        "cost": "0.100",
        "cooldown until": "340 s",
    }


def test_explanation_of_a_chain_that_waits() -> None:
    scorer = scripted(best_alternative=lambda chain, exclude: None)
    scheduler = LocalScheduler(1, SchedulerConfig(retry_backoff=60.0), scorer)
    state = mesh({0: [2, 3]})
    scheduler.tick(state, 0)
    scheduler.tick(state, 0.5)
    explanation = scheduler.explain(state, 0)
    assert explanation.verdict is Verdict.RETRY_LATER
    shown = facts(_display.explanation_html(explanation))
    assert shown["refused as"] == "no alternative"
    assert shown["asked again at"] == "1 s"
    assert not {"limit", "held until", "in flight"} & set(shown)


def test_explanation_of_a_chain_that_is_held_back() -> None:
    state, scheduler = evicting(1)
    scheduler.tick(state, 0)
    explanation = replace(
        scheduler.explain(state, 0),
        limit=1_000,
        flap_hold_until_ns=10**9,
        flight=Flight(3, None, 2 * 10**9, 5 * 10**9),
        sentence=EVIL,
    )
    html = _display.explanation_html(explanation)
    shown = facts(html)
    assert (shown["limit"], shown["held until"]) == ("1,000", "1 s")
    assert shown["in flight"] == f"from 3 to {NONE} since 2 s, times out at 5 s"
    assert f"{EVIL}." in "".join(read(html).words)
    waiting = replace(explanation, flight=Flight(None, 9, 0, None))
    assert facts(_display.explanation_html(waiting))["in flight"] == f"from {NONE} to 9 since 0 s"


def test_explanation_is_a_sentence_too() -> None:
    state, scheduler = evicting(1)
    scheduler.tick(state, 0)
    words = "".join(read(scheduler.explain(state, 0)._repr_html_()).words)
    assert "chain 0 moves from node 3 to node 9: its score 0.25 is under the floor 0.50" in words


def sampled(scores: list[float]) -> LocalScheduler:
    answers = iter(scores)
    scorer = scripted(score=lambda chain, node: next(answers), node_fingerprint=lambda node: None)
    scheduler = LocalScheduler(1, SchedulerConfig(score_floor=0.0), scorer)
    state = mesh({7: [2]})
    for step in range(len(scores)):
        scheduler.sample(state, step * 10.0)
    return scheduler


def test_history_is_drawn_from_left_to_right_and_high_is_up() -> None:
    html = _display.history_html(sampled([0.0, 1.0, 0.5]).history(7))
    reader = read(html)
    (x0, y0), (x1, y1), (x2, y2) = (tuple(map(float, point.split(","))) for point in reader.points.split())
    assert x0 < x1 < x2
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.1)
    assert y1 < y2 < y0
    assert y0 - y2 == pytest.approx(y2 - y1, abs=0.1)
    words = "".join(reader.words)
    assert "improving, 3 samples" in words
    assert "0 s to 20 s, worst score 0.000 to 1.000" in words


def test_history_of_one_sample_and_of_none() -> None:
    one = read(_display.history_html(sampled([0.5]).history(7)))
    assert len(one.points.split()) == 1
    assert "EWMA 0.500, stable, 1 sample" in "".join(one.words)
    scheduler = LocalScheduler(1, scorer=scripted(score=lambda chain, node: None))
    scheduler.sample(mesh({7: [2]}), 0)
    none = read(_display.history_html(scheduler.history(7)))
    assert "svg" not in none.tags
    assert "no sample yet" in "".join(none.words)


def snapshot_of(chains: int, score: Callable[[int, int], float | None]) -> Any:
    scheduler = LocalScheduler(1, scorer=scripted(score=score))
    scheduler.sample(mesh({chain: [2, 3] for chain in range(chains)}), 0)
    return scheduler.snapshot()


def test_snapshot_shows_the_worst_chains_first() -> None:
    snapshot = snapshot_of(3, lambda chain, node: None if chain == 1 else 0.9 - 0.2 * chain - 0.1 * (node == 3))
    reader = read(_display.snapshot_html(snapshot))
    assert reader.rows[1:] == [
        ["2", "3", "0.400", "2: 0.500, 3: 0.400"],
        ["0", "3", "0.800", "2: 0.900, 3: 0.800"],
        ["1", NONE, NONE, "no opinion"],
    ]


def test_snapshot_of_many_chains_ends() -> None:
    reader = read(_display.snapshot_html(snapshot_of(100, lambda chain, node: chain / 100)))
    assert [row[0] for row in reader.rows[1:]] == [str(chain) for chain in range(_display.ROWS_MAX)]
    assert "and 80 more" in "".join(reader.words)


def test_snapshot_of_nothing() -> None:
    assert "0 chains" in "".join(read(_display.snapshot_html(snapshot_of(0, lambda chain, node: None))).words)


def test_config_shows_every_field_and_what_was_changed() -> None:
    config = SchedulerConfig(cooldown=60.0, max_scores_per_tick=10_000, on_scorer_error=OnScorerError.SKIP_CHAIN)
    html = _display.config_html(config)
    rows = {name: (value, usual) for name, value, usual in read(html).rows}
    assert list(rows) == [field.name for field in fields(config)]
    assert rows["cooldown"] == ("60 s", "default 300 s")
    assert rows["max_scores_per_tick"] == ("10,000", "default 0")
    assert rows["on_scorer_error"] == ("skip_chain", "default abort")
    assert rows["decision_interval"] == ("30 s", "")
    assert "3 fields changed" in html
    assert html.count("<b>") == 1 + 3


def test_config_of_production_counts_its_times_in_seconds() -> None:
    config = SchedulerConfig.production().replace(move_timeout=600.0, flap_window=1800.0, target_penalty=0.05)
    rows = {name: (value, usual) for name, value, usual in read(config._repr_html_()).rows}
    assert rows["move_timeout"] == ("600 s", "default 0 s")
    assert rows["flap_window"] == ("1,800 s", "default 0 s")
    assert rows["pin_ttl"] == ("60 s", "")
    assert rows["warmup_max"] == ("300 s", "")
    assert rows["move_order"] == ("evict_first", "")
    assert rows["target_penalty"] == ("0.05", "default 0.0")


def test_config_of_defaults() -> None:
    assert "all defaults" in _display.config_html(SchedulerConfig())


def test_replay_shows_its_costs() -> None:
    result = drift()
    html = _display.replay_html(replace(result, label=EVIL, trace_name=EVIL))
    assert "".join(read(html).words).count(EVIL) == 2
    assert [row for row in read(html).rows if len(row) == 3][1:] == [
        [kind, f"{result.mean_s(kind):.4f} s", f"{result.p95_s(kind):.2f} s"] for kind in ("fresh", "pre", "post")
    ]
    assert facts(html) == {
        "moves": "198",
        "scores asked": f"{result.score_calls:,}",
        "alternatives asked": f"{result.alternative_calls:,}",
        "fold of the moves": str(result.trace),
    }


def test_replay_of_a_single_slice_has_no_cost() -> None:
    rows = read(_display.replay_html(single_slice("drift"))).rows
    assert rows[1:4] == [["fresh", NONE, NONE], ["pre", NONE, NONE], ["post", NONE, NONE]]


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (None, NONE),
        (0, "0 s"),
        (1, "0.000000001 s"),
        (1_500_000_000, "1.5 s"),
        (300_000_000_000, "300 s"),
        (100 * 10**9, "100 s"),
        (2**64 - 1, "18,446,744,073.709551615 s"),
    ],
)
def test_times_are_exact(time_ns: int | None, text: str) -> None:
    assert _display._seconds(time_ns) == text


def test_it_needs_no_package() -> None:
    program = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['numpy', 'matplotlib', 'plotly', 'jinja2', 'rich']))\n"
        "from driftline import _display, LocalScheduler, MeshState, SchedulerConfig\n"
        "decision = LocalScheduler(1).tick(MeshState(), 0)\n"
        "print(len(_display.decision_html(decision) + _display.config_html(SchedulerConfig())) > 0)"
    )
    assert run_python(program) == "True\n"
