#!/usr/bin/env python3
"""Compiles and runs the programs of a page and compares what they print: readme.py PAGE LIBRARY FOLDER.

A block of `cpp` is a program; the block of `text` after it is its output. Standard library only.
"""

import os
import re
import subprocess
import sys

OPTIONS = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Iinclude", "-Ibindings/cpp/include"]
SYSTEM = ["-lpthread", "-ldl", "-lm"]
BLOCKS = re.compile(r"^```cpp\n(.*?)^```\n+^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)


def main():
    page, library, folder = sys.argv[1:]
    with open(page, encoding="utf-8") as file:
        text = file.read()
    blocks = BLOCKS.findall(text)
    if not blocks or len(blocks) != text.count("```cpp"):
        sys.exit(f"{page}: there are programs without output, or none at all")
    os.makedirs(folder, exist_ok=True)
    for number, (program, expected) in enumerate(blocks, 1):
        source, binary = (os.path.join(folder, f"program_{number}{end}") for end in (".cpp", ""))
        with open(source, "w", encoding="utf-8") as file:
            file.write(program)
        subprocess.run([os.environ.get("CXX", "c++"), *OPTIONS, source, library, *SYSTEM, "-o", binary], check=True)
        printed = subprocess.run([binary], check=True, stdout=subprocess.PIPE, text=True).stdout
        if printed != expected:
            sys.exit(f"{page}: program {number} prints\n{printed}and not\n{expected}")
    print(f"{len(blocks)} programs of {page} print what they say")


if __name__ == "__main__":
    main()
