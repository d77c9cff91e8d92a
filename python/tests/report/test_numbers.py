"""Every number of the report is one of the results."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from driftline import Verdict
from driftline.report import palette, series, wording

from .page import Page, written
from .runs import all_policies, drift, few_slices, greedy, never, production, smoothed

if TYPE_CHECKING:
    from pathlib import Path

    from driftline.replay import ReplayResult

NONE = "\N{EN DASH}"
POLICIES = {"never": never, "greedy": greedy, "drift": drift, "smoothed": smoothed}
SECTIONS = {
    "summary": "Summary",
    "cost": "Cost over time",
    "moves": "Moves over time",
    "most-moved": "The most moved chains",
    "verdicts": "Verdicts over time",
    "history": "Score history of a chain",
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(tmp_path_factory.mktemp("report"), all_policies())


def test_has_its_sections_in_order(page: Page) -> None:
    sections = page.root.one("main").all("section")
    assert [section.attributes["id"] for section in sections] == [f"section-{name}" for name in SECTIONS]
    assert [section.all("h2")[0].text() for section in sections] == list(SECTIONS.values())


def test_every_chart_says_how_to_read_it(page: Page) -> None:
    for name in list(SECTIONS)[1:]:
        section = page.section(name)
        assert section.all("div", class_="chart")
        assert section.all("p", class_="read")[0].text().startswith("How to read it: ")


def test_says_what_was_replayed(page: Page) -> None:
    assert page.root.one("title").text() == "driftline replay: generated, seed 42"
    about = page.root.one("p", class_="about").text()
    assert about == "Trace: generated, seed 42 · 24 nodes · 24 chains · 120 slices · 4 policies"


def test_headline_names_the_best(page: Page) -> None:
    saved = 100 * (1 - smoothed().fresh_cs / never().fresh_cs)
    mean_s = smoothed().mean_s("fresh")
    assert page.root.one("p", class_="headline").text() == (
        f"driftline, smoothed 0.3 has the lowest fresh cost: {mean_s:.4f} s on average, "
        f"{saved:.1f} % below never move, with 20 moves."
    )


def test_summary_table(page: Page) -> None:
    table = page.section("summary").one("table", class_="summary")
    rows = table.one("tbody").all("tr")
    assert len(rows) == 4
    for row, result in zip(rows, all_policies(), strict=True):
        assert row.one("th").text().startswith(result.label)
        cells = {cell.attributes["data-name"]: cell.text() for cell in row.all("td")}
        assert cells == {
            "Moves": f"{len(result.moves):,}",
            "Fresh cost, mean": f"{result.mean_s('fresh'):.4f} s",
            "Fresh cost, p95": f"{result.p95_s('fresh'):.2f} s",
            "Pre cost, mean": f"{result.mean_s('pre'):.4f} s",
            "Pre cost, p95": f"{result.p95_s('pre'):.2f} s",
            "Post cost, mean": f"{result.mean_s('post'):.4f} s",
            "Post cost, p95": f"{result.p95_s('post'):.2f} s",
            "Scores asked": f"{result.score_calls:,}" if result.policy == "drift" else NONE,
            "Alternatives asked": f"{result.alternative_calls:,}" if result.policy == "drift" else NONE,
        }


def test_exact_sums(page: Page) -> None:
    table = page.section("summary").one("table", class_="sums")
    names = [cell.text() for cell in table.one("thead").all("th")]
    assert names == ["Policy", *drift().summary()]
    for row, result in zip(table.one("tbody").all("tr"), all_policies(), strict=True):
        assert row.one("th").text() == result.label
        assert [int(cell.text()) for cell in row.all("td")] == list(result.summary().values())


def naive_mean_s(result: ReplayResult, now: int, window: int) -> float | None:
    slices = range(max(0, now - window + 1), now + 1)
    total = sum(int(result.fresh_by_slice[t]) for t in slices)
    count = sum(int(result.fresh_count_by_slice[t]) for t in slices)
    return round(total / count / 100, 4) if count else None


@pytest.mark.parametrize("policy", POLICIES)
def test_cost_is_the_moving_mean(page: Page, policy: str) -> None:
    result = POLICIES[policy]()
    trace = page.trace("cost", result.label)
    assert trace["x"] == list(range(120))
    assert trace["y"] == pytest.approx([naive_mean_s(result, t, 5) for t in range(120)], abs=1e-4)
    assert "the last 5 slices" in page.section("cost").one("p", class_="read").text()


def test_costs_over_the_whole_run_weigh_every_sample_alike() -> None:
    means = series.moving_mean_s(drift().fresh_by_slice, drift().fresh_count_by_slice, 120)
    assert means[-1] == pytest.approx(drift().mean_s("fresh"))


@pytest.mark.parametrize(
    ("slice_count", "window"), [(1, 1), (4, 1), (8, 2), (20, 5), (120, 5), (200, 10), (688, 20), (100_000, 500)]
)
def test_window_grows_with_the_run(slice_count: int, window: int) -> None:
    assert series.window_for(slice_count) == window


@pytest.mark.parametrize("policy", POLICIES)
def test_moves_are_counted_up(page: Page, policy: str) -> None:
    result = POLICIES[policy]()
    trace = page.trace("moves", result.label)
    assert trace["x"] == list(range(120))
    assert trace["y"] == [sum(move.slice <= t for move in result.moves) for t in range(120)]


def test_most_moved_chains(page: Page) -> None:
    judged = Counter(move.chain for result in (drift(), smoothed()) for move in result.moves)
    chains = sorted(judged, key=lambda chain: (-judged[chain], chain))[:15]
    figure = page.figure("most-moved")
    assert figure["layout"]["yaxis"]["categoryarray"] == [f"chain {chain}" for chain in chains]
    for result in all_policies():
        trace = page.trace("most-moved", result.label)
        assert trace["y"] == [f"chain {chain}" for chain in chains]
        assert trace["x"] == [sum(move.chain == chain for move in result.moves) for chain in chains]


def test_most_moved_without_drift_takes_all() -> None:
    moves = Counter(move.chain for move in greedy().moves)
    assert series.most_moved([never(), greedy()], 100) == sorted(moves, key=lambda chain: (-moves[chain], chain))


@pytest.mark.parametrize(("name", "policy"), [("verdicts-0", "drift"), ("verdicts-1", "smoothed")])
def test_verdict_shares(page: Page, name: str, policy: str) -> None:
    result = POLICIES[policy]()
    traces = page.figure(name)["data"]
    assert [trace["name"] for trace in traces] == [str(verdict) for verdict in sorted(result.verdicts_by_slice)]
    for trace in traces:
        verdict = Verdict[trace["name"].upper().replace(" ", "_")]
        assert trace["x"] == list(range(1, 120))
        counts = result.verdicts_by_slice[verdict][1:]
        assert trace["y"] == pytest.approx((counts / 24 * 100).tolist(), abs=0.01)
    for shares in zip(*(trace["y"] for trace in traces), strict=True):
        assert sum(shares) == pytest.approx(100, abs=0.05)


def meanings(page: Page) -> dict[str, str]:
    """What the page says of each verdict."""
    (listed,) = page.section("verdicts").all("dl")
    names = [name.text() for name in listed.all("dt")]
    return dict(zip(names, (meaning.text() for meaning in listed.all("dd")), strict=True))


def test_every_verdict_that_occurs_is_explained(page: Page, tmp_path: Path) -> None:
    found = {*drift().verdicts_by_slice, *smoothed().verdicts_by_slice}
    assert list(meanings(page)) == [str(verdict) for verdict in sorted(found)]
    assert meanings(page)["gap too small"] == "The chain has another home that is not better by more than the gap."
    colours = [mark.attributes["style"] for mark in page.section("verdicts").all("dl")[0].all("span", class_="mark")]
    assert colours == [f"color: {palette.verdict_colour(verdict)}" for verdict in sorted(found)]
    of_production = meanings(written(tmp_path, [production()]))
    assert list(of_production) == [str(verdict) for verdict in sorted(production().verdicts_by_slice)]
    assert of_production["flap hold"] == "The chain has moved back and forth, or too often, and is left alone."


def test_every_verdict_can_be_explained() -> None:
    every = replace(drift(), verdicts_by_slice={verdict: np.ones(120, np.int64) for verdict in Verdict})
    explained = wording.meanings([every])
    assert [meaning.name for meaning in explained] == [str(verdict) for verdict in Verdict]
    assert len({meaning.text for meaning in explained}) == len(Verdict)


def test_a_verdict_that_no_chain_had_is_not_explained() -> None:
    seldom = replace(drift(), verdicts_by_slice={Verdict.FROZEN: np.zeros(120, np.int64)})
    assert wording.meanings([seldom]) == []


def test_verdicts_of_production_are_drawn(tmp_path: Path) -> None:
    result = production()
    traces = written(tmp_path, [result]).figure("verdicts-0")["data"]
    assert [trace["name"] for trace in traces] == [str(verdict) for verdict in sorted(result.verdicts_by_slice)]
    (held,) = [trace for trace in traces if trace["name"] == "flap hold"]
    assert held["y"] == pytest.approx((result.verdicts_by_slice[Verdict.FLAP_HOLD][1:] / 24 * 100).tolist(), abs=0.01)
    assert held["fillcolor"] == palette.verdict_colour(Verdict.FLAP_HOLD)


def test_verdict_legend_tells_the_share_of_the_run(page: Page) -> None:
    buttons = page.section("verdicts").all("button", class_="key")
    notes = {button.text() for button in buttons if button.attributes["data-chart"] == "verdicts-0"}
    counts = {verdict: int(values.sum()) for verdict, values in drift().verdicts_by_slice.items()}
    total = sum(counts.values())
    assert total == 24 * 119
    assert notes == {f"{verdict} {100 * count / total:.1f} %" for verdict, count in counts.items()}


@pytest.mark.parametrize(("index", "policy"), [(0, "drift"), (1, "smoothed")])
def test_histories(page: Page, index: int, policy: str) -> None:
    result = POLICIES[policy]()
    shown = page.data["histories"][index]
    assert shown["policy"] == result.label
    assert sorted(int(history["chain"]) for history in shown["chains"]) == list(range(24))
    scale = page.data["scoreScale"]
    for history in shown["chains"]:
        expected = result.histories[int(history["chain"])]
        assert history["slices"] == expected.slices.tolist()
        assert [score / scale for score in history["worst"]] == pytest.approx(expected.worst_score.tolist(), abs=1e-4)
        assert [mean / scale for mean in history["ewma"]] == pytest.approx(expected.ewma.tolist(), abs=1e-4)
        assert [int(trend) for trend in history["trend"]] == expected.trend.tolist()
        moves = [[move.slice, str(move.evicted), str(move.target)] for move in expected.moves]
        assert history["moves"] == moves


def test_most_moved_chain_is_chosen_first(page: Page) -> None:
    for shown in page.data["histories"]:
        order = [(-len(history["moves"]), int(history["chain"])) for history in shown["chains"]]
        assert order == sorted(order)


def test_history_traces_are_what_the_script_fills(page: Page) -> None:
    names = [trace["name"] for trace in page.figure("history")["data"]]
    assert names == [*(trend.name for trend in palette.TRENDS), "EWMA", "move"]


def test_few_slices_are_bars(page: Page, tmp_path: Path) -> None:
    short = written(tmp_path, [few_slices()])
    assert {trace["type"] for trace in short.figure("verdicts-0")["data"]} == {"bar"}
    assert {trace["type"] for trace in page.figure("verdicts-0")["data"]} == {"scatter"}


@pytest.mark.parametrize(
    ("chart", "x", "y"),
    [
        ("cost", "time (slices)", "fresh cost, mean (s)"),
        ("moves", "time (slices)", "moves since the start"),
        ("most-moved", "moves of the chain", ""),
        ("verdicts-0", "time (slices)", "share of chains (%)"),
        ("history", "time (slices)", "worst score (0 to 1)"),
    ],
)
def test_axes_have_units(page: Page, chart: str, x: str, y: str) -> None:
    layout = page.figure(chart)["layout"]
    assert layout["xaxis"]["title"]["text"] == x
    assert layout["yaxis"]["title"]["text"] == y
