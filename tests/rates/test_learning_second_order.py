"""Learning coefficients of densities without a log-symbol."""

from fractions import Fraction as F

import pytest

from polysolv import learning_coefficient, learning_coefficients
from polysolv.errors import InputError
from polysolv.families import Family, get, names
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
