"""`make install` and `make uninstall`: what comes, where, for whom, and that all of it goes again."""

import pathlib
import shutil
import stat
import unittest

from support import PACKAGING, ROOT, SHARED, SONAME, Case, Installed, attempt, files, make, run, tree

CPP = ROOT / "bindings" / "cpp" / "include"


def expected():
    """Every file of an installation with the default folders."""
    names = [
        "bin/driftline-replay",
        "include/driftline.h",
        "lib/libdriftline.a",
        "lib/libdriftline.so",
        f"lib/{SONAME}",
        f"lib/{SHARED}",
        "lib/pkgconfig/driftline.pc",
        "lib/pkgconfig/driftline-static.pc",
        "lib/cmake/driftline/driftline-config.cmake",
        "lib/cmake/driftline/driftline-config-version.cmake",
        "share/man/man1/driftline-replay.1",
        "share/man/man3/driftline.3",
        "share/doc/driftline/LICENSE-APACHE",
        "share/doc/driftline/LICENSE-MIT",
    ]
    return sorted(names + [f"include/{path.relative_to(CPP)}" for path in CPP.rglob("*.*")])


class Install(Case):
    """Into folders that were empty."""

    def test_into_a_prefix_and_out_again(self):
        prefix = self.scratch / "prefix"
        make("install", PREFIX=prefix)
        self.assertEqual(files(prefix), expected())
        make("uninstall", PREFIX=prefix)
        self.assertFalse(prefix.exists(), tree(self.scratch))

    def test_twice_is_as_once(self):
        prefix = self.scratch / "twice"
        make("install", PREFIX=prefix)
        make("install", PREFIX=prefix)
        self.assertEqual(files(prefix), expected())

    def test_what_is_built_is_not_built_again(self):
        """A privileged user may have no Rust."""
        prefix = self.scratch / "privileged"
        make("install", PREFIX=prefix, CARGO="false", CC="false", OBJCOPY="false")
        self.assertEqual(files(prefix), expected())

    def test_destdir_comes_before_the_prefix_and_is_forgotten(self):
        staged = self.scratch / "staged"
        make("install", DESTDIR=staged, PREFIX="/opt/driftline")
        self.assertEqual([path.name for path in staged.iterdir()], ["opt"])
        self.assertEqual(files(staged / "opt/driftline"), expected())
        for name in files(staged):
            self.assertNotIn(str(staged).encode(), (staged / name).read_bytes(), name)
        make("uninstall", DESTDIR=staged, PREFIX="/opt/driftline")
        self.assertEqual(tree(staged), ["opt"])

    def test_the_default_is_usr_local(self):
        staged = self.scratch / "default"
        make("install", DESTDIR=staged)
        self.assertEqual(files(staged / "usr/local"), expected())

    def test_the_folders_of_a_distribution(self):
        staged = self.scratch / "distribution"
        folders = {"PREFIX": "/usr", "LIBDIR": "/usr/lib/some-linux-gnu", "INCLUDEDIR": "/usr/include/driftline-0"}
        make("install", DESTDIR=staged, **folders)
        package = staged / "usr/lib/some-linux-gnu/pkgconfig"
        include = run(["pkg-config", "--variable=includedir", "driftline"], PKG_CONFIG_PATH=package).strip()
        self.assertTrue(pathlib.Path(include).samefile(staged / "usr/include/driftline-0"), include)
        library = run(["pkg-config", "--variable=libdir", "driftline"], PKG_CONFIG_PATH=package).strip()
        self.assertTrue(pathlib.Path(library).samefile(staged / "usr/lib/some-linux-gnu"), library)
        make("uninstall", DESTDIR=staged, **folders)
        self.assertEqual(files(staged), [])

    def test_a_prefix_with_a_blank(self):
        prefix = self.scratch / "two words"
        make("install", PREFIX=prefix)
        self.assertEqual(files(prefix), expected())
        make("uninstall", PREFIX=prefix)
        self.assertFalse(prefix.exists(), tree(self.scratch))

    def test_empty_folders_of_the_system_stay(self):
        """Asked without doing it, because a system is no place for tests."""
        for prefix, is_removed in (("/usr/local", False), ("/opt/driftline", True)):
            planned = run(["make", "-n", "-f", "packaging/rules.mk", "uninstall", f"PREFIX={prefix}"])
            self.assertEqual(f'"{prefix}/share" ' in planned, is_removed, planned)
            self.assertIn(f'"{prefix}/include/driftline" ', planned)

    def test_what_others_put_there_stays(self):
        prefix = self.scratch / "others"
        make("install", PREFIX=prefix)
        theirs = ["include/driftline/theirs.hpp", "lib/pkgconfig/theirs.pc", "lib/theirs.so", "share/man/man3/theirs.3"]
        for name in theirs:
            (prefix / name).touch()
        make("uninstall", PREFIX=prefix)
        self.assertEqual(files(prefix), sorted(theirs))

    def test_a_relative_prefix_is_refused_by_its_name(self):
        for target in ("install", "uninstall"):
            refused = attempt(["make", "-f", "packaging/rules.mk", target, "PREFIX=somewhere"])
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("not an absolute path: somewhere (see PREFIX,", refused.stderr)

    def test_a_strict_umask_does_not_lock_others_out(self):
        prefix = self.scratch / "umask"
        run(f"umask 077 && make -f packaging/rules.mk install PREFIX={prefix}")
        for name in tree(prefix):
            mode = stat.S_IMODE((prefix / name).stat().st_mode)
            everyone_runs = (prefix / name).is_dir() or name.startswith("bin/")
            self.assertEqual(oct(mode), oct(0o755 if everyone_runs else 0o644), name)


class Contents(Installed):
    """What lies in an installation."""

    def test_headers_are_those_of_the_repository(self):
        sources = {
            "driftline.h": ROOT / "include/driftline.h",
            **{str(p.relative_to(CPP)): p for p in CPP.rglob("*.*")},
        }
        for name, source in sources.items():
            self.assertEqual((self.prefix / "include" / name).read_bytes(), source.read_bytes(), name)

    def test_links_are_relative_and_as_the_linker_wants_them(self):
        library = self.prefix / "lib"
        self.assertEqual((library / SONAME).readlink(), pathlib.Path(SHARED))
        self.assertEqual((library / "libdriftline.so").readlink(), pathlib.Path(SONAME))
        alone = self.scratch / "ldconfig"
        alone.mkdir()
        shutil.copy(library / SHARED, alone)
        run(["/sbin/ldconfig", "-n", str(alone)])
        self.assertEqual(tree(alone), sorted([SHARED, SONAME]))

    def test_nothing_is_left_to_fill_in(self):
        templates = [path.name for path in PACKAGING.rglob("*.in")]
        self.assertEqual(len(templates), 6)
        for name in files(self.prefix):
            if f"{pathlib.Path(name).name}.in" in templates:
                templates.remove(f"{pathlib.Path(name).name}.in")
                self.assertNotRegex((self.prefix / name).read_text(encoding="utf-8"), "@[A-Z_]+@", name)
        self.assertEqual(templates, [])

    def test_no_text_names_a_place(self):
        for name in files(self.prefix):
            if name.endswith((".pc", ".cmake")):
                self.assertEqual(absolute_paths((self.prefix / name).read_text(encoding="utf-8")), [], name)

    def test_a_named_place_would_be_seen(self):
        text = (self.prefix / "lib/pkgconfig/driftline.pc").read_text(encoding="utf-8")
        planted = text.replace("prefix=${pcfiledir}/../..", "prefix=/opt/driftline")
        self.assertEqual(absolute_paths(planted), ["/opt/driftline"])
        self.assertEqual(absolute_paths('set(here "/opt/driftline")'), ["/opt/driftline"])
        self.assertEqual(absolute_paths("Libs: -L/opt/lib -ldriftline"), ["/opt/lib"])


def absolute_paths(text):
    """The absolute paths in the lines of a file that are no comment."""
    code = " ".join(line for line in text.splitlines() if not line.startswith("#"))
    words = code.replace('"', " ").replace("=", " ").replace("-L", " ").replace("-I", " ").split()
    return [word for word in words if word.startswith("/")]


if __name__ == "__main__":
    unittest.main()
