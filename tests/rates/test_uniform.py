"""The columns local minimax and uniform: known cases, what has no entry, and the choice of columns."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction

import pytest
from click.testing import CliRunner

from polysolv import Family, InputError, rate, rate_table
from polysolv.cli import cli
from polysolv.families import get
from polysolv.rates import minimax
from polysolv.rates.minimax import minimax_certificates
from polysolv.rates.statements import parameter_rates
from polysolv.verify import verify


def _rates(cell, which):
    listed = ((p.name, getattr(p, which)) for p in cell.parameters.values())
    return {name: None if e is None else str(e.rate) for name, e in listed}


def test_hardt_and_price_is_the_case_of_two_against_two():
    cell = rate(0, "location-scale-gaussian", k_true=2).cell(1)
    assert _rates(cell, "uniform") == {"mu": "1/12", "sigma": "1/6"}
    assert _rates(rate(0).cell(1), "uniform") == {"beta1": None, "a": None, "b": "1/12", "sigma": "1/6"}


@pytest.mark.parametrize(("excess", "k_true"), [(0, 1), (0, 2), (0, 3), (0, 5)])
def test_heinrich_and_kahn_with_all_atoms_merging(excess, k_true):
    found = rate(excess, "location-gaussian", k_true=k_true).cell(1).parameters["mu"].uniform
    assert found.rate == Fraction(1, 4 * (k_true - 1) + 2)


def test_with_one_true_atom_nothing_merges():
    for m, cell in enumerate(rate(3, "location-scale-gaussian", k_true=1).cells, start=4):
        assert cell.size == m
        assert _rates(cell, "uniform") == _rates(cell, "refined")
    assert _rates(rate(0, "location-scale-gaussian", k_true=1).cell(1), "uniform") == {
        "mu": "1/2",
        "sigma": "1/2",
    }


@pytest.mark.parametrize("family", ["softmax-gaussian", "location-scale-gaussian", "location-gaussian"])
def test_minimax_equals_pointwise_where_an_arc_attains(family):
    for cell in rate(4, family).cells:
        assert _rates(cell, "minimax") == _rates(cell, "refined")


@pytest.mark.parametrize(
    ("family", "d"),
    [("gaussian-experts-free-gate", 2), ("softmax-polynomial-1-2", 1), ("multivariate-gaussian", 2)],
)
def test_certificates_behind_the_entries(family, d):
    resolved = get(family, d)
    statements = parameter_rates(resolved, 2, None)
    found = minimax_certificates(resolved, 2, statements)
    assert {name for name, r in statements.items() if r.status == "proved"} == set(found)
    for name, certificate in found.items():
        assert verify(certificate.to_data()).accepted
        attained = certificate.statement["exponents"]
        components = resolved.parameter(name).components
        assert str(statements[name].refined.exponent) in [attained.get(c) for c in components]


def test_no_certificate_no_entry(monkeypatch):
    monkeypatch.setattr(minimax, "_accepted", lambda certificate: False)
    assert set(_rates(rate(1).cell(2), "minimax").values()) == {None}


def test_modulo_relations():
    """Two levels: the page says a has exponent 2m, and beta1 is not identified."""
    family = get("softmax-gaussian").observed_modulo(["x^2 - x"])
    cell = rate(1, family).cell(2)
    assert _rates(cell, "minimax") == {"beta1": None, "a": "1/8", "b": "1/8", "sigma": "1/4"}
    assert set(_rates(cell, "uniform").values()) == {None}


def test_what_has_no_entry():
    walls = _rates(rate(1, "top-k-softmax").cell(2), "minimax")
    assert walls["beta1"] is None
    assert walls["b"] == "1/8"
    symbolic = Family.from_log_symbol("mine", "p*y + c*p*y^2 + q*y^2", ["p", "q"], assumptions=["c != 0"])
    assert set(_rates(rate(1, symbolic).cell(2), "minimax").values()) == {None}
    cubic = Family.from_log_symbol("mine", "p*y + q*y^3", ["p", "q"])
    assert set(_rates(rate(1, cubic).cell(2), "uniform").values()) == {None}


def test_columns():
    report = rate(1, columns=["uniform", "refined"])
    assert list(report.grid().headers) == [
        "cell size m",
        "order",
        "evidence",
        "parameter",
        "uniform",
        "pointwise",
    ]
    assert rate_table(1).grid().headers[4:6] == ["beta1 published", "beta1 pointwise"]
    table = rate_table(1, "location-gaussian", columns=["minimax", "uniform"], merging=3)
    assert table.grid().rows[1][4:] == ["n^(-1/4)", "n^(-1/12)"]
    for wrong in (["best"], [], ["uniform", "uniform"], "best"):
        with pytest.raises(InputError, match="columns"):
            rate(1, columns=wrong)


def test_commands():
    run = CliRunner().invoke
    shown = run(cli, ["rate", "--k-excess", "1", "--columns", "minimax, uniform"]).output
    assert "parameter  local minimax  uniform" in shown
    data = json.loads(run(cli, ["table", "--k-true", "3", "--format", "json"]).output)
    assert data["merging"] == 3
    assert data["rows"][0]["parameters"][2]["uniform"] == {"exponent": "10", "rate": "1/20"}
    (first, *_) = csv.DictReader(io.StringIO(run(cli, ["rate", "--format", "csv"]).output))
    assert (first["minimax_rate"], first["uniform_rate"]) == ("1/2", "")
    assert run(cli, ["table", "--columns", "best"]).exit_code == 2
