"""What the docstrings show is so, and every public name has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import driftline

MODULES = sorted(
    name
    for _, name, _ in pkgutil.walk_packages(driftline.__path__, "driftline.")
    if name not in {"driftline.__main__", "driftline._driftline"}
)


@pytest.mark.parametrize("name", MODULES)
def test_what_docstrings_show(name: str) -> None:
    module = importlib.import_module(name)
    names = {"timedelta": __import__("datetime").timedelta}
    assert doctest.testmod(module, extraglobs=names).failed == 0


def test_there_is_something_to_see() -> None:
    shown = [name for name in MODULES if ">>> " in inspect.getsource(importlib.import_module(name))]
    assert {"driftline.config", "driftline.policy", "driftline.scheduler", "driftline.state"} <= set(shown)


@pytest.mark.parametrize("name", [name for name in driftline.__all__ if inspect.isclass(getattr(driftline, name))])
def test_every_class_says_what_it_is(name: str) -> None:
    said = inspect.getdoc(getattr(driftline, name))
    assert said
    assert not said.startswith(f"{name}("), "that is what a dataclass says of itself"
