"""Colours that people with any colour vision can tell apart, after Okabe and Ito, for white paper.

One policy has one colour in every chart. Where Okabe's own tone is too pale for a thin line on white, a darker one
of the same hue stands in. Colour never speaks alone: dashes, symbols and the order of the stack say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.replay import ReplayResult

INK = "#1a1a1a"
QUIET_INK = "#595959"
GRID = "#e4e4e4"

BLUE = "#0072b2"
VERMILLION = "#d55e00"
GREEN = "#009e73"
PURPLE = "#a8487f"
BLACK = "#000000"
ORANGE = "#c98500"
GREY = "#767676"


@dataclass(frozen=True, slots=True)
class Style:
    """How one policy is drawn everywhere: a colour, a dash and a symbol, in the words of plotly."""

    colour: str
    dash: str
    symbol: str


class Named(Protocol):
    """A result of any scenario."""

    @property
    def policy(self) -> str:
        """What decided."""
        ...

    @property
    def label(self) -> str:
        """What it is called."""
        ...


# The baseline and the upper bound look the same in every report; what is being judged gets the strongest tones.
NEVER_STYLE = Style(GREY, "dash", "x")
GREEDY_STYLE = Style(VERMILLION, "solid", "square")
STYLES = (
    Style(BLUE, "solid", "circle"),
    Style(GREEN, "solid", "diamond"),
    Style(PURPLE, "solid", "triangle-up"),
    Style(BLACK, "solid", "cross"),
    Style(ORANGE, "solid", "star"),
    Style(BLUE, "dot", "circle-open"),
    Style(GREEN, "dot", "diamond-open"),
    Style(PURPLE, "dot", "triangle-up-open"),
)


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """What legends say of one result, and how its lines look."""

    label: str
    style: Style
    result: ReplayResult


def policy_keys(results: Sequence[ReplayResult]) -> list[PolicyKey]:
    """A label and a style for each result, in order; equal labels are told apart by a number."""
    return [PolicyKey(*look, result) for look, result in zip(looks_of(results), results, strict=True)]


def looks_of(results: Sequence[Named]) -> list[tuple[str, Style]]:
    """The labels and styles of such results, of whatever scenario."""
    fixed = {"never": NEVER_STYLE, "greedy": GREEDY_STYLE}
    used_labels: set[str] = set()
    looks: list[tuple[str, Style]] = []
    others = 0
    for result in results:
        style = fixed.pop(result.policy, None)
        if style is None:
            style = STYLES[others % len(STYLES)]
            others += 1
        label, number = result.label, 2
        while label in used_labels:
            label, number = f"{result.label} ({number})", number + 1
        used_labels.add(label)
        looks.append((label, style))
    return looks


# By verdict number. What is well is pale, what waits is cool, what found no way is warm, what a limit holds back is
# green, what moves is strongest. Each differs from every other for red-blind and green-blind eyes, too.
_VERDICT_COLOURS = {
    0: "#ececec",  # not sampled
    1: "#d3e6f1",  # healthy
    2: "#a3a3a3",  # no score
    3: "#56b4e9",  # cooldown
    4: BLUE,  # claim held
    5: GREEN,  # recovered
    6: "#cc79a7",  # no alternative
    7: "#e69f00",  # gap too small
    8: "#f0e442",  # cost too high
    9: VERMILLION,  # evict
    10: BLACK,  # scorer failed
    16: "#5e4fa2",  # already moved
    17: "#7a1f4f",  # last holder
    18: "#8fe3ff",  # frozen
    19: "#0b5a66",  # in flight
    20: "#8c5a2b",  # retry later
    21: "#cfe8a0",  # tick limit
    22: "#a4d23c",  # cluster limit
    23: "#5aaf4f",  # source limit
    24: "#33520f",  # target limit
    25: "#2b2a6b",  # flap hold
    26: "#fbe3cf",  # warming up
    27: "#8379d1",  # pinned
    28: "#ffa273",  # propose only
    29: "#c9c9c9",  # deferred
}


def verdict_colour(verdict: int) -> str:
    """The colour of a verdict; a number from a newer library is grey."""
    return _VERDICT_COLOURS.get(int(verdict), GREY)


@dataclass(frozen=True, slots=True)
class TrendStyle:
    """How the samples of one trend are drawn; the symbol as plotly, matplotlib and a line of text know it."""

    name: str
    colour: str
    symbol: str
    marker: str
    glyph: str


# By trend number: stable, degrading, improving.
TRENDS = (
    TrendStyle("stable", GREY, "circle", "o", "\N{BLACK CIRCLE}"),
    TrendStyle("degrading", VERMILLION, "triangle-down", "v", "\N{BLACK DOWN-POINTING TRIANGLE}"),
    TrendStyle("improving", GREEN, "triangle-up", "^", "\N{BLACK UP-POINTING TRIANGLE}"),
)
EWMA_COLOUR = BLUE
FLOOR_COLOUR = BLACK
MOVE_COLOUR = PURPLE
PALE_MOVE_COLOUR = "#d9b3c8"
