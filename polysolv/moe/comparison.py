"""The noun `Comparison`: fits with different numbers of experts, and what they speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables, to_text
from polysolv.errors import InputError
from polysolv.moe.estimator import SoftmaxGaussianMoE, record_of
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.presentation import range_grid, range_notes
from polysolv.moe.recommendation import recommend

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(RichDisplay):
    """Fits of the same data, by number of experts.

    Args:
        k: the number of experts that is recommended; None if no fit is a candidate.
        reasons: why, in words (:func:`polysolv.moe.recommendation.recommend`).
        fits: what the fits have learned, ascending in k.
    """

    k: int | None
    reasons: tuple[str, ...]
    fits: tuple[FitRecord, ...]

    def grid(self) -> Grid:
        """Return the table: criteria, cells and rates of each fit; * marks the least of a criterion."""
        return range_grid(list(self.fits))

    def plot(self) -> Picture:
        """Draw the criteria against k, and the gain of each expert beside the price that BIC asks for it."""
        from polysolv.moe.criteria_plot import plot_criteria

        return plot_criteria(self.fits)

    def _display(self) -> Tables:
        return [self.grid()], range_notes(list(self.fits))

    def __str__(self) -> str:
        return to_text(*self._display())

    def __repr__(self) -> str:
        return str(self)


def compare_fits(fits: Sequence[SoftmaxGaussianMoE]) -> Comparison:
    """Compare fits with different numbers of experts, and recommend one number in words.

    Args:
        fits: fitted estimators, of the same rows, with distinct numbers of experts.

    Returns:
        the comparison; it prints as ``polysolv fit --k 1:5`` does.

    Raises:
        InputError: if there is no fit, two have the same number of experts, or their rows differ in number.

    Candidates are stationary fits without a spurious atom. BIC decides; a smaller k whose BIC is less than 2
    above the least comes first. The reasons tell what ICL and sBIC say, what one expert more would gain, and
    how far from another one an expert must lie to be told from it with the n rows at hand, by its rate.

    >>> from polysolv import MixingMeasure, SoftmaxGaussianMoE
    >>> G = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
    >>> X, y = G.sample(500, seed=0)
    >>> fits = [SoftmaxGaussianMoE(k, n_init=1, random_state=0).fit(X, y) for k in (1, 2)]
    >>> compare_fits(fits).k
    2
    """
    records = [record_of(fit) for fit in fits]
    if len({record.n_samples for record in records}) > 1:
        sizes = [record.n_samples for record in records]
        raise InputError("fits: rows", sizes, "fits of the same rows")
    found = recommend(records)
    return Comparison(found.k, found.reasons, tuple(sorted(records, key=lambda fit: fit.mixing_measure.k)))
