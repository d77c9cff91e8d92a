"""What the README of the package shows runs, block after block, and the examples run, too."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((PACKAGE / "examples").glob("*.py"))


def test_the_readme() -> None:
    text = (PACKAGE / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 5
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)


SAYS = {
    "compare_scorers": r"Newest +198 moves, fresh mean 0\.2638 s\nMedianOfLast +\d+ moves, fresh mean 0\.\d{4} s",
    "migration_cost": r"moves: 7 evict .*, cost 0\.02\nstays: 8 cost too high .*, cost 9\.00",
    "ten_lines": r"chain 7: 3 -> 4, gain 0\.80\n7 evict 3 -> 4: .*\n7 cooldown until 300s",
    "vectorised": r"second 0: 100000 of 100000 chains scored, 0 should move\n(.*\n)*.*away from \[501\], gain .*",
}


def test_every_example_is_tested() -> None:
    assert [example.stem for example in EXAMPLES] == sorted(SAYS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(example), run_name="__main__")
    assert re.fullmatch(SAYS[example.stem], capsys.readouterr().out.strip())
