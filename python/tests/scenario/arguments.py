"""The words and `key=value` pairs after the name of a command. What nobody takes is refused."""

from __future__ import annotations

from . import tokens
from .tokens import LanguageError


class Arguments:
    """What is left to be taken of the arguments of one command."""

    def __init__(self, rest: str) -> None:
        self._words: list[str] = []
        self._pairs: dict[str, str] = {}
        for token in filter(None, rest.split(" ")):
            key, equals, value = token.partition("=")
            if not equals:
                self._words.append(token)
            elif key in self._pairs:
                raise LanguageError(f"argument {key} is given twice")
            else:
                self._pairs[key] = value

    def word(self, what: str) -> str:
        """The next word, which must be there."""
        word = self.optional_word()
        if word is None:
            raise LanguageError(f"{what} is missing")
        return word

    def optional_word(self) -> str | None:
        """The next word, if there is one."""
        return self._words.pop(0) if self._words else None

    def words(self) -> list[str]:
        """All words that are left."""
        words, self._words = self._words, []
        return words

    def value(self, key: str) -> str:
        """The value of `key`, which must be there."""
        value = self.optional(key)
        if value is None:
            raise LanguageError(f"argument {key} is missing")
        return value

    def optional(self, key: str) -> str | None:
        """The value of `key`, if it is there."""
        return self._pairs.pop(key, None)

    def pairs(self) -> list[tuple[str, str]]:
        """All pairs that are left, at least one."""
        pairs = self.pairs_if_any()
        if not pairs:
            raise LanguageError("nothing is given")
        return pairs

    def pairs_if_any(self) -> list[tuple[str, str]]:
        """All pairs that are left."""
        pairs, self._pairs = list(self._pairs.items()), {}
        return pairs

    def chain(self) -> int:
        """The value of `chain`."""
        return tokens.identity(self.value("chain"))

    def node(self) -> int:
        """The value of `node`."""
        return tokens.identity(self.value("node"))

    def time_ns(self) -> int:
        """The next word, which must be a time."""
        return tokens.duration_ns(self.word("the time"))

    def finish(self) -> None:
        """Refuses what was not taken."""
        if self._words:
            raise LanguageError(f"unexpected `{self._words[0]}`")
        for key in self._pairs:
            raise LanguageError(f"unknown argument {key}")
