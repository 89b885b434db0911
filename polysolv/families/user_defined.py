"""User-defined families: from the text of a log-symbol, with stated assumptions on true values."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from polysolv.errors import InputError
from polysolv.families.log_symbol import LogSymbol, LogSymbolTerm
from polysolv.families.parameter import Parameter
from polysolv.families.parser import parse_polynomial

MAX_NAMES = 60
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z_0-9]{0,39}", re.A)
_ASSUMPTION = re.compile(
    r"\s*([A-Za-z][A-Za-z_0-9]*)\s*(!=|≠|==|=)\s*(-?[0-9]{1,20}(?:/[0-9]{1,20})?)\s*", re.A
)


def family_fields(
    name: str,
    log_symbol: str,
    parameters: Sequence[str],
    covariates: Sequence[str],
    duals: Sequence[str],
    assumptions: Sequence[str],
    title: str,
) -> dict[str, Any]:
    """Return the fields of the family with a log-symbol K given as text.

    Arguments and errors are those of :meth:`polysolv.families.family.Family.from_log_symbol`.
    """
    name = _line("name", name)
    perturbations = _names("parameters", parameters, least=1)
    xs, ys = _names("covariates", covariates), _names("duals", duals, least=1)
    values, constants = _assumptions(assumptions)
    everything = [*perturbations, *xs, *ys, *values, *constants]
    for used in everything:
        if everything.count(used) > 1:
            raise InputError(
                "parameters", used, "names that differ from those of all variables and constants"
            )
    parsed = parse_polynomial(log_symbol, everything)
    terms = _terms(parsed, log_symbol, perturbations, xs + ys, values, constants)
    used_constants = [any(t.constants[i] for t in terms) for i in range(len(constants))]
    kept = [i for i, used in enumerate(used_constants) if used]
    terms = [
        LogSymbolTerm(t.coefficient, t.perturbations, t.variables, tuple(t.constants[i] for i in kept))
        for t in terms
    ]
    symbol = LogSymbol(perturbations, xs, ys, tuple(terms), tuple(constants[i] for i in kept))
    _require_action(symbol, str(log_symbol))
    return {
        "name": name,
        "title": _line("title", title) if title else f"user-defined, K = {symbol}",
        "parameters": tuple(Parameter(p, "perturbation", "user-defined", (p,)) for p in perturbations),
        "dimension": len(xs),
        "log_symbol": symbol,
        "nontrivial": _nontrivial(symbol),
        "published": (),
        "references": (),
        "assumptions": tuple(" ".join(a.split()) for a in assumptions),
    }


def at_values(
    log_symbol: LogSymbol, assumptions: Sequence[str], values: Mapping[str, int | Fraction]
) -> tuple[LogSymbol, tuple[str, ...]]:
    """Return K and the assumptions with symbolic true values set to rationals; see ``Family.at``."""
    from numbers import Rational

    exact = {}
    for name, value in values.items():
        if name not in log_symbol.constants:
            allowed = ", ".join(log_symbol.constants) or "no name: this family has no symbolic true values"
            raise InputError("at", name, allowed)
        if isinstance(value, bool) or not isinstance(value, Rational) or not value:
            raise InputError(f"at.{name}", value, f"a non-zero rational, as {name} != 0 is assumed")
        exact[name] = Fraction(int(value.numerator), int(value.denominator))
    kept = tuple(a for a in assumptions if a.split()[0] not in exact)
    stated = tuple(f"{name} = {value}" for name, value in exact.items())
    symbol = log_symbol.at(exact)
    _require_action(symbol, str(symbol))
    return symbol, kept + stated


def _line(field: str, text: object) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > 200 or not text.isprintable():
        raise InputError(field, text, "one line of 1 to 200 printable characters")
    return text.strip()


def _names(field: str, names: object, least: int = 0) -> tuple[str, ...]:
    allowed = f"a list of {least} to {MAX_NAMES} different names of letters, digits and _, at most 40 long"
    if isinstance(names, str) or not isinstance(names, Sequence) or not least <= len(names) <= MAX_NAMES:
        raise InputError(field, names, allowed)
    for name in names:
        if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name) or list(names).count(name) > 1:
            raise InputError(field, name, allowed)
    return tuple(names)


def _assumptions(assumptions: object) -> tuple[dict[str, Fraction], list[str]]:
    """Return the constants with a value, and those that are symbolic and non-zero."""
    if isinstance(assumptions, str) or not isinstance(assumptions, Sequence) or len(assumptions) > MAX_NAMES:
        raise InputError("assumptions", assumptions, 'a list like ["a_star != 0", "c_star = 0"]')
    values: dict[str, Fraction] = {}
    constants: list[str] = []
    for assumption in assumptions:
        match = _ASSUMPTION.fullmatch(assumption) if isinstance(assumption, str) else None
        if (
            match is None
            or match[3].endswith("/0")
            or (match[3].count("/") and not int(match[3].split("/")[1]))
        ):
            raise InputError("assumptions", assumption, '"name != 0", "name = 0" or "name = 1/2"')
        name, relation, value = match[1], match[2], Fraction(match[3])
        if relation in ("!=", "≠"):
            if value:
                raise InputError("assumptions", assumption, f'"{name} != 0": only zero can be excluded')
            if name in values and not values[name]:
                raise InputError(
                    "assumptions", assumption, f"no contradiction: {name} = 0 is assumed as well"
                )
            if name not in values and name not in constants:
                constants.append(name)
            continue
        if name in values and values[name] != value:
            raise InputError("assumptions", assumption, f"no contradiction: {name} = {values[name]} as well")
        if name in constants:
            if not value:
                raise InputError(
                    "assumptions", assumption, f"no contradiction: {name} != 0 is assumed as well"
                )
            constants.remove(name)
        values[name] = value
    return values, constants


def _terms(
    parsed: Mapping[tuple[int, ...], Fraction],
    text: str,
    perturbations: tuple[str, ...],
    variables: tuple[str, ...],
    values: Mapping[str, Fraction],
    constants: Sequence[str],
) -> list[LogSymbolTerm]:
    collected: dict[tuple[tuple[int, ...], ...], Fraction] = {}
    first, second = len(perturbations), len(perturbations) + len(variables)
    third = second + len(values)
    for exponents, coefficient in parsed.items():
        for value, power in zip(values.values(), exponents[second:third], strict=True):
            coefficient *= value**power
        key = (exponents[:first], exponents[first:second], exponents[third:])
        collected[key] = collected.get(key, Fraction(0)) + coefficient
    terms = []
    for (of_perturbations, of_variables, of_constants), coefficient in collected.items():
        if coefficient and not any(of_perturbations):
            raise InputError("log_symbol", text, "a K with K(0) = 0: every term holds a parameter")
        if coefficient and any(of_variables):
            terms.append(LogSymbolTerm(coefficient, of_perturbations, of_variables, of_constants))
    return terms


def _require_action(symbol: LogSymbol, text: str) -> None:
    for position, name in enumerate(symbol.perturbations):
        if not any(term.perturbations[position] for term in symbol.terms):
            raise InputError(
                "parameters", name, f"parameters that act: {name} stands in no term with a variable"
            )
    duals = len(symbol.covariates)
    if not any(any(term.variables[duals:]) for term in symbol.terms):
        names = ", ".join(symbol.duals)
        raise InputError("log_symbol", text, f"a K in which some term holds a dual variable ({names})")
    if all(sum(term.perturbations) == 1 for term in symbol.terms):
        _require_distinct(symbol)


def _require_distinct(symbol: LogSymbol) -> None:
    """Refuse a linear K in which a combination of parameters does nothing: it is not identified."""
    from polysolv.families.relations import relations_among

    # Constants take arbitrary distinct values: dependence at these is refused, independence is generic.
    symbol = symbol.at({name: Fraction(97 + 12 * i, 89) for i, name in enumerate(symbol.constants)})
    columns: dict[tuple[tuple[str, int], ...], dict[Hashable, Fraction]] = {}
    for position, name in enumerate(symbol.perturbations):
        acting = [t for t in symbol.terms if t.perturbations[position]]
        columns[((name, 1),)] = {t.variables: t.coefficient for t in acting}
    relations = relations_among(columns)
    if relations:
        name = relations[0].left[0][0]
        raise InputError("parameters", name, f"parameters that K tells apart; here {relations[0]}")


def _nontrivial(symbol: LogSymbol) -> tuple[str, ...]:
    """Components in terms of least degree that hold a dual variable: b for the softmax gate."""
    duals = len(symbol.covariates)
    acting = [t for t in symbol.terms if any(t.variables[duals:])]
    least = min(sum(t.variables) for t in acting)
    chosen = [t for t in acting if sum(t.variables) == least]
    return tuple(
        name for i, name in enumerate(symbol.perturbations) if any(t.perturbations[i] for t in chosen)
    )
