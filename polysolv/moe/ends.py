"""The noun `End`: the best end of a search, with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from polysolv.moe import trust_region
from polysolv.moe.likelihood import Array, Mask, pack, unpack
from polysolv.moe.optimise import Run
from polysolv.moe.problem import Problem
from polysolv.moe.separation import separating_direction
from polysolv.moe.spurious import reasons

_LEAST_CURVATURE = -1e-6
_NEARLY_FLAT = 1e-5
_POLISH, _SHARP = 50, 1e-14
_ROUNDINGS = 8.0


@dataclass(frozen=True)
class End:
    """The best end of a search; everything in standardised coordinates.

    Args:
        run: vector, objective, gradient and how it was reached.
        log_likelihood: without the penalty.
        hessian: of the objective at the vector.
        gradient_norm: largest weighted entry of the projected gradient per observation.
        eigenvalues: of the information per observation over the coordinates that count, ascending.
        converged: whether the end is a stationary point without negative curvature.
        mass: effective rows of each atom.
        spurious: the spurious atoms.
        gate_separated: whether the gate has no maximum.
    """

    run: Run
    log_likelihood: float
    hessian: Array
    gradient_norm: float
    eigenvalues: Array
    converged: bool
    mass: Array
    spurious: tuple[int, ...]
    gate_separated: bool

    def counted(self, problem: Problem) -> Mask:
        """Return the coordinates that statements about curvature are over: free ones, not a hard gate's."""
        free: Mask = problem.restriction.allowed & ~problem.held(self.run.vector, self.run.gradient)
        if self.gate_separated:
            free[: problem.k * problem.Z.shape[0]] = False
        return free

    def why_spurious(self, problem: Problem, resolution: float) -> dict[int, str]:
        """Return for each spurious atom the reason, in the user's units."""
        unit = problem.coordinates.y_scale**2
        variance = np.exp(unpack(self.run.vector, problem.k)[2]) * unit
        p = len(problem.restriction.expert_rows)
        return reasons(self.mass, variance, p, problem.floor * unit, resolution, self.spurious)


def settled(problem: Problem, run: Run, tol: float, max_iter: int, free_gate: bool) -> End:
    """Return the end of a run, the last gate translated to 0, hard gates taken to their limit.

    Args:
        problem: data and box.
        run: the best run.
        tol, max_iter: of the fit.
        free_gate: whether the user leaves the gate unbounded.
    """
    separated = False
    if free_gate and problem.k > 1 and np.isfinite(run.value):
        gate, expert, log_variance = unpack(run.vector, problem.k)
        run = replace(run, vector=pack(gate - gate[-1], expert, log_variance))
        direction = _separating(problem, run)
        if direction is None and run.status == "stationary" and run.smallest_eigenvalue < _NEARLY_FLAT:
            # Rows that two experts seemed to share may be certain after it.
            run = _finished(problem, run, np.zeros_like(gate), max_iter)
            direction = _separating(problem, run)
        if direction is not None:
            separated = True
            run = _finished(problem, run, direction, max_iter)
    found = problem.evaluate(run.vector)
    run = replace(run, value=found.value, gradient=found.gradient)
    hessian = found.hessian if found.hessian is not None else np.zeros((run.vector.size,) * 2)
    norm = problem.norm(run.vector, found.gradient)
    status = run.status
    if status in ("stationary", "rounding"):
        flat = run.smallest_eigenvalue >= _LEAST_CURVATURE
        status = "stationary" if norm <= tol and (separated or flat) else "rounding"
    free = problem.restriction.reduced(run.vector)
    slope = trust_region.projected(problem.restriction.gradient(found.gradient), free, problem.free_box)
    slope = slope * problem.restriction.reduced(problem.weights) / problem.total
    level = bool((np.abs(slope) <= tol + _rounding(problem, run.vector)).all())
    flat = (norm <= tol or level) and (separated or run.smallest_eigenvalue >= _LEAST_CURVATURE)
    end = End(
        replace(run, status=status),
        problem.log_likelihood(run.vector, found.value),
        hessian,
        norm,
        np.empty(0),
        status in ("stationary", "rounding") and flat,
        problem.mass(run.vector),
        problem.spurious(run.vector),
        separated,
    )
    return replace(end, eigenvalues=_spectrum(problem, end))


def _separating(problem: Problem, run: Run) -> Array | None:
    """Return the direction of the gate along which the likelihood rises for ever, shape (k, p), or None."""
    gate, _, _ = unpack(run.vector, problem.k)
    rows = list(problem.restriction.gate_rows)
    tau = problem.responsibilities(run.vector)
    direction = separating_direction(gate[:, rows], tau, problem.Z[rows], problem.row_weights)
    if direction is None:
        return None
    whole = np.zeros_like(gate)
    whole[:, rows] = direction
    return whole


def _finished(problem: Problem, run: Run, direction: Array, max_iter: int) -> Run:
    """Climb as far as double precision allows, from where the gate's direction makes its decisions certain.

    Where the information is all but singular, a gradient within the tolerance leaves likelihood to be gained.
    """
    gate, expert, log_variance = unpack(run.vector, problem.k)
    hard = gate + direction
    start = pack(hard - hard[-1], expert, log_variance)
    ascent = problem.ascend(start, _SHARP, min(_POLISH, max_iter))
    if not ascent.evaluation.value >= run.value - 1e-9 * (1.0 + abs(run.value)):
        return run
    return replace(
        run,
        vector=ascent.vector,
        value=ascent.evaluation.value,
        gradient=ascent.evaluation.gradient,
        values=[*run.values, max(ascent.evaluation.value, run.values[-1])],
        iterations=run.iterations + ascent.evaluations,
        status="stationary" if run.status == "stationary" else ascent.status,
        smallest_eigenvalue=ascent.smallest_eigenvalue,
    )


def _rounding(problem: Problem, vector: Array) -> Array:
    """Return how much rounding of responses and means alone may move each weighted entry of the gradient.

    In the free coordinates, per observation.
    """
    _, expert, log_variance = unpack(vector, problem.k)
    Z, y = problem.Z, problem.y
    precision = np.exp(-log_variance)[:, None]
    error = float(np.finfo(float).eps) * (np.abs(y) + np.abs(expert) @ np.abs(Z)) * precision
    error *= problem.often(problem.responsibilities(vector))
    by_size = error * np.abs(y - expert @ Z)
    columns = np.abs(Z).T
    noise = pack(by_size @ columns, error @ columns, by_size.sum(axis=1)) * problem.weights
    return np.asarray(_ROUNDINGS * problem.restriction.gradient(noise) / problem.total)


def _spectrum(problem: Problem, end: End) -> Array:
    """Return the eigenvalues over the coordinates that count, without the zeros of free gate translations."""
    free = problem.restriction.reduced(end.counted(problem))
    if not free.any():
        return np.empty(0)
    information = -problem.restriction.hessian(end.hessian) / problem.total
    # The translations are eigenvectors: moved beyond all others, they come last.
    shift = 2.0 * float(np.linalg.norm(information[np.ix_(free, free)])) + 1e-300
    zeros = 0
    for group in problem.free_box.gauge:
        index = np.array(group)
        if free[index].all():
            information[np.ix_(index, index)] += shift / index.size
            zeros += 1
    eigenvalues = np.linalg.eigvalsh(information[np.ix_(free, free)])
    return np.asarray(eigenvalues[: int(free.sum()) - zeros], dtype=np.float64)
