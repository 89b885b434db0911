"""Our own JSON: a saved `PolynomialSystem`, or the short form {"unknowns": […], "equations": ["x^2 - 1",
…]}."""

from __future__ import annotations

from polysolv.errors import InputError
from polysolv.strict_json import parse_json, require_keys
from polysolv.systems.generic_system import GenericSystem, generic
from polysolv.systems.readers.expression import Names, parse_equation


def read(text: str) -> GenericSystem:
    """Read either form.

    Raises:
        InputError: if the JSON is not valid, holds a float, an unknown key, or something that is no equation.
    """
    data = parse_json(text, "system")
    if isinstance(data, dict) and "schema" in data:
        from polysolv.systems.polynomial_system import PolynomialSystem

        return generic(PolynomialSystem.from_json(text))
    require_keys(data, ["unknowns", "equations"], "system")
    for key in ("unknowns", "equations"):
        if not isinstance(data[key], list) or not all(isinstance(item, str) for item in data[key]):
            raise InputError(f"system.{key}", data[key], "a list of strings")
    names = Names(data["unknowns"])
    equations = tuple(
        parse_equation(item, names, f"equation {i}") for i, item in enumerate(data["equations"], 1)
    )
    return GenericSystem(tuple(data["unknowns"]), equations)
