"""Learning coefficients: the tables, the certificates without theorems, and what any bound must satisfy."""

import json
import random
import subprocess
import sys
from fractions import Fraction as F
from itertools import pairwise

import pytest

from polysolv import Family, InputError, learning_coefficient, learning_coefficients
from polysolv.families import get, names
from polysolv.rates.learning.exponent_bound import exponent_bound
from polysolv.verify import verify

SCALE = {2: (F(1, 2), 2), 3: (F(7, 8), 1), 4: (F(6, 5), 1), 5: (F(3, 2), 2), 6: (F(7, 4), 1), 7: (F(2), 2)}
SOFTMAX = {
    1: {2: (F(1), 1), 3: (F(2), 2), 4: (F(23, 8), 1), 5: (F(37, 10), 1), 6: (F(9, 2), 2), 7: (F(21, 4), 1)},
    2: {2: (F(3, 2), 1), 3: (F(3), 1), 4: (F(9, 2), 2), 5: (F(47, 8), 1), 7: (F(17, 2), 2)},
    3: {2: (F(2), 1), 3: (F(4), 1), 4: (F(6), 1), 5: (F(8), 2)},
}
FREE = {
    1: {2: (F(3, 4), 1), 3: (F(3, 2), 2), 4: (F(17, 8), 1), 5: (F(27, 10), 1)},
    2: {2: (F(1), 1), 3: (F(2), 1), 4: (F(3), 2), 5: (F(31, 8), 1)},
}
KERNEL = {3: F(15, 8), 4: F(21, 8), 5: F(27, 8)}


def of(family, m, d=None, gate="exact", **options):
    found = learning_coefficient(family, m, d, gate, **options)
    return found.value, found.multiplicity


def test_values_in_the_tables():
    assert {m: of("location-scale-gaussian", m) for m in SCALE} == SCALE
    for d, row in SOFTMAX.items():
        assert {m: of("softmax-gaussian", m, d) for m in row} == row
    for d, row in FREE.items():
        assert {m: of("gaussian-experts-free-gate", m, d) for m in row} == row
    assert [of("location-gaussian", m) for m in (1, 2, 5)] == [(F(0), 1), (F(1, 4), 1), (F(1), 1)]
    assert of("softmax-gaussian", 2, gate="kernel") == (F(1), 2)


def test_what_is_only_bounded_says_so():
    for m, upper in KERNEL.items():
        found = learning_coefficient("softmax-gaussian", m, gate="kernel")
        assert (found.status, found.value, found.upper) == ("bounds", None, upper)
    assert learning_coefficient("softmax-gaussian", 8).status == "proved"
    assert learning_coefficient("softmax-gaussian", 9).status == "bounds"
    assert learning_coefficient("softmax-gaussian", 9).upper == F(27, 4)


def test_location_in_several_dimensions_is_known_by_its_log_symbol():
    family = Family.from_log_symbol("plane", "u*y1 + 2*v*y2", ["u", "v"], (), ("y1", "y2"))
    assert of(family, 4) == (F(3, 2), 1)
    assert of(family, 4, weights="1/2") == (F(3, 4), 1)
    assert of(family, 4, weights=1) == (F(3, 2), 4)


def test_weights_that_may_vanish():
    one = {a: of("location-scale-gaussian", 2, weights=a) for a in ("1/2", "1", "3/2")}
    assert one == {"1/2": (F(1, 4), 1), "1": (F(1, 2), 3), "3/2": (F(1, 2), 2)}
    more = learning_coefficient("location-scale-gaussian", 3, weights="1/2")
    assert (more.status, more.upper) == ("bounds", F(1, 2))
    assert learning_coefficient("location-scale-gaussian", 3, weights=4).upper == F(7, 8)
    for weights in ("0", "-1", "x", 0.5, True, "1/0"):
        with pytest.raises(InputError, match="weights"):
            learning_coefficient("location-gaussian", 2, weights=weights)
    with pytest.raises(InputError, match="weights"):
        learning_coefficient("softmax-gaussian", 2, weights=1)


def test_the_table_over_k():
    table = learning_coefficients("softmax-gaussian", 5)
    known = {(k, t): str(table.pair(k, t)) for k in range(1, 6) for t in range(1, k + 1)}
    assert known == {
        **{(1, 1): "3/2", (2, 1): "5/2 (2)", (2, 2): "4", (3, 1): "<= 27/8", (3, 2): "5", (3, 3): "13/2"},
        **{(4, 1): "<= 33/8", (4, 2): "6 (2)", (4, 3): "15/2", (4, 4): "9"},
        **{(5, 1): "<= 39/8", (5, 2): "<= 55/8", (5, 3): "17/2 (2)", (5, 4): "10", (5, 5): "23/2"},
    }
    assert table.pair(4, 2).allocations == ((3, 1), (2, 2))
    with pytest.raises(InputError, match="k_true"):
        table.pair(2, 3)
    location = learning_coefficients("location-gaussian", 6)
    for k in range(1, 7):
        assert [location.pair(k, t).value for t in range(1, k + 1)] == [
            F(k + 3 * t - 2, 4) for t in range(1, k + 1)
        ]
    scale = learning_coefficients("location-scale-gaussian", 5)
    # With all excess atoms in one cell: the coefficients are concave.
    assert all(
        (k - t + 1, *[1] * (t - 1)) in scale.pair(k, t).allocations
        for k in range(1, 6)
        for t in range(1, k + 1)
    )


def test_at_most_half_the_free_coordinates_and_concave():
    for family, d in (("location-scale-gaussian", None), ("softmax-gaussian", 1), ("softmax-gaussian", 3)):
        components = len(get(family, d or 1).components)
        values = [learning_coefficient(family, m, d).upper for m in range(1, 12)]
        assert all(v <= F((m - 1) * components, 2) for m, v in enumerate(values, start=1))
        rises = [b - a for a, b in pairwise(values)]
        assert all(a >= b for a, b in pairwise(rises))
    assert learning_coefficient("location-scale-gaussian", 400).value > 0


def test_scale_without_theorems_is_reproduced():
    for m in (2, 3, 4):
        found = learning_coefficient("location-scale-gaussian", m, theorems=False)
        assert found.value == SCALE[m][0]
        assert verify(found.certificate.to_data()).accepted


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("gate", ["exact", "kernel"])
def test_experts_without_theorems_are_enclosed(d, gate):
    for m in (2, 3):
        found = learning_coefficient("softmax-gaussian", m, d, gate, theorems=False)
        known = learning_coefficient("softmax-gaussian", m, d, gate)
        assert found.lower <= known.lower
        assert known.upper == found.upper if d == 1 or gate == "exact" else known.upper <= found.upper
        assert verify(found.certificate.to_data()).accepted


@pytest.mark.slow
def test_every_shipped_family_gets_an_interval():
    for name in names():
        for gate in ("exact", "kernel"):
            for m in (2, 3):
                found = learning_coefficient(name, m, gate=gate, theorems=False)
                assert found.lower <= found.upper <= F((m - 1) * len(get(name).components), 2), (
                    name,
                    gate,
                    m,
                )
                assert found.certificate is None or verify(found.certificate.to_data()).accepted


def test_a_change_of_units_changes_nothing():
    rng = random.Random(1)
    for _ in range(3):
        a, b, c = (F(rng.choice([-1, 1]) * rng.randint(1, 9), rng.randint(1, 9)) for _ in range(3))
        text = f"({a})*p*x*y + ({b})*q*y + ({c})*r*y^2"
        family = Family.from_log_symbol("mine", text, ["p", "q", "r"], ["x"], ["y"])
        assert of(family, 3) == FREE[1][3]
        found = learning_coefficient(family, 3, theorems=False)
        assert found.upper == FREE[1][3][0]
        assert exponent_bound(family, 3, "exact") == found.lower == F(1)


def test_a_name_proves_nothing():
    family = Family.from_log_symbol("location-scale-gaussian", "p*y + q*y^3", ["p", "q"])
    found = learning_coefficient(family, 2)
    assert "theorem" not in found.notes[0]


def test_relations_make_the_coefficient_smaller_at_most():
    family = get("softmax-gaussian").observed_modulo(["x^2 = x"])
    found = learning_coefficient(family, 2)
    assert found.upper == F(1)
    with pytest.raises(InputError, match="relations"):
        learning_coefficients(family, 2)


def test_bad_arguments():
    for arguments in ({"m": 0}, {"m": 401}, {"gate": "open"}, {"family": "nobody"}, {"m": 2.0}):
        with pytest.raises(InputError, match=next(iter(arguments))):
            learning_coefficient(**arguments)
    with pytest.raises(InputError, match="m: 9"):
        learning_coefficient("location-scale-gaussian", 9, theorems=False)
    with pytest.raises(InputError, match="k_max"):
        learning_coefficients(k_max=21)


def test_forms():
    found = learning_coefficient("softmax-gaussian", 3, 1, "kernel")
    data = json.loads(found.to_json())
    keys = ("schema", "family", "dimension", "m", "gate", "value", "lower", "upper", "multiplicity", "status")
    assert [data[key] for key in keys] == [
        *("polysolv/learning-coefficient/1", "softmax-gaussian", 1, 3, "kernel", None, "25/24", "15/8", None),
        "bounds",
    ]
    table = learning_coefficients(k_max=3)
    assert json.loads(table.to_json())["entries"][1]["value"] == "5/2"
    for shown in (found, table):
        assert "<table" in shown._repr_html_()
        assert "tabular" in shown._repr_latex_()
        assert shown.to_markdown().startswith("|")


def test_a_table_by_theorem_loads_nothing_heavy():
    code = (
        "import sys; from polysolv import learning_coefficients; learning_coefficients('softmax-gaussian', 8); "
        "print([m for m in ('numpy', 'scipy', 'sympy', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_symbolic_true_values_are_set_where_no_coefficient_vanishes():
    """At c = 1 the term b·y and s²·y² alone would be left; everywhere else the cell is location-scale."""
    for text in ("b*y + (1 - c)*s*y^2 + c*s^2*y^2", "b*y + s*y^2 - c*s*y^2"):
        family = Family.from_log_symbol("mine", text, ["b", "s"], assumptions=["c != 0"])
        found = learning_coefficient(family, 2)
        assert found.lower <= F(1, 2) <= found.upper
        assert "c = 2" in found.notes[0]


def test_true_values_that_are_not_zero_keep_first_order_terms():
    found = learning_coefficient("gaussian-sd", 2)
    assert 0 < found.lower <= F(1, 2) <= found.upper  # a change of parameters of location-scale


def test_coefficients_that_may_cancel_prove_nothing():
    family = Family.from_log_symbol("mine", "b*y + s*y^2 - c*s*y^2", ["b", "s"], assumptions=["c != 0"])
    certain = Family.from_log_symbol("mine", "b*y + s*y^2", ["b", "s"])
    assert exponent_bound(family, 2, "exact") < exponent_bound(certain, 2, "exact")


@pytest.mark.parametrize(("d", "m", "value"), [(2, 2, F(3, 4)), (3, 2, F(1)), (3, 3, F(2))])
def test_exponents_that_are_all_two_meet_the_bound_by_taylor(d, m, value):
    found = learning_coefficient("spherical-gaussian", m, d)
    assert (found.value, found.multiplicity) == (value, 1)
    density = Family.from_density_text("exp(-((y1-a)^2+(y2-b)^2)/(2*s))/(2*pi*s)", name="plain")
    if (d, m) == (2, 2):
        assert learning_coefficient(density, 2).value == value


@pytest.mark.parametrize("timeout", ["x", None, float("nan"), 0, -1, True, float("inf")])
def test_a_time_limit_is_a_positive_number(timeout):
    for name in ("softmax-poisson", "gamma", "location-gaussian"):
        with pytest.raises(InputError, match="timeout"):
            learning_coefficient(name, 2, timeout=timeout)
    with pytest.raises(InputError, match="timeout"):
        learning_coefficients("location-gaussian", 2, timeout=timeout)


def test_covariates_of_a_density_are_counted():
    family = Family.from_density_text("s/(pi*(s^2+(y-a-b*x)^2))", name="mine")
    assert learning_coefficient(family, 2).to_data()["dimension"] == 1
    with pytest.raises(InputError, match="none for a density without a log-symbol"):
        family.observed_modulo(["x^2 = x"])
