"""A sparse homotopy as flat arrays: shared products of monomials, coefficients, and Jacobian entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from polysolv.polynomials.polynomial import Monomial

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Integers = NDArray[np.int64]
Indices = NDArray[np.uint64]  # unsigned: an index that cannot be negative needs no check


class Program(NamedTuple):
    """What the compiled tracker evaluates: F_i(x, s) = Σ_t c_t(s) · node(t), with products shared.

    Node 0 is the constant 1, nodes 1..n are the unknowns, every later node is the product of two earlier
    ones; the first ``nodes_of_values`` nodes suffice for F, the rest serve the Jacobian only.
    """

    unknowns: int
    nodes_of_values: int
    link: Indices  # rows: left and right factor of each node
    term_start: Indices  # terms of equation i: term_start[i] .. term_start[i+1]
    term_node: Indices
    entry: Indices  # non-zero entries of the Jacobian; rows: equation, unknown, first summand
    summand: Indices  # rows: term, node, factor


@dataclass(frozen=True)
class Support:
    """The monomials of each equation, in the order in which coefficients are stored."""

    unknowns: int
    rows: tuple[tuple[Monomial, ...], ...]

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return sum(len(row) for row in self.rows)


class _Nodes:
    def __init__(self, unknowns: int) -> None:
        self.left = [0] * (unknowns + 1)
        self.right = [0] * (unknowns + 1)
        self.index: dict[Monomial, int] = {(): 0}
        for i in range(unknowns):
            self.index[((i, 1),)] = i + 1

    def node(self, monomial: Monomial) -> int:
        found = self.index.get(monomial)
        if found is not None:
            return found
        first, second = self._split(monomial)
        left, right = self.node(first), self.node(second)
        self.left.append(left)
        self.right.append(right)
        self.index[monomial] = len(self.left) - 1
        return self.index[monomial]

    def _split(self, monomial: Monomial) -> tuple[Monomial, Monomial]:
        """Split into two factors, preferring ones that exist already."""
        if len(monomial) == 1:
            ((unknown, exponent),) = monomial
            half = exponent // 2
            return ((unknown, half),), ((unknown, exponent - half),)
        known = self.index
        for cut in range(len(monomial) - 1, 0, -1):
            if monomial[:cut] in known and monomial[cut:] in known:
                return monomial[:cut], monomial[cut:]
        for position, (unknown, exponent) in enumerate(monomial):
            rest = _divided(monomial, position)
            if rest in known:
                return rest, ((unknown, 1),)
            if exponent > 1 and monomial[:position] + monomial[position + 1 :] in known:
                return monomial[:position] + monomial[position + 1 :], ((unknown, exponent),)
        return monomial[:-1], monomial[-1:]


def _divided(monomial: Monomial, position: int) -> Monomial:
    unknown, exponent = monomial[position]
    middle = ((unknown, exponent - 1),) if exponent > 1 else ()
    return monomial[:position] + middle + monomial[position + 1 :]


def compile_program(support: Support) -> Program:
    """Return the straight-line program of a square system with the given support.

    >>> program = compile_program(Support(2, ((((0, 2),), ()), (((0, 1), (1, 1)), ((1, 1),)))))
    >>> program.unknowns, program.link.shape[1], program.term_node.tolist()
    (2, 5, [4, 0, 3, 2])
    """
    nodes = _Nodes(support.unknowns)
    flat = [monomial for row in support.rows for monomial in row]
    # Short monomials first, so that long ones find their parts.
    for monomial in sorted(set(flat), key=lambda m: (sum(e for _, e in m), m)):
        nodes.node(monomial)
    nodes_of_values = len(nodes.left)
    starts = np.cumsum([0] + [len(row) for row in support.rows])
    entries: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    term = 0
    for i, row in enumerate(support.rows):
        for monomial in row:
            for position, (unknown, exponent) in enumerate(monomial):
                summand = (term, nodes.node(_divided(monomial, position)), exponent)
                entries.setdefault((i, unknown), []).append(summand)
            term += 1
    keys = sorted(entries)
    summands = [summand for key in keys for summand in entries[key]]
    starts_of_entries = np.cumsum([0] + [len(entries[key]) for key in keys])
    return Program(
        support.unknowns,
        nodes_of_values,
        _indices([nodes.left, nodes.right]),
        _indices(starts),
        _indices([nodes.index[monomial] for monomial in flat]),
        _indices([[*(key[k] for key in keys), 0] for k in range(2)] + [list(starts_of_entries)]),
        _indices([[summand[k] for summand in summands] for k in range(3)]),
    )


def _indices(values: object) -> Indices:
    return np.ascontiguousarray(values, dtype=np.uint64)
