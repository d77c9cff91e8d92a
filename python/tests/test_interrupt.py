"""Ctrl-C in the middle of a tick ends it: `KeyboardInterrupt` comes out and nothing was emitted."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PRELUDE = """
import signal, sys
from driftline import *

class Slow:
    def score(self, chain, node):
        announce()
        time.sleep(0.01)
        return 0.25

    def best_alternative(self, chain, exclude):
        return 9, 0.75

def announce():
    # Once: the parent sends the signal when it reads this.
    global announce
    announce = lambda: None
    print("asked", flush=True)

def check(state, interrupted):
    assert interrupted, "the tick went on to its end"
    assert all(state.chain(chain).last_rebalance_ns is None for chain in state.chains()), "something was emitted"
    print("interrupted")
"""

SLOW = """
import time
count = 5_000
state = MeshState()
state.load(range(count), [1] * count, range(count + 1), [1] * count)
config = SchedulerConfig(on_scorer_error=OnScorerError.{policy})
scheduler = LocalScheduler(1, config, Slow())
interrupted = False
try:
    scheduler.tick(state, 0)
except KeyboardInterrupt as error:
    interrupted = True
    assert error.__notes__, "the note is missing"
check(state, interrupted)
"""

#: A tick that runs no Python code at all: its scorer is made of methods of built-in dictionaries. The signal arrives
#: while it runs, since nothing else could see it before the tick is over, when all evictions would be committed.
BUILT_IN = """
import time
count = 300_000
state = MeshState()
state.load(range(count), [1] * count, range(count + 1), [1] * count)

class BuiltIn:
    pass

scorer = BuiltIn()
scorer.score = dict.fromkeys(range(count), 0.25).get
scorer.best_alternative = dict.fromkeys(range(count), (9, 0.75)).get
config = SchedulerConfig(on_scorer_error=OnScorerError.{policy}, fingerprint_mode=FingerprintMode.PUSH)

def interrupted_after(seconds):
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        scheduler.{act}
    except KeyboardInterrupt:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return False

print("asked", flush=True)
scheduler = LocalScheduler(1, config, scorer)
check(state, interrupted_after({delay_s}))
# The call did not go on to its end and was interrupted then: what it had not come to is still due.
decision = scheduler.tick(state, 0)
assert 0 < decision.report.rescored <= count, decision.report
assert len(decision.actions) == count
"""


def interrupt(program: str, sends_signal: bool) -> None:
    """Runs a program, sends it SIGINT when it says so, and reads that it was interrupted and ended well."""
    command = [sys.executable, "-X", "faulthandler", "-c", PRELUDE + program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        if sends_signal:
            child.send_signal(signal.SIGINT)
        rest, errors = child.communicate(timeout=60)
    assert (first, rest, child.returncode) == ("asked\n", "interrupted\n", 0), errors


@pytest.mark.parametrize("policy", ["ABORT", "SKIP_CHAIN"])
def test_a_slow_scorer(policy: str) -> None:
    interrupt(SLOW.format(policy=policy), sends_signal=True)


@pytest.mark.parametrize("policy", ["ABORT", "SKIP_CHAIN"])
@pytest.mark.parametrize("act", ["tick(state, 0)", "sample(state, 0)"])
def test_a_scorer_without_any_python_code(policy: str, act: str) -> None:
    interrupt(BUILT_IN.format(policy=policy, act=act, delay_s=0.005), sends_signal=False)


def test_an_interruption_that_nobody_catches_ends_the_program() -> None:
    program = PRELUDE + SLOW.format(policy="SKIP_CHAIN").replace("except KeyboardInterrupt", "except LookupError")
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "asked\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in errors
    assert "in score" in errors
