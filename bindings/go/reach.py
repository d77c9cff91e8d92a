#!/usr/bin/env python3
"""Are all functions of the header called by the tests? Calls are counted by wrappers that the linker puts in between.

reach.py wrap HEADER OUT.c     writes the wrappers; each notes its name at its first call in the file $DRIFTLINE_REACHED
reach.py flags HEADER          prints the linker's options
reach.py check HEADER REACHED  fails, with the names, if a function was never called
"""

import os
import re
import sys

DECLARATION = re.compile(r"^([a-z][a-z0-9_ ]*?[ *]+)(driftline_[a-z0-9_]+)\(([^;{]*)\);", re.MULTILINE)


def functions(header):
    """Result type, name and parameters (each with its name) of every function of the header."""
    with open(header, encoding="utf-8") as file:
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    found = []
    for result, name, parameters in DECLARATION.findall(text):
        parameters = " ".join(parameters.split())
        found.append((result.strip(), name, [] if parameters == "void" else parameters.split(", ")))
    if len(found) < 46 or len(found) != text.count(");") - text.count("(*"):
        sys.exit("%s: %d functions were understood, which are not all" % (header, len(found)))
    return found


def wrap(header, out):
    lines = ['#include <fcntl.h>', '#include <stdatomic.h>', '#include <stdlib.h>', '#include <string.h>',
             '#include <unistd.h>', '#include "%s"' % os.path.abspath(header),
             "static void note(atomic_flag *called, const char *line) {",
             '    const char *path = getenv("DRIFTLINE_REACHED");',
             "    if (path == NULL || atomic_flag_test_and_set(called)) { return; }",
             "    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);",
             "    if (file < 0 || write(file, line, strlen(line)) < 0) { abort(); }",
             "    close(file);", "}"]
    for result, name, parameters in functions(header):
        declared = ", ".join(parameters) or "void"
        passed = ", ".join(re.search(r"(\w+)$", parameter).group(1) for parameter in parameters)
        lines += ["%s __real_%s(%s);" % (result, name, declared),
                  "%s __wrap_%s(%s);" % (result, name, declared),
                  "%s __wrap_%s(%s) {" % (result, name, declared),
                  "    static atomic_flag called = ATOMIC_FLAG_INIT;",
                  '    note(&called, "%s\\n");' % name,
                  "    return __real_%s(%s);" % (name, passed), "}"]
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def flags(header):
    print(" ".join("-Wl,--wrap=" + name for _, name, _ in functions(header)))


def check(header, reached):
    with open(reached, encoding="utf-8") as file:
        called = set(file.read().split())
    wanted = [name for _, name, _ in functions(header)]
    missing = [name for name in wanted if name not in called]
    if missing:
        sys.exit("called by no test: " + ", ".join(missing))
    print("all %d functions of %s are called by the tests" % (len(wanted), header))


if __name__ == "__main__":
    commands = {"wrap": wrap, "flags": flags, "check": check}
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
