"""How many true atoms relations on the response allow, counted by hand."""

from __future__ import annotations

import pytest

from polysolv import families, rate
from polysolv.families import Family
from polysolv.families.response_ring import relations_remark, response_dimension
from polysolv.rates.prover import explain


@pytest.mark.parametrize(
    ("name", "d", "relations", "dimension", "atoms"),
    [
        ("poisson", 1, ["y^3"], 3, "1 true atom "),
        ("poisson", 1, ["y^7 = y"], 7, "3 true atoms "),
        ("location-scale-gaussian", 1, ["y^7"], 7, "2 true atoms "),
        ("location-scale-gaussian", 1, ["y^2 = y"], 2, "1 true atom "),  # ∂u/∂mu and ∂u/∂sigma are parallel
        ("multivariate-gaussian", 2, ["y1^2", "y2^2"], 4, "1 true atom "),
        ("multivariate-gaussian", 2, ["y1^2"], None, ""),
        ("softmax-poisson", 1, ["y^3"], None, ""),
        ("poisson", 1, [], None, ""),
    ],
)
def test_the_number_of_atoms_that_relations_allow(name, d, relations, dimension, atoms):
    family = families.get(name, d).observed_modulo(relations)
    assert response_dimension(family) == dimension
    remark = relations_remark(family)
    assert (remark is None) == (dimension is None)
    if remark is not None:
        assert f"leave only {dimension} independent functions" in remark
        assert f"for more than {atoms}the derivatives" in remark


def test_rates_and_explanations_carry_the_remark():
    family = families.get("poisson").observed_modulo(["y^3"])
    remark = relations_remark(family)
    assert remark in rate(2, family, k_true=3).notes
    assert "leave only 3 independent functions" in " ".join(str(explain(family, "mean", 2)[0]).split())


def test_a_density_says_it_once():
    binomial = Family.from_density_text("p^y*(1-p)^(3-y)*6/(gamma(y+1)*gamma(4-y))", "0,1,2,3").for_cell(4)
    assert sum("4 " in note and "functions of the response" in note for note in rate(3, binomial).notes) == 1
