"""Which sums over the rows a likelihood and its derivatives are made of, and how they are put together.

With A_i = log(exp(gate_i.z) N_i), tau = softmax(A), pi = softmax(gate z), r_i the residual, e_i = r_i / v_i,
q_i = r_i e_i and h_i = (q_i - 1)/2, every sum is that of a coefficient times the monomials in z = (1, x) of
one degree:

- degree 0: log density; tau_i; tau_i h_i; of the Hessian the pairs of log variances;
- degree 1: tau_i - pi_i and tau_i e_i; of the Hessian the pairs with one log variance;
- degree 2: the other pairs.

The gate of the last atom is left out: what it would give is minus the sum of the others' (a translation of
the gate changes nothing). For k = 3, d = 1 there are 98 sums in place of 136.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from polysolv.moe.likelihood import Array, Evaluation

GATE, EXPERT, SCALE = "gate", "expert", "scale"


@dataclass(frozen=True)
class Term:
    """One coefficient with its monomials.

    Args:
        kind: "value", "mass", or the kinds of one or two coordinates ("gate", "expert", "scale").
        i, j: their atoms; j = -1 for one coordinate.
        degree: of the monomials in z, 0 to 2.
    """

    kind: tuple[str, ...]
    i: int
    j: int
    degree: int

    def width(self, p: int) -> int:
        """Return the number of monomials."""
        return (1, p, p * (p + 1) // 2)[self.degree]


@cache
def terms(k: int, second: bool) -> tuple[Term, ...]:
    """Return the terms for k atoms in the order in which sums lie; the first-order ones come first."""
    gates, atoms = range(k - 1), range(k)
    found = [Term(("value",), 0, -1, 0)]
    found += [Term(("mass",), i, -1, 0) for i in atoms]
    found += [Term((GATE,), i, -1, 1) for i in gates]
    found += [Term((EXPERT,), i, -1, 1) for i in atoms]
    found += [Term((SCALE,), i, -1, 0) for i in atoms]
    if second:
        found += [Term((GATE, GATE), i, j, 2) for i in gates for j in range(i + 1)]
        found += [Term((GATE, EXPERT), i, j, 2) for i in gates for j in atoms]
        found += [Term((EXPERT, EXPERT), i, j, 2) for i in atoms for j in range(i + 1)]
        found += [Term((GATE, SCALE), i, j, 1) for i in gates for j in atoms]
        found += [Term((EXPERT, SCALE), i, j, 1) for i in atoms for j in atoms]
        found += [Term((SCALE, SCALE), i, j, 0) for i in atoms for j in range(i + 1)]
    return tuple(found)


def size(k: int, p: int, second: bool) -> int:
    """Return the number of sums."""
    return sum(term.width(p) for term in terms(k, second))


def assembled(k: int, p: int, sums: Array, second: bool) -> tuple[Evaluation, Array]:
    """Return the evaluation that sums make, and the total responsibility of each atom, shape (k,)."""
    reduced = (k - 1) * p + k * p + k
    place = {GATE: (0, p), EXPERT: ((k - 1) * p, p), SCALE: ((2 * k - 1) * p, 1)}
    pairs = np.triu_indices(p)
    gradient, hessian, mass = np.zeros(reduced), np.zeros((reduced, reduced)), np.zeros(k)
    value, at = 0.0, 0
    for term in terms(k, second):
        part = sums[at : at + term.width(p)]
        at += part.size
        if term.kind == ("value",):
            value = float(part[0])
            continue
        if term.kind == ("mass",):
            mass[term.i] = part[0]
            continue
        starts = [
            place[kind][0] + atom * place[kind][1]
            for kind, atom in zip(term.kind, (term.i, term.j), strict=False)
        ]
        if len(starts) == 1:
            gradient[starts[0] : starts[0] + part.size] = part
            continue
        block = part[:, None]
        if term.degree == 2:
            block = np.empty((p, p))
            block[pairs] = part
            block.T[pairs] = part
        rows = slice(starts[0], starts[0] + block.shape[0])
        columns = slice(starts[1], starts[1] + block.shape[1])
        hessian[rows, columns] = block
        hessian[columns, rows] = block.T
    return Evaluation(value, _whole(k, p) @ gradient, _unreduced(k, p, hessian) if second else None), mass


@cache
def _whole(k: int, p: int) -> Array:
    """Return the matrix that adds the last gate, minus the sum of the others."""
    kp = k * p
    matrix = np.zeros((2 * kp + k, 2 * kp + k - p))
    matrix[: kp - p, : kp - p] = np.eye(kp - p)
    for i in range(k - 1):
        matrix[kp - p : kp, i * p : i * p + p] = -np.eye(p)
    matrix[kp:, kp - p :] = np.eye(kp + k)
    return matrix


def _unreduced(k: int, p: int, hessian: Array) -> Array:
    matrix = _whole(k, p)
    result: Array = matrix @ hessian @ matrix.T
    return result
