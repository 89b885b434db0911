"""Corrections of an arc: shift the means of the components so that pinned coefficients vanish."""

from __future__ import annotations

from collections.abc import Mapping

from polysolv.families.log_symbol import LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.rates.prover.arc import Arc, Series, add_to, times_constants
from polysolv.rates.prover.linear_part import linear_solution
from polysolv.rates.prover.nodes import Nodes


def corrected(
    log_symbol: LogSymbol,
    nodes: Nodes,
    leading: Mapping[str, Series],
    order: int,
    ring: QuotientRing | None = None,
) -> Arc:
    """Return an arc with the given leading terms where pinned combinations of the P_s are O(ε^order).

    Args:
        log_symbol: K.
        nodes: the atoms.
        leading: component -> leading terms of its path.
        order: power of ε up to which the pinned coefficients are made to vanish.
        ring: the ring that exp(K) is observed in, if there are relations.

    A combination Σ_s r_s P_s that pins a component contains its mean: adding a multiple of ε^k, the same for
    all atoms, removes the term at ε^k and changes other pinned combinations at higher orders, or at ε^k those
    that stand later in the triangular list.
    """
    paths: dict[str, Series] = {name: dict(series) for name, series in leading.items()}
    pinned = linear_solution(log_symbol)
    rest = (nodes.number(0),) * (nodes.size - 1)
    for _ in range(order * max(1, len(pinned))):
        wrong = dict(Arc(log_symbol, nodes, paths, ring).residuals(order))
        moved = False
        for i, combination in pinned:
            for s, factor in combination:
                if s in wrong:
                    shift: Series = {key: (v[0], *rest) for key, v in wrong[s].items()}
                    path = paths.setdefault(log_symbol.perturbations[i], {})
                    add_to(path, times_constants(shift, factor[1]), nodes, -factor[0])
                    moved = True
        if not moved:
            break
    return Arc(log_symbol, nodes, {name: series for name, series in paths.items() if series}, ring)
