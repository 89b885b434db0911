"""The order r̄(m): published values, the theorem beyond, evidence, bad input."""

from __future__ import annotations

import json
import pickle

import pytest

from polysolv import InputError, families, order
from polysolv.decisions.split import decide_by_split
from polysolv.decisions.theorem import decide_by_theorem
from polysolv.families import Family, PublishedExponent, linear_log_symbol


@pytest.mark.parametrize(("m", "published"), [(2, 4), (3, 6)])
@pytest.mark.parametrize("name", ["softmax-gaussian", "location-scale-gaussian"])
def test_published_orders(name, m, published):
    assert order(name, m) == published


@pytest.mark.parametrize(
    "name", ["softmax-gaussian", "location-scale-gaussian", "gaussian-experts-free-gate"]
)
def test_the_order_is_2m_beyond(name):
    assert [order(name, m) for m in range(2, 41)] == [2 * m for m in range(2, 41)]
    assert order(name, 1) == 1


def test_a_large_cell():
    assert order("softmax-gaussian", 200) == 400


def test_the_order_does_not_depend_on_the_dimension():
    assert {int(order("softmax-gaussian", 4, d)) for d in (1, 2, 3, 5)} == {8}


def test_location_gaussian_has_order_two():
    assert [order("location-gaussian", m) for m in (1, 2, 3, 10)] == [1, 2, 2, 2]


def test_an_order_is_an_integer_with_evidence():
    found = order("softmax-gaussian", 3)
    assert json.dumps(found) == str(found) == "6"
    assert found.solvable.status == "SOLVABLE"
    assert found.solvable.method == "quadrature"
    assert found.unsolvable.status == "UNSOLVABLE"
    assert "Kalai, Moitra and Valiant 2010" in found.unsolvable.reason
    assert "Order(6" in repr(found)
    again = pickle.loads(pickle.dumps(found))
    assert (again, again.m, again.family) == (6, 3, "softmax-gaussian")


@pytest.mark.parametrize("name", families.names()[:4])
@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_no_degree_is_decided_both_ways(name, m):
    family = families.get(name)
    for degree in range(1, 11):
        solvable = decide_by_split(family, m, degree) is not None
        unsolvable = decide_by_theorem(family, m, degree) is not None
        assert not (solvable and unsolvable)
        assert unsolvable == (degree >= order(name, m))


def test_a_family_without_a_theorem_is_not_guessed():
    log_symbol = linear_log_symbol((), ("y",), {"p": (1, {"y": 1}), "q": (1, {"y": 2}), "r": (1, {"y": 3})})
    published = (PublishedExponent("p", 1, 0, "nowhere"),)
    family = Family("cubic", "", (), 0, log_symbol, ("p",), published, ())
    with pytest.raises(InputError, match="theorem"):
        order(family, 2)


@pytest.mark.parametrize("m", [0, -3, 2.0, "3", None, 401, True])
def test_wrong_cell_sizes_are_refused(m):
    with pytest.raises(InputError, match="^m: "):
        order("softmax-gaussian", m)


@pytest.mark.parametrize("name", families.names()[:4])
@pytest.mark.parametrize("m", [1, 2, 3, 7])
def test_the_kernel_has_accepted_every_order(name, m):
    found = order(name, m)
    assert found.evidence == "PROVED"
    assert found.certificate.statement["degree"] == found


def test_without_the_kernels_word_nothing_is_called_proved(monkeypatch):
    from polysolv.certificates import Certificate
    from polysolv.verify import verify

    monkeypatch.setattr(Certificate, "verify", lambda self: verify({}))
    assert order("softmax-gaussian", 3).evidence is None
    assert order("softmax-gaussian", 3) == 6
