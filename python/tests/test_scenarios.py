"""Every scenario file of the repository, in each form in which a scorer may answer."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from .scenario import Form, run

DIRECTORY = Path(__file__).resolve().parents[2] / "tests" / "scenarios"
FILES = sorted(DIRECTORY.glob("*.txt"), key=lambda path: path.name)


def read(path: Path) -> str:
    """The text as it stands, without any translation of line ends."""
    return path.read_bytes().decode("utf-8")


def can_be_batched(path: Path) -> bool:
    """A batch cannot say `nan`, and which element failed or was interrupted is not part of the language."""
    text = read(path)
    return not any(word in text for word in ("=nan", "fail(", "=interrupt"))


def play(path: Path, form: Form) -> None:
    expected = read(path)
    printed = run(path.name, expected, form)
    difference = difflib.unified_diff(
        expected.splitlines(), printed.splitlines(), "as it stands", "as it was printed", n=8, lineterm=""
    )
    assert printed == expected, "\n" + "\n".join(difference)


def test_the_files_are_there() -> None:
    assert len(FILES) >= 140
    assert sum(map(can_be_batched, FILES)) >= 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    play(path, Form.AS_WRITTEN)


@pytest.mark.parametrize("path", [*filter(can_be_batched, FILES)], ids=lambda path: path.stem)
@pytest.mark.parametrize("form", [Form.ARRAYS, Form.LISTS], ids=["arrays", "lists"])
def test_scenario_in_batches(path: Path, form: Form) -> None:
    play(path, form)


def test_the_example_of_the_readme() -> None:
    example = read(DIRECTORY / "README.md").split("```\n")[1]
    assert run("README.md", example) == example
