"""Finds a scorer of the user's by its name, `module:Class`."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, cast

from driftline.cli.failure import Failure, ScorerFailure

if TYPE_CHECKING:
    from driftline import PlacementScorer
    from driftline.replay import Measurements, ScorerFactory

_REQUIRED = ("score", "best_alternative")


def load_scorer(spec: str) -> ScorerFactory:
    """Return what makes the scorer. Failure says what keeps it from being imported or called.

    The answer raises Failure if what it made lacks a method, and ScorerFailure if it could not be made.
    """
    module_name, _, class_name = spec.partition(":")
    module = _import(spec, module_name)
    made: object = module
    for part in class_name.split("."):
        if not hasattr(made, part):
            raise Failure(f"--scorer {spec}: the module {module_name} has no {class_name}")
        made = getattr(made, part)
    if not callable(made):
        raise Failure(f"--scorer {spec}: {class_name} is not a class: it cannot be called with the measurements")
    make = made

    def make_scorer(measurements: Measurements) -> PlacementScorer:
        try:
            scorer: object = make(measurements)
        except Exception as error:
            error.add_note("asked to make a scorer out of the measurements")
            raise ScorerFailure(spec, error) from error
        for method in _REQUIRED:
            if not callable(getattr(scorer, method, None)):
                raise Failure(f"--scorer {spec}: the scorer lacks the method {method}")
        return cast("PlacementScorer", scorer)

    return make_scorer


def _import(spec: str, module_name: str) -> object:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if f"{module_name}.".startswith(f"{missing}."):
            raise Failure(f"--scorer {spec}: there is no module {module_name}, here or on Python's path") from error
        raise Failure(f"--scorer {spec}: {module_name} cannot be imported: {_place(error)}") from error
    # A script that leaves when it is imported would take us with it, without a word.
    except (Exception, SystemExit) as error:
        raise Failure(f"--scorer {spec}: {module_name} cannot be imported: {_place(error)}") from error


def _place(error: BaseException) -> str:
    """What was raised, and in which line of which file."""
    what = f"{type(error).__name__}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    # A syntax error says where it is by itself.
    if isinstance(error, SyntaxError) or not frames:
        return what
    return f"{what} ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"
