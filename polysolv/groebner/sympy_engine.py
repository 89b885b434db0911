"""The engine that is always there: SymPy's Gröbner bases over Q, for small systems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from polysolv.groebner.basis import parametrize
from polysolv.groebner.budget import Budget
from polysolv.groebner.ideal import EngineFailed, Ideal, Parametrization, Points
from polysolv.groebner.processes import run_python
from polysolv.polynomials.algebra import Poly


@dataclass(frozen=True)
class Sympy:
    """SymPy in a child process."""

    name: str = "sympy"

    def points(self, ideal: Ideal, limits: Budget, prime: int = 0) -> Points:
        """Return the zeros of an ideal over Q; ``prime`` is not supported."""
        if prime:
            return Points("unknown", trouble="sympy: no computation modulo primes")
        before = limits.left()
        answer, trouble = run_python("polysolv.groebner.sympy_engine:solve", (ideal,), limits)
        seconds = before - limits.left()
        if answer is None:
            return Points("unknown", trouble=f"sympy: {trouble}", seconds=seconds)
        return Points(answer[0], answer[1], seconds=seconds)

    def basis(self, ideal: Ideal, limits: Budget, prime: int = 0) -> list[Poly]:
        """Return the reduced Gröbner basis; see :class:`polysolv.groebner.engines.Engine`."""
        answer, trouble = run_python("polysolv.groebner.sympy_engine:find_basis", (ideal, prime), limits)
        if answer is None:
            raise EngineFailed(trouble)
        found: list[Poly] = answer
        return found


def find() -> Sympy:
    """Return the engine."""
    return Sympy()


def solve(note: Callable[[str, object], None], ideal: Ideal) -> tuple[str, Parametrization | None]:
    """Return what :func:`parametrize` says, with bases from SymPy; runs in a child process."""
    return parametrize(ideal, _basis)


def find_basis(note: Callable[[str, object], None], ideal: Ideal, prime: int) -> list[Poly]:
    """Return the reduced Gröbner basis; runs in a child process."""
    return _basis(ideal, prime)


def _basis(ideal: Ideal, prime: int = 0) -> list[Poly]:
    from sympy import GF, QQ, Poly, groebner, symbols

    domain = GF(prime, symmetric=False) if prime else QQ

    names = symbols(ideal.names)
    generators = [
        Poly.from_dict(
            {
                tuple(dict(monomial).get(i, 0) for i in range(ideal.count)): domain(v.numerator)
                / domain(v.denominator)
                for monomial, v in generator.items()
            },
            *names,
            domain=domain,
        )
        for generator in ideal.generators
    ]
    basis = groebner(generators, *names, order="grevlex", domain=domain)
    return [
        {
            tuple((i, e) for i, e in enumerate(exponents) if e): Fraction(int(c.p), int(c.q))
            for exponents, c in ((m, c) for m, c in polynomial.terms())
        }
        for polynomial in basis.polys
    ]
