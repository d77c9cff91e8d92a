"""The ABI of today serves programs of yesterday, and what would break them is noticed.

Each alteration is made to a copy of the header, as somebody might make it in earnest.
"""

import re
import unittest

import abi
from support import HEADER, SONAME, STAGE, Case, declared_functions, run

LIBRARY = STAGE / "libdriftline.so"
GROWING = sorted(set(abi.structs(HEADER)) - abi.FIXED)


class Today(Case):
    """The header and the library as they are."""

    def test_nothing_breaks(self):
        found = abi.complaints(HEADER, LIBRARY, self.scratch)
        self.assertEqual(
            found,
            [],
            "\n".join(found) + "\nWhen this is meant: raise DRIFTLINE_ABI, give the library another "
            "SONAME, and make abi-describe. Before the first release the latter is enough.",
        )

    def test_the_header_says_which_structs_are_fixed(self):
        says = re.findall(
            r"// [^\n]*This struct never grows\.\s*typedef struct \{.*?\} (\w+);",
            HEADER.read_text(encoding="utf-8"),
            re.DOTALL,
        )
        handles = {"driftline_any_scorer", "driftline_inventory", "driftline_scheduler", "driftline_state"}
        self.assertEqual(set(says) | handles, abi.FIXED)

    def test_whatever_may_grow_is_passed_with_its_size(self):
        parameters = re.findall(r"(?:size_t|uint64_t) (\w+)_size", HEADER.read_text(encoding="utf-8"))
        for name in GROWING:
            is_sized = abi.structs(HEADER)[name][0] == "uint32_t struct_size"
            self.assertTrue(is_sized or name.removeprefix("driftline_") in parameters, name)


class Altered(Case):
    """Alterations of the header."""

    def found(self, old, new):
        """What is complained about when `old`, which is there once, becomes `new`."""
        text = HEADER.read_text(encoding="utf-8")
        self.assertEqual(text.count(old), 1, old)
        header = self.scratch / "driftline.h"
        header.write_text(text.replace(old, new), encoding="utf-8")
        return "\n".join(abi.complaints(header, LIBRARY, self.scratch))

    def passes(self, old, new):
        self.assertEqual(self.found(old, new), "")

    def fails(self, old, new, because):
        self.assertRegex(self.found(old, new), because)

    def test_a_field_at_the_end_of_a_sized_struct_passes(self):
        self.assertEqual(len(GROWING), 29)
        for name in GROWING:
            with self.subTest(name):
                self.passes(f"}} {name};", f"  uint64_t one_more;\n}} {name};")

    def test_a_field_at_the_end_of_a_fixed_struct_fails(self):
        for name in sorted(abi.FIXED):
            with self.subTest(name):
                self.fails(f"}} {name};", f"  uint64_t one_more;\n}} {name};", "one_more")

    def test_a_field_that_leaves_padding_fails(self):
        self.fails(
            "} driftline_config;", "  uint32_t half;\n} driftline_config;", "driftline_config has padding after half"
        )

    def test_a_field_in_the_middle_fails(self):
        interval, cost = "  uint64_t decision_interval_ns;", "  int32_t (*migration_cost)("
        self.fails(interval, f"  uint64_t inserted;\n{interval}", "inserted")
        self.fails(cost, f"  void (*inserted)(void *ctx);\n{cost}", "inserted")

    def test_a_field_in_the_middle_fails_beside_one_at_the_end(self):
        end = "  // Must be 0.\n  uint32_t reserved_2;\n} driftline_config;"
        self.fails(end, "  uint32_t inserted;\n  uint32_t reserved_2;\n  uint32_t last;\n} driftline_config;", "inserted")

    def test_a_field_that_is_gone_fails(self):
        self.fails("  uint64_t deferred_age_ns;\n", "", "deferred_age_ns")
        self.fails("  uint64_t retry_backoff_ns;\n", "", "retry_backoff_ns")

    def test_a_field_of_another_type_fails(self):
        self.fails(
            "float score_floor;\n  // An alternative", "uint32_t score_floor;\n  // An alternative", "score_floor"
        )
        self.fails("  uint64_t decision_interval_ns;", "  int64_t decision_interval_ns;", "decision_interval_ns")
        self.fails("verdicts[32]", "verdicts[33]", "verdicts")
        self.fails("message[184]", "message[192]", "message")

    def test_fields_that_change_places_fail(self):
        cooldown, interval = "  uint64_t cooldown_ns;\n", "  uint64_t decision_interval_ns;\n"
        comment = "  // No score is older than this. Above zero; 30 s.\n"
        self.fails(f"{cooldown}{comment}{interval}", f"{interval}{comment}{cooldown}", "cooldown_ns")

    def test_an_altered_callback_fails(self):
        self.fails(
            "(*score)(void *ctx, uint64_t chain, uint64_t node, float *out)",
            "(*score)(void *ctx, uint64_t chain, uint32_t node, float *out)",
            "score",
        )
        self.fails(
            "(*score)(void *ctx, uint64_t chain, uint64_t node, float *out)",
            "(*score)(void *ctx, uint64_t chain, float *out)",
            "score",
        )

    def test_an_altered_function_fails(self):
        name = "driftline_scheduler_free"
        self.fails(f"{name}(driftline_scheduler scheduler);", f"{name}(driftline_scheduler scheduler, int how);", name)
        self.fails(f"{name}(driftline_scheduler scheduler);", f"{name}(driftline_state scheduler);", name)
        self.fails(f"driftline_result {name}(", f"uint64_t {name}(", name)
        self.fails(f"driftline_result {name}(driftline_scheduler scheduler);\n", "", name)
        self.fails("typedef int32_t driftline_result;", "typedef int64_t driftline_result;", "driftline_result")

    def test_an_added_function_passes(self):
        self.passes(
            "uint32_t driftline_abi(void);", "uint32_t driftline_abi(void);\nuint32_t driftline_one_more(void);"
        )

    def test_a_constant_must_keep_its_value(self):
        self.fails("#define DRIFTLINE_RESULT_BUSY 106", "#define DRIFTLINE_RESULT_BUSY 107", "BUSY was 106 and is 107")
        self.fails("#define DRIFTLINE_RESULT_BUSY 106\n", "", "the constant DRIFTLINE_RESULT_BUSY is gone")
        self.fails("#define DRIFTLINE_ABI 1\n", "#define DRIFTLINE_ABI 2\n", "DRIFTLINE_ABI was 1 and is 2")
        self.passes("#define DRIFTLINE_ABI 1\n", "#define DRIFTLINE_ABI 1\n#define DRIFTLINE_ONE_MORE 1\n")

    def test_comments_do_not_matter(self):
        self.passes("// No node, no chain, no index, no time.", "// Another sentence; struct { int of_words; }.")


class Library(Case):
    """Libraries that are not as described."""

    def found(self, functions, soname):
        (self.scratch / "library.c").write_text(
            "".join(f"void {name}(void) {{}}\n" for name in functions), encoding="utf-8"
        )
        run(["cc", "-shared", "-fPIC", "library.c", f"-Wl,-soname,{soname}", "-o", "library.so"], self.scratch)
        return abi.complaints(HEADER, self.scratch / "library.so", self.scratch)

    def test_a_symbol_that_is_gone_fails(self):
        functions = declared_functions()
        self.assertEqual(self.found(functions, SONAME), [])
        self.assertEqual(self.found(functions[1:], SONAME), [f"the library does not export {functions[0]}"])

    def test_another_soname_fails(self):
        self.assertEqual(
            self.found(declared_functions(), "libdriftline.so.7"),
            [f"the SONAME was {SONAME} and is ['libdriftline.so.7']"],
        )


if __name__ == "__main__":
    unittest.main()
