"""Every export is parsed back by an independent parser, and read by the real program where it is installed."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction

import pytest

from polysolv import InputError, build_system
from polysolv.groebner.programs import find_program
from polysolv.polynomials.exports import FORMATS
from polysolv.polynomials.exports.latex import latex_name
from polysolv.polynomials.exports.macaulay2 import macaulay2_names
from polysolv.polynomials.rendering import render

CASES = [("softmax-gaussian", 2, 4, 1), ("softmax-gaussian", 3, 3, 2), ("location-scale-gaussian", 3, 6, 1)]


@pytest.fixture(params=CASES, ids=str)
def system(request):
    name, m, degree, d = request.param
    return build_system(name, m, degree, d)


def _terms(text):
    """Parse a sum of products like ``1/2*w_1*b_1^2-3`` into {frozenset of (name, power): coefficient}."""
    text = "".join(text.replace("**", "^").replace("//", "/").split())
    pieces = re.findall(r"[+-]?[^+-]+", text)
    assert "".join(pieces) == text
    found = {}
    for piece in pieces:
        coefficient, powers = Fraction(-1 if piece[0] == "-" else 1), {}
        for factor in piece.lstrip("+-").split("*"):
            if re.fullmatch(r"\d+(/\d+)?", factor):
                coefficient *= Fraction(factor)
            else:
                name, _, power = factor.partition("^")
                assert name not in powers
                powers[name] = int(power or 1)
        monomial = frozenset(powers.items())
        assert monomial not in found, "each monomial once"
        found[monomial] = coefficient
    return found


def _expected(system, names=None):
    names = names or system.unknowns
    return [
        {frozenset((names[i], e) for i, e in monomial): c for monomial, c in polynomial.items()}
        for polynomial in system.equations.values()
    ]


def _uncomment(text, mark):
    return "\n".join(line for line in text.splitlines() if not line.startswith(mark))


def test_text(system):
    lines = [line for line in system.export("text").splitlines() if line.startswith("P[")]
    heads, bodies = zip(*(line.split(" = ") for line in lines), strict=True)
    assert [tuple(map(int, head[2:-1].split(","))) for head in heads] == list(system.equations)
    assert [_terms(body) for body in bodies] == _expected(system)


def test_singular(system):
    text = _uncomment(system.export("singular"), "//")
    match = re.fullmatch(r"ring R = 0,\((.*)\),dp;\s*ideal I =\s*(.*);\s*", text, re.DOTALL)
    assert match[1].split(",") == list(system.unknowns)
    assert [_terms(p) for p in match[2].split(",\n")] == _expected(system)


def test_macaulay2(system):
    text = _uncomment(system.export("macaulay2"), "--")
    match = re.fullmatch(r"R = QQ\[(.*)\];\s*I = ideal\(\s*(.*)\);\s*", text, re.DOTALL)
    names = macaulay2_names(system.unknowns)
    assert match[1] == ",".join(names)
    assert [_terms(p) for p in match[2].split(",\n")] == _expected(system, names)


def test_msolve(system):
    first, second, rest = system.export("msolve").split("\n", 2)
    assert first.split(",") == list(system.unknowns)
    assert second == "0"
    assert [_terms(p.strip()) for p in rest.split(",")] == _expected(system)


def test_bertini(system):
    text = _uncomment(system.export("bertini"), "%")
    match = re.fullmatch(
        r"\s*CONFIG\s*TrackType: ([01]);\s*END;\s*INPUT\s*variable_group (.*?);\s*function (.*?);\s*(.*)END;\s*",
        text,
        re.DOTALL,
    )
    assert (match[1] == "1") == (len(system.equations) < len(system.unknowns))
    assert match[2].split(",") == list(system.unknowns)
    definitions = dict(line.rstrip(";").split(" = ") for line in match[4].split("\n") if line)
    assert list(definitions) == match[3].split(",")
    assert [_terms(p) for p in definitions.values()] == _expected(system)


def test_phcpack(system):
    text, _, comments = system.export("phcpack").partition("\n\n")
    assert all(line.startswith("{") and line.endswith("}") for line in comments.splitlines())
    first, *rest = text.rstrip().split("\n")
    sizes = [len(system.equations), len(system.unknowns)]
    assert [int(n) for n in first.split()] == (sizes[:1] if sizes[0] == sizes[1] else sizes)
    assert all(line.endswith(";") for line in rest)
    assert [_terms(line.strip().rstrip(";")) for line in rest] == _expected(system)


def test_phcpack_header_of_a_square_system():
    assert build_system("location-gaussian", 1, 2).export("phcpack").splitlines()[0] == "2"


def test_homotopycontinuation(system):
    text = _uncomment(system.export("homotopycontinuation"), "#")
    pattern = (
        r"\s*using HomotopyContinuation\s*@var (.*?)\nF = System\(\[(.*),\n\]; variables = \[(.*)\]\)\s*"
    )
    match = re.fullmatch(pattern, text, re.DOTALL)
    assert match[1].split() == match[3].split(", ") == list(system.unknowns)
    assert [_terms(p) for p in match[2].split(",")] == _expected(system)
    assert not re.search(r"[^/]/[^/]", text), "Julia's / is floating point"


def test_sympy_source_runs_and_is_exact(system):
    import sympy

    scope = {}
    exec(system.export("sympy"), scope)
    assert [str(s) for s in scope["unknowns"]] == list(system.unknowns)
    for expression, expected in zip(scope["equations"], _expected(system), strict=True):
        polynomial = sympy.Poly(expression, *scope["unknowns"])
        found = {
            frozenset((system.unknowns[i], e) for i, e in enumerate(powers) if e): Fraction(
                int(c.p), int(c.q)
            )
            for powers, c in polynomial.terms()
        }
        assert found == expected


def test_sympy_source_of_a_long_equation_compiles():
    compile(build_system("softmax-gaussian", 6, 8, d=2).export("sympy"), "system", "exec")


def test_latex_has_every_term_once(system):
    text = system.export("latex")
    assert text.startswith("\\begin{align*}")
    assert text.count("{") == text.count("}")
    terms = sum(len(polynomial) for polynomial in system.equations.values())
    assert len(re.findall(r"\{w_\{\d+\}\}", text)) == terms
    assert text.count("P_{(") == len(system.equations)


def test_latex_names():
    assert latex_name("w_2", perturbation=False) == "{w_{2}}"
    assert latex_name("sigma_1", perturbation=True) == r"{\delta\sigma_{1}}"
    assert latex_name("shape_of_tail_1", perturbation=False) == r"{\mathrm{shape\_of\_tail\_1}}"


def test_macaulay2_names_have_subscripts():
    assert macaulay2_names(("w_1", "beta1_2_1", "x")) == ["w_1", "beta1_(2,1)", "x"]


def test_render_handles_constants_and_signs():
    assert render({((0, 1),): Fraction(-1), (): Fraction(-2, 3)}, ["x"]) == "-x-2/3"
    assert render({}, ["x"]) == "0"


@pytest.mark.parametrize(
    "spelling", ["HomotopyContinuation.jl", "M2", "PHC", "Singular", "Macaulay2", "SymPy"]
)
def test_other_spellings_of_a_format(spelling):
    assert build_system("location-gaussian", 2, 2).export(spelling)


def test_an_unknown_format_is_refused():
    with pytest.raises(InputError, match="did you mean singular"):
        build_system("location-gaussian", 2, 2).export("singulr")


@pytest.mark.parametrize("style", FORMATS)
def test_exports_end_with_one_newline(style):
    text = build_system("location-gaussian", 2, 2).export(style)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def _run(command, **keywords):
    found = find_program(f"POLYSOLV_{command[0].upper()}", command[:1])
    if found is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(
        [found, *command[1:]], capture_output=True, text=True, timeout=120, check=False, **keywords
    )


def test_singular_accepts_it(system):
    script = (
        system.export("singular") + "print(ncols(I)); print(nvars(R)); poly s = I[1]; print(size(s)); quit;"
    )
    done = _run(["Singular", "-q"], input=script)
    assert "error" not in (done.stdout + done.stderr).lower()
    first = len(next(iter(system.equations.values())))
    assert done.stdout.split() == [str(len(system)), str(len(system.unknowns)), str(first)]


def test_macaulay2_accepts_it(system, tmp_path):
    script = tmp_path / "system.m2"
    script.write_text(
        system.export("macaulay2") + "print numgens I; print numgens R; print (#terms I_0);\nexit 0\n"
    )
    done = _run(["M2", "--script", str(script)])
    assert done.returncode == 0, done.stderr
    first = len(next(iter(system.equations.values())))
    assert done.stdout.split() == [str(len(system)), str(len(system.unknowns)), str(first)]


def test_phcpack_accepts_it(system, tmp_path):
    source, report = tmp_path / "system", tmp_path / "report"
    source.write_text(system.export("phcpack"))
    done = _run(["phc", "-g", str(source), str(report)])
    assert done.returncode == 0
    said = report.read_text()
    assert "parsed input successfully" in said
    shown = said.split("symbols of the variables :\n")[1].split("\n")[0].split()
    assert sorted(shown) == sorted(system.unknowns)


def test_msolve_accepts_it(tmp_path):
    """Of location-gaussian at m = 1, r = 1 with w = 1 appended there is exactly one solution."""
    source, report = tmp_path / "system.ms", tmp_path / "report"
    source.write_text(build_system("location-gaussian", 1, 1).export("msolve").rstrip() + ",\nw_1-1\n")
    program = find_program("POLYSOLV_MSOLVE", ["msolve"])
    done = _run([str(program or "msolve"), "-f", str(source), "-o", str(report)])
    assert done.returncode == 0
    assert report.read_text().startswith("[0, [1")
