"""The noun `Recommendation`: one number of experts, and the reasons in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from polysolv.errors import InputError
from polysolv.moe.cell_rates import rates_of_fit
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.singular_bic import sbic_of_fits
from polysolv.rates import ParameterRates

# Differences of BIC below it are barely worth a mention (Kass and Raftery 1995).
CLEAR = 2.0


@dataclass(frozen=True)
class Recommendation:
    """What a range of fits speaks for.

    Args:
        k: the number of experts; None if no fit is a candidate.
        reasons: one clause each: the criteria, the step to k + 1, what the rates say of n, which fits are no
            candidates, and what to beware of.
    """

    k: int | None
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The recommendation as one sentence."""
        first = "recommended: none of these k" if self.k is None else f"recommended: k = {self.k}"
        return f"{first}: {'; '.join(self.reasons)}"


def recommend(fits: Sequence[FitRecord]) -> Recommendation:
    """Return the number of experts that fits of the same data speak for.

    Args:
        fits: with different numbers of experts.

    Candidates are the fits without a spurious atom that are stationary points. Of these BIC decides, but a
    smaller k whose BIC is less than 2 above the least is preferred. ICL and sBIC are reported: ICL asks for
    experts whose rows hardly overlap, and sBIC picks too many more often than BIC.

    Raises:
        InputError: if there is no fit, or two have the same number of experts.
    """
    fits = sorted(fits, key=lambda fit: fit.mixing_measure.k)
    sizes = [fit.mixing_measure.k for fit in fits]
    if not fits or len(set(sizes)) < len(sizes):
        raise InputError("fits", sizes, "at least one fit, with distinct numbers of experts")
    candidates = [fit for fit in fits if not fit.spurious and fit.converged]
    if not candidates:
        return Recommendation(None, tuple(_left_out(fits)))
    least = min(candidates, key=lambda fit: fit.bic)
    chosen = next(fit for fit in candidates if fit.bic < least.bic + CLEAR)
    k = chosen.mixing_measure.k
    reasons = [*_criteria(fits, candidates, least, chosen), *_beyond(fits, chosen), *_left_out(fits)]
    if len(fits) > 1 and k == sizes[-1]:
        reasons.append(f"k = {k} is the largest that was tried: try more")
    if sizes[0] > 1 and k == sizes[0]:
        reasons.append(f"k = {k} is the smallest that was tried: try fewer")
    alike = [cell for cell in chosen.inferred_cells if len(cell) > 1]
    if alike:
        reasons.append(
            f"its data support {len(chosen.inferred_cells)} only, as some of its atoms look like one"
        )
    if chosen.at_bound:
        reasons.append(f"its {', '.join(chosen.at_bound)} is at a bound, where BIC is not meant for")
    if chosen.gate_separated:
        reasons.append("its gate is a hard split, so that BIC counts parameters that it has no use for")
    return Recommendation(k, tuple(reasons))


def _criteria(
    fits: Sequence[FitRecord], candidates: Sequence[FitRecord], least: FitRecord, chosen: FitRecord
) -> list[str]:
    """Return which criteria agree."""
    k = chosen.mixing_measure.k
    by_icl = min(candidates, key=lambda fit: fit.icl).mixing_measure.k
    chosen_by = {"BIC": least.mixing_measure.k, "ICL": by_icl}
    singular = sbic_of_fits(fits).values
    if singular is not None:
        place = min(range(len(fits)), key=singular.__getitem__)
        chosen_by["sBIC"] = fits[place].mixing_measure.k
    agree = [name for name, value in chosen_by.items() if value == k]
    verb = "agree on" if len(agree) > 1 else "is least at"
    found = [f"{' and '.join(agree)} {verb} k = {k}"] if agree else []
    if least is not chosen:
        away = chosen.bic - least.bic
        found.append(
            f"BIC is least at k = {least.mixing_measure.k}, but by {away:.2f} only, and the smaller k is "
            f"preferred where less than {CLEAR:g} lies between"
        )
    if by_icl != k:
        found.append(f"ICL is least at k = {by_icl}: it asks for experts whose rows hardly overlap")
    if "sBIC" in chosen_by and chosen_by["sBIC"] != k:
        found.append(f"sBIC is least at k = {chosen_by['sBIC']}: it picks too many more often than BIC")
    return found


def _beyond(fits: Sequence[FitRecord], chosen: FitRecord) -> list[str]:
    """Return what one expert more would gain, and how far apart it would have to lie to be seen."""
    k, n = chosen.mixing_measure.k, chosen.n_samples
    larger = next((fit for fit in fits if fit.mixing_measure.k == k + 1), None)
    if larger is None:
        return []
    found = []
    gain = larger.log_likelihood - chosen.log_likelihood
    price = 0.5 * (larger.n_parameters - chosen.n_parameters) * math.log(n)
    held = " (by a spurious end)" if larger.spurious else ""
    found.append(
        f"k = {k + 1} gains {gain:.2f} of log-likelihood{held}, and BIC asks for {price:.2f}"
        if gain < price or not larger.spurious
        else f"k = {k + 1} gains {gain:.2f} of log-likelihood, but by a spurious end"
    )
    rate = _rate_of_one_more(larger)
    if rate is not None:
        distance = n ** -float(rate)
        found.append(
            f"with n = {n:,.15g} rows an expert that lies within about n^(-{rate}) = {distance:.2g} of "
            "another one, in units of its spread and up to a constant, would not be told from it; half of "
            f"that takes {2 ** float(1 / rate):,.0f} times the rows"
        )
    return found


def _rate_of_one_more(larger: FitRecord) -> Fraction | None:
    """Return the slowest rate in a cell of two, all others fitted exactly; None where it is not known."""
    k = larger.mixing_measure.k
    usual = replace(larger, inferred_cells=[(0, 1), *((i,) for i in range(2, k))], spurious=(), at_bound=[])
    cell = next((cell for cell in rates_of_fit(usual).cells if cell.size == 2), None)
    # Gate slopes of a lone cell say nothing of how well two experts are told apart.
    shown = [rates for name, rates in cell.parameters.items() if name != "beta1"] if cell else []
    found = [_slowest(rates) for rates in shown]
    known = [rate for rate in found if rate is not None]
    return min(known) if known and len(known) == len(shown) else None


def _slowest(rates: ParameterRates) -> Fraction | None:
    """Return the rate of a parameter, the slowest that its bounds leave possible; None if there is none."""
    if rates.refined is not None and rates.identifiable:
        return rates.refined.rate
    if rates.bounds is None or rates.bounds[1] is None:
        return None
    return 1 / (2 * rates.bounds[1])


def _left_out(fits: Sequence[FitRecord]) -> list[str]:
    """Return which fits are no candidates, and why."""
    found = []
    for fit in fits:
        k = fit.mixing_measure.k
        if fit.spurious:
            atoms = ", ".join(map(str, fit.spurious))
            found.append(f"k = {k} ended in spurious atoms ({atoms}), which follow a few rows: no candidate")
        elif not fit.converged:
            found.append(f"k = {k} is no stationary point ({fit.status}): no candidate")
        elif fit.at_bound:
            found.append(f"k = {k} ended at a bound ({', '.join(fit.at_bound)})")
    return found
