"""A report, written and taken apart again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from driftline import report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from driftline.replay import ReplayResult
    from driftline.replay.load import LoadResult

#: Elements that have no end tag.
VOID = frozenset({"meta", "link", "br", "img", "input", "hr"})


@dataclass(eq=False)
class Element:
    """An element with its attributes, its children, and the text directly inside it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str | Element] = field(default_factory=list)

    def text(self) -> str:
        """All text inside, with single spaces."""
        parts = [piece if isinstance(piece, str) else piece.text() for piece in self.pieces]
        return " ".join("".join(parts).split())

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every such element inside, in order; `class_` stands for one of several classes."""
        found = []
        for child in self.children:
            if child.tag == tag and child.has(attributes):
                found.append(child)
            found += child.all(tag, **attributes)
        return found

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element inside."""
        (element,) = self.all(tag, **attributes)
        return element

    def has(self, attributes: dict[str, str]) -> bool:
        """Whether all these attributes have these values."""
        for name, value in attributes.items():
            if name == "class_":
                if value not in self.attributes.get("class", "").split():
                    return False
            elif self.attributes.get(name) != value:
                return False
        return True


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        self._open[-1].pieces.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> ends <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].pieces.append(data)

    def finish(self) -> Element:
        self.close()
        assert [element.tag for element in self._open] == [""]
        return self.root


@dataclass(frozen=True)
class Page:
    """A report: its text, its elements and its data."""

    text: str
    root: Element
    data: dict[str, Any]

    def section(self, name: str) -> Element:
        return self.root.one("section", id=f"section-{name}")

    def figure(self, name: str) -> dict[str, Any]:
        figure: dict[str, Any] = self.data["figures"][name]
        return figure

    def trace(self, figure: str, label: str) -> dict[str, Any]:
        """The trace of a figure with this name."""
        (trace,) = [trace for trace in self.figure(figure)["data"] if trace["name"] == label]
        return dict(trace)


def written(directory: Path, results: Sequence[ReplayResult] | Sequence[LoadResult]) -> Page:
    """Write a report and read it back."""
    path = directory / "report.html"
    report.write(path, results)
    text = path.read_text(encoding="utf-8")
    builder = _Builder()
    builder.feed(text)
    root = builder.finish()
    script = root.one("script", id="driftline-data")
    return Page(text, root, json.loads("".join(piece for piece in script.pieces if isinstance(piece, str))))
