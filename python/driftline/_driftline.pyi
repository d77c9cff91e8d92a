"""The extension under the package. Private: the package is what is documented and kept."""

from collections.abc import Iterable
from typing import Any, Final, final

__all__ = [
    "ACTION_LAYOUT",
    "ARMS",
    "EVICT",
    "FLAP_COOLDOWN_MAX_NS",
    "FLAP_MEMORY",
    "HISTORY_DEAD_BAND",
    "HISTORY_LENGTH",
    "HISTORY_SMOOTHING",
    "JUDGEMENT_LAYOUT",
    "MOVE_BACKOFF_FIRST_NS",
    "MOVE_BACKOFF_MAX_NS",
    "NO_NODE",
    "NO_VERDICT",
    "PLACE",
    "REPORT_LAYOUT",
    "RETRY_BACKOFF_FIRST_NS",
    "TRANSITION_LAYOUT",
    "TRANSITION_RING_LENGTH",
    "VERDICTS",
    "VERDICT_COUNT",
    "Scheduler",
    "State",
    "TableScorer",
    "__version__",
    "build_info",
    "calibrate",
    "check_cost_per_sec",
    "check_u32",
    "check_u64",
    "default_config",
    "diff_scheduler",
    "end_calls",
    "eviction_text",
    "judgement_text",
    "placement_text",
    "production_config",
    "score_equivalent",
    "to_ns",
    "validate_config",
    "validate_policy",
]
ACTION_LAYOUT: Final[list[tuple[str, str]]]
JUDGEMENT_LAYOUT: Final[list[tuple[str, str]]]
REPORT_LAYOUT: Final[list[tuple[str, str]]]
TRANSITION_LAYOUT: Final[list[tuple[str, str]]]
EVICT: Final[int]
PLACE: Final[int]
ARMS: Final[list[tuple[int, str]]]
NO_VERDICT: Final[int]
VERDICT_COUNT: Final[int]
VERDICTS: Final[list[tuple[int, str]]]
HISTORY_LENGTH: Final[int]
"""How many samples a history keeps."""
HISTORY_SMOOTHING: Final[float]
"""The share of a new sample in the moving average."""
HISTORY_DEAD_BAND: Final[float]
"""How far a sample must lie from the average to be a trend."""
RETRY_BACKOFF_FIRST_NS: Final[int]
"""The first wait of a chain that was refused; it doubles up to `retry_backoff`."""
MOVE_BACKOFF_FIRST_NS: Final[int]
"""The first back-off of a chain and a target whose move failed; it doubles with each further failure."""
MOVE_BACKOFF_MAX_NS: Final[int]
"""The longest such back-off."""
FLAP_MEMORY: Final[int]
"""How many moves of a chain are remembered."""
FLAP_COOLDOWN_MAX_NS: Final[int]
"""The longest cooldown that flapping leads to."""
TRANSITION_RING_LENGTH: Final[int]
"""How many transitions of verdicts a scheduler remembers."""
NO_NODE: Final[int]
"""The node id that means "none"."""
__version__: Final[str]

@final
class State:
    def __new__(cls) -> State: ...
    def load(self, chains: object, leaders: object, offsets: object, holders: object) -> None: ...
    def apply(self, events: Iterable[object]) -> None: ...
    def digest(self) -> int: ...
    def chain(
        self, chain: int
    ) -> (
        tuple[
            int | None,
            tuple[int, ...],
            bool,
            int | None,
            int | None,
            int | None,
            int,
            bool,
            int | None,
            int | None,
        ]
        | None
    ): ...
    def chain_count(self) -> int: ...
    def chains(self) -> list[int]: ...
    def chains_on(self, node: int) -> list[int]: ...
    def led_by(self, node: int) -> list[int]: ...
    def drains(self) -> list[tuple[int, int]]: ...
    def avoided(self) -> list[tuple[int, int]]: ...
    def frozen_until(self) -> int | None: ...
    def export_chain(self, chain: int) -> bytes | None: ...
    def import_chain(self, data: object) -> int: ...
    def membership(self) -> tuple[bytes, bytes, bytes, bytes]: ...

@final
class Scheduler:
    def __new__(cls, this_node: int, config: object) -> Scheduler: ...
    def configure(self, config: object) -> None: ...
    def set_class_policy(self, class_id: int, policy: object) -> Any: ...
    def class_policy(self, class_id: int) -> Any: ...
    def install(self, scorer: object) -> Any: ...
    def uninstall(self) -> Any: ...
    def scorer(self) -> Any: ...
    def tick(self, state: State, now: object) -> tuple[bytes, bytes, bytes, bytes, list[Any]]: ...
    def decide(self, state: State, now: object) -> tuple[bytes, bytes, bytes, bytes, list[Any]]: ...
    def sample(self, state: State, now: object) -> tuple[bytes, list[Any]]: ...
    def sampled(self) -> list[tuple[int, int]]: ...
    def explain(self, state: State, chain: int) -> tuple[Any, ...]: ...
    def transitions(self, since: int) -> bytes: ...
    def drain_status(
        self, state: State, node: int
    ) -> tuple[int, int, int, int, list[tuple[int, int]], bool] | None: ...
    def history(self, chain: int) -> tuple[bytes, bytes, float | None, int]: ...
    def cells(self, chain: int) -> list[tuple[int, float]]: ...
    def snapshot(self) -> tuple[bytes, bytes, bytes, bytes]: ...

@final
class TableScorer:
    """Scores every node by a table, the same for every chain, without running Python code."""

    def __new__(cls, nodes: object, scores: object) -> TableScorer: ...

def diff_scheduler(
    state: State, scorer: object, config: object, this_node: int, now: object, already_evicted: object
) -> tuple[bytes, bytes, bytes, bytes, list[Any]]: ...
def validate_config(config: object) -> None: ...
def validate_policy(policy: object) -> None: ...
def default_config() -> dict[str, Any]: ...
def production_config() -> dict[str, Any]: ...
def score_equivalent(cost_per_sec: float, cost: object) -> float: ...
def calibrate(moves: object) -> tuple[float, float, float, int, int]: ...
def judgement_text(
    chain: int,
    verdict: int,
    victim: int | None,
    sampled_score: float | None,
    live_score: float | None,
    alternative: tuple[int, float] | None,
    gain: float | None,
    cost: float | None,
) -> str: ...
def eviction_text(chain: int, victim: int, target: int | None, arm: int, revision: int | None) -> str: ...
def placement_text(chain: int, exclude: tuple[int, ...], target: int | None, arm: int, revision: int | None) -> str: ...
def to_ns(time: object, name: str = "time") -> int: ...
def check_u32(value: object, name: str) -> int: ...
def check_u64(value: object, name: str) -> int: ...
def check_cost_per_sec(cost_per_sec: float) -> None: ...
def end_calls() -> None: ...
def build_info() -> str:
    """What this build is, for bug reports: version, target, profile, features, compiler, interface, in one line."""
