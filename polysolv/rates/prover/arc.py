"""The noun `Arc`: a curve of mixing measures into the truth, and its exact order of contact with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.rates.prover.nodes import Nodes, Vector

# A power series in ε: (power of ε, exponents of the constants of K) -> function of the nodes. Constants are
# not zero, so their exponents may be negative.
Series = dict[tuple[int, ...], Vector]


@dataclass(frozen=True)
class Arc:
    """Perturbations δ_l(ε) of the m atoms of a cell, all tending to zero with ε, at fixed positive weights.

    Args:
        log_symbol: K.
        nodes: the atoms and their weights.
        paths: component -> power series in ε without constant term; atom l takes its value at node z_l.
            Components left out stay at zero.
        ring: the ring that exp(K) is observed in; ``None`` if there are no relations.

    V is at most a constant times Σ_ℓ |P_ℓ|, and P_ℓ is the weighted mean of [x^ℓ1 y^ℓ2] exp(K), a power
    series in ε that is computed exactly. Every factor of K tends to zero, so for ℓ of large degree P_ℓ is
    O(ε^N) by itself: finitely many coefficients decide whether V = O(ε^N). With relations the coefficients of
    the normal form take the place of the P_ℓ.
    """

    log_symbol: LogSymbol
    nodes: Nodes
    paths: Mapping[str, Series]
    ring: QuotientRing | None = None

    def residuals(self, order: int) -> Iterator[tuple[Exponents, Series]]:
        """Yield (ℓ, P_ℓ modulo ε^order) for every ℓ ≠ 0 where this is not zero; P_ℓ as means in place 0."""
        parts = symbol_series(self.log_symbol, self.nodes, self.paths, order)
        found = exponential(parts, self.nodes, order, len(self.log_symbol.constants))
        if self.ring is not None:
            found = in_normal_form(found, self.ring, self.nodes)
        for index, series in found.items():
            if any(index):
                means: Series = {key: (self.nodes.mean(v),) for key, v in series.items()}
                kept = {key: v for key, v in means.items() if v[0]}
                if kept:
                    yield index, kept

    def contact(self, limit: int) -> int:
        """Return the largest N ≤ ``limit`` with P_ℓ = O(ε^N) for every ℓ, hence V = O(ε^N)."""
        found = [min(key[0] for key in series) for _, series in self.residuals(limit)]
        return min(found, default=limit)

    def order(self, component: str) -> int | None:
        """Return the order of vanishing of max_l |δ_l| for one component, ``None`` if it is not certain.

        With symbolic constants the leading coefficient must be a single term: constants are not zero.
        """
        series = self.paths.get(component, {})
        orders = [key[0] for key, vector in series.items() if any(vector)]
        if not orders:
            return None
        lowest = min(orders)
        leading = [vector for key, vector in series.items() if key[0] == lowest and any(vector)]
        counts = [sum(1 for vector in leading if vector[i]) for i in range(self.nodes.size)]
        return lowest if 1 in counts else None

    def __str__(self) -> str:
        shown = [f"{c} = {show_series(s, self.log_symbol.constants)}" for c, s in self.paths.items() if s]
        return f"{'; '.join(shown)} {'of one atom' if self.nodes.size == 1 else f'at the {self.nodes}'}"


def in_normal_form(
    found: Mapping[Exponents, Series], ring: QuotientRing, nodes: Nodes
) -> dict[Exponents, Series]:
    """Return a polynomial in the variables, its coefficients series, modulo the relations."""
    total: dict[Exponents, Series] = {}
    for index, series in found.items():
        for normal, factor in ring.normal_form(index).items():
            add_to(total.setdefault(normal, {}), series, nodes, factor)
    return {index: series for index, series in total.items() if series}


def symbol_series(
    log_symbol: LogSymbol, nodes: Nodes, paths: Mapping[str, Series], order: int
) -> dict[Exponents, Series]:
    """Return K along the paths modulo ε^order: monomial of the variables -> series."""
    width = len(log_symbol.constants)
    parts: dict[Exponents, Series] = {}
    for term in log_symbol.terms:
        start = tuple(nodes.number(term.coefficient) * c for c in nodes.one)
        value: Series = {(0, *(term.constants or (0,) * width)): start}
        for name, power in zip(log_symbol.perturbations, term.perturbations, strict=True):
            for _ in range(power):
                value = multiply(value, paths.get(name, {}), nodes, order)
        add_to(parts.setdefault(term.variables, {}), value, nodes)
    return {index: series for index, series in parts.items() if series}


def exponential(
    parts: Mapping[Exponents, Series], nodes: Nodes, order: int, width: int
) -> dict[Exponents, Series]:
    """Return exp(Σ parts · monomial) modulo ε^order by the recurrence n E_n = Σ_k k K_k E_(n−k)."""
    if not parts:
        return {}
    unit = (0,) * len(next(iter(parts)))
    layers: list[dict[Exponents, Series]] = [{unit: {(0,) * (width + 1): nodes.one}}]
    longest = max(sum(index) for index in parts)
    while any(layers[-longest:]):
        n = len(layers)
        layer: dict[Exponents, Series] = {}
        for shift, part in parts.items():
            k = sum(shift)
            for index, series in layers[n - k].items() if k <= n else ():
                target = tuple(a + b for a, b in zip(index, shift, strict=True))
                add_to(
                    layer.setdefault(target, {}), multiply(part, series, nodes, order), nodes, Fraction(k, n)
                )
        layers.append({index: series for index, series in layer.items() if series})
    return {index: series for layer in layers for index, series in layer.items()}


def multiply(left: Series, right: Series, nodes: Nodes, order: int) -> Series:
    """Return the product modulo ε^order."""
    result: Series = {}
    for a, u in left.items():
        for b, v in right.items():
            if a[0] + b[0] < order:
                key = tuple(map(sum, zip(a, b, strict=True)))
                add_to(result, {key: nodes.product(u, v)}, nodes)
    return result


def add_to(target: Series, other: Series, nodes: Nodes, factor: Fraction | int = 1) -> None:
    """Add ``factor · other`` to ``target`` in place, dropping zeros."""
    scale = nodes.number(factor)
    for key, vector in other.items():
        scaled = vector if factor == 1 else nodes.reduce([scale * c for c in vector])
        if key in target:
            scaled = nodes.reduce([a + b for a, b in zip(target[key], scaled, strict=True)])
        if any(scaled):
            target[key] = scaled
        else:
            target.pop(key, None)


def times_constants(series: Series, exponents: Exponents) -> Series:
    """Return the series times a monomial of the constants, whose exponents may be negative."""
    if not any(exponents):
        return series
    return {(key[0], *map(sum, zip(key[1:], exponents, strict=True))): v for key, v in series.items()}


def show_series(series: Series, constants: tuple[str, ...]) -> str:
    """Return a series for people, for example ``eps*z - 1/2*eps^2``."""
    terms = []
    for key, vector in sorted(series.items()):
        for power, c in enumerate(vector):
            if c:
                factors = [] if c == 1 else ["-" if c == -1 else f"{c}*"]
                names = [("eps", key[0]), *zip(constants, key[1:], strict=True), ("z", power)]
                factors.append("*".join(n if e == 1 else f"{n}^{e}" for n, e in names if e))
                terms.append("".join(factors))
    return " + ".join(terms).replace("+ -", "- ") or "0"
