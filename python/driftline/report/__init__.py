"""The report of replays: one HTML file that holds everything it needs and opens without a network.

It needs plotly and jinja2, which come with `pip install 'driftline[report]'`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from driftline.replay import ReplayResult
    from driftline.replay.load import LoadResult

__all__ = ["require", "write"]


def require() -> None:
    """Raise ImportError with the way to install, if a package that the report stands on is missing.

    Call it before a long run, so that the run is not in vain.
    """
    missing = [name for name in ("jinja2", "plotly") if find_spec(name) is None]
    if missing:
        names = " and ".join(missing)
        raise ImportError(f"the report needs {names}: pip install 'driftline[report]'", name=missing[0])


def write(path: str | os.PathLike[str], results: Sequence[ReplayResult] | Sequence[LoadResult]) -> None:
    """Write the report of these results, in this order, as one HTML file.

    The results are of one scenario. The file loads nothing, from nowhere. Equal results give equal bytes. Raises
    ImportError where an extra is missing, ValueError if there is no result, TypeError if the scenarios differ, OSError
    if the file cannot be written.
    """
    require()
    text = _render(results)
    # The same bytes on every platform, whatever its line ends.
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _render(results: Sequence[ReplayResult] | Sequence[LoadResult]) -> str:
    from driftline.replay.load import LoadResult

    of_load = [result for result in results if isinstance(result, LoadResult)]
    of_times = [result for result in results if not isinstance(result, LoadResult)]
    if of_load and of_times:
        raise TypeError("results are of different scenarios: write a report for each")
    if of_load:
        from driftline.report.load import page as load_page

        return load_page.render(of_load)
    from driftline.report import page

    return page.render(of_times)
