"""The program of the C examples and this package say the same, to the last number and move."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from driftline.cli import main
from driftline.replay import Trace, run

from .world import PROGRAM, PROGRAM_IS_WANTED, rough_records, write_trace

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not PROGRAM_IS_WANTED and not PROGRAM.exists(),
    reason="build/driftline-replay is not built: 'make build/driftline-replay' makes it",
)


def program(*arguments: object) -> dict[str, int]:
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=True)
    return {key: int(value) for key, value in (pair.split("=") for pair in done.stdout.splitlines()[-1].split())}


@pytest.mark.parametrize(
    ("policy", "cooldown", "smooth"),
    [
        *(("never", 10, 1.0), ("greedy", 10, 1.0), ("greedy", 10, 0.3), ("drift", 10, 1.0), ("drift", 0, 1.0)),
        *(("drift", 25, 1.0), ("drift", 10, 0.3), ("drift", 3, 0.1)),
    ],
)
@pytest.mark.parametrize("numbers", [(42, 24, 120), (1, 99, 688), (31, 200, 60)])
def test_generated(numbers: tuple[int, int, int], policy: str, cooldown: int, smooth: float) -> None:
    expected = program("--generate", *numbers, "--policy", policy, "--cooldown", cooldown, "--smooth", smooth)
    result = run(Trace.generate(*numbers), policy, cooldown_slices=cooldown, smooth=smooth)
    assert result.summary() == expected
    assert list(result.summary()) == list(expected)


@pytest.mark.parametrize("policy", ["greedy", "drift"])
def test_files_and_the_csv_of_the_moves(tmp_path: Path, policy: str) -> None:
    files = write_trace(tmp_path, rough_records(9, seed=6))
    theirs, ours = tmp_path / "theirs.csv", tmp_path / "ours.csv"
    expected = program("--rows", *files, "--policy", policy, "--moves", theirs)
    assert run(Trace.read(*files), policy).summary() == expected
    assert main(["replay", "--rows", *map(str, files), "--policy", policy, "--moves", str(ours)]) == 0
    assert ours.read_bytes() == theirs.read_bytes()
    assert ours.read_bytes().count(b"\n") == expected["moves"] + 1
