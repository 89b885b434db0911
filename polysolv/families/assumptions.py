"""What a family's statements assume, in sentences: the one source of every place that prints assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from polysolv.families.log_symbol import LogSymbol

if TYPE_CHECKING:
    from polysolv.families.kept_density import Density

TRUE_VALUES = "true values"
WEIGHTS = "weights: those of the fitted atoms are bounded below by a positive number"


def stated_assumptions(
    log_symbol: LogSymbol,
    relations: Sequence[str] = (),
    true_values: Sequence[str] = (),
    density: Density | None = None,
) -> list[str]:
    """Return what every exponent and rate of a family assumes: sentences that begin with what they are about.

    Args:
        log_symbol: the family's K.
        relations: what vanishes on what is observed, and the ideal of those only.
        true_values: what is assumed of symbolic true values in K.
        density: the density that the family was derived from, if it was: of that less is assumed.

    Returns:
        one sentence each about covariates (if there are any), response, true values (if symbolic), weights
        and truth, without full stops.

    Source: theory page §1, observed-algebra page §2.

    >>> from polysolv.families import get
    >>> print(stated_assumptions(get("softmax-gaussian").log_symbol)[0])
    covariate x: bounded, with a density that is bounded below on some ball (no dummies, no few levels)
    >>> print(get("softmax-gaussian").observed_modulo(["x^2 - x"]).stated_assumptions[0])
    covariate x: bounded; what holds on all of it is x^2 - x = 0 and what follows from that, nothing else
    """
    covariates, duals = log_symbol.covariates, log_symbol.duals
    of_covariates, of_response = _by_variables(log_symbol, relations)
    found = []
    if covariates:
        found.append(_covariates(covariates, of_covariates))
    found.append(_response(duals, of_response) if density is None else _response_of(density, of_response))
    if true_values:
        found.append(f"{TRUE_VALUES}: {', '.join(true_values)}")
    return [*found, WEIGHTS, _truth(bool(of_covariates), density is not None or bool(of_response))]


def _truth(levels: bool, related: bool) -> str:
    """Return what is assumed of the truth: Gaussian atoms that differ are independent by themselves."""
    where = " at every value of the covariates" if levels else ""
    more = ", and the derivatives of different ones are independent" if related else ""
    return f"truth: its atoms are distinct{where} and interior to a compact parameter space{more}"


def _by_variables(log_symbol: LogSymbol, relations: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the relations among covariates alone, and the others."""
    if not relations:
        return [], []
    from polysolv.families.observed import parse_relations

    first = len(log_symbol.covariates)
    parsed = parse_relations(log_symbol, relations)
    sorted_out: tuple[list[str], list[str]] = ([], [])
    for text, polynomial in zip(relations, parsed, strict=True):
        sorted_out[any(any(e[first:]) for e in polynomial)].append(f"{text} = 0")
    return sorted_out


def _covariates(names: Sequence[str], relations: Sequence[str]) -> str:
    one = len(names) == 1
    who = f"covariate {names[0]}" if one else f"covariates {_listed(names)}"
    if relations:
        what = f"{_listed(relations)} and what follows from {'that' if len(relations) == 1 else 'these'}"
        return f"{who}: bounded; what holds on all of {'it' if one else 'them'} is {what}, nothing else"
    density = "with a density" if one else "with a joint density"
    excluded = "no dummies, no few levels" + ("" if one else ", no column that depends on others")
    return f"{who}: bounded, {density} that is bounded below on some ball ({excluded})"


def _response(duals: Sequence[str], relations: Sequence[str]) -> str:
    if relations:
        what = f"{_listed(relations)} and what follows from {'that' if len(relations) == 1 else 'these'}"
        return f"response: among the powers of {_listed(duals)} what holds is {what}, nothing else"
    if len(duals) == 1:
        powers = f"all powers of the dual variable {duals[0]} are"
    else:
        powers = f"all monomials in the dual variables {_listed(duals)} are"
    return f"response: {powers} independent (the response takes infinitely many values)"


def _response_of(density: Density, relations: Sequence[str]) -> str:
    taken = ", ".join(map(str, density.values))
    values = f"takes the values {taken}" if taken else "takes infinitely many values"
    if relations:
        what = f"what holds of the density's derivatives is {_listed(relations)} and what follows from that"
    else:
        what = "the density's derivatives, as far as a cell needs, are independent"
    return f"response: {values}; {what} (checked, except at special true values)"


def _listed(names: Sequence[str]) -> str:
    """Return names for people; long lists by their ends.

    >>> _listed(["x1", "x2", "x3"]), _listed(["a"]), _listed([f"x{i}" for i in range(1, 9)])
    ('x1, x2, x3', 'a', 'x1, x2, ..., x8')
    """
    if len(names) > 6:
        return f"{names[0]}, {names[1]}, ..., {names[-1]}"
    return ", ".join(names)
