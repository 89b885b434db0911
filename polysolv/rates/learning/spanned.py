"""How many functions a density spans: what bounds the number of true atoms that can be told apart.

The derivatives of order 0 and 1 at k true atoms with p parameters are k (p + 1) functions, those up to order
r at one of them C(p + r, p): all lie in the span of the density over its parameters.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

from polysolv.families import Family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polysolv.families.second_order.source import DensitySource

_MOST = 24  # functions that are told from infinitely many
_DIGITS, _ZERO = 120, 90  # decimal digits, and those below which a singular value is zero


def spanned_functions(family: Family) -> int | None:
    """Return how many functions of the response the density spans, ``None`` where no bound is known.

    Of a continuous density without a log-symbol that is the rank of u at 24 parameters and responses in 120
    digits: too small a number would withhold a statement, and never makes one.

    >>> from polysolv.families import Family, get
    >>> binomial = Family.from_density_text("p^y*(1-p)^(2-y)*2/(gamma(y+1)*gamma(3-y))", "0,1,2")
    >>> spanned_functions(binomial), spanned_functions(get("gamma"))
    (3, None)
    """
    if family.source is not None:
        return _of_source(family.source)
    density = family.density
    if density is None or density.covariates:
        return None
    from polysolv.families.density_relations import spanned_by

    few = spanned_by(density)
    if density.values:
        return len(density.values) if few is None else min(few, len(density.values))
    return few


def can_hold(functions: int, parameters: int, sizes: Sequence[int], orders: Sequence[int]) -> bool:
    """Whether cells of these sizes may have independent derivatives, by their number.

    Args:
        functions: dimension of the span.
        parameters: p, of one atom.
        sizes: cell sizes.
        orders: for each cell the order of derivatives that its statement rests on.
    """
    needed = sum(comb(parameters + r, parameters) for r in orders)
    return len(sizes) == 1 or needed <= functions


def _of_source(source: DensitySource) -> int | None:
    if source.covariates:
        return None
    if source.support.values:
        return int(len(source.support.values) ** len(source.responses))
    return _rank(source)


def _rank(source: DensitySource) -> int | None:
    import mpmath
    import sympy

    from polysolv.families.second_order.places import find_place, points

    (atom, *_) = find_place(source).atoms
    function = sympy.lambdify([*source.thetas, *source.varying], source.density, modules="mpmath")
    distinct = {tuple(map(str, p.values())): tuple(p.values()) for p in points(source, 0, 4 * _MOST)}
    responses = list(distinct.values())[:_MOST]
    with mpmath.workdps(_DIGITS):
        at = [[mpmath.mpf(int(y.p)) / int(y.q) for y in point] for point in responses]
        rows = []
        try:
            for i in range(_MOST):
                theta = [
                    mpmath.mpf(v.numerator) / v.denominator + mpmath.mpf((7 * i + 5 * k) % _MOST - 9) / 97
                    for k, v in enumerate(atom.values())
                ]
                rows.append([mpmath.mpmathify(function(*theta, *y)) for y in at])
        except (ValueError, TypeError, ArithmeticError, NotImplementedError, NameError):
            return None
        sizes = list(mpmath.svd(mpmath.matrix(rows), compute_uv=False))
        rank = sum(size * mpmath.mpf(10) ** _ZERO > max(sizes) for size in sizes)
    return rank if rank < len(responses) else None
