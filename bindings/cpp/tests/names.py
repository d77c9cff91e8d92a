#!/usr/bin/env python3
"""Whether the C++ headers name every constant of the C header: names.py HEADER FOLDER.

Prints a C++ program that does not compile unless each constant of an enumeration has its name and number here. The
numbers are those of HEADER, which need not be the one that the program is compiled with. Constants that are no
enumerator, such as flags, have to be used somewhere in the headers of FOLDER. Standard library only.
"""

import pathlib
import re
import sys

DEFINITION = re.compile(r"^#define (DRIFTLINE_\w+) (\S+)$", re.MULTILINE)

# Prefix of the constants, and the enumeration that they are.
ENUMERATIONS = {
    "DRIFTLINE_ON_SCORER_ERROR_": "OnScorerError",
    "DRIFTLINE_FINGERPRINT_": "FingerprintMode",
    "DRIFTLINE_MOVE_ORDER_": "MoveOrder",
    "DRIFTLINE_CLASS_MODE_": "ClassMode::Kind",
    "DRIFTLINE_ARM_": "Arm",
    "DRIFTLINE_VERDICT_": "Verdict",
    "DRIFTLINE_CAUSE_": "SampleCause",
    "DRIFTLINE_METHOD_": "ScorerMethod",
    "DRIFTLINE_TREND_": "Trend",
    "DRIFTLINE_NODE_HEALTH_": "NodeHealth",
}
# `new` is a word of the language.
OTHERWISE = {"DRIFTLINE_CAUSE_NEW": "fresh"}
EVENT = "DRIFTLINE_EVENT_"
VALUES = {
    "DRIFTLINE_NONE": "no_node",
    "DRIFTLINE_HISTORY_LENGTH": "history_length",
    "DRIFTLINE_HISTORY_SMOOTHING": "history_smoothing",
    "DRIFTLINE_HISTORY_DEAD_BAND": "history_dead_band",
    "DRIFTLINE_RETRY_BACKOFF_FIRST_NS": "retry_backoff_first.count()",
    "DRIFTLINE_MOVE_BACKOFF_FIRST_NS": "move_backoff_first.count()",
    "DRIFTLINE_MOVE_BACKOFF_MAX_NS": "move_backoff_max.count()",
    "DRIFTLINE_FLAP_MEMORY": "flap_memory",
    "DRIFTLINE_FLAP_COOLDOWN_MAX_NS": "flap_cooldown_max.count()",
    "DRIFTLINE_TRANSITION_RING_LENGTH": "transition_ring_length",
}
# Neither enumerators nor values of their own.
USED = re.compile(r"DRIFTLINE_(ABI|DERIVED|VERDICT_(COUNT|NONE)"
                  r"|(CHAIN|EXPLANATION|CLASS_POLICY|ACTION|SCORER|NODE_INVENTORY|SCORE_AXES)_\w+)")
# Codes of errors are numbers in C++, too.
CODES = re.compile(r"DRIFTLINE_RESULT_\w+")

PROGRAM = """#include <driftline/driftline.hpp>

template <class... Arguments>
constexpr std::uint32_t kind_of(driftline::Event (*make)(Arguments...))
{
    return make(Arguments{}...).kind;
}
"""


def check(name, number, used):
    """The line of the program for one constant."""
    if CODES.fullmatch(name):
        return ""
    if USED.fullmatch(name):
        if name not in used:
            sys.exit(f"{name} is used by no header")
        return ""
    if name in VALUES:
        number = f"static_cast<float>({number})" if "." in number else number
        return f"static_assert(driftline::{VALUES[name]} == {number});"
    if name.startswith(EVENT):
        event = name.removeprefix(EVENT).lower()
        return f"static_assert(kind_of(driftline::events::{event}) == {number});"
    for prefix, enumeration in ENUMERATIONS.items():
        if name.startswith(prefix):
            word = OTHERWISE.get(name, name.removeprefix(prefix).lower())
            return f"static_assert(static_cast<std::uint32_t>(driftline::{enumeration}::{word}) == {number});"
    sys.exit(f"{name} is of no group that is known here")


def main():
    header, folder = sys.argv[1:]
    constants = DEFINITION.findall(pathlib.Path(header).read_text(encoding="utf-8"))
    if not constants:
        sys.exit(f"{header}: no constant was found")
    used = set()
    for file in pathlib.Path(folder).glob("*.hpp"):
        used.update(re.findall(r"\bDRIFTLINE_\w+", file.read_text(encoding="utf-8")))
    lines = [check(name, number, used) for name, number in constants]
    print(PROGRAM + "\n".join(line for line in lines if line))


if __name__ == "__main__":
    main()
