#!/usr/bin/env python3
"""Whether two replay programs print the same: replay_same.py ONE OTHER. Standard library only."""

import subprocess
import sys

RUNS = [
    ["--generate", seed, nodes, slices, "--policy", policy, *more]
    for seed, nodes, slices in (("1", "20", "60"), ("7", "99", "40"))
    for policy in ("never", "greedy", "drift")
    for more in ((), ("--cooldown", "0"), ("--cooldown", "25"))
]


def output(program, arguments):
    return subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    one, other = sys.argv[1:]
    moved = 0
    for arguments in RUNS:
        expected, printed = output(one, arguments), output(other, arguments)
        if expected != printed:
            sys.exit(f"{other} {' '.join(arguments)} differs:\n{expected}\nis not\n{printed}")
        moved += "drift" in arguments and "moves=0 " not in printed
    if moved == 0:
        sys.exit("no run of driftline moved anything, so nothing was compared")
    print(f"{len(RUNS)} replays print the same, {moved} of them with moves of driftline")


if __name__ == "__main__":
    main()
