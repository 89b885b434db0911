"""Hard gates: directions of the gate along which the likelihood rises for ever.

The gate is a multinomial logit of the experts on z = (1, x). As in logistic regression (Albert and Anderson
1984, Biometrika 71) it has no maximum where the experts' rows are separated: with S_j the experts that share
row j, a direction delta with

    (delta_i - delta_l).z_j >= 0   for all i in S_j and all l, all rows j, and > 0 somewhere,

never lowers the gate probability of any row's experts. A linear program finds it (Konis 2007).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from polysolv.moe.likelihood import Array, log_softmax

# Responsibilities below this do not count: at a stationary point the gate that ignores them is hard to 1e-6.
_SHARED = 1e-6
_EMPTY = 1e-6
_FLAT = 1e-4
_ROWS, _ROUNDS = 4000, 20
_VIOLATED = 1e-8
# exp(-40) is nothing beside 1 in double precision.
_MARGIN = 40.0


def separating_direction(gate: Array, tau: Array, Z: Array, row_weights: Array | None = None) -> Array | None:
    """Return a direction of the gate, shape (k, p), along which the likelihood rises for ever, or None.

    Args:
        gate: gate coefficients of a stationary point, shape (k, p), in standardised coordinates.
        tau: responsibilities, shape (k, n).
        Z: transposed design, shape (p, n), first row ones, others of standard deviation about 1.
        row_weights: how often each row counts, positive, shape (n,); None for once.

    Experts without rows are left alone. The direction is long enough for all that it decides to be certain in
    double precision. A gate that has curvature in every direction is not separated: the program is then not
    run.
    """
    often = np.ones(Z.shape[1]) if row_weights is None else row_weights
    alive = np.flatnonzero(tau @ often > _EMPTY)
    if alive.size < 2 or _least_curvature(gate[alive], Z, often) > _FLAT:
        return None
    rows, gain = _program(tau[alive], Z, often)
    found = _solved(rows, gain)
    if found is None:
        return None
    margins = rows @ found
    top = float(margins.max())
    if top <= 0.0:
        return None
    direction = np.zeros_like(gate)
    # The last gate stands still: translations change nothing.
    direction[alive[:-1]] = found.reshape(alive.size - 1, -1)
    return direction * min(_MARGIN / float(margins[margins > 1e-6 * top].min()), 1e8)


def _least_curvature(gate: Array, Z: Array, often: Array) -> float:
    """Return the least eigenvalue of the gate's information per row, the last gate fixed."""
    k, p = gate.shape
    pi = np.exp(log_softmax(gate @ Z))[:-1]
    P = (pi[:, None, :] * Z).reshape((k - 1) * p, -1)
    information = -((P * often) @ P.T)
    for i in range(k - 1):
        block = slice(i * p, (i + 1) * p)
        information[block, block] += (pi[i] * often * Z) @ Z.T
    return float(np.linalg.eigvalsh(information / often.sum())[0])


def _program(tau: Array, Z: Array, often: Array) -> tuple[Array, Array]:
    """Return rows r with r.delta >= 0 (all gates but the last), and the gain to be maximised."""
    k, p = tau.shape[0], Z.shape[0]
    owner = tau.argmax(axis=0)
    rows = []
    gain = np.zeros((k, p))
    for i in range(k):
        mine = owner == i
        z = Z[:, mine].T
        for other in range(k):
            if other == i:
                continue
            part = np.zeros((z.shape[0], k, p))
            part[:, i], part[:, other] = z, -z
            rows.append(part)
            gain += np.tensordot(often[mine], part, axes=1)
            # A row that both hold asks for no change between them.
            rows.append(-part[tau[other, mine] > _SHARED])
    matrix = np.concatenate(rows)[:, :-1].reshape(-1, (k - 1) * p)
    return np.unique(matrix, axis=0), gain[:-1].ravel() / often.sum()


def _solved(rows: Array, gain: Array) -> Array | None:
    """Maximise gain.delta, rows.delta >= 0, |delta| <= 1, by adding the rows that are violated."""
    chosen = np.arange(rows.shape[0])[:: max(1, rows.shape[0] // _ROWS)]
    for _ in range(_ROUNDS):
        found = linprog(
            -gain, A_ub=-rows[chosen], b_ub=np.zeros(chosen.size), bounds=(-1.0, 1.0), method="highs"
        )
        if found.status != 0 or -found.fun <= 1e-9:
            return None
        margins = rows @ found.x
        size = float(np.abs(margins).max())
        violated = np.flatnonzero(margins < -_VIOLATED * size)
        if violated.size == 0:
            solution: Array = found.x
            return solution
        if np.isin(violated, chosen).all():
            return None
        chosen = np.union1d(chosen, violated[np.argsort(margins[violated])[:_ROWS]])
    return None
