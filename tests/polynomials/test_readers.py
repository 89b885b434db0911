from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import GenericSystem, InputError, SolveResult, build_system
from polysolv.polynomials.expression import Names, parse_expression
from polysolv.polynomials.generic_system import generic
from polysolv.polynomials.readers import read_text as read_plain
from polysolv.polynomials.readers import recognise


def read_text(text):
    return GenericSystem(*read_plain(text))


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
    "phcpack title": "2  circle and hyperbola\n x^2 + y^2\n - 1.1;\n 2*x*y - 0.5E+00;\n\nTITLE : @var, System(\n",
    "phcpack glued comment": "2% as in Bertini\n x^2 + y^2 - 1.1;\n 2*x*y - 1/2;\n",
    "phcpack comment": "  2  2 -- as PHCpack reads it\n x^2 + y^2 - 1.1;\n 2*x*y - 5.0e-0001;\n",
    "bertini lenient": "CONFIG\nMPType: 2; % not the END;\nEND\nINPUT\nvariable\tx,\n y;\nfunction f;\nfunction g;\n"
    "subfunction s;\ns = x^2 + y^2;\nf = s\n - 1.1;\ng = 2*x*y - .5;\nEND",
    "julia comments": "#= @polyvar z\n =#\nusing HomotopyContinuation # INPUT\n@var x, y, unused[1:2]\nconst c = 1.1\n"
    "f = x^2 +\n  y^2 - c\nF = System(\n [f # the circle\n, 2x*y\n - 1//2,\n])\np = [1, 2]\n"
    'result = @time solve(F; seed = UInt32(7))\nprintln("# solutions: ", nsolutions(result))\n',
    "julia bare": "F = System([x^2 + y^2 - 1.1; 2x*y - 1//2])",
    "julia list": "[x^2 + y^2 - 1.1,\n 2*x*y - 1/2]",
    "julia packages": 'import Pkg; Pkg.add("HomotopyContinuation")\n@var x y\nsolve([x^2 + y^2 - 1.1, 2x*y - 0.5])',
    "json list": '["x^2 + y^2 = 1.1", "2*x*y - 1/2"]',
    "singular": "// two\nring R = 0,(x,y),dp;\npoly f = x2+y2;\nideal I =\nf-11/10,\n2*x*y-1/2;\nstd(I);\n",
    "macaulay2": "-- two\nR = QQ[x,y];\nf = x^2+y^2\nI = ideal(\nf-11/10,\n2*x*y-1/2);\n",
    "macaulay2 list": "R = QQ[x,y];\nF = {x^2+y^2-1.1, 2*x*y-1/2};\n",
    "macaulay2 complex": "CC[x,y]\nI = ideal(x^2+y^2-11/10, 2*x*y-1/2)\n",
    "macaulay2 field": "k = QQ; R = k[x..y]; I = ideal(x^2+y^2-11/10,2*x*y-1/2)",
    "macaulay2 solved": 'needsPackage "NumericalAlgebraicGeometry"\nR = CC_53[x,y]\nF = {x^2+y^2-1.1, 2*x*y-1/2}\n'
    "G = {x}\nsols = solveSystem F\n",
    "macaulay2 generators": "R = QQ[x,y]\nF = {x^2+y^2-1.1, 2*x*y-1/2}\nI = ideal F\nG = {x}\nsolveSystem I_*\n",
    "msolve": "x, y\n0\nx^2+y^2-11/10,\n2*x*y-1/2\n",
    "sympy": "from sympy import Rational, symbols\nx, y = symbols('x y')\nc = Rational(11, 10)\n"
    "F = [x**2 + y**2 - c, 2*x*y - Rational(1, 2)]\n",
    "latex": "\\begin{align*}\nf_{(1)} &= {x}^2 + {y}^{2} - \\tfrac{11}{10} = 0 \\\\\n"
    "f_{(2)} &= 2 {x} {y} \\\\\n&\\quad - \\tfrac{1}{2} = 0\n\\end{align*}\n",
    "text": "2 equations, 2 unknowns\n\nf[1] = x^2 + y^2 - 11/10\nf[2] = 2*x*y - 1/2\n",
    "plain broken lines": "x^2\n + y^2 - 1.1;\n2*x\n*y - 1/2;\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_format_is_recognised_from_its_content(name: str) -> None:
    assert recognise(TEXTS[name]) == name.split()[0]
    assert read_text(TEXTS[name]) == CIRCLE
    assert read_text(("\ufeff" + TEXTS[name].replace("\n", "\r\n")).encode()) == CIRCLE


@pytest.mark.parametrize(
    "text", ["x,y\n0\nx^2-1\ny^2-1", "x,y\n0\nx^2-y\n(x-1)*y", "R = QQ[x,y]\nI = ideal(x^2-y^2\n x*y-1)"]
)
def test_a_forgotten_separator_is_no_product(text: str) -> None:
    with pytest.raises(InputError, match="separator"):
        read_text(text)


def test_a_constant_equation_in_i_says_what_i_is() -> None:
    with pytest.raises(InputError, match="equation 1.*i is the imaginary unit"):
        read_text("i^2 = 4\ni*j = 2")
    assert read_text("j^2 = -4\nx = 2*i*j").unknowns == ("j", "x")


def test_decimals_are_exact() -> None:
    for text, value in (("1.1", "11/10"), ("1e-3", "1/1000"), (".5", "1/2"), ("2.", "2"), ("1.25E+2", "125")):
        assert parse_expression(text, Names(), "f") == {(): Fraction(value)}


@pytest.mark.parametrize(
    ("options", "order"),
    [
        ("; variables = [y, x[1], x[2]]", ("y", "x[1]", "x[2]")),
        (", variables=[x; y]", ("x[1]", "x[2]", "y")),
        (", [y, x...]", ("y", "x[1]", "x[2]")),
        ("; variables = vcat(y, x), compile = false", ("y", "x[1]", "x[2]")),
        ("", ("x[1]", "x[2]", "y")),
    ],
)
def test_the_order_of_unknowns_in_julia(options: str, order: tuple[str, ...]) -> None:
    system = read_text(f"@polyvar x[1:2] y z\nf = x[1]^2 - y\nF = System([f, x[2], y - 4]{options})")
    assert system.unknowns == order
    assert system.evaluate([{"y": 4, "x[1]": 2, "x[2]": 0}[name] for name in order]) == [0, 0, 0]


def test_what_julia_solves_is_what_is_read() -> None:
    text = "@var x y\nF = System([x - 1, y])\nG = System([x - 2, y])\nH = [G; x + y]\n"
    assert read_text(text).equations[0][()] == -2
    assert read_text(text + "solve(F)").equations[0][()] == -1
    assert len(read_text(text + "solve(H)").equations) == 3


def test_names_that_mean_something_elsewhere() -> None:
    for name in ("e", "E", "pi", "lambda", "import", "function", "INPUT", "System", "λ"):
        for text in (
            f"1\n{name} - 2e1;",
            f"{name} - 20",
            f'{{"unknowns": ["{name}"], "equations": ["{name}-20"]}}',
        ):
            assert read_text(text).unknowns == (name,)
    for name in ("i", "I", "im"):
        assert read_text(f"@var {name}\n[{name} - 1]").unknowns == (name,)


def test_the_system_of_a_saved_result_is_read() -> None:
    result = SolveResult(CIRCLE, (), "none", 0)
    assert read_text(result.to_json()) == CIRCLE
    data = json.loads(result.to_json()) | {"certification": {"seconds": 0.5}}
    assert read_text(json.dumps(data)) == CIRCLE
    for change, word in (
        ({"equations": [[["1", [[2, 1]]]]]}, "0 to 1"),
        ({"equations": [[["0.5", []]]]}, "rational"),
        ({"equations": [[["1", [[0, 1], [0, 1]]]]]}, "once"),
        ({"equations": [["1"]]}, "terms"),
        ({"equations": 5}, "list"),
        ({"unknowns": ["x", "y + 1"]}, "names"),
    ):
        with pytest.raises(InputError, match=word):
            read_text(json.dumps(data | change))
    with pytest.raises(InputError, match="complete, valid JSON"):
        read_text(result.to_json()[:-9])


def test_long_input_takes_no_quadratic_time_and_no_stack() -> None:
    assert read_text("x*" + "-" * 100_000 + "x").equations[0] == {((0, 2),): Fraction(1)}
    assert len(read_text("+".join(f"{k}*x^{k}" for k in range(1, 9000))).equations[0]) == 8999


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
        ("1\n(x + y)^-1;", "negative powers"),
        ("variable_group x;\nparameter p;\nfunction f;\nf=x-p;\n", "parameters"),
        ("ring R = 5,(x),dp;\nideal I = x;", "ring over Q"),
        ("x\n101\nx-1\n", "rational"),
        ("R = ZZ/7[x]; I = ideal(x);", "QQ"),
        ("(x+y+z+u+v+w)^400", "too large"),
        ("(x+1)^10000", "too large"),
        pytest.param("*".join(["(x+y)"] * 3000), "too large", marks=pytest.mark.slow),
        ("x^1000000", "exponent"),
        ("((x^100)^100)^100", "exponent"),
        ("x^10000*x", "exponent"),
        ("x^2^3", "parentheses"),
        ("((7^4000)^4000)^4000*x", "digits"),
        ("*".join(["10^4000"] * 50) + "*x", "digits"),
        ("7" * 5000 + "*x", "digits"),
        ("1_000*x", "numbers"),
        ("x²", "powers"),
        ("sin(x)", "sin"),
        ("1\nsqrt(2)*x;", "sqrt"),
        ("2\n x - 1;\n y - 1", "polynomials"),
        ("(" * 300 + "x" + ")" * 300, "nesting"),
        ("1e99999*x", "digits"),
        ("variable_group x;\nfunction f;\n", "defined"),
        ("hom_variable_group x,y;\nfunction f;\nf=x+1;\n", "homogeneous"),
        ("variable_group x;\nfunction f;\nf=x-1;\nf=x-2;\n", "one definition"),
        ("variable_group x,,y;\nfunction f;\nf=x;\n", "names"),
        ("variable_group 2x;\nfunction f;\nf=x;\n", "names"),
        ("variable x;\nf=x;\n", "function"),
        ("CONFIG\nINPUT\nvariable_group x;\nfunction f;\nf=x;\nEND;", "END"),
        ("variable_group x;\nparameter p;\nfunction f;\nf=x;\n", "parameter"),
        ("variable_group x;\nfunction f;\nf=x+y;\n", "unknowns"),
        ("@var x\nF = System([x + y])", "y"),
        ("@var x\nfor i in 1:3", "statement"),
        ("@var x\n", "System"),
        ("@var x y\nF = System([x+y, x]; variables=[x])", "variables"),
        ("@var x y\nF = System([x+y, x]; variables=[x, w])", "w"),
        ("@var x y\nF = System([x+y, x]; variables=[x, y], parameters=[y])", "parameters"),
        ("@var x y\nsolve([x+y, x], [[1, 2]])", "solve"),
        ("@var x\nF = System([1/2x - 1])", "2x"),
        ("@var x y\nF = System([x^2y, y])", "2y"),
        ("@var x y\nF = System([x - 1 y - 1])", "operator"),
        ("@var x[1:3:2]\n[x[1]]", "ranges"),
        ("@var x[1:100000]\n[x[1]]", "10000"),
        ("@var x\nF = System([x - 1)", "brackets"),
        ("f = x\n@var x\nF = System([f])", "declared"),
        ("@var x\nF = System(x .^ 2 .- 1)", "System"),
        ('{"unknowns": ["x + 1"], "equations": ["x"]}', "names"),
        ('{"schema": "polysolv/rate/1"}', "polysolv/system/1"),
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
    assert len(str(caught.value)) < 300


def test_nothing_is_evaluated() -> None:
    for text in ("__import__('os')", "x.__class__", "exec(x)", "lambda: 1"):
        with pytest.raises(InputError):
            GenericSystem.parse([text, "y - 1"]) if "exec" not in text else read_text("@var y\n" + text)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(InputError, match="UTF-8"):
        read_text(b"\xff\xfe\x00")


JUNK = [
    "(",
    ")",
    "[",
    "]",
    "{",
    ";",
    ",",
    "\n",
    "=",
    "^",
    "*",
    "/",
    "-",
    "9",
    "e",
    "i",
    "@var ",
    "System(",
    "solve(",
]
JUNK += [
    "ring r = ",
    "ideal",
    "Add(",
    "symbols('",
    "\\begin{align*}",
    "\\mathrm{",
    "R = QQ[",
    "wanted: real",
    "renamed: x for y",
    "END;",
    "INPUT",
    "CONFIG",
    "function ",
    "hom_variable_group ",
    "%",
    "#",
    "#=",
    '"',
    "\0",
    "²",
    "1e999",
    "...",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(TEXTS.values())), st.data())
def test_a_damaged_text_is_read_or_refused_in_one_line(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 8))
        text = text[:place] + data.draw(st.sampled_from(["", *JUNK])) + text[place + cut :]
    message = ""
    try:
        read_text(text)
    except InputError as error:
        message = str(error)
    assert "\n" not in message
    assert len(message) < 300


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
