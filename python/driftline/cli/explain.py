"""`driftline explain`: why a chain is where it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from driftline.cli import terminal
from driftline.cli.failure import Failure, ScorerFailure
from driftline.cli.scorers import load_scorer
from driftline.cli.source import open_trace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from driftline import Explanation, Flight, ScoreHistory
    from driftline.replay import Move, Playback, ScorerFactory, Trace

_MOVES_SHOWN = 10
_SAMPLES_SHOWN = 5
_NS_PER_S = 10**9


@dataclass(frozen=True)
class Answer:
    """All that is known about one chain after one slice."""

    chain: int
    slice: int
    slice_ns: int
    trace: Trace
    explanation: Explanation
    holders: list[tuple[int, int, float | None]]  # node, round-trip time in hundredths, sampled score
    history: ScoreHistory
    moves: list[Move]

    def to_slice(self, time_ns: int | None) -> int | None:
        """The slice that a time lies in."""
        return None if time_ns is None else time_ns // self.slice_ns


def command(options: argparse.Namespace) -> None:
    """Replay, ask, and show the answer."""
    with terminal.reserved_output(options.json):
        answer = _find_answer(options)
    if options.json:
        print(json.dumps(_to_json(answer)))
    else:
        _print(answer)


def _find_answer(options: argparse.Namespace) -> Answer:
    factory = None if options.scorer is None else load_scorer(options.scorer)
    trace = open_trace(options)
    last = trace.slice_count - 1
    if options.chain >= trace.node_count:
        raise Failure(f"there is no chain {options.chain}: the trace has chains 0 to {trace.node_count - 1}")
    if options.slice is not None and options.slice > last:
        raise Failure(f"--slice: there is no slice {options.slice}: the trace has slices 0 to {last}")
    from driftline.replay import ImpossibleMoveError

    try:
        return _ask(_play(trace, options, factory, last if options.slice is None else options.slice), options.chain)
    except Failure:
        raise
    except ImpossibleMoveError as error:
        raise Failure(f"the scorer {options.scorer} named a home that is none: {error}") from error
    except Exception as error:
        if options.scorer is None:
            raise
        raise ScorerFailure(options.scorer, error) from error


def _play(trace: Trace, options: argparse.Namespace, factory: ScorerFactory | None, until: int) -> Playback:
    from driftline.replay import Playback

    smooth = 1.0 if options.smooth is None else options.smooth
    playback = Playback(
        trace,
        "drift",
        cooldown_slices=options.cooldown,
        smooth=smooth,
        scorer=factory,
        production=options.production,
    )
    with terminal.progress("replay", total=until) as advance:
        for slice_number in range(1, until + 1):
            playback.advance()
            advance(slice_number)
    return playback


def _ask(playback: Playback, chain: int) -> Answer:
    drift = playback.drift
    assert drift is not None, "the policy is drift"
    cells = drift.scheduler.cells(chain)
    rtt_cs = playback.measurements.rtt_cs
    return Answer(
        chain=chain,
        slice=playback.measurements.slice,
        slice_ns=drift.slice_ns,
        trace=playback.trace,
        explanation=drift.scheduler.explain(drift.state, chain),
        holders=[
            (node, int(rtt_cs[chain, node]), cells.get(node)) for node in playback.placement.holders[chain].tolist()
        ],
        history=drift.scheduler.history(chain),
        moves=[move for move in playback.moves if move.chain == chain],
    )


def _to_json(answer: Answer) -> dict[str, object]:
    explanation = answer.explanation
    judgement = explanation.judgement
    alternative = judgement.alternative
    history = answer.history
    return {
        "chain": answer.chain,
        "slice": answer.slice,
        "trace_name": answer.trace.name,
        "verdict": str(judgement.verdict),
        "verdict_number": int(judgement.verdict),
        "text": str(explanation),
        "sentence": explanation.sentence,
        "victim": judgement.victim,
        "sampled_score": judgement.sampled_score,
        "live_score": judgement.live_score,
        "alternative": None if alternative is None else {"node": alternative.node, "score": alternative.score},
        "gain": judgement.gain,
        "cost": judgement.cost,
        "score_floor": explanation.score_floor,
        "hysteresis_gap": explanation.hysteresis_gap,
        "since_slice": answer.to_slice(explanation.since_ns),
        "sampled_at_slice": answer.to_slice(explanation.sampled_at_ns),
        "cooldown_until_slice": answer.to_slice(explanation.cooldown_until_ns),
        "flap_hold_until_slice": answer.to_slice(explanation.flap_hold_until_ns),
        "limit": explanation.limit,
        "flight": _flight_to_json(answer),
        "holders": [{"node": node, "rtt_cs": rtt_cs, "score": score} for node, rtt_cs, score in answer.holders],
        "history": {
            "ewma": history.ewma,
            "trend": str(history.trend),
            "samples": [[answer.to_slice(sample.at_ns), sample.worst_score] for sample in history],
        },
        "moves": [{"t": move.slice, "evicted": move.evicted, "target": move.target} for move in answer.moves],
    }


def _flight_to_json(answer: Answer) -> dict[str, int | None] | None:
    flight = answer.explanation.flight
    if flight is None:
        return None
    return {
        "victim": flight.victim,
        "target": flight.target,
        "since_slice": answer.to_slice(flight.since_ns),
        "times_out_at_slice": answer.to_slice(flight.times_out_at_ns),
    }


def _print(answer: Answer) -> None:
    console = terminal.console()
    trace = answer.trace
    of_trace = f"{trace.name} ({trace.node_count} nodes; a slice is {answer.slice_ns // _NS_PER_S}s)"
    console.print(f"chain {answer.chain} after slice {answer.slice} of {of_trace}", style="bold", markup=False)
    console.print(str(answer.explanation), markup=False)
    console.print(f"{answer.explanation.sentence}.", markup=False)
    console.print()
    _print_operands(answer)
    console.print()
    table = terminal.make_table(["holder", "rtt s", "sampled score"], left=0)
    for node, rtt_cs, score in answer.holders:
        table.add_row(str(node), f"{rtt_cs / 100:.2f}", "no opinion" if score is None else f"{score:.3f}")
    console.print(table)
    console.print()
    _print_history(answer)
    console.print()
    _print_moves(answer.moves)


def _print_operands(answer: Answer) -> None:
    """What the verdict was made of, as far as the rules had to look."""
    explanation = answer.explanation
    judgement = explanation.judgement
    alternative = judgement.alternative
    since, sampled_at = answer.to_slice(explanation.since_ns), answer.to_slice(explanation.sampled_at_ns)
    resting_until = answer.to_slice(explanation.cooldown_until_ns)
    held_until = answer.to_slice(explanation.flap_hold_until_ns)
    lines = [
        ("verdict", f"{judgement.verdict}, " + ("before any tick" if since is None else f"since slice {since}")),
        ("sampled", None if sampled_at is None else f"in slice {sampled_at}"),
        ("resting", None if resting_until is None else f"until slice {resting_until}"),
        ("held", None if held_until is None else f"until slice {held_until}, for it has flapped"),
        ("worst", None if judgement.victim is None else f"node {judgement.victim}: {_scores(explanation)}"),
        ("better", None if alternative is None else f"node {alternative.node}: {alternative.score:.3f}"),
        (
            "gain",
            None
            if judgement.gain is None
            else f"{judgement.gain:.3f}, has to be over {explanation.hysteresis_gap:.3f}",
        ),
        ("cost", None if judgement.cost is None else f"{judgement.cost:.3f}, has to be under the gain"),
        ("limit", None if explanation.limit is None else f"{explanation.limit}, is used up"),
        ("flight", None if explanation.flight is None else _flight(answer, explanation.flight)),
    ]
    console = terminal.console()
    for name, text in lines:
        if text is not None:
            console.print(f"{name:<8} {text}", markup=False)


def _flight(answer: Answer, flight: Flight) -> str:
    ends = [] if flight.victim is None else [f"from node {flight.victim}"]
    ends += [] if flight.target is None else [f"to node {flight.target}"]
    return " ".join([*ends, f"since slice {answer.to_slice(flight.since_ns)}"])


def _scores(explanation: Explanation) -> str:
    judgement = explanation.judgement
    sampled, live = judgement.sampled_score, judgement.live_score
    parts = ["no opinion" if sampled is None else f"sampled {sampled:.3f}"]
    parts += [] if live is None else [f"live {live:.3f}"]
    return ", ".join([*parts, f"the floor is {explanation.score_floor:.3f}"])


def _print_history(answer: Answer) -> None:
    console = terminal.console()
    history = answer.history
    if history.current is None or history.ewma is None:
        console.print("history  nobody has had an opinion yet")
        return
    samples = list(history)
    shown = samples[-max(1, min(len(samples), console.width - len("history  "))) :]
    console.print(
        "history  " + terminal.sparkline([sample.worst_score for sample in shown], console.encoding), no_wrap=True
    )
    first, last = answer.to_slice(shown[0].at_ns), answer.to_slice(shown[-1].at_ns)
    console.print(f"         worst score, slices {first} to {last}; the lowest bar is 0, the highest 1")
    newest = " ".join(f"{sample.worst_score:.3f}" for sample in samples[-_SAMPLES_SHOWN:])
    console.print(f"         the last {newest}; mean {history.ewma:.3f}, {history.trend}")


def _print_moves(moves: Sequence[Move]) -> None:
    console = terminal.console()
    if not moves:
        console.print("moves    none so far")
        return
    earlier = len(moves) - _MOVES_SHOWN
    console.print(f"moves    {len(moves)} so far" + (f", the last {_MOVES_SHOWN}:" if earlier > 0 else ":"))
    for move in moves[-_MOVES_SHOWN:]:
        console.print(f"         slice {move.slice:>5}: from node {move.evicted} to node {move.target}")
