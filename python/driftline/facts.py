"""What an `InventoryScorer` is told of nodes, paths and chains, one class a report (I1). Immutable, compared by value.

What is `None` was not reported. Amounts are numbers of any kind, held in 64 bits; what cannot be is refused where it is
reported.

```python
inventory.report_nodes(now, [NodeInventory(node=1, cpu_capacity_cores=8, cpu_use_cores=6.5, zone=2)])
inventory.report_rtts(now, [Rtt(from_node=9, to_node=1, rtt=0.020)])
inventory.report_profiles([ChainProfile(chain=7, size_bytes=2e9, clients=[Client(9)])])
```
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import _driftline
from ._reprs import brief

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._times import Time
    from .enums import NodeHealth

__all__ = ["Bandwidth", "ChainProfile", "Client", "NodeInventory", "Rtt"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NodeInventory:
    """What is known of one node. A field that is `None` was not reported: what was said before stays.

    Uses are what all chains on the node use now, those that driftline does not know included. Amounts are finite and at
    least zero, capacities and bandwidth above zero, and no use is above its capacity.

    >>> NodeInventory(node=1, cpu_capacity_cores=8, cpu_use_cores=6.5)
    NodeInventory(node=1, cpu_capacity_cores=8, cpu_use_cores=6.5)
    """

    node: int
    """The node."""
    cpu_capacity_cores: float | None = None
    """Processors, in cores."""
    cpu_use_cores: float | None = None
    """How many of them are busy."""
    memory_capacity_bytes: float | None = None
    """Memory, in bytes."""
    memory_use_bytes: float | None = None
    """How much of it is in use."""
    disk_capacity_bytes: float | None = None
    """Disk, in bytes."""
    disk_use_bytes: float | None = None
    """How much of it is in use."""
    bandwidth_bytes_per_sec: float | None = None
    """What the node can send or receive, where a path was not measured."""
    tags: int | None = None
    """What the node has, one bit for each of up to 64 tags of yours."""
    zone: int | None = None
    """The failure domain that the node is in, a number of yours below 2**32 - 1."""
    health: NodeHealth | None = None
    """Whether it may have chains; `NodeHealth.HEALTHY` until somebody says otherwise."""

    def __repr__(self) -> str:
        """The fields that were reported."""
        return brief(self)


@dataclass(frozen=True, slots=True, init=False)
class Rtt:
    """A measured round-trip time.

    It may be given as `int` nanoseconds, `float` seconds or `timedelta`, and is `int` nanoseconds from then on.

    Raises:
        TypeError, ValueError: the time is none.
    """

    from_node: int
    """Who measured: a client of chains."""
    to_node: int
    """The node that answered."""
    rtt: int
    """How long it took, in nanoseconds."""

    def __init__(self, from_node: int, to_node: int, rtt: Time) -> None:
        object.__setattr__(self, "from_node", from_node)
        object.__setattr__(self, "to_node", to_node)
        object.__setattr__(self, "rtt", _driftline.to_ns(rtt, "rtt"))


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """A measured bandwidth."""

    from_node: int
    """Who sent."""
    to_node: int
    """Who received."""
    bytes_per_sec: float
    """Finite, above zero."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who uses a chain."""

    node: int
    """The node that the client is at or near to: the `from_node` of its round-trip times. It need not hold chains."""
    weight: float = 1.0
    """How much it uses the chain, relative to the others. Finite, above zero."""


@dataclass(frozen=True, slots=True, init=False, repr=False)
class ChainProfile:
    """What is known of one chain. It replaces what was said before as a whole.

    The duration may be given as `int` nanoseconds, `float` seconds or `timedelta`, and is `int` nanoseconds from then
    on.

    Args:
        chain: The chain.
        size_bytes: What has to be shipped, and what it needs of a disk.
        cpu_cores: What one replica needs of a node's processors.
        memory_bytes: What one replica needs of its memory.
        required_tags: Tags that every home must have, one bit for each.
        clients: Who uses it; no node twice.
        service_value: How much more a disturbance of this chain matters than one of others: the `reliability_factor`
            of its moves. Finite, above zero.
        disruption: How long the chain serves worse while it moves.
        group: Chains of one group, a number of yours, are better off together.
        zone_anti_affinity: Whether two holders in one zone are forbidden, not just worse.

    Raises:
        TypeError, ValueError: the duration is none, or the clients are no iterable.

    >>> ChainProfile(chain=7, size_bytes=2e9, disruption=0.5)
    ChainProfile(chain=7, size_bytes=2000000000.0, disruption=500000000)
    """

    chain: int
    """The chain."""
    size_bytes: float | None
    """What has to be shipped, and what it needs of a disk."""
    cpu_cores: float | None
    """What one replica needs of a node's processors."""
    memory_bytes: float | None
    """What one replica needs of its memory."""
    required_tags: int
    """Tags that every home must have."""
    clients: tuple[Client, ...]
    """Who uses it."""
    service_value: float | None
    """How much more a disturbance of this chain matters than one of others."""
    disruption: int | None
    """How long the chain serves worse while it moves, in nanoseconds."""
    group: int | None
    """Chains of one group are better off together."""
    zone_anti_affinity: bool
    """Whether two holders in one zone are forbidden, not just worse."""

    def __init__(
        self,
        *,
        chain: int,
        size_bytes: float | None = None,
        cpu_cores: float | None = None,
        memory_bytes: float | None = None,
        required_tags: int = 0,
        clients: Iterable[Client] = (),
        service_value: float | None = None,
        disruption: Time | None = None,
        group: int | None = None,
        zone_anti_affinity: bool = False,
    ) -> None:
        fields = {
            "chain": chain,
            "size_bytes": size_bytes,
            "cpu_cores": cpu_cores,
            "memory_bytes": memory_bytes,
            "required_tags": required_tags,
            "clients": tuple(clients),
            "service_value": service_value,
            "disruption": None if disruption is None else _driftline.to_ns(disruption, "disruption"),
            "group": group,
            "zone_anti_affinity": zone_anti_affinity,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """The fields that were reported."""
        unsaid = {"required_tags": 0, "clients": (), "zone_anti_affinity": False}
        values = {name: getattr(self, name) for name in self.__slots__}
        said = [f"{name}={value!r}" for name, value in values.items() if value != unsaid.get(name)]
        return f"ChainProfile({', '.join(said)})"
