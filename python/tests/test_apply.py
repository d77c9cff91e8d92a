"""`MeshState.apply`: what is an event, and that a slice is taken whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from driftline import (
    Chain,
    ChainRemoved,
    ClaimAcquired,
    ClaimReleased,
    Event,
    HolderAdded,
    HolderRemoved,
    LeaderCleared,
    LeaderSet,
    LocalScheduler,
    MeshState,
)

from .support import HERE, Fixed, label, mesh

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("form", [list, tuple, iter, lambda events: (event for event in events)])
def test_any_iterable_of_events(form: Any) -> None:
    state = MeshState()
    state.apply(form([HolderAdded(7, 1), HolderAdded(7, 2), LeaderSet(7, 1)]))
    assert state.digest() == mesh({7: [1, 2]}).digest()


def test_one_event_alone() -> None:
    state = mesh({7: [1, 2]})
    state.apply(HolderRemoved(7, 2))
    chain = state.chain(7)
    assert chain is not None
    assert chain.holders == (1,)


def test_no_event() -> None:
    state = mesh({7: [1]})
    before = state.digest()
    state.apply([])
    assert state.digest() == before


def test_each_event_does_what_it_says() -> None:
    state = mesh({7: [1, 2]})
    state.apply(ClaimAcquired(7))
    assert state.chain(7) == Chain(7, 1, (1, 2), True, None)
    state.apply([ClaimReleased(7), LeaderCleared(7)])
    assert state.chain(7) == Chain(7, None, (1, 2), False, None)
    state.apply(ChainRemoved(7))
    assert state.chain(7) is None
    assert len(state) == 0
    assert 7 not in state


@pytest.mark.parametrize(
    "bad", ["x", 7, None, ("HolderAdded", 7, 1), HolderAdded, object(), [HolderAdded(8, 1)]], ids=label
)
def test_what_is_no_event_is_named_and_undone(bad: Any) -> None:
    state = mesh({7: [1]})
    before = state.digest()
    with pytest.raises(TypeError, match="1"):
        state.apply([HolderAdded(8, 1), bad])
    assert state.digest() == before


@pytest.mark.parametrize("bad", [7, None, HolderAdded, object()], ids=label)
def test_what_is_neither_event_nor_iterable(bad: Any) -> None:
    with pytest.raises(TypeError):
        MeshState().apply(bad)


def test_text_is_no_slice_of_events() -> None:
    with pytest.raises(TypeError):
        MeshState().apply("x")  # type: ignore[arg-type]


def test_an_iterable_that_fails_changes_nothing() -> None:
    failure = LookupError("the source is gone")

    def events() -> Iterator[Event]:
        yield HolderAdded(8, 1)
        raise failure

    state = mesh({7: [1]})
    before = state.digest()
    with pytest.raises(LookupError) as caught:
        state.apply(events())
    assert caught.value is failure
    assert state.digest() == before


def test_an_iterable_that_uses_the_state() -> None:
    """The slice is read before the state is touched, so its source may look at the state."""
    state = mesh({7: [1]})

    def events() -> Iterator[Event]:
        for chain in state.chains():
            state.apply(HolderAdded(chain, 2))
            yield HolderAdded(chain, 3)

    state.apply(events())
    chain = state.chain(7)
    assert chain is not None
    assert chain.holders == (1, 2, 3)


def test_events_are_idempotent() -> None:
    state = mesh({7: [1]})
    scheduler = LocalScheduler(HERE, scorer=Fixed(0.9))
    scheduler.tick(state, 0)
    before = state.digest()
    state.apply([HolderAdded(7, 1), HolderRemoved(7, 5), LeaderSet(7, HERE), ClaimReleased(7), HolderRemoved(99, 1)])
    assert state.digest() == before
    assert scheduler.tick(state, 0).report.dirty == 1  # Without fingerprints a chain is dirty in every tick.


def test_the_digest_knows_content_only() -> None:
    forwards, backwards = MeshState(), MeshState()
    events = [HolderAdded(chain, node) for chain in (7, 8) for node in (1, 2, 3)]
    forwards.apply(events)
    backwards.apply(reversed(events))
    assert forwards.digest() == backwards.digest()
    backwards.apply(HolderRemoved(8, 3))
    assert forwards.digest() != backwards.digest()


def test_questions_are_answered_in_ascending_order() -> None:
    state = mesh({9: [3, 1], 7: [2, 1], 8: [2]})
    assert state.chains() == [7, 8, 9]
    assert state.chains_on(1) == [7, 9]
    assert state.chains_on(99) == []
    assert state.led_by(HERE) == [7, 8, 9]
    assert state.led_by(99) == []
    assert len(state) == 3
    assert 7 in state
    assert 99 not in state
    assert state.chain(99) is None
    assert "3" in repr(state)
