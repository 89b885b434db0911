"""Systems that are not those of a cell are exported too, and read back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import GenericSystem, InputError
from polysolv.display.formula import latex_name
from polysolv.polynomials.exports import FORMATS, export
from polysolv.polynomials.exports.labelled_system import labelled

NAMES = ("x", "y_1", "z2")
MONOMIALS = st.dictionaries(st.integers(0, 2), st.integers(1, 5)).map(lambda m: tuple(sorted(m.items())))
COEFFICIENTS = st.fractions(-30, 30, max_denominator=12).filter(bool)
POLYNOMIALS = st.dictionaries(MONOMIALS, COEFFICIENTS, min_size=1, max_size=4)
# Readers list the unknowns in the order of their first appearance, except where they are declared.
ALL = {((0, 1),): Fraction(1), ((1, 1),): Fraction(2), ((2, 1),): Fraction(-1, 3)}
CIRCLE = GenericSystem.parse(["x_1^2 + x_2^2 - 1", "x_1 = 3/5*x_2"])


@pytest.mark.parametrize("style", ["json", "phcpack", "bertini", "homotopycontinuation"])
@settings(max_examples=25, deadline=None)
@given(polynomials=st.lists(POLYNOMIALS, max_size=3))
def test_readers_read_what_is_written(style, polynomials):
    system = GenericSystem(NAMES, (ALL, *polynomials))
    assert GenericSystem.parse(export(labelled(system), style)) == system


@pytest.mark.parametrize("style", FORMATS)
def test_each_format_names_each_unknown_and_says_nothing_of_weights(style):
    text = export(labelled(CIRCLE), style)
    assert all(name in text or latex_name(name, perturbation=False) in text for name in CIRCLE.unknowns)
    assert "wanted" not in text
    assert "delta" not in text


def test_text_and_latex_number_the_equations():
    assert (
        export(labelled(CIRCLE), "text")
        == "2 equations, 2 unknowns\n\nf[1] = x_1^2 + x_2^2 - 1\nf[2] = x_1 - 3/5*x_2\n"
    )
    assert r"f_{(2)} &= {x_{1}} - \tfrac{3}{5} {x_{2}} = 0" in export(labelled(CIRCLE), "latex")


def test_an_unknown_format_is_refused():
    with pytest.raises(InputError, match="did you mean msolve"):
        export(labelled(CIRCLE), "msolv")
