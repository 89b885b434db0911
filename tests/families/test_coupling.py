"""Exactly fitted atoms that interact: the arc of a Gamma pair, substituted in 50 digits."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from polysolv import families
from polysolv.families.second_order.coupling import WEIGHT, find_coupling
from polysolv.rates import rate


def _pair(shape, rate):
    return families.get("gamma").with_truths(
        [{"shape": shape, "rate": rate}, {"shape": shape + 1, "rate": rate}]
    )


def _density(shape, rate, y):
    return rate**shape * y ** (shape - 1) * mpmath.exp(-rate * y) / mpmath.gamma(shape)


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


def test_atoms_that_do_not_interact_have_no_note():
    family = families.get("gamma").with_truths([{"shape": 2, "rate": 1}, {"shape": 3, "rate": 2}])
    assert find_coupling(family.source) is None
    assert not any("interact" in note for note in rate(1, family).notes)
