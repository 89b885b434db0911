"""Large cells, many dimensions, and objects that blow up when they are walked through."""

from __future__ import annotations

import pytest

from polysolv.certificates import order_certificate
from polysolv.verify import verify


@pytest.mark.parametrize("m", [1, 2, 3, 10, 60])
@pytest.mark.parametrize(
    "name",
    ["softmax-gaussian", "gaussian-experts-free-gate", "location-scale-gaussian", "location-gaussian"],
)
def test_orders_of_all_families(name, m):
    result = order_certificate(name, m).verify()
    assert result.accepted
    expected = 1 if m == 1 else 2 if name == "location-gaussian" else 2 * m
    assert result.statement.endswith(f"the order is {expected}")


@pytest.mark.parametrize("d", [2, 3, 12, 100])
def test_orders_in_many_dimensions(d):
    assert order_certificate("softmax-gaussian", 3, d).verify().accepted


def test_a_large_cell():
    assert order_certificate("softmax-gaussian", 400).verify().accepted
    assert order_certificate("softmax-gaussian", 120).verify().accepted  # after a larger one


def test_a_list_that_holds_itself_ten_times_over_and_over():
    value = [1] * 10
    for _ in range(20):
        value = [value] * 10
    result = verify(value)
    assert (result.exit_code, result.step) == (2, "limits")
