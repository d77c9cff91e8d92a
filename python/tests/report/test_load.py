"""The report of the load scenario says and draws what the results hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from driftline import report
from driftline.replay.load import LoadResult, LoadTrace, run
from driftline.replay.load.inventory import InventoryFeed

from . import runs
from .page import Page, written

if TYPE_CHECKING:
    from pathlib import Path


@cache
def results() -> tuple[LoadResult, ...]:
    trace = LoadTrace.generate(7, 24, 90, 120)
    return (
        run(trace, "never"),
        run(trace, "greedy"),
        run(trace, smooth=0.3),
        run(trace, scorer=InventoryFeed, label="driftline, inventory"),
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(tmp_path_factory.mktemp("load"), results())


LABELS = ["never move", "greedy", "driftline, smoothed 0.3", "driftline, inventory"]
EVIL = """</script><script>alert(1)</script><b onclick="x">&amp;'%{y} $x$"""


def test_the_summary_has_the_numbers_of_the_results(page: Page) -> None:
    rows = page.section("summary").one("table", class_="summary").one("tbody").all("tr")
    for row, result, label in zip(rows, results(), LABELS, strict=True):
        assert label in row.one("th").text()
        cells = {cell.attributes["data-name"]: cell.text() for cell in row.all("td")}
        rack = result.slices_until_empty()
        assert cells == {
            "Moves": f"{len(result.moves):,}",
            "Latency, mean": f"{result.mean_ms():.1f} ms",
            "Latency, p95": f"{result.p95_ms():.1f} ms",
            "Node-slices above capacity": f"{result.over_node_slices():,}",
            "Greatest use": f"{100 * result.greatest_use():.0f} %",
            "Chain-slices under 3 replicas": f"{result.missing_chain_slices():,}",
            "Rack empty after": f"{result.lost_replicas} lost" if rack is None else f"{rack} slices",
        }
    best = min(range(4), key=lambda place: results()[place].latency_us.sum())
    assert [row.has({"class_": "best"}) for row in rows] == [place == best for place in range(4)]
    assert "lowest latency" in rows[best].text()


def test_exact_sums(page: Page) -> None:
    table = page.section("summary").one("table", class_="sums")
    names = [cell.text() for cell in table.one("thead").all("th")][1:]
    for row, result in zip(table.one("tbody").all("tr"), results(), strict=True):
        values = ["\N{EN DASH}" if value is None else str(value) for value in result.summary().values()]
        assert dict(zip(names, [cell.text() for cell in row.all("td")], strict=True)) == dict(
            zip(result.summary(), values, strict=True)
        )


def test_the_headline(page: Page) -> None:
    best = min(results(), key=lambda result: result.latency_us.sum())
    saved = 100 * (1 - best.mean_ms() / results()[0].mean_ms())
    text = page.root.one("p", class_="headline").text()
    assert text == (
        f"{best.label} has the lowest latency: {best.mean_ms():.1f} ms on average, {saved:.1f} % below never move, "
        f"with {len(best.moves):,} moves and {best.over_node_slices()} node-slices above capacity."
    )
    about = page.root.one("p", class_="about").text()
    assert about == "Cluster: generated load, seed 7 · 24 nodes · 90 chains · 120 slices of 30 seconds · 4 policies"


def test_lines_are_the_series_of_the_results(page: Page) -> None:
    for result, label in zip(results(), LABELS, strict=True):
        sums = result.latency_us.sum(axis=1)
        latency = page.trace("latency", label)["y"]
        window = 5
        expected = [sums[max(0, t - window + 1) : t + 1].mean() / 90 / 1000 for t in range(120)]
        assert latency == pytest.approx(expected, abs=0.001)
        assert page.trace("greatest-use", label)["y"] == pytest.approx(result.greatest_per_mille.max(axis=1) / 10)
        assert page.trace("above-capacity", label)["y"] == np.cumsum(result.over_any).tolist()
        assert page.trace("rack", label)["y"] == result.rack_replicas.tolist()
        begun = [sum(move.slice <= t for move in result.moves) for t in range(120)]
        assert page.trace("moves", label)["y"] == begun


def test_axes_of_the_watched_chain(page: Page) -> None:
    for number, place in enumerate((2, 3)):
        result, name = results()[place], f"axes-{number}"
        shown = [trace["name"] for trace in page.figure(name)["data"]]
        assert shown == [*result.axes_by_slice, "move"]
        for axis, values in result.axes_by_slice.items():
            assert page.trace(name, axis)["y"] == pytest.approx(values.tolist(), abs=1e-4)
        moved = [move.slice for move in result.moves if move.chain == result.watched_chain]
        assert page.trace(name, "move")["x"] == moved
    headings = [heading.text() for heading in page.section("axes").all("h3")]
    chain = results()[2].watched_chain
    assert headings == [f"{label}: chain {chain}" for label in LABELS[2:]]


def test_the_trouble_of_the_rack_is_marked(page: Page) -> None:
    for name in ("latency", "greatest-use", "above-capacity", "moves", "rack", "axes-0", "axes-1"):
        places = [shape["x0"] for shape in page.figure(name)["layout"]["shapes"] if shape["x0"] == shape["x1"]]
        assert places == [60, 100]


def test_verdicts_are_those_of_driftline_alone(page: Page) -> None:
    assert {name for name in page.data["figures"] if name.startswith("verdicts")} == {"verdicts-0", "verdicts-1"}
    assert [heading.text() for heading in page.section("verdicts").all("h3")] == LABELS[2:]


def test_every_legend_entry_is_a_trace_of_its_chart(page: Page) -> None:
    buttons = page.root.all("button", class_="key")
    assert len(buttons) > 25
    for button in buttons:
        trace = page.figure(button.attributes["data-chart"])["data"][int(button.attributes["data-trace"])]
        assert button.one("span", class_="name").text().startswith(trace["name"])


def test_equal_results_give_equal_bytes(page: Page, tmp_path: Path) -> None:
    assert written(tmp_path, results()).text == page.text


def test_labels_cannot_end_the_script(tmp_path: Path) -> None:
    evil = [replace(result, label=EVIL, trace_name=EVIL) for result in results()[:3]]
    page = written(tmp_path, evil)
    assert len(page.root.all("script")) == 3
    assert EVIL in page.section("summary").all("tbody")[0].all("th")[0].text()
    assert not page.root.all("b")


def test_one_policy_that_never_moved(tmp_path: Path) -> None:
    page = written(tmp_path, results()[:1])
    assert "No policy moved anything in this run." in page.section("moves").text()
    assert "Only driftline gives a verdict" in page.section("verdicts").text()
    assert "Only driftline scores homes" in page.section("axes").text()
    headline = page.root.one("p", class_="headline").text()
    assert headline.startswith("never move: 0 moves, latency ")


def test_a_run_of_one_slice(tmp_path: Path) -> None:
    short = run(LoadTrace.generate(1, 20, 1, 1))
    page = written(tmp_path, [short])
    assert [shape["x0"] for shape in page.figure("latency")["layout"]["shapes"]] == [0], "the rack fails, and no more"
    assert "No node was ever above its capacity." in page.section("above-capacity").text()


def test_different_clusters_are_not_compared(tmp_path: Path) -> None:
    page = written(tmp_path, [results()[0], run(LoadTrace.generate(8, 24, 90, 120), smooth=0.3)])
    assert not page.root.all("tr", class_="best")
    names = [
        cell.text() for cell in page.section("summary").all("tbody")[0].all("td") if cell.has({"data-name": "Cluster"})
    ]
    assert names == ["generated load, seed 7", "generated load, seed 8"]


def test_scenarios_do_not_mix(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="results are of different scenarios"):
        report.write(tmp_path / "report.html", [results()[0], runs.never()])  # type: ignore[list-item]  # the point
    assert list(tmp_path.iterdir()) == []
