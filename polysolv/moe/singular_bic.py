"""Singular BIC (Drton and Plummer 2017): the verb `sbic`, and when its assumptions hold for fits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.errors import InputError, require_integer
from polysolv.rates.learning import LearningCoefficients, learning_coefficients

if TYPE_CHECKING:
    from polysolv.moe.fit_record import FitRecord

MAX_EXPERTS = 20

# (k, k*) -> (λ, μ)
Coefficients = Mapping[tuple[int, int], tuple[Fraction | float, int]]


def sbic(
    log_likelihoods: Sequence[float], n: float, coefficients: LearningCoefficients | Coefficients
) -> list[float]:
    """Return -2 log L_k for k = 1, 2, …; smaller is better.

    Args:
        log_likelihoods: the maximised log-likelihood for k = 1, 2, …, at most 20 of them.
        n: number of observations, at least 3; no integer where rows have weights.
        coefficients: λ(k, k*) and μ for all k* ≤ k: the table of :func:`polysolv.learning_coefficients`, or a
            mapping (k, k*) -> (λ, μ). Of a table's entry that is only bounded the upper bound is taken, and 1
            for a multiplicity that is not known: what Drton and Plummer call sBIC-bar.

    Raises:
        InputError: if an argument is not allowed, or a coefficient is missing.

    With L'_ij = exp(ℓ_i - λ_ij log n + (μ_ij - 1) log log n), L_i is the positive root of
    L² + (Σ_{j<i} L_j - L'_ii) L - Σ_{j<i} L'_ij L_j = 0: equal prior probabilities of all models.
    Source: Drton and Plummer, A Bayesian information criterion for singular models, JRSS-B 2017.

    >>> from polysolv import learning_coefficients
    >>> table = learning_coefficients("softmax-gaussian", 2)
    >>> [round(value, 3) for value in sbic([-250.0, -220.0], 500, table)]
    [518.644, 489.648]
    """
    values = _finite(log_likelihoods)
    if not isinstance(n, float) or not 3 <= n < 2**63 or n.is_integer():
        n = require_integer("n", n, 3, 2**63 - 1)
    log_n, log_log_n = math.log(n), math.log(math.log(n))

    def marginal(i: int, j: int) -> float:
        size, multiplicity = _coefficient(coefficients, i, j)
        return values[i - 1] - size * log_n + (multiplicity - 1) * log_log_n

    found: list[float] = []
    for i in range(1, len(values) + 1):
        products = [marginal(i, j) + found[j - 1] for j in range(1, i)]
        found.append(_log_root(_log_sum(found), marginal(i, i), _log_sum(products)))
    return [-2.0 * value for value in found]


def _log_root(log_sum: float, log_own: float, log_c: float) -> float:
    """Return log of the positive root of L² + b L - c, where b = exp(log_sum) - exp(log_own).

    Everything stays in logarithms: models that fit much worse than smaller ones have c far below b².
    """
    upper, lower = max(log_sum, log_own), min(log_sum, log_own)
    log_b = upper + math.log(-math.expm1(lower - upper)) if lower < upper else -math.inf
    log_discriminant = _log_sum([2 * log_b, log_c + math.log(4)])
    log_far = _log_sum([log_discriminant / 2, log_b]) - math.log(2)  # of (sqrt(b² + 4c) + |b|) / 2
    return log_c - log_far if log_sum > log_own else log_far


def _log_sum(logs: Sequence[float]) -> float:
    """Return log Σ exp, and -inf for no terms."""
    largest = max(logs, default=-math.inf)
    if largest == -math.inf:
        return largest
    return largest + math.log(math.fsum(math.exp(value - largest) for value in logs))


@dataclass(frozen=True)
class RangeSbic:
    """sBIC of fits with k = 1, 2, …: ``values`` if it is understood, else None and ``reason``.

    ``bounded`` lists the pairs (k, k*) of which only an upper bound of λ went in.
    """

    values: tuple[float, ...] | None
    reason: str
    bounded: tuple[tuple[int, int], ...] = ()


def sbic_of_fits(fits: Sequence[FitRecord]) -> RangeSbic:
    """Return the sBIC of a range of fits, or why its assumptions do not hold."""
    reason = _refusal(fits)
    if reason:
        return RangeSbic(None, reason)
    model = fits[0]
    family = "softmax-gaussian" if model.structure.gate else "gaussian-experts-free-gate"
    table = learning_coefficients(family, len(fits), len(model.structure.used))
    values = sbic([fit.log_likelihood for fit in fits], model.n_samples, table)
    bounded = tuple((entry.k, entry.k_true) for entry in table.entries if entry.value is None)
    return RangeSbic(tuple(values), "", bounded)


def _refusal(fits: Sequence[FitRecord]) -> str:
    """Return why sBIC does not apply, or ""."""
    sizes = [fit.mixing_measure.k for fit in fits]
    if sizes != list(range(1, len(fits) + 1)) or len(fits) > MAX_EXPERTS:
        return f"it needs a fit for each k from 1 on, at most {MAX_EXPERTS}"
    if fits[0].n_samples < 3:
        return "it needs three rows"
    if any(fit.structure != fits[0].structure for fit in fits):
        return "the fits are of models that leave out different things"
    structure = fits[0].structure
    if structure.equal_variances:
        return "learning coefficients are not known where all experts share one variance"
    if structure.separate and structure.gate:
        return "learning coefficients are not known where gate and experts depend on different covariates"
    for fit in fits:
        at = f"k = {fit.mixing_measure.k}"
        if fit.mixing_measure.k > 1 and not _is_gate_bounded(fit):
            names = "beta0 and beta1 bounds" if structure.gate else "beta0 a bound"
            return f"the gate is not bounded at {at}: give {names}, from below and above"
        if fit.spurious:
            return f"the fit at {at} ends in spurious atoms"
        if fit.gate_separated:
            return f"the gate has no maximum at {at}"
        if fit.settings.get("penalty") is not None:
            return f"the fit at {at} maximises a penalised likelihood"
        if not fit.converged:
            return f"the fit at {at} is not a stationary point"
        if fit.covariate_relations.found:
            return "the covariates satisfy relations, modulo which learning coefficients are not known"
    return ""


def _is_gate_bounded(fit: FitRecord) -> bool:
    from polysolv.moe.coordinates import interval

    bounds, d = fit.settings.get("bounds") or {}, fit.mixing_measure.d
    names = ("beta0", "beta1") if fit.structure.gate else ("beta0",)
    ends = [end for name in names for end in interval(name, bounds.get(name), d)]
    return all(math.isfinite(value) for end in ends for value in end.tolist())


def _coefficient(coefficients: LearningCoefficients | Coefficients, i: int, j: int) -> tuple[float, int]:
    if isinstance(coefficients, LearningCoefficients):
        entry = coefficients.pair(i, j)
        return float(entry.upper), (entry.multiplicity if entry.value is not None else None) or 1
    try:
        size, multiplicity = coefficients[i, j]
        size = float(size)
    except (KeyError, TypeError, ValueError):
        raise InputError("coefficients", f"({i}, {j})", "a pair (coefficient, multiplicity)") from None
    if not 0 < size < 1e6:
        raise InputError(f"coefficients[{i}, {j}]", size, "a positive coefficient")
    return size, require_integer(f"coefficients[{i}, {j}]: multiplicity", multiplicity, 1, 1000)


def _finite(log_likelihoods: Sequence[float]) -> list[float]:
    allowed = f"1 to {MAX_EXPERTS} finite numbers below 1e300 in size, for k = 1, 2, ..."
    try:
        values = [float(value) for value in log_likelihoods]
    except (TypeError, ValueError):
        raise InputError("log_likelihoods", log_likelihoods, allowed) from None
    if not 1 <= len(values) <= MAX_EXPERTS or not all(abs(value) < 1e300 for value in values):
        raise InputError("log_likelihoods", log_likelihoods, allowed)
    return values
