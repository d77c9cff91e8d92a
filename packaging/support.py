"""What the tests of the packaging share: installing into fresh folders, running commands, reading ELF files."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
HEADER = ROOT / "include" / "driftline.h"
SCRATCH = ROOT / "build" / "packaging" / "test"
STAGE = ROOT / "build" / "packaging"
VERSION = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE).group(1)
SHARED = f"libdriftline.so.{VERSION}"
SONAME = f"libdriftline.so.{VERSION.split('.', maxsplit=1)[0]}"

# What an outer make, or the user's own settings, would change.
FOREIGN = (
    "MAKEFLAGS",
    "MFLAGS",
    "MAKELEVEL",
    "MAKEOVERRIDES",
    "PREFIX",
    "DESTDIR",
    "BINDIR",
    "INCLUDEDIR",
    "LIBDIR",
    "MANDIR",
    "DOCDIR",
    "PKG_CONFIG_PATH",
    "PKG_CONFIG_LIBDIR",
    "CMAKE_PREFIX_PATH",
    "LD_LIBRARY_PATH",
    "CPATH",
    "LIBRARY_PATH",
    "CFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
)


def environment(**more):
    """The environment of a user who has set nothing but `more`."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "LC_ALL": "C.UTF-8", **{name: str(value) for name, value in more.items()}}


def attempt(command, folder=ROOT, **variables):
    """Runs a command, or a line of shell, and returns what became of it."""
    return subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )


def run(command, folder=ROOT, **variables):
    """Runs a command that must succeed and returns what it printed."""
    finished = attempt(command, folder, **variables)
    if finished.returncode != 0:
        raise AssertionError(f"$ {command}\n{finished.stdout}{finished.stderr}")
    return finished.stdout


def make(target, **variables):
    """Runs a target of packaging/rules.mk, as a user would."""
    settings = [f"{name}={value}" for name, value in variables.items()]
    return run(["make", "--no-print-directory", "-f", "packaging/rules.mk", target, *settings])


def tree(folder):
    """Every file, link and folder below a folder, as relative names."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def files(folder):
    """As `tree`, without the folders."""
    return [name for name in tree(folder) if (folder / name).is_symlink() or (folder / name).is_file()]


class Case(unittest.TestCase):
    """A test with a folder of its own, which is empty when it starts."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = SCRATCH / cls.__name__
        shutil.rmtree(cls.scratch, ignore_errors=True)
        cls.scratch.mkdir(parents=True)


class Installed(Case):
    """Tests of an installation that was moved away from where it was made, so that nothing may depend on the place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make("install", DESTDIR=cls.scratch / "staged", PREFIX="/opt/made/here")
        cls.prefix = cls.scratch / "prefix"
        (cls.scratch / "staged/opt/made/here").rename(cls.prefix)
        shutil.rmtree(cls.scratch / "staged")


def dynamic(library):
    """The dynamic section of an ELF file: a list of values for each tag."""
    found = {}
    for line in run(["readelf", "--wide", "--dynamic", str(library)]).splitlines():
        match = re.match(r"\s*0x[0-9a-f]+ \((\w+)\)\s+(?:.*\[(.*)\]|(.*))", line)
        if match:
            found.setdefault(match.group(1), []).append(match.group(2) or match.group(3))
    return found


def exported(library):
    """The names that a shared library offers, without the versions' own."""
    lines = run(["nm", "--dynamic", "--defined-only", "--format=posix", str(library)]).splitlines()
    return sorted(line.split()[0] for line in lines)


def without_comments(header):
    """The text of a header, its directives included."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line) + "\n"


def declared_functions(header=HEADER):
    """The functions that a C header declares, in order."""
    return re.findall(r"\b(driftline_\w+)\(", without_comments(header))
