"""Programs that were compiled against an older header, or a newer one, run with the library of today."""

import re
import unittest

from support import HEADER, PACKAGING, Installed, attempt, without_comments

OLDER = PACKAGING / "fixtures" / "older"
PRINTED = "evict 7: 3 -> 9\nled 1, fresh 1, deferred 0\ncooldown 60 s, back-off 0 s\ndropped 1\n"


class Caller(Installed):
    """One program, compiled against headers of several ages."""

    def program(self, header):
        """A folder with the program's source and a header of its own, which its quotes find first."""
        folder = self.scratch / "sources"
        folder.mkdir(exist_ok=True)
        (folder / "driftline.h").write_text(header, encoding="utf-8")
        (folder / "caller.c").write_bytes((OLDER / "caller.c").read_bytes())
        return self.built_in(folder)

    def built_in(self, folder):
        """What the program in a folder does, linked to the library of today."""
        library = self.prefix / "lib"
        built = attempt(
            [
                "cc",
                "-std=c11",
                "-Wall",
                "-Wextra",
                "-Werror",
                str(folder / "caller.c"),
                f"-L{library}",
                "-ldriftline",
                "-o",
                "caller",
            ],
            self.scratch,
        )
        self.assertEqual(built.stderr, "")
        return attempt("./caller", self.scratch, LD_LIBRARY_PATH=library)

    def sizes(self, outcome):
        return [int(number) for number in re.findall(r"\d+", outcome.stderr)]

    def test_an_older_one(self):
        older = self.built_in(OLDER)
        self.assertEqual((older.returncode, older.stdout), (0, PRINTED), older.stderr)
        today = self.program(HEADER.read_text(encoding="utf-8"))
        self.assertEqual((today.returncode, today.stdout), (0, PRINTED), today.stderr)
        # Or the header is not an older one.
        for before, now in zip(self.sizes(older), self.sizes(today), strict=True):
            self.assertLess(before, now)

    def test_a_newer_one_that_leaves_the_new_fields_zero(self):
        header = without_comments(HEADER)
        for name in ("driftline_config", "driftline_report", "driftline_scorer"):
            header = header.replace(f"}} {name};", f"  uint64_t of_tomorrow;\n}} {name};")
        newer = self.program(header)
        self.assertEqual((newer.returncode, newer.stdout), (0, PRINTED), newer.stderr)

    def test_a_program_that_lies_about_its_size_is_noticed(self):
        """Otherwise the bytes behind the structs would prove nothing."""
        source = (OLDER / "caller.c").read_text(encoding="utf-8")
        lies = {
            "seen.report.struct_size = (uint32_t)sizeof seen.report;": "report: byte 0 behind it was written",
            "driftline_config_init(&mine.config, sizeof mine.config)": "config: byte 0 behind it was written",
        }
        folder = self.scratch / "lies"
        folder.mkdir()
        (folder / "driftline.h").write_bytes((OLDER / "driftline.h").read_bytes())
        for truth, noticed in lies.items():
            self.assertEqual(source.count(truth), 1)
            lie = re.sub(r"sizeof (\w+)\.(\w+)", r"(sizeof \1.\2 + 8)", truth)
            (folder / "caller.c").write_text(source.replace(truth, lie), encoding="utf-8")
            self.assertIn(noticed, self.built_in(folder).stderr)


if __name__ == "__main__":
    unittest.main()
