"""`plan`: exact sample sizes, checked by the inequality that defines them and by hand."""

from __future__ import annotations

import csv
import io
import json
import math
from fractions import Fraction

import pytest

from polysolv import Family, InputError, plan
from polysolv.rates.planning import LEAST, MAX_N


def _needs(made):
    return {(need.parameter, need.statement): need for need in made.needs}


def test_the_line_of_the_issue():
    made = plan(0.1, 10_000, "b", m=2)
    # b has rate 1/8 in print and refined; with constant 1, N^(-1/8) <= 1/10 from N = 10^8 on.
    assert [(need.statement, need.n_needed) for need in made.needs] == [
        ("published", 10**8),
        ("refined", 10**8),
    ]
    assert made.needs[0].error_now == pytest.approx(10_000 ** (-1 / 8))
    assert "constant of every rate is taken as 1" in made.to_text()


def test_published_and_refined_differ_for_the_gate_slope():
    needs = _needs(plan(Fraction(1, 10), 1000, "beta1", m=3, error=Fraction(1, 5)))
    assert needs["beta1", "published"].n_needed == 1000 * 2**12
    assert needs["beta1", "refined"].n_needed == 1000 * 2**4


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize(
    ("target", "error"), [("0.07", "0.31"), ("0.001", "0.0011"), ("0.3", None), ("2", None)]
)
def test_the_integer_is_the_least_that_reaches_the_target(m, target, error):
    target, error = Fraction(target), None if error is None else Fraction(error)
    made = plan(target, 777, None, m, error)
    assert len(made.needs) == 8
    for need in made.needs:
        power, N = 1 / need.exponent.rate, need.n_needed
        assert power.denominator == 1

        def reaches(N, power=power):
            if error is None:
                return N * target**power >= 1
            return N * target**power >= 777 * error**power

        assert reaches(N)
        assert N == 1 or not reaches(N - 1)
        assert need.log10_n_needed == pytest.approx(math.log10(N), abs=1e-2)


def test_a_rate_that_is_no_unit_fraction_is_exact_too():
    # a_1 of quadratic means: exponent 8/3, rate 3/16, so N^3 must reach n^3 (E/T)^16.
    made = plan(Fraction(1, 10), 1000, "a_1", m=3, error=Fraction(3, 10), family="softmax-polynomial-1-2")
    (need,) = made.needs
    assert need.exponent.rate == Fraction(3, 16)
    wanted = 1000**3 * 3**16
    assert need.n_needed**3 >= wanted > (need.n_needed - 1) ** 3


def test_bounds_that_do_not_meet_give_two_sizes():
    from polysolv.rates.planning import _statements
    from polysolv.rates.statements import ParameterRates

    found = _statements(ParameterRates("u", None, None, "open", (Fraction(2), Fraction(4))))
    assert [(name, one.exponent) for name, one in found] == [
        ("refined, at worst", 4),
        ("refined, at best", 2),
    ]
    found = _statements(ParameterRates("u", None, None, "open", (Fraction(2), None)))
    assert [name for name, _ in found] == ["refined, at best"]


def test_sizes_beyond_all_printing_keep_their_logarithm():
    made = plan(LEAST, MAX_N, "b", m=400, error=Fraction(10**30))
    need = made.needs[0]
    assert need.n_needed is None
    assert need.log10_n_needed == pytest.approx(30 + 1600 * 60)
    assert "1.00e+96030" in made.to_text()
    assert json.loads(made.to_json())["needs"][0]["n_needed"] is None


def test_forms():
    made = plan(0.1, 10_000, m=2)
    data = json.loads(made.to_json())
    assert data["schema"] == "polysolv/plan/1"
    assert data["target_error"] == "1/10"
    assert data["error"] is None
    assert data["needs"][4]["n_needed"] == 10**8
    rows = list(csv.DictReader(io.StringIO(made.to_csv())))
    assert [row["parameter"] for row in rows] == ["beta1", "beta1", "a", "a", "b", "b", "sigma", "sigma"]
    assert {row["rate"] for row in rows} == {"1/8", "1/4"}
    assert made.to_latex().count("\\\\") == 9
    assert made.to_markdown().splitlines()[0].startswith("| parameter")
    assert "<table>" in made._repr_html_()
    for text in (made.to_text(), made.to_markdown(), made.to_latex()):
        assert text.endswith(
            "an error of 0.1 in an intercept of an atom fitted by 2 experts you need 100000000 "
            "observations, 10000 times the 10000 you have."
        )


def test_enough_data_is_said():
    made = plan(0.5, 10_000, "b")
    assert made.needs[0].n_needed == 2**8
    assert "the 10000 observations you have are enough" in made.sentence
    assert "enough" in made.grid().rows[0]


def test_a_family_of_ones_own():
    family = Family.from_log_symbol("mine", "u*y + v*y^2", ["u", "v"])
    (need,) = plan(0.1, 100, "u", family=family).needs
    assert (need.statement, need.n_needed) == ("refined", 10**8)


BAD = [
    ((0.1, 100, "q"), {}, "parameter: 'q'"),
    ((0.1, 100, "b", 0), {}, "m: 0"),
    ((0.1, 100, "b", 401), {}, "m: 401"),
    ((0.1, 0), {}, "n: 0"),
    ((0.1, 1e4), {}, "n: 10000.0"),
    ((0.1, 10**31), {}, "n: 1000"),
    ((0, 100), {}, "target_error: 0 "),
    ((-1.5, 100), {}, "target_error: -1.5"),
    ((float("nan"), 100), {}, "target_error: nan"),
    ((float("inf"), 100), {}, "target_error: inf"),
    (("0.1", 100), {}, "target_error: '0.1'"),
    ((True, 100), {}, "target_error: True"),
    ((1e-31, 100), {}, "target_error: 1e-31"),
    ((0.1, 100), {"error": 0}, "error: 0"),
    (
        (0.1, 100),
        {"error": 0.05},
        "target_error: 0.1 is not allowed; allowed: a number above 0 and below the error you have, 0.05",
    ),
    ((0.1, 100), {"error": 0.1}, "target_error: 0.1 "),
    ((0.1, 100), {"family": "nothing"}, "family: 'nothing'"),
]


@pytest.mark.parametrize(("arguments", "keywords", "said"), BAD)
def test_bad_input(arguments, keywords, said):
    with pytest.raises(InputError) as caught:
        plan(*arguments, **keywords)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
