"""The libraries themselves: names, symbols, and what they must not carry along."""

import pathlib
import re
import unittest

from support import HEADER, ROOT, SONAME, STAGE, VERSION, Case, declared_functions, dynamic, exported, run

# What every Linux has.
SYSTEM = re.compile(r"(libc|libm|libgcc_s|libpthread|libdl|ld-linux.*)\.so\.")


def complaints(library):
    """What is wrong with a shared library that is to be installed. Empty: nothing."""
    found = []
    section = dynamic(library)
    if section.get("SONAME") != [SONAME]:
        found.append(f"the SONAME is {section.get('SONAME')}, not {SONAME}")
    found += [f"it has {tag}" for tag in ("RPATH", "RUNPATH", "TEXTREL") if tag in section]
    found += [f"{name} is declared, but not exported" for name in declared_functions() if name not in exported(library)]
    found += [f"{name} is exported, but not declared" for name in exported(library) if name not in declared_functions()]
    found += [f"it needs {name}" for name in section.get("NEEDED", []) if not SYSTEM.match(name)]
    if ".symtab" in run(["readelf", "--wide", "--sections", str(library)]):
        found.append("it is not stripped")
    return found


class Shared(Case):
    """The shared library, and proof that what is looked for would be found."""

    library = STAGE / "libdriftline.so"

    def test_it_is_as_it_should_be(self):
        self.assertEqual(complaints(self.library), [])

    def build(self, source, *options):
        """A library that is not ours."""
        (self.scratch / "wrong.c").write_text(source, encoding="utf-8")
        run(["cc", "-shared", "-fPIC", "wrong.c", "-o", "wrong.so", *options], self.scratch)
        return complaints(self.scratch / "wrong.so")

    def test_what_is_wrong_is_found(self):
        functions = declared_functions()
        right = "".join(f"void {name}(void) {{}}\n" for name in functions)
        options = ["-s", f"-Wl,-soname,{SONAME}"]
        self.assertEqual(self.build(right, *options), [])
        self.assertEqual(
            self.build(right, "-s", "-Wl,-soname,libdriftline.so"), [f"the SONAME is ['libdriftline.so'], not {SONAME}"]
        )
        self.assertEqual(self.build(right, "-s"), [f"the SONAME is None, not {SONAME}"])
        self.assertEqual(self.build(right, f"-Wl,-soname,{SONAME}"), ["it is not stripped"])
        self.assertEqual(self.build(right, *options, "-Wl,-rpath,/opt/lib"), ["it has RUNPATH"])
        self.assertEqual(self.build(right, *options, "-Wl,-rpath,/opt/lib,--disable-new-dtags"), ["it has RPATH"])
        self.assertEqual(self.build(right + "void mine(void) {}", *options), ["mine is exported, but not declared"])
        self.assertEqual(
            self.build(right.replace(f"void {functions[-1]}(void) {{}}", ""), *options),
            [f"{functions[-1]} is declared, but not exported"],
        )
        (self.scratch / "other.c").write_text("int other_thing(void) { return 1; }\n", encoding="utf-8")
        run("cc -shared -fPIC other.c -Wl,-soname,libother.so.1 -o libother.so", self.scratch)
        self.assertEqual(
            self.build(right, *options, "-Wl,--no-as-needed", "-L.", "-lother"), ["it needs libother.so.1"]
        )


class Static(Case):
    """The static library."""

    library = STAGE / "libdriftline.a"

    def test_it_is_stripped(self):
        sections = run(["readelf", "--wide", "--sections", str(self.library)])
        self.assertIn(".text.driftline_scheduler_tick", sections)
        self.assertNotIn(".debug_", sections)

    def test_it_is_optimised_as_a_whole(self):
        """Otherwise the parts of Rust's standard library would lie beside it."""
        crates = {name.split("-")[0] for name in run(["ar", "t", str(self.library)]).split()}
        self.assertIn("driftline", crates)
        self.assertEqual(crates & {"std", "core", "alloc", "hashbrown"}, set())

    def test_a_program_may_have_another_rust_library(self):
        """Both bring Rust's standard library along; neither may offer it to the other."""
        (self.scratch / "other.rs").write_text(OTHER_RUST, encoding="utf-8")
        run("rustc --edition 2021 --crate-type staticlib -C opt-level=1 -C lto=fat other.rs", self.scratch)
        (self.scratch / "program.c").write_text(BOTH, encoding="utf-8")
        for libraries in (f"{self.library} libother.a", f"libother.a {self.library}"):
            run(f"cc -I{HEADER.parent} program.c {libraries} -lpthread -ldl -lm -o program", self.scratch)
            self.assertEqual(run("./program", self.scratch, RUST_BACKTRACE=0), f"{VERSION} 6 42\n")


# A panic that is caught takes the way through what the libraries could take from each other.
OTHER_RUST = """
#[no_mangle]
pub extern "C" fn other(count: u64) -> u64 {
    let sum = || if count == 3 { panic!("caught") } else { (0..count).collect::<Vec<u64>>().iter().sum() };
    std::panic::catch_unwind(sum).unwrap_or(42)
}
"""

BOTH = """
#include <driftline.h>
#include <stdio.h>
unsigned long other(unsigned long count);
int main(void)
{
    printf("%s %lu %lu\\n", driftline_version(), other(4), other(3));
    return driftline_state_free((driftline_state){0});
}
"""


class Places(Case):
    """Nothing that is installed says where it was built."""

    def test_no_folder_of_this_machine(self):
        for name in ("libdriftline.so", "libdriftline.a", "driftline-replay"):
            content = (STAGE / name).read_bytes()
            for place in (ROOT, pathlib.Path.home() / ".cargo"):
                self.assertNotIn(str(place).encode() + b"/", content, f"{name} names {place}")
            # The names of source files are there, only shorter; otherwise this test would look for nothing.
            self.assertRegex(content, rb"driftline/src/|crates/index")


if __name__ == "__main__":
    unittest.main()
