"""Opens the trace that the options name, and the files that the run will write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from driftline.cli.failure import Failure, reason

if TYPE_CHECKING:
    import argparse

    from driftline.replay import Trace


def open_trace(options: argparse.Namespace) -> Trace:
    """Read or generate. Failure names the file and what is wrong with it."""
    from driftline.replay import Trace

    if options.rows is None:
        return Trace.generate(*options.generate)
    try:
        return Trace.read(*options.rows)
    except OSError as error:
        raise Failure(f"{error.filename or options.rows[0]}: cannot be read: {reason(error)}") from error
    except ValueError as error:
        raise Failure(str(error)) from error


def check_writable(path: str | None) -> None:
    """Fail now rather than after the run. What the file holds is kept until there is something to replace it."""
    if path is None:
        return
    is_new = not Path(path).exists()
    try:
        with open(path, "ab"):  # noqa: PTH123  # an empty name must not become the present directory
            pass
        if is_new:
            Path(path).unlink()
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: str, error: OSError) -> Failure:
    """The failure of a file that cannot be written."""
    return Failure(f"{path or repr(path)}: cannot be written: {reason(error)}")
