"""The plots: their lines are the data, their axes have units, and nothing to show is said in words."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot

from driftline import (
    HISTORY_LENGTH,
    HISTORY_SMOOTHING,
    LocalScheduler,
    NotLedError,
    SchedulerConfig,
    Trend,
    Verdict,
    plot,
)
from driftline.report import palette, series

from ..report.runs import all_policies, drift, few_slices, never, single_slice, smoothed
from ..support import mesh, run_python, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.axes import Axes

    from driftline import Decision
    from driftline.replay import ChainHistory


@pytest.fixture(autouse=True)
def _no_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Plots are drawn without a screen, and nobody but the caller may show them."""
    mpl.use("Agg")

    def show(*args: Any, **kwargs: Any) -> None:
        pytest.fail("a plot was shown")

    monkeypatch.setattr(pyplot, "show", show)
    yield
    pyplot.close("all")


def line(ax: Axes, label: str) -> Any:
    (found,) = [line for line in ax.get_lines() if line.get_label() == label]
    return found


def points(ax: Axes, label: str) -> list[tuple[float, float]]:
    found = line(ax, label)
    return [(float(x), float(y)) for x, y in zip(found.get_xdata(), found.get_ydata(), strict=True)]


def legend(ax: Axes) -> list[str]:
    found = ax.get_legend()
    assert found is not None
    return [text.get_text() for text in found.get_texts()]


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def drawn(ax: Axes) -> None:
    """Draw it in full: text that cannot be laid out is found only then."""
    ax.figure.canvas.draw()


def history_of(result: Any, chain: int) -> ChainHistory:
    history: ChainHistory = result.histories[chain]
    return history


def most_moved_chain() -> int:
    return series.most_moved([drift()], 1)[0]


def test_history_of_a_replay_shows_every_sample() -> None:
    chain = most_moved_chain()
    history = history_of(drift(), chain)
    ax = plot.history(history, chain)
    shown: list[tuple[float, float]] = []
    for number, trend in enumerate(palette.TRENDS):
        chosen = np.flatnonzero(history.trend == number)
        expected = [(float(history.slices[i]), float(history.worst_score[i])) for i in chosen]
        assert points(ax, f"worst score, {trend.name}") == expected
        shown += expected
    assert len(shown) == len(history.slices)
    mean = line(ax, "EWMA")
    assert np.array_equal(mean.get_xdata(), history.slices)
    assert np.array_equal(mean.get_ydata(), history.ewma)


def test_history_marks_moves_and_floor() -> None:
    chain = most_moved_chain()
    ax = plot.history(history_of(drift(), chain))
    assert [x for x, _ in points(ax, "move")] == [move.slice for move in history_of(drift(), chain).moves]
    assert set(line(ax, "floor 0.5").get_ydata()) == {0.5}
    trends = [f"worst score, {trend.name}" for trend in palette.TRENDS]
    assert legend(ax) == [*trends, "EWMA", "floor 0.5", "move"]


def test_history_has_units_and_a_title() -> None:
    ax = plot.history(history_of(drift(), 3), 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (slices)", "worst score (0 to 1)")
    assert ax.get_title() == "Score history of chain 3"
    assert plot.history(history_of(drift(), 3)).get_title() == "Score history"


def test_history_of_a_result_is_that_of_its_chain() -> None:
    direct, through = plot.history(history_of(drift(), 3), 3), plot.history(drift(), 3)
    assert np.array_equal(line(direct, "EWMA").get_ydata(), line(through, "EWMA").get_ydata())
    assert through.get_title() == "Score history of chain 3"


def test_history_without_moves_has_no_mark_of_one() -> None:
    ax = plot.history(replace(history_of(drift(), 3), moves=()))
    assert "move" not in legend(ax)


def test_history_without_samples_says_so() -> None:
    history = history_of(drift(), 3)
    empty = replace(
        history,
        slices=history.slices[:0],
        worst_score=history.worst_score[:0],
        ewma=history.ewma[:0],
        trend=history.trend[:0],
        moves=(),
    )
    ax = plot.history(empty)
    assert words(ax) == ["No sample yet"]
    assert ax.get_title() == "Score history"
    assert not ax.get_lines()


class Wave:
    """A score that goes up and down."""

    def __init__(self) -> None:
        self.step = 0

    def score(self, chain: int, node: int) -> float:
        return 0.75 + 0.2 * math.sin(self.step / 5)

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> None:
        return None


def watched(steps: int, score_floor: float = 0.5, trends: list[Trend] | None = None) -> LocalScheduler:
    """A scheduler after so many ticks; `trends` gets what its history said after each."""
    scorer = Wave()
    scheduler = LocalScheduler(1, SchedulerConfig(score_floor=score_floor), scorer)
    state = mesh({7: [2, 3]})
    for scorer.step in range(steps):
        scheduler.tick(state, scorer.step * 31.5)
        if trends is not None:
            trends.append(scheduler.history(7).trend)
    return scheduler


def test_history_of_a_scheduler_is_told_in_seconds() -> None:
    scheduler = watched(40, score_floor=0.6)
    ax = plot.history(scheduler, 7)
    samples = scheduler.history(7)
    assert ax.get_xlabel() == "time (s)"
    assert line(ax, "EWMA").get_xdata().tolist() == [sample.at_ns / 1e9 for sample in samples]
    scores = dict(points(ax, "worst score, stable"))
    scores |= dict(points(ax, "worst score, degrading")) | dict(points(ax, "worst score, improving"))
    assert scores == {sample.at_ns / 1e9: sample.worst_score for sample in samples}
    assert set(line(ax, "floor 0.6").get_ydata()) == {0.6}


@pytest.mark.parametrize("steps", [1, 2, 3, 17, HISTORY_LENGTH])
def test_mean_and_trend_told_again_are_those_of_the_scheduler(steps: int) -> None:
    trends: list[Trend] = []
    scheduler = watched(steps, trends=trends)
    ax = plot.history(scheduler, 7)
    history = scheduler.history(7)
    assert float(line(ax, "EWMA").get_ydata()[-1]) == history.ewma
    for trend in Trend:
        times = [sample.at_ns / 1e9 for sample, said in zip(history, trends, strict=True) if said is trend]
        label = f"worst score, {trend}"
        assert (times == []) == (label not in legend(ax))
        if times:
            assert [x for x, _ in points(ax, label)] == times


def test_mean_of_a_full_ring_has_caught_up_at_its_end() -> None:
    scheduler = watched(3 * HISTORY_LENGTH)
    history = scheduler.history(7)
    assert len(history) == HISTORY_LENGTH
    told = float(line(plot.history(history), "EWMA").get_ydata()[-1])
    assert told == pytest.approx(history.ewma, abs=(1 - HISTORY_SMOOTHING) ** HISTORY_LENGTH + 1e-6)


def test_history_of_a_ring_knows_no_floor() -> None:
    ax = plot.history(watched(30).history(7))
    assert legend(ax) == ["worst score, stable", "worst score, degrading", "worst score, improving", "EWMA"]


def test_history_needs_a_chain_that_is_there() -> None:
    with pytest.raises(ValueError, match="chain is missing: a LocalScheduler has many"):
        plot.history(watched(1))
    with pytest.raises(ValueError, match="chain is missing: a ReplayResult has many"):
        plot.history(drift())
    with pytest.raises(ValueError, match="chain 99: the result 'driftline' has no history of it"):
        plot.history(drift(), 99)
    with pytest.raises(NotLedError):
        plot.history(watched(1), 8)


def test_cost_lines_are_the_moving_means() -> None:
    ax = plot.cost(all_policies())
    for result in all_policies():
        means = series.fresh_mean_s(result, 5)
        slices = np.flatnonzero(~np.isnan(means))
        assert np.array_equal(line(ax, result.label).get_xdata(), slices)
        assert np.array_equal(line(ax, result.label).get_ydata(), means[slices])
    assert legend(ax) == [result.label for result in all_policies()]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (slices)", "fresh cost, mean (s)")
    assert ax.get_title() == "Fresh cost, mean of the last 5 slices"
    assert ax.get_ylim()[0] == 0


def test_cost_takes_one_result() -> None:
    assert legend(plot.cost(drift())) == ["driftline"]


def test_cost_has_the_colours_of_the_report() -> None:
    ax = plot.cost(all_policies())
    for key in palette.policy_keys(all_policies()):
        assert line(ax, key.label).get_color() == key.style.colour


def test_cost_of_few_slices_has_marks() -> None:
    assert line(plot.cost(few_slices()), "driftline").get_marker() == "o"
    assert line(plot.cost(drift()), "driftline").get_marker() in (None, "None")


def test_cost_of_nothing_says_so() -> None:
    assert words(plot.cost([])) == ["No result"]
    ax = plot.cost(single_slice("never"))
    assert words(ax) == ["Nothing was measured afresh"]
    assert ax.get_xlabel() == "time (slices)"


def test_names_are_no_formulas_and_never_hidden() -> None:
    label = r"_$\frac{"
    ax = plot.cost([replace(drift(), label=label), never()])
    drawn(ax)
    assert legend(ax)[0].strip() == label.replace("$", r"\$")
    drawn(plot.verdicts(replace(drift(), label=label)))


def test_long_names_are_broken_in_the_legend() -> None:
    label = "driftline, " + "package." * 8 + "module:Class"
    (text,) = legend(plot.cost(replace(drift(), label=label)))
    assert text.replace("\n", "") == label
    assert max(map(len, text.split("\n"))) <= 28


def judged() -> Decision:
    """Of five chains two are healthy, two have no better home, one should move."""
    scores = {0: 0.9, 1: 0.9, 2: 0.1, 3: 0.1, 4: 0.1}
    scorer = scripted(
        score=lambda chain, node: scores[chain],
        live_score=lambda chain, node: scores[chain],
        best_alternative=lambda chain, exclude: (9, 0.9) if chain == 4 else None,
    )
    return LocalScheduler(1, scorer=scorer).tick(mesh({chain: [2, 3] for chain in scores}), 0)


def test_verdicts_of_a_tick_are_bars() -> None:
    expected = {Verdict.HEALTHY: 2, Verdict.NO_ALTERNATIVE: 2, Verdict.EVICT: 1}
    decision = judged()
    assert decision.report.verdicts == expected
    for source in (decision, decision.report):
        ax = plot.verdicts(source)
        bars: list[Any] = list(ax.patches)
        assert [bar.get_width() for bar in bars] == [2, 2, 1]
        assert [text.get_text() for text in ax.get_yticklabels()] == [str(verdict) for verdict in expected]
        assert words(ax) == ["2", "2", "1"]
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("chains (number)", "verdict")
        assert ax.get_title() == "Verdicts of the tick"


def test_verdicts_of_a_tick_without_chains_say_so() -> None:
    decision = LocalScheduler(1, scorer=Wave()).tick(mesh({}), 0)
    assert words(plot.verdicts(decision)) == ["No led chain was judged"]


def test_verdicts_of_a_replay_are_stacked_shares() -> None:
    ax = plot.verdicts(drift())
    assert legend(ax) == [str(verdict) for verdict in drift().verdicts_by_slice]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (slices)", "share of chains (%)")
    assert ax.get_ylim() == (0, 100)
    assert ax.get_xlim() == (1, 120)
    assert ax.get_title() == "Verdicts, driftline"
    below = np.zeros(120)
    for area, counts in zip(ax.collections, drift().verdicts_by_slice.values(), strict=True):
        below += counts / 24 * 100
        corners = np.asarray(area.get_paths()[0].vertices, dtype=np.float64)
        assert corners[:, 1].max() == pytest.approx(below[1:].max())


@pytest.mark.parametrize(
    ("result", "text"),
    [("never", "No verdict: only driftline gives one"), ("drift", "No chain was judged")],
)
def test_verdicts_of_a_replay_without_any_say_so(result: str, text: str) -> None:
    assert words(plot.verdicts(single_slice(result))) == [text]


def test_without_axes_there_is_a_new_figure_each_time() -> None:
    first, second = plot.cost(drift()), plot.cost(drift())
    assert first.figure is not second.figure
    assert pyplot.figure(pyplot.get_fignums()[0]).get_size_inches().tolist() == [9.0, 4.5]
    assert len(pyplot.get_fignums()) == 2


def test_given_axes_are_drawn_on() -> None:
    figure, (left, middle, right) = pyplot.subplots(1, 3)
    assert plot.history(drift(), 3, left) is left
    assert plot.cost(all_policies(), ax=middle) is middle
    assert plot.verdicts(smoothed(), ax=right) is right
    assert pyplot.get_fignums() == [figure.number]
    assert all(ax.get_legend() is not None for ax in (left, middle, right))
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (plot.history, "source: a scheduler, a history or a ReplayResult is expected, not str"),
        (plot.verdicts, "source: a Decision, a TickReport or a ReplayResult is expected, not str"),
        (plot.cost, "results: a ReplayResult or several are expected, not str"),
    ],
)
def test_wrong_objects_are_named(draw: Any, expected: str) -> None:
    with pytest.raises(TypeError, match=expected):
        draw("something")
    assert pyplot.get_fignums() == []


def test_missing_matplotlib_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    draws: list[Callable[[], Axes]] = [
        lambda: plot.cost([]),
        lambda: plot.history(drift(), 3),
        lambda: plot.verdicts(drift()),
    ]
    for draw in draws:
        with pytest.raises(ImportError) as caught:
            draw()
        assert str(caught.value) == "plots need matplotlib: pip install 'driftline[plot]'"


def test_importing_it_imports_nothing_heavy() -> None:
    program = "import sys, driftline.plot; print(sorted({'matplotlib', 'numpy', 'plotly'} & set(sys.modules)))"
    assert run_python(program) == "[]\n"
