#!/usr/bin/env python3
"""Counts what an idle tick executes, so that no other work of the machine is in the figures. Standard library only.

    tests/instructions.py SCALE IDLE [--chains 1000 1000000] [--nodes 1000]

SCALE is examples/scale, IDLE is benches/idle.c, both built for release. Two runs under callgrind that differ only in
the number of idle ticks tell what one tick costs. It fails if a tick costs more where there are more chains, by default
and with everything switched on, or more than it may through the C ABI. Their wall times are printed beside it.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

TICKS_PER_BATCH = 100
FEW_BATCHES, MANY_BATCHES = 1, 6
# Instructions per tick and holder node with few chains and with many must be as close as this.
SCALE_LIMIT = 1.05
# What the boundary may add.
ABI_LIMIT = 1.20
WALL_ROUNDS = 7


def command(program, chains, nodes, batches, *switches):
    """The two programs take the same numbers in different ways."""
    if program.name == "scale":
        return [program, "--chains", str(chains), "--nodes", str(nodes), "--idle", str(batches), *switches]
    return [program, str(chains), str(nodes), str(batches)]


def collected(arguments):
    """The instructions of one run, and what the program printed."""
    with tempfile.NamedTemporaryFile() as out:
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}"]
        finished = subprocess.run(valgrind + arguments, capture_output=True, text=True, check=False)
    match = re.search(r"Collected : (\d+)", finished.stderr)
    if finished.returncode != 0 or match is None:
        sys.exit(f"{arguments[0]} failed under callgrind:\n{finished.stdout}{finished.stderr}")
    return int(match.group(1)), json.loads(finished.stdout)


def instructions_per_tick(program, chains, nodes, *switches):
    """The difference of two runs holds nothing of loading and of the first tick. Also the number of holder nodes."""
    few, _ = collected(command(program, chains, nodes, FEW_BATCHES, *switches))
    many, line = collected(command(program, chains, nodes, MANY_BATCHES, *switches))
    return (many - few) / ((MANY_BATCHES - FEW_BATCHES) * TICKS_PER_BATCH), line["distinct_holders"]


def least_ns(programs, chains, nodes):
    """The shortest tick of each program; they take turns, so that a busy moment meets both."""
    least = [float("inf")] * len(programs)
    for _ in range(WALL_ROUNDS):
        for index, program in enumerate(programs):
            printed = subprocess.run(command(program, chains, nodes, 300), capture_output=True, text=True, check=True)
            least[index] = min(least[index], json.loads(printed.stdout)["ns"])
    return least


def compare_sizes(arguments, title, *switches):
    """Prints what a tick costs with few chains and with many; answers their ratio, and the cost with few."""
    per_tick, per_node = [], []
    for chains in arguments.chains:
        instructions, holders = instructions_per_tick(arguments.scale, chains, arguments.nodes, *switches)
        per_tick.append(instructions)
        per_node.append(instructions / holders)
        print(f"{chains:>9,} chains{title}: {instructions:,.0f} instructions per idle tick, {per_node[-1]:.2f} for "
              f"each of the {holders:,} nodes", flush=True)
    ratio = max(per_node) / min(per_node)
    print(f"{ratio:.3f} x, at most {SCALE_LIMIT} x", flush=True)
    return ratio, per_tick[0]


def main():
    """Prints each figure and says at the end which was too high."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scale", type=pathlib.Path)
    parser.add_argument("idle", type=pathlib.Path)
    parser.add_argument("--chains", type=int, nargs=2, default=[1_000, 1_000_000], metavar=("FEW", "MANY"))
    parser.add_argument("--nodes", type=int, default=1_000)
    arguments = parser.parse_args()

    ratio, rust = compare_sizes(arguments, "")
    ratio_with_everything_on, rust_with_everything_on = compare_sizes(arguments, ", everything on", "--everything-on")
    print(f"everything on: {rust_with_everything_on / rust:.3f} x of what it is by default")

    few = arguments.chains[0]
    through_c, _ = instructions_per_tick(arguments.idle, few, arguments.nodes)
    abi_ratio = through_c / rust
    rust_ns, c_ns = least_ns([arguments.scale, arguments.idle], few, arguments.nodes)
    print(f"through the C ABI: {through_c:,.0f} instructions per idle tick against {rust:,.0f} in Rust, "
          f"{abi_ratio:.3f} x, at most {ABI_LIMIT} x")
    print(f"in time: {c_ns / 1e3:.2f} us against {rust_ns / 1e3:.2f} us, {c_ns / rust_ns:.2f} x")

    if max(ratio, ratio_with_everything_on) > SCALE_LIMIT:
        sys.exit("an idle tick costs more where there are more chains")
    # The count cannot be disturbed; the time, which is what is promised, can.
    if min(abi_ratio, c_ns / rust_ns) > ABI_LIMIT:
        sys.exit("the boundary adds more to an idle tick than it may")


if __name__ == "__main__":
    main()
