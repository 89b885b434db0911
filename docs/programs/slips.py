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


def _distance(change: Callable[[np.ndarray], np.ndarray], low: float, high: float, heavy: bool) -> float:
    """Half the integral of |change|; for heavy tails in sinh(t)."""
    t = np.linspace(low, high, 20_001)
    y, weight = (np.sinh(t), np.cosh(t)) if heavy else (t, np.ones_like(t))
    return float(0.5 * np.sum(np.abs(change(y)) * weight) * (t[1] - t[0]))


def three_atoms() -> str:
    """Three atoms on a circle of radius eps with a mean shift: V / eps^3 for Student and von Mises."""
    from scipy.special import gammaln, iv

    turns = 2 * np.pi * np.arange(3) / 3
    lines = []
    for nu in (1, 3, 5):

        def student(y: np.ndarray, theta: float, s: float, nu: int = nu) -> np.ndarray:
            constant = np.exp(gammaln((nu + 1) / 2) - gammaln(nu / 2)) / np.sqrt(np.pi)
            return constant * s**nu * (s**2 + (y - theta) ** 2) ** (-(nu + 1) / 2)

        ratios = []
        for eps in (0.04, 0.02, 0.01):
            shift = eps**2 * (1 - nu) / 4  # at s = sqrt(nu) * scale = 1

            def change(y: np.ndarray, eps: float = eps, shift: float = shift) -> np.ndarray:
                atoms = [student(y, eps * np.cos(t), 1 + eps * np.sin(t) + shift) for t in turns]
                return sum(atoms) / 3 - student(y, 0.0, 1.0)

            ratios.append(_distance(change, -12.0, 12.0, heavy=True) / eps**3)
        lines.append(f"Student, nu = {nu}: V/eps^3 = {', '.join(f'{r:.3f}' for r in ratios)}")

    def von_mises(y: np.ndarray, a: float, b: float) -> np.ndarray:
        return np.exp(a * np.cos(y) + b * np.sin(y)) / (2 * np.pi * iv(0, np.hypot(a, b)))

    ratios = []
    for eps in (0.4, 0.2, 0.1):
        shift = eps**2 / 2 * iv(1, 1.0) / iv(0, 1.0)

        def change(y: np.ndarray, eps: float = eps, shift: float = shift) -> np.ndarray:
            atoms = [von_mises(y, 1 + eps * np.cos(t) + shift, eps * np.sin(t)) for t in turns]
            return sum(atoms) / 3 - von_mises(y, 1.0, 0.0)

        ratios.append(_distance(change, -np.pi, np.pi, heavy=False) / eps**3)
    lines.append(f"von Mises, kappa = 1: V/eps^3 = {', '.join(f'{r:.4f}' for r in ratios)}")
    return "\n".join(lines)


def gamma_pair() -> str:
    """Gamma atoms (2, 1) and (3, 1), exactly fitted, moved along the arc that polysolv finds: V / eps^3."""
    lines = []
    for eps in (0.1, 0.05, 0.025):

        def change(y: np.ndarray, eps: float = eps) -> np.ndarray:
            b, c = 1 + eps + 1.5 * eps**2, 1 + eps**2
            first = (0.5 - eps) * b**2 * y * np.exp(-b * y) + (0.5 + eps) * c**3 * y**2 / 2 * np.exp(-c * y)
            return first - 0.5 * y * np.exp(-y) - 0.25 * y**2 * np.exp(-y)

        lines.append(f"eps = {eps}: V/eps^3 = {_distance(change, 0.0, 80.0, heavy=False) / eps**3:.3f}")
    return "\n".join(lines)


def location_exponential() -> str:
    """One location-exponential atom: what the smallest observation and the mean estimate, exactly."""
    t, n, scale = sympy.symbols("t n sigma", positive=True)
    beyond = sympy.integrate(sympy.exp(-n * t / scale), (t, 0, sympy.oo))  # of P(min X - theta > t)
    second = sympy.integrate(2 * t * sympy.exp(-t / scale), (t, 0, sympy.oo))
    first = sympy.integrate(sympy.exp(-t / scale), (t, 0, sympy.oo))
    deviation = sympy.sqrt(sympy.simplify(second - first**2)) / sympy.sqrt(n)
    moved = sympy.series(1 - sympy.exp(-t / scale), t, 0, 2).removeO()
    return "\n".join(
        [
            f"mean of min X - theta: {sympy.simplify(beyond)}",
            f"standard deviation of the mean of X - theta, that is, of sigma: {sympy.simplify(deviation)}",
            f"V of a location moved by t is at least the mass it leaves: {moved} + O(t^2)",
        ]
    )


SLIPS: dict[str, Callable[[], str]] = {
    "reused-witness": reused_witness,
    "dependence": dependence,
    "split-gates": split_gates,
    "equal-weights": equal_weights,
    "normalised": normalised,
    "eliminant": eliminant,
    "three-atoms": three_atoms,
    "gamma-pair": gamma_pair,
    "location-exponential": location_exponential,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=list(SLIPS), help="which computation")
    print(SLIPS[parser.parse_args().name]())


if __name__ == "__main__":
    main()
