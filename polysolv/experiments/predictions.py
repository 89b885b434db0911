"""What the theory predicts for the slope of each measured quantity, and what must be said with it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from polysolv.decisions.contact_degree import contact_degree
from polysolv.experiments.design import Design
from polysolv.experiments.quantity import Quantity
from polysolv.families import get
from polysolv.rates import RateReport, rate


@dataclass(frozen=True)
class Prediction:
    """Slopes of log error against log n by either theorem, None where it states none."""

    published: Fraction | None
    refined: Fraction | None


class Predictions:
    """The predictions for one design, from :func:`polysolv.rate`.

    Args:
        design: gives k, k*, d, the cells and the path.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.report: RateReport = rate(design.excess, d=design.truth.d, k_true=design.truth.k)
        self.identifiable = design.excess == 0 or design.k <= 2 * design.truth.k - 1

    def of(self, quantity: Quantity) -> Prediction:
        """Return the prediction for a quantity.

        Weighted errors of a parameter fall at its rate in its cell; a cell's total weight, D2 and D_refined
        are O(V), V of order n^(-1/2); D1 falls as the slowest parameter of the largest cell.
        """
        if self.design.m_true is not None and (merging := self._merging(quantity)) is not None:
            return merging
        if quantity.kind == "error" and quantity.name != "weight":
            return self._parameter(quantity.size, quantity.name)
        published = Fraction(-1, 2) if self.identifiable else None
        if quantity.name != "D1":
            return Prediction(published, published)
        largest = max(self.design.cells or (self.design.excess + 1,))
        slowest = [self._parameter(largest, name) for name in ("beta1", "a", "b", "sigma")]
        if not self.identifiable:
            return Prediction(None, None)
        return Prediction(
            max(p.published for p in slowest if p.published is not None),
            max(p.refined for p in slowest if p.refined is not None),
        )

    def notes(self) -> list[str]:
        """Return what the reader of the slopes must know, in sentences."""
        notes = [statement_of(self.design.path)]
        if self.design.m_true is not None:
            return notes
        if not self.identifiable:
            k, k_true = self.design.k, self.design.truth.k
            notes.append(
                f"k = {k} >= 2 k* = {2 * k_true}: the gate slopes are not identifiable (every true atom can "
                "be split in two with opposite gate slopes without changing the density), so the slope of "
                "beta1 and of the losses says nothing about a rate, and the published rates cannot hold as "
                "printed."
            )
        notes += [note for note in self.report.notes if "not identifiable" not in note or self.identifiable]
        return notes

    def _merging(self, quantity: Quantity) -> Prediction | None:
        """Return the uniform prediction for the moving cell; losses look at the centre, not at the truth."""
        if quantity.kind == "loss" or quantity.size == max(self.design.cells or ()):
            m, m_true = max(self.design.cells or (1,)), self.design.m_true or 2
            r = contact_degree(get("softmax-gaussian"), m, m_true) or 0
            slopes = {"b": Fraction(-1, 2 * r), "sigma": Fraction(-1, r)} if quantity.kind == "error" else {}
            return Prediction(None, slopes.get(quantity.name))
        return None

    def _parameter(self, size: int, name: str) -> Prediction:
        sizes = [cell.size for cell in self.report.cells]
        if size not in sizes:
            return Prediction(None, None)
        rates = self.report.cell(size).parameters[name]
        printed = None if not self.identifiable and name == "beta1" else rates.published
        refined = None if not self.identifiable and name == "beta1" else rates.refined
        return Prediction(
            None if printed is None else -printed.rate, None if refined is None else -refined.rate
        )


def statement_of(path: str) -> str:
    """Return which statement of the theory a sweep along a path tests."""
    if path == "fixed":
        return (
            "fixed truth: tests the upper bound. Rates are worst-case statements over a compact parameter "
            "set, so at one fixed truth the error may fall faster (a steeper slope) and never slower."
        )
    if path == "merge":
        return (
            "local alternatives (merge): tests the uniform lower bound. True atoms come together at distance "
            "of order n^(-1/(2r)), r the order of contact of fitted and true atoms of that cell; another "
            "mixture there agrees with them to degree r - 1. The column refined holds the uniform "
            "predictions, -1/(2r) for b and -1/r for sigma; errors of the moving cell are those to the truth "
            "that moves, atoms matched in order, or with the nearest if their numbers differ. Losses measure "
            "the distance to the centre, and have no prediction."
        )
    order = "n^(-1/(4m))" if path == "gauss-hermite" else "n^(-1/4)"
    what = {"gauss-hermite": "b (and sigma, at its square)", "split-beta1": "beta1", "split-a": "a"}[path]
    return (
        f"local alternatives ({path}): tests the lower bound. The truth moves with n at distance of order "
        f"{order} where n observations cannot tell it from G*, so no estimator's error in {what} can fall "
        "faster over the whole path; the errors of the moving cell are those to the moving truth, its atoms "
        "matched in order."
    )
