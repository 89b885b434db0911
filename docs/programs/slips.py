"""Shows slips found in print, one computation for each: the commands of docs/slips.md.

Run: python docs/programs/slips.py NAME
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import sympy

from polysolv import GenericSystem, MixingMeasure, build_system, solve

CORE = "location-scale-gaussian"


def equations(m: int, degree: int, values: dict[str, sympy.Expr]) -> list[sympy.Expr]:
    """Return the location–scale system with some unknowns replaced; s_l stands for half of sigma_l."""
    system = build_system(CORE, m, degree)
    names = [sympy.Symbol(name) for name in system.unknowns]
    halves = {sympy.Symbol(f"sigma_{i}"): 2 * sympy.Symbol(f"s_{i}") for i in range(1, m + 1)}
    chosen = {sympy.Symbol(name): value for name, value in values.items()}
    result = []
    for polynomial in system.equations.values():
        total = sympy.Add(
            *(
                sympy.Rational(c.numerator, c.denominator) * sympy.prod(names[i] ** e for i, e in monomial)
                for monomial, c in polynomial.items()
            )
        )
        result.append(sympy.expand(total.subs(halves).subs(chosen)))
    return result


def reused_witness() -> str:
    """The witness of two atoms with a third atom at 0, put into the system of three atoms of degree 5."""
    system = build_system("softmax-gaussian", 3, 5)
    atoms = [{"beta1": 0, "a": 0, "b": b, "sigma": sigma} for b, sigma in ((1, -1), (-1, -1), (0, 0))]
    wrong = {index: value for index, value in system.evaluate([1, 1, 1], atoms).items() if value}
    lines = [f"P{list(index)} = {value} with b = 1, -1, 0" for index, value in wrong.items()]
    lines += [
        f"P{list(index)} = {value * Fraction(1, 3) ** 2} with b = 1/sqrt(3), -1/sqrt(3), 0"
        for index, value in wrong.items()
        if sum(index) == 4
    ]
    return "\n".join(lines)


def dependence() -> str:
    """The functions u_j (f_j - g) of two experts: their sum, where g = sum u_j f_j / sum u_j."""
    u, f = sympy.symbols("u_1:3"), sympy.symbols("f_1:3")
    g = (u[0] * f[0] + u[1] * f[1]) / (u[0] + u[1])
    total = u[0] * (f[0] - g) + u[1] * (f[1] - g)
    return f"u_1 (f_1 - g) + u_2 (f_2 - g) = {sympy.simplify(total)}"


def split_gates() -> str:
    """Every atom of a truth split in two with gate slopes moved by v and -v: change of the density."""
    truth = MixingMeasure([0.3, 0.0], [[1.0], [0.0]], [[1.5], [-1.5]], [1.0, -1.0], [0.3, 0.2])
    x, y = truth.sample(1000, seed=0)
    lines = []
    for v in (0.1, 1.0, 10.0):
        doubled = MixingMeasure(
            np.tile(truth.beta0 - np.log(2), 2),
            np.vstack([truth.beta1 + v, truth.beta1 - v]),
            *(np.concatenate([part, part]) for part in (truth.a, truth.b, truth.sigma)),
        )
        change = np.abs(doubled.density(x, y) / truth.density(x, y) - 1).max()
        lines.append(f"v = {v}: {'no change beyond rounding' if change < 1e-12 else f'changed by {change}'}")
    return "\n".join(lines)


def equal_weights() -> str:
    """Three atoms of equal weight at degree 5, location of the first 1, with two coefficients at order 3."""
    third = equations(3, 5, dict.fromkeys(("w_1", "w_2", "w_3"), sympy.Integer(1)))
    one = {sympy.Symbol("mu_1"): 1}
    products = sum(sympy.Symbol(f"mu_{i}") * sympy.Symbol(f"s_{i}") for i in (1, 2, 3))
    lines = []
    for name, coefficient in (("1", sympy.Integer(1)), ("1/2", sympy.Rational(1, 2))):
        chosen = list(third)
        chosen[2] = third[2] + (coefficient - 1) * products
        found = solve(GenericSystem.parse([str(e.subs(one)) for e in chosen]), seed=0)
        real = sorted(
            " ".join(f"{round(z.real, 6) + 0.0:g}" for z in path.solution) for path in found.real_solutions
        )
        lines.append(f"coefficient {name}: {len(found.solutions)} complex solutions, real: {'; '.join(real)}")
    return "\n".join(lines)


def normalised() -> str:
    """The last equation of three atoms at degree 4 in the normalised unknowns of the paper."""
    x, y, a, b, c, d, e = sympy.symbols("x y a b c d e")
    values = {
        "w_1": sympy.Integer(1),
        "w_2": x**2,
        "w_3": y**2,
        "mu_1": sympy.Integer(1),
        "mu_2": a,
        "mu_3": b,
    }
    values |= {"s_1": c, "s_2": a * d, "s_3": b * e}
    last = equations(3, 4, values)[3]
    quadratic = sum(t for t in last.as_ordered_terms() if sympy.Poly(t, c, d, e).total_degree() == 2)
    return f"{last}\nquadratic in c, d, e: {sympy.factor(quadratic)}"


def eliminant() -> str:
    """Two atoms at degrees 4, 5 and 6: what is left in the weight w = w_2 / w_1."""
    w = sympy.Symbol("w")
    lines = []
    for degree in (4, 5, 6):
        system = equations(2, degree, {"w_1": sympy.Integer(1), "w_2": w, "mu_1": sympy.Integer(1)})
        unknowns = sympy.symbols("mu_2 s_1 s_2")
        basis = sympy.groebner(system, *unknowns, w, order="lex")
        lines.append(f"degree {degree}: {sympy.factor(basis.exprs[-1])}")
    return "\n".join(lines)


SLIPS: dict[str, Callable[[], str]] = {
    "reused-witness": reused_witness,
    "dependence": dependence,
    "split-gates": split_gates,
    "equal-weights": equal_weights,
    "normalised": normalised,
    "eliminant": eliminant,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=list(SLIPS), help="which computation")
    print(SLIPS[parser.parse_args().name]())


if __name__ == "__main__":
    main()
