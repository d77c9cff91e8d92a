"""Strangers' programs: the lines of packaging/README.md, typed one after the other in a folder of their own."""

import re
import unittest

from support import PACKAGING, ROOT, SONAME, VERSION, Installed, attempt, dynamic, run
from test_manual import example

README = (PACKAGING / "README.md").read_text(encoding="utf-8")
PROMISED = re.search(r"^Each of them prints `(.*)`", README, re.MULTILINE).group(1) + "\n"
# What a project says that looks for driftline with success.
FOUND = f"found {VERSION} 1"


def section(title):
    """The text below a heading."""
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL).group(1)


def block(title, language):
    """The one code block of a language in a section."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, (title, language)
    return blocks[0]


def lines(title):
    """The commands of a section."""
    return "".join(re.findall(r"^```sh\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)).splitlines()


class Programs(Installed):
    """What is installed lies where the page says: below a home."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.scratch / "home"
        cls.home.mkdir()
        cls.prefix = cls.prefix.rename(cls.home / ".local")

    def setUp(self):
        self.folder = self.scratch / self.id().rsplit(".", maxsplit=1)[-1]
        self.folder.mkdir()

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def typed(self, commands, **variables):
        """Runs lines in one shell and returns what each of those printed that run a program."""
        outputs = []
        exports = {
            name: value.replace("$HOME", str(self.home))
            for name, value in (
                line.removeprefix("export ").split("=") for line in lines("C") if line.startswith("export ")
            )
        }
        for line in commands:
            if not line.startswith("export "):
                output = run(line, self.folder, HOME=self.home, **exports, **variables)
                if re.search(r"(^|/|\s)(build/|\./)example", line):
                    outputs.append(output)
        return outputs


class C(Programs):
    """Programs in C."""

    def test_the_lines_of_the_page(self):
        page = (self.prefix / "share/man/man3/driftline.3").read_text(encoding="utf-8")
        self.write("example.c", example(page))
        self.assertEqual(self.typed(lines("C")), [PROMISED] * 3)
        needed = {
            name: dynamic(self.folder / name).get("NEEDED", [])
            for name in ("example", "example-static", "example-alone")
        }
        self.assertIn(SONAME, needed["example"])
        self.assertNotIn(SONAME, needed["example-static"])
        self.assertIn("libc.so.6", needed["example-static"])
        self.assertEqual(needed["example-alone"], [])

    def test_what_pkg_config_says(self):
        def asked(*arguments):
            return run(["pkg-config", *arguments], PKG_CONFIG_PATH=self.prefix / "lib/pkgconfig").split()

        place = f"{self.prefix}/lib/pkgconfig/../.."
        self.assertEqual(asked("--modversion", "driftline"), [VERSION])
        self.assertEqual(asked("--print-requires", "--print-requires-private", "driftline"), [])
        self.assertEqual(asked("--print-provides", "driftline"), ["driftline", "=", VERSION])
        self.assertEqual(asked("--cflags", "driftline"), [f"-I{place}/include"])
        self.assertEqual(asked("--libs", "driftline"), [f"-L{place}/lib", "-ldriftline"])
        self.assertEqual(
            asked("--static", "--libs", "driftline"), [f"-L{place}/lib", "-ldriftline", "-lpthread", "-ldl", "-lm"]
        )
        self.assertEqual(
            asked("--libs", "driftline-static"), [f"{place}/lib/libdriftline.a", "-lpthread", "-ldl", "-lm"]
        )
        asked("--validate", "driftline", "driftline-static")


class Cpp(Programs):
    """Programs in C++, built by CMake."""

    def project(self, text):
        self.write("CMakeLists.txt", text)
        self.write("example.cpp", block("C++ and CMake", "cpp"))

    def test_the_lines_of_the_page(self):
        self.project(block("C++ and CMake", "cmake"))
        self.assertEqual(self.typed(lines("C++ and CMake")), [PROMISED])
        self.assertIn(SONAME, dynamic(self.folder / "build/example")["NEEDED"])

    def test_the_static_library(self):
        self.project(re.sub(r"driftline::driftline\) # or (.*)", r"\1)", block("C++ and CMake", "cmake")))
        self.assertIn(
            "(example PRIVATE driftline::static)", (self.folder / "CMakeLists.txt").read_text(encoding="utf-8")
        )
        self.assertEqual(self.typed(lines("C++ and CMake")), [PROMISED])
        self.assertNotIn(SONAME, dynamic(self.folder / "build/example")["NEEDED"])

    def configured(self, find, prefix=None):
        """What becomes of a project that looks for driftline in its own way."""
        self.project(
            f"cmake_minimum_required(VERSION 3.16)\nproject(example LANGUAGES C)\n{find}\n"
            'message(STATUS "found ${driftline_VERSION} ${driftline_FOUND}")\n'
        )
        return attempt(
            ["cmake", "-S", ".", "-B", "build", "--fresh", f"-DCMAKE_PREFIX_PATH={prefix or self.prefix}"], self.folder
        )

    def test_versions(self):
        major, minor, patch = map(int, VERSION.split("."))
        self.assertEqual(major, 0, "from 1.0 on, minor versions serve those who ask for earlier ones; say so here")
        series, following = f"{major}.{minor}", f"{major}.{minor + 1}"
        for wanted in ("", series, VERSION, f"{VERSION} EXACT", f"{series}...{following}", f"0.0.1...{VERSION}"):
            found = self.configured(
                f"find_package(driftline {wanted} CONFIG REQUIRED)\nfind_package(driftline CONFIG REQUIRED)"
            )
            self.assertIn(FOUND, found.stdout, (wanted, found.stderr))
        for wanted in (
            f"{series}.{patch + 1}",
            following,
            "0.0.9",
            "1",
            "1.0",
            f"{series}0",
            f"0.0.1...<{VERSION}",
            f"{following}...1.0",
            f"{series} EXACT" if patch else "0 EXACT",
        ):
            refused = self.configured(f"find_package(driftline {wanted} CONFIG REQUIRED)")
            self.assertNotEqual(refused.returncode, 0, wanted)
            self.assertIn(f"driftline-config.cmake, version: {VERSION}", refused.stderr)

    def test_the_name_that_programs_ask_for(self):
        found = self.configured(
            "find_package(driftline CONFIG REQUIRED)\n"
            'get_target_property(name driftline::driftline IMPORTED_SONAME)\nmessage(STATUS "named ${name}")'
        )
        self.assertIn(f"named {SONAME}\n", found.stdout)

    def test_pointers_of_another_width(self):
        refused = self.configured("set(CMAKE_SIZEOF_VOID_P 2)\nfind_package(driftline CONFIG REQUIRED)")
        self.assertIn(f"version: {VERSION} (for pointers of 8 bytes)", refused.stderr)

    def test_components_are_refused_by_name(self):
        refused = self.configured("find_package(driftline CONFIG REQUIRED COMPONENTS cpp)")
        self.assertIn('driftline has no component "cpp"', refused.stderr)
        self.assertIn(FOUND, self.configured("find_package(driftline CONFIG REQUIRED OPTIONAL_COMPONENTS cpp)").stdout)

    def test_an_incomplete_installation_is_told(self):
        archive = self.prefix / "lib/libdriftline.a"
        archive.rename(self.home / "away")
        try:
            refused = self.configured("find_package(driftline CONFIG REQUIRED)")
        finally:
            (self.home / "away").rename(archive)
        self.assertRegex(refused.stderr.replace("\n", ""), r"incomplete: *\S*/lib/libdriftline.a is *missing")

    def test_a_lib_that_is_a_link(self):
        """As in distributions where /lib is /usr/lib."""
        merged = self.folder / "merged"
        merged.mkdir()
        (merged / "lib").symlink_to(self.prefix / "lib")
        self.assertIn(FOUND, self.configured("find_package(driftline CONFIG REQUIRED)", merged).stdout)


class Go(Programs):
    """Programs in Go."""

    def test_the_lines_of_the_page(self):
        self.write("main.go", block("Go", "go"))
        # With another home, Go would fill new caches.
        caches = {name: run(["go", "env", name]).strip() for name in ("GOCACHE", "GOMODCACHE", "GOPATH")}
        self.assertEqual(self.typed(lines("Go"), DRIFTLINE=ROOT, **caches), [PROMISED])
        self.assertIn(SONAME, dynamic(self.folder / "example")["NEEDED"])


if __name__ == "__main__":
    unittest.main()
