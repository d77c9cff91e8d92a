"""Plays a file line by line."""

from __future__ import annotations

from enum import Enum, auto

from .checks import ContradictionError
from .commands import execute
from .stage import Stage
from .tables import Form
from .tokens import LanguageError

#: What separates the commands of a block from their output.
_SEPARATOR = "----"


class ScenarioError(Exception):
    """What is wrong with a scenario, and where. Not to be confused with what driftline refuses, which is output."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        #: Counted from 1.
        self.line = line


class _Place(Enum):
    """Where in a file a line stands."""

    BETWEEN = auto()
    COMMANDS = auto()
    OUTPUT = auto()


def run(file: str, text: str, form: Form = Form.AS_WRITTEN) -> str:
    """Plays `text` and returns it with the expected output replaced by the real one. Raises `ScenarioError`."""
    lines = text.removesuffix("\n").split("\n")
    player = _Player(form)
    number = 1
    try:
        if not lines[0].startswith("# ") or not lines[0][2:].strip():
            raise LanguageError("the first line must be `# ` and why the file exists")
        for number, line in enumerate(lines, 1):  # noqa: B007 - the number is for the error
            player.line(line)
        player.end()
    except (LanguageError, ContradictionError) as error:
        raise ScenarioError(file, number, str(error)) from error
    return "".join(f"{line}\n" for line in player.printed)


class _Player:
    """Goes through the lines of one file."""

    def __init__(self, form: Form) -> None:
        self.printed: list[str] = []
        self._stage = Stage(form)
        self._place = _Place.BETWEEN
        self._output: list[str] = []

    def line(self, line: str) -> None:
        """Reads the next line."""
        if self._place is _Place.OUTPUT:
            self._expected(line)
            return
        self.printed.append(line)
        if line.startswith("#"):
            return
        if line == "":
            self.end()
        elif line == _SEPARATOR:
            self._end_of_commands()
        else:
            self._output += execute(self._stage, line)
            self._place = _Place.COMMANDS

    def end(self) -> None:
        """Refuses an end of file or block between commands and their output."""
        if self._place is _Place.COMMANDS:
            raise LanguageError(f"the block ends without `{_SEPARATOR}`")

    def _end_of_commands(self) -> None:
        if self._place is _Place.BETWEEN:
            raise LanguageError("a block without commands")
        if self._stage.pending is not None:
            raise LanguageError("the block ends between begin and commit")
        self.printed += self._output or ["ok"]
        self._output = []
        self._place = _Place.OUTPUT

    def _expected(self, line: str) -> None:
        """Output that is expected is not kept: what was printed stands in its place."""
        if line == _SEPARATOR:
            raise LanguageError("no blank line before this block")
        if line == "":
            self.printed.append(line)
            self._place = _Place.BETWEEN
