#!/usr/bin/env python3
"""Compares the C ABI of today with the one that packaging/abi/driftline.h describes. Run by itself: describes today's.

Programs that were compiled against the description must go on working. So constants keep their values, exported
functions stay, and abidiff must find no difference at all between two small C libraries, one compiled against the
description and one against today's header. Structs may grow at their end, because callers say how large theirs are:
what has grown is cut off before they are compared.

abidiff can be told to tolerate growth, but tolerates changed types then, too. Given folders of headers in place of
such libraries, it misses a field that was inserted into a table of functions.
"""

import re

from support import HEADER, PACKAGING, ROOT, SONAME, attempt, declared_functions, dynamic, exported, without_comments

DESCRIPTION = PACKAGING / "abi" / "driftline.h"
# Passed without a size, so every program believes to know it.
FIXED = {
    "driftline_alternative",
    "driftline_any_scorer",
    "driftline_inventory",
    "driftline_migration_cost",
    "driftline_pair",
    "driftline_scheduler",
    "driftline_state",
}

STRUCT = re.compile(r"typedef struct \{(.*?)\} (driftline_\w+);", re.DOTALL)
CONSTANT = re.compile(r"^#define (DRIFTLINE_\w+) (.+)$", re.MULTILINE)


def fields(body):
    """The declarations in a struct."""
    return [field.strip() for field in body.split(";") if field.strip()]


def structs(header):
    """The fields of every struct of a header."""
    return {name: fields(body) for body, name in STRUCT.findall(without_comments(header))}


def constants(header):
    """The constants of a header, as they are written."""
    return {name: value.strip() for name, value in CONSTANT.findall(without_comments(header))}


def cut(header, described):
    """A header whose structs have no more fields than described, but for those that must not grow."""

    def shorten(match):
        name = match.group(2)
        kept = fields(match.group(1))
        if name in described and name not in FIXED:
            kept = kept[: len(described[name])]
        return "typedef struct {" + "".join(f"\n  {field};" for field in kept) + f"\n}} {name};"

    return STRUCT.sub(shorten, without_comments(header))


def field_name(field):
    """The name in a declaration."""
    return re.search(r"\(\*(\w+)\)|(\w+)(?:\[\d+\])?$", field).group(1, 2)[not re.search(r"\(\*", field)]


def end_of(name, field):
    """An assertion that a struct ends with its last field. Older callers leave padding as it is, so no field may grow
    into it."""
    last = field_name(field)
    return (
        f"_Static_assert(offsetof({name}, {last}) + sizeof((({name} *)0)->{last}) == sizeof({name}), "
        f'"{name} has padding after {last}");\n'
    )


def shim(header, text, folder):
    """Builds a library whose debug information has everything that a header declares; an error text, or ''."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "driftline.h").write_text(text, encoding="utf-8")
    functions = declared_functions(folder / "driftline.h")
    source = '#include "driftline.h"\n'
    source += "".join(f"{name} *struct_{name};\n" for name in structs(folder / "driftline.h"))
    source += "".join(f"__typeof__({name}) *function_{name} = {name};\n" for name in functions)
    (folder / "shim.c").write_text(source, encoding="utf-8")
    whole = "".join(end_of(name, field[-1]) for name, field in structs(header).items())
    (folder / "whole.c").write_text(f'#include "{header}"\n{whole}', encoding="utf-8")
    for command in ("cc -std=c11 -fsyntax-only whole.c", "cc -std=gnu11 -g -fPIC -shared -I. shim.c -o shim.so"):
        done = attempt(command, folder)
        if done.returncode != 0:
            return done.stderr
    return ""


def complaints(header, library, scratch, description=DESCRIPTION):
    """What would break for a program that was compiled against the description. Empty: nothing."""
    found = []
    before, now = constants(description), constants(header)
    found += [f"the constant {name} is gone" for name in before if name not in now]
    found += [
        f"the constant {name} was {value} and is {now[name]}"
        for name, value in before.items()
        if now.get(name, value) != value
    ]
    before, now = declared_functions(description), exported(library)
    found += [f"the library does not export {name}" for name in before if name not in now]
    described_soname = re.search(r"libdriftline\.so\.\d+", description.read_text(encoding="utf-8")).group(0)
    if dynamic(library).get("SONAME") != [described_soname]:
        found.append(f"the SONAME was {described_soname} and is {dynamic(library).get('SONAME')}")
    errors = shim(description, without_comments(description), scratch / "described")
    errors += shim(header, cut(header, structs(description)), scratch / "today")
    if errors:
        return [*found, errors]
    compared = attempt(
        [
            "abidiff",
            "--harmless",
            "--no-added-syms",
            "--no-show-locs",
            str(scratch / "described/shim.so"),
            str(scratch / "today/shim.so"),
        ]
    )
    if compared.returncode != 0:
        found.append(compared.stdout + compared.stderr)
    return found


def describe():
    """Writes down today's ABI."""
    head = (
        f"/* The ABI of {SONAME}, which programs are compiled against: include/driftline.h without its comments. */\n"
    )
    DESCRIPTION.write_text(head + without_comments(HEADER), encoding="utf-8")
    print(f"{DESCRIPTION.relative_to(ROOT)} describes the ABI of today; read the diff")


if __name__ == "__main__":
    describe()
