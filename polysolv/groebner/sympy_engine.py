"""The engine that is always there: SymPy's Gröbner bases over Q, for small systems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from polysolv.groebner.basis import dense, parametrize
from polysolv.groebner.budget import Budget
from polysolv.groebner.ideal import EngineFailed, Ideal, Parametrization, Points
from polysolv.groebner.processes import run_python
from polysolv.polynomials.algebra import Poly
from polysolv.polynomials.exponent_vectors import Exponents, Vector, sparse


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
    return [sparse(polynomial) for polynomial in reduced_basis(ideal, "grevlex", prime)]


def reduced_basis(
    ideal: Ideal, order: str | Callable[[Exponents], tuple[int, ...]], prime: int = 0
) -> list[Vector]:
    """Return the reduced Gröbner basis, computed in this process.

    Args:
        ideal: the ideal.
        order: name of a monomial order, or a sort key of monomials.
        prime: compute modulo this prime; 0 for the rationals.

    >>> reduced_basis(Ideal(1, ({((0, 2),): Fraction(2), (): Fraction(-2)},)), "grevlex")
    [{(2,): Fraction(1, 1), (0,): Fraction(-1, 1)}]
    """
    from sympy import GF, QQ, Poly, groebner, symbols

    domain = GF(prime, symmetric=False) if prime else QQ
    names = symbols(ideal.names)
    generators = []
    for generator in ideal.generators:
        terms = dense(generator, ideal.count).items()
        values = {e: domain(v.numerator) / domain(v.denominator) for e, v in terms}
        generators.append(Poly.from_dict(values, *names, domain=domain))
    basis = groebner(generators, *names, order=order, domain=domain)
    return [
        {exponents: Fraction(int(c.p), int(c.q)) for exponents, c in polynomial.terms()}
        for polynomial in basis.polys
    ]
