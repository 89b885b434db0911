"""Families: lookup, meaning, published exponents."""

from __future__ import annotations

from fractions import Fraction

import pytest

from polysolv import InputError, families


def test_families_are_known_by_name():
    assert set(families.names()[:4]) == {
        "location-gaussian",
        "location-scale-gaussian",
        "gaussian-experts-free-gate",
        "softmax-gaussian",
    }
    assert all(families.get(name).name == name for name in families.names())


def test_polynomial_families_of_any_degrees():
    family = families.get("softmax-polynomial-3-1", 2)
    assert [p.name for p in family.parameters] == ["g_1", "g_2", "g_3", "b", "a_1", "sigma"]
    assert len(family.parameter("g_3").components) == 4
    plain, softmax = families.get("softmax-polynomial-1-1"), families.get("softmax-gaussian")
    terms = [{(t.coefficient, t.variables) for t in f.log_symbol.terms} for f in (plain, softmax)]
    assert terms[0] == terms[1]
    with pytest.raises(InputError, match="softmax-polynomial-GATE-EXPERT with two degrees from 0 to 6"):
        families.get("softmax-polynomial-7-1")
    with pytest.raises(InputError, match="^d: "):
        families.get("softmax-polynomial-6-1", 5)
    with pytest.raises(InputError, match="^d: "):
        families.get("multivariate-gaussian", 13)


@pytest.mark.parametrize("nu", ["0", "2.5", "100000", "x"])
def test_a_number_of_degrees_of_freedom_that_is_not_allowed_is_told_the_range(nu):
    with pytest.raises(InputError, match=r"allowed: student-location-scale-NU .* from 1 to 999"):
        families.get(f"student-location-scale-{nu}")
    with pytest.raises(InputError, match=r"gamma, .*student-location-scale-NU .*did you mean gamma"):
        families.get("gama")


@pytest.mark.parametrize("name", families.names())
def test_every_family_explains_itself(name):
    family = families.get(name)
    assert family.name == name
    assert family.references or name.startswith("softmax-polynomial")
    for parameter in family.parameters:
        assert parameter.meaning
        assert parameter.unit
    assert {p.parameter for p in family.published} in ({p.name for p in family.parameters}, set())
    assert all(p.source for p in family.published)
    assert [c for p in family.parameters for c in p.components] == list(family.components)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("location-gaussian", {"mu": 2}),
        ("location-scale-gaussian", {"mu": 6, "sigma": 3}),
        ("gaussian-experts-free-gate", {"b": 6, "a": 2, "sigma": 3}),
        ("softmax-gaussian", {"beta1": 6, "a": 3, "b": 6, "sigma": 3}),
    ],
)
def test_published_exponents_of_a_cell_of_three(name, expected):
    published = {p.parameter: p.exponent(6) for p in families.get(name).published}
    assert published == {key: Fraction(value) for key, value in expected.items()}


@pytest.mark.parametrize(("d", "count"), [(1, 4), (2, 6), (5, 12)])
def test_dimension_adds_components(d, count):
    family = families.get("softmax-gaussian", d)
    assert len(family.components) == count
    assert len(family.log_symbol.covariates) == family.dimension == d


def test_an_unknown_family_is_answered_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean softmax-gaussian"):
        families.get("softmax-gausian")


@pytest.mark.parametrize("d", [0, -1, 1.0, True, 101, "2"])
def test_a_wrong_dimension_is_refused(d):
    with pytest.raises(InputError, match="^d: "):
        families.get("softmax-gaussian", d)


def test_a_family_without_covariates_takes_no_dimension():
    assert families.get("location-gaussian").dimension == 0
    with pytest.raises(InputError, match="no covariates"):
        families.get("location-gaussian", 2)


@pytest.mark.parametrize(
    ("d", "relations"), [(1, ["x^2 - x"]), (1, ["x"]), (1, ["x^3 = x"]), (2, ["x1^2 = x1", "x2 = x1 + 1"])]
)
def test_two_response_values_need_many_values_of_the_covariates(d, relations):
    """At x = 0 and 1 the model is two probabilities: cells of two atoms are a surface at one density."""
    with pytest.raises(InputError, match="infinitely many values"):
        families.get("softmax-logistic", d).observed_modulo(relations)


@pytest.mark.parametrize("relations", [["x1^2 = x1"], ["x2 = x1^2"], ["x1*x2 = 0"]])
def test_two_response_values_allow_relations_that_leave_a_curve(relations):
    assert families.get("softmax-logistic", 2).observed_modulo(relations).relations


def test_responses_of_many_values_allow_few_values_of_the_covariates():
    assert families.get("softmax-poisson").observed_modulo(["x^2 = x"]).observed.has_few_points
