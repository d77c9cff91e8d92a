"""Finds a scorer by its name: `inventory`, or `module:Class` of the user's."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, cast

from driftline.cli.failure import Failure, ScorerFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from driftline import PlacementScorer
    from driftline.replay import Measurements, ScorerFactory
    from driftline.replay.load import Feed, FeedFactory, LoadTrace

# The library's own scorer, which has no module of the user's.
INVENTORY = "inventory"
_REQUIRED = ("score", "best_alternative")
_REQUIRED_OF_FEED = ("load", "follow", "report", "axes")


def load_scorer(spec: str) -> ScorerFactory:
    """Return what makes the scorer. Failure says what keeps it from being imported or called.

    The answer raises Failure if what it made lacks a method, and ScorerFailure if it could not be made.
    """
    if spec == INVENTORY:
        from driftline.replay.inventory import RttInventory

        return RttInventory
    make = _find(spec, "the measurements")

    def make_scorer(measurements: Measurements) -> PlacementScorer:
        return cast("PlacementScorer", _made(spec, make, measurements, "the measurements", _REQUIRED))

    return make_scorer


def load_feed(spec: str) -> FeedFactory:
    """Return what makes the scorer of the load scenario, with its ear; likewise."""
    if spec == INVENTORY:
        from driftline.replay.load.inventory import InventoryFeed

        return InventoryFeed
    make = _find(spec, "the trace")

    def make_feed(trace: LoadTrace) -> Feed:
        feed = _made(spec, make, trace, "the trace", _REQUIRED_OF_FEED)
        _require(spec, getattr(feed, "scorer", None), _REQUIRED)
        return cast("Feed", feed)

    return make_feed


def _find(spec: str, argument: str) -> Callable[[object], object]:
    module_name, _, class_name = spec.partition(":")
    found: object = _import(spec, module_name)
    for part in class_name.split("."):
        if not hasattr(found, part):
            raise Failure(f"--scorer {spec}: the module {module_name} has no {class_name}")
        found = getattr(found, part)
    if not callable(found):
        raise Failure(f"--scorer {spec}: {class_name} is not a class: it cannot be called with {argument}")
    return found


def _made(spec: str, make: Callable[[object], object], of: object, argument: str, methods: tuple[str, ...]) -> object:
    try:
        made = make(of)
    except Exception as error:
        error.add_note(f"asked to make a scorer out of {argument}")
        raise ScorerFailure(spec, error) from error
    _require(spec, made, methods)
    return made


def _require(spec: str, made: object, methods: tuple[str, ...]) -> None:
    for method in methods:
        if not callable(getattr(made, method, None)):
            raise Failure(f"--scorer {spec}: the scorer lacks the method {method}")


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
