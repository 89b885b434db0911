"""What a compiled function is made from."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """A function to compile.

    Args:
        module: full name of the module with the function ``entry``, which returns nothing and does nothing
            if its first argument is 0, and ``ARGUMENTS``, the types of its arguments: "int64", or "float64*"
            and the like for pointers.
        files: names of all files beside this one that its machine code depends on.
        arguments: number of arguments that are plain integers, which come first; all others are pointers.
        pointers: number of pointers.
    """

    module: str
    files: tuple[str, ...]
    arguments: int
    pointers: int
