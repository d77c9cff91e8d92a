"""The report as a file: alone, the same every time, and safe with any name."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import replace
from importlib.resources import files
from itertools import combinations
from operator import mul
from typing import TYPE_CHECKING

import plotly.offline
import pytest

from driftline import Verdict, report
from driftline.report import palette

from ..support import run_python
from .page import Page, written
from .runs import all_policies, drift, greedy, never, single_slice, smoothed

if TYPE_CHECKING:
    from pathlib import Path

EVIL = """</script><script>alert(1)</script><b onclick="x">&amp;'%{y} $x$"""
#: Attributes that make a browser fetch something.
LOADING = ("src", "href", "srcset", "action", "formaction", "poster", "data", "background", "ping", "xlink:href")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(tmp_path_factory.mktemp("report"), all_policies())


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Page:
    results = [replace(drift(), label=EVIL, trace_name=EVIL), never(), replace(drift(), label=EVIL)]
    return written(tmp_path_factory.mktemp("report"), results)


def test_loads_nothing(page: Page) -> None:
    for element in page.root.all("link") + page.root.all("img") + page.root.all("a") + page.root.all("script"):
        loading = {name: element.attributes[name] for name in LOADING if name in element.attributes}
        assert loading in ({}, {"href": "data:,"})
    assert not page.root.all("iframe") + page.root.all("object") + page.root.all("embed") + page.root.all("form")
    style = page.root.one("style").text()
    assert "url(" not in style
    assert "@import" not in style


def test_forbids_itself_to_load_anything(page: Page) -> None:
    policy = page.root.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'unsafe-inline'"
    assert "http" not in policy.lower()


def test_no_address_but_inside_the_chart_library(page: Page) -> None:
    library = plotly.offline.get_plotlyjs()
    assert page.text.count(library) == 1
    assert not re.search(r"https?:", page.text.replace(library, ""))


def test_charts_offer_no_upload(page: Page) -> None:
    script = page.root.all("script")[-1].text()
    assert "showSendToCloud: false" in script
    assert 'plotlyServerURL: ""' in script


def test_names_are_shown_as_they_are(evil: Page) -> None:
    rows = evil.section("summary").one("table", class_="summary").one("tbody").all("tr")
    labels = [row.one("th").text() for row in rows]
    assert labels == [EVIL, "never move", f"{EVIL} (2)"]
    assert rows[0].one("td", **{"data-name": "Trace"}).text() == EVIL
    assert EVIL in evil.root.one("title").text()
    assert [shown["policy"] for shown in evil.data["histories"]] == [EVIL, f"{EVIL} (2)"]
    assert [option.text() for option in evil.root.one("select", id="choose-policy").all("option")] == [
        EVIL,
        f"{EVIL} (2)",
    ]


def test_names_make_no_elements(evil: Page, page: Page) -> None:
    assert len(evil.root.all("script")) == len(page.root.all("script")) == 3
    assert not evil.root.all("b")
    for name in ("cost", "moves", "most-moved"):
        # The chart library reads tags and entities in every name.
        names = [trace["name"] for trace in evil.figure(name)["data"]]
        assert names[0] == EVIL.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_data_cannot_end_its_element(evil: Page) -> None:
    start = evil.text.index('id="driftline-data">') + len('id="driftline-data">')
    data = evil.text[start : evil.text.index("</script>", start)]
    assert not set(data) & set("<>&")


def test_equal_results_give_equal_bytes(tmp_path: Path) -> None:
    program = (
        "import sys; from driftline import replay, report\n"
        "trace = replay.Trace.generate(42, 24, 120)\n"
        "runs = [replay.run(trace, policy) for policy in ('never', 'greedy', 'drift')]\n"
        f"report.write({str(tmp_path / 'other.html')!r}, runs)"
    )
    run_python(program)
    report.write(tmp_path / "one.html", [never(), greedy(), drift()])
    written_bytes = (tmp_path / "one.html").read_bytes()
    assert written_bytes == (tmp_path / "other.html").read_bytes()
    assert b"\r\n" not in written_bytes


def test_a_policy_has_one_colour_everywhere(page: Page) -> None:
    rows = page.section("summary").one("table", class_="summary").one("tbody").all("tr")
    for row, result in zip(rows, all_policies(), strict=True):
        colour = row.one("span", class_="mark").attributes["style"].removeprefix("color: ")
        assert page.trace("cost", result.label)["line"]["color"] == colour
        assert page.trace("moves", result.label)["line"]["color"] == colour
        assert page.trace("most-moved", result.label)["marker"]["color"] == colour
        for name in ("cost", "moves", "most-moved"):
            keys = [key for key in page.section(name).all("button") if key.text().find(result.label) >= 0]
            assert colour in {
                key.one("span", class_="mark").attributes["style"].removeprefix("color: ") for key in keys
            }


def luminance(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_lines_are_seen_on_white_and_told_apart() -> None:
    # The baseline and greedy have a style of their own, but a second one of a kind must not look like the first.
    styles = [key.style for key in palette.policy_keys([never(), greedy(), greedy(), never(), *[drift()] * 3])]
    assert len({style.colour for style in styles}) == len(styles)
    assert len({style.symbol for style in styles}) == len(styles)
    for style in (*styles, *palette.STYLES):
        assert 1.05 / (luminance(style.colour) + 0.05) >= 2.9


def test_every_verdict_has_a_colour_of_its_own() -> None:
    colours = {palette.verdict_colour(verdict) for verdict in Verdict}
    assert len(colours) == len(Verdict)
    assert palette.GREY not in colours, "that is for verdicts of a newer library"


#: How linear red, green and blue reach eyes: with all receptors, without those for red, without those for green
#: (Machado, Oliveira and Fernandes, 2009).
EYES = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "red-blind": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "green-blind": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
}


def seen(colour: str, eyes: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """Where a colour lies for these eyes, in a space in which distances are as large as they look (CIELAB)."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    def root(value: float) -> float:
        return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116

    channels = [linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5)]
    red, green, blue = (min(1, max(0, sum(map(mul, row, channels)))) for row in eyes)
    x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    y = root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eyes", EYES.values(), ids=EYES.keys())
def test_verdicts_can_be_told_apart(eyes: tuple[tuple[float, ...], ...]) -> None:
    places = {verdict: seen(palette.verdict_colour(verdict), eyes) for verdict in Verdict}
    for one, other in combinations(Verdict, 2):
        # About two steps that are just seen.
        assert math.dist(places[one], places[other]) > 5, f"{one} and {other}"


def test_trends_are_those_of_the_library() -> None:
    from driftline import Trend

    assert [trend.name for trend in palette.TRENDS] == [str(Trend(number)) for number in range(len(Trend))]


def test_charts_have_their_place_and_legends_their_chart(page: Page) -> None:
    places = [chart.attributes["id"] for chart in page.root.all("div", class_="chart")]
    assert places == list(page.data["figures"])
    for chart in page.root.all("div", class_="chart"):
        assert chart.attributes["role"] == "img"
        assert chart.attributes["aria-label"]
    for name in places:
        keys = [key for key in page.root.all("button", class_="key") if key.attributes["data-chart"] == name]
        numbers = [int(key.attributes["data-trace"]) for key in keys]
        assert numbers == list(range(len(page.figure(name)["data"])))
        assert page.figure(name)["layout"]["showlegend"] is False


def test_what_the_script_looks_for_is_there(page: Page) -> None:
    script = (files("driftline.report") / "templates" / "report.js").read_text(encoding="utf-8")
    wanted = set(re.findall(r'getElementById\("([a-z-]+)"\)', script))
    assert len(wanted) == 8
    assert not [name for name in wanted if f'id="{name}"' not in page.text]


def test_without_a_choice_of_policies_there_is_no_chooser(tmp_path: Path) -> None:
    alone = written(tmp_path, [never(), drift()])
    assert not alone.root.all("select", id="choose-policy")
    assert alone.root.all("select", id="choose-chain")


def empty_words(page: Page, section: str) -> str:
    assert not page.section(section).all("div", class_="chart")
    return page.section(section).one("p", class_="empty").text()


def test_without_moves(tmp_path: Path) -> None:
    page = written(tmp_path, [never()])
    assert list(page.data["figures"]) == ["cost"]
    assert empty_words(page, "moves") == "No policy moved anything in this run."
    assert empty_words(page, "most-moved") == "No policy moved any chain in this run."


def test_without_drift(tmp_path: Path) -> None:
    page = written(tmp_path, [never(), greedy()])
    assert list(page.data["figures"]) == ["cost", "moves", "most-moved"]
    assert page.data["histories"] == []
    assert empty_words(page, "verdicts").startswith("Only driftline gives a verdict")
    assert empty_words(page, "history").startswith("Only driftline keeps score histories")


def test_single_slice(tmp_path: Path) -> None:
    page = written(tmp_path, [single_slice("never"), single_slice("drift")])
    assert list(page.data["figures"]) == ["history"]
    assert empty_words(page, "cost").startswith("Nothing was measured afresh")
    assert empty_words(page, "verdicts") == "No chain was judged in this run."
    row = page.section("summary").one("table", class_="summary").one("tbody").all("tr")[0]
    assert row.one("td", **{"data-name": "Fresh cost, mean"}).text() == "\N{EN DASH}"
    assert "nan" not in page.section("summary").text().lower()
    headline = page.root.one("p", class_="headline").text()
    assert headline == "never move: 0 moves, no fresh cost. driftline: 0 moves, no fresh cost."


def test_equal_best_are_both_named(tmp_path: Path) -> None:
    page = written(tmp_path, [never(), smoothed(), replace(smoothed(), label="mine")])
    assert page.root.one("p", class_="headline").text().startswith("driftline, smoothed 0.3 and mine have the lowest")
    assert len(page.root.all("span", class_="badge")) == 2


def test_where_all_are_equal_nobody_is_best(tmp_path: Path) -> None:
    page = written(tmp_path, [drift(), replace(drift(), label="mine")])
    mean_s = drift().mean_s("fresh")
    assert page.root.one("p", class_="headline").text() == (
        f"driftline: 198 moves, fresh cost {mean_s:.4f} s on average. "
        f"mine: 198 moves, fresh cost {mean_s:.4f} s on average."
    )
    assert not page.root.all("span", class_="badge")


def test_results_of_different_traces_are_not_compared(tmp_path: Path) -> None:
    page = written(tmp_path, [never(), replace(smoothed(), trace_name="elsewhere")])
    assert page.root.one("p", class_="about").text() == "Traces: generated, seed 42, elsewhere · 2 policies"
    assert "lowest" not in page.root.one("p", class_="headline").text()
    assert not page.root.all("span", class_="badge")


def test_no_result_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^results is empty"):
        report.write(tmp_path / "report.html", [])
    assert not (tmp_path / "report.html").exists()


def test_ids_beyond_the_numbers_of_a_browser_are_kept(tmp_path: Path) -> None:
    big = 2**64 - 2
    histories = {big: drift().histories[0]}
    page = written(tmp_path, [replace(drift(), histories=histories)])
    assert page.data["histories"][0]["chains"][0]["chain"] == str(big)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (["plotly"], "the report needs plotly: pip install 'driftline[report]'"),
        (["jinja2"], "the report needs jinja2: pip install 'driftline[report]'"),
        (["jinja2", "plotly"], "the report needs jinja2 and plotly: pip install 'driftline[report]'"),
    ],
)
def test_missing_packages_are_named(
    missing: list[str], words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError) as caught:
        report.require()
    assert str(caught.value) == words
    with pytest.raises(ImportError, match="needs"):
        report.write(tmp_path / "report.html", [never()])


def test_requirements_are_met_here() -> None:
    report.require()


def test_importing_it_imports_no_extra() -> None:
    program = "import sys, driftline.report; print(sorted({'plotly', 'jinja2', 'numpy'} & set(sys.modules)))"
    assert run_python(program) == "[]\n"
