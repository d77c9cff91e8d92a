#!/usr/bin/env python3
"""Whether the tests of a binding reach every function of the C header: calls are counted, not searched for.

    reach.py build HEADER LIBRARY OUT.a   makes a library that counts the calls of each function and passes them on
    reach.py check HEADER COUNTS          fails unless COUNTS, which the programs wrote, has a call of each function
    reach.py table HEADER COUNTS          the same counts for people

Link a binding's tests to OUT.a in place of the library and run them with DRIFTLINE_CALLS=COUNTS; programs that end
normally add to that file. Needs a C compiler and binutils (CC, OBJCOPY, OBJDUMP, NM, AR); works for every language.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

DECLARATION = re.compile(r"^([a-z][\w ]*?[ *]+)(driftline_\w+)\(([^;{}]*)\);", re.MULTILINE)


def functions(header):
    """Return type, name and parameters of each function."""
    with open(header, encoding="utf-8") as file:
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    found = [(result.strip(), name, " ".join(parameters.split()))
             for result, name, parameters in DECLARATION.findall(text)]
    if not found:
        sys.exit(f"{header}: no function was found")
    return found


def arguments(parameters):
    """The names of parameters, to be passed on."""
    if parameters == "void":
        return ""
    return ", ".join(re.search(r"(\w+)$", parameter).group(1) for parameter in parameters.split(","))


def shim(header):
    """C source of functions that count, then call the real ones under their other names."""
    lines = ["#include <stdio.h>", "#include <stdlib.h>", "#include <driftline.h>", ""]
    for number, (result, name, parameters) in enumerate(functions(header)):
        lines += [
            f"{result} counted_{name}({parameters});",
            f"static unsigned long count_{number};",
            f"{result} {name}({parameters})",
            "{",
            f"    __atomic_add_fetch(&count_{number}, 1, __ATOMIC_RELAXED);",
            f"    return counted_{name}({arguments(parameters)});",
            "}",
            "",
        ]
    lines += [
        "__attribute__((destructor)) static void write_counts(void)",
        "{",
        '    const char *path = getenv("DRIFTLINE_CALLS");',
        '    FILE *file = path == NULL ? NULL : fopen(path, "a");',
        "    if (file == NULL) {",
        "        return;",
        "    }",
    ]
    for number, (_, name, _) in enumerate(functions(header)):
        lines.append(f'    fprintf(file, "{name} %lu\\n", count_{number});')
    return "\n".join(lines + ["    fclose(file);", "}", ""])


def run(variable, default, *arguments):
    """What a tool prints. Its warnings are only of interest if it fails."""
    done = subprocess.run([os.environ.get(variable, default), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{default} failed:\n{done.stderr}")
    return done.stdout


def object_format():
    """The machine's own, such as elf64-x86-64. Binutils that are told ask no plugin, which may misread Rust's."""
    return run("OBJDUMP", "objdump", "-i").splitlines()[1].strip()


def exported(library):
    """The functions of the C ABI that a library defines."""
    symbols = run("NM", "nm", f"--target={object_format()}", "--defined-only", "--extern-only", library)
    return set(re.findall(r" T (driftline_\w+)$", symbols, re.MULTILINE))


def build(header, library, out):
    names = {name for _, name, _ in functions(header)}
    # Whatever was misread in the header shows here.
    different = names ^ exported(library)
    if different:
        sys.exit(f"{header} and {library} do not have the same functions: {', '.join(sorted(different))}")
    with tempfile.TemporaryDirectory() as folder:
        renames, source, object_file = (os.path.join(folder, name) for name in ("renames", "shim.c", "shim.o"))
        with open(renames, "w", encoding="utf-8") as file:
            file.writelines(f"{name} counted_{name}\n" for name in sorted(names))
        with open(source, "w", encoding="utf-8") as file:
            file.write(shim(header))
        made = os.path.join(folder, "made.a")
        run("OBJCOPY", "objcopy", f"--target={object_format()}", f"--redefine-syms={renames}", library, made)
        options = ["-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-I", os.path.dirname(header)]
        run("CC", "cc", *options, "-c", source, "-o", object_file)
        run("AR", "ar", f"--target={object_format()}", "rcs", made, object_file)
        shutil.copyfile(made, out)


def totals(header, counts):
    calls = {name: 0 for _, name, _ in functions(header)}
    with open(counts, encoding="utf-8") as file:
        for line in file:
            name, count = line.split()
            calls[name] += int(count)
    return calls


def check(header, counts):
    calls = totals(header, counts)
    missed = [name for name, count in calls.items() if count == 0]
    if missed:
        sys.exit("no test reaches: " + ", ".join(missed))
    print(f"{len(calls)} functions of the C header, each reached; {sum(calls.values()):,} calls")


def table(header, counts):
    for name, count in sorted(totals(header, counts).items()):
        print(f"{count:>12,}  {name}")


def main():
    commands = {"build": (build, 3), "check": (check, 2), "table": (table, 2)}
    if len(sys.argv) < 2 or sys.argv[1] not in commands or len(sys.argv) - 2 != commands[sys.argv[1]][1]:
        sys.exit(__doc__)
    commands[sys.argv[1]][0](*sys.argv[2:])


if __name__ == "__main__":
    main()
