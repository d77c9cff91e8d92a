"""What the tests of the replay stand on: the other implementations of the same rules, and traces for all of them."""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from driftline.replay import Trace

if TYPE_CHECKING:
    from types import ModuleType

REPOSITORY = Path(__file__).resolve().parents[3]
DATA = REPOSITORY.parent / "shared" / "data"
PROGRAM = Path(os.environ.get("DRIFTLINE_REPLAY", REPOSITORY / "build" / "driftline-replay"))
PROGRAM_IS_WANTED = "DRIFTLINE_REPLAY" in os.environ

# (t, row, values): the records of the oracle.
Records = list[tuple[int, int, list[int]]]


def load_oracle() -> Any:
    """The rules, told by a plain loop that shares no code with the package."""
    path = REPOSITORY / "tests" / "replay_oracle.py"
    spec = importlib.util.spec_from_file_location("replay_oracle", path)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules["replay_oracle"] = module
    spec.loader.exec_module(module)
    return module


oracle = load_oracle()


def trace_of(records: Records, slice_count: int, name: str = "made by hand") -> Trace:
    rows = np.array([[t, i] for t, i, _ in records], dtype=np.uint16)
    values = np.array([row for _, _, row in records], dtype=np.uint16)
    return Trace(name, values.shape[1], slice_count, rows, values)


def rough_records(node_count: int, seed: int) -> Records:
    """Gaps between slices, ties, zeros and the largest numbers, which the generator never makes."""
    dice = random.Random(seed)
    records = [(0, i, [dice.choice((0, 1, 25, 26, 65535)) for _ in range(node_count)]) for i in range(node_count)]
    for t in sorted(dice.sample(range(1, 500), 90)):
        for i in sorted(dice.sample(range(node_count), dice.randint(1, node_count))):
            row = [dice.choice((0, 0, 5, 24, 25, 26, 60, 75, 475, 65535)) for _ in range(node_count)]
            records.append((t, i, row))
    return records


def write_trace(folder: Path, records: Records, name: str = "trace") -> tuple[Path, Path]:
    ti, cs = folder / f"{name}_ti.npy", folder / f"{name}_cs.npy"
    oracle.write_npy(ti, [[t, i] for t, i, _ in records])
    oracle.write_npy(cs, [row for _, _, row in records])
    return ti, cs
