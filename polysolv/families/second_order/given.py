"""Sources of densities that a user gives: as a SymPy expression or as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from polysolv.errors import InputError
from polysolv.families.second_order.density_text import parse_density, responses_of
from polysolv.families.second_order.derivatives import logarithmic_derivatives
from polysolv.families.second_order.normalisation import require_normalised
from polysolv.families.second_order.places import find_place
from polysolv.families.second_order.source import DensitySource
from polysolv.families.second_order.support import Support


def given_source(
    expr: Any,
    parameters: Sequence[Any],
    covariates: Sequence[Any],
    response: Any,
    values: Sequence[Any] = (),
    support: str | Support = "",
    truths: Sequence[Mapping[str, Any]] = (),
) -> DensitySource:
    """Return the source of a SymPy density; arguments as of ``Family.from_density``.

    Raises:
        InputError: if a symbol is missing or unknown, or the expression is no density as far as can be told.
    """
    import sympy

    if not isinstance(expr, sympy.Expr) or isinstance(expr, (int, float)) or expr.has(sympy.Float):
        raise InputError("expr", expr, "a SymPy expression with exact numbers")
    names = [[getattr(s, "name", s) for s in group] for group in (parameters, covariates, [response])]
    thetas, xs, ys = names
    known = {s.name for s in expr.free_symbols}
    for name in (*thetas, *ys):
        if name not in known:
            raise InputError("parameters" if name in thetas else "response", name, "a symbol of the density")
    unknown = known - {*thetas, *xs, *ys}
    if unknown:
        raise InputError("expr", min(unknown), "symbols that are parameters, covariates or the response")
    source = DensitySource(
        str(expr), tuple(thetas), tuple(xs), tuple(ys), _support(support, values), (), (), expr
    )
    return _checked(source, truths)


def text_source(
    text: str, support: str | Support = "", truths: Sequence[Mapping[str, Any]] = ()
) -> DensitySource:
    """Return the source of a density given as text; errors as :func:`given_source`."""
    expression, parameters, covariates = parse_density(text)
    source = DensitySource(text, parameters, covariates, responses_of(expression), _support(support, ()))
    return _checked(source, truths)


def _support(support: str | Support, values: Sequence[Any]) -> Support:
    if values:
        return Support("", "", False, tuple(Fraction(int(v.numerator), int(v.denominator)) for v in values))
    return support if isinstance(support, Support) else Support.parse(support) if support else Support()


def _checked(source: DensitySource, truths: Sequence[Mapping[str, Any]]) -> DensitySource:
    if truths:
        source = source.with_truths(truths)
    logarithmic_derivatives(source.density, source.thetas, 1)  # refuses what has none
    place = find_place(source)
    for atom in place.atoms:
        require_normalised(source, atom)
    return source
