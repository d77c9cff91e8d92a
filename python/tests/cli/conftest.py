"""Runs the command line inside the test's own process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from driftline.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


class Run(Protocol):
    def __call__(self, *arguments: object) -> Done: ...


@pytest.fixture
def driftline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Calls `driftline` with these arguments, in an empty directory and on a screen of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: object) -> Done:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as leave:
            # A number is what the shell sees; anything else would be printed.
            code = leave.code if isinstance(leave.code, int) else -1
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run
