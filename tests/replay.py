#!/usr/bin/env python3
"""Runs build/driftline-replay and holds it against its rules. Standard library only.

DRIFTLINE_REPLAY may name another program to test.
"""

import csv
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import replay_oracle as oracle

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("DRIFTLINE_REPLAY", os.path.join(REPOSITORY, "build", "driftline-replay")))
DATA = os.path.join(os.path.dirname(REPOSITORY), "shared", "data")
MEASURED_TI = os.path.join(DATA, "seattle_rows_ti_u16.npy")
MEASURED_CS = os.path.join(DATA, "seattle_rows_cs_u16.npy")
MEASURED_MOVES = os.path.join(DATA, "seattle_expected_moves_hyst_N10.csv")

LAST_LINE = re.compile(r"moves=(\d+) pre_cs=(\d+) post_cs=(\d+) fresh_cs=(\d+) trace=(\d+) "
                       r"score_calls=(\d+) alternative_calls=(\d+)")
KEYS = ["moves", "pre_cs", "post_cs", "fresh_cs", "trace", "score_calls", "alternative_calls"]


def run(*arguments, **keywords):
    # The limit only ends a run that hangs.
    return subprocess.run([PROGRAM] + [str(a) for a in arguments], stdout=keywords.pop("stdout", subprocess.PIPE),
                          stderr=subprocess.PIPE, text=True, timeout=600, **keywords)


def cost_row(output, label):
    """Mean, p95 and samples of a cost, as printed."""
    match = re.search(r"^  %s +(\S+) +(\S+) +(\S+) " % label, output, re.MULTILINE)
    return match.groups()


class ReplayCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="driftline-replay-")
        self.addCleanup(shutil.rmtree, self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def replay(self, *arguments):
        """The output of a run that must succeed, and the numbers of its last line."""
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        last = done.stdout.splitlines()[-1]
        match = LAST_LINE.fullmatch(last)
        self.assertIsNotNone(match, last)
        return done.stdout, dict(zip(KEYS, map(int, match.groups())))

    def refused(self, *arguments, says=(), **keywords):
        """The message of a run that must fail, and fail well."""
        done = run(*arguments, **keywords)
        self.assertEqual(done.returncode, 1, (arguments, done.stderr))
        self.assertTrue(done.stderr.startswith("driftline-replay: "), done.stderr)
        self.assertTrue(done.stderr.endswith("\n"), done.stderr)
        self.assertNotIn("moves=", done.stdout or "")
        for text in says:
            self.assertIn(text, done.stderr)
        return done.stderr

    def write_trace(self, records, name="trace"):
        ti, cs = self.path(name + "_ti.npy"), self.path(name + "_cs.npy")
        oracle.write_npy(ti, [[t, i] for t, i, _ in records])
        oracle.write_npy(cs, [row for _, _, row in records])
        return ti, cs


class Generator(ReplayCase):
    CASES = [
        (("42", "24", "120"), "540, fold 0x22f482df321b570", (198, 169856, 153749, 40840, 6296284031662187650)),
        (("1", "99", "688"), "12,890, fold 0xc20e219dcaab31d7",
         (4692, 2467242, 2180288, 638293, 10050046575338889358)),
    ]

    def test_check_values(self):
        for arguments, rows, values in self.CASES:
            with self.subTest(arguments):
                output, summary = self.replay("--generate", *arguments)
                self.assertEqual(tuple(summary[key] for key in KEYS[:5]), values)
                self.assertIn("rows        %s\n" % rows, output)

    def test_the_oracle_has_the_same_check_values(self):
        for arguments, rows, values in self.CASES:
            seed, nodes, slices = map(int, arguments)
            records = oracle.generate(seed, nodes, slices)
            self.assertEqual("{:,}, fold {:#x}".format(len(records), oracle.record_fold(records)), rows)
            summary = oracle.replay(records, nodes, slices).summary()
            self.assertEqual(tuple(summary[key] for key in KEYS[:5]), values)

    def test_the_default_is_the_embedded_scenario(self):
        self.assertEqual(run().stdout, run("--generate", "42", "24", "120").stdout)
        explicit = ["--policy", "drift", "--cooldown", "10", "--smooth", "1"]
        self.assertEqual(run().stdout, run(*explicit).stdout)

    def test_same_seed_same_bytes_other_seed_other_trace(self):
        first, second = self.path("first.csv"), self.path("second.csv")
        one = run("--generate", "7", "30", "200", "--moves", first).stdout
        two = run("--generate", "7", "30", "200", "--moves", second).stdout
        self.assertEqual(one.replace(first, ""), two.replace(second, ""))
        with open(first, "rb") as a, open(second, "rb") as b:
            self.assertEqual(a.read(), b.read())
        self.assertNotEqual(one.splitlines()[-1], run("--generate", "8", "30", "200").stdout.splitlines()[-1])

    def test_extremes(self):
        for seed, nodes, slices in ((0, 5, 1), (0, 5, 2), (2**64 - 1, 5, 50), (3, 250, 3), (9, 5, 65536)):
            with self.subTest((seed, nodes, slices)):
                output, _ = self.replay("--generate", seed, nodes, slices)
                if slices <= 50:
                    records = oracle.generate(seed, nodes, slices)
                    self.assertIn("fold %#x\n" % oracle.record_fold(records), output)

    def test_one_slice_has_no_samples(self):
        output, summary = self.replay("--generate", "1", "6", "1")
        self.assertEqual(cost_row(output, "fresh"), ("-", "-", "0"))
        self.assertEqual([summary[key] for key in KEYS[:5]], [0, 0, 0, 0, 0])
        self.assertEqual(summary["score_calls"], 18)


class AgainstTheOracle(ReplayCase):
    """Other scenarios than those with check values: every number that the program prints."""

    def check(self, records, nodes, slices, source, policy, cooldown, smooth):
        moves_path = self.path("moves.csv")
        arguments = list(source) + ["--policy", policy, "--cooldown", cooldown, "--moves", moves_path]
        if smooth != 1.0:
            arguments += ["--smooth", repr(smooth)]
        output, summary = self.replay(*arguments)
        expected = oracle.replay(records, nodes, slices, policy, cooldown, smooth)
        self.assertEqual(summary, expected.summary())
        with open(moves_path, newline="") as file:
            lines = list(csv.reader(file))
        self.assertEqual(lines[0], ["t", "chain", "evicted", "target"])
        self.assertEqual([tuple(map(int, line)) for line in lines[1:]], expected.moves)
        for label, values in (("pre", expected.pre), ("post", expected.post), ("fresh", expected.fresh)):
            mean, p95, samples = cost_row(output, label)
            self.assertAlmostEqual(float(mean), sum(values) / len(values) / 100, delta=0.000051)
            self.assertAlmostEqual(float(p95), oracle.nearest_rank(values, 95) / 100, places=6)
            self.assertEqual(samples, "{:,}".format(len(values)))

    def test_generated_traces(self):
        for seed, nodes, slices in ((1, 24, 120), (5, 5, 300), (77, 60, 150), (123456789, 99, 60), (8, 130, 40)):
            records = oracle.generate(seed, nodes, slices)
            for policy, cooldown, smooth in (
                    ("never", 10, 1.0), ("greedy", 10, 1.0), ("greedy", 3, 0.3), ("drift", 10, 1.0), ("drift", 0, 1.0),
                    ("drift", 1, 1.0), ("drift", 2, 0.9), ("drift", 37, 0.05), ("drift", 10**9, 0.3)):
                with self.subTest((seed, nodes, slices, policy, cooldown, smooth)):
                    source = ["--generate", seed, nodes, slices]
                    self.check(records, nodes, slices, source, policy, cooldown, smooth)

    def test_rows_from_files(self):
        """Files with gaps between slices, ties, zeros and the largest numbers, which the generator never makes."""
        dice = random.Random(4)
        for nodes in (5, 17):
            records = [(0, i, [dice.choice((0, 1, 25, 26, 65535)) for _ in range(nodes)]) for i in range(nodes)]
            for t in sorted(dice.sample(range(1, 500), 90)):
                for i in sorted(dice.sample(range(nodes), dice.randint(1, nodes))):
                    records.append((t, i, [dice.choice((0, 0, 5, 24, 25, 26, 60, 75, 475, 65535)) for _ in range(nodes)]))
            slices = records[-1][0] + 1
            source = ["--rows", *self.write_trace(records)]
            for policy, cooldown, smooth in (("drift", 10, 1.0), ("drift", 0, 0.3), ("greedy", 0, 1.0), ("never", 0, 1.0)):
                with self.subTest((nodes, policy, cooldown, smooth)):
                    self.check(records, nodes, slices, source, policy, cooldown, smooth)

    def test_the_generator_may_also_come_from_files(self):
        records = oracle.generate(42, 24, 120)
        files = self.write_trace(records)
        for more in ([], ["--smooth", "0.3"], ["--policy", "greedy"]):
            _, from_files = self.replay("--rows", *files, *more)
            _, generated = self.replay(*more)
            if records[-1][0] == 119:
                self.assertEqual(from_files, generated)

    def test_a_gap_of_exactly_the_threshold_moves_nothing(self):
        """Scores .05 and .25: a gap of .2 is not over .2. One unit of 10 ms less, and it is."""
        for better, moves in ((75, 0), (74, 1)):
            first = [[0] * 5 for _ in range(5)]
            first[0] = [0, 10, 10, 10, 90]
            records = [(0, i, row) for i, row in enumerate(first)] + [(1, 0, [0, 475, 10, 10, better])]
            _, summary = self.replay("--rows", *self.write_trace(records))
            self.assertEqual(summary["moves"], moves)

    def test_a_score_of_exactly_the_floor_is_healthy(self):
        for worse, moves in ((25, 0), (26, 1)):
            first = [[0] * 5 for _ in range(5)]
            first[0] = [0, 1, 1, 1, 5]
            records = [(0, i, row) for i, row in enumerate(first)] + [(1, 0, [0, worse, 1, 1, 0])]
            _, summary = self.replay("--rows", *self.write_trace(records))
            self.assertEqual(summary["moves"], moves)


class Output(ReplayCase):
    def test_help(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for option in ("--rows", "--generate", "--cooldown", "--policy", "--smooth", "--moves", "--help", "--version"):
            self.assertIn(option, done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)
        self.assertEqual(run("-h").stdout, done.stdout)

    def test_version(self):
        done = run("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^driftline-replay \d+\.\d+")

    def test_the_table_says_what_was_done(self):
        output, summary = self.replay("--cooldown", "1", "--smooth", "0.5")
        for text in ("generated from seed 42", "nodes       24,", "slices      120", "cooldown 1 slice\n", "0.5",
                     "trace       %d\n" % summary["trace"], "healthy", "evict", "score calls"):
            self.assertIn(text, output)

    def test_only_drift_asks_driftline(self):
        for policy in ("never", "greedy"):
            output, summary = self.replay("--policy", policy)
            self.assertEqual((summary["score_calls"], summary["alternative_calls"]), (0, 0))
            self.assertNotIn("work of driftline", output)

    def test_moves_file_of_a_run_without_moves(self):
        path = self.path("moves.csv")
        self.replay("--policy", "never", "--moves", path)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), b"t,chain,evicted,target\n")

    def test_output_that_cannot_be_written(self):
        if not os.path.exists("/dev/full"):
            return
        with open("/dev/full", "w") as full:
            self.refused(says=["cannot be written"], stdout=full)


class Usage(ReplayCase):
    def usage(self, *arguments, says=()):
        self.refused(*arguments, says=list(says) + ["Try 'driftline-replay --help'."])

    def test_numbers(self):
        for seed in ("-1", "+1", " 1", "1 ", "1x", "", "0x10", "1e3", "1.0", "18446744073709551616", "9" * 400):
            self.usage("--generate", seed, "24", "120", says=["SEED"])
        for nodes in ("-5", "0", "4", "4097", "nan", "99999999999999999999", "24.0"):
            self.usage("--generate", "1", nodes, "120", says=["N,", "5 to 4096", "'%s'" % nodes])
        for slices in ("-1", "0", "65537", "18446744073709551617", "many"):
            self.usage("--generate", "1", "24", slices, says=["T,", "1 to 65536", "'%s'" % slices])
        self.usage("--generate", "1", "4096", "65536", says=["1099511627776"])
        for cooldown in ("-1", "1.5", "", "ten", "1000000001", "18446744073709551616", "99999999999999999999999"):
            self.usage("--cooldown", cooldown, says=["--cooldown", "'%s'" % cooldown])

    def test_smoothing(self):
        for alpha in ("nan", "-nan", "NaN(1)", "inf", "0", "0.0", "-0.3", "1.0000001", "2", "", " ", " 0.3", "0.3x",
                      "0,3", "1e999", "1e-999", "0x1p-1", "e", ".", "--", "-"):
            self.usage("--smooth=" + alpha, says=["--smooth", "'%s'" % alpha])
        for alpha in ("1", "0.5", ".5", "5e-1", "+0.5", "1e-300"):
            self.replay("--smooth", alpha)

    def test_policy(self):
        for policy in ("", "Drift", "drif", "drift ", "always"):
            self.usage("--policy", policy, says=["never, greedy or drift", "'%s'" % policy])

    def test_missing_values(self):
        for option in ("--rows", "--generate", "--cooldown", "--policy", "--smooth", "--moves"):
            self.usage(option, says=[option, "missing"])
        self.usage("--rows", "a.npy", says=["--rows", "missing"])
        self.usage("--rows", "a.npy", "--policy", "drift", says=["--rows", "missing"])
        self.usage("--generate", "1", says=["--generate", "missing"])
        self.usage("--generate", "1", "24", says=["--generate", "missing"])
        self.usage("--generate", "1", "24", "--smooth", "0.3", says=["--generate", "missing"])

    def test_what_is_not_an_option(self):
        self.usage("--speed", "9", says=["--speed"])
        self.usage("-x", says=["-x"])
        self.usage("extra", says=["'extra'"])
        self.usage("--generate", "1", "24", "120", "5", says=["'5'"])
        self.usage("--help=now", says=["no value"])
        self.usage("--version=2", says=["no value"])
        self.usage("--rows", "a", "b", "--generate", "1", "24", "120", says=["exclude each other"])

    def test_moves_files_that_cannot_be_written(self):
        for path in (self.directory, self.path("no/such/directory.csv"), ""):
            self.refused("--moves", path, says=[path + ": cannot be written"])
        if os.path.exists("/dev/full"):
            self.refused("--moves", "/dev/full", says=["/dev/full: cannot be written"])

    def test_a_bad_trace_costs_no_old_moves_file(self):
        path = self.path("moves.csv")
        with open(path, "w") as file:
            file.write("precious\n")
        self.refused("--rows", self.path("none"), self.path("none"), "--moves", path)
        with open(path) as file:
            self.assertEqual(file.read(), "precious\n")


class DamagedFiles(ReplayCase):
    def setUp(self):
        super().setUp()
        self.records = oracle.generate(3, 6, 12)
        self.ti, self.cs = self.write_trace(self.records, "good")
        with open(self.ti, "rb") as file:
            self.ti_bytes = file.read()
        with open(self.cs, "rb") as file:
            self.cs_bytes = file.read()
        self.replay("--rows", self.ti, self.cs)

    def write(self, name, data):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def npy(self, header, data, length=None, magic=b"\x93NUMPY\x01\x00"):
        text = header.encode("latin-1")
        return magic + struct.pack("<H", len(text) if length is None else length) + text + data

    def bad_ti(self, data, *says):
        path = self.write("bad_ti.npy", data)
        self.refused("--rows", path, self.cs, says=[path, *says])

    def bad_cs(self, data, *says):
        path = self.write("bad_cs.npy", data)
        self.refused("--rows", self.ti, path, says=[path, *says])

    def bad_records(self, records, *says):
        ti, cs = self.write_trace(records, "bad")
        self.refused("--rows", ti, cs, says=[ti, *says])

    def test_missing_and_unreadable(self):
        self.refused("--rows", self.path("none.npy"), self.cs, says=["none.npy", "No such file"])
        self.refused("--rows", self.ti, self.path("none.npy"), says=["none.npy", "No such file"])
        self.refused("--rows", self.directory, self.cs, says=[self.directory, "directory"])
        self.refused("--rows", self.ti, "", says=["No such file"])

    def test_not_npy(self):
        self.bad_ti(b"t,i\n0,0\n and some more text to be long enough", "not an NPY file")
        self.bad_ti(b"\x94" + self.ti_bytes[1:], "not an NPY file")
        self.bad_cs(self.cs_bytes[:6] + b"\x02\x00" + self.cs_bytes[8:], "NPY version 2.0")
        self.bad_cs(self.cs_bytes[:6] + b"\x01\x01" + self.cs_bytes[8:], "NPY version 1.1")

    def test_truncated(self):
        for length in list(range(0, 128)):
            self.bad_ti(self.ti_bytes[:length], "truncated", "header")
        for length in (128, 129, 130, len(self.ti_bytes) - 2, len(self.ti_bytes) - 1):
            self.bad_ti(self.ti_bytes[:length], "truncated", "data")
            self.bad_cs(self.cs_bytes[:length], "truncated", "data")

    def test_too_long(self):
        self.bad_ti(self.ti_bytes + b"\x00", "data goes on")
        self.bad_cs(self.cs_bytes + self.cs_bytes, "data goes on")

    def test_header_lengths_are_not_trusted(self):
        for length in (0, 1, 50, 117, 119, 5000, 65535):
            self.bad_cs(self.cs_bytes[:8] + struct.pack("<H", length) + self.cs_bytes[10:])
        good = "{'descr': '<u2', 'fortran_order': False, 'shape': (%s), }"
        for shape in ("4294967296, 4294967296", "18446744073709551615, 2", "9" * 300 + ", 6", "268435456, 3",
                      "1073741824, 1", "0, 18446744073709551616"):
            self.bad_cs(self.npy(good % shape, b"\x00" * 64))
        self.bad_cs(self.npy(good % "89478485, 6", b"\x00" * 64), "truncated")
        # These would wrap around to the very shape that the data has.
        for bits in (32, 64, 128):
            rows = 2**bits + len(self.records)
            self.bad_cs(self.npy(good % ("%d, 6" % rows), self.cs_bytes[128:]), "absurdly large")

    def test_wrong_dtype_order_and_shape(self):
        good = "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2), }\n"
        data = b"\x00" * 4
        for descr in (">u2", "|u1", "<i2", "<f8", "<u4", "", "\x1b[2J"):
            self.bad_ti(self.npy(good.replace("<u2", descr), data), "wrong dtype")
        self.bad_ti(self.npy(good.replace("False", "True"), data), "wrong order")
        for shape in ("()", "(2,)", "(1, 2, 1)", "(1, 2, 3, 4, 5)"):
            self.bad_ti(self.npy(good.replace("(1, 2)", shape), data), "wrong shape", "dimension")
        for shape in ("(2, 1)", "(1, 3)", "(0, 0)"):
            self.bad_ti(self.npy(good.replace("(1, 2)", shape), b"\x00" * (6 if "3" in shape else 0 if "0" in shape else 4)),
                        "wrong shape")
        for columns in (4, 4097):
            path = self.path("columns.npy")
            oracle.write_npy(path, [[0] * columns] * len(self.records))
            self.refused("--rows", self.ti, path, says=[path, "%d columns" % columns, "5 to 4096"])

    def test_damaged_headers(self):
        data = b"\x00" * 4
        whole = "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2), }"
        for header in (
                "", "{", "}", "{}", "()", "{'descr'}", "{'descr':}", "{'descr': '<u2'}", whole[:-1], whole + "}",
                whole + "\0", whole + " x", whole.replace(":", "="), whole.replace(", 'shape'", " 'shape'"),
                whole.replace("False", "false"), whole.replace("False", "0"), whole.replace("'<u2'", "<u2"),
                whole.replace("'<u2'", "'<u2"), whole.replace("(1, 2)", "[1, 2]"), whole.replace("(1, 2)", "(1 2)"),
                whole.replace("(1, 2)", "(1, -2)"), whole.replace("(1, 2)", "(1, 2"), whole.replace("(1, 2)", "(, 2)"),
                whole.replace("(1, 2)", "(1.0, 2)"), whole.replace("shape", "shapes"), whole.replace(", }", ",, }"),
                "{'descr': '<u2', " + whole[1:], "{'shape': (1, 2), " + whole[1:], "{'more': 1, " + whole[1:],
                "{" + "'" * 40, "{'" + "a" * 60000 + "': 1}", " " * 65535):
            self.bad_ti(self.npy(header, data), "NPY header")

    def test_headers_that_numpy_may_also_write(self):
        data = self.cs_bytes[128:]
        rows = len(self.records)
        for header in ("{'descr': '<u2', 'fortran_order': False, 'shape': (%d, 6), }\n" % rows,
                       "{\"shape\":(%d,6,),'fortran_order':False,\"descr\":'<u2'}" % rows,
                       "  {'descr' : '<u2' ,\t'shape' : ( %d , 6 ) , 'fortran_order' : False }   \n" % rows):
            path = self.write("other.npy", self.npy(header, data))
            self.assertEqual(run("--rows", self.ti, path).stdout.splitlines()[-1],
                             run("--rows", self.ti, self.cs).stdout.splitlines()[-1])

    def test_inconsistent(self):
        records = self.records
        ti, _ = self.write_trace(records[:-1], "short")
        self.refused("--rows", ti, self.cs, says=[ti, self.cs, str(len(records) - 1), str(len(records))])
        values = [7] * 6
        start = [(0, i, values) for i in range(6)]
        self.bad_records(start + [(1, 6, values)], "row 6", "6 nodes")
        self.bad_records(start + [(1, 65535, values)], "row 65535", "6 nodes")
        self.bad_records(start + [(2, 1, values), (1, 1, values)], "slice 1 comes after slice 2")
        self.bad_records(start + [(1, 2, values), (1, 1, values)], "row 1 comes after row 2")
        self.bad_records(start + [(1, 2, values), (1, 2, values)], "row 2 comes after row 2")
        self.bad_records(start[::-1], "row 4 comes after row 5")
        for missing in range(6):
            rest = [record for record in start if record[1] != missing]
            self.bad_records(rest, "slice 0 lacks row %d" % missing)
            self.bad_records(rest + [(1, missing, values)], "slice 0 lacks row %d" % missing)
        self.bad_records([(1, i, values) for i in range(6)], "slice 0 lacks row 0")
        empty = "{'descr': '<u2', 'fortran_order': False, 'shape': (0, %d), }"
        ti, cs = self.write("no_ti.npy", self.npy(empty % 2, b"")), self.write("no_cs.npy", self.npy(empty % 6, b""))
        self.refused("--rows", ti, cs, says=[ti, "no row"])
        self.refused("--rows", self.cs, self.ti, says=[self.cs, "2 are needed"])

    def survives(self, ti, cs):
        """Any answer but a crash: a result, or a message that names a file."""
        done = run("--rows", ti, cs)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        if done.returncode == 1:
            self.assertRegex(done.stderr, r"^driftline-replay: [^\n]*\.npy[^\n]*\n$")
            self.assertTrue(all(31 < ord(c) < 127 for c in done.stderr[:-1]), done.stderr)
        else:
            self.assertIsNotNone(LAST_LINE.fullmatch(done.stdout.splitlines()[-1]))

    def test_any_byte_of_the_header(self):
        dice = random.Random(1)
        for position in range(0, 128):
            data = bytearray(self.ti_bytes)
            data[position] ^= 1 << dice.randrange(8)
            self.survives(self.write("fuzz.npy", data), self.cs)
        for _ in range(250):
            data = bytearray(self.cs_bytes)
            for _ in range(dice.choice((1, 1, 2, 5, 40))):
                data[dice.randrange(70)] = dice.choice((dice.randrange(256), *b"{}()',: 0123456789\0\n"))
            self.survives(self.ti, self.write("fuzz.npy", data))

    def test_any_byte_of_the_data(self):
        dice = random.Random(2)
        for _ in range(150):
            data = bytearray(self.ti_bytes)
            for _ in range(dice.randint(1, 3)):
                data[dice.randrange(128, len(data))] = dice.choice((0, 1, 5, 6, 255, dice.randrange(256)))
            self.survives(self.write("fuzz.npy", data), self.cs)
        for _ in range(50):
            data = bytearray(self.cs_bytes)
            for _ in range(20):
                data[dice.randrange(128, len(data))] = dice.randrange(256)
            self.survives(self.ti, self.write("fuzz.npy", data))


class Memory(ReplayCase):
    """Every way out frees what it took, and reads nothing that it did not write."""

    def test_valgrind(self):
        valgrind = shutil.which("valgrind")
        if valgrind is None:
            print("valgrind is not installed: memory is not looked at")
            return
        ti, cs = self.write_trace(oracle.generate(3, 6, 12))
        short = self.path("short.npy")
        with open(cs, "rb") as whole, open(short, "wb") as file:
            file.write(whole.read()[:-1])
        for arguments, status in (([], 0), (["--policy", "greedy"], 0), (["--rows", ti, cs, "--smooth", "0.3"], 0),
                                  (["--moves", self.path("moves.csv")], 0), (["--help"], 0), (["--moves", ""], 1),
                                  (["--rows", ti, short], 1), (["--rows", cs, ti], 1), (["--cooldown", "x"], 1)):
            done = subprocess.run([valgrind, "--quiet", "--error-exitcode=99", "--leak-check=full",
                                   "--show-leak-kinds=definite,indirect,possible",
                                   "--errors-for-leak-kinds=definite,indirect,possible", PROGRAM] + arguments,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  env=dict(os.environ, RUST_BACKTRACE="0"))
            self.assertEqual(done.returncode, status, (arguments, done.stderr))


class Measured(ReplayCase):
    """The trace that the rules were made for. It is not part of the repository, only looked for beside it."""

    def setUp(self):
        super().setUp()
        self.here = all(map(os.path.exists, (MEASURED_TI, MEASURED_CS, MEASURED_MOVES)))
        self.rows = ["--rows", MEASURED_TI, MEASURED_CS]

    def test_the_figures(self):
        if not self.here:
            print("the measured trace is not beside the repository: left out")
            return
        path = self.path("moves.csv")
        output, summary = self.replay(*self.rows, "--moves", path)
        self.assertEqual((summary["moves"], summary["trace"]), (4459, 9996582243831028037))
        with open(path, "rb") as made, open(MEASURED_MOVES, "rb") as expected:
            self.assertEqual(made.read(), expected.read())
        self.assertEqual(cost_row(output, "pre")[:2], ("0.1080", "0.44"))
        self.assertEqual(cost_row(output, "fresh")[:2], ("0.1469", "0.49"))
        self.assertLessEqual(summary["score_calls"], 56000)
        self.assertLessEqual(summary["alternative_calls"], 4700)

        output, summary = self.replay(*self.rows, "--smooth", "0.3")
        self.assertEqual((summary["moves"], cost_row(output, "fresh")[0]), (228, "0.1363"))
        output, summary = self.replay(*self.rows, "--policy", "never")
        self.assertEqual((summary["moves"], summary["trace"]), (0, 0))
        self.assertEqual(cost_row(output, "pre")[:2] + cost_row(output, "fresh")[:2], ("0.1962", "0.58", "0.1776", "0.53"))
        output, summary = self.replay(*self.rows, "--policy", "greedy")
        self.assertEqual(summary["moves"], 15237)
        self.assertEqual(cost_row(output, "pre")[:2] + cost_row(output, "fresh")[:2], ("0.0499", "0.18", "0.1519", "0.49"))

    def test_against_the_oracle(self):
        if not self.here:
            return
        records, nodes, slices = oracle.read_records(MEASURED_TI, MEASURED_CS)
        for policy, cooldown, smooth in (("drift", 10, 1.0), ("drift", 0, 1.0), ("drift", 25, 1.0), ("drift", 10, 0.3),
                                         ("drift", 3, 0.1), ("greedy", 10, 1.0)):
            _, summary = self.replay(*self.rows, "--policy", policy, "--cooldown", cooldown, "--smooth", smooth)
            expected = oracle.replay(records, nodes, slices, policy, cooldown, smooth)
            self.assertEqual(summary, expected.summary(), (policy, cooldown, smooth))


if __name__ == "__main__":
    if not os.path.exists(PROGRAM):
        sys.exit("%s is not there: run 'make build/driftline-replay' first" % PROGRAM)
    unittest.main()
