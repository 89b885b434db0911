"""Allocations against brute force."""

from __future__ import annotations

from itertools import product

import pytest

from polysolv import InputError
from polysolv.rates.allocations import allocations


@pytest.mark.parametrize("k_true", range(1, 6))
@pytest.mark.parametrize("k_excess", range(7))
def test_every_multiset_once(k_true, k_excess):
    brute = {
        tuple(sorted((1 + e for e in extra), reverse=True))
        for extra in product(range(k_excess + 1), repeat=k_true)
        if sum(extra) == k_excess
    }
    found = allocations(k_true, k_excess)
    assert len(found) == len(set(found))
    assert set(found) == brute


def test_a_flood_is_refused_before_it_starts():
    with pytest.raises(InputError, match="allocations"):
        allocations(100, 99)


def test_many_atoms_and_few_extras_are_fine():
    assert len(allocations(1000, 3)) == 3
