"""Families of one's own: by text, by file, with assumptions; what they give and what is refused."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from polysolv import Family, InputError, PolynomialSystem, build_system, exponents, families, order, rate

SOFTMAX = {
    "name": "softmax-by-hand",
    "log_symbol": "beta1*x + a*x*y + b*y + sigma*y**2/2",
    "parameters": ["beta1", "a", "b", "sigma"],
    "covariates": ["x"],
    "duals": ["y"],
}


def _toml(data):
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in data.items())


@pytest.fixture(params=["family.toml", "family.json"])
def softmax_file(request, tmp_path):
    path = tmp_path / request.param
    path.write_text(json.dumps(SOFTMAX) if request.param.endswith("json") else _toml(SOFTMAX))
    return path


def test_the_softmax_family_by_file_is_the_built_in_one(softmax_file):
    mine, shipped = Family.from_file(str(softmax_file)), families.get("softmax-gaussian")
    assert mine.log_symbol == shipped.log_symbol
    assert (mine.dimension, mine.components) == (shipped.dimension, shipped.components)
    assert (mine.nontrivial, mine.gate_components) == (shipped.nontrivial, shipped.gate_components)
    assert [str(r) for r in mine.interaction()] == [str(r) for r in shipped.interaction()]
    assert build_system(mine, 3, 5).equations == build_system(shipped, 3, 5).equations
    assert [int(order(mine, m)) for m in (1, 2, 3, 7)] == [int(order(shipped, m)) for m in (1, 2, 3, 7)]
    for m in (2, 3, 6):
        ours = {n: (b.lower, b.upper) for n, b in exponents(mine, m).items()}
        assert ours == {n: (b.lower, b.upper) for n, b in exponents(shipped, m).items()}
    for cell, other in zip(rate(3, mine).cells, rate(3, shipped).cells, strict=True):
        assert (cell.size, cell.order) == (other.size, other.order)
        for name, rates in cell.parameters.items():
            assert rates.refined == other.parameters[name].refined
            assert rates.published is None


def test_the_example_of_the_issue():
    family = Family.from_log_symbol(
        "my-family",
        "db*y + da*x*y + dsigma*y**2/2",
        parameters=["db", "da", "dsigma"],
        covariates=["x"],
        duals=["y"],
    )
    found = exponents(family, 3)
    assert {n: (b.lower, b.upper, b.proved) for n, b in found.items()} == {
        "db": (6, 6, True),
        "da": (2, 2, True),
        "dsigma": (3, 3, True),
    }
    assert all(isinstance(b.lower, Fraction) and b.trace for b in found.values())


def test_assumptions_on_true_values():
    text, names = "(a + c_star*b)*y + (s + a_star*b)*y^2/2 + b*x*y", ["a", "b", "s"]
    family = Family.from_log_symbol("f", text, names, ["x"], assumptions=["a_star != 0", "c_star = 0"])
    assert family.log_symbol.constants == ("a_star",)
    assert family.assumptions == ("a_star != 0", "c_star = 0")
    assert str(family.log_symbol) == "a*y + b*x*y + 1/2*a_star*b*y^2 + 1/2*s*y^2"
    fixed = family.at(a_star=Fraction(2, 3))
    assert fixed.log_symbol.constants == ()
    assert fixed.assumptions == ("c_star = 0", "a_star = 2/3")
    assert len(build_system(fixed, 2, 3)) > 0
    with pytest.raises(InputError, match="a_star"):
        build_system(family, 2, 3)
    with pytest.raises(InputError, match="^at.a_star: 0 "):
        family.at(a_star=0)
    with pytest.raises(InputError, match="^at: 'b_star'"):
        family.at(b_star=1)
    half = Family.from_log_symbol("f", text, names, ["x"], assumptions=["a_star = 1/2", "c_star = 0"])
    assert half.log_symbol == family.at(a_star=Fraction(1, 2)).log_symbol


def test_exponents_do_not_depend_on_a_value_that_is_only_assumed_non_zero():
    family = families.get("gaussian-gated")
    symbolic = {n: (b.lower, b.upper) for n, b in exponents(family, 2).items()}
    for a, c in [(1, 1), (-2, Fraction(1, 3))]:
        fixed = exponents(family.at(a_star=a, c_star=c), 2)
        assert {n: (b.lower, b.upper) for n, b in fixed.items()} == symbolic


def test_a_log_symbol_that_is_not_linear_makes_a_graded_system():
    family = Family.from_log_symbol("f", "(b + a*c)*y + c*x + a*x^2", ["a", "b", "c"], ["x"])
    system = build_system(family, 2, 4)
    assert len(system) > 0
    for polynomial in system.equations.values():
        assert len({sum(system.grading[i] * e for i, e in monomial) for monomial in polynomial}) == 1
    weights = (Fraction(1, 3), Fraction(2, 3))
    atoms = [{"a": 1, "b": Fraction(1, 2), "c": -1}, {"a": 2, "b": 0, "c": 3}]
    values = dict(zip(system.weights, weights, strict=True))
    values |= {f"{n}_{i}": v for i, atom in enumerate(atoms, start=1) for n, v in atom.items()}
    assert system.evaluate(weights, atoms) == system.substitute(values)


def test_a_system_of_ones_own_family_is_read_back():
    family = Family.from_log_symbol("mine", "-2*b*y + a*x*y/3 + s*y^2 + a*b*y^2", ["a", "b", "s"], ["x"])
    system = build_system(family, 2, 3)
    again = PolynomialSystem.from_json(system.to_json())
    assert again.equations == system.equations
    assert again.family.log_symbol == family.log_symbol


BAD = [
    ({"log_symbol": "1 + a*y"}, "K\\(0\\) = 0"),
    ({"log_symbol": "x*y + a*y"}, "K\\(0\\) = 0"),
    ({"log_symbol": "0.5*a*y"}, "floats"),
    ({"log_symbol": "zeta*y + a*y"}, "zeta"),
    ({"log_symbol": "a*y/x"}, "division"),
    ({"log_symbol": "exp(a*y)"}, "no calls"),
    ({"log_symbol": "(" * 10_000 + "a*y" + ")" * 10_000}, "nested"),
    ({"log_symbol": "0"}, "stands in no term"),
    ({"log_symbol": "a*x"}, "dual variable"),
    ({"log_symbol": "a*y", "parameters": ["a", "b"]}, "'b'"),
    ({"log_symbol": "(a + b)*y", "parameters": ["a", "b"]}, "tells apart"),
    ({"log_symbol": 3}, "a string"),
    ({"parameters": "a"}, "parameters: 'a'"),
    ({"parameters": []}, "parameters"),
    ({"parameters": ["a", "a"]}, "different"),
    ({"parameters": ["a b"]}, "different names"),
    ({"parameters": ["y"]}, "differ from those"),
    ({"duals": []}, "duals"),
    ({"covariates": ["y"]}, "differ"),
    ({"assumptions": ["c != 0", "c = 0"]}, "no contradiction"),
    ({"assumptions": ["c = 0", "c != 0"]}, "no contradiction"),
    ({"assumptions": ["c = 1", "c = 2"]}, "no contradiction"),
    ({"assumptions": ["c != 3"]}, "only zero"),
    ({"assumptions": ["c > 0"]}, "assumptions"),
    ({"assumptions": ["c = 1/0"]}, "assumptions"),
    ({"assumptions": "c = 0"}, "assumptions"),
    ({"name": ""}, "name"),
    ({"name": "two\nlines"}, "name"),
    ({"title": 3}, "title"),
]


@pytest.mark.parametrize(("change", "hint"), BAD)
def test_bad_input_is_one_clear_line(change, hint):
    good = {"name": "f", "log_symbol": "a*y", "parameters": ["a"], "covariates": ["x"]}
    with pytest.raises(InputError, match=hint) as caught:
        Family.from_log_symbol(**{**good, **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("f.toml", "name = ", "TOML"),
        ("f.toml", 'name = "f"\nlog_symbol = "a*y"', "parameters"),
        ("f.toml", 'name = "f"\nlog_symbol = "a*y"\nparameters = ["a"]\ncolour = "red"', "colour"),
        ("f.json", "[1]", "object"),
        ("f.json", '{"name": "f"', "JSON"),
        ("f.json", '{"name": 0.5}', "exact"),
        ("f.toml", "x = " + "[" * 50_000, "nesting|TOML"),
        ("f.json", "[" * 200_000, "nest"),
    ],
)
def test_bad_files(tmp_path, name, content, hint):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError, match=hint) as caught:
        Family.from_file(str(path))
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="can be read"):
        Family.from_file(str(tmp_path / "absent.toml"))
    with pytest.raises(InputError, match="can be read"):
        Family.from_file(str(tmp_path))
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        Family.from_file(str(binary))


@pytest.mark.parametrize("m", [-1, 0, 401, 2.0, None])
def test_wrong_cell_sizes(m):
    with pytest.raises(InputError, match="^m: "):
        exponents("softmax-gaussian", m)


def test_a_log_symbol_too_large_for_the_prover_is_refused():
    large = Family.from_log_symbol("f", "(a + b*x + c*y)^16*y", ["a", "b", "c"], ["x"])
    with pytest.raises(InputError, match="^log_symbol: .* at most 120 monomials"):
        exponents(large, 2)
