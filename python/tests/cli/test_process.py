"""The program as the shell sees it: exit codes, signals, pipes, and what is printed where."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "driftline"]

WAITING = """\
import sys, time
class Waits:
    def __init__(self, measurements):
        pass
    def score(self, chain, node):
        print("asked", file=sys.stderr, flush=True)
        time.sleep(60)
    def best_alternative(self, chain, exclude):
        return None
"""


def test_python_m_driftline() -> None:
    done = subprocess.run([*COMMAND, "replay", "--json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"trace": 6296284031662187650' in done.stdout


def test_exit_codes() -> None:
    for arguments, code in ((["--help"], 0), (["explain", "99"], 1), (["replay", "--policy", "no"], 2)):
        done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert "Traceback" not in done.stderr


def test_no_extra_and_no_array_is_needed_for_help() -> None:
    # What is slow to import, or may be missing, must not stand between the user and a word of help.
    script = "import sys; sys.argv = ['driftline', 'replay', '--help']\n"
    script += "for name in ('numpy', 'rich', 'plotly', 'jinja2', 'matplotlib'): sys.modules[name] = None\n"
    script += "from driftline.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--policy" in done.stdout


def test_an_interrupt_is_130_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "waiting.py").write_text(WAITING)
    arguments = [*COMMAND, "replay", "--scorer", "waiting:Waits"]
    with subprocess.Popen(
        arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "asked\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")


@pytest.mark.parametrize("arguments", [["replay"], ["replay", "--json"], ["explain", "7"]])
def test_a_reader_that_leaves_is_no_reason_to_complain(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as output:
        done = subprocess.run([*COMMAND, *arguments], stdout=output, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["replay"], ["replay", "--json"], ["explain", "7"]])
def test_output_that_cannot_be_written(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as output:
        done = subprocess.run([*COMMAND, *arguments], stdout=output, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "driftline: the output cannot be written: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_file_that_cannot_be_filled() -> None:
    done = subprocess.run([*COMMAND, "replay", "--moves", "/dev/full"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "driftline: /dev/full: cannot be written: No space left on device\n"


def test_output_that_is_closed() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "replay", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_bar_is_only_for_terminals() -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "wb") as terminal:
        done = subprocess.run(
            [*COMMAND, "replay", "--generate", "1", "60", "200", "--json"],
            stdout=subprocess.PIPE,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm"},
            check=False,
        )
    shown = os.read(master, 100_000)
    os.close(master)
    assert done.returncode == 0
    assert b"replay" in shown
    assert done.stdout.count(b"\n") == 1
    assert done.stdout.startswith(b"{")


def test_a_terminal_that_knows_only_ascii(tmp_path: Path) -> None:
    (tmp_path / "entfernt_größe.py").write_text(WAITING.replace("time.sleep(60)", "return 1.0"), encoding="utf-8")
    for arguments in (["replay", "--scorer", "entfernt_größe:Waits"], ["explain", "7"]):
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=tmp_path,
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.isascii()
