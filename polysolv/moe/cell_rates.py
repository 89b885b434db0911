"""The rates that apply to the atoms of a fit, given their cells and the relations among covariates."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from polysolv.decisions import MAX_CELL_SIZE, order
from polysolv.errors import InputError
from polysolv.families import Family, resolve
from polysolv.families.separate_covariates import separate_covariates
from polysolv.moe.covariate_relations import CovariateRelation, covariate_symbols
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.outside_theory import outside_theory
from polysolv.moe.structure import Structure
from polysolv.rates import ParameterRates
from polysolv.rates.statements import parameter_rates

FAMILY, FREE_GATE = "softmax-gaussian", "gaussian-experts-free-gate"
ONE_VARIANCE = "nothing is proved for experts that look like one where all share one variance"
# With few levels and one variance, experts may change places from level to level.
ONE_VARIANCE_RELATIONS = "nothing is proved for one variance where the covariates satisfy relations"
GATE_SEPARATED = "the gate has no maximum: its slopes grow without end"


@dataclass(frozen=True)
class CellRate:
    """The rates of the parameters of the fitted atoms in one inferred cell.

    Args:
        atoms: indices of the fitted atoms that look like one and have a rate.
        size: m, the number of atoms that look like one; those outside the theory count.
        order: r̄(m) of the cell size m, for covariates with a density; ``None`` modulo relations.
        parameters: parameter name -> published and refined statement.
    """

    atoms: tuple[int, ...]
    size: int
    order: int | None
    parameters: dict[str, ParameterRates]

    def to_data(self) -> dict[str, Any]:
        """Return the rates as JSON data."""
        return {
            "atoms": list(self.atoms),
            "size": self.size,
            "order": self.order,
            "parameters": [rates.to_data() for rates in self.parameters.values()],
        }


@dataclass(frozen=True)
class FitRates:
    """The rates of a fit's inferred cells, and what they rest on.

    Args:
        cells: one entry for each inferred cell that holds an atom with a rate.
        relations: the relations, in a family's covariates, that the rates are taken modulo.
        without: atom -> why it has no rate.
        assumed: what is assumed of the covariates, in words; "" where all rates are withheld.
    """

    cells: tuple[CellRate, ...]
    relations: tuple[str, ...]
    without: dict[int, str]
    assumed: str


def cell_rates(
    cells: Sequence[tuple[int, ...]],
    d: int,
    relations: Sequence[str] = (),
    withheld: str = "",
    without: Container[int] = (),
    structure: Structure | None = None,
) -> list[CellRate]:
    """Return the rates for inferred cells; where none holds a single atom, the gate is not identifiable.

    Args:
        cells: the groups of fitted atoms, sizes 1 to 400.
        d: number of covariates.
        relations: polynomials in x (d = 1) or x1, x2, ... that vanish on the covariates.
        withheld: a reason to withhold all rates, or "".
        without: atoms that have no rate. They count in the size of a cell (the others' rates are worst-case
            statements), but an atom alone in its cell has to have one to be exactly fitted.
        structure: what the model leaves out, in places of the d covariates, which are those it uses; None for
            nothing. Where the gate depends on no covariate, no exactly fitted cell is needed.

    >>> rates = cell_rates([(0,), (1, 2)], d=1)[1].parameters["b"]
    >>> str(rates.published.rate), str(rates.refined.rate)
    ('1/8', '1/8')
    """
    exactly_fitted = any(len(cell) == 1 and cell[0] not in without for cell in cells)
    result = []
    for cell in cells:
        atoms = tuple(atom for atom in cell if atom not in without)
        if not atoms:
            continue
        size = min(len(cell), MAX_CELL_SIZE)
        why = withheld
        if structure is not None and structure.equal_variances:
            why = why or (ONE_VARIANCE_RELATIONS if relations else ONE_VARIANCE if size > 1 else "")
        r, parameters = _rates(d, tuple(relations), size, exactly_fitted, why, structure)
        if structure is not None and structure.equal_variances:
            # What is in print is not about this model, though it holds of a cell of one atom.
            parameters = {name: rates._replace(published=None) for name, rates in parameters.items()}
        result.append(CellRate(atoms, len(cell), r, dict(parameters)))
    return result


def family_of(d: int, structure: Structure | None) -> Family:
    """Return the family of the rates of a structure, with the covariates that it uses.

    Args:
        d: number of covariates.
        structure: in places of these covariates; None for one that leaves nothing out. Whether the variances
            are one does not matter: a cell of one atom has the rates of the larger model, and no other cell
            has any.
    """
    if structure is None or not structure.separate:
        return resolve(FAMILY, d)
    if not structure.gate:
        return resolve(FREE_GATE, d)
    return separate_covariates(d, structure.gate, structure.experts)


def rates_of_fit(fit: FitRecord) -> FitRates:
    """Return the rates of the inferred cells of a fit.

    They are those modulo the relations that hold among the covariates. An atom outside the theory (a spike,
    an atom with next to no rows) has none. Where not all relations are known, all rates are withheld; where
    the gate has no maximum, those of its slopes.
    """
    found = fit.covariate_relations
    without = outside_theory(fit)
    cells = fit.inferred_cells
    kept = [j for j in range(fit.mixing_measure.d) if j not in getattr(fit, "collinear", ())]
    structure = getattr(fit, "structure", None)
    if structure is not None:
        kept = list(structure.used)
        structure = structure.among(structure.used)
    relations = _relations_in(kept, found.found)
    if relations is None or not _has_zeros(len(kept), relations, structure):
        # What holds nearly need not fit together.
        relations = _relations_in(kept, [relation for relation in found.found if not relation.approximate])
    withheld = "" if found.complete else found.note
    if relations is None:
        relations, withheld = (), withheld or "relations hold between the columns and one that is left out"
    rates = cell_rates(cells, len(kept), relations, withheld, without, structure)
    if getattr(fit, "gate_separated", False):
        gate = ParameterRates("beta1", None, None, GATE_SEPARATED)
        rates = [replace(cell, parameters={**cell.parameters, "beta1": gate}) for cell in rates]
    return FitRates(tuple(rates), relations, without, _assumed(fit, cells))


def _relations_in(kept: list[int], relations: Sequence[CovariateRelation]) -> tuple[str, ...] | None:
    """Return the relations among the columns kept; ``None`` if one holds with another column.

    What determines a column that was left out is passed over: no other relation holds it then.
    """
    names = ["?"] * (max(kept) + 1)
    for name, j in zip(covariate_symbols(len(kept)), kept, strict=True):
        names[j] = name
    texts = []
    for relation in relations:
        lead = next(iter(relation.polynomial))
        if relation.degree == 1 and lead[0][0] not in kept:
            continue
        if not relation.variables <= set(kept):
            return None
        texts.append(relation.symbolic(names))
    return tuple(texts)


@lru_cache(maxsize=256)
def _rates(
    d: int,
    relations: tuple[str, ...],
    size: int,
    exactly_fitted: bool,
    withheld: str,
    structure: Structure | None,
) -> tuple[int | None, dict[str, ParameterRates]]:
    family = family_of(d, structure)
    if not relations and not withheld:
        # Orders in print, and the theorem on them, are of families in the catalogue.
        r = int(order(family, size)) if family.name in (FAMILY, FREE_GATE) else None
        return r, parameter_rates(family, size, r, exactly_fitted=exactly_fitted)
    if withheld:
        return None, _nothing(family, withheld)
    try:
        observed = family.observed_modulo(relations)
        return None, parameter_rates(observed, size, None, exactly_fitted=exactly_fitted)
    except InputError as error:
        return None, _nothing(family, f"nothing is proved modulo the relations among the covariates: {error}")


def _nothing(family: Family, why: str) -> dict[str, ParameterRates]:
    return {p.name: ParameterRates(p.name, None, None, why) for p in family.parameters}


@lru_cache(maxsize=256)
def _has_zeros(d: int, relations: tuple[str, ...], structure: Structure | None) -> bool:
    try:
        family_of(d, structure).observed_modulo(relations)
    except InputError:
        return False
    return True


def _assumed(fit: FitRecord, cells: Sequence[tuple[int, ...]]) -> str:
    """Return what the rates assume of the covariates beyond what was found."""
    found = fit.covariate_relations
    if not found.complete:
        return ""
    needed = 2 * max((len(cell) for cell in cells), default=1)
    if not found.degree:
        return f"that no polynomial vanishes on the covariates ({found.note})"
    what = "polynomial outside the ideal of these relations" if found.found else "polynomial"
    beyond = f"that no {what} vanishes on the covariates, of degree up to {needed}"
    if found.degree >= needed:
        return f"{beyond}, as none does on these"
    return f"{beyond} ({found.note})"
