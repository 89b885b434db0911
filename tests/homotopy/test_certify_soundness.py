"""No certificate may be false: checked against systems whose zeros are known exactly, by exact counting of roots in
rectangles, and by an independent interval Newton test; and every check is shown to matter."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import classic_systems as classic
import pytest
import sympy

from polysolv import GenericSystem, certify_solutions, solve
from polysolv.homotopy import certify, krawczyk
from polysolv.homotopy.certify import CertifiedSolutions, SolutionCertificate
from polysolv.homotopy.integer_system import IntegerSystem
from polysolv.homotopy.results import PathResult, SolveResult
from polysolv.polynomials.polynomial import Monomial, add, multiply_monomials

Exact = tuple[Fraction, Fraction]
Zero = tuple[Exact, ...]
Polynomial = dict[Monomial, Fraction]


def claimed(
    system: GenericSystem | list[str], points: Sequence[Sequence[complex]], **more: Any
) -> SolveResult:
    """A result that claims these points as distinct solutions."""
    system = system if isinstance(system, GenericSystem) else GenericSystem.parse(system)
    paths = tuple(
        PathResult(i, "success", tuple(map(complex, point)), 1e-17, 1.0, 1, 1, i)
        for i, point in enumerate(points)
    )
    return SolveResult(system, paths, "total-degree", 0, **more)


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    product: Polynomial = {}
    for m, c in left.items():
        product = add(product, {multiply_monomials(m, k): c * d for k, d in right.items()})
    return product


def known_system(generator: random.Random, unknowns: int) -> tuple[GenericSystem, list[Zero]]:
    """Equations in mixed coordinates and all their zeros: products of linear and quadratic factors of v_i = (A x)_i.

    Some zeros lie very close to each other or to the real space, or are multiple; sizes differ.
    """
    roots: list[list[Exact]] = []
    factors: list[list[Polynomial]] = []
    matrix = [[Fraction(generator.randint(-3, 3)) for _ in range(unknowns)] for _ in range(unknowns)]
    for i in range(unknowns):
        for j in range(unknowns):
            matrix[i][j] = Fraction(i == j) if j <= i else matrix[i][j]
    sizes = [Fraction(10) ** generator.choice([0, 0, 0, -6, 6]) for _ in range(unknowns)]
    for i in range(unknowns):
        v: Polynomial = {((j, 1),): c for j, c in enumerate(matrix[i]) if c}
        roots.append([])
        factors.append([])
        size = sizes[i]
        base = Fraction(generator.randint(-9, 9), generator.randint(1, 5)) * size
        for _ in range(generator.randint(1, 2)):
            base += Fraction(10) ** -generator.choice([1, 2, 5, 8, 12, 25]) * size
            if generator.random() < 0.5:
                factors[i].append(add(v, {(): base}, -1))
                roots[i].append((base, Fraction(0)))
            else:
                height = Fraction(10) ** -generator.choice([0, 3, 9, 15, 30]) * size
                shifted = add(v, {(): base}, -1)
                factors[i].append(add(times(shifted, shifted), {(): height**2}))
                roots[i] += [(base, height), (base, -height)]
    equations = []
    for product in factors:
        equation: Polynomial = {(): Fraction(1)}
        for factor in product:
            equation = times(equation, factor)
        equations.append(equation)
    zeros = []
    for values in itertools.product(*roots):
        # A is unit upper triangular.
        x: list[Exact] = [(Fraction(0), Fraction(0))] * unknowns
        for i in reversed(range(unknowns)):
            rest = [(matrix[i][j] * x[j][0], matrix[i][j] * x[j][1]) for j in range(i + 1, unknowns)]
            x[i] = (values[i][0] - sum(r for r, _ in rest), values[i][1] - sum(s for _, s in rest))
        zeros.append(tuple(x))
    return GenericSystem(tuple("xyzt"[:unknowns]), tuple(equations)), zeros


def wrong_points(generator: random.Random, zeros: Sequence[Zero]) -> list[tuple[complex, ...]]:
    """The zeros in floating point: exact, moved a little or much, without their imaginary parts, or mixed."""
    points = []
    for zero in zeros:
        point = [complex(float(re), float(im)) for re, im in zero]
        kind = generator.randrange(5)
        if kind == 1:
            size = 10.0 ** -generator.randint(0, 17)
            point = [
                z + (abs(z) or 1.0) * size * complex(generator.gauss(0, 1), generator.gauss(0, 1))
                for z in point
            ]
        if kind == 2:
            point = [complex(z.real) for z in point]
        if kind == 3:
            other = generator.choice(zeros)
            point = [
                generator.choice([z, complex(float(o[0]), float(o[1]))])
                for z, o in zip(point, other, strict=True)
            ]
        points += [tuple(point)] * generator.randint(1, 2)
    return points


def holds(box: SolutionCertificate, zero: Zero) -> bool:
    return all(
        abs(re - x) <= r and abs(im - y) <= r
        for (re, im), (x, y), r in zip(zero, box.centre, box.radii, strict=True)
    )


def false_statements(certified: CertifiedSolutions, zeros: Sequence[Zero]) -> list[str]:
    """What the certificates say that is not so, all zeros being known (multiple ones listed several times)."""
    wrong = []
    seen: set[Zero] = set()
    seen_real: set[Zero] = set()
    for box in certified.solutions:
        inside = [zero for zero in zeros if holds(box, zero)]
        if box.status == "certified":
            if len(inside) != 1:
                wrong.append(f"{len(inside)} zeros in a certified box")
                continue
            is_real = all(im == 0 for _, im in inside[0])
            if box.real not in (None, is_real):
                wrong.append(f"a zero is called real: {box.real}")
            seen.add(inside[0])
            if is_real:
                seen_real.add(inside[0])
        elif box.real is not None:
            wrong.append("real or non-real without a zero")
        if box.status == "refuted" and inside:
            wrong.append("a zero was refuted")
    if certified.distinct > len(seen):
        wrong.append("one zero counted twice")
    if certified.distinct_real > len(seen_real):
        wrong.append("one real zero counted twice")
    return wrong


def random_cases(count: int) -> Iterator[tuple[CertifiedSolutions, list[Zero]]]:
    for seed in range(count):
        generator = random.Random(seed)
        system, zeros = known_system(generator, generator.randint(1, 3))
        yield certify_solutions(claimed(system, wrong_points(generator, zeros))), zeros


def test_no_statement_about_known_zeros_is_false() -> None:
    statuses = []
    for certified, zeros in random_cases(60):
        assert false_statements(certified, zeros) == []
        statuses += [(box.status, box.real) for box in certified.solutions]
    # The cases are not trivial ones.
    kinds = {*statuses}
    assert kinds == {
        *(("certified", True), ("certified", False)),
        *(("refuted", None), ("undecided", None)),
    }
    assert all(statuses.count(kind) > 20 for kind in kinds)


def test_simple_zeros_given_to_double_precision_are_all_certified() -> None:
    for seed in range(100, 130):
        system, zeros = known_system(random.Random(seed), 2)
        apart = [zero for zero in zeros if zeros.count(zero) == 1]
        points = [tuple(complex(float(re), float(im)) for re, im in zero) for zero in apart]
        # Zeros that differ by less than doubles can say are one point.
        if len({*points}) < len(zeros) or _closest(zeros) < Fraction(1, 10**7):
            continue
        certified = certify_solutions(claimed(system, points))
        assert certified.counts == {"certified": len(zeros), "refuted": 0, "undecided": 0}
        assert certified.distinct == len(zeros)
        assert certified.nreal + certified.nnonreal == len(zeros)


def _closest(zeros: Sequence[Zero]) -> Fraction:
    """The least distance of two zeros in a coordinate in which they differ, relative to its size."""
    distances = [
        max(abs(x[0] - y[0]), abs(x[1] - y[1])) / max(abs(x[0]), abs(x[1]), Fraction(1, 10**9))
        for a, b in itertools.combinations(zeros, 2)
        for x, y in zip(a, b, strict=True)
        if x != y
    ]
    return min(distances, default=Fraction(1))


@pytest.mark.parametrize("seed", range(12))
def test_boxes_of_one_unknown_against_exact_root_counting(seed: int) -> None:
    """SymPy isolates by Sturm sequences and Collins and Krandick's method, in rational arithmetic."""
    generator = random.Random(seed)
    x = sympy.Symbol("x")
    degree = generator.randint(2, 7)
    numbers = [generator.randint(-(10**3), 10**3) for _ in range(degree)]
    # Mignotte's polynomials have two real roots very close together.
    polynomial = sympy.Poly(x**degree - 2 * (30 * x - 1) ** 2 if seed % 3 == 0 else [1, *numbers], x)
    system = GenericSystem(
        ("x",),
        ({((0, m[0]),) if m[0] else (): Fraction(int(c)) for m, c in polynomial.terms()},),
    )
    points = [(complex(root),) for root in polynomial.nroots(n=30, maxsteps=500)]
    points += [(point + generator.choice([1e-12, 1e-5j, 1e-3, 1]),) for (point,) in points]
    certified = certify_solutions(claimed(system, points))
    assert certified.counts["certified"] >= degree
    assert certified.distinct == degree
    assert certified.distinct_real == polynomial.count_roots()
    for box in certified.solutions:
        if box.status == "undecided":
            continue
        ((re, im),), (r,) = box.centre, box.radii
        low, high = (
            sympy.Rational(a.numerator, a.denominator) + sympy.I * sympy.Rational(b.numerator, b.denominator)
            for a, b in ((re - r, im - r), (re + r, im + r))
        )
        # SymPy's rectangles must not be symmetric about the real line.
        if im == 0:
            low, high = sympy.re(low), sympy.re(high)
        assert polynomial.count_roots(low, high) == (box.status == "certified")


Interval = tuple[Fraction, Fraction]


def _product(a: Interval, b: Interval) -> Interval:
    ends = [x * y for x in a for y in b]
    return min(ends), max(ends)


def _sum(*terms: Interval) -> Interval:
    return sum((t[0] for t in terms), Fraction(0)), sum((t[1] for t in terms), Fraction(0))


def _value(equation: Any, box: Sequence[tuple[Interval, Interval]]) -> tuple[Interval, Interval]:
    re: Interval = (Fraction(0), Fraction(0))
    im = re
    for monomial, c in equation.items():
        a: Interval = (c, c)
        b: Interval = (Fraction(0), Fraction(0))
        for i, e in monomial:
            for _ in range(e):
                x, y = box[i]
                minus = _product(b, y)
                a, b = _sum(_product(a, x), (-minus[1], -minus[0])), _sum(_product(a, y), _product(b, x))
        re, im = _sum(re, a), _sum(im, b)
    return re, im


def proved_by_interval_newton(system: GenericSystem, box: SolutionCertificate) -> bool:
    """Krawczyk's test for the real system in (Re x, Im x), with intervals of fractions and an exact inverse."""
    n = len(system.unknowns)
    x = [sympy.Symbol(f"x{i}") for i in range(n)]
    partial = [
        [
            {
                tuple((i, e) for i, e in enumerate(m) if e): Fraction(int(c.p), int(c.q))
                for m, c in sympy.Poly(_expression(equation, x).diff(x[j]), *x).terms()
                if c
            }
            for j in range(n)
        ]
        for equation in system.equations
    ]
    centre = [((re, re), (im, im)) for re, im in box.centre]
    wide = [((re - r, re + r), (im - r, im + r)) for (re, im), r in zip(box.centre, box.radii, strict=True)]
    at_centre = [[_value(p, centre) for p in row] for row in partial]
    matrix = sympy.Matrix(
        2 * n,
        2 * n,
        lambda i, j: _real_entry(at_centre[i // 2][j // 2], i % 2, j % 2, lambda v: sympy.Rational(v[0])),
    )
    inverse = [[Fraction(int(v.p), int(v.q)) for v in row] for row in matrix.inv().tolist()]
    inverse = [[v.limit_denominator(10**30) for v in row] for row in inverse]
    jacobian = [[_value(p, wide) for p in row] for row in partial]
    values = [part for f in system.equations for part in _value(f, centre)]
    radii = [r for r in box.radii for _ in range(2)]
    for i in range(2 * n):
        step = sum((y * value[0] for y, value in zip(inverse[i], values, strict=True)), Fraction(0))
        spread = Fraction(0)
        for j in range(2 * n):
            entry = _sum(
                *(
                    _product(
                        (inverse[i][k],) * 2, _real_entry(jacobian[k // 2][j // 2], k % 2, j % 2, lambda v: v)
                    )
                    for k in range(2 * n)
                )
            )
            spread += max(abs((i == j) - entry[0]), abs((i == j) - entry[1])) * radii[j]
        if abs(step) + spread >= radii[i]:
            return False
    return True


def _real_entry(
    entry: tuple[Interval, Interval], row: int, column: int, show: Callable[[Interval], Any]
) -> Any:
    re, im = entry
    if row == column:
        return show(re)
    return show(im) if row else show((-im[1], -im[0]))


def _expression(equation: Any, x: Sequence[sympy.Symbol]) -> sympy.Expr:
    return sympy.Add(
        *(
            sympy.Rational(c.numerator, c.denominator) * sympy.Mul(*(x[i] ** e for i, e in m))
            for m, c in equation.items()
        )
    )


@pytest.mark.parametrize(
    "system",
    [
        classic.katsura(3),
        classic.noon(3),
        GenericSystem.parse(["(x-3)^2 - 1e-8*(y+z+3)", "(y-3)^2 - 1e-3*(x+z+3)", "z^2 - 1e-8*(x+y+3)"]),
        GenericSystem.parse(["x^2 - 1e18", "x*y - 1"]),
    ],
)
def test_boxes_are_confirmed_by_an_independent_test(system: GenericSystem) -> None:
    certified = certify_solutions(solve(system, seed=1))
    assert certified.counts["undecided"] == certified.counts["refuted"] == 0
    for box in certified.solutions[:8]:
        assert proved_by_interval_newton(system, box)


def growth_violations() -> int:
    """How often the exact change of a value or a derivative in a disc exceeds its bound."""
    generator = random.Random(3)
    violations = 0
    for _ in range(60):
        n = generator.randint(1, 3)
        monomials = [m for m in itertools.product(range(4), repeat=n) if sum(m) <= 4]
        system = IntegerSystem.on_lattice(
            [
                {
                    tuple((i, e) for i, e in enumerate(m) if e): Fraction(generator.randint(-9, 9) or 1, 7)
                    for m in generator.sample(monomials, min(len(monomials), 5))
                }
                for _ in range(n)
            ],
            [generator.randint(-2, 9) for _ in range(n)],
        )
        centre = [(generator.randint(-99, 99), generator.randint(-99, 99)) for _ in range(n)]
        discs = [generator.choice([0, 5, 50]) for _ in range(n)]
        changes, slopes = system.growth(centre, discs)
        values, jacobian = system.values(centre), system.jacobian(centre)
        for _ in range(20):
            moved = []
            for (x, y), r in zip(centre, discs, strict=True):
                a, b = generator.choice([(3, 4), (4, -3), (5, 0), (0, -5), (0, 0), (-1, 2)])
                moved.append((x + a * r // 5, y + b * r // 5))
            for k in range(n):
                change = _modulus(values[k], system.values(moved)[k])
                violations += change > changes[k] + 1e-6
                slope = sum(
                    _modulus(jacobian[k][j], system.jacobian(moved)[k][j]) * discs[j] for j in range(n)
                )
                violations += slope > slopes[k] + 1e-6
    return violations


def test_growth_bounds_the_change_of_values_and_derivatives() -> None:
    assert growth_violations() == 0


def _modulus(a: tuple[int, int], b: tuple[int, int]) -> float:
    return abs(complex(a[0] - b[0], a[1] - b[1]))


def corner_violations() -> int:
    """How often (1 − Y A)(X − c), the operator's spread for linear equations, exceeds its bound at a corner."""
    violations = 0
    generator = random.Random(5)
    for _ in range(60):
        n = generator.randint(1, 3)
        # A bad inverse, as 1 − Y A is tiny for a good one.
        rows = [{((j, 1),): Fraction(generator.randint(-9, 9) or 1) for j in range(n)} for _ in range(n)]
        system = IntegerSystem.on_lattice(rows, [0] * n)
        re, im = (
            tuple(tuple(generator.randint(-99, 99) for _ in range(n)) for _ in range(n)) for _ in range(2)
        )
        inverse = krawczyk.Preconditioner(re, im, (7,) * n)
        centre = [(generator.randint(-9, 9), generator.randint(-9, 9)) for _ in range(n)]
        radii = [generator.randint(1, 10**6) for _ in range(n)]
        spreads = krawczyk.KrawczykTest(system, inverse, centre).spreads(radii)
        for signs in itertools.product((1, -1), repeat=2 * n):
            corner = [(signs[2 * i] * r, signs[2 * i + 1] * r) for i, r in enumerate(radii)]
            image = inverse.times(system.values(corner))
            for i in range(n):
                exact = [Fraction(corner[i][part]) - Fraction(image[i][part], 2**7) for part in (0, 1)]
                violations += max(map(abs, exact)) > spreads[i]
    return violations


def test_spreads_bound_the_operator_at_the_corners_of_the_box() -> None:
    assert corner_violations() == 0


def _square_root_of_two(x: int) -> krawczyk.KrawczykTest:
    """x² = 2 on the lattice of multiples of 2^-10, about x."""
    system = IntegerSystem.on_lattice([{((0, 2),): Fraction(1), (): Fraction(-2)}], [10])
    inverse = krawczyk.precondition(system.jacobian([(x, 0)]), [0])
    assert inverse is not None
    return krawczyk.KrawczykTest(system, inverse, [(x, 0)])


def box_violations() -> int:
    """How often a box is said to hold one root of x² = 2, or none, and does not."""
    violations = 0
    for x in (*range(1400, 1500, 3), 40, -1448):
        test = _square_root_of_two(x)
        for r in (0, 1, 2, 3, 5, 10, 30, 200, 1500, 4000):
            roots = sum(x - r < sign * 1448.1546878700494 < x + r for sign in (1, -1))
            violations += test.holds_one_zero([r]) and roots != 1
            violations += test.holds_no_zero([r]) and roots != 0
    return violations


def test_boxes_with_no_zero_or_two_are_not_taken() -> None:
    assert box_violations() == 0
    test, off = _square_root_of_two(1448), _square_root_of_two(1460)
    assert test.holds_one_zero([3])
    assert test.holds_one_zero([200])
    assert off.holds_one_zero([30])
    assert off.holds_no_zero([5])


def reality_violations() -> int:
    """How often a zero of (x − 1)² + 10^-2k, which has no real one, is called real."""
    violations = 0
    for k in range(1, 40):
        height = Fraction(1, 10**k)
        equation = {((0, 2),): Fraction(1), ((0, 1),): Fraction(-2), (): 1 + height**2}
        lattice = certify._Lattice([equation], [1 + 1j * 10.0**-k], 96)
        (scale,) = lattice.scales
        for aside in (0, 1, 2, 3, round(height * 2**scale)):
            centre = [(2**scale, aside)]
            inverse = krawczyk.precondition(lattice.system.jacobian([(2**scale, aside + 1)]), [0])
            assert inverse is not None
            box = lattice.certify(centre, inverse, 0)
            violations += box is not None and box.real is True
    return violations


def test_nearly_real_zeros_are_not_called_real() -> None:
    assert reality_violations() == 0


_spreads = krawczyk.KrawczykTest.spreads
_find_radii = krawczyk.KrawczykTest.find_radii
_set_up = krawczyk.KrawczykTest.__init__


def _without_steps(self: krawczyk.KrawczykTest, *arguments: Any) -> None:
    _set_up(self, *arguments)
    self.steps = [0] * len(self.steps)


def _with_exact_inverse(self: krawczyk.KrawczykTest, *arguments: Any) -> None:
    _set_up(self, *arguments)
    self.errors = [[0] * len(row) for row in self.errors]


# Each entry weakens one check; then some statement must come out false.
MUTATIONS: dict[str, tuple[Any, str, Any]] = {
    "Newton's step is forgotten": (krawczyk.KrawczykTest, "__init__", _without_steps),
    "the inverse is taken as exact": (krawczyk.KrawczykTest, "__init__", _with_exact_inverse),
    "spreads are forgotten": (krawczyk.KrawczykTest, "spreads", lambda self, radii: [0] * len(radii)),
    "discs are as small as squares": (
        krawczyk.KrawczykTest,
        "spreads",
        lambda self, radii: _spreads(self, [2 * r // 3 for r in radii]),
    ),
    "the Jacobian is taken as constant": (
        IntegerSystem,
        "growth",
        lambda self, centre, radii: ([0] * len(self.terms), [0] * len(self.terms)),
    ),
    "a box is not tested": (krawczyk.KrawczykTest, "find_radii", lambda self, largest: list(largest)),
    "a box is a point": (krawczyk.KrawczykTest, "find_radii", lambda self, largest: [0] * len(largest)),
    "a box about a real centre is not tested": (
        krawczyk.KrawczykTest,
        "find_radii",
        lambda self, largest: (
            _find_radii(self, largest)
            if any(y for _, y in self.centre)
            else [2 * step + 2 for step in self.steps]
        ),
    ),
    "boxes are never the same": (certify, "_meet", lambda a, b: False),
    "an equation is non-zero if it is so at the centre": (
        certify,
        "some_equation_is_non_zero",
        lambda system, centre, radii: any(x or y for x, y in system.values(centre)),
    ),
    "every point that is not certified is refuted": (
        krawczyk.KrawczykTest,
        "holds_no_zero",
        lambda self, radii: True,
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_check_matters(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*MUTATIONS[name])
    assert (
        box_violations()
        or reality_violations()
        or corner_violations()
        or any(false_statements(certified, zeros) for certified, zeros in random_cases(60))
    )
