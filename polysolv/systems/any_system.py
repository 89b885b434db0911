"""Any system from a text, that of a cell included, and any system as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.errors import InputError
from polysolv.polynomials.expression import listed
from polysolv.polynomials.gaussian_rational import parts
from polysolv.polynomials.generic_system import GenericSystem
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial
from polysolv.polynomials.readers import read_text
from polysolv.polynomials.readers.recognise import decoded

if TYPE_CHECKING:
    from polysolv.polynomials.readers.remarks import Cell
    from polysolv.systems.polynomial_system import PolynomialSystem

_SAVED = b"polysolv/system/"  # how the schema of a saved cell begins


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


def read_question(
    text: bytes, positive: Sequence[str] | None = None, nontrivial: Sequence[str] | None = None
) -> PolynomialSystem:
    """Return the system in a text of any format, and which of its real solutions are asked for.

    Args:
        text: any format that :func:`read_any` takes. Where it is an export of ours, its comments say which
            unknowns are weights; with the equations of the cell that they name, it is that cell's system.
        positive: names of the unknowns that must be positive, where the text does not say; none by default.
        nontrivial: names of the unknowns of which some must be non-zero; none by default.

    Returns:
        A system over Q: real unknowns solve an equation with complex coefficients if they solve its real and
        its imaginary part, which are two equations here.

    Raises:
        InputError: if the text cannot be read, a name is not that of an unknown, or the text has said already
            which solutions it asks for.

    >>> read_question(b"x*y = 1", positive=["x"]).weights
    ('x',)
    """
    from polysolv.polynomials.readers.remarks import read_remarks
    from polysolv.systems.polynomial_system import PolynomialSystem

    given = {"--positive": positive, "--nontrivial": nontrivial}
    if _is_saved_cell(text):
        _refuse(given, "nothing, as the saved system says it")
        return PolynomialSystem.from_json(text)
    found = GenericSystem(*read_text(text))
    remarks = read_remarks(decoded(text))
    if remarks.weights is not None:
        _refuse(given, "nothing, as the text says which solutions are wanted")
        positive, nontrivial = remarks.weights, remarks.nontrivial
        known = None if remarks.cell is None else _cell(found, remarks.cell)
        if known is not None:
            return known
    names = _identifiers(found.unknowns)
    for option, chosen in (("--positive", positive), ("--nontrivial", nontrivial)):
        for name in chosen or ():
            if name not in names:
                raise InputError(option, name, f"the unknowns {listed(names)}")
            if list(chosen or ()).count(name) > 1:
                raise InputError(option, name, "each name once")
    return PolynomialSystem(
        unknowns=tuple(names.values()),
        weights=tuple(names[name] for name in positive or ()),
        nontrivial=tuple(names[name] for name in nontrivial or ()),
        grading=(0,) * len(names),
        equations={(number,): p for number, p in enumerate(_real_and_imaginary(found.equations), 1)},
    )


def read_for_export(text: bytes) -> PolynomialSystem | GenericSystem:
    """Return the system in a text of any format, with what the text says of weights, to be written anew.

    Raises:
        InputError: if the text cannot be read.
    """
    from polysolv.polynomials.readers.remarks import read_remarks

    found = None if _is_saved_cell(text) else GenericSystem(*read_text(text))
    if found is not None and (not found.is_real or read_remarks(decoded(text)).weights is None):
        return found
    return read_question(text)


def export_any(system: PolynomialSystem | GenericSystem, style: str) -> str:
    """Return any system as text in one of :data:`polysolv.polynomials.exports.FORMATS`."""
    if not isinstance(system, GenericSystem):
        return system.export(style)
    from polysolv.polynomials.exports import export
    from polysolv.polynomials.exports.labelled_system import labelled

    return export(labelled(system), style)


def _is_saved_cell(text: bytes) -> bool:
    """Return whether a text is the JSON of a `PolynomialSystem`."""
    if _SAVED not in text:
        return False
    import json

    from polysolv.polynomials.system_json import SCHEMA

    try:
        data = json.loads(text)
    except (ValueError, RecursionError):  # the text is in another format, or read_text says what is wrong
        return False
    return isinstance(data, dict) and data.get("schema") == SCHEMA


def _refuse(given: Mapping[str, Sequence[str] | None], allowed: str) -> None:
    for option, names in given.items():
        if names is not None:
            raise InputError(option, ",".join(names), allowed)


def _identifiers(names: Sequence[str]) -> dict[str, str]:
    """Return name -> the name in certificates, which have no brackets."""
    result: dict[str, str] = {}
    for name in names:
        new = re.sub(r"[\[,]", "_", name).rstrip("]")
        while new != name and (new in names or new in result.values()):
            new += "_"
        result[name] = new
    return result


def _real_and_imaginary(equations: Sequence[ComplexPolynomial]) -> list[dict[Monomial, Fraction]]:
    result = []
    for polynomial in equations:
        sides: list[dict[Monomial, Fraction]] = [{}, {}]
        for monomial, coefficient in polynomial.items():
            for side, part in zip(sides, parts(coefficient), strict=True):
                if part:
                    side[monomial] = part
        result += [side for side in sides if side] or [{}]
    return result


def _cell(found: GenericSystem, cell: Cell) -> PolynomialSystem | None:
    """Return the system of the cell that a heading names if its equations are those found."""
    from polysolv.families.catalogue import is_name
    from polysolv.families.saved_family import saved_family
    from polysolv.systems.cell_equations import cell_equations
    from polysolv.systems.polynomial_system import PolynomialSystem

    # A cell has more equations than that, so what is built is no larger than what was read.
    if not is_name(cell.family) or cell.degree > len(found.equations) or cell.m > len(found.unknowns):
        return None
    if not found.is_real or cell.dimension > len(found.unknowns):
        return None
    try:
        family = saved_family(cell.family, None, cell.dimension)
        if family is None or len(found.unknowns) != cell.m * (1 + len(family.components)):
            return None
        fields = cell_equations(family, cell.m, cell.degree)
    except InputError:
        return None
    if set(fields.unknowns) != set(found.unknowns) or len(fields.equations) != len(found.equations):
        return None
    place = [fields.unknowns.index(name) for name in found.unknowns]
    for polynomial, wanted in zip(found.equations, fields.equations.values(), strict=True):
        moved = {tuple(sorted((place[i], e) for i, e in m)): c for m, c in polynomial.items()}
        if moved != wanted:
            return None
    return PolynomialSystem(*fields, family, cell.m, cell.degree)
