"""`import driftline` needs nothing but Python, and what needs more says so."""

from __future__ import annotations

import pytest

from .support import run_python

BLOCK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numpy", "rich", "matplotlib", "plotly", "jinja2", "pandas"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
import driftline
from driftline import *
"""

MESH = """
state = MeshState()
state.load([7, 8], [1, None], [0, 2, 3], [1, 2, 3])

class Fixed:
    def score(self, chain, node):
        return 0.25

    def best_alternative(self, chain, exclude):
        return 9, 0.75
"""


def test_importing_imports_nothing_else() -> None:
    program = """
import sys
import driftline
print(sorted({name.partition(".")[0] for name in sys.modules}
             & {"numpy", "rich", "matplotlib", "plotly", "jinja2", "pandas", "polars"}))
"""
    assert run_python(program) == "[]\n"


def test_ticks_import_nothing_either() -> None:
    program = f"""
import sys
from driftline import *
{MESH}
scheduler = LocalScheduler(1, scorer=Fixed())
decision = scheduler.tick(state, 30.0)
decision.actions, decision.judgements, decision.report, scheduler.explain(state, 7), scheduler.history(7)
scheduler.snapshot().cells(7), repr(decision), str(scheduler.explain(state, 7))
print("numpy" in sys.modules, "rich" in sys.modules)
"""
    assert run_python(program) == "False False\n"


def test_a_scheduler_without_numpy() -> None:
    program = f"""{BLOCK}{MESH}
from array import array
scheduler = LocalScheduler(1, scorer=Fixed())
decision = scheduler.tick(state, 0)
print(decision.actions)
print(scheduler.explain(state, 7))
print(list(scheduler.history(7)), scheduler.snapshot().cells(7))
state.load(array("Q", [7]), array("q", [1]), array("B", [0, 1]), memoryview(array("I", [5])))
print(state.chains_on(5))
print(diff_scheduler(state, SnapshotScorer(scheduler.snapshot(), Fixed()), SchedulerConfig(), 1, 0).report.led)
"""
    assert run_python(program).splitlines() == [
        "(Eviction(chain=7, victim=1, victim_score=0.25, target=9, target_score=0.75, gain=0.5, cost=None),)",
        "7 evict 1 -> 9: live 0.25 under 0.50, gain 0.50 over 0.20, cost none",
        "[HistorySample(at_ns=0, worst_score=0.25)] {1: 0.25, 2: 0.25}",
        "[7]",
        "1",
    ]


@pytest.mark.parametrize(
    ("scores", "fingerprints"),
    [
        ("[0.25 for _ in nodes]", "[5, None]"),
        ("array('f', [0.25, 0.25])", "array('Q', [5, 6])"),
        ("memoryview(array('d', [0.25, float('nan')]))", "memoryview(array('q', [5, -6]))"),
        ("(0.25, None)", "(array('Q', [5, 6]), array('b', [1, 0]))"),
    ],
    ids=["lists", "arrays", "memoryviews", "mask"],
)
def test_batches_without_numpy(scores: str, fingerprints: str) -> None:
    program = f"""{BLOCK}{MESH}
from array import array

class Batch(Fixed):
    def score_many(self, chains, nodes):
        for ids in (chains, nodes):
            assert isinstance(ids, memoryview) and ids.format == "Q" and ids.readonly, ids
        assert (list(chains), list(nodes)) == ([7, 7], [1, 2])
        return {scores}

    def node_fingerprints(self, nodes):
        assert isinstance(nodes, memoryview) and nodes.format == "Q" and nodes.readonly, nodes
        assert list(nodes) == [1, 2]
        return {fingerprints}

decision = LocalScheduler(1, scorer=Batch()).tick(state, 0)
print(decision.actions[0].victim, decision.report.calls)
"""
    assert run_python(program) == (
        "1 ScorerCalls(score=2, live_score=1, best_alternative=1, node_fingerprint=2, chain_fingerprint=0, "
        "migration_cost=1)\n"
    )


def test_what_needs_numpy_says_so() -> None:
    program = f"""{BLOCK}{MESH}
scheduler = LocalScheduler(1, scorer=Fixed())
decision = scheduler.tick(state, 0)
for act in (
    decision.to_records,
    decision.judgements_to_records,
    decision.excluded_to_numpy,
    state.to_arrays,
    scheduler.history(7).to_numpy,
    scheduler.snapshot().to_arrays,
):
    try:
        act()
    except ImportError as error:
        print(error.name)
"""
    assert run_python(program) == "numpy\n" * 6
