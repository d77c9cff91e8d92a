"""The loop that one would write first: walk every chain, ask every holder, look for a better node.

It decides what driftline decides, in plain Python over dictionaries. It remembers no scores and no holders' changes,
so every tick costs as much as the first; that is the point of the comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from driftline.bench.scorers import SingleScorer


class Move(NamedTuple):
    """A replica of `chain` should go from `victim` to `target`."""

    chain: int
    victim: int
    target: int


class NaiveScheduler:
    """Holders of every chain in one dictionary, the time of its last move in another."""

    def __init__(self, scorer: SingleScorer, score_floor: float, hysteresis_gap: float, cooldown_ns: int) -> None:
        self._scorer = scorer
        self._score_floor = score_floor
        self._hysteresis_gap = hysteresis_gap
        self._cooldown_ns = cooldown_ns
        self._holders: dict[int, list[int]] = {}
        self._moved_ns: dict[int, int] = {}

    def load(self, chains: Sequence[int], offsets: Sequence[int], holders: Sequence[int]) -> None:
        """Replace the whole membership. Chains are ascending, and so are the holders of each."""
        self._moved_ns = {}
        self._holders = {
            chain: list(holders[start:end]) for chain, start, end in zip(chains, offsets, offsets[1:], strict=False)
        }

    def tick(self, now_ns: int) -> list[Move]:
        """The moves that are worth it, by ascending chain."""
        moves = []
        for chain, holders in self._holders.items():
            moved_ns = self._moved_ns.get(chain)
            if moved_ns is not None and now_ns - moved_ns < self._cooldown_ns:
                continue
            move = self._judge(chain, holders)
            if move is not None:
                moves.append(move)
        for move in moves:
            self._moved_ns[move.chain] = now_ns
        return moves

    def carry_out(self, moves: Iterable[Move]) -> None:
        """Put each target in the place of its victim."""
        for move in moves:
            holders = self._holders[move.chain]
            holders.remove(move.victim)
            holders.append(move.target)
            holders.sort()

    def _judge(self, chain: int, holders: list[int]) -> Move | None:
        score = self._scorer.score
        worst: float | None = None
        victim = 0
        for node in holders:
            value = score(chain, node)
            if value is not None and (worst is None or value < worst):
                worst, victim = value, node
        if worst is None or worst >= self._score_floor:
            return None
        # Nobody is evicted on a stale number. Here none is stale, but another scorer may know better.
        live = getattr(self._scorer, "live_score", score)(chain, victim)
        if live is None or live >= self._score_floor:
            return None
        alternative = self._scorer.best_alternative(chain, tuple(holders))
        if alternative is None or alternative[1] - live <= self._hysteresis_gap:
            return None
        return Move(chain, victim, alternative[0])
