"""The library's own scorer in the scenario of round-trip times: it is told these, and who is a client of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from driftline import ChainProfile, Client, InventoryConfig, InventoryScorer, NodeInventory, SchedulerConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline import Event, MeshState
    from driftline.replay.measurements import Measurements

# A node at this round-trip time scores one half, as with the reference scorer.
RTT_HALF_NS = 250_000_000
_NS_PER_CS = 10_000_000
# Half-lives are times; a slice of a replay with the config of production is as long.
_SLICE_NS = 30_000_000_000


class RttInventory:
    """An `InventoryScorer` and the ear that it listens with: a replay tells it of rows, holders and moves.

    It is fed with round-trip times only, so nearness is the one axis that it has an opinion on. Its smoothing is that
    of its own half-lives, in slices of 30 seconds.
    """

    def __init__(self, measurements: Measurements, config: InventoryConfig | None = None) -> None:
        gap = SchedulerConfig.production().hysteresis_gap
        default = InventoryConfig(rtt_half=RTT_HALF_NS, hysteresis_gap=gap)
        self.inventory = InventoryScorer(default if config is None else config)
        self._measurements = measurements
        nodes = range(measurements.node_count)
        self.inventory.report_nodes(0, [NodeInventory(node=node) for node in nodes])
        self.inventory.report_profiles([ChainProfile(chain=node, clients=[Client(node)]) for node in nodes])
        self.refresh(nodes)

    def refresh(self, rows: Sequence[int] | npt.NDArray[np.uint16]) -> None:
        """Take in the rows that were measured anew."""
        count = self._measurements.node_count
        clients, nodes = np.repeat(np.asarray(rows, dtype=np.int64), count), np.tile(np.arange(count), len(rows))
        # Nobody is a home for its own chain, so nobody is told to be near to itself.
        others = clients != nodes
        rtts_ns = self._measurements.rtt_cs[clients, nodes].astype(np.int64) * _NS_PER_CS
        self.inventory.report_rtts(
            self._measurements.slice * _SLICE_NS,
            from_nodes=clients[others],
            to_nodes=nodes[others],
            rtts_ns=rtts_ns[others],
        )

    def load(
        self,
        chains: npt.NDArray[np.uint64],
        leaders: npt.NDArray[np.uint64],
        offsets: npt.NDArray[np.uint64],
        holders: npt.NDArray[np.uint64],
    ) -> None:
        """Who holds what at the start."""
        self.inventory.load(chains, leaders, offsets, holders)

    def follow(self, events: Sequence[Event]) -> None:
        """What the state was told since."""
        self.inventory.follow(events)

    def touch(self, state: MeshState) -> None:
        """Tell the state which chains to score anew."""
        self.inventory.touch(state)
