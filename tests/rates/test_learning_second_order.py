"""Learning coefficients of densities without a log-symbol."""

from fractions import Fraction as F

import numpy as np
import pytest

from polysolv import learning_coefficient, learning_coefficients
from polysolv.errors import InputError
from polysolv.families import Family, get, names
from polysolv.rates.learning.spanned import spanned_functions
from polysolv.verify import verify

LOCATION = "1/(2*pi)^(1/2)*exp(-(y - mu)^2/2)"
LOCATION_SCALE = "1/(2*pi*v)^(1/2)*exp(-(y - mu)^2/(2*v))"
WITHOUT_LOG_SYMBOL = [name for name in names() if get(name).source is not None]


def test_a_gaussian_location_family_without_its_log_symbol_has_the_value_of_the_theorem():
    family = Family.from_density_text(LOCATION, truths=[{"mu": 0}], name="mine")
    assert family.source is not None
    for m in (1, 2, 3, 4):
        found = learning_coefficient(family, m)
        theorem = learning_coefficient("location-gaussian", m)
        assert (found.value, found.multiplicity) == (theorem.value, theorem.multiplicity)


def test_a_gaussian_location_scale_family_without_its_log_symbol_encloses_the_theorem():
    family = Family.from_density_text(LOCATION_SCALE, truths=[{"mu": 0, "v": 1}], name="mine")
    assert family.source is not None
    for m in (2, 3):
        found = learning_coefficient(family, m)
        theorem = learning_coefficient("location-scale-gaussian", m)
        assert found.lower <= theorem.value <= found.upper
        assert found.value is None or found.value == theorem.value


@pytest.mark.parametrize("name", WITHOUT_LOG_SYMBOL)
def test_two_atoms_cost_a_quarter_of_their_parameters(name):
    found = learning_coefficient(name, 2)
    assert found.value == F(len(get(name).components), 4)
    assert found.multiplicity == 1
    assert found.certificate is not None
    answer = verify(found.certificate.to_data())
    assert answer.accepted
    assert "all exponents in cells of two or more atoms are 2" in answer.statement


def test_an_elliptic_relation_leaves_bounds_from_three_atoms_on():
    found = learning_coefficient("student-location-scale-5", 3)
    assert (found.lower, found.upper, found.status, found.certificate) == (F(2, 3), F(1), "bounds", None)
    assert "which stands for others" in found.notes[0]


def test_a_table_states_what_it_takes_of_the_other_atoms():
    table = learning_coefficients("gamma", 3)
    values = {(entry.k, entry.k_true): entry.value for entry in table.entries}
    assert values == {(1, 1): 1, (2, 1): F(3, 2), (2, 2): F(5, 2), (3, 1): 2, (3, 2): 3, (3, 3): 4}
    assert "no relation couples different atoms" in table.notes[-1]


def test_several_truths_and_priors_on_weights_are_refused():
    two = get("gamma").with_truths([{"shape": 2, "rate": 1}, {"shape": 3, "rate": 1}])
    with pytest.raises(InputError, match="one true atom"):
        learning_coefficient(two, 2)
    with pytest.raises(InputError, match="weights"):
        learning_coefficient("gamma", 2, weights=1)
    with pytest.raises(InputError, match="at most 8"):
        learning_coefficient("gamma", 9)


def binomial(trials):
    """A binomial family: trials + 1 functions."""
    return Family.from_density_text(
        f"p^y*(1-p)^({trials}-y)/(gamma(y+1)*gamma({trials + 1}-y))",
        ",".join(map(str, range(trials + 1))),
        name="binomial",
    )


def volume_exponent(density, truths, samples=400_000, seed=1):
    """Slope of log vol{V < eta} for two weights and two parameters, V the distance of the densities."""
    rng = np.random.default_rng(seed)
    weight, points = rng.random(samples), rng.random((2, samples))
    mixed = weight * density(points[0]) + (1 - weight) * density(points[1])
    distance = np.abs(mixed - (density(truths)[:, :1] + density(truths)[:, 1:]) / 2).sum(axis=0)
    shares = [np.log((distance < eta).mean()) for eta in (0.1, 0.05, 0.025)]
    return float(np.polyfit(np.log([0.1, 0.05, 0.025]), shares, 1)[0])


def test_more_true_atoms_than_functions_prove_nothing_below():
    """Two true binomials of two trials are two numbers of three: 2 lambda is 2 and not 3."""
    table = learning_coefficients(binomial(2), 3)
    pair = table.pair(2, 2)
    assert (pair.status, pair.lower, pair.upper) == ("bounds", 0, F(3, 2))
    assert table.pair(1, 1).status == table.pair(2, 1).status == "proved"
    assert "spans only 3 functions" in table.notes[-1]
    slope = volume_exponent(lambda p: np.stack([(1 - p) ** 2, 2 * p * (1 - p), p**2]), np.array([0.2, 0.8]))
    assert 1.7 < slope < 2.3
    assert pair.lower <= F(1) <= pair.upper


@pytest.mark.parametrize(("trials", "proved"), [(4, {(2, 2), (3, 2)}), (5, {(2, 2), (3, 2), (3, 3), (4, 2)})])
def test_as_many_true_atoms_as_functions_allow(trials, proved):
    table = learning_coefficients(binomial(trials), 4)
    found = {(e.k, e.k_true) for e in table.entries if e.k_true > 1 and e.status == "proved"}
    assert found == proved


def test_functions_of_a_continuous_density_are_counted():
    text = "1+s*(y-1/2)/9+t*(y^2-1/3)/9+(s^2-t^2)*(y^3-1/4)/9+s*t*(y^4-1/5)/9"
    family = Family.from_density_text(text, "0:1", name="polynomial")
    assert family.source is not None
    assert spanned_functions(family) == 5
    assert learning_coefficients(family, 2).pair(2, 2).status == "bounds"


@pytest.mark.parametrize("name", WITHOUT_LOG_SYMBOL)
def test_shipped_densities_span_many_functions(name):
    assert spanned_functions(get(name)) is None
