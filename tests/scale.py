"""What `examples/scale --json` prints, looked at once with few chains. No time is judged here, so it is built
fast."""

import json
import math
import os
import pathlib
import shlex
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHAINS, NODES = 1_000, 100
STEPS = ["load", "first_tick", "idle_poll", "idle_push", "idle_poll_everything_on", "idle_push_everything_on",
         "one_node_moved", "all_due", "all_due_spread_longest", "stuck", "stuck_backoff", "admitted_move",
         "admitted_move_everything_on", "event"]
MEMORY = ["bytes_per_chain", "bytes_per_chain_everything_on"]


def scale(*arguments):
    """Runs the program and returns what it printed, line by line."""
    cargo = shlex.split(os.environ.get("CARGO", "cargo"))
    command = [*cargo, "run", "--quiet", "--profile", "property", "--example", "scale", "--", *arguments]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise AssertionError(f"$ {shlex.join(command)}\n{finished.stdout}{finished.stderr}")
    return [json.loads(line) for line in finished.stdout.splitlines()]


class Scale(unittest.TestCase):
    """One object a line, each step once."""

    @classmethod
    def setUpClass(cls):
        cls.lines = scale("--chains", str(CHAINS), "--nodes", str(NODES), "--json")

    def test_each_step_is_there_once_and_in_order(self):
        self.assertEqual([line["step"] for line in self.lines], STEPS + MEMORY)
        for line in self.lines:
            self.assertEqual((line["chains"], line["nodes"]), (CHAINS, NODES))

    def test_each_time_stands_beside_the_naive_one(self):
        for line in self.lines[:len(STEPS)]:
            self.assertEqual(set(line), {"chains", "nodes", "step", "ns", "naive_ns", "ratio"})
            self.assertGreater(line["ns"], 0)
            self.assertGreater(line["naive_ns"], 0)
            self.assertTrue(math.isclose(line["ratio"], line["naive_ns"] / line["ns"], rel_tol=1e-9), line)

    def test_a_full_ring_takes_more_than_none(self):
        for memory in self.lines[len(STEPS):]:
            self.assertEqual(set(memory), {"chains", "nodes", "step", "before_first_sample", "full_ring"})
            self.assertGreater(memory["before_first_sample"], 0)
            self.assertGreater(memory["full_ring"], memory["before_first_sample"])

    def test_facts_take_room(self):
        bare, everything_on = self.lines[len(STEPS):]
        self.assertGreater(everything_on["before_first_sample"], bare["before_first_sample"])

    def test_a_chain_of_many_takes_no_more_than_it_may(self):
        lines = scale("--chains", "100000", "--nodes", str(NODES), "--naive-max", "1", "--json")
        for memory in lines[len(STEPS):]:
            self.assertLessEqual(memory["before_first_sample"], 200, memory)
            self.assertLessEqual(memory["full_ring"], 1000, memory)

    def test_above_the_maximum_the_naive_side_is_null(self):
        lines = scale("--chains", "50,200", "--chains", "60", "--nodes", "10", "--naive-max", "100", "--json")
        count = len(STEPS + MEMORY)
        self.assertEqual([line["chains"] for line in lines], [50] * count + [200] * count + [60] * count)
        for line in lines:
            if "ns" in line:
                is_skipped = line["chains"] > 100
                self.assertEqual((line["naive_ns"] is None, line["ratio"] is None), (is_skipped, is_skipped))

    def test_idle_ticks_alone_with_everything_on_and_without(self):
        for switches in ([], ["--everything-on"]):
            line, = scale("--chains", str(CHAINS), "--nodes", str(NODES), "--idle", "2", *switches)
            self.assertEqual((line["chains"], line["distinct_holders"]), (CHAINS, NODES))
            self.assertGreater(line["ns"], 0)


if __name__ == "__main__":
    unittest.main()
