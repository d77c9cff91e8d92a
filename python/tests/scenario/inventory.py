"""Commands of an inventory, and of scorers that are put together from it and the table scorer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import driftline

from . import tokens
from .tokens import LanguageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .arguments import Arguments
    from .stage import Play


def _epsilon(token: str) -> float | None:
    return None if token == "derived" else tokens.number(token)


#: The keys of `inventory`: the field of the config, and how its token is read.
_CONFIG: dict[str, tuple[str, Callable[[str], Any]]] = {
    "headroom_weight": ("headroom_weight", tokens.number),
    "proximity_weight": ("proximity_weight", tokens.number),
    "zone_spread_weight": ("zone_spread_weight", tokens.number),
    "colocation_weight": ("colocation_weight", tokens.number),
    "worst_share": ("worst_share", tokens.number),
    "comfortable_use": ("comfortable_use", tokens.number),
    "capacity_reserve": ("capacity_reserve", tokens.number),
    "rtt_half": ("rtt_half", tokens.duration_ns),
    "load_half_life": ("load_half_life", tokens.duration_ns),
    "rtt_half_life": ("rtt_half_life", tokens.duration_ns),
    "rtt_weight_max": ("rtt_weight_max", tokens.number),
    "hysteresis_gap": ("hysteresis_gap", tokens.number),
    "headroom_epsilon": ("headroom_epsilon", _epsilon),
    "proximity_epsilon": ("proximity_epsilon", _epsilon),
    "fallback_bandwidth": ("fallback_bandwidth_bytes_per_sec", tokens.amount),
    "fallback_size": ("fallback_size_bytes", tokens.amount),
    "serialisation": ("serialisation_bytes_per_sec", tokens.amount),
    "fallback_disruption": ("fallback_disruption", tokens.duration_ns),
}

_HEALTH = {str(health.name).lower(): health for health in driftline.NodeHealth}

#: The keys of `report` that are one field.
_REPORT: dict[str, tuple[str, Callable[[str], Any]]] = {
    "bandwidth": ("bandwidth_bytes_per_sec", tokens.amount),
    "tags": ("tags", tokens.integer),
    "zone": ("zone", tokens.small_integer),
    "health": ("health", lambda token: tokens.choice(token, _HEALTH)),
}
#: Those that are two: use and capacity.
_RESOURCES = {
    "cpu": ("cpu_use_cores", "cpu_capacity_cores"),
    "memory": ("memory_use_bytes", "memory_capacity_bytes"),
    "disk": ("disk_use_bytes", "disk_capacity_bytes"),
}

_PROFILE: dict[str, tuple[str, Callable[[str], Any]]] = {
    "size": ("size_bytes", tokens.amount),
    "cpu": ("cpu_cores", tokens.amount),
    "memory": ("memory_bytes", tokens.amount),
    "tags": ("required_tags", tokens.integer),
    "value": ("service_value", tokens.number),
    "disruption": ("disruption", tokens.duration_ns),
    "group": ("group", tokens.integer),
    "anti_affinity": ("zone_anti_affinity", lambda token: tokens.choice(token, tokens.ON_OFF)),
}


def _fields(arguments: Arguments, keys: dict[str, tuple[str, Callable[[str], Any]]]) -> dict[str, Any]:
    fields = {}
    for key, value in arguments.pairs_if_any():
        if key not in keys:
            raise LanguageError(f"unknown argument {key}")
        name, read = keys[key]
        fields[name] = read(value)
    return fields


def _present(play: Play) -> driftline.InventoryScorer:
    if play.inventory is None:
        raise LanguageError("there is no inventory")
    return play.inventory


def inventory(play: Play, arguments: Arguments) -> list[str]:
    """`inventory KEY=VALUE ..`"""
    opened = driftline.InventoryScorer(driftline.InventoryConfig(**_fields(arguments, _CONFIG)))
    play.scheduler.install(opened)
    play.inventory = opened
    play.is_table = False
    return []


def compose(play: Play, arguments: Arguments) -> list[str]:
    """`compose KIND ..`: the table scorer and the inventory, as one."""
    inventory, table = _present(play), play.scorer()
    kind = arguments.word("the kind")
    composed: driftline.PlacementScorer
    match kind:
        case "weighted_sum":
            weights = [tokens.number(arguments.value(part)) for part in ("table", "inventory")]
            composed = driftline.WeightedSum(list(zip((table, inventory), weights, strict=True)))
        case "minimum":
            composed = driftline.Minimum([table, inventory])
        case "gate":
            composed = driftline.Gate(table, inventory, tokens.number(arguments.value("threshold")))
        case "override":
            chains = tokens.listed(arguments.value("chains"), tokens.identity)
            composed = driftline.OverridePerChain(inventory, [(table, chains)])
        case "cached":
            composed = driftline.Cached(table, tokens.integer(arguments.value("capacity")))
        case "smoothed":
            composed = driftline.SmoothedScorer(table, tokens.duration_ns(arguments.value("half_life")))
        case _:
            raise LanguageError(f"`{kind}` is none of weighted_sum minimum gate override cached smoothed")
    play.scheduler.install(composed)
    play.is_table = False
    return []


def report(play: Play, arguments: Arguments) -> list[str]:
    """`report T node=N ..`"""
    now, node = arguments.time_ns(), arguments.node()
    amounts: dict[str, Any] = {}
    for key, names in _RESOURCES.items():
        token = arguments.optional(key)
        if token is None:
            continue
        parts = token.split("/", 1)
        if len(parts) != 2:
            raise LanguageError(f"`{token}` is not use/capacity")
        amounts |= {name: tokens.amount(part) for name, part in zip(names, parts, strict=True) if part}
    facts = _fields(arguments, _REPORT)
    _present(play).report_nodes(now, [driftline.NodeInventory(node=node, **amounts, **facts)])
    return []


def rtt(play: Play, arguments: Arguments) -> list[str]:
    """`rtt T from=N A=T B=T ..`"""
    now, client = arguments.time_ns(), tokens.identity(arguments.value("from"))
    pairs = arguments.pairs()
    rtts = [driftline.Rtt(client, tokens.identity(to), tokens.duration_ns(time)) for to, time in pairs]
    _present(play).report_rtts(now, rtts)
    return []


def bandwidth(play: Play, arguments: Arguments) -> list[str]:
    """`bandwidth from=N A=Q B=Q ..`"""
    source = tokens.identity(arguments.value("from"))
    pairs = arguments.pairs()
    rates = [driftline.Bandwidth(source, tokens.identity(to), tokens.amount(rate)) for to, rate in pairs]
    _present(play).report_bandwidths(rates)
    return []


def profile(play: Play, arguments: Arguments) -> list[str]:
    """`profile chain=C ..`"""
    chain = arguments.chain()
    clients = tokens.listed(arguments.optional("clients") or "", _client)
    known = driftline.ChainProfile(chain=chain, clients=clients, **_fields(arguments, _PROFILE))
    _present(play).report_profiles([known])
    return []


def _client(token: str) -> driftline.Client:
    node, colon, weight = token.partition(":")
    if not colon:
        raise LanguageError(f"`{token}` is not node:weight")
    return driftline.Client(tokens.identity(node), tokens.number(weight))


def forget(play: Play, arguments: Arguments) -> list[str]:
    """`forget node=N`"""
    return ["forgotten" if _present(play).forget_node(arguments.node()) else "nothing was known"]


def push(play: Play, arguments: Arguments) -> list[str]:
    """Tells the state what has moved."""
    return [f"touched {_present(play).touch(play.state)}"]


def axes(play: Play, arguments: Arguments) -> list[str]:
    """`axes chain=C node=N`"""
    chain, node = arguments.chain(), arguments.node()
    known = _present(play).axes(chain, node)
    if known is None:
        return [f"{chain} on {node}: nothing was reported"]
    names = ("headroom", "proximity", "zone_spread", "colocation", "score")
    values = [(name, getattr(known, name)) for name in names]
    said = ", ".join(f"{name} {'-' if value is None else f'{value:.2f}'}" for name, value in values)
    return [f"{chain} on {node}: {'a home' if known.is_home else 'no home'}, {said}"]
