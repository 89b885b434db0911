"""What a family from a density proves: its relations, that there are no others, and what follows from them."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Rational, exp, legendre, sqrt, symbols

from polysolv import Family, InputError, build_system, explain, exponents, families, order, rate
from polysolv.certificates.premises import premise_texts, premises_data
from polysolv.families import density_relations
from polysolv.families.covariate_pieces import covariate_pieces, evaluate
from polysolv.families.density_relations import holds, needed_order
from polysolv.rates.prover.arc_certificates import unidentified_certificates

Y, X, B, A, S, P, X1, X2 = symbols("Y x b a sigma p x1 x2")
NORMAL = exp(-((Y - A * X - B) ** 2) / (2 * S)) / sqrt(S)


def _heat(b, s):
    """Polynomials h_j with ∂h_j/∂b = j h_(j−1) and ∂²h/∂b² = 2 ∂h/∂s."""
    return [
        1,
        b,
        b**2 + s,
        b**3 + 3 * b * s,
        b**4 + 6 * b**2 * s + 3 * s**2,
        b**5 + 10 * b**3 * s + 15 * b * s**2,
    ]


def _spanning(count, b=B, s=S):
    """A density on [−1, 1] that spans ``count`` functions, a location–scale family to lower orders."""
    return (1 + sum(legendre(j, Y) * _heat(b, s)[j] / 10 for j in range(1, count))) / 2


def _summary(family, m):
    return {name: (b.status, b.lower, b.upper) for name, b in exponents(family, m).items()}


HIDDEN = Family.from_density(_spanning(5), [B, S], [], Y)
SIX = Family.from_density(_spanning(6), [B, S], [], Y)
LINEAR = Family.from_density(NORMAL, [B, A, S], [X], Y)


def test_a_density_that_spans_five_functions():
    assert HIDDEN.relations == HIDDEN.for_cell(2).relations == ()
    assert _summary(HIDDEN, 1) == {"b": ("proved", 1, 1), "sigma": ("proved", 1, 1)}
    assert _summary(HIDDEN, 2) == {"b": ("proved", 4, 4), "sigma": ("proved", 2, 2)}
    for m in (3, 4, 7):
        assert HIDDEN.for_cell(m).relations == ("y^5",)
        assert HIDDEN.premises(m).shown == ("∂⁵u/∂b⁵ = 0",)
        unknown = ("not identifiable", None, None)
        assert _summary(HIDDEN, m) == {"b": unknown, "sigma": unknown}


def _volume(density, arc, weights, step):
    """∫ |Σ_l w_l u(δ_l) − u(0)| dY on a grid, for perturbations of b = 1/5, sigma = 1/3."""
    grid = np.linspace(-1, 1, 4001)
    function = sympy.lambdify((Y, B, S), density, "numpy")
    mixed = sum(w * function(grid, 0.2 + b, 1 / 3 + s) for w, (b, s) in zip(weights, arc(step), strict=True))
    return float(np.mean(np.abs(mixed - function(grid, 0.2, 1 / 3)))) * 2


def test_the_volume_along_its_arcs_on_a_grid():
    three = lambda e: [(e * z, -(e**2)) for z in (-np.sqrt(3), 0, np.sqrt(3))]  # noqa: E731
    two = lambda e: [(e * z, -(e**2)) for z in (-1, 1)]  # noqa: E731
    for step in (0.4, 0.2, 0.1, 0.05):
        assert _volume(_spanning(5), three, (1 / 6, 2 / 3, 1 / 6), step) < 1e-15
    volumes = [_volume(_spanning(5), two, (0.5, 0.5), step) for step in (0.2, 0.1, 0.05)]
    for large, small in pairwise(volumes):
        assert large / small == pytest.approx(16, rel=1e-6)  # V = O(ε⁴), the exponents 4 and 2
    # Three atoms agree with one up to order 5, so a sixth function makes no difference.
    assert _volume(_spanning(6), three, (1 / 6, 2 / 3, 1 / 6), 0.2) < 1e-15


def _numerical_rank(density, variables, point, location, order, responses):
    """The rank of derivatives with respect to the location, by finite differences in 60 digits."""
    with mpmath.workdps(60):
        function = sympy.lambdify((*variables, Y), density, "mpmath")
        place = variables.index(location)
        rows = []
        for y in responses:

            def along(t, y=y):
                values = [mpmath.mpf(v.numerator) / v.denominator for v in point]
                values[place] += t
                return function(*values, mpmath.mpf(y.numerator) / y.denominator)

            rows.append([v * mpmath.factorial(j) ** -1 for j, v in enumerate(mpmath.diffs(along, 0, order))])
        _, sizes, _ = mpmath.svd_r(mpmath.matrix(rows))
        return sum(1 for size in sizes if size > mpmath.mpf(10) ** -22 * sizes[0])


@pytest.mark.parametrize(
    ("density", "family", "rank"),
    [(_spanning(5), HIDDEN, 5), (_spanning(6), SIX, 6), (NORMAL.subs(X, 0), None, 7)],
)
def test_ranks_agree_with_finite_differences(density, family, rank):
    m = 3
    family = family or Family.from_density(density, [B, S], [], Y)
    (shown,) = family.premises(m).independence
    assert len(shown) == rank
    order = needed_order(family.log_symbol, m)
    point = [Fraction(1, 5), Fraction(1, 3)]
    responses = [Fraction(k, 7) for k in range(-4, 4)]
    assert _numerical_rank(density, [B, S], point, B, order, responses) == rank


def test_the_matrix_of_an_independence_is_that_of_the_derivatives():
    for family, density in ((HIDDEN, _spanning(5)), (LINEAR, NORMAL)):
        (shown,) = family.premises(2).independence
        assert sympy.Matrix([[Rational(str(v)) for v in row] for row in shown.matrix]).det() != 0
        point = {sympy.Symbol(name): Rational(str(value)) for name, value in shown.point}
        for (y,), row in zip(shown.rows, shown.matrix, strict=True):
            for orders, value in zip(shown.derivatives, row, strict=True):
                derivative = density
                for name, k in orders:
                    derivative = sympy.diff(derivative, sympy.Symbol(name), k)
                ratio = sympy.simplify((derivative / density).subs(point).subs(Y, Rational(str(y))))
                assert Fraction(int(ratio.p), int(ratio.q)) == value


@pytest.mark.parametrize("m", [2, 3, 4])
def test_all_derivatives_of_a_gaussian_are_independent(m):
    family = LINEAR
    assert family.for_cell(m) == family
    (shown,) = family.premises(m).independence
    assert len(shown) == 2 * m + 1
    shipped = families.get("gaussian-experts-free-gate")
    ours, theirs = _summary(family, m), _summary(shipped, m)
    assert ours == {name: theirs[name] for name in ours}


def test_a_relation_that_only_order_six_shows():
    family = SIX
    assert family.for_cell(2).relations == ()
    assert _summary(family, 2) == {"b": ("proved", 4, 4), "sigma": ("proved", 2, 2)}
    assert family.for_cell(3).relations == ("y^6",)
    assert {status for status, _, _ in _summary(family, 3).values()} == {"not identifiable"}


def test_a_relation_whose_coefficients_depend_on_the_covariate():
    """u = e^(b x + sigma x²/2) h(b + sigma x, sigma): every ∂/∂b of h is ∂/∂b − x of u."""
    density = exp(B * X + S * X**2 / 2) * _spanning(2, B + S * X)
    family = Family.from_density(density, [B, S], [X], Y)
    assert family.relations == ("x^2 - 2*x*y + y^2",)
    total = sympy.diff(density, B, 2) - 2 * X * sympy.diff(density, B) + X**2 * density
    assert sympy.simplify(total) == 0


def test_levels_of_a_covariate_beside_a_density():
    family = LINEAR.observed_modulo(["x^2 = x"])
    shipped = families.get("gaussian-experts-free-gate").observed_modulo(["x^2 = x"])
    for m in (2, 3):
        assert family.for_cell(m) == family
        assert [dict(shown.levels) for shown in family.premises(m).independence] == [{"x": 0}, {"x": 1}]
        theirs = _summary(shipped, m)
        assert _summary(family, m) == {name: theirs[name] for name in ("b", "a", "sigma")}


@pytest.mark.slow
def test_relations_at_some_levels_only():
    density = (1 - X) * _spanning(3) + X * _spanning(5)
    family = Family.from_density(density, [B, S], [X], Y)
    assert family.for_cell(3).relations == ("y^5",)
    dummy = family.observed_modulo(["x^2 - x"])
    assert [len(shown) for shown in dummy.premises(3).independence] == [3, 5]
    assert dummy.for_cell(2).relations == ("x^2 - x", "-x*y^3 + y^3")
    assert dummy.for_cell(3).relations == ("x^2 - x", "-x*y^3 + y^3", "x*y^5")
    # At x = 1 alone two atoms are told apart, three are not.
    assert _summary(dummy, 2) == {"b": ("proved", 4, 4), "sigma": ("proved", 2, 2)}
    assert {status for status, _, _ in _summary(dummy, 3).values()} == {"not identifiable"}


def test_dependent_columns_beside_a_density():
    normal = exp(-((Y - A * X1 - P * X2 - B) ** 2) / (2 * S)) / sqrt(S)
    family = Family.from_density(normal, [B, A, P, S], [X1, X2], Y).observed_modulo(["x2 = x1^2"])
    (shown,) = family.premises(2).independence
    point = dict(shown.point)
    assert point["x2"] == point["x1"] ** 2
    assert _summary(family, 2)["a"] == ("proved", 2, 2)


def test_a_finite_response():
    logit_free = Family.from_density(
        (P + A * X) ** Y * (1 - P - A * X) ** (1 - Y), [P, A], [X], Y, values=[0, 1]
    )
    assert logit_free.relations == ("y^2",)
    assert {status for status, _, _ in _summary(logit_free, 2).values()} == {"not identifiable"}
    three = Family.from_density(_spanning(3), [B, S], [], Y, values=[-1, 0, 1])
    assert three.for_cell(2).relations == ("y^3",)
    assert {status for status, _, _ in _summary(three, 2).values()} == {"not identifiable"}
    binomial = Family.from_density(P**Y * (1 - P) ** (3 - Y), [P], [], Y, values=[0, 1, 2, 3])
    assert _summary(binomial, 6) == {"p": ("proved", 2, 2)}
    poisson = Family.from_density(P**Y * exp(-P), [P], [], Y)
    assert _summary(poisson, 3) == {"p": ("proved", 2, 2)}


@pytest.mark.slow
def test_random_densities_of_finite_span():
    """Random combinations of Legendre polynomials: the span's dimension decides, as a numerical rank confirms."""
    chooser = random.Random(3)
    for _ in range(3):
        count = chooser.randint(3, 6)
        shift = Rational(chooser.randint(-3, 3), 7)
        density = _spanning(count, B, S).subs(Y, Y + shift) + Rational(chooser.randint(1, 5), 3)
        family = Family.from_density(density, [B, S], [], Y)
        for m in (2, 3):
            expected = (f"y^{count}",) if count <= 2 * m else ()
            assert family.for_cell(m).relations == expected
        responses = [Fraction(k, 9) for k in range(-4, 4)]
        assert _numerical_rank(density, [B, S], [Fraction(1, 5), Fraction(1, 3)], B, 6, responses) == count


def test_a_relation_is_verified_as_an_identity():
    assert holds(None, HIDDEN.density, {}, {(5,): Fraction(1)})
    assert not holds(None, HIDDEN.density, {}, {(4,): Fraction(1)})
    assert not holds(None, HIDDEN.density, {}, {(2,): Fraction(1), (1,): Fraction(-1)})
    density = (1 - X) * _spanning(3) + X * _spanning(5)
    kept = Family.from_density(density, [B, S], [X], Y).density
    assert not holds(None, kept, {}, {(0, 3): Fraction(1)})
    assert holds(None, kept, {0: {}}, {(0, 3): Fraction(1)})  # where x = 0
    assert not holds(None, kept, {0: {(0,): Fraction(1)}}, {(0, 3): Fraction(1)})


def test_how_many_true_atoms_a_density_of_finite_span_allows():
    few = [remark for remark in HIDDEN.remarks if "spans only 5 functions" in remark]
    assert len(few) == 1
    assert "for more than 1 true atom the" in few[0]
    # Indeed the six functions u, u_b, u_sigma at two atoms have rank five at most.
    places = [{B: Rational(1, 5), S: Rational(1, 3)}, {B: Rational(-1, 2), S: Rational(2, 3)}]
    functions = [_spanning(5), sympy.diff(_spanning(5), B), sympy.diff(_spanning(5), S)]
    rows = [
        [f.subs(place).subs(Y, Rational(k, 7)) for place in places for f in functions] for k in range(-4, 5)
    ]
    assert sympy.Matrix(rows).rank() == 5
    assert not any("spans only" in remark for remark in LINEAR.remarks)


def test_a_family_keeps_its_density():
    copy = pickle.loads(pickle.dumps(HIDDEN))
    assert copy == HIDDEN
    assert hash(copy) == hash(HIDDEN)
    assert copy.for_cell(3).relations == ("y^5",)
    assert Family.from_density(_spanning(6), [B, S], [], Y) != HIDDEN
    assert families.get("softmax-gaussian").density is None
    assert families.get("softmax-gaussian").premises(2) is None
    assert HIDDEN.evidence == "PROVED given the relations"
    assert families.get("softmax-gaussian").evidence == "PROVED"
    with pytest.raises(AttributeError):
        HIDDEN.density.location = "sigma"


def test_a_kept_density_needs_no_sympy_to_be_looked_at():
    program = (
        "import pickle, sys\n"
        "family = pickle.loads(sys.stdin.buffer.read())\n"
        "assert len(family.premises(2).independence[0]) == 5\n"
        "assert 'sympy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], input=pickle.dumps(HIDDEN), check=True)


def test_premises_in_words_and_as_data():
    data = premises_data(HIDDEN, 3)
    assert data["relations"] == [{"polynomial": "y^5", "derivatives": "d^5u/db^5 = 0"}]
    (shown,) = data["independence"]
    assert shown["derivatives"] == ["u", "du/db", "d^2u/db^2", "d^3u/db^3", "d^4u/db^4"]
    matrix = sympy.Matrix([[Rational(v) for v in row] for row in shown["matrix"]])
    assert matrix.det() != 0
    lines = premise_texts(HIDDEN, 3)
    assert lines[1] == "d^5u/db^5 = 0 for all parameters"
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert premise_texts(HIDDEN, 3, matrices=False)[2] == "u, du/db, ..., d^4u/db^4 are independent"
    assert premises_data(families.get("softmax-gaussian"), 2) is None
    assert premise_texts(families.get("softmax-gaussian"), 2) == []


def test_everything_that_asks_for_a_cell_meets_its_relations():
    report = rate(2, HIDDEN)
    refined = {
        m: [r.refined and r.refined.exponent for r in report.cell(m).parameters.values()] for m in (1, 2, 3)
    }
    assert refined == {1: [1, 1], 2: [4, 2], 3: [None, None]}
    assert not any(r.identifiable for r in report.cell(3).parameters.values())
    assert [report.cell(m).evidence for m in (2, 3)] == ["PROVED given the relations", None]
    (explained,) = explain(HIDDEN, "b", 3)
    assert "observed: y^5 = 0" in explained.to_text()
    assert "PROVED given the relations: not identifiable" in explained.to_text()
    assert exponents(HIDDEN, 3)["b"].to_data()["given"][1] == "d^5u/db^5 = 0 for all parameters"
    assert "given" not in exponents("location-scale-gaussian", 2)["mu"].to_data()
    assert int(order(HIDDEN, 2)) == 4
    with pytest.raises(InputError, match="y\\^5"):
        order(HIDDEN, 3)
    assert sorted(build_system(HIDDEN, 3, 6).equations) == [(1,), (2,), (3,), (4,)]
    assert sorted(build_system(HIDDEN, 2, 6).equations) == [(j,) for j in range(1, 7)]


def test_the_kernel_accepts_an_arc_given_the_relation():
    for certificate in unidentified_certificates(HIDDEN, 3).values():
        text = certificate.verify().text()
        assert text.startswith("accepted, given u = ")
        assert "d^5u/db^5 = 0 for all parameters" in text
        assert "[1, " in text  # the exact matrix


def test_premises_without_a_location():
    quartic = exp(-((Y - B) ** 4) / S) / sqrt(sqrt(S))
    family = Family.from_density(quartic, [B, S], [], Y)
    found = family.premises(5)
    assert (found.order, found.found) == (2, ())
    (shown,) = found.independence
    assert len(shown) == 6
    assert sympy.Matrix([[Rational(str(v)) for v in row] for row in shown.matrix]).det() != 0
    assert any("special true values" in remark for remark in HIDDEN.remarks)
    assert any("special true values" in remark for remark in family.remarks)


def test_a_large_cell():
    family = Family.from_density(NORMAL.subs(X, 0), [B, S], [], Y)
    (shown,) = family.premises(60).independence
    assert (len(shown), shown.matrix) == (121, None)
    assert "a regular matrix modulo 2147483647" in premise_texts(family, 60)[-1]


def test_pieces_cover_what_relations_leave():
    chooser = random.Random(4)
    for _ in range(20):
        levels = chooser.sample([Fraction(k, 2) for k in range(-4, 5)], chooser.randint(1, 3))
        product = {(0, 0): Fraction(1)}
        for level in levels:
            factor = {(1, 0): Fraction(1), (0, 0): -level}
            product = density_relations.multiply(product, factor)
        curve = {(0, 1): Fraction(1), (2, 0): Fraction(-1)}
        for relations, count in (([product], len(levels)), ([product, curve], len(levels)), ([curve], 1)):
            pieces, extra = covariate_pieces(relations, 2)
            assert len(pieces) == count
            assert not extra
            for piece in pieces:
                point = piece.at({i: Fraction(chooser.randint(-9, 9)) for i in piece.free})
                assert all(evaluate(r, point) == 0 for r in relations)
                assert [evaluate(other.indicator, point) for other in pieces] == [
                    other is piece for other in pieces
                ]


def test_a_level_that_no_real_covariate_takes():
    family = LINEAR.observed_modulo(["x^3 - x^2 + x - 1"])
    assert family.for_cell(2).relations == ("x^3 - x^2 + x - 1", "x - 1")


# u_sigma = u_bbb: K = b y + sigma y³.
CUBIC = (1 + legendre(1, Y) * B / 10 + legendre(2, Y) * B**2 / 10 + legendre(3, Y) * (B**3 + 6 * S) / 10) / 2


def test_a_cell_for_which_too_high_orders_would_be_needed():
    """K = b y + sigma y³ for 401 exponentials: order 160,800, unless the density spans few functions anyway."""
    family = Family.from_density(CUBIC, [B, S], [], Y, order=3)
    assert [needed_order(family.log_symbol, m) for m in (1, 2, 400)] == [3, 8, 160_800]
    assert family.for_cell(400).relations == ("y^4",)
    # This Poisson-like density has all derivatives independent.
    squares = Family.from_density(P ** (Y**2) * exp(-P), [P], [], Y)
    assert squares.for_cell(400).relations == ()


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (
            lambda: Family.from_density(P**Y * (1 - P) ** (1 - Y), [P], [], Y, values=[0, 0.5]),
            "rational numbers",
        ),
        (lambda: Family.from_density(P**Y * (1 - P) ** (1 - Y), [P], [], Y, values=[0, 0]), "different"),
        (
            lambda: Family.from_density(P**Y * (1 - P) ** (1 - Y), [P], [], Y, values="01"),
            "a list of at most 200",
        ),
        (
            lambda: Family.from_density(P**Y * (1 - P) ** (1 - Y), [P], [], Y, values=range(999)),
            "at most 200",
        ),
        (lambda: Family.from_density(P / Y, [P], [], Y, values=[0, 1]), "^values: '0' .* not zero"),
        (lambda: Family.from_density(Y * P**Y, [P], [], Y, values=[0, 1, 2]), "^values: '0' .* not zero"),
        (lambda: Family.from_density(exp(B - Y), [B], [], Y), "leave something to observe"),
        (
            lambda: Family.from_density(NORMAL.subs(X, 0), [B, S], [], Y, values=range(5)).for_cell(3),
            "∂⁵u/∂b⁵",
        ),
        (
            lambda: LINEAR.observed_modulo(["x^2 - 2"]).for_cell(2),
            "rational levels",
        ),
        (lambda: HIDDEN.for_cell(0), "^m: 0 "),
        (lambda: HIDDEN.for_cell("2"), "^m: "),
    ],
)
def test_bad_input_is_refused_in_one_line(make, hint):
    with pytest.raises(InputError, match=hint) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_relation_that_takes_too_long_is_refused_in_one_line(monkeypatch):
    family = Family.from_density(_spanning(4), [B, S], [], Y, name="slow")
    density_relations.density_premises.cache_clear()
    monkeypatch.setattr(density_relations, "TIME_LIMIT", 0.001)
    monkeypatch.setattr(density_relations, "SMALL", 0)
    with pytest.raises(InputError, match="verified in less than 0.001 s") as caught:
        family.for_cell(3)
    assert "\n" not in str(caught.value)
