"""Densities without a log-symbol have no uniform rates: their K merely names the parameters."""

from __future__ import annotations

import pytest

from polysolv import InputError, families
from polysolv.decisions.contact import contact_order
from polysolv.decisions.contact_degree import contact_degree
from polysolv.rates.minimax import minimax_certificates
from polysolv.rates.statements import parameter_rates


@pytest.mark.parametrize("name", ["gamma", "inverse-gaussian", "exponential"])
def test_the_symbol_of_a_density_is_not_taken_for_that_of_locations(name):
    family = families.get(name)
    assert contact_degree(family, 2, 2) is None
    assert minimax_certificates(family, 2, parameter_rates(family, 2, None)) == {}
    with pytest.raises(InputError, match="symbols have degree 1"):
        contact_order(2, 2, name)
