"""The base `Value` of nouns that a short command makes at its start."""

from __future__ import annotations

from dataclasses import FrozenInstanceError


class Value:
    """Base of dataclasses that are frozen, and compare, hash and print by their fields.

    With ``@dataclass(eq=False, repr=False)`` Python need not write and compile these methods for every class
    each time it starts; what they do is the same as with ``@dataclass(frozen=True)``.

    >>> from dataclasses import dataclass
    >>> @dataclass(eq=False, repr=False)
    ... class Pair(Value):
    ...     left: int
    ...     right: int
    >>> Pair(1, 2), Pair(1, 2) == Pair(1, 2), len({Pair(1, 2), Pair(1, 2)})
    (Pair(left=1, right=2), True, 1)
    >>> Pair(1, 2).left = 3
    Traceback (most recent call last):
    dataclasses.FrozenInstanceError: cannot assign to field 'left'
    """

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def __setattr__(self, name: str, value: object) -> None:
        # ``__init__`` sets each field for the first time.
        if name in self.__dict__ or name not in self.__match_args__:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

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
