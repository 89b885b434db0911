"""What an export writes is read back to an equal system, whatever the names, numbers and coefficients."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from awkward_systems import NAMES, awkward_system
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import GenericSystem, InputError, build_system
from polysolv.polynomials.exports import FORMATS, export
from polysolv.polynomials.exports.labelled_system import labelled
from polysolv.polynomials.gaussian_rational import gaussian
from polysolv.polynomials.readers import recognise
from polysolv.systems.any_system import export_any, read_any, read_for_export, read_question

READ_AS = {"homotopycontinuation": "julia"}
OWN = GenericSystem.parse(["eta^2 - 2", "eta*E - 12345678901234567890123", "E = i + 1"], ["eta", "E", "i"])


@pytest.mark.parametrize("style", FORMATS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), is_complex=st.booleans())
def test_each_format_is_read_back(style, seed, is_complex):
    system = awkward_system(seed, is_complex and style != "msolve")
    text = export(labelled(system), style)
    assert recognise(text) == READ_AS.get(style, style)
    read = GenericSystem.parse(text)
    assert read.equations == system.equations
    if style != "msolve":  # it has no comment that could say what x[1,2] was
        assert read == system


@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("second", FORMATS)
def test_formats_are_converted_into_each_other(first, second):
    text = export_any(read_for_export(export(labelled(OWN), first).encode()), second)
    assert GenericSystem.parse(text) == OWN


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize(
    "cell", [("softmax-gaussian", 2, 3, 2), ("location-scale-gaussian", 3, 4, 1)], ids=str
)
def test_the_export_of_a_cell_asks_the_same_question(style, cell):
    system = build_system(*cell)
    text = system.export(style).encode()
    weights, nontrivial = system.weights, system.nontrivial
    if style == "msolve":
        with pytest.raises(InputError, match="--positive"):
            read_question(text, positive=["v"])
        asked = read_question(text, weights, nontrivial)
        assert (asked.weights, asked.nontrivial, asked.family) == (weights, nontrivial, None)
        assert set(asked.unknowns) == set(system.unknowns)
    else:
        assert read_question(text) == system
        with pytest.raises(InputError, match="--nontrivial"):
            read_question(text, nontrivial=["w_1"])
    assert set(read_any(text).unknowns) == set(system.unknowns)


def test_a_changed_export_is_no_longer_that_of_the_cell():
    system = build_system("location-gaussian", 2, 2)
    text = system.export("singular").replace("1/2*w_1*mu_1^2", "1/3*w_1*mu_1^2").encode()
    asked = read_question(text)
    assert (asked.family, asked.weights) == (None, system.weights)
    assert asked.equations[(2,)] != system.equations[(2,)]


def test_complex_equations_are_asked_as_their_real_and_imaginary_parts():
    asked = read_question(b"(1 - 2*i)*x^2 + i*y = 3\nx*y = 1\n(2 + 4*i)*x", nontrivial=["y"])
    equations = [dict(p) for p in asked.equations.values()]
    assert equations == [
        {((0, 2),): 1, (): -3},
        {((0, 2),): -2, ((1, 1),): 1},
        {((0, 1), (1, 1)): 1, (): -1},
        {((0, 1),): 2},
        {((0, 1),): 4},
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1\n(1.5 - 2*i)*x - 1;\n", gaussian(Fraction(3, 2), -2)),
        ("1\n - (5.00000000000000E+00 + 0.00000000000000E+00*i)*x - 1;\n", gaussian(-5, 0)),
        ("1\n{complex; really}\n -I*x - {one} 1;\n", gaussian(0, -1)),
        ("variable_group x;\nfunction f;\nc = 2*I;\nf = (1/2 + c)*x - 1;\n", gaussian(Fraction(1, 2), 2)),
        ("@var x\n[(1//2 + 2im)*x - 1]", gaussian(Fraction(1, 2), 2)),
        ("@var x\nSystem([2.5im*x - 1])", gaussian(0, Fraction(5, 2))),
        ('{"equations": ["(1 + i)^2*x - 1"]}', gaussian(0, 2)),
        ('["x/(1 + I) = 1"]', gaussian(Fraction(1, 2), Fraction(-1, 2))),
        ("ring R = (0,a),(x),dp; minpoly = a^2+1; ideal I = (1-a)*x-1;", gaussian(1, -1)),
        ("K = toField(QQ[u]/(u^2+1))\nR = K[x]\nI = ideal(u*x - 1)", gaussian(0, 1)),
        ("R = CC[x]; I = ideal((2-ii)*x - 1)", gaussian(2, -1)),
        (
            "from sympy import *\nx = symbols('x')\neqs = [Rational(1, 3)*I*x - 1]",
            gaussian(0, Fraction(1, 3)),
        ),
        ("im*x = 1", gaussian(0, 1)),
    ],
)
def test_the_imaginary_unit_of_each_program(text, value):
    assert GenericSystem.parse(text) == GenericSystem(("x",), ({((0, 1),): value, (): Fraction(-1)},))


def test_a_declared_unknown_is_no_imaginary_unit():
    for text in (
        "@var im\n[im - 1]",
        "variable_group I;\nfunction f;\nf = I - 1;",
        '{"unknowns":["i"],"equations":["i-1"]}',
    ):
        assert GenericSystem.parse(text).is_real


@pytest.mark.parametrize(
    ("text", "equations"),
    [
        ("ring r = 0,(x,y,z(1..2)),lp; ideal i = x2y-3z(1), 2xy3+z(2);", ["x^2*y - 3*z_1", "2*x*y^3 + z_2"]),
        ("ring r = 0,(x,y,z_1,z_2),dp; poly f = x^2*y; ideal i = f-3*z_1, z_2-f;", ["x^2*y-3*z_1", "z_2-x^2*y"]),
        ("R = QQ[x,y,z_1..z_2, MonomialOrder => Lex]\nf = x*y\nI = ideal {f - z_1, f^2 -\n z_2}", ["x*y-z_1", "x^2*y^2-z_2"]),
        ("x, y\n0\nx^2 - y ,\nx - 1\n", ["x^2-y", "x-1"]),
        ("import sympy as sp\nx, y = sp.symbols('x, y')\nF = [x**2 - y, sp.Eq(x, 1)]\nsp.solve(F)", ["x^2-y", "x-1"]),
        ("2\n x^-1*y - 3*x**(-2) + x*x^-1;\n x + y;\n", ["x_inverse*y - 3*x_inverse^2 + 1", "x + y", "x*x_inverse - 1"]),
    ],
)  # fmt: skip
def test_what_others_write(text, equations):
    read = GenericSystem.parse(text)
    assert read == GenericSystem.parse(equations, read.unknowns)


@pytest.mark.parametrize("style", FORMATS)
def test_a_polynomial_between_two_brackets_that_do_not_match(style):
    """As Macaulay2's text ``ideal((1-i)*x + (2+i))``, whose inner brackets are not a pair."""
    number = gaussian(1, 0 if style == "msolve" else -1)
    system = GenericSystem(("x",), ({((0, 1),): number, (): number + 1},))
    assert GenericSystem.parse(export(labelled(system), style)) == system


@pytest.mark.parametrize("ideal", ["((1-u)*x+(2))", "{(1-u)*x+(2)}", "(1-u)*x+(2)"])
def test_brackets_around_an_ideal(ideal):
    text = f"K = toField(QQ[u]/(u^2+1))\nR = K[x]\nI = ideal {ideal}"
    assert GenericSystem.parse(text) == GenericSystem.parse("(1-i)*x + 2")


def test_laurent_systems_have_the_solutions_without_zeros():
    from polysolv import solve

    # y = 1/x and x^2 = 4, while clearing denominators alone would add x = y = 0.
    result = solve(GenericSystem.parse("2\n x^2*y^-1 - 4*y^-1;\n x - y^-1;\n"))
    assert sorted(round(p.solution[0].real, 9) for p in result.solutions) == [-2, 2]


def test_numbers_and_names_as_phcpack_reads_them():
    text = export(labelled(OWN), "phcpack")
    assert "1.2345678901234567890123E+22" in text
    assert "{renamed: v1 for eta, v2 for E, v3 for i}" in text
    assert not re.search(r"\d{19}", text.replace(".2345678901234567890123", ""))


@pytest.mark.parametrize("style", [style for style in FORMATS if style != "msolve"])
def test_a_number_is_never_raised_to_a_power(style):
    for seed in range(30):
        text = export(labelled(awkward_system(seed, is_complex=True)), style)
        body = "\n".join(
            line for line in text.splitlines() if "minpoly" not in line and "toField" not in line
        )
        assert not re.search(r"(?<![\w\]}])[0-9.]+\s*(?:\^|\*\*)", body)
        body = re.sub(r"_\([0-9,]+\)", "_1", body)  # Macaulay2's subscripts
        assert not re.search(r"\)\s*(?:\^|\*\*)", body)


def test_msolve_has_no_complex_numbers():
    with pytest.raises(InputError, match="msolve reads no others"):
        export(labelled(GenericSystem.parse(["i*x - 1"])), "msolve")


def test_three_unknowns_named_like_the_imaginary_unit():
    system = GenericSystem(("i", "I", "im"), ({((0, 1),): gaussian(0, 1), ((1, 1),): 1, ((2, 1),): 1},))
    with pytest.raises(InputError, match="at most two"):
        export(labelled(system), "json")
    assert GenericSystem.parse(export(labelled(system), "bertini")) == system


def test_no_name_is_written_where_it_is_reserved():
    """Rules of the programs, written down here anew."""
    reserved = {
        "phcpack": r"[iIeE].*",
        "bertini": r"i|I|e|E|Pi|f\d+|function|INPUT|sin|x\[.*",
        "macaulay2": r"Gamma|pi|ii|zeta|pi_1|zeta_2|is|of|.*\[.*|R|I|λ|x|a_b",
        "singular": r"i|I|R|std|ring|poly|short|echo|char_series|.*\[.*|λ",
        "sympy": r"lambda|Add|I|Rational|symbols|unknowns|True|.*\[.*",
        "homotopycontinuation": r"im|F|System|end|function|.*\[.*",
    }
    system = GenericSystem(tuple(NAMES), tuple({((k, 1),): Fraction(1)} for k in range(len(NAMES))))
    for style, pattern in reserved.items():
        text = export(labelled(system), style)
        renamed = dict(re.findall(r"(\S+) for (\S+?)(?:, |\}?$)", text.split("renamed: ")[1].split("\n")[0]))
        bad = {name for name in NAMES if re.fullmatch(pattern, name)}
        assert bad <= set(renamed.values())
        assert set(renamed).isdisjoint(NAMES)
        assert GenericSystem.parse(text) == system
