from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import GenericSystem, InputError, build_system
from polysolv.systems.generic_system import generic
from polysolv.systems.readers import read_text, recognise
from polysolv.systems.readers.expression import Names, parse_expression

CIRCLE = GenericSystem(
    ("x", "y"),
    (
        {((0, 2),): Fraction(1), ((1, 2),): Fraction(1), (): Fraction(-11, 10)},
        {((0, 1), (1, 1)): Fraction(2), (): Fraction(-1, 2)},
    ),
)
TEXTS = {
    "phcpack": "2\n x**2 + y^2 - 1.1;\n x*y + y*x - 5.0e-1;\n",
    "phcpack 2": "2 2\n(x + y)*(x + y)\n - 2*x*y - 11/10;\n 2*x*y - 1/2;\n\nTITLE : x\n",
    "bertini": "CONFIG\n TrackType: 0;\nEND;\nINPUT\n% comment\nvariable_group x,y;\nfunction f, g;\nconstant c;\n"
    "c = 1.1;\ns = x^2 + y^2;\nf = s - c;\ng = 2*x*y - 0.5;\nEND;\n",
    "bertini without sections": "variable_group x, y;\nfunction f1,f2;\nf1 = x^2+y^2-1.1;\nf2 = 2*x*y-1/2;\n",
    "julia": "using HomotopyContinuation\n@var x y # unknowns\nf = x^2 + y^2 - 1.1\ng = 2x*y - 1//2\n"
    "F = System([f, g]; variables = [x, y])\nresult = solve(F)\n",
    "julia array": "@var x, y\nF = [x^2 + y^2 -\n 1.1\n 2x*y - 1//2]\n",
    "julia solve": "@var x y\nsolve([x^2 + y^2 - 1.1, 2(x)*(y) - 1//2])",
    "json": '{"unknowns": ["x", "y"], "equations": ["x^2 + y^2 - 1.1", "2*x*y = 1/2"]}',
    "plain": "# circle\nx^2 + y^2 = 1.1\n2*x*y - 1/2 = 0\n",
    "plain semicolons": "x^2 + y^2 - 1.1; 2*x*y - 1/2;",
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_format_is_recognised_from_its_content(name: str) -> None:
    assert recognise(TEXTS[name]) == name.split()[0]
    assert read_text(TEXTS[name]) == CIRCLE
    assert read_text(("\ufeff" + TEXTS[name].replace("\n", "\r\n")).encode()) == CIRCLE


def test_decimals_are_exact() -> None:
    for text, value in (("1.1", "11/10"), ("1e-3", "1/1000"), (".5", "1/2"), ("2.", "2"), ("1.25E+2", "125")):
        assert parse_expression(text, Names(), "f") == {(): Fraction(value)}


def test_repeated_monomials_parentheses_and_signs() -> None:
    names = Names(["x", "y"])
    assert parse_expression("x*y - y*x", names, "f") == {}
    assert parse_expression("-(x - y)^2 + x**2", names, "f") == parse_expression("2*x*y - y*y", names, "f")
    assert parse_expression("- -x + +y", names, "f") == parse_expression("x+y", names, "f")
    assert parse_expression("x^(2)/4", names, "f") == {((0, 2),): Fraction(1, 4)}
    assert parse_expression("2*-3*x", names, "f") == {((0, 1),): Fraction(-6)}


@pytest.mark.parametrize("style", ["phcpack", "bertini", "homotopycontinuation", "json"])
@pytest.mark.parametrize(("m", "degree"), [(2, 4), (3, 5)])
def test_our_own_exports_are_read_back(style: str, m: int, degree: int) -> None:
    system = build_system("softmax-gaussian", m=m, degree=degree)
    read = read_text(system.export(style))
    wanted = generic(system)
    assert set(read.unknowns) == set(wanted.unknowns)
    place = [wanted.unknowns.index(name) for name in read.unknowns]
    moved = tuple(
        {tuple(sorted((place[i], e) for i, e in monomial)): c for monomial, c in polynomial.items()}
        for polynomial in read.equations
    )
    assert moved == tuple(dict(p) for p in wanted.equations)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("2\nx - 1;\n", "polynomials"),
        ("1\nx + y;\n", "unknowns"),
        ("2 3\nx + y;\nx - y;\n", "unknowns"),
        ("x + $", "allowed"),
        ("x + ", "end of the expression"),
        ("(x + 1", "parenthesis"),
        ("x^-1 = 0", "exponent"),
        ("x^1.5", "exponent"),
        ("x^99999", "exponent"),
        ("1/x", "division by a polynomial"),
        ("1/0*x", "division by zero"),
        ("x 2", "2"),
        ("x = y = z", "equals"),
        ("2*I*x", "imaginary"),
        ("(x+y+z+u+v+w)^400", "too large"),
        ("(" * 300 + "x" + ")" * 300, "nesting"),
        ("1e99999*x", "digits"),
        ("variable_group x;\nfunction f;\n", "defined"),
        ("hom_variable_group x,y;\nfunction f;\nf=x+1;\n", "homogeneous"),
        ("variable_group x;\nparameter p;\nfunction f;\nf=x;\n", "parameter"),
        ("variable_group x;\nfunction f;\nf=x+y;\n", "unknowns"),
        ("@var x\nF = System([x + y])", "y"),
        ("@var x\nfor i in 1:3", "statement"),
        ("@var x\n", "System"),
        ("@var x y\nF = System([x+y, x]; variables=[x])", "variables"),
        ('{"unknowns": ["x"], "equations": [1.5]}', "1.5"),
        ('{"unknowns": ["x"]}', "equations"),
        ('{"unknowns": ["x"], "equations": ["x"], "more": 1}', "more"),
        ('{"unknowns": [], "equations": ["1"]}', "unknown"),
        ("[1, 2", "JSON"),
    ],
)
def test_bad_text_is_named_in_one_line(text: str, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        read_text(text)
    assert "\n" not in str(caught.value)


def test_nothing_is_evaluated() -> None:
    for text in ("__import__('os')", "x.__class__", "exec(x)", "lambda: 1"):
        with pytest.raises(InputError):
            GenericSystem.parse([text, "y - 1"]) if "exec" not in text else read_text("@var y\n" + text)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(InputError, match="UTF-8"):
        read_text(b"\xff\xfe\x00")


coefficient = st.fractions(min_value=-100, max_value=100, max_denominator=50).filter(bool)
monomial = st.lists(st.integers(0, 4), min_size=3, max_size=3).map(
    lambda e: tuple((i, k) for i, k in enumerate(e) if k)
)


@settings(max_examples=60)
@given(st.lists(st.dictionaries(monomial, coefficient, min_size=1, max_size=5), min_size=1, max_size=3))
def test_printed_systems_are_read_back(equations: list[dict[tuple[tuple[int, int], ...], Fraction]]) -> None:
    names = ("u", "v_1", "w2")
    texts = [
        " + ".join(f"({c})" + "".join(f"*{names[i]}^{e}" for i, e in m) for m, c in equation.items())
        for equation in equations
    ]
    assert GenericSystem.parse(texts, names) == GenericSystem(names, tuple(equations))
