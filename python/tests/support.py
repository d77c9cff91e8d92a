"""What several tests need: small meshes and simple scorers."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from driftline import Alternative, HolderAdded, LeaderSet, MeshState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: The node whose scheduler the tests run.
HERE = 1
#: The node that `Fixed` and `Scripted` name as the better home.
BETTER = 9
SECOND_NS = 10**9


def label(value: object) -> str:
    """What a test of this value is called: always the same, so that several processes can share the tests."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def mesh(chains: dict[int, Sequence[int]], leader: int = HERE) -> MeshState:
    """A state in which these chains have these holders and one leader."""
    state = MeshState()
    for chain, holders in chains.items():
        state.apply([*(HolderAdded(chain, node) for node in holders), LeaderSet(chain, leader)])
    return state


BETTER_HOME = Alternative(BETTER, 0.75)


class Fixed:
    """Says the same of every home. By default each is bad and node 9 is better, so every led chain is to be evicted."""

    def __init__(self, score: Any = 0.25, alternative: Any = BETTER_HOME) -> None:
        self.answer = score
        self.alternative = alternative

    def score(self, chain: int, node: int) -> Any:
        return self.answer

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> Any:
        return self.alternative


#: The single-form methods that a scorer may have, each with an answer that leads to an eviction.
SINGLE_ANSWERS: dict[str, Any] = {
    "score": 0.25,
    "live_score": 0.25,
    "best_alternative": BETTER_HOME,
    "node_fingerprint": 1,
    "chain_fingerprint": 1,
    "migration_cost": None,
}


def scripted(**methods: Callable[..., Any]) -> Any:
    """A scorer with every single-form method, of which these are replaced and the rest lead to an eviction.

    The methods are called without `self`. Batch methods are there only if they are given.
    """

    def answering(answer: Any) -> Callable[..., Any]:
        return lambda self, *question: answer

    def without_self(method: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, *question: method(*question)

    body = {name: answering(answer) for name, answer in SINGLE_ANSWERS.items()}
    body |= {name: without_self(method) for name, method in methods.items()}
    return type("Scripted", (), body)()


def run_python(program: str, timeout_s: float = 60.0) -> str:
    """Runs a program in an interpreter of its own and returns what it printed; it must end well."""
    command = [sys.executable, "-X", "faulthandler", "-W", "error", "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
