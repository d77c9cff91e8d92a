#!/usr/bin/env python3
"""Prints the table of a scale.json in Markdown, as the README shows it. Standard library only.

    benches/report.py target/bench/scale.json
"""

import json
import os
import pathlib
import platform
import re
import sys

TITLES = {
    "load": "load from arrays",
    "first_tick": "first tick, everything new",
    "idle_poll": "tick, nothing moved, `Poll`",
    "idle_push": "tick, nothing moved, `Push`",
    "idle_poll_everything_on": "the same in `Poll`, everything on",
    "idle_push_everything_on": "the same in `Push`, everything on",
    "one_node_moved": "tick, one node moved",
    "all_due": "tick, every chain due",
    "all_due_spread_longest": "the longest such tick with `backstop_spread`",
    "stuck": "tick, 1 % stuck under the floor",
    "stuck_backoff": "the same with `retry_backoff_ns`",
    "admitted_move": "one of 1,000 moves in a tick",
    "admitted_move_everything_on": "the same, everything on",
    "event": "one event",
}


def duration(ns):
    """Three digits that count, in the unit that suits."""
    if ns is None:
        return "-"
    for limit, unit in ((1e3, "ns"), (1e6, "µs"), (1e9, "ms"), (float("inf"), "s")):
        # What would be rounded up to a thousand belongs to the next unit.
        if ns < 0.9995 * limit:
            value = ns / {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9}[unit]
            return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f} {unit}"
    raise AssertionError("the last limit is infinite")


def ratio(value):
    """How many times as long, to two digits: the third changes from run to run."""
    if value is None:
        return "-"
    return f"{float(f'{value:.2g}'):,.0f} x" if value >= 10 else f"{value:.1f} x"


def row(cells):
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def table(lines):
    """A row a step, a column for each number of chains, and the naive side where it was measured last."""
    counts = list(dict.fromkeys(line["chains"] for line in lines))
    by_step = {(line["step"], line["chains"]): line for line in lines}
    compared = max((line["chains"] for line in lines if line.get("naive_ns")), default=counts[-1])
    yield row(["chains", *(f"{count:,}" for count in counts), f"naive, {compared:,}", "ratio"])
    yield row(["---", *["---:"] * (len(counts) + 2)])
    for step, title in TITLES.items():
        there = by_step[step, compared]
        times = [duration(by_step[step, count]["ns"]) for count in counts]
        yield row([title, *times, duration(there["naive_ns"]), ratio(there["ratio"])])
    for step, suffix in (("bytes_per_chain", ""), ("bytes_per_chain_everything_on", ", everything on")):
        for field, title in (("before_first_sample", "bytes per chain before the first sample"),
                             ("full_ring", "bytes per chain with full histories")):
            sizes = [f"{by_step[step, count][field]:,.0f}" for count in counts]
            yield row([title + suffix, *sizes, "", ""])


def machine():
    """The processor and the memory, as far as the system says."""
    try:
        cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii")).group(1)
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (OSError, AttributeError, ValueError):
        cpu, memory = platform.machine(), ""
    return f"one core of {' '.join(cpu.split())} ({os.cpu_count()} cores{memory}), {platform.system()}"


def main():
    """Prints the table and where it was measured; run it on the same machine."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    lines = [json.loads(line) for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    print("\n".join(table(lines)))
    print(f"\n3 holders per chain, {lines[0]['nodes']:,} nodes; {machine()}.")


if __name__ == "__main__":
    main()
