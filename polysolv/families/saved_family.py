"""The family that a saved document names: a shipped one, or one of its own by its log-symbol."""

from __future__ import annotations

from typing import Any

from polysolv.errors import InputError, require_integer
from polysolv.families.catalogue import get, is_name
from polysolv.families.family import Family


def saved_family(name: Any, log_symbol: Any, dimension: Any) -> Family | None:
    """Return the family of a saved system, or ``None`` where its name is null.

    Args:
        name, log_symbol, dimension: values of these keys in a document; the log-symbol of a shipped family is
            not looked at.

    Raises:
        InputError: naming the key that is wrong.
    """
    if name is None:
        if log_symbol is not None or dimension is not None:
            raise InputError("system.family", None, "a family's name where log_symbol or dimension is given")
        return None
    if not isinstance(name, str):
        raise InputError("system.family", name, "a name or null")
    dimension = require_integer("system.dimension", dimension, 0, 1000)
    if not is_name(name):
        family = family_from_data(name, log_symbol, "system.log_symbol")
        if dimension != family.dimension:
            raise InputError("system.dimension", dimension, f"{family.dimension}, the number of covariates")
        return family
    found = get(name)
    return found if found.dimension == dimension else get(name, dimension or 1)


def family_from_data(name: str, data: Any, field: str) -> Family:
    """Return the user-defined family whose K has the JSON form of :meth:`LogSymbol.to_data`.

    Raises:
        InputError: if ``data`` is not that of a user-defined family.
    """
    allowed = "the log-symbol of a family, as written by polysolv"
    try:
        terms = [
            "*".join([f"({t['coefficient']})"] + [f"{n}^{e}" for n, e in _powers(t)]) for t in data["terms"]
        ]
        assumptions = [f"{constant} != 0" for constant in data.get("constants", [])]
        names = {key: data[key] for key in ("perturbations", "covariates", "duals")}
    except (TypeError, KeyError, AttributeError):
        raise InputError(field, data, allowed) from None
    family = Family.from_log_symbol(
        name, " + ".join(terms), names["perturbations"], names["covariates"], names["duals"], assumptions
    )
    if family.log_symbol.to_data() != data:
        raise InputError(field, data, allowed)
    return family


def _powers(term: Any) -> list[tuple[str, int]]:
    return [pair for key in ("constants", "perturbations", "variables") for pair in term.get(key, {}).items()]
