"""Output lines. The text of verdicts is the library's own; everything else is printed here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import driftline
from driftline import LocalScheduler, ScorerCalls, ScorerFailure, TickReport

from . import moves
from .checks import ContradictionError, same
from .tables import TableError, TableInterrupt
from .words import counts, joined, time

if TYPE_CHECKING:
    from .tables import Question

CALL_NAMES = {
    "score": "score",
    "live_score": "live_score",
    "best_alternative": "alternative",
    "node_fingerprint": "fingerprint",
    "chain_fingerprint": "chain_fingerprint",
    "migration_cost": "cost",
}

_QUESTION = re.compile(rf"\b({'|'.join(CALL_NAMES)}|alternatives)\((?:chain (\d+))?(?:, )?(?:node (\d+))?\)")


def cells(of_chain: dict[int, float]) -> str:
    """The cells of a chain."""
    return joined(f"{node}={score:.2f}" for node, score in of_chain.items())


def sampled(scheduler: LocalScheduler) -> list[str]:
    """One line for each re-scored chain, or `sampled none`."""
    lines = []
    snapshot = scheduler.snapshot()
    for chain, cause in ((sampled.chain, sampled.cause) for sampled in scheduler.sampled()):
        of_chain = scheduler.cells(chain)
        same(f"cells of chain {chain} and of the snapshot", of_chain, snapshot.cells(chain))
        line = f"sampled {chain} ({cause}): {cells(of_chain)}"
        # The lowest score; the lowest node among equals.
        worst = min(of_chain.items(), key=lambda cell: (cell[1], cell[0]), default=None)
        same(f"worst cell of chain {chain} and of the snapshot", worst, snapshot.worst(chain))
        if worst is not None:
            line += f", worst {cells(dict([worst]))}, {scheduler.history(chain).trend}"
        lines.append(line)
    return lines or ["sampled none"]


def _question(method: str, chain: object, node: object) -> str:
    ids = [f"{name}={value}" for name, value in (("chain", chain), ("node", node)) if value is not None]
    return " ".join([method, *ids])


def _code(exception: BaseException) -> int:
    if not isinstance(exception, TableError):
        raise ContradictionError(f"a failure that the tables do not have: {exception!r}")
    return exception.code


def failure(failed: ScorerFailure) -> str:
    """What `skip_chain` survived."""
    return f"failed {_question(failed.method, failed.chain, failed.node)} code={_code(failed.exception)}"


def verdicts(report: TickReport) -> str:
    """The verdict counts of a report."""
    return counts("verdicts", {moves.word(verdict): count for verdict, count in report.verdicts.items()})


def calls(counted: ScorerCalls) -> str:
    """What the scorer was asked, by method."""
    return counts("calls", {name: getattr(counted, method) for method, name in CALL_NAMES.items()})


def end_of_pass(report: TickReport) -> list[str]:
    """The lines that end every pass: deferred, calls, invalid, moves, next."""
    lines = []
    if report.deferred:
        lines.append(f"deferred {report.deferred}, oldest {time(report.deferred_age_ns)}")
    lines.append(calls(report.calls))
    if report.invalid_scores or report.invalid_alternatives:
        invalid = {"scores": report.invalid_scores, "alternatives": report.invalid_alternatives}
        lines.append(counts("invalid", invalid))
    lines += moves.counted(report)
    lines.append(f"next {'none' if report.next_due_ns is None else time(report.next_due_ns)}")
    return lines


def asked(question: Question) -> str:
    """One question of the log."""
    if question.method == "alternatives":
        chain, limit, *exclude = question.ids
        return f"asked alternatives {chain} limit {limit} excluding {joined(exclude)}"
    if question.method == "best_alternative":
        chain, *exclude = question.ids
        return f"asked best_alternative {chain} excluding {joined(exclude)}"
    return f"asked {question.method} {joined(question.ids)}"


def _scorer_error(error: TableError | TableInterrupt) -> str:
    """What was asked is in the note that driftline adds to the exception, and nowhere else."""
    notes = getattr(error, "__notes__", [])
    same("notes on an exception of the scorer", len(notes), 1)
    match = _QUESTION.search(notes[0])
    if match is None:
        raise ContradictionError(f"the note does not say what was asked: {notes[0]!r}")
    method, *ids = match.groups()
    # The language has one word for both.
    method = "best_alternative" if method == "alternatives" else method
    outcome = f"code={error.code}" if isinstance(error, TableError) else "interrupted"
    return f"error scorer {_question(method, *ids)} {outcome}; nothing emitted"


def refusal(error: driftline.Error | TableError | TableInterrupt) -> str:
    """What driftline refused, in one line."""
    match error:
        # It is a config error, too.
        case driftline.PartError(index=index, field=name):
            return f"error part {name} index={index}"
        case driftline.ConfigError(field=name):
            return f"error config {name}"
        case driftline.InventoryError(index=index, field=name, node=node, chain=chain):
            ids = [f"{kind}={value}" for kind, value in (("node", node), ("chain", chain)) if value is not None]
            return " ".join([f"error inventory {name} index={index}", *ids])
        case driftline.ReservedNodeError(index=None):
            return "error reserved"
        case driftline.ReservedNodeError(index=index):
            return f"error reserved index={index}"
        case driftline.DuplicateChainError(index=index, chain=chain):
            return f"error duplicate index={index} chain={chain}"
        case driftline.DuplicateHolderError(index=index, chain=chain, node=node):
            return f"error duplicate index={index} chain={chain} node={node}"
        case driftline.MembershipError(index=index):
            return f"error membership index={index}"
        case driftline.NotLedError(chain=chain):
            return f"error not-led chain={chain}"
        case driftline.TimeReversedError():
            return "error time"
        case driftline.NoScorerError():
            return "error no-scorer"
        case driftline.TooManyError():
            return "error too-many"
        case driftline.ChainImportError(reason=reason):
            return f"error import {reason}"
        case TableError() | TableInterrupt():
            return _scorer_error(error)
        case _:
            return f"error {error}"
