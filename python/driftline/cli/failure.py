"""What may go wrong in a run, and how it is told."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent.parent) + os.sep


class Failure(Exception):  # noqa: N818  # it is told to the user as it stands, never raised out of the program
    """A run that cannot go on, for a reason that fits into one line."""

    def tell(self) -> None:
        """Say it on standard error."""
        say(str(self))


class ScorerFailure(Failure):
    """A scorer of the user's raised; `error` is what."""

    def __init__(self, name: str, error: Exception) -> None:
        asked = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        text = str(error)
        super().__init__(f"the scorer {name} raised {type(error).__name__}{': ' if text else ''}{text}{asked}")
        self.error = error

    def tell(self) -> None:
        """Show where in the user's own code it happened, then say it."""
        report = traceback.TracebackException.from_exception(self.error)
        report.stack = traceback.StackSummary.from_list(
            [frame for frame in report.stack if not os.path.realpath(frame.filename).startswith(_PACKAGE)]
        )
        print("".join(report.format()), end="", file=sys.stderr)
        super().tell()


def say(message: str) -> None:
    """Print one line on standard error. What would break the line, or the terminal, is made harmless."""
    harmless = "".join(letter if letter.isprintable() else " " if letter.isspace() else "?" for letter in message)
    print(f"driftline: {harmless}", file=sys.stderr)


def reason(error: OSError) -> str:
    """The system's words for an error of its own."""
    return error.strerror or type(error).__name__
