"""A small exact linear program: minimise c·x subject to A x ≥ b, x ≥ 0, with c ≥ 0, in rationals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Row = tuple[dict[int, int | Fraction], Fraction]


def minimise(costs: Sequence[Fraction], rows: Sequence[Row]) -> tuple[Fraction, list[Fraction]] | None:
    """Return the minimum and a minimiser, or ``None`` if no x satisfies all rows.

    Args:
        costs: c ≥ 0.
        rows: (coefficients by variable, right-hand side), each read as Σ coefficient·x ≥ right-hand side.

    The dual, max b·y subject to Aᵀ y ≤ c, y ≥ 0, starts feasible at y = 0; it is solved by the simplex method
    with Bland's rule, so no cycling, and x is read off the reduced costs.

    >>> rows = [({0: 2, 1: 1}, Fraction(3)), ({1: -1}, Fraction(-1))]
    >>> minimise([Fraction(1), Fraction(0)], rows)
    (Fraction(1, 1), [Fraction(1, 1), Fraction(1, 1)])
    """
    n, m = len(costs), len(rows)
    # Tableau rows: constraints Aᵀ y + slack = c; columns: y_1..y_m, slack_1..slack_n, right-hand side.
    table = [
        [Fraction(rows[j][0].get(i, 0)) for j in range(m)]
        + [Fraction(int(i == k)) for k in range(n)]
        + [Fraction(costs[i])]
        for i in range(n)
    ]
    objective = [-rows[j][1] for j in range(m)] + [Fraction(0)] * (n + 1)
    basis = [m + i for i in range(n)]
    while True:
        column = next((j for j in range(m + n) if objective[j] < 0), None)
        if column is None:
            return objective[-1], [objective[m + i] for i in range(n)]
        ratios = [(table[i][-1] / table[i][column], basis[i], i) for i in range(n) if table[i][column] > 0]
        if not ratios:
            return None
        _, _, pivot = min(ratios)
        scale = table[pivot][column]
        table[pivot] = [v / scale if v else v for v in table[pivot]]
        for line in (*(table[i] for i in range(n) if i != pivot), objective):
            factor = line[column]
            if factor:
                for k, v in enumerate(table[pivot]):
                    if v:
                        line[k] -= factor * v
        basis[pivot] = column
