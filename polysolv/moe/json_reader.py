"""The noun `JsonReader`: checks of JSON entries that end in one line naming file and key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from polysolv.errors import InputError


@dataclass(frozen=True)
class JsonReader:
    """Checks of JSON entries.

    Args:
        source: name of the file, for error messages.

    Every method returns the entry of a key if it is what its name says.
    """

    source: str

    def mapping(self, key: str, value: object) -> dict[str, Any]:
        """Return a JSON object."""
        if not isinstance(value, Mapping):
            raise InputError(f"{self.source}: {key}", type(value).__name__, "a JSON object")
        return dict(value)

    def keys(
        self, key: str, value: dict[str, Any], known: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return an object that has the known keys, and no others; some may be missing."""
        for name in value:
            if name not in known:
                raise InputError(f"{self.source}: {key}: key", name, ", ".join(known))
        for name in known:
            if name not in value and name not in optional:
                raise InputError(f"{self.source}: {key}: key", name, "to be present")
        return value

    def sequence(self, key: str, value: object) -> list[Any]:
        """Return an array."""
        if not isinstance(value, list):
            raise InputError(f"{self.source}: {key}", type(value).__name__, "a JSON array")
        return value

    def strings(self, key: str, value: object) -> list[str]:
        """Return an array of text."""
        entries = self.sequence(key, value)
        for entry in entries:
            if not isinstance(entry, str):
                raise InputError(f"{self.source}: {key}", entry, "text")
        return entries

    def number(self, key: str, value: object) -> float:
        """Return a finite number."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InputError(f"{self.source}: {key}", value, "a finite number")
        return float(value)

    def numbers(self, key: str, value: object) -> list[float]:
        """Return an array of finite numbers."""
        return [self.number(key, entry) for entry in self.sequence(key, value)]
