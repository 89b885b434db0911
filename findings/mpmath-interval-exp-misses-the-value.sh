#!/usr/bin/env bash
# mpmath 1.4.1: the interval that `iv.exp` returns need not hold the exponential of its argument.
#
# One would guess that a library of interval arithmetic rounds outward: whatever else, e^x lies in iv.exp(x), and a
# bound read off it proves something. At 53 bits and x = 0.3520793818385546 (a float, taken as it is) the upper end is
# below e^x, if only by 5e-7 of the interval's width; at x = 16.518955157129557 the interval is a single number, though
# e^x is irrational. They are arguments at which e^x happens to lie very close to a 53-bit number. So an interval of it
# may guide a search, and may not be what a proof rests on.
#
# Checked by partial sums of the series with exact rationals: they and the remainder enclose e^x.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip install --quiet --no-deps mpmath==1.4.1
env/bin/python - <<'PYTHON'
from fractions import Fraction

import mpmath
from mpmath import iv


def value(number):
    """Return a number of mpmath as a rational: sign, mantissa, exponent."""
    sign, mantissa, exponent, _ = number
    return (-1) ** sign * int(mantissa) * Fraction(2) ** exponent


def exponential(x):
    """Return rationals below and above e^x for 0 < x < 20."""
    term, total = Fraction(1), Fraction(1)
    for k in range(1, 200):
        term = term * x / k
        total += term
    return total, total + 2 * term  # the remainder is below a geometric series of ratio x/200


iv.prec = 53
print("mpmath", mpmath.__version__)
assert mpmath.__version__ == "1.4.1"
for x in (0.3520793818385546, 16.518955157129557):
    low, high = map(value, iv.exp(iv.mpf(x))._mpi_)
    below, above = exponential(Fraction(x))
    assert above - below < Fraction(1, 10**60)
    print(f"x = {x}: e^x is above the upper end by {float(below - high):.3g}; width {float(high - low):.3g}")
    assert above < low or high < below, "iv.exp encloses the value now"
# An ordinary argument: there the interval holds the value.
low, high = map(value, iv.exp(iv.mpf(0.5))._mpi_)
below, above = exponential(Fraction(0.5))
assert low <= below <= above <= high
print("as described")
PYTHON
