"""``--relation`` and ``--levels`` in every command that takes a family, and what makes no sense there."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

import polysolv
from polysolv import build_system, families


def test_levels_are_short_for_a_relation(run):
    for given in (["--levels", "x=0,1"], ["--relation", "x^2 = x"], ["--relation", "x^2 - x"]):
        code, out, err = run("rate", "--k-excess", 1, "--format", "json", *given)
        assert (code, err) == (0, "")
        cell = json.loads(out)["cells"][1]
        assert [p["status"] for p in cell["parameters"]] == ["not identifiable", *["proved"] * 3]


@pytest.mark.parametrize("command", ["rate", "table", "explain"])
def test_two_other_levels_give_the_same(run, command):
    code, out, _ = run(command, "--levels", "x=-1.5,7/3", "--format", "json")
    assert code == 0
    assert "not identifiable" in out


def test_plan_takes_them(run):
    code, out, _ = run("plan", "--target-error", "0.1", "--n", 100, "--levels", "x=0,1", "--format", "csv")
    assert code == 0
    assert "beta1,refined,,not identifiable,,,inf" in out


def test_dependent_columns_are_a_polynomial_family(run):
    code, out, _ = run("rate", "--dim", 2, "--relation", "x2 = x1^2", "--k-excess", 1, "--format", "json")
    assert code == 0
    by_name = {p["name"]: p for p in json.loads(out)["cells"][1]["parameters"]}
    expected = {n: b.lower for n, b in polysolv.exponents("softmax-polynomial-2-1", 2).items()}
    assert by_name["beta1"]["refined"]["exponent"] == str(expected["g_1"])
    assert by_name["b"]["refined"]["exponent"] == str(expected["b"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("order", "--m", 2), "free ring"),
        (("order", "--m", 2, "--method", "search"), "free ring"),
        (("certify", "--m", 2), "free ring"),
        (("certify", "--m", 2, "--degree", 3), "free ring"),
        (("certify", "--m", 2, "--all-kinds"), "free ring"),
        (("system", "--m", 2), "homogeneous"),
        (("decide", "--m", 2), "homogeneous"),
        (("system", "{saved}"), "leave them out"),
        (("decide", "{saved}"), "leave them out"),
    ],
)
def test_what_makes_no_sense_modulo_relations(run, tmp_path, arguments, said):
    saved = tmp_path / "s.json"
    saved.write_text(build_system("location-gaussian", 2, 2).to_json())
    before = sorted(tmp_path.iterdir())
    arguments = [str(a).format(saved=saved) for a in arguments]
    code, out, err = run(*arguments, "--relation", "x^2 - x", "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", ["rate", "table", "explain", "system", "order", "certify", "decide"])
@pytest.mark.parametrize(
    "relation", ["z^2 - z", "0.5*x", "1", "x^2 + 1", "x =", "y", "beta1 - x", "x^2 = x = 1"]
)
def test_bad_relations(run, tmp_path, command, relation):
    needed = ["--m", "2"] if command == "certify" else []
    code, out, err = run(command, *needed, "--relation", relation, "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("levels", ["x", "x=", "x=0,zero", "x=0;1", "z=0,1", "=0,1", "x=1/0"])
def test_bad_levels(run, levels):
    code, out, err = run("rate", "--levels", levels)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "d", "relations"),
    [
        ("softmax-gaussian", 1, ["y^2"]),
        ("softmax-gaussian", 2, ["x1*x2"]),
        ("multivariate-gaussian", 2, ["y1^2 + y2^2"]),
        ("softmax-gaussian", 2, ["x2 = 2*x1"]),
    ],
)
def test_the_system_modulo_a_homogeneous_ideal(name, d, relations):
    """P at a normal monomial: the functional dual to it, applied to the coefficients of the free system."""
    family = families.get(name, d)
    degree, m = 3, 2
    free, found = build_system(family, m, degree), build_system(family.observed_modulo(relations), m, degree)
    point = [Fraction(3 + 7 * i % 11, 1 + i % 3) for i in range(len(free.unknowns))]
    assert found.unknowns == free.unknowns
    values = {index: _at(p, point) for index, p in free.equations.items()}
    # Evaluate Σ P_ℓ v^ℓ on points of the ideal's zero set, by both systems.
    zeros = {
        "y^2": None,
        "x1*x2": [(2, 0, 3), (0, -1, 2), (0, 5, -1)],
        "y1^2 + y2^2": [(1, 1j), (2, -2j)],
        "x2 = 2*x1": [(1, 2, 1), (-2, -4, 3)],
    }[relations[0]]
    if zeros is None:
        assert {index: _at(p, point) for index, p in found.equations.items()} == {
            index: v for index, v in values.items() if index[1] < 2
        }
        return
    for zero in zeros:
        kept = zero if len(next(iter(found))) == len(zero) else [zero[0], zero[2]]
        assert _sum(values, zero) == _sum({i: _at(p, point) for i, p in found.equations.items()}, kept)
    assert len(found) < len(free)


def _at(polynomial, point):
    total = Fraction(0)
    for monomial, coefficient in polynomial.items():
        for i, e in monomial:
            coefficient *= point[i] ** e
        total += coefficient
    return total


def _sum(values, zero):
    """Return the real and imaginary part of Σ values[ℓ] zero^ℓ, exactly; zero holds small Gaussian integers."""
    total = [Fraction(0), Fraction(0)]
    for index, value in values.items():
        factor = complex(1)
        for z, e in zip(zero, index, strict=True):
            factor *= complex(z) ** e if e else 1
        total[0] += value * round(factor.real)
        total[1] += value * round(factor.imag)
    return total
