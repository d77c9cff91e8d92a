"""The scheduler of one node: it observes, decides, and commits."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, Any, NoReturn

from . import _driftline
from .config import SchedulerConfig
from .decision import Decision, Sampled, TickReport, report_of
from .enums import SampleCause
from .errors import Error
from .explanation import Explanation, explanation_of
from .history import ScoreHistory
from .policy import ClassPolicy
from .progress import DrainStatus, Transition, drain_status_of, transitions_of
from .snapshot import ScoreSnapshot
from .state import MeshState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ._times import Time
    from .scorer import PlacementScorer

__all__ = ["LocalScheduler", "SchedulerRegistry", "diff_scheduler"]

_DEFAULT = SchedulerConfig()


class LocalScheduler:
    """Watches the chains that one node leads and says which replica should move.

    Call `tick` regularly, at the latest when the last report's `next_due_ns` has come, and after events; carry out the
    actions and report back with events. Time is an argument: no clock is read. Whoever hands chains over
    (`MeshState.export_chain`) needs a time that all leaders share, such as `time.time()`.

    One call at a time: another thread gets `BusyError`, a scorer that uses the scheduler that is asking it
    `ReentrantError`. With a scorer written in Python a call keeps the interpreter until it ends.

    Args:
        this_node: The node whose chains this scheduler acts on.
        config: Thresholds, times and policies; default `SchedulerConfig()`.
        scorer: Says how good each home is; without one nothing is sampled and nothing emitted (P4).

    Raises:
        ReservedNodeError: `this_node` is `NO_NODE`.
        TypeError: the scorer lacks a method, or has one that cannot be called.

    >>> class Table:
    ...     def score(self, chain, node):
    ...         return 0.4 if node == 3 else 0.9
    ...
    ...     def best_alternative(self, chain, exclude):
    ...         return (9, 0.95)
    >>> from driftline import MeshState
    >>> state = MeshState()
    >>> state.load(chains=[7], leaders=[1], offsets=[0, 3], holders=[1, 2, 3])
    >>> scheduler = LocalScheduler(1, scorer=Table())
    >>> for action in scheduler.tick(state, now=0.0).actions:
    ...     print(f"chain {action.chain}: {action.victim} -> {action.target}, gain {action.gain:.2f}")
    chain 7: 3 -> 9, gain 0.55
    """

    __slots__ = ("__weakref__", "_config", "_core", "_this_node")

    def __init__(
        self, this_node: int, config: SchedulerConfig | None = None, scorer: PlacementScorer | None = None
    ) -> None:
        self._config = _DEFAULT if config is None else _checked(config)
        self._this_node = _driftline.check_u64(this_node, "this_node")
        self._core = _driftline.Scheduler(this_node, self._config)
        if scorer is not None:
            self._core.install(scorer)

    @property
    def this_node(self) -> int:
        """The node whose chains this scheduler acts on."""
        return self._this_node

    @property
    def config(self) -> SchedulerConfig:
        """The present config."""
        return self._config

    @property
    def scorer(self) -> PlacementScorer | None:
        """The installed scorer."""
        scorer: PlacementScorer | None = self._core.scorer()
        return scorer

    @property
    def registry(self) -> SchedulerRegistry:
        """Where the scorer is installed."""
        return SchedulerRegistry(self)

    def configure(self, config: SchedulerConfig) -> None:
        """Replaces the config from the next call on (G2)."""
        self._core.configure(_checked(config))
        self._config = config

    def set_class_policy(self, class_id: int, policy: ClassPolicy | None) -> ClassPolicy | None:
        """Gives a class a policy, or takes it away with `None`, from the next call on; returns the one before (Y1, G2).

        `class_id` is an `int` from 0 to 2**32 - 1. Class 0 is that of all chains that were never given one. Costs one
        walk over the led chains.

        Raises:
            TooManyError: the scheduler has 255 policies.
            TypeError, ValueError: it is no class, or no policy.
        """
        if policy is not None and not isinstance(policy, ClassPolicy):
            message = f"policy: a ClassPolicy or None is expected, not {type(policy).__name__}"
            raise TypeError(message)
        former: ClassPolicy | None = self._core.set_class_policy(class_id, policy)
        return former

    def class_policy(self, class_id: int) -> ClassPolicy | None:
        """The policy of a class, if it has one (Y1)."""
        policy: ClassPolicy | None = self._core.class_policy(class_id)
        return policy

    def install(self, scorer: PlacementScorer) -> PlacementScorer | None:
        """Makes this the scorer and returns the previous one. Every led chain is due then (P4).

        Install it again after you have changed its methods: they are looked up here, once.

        Raises:
            TypeError: the scorer lacks a method, or has one that cannot be called.
        """
        former: PlacementScorer | None = self._core.install(scorer)
        return former

    def uninstall(self) -> PlacementScorer:
        """Takes the scorer out and returns it.

        Raises:
            NoScorerError: there is none.
        """
        former: PlacementScorer = self._core.uninstall()
        return former

    def tick(self, state: MeshState, now: Time) -> Decision:
        """One tick: observe, decide, commit (A8).

        The cooldowns of its evictions have started; with a `move_timeout` they start when events show the move done
        (F2).

        Raises:
            TimeReversedError: `now` is earlier than a time seen before (T1); nothing has changed.
            Exception: whatever the scorer raised. Nothing is emitted then and no decision state is written; what was
                observed is kept, the rest stays due (P2).
        """
        return Decision(self._core.tick(_core_of(state), now))

    def decide(self, state: MeshState, now: Time) -> Decision:
        """What a tick on the same observations would decide (T3): a dry run that changes nothing.

        Raises:
            Exception: as `tick`.
        """
        return Decision(self._core.decide(_core_of(state), now))

    def sample(self, state: MeshState, now: Time) -> TickReport:
        """Samples what is due and decides nothing (A3). A tick does it by itself.

        Raises:
            Exception: as `tick`.
        """
        return report_of(self._core.sample(_core_of(state), now))

    def sampled(self) -> tuple[Sampled, ...]:
        """The chains that the last sample or tick re-scored, by ascending id, and why."""
        return tuple(Sampled(chain, SampleCause(cause)) for chain, cause in self._core.sampled())

    def explain(self, state: MeshState, chain: int) -> Explanation:
        """Why a chain is where it is: its verdict as of the last tick, with operands.

        Raises:
            NotLedError: this scheduler does not lead the chain now.
        """
        return explanation_of(self._core.explain(_core_of(state), chain))

    def transitions(self, since: int = 0) -> tuple[Transition, ...]:
        """The last changes of standing verdicts, oldest first, at most `TRANSITION_RING_LENGTH` (W3).

        Only those with the sequence number `since` or a higher one: ask for one more than the last that you have read,
        and what comes first says whether you have missed some.
        """
        return transitions_of(self._core.transitions(since))

    def drain_status(self, state: MeshState, node: int) -> DrainStatus | None:
        """How far a drain has come, as of the last tick and by what the state says now; `None` if there is none (N1).

        So it is `None` for `NO_NODE`, too, which is no node and never drained. Costs as much as the node holds.
        """
        parts = self._core.drain_status(_core_of(state), node)
        return None if parts is None else drain_status_of(int(node), parts)

    def history(self, chain: int) -> ScoreHistory:
        """The history of a chain.

        Raises:
            NotLedError: the chain was not led at the last sample.
        """
        return ScoreHistory(*self._core.history(chain))

    def cells(self, chain: int) -> dict[int, float]:
        """The sampled scores of a chain's holders by ascending node. A holder without an opinion has none.

        Raises:
            NotLedError: the chain was not led at the last sample.
        """
        return dict(self._core.cells(chain))

    def snapshot(self) -> ScoreSnapshot:
        """The scores of all led chains as they were sampled. Copies all of them."""
        return ScoreSnapshot(*self._core.snapshot())

    def __reduce__(self) -> NoReturn:
        """A scheduler is neither copied nor pickled."""
        message = "a LocalScheduler cannot be copied or pickled"
        raise TypeError(message)

    def __repr__(self) -> str:
        """The node and what scores. Never an error: a traceback may want to show a scheduler that is in use."""
        try:
            scorer = self.scorer
        except Error:
            return "LocalScheduler(in use)"
        kind = "no scorer" if scorer is None else f"scorer {type(scorer).__name__}"
        return f"LocalScheduler(this_node={self.this_node}, {kind})"


class SchedulerRegistry:
    """Holds the scorer of a scheduler. `LocalScheduler.install` and `uninstall` are the same."""

    __slots__ = ("_scheduler",)

    def __init__(self, scheduler: LocalScheduler) -> None:
        self._scheduler = scheduler

    @property
    def scorer(self) -> PlacementScorer | None:
        """The installed scorer."""
        return self._scheduler.scorer

    def install(self, scorer: PlacementScorer) -> PlacementScorer | None:
        """Makes this the scorer and returns the previous one (P4)."""
        return self._scheduler.install(scorer)

    def uninstall(self) -> PlacementScorer:
        """Takes the scorer out and returns it."""
        return self._scheduler.uninstall()


def diff_scheduler(
    state: MeshState,
    scorer: PlacementScorer,
    config: SchedulerConfig,
    this_node: int,
    now: Time,
    already_evicted: Iterable[int] | NDArray[Any] = (),
) -> Decision:
    """The decision function: judges every chain that `this_node` leads, and writes nothing (A5).

    Given a `SnapshotScorer` it judges by what was sampled, given a plain scorer it asks for every score itself.
    Chains in `already_evicted`, in any order, were evicted from earlier in the same pass and are skipped (D2).

    It is the scheduler arm alone (R1): orders, wished counts and drains are not acted upon, and there are no classes,
    no warm-up and no waits. Freeze, flights, limits and closed nodes count.

    Raises:
        ReservedNodeError: `this_node` is `NO_NODE`.
        TypeError: the scorer lacks a method.
        Exception: whatever the scorer raised.
    """
    # The order of a set means nothing, and nothing here depends on it.
    already_evicted = tuple(already_evicted) if isinstance(already_evicted, Set) else already_evicted
    parts = _driftline.diff_scheduler(_core_of(state), scorer, _checked(config), this_node, now, already_evicted)
    return Decision(parts)


def _core_of(state: MeshState) -> _driftline.State:
    if not isinstance(state, MeshState):
        message = f"state: a MeshState is expected, not {type(state).__name__}"
        raise TypeError(message)
    return state._core


def _checked(config: SchedulerConfig) -> SchedulerConfig:
    if not isinstance(config, SchedulerConfig):
        message = f"config: a SchedulerConfig is expected, not {type(config).__name__}"
        raise TypeError(message)
    return config
