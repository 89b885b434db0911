"""`decide`: every method against the orders that are known, witnesses by substitution, bad input."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from polysolv import InputError, PolynomialSystem, Verdict, build_system, decide
from polysolv.decisions.strategy import combine, contradictory, decide_all, methods
from polysolv.decisions.verdict import NUMERIC, PROVED, REAL_POSITIVE, SOLVABLE, UNDECIDED, UNSOLVABLE
from polysolv.verify import verify

KNOWN = [
    ("location-scale-gaussian", None, 2, {1: SOLVABLE, 2: SOLVABLE, 3: SOLVABLE}),
    ("location-scale-gaussian", None, 2, dict.fromkeys(range(4, 9), UNSOLVABLE)),
    ("softmax-gaussian", 1, 2, {3: SOLVABLE, 4: UNSOLVABLE}),
    ("softmax-gaussian", 2, 2, {3: SOLVABLE, 4: UNSOLVABLE}),
    ("softmax-gaussian", 3, 2, {3: SOLVABLE, 4: UNSOLVABLE}),
    ("gaussian-experts-free-gate", 1, 2, {3: SOLVABLE, 4: UNSOLVABLE}),
    *(("location-gaussian", None, m, {1: SOLVABLE, 2: UNSOLVABLE}) for m in range(2, 7)),
    ("location-gaussian", None, 1, {1: UNSOLVABLE}),
]
CASES = [(name, d, m, degree, status) for name, d, m, all_ in KNOWN for degree, status in all_.items()]


def own_system(unknowns, weights, nontrivial, equations, grading=None):
    """Return a user's own system; equations are {monomial as {name: exponent}: coefficient} pairs."""
    place = {name: i for i, name in enumerate(unknowns)}
    return PolynomialSystem(
        unknowns=tuple(unknowns),
        weights=tuple(weights),
        nontrivial=tuple(nontrivial),
        grading=tuple(grading or [0] * len(unknowns)),
        equations={
            (i,): {tuple(sorted((place[n], e) for n, e in m.items())): Fraction(c) for c, m in terms}
            for i, terms in enumerate(equations)
        },
    )


def assert_sound(verdict, system):
    """Check a verdict by substitution and by the kernel."""
    if verdict.evidence == PROVED:
        assert verify(verdict.certificate.to_data()).accepted
        assert verdict.certificate.statement["claim"] == verdict.status
    if verdict.status == SOLVABLE and verdict.witness and "weights" in verdict.witness:
        if "radius" not in verdict.witness:
            assert not any(system.evaluate(**verdict.witness).values())
        else:
            point = {key: value for key, value in verdict.witness.items() if key != "radius"}
            assert max(abs(float(v)) for v in system.evaluate(**point).values()) < 1e-6
        assert min(verdict.witness["weights"]) > 0


@pytest.mark.parametrize(("name", "d", "m", "degree", "status"), CASES)
def test_positivity_decides_all_that_is_linear(name, d, m, degree, status):
    system = build_system(name, m, degree, d)
    verdict = decide(system, "positivity")
    assert (verdict.status, verdict.field, verdict.evidence) == (status, REAL_POSITIVE, PROVED)
    assert verdict.seconds < 1
    assert_sound(verdict, system)


@pytest.mark.parametrize("method", ["search", "smt", "groebner"])
@pytest.mark.parametrize(
    ("name", "d", "m", "degree", "status"),
    [
        ("location-scale-gaussian", None, 2, 3, SOLVABLE),
        ("location-scale-gaussian", None, 2, 4, UNSOLVABLE),
        ("location-scale-gaussian", None, 2, 8, UNSOLVABLE),
        ("softmax-gaussian", 2, 2, 3, SOLVABLE),
        ("location-gaussian", None, 5, 1, SOLVABLE),
        ("location-gaussian", None, 5, 2, UNSOLVABLE),
    ],
)
def test_engines_agree_with_what_is_known(method, name, d, m, degree, status):
    system = build_system(name, m, degree, d)
    if method == "search" and status == UNSOLVABLE and name != "location-gaussian":
        assert decide(system, method, timeout=1).status == UNDECIDED
        return
    verdict = decide(system, method, timeout=60, engine="sympy")
    assert (verdict.status, verdict.evidence) == (status, PROVED)
    assert_sound(verdict, system)


@pytest.mark.parametrize("m", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_search_finds_certified_witnesses(m):
    system = build_system("softmax-gaussian", m, 2 * m - 1)
    verdict = decide(system, "search", timeout=60)
    assert (verdict.status, verdict.evidence) == (SOLVABLE, PROVED)
    assert_sound(verdict, system)


def test_search_depends_on_the_seed_alone():
    system = build_system("softmax-gaussian", 3, 3, 1)
    first, second = (decide(system, "search", seed=1) for _ in range(2))
    assert first.witness == second.witness


@pytest.mark.parametrize("degree", [4, 8])
def test_sums_of_squares_prove_two_atoms(degree):
    verdict = decide(build_system("location-scale-gaussian", 2, degree), "sos", timeout=60)
    assert (verdict.status, verdict.evidence) == (UNSOLVABLE, PROVED)
    assert verdict.certificate.kind == "identity"


@pytest.mark.slow
def test_sums_of_squares_prove_three_atoms_at_degree_six():
    system = build_system("location-scale-gaussian", 3, 6)
    verdict = decide(system, "sos", timeout=120)
    assert (verdict.status, verdict.evidence) == (UNSOLVABLE, PROVED)
    assert verdict.certificate.kind == "identity"


@pytest.mark.slow
def test_sums_of_squares_at_other_degrees_and_dimensions():
    for system in (build_system("location-scale-gaussian", 3, 7), build_system("softmax-gaussian", 3, 6, 2)):
        assert decide(system, "sos", timeout=120).evidence == PROVED
    assert decide(build_system("location-scale-gaussian", 3, 5), "sos").status == UNDECIDED


def test_auto_uses_the_cheapest_method_and_all_shows_every_one():
    system = build_system("location-scale-gaussian", 2, 4)
    assert decide(system).method == "theorem"
    verdict = decide(system, "all", timeout=3, engine="sympy")
    assert (verdict.status, verdict.evidence) == (UNSOLVABLE, PROVED)
    shown = verdict.statistics["verdicts"]
    assert [v["method"] for v in shown] == methods()
    assert {v["status"] for v in shown} == {UNSOLVABLE, UNDECIDED}
    assert not verdict.statistics["contradiction"]


def test_contradictions_are_never_a_verdict():
    solvable = Verdict(SOLVABLE, REAL_POSITIVE, PROVED, "search")
    unsolvable = Verdict(UNSOLVABLE, REAL_POSITIVE, NUMERIC, "groebner")
    assert contradictory([solvable, unsolvable])
    combined = combine([solvable, unsolvable])
    assert (combined.status, combined.statistics["contradiction"]) == (UNDECIDED, True)
    assert solvable.contradicts(unsolvable)


def test_verdicts_are_shown_exactly():
    verdict = decide(build_system("location-scale-gaussian", 2, 3), "positivity")
    bare = Verdict(verdict.status, verdict.field, None, "x", witness=verdict.witness)
    assert eval(repr(bare), {"Verdict": Verdict, "Fraction": Fraction}) == bare
    data = json.loads(verdict.to_json())
    assert data["schema"] == "polysolv/verdict/1"
    assert data["certificate_digest"] == verdict.certificate.digest
    assert data["witness"]["weights"] == ["1", "1"]
    assert "<table>" in verdict._repr_html_()
    assert "SOLVABLE" in str(verdict)


# --- systems of a user's own -----------------------------------------------------------------------------------


def test_own_systems_with_known_answers():
    sum_of_squares = own_system("wvxy", "wv", "xy", [[(1, {"w": 1, "x": 2}), (1, {"v": 1, "y": 2})]])
    assert decide(sum_of_squares, "positivity").status == UNSOLVABLE
    cancels = own_system("wvxy", "wv", "xy", [[(1, {"w": 1, "x": 2}), (-1, {"v": 1, "y": 2})]])
    for method in ("auto", "search"):
        verdict = decide(cancels, method, timeout=20)
        assert verdict.status == SOLVABLE
        values = verdict.witness["values"]
        assert values["w"] > 0 < values["v"]
        assert values["x"] or values["y"]
    root = own_system("x", "", "x", [[(1, {"x": 2}), (-2, {})]])
    assert {decide(root, m, engine="sympy").status for m in ("groebner", "search", "smt")} == {SOLVABLE}
    imaginary = own_system("x", "", "x", [[(1, {"x": 4}), (1, {"x": 1}), (1, {})]])
    for method in ("groebner", "smt"):
        assert decide(imaginary, method, engine="sympy").status == UNSOLVABLE
    negative = own_system("wx", "w", "x", [[(1, {"w": 3}), (2, {})], [(1, {"x": 1}), (-1, {"w": 1})]])
    for method in ("positivity", "groebner", "smt"):
        assert decide(negative, method, engine="sympy").status == UNSOLVABLE, method


def test_an_inconsistent_system_is_unsolvable_and_proved():
    verdict = decide(own_system("wx", "w", "x", [[(1, {})]]))
    assert (verdict.status, verdict.evidence) == (UNSOLVABLE, PROVED)


def test_a_clause_with_several_unknowns_has_a_case_for_each():
    # x = 0 is forced, y = ±1 is not: all solutions have the second unknown of the clause non-zero.
    system = own_system("xy", "", "xy", [[(1, {"x": 1})], [(1, {"y": 2}), (-1, {})]])
    for method in ("positivity", "groebner", "smt", "search"):
        verdict = decide(system, method, engine="sympy", timeout=20)
        assert verdict.status in ((SOLVABLE,) if method != "positivity" else (SOLVABLE, UNDECIDED)), method


def test_a_weight_in_the_clause_makes_every_solution_count():
    system = own_system("wx", "w", "w", [[(1, {"w": 1, "x": 2})]])
    for method in ("positivity", "search", "smt"):
        assert decide(system, method, timeout=20).status in (SOLVABLE, UNDECIDED), method
    assert decide(system, "smt").status == SOLVABLE


def test_redundant_equations_with_infinitely_many_solutions():
    line = [(1, {"x": 1}), (-1, {"y": 1}), (-1, {})]
    system = own_system("xy", "", "x", [line, [(2 * c, m) for c, m in line], [(3 * c, m) for c, m in line]])
    assert decide(system, "groebner", engine="sympy").status == SOLVABLE


def test_a_system_that_names_its_unknowns_like_the_engines_do():
    system = own_system(
        ["A", "x1", "t"],
        [],
        ["t"],
        [[(1, {"A": 1}), (-1, {"t": 1})], [(1, {"x1": 1}), (-2, {"t": 1})], [(1, {"t": 2}), (-2, {})]],
    )
    assert decide(system, "groebner").status == SOLVABLE


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"method": "groebnr"}, "method"),
        ({"engine": "magma"}, "engine"),
        ({"ansatz": "lucky"}, "ansatz"),
        ({"jobs": 0}, "jobs"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_arguments_are_refused(arguments, field):
    with pytest.raises(InputError, match=field):
        decide(build_system("location-gaussian", 2, 1), **arguments)


def test_systems_about_which_nothing_can_be_asked_are_refused():
    with pytest.raises(InputError, match="at least one equation"):
        decide(own_system("wx", "w", "x", []))
    floats = PolynomialSystem(("x",), (), ("x",), (1,), {(1,): {((0, 1),): 0.5}})
    with pytest.raises(InputError, match="floats are refused"):
        decide(floats)
    with pytest.raises(InputError, match="unknowns"):
        decide(PolynomialSystem(("x",), (), ("y",), (1,), {(1,): {((0, 1),): Fraction(1)}}))
    with pytest.raises(InputError, match="PolynomialSystem"):
        decide("softmax-gaussian")


def test_an_ansatz_proves_nothing_by_unsat():
    verdict = decide(build_system("location-scale-gaussian", 3, 6), "smt", ansatz="symmetric", timeout=30)
    assert (verdict.status, verdict.evidence) == (UNDECIDED, None)
    assert verdict.statistics["under_ansatz"] == "unsat"
    system = build_system("location-scale-gaussian", 4, 7)
    verdict = decide(system, "smt", ansatz="symmetric", timeout=60)
    assert (verdict.status, verdict.evidence) == (SOLVABLE, PROVED)
    assert_sound(verdict, system)


def test_z3_missing_is_said(monkeypatch):
    monkeypatch.setattr("polysolv.decisions.smt.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'polysolv\[smt\]'"):
        decide(build_system("location-gaussian", 2, 1), "smt")
    verdicts = decide_all(build_system("location-gaussian", 2, 2), 20, engine="sympy")
    assert next(v for v in verdicts if v.method == "smt").status == UNDECIDED


@pytest.mark.usefixtures("path_tracker")
def test_homotopy_is_one_of_the_methods():
    verdict = decide(build_system("location-scale-gaussian", 2, 4), "homotopy", 60)
    assert "homotopy" in methods()
    assert (verdict.status, verdict.evidence) == ("UNSOLVABLE", "NUMERIC")
