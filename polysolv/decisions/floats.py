"""Fast numerical evaluation of a case and its Jacobian, for searching; nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from polysolv.decisions.normal_form import Case


class FloatSystem:
    """The equations of a case in double precision.

    Args:
        case: the case; its unknowns are the coordinates, in order.
    """

    def __init__(self, case: Case) -> None:
        self.names = case.unknowns
        self.count = len(case.equations)
        exponents, coefficients, rows = [], [], []
        for row, polynomial in enumerate(case.equations.values()):
            size = max(abs(float(value)) for value in polynomial.values())
            for monomial, value in polynomial.items():
                line = [0] * len(self.names)
                for i, e in monomial:
                    line[i] = e
                exponents.append(line)
                coefficients.append(float(value) / size)
                rows.append(row)
        self.exponents = np.array(exponents, dtype=np.int64).reshape(-1, len(self.names))
        self.coefficients = np.array(coefficients)
        self.rows = np.array(rows, dtype=np.int64)

    def value(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values of the equations at x, each divided by its largest coefficient."""
        terms = self.coefficients * np.prod(x[None, :] ** self.exponents, axis=1)
        return self._summed(terms)

    def jacobian(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the Jacobian at x."""
        columns = []
        for i in range(len(self.names)):
            lowered = self.exponents.copy()
            lowered[:, i] = np.maximum(lowered[:, i] - 1, 0)
            terms = self.coefficients * self.exponents[:, i] * np.prod(x[None, :] ** lowered, axis=1)
            columns.append(self._summed(terms))
        return np.array(columns).T.reshape(self.count, len(self.names))

    def _summed(self, terms: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(self.rows, terms, minlength=self.count).astype(np.float64)
