"""Exactly fitted atoms that interact: the arc of a Gamma pair, substituted in 50 digits."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from polysolv import families
from polysolv.families.second_order.coupling import WEIGHT, find_coupling
from polysolv.families.second_order.relations import find_second_order
from polysolv.rates import rate


def _pair(shape, rate):
    return families.get("gamma").with_truths(
        [{"shape": shape, "rate": rate}, {"shape": shape + 1, "rate": rate}]
    )


def _density(shape, rate, y):
    return rate**shape * y ** (shape - 1) * mpmath.exp(-rate * y) / mpmath.gamma(shape)


def _binomial(r, mean, y):
    mean = mpmath.mpf(mean)
    power = (r / (r + mean)) ** r * (mean / (r + mean)) ** y
    return mpmath.gamma(y + r) / mpmath.gamma(r) / mpmath.factorial(y) * power


@pytest.mark.parametrize(("shape", "size"), [(2, 1), (Fraction(5, 2), 2), (Fraction(1, 3), Fraction(7, 2))])
def test_a_gamma_pair_has_the_exponents_of_the_page_and_its_arc_the_contact_3(shape, size):
    found = find_coupling(_pair(shape, size).source)
    exponents = dict(found.exponents)
    assert found.order == 3
    assert exponents == {
        (0, WEIGHT): 3,
        (1, WEIGHT): 3,
        (0, "rate"): 3,
        (1, "rate"): Fraction(3, 2),
        (0, "shape"): 1,
        (1, "shape"): 1,
    }
    series = dict(found.series)
    with mpmath.workdps(50):
        truth = [mpmath.mpf(Fraction(v).numerator) / Fraction(v).denominator for v in (shape, size)]

        def change(eps):
            at = {
                place: eval(text.replace("^", "**"), {"eps": eps}) for place, text in series.items()
            }  # our own text
            half = mpmath.mpf(1) / 2
            total = []
            for y in map(mpmath.mpf, (0.3, 0.9, 2.2, 4.1)):
                value = 0
                for j in (0, 1):
                    a, b = truth[0] + j, truth[1]
                    value += (half + at.get((j, WEIGHT), 0)) * _density(a, b + at.get((j, "rate"), 0), y)
                    value -= half * _density(a, b, y)
                total.append(abs(value))
            return max(total)

        coarse, fine = change(mpmath.mpf(10) ** -6), change(mpmath.mpf(10) ** -7)
        assert abs(mpmath.log10(coarse / fine) - 3) < 0.01


def test_the_report_says_so():
    notes = " ".join(rate(1, _pair(2, 1)).notes)
    assert "weights 3, 3; shape 1, 1; rate 3, 3/2" in notes
    assert "True atoms interact: ∂u_1/∂rate = 2 u_1 - 2 u_2" in notes
    assert "Atoms (shape, rate) and (shape + 1, rate)" in " ".join(rate(1, "gamma").notes)
    report = rate(1, _pair(2, 1))
    assert str(report.cell(1).parameters["rate"].refined.exponent) == "3"
    assert report.cell(2).parameters["rate"].bounds == (2, None)


def test_a_negative_binomial_pair_is_seen_and_its_arc_has_the_contact_3():
    """Sizes r, r + 1 and equal mean/r; the arc is substituted in 50 digits."""
    size, mean = 2, 2
    family = families.get("negative-binomial").with_truths(
        [{"r": size, "mean": mean}, {"r": size + 1, "mean": mean + 1}]
    )
    found = find_coupling(family.source)
    exponents = dict(found.exponents)
    assert [exponents[j, name] for j in (0, 1) for name in (WEIGHT, "r", "mean")] == [
        3,
        1,
        3,
        3,
        1,
        Fraction(3, 2),
    ]
    series = dict(found.series)
    with mpmath.workdps(50):
        half = mpmath.mpf(1) / 2

        def change(eps):
            at = {p: eval(t.replace("^", "**"), {"eps": eps}) for p, t in series.items()}
            return max(
                abs(
                    sum(
                        (half + at.get((j, WEIGHT), 0)) * _binomial(r, mu + at.get((j, "mean"), 0), y)
                        - half * _binomial(r, mu, y)
                        for j, r, mu in ((0, 2, 2), (1, 3, 3))
                    )
                )
                for y in range(6)
            )

        coarse, fine = change(mpmath.mpf(10) ** -6), change(mpmath.mpf(10) ** -7)
        assert abs(mpmath.log10(coarse / fine) - 3) < 0.01


@pytest.mark.parametrize(
    ("name", "shift"),
    [
        ("gamma", lambda n: {"shape": 2 + n, "rate": 1}),
        ("negative-binomial", lambda n: {"r": 2 + n, "mean": 2 + n}),
    ],
)
def test_which_differences_of_shapes_matter_to_an_over_fitted_atom(name, shift):
    """Counted by hand: y^i log^j y of order 2 at one atom, y^n times those of order 1 at the other."""
    moved = {"gamma": "rate", "negative-binomial": "mean"}[name]
    for n, first_order, second_order in ((1, 1, None), (2, 0, 1), (3, 0, 0)):
        source = families.get(name).with_truths([shift(0), shift(n)]).source
        relations = find_second_order(source)
        assert len(relations.couplings) == first_order
        if second_order is not None:
            assert len(relations.relations) == second_order
    report = rate(1, families.get(name).with_truths([shift(0), shift(2)]))
    assert report.cell(2).parameters[moved].bounds == (3, None)
    assert "+ 2" in " ".join(rate(1, name).notes)


@pytest.mark.parametrize("y", [1, 2, 5])
def test_the_relations_of_the_remarks_hold(y):
    with mpmath.workdps(40):
        a, b = mpmath.mpf("2.3"), mpmath.mpf("0.7")
        first, second = (mpmath.diff(lambda t: _density(a, t, y), b, n) for n in (1, 2))
        far = _density(a + 2, b, y) - _density(a, b, y)
        assert mpmath.almosteq(b**2 * second, 2 * a * b * first + a * (a + 1) * far, 1e-20)
        first, second = (mpmath.diff(lambda t: _binomial(a, t, y), b, n) for n in (1, 2))
        near, far = (_binomial(a + n, b * (a + n) / a, y) - _binomial(a, b, y) for n in (1, 2))
        assert mpmath.almosteq(b * first, a * near, 1e-20)
        assert mpmath.almosteq(b**2 * second, a * (a + 1) * far - 2 * (a + 1) * b * first, 1e-20)


def test_atoms_that_do_not_interact_have_no_note():
    family = families.get("gamma").with_truths([{"shape": 2, "rate": 1}, {"shape": 3, "rate": 2}])
    assert find_coupling(family.source) is None
    assert not any("interact" in note for note in rate(1, family).notes)
