"""Rate reports and tables: published values, refined values, allocations, notes, renderings."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction

import pytest

from polysolv import Family, InputError, families, rate, rate_table
from polysolv.rates.exponent import halving_factor, show_factor


def _rates(cell, which):
    return {name: getattr(p, which).rate for name, p in cell.parameters.items()}


def test_the_published_table():
    report = rate(k_excess=2)
    eighth, quarter, twelfth, sixth = (Fraction(1, n) for n in (8, 4, 12, 6))
    assert _rates(report.cell(2), "published") == {
        "beta1": eighth,
        "a": quarter,
        "b": eighth,
        "sigma": quarter,
    }
    assert _rates(report.cell(3), "published") == {
        "beta1": twelfth,
        "a": sixth,
        "b": twelfth,
        "sigma": sixth,
    }
    assert set(_rates(report.cell(1), "published").values()) == {Fraction(1, 2)}


@pytest.mark.parametrize("m", [2, 3, 4, 10])
def test_the_refined_rates(m):
    cell = rate(k_excess=m - 1).cell(m)
    quarter = Fraction(1, 4)
    expected = {"beta1": quarter, "a": quarter, "b": Fraction(1, 4 * m), "sigma": Fraction(1, 2 * m)}
    assert _rates(cell, "refined") == expected


def test_the_covariate_free_gate():
    cell = rate(k_excess=3, family="gaussian-experts-free-gate").cell(4)
    for which in ("published", "refined"):
        exponents = [getattr(cell.parameters[name], which).exponent for name in ("b", "a", "sigma")]
        assert exponents == [8, 2, 4]


def test_values_are_fractions_and_orders_integers():
    report = rate(3, d=2)
    for cell in report.cells:
        assert type(cell.order) is int
        for p in cell.parameters.values():
            assert type(p.published.rate) is type(p.refined.exponent) is Fraction


def test_halving_factor():
    assert rate(2).cell(3).parameters["b"].halving_factor == 4096
    assert halving_factor(Fraction(8, 3)) == pytest.approx(2 ** (16 / 3))
    assert halving_factor(Fraction(1, 2)) == 2
    assert show_factor(2**200) == "2^200"


def test_json_has_the_promised_keys():
    data = json.loads(rate(2).to_json())
    assert data["schema"] == "polysolv/rate/1"
    keys = [
        "schema",
        "family",
        "dimension",
        "k_excess",
        "k_true",
        "merging",
        "assumptions",
        "cells",
        "notes",
        "sentence",
    ]
    assert list(data) == keys
    cell = data["cells"][2]
    assert (cell["size"], cell["order"]) == (3, 6)
    intercept = next(p for p in cell["parameters"] if p["name"] == "b")
    assert intercept == {
        "name": "b",
        "published": {"exponent": "6", "rate": "1/12"},
        "refined": {"exponent": "6", "rate": "1/12"},
        "minimax": {"exponent": "6", "rate": "1/12"},
        "uniform": {"exponent": "10", "rate": "1/20"},
        "status": "proved",
        "arc": None,
        "halving_factor": 4096,
    }


def test_allocations_with_the_truth_known():
    report = rate(2, k_true=3)
    assert [a.cells for a in report.allocations] == [(3, 1, 1), (2, 2, 1)]
    assert [a.exactly_fitted for a in report.allocations] == [2, 1]
    assert report.allocations[0].atoms[0]["b"].refined.rate == Fraction(1, 12)
    assert report.allocations[0].atoms[1]["b"].refined.rate == Fraction(1, 2)
    assert any("k = 5 <= 2 k_true - 1 = 5" in note for note in report.notes)


def test_an_allocation_without_an_exactly_fitted_cell_keeps_b_and_sigma():
    data = json.loads(rate(2, k_true=2).to_json())
    first, second = data["allocations"]
    assert (first["cells"], first["exactly_fitted"]) == ([3, 1], 1)
    assert (second["cells"], second["exactly_fitted"]) == ([2, 2], 0)
    assert all(p["refined"] is not None for atom in first["atoms"] for p in atom["parameters"])
    for atom in second["atoms"]:
        found = {p["name"]: p for p in atom["parameters"]}
        assert [found[name]["refined"]["exponent"] for name in ("b", "sigma")] == ["4", "2"]
        assert [found[name]["halving_factor"] for name in ("b", "sigma")] == [256, 16]
        assert [found[name]["status"] for name in ("beta1", "a")] == ["not identifiable", "bounds"]
        assert found["a"]["bounds"]["lower"] == "2"
        assert "in every cell" in found["beta1"]["arc"]
        for name in ("beta1", "a"):
            assert found[name]["refined"] is None
            assert "exactly fitted" in found[name]["reason"]
            assert found[name]["published"]["exponent"] in ("4", "2")
            assert found[name]["halving_factor"] is None
    assert any("log S_j - log S_1" in note for note in data["notes"])
    by_size = {cell["size"]: cell for cell in data["cells"]}
    assert by_size[2]["parameters"][0]["refined"] is None
    assert by_size[3]["parameters"][0]["refined"] is not None


def test_one_true_atom_has_a_sentence_of_its_own():
    report = rate(2, k_true=1)
    assert [cell.size for cell in report.cells] == [3]
    assert [a.cells for a in report.allocations] == [(3,)]
    assert any(note.startswith("With k_true = 1") for note in report.notes)
    refined = {name for name, rates in report.cells[0].parameters.items() if rates.refined is not None}
    assert refined == {"b", "sigma"}


def test_non_identifiability_is_stated_where_it_applies():
    def says(**arguments):
        return " ".join(note for note in rate(**arguments).notes if "not identifiable" in note)

    assert "k_true <= 3" in says(k_excess=3)
    assert "k_true = 1" in says(k_excess=1)
    assert "k = 4 >= 2 k_true = 4" in says(k_excess=2, k_true=2)
    assert says(k_excess=2, k_true=3) == ""
    assert says(k_excess=0) == ""
    assert says(k_excess=3, family="gaussian-experts-free-gate") == ""


def test_free_gates_need_no_exactly_fitted_cell():
    report = rate(2, "gaussian-experts-free-gate", k_true=2)
    assert all(p.refined is not None for a in report.allocations for atom in a.atoms for p in atom.values())


def test_sources_of_both_columns_are_named():
    notes = " ".join(rate(1).notes)
    assert "published: Nguyen, Nguyen and Ho 2023, Theorem 2" in notes
    assert "pointwise (refined): polysolv theory page" in notes


def test_no_excess_is_the_parametric_rate():
    report = rate(0)
    assert [cell.size for cell in report.cells] == [1]
    assert set(_rates(report.cells[0], "refined").values()) == {Fraction(1, 2)}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"k_excess": -1}, "k_excess"),
        ({"k_excess": 1.5}, "k_excess"),
        ({"k_excess": 10**30}, "k_excess"),
        ({"k_excess": True}, "k_excess"),
        ({"k_excess": "2"}, "k_excess"),
        ({"k_true": 0}, "k_true"),
        ({"k_true": 1.0}, "k_true"),
        ({"k_excess": 200, "k_true": 200}, "k_true"),
        ({"d": 0}, "d"),
        ({"family": "softmax"}, "family"),
        ({"family": None}, "family"),
    ],
)
def test_bad_arguments_name_the_field(arguments, field):
    with pytest.raises(InputError) as caught:
        rate(**arguments)
    assert caught.value.field == field
    assert "\n" not in str(caught.value)


def test_a_cell_that_is_not_possible_is_refused():
    with pytest.raises(InputError, match="size"):
        rate(1).cell(3)


def test_table_has_the_largest_cell_of_each_excess():
    table = rate_table(3)
    assert [cell.size for cell in table.rows] == [1, 2, 3, 4]
    data = json.loads(table.to_json())
    assert data["schema"] == "polysolv/table/1"
    assert [row["k_excess"] for row in data["rows"]] == [0, 1, 2, 3]


def test_table_csv_is_exact():
    rows = list(csv.DictReader(io.StringIO(rate_table(2).to_csv())))
    row = next(r for r in rows if r["k_excess"] == "2" and r["parameter"] == "beta1")
    assert (row["published_rate"], row["refined_rate"]) == ("1/12", "1/4")
    assert len(rows) == 3 * 4


def test_table_pandas_holds_fractions():
    frame = rate_table(2).to_pandas()
    value = frame.loc[(frame.k_excess == 2) & (frame.parameter == "b"), "published_rate"].item()
    assert value == Fraction(1, 12)
    assert type(value) is Fraction


def test_pandas_missing_is_said_plainly(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InputError, match="pip install"):
        rate_table(1).to_pandas()


@pytest.mark.parametrize("make", [lambda: rate(2), lambda: rate_table(2), lambda: rate(1, k_true=2)])
def test_renderings(make):
    thing = make()
    assert "n^(-1/8)" in str(thing)
    assert "$n^{-1/8}$" in thing.to_latex()
    assert thing.grid().to_latex() in thing._repr_latex_()
    assert "n<sup>-1/8</sup>" in thing._repr_html_()
    markdown = [line for line in thing.to_markdown().splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in markdown if "exactly fitted" not in line}) <= 2
    assert thing.to_csv().count("\n") > 3


@pytest.mark.parametrize("name", families.names())
def test_every_family_has_a_report(name):
    for cell in rate(1, name).cells:
        assert set(cell.parameters) == {p.name for p in families.get(name).parameters}


def _last_line(report):
    return report.to_text().splitlines()[-1]


def test_the_report_ends_with_a_sentence_in_plain_words():
    ending = "halve the error of an intercept in an atom fitted by 3 experts you need 4096 times the data."
    assert _last_line(rate(2)) == f"In plain words: to {ending}"
    for text in (rate(2).to_markdown(), rate(2).to_latex()):
        assert text.splitlines()[-1].endswith(ending)
    assert ending in rate(2)._repr_html_()
    assert rate(2).to_data()["sentence"] == f"to {ending}".rstrip(".")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"k_excess": 0}, "the error of any parameter in an atom fitted by 1 expert you need 4 times the"),
        (
            {"k_excess": 1, "family": "location-gaussian"},
            "a mean in an atom fitted by 2 components you need 16 ",
        ),
        (
            {"k_excess": 2, "k_true": 1},
            "no number of observations determines a gate slope in an atom fitted by 3 experts (not identif",
        ),
        ({"k_excess": 4, "k_true": 2}, "an intercept in an atom fitted by 5 experts you need 1048576 times"),
        ({"k_excess": 5}, "you need about 17 million times the data"),
        ({"k_excess": 39}, f"you need a number of {len(str(2**160))} digits times the data"),
        ({"k_excess": 2, "family": "gaussian-gated-c0"}, "the error of a gate centre in an atom"),
    ],
)
def test_the_sentence_names_the_slowest_parameter_of_the_largest_cell(arguments, said):
    assert said in rate(**arguments).sentence


def test_the_sentence_of_a_users_family_uses_its_names_and_proved_ranges():
    report = rate(1, families.Family.from_log_symbol("mine", "u*y + v*y^2", ["u", "v"]))
    assert report.sentence.startswith(
        "to halve the error of u in an atom fitted by 2 experts you need 256 times"
    )
    from polysolv.rates.sentence import slowest_sentence
    from polysolv.rates.statements import ParameterRates

    family = report.family
    open_above = {"u": ParameterRates("u", None, None, "open", (Fraction(2), None))}
    assert "u in an atom fitted by 4 experts you need at least 16 times" in slowest_sentence(
        family, 4, open_above
    )
    between = {"v": ParameterRates("v", None, None, "open", (Fraction(2), Fraction(8, 3)))}
    assert "you need from 16 to about 40.3 times the data" in slowest_sentence(family, 4, between)


def test_a_parameter_of_gate_and_expert_needs_an_exactly_fitted_cell():
    """p stands in a term with a dual variable too, but only the gate equation at x^2 bounds it."""
    family = Family.from_log_symbol(
        "f", "p*x + p*q*y + r*y + q*x*y + q*r*x", ["p", "q", "r"], covariates=["x"]
    )
    assert family.gate_components == ()
    assert family.has_gate
    alone = rate(1, family, k_true=1).cell(2).parameters["p"]
    assert alone.refined is None
    assert "exactly fitted" in alone.reason
    assert rate(1, family, k_true=2).cell(2).parameters["p"].refined.exponent == 2
    assert any("next to at least one exactly fitted cell" in note for note in rate(1, family).notes)
