"""Wrong usage ends with 2 and one clear line; help and version end with 0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import driftline as library

if TYPE_CHECKING:
    from .conftest import Run


def refused(run: Run, *arguments: object, says: str, where: str = "driftline replay") -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, ""), done
    first, second = done.err.splitlines()
    assert first.startswith("driftline: ")
    assert says in first
    assert second == f"Try '{where} --help'."


@pytest.mark.parametrize(
    "seed", ["-1", "+1", " 1", "1 ", "1x", "", "0x10", "1e3", "1.0", "1_0", "٣", str(2**64), "9" * 5000]
)
def test_seeds(driftline: Run, seed: str) -> None:
    refused(
        driftline,
        "replay",
        "--generate",
        seed,
        "24",
        "120",
        says=f"SEED must be a whole number from 0 to {2**64 - 1}, not '",
    )


@pytest.mark.parametrize("nodes", ["-5", "0", "4", "4097", "nan", "9" * 20, "24.0"])
def test_nodes(driftline: Run, nodes: str) -> None:
    refused(
        driftline,
        "replay",
        "--generate",
        "1",
        nodes,
        "120",
        says=f"N, the nodes, must be a whole number from 5 to 4096, not '{nodes}'",
    )


@pytest.mark.parametrize("slices", ["-1", "0", "65537", "many"])
def test_slices(driftline: Run, slices: str) -> None:
    refused(driftline, "replay", "--generate", "1", "24", slices, says=f"from 1 to 65536, not '{slices}'")


def test_the_volume(driftline: Run) -> None:
    refused(driftline, "replay", "--generate", "1", "4096", "65536", says="at most 1000000000, not 1099511627776")


@pytest.mark.parametrize("cooldown", ["-1", "1.5", "", "ten", "1000000001", "9" * 23])
def test_cooldowns(driftline: Run, cooldown: str) -> None:
    refused(
        driftline,
        "replay",
        f"--cooldown={cooldown}",
        says=f"--cooldown: must be a whole number from 0 to 1000000000, not '{cooldown}'",
    )


@pytest.mark.parametrize(
    "alpha", ["nan", "inf", "0", "-0.3", "1.0000001", "2", "", " 0.3", "0,3", "1_0e-2", "e", "1e999"]
)
def test_smoothing(driftline: Run, alpha: str) -> None:
    refused(driftline, "replay", f"--smooth={alpha}", says=f"must be a number over 0 and up to 1, not '{alpha}'")


def test_policies(driftline: Run) -> None:
    for policy in ("", "Drift", "drif", "always"):
        refused(driftline, "replay", "--policy", policy, says=f"invalid choice: '{policy}'")


def test_missing_values(driftline: Run) -> None:
    for option in ("--rows", "--generate", "--cooldown", "--policy", "--smooth", "--moves", "--report", "--scorer"):
        refused(driftline, "replay", option, says=f"argument {option}: expected")
    refused(driftline, "replay", "--rows", "a.npy", says="argument --rows: expected 2 arguments")
    refused(driftline, "replay", "--generate", "1", "24", "--json", says="argument --generate: expected 3 arguments")


def test_two_dashes_are_no_value(driftline: Run) -> None:
    for option in ("--cooldown", "--smooth", "--policy", "--moves", "--scorer"):
        done = driftline("replay", f"{option}=--")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"driftline: argument {option}: ")


def test_what_does_not_go_together(driftline: Run) -> None:
    both = ("--rows", "a", "b", "--generate", "1", "24", "120")
    refused(driftline, "replay", *both, says="argument --generate: not allowed with argument --rows")
    refused(driftline, "explain", "1", *both, says="not allowed with", where="driftline explain")


@pytest.mark.parametrize("name", ["", "module", ":Class", "module:", "a b:C", "a:b c", "..a:B", "a/b.py:C", "a:b:c"])
def test_names_of_scorers(driftline: Run, name: str) -> None:
    refused(driftline, "replay", "--scorer", name, says=f"--scorer: must be inventory or module:Class, not '{name}'")


def test_commands(driftline: Run) -> None:
    refused(driftline, says="COMMAND", where="driftline")
    refused(driftline, "reply", says="invalid choice: 'reply'", where="driftline")
    refused(driftline, "replay", "extra", says="unrecognized arguments: extra", where="driftline")
    refused(driftline, "replay", "--pol", "all", says="unrecognized arguments: --pol", where="driftline")
    refused(driftline, "explain", says="CHAIN", where="driftline explain")
    refused(driftline, "explain", "first", says="must be a whole number", where="driftline explain")
    refused(driftline, "explain", "1", "--slice", "65536", says="from 0 to 65535", where="driftline explain")
    refused(driftline, "bench", "--chains", "0", says="from 1 to", where="driftline bench")
    refused(driftline, "bench", "--nodes", "4", says="from 5 to", where="driftline bench")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["replay", "explain", "bench", "examples:", "--version", "exit status"]),
        (
            ("replay",),
            [
                *("--rows", "--generate", "--policy", "--cooldown", "--smooth", "--scorer", "--moves", "--report"),
                *("--json", "--scenario", "--seed", "--nodes", "--chains", "--slices", "inventory"),
            ],
        ),
        (("explain",), ["CHAIN", "--slice", "--rows", "--generate", "--scorer", "--json", "examples:"]),
        (("bench",), ["--chains", "--nodes", "--json", "examples:"]),
    ],
)
def test_help(driftline: Run, arguments: tuple[str, ...], words: list[str]) -> None:
    done = driftline(*arguments, "--help")
    assert (done.code, done.err) == (0, "")
    assert [word for word in words if word not in done.out] == []
    assert max(map(len, done.out.splitlines())) <= 80


def test_version(driftline: Run) -> None:
    done = driftline("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"driftline {library.__version__}\n{library.build_info()}\n"
    assert re.match(r"driftline \d+\.\d+", done.out)
