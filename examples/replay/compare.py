#!/usr/bin/env python3
"""Replays a trace under every policy and puts the results side by side.

usage: compare.py path/to/driftline-replay
"""

import os
import re
import subprocess
import sys

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(os.path.dirname(REPOSITORY), "shared", "data")
MEASURED = [os.path.join(DATA, "seattle_rows_%s_u16.npy" % part) for part in ("ti", "cs")]

POLICIES = [
    ("never", ["--policy", "never"]),
    ("greedy", ["--policy", "greedy"]),
    ("drift", ["--policy", "drift"]),
    ("drift, smoothed", ["--policy", "drift", "--smooth", "0.3"]),
]

HEADINGS = ["policy", "moves", "fresh mean s", "vs never", "fresh p95 s", "pre mean s", "post mean s", "score calls"]

EXPLANATION = """\
How to read it: judge by fresh, the round-trip times that were measured after the
replicas had been put where they are. pre and post reward a policy for the very
samples that it chose by: greedy looks best there, because it believes all of them.
A good policy has a low fresh mean and gets it with few moves. "smoothed" lets
scores follow each new row by 0.3 of the difference; score calls are driftline's."""


class Failure(Exception):
    pass


def run(program, arguments):
    """The values of the last line, and the mean and p95 of each cost as the table prints them."""
    done = subprocess.run([program] + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failure(done.stderr.strip() or "%s failed" % program)
    summary = dict(pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    costs = {label: (mean, p95)
             for label, mean, p95 in re.findall(r"^  (pre|post|fresh) +([\d.]+) +([\d.]+) ", done.stdout, re.MULTILINE)}
    return summary, costs


def compare(program, source):
    rows = []
    base = None
    for name, arguments in POLICIES:
        summary, costs = run(program, source + arguments)
        fresh = float(costs["fresh"][0])
        difference = "-" if base is None else "{:+.1f} %".format(100 * (fresh / base - 1))
        base = fresh if base is None else base
        rows.append([
            name, "{:,}".format(int(summary["moves"])), costs["fresh"][0], difference, costs["fresh"][1],
            costs["pre"][0], costs["post"][0], "{:,}".format(int(summary["score_calls"])),
        ])
    return rows


def print_table(title, rows):
    widths = [max(len(row[column]) for row in [HEADINGS] + rows) for column in range(len(HEADINGS))]
    print(title)
    for row in [HEADINGS] + rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells))
    print()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    program = sys.argv[1]
    try:
        print_table("Generated trace: seed 42, 24 nodes, 120 slices", compare(program, ["--generate", "42", "24", "120"]))
        print_table("Generated trace: seed 1, 99 nodes, 688 slices", compare(program, ["--generate", "1", "99", "688"]))
        if all(os.path.exists(path) for path in MEASURED):
            print_table("Measured trace: Seattle, 99 nodes, 688 slices", compare(program, ["--rows"] + MEASURED))
        else:
            print("Measured trace: not here (%s), so it is left out.\n" % os.path.relpath(DATA))
    except (Failure, OSError) as failure:
        sys.exit("compare.py: %s" % failure)
    print(EXPLANATION)


if __name__ == "__main__":
    main()
