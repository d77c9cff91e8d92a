"""The words of the command line and their limits."""

from __future__ import annotations

import argparse
import math
import sys
from functools import partial
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COOLDOWN_MAX = 1_000_000_000
DEFAULT_COOLDOWN = 10
DEFAULT_GENERATE = (42, 24, 120)
DEFAULT_LOAD = {"seed": 42, "nodes": 60, "chains": 600, "slices": 480}
# Those of `driftline.replay.load.trace`, which stands on NumPy; help does not.
LOAD_NODES = (20, 4096)
LOAD_CHAINS_MAX, LOAD_SLICES_MAX = 200_000, 65_536
CHAINS_MAX, BENCH_NODES_MAX = 10_000_000, 1_000_000

_DESCRIPTION = """\
driftline says which replica should live somewhere else, and only when the move
is worth it. Here it is shown at work, asked for its reasons and measured."""

_EXAMPLES = """\
examples:
  driftline replay                 driftline decides on a small generated trace
  driftline replay --policy all    every policy beside every other
  driftline explain 7 --slice 60   why chain 7 was where it was
  driftline bench                  how fast driftline is on this machine

'driftline COMMAND --help' tells about each command. The exit status is 0, 1
after a run that failed, 2 after wrong usage, 130 after an interrupt."""

_REPLAY_DESCRIPTION = """\
Replays a trace of round-trip times and lets a policy move replicas after them.
Every node is the client of one chain; each chain has three replicas, none on
its client. A low round-trip time from client to replica is a good home. At the
end stand the costs that the clients paid and the moves that it took.

With --scenario load nodes have capacities, chains a demand that drifts, and a
rack fails half-way: does a policy overload nodes, and is the rack left in time?"""

_REPLAY_EXAMPLES = """\
how to read the table:
  Judge by fresh: round-trip times measured after the replicas had been put
  where they are. pre and post, before and after the moves of each slice, reward
  a policy for the very samples that it chose by. Good is a low fresh mean, had
  with few moves. With --scenario load good is a low latency, had with few moves
  and no node above its capacity.

examples:
  driftline replay --policy all --generate 1 99 688
  driftline replay --rows ti.npy cs.npy --smooth 0.3 --moves moves.csv
  driftline replay --policy never --scorer my_scorer:NearAndIdle
  driftline replay --policy all --production --smooth 0.3
  driftline replay --policy all --report report.html
  driftline replay --policy all --json | jq .moves
  driftline replay --scenario load --policy never --scorer inventory"""

_EXPLAIN_DESCRIPTION = """\
Replays a trace up to a slice and says why the replicas of a chain are where
they are: the verdict with its operands and as a sentence, the holders with
their scores, the history of the worst score, and the moves so far."""

_EXPLAIN_EXAMPLES = """\
examples:
  driftline explain 7
  driftline explain 7 --slice 60 --generate 1 99 688
  driftline explain 7 --production
  driftline explain 7 --rows ti.npy cs.npy --smooth 0.3 --json"""

_BENCH_DESCRIPTION = """\
Measures on this machine what a tick costs with a scorer in Python, asked one
by one or in batches, and with one in Rust; beside them the same loop in plain
Python over dictionaries, which walks every chain and asks every holder. Both
sides must decide the same, or the run fails. Shown is the least of several
repetitions."""

_BENCH_EXAMPLES = """\
examples:
  driftline bench
  driftline bench --chains 100000 --nodes 200 --json"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read on in another."""

    def error(self, message: str) -> NoReturn:
        from driftline.cli.failure import say

        say(message)
        print(f"Try '{self.prog} --help'.", file=sys.stderr)
        raise SystemExit(2)


def _number(least: int, most: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        # Digits only: int alone would take signs, blanks and underscores. The limit on its length is Python's own.
        if text.isascii() and text.isdigit() and len(text) <= 20 and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}, not '{text}'")

    return convert


def _smoothing(text: str) -> float:
    try:
        value = float(text) if text.strip("0123456789.eE+-") == "" else math.nan
    except ValueError:
        value = math.nan
    if not 0.0 < value <= 1.0:
        raise argparse.ArgumentTypeError(f"must be a number over 0 and up to 1, not '{text}'")
    return value


def _file(text: str) -> str:
    # Some versions of Python let `--moves=--` through.
    if text == "--":
        raise argparse.ArgumentTypeError(f"must be a file, not '{text}'")
    return text


def _scorer_name(text: str) -> str:
    module, _, name = text.partition(":")
    if text == "inventory":
        return text
    if not all(part.isidentifier() for part in [*module.split("."), *name.split(".")]):
        raise argparse.ArgumentTypeError(f"must be inventory or module:Class, not '{text}'")
    return text


class _Generate(argparse.Action):
    """SEED N T, each with its own range."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        from driftline.replay import trace

        names = ("SEED", "N, the nodes,", "T, the slices,")
        limits = ((0, 2**64 - 1), (trace.NODES_MIN, trace.NODES_MAX), (1, trace.SLICES_MAX))
        numbers = []
        for name, (least, most), text in zip(names, limits, values or (), strict=True):
            try:
                numbers.append(_number(least, most)(str(text)))
            except argparse.ArgumentTypeError as error:
                raise argparse.ArgumentError(self, f"{name} {error}") from None
        _, nodes, slices = numbers
        if nodes * nodes * slices > trace.VOLUME_MAX:
            too_large = f"N * N * T must be at most {trace.VOLUME_MAX}, not {nodes * nodes * slices}"
            raise argparse.ArgumentError(self, too_large)
        setattr(namespace, self.dest, tuple(numbers))


class _Version(argparse.Action):
    """The version of the library is asked for only when it is wanted."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002
        values: str | Sequence[object] | None,  # noqa: ARG002
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        import driftline

        print(f"driftline {driftline.__version__}\n{driftline.build_info()}")
        parser.exit()


def _add_trace(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the trace")
    source = group.add_mutually_exclusive_group()
    source.add_argument(
        "--rows",
        nargs=2,
        metavar=("TI", "CS"),
        help="measured rows. Both files are NPY 1.0 of little-endian uint16: TI lists (slice, row), sorted; CS holds "
        "the row itself, in units of 10 ms. A row that is not listed in a slice is unchanged; slice 0 lists all",
    )
    source.add_argument(
        "--generate",
        nargs=3,
        metavar=("SEED", "N", "T"),
        action=_Generate,
        default=DEFAULT_GENERATE,
        help="a generated trace of N nodes (5 to 4096) and T slices (1 to 65536), N * N * T at most 1,000,000,000. "
        "Equal numbers give equal traces on every machine. Default: 42 24 120",
    )


def _add_drift(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--cooldown",
        type=_number(0, COOLDOWN_MAX),
        metavar="N",
        help="after a move of driftline's, a chain rests for N slices. Default: 10; 0 lets it move in every slice",
    )
    group.add_argument(
        "--smooth",
        type=_smoothing,
        metavar="A",
        help="scores follow the measurements slowly: each new row moves them by A of the difference. "
        "Over 0, up to 1, which is no smoothing and the default",
    )


def _add_production(group: argparse._ArgumentGroup, what: str) -> None:
    group.add_argument(
        "--production",
        action="store_true",
        help=f"{what} with the config that is made for production: limits, moves that are tracked, no flapping. "
        "--cooldown holds for it, too; its other times are counted in slices of a tenth of its own cooldown",
    )


def _add_load(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the scenario")
    group.add_argument(
        "--scenario",
        choices=("rtt", "load"),
        default="rtt",
        help="rtt: round-trip times go by. load: a generated cluster of five zones, four racks in each, decided with "
        "the config that is made for production. Default: rtt",
    )
    limits = {
        "seed": (0, 2**64 - 1, "equal numbers give equal clusters on every machine"),
        "nodes": (*LOAD_NODES, "one for each rack or more"),
        "chains": (1, LOAD_CHAINS_MAX, "times nodes at most 4,000,000"),
        "slices": (1, LOAD_SLICES_MAX, "of 30 seconds; times chains at most 10,000,000"),
    }
    for name, (least, most, what) in limits.items():
        group.add_argument(
            f"--{name}",
            type=_number(least, most),
            metavar="N",
            help=f"of --scenario load: {what}. Default: {DEFAULT_LOAD[name]}",
        )


def _settle_replay(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse what is of the other scenario, and fill in what was not given."""
    is_load = options.scenario == "load"
    for name in ("rows", "generate", "cooldown", "production") if is_load else DEFAULT_LOAD:
        value = getattr(options, name)
        if value is not None and value is not False and value is not DEFAULT_GENERATE:
            parser.error(f"argument --{name}: {'not' if is_load else 'only'} allowed with --scenario load")
    for name, default in DEFAULT_LOAD.items():
        setattr(options, name, default if getattr(options, name) is None else getattr(options, name))
    if not is_load:
        return
    from driftline.replay.load import trace

    try:
        trace.check_numbers(options.seed, options.nodes, options.chains, options.slices)
    except ValueError as error:
        parser.error(str(error))


def _add_json(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--json", action="store_true", help=f"print {what}, and nothing else")


def _add_replay(commands: argparse._SubParsersAction[_Parser]) -> None:
    from driftline.cli.replay import command

    parser = _add_command(commands, "replay", "let policies move replicas after a trace", _REPLAY_DESCRIPTION)
    parser.epilog = _REPLAY_EXAMPLES
    _add_trace(parser)
    _add_load(parser)
    group = parser.add_argument_group("the policy")
    group.add_argument(
        "--policy",
        action="append",
        choices=("never", "greedy", "drift", "all"),
        help="never: replicas stay where they are put at first. greedy: they are always on the three best nodes. "
        "drift: driftline decides, with floor 0.5 and gap 0.2. all: these three, and driftline with smoothed scores "
        "(by 0.3, or as --smooth says). May be given more than once. Default: drift",
    )
    _add_drift(group)
    _add_production(group, "also let driftline decide, in a second run for each of its own,")
    group.add_argument(
        "--scorer",
        action="append",
        type=_scorer_name,
        metavar="NAME",
        help="also let driftline decide with another scorer. inventory: the library's own, told what is measured. "
        "module:Class: one of yours. The module may be in the present directory; the class is called with "
        "driftline.replay.Measurements, and sees them unsmoothed. With --scenario load it is called with a "
        "driftline.replay.load.LoadTrace and makes a Feed. May be given more than once",
    )
    group = parser.add_argument_group("the output")
    group.add_argument(
        "--moves",
        type=_file,
        metavar="FILE",
        help="write the moves as CSV: t,chain,evicted,target. With more than one run, the label of the run comes first",
    )
    group.add_argument(
        "--report",
        type=_file,
        metavar="FILE",
        help="write a report with figures as one HTML file. Needs 'driftline[report]'",
    )
    _add_json(parser, "a JSON object for each run, one a line")
    parser.set_defaults(command=command, settle=partial(_settle_replay, parser))


def _add_explain(commands: argparse._SubParsersAction[_Parser]) -> None:
    from driftline.cli.explain import command

    parser = _add_command(commands, "explain", "say why a chain is where it is", _EXPLAIN_DESCRIPTION)
    parser.epilog = _EXPLAIN_EXAMPLES
    parser.add_argument("chain", type=_number(0, 2**64 - 1), metavar="CHAIN", help="the number of the chain, from 0")
    parser.add_argument(
        "--slice",
        type=_number(0, 65_535),
        metavar="T",
        help="replay up to this slice, its moves included. Default: the last",
    )
    _add_trace(parser)
    group = parser.add_argument_group("the policy")
    _add_drift(group)
    _add_production(group, "let driftline decide")
    group.add_argument(
        "--scorer",
        type=_scorer_name,
        metavar="NAME",
        help="let another scorer answer. inventory: the library's own. module:Class: one of yours. The module may be "
        "in the present directory; the class is called with driftline.replay.Measurements, and sees them unsmoothed",
    )
    _add_json(parser, "one JSON object")
    parser.set_defaults(command=command)


def _add_bench(commands: argparse._SubParsersAction[_Parser]) -> None:
    from driftline.cli.bench import command

    parser = _add_command(commands, "bench", "measure ticks on this machine", _BENCH_DESCRIPTION)
    parser.epilog = _BENCH_EXAMPLES
    parser.add_argument(
        "--chains", type=_number(1, CHAINS_MAX), default=1_000_000, metavar="N", help="default: 1000000"
    )
    parser.add_argument(
        "--nodes", type=_number(5, BENCH_NODES_MAX), default=1_000, metavar="N", help="5 or more; default: 1000"
    )
    _add_json(parser, "one JSON object, times in seconds")
    parser.set_defaults(command=command)


def _add_command(commands: argparse._SubParsersAction[_Parser], name: str, summary: str, description: str) -> _Parser:
    return commands.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the user asked for; `command` in it does the work. SystemExit after wrong usage and after help."""
    parser = _Parser(
        prog="driftline",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", nargs=0, action=_Version, help="show the version of the library and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_replay(commands)
    _add_explain(commands)
    _add_bench(commands)
    options = parser.parse_args(arguments)
    # argparse before Python 3.13 takes "--" out of "--option=--" and hands on an empty list.
    for name, value in vars(options).items():
        if value == [] or (isinstance(value, list) and [] in value):
            parser.error(f"argument --{name}: must not be '--'")
    if "settle" in options:
        options.settle(options)
    if "cooldown" in options and options.cooldown is None:
        options.cooldown = DEFAULT_COOLDOWN
    return options
