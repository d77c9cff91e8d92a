"""Small things that the commands print."""

from __future__ import annotations

import pytest

from driftline.cli.terminal import duration, sparkline


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((0.0, "0 ns"), (1e-12, "0.00 ns"), (1.7e-7, "170 ns"), (9.994e-9, "9.99 ns"), (9.996e-9, "10.0 ns")),
        *((9.994e-7, "999 ns"), (9.996e-7, "1.00 us"), (2.5e-6, "2.50 us"), (0.0123456, "12.3 ms"), (0.9996, "1.00 s")),
        *((0.9994, "999 ms"), (12.34, "12.3 s"), (12345.0, "12345 s")),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_sparklines() -> None:
    assert sparkline([]) == ""
    assert sparkline([n / 7 for n in range(8)]) == "▁▂▃▄▅▆▇█"
    assert sparkline([-1.0, 0.0, 1.0, 2.0]) == "▁▁██"
    assert sparkline([0.0, 1.0], "ascii") == "_#"
