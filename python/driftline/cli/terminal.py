"""What the commands show: tables on standard output, progress on standard error."""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console
    from rich.table import Table

_BARS = "▁▂▃▄▅▆▇█"
_PLAIN_BARS = "_.-:=+*#"


def console() -> Console:
    """Standard output. Numbers and paths stay as they are: colour is for what matters."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def make_table(columns: Sequence[str], *, left: int = 1) -> Table:
    """A table without frame. The first `left` columns are words, the others numbers."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, collapse_padding=True)
    for index, heading in enumerate(columns):
        words = index < left
        table.add_column(heading, justify="left" if words else "right", no_wrap=not words, vertical="bottom")
    return table


def print_invalid(console: Console, label: str, invalid_scores: int, invalid_alternatives: int) -> None:
    """Say what a scorer answered that counts for nothing; a mistake in one looks like a quiet run otherwise."""
    for count, what in (
        (invalid_scores, "scores that are NaN, infinite or out of [0, 1]"),
        (invalid_alternatives, "alternatives that are holders already or no node"),
    ):
        if count:
            console.print(f"Beware: '{label}' gave {count:,} {what}.", markup=False, style="bold")


@contextmanager
def reserved_output(is_reserved: bool) -> Iterator[None]:
    """While JSON is to come, let what a scorer of the user's prints go to standard error."""
    if not is_reserved:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


@contextmanager
def progress(description: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield what moves the bar: called with how much is done. There is a bar only on a terminal."""
    if not (sys.stderr is not None and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda done: bar.update(task, completed=done)


def sparkline(values: Sequence[float], encoding: str = "utf-8") -> str:
    """One bar per value; the lowest bar is 0, the highest 1. Bars are Unicode where the encoding has it."""
    bars = _BARS if encoding.lower().startswith("utf") else _PLAIN_BARS
    last = len(bars) - 1
    return "".join(bars[min(last, max(0, round(value * last)))] for value in values)


def duration(seconds: float) -> str:
    """A time with three digits that count, in the unit that suits it."""
    if seconds == 0.0:
        return "0 ns"
    for unit, length in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= 0.9995 * length:
            return f"{_three_digits(seconds / length)} {unit}"
    return f"{_three_digits(seconds / 1e-9)} ns"


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
