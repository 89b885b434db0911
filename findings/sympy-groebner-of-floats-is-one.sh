#!/usr/bin/env bash
# SymPy 1.14.0: `groebner` answers [1.0], "no solution", for a system that has one, if a coefficient is a float.
#
# One would guess that floats are read as the decimals that they print, or that a basis is off by rounding. The system
# x - 0.1 = 0, x^2 - 0.01 = 0 has the solution x = 0.1; its basis is [1.0]. Elimination leaves 0.1^2 - 0.01, which is
# 1.7e-18 and not 0 in floating point, and is then divided by itself; nothing warns of it. With the same numbers as
# rationals the basis is [x - 1/10]. (Taken as exact binary fractions the equations do contradict each other; but with
# 0.5 and 0.25, which are such fractions, all is well, and so a test with round numbers sees nothing.) A program that
# decides solvability by it must refuse floats.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip install --quiet --no-deps sympy==1.14.0 mpmath==1.3.0
env/bin/python - <<'PYTHON'
import warnings

import sympy
from sympy import Rational, groebner, symbols

warnings.simplefilter("error")
x = symbols("x")
print("SymPy", sympy.__version__)
assert sympy.__version__ == "1.14.0"
tenth = Rational(1, 10)
for text, basis in [
    ("x - 0.1, x^2 - 0.01", groebner([x - 0.1, x**2 - 0.01], x)),
    ("x - 1/10, x^2 - 1/100", groebner([x - tenth, x**2 - tenth**2], x)),
    ("x - 0.5, x^2 - 0.25", groebner([x - 0.5, x**2 - 0.25], x)),
]:
    print(f"{text}: {basis.exprs}, domain {basis.domain}")
(constant,) = groebner([x - 0.1, x**2 - 0.01], x).exprs
assert constant.is_number and float(constant) == 1.0
assert groebner([x - 0.5, x**2 - 0.25], x).exprs[0].has(x)
assert groebner([x - tenth, x**2 - tenth**2], x).exprs == [x - tenth]
print("as described")
PYTHON
