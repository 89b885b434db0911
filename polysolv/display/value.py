"""The base `Value` of nouns that a short command makes at its start."""

from __future__ import annotations


class Value:
    """Base of frozen dataclasses that compare, hash and print by their fields.

    With ``@dataclass(frozen=True, eq=False, repr=False)`` Python need not write and compile these three
    methods for every class each time it starts; what they do is the same.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, eq=False, repr=False)
    ... class Pair(Value):
    ...     left: int
    ...     right: int
    >>> Pair(1, 2), Pair(1, 2) == Pair(1, 2), len({Pair(1, 2), Pair(1, 2)})
    (Pair(left=1, right=2), True, 1)
    """

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def _values(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__match_args__])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value) or other.__class__ is not self.__class__:
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = [f"{name}={getattr(self, name)!r}" for name in self.__match_args__]
        return f"{self.__class__.__qualname__}({', '.join(shown)})"
