"""Runs scenario files. Their language is described in `tests/scenarios/README.md` of the repository.

`run` plays a text and returns it with the output that was really printed. A text that comes back unchanged is a passed
test; one that is not of the language, or at which driftline contradicts itself, is a `ScenarioError`.
"""

from .runner import ScenarioError, run
from .tables import Form

__all__ = ["Form", "ScenarioError", "run"]
