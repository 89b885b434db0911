"""Identities found by linear algebra: the kernel accepts them, and none is found where there is a solution."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polysolv import InputError, build_system
from polysolv.decisions.nullstellensatz import find_identity, rational_from_residue, reduce_system
from polysolv.systems import PolynomialSystem


@pytest.mark.parametrize("form", ["positive-eliminant", "positivstellensatz"])
@pytest.mark.parametrize("degree", [4, 5, 6, 7, 8])
@pytest.mark.parametrize(
    "name", ["location-scale-gaussian", "softmax-gaussian", "gaussian-experts-free-gate"]
)
def test_two_atoms(name, degree, form):
    certificate = find_identity(build_system(name, 2, degree), form)
    result = certificate.verify()
    assert result.accepted
    assert result.relies_on == ()
    assert certificate.to_data()["payload"]["form"] == form


def test_two_atoms_in_three_dimensions():
    assert find_identity(build_system("softmax-gaussian", 2, 4, d=3)).verify().accepted


def test_nothing_is_found_where_there_is_a_solution():
    for name, m, degree in (("location-scale-gaussian", 2, 3), ("softmax-gaussian", 2, 2)):
        assert find_identity(build_system(name, m, degree), max_degree=7) is None


def test_nothing_is_found_over_the_complex_numbers():
    # Equal atoms with opposite weights solve every degree.
    assert find_identity(build_system("location-scale-gaussian", 2, 5), "nullstellensatz", 8) is None


def test_a_deadline_is_obeyed():
    assert find_identity(build_system("location-scale-gaussian", 3, 6), timeout=0.2) is None


def test_unknown_form():
    with pytest.raises(InputError, match="form"):
        find_identity(build_system("location-gaussian", 2, 2), "guess")


def written(equations, names=("w", "v", "x"), weights=2, nontrivial=(), grading=None):
    return PolynomialSystem(
        names,
        names[:weights],
        tuple(nontrivial),
        tuple(grading or (0,) * len(names)),
        {(i,): {tuple(k): Fraction(c) for k, c in e.items()} for i, e in enumerate(equations)},
    )


def test_written_systems():
    # x = w - v and x^2 + w v = 0: then w^2 - w v + v^2 = 0, positive after a factor 1 + w + v or w + v.
    system = written([{((2, 1),): 1, ((0, 1),): -1, ((1, 1),): 1}, {((2, 2),): 1, ((0, 1), (1, 1)): 1}])
    certificate = find_identity(system)
    assert certificate.verify().accepted
    assert find_identity(system, "positivstellensatz") is None  # no constant term
    # x = 0 and x w = v: v is 0.
    system = written([{((2, 1),): 1}, {((2, 1), (0, 1)): 1, ((1, 1),): -1}])
    assert find_identity(system, "nullstellensatz").verify().accepted
    # A negative eliminant is as good as a positive one.
    system = written([{((2, 1),): 1}, {((2, 1),): 1, ((0, 1),): -1, ((1, 1),): -1}])
    assert find_identity(system).verify().accepted
    # w = v is solvable.
    assert find_identity(written([{((0, 1),): 1, ((1, 1),): -1}])) is None


def test_normalisation_of_a_written_system():
    equations = [
        {((0, 1), (2, 2)): 1, ((1, 1), (3, 1)): 1},
        {((0, 1), (2, 2)): 2, ((1, 1), (3, 1)): 1},
    ]
    system = written(equations, ("w", "v", "x", "z"), 2, ["x"], (0, 0, 1, 2))
    reduced = reduce_system(system)
    assert [step["step"] for step in reduced.steps] == ["unit-weight", "unit-unknown"]
    assert reduced.names == ["v", "z"]
    assert find_identity(system).verify().accepted
    system = written(equations, ("w", "v", "x", "z"), 2, ["x"], (1, 0, 1, 2))
    assert [step["step"] for step in reduce_system(system).steps] == ["unit-weight"]


def test_drops_alone():
    from polysolv.families import Family, linear_log_symbol

    symbol = linear_log_symbol((), ("y", "z"), {"u": (1, {"y": 1}), "v": (1, {"z": 1})})
    family = Family("two", "", (), 0, symbol, ("u", "v"), (), ())
    certificate = find_identity(build_system(family, 2, 2))
    assert certificate.verify().accepted
    assert certificate.to_data()["payload"]["cofactors"] == []


def test_coefficients_too_long_for_the_first_prime():
    big = 10**40 + 1
    system = written([{((2, 1),): big, (): -1}, {((2, 1),): 1, ((0, 1),): 1}], weights=2)
    certificate = find_identity(system)
    assert certificate.verify().accepted
    assert "0x" in certificate.to_json()


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=10**5))
def test_rational_reconstruction(value):
    prime = 2**61 - 1
    residue = value.numerator * pow(value.denominator, -1, prime) % prime
    assert rational_from_residue(residue, prime) == value


def test_residues_of_no_short_fraction():
    found = [rational_from_residue(residue, 101) for residue in range(101)]
    assert None in found
    assert all(f is None or max(f.numerator**2, f.denominator**2) <= 50 for f in found)
