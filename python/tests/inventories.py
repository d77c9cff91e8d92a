"""Small inventories, and a scorer in Python that answers as one of the library's own does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from driftline import ChainProfile, Client, InventoryConfig, InventoryScorer, LeaderSet, MeshState, NodeInventory, Rtt

from .support import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The client of every chain here.
CLIENT = 90
#: Reports count at once, and nothing but proximity counts.
NEAR = InventoryConfig(
    headroom_weight=0, zone_spread_weight=0, colocation_weight=0, rtt_half_life=0, rtt_weight_max=1, rtt_half=0.1
)


def near(rtts_s: dict[int, float], chains: Iterable[int] = (7,), config: InventoryConfig = NEAR) -> InventoryScorer:
    """An inventory in which nodes are so far from the client of these chains: the score is 0.1 / (0.1 + rtt)."""
    inventory = InventoryScorer(config)
    inventory.report_nodes(0, [NodeInventory(node=node) for node in rtts_s])
    inventory.report_rtts(0, [Rtt(CLIENT, node, rtt) for node, rtt in rtts_s.items()])
    inventory.report_profiles([ChainProfile(chain=chain, clients=[Client(CLIENT)]) for chain in chains])
    return inventory


def arrays_of(chains: dict[int, Sequence[int]], leader: int = HERE) -> dict[str, Any]:
    """What `load` of a state and of an inventory takes."""
    holders = [node for nodes in chains.values() for node in nodes]
    offsets = [0]
    for nodes in chains.values():
        offsets.append(offsets[-1] + len(nodes))
    return {"chains": list(chains), "leaders": [leader] * len(chains), "offsets": offsets, "holders": holders}


def followed(inventory: InventoryScorer, chains: dict[int, Sequence[int]]) -> MeshState:
    """A state with these holders, of which the inventory knows."""
    state = MeshState()
    state.load(**arrays_of(chains))
    inventory.load(**arrays_of(chains))
    state.apply(LeaderSet(chain, HERE) for chain in chains)
    return state


class Wrapped:
    """A scorer in Python that passes everything on, question by question."""

    PASSED_ON = (
        "begin",
        "score",
        "live_score",
        "best_alternative",
        "alternatives",
        "node_fingerprint",
        "chain_fingerprint",
        "migration_cost",
    )

    def __init__(self, inner: Any) -> None:
        for name in self.PASSED_ON:
            setattr(self, name, getattr(inner, name))

    def score(self, chain: int, node: int) -> Any:
        """Replaced on the object."""

    def best_alternative(self, chain: int, exclude: tuple[int, ...]) -> Any:
        """Replaced on the object."""
