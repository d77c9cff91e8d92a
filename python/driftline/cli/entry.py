"""Where the program starts and ends: exit codes, and errors that are nobody's business but the terminal's."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from driftline.cli.failure import Failure, reason, say
from driftline.cli.options import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0; 1 after a failed run, which is told on standard error; 130 after an interrupt. Wrong usage, `--help` and
    `--version` raise SystemExit, as argparse does: 2 for wrong usage, else 0.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A letter that the terminal lacks is no reason to fail: names of files and modules may hold any.
        sys.stdout.reconfigure(errors="replace")
    try:
        try:
            options = parse(arguments)
            options.command(options)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except Failure as failure:
        failure.tell()
        return FAILED
    except MemoryError:
        say("out of memory")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has seen enough.
        _close_output()
        return FAILED
    except OSError as error:
        # Files of the user's are opened where their names are known; what is left is the output.
        _close_output()
        say(f"the output cannot be written: {reason(error)}")
        return FAILED
    return 0


def _close_output() -> None:
    """Let the interpreter's own flush at the end go nowhere instead of failing once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
