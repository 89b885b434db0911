"""The rates that apply to the atoms of a fit, given the cells they seem to form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from polysolv.decisions import MAX_CELL_SIZE, order
from polysolv.families import resolve
from polysolv.rates import ParameterRates
from polysolv.rates.statements import NO_EXACTLY_FITTED_CELL, parameter_rates

FAMILY = "softmax-gaussian"


@dataclass(frozen=True)
class CellRate:
    """The rates of the parameters of the fitted atoms in one inferred cell.

    Args:
        atoms: indices of the fitted atoms that look like one.
        order: r̄(m) of the cell size m.
        parameters: parameter name -> published and refined statement.
    """

    atoms: tuple[int, ...]
    order: int
    parameters: dict[str, ParameterRates]

    def to_data(self) -> dict[str, Any]:
        """Return the rates as JSON data."""
        return {
            "atoms": list(self.atoms),
            "size": len(self.atoms),
            "order": self.order,
            "parameters": [rates.to_data() for rates in self.parameters.values()],
        }


def cell_rates(cells: Sequence[tuple[int, ...]], d: int) -> list[CellRate]:
    """Return the rates for inferred cells; refined ones are withheld where no cell holds a single atom.

    Args:
        cells: the groups of fitted atoms, sizes 1 to 400.
        d: number of covariates.

    >>> rates = cell_rates([(0,), (1, 2)], d=1)[1].parameters["b"]
    >>> str(rates.published.rate), str(rates.refined.rate)
    ('1/8', '1/8')
    """
    family = resolve(FAMILY, d)
    withheld = "" if any(len(cell) == 1 for cell in cells) else NO_EXACTLY_FITTED_CELL
    result = []
    for cell in cells:
        size = min(len(cell), MAX_CELL_SIZE)
        r = int(order(family, size))
        result.append(CellRate(tuple(cell), r, parameter_rates(family, size, r, withheld)))
    return result
