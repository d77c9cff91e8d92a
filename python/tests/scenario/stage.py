"""What a scenario acts on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from driftline import Event, InventoryScorer, LocalScheduler, MeshState, TickReport

from . import tables
from .tables import Form, Options, Tables


@dataclass
class Play:
    """What `node` starts afresh."""

    scheduler: LocalScheduler
    form: Form
    state: MeshState = field(default_factory=MeshState)
    tables: Tables = field(default_factory=Tables)
    options: Options = field(default_factory=Options)
    #: What `inventory` opened.
    inventory: InventoryScorer | None = None
    #: Whether the table scorer alone is installed, which logs what it is asked.
    is_table: bool = True
    #: Of the last tick or sample that succeeded.
    report: TickReport | None = None
    #: The sequence of the first transition that `transitions` has not printed.
    next_transition: int = 0

    def apply(self, events: list[Event]) -> None:
        """Tells the state what happened, and the inventory what the state has taken."""
        self.state.apply(events)
        if self.inventory is not None:
            self.inventory.follow(events)

    def load(self, *arrays: Any) -> None:
        """The same of a membership."""
        self.state.load(*arrays)
        if self.inventory is not None:
            self.inventory.load(*arrays)

    def scorer(self) -> Any:
        """Another scorer over the same tables."""
        return tables.scorer(self.tables, self.options, self.form)


@dataclass
class Stage:
    """Everything that outlives a command."""

    form: Form
    play: Play | None = None
    #: Whether a `node` was seen, refused or not.
    started: bool = False
    #: The digest that `digest-mark` remembered; survives `node`.
    mark: int | None = None
    #: The bytes that `export` remembered; survive `node`.
    exported: bytes | None = None
    #: The events since `begin`.
    pending: list[Event] | None = None
