"""How values with many fields print themselves."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["brief"]


def brief(value: DataclassInstance) -> str:
    """As a dataclass does it, without the fields that hold their default."""

    def is_said(name: str, default: Any) -> bool:
        return default is MISSING or getattr(value, name) != default

    said = [field.name for field in fields(value) if is_said(field.name, field.default)]
    return f"{type(value).__qualname__}({', '.join(f'{name}={getattr(value, name)!r}' for name in said)})"
