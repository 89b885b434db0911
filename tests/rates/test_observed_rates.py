"""What is printed where relations hold: not identifiable, the arc, the assumptions, in every form."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction

import numpy as np
import pytest

from polysolv import Family, explain, families, plan, rate, rate_table
from polysolv.errors import InputError

DUMMY = families.get("softmax-gaussian").observed_modulo(["x^2 = x"])
PINNED = Family.from_log_symbol("pinned", "b*y + c^2*y + s*y^2/2", ["b", "c", "s"])


def _refined(cell):
    return {n: r.refined and str(r.refined.exponent) for n, r in cell.parameters.items()}


def test_a_dummy_has_the_exponents_of_its_relation():
    report = rate(2, DUMMY)
    assert _refined(report.cell(1)) == dict.fromkeys(("beta1", "a", "b", "sigma"), "1")
    for m in (2, 3):
        assert _refined(report.cell(m)) == {"beta1": None, "a": f"{2 * m}", "b": f"{2 * m}", "sigma": f"{m}"}
        assert report.cell(m).parameters["beta1"].status == "not identifiable"
        assert report.cell(m).order is None
        assert all(r.published is None for r in report.cell(m).parameters.values())


def test_the_arc_of_a_dummy_leaves_the_density():
    """The printed arc, weights adjusted: beta1 = ± eps needs the sum at x = 1 to stay, w = 1/(1 + e^(± eps))."""
    x, eps = np.array([0, 1]), 0.3
    slopes = np.array([eps, -eps])
    weights = 1 / (1 + np.exp(slopes))
    assert (weights @ np.exp(np.outer(slopes, x))) == pytest.approx([weights.sum()] * 2, abs=1e-15)
    (note,) = [n for n in rate(1, DUMMY).notes if n.startswith("beta1 is not identifiable in a cell of 2")]
    assert "with suitable weights the density does not change along beta1 = eps*z" in note


def test_a_cell_of_one_atom_with_a_log_symbol_that_is_not_linear():
    one = rate(1, PINNED).cell(1).parameters
    assert [one[n].status for n in "bcs"] == ["not identifiable", "not identifiable", "proved"]
    assert one["b"].arc == one["c"].arc
    assert "c = eps; b = -eps^2" in one["b"].arc
    cubic = rate(2, Family.from_log_symbol("f", "b*y + c^2*y + c^3*y^2", ["b", "c"]))
    assert _refined(cubic.cell(1)) == {"b": "3/2", "c": "3"}
    for m in (2, 3):  # c^3 is the variance: c = -2 eps^2, b = 4 eps^3 z - 4 eps^4
        assert _refined(cubic.cell(m)) == {"b": f"{2 * m}", "c": f"{3 * m}"}
    quartic = rate(0, Family.from_log_symbol("f", "b*y + c^2*y + c^4*y^3", ["b", "c"])).cell(1)
    assert _refined(quartic)["b"] == "2"


def test_json_has_status_and_arc_beside_refined():
    data = json.loads(rate(1, DUMMY).to_json())
    by_name = {p["name"]: p for p in data["cells"][1]["parameters"]}
    assert by_name["beta1"]["status"] == "not identifiable"
    assert by_name["beta1"]["refined"] is None
    assert by_name["beta1"]["halving_factor"] is None
    assert by_name["beta1"]["arc"].startswith("beta1 = eps*z")
    assert by_name["a"]["status"] == "proved"
    assert by_name["a"]["arc"].startswith("b = ") or "a = " in by_name["a"]["arc"]
    row = json.loads(rate_table(1, DUMMY).to_json())["rows"][1]
    assert row["parameters"] == data["cells"][1]["parameters"]


@pytest.mark.parametrize("make", [lambda: rate(1, DUMMY), lambda: rate_table(1, DUMMY)])
def test_every_form_says_not_identifiable(make):
    thing = make()
    for text in (thing.to_text(), thing.to_markdown(), thing.to_latex(), thing.to_csv(), thing._repr_html_()):
        assert "not identifiable" in text
    assert "along beta1 = eps*z" in thing.to_text().replace("\n  ", " ")
    rows = list(csv.DictReader(io.StringIO(thing.to_csv())))
    row = next(r for r in rows if r["size"] == "2" and r["parameter"] == "beta1")
    assert (row["refined_exponent"], row["refined_rate"], row["status"]) == ("", *["not identifiable"] * 2)
    assert (row["order"], row["halving_factor"]) == ("", "")
    assert row["arc"].startswith("beta1 = eps*z")
    assert {r["status"] for r in rows} == {"proved", "not identifiable"}


def test_forms_keep_their_columns_where_all_is_identifiable():
    assert (
        rate(1)
        .to_csv()
        .splitlines()[0]
        .endswith("halving_factor,minimax_exponent,minimax_rate,uniform_exponent,uniform_rate")
    )
    assert (
        rate_table(1)
        .to_csv()
        .splitlines()[0]
        .endswith("halving_factor,minimax_exponent,minimax_rate,uniform_exponent,uniform_rate")
    )


def test_the_table_as_a_data_frame_and_a_picture():
    table = rate_table(2, DUMMY)
    frame = table.to_pandas()
    lost = frame[(frame["size"] == 3) & (frame.parameter == "beta1")].iloc[0]
    assert lost.refined_rate is None
    assert lost.status == "not identifiable"
    assert frame[(frame["size"] == 3) & (frame.parameter == "a")].iloc[0].refined_rate == Fraction(1, 12)
    figure = table.plot()
    crosses = [[line for line in axis.lines if line.get_marker() == "x"] for axis in figure.axes]
    assert [len(found) for found in crosses] == [1, 0, 0, 0]
    assert list(crosses[0][0].get_xdata()) == [1, 2]
    assert "not identifiable" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_sentence_says_what_no_number_of_observations_determines():
    assert rate(1, DUMMY).sentence == (
        "no number of observations determines a gate slope in an atom fitted by 2 experts (not identifiable); to "
        "halve the error of a slope in an atom fitted by 2 experts you need 256 times the data"
    )


def test_plan_says_that_no_n_suffices():
    made = plan(0.1, 1000, m=2, family=DUMMY)
    by_name = {need.parameter: need for need in made.needs}
    assert by_name["a"].n_needed == 10**8
    assert by_name["beta1"].exponent is None
    assert made.sentence.endswith(
        "no number of observations is enough: a gate slope is not identifiable there"
    )
    data = json.loads(made.to_json())
    lost = next(need for need in data["needs"] if need["parameter"] == "beta1")
    assert {lost[k] for k in ("exponent", "rate", "error_now", "n_needed", "log10_n_needed")} == {None}
    assert lost["status"] == "not identifiable"
    assert lost["arc"].startswith("beta1 = eps*z")
    for text in (made.to_text(), made.to_csv(), made.to_markdown(), made.to_latex(), made._repr_html_()):
        assert "not identifiable" in text
    assert "no n suffices" in made.to_text()
    assert [need.parameter for need in plan(0.1, 1000, "beta1", family=DUMMY).needs] == ["beta1"]


def test_explain_prints_the_one_line_proof():
    (one,) = explain(DUMMY, "beta1", 2)
    text = one.to_text()
    assert "observed: x^2 - x = 0" in text
    assert "PROVED: not identifiable" in text
    assert "  1. [arc] beta1 is not identifiable: " in text
    assert "From above" not in text
    data = one.to_data()
    assert (data["status"], data["lower"], data["upper"], data["proved"]) == (
        "not identifiable",
        None,
        None,
        False,
    )
    assert data["estimate"] is None
    assert "not identifiable" in one._repr_html_()


@pytest.mark.parametrize(
    ("family", "said"),
    [
        ("softmax-gaussian", "covariate x: bounded, with a density"),
        (DUMMY, "covariate x: bounded; what holds on all of it is x^2 - x = 0 and what follows from that"),
        (families.get("softmax-gaussian", 2), "covariates x1, x2: bounded, with a joint density"),
        (
            families.get("softmax-gaussian").observed_modulo(["y^2"]),
            "response: among the powers of y what holds is y^2 = 0",
        ),
        ("softmax-gaussian", "response: all powers of the dual variable y are independent"),
        ("gaussian-gated", "true values: a_star != 0, c_star != 0"),
        ("gaussian-gated", "response: all monomials in the dual variables u, v are independent"),
        ("location-gaussian", "weights: those of the fitted atoms are bounded below"),
        ("location-gaussian", "truth: its atoms are distinct and interior to a compact parameter space"),
    ],
)
def test_assumptions_are_printed_everywhere(family, said):
    things = [
        rate(1, family),
        rate_table(1, family),
        plan(0.1, 100, family=family),
        explain(family, None, 2)[0],
    ]
    for thing in things:
        assert any(said in assumption for assumption in thing.to_data()["assumptions"])
        assert said in " ".join(thing.to_text().split())
        assert said.split(": ")[0] in thing._repr_html_()
    resolved = families.resolve(family)
    assert any(said in assumption for assumption in resolved.to_data()["assumptions"])


def test_families_with_relations_have_no_order():
    from polysolv import certify, order
    from polysolv.decisions.ladder import climb

    for ask in (order, certify, climb):
        with pytest.raises(InputError, match="free ring"):
            ask(DUMMY, 2)
    with pytest.raises(InputError, match="free ring"):
        certify(DUMMY, 2, degree=3)


def test_a_density_with_few_values_of_the_response():
    """Two values of the response: a mixture is one Bernoulli law, whatever the atoms."""
    from sympy import symbols

    Y, p = symbols("Y p")
    family = Family.from_density(p**Y * (1 - p) ** (1 - Y), ["p"], [], Y, values=[0, 1])
    report = rate(1, family)
    assert [cell.parameters["p"].status for cell in report.cells] == ["proved", "not identifiable"]
    assert report.cell(2).order is None
    (one,) = explain(family, "p", 2)
    assert "PROVED given the relations: not identifiable" in one.to_text()
    assert "Given: d^2u/dp^2 = 0 for all parameters" in one.to_text()
    assert any("y^2 = 0" in assumption for assumption in report.to_data()["assumptions"])


def test_the_arc_of_a_large_cell_names_its_nodes():
    arc = rate(4, DUMMY).cell(5).parameters["b"].arc
    assert arc.endswith("with the 5 Gauss-Hermite nodes z instead")


def test_what_the_prover_finds_too_large_is_withheld_without_an_exactly_fitted_cell():
    rates = rate(1, "softmax-gaussian", 60, k_true=1).cell(2).parameters
    assert [rates[n].status for n in ("beta1", "a", "b", "sigma")] == [
        "not identifiable",
        None,
        "proved",
        "proved",
    ]
    assert rates["a"].halving_factor is None
    assert "exactly fitted" in rates["a"].reason


def test_certificates_of_what_is_not_identifiable_are_saved(tmp_path):
    """One file for each parameter and cell, told apart by what is observed; the kernel accepts them."""
    from polysolv.verify import verify

    folder = tmp_path / "certificates"
    for relation in ("x^2 = x", "x^2 = 4"):
        report = rate(2, families.get("softmax-gaussian").observed_modulo([relation]), certificates=folder)
        assert sum("certificate that beta1 is not identifiable" in note for note in report.notes) == 2
    files = sorted(folder.iterdir())
    assert len(files) == 4
    for file in files:
        result = verify(file.read_bytes())
        assert result.accepted
        assert result.statement.endswith("modulo 1 relation: beta1 is not identifiable")
    named = [file for file in files if any(str(file) in note for note in report.notes)]
    assert len(named) == 2


def test_an_arc_where_one_component_after_another_is_solved_for():
    """K = (2p + r²) y² − (q + r − pr) y: p = −r²/2, q = −r − r³/2 leave it zero whatever r is."""
    family = Family.from_log_symbol(
        "f", "2*p*y^2 + r^2*y^2 - q*y - r*y + p*r*y", ["p", "q", "r"], relations=["y^3 = y"]
    )
    for m in (1, 2):
        found = rate(m - 1, family).cell(m).parameters
        assert {found[n].status for n in "pqr"} == {"not identifiable"}
        assert found["r"].arc.startswith("r = eps; ")


def test_a_covariate_that_does_not_vary_leaves_a_location_scale_cell():
    one_value = families.get("softmax-gaussian").observed_modulo(["x = 1"])
    for m in (2, 3, 4):
        assert _refined(rate(3, one_value).cell(m)) == {"beta1": None, "a": None, "b": None, "sigma": f"{m}"}
