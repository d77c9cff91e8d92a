"""What a notebook shows: all of it, in rows that are few enough, and nothing that a browser could run."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from driftline import (
    LocalScheduler,
    MeshState,
    MigrationCost,
    OnScorerError,
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
