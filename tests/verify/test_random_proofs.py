"""Random valid identities and boxes are accepted; changed ones are not."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv.certificates import Box, box_certificate, identity_certificate
from polysolv.systems import PolynomialSystem

NAMES = ("w", "x", "z")
SMALL = st.fractions(min_value=-3, max_value=3, max_denominator=5)
MONOMIAL = st.tuples(*[st.integers(0, 2)] * 3)
POLYNOMIAL = st.dictionaries(MONOMIAL, SMALL.filter(bool), max_size=4)


def times(a, b):
    result = {}
    for left, x in a.items():
        for right, y in b.items():
            key = tuple(i + j for i, j in zip(left, right, strict=True))
            result[key] = result.get(key, 0) + x * y
    return {key: value for key, value in result.items() if value}


def plus(a, b, sign=1):
    result = dict(a)
    for key, value in b.items():
        result[key] = result.get(key, 0) + sign * value
    return {key: value for key, value in result.items() if value}


def named(polynomial):
    return {
        tuple((name, e) for name, e in zip(NAMES, key, strict=True) if e): value
        for key, value in polynomial.items()
    }


def system_of(polynomials, names=NAMES, weights=1):
    return PolynomialSystem(
        unknowns=names,
        weights=names[:weights],
        nontrivial=(),
        grading=(0,) * len(names),
        equations={
            (i,): {
                tuple((j, e) for j, e in enumerate(key) if e): Fraction(c) for key, c in polynomial.items()
            }
            for i, polynomial in enumerate(polynomials)
        },
    )


@st.composite
def identities(draw):
    """Equations f_i, cofactors q_i and squares with 1 + sum d w^k s^2 = sum q_i f_i."""
    count = draw(st.integers(1, 3))
    equations = [draw(POLYNOMIAL.filter(bool)) for _ in range(count)]
    cofactors = [draw(POLYNOMIAL) for _ in range(count)]
    squares = [
        (draw(SMALL.filter(lambda d: d > 0)), draw(st.integers(0, 2)), draw(POLYNOMIAL))
        for _ in range(draw(st.integers(0, 2)))
    ]
    left = {(0, 0, 0): Fraction(1)}
    for d, power, root in squares:
        left = plus(left, times({(power, 0, 0): d}, times(root, root)))
    last = left
    for f, q in zip(equations, cofactors, strict=True):
        last = plus(last, times(q, f), -1)
    return [*equations, last], [*cofactors, {(0, 0, 0): Fraction(1)}], squares


def identity(equations, cofactors, squares):
    return identity_certificate(
        system_of(equations),
        "positivstellensatz",
        {(i,): named(q) for i, q in enumerate(cofactors)},
        [(d, {"w": power} if power else {}, named(root)) for d, power, root in squares],
    ).verify()


@settings(max_examples=60, deadline=None)
@given(identities())
def test_random_identities_are_accepted(case):
    assert identity(*case).text().startswith("VERIFIED")


@settings(max_examples=60, deadline=None)
@given(identities(), st.data())
def test_random_identities_with_a_changed_cofactor_are_not(case, data):
    equations, cofactors, squares = case
    which = data.draw(st.integers(0, len(cofactors) - 1))
    if not equations[which]:
        return
    change = {data.draw(MONOMIAL): data.draw(SMALL.filter(bool))}
    changed = [*cofactors]
    changed[which] = plus(cofactors[which], change)
    assert identity(equations, changed, squares).step == "expansion"


@settings(max_examples=60, deadline=None)
@given(identities(), SMALL)
def test_random_identities_with_a_changed_square_are_not(case, coefficient):
    equations, cofactors, squares = case
    if not squares or not squares[0][2] or coefficient == squares[0][0]:
        return
    changed = [(coefficient, *squares[0][1:]), *squares[1:]]
    assert identity(equations, cofactors, changed).step == ("expansion" if coefficient > 0 else "squares")


def inverse_of(matrix):
    (a, b), (c, d) = matrix
    determinant = a * d - b * c
    return [[d / determinant, -b / determinant], [-c / determinant, a / determinant]]


ENTRY = st.fractions(min_value=-4, max_value=4, max_denominator=3)
MATRIX = st.lists(st.lists(ENTRY, min_size=2, max_size=2), min_size=2, max_size=2).filter(
    lambda m: m[0][0] * m[1][1] != m[0][1] * m[1][0]
)
PAIR = st.tuples(ENTRY, ENTRY)
RADIUS = st.fractions(min_value=Fraction(1, 20), max_value=2, max_denominator=20)


def linear_box(matrix, root, offset, radius, curvature=0, preconditioner=None):
    """The box root + offset +- radius for A (v - root) + curvature (x - root_x)^2 (1, 1) = 0."""
    x0, z0 = root
    polynomials = []
    for a, b in matrix:
        polynomials.append(
            {
                (1, 0, 0): -a * x0 - b * z0 + curvature * x0 * x0,
                (0, 1, 0): a - 2 * curvature * x0,
                (0, 0, 1): b,
                (0, 2, 0): Fraction(curvature),
            }
        )
    polynomials = [{key: value for key, value in p.items() if value} for p in polynomials]
    centre = [r + o for r, o in zip(root, offset, strict=True)]
    inverse = preconditioner or inverse_of(matrix)
    box = Box(centre, [radius, radius], inverse)
    return box_certificate(system_of(polynomials), {"w": 1}, ["x", "z"], [box]).verify()


@settings(max_examples=100, deadline=None)
@given(MATRIX, PAIR, PAIR, RADIUS)
def test_a_box_of_a_linear_system_is_accepted_just_when_the_root_is_inside(matrix, root, offset, radius):
    result = linear_box(matrix, root, offset, radius)
    inside = all(abs(o) < radius for o in offset)
    assert (result.exit_code, result.step) == ((0, "") if inside else (1, "Krawczyk"))


@settings(max_examples=60, deadline=None)
@given(MATRIX, PAIR, st.fractions(min_value=-2, max_value=2, max_denominator=7))
def test_small_boxes_around_roots_of_curved_systems_are_accepted(matrix, root, curvature):
    steep = max(abs(v) for row in inverse_of(matrix) for v in row)
    radius = 1 / (64 * (1 + steep) * (1 + abs(curvature)))
    assert linear_box(matrix, root, (radius / 8, -radius / 8), radius, curvature).accepted


@settings(max_examples=60, deadline=None)
@given(MATRIX, PAIR, PAIR, RADIUS, MATRIX)
def test_no_preconditioner_proves_a_root_that_is_not_there(matrix, root, offset, radius, preconditioner):
    result = linear_box(matrix, root, offset, radius, preconditioner=preconditioner)
    if any(abs(o) >= radius for o in offset):
        assert result.step == "Krawczyk"
