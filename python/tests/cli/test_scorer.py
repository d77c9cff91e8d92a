"""`--scorer module:Class` lets a scorer of the user's decide, and says clearly what is wrong with one that cannot."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Run

MODULE = '''\
class Near:
    """The reference scorer, in plain Python."""
    def __init__(self, measurements):
        self.measurements = measurements
        print("made")
    def score(self, chain, node):
        return 25 / (25 + int(self.measurements.rtt_cs[chain, node]))
    def best_alternative(self, chain, exclude):
        nodes = [n for n in range(self.measurements.node_count) if n != chain and n not in exclude]
        best = min(nodes, key=lambda n: (-self.score(chain, n), n))
        return best, self.score(chain, best)

class Outer:
    class Inner(Near):
        pass

class Breaks(Near):
    def score(self, chain, node):
        if self.measurements.slice == 5:
            return self.look_up(node)
        return super().score(chain, node)
    def look_up(self, node):
        return {}[node]

class Words(Near):
    def score(self, chain, node):
        return "high"

class NoAlternative:
    def __init__(self, measurements):
        pass
    def score(self, chain, node):
        return 1.0

class Percent(Near):
    def score(self, chain, node):
        return 100 * super().score(chain, node)

class Stays(Near):
    def best_alternative(self, chain, exclude):
        return exclude[0], 1.0

class ToItsClient(Near):
    def best_alternative(self, chain, exclude):
        return chain, 1.0

class Nowhere(Near):
    def best_alternative(self, chain, exclude):
        return self.measurements.node_count, 1.0

class NotCallable(Near):
    score = 0.5

class TakesNothing(Near):
    def __init__(self):
        pass

class Stops(Near):
    def score(self, chain, node):
        raise KeyboardInterrupt

number = 3
'''


@pytest.fixture
def module(tmp_path: Path) -> Iterator[str]:
    """The name of a module in the present directory that no other test has imported."""
    name = f"scorers_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    before = list(sys.path)
    yield name
    sys.path[:] = before
    sys.modules.pop(name, None)


def test_its_result_stands_beside_the_others(driftline: Run, module: str) -> None:
    done = driftline("replay", "--policy", "never", "--policy", "drift", "--scorer", f"{module}:Near", "--json")
    never, built_in, own = map(json.loads, done.out.splitlines())
    assert (done.code, done.err) == (0, "made\n"), "what the scorer prints must not get between the JSON"
    assert own.pop("label") == f"driftline, {module}:Near"
    assert built_in.pop("label") == "driftline"
    assert own == built_in
    assert never["moves"] == 0


def test_smoothing_is_not_for_it(driftline: Run, module: str) -> None:
    done = driftline("replay", "--smooth", "0.3", "--scorer", f"{module}:Outer.Inner", "--json")
    smoothed, own = map(json.loads, done.out.splitlines())
    assert (smoothed["label"], own["label"]) == ("driftline, smoothed 0.3", f"driftline, {module}:Outer.Inner")
    assert (smoothed["moves"], own["moves"]) == (20, 198)


def test_two_stand_beside_each_other(driftline: Run, module: str) -> None:
    done = driftline("replay", "--scorer", f"{module}:Near", "--scorer", f"{module}:Outer.Inner", "--json")
    labels = [json.loads(line)["label"] for line in done.out.splitlines()]
    assert labels == ["driftline", f"driftline, {module}:Near", f"driftline, {module}:Outer.Inner"]


@pytest.mark.parametrize(
    ("name", "counted", "says"),
    [
        ("Percent", "invalid_scores", "scores that are NaN, infinite or out of [0, 1]"),
        ("Stays", "invalid_alternatives", "alternatives that are holders already or no node"),
    ],
)
def test_answers_that_count_for_nothing_are_told(
    driftline: Run, module: str, name: str, counted: str, says: str
) -> None:
    arguments = ("replay", "--policy", "never", "--scorer", f"{module}:{name}")
    never, own = map(json.loads, driftline(*arguments, "--json").out.splitlines())
    assert (never["invalid_scores"], never["invalid_alternatives"]) == (0, 0)
    assert own[counted] > 0
    text = " ".join(driftline(*arguments).out.split())
    assert f"Beware: 'driftline, {module}:{name}' gave {own[counted]:,} {says}." in text
    assert text.count("Beware") == 1


@pytest.mark.parametrize("command", [("replay",), ("explain", "7")])
@pytest.mark.parametrize(
    ("name", "says"), [("ToItsClient", "its own client is there"), ("Nowhere", "there are only nodes 0 to 23")]
)
def test_a_home_that_is_none(driftline: Run, module: str, command: tuple[str, ...], name: str, says: str) -> None:
    done = driftline(*command, "--scorer", f"{module}:{name}")
    assert done.code == 1
    assert done.err.splitlines()[-1].startswith(
        f"driftline: the scorer {module}:{name} named a home that is none: chain "
    )
    assert done.err.endswith(f": {says}\n")


def test_it_can_be_explained(driftline: Run, module: str) -> None:
    own = driftline("explain", "7", "--scorer", f"{module}:Near", "--json")
    assert (own.code, own.err) == (0, "made\n")
    assert json.loads(own.out) == json.loads(driftline("explain", "7", "--json").out)


@pytest.mark.parametrize("command", [("replay",), ("explain", "7")])
def test_what_it_raises_is_shown_with_what_was_asked(driftline: Run, module: str, command: tuple[str, ...]) -> None:
    done = driftline(*command, "--scorer", f"{module}:Breaks", "--json")
    assert (done.code, done.out) == (1, "")
    assert "Traceback (most recent call last):\n" in done.err
    assert f'{module}.py", line ' in done.err
    assert "return self.look_up(node)" in done.err
    assert "return {}[node]" in done.err
    assert "driftline/replay" not in done.err, "the way there is of no use to the user"
    last = done.err.splitlines()[-1]
    assert last.startswith(f"driftline: the scorer {module}:Breaks raised KeyError: ")
    assert "score(chain " in last


@pytest.mark.parametrize("is_old", [True, False])
def test_a_failed_run_leaves_files_as_they_were(driftline: Run, module: str, tmp_path: Path, is_old: bool) -> None:
    files = [tmp_path / "moves.csv", tmp_path / "report.html"]
    for file in files[: 2 * is_old]:
        file.write_text("precious\n")
    done = driftline("replay", "--scorer", f"{module}:Breaks", "--moves", files[0], "--report", files[1])
    assert done.code == 1
    assert [file.exists() and file.read_text() for file in files] == ["precious\n" if is_old else False] * 2


def test_an_answer_of_the_wrong_type(driftline: Run, module: str) -> None:
    done = driftline("replay", "--scorer", f"{module}:Words")
    assert done.code == 1
    assert "raised TypeError" in done.err.splitlines()[-1]
    assert "str" in done.err.splitlines()[-1]


def test_a_constructor_that_raises(driftline: Run, module: str) -> None:
    done = driftline("replay", "--scorer", f"{module}:TakesNothing")
    assert done.code == 1
    last = done.err.splitlines()[-1]
    assert last.startswith(f"driftline: the scorer {module}:TakesNothing raised TypeError: ")
    assert "asked to make a scorer out of the measurements" in last


def test_an_interrupt_inside_of_it_is_an_interrupt(driftline: Run, module: str) -> None:
    done = driftline("replay", "--scorer", f"{module}:Stops")
    assert (done.code, done.out.replace("made\n", ""), done.err) == (130, "", "")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Nothing", "has no Nothing"),
        ("Near.Nothing", "has no Near.Nothing"),
        ("number", "number is not a class: it cannot be called with the measurements"),
        ("NoAlternative", "the scorer lacks the method best_alternative"),
        ("NotCallable", "the scorer lacks the method score"),
    ],
)
def test_names_that_lead_nowhere(driftline: Run, module: str, name: str, says: str) -> None:
    done = driftline("replay", "--scorer", f"{module}:{name}")
    assert (done.code, done.out.replace("made\n", "")) == (1, "")
    assert done.err.startswith(f"driftline: --scorer {module}:{name}: ")
    assert done.err.endswith(f"{says}\n")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = (", "cannot be imported: SyntaxError: "),
        ("x = 1\ny = 1 / 0", "cannot be imported: ZeroDivisionError: division by zero ("),
        (
            "import nothing_of_this_name",
            "cannot be imported: ModuleNotFoundError: No module named 'nothing_of_this_name' (",
        ),
        ("raise ModuleNotFoundError('by hand')", "cannot be imported: ModuleNotFoundError: by hand ("),
        ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
    ],
)
def test_modules_that_cannot_be_imported(driftline: Run, module: str, tmp_path: Path, source: str, says: str) -> None:
    (tmp_path / f"{module}.py").write_text(source)
    done = driftline("replay", "--scorer", f"{module}:Near")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"driftline: --scorer {module}:Near: {module} ")
    assert says in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("name", ["no_such_module_anywhere", "json.no_such_module", "no_such_package.module"])
def test_modules_that_are_not_there(driftline: Run, name: str) -> None:
    done = driftline("replay", "--scorer", f"{name}:Near")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"driftline: --scorer {name}:Near: there is no module {name}, here or on Python's path\n"
