"""The manual pages: they are well-formed, complete, and their example does what they say."""

import re
import unittest

from support import VERSION, Installed, attempt, declared_functions, run


def rendered(page):
    """A page as a terminal of a usual width shows it, without what makes it bold."""
    return re.sub(
        r".\x08", "", run(["man", "--no-hyphenation", f"./{page.name}"], page.parent, MANWIDTH=100, PAGER="cat")
    )


def example(text):
    """The C program of a page."""
    code = re.search(r"^\.Bd -literal\n(#include.*?)^\.Ed", text, re.MULTILINE | re.DOTALL).group(1)
    return code.replace("\\e", "\\")


class Pages(Installed):
    """Both pages, as they are installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.library = cls.prefix / "share/man/man3/driftline.3"
        cls.program = cls.prefix / "share/man/man1/driftline-replay.1"

    def test_they_are_well_formed(self):
        for page in (self.library, self.program):
            for command in (
                ["mandoc", "-T", "lint", "-W", "warning", str(page)],
                ["man", "--warnings=w", f"./{page.name}"],
            ):
                done = attempt(command, page.parent)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertNotIn("WARNING", done.stdout)

    def test_a_malformed_page_is_noticed(self):
        broken = self.scratch / "broken.3"
        broken.write_text(self.library.read_text(encoding="utf-8").replace(".El\n", "", 1), encoding="utf-8")
        self.assertNotEqual(attempt(["mandoc", "-T", "lint", "-W", "warning", str(broken)]).returncode, 0)

    def test_they_say_which_version(self):
        for page in (self.library, self.program):
            self.assertIn(f"driftline {VERSION}", rendered(page).splitlines()[-1])

    def test_every_function_is_there_and_no_other(self):
        text = self.library.read_text(encoding="utf-8")
        functions = re.search(r"^\.Ss The functions\n(.*?)^\.Ss ", text, re.MULTILINE | re.DOTALL).group(1)
        listed = re.findall(r"^\.Fn (driftline_\w+)", functions, re.MULTILINE)
        self.assertEqual(sorted(listed), sorted(declared_functions()))
        self.assertLessEqual(set(re.findall(r"^\.Fn (driftline_\w+)", text, re.MULTILINE)), set(listed))

    def test_every_constant_that_is_named_exists(self):
        named = re.findall(r"^\.Dv (\w+)", self.library.read_text(encoding="utf-8"), re.MULTILINE)
        header = (self.prefix / "include/driftline.h").read_text(encoding="utf-8")
        for name in named:
            self.assertIn(f"#define {name}", header)

    def test_the_example(self):
        text = self.library.read_text(encoding="utf-8")
        (self.scratch / "example.c").write_text(example(text), encoding="utf-8")
        run(
            f"cc -std=c11 -Wall -Wextra -Wpedantic -Werror example.c -I{self.prefix}/include"
            f" {self.prefix}/lib/libdriftline.a -lpthread -ldl -lm -o example",
            self.scratch,
        )
        promised = re.search(r"^It prints\n\.Dq (.*) \.$", text, re.MULTILINE).group(1)
        self.assertEqual(run("./example", self.scratch), f"{promised}\n")

    def test_the_options_of_the_program(self):
        text = self.program.read_text(encoding="utf-8")
        described = {f"-{name}" for name in re.findall(r"^\.It Fl (-\w+)", text, re.MULTILINE)}
        helped = set(re.findall(r"--[a-z]+", run([str(self.prefix / "bin/driftline-replay"), "--help"])))
        self.assertEqual(described, helped)

    def test_the_defaults_of_the_program(self):
        """They are those of the program's own help."""
        helped = " ".join(run([str(self.prefix / "bin/driftline-replay"), "--help"]).split())
        page = " ".join(rendered(self.program).split())
        defaults = re.findall(r"\(default:? (?:--\w+ )?(\d[\d ]*)", helped)
        self.assertEqual(len(defaults), 2)
        self.assertEqual(re.findall(r"The default is (\d[\d ]*)", page), defaults)

    def test_the_limits_of_the_program(self):
        """Every other number that the help names is on the page."""
        number = r"\d[\d.,]*\d|\d"
        helped = run([str(self.prefix / "bin/driftline-replay"), "--help"])
        self.assertLessEqual(set(re.findall(number, helped)), set(re.findall(number, rendered(self.program))))


class Program(Installed):
    """The program that is installed, at the place where it is found."""

    def test_it_runs_and_knows_its_version(self):
        program = str(self.prefix / "bin/driftline-replay")
        self.assertIn(VERSION, run([program, "--version"]))
        self.assertRegex(run([program]).splitlines()[-1], r"^moves=\d+ ")


if __name__ == "__main__":
    unittest.main()
