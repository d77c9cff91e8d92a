"""Commands that ask and change nothing."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from . import printing
from .tokens import LanguageError
from .words import joined, time

if TYPE_CHECKING:
    from driftline import Chain

    from .arguments import Arguments
    from .stage import Play, Stage


def explain(play: Play, arguments: Arguments) -> list[str]:
    """Why a chain is where it is."""
    explanation = play.scheduler.explain(play.state, arguments.chain())
    since, sampled = time(explanation.since_ns), time(explanation.sampled_at_ns)
    return [f"{explanation}; since {since}, sampled {sampled}"]


def why(play: Play, arguments: Arguments) -> list[str]:
    """The same as a sentence."""
    return [play.scheduler.explain(play.state, arguments.chain()).sentence]


def history(play: Play, arguments: Arguments) -> list[str]:
    """The worst scores of a chain, oldest first."""
    chain = arguments.chain()
    of_chain = play.scheduler.history(chain)
    if of_chain.ewma is None:
        return [f"history {chain}: empty"]
    samples = joined(f"{time(at_ns)}={worst_score:.2f}" for at_ns, worst_score in of_chain)
    return [f"history {chain}: {samples}, ewma {of_chain.ewma:.2f}, {of_chain.trend}"]


def ewma(play: Play, arguments: Arguments) -> list[str]:
    """The bits of the average."""
    chain = arguments.chain()
    average = play.scheduler.history(chain).ewma
    bits = "none" if average is None else f"0x{struct.pack('>f', average).hex()}"
    return [f"ewma {chain}: {bits}"]


def cells(play: Play, arguments: Arguments) -> list[str]:
    """The scores of a chain's holders."""
    chain = arguments.chain()
    return [f"cells {chain}: {printing.cells(play.scheduler.cells(chain))}"]


def state(play: Play, arguments: Arguments) -> list[str]:
    """What the state says of a chain."""
    chain = arguments.chain()
    view = play.state.chain(chain)
    if view is None:
        return [f"state {chain}: no such chain"]
    leader = "none" if view.leader is None else view.leader
    claim = "held" if view.claim_held else "free"
    parts = [f"leader {leader}", f"holders {joined(view.holders)}", f"claim {claim}"]
    parts += [f"last rebalance {time(view.last_rebalance_ns)}", *_facts(view)]
    return [f"state {chain}: {', '.join(parts)}"]


def _facts(view: Chain) -> list[str]:
    """What only some chains have."""
    facts = [] if view.desired_replicas is None else [f"desired {view.desired_replicas}"]
    facts += [f"class {view.class_id}"] if view.class_id else []
    facts += [] if view.revision is None else [f"revision {view.revision}"]
    facts += ["in flight"] if view.in_flight else []
    ordered = [] if view.pending_eviction is None else [str(view.pending_eviction)]
    ordered += [] if view.pending_placement is None else [f"-> {view.pending_placement}"]
    return [*facts, " ".join(["ordered", *ordered])] if ordered else facts


def chains(play: Play, arguments: Arguments) -> list[str]:
    """All chains that exist."""
    return [f"chains {joined(play.state.chains())}"]


def on(play: Play, arguments: Arguments) -> list[str]:
    """The chains that a node holds."""
    node = arguments.node()
    return [f"on {node}: {joined(play.state.chains_on(node))}"]


def asked(play: Play, arguments: Arguments) -> list[str]:
    """What the table scorer was asked in the last pass."""
    return [*map(printing.asked, play.tables.asked)] or ["asked nothing"]


def verdicts(play: Play, arguments: Arguments) -> list[str]:
    """The verdict counts of the last tick or sample that succeeded."""
    return ["verdicts none" if play.report is None else printing.verdicts(play.report)]


def digest(play: Play, arguments: Arguments) -> list[str]:
    """The digest of the state."""
    return [f"digest {play.state.digest():#018x}"]


def digest_check(stage: Stage, play: Play) -> list[str]:
    """Whether the digest is what it was at the mark."""
    if stage.mark is None:
        raise LanguageError("`digest-check` without `digest-mark`")
    return [f"digest {'unchanged' if stage.mark == play.state.digest() else 'changed'} since mark"]
