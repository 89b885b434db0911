"""Roles of the variables in the direction rule: zero, constant, or a constant times τ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from polysolv.families.log_symbol import Exponents

ZERO, CONSTANT, TAU = 0, 1, 2
MAX_ENUMERATED = 4  # variables, of which all roles are looked at

Roles = tuple[int, ...]


def all_roles(count: int, fixed: int) -> Iterator[Roles]:
    """Yield all roles of so many variables with some τ, but none among the first ``fixed``.

    >>> list(all_roles(2, 1))
    [(1, 2), (0, 2)]
    """
    for roles in product((TAU, CONSTANT, ZERO), repeat=count):
        if TAU in roles and TAU not in roles[:fixed]:
            yield roles


def degrees_in_tau(roles: Roles, monomials: Sequence[Exponents]) -> dict[Exponents, int]:
    """Return monomial -> its degree in τ, for those that do not vanish.

    >>> degrees_in_tau((ZERO, TAU), [(1, 0), (0, 2)])
    {(0, 2): 2}
    """
    return {
        s: sum(e for e, r in zip(s, roles, strict=True) if r == TAU)
        for s in monomials
        if not any(e and r == ZERO for e, r in zip(s, roles, strict=True))
    }


def setting(roles: Roles, names: Sequence[str]) -> str:
    """Return the roles in words.

    >>> setting((CONSTANT, TAU), ["x", "y"])
    'with y = constant * tau, x fixed,'
    """
    named = {r: ", ".join(n for n, role in zip(names, roles, strict=True) if role == r) for r in roles}
    parts = [f"{named[TAU]} = constant * tau"]
    parts += [f"{named[CONSTANT]} fixed"] if CONSTANT in named else []
    parts += [f"{named[ZERO]} = 0"] if ZERO in named else []
    return f"with {', '.join(parts)},"
