"""Any system from a text, that of a cell included."""

from __future__ import annotations

import json

from polysolv.polynomials.generic_system import GenericSystem
from polysolv.polynomials.readers import read_text
from polysolv.polynomials.system_json import SCHEMA


def read_any(text: bytes) -> GenericSystem:
    """Return the system in a text of any format; a saved `PolynomialSystem` must be what it says it is.

    Raises:
        InputError: if the text cannot be read, or a saved system is not that of the family it names.

    >>> read_any(b"x^2 - 1").unknowns
    ('x',)
    """
    system = GenericSystem(*read_text(text))
    if _is_saved_cell(text):
        from polysolv.systems.polynomial_system import PolynomialSystem

        PolynomialSystem.from_json(text)
    return system


def _is_saved_cell(text: bytes) -> bool:
    """Return whether a text that a reader has taken is the JSON of a `PolynomialSystem`."""
    if SCHEMA.encode() not in text:
        return False
    try:
        data = json.loads(text)
    except ValueError:  # the text is in another format
        return False
    return isinstance(data, dict) and data.get("schema") == SCHEMA
