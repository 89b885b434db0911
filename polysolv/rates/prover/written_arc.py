"""The noun `WrittenArc`: an arc in words."""

from __future__ import annotations

from typing import NamedTuple


class WrittenArc(NamedTuple):
    """An arc in words, for densities without a log-symbol."""

    text: str

    def __str__(self) -> str:
        return self.text
