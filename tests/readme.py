"""The README's example compiles, links and runs exactly as the README says."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
SCRATCH = ROOT / "build" / "readme"
ENVIRONMENT = ROOT / "build" / "python" / "bin"


def blocks(language):
    """The code blocks of one language, in order."""
    text = README.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def run(command, folder):
    """Runs one shell line and returns what it printed."""
    finished = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise AssertionError(f"$ {command}\n{finished.stdout}{finished.stderr}")
    return finished.stdout


class Readme(unittest.TestCase):
    """What a stranger would type."""

    def test_the_example_builds_and_prints_what_is_said(self):
        shutil.rmtree(SCRATCH, ignore_errors=True)
        SCRATCH.mkdir(parents=True)
        (SCRATCH / "example.c").write_text(blocks("c")[0], encoding="utf-8")
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        for name, place in (("include", ROOT / "include"), ("target", target)):
            (SCRATCH / name).symlink_to(place)
        build = next(block for block in blocks("sh") if "example.c" in block)
        promised = re.search(r"^It prints `(.*?)`", README.read_text(encoding="utf-8"), re.MULTILINE)
        printed = []
        for line in build.splitlines():
            # Cargo is asked in the repository, the compiler beside the example.
            output = run(line, ROOT if line.startswith("cargo") else SCRATCH)
            if "./example" in line:
                printed.append(output.strip())
        self.assertEqual(printed, [promised.group(1)] * 2)

    def test_the_example_is_clean_and_short(self):
        example = blocks("c")[0]
        code = [line for line in example.splitlines() if line.strip()]
        self.assertLessEqual(len(code), 45)
        (ROOT / "build").mkdir(exist_ok=True)
        source = ROOT / "build" / "readme-example.c"
        source.write_text(example, encoding="utf-8")
        run(f"cc -std=c11 -Wall -Wextra -Wpedantic -Werror -I include -fsyntax-only {source}", ROOT)

    def test_the_lines_that_install_it(self):
        home = SCRATCH / "home"
        shutil.rmtree(home, ignore_errors=True)
        SCRATCH.mkdir(parents=True, exist_ok=True)
        (SCRATCH / "example.c").write_text(blocks("c")[0], encoding="utf-8")
        block = next(block for block in blocks("sh") if "make install" in block)
        # Cargo looks for its things at home, so only the words are another one's.
        install, *use = block.replace("$HOME", str(home)).splitlines()
        run(install, ROOT)
        printed = run(" && ".join(use), SCRATCH)
        self.assertEqual(printed, "chain 7: 3 -> 9, gain 0.55\n" * 2)


class Python(unittest.TestCase):
    """The same for those who come from Python. The package is installed by `make python-environment`."""

    def setUp(self):
        self.folder = SCRATCH / "python"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.scorer, self.loop = blocks("python")
        name = re.search(r"^Save it as `(\w+\.py)`", README.read_text(encoding="utf-8"), re.MULTILINE)
        (self.folder / name.group(1)).write_text(self.scorer, encoding="utf-8")
        self.table, self.printed = [block for block in blocks("text") if "──apply──" not in block]

    def run_there(self, command):
        return run(f'PATH="{ENVIRONMENT}:$PATH" COLUMNS=100 {command}', self.folder)

    def test_the_commands_of_a_first_try(self):
        for line in blocks("sh")[0].splitlines():
            if line.startswith("driftline"):
                self.assertIn("never move", self.run_there(line))

    def test_a_scorer_of_your_own(self):
        command = next(block for block in blocks("sh") if "--scorer" in block)
        printed = "\n".join(line.rstrip() for line in self.run_there(command).splitlines())
        self.assertTrue(printed.startswith(self.table.rstrip()), printed)
        self.assertIn("my_scorer:NearForLong", (self.folder / "report.html").read_text(encoding="utf-8"))

    def test_the_loop(self):
        (self.folder / "loop.py").write_text(self.loop, encoding="utf-8")
        self.assertEqual(self.run_there("python loop.py"), self.printed)


if __name__ == "__main__":
    unittest.main()
