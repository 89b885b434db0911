"""The part of Julia that HomotopyContinuation.jl's examples are written in: @var, assignments,
System([…])."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.systems.generic_system import GenericSystem
from polysolv.systems.polynomial import Polynomial
from polysolv.systems.readers.expression import Names, parse_equation, parse_expression

_NAME = r"[^\W\d]\w*"


def read(text: str) -> GenericSystem:
    """Read ``@var`` declarations, ``name = polynomial``, ``name = [polynomials]`` and ``System([…], …)``.

    Without a ``System`` the last array is the system. ``variables = […]`` sets the order of the unknowns.

    Raises:
        InputError: for anything else in the text; nothing is evaluated.
    """
    text = re.sub(r"#.*", "", text)
    declared: list[str] = []
    arrays: dict[str, list[str]] = {}
    names = Names(())
    chosen: list[str] | None = None
    order: list[str] | None = None
    for statement in _statements(text):
        if re.match(r"(using|import)\b", statement):
            continue
        if statement.startswith("@"):
            declared += _declared(statement)
            names.known = {name: i for i, name in enumerate(declared)}
            continue
        match = re.match(rf"({_NAME})\s*=(?!=)\s*(.*)$", statement, re.DOTALL)
        name, value = (match[1], match[2].strip()) if match else ("", statement)
        call = re.match(r"(?:System|solve)\s*\(\s*(.*)\)$", value, re.DOTALL)
        if call:
            system, *options = _split(call[1], ",;")
            chosen = _array(system, arrays, names)
            arrays[name] = chosen
            for option in options:
                wanted = re.match(r"variables\s*=\s*(.*)$", option, re.DOTALL)
                if wanted:
                    order = [part for part in _split(wanted[1].strip()[1:-1], ",") if part]
        elif value.startswith("["):
            arrays[name] = chosen = _array(value, arrays, names)
        elif name:
            names.definitions[name] = parse_expression(value, names, name)
        else:
            raise InputError(
                "statement", statement, "@var, name = polynomial, name = [polynomials], System([…])"
            )
    if chosen is None:
        raise InputError("system", "a text without System([…])", "an array of polynomials")
    unknowns = order if order is not None else declared
    if sorted(unknowns) != sorted(declared):
        raise InputError("variables", ", ".join(unknowns), f"each of {', '.join(declared)} once")
    names.known = {name: i for i, name in enumerate(unknowns)}
    # Definitions were read with the order of declaration.
    moved = [names.known[name] for name in declared]
    names.definitions = {
        name: {tuple(sorted((moved[i], e) for i, e in m)): c for m, c in polynomial.items()}
        for name, polynomial in names.definitions.items()
    }
    equations: list[Polynomial] = [
        parse_equation(piece, names, f"polynomial {i}") for i, piece in enumerate(chosen, 1)
    ]
    return GenericSystem(tuple(unknowns), tuple(equations))


def _statements(text: str) -> list[str]:
    """Split at line ends and semicolons outside of brackets; a trailing operator continues the line."""
    pieces, depth, piece = [], 0, ""
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if depth <= 0 and (
            character == ";" or (character == "\n" and not re.search(r"[-+*/^=,]\s*$", piece))
        ):
            pieces.append(piece)
            piece = ""
        else:
            piece += character
    return [piece.strip() for piece in [*pieces, piece] if piece.strip()]


def _declared(statement: str) -> list[str]:
    result = []
    for word in (
        re.sub(r"^@\w+", "", re.sub(r"\s*,\s*", ",", statement)).replace("(", " ").replace(")", " ").split()
    ):
        match = re.fullmatch(rf"({_NAME})(?:\[(\d+):(\d+)(?:,(\d+):(\d+))?\])?,?", word)
        if match is None:
            parts = [part for part in word.split(",") if part]
            if not parts or not all(re.fullmatch(_NAME, part) for part in parts):
                raise InputError("@var", word, "names, or arrays like x[1:3]")
            result += parts
        elif match[2] is None:
            result.append(match[1])
        else:
            rows = range(int(match[2]), int(match[3]) + 1)
            columns = range(int(match[4]), int(match[5]) + 1) if match[4] else None
            if len(rows) * (len(columns) if columns else 1) > 10_000:
                raise InputError("@var", word, "at most 10000 unknowns")
            for row in rows:
                result += [f"{match[1]}[{row},{c}]" for c in columns] if columns else [f"{match[1]}[{row}]"]
    return result


def _array(text: str, arrays: dict[str, list[str]], names: Names) -> list[str]:
    text = text.strip()
    if text in arrays:
        return list(arrays[text])
    if text.startswith("[") and text.endswith("]"):
        return [piece for piece in _split(text[1:-1], ",;\n") if piece]
    if text in names.definitions:
        return [text]
    raise InputError("System", text, "an array of polynomials, or the name of one")


def _split(text: str, separators: str) -> list[str]:
    pieces, depth, piece = [], 0, ""
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        broken = character == "\n" and re.search(r"[-+*/^]\s*$", piece)
        if depth == 0 and character in separators and not broken:
            pieces.append(piece.strip())
            piece = ""
        else:
            piece += character
    return [*pieces, piece.strip()]
