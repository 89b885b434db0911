"""Each export is read by the real program where it is installed, and evaluated there at a point."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction

import pytest
from awkward_systems import awkward_system, value_at

from polysolv import GenericSystem
from polysolv.groebner.programs import find_program
from polysolv.polynomials.exports import export
from polysolv.polynomials.exports.labelled_system import labelled
from polysolv.polynomials.gaussian_rational import gaussian, parts

SEEDS = range(40)
POINT = [3, -2, 5, 7, -1]


def _run(program, command, **keywords):
    found = find_program(f"POLYSOLV_{program.upper()}", [program])
    if found is None:
        pytest.skip(f"{program} is not installed")
    return subprocess.run(
        [found, *command], capture_output=True, text=True, timeout=300, check=False, **keywords
    )


def _systems():
    return [awkward_system(seed, is_complex=seed % 2 == 1) for seed in SEEDS]


def _order(system, names):
    """Return the names that the exports gave, in the system's order."""
    return dict(zip(names, POINT, strict=False)), len(system.unknowns)


def _number(text, unit):
    """Read a rational, or a sum of one and a multiple of the imaginary unit."""
    text = re.sub(r"[\s()]", "", text).replace(f"*{unit}", "u").replace(unit, "u")
    real = imaginary = Fraction(0)
    for piece in re.findall(r"[+-]?[^+-]+", text):
        if "u" in piece:
            # (1/3)*u and u/3 are both 1/3 of the unit.
            rest = piece.replace("u", "")
            rest = rest + "1" if rest in {"", "+", "-"} else rest
            rest = re.sub(r"^([+-]?)/", r"\g<1>1/", rest)
            imaginary += Fraction(rest)
        else:
            real += Fraction(piece)
    return gaussian(real, imaginary)


def test_singular():
    scripts, expected = [], []
    for number, system in enumerate(_systems()):
        script = export(labelled(system), "singular")
        values = "".join(
            f"x = subst(x, var({i}), {POINT[i - 1]});" for i in range(1, len(system.unknowns) + 1)
        )
        equations = "".join(
            f'poly x = I[{k}]; {values} print("value " + string(x)); kill x;'
            for k in range(1, len(system.equations) + 1)
        )
        scripts.append(f"{script}short = 0; {equations} kill R;\n")
        expected += value_at(system, POINT)
        assert number < len(SEEDS)
    done = _run("Singular", ["-q"], input="".join(scripts) + "quit;\n")
    found = [_number(line[6:], "imaginary") for line in done.stdout.splitlines() if line.startswith("value ")]
    assert "error" not in done.stdout.lower()
    assert found == expected


def test_macaulay2(tmp_path):
    scripts, expected = [], []
    for system in _systems():
        script = export(labelled(system), "macaulay2")
        point = ", ".join(f"R_{i} => {POINT[i]}" for i in range(len(system.unknowns)))
        # What another system's x was is no part of this one.
        bases = set(re.findall(r"[A-Za-z]\w*?(?=_|,|$)", re.search(r"R = \w+\[(.*)\];", script)[1]))
        fresh = "".join(f"{base} = symbol {base};\n" for base in sorted(bases))
        scripts.append(
            f'{fresh}{script}scan({len(system.equations)}, k -> print("value " | toExternalString'
            f" sub((generators I)_(0,k), {{{point}}})));\n"
        )
        expected += value_at(system, POINT)
    source = tmp_path / "systems.m2"
    source.write_text("".join(scripts) + "exit 0\n")
    done = _run("M2", ["--script", str(source)])
    assert done.returncode == 0, done.stderr
    found = [_number(line[6:], "imaginaryUnit") for line in done.stdout.splitlines() if line[:6] == "value "]
    assert found == expected


def test_sympy():
    scripts, expected = [], []
    for system in _systems():
        scripts.append(export(labelled(system), "sympy"))
        expected += value_at(system, POINT)
    import sympy

    found = []
    for script in scripts:
        scope: dict[str, object] = {}
        exec(script, scope)
        at = dict(zip(scope["unknowns"], POINT, strict=False))
        for equation in scope["equations"]:
            real, imaginary = sympy.expand(equation.subs(at)).as_real_imag()
            found.append(
                gaussian(Fraction(int(real.p), int(real.q)), Fraction(int(imaginary.p), int(imaginary.q)))
            )
    assert found == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_phcpack(seed, tmp_path):
    """PHCpack prints what it has read in its own notation, in double precision."""
    system = awkward_system(seed, is_complex=seed % 2 == 1)
    text = export(labelled(system), "phcpack")
    source, report = tmp_path / "system", tmp_path / "report"
    source.write_text(text)
    done = _run("phc", ["-g", str(source), str(report)])
    assert done.returncode == 0, done.stdout
    said = report.read_text()
    shown = said.split("symbols of the variables :\n")[1].split("\n")[0].split()
    renamed = dict(re.findall(r"(\w+) for (\S+?)(?:, |\}|$)", text))
    assert [renamed.get(name, name) for name in shown] == list(system.unknowns)
    lines = said.split("standard doubles :\n")[1].split(";")[: len(system.equations)]
    for line, polynomial in zip(lines, system.equations, strict=True):
        read = GenericSystem.parse([line.replace("\n", "") or "0"], shown) if line.strip() else None
        found = dict(read.equations[0]) if read else {}
        assert found.keys() == polynomial.keys()
        for monomial, coefficient in polynomial.items():
            for a, b in zip(parts(found[monomial]), parts(coefficient), strict=True):
                assert abs(a - b) <= abs(b) * Fraction(1, 10**13)


def test_bertini2():
    bertini = pytest.importorskip("bertini")
    for system in _systems():
        text = export(labelled(system), "bertini")
        body = re.sub(r"%[^\n]*", "", text).split("INPUT")[1].split("END;")[0]
        assert bertini.parse.system(body).num_functions() == len(system.equations)


def test_msolve(tmp_path):
    program = find_program("POLYSOLV_MSOLVE", ["msolve"])
    if program is None:
        pytest.skip("msolve is not installed")
    equations = ["lambda^2 - 1/12345678901234567890123", "x[1,2] - 2*lambda"]
    source, report = tmp_path / "system.ms", tmp_path / "report"
    source.write_text(export(labelled(GenericSystem.parse(equations, ["lambda", "x[1,2]"])), "msolve"))
    subprocess.run([str(program), "-f", str(source), "-o", str(report)], check=True, timeout=120)
    assert report.read_text().count("[[") >= 2
    assert sys.version_info >= (3, 11)
