"""The precision of python-flint's numbers (Arb), set for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work with that many bits, and set the precision back afterwards.

    >>> import flint
    >>> before = flint.ctx.prec
    >>> with precision(128):
    ...     flint.ctx.prec
    128
    >>> flint.ctx.prec == before
    True
    """
    import flint

    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before
