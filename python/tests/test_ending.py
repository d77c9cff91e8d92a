"""A thread that is in the middle of a call when the interpreter ends does not take the process with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import os
import sys
import threading
import time

import driftline

entered = threading.Event()


class Slow:
    def score(self, chain, node):
        entered.set()
        time.sleep(0.01)
        return 0.75

    def best_alternative(self, chain, exclude):
        return None


def tick_for_ever():
    state = driftline.MeshState()
    state.load(chains=range(1000), leaders=[1] * 1000, offsets=range(1001), holders=[1] * 1000)
    scheduler = driftline.LocalScheduler(1, scorer=Slow())
    while True:
        scheduler.tick(state, 0)


def load_for_ever():
    state = driftline.MeshState()
    while True:
        state.load(chains=range(1000), leaders=[1] * 1000, offsets=range(1001), holders=[1] * 1000)
        state.digest()
        entered.set()


threading.Thread(target={work}, daemon=True).start()
entered.wait()
{then}
"""


@pytest.mark.parametrize("work", ["tick_for_ever", "load_for_ever"])
@pytest.mark.parametrize(
    "then", ["", "if os.fork() == 0: sys.exit()\nassert os.waitstatus_to_exitcode(os.wait()[1]) == 0"]
)
def test_the_interpreter_ends(work: str, then: str) -> None:
    program = PROGRAM.format(work=work, then=then)
    # Warnings of Python 3.12 about forks beside threads are right, and not what is asked here.
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_whoever_ends_it_may_still_tick() -> None:
    program = """
import atexit

import driftline


class Near:
    def score(self, chain, node):
        return 0.25

    def best_alternative(self, chain, exclude):
        return (9, 0.75)


def last_tick():
    state = driftline.MeshState()
    state.load(chains=[7], leaders=[1], offsets=[0, 1], holders=[1])
    print(len(driftline.LocalScheduler(1, scorer=Near()).tick(state, 0).actions))


# What is registered first runs last, so a module that has imported driftline before is past its end.
atexit._clear()
atexit.register(last_tick)
atexit.register(driftline._driftline.end_calls)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
