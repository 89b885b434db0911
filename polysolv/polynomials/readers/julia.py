"""The part of Julia in HomotopyContinuation.jl's examples: @var, assignments, System([…])."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, listed, parse_equation, parse_expression

_NAME = r"[^\W\d]\w*"
_STATEMENTS = "@var, name = polynomial, name = [polynomials], System([…])"
_MAX_UNKNOWNS = 10_000
# Calls that look at a result and change no polynomial.
_REPORT = re.compile(
    r"(?:print|println|display|show|certify|statistics|length|seed|bezout_number|mixed_volume|paths_to_track"
    r"|n?(?:real_|nonsingular_|singular_)?(?:solutions|results)|n(?:real|singular|nonsingular|certified)"
    r"|n?distinct_certified(?:_solutions)?|Pkg\.\w+)\s*\("
)


class _Array(NamedTuple):
    polynomials: list[str]
    order: list[str] | None = None  # of the unknowns
    rank: int = 0  # what is solved counts more than a System, and that more than an array


def read(text: str) -> Equations:
    """Read ``@var`` declarations, ``name = polynomial``, ``name = [polynomials]`` and ``System([…], …)``.

    The system is the one that ``solve`` is called with, else the last ``System``, else the last array of
    polynomials. ``variables = […]`` sets the order of the unknowns; without it they are those that occur, in
    the order of their declaration.

    Raises:
        InputError: for anything else in the text; nothing is evaluated.
    """
    # Strings stay as empty ones, so that no # or bracket in them is seen.
    text = re.sub(
        r'"(?:\\.|[^"\\\n])*"|#=.*?=#|#[^\n]*',
        lambda match: '""' if match[0].startswith('"') else "",
        text,
        flags=re.DOTALL,
    )
    reader = _Reader(Names((), as_julia=True, imaginary=("im",)))
    reader.names.open = re.search(r"@\w*var\b", text) is None
    for statement in _statements(text):
        reader.take(statement)
    return reader.system()


class _Reader:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.variables: dict[str, list[str]] = {}  # as declared, arrays under one name
        self.arrays: dict[str, _Array] = {}
        self.chosen: _Array | None = None

    def take(self, statement: str) -> None:
        """Read one statement."""
        statement = re.sub(r"^const\s+", "", statement)
        if re.match(r"(using|import)\b", statement):
            return
        if re.match(r"@\w*var\b", statement):
            self._declare(statement)
            return
        match = re.match(rf"({_NAME})\s*=(?!=)\s*(.*)$", statement, re.DOTALL)
        name, value = (match[1], match[2]) if match else ("", statement)
        value = re.sub(r"^@(?:time|show|elapsed|btime)\s+", "", value).strip()
        if re.match(r"(System|solve)\s*\(|\[", value):
            array = self._array(value)
            self.arrays[name] = array
            numbers_only = array.rank == 0 and not any(
                re.search(r"[^\W\d]", piece) for piece in array.polynomials
            )
            if not numbers_only and (self.chosen is None or array.rank >= self.chosen.rank):
                self.chosen = array
        elif _REPORT.match(value):
            return
        elif name:
            self.names.definitions[name] = parse_expression(value, self.names, name)
        else:
            raise InputError("statement", statement, _STATEMENTS)

    def system(self) -> Equations:
        """Return what was read, in the unknowns that occur or that ``variables`` lists."""
        if self.chosen is None:
            raise InputError("system", "a text without System([…])", "an array of polynomials")
        equations = [
            parse_equation(piece, self.names, f"polynomial {i}")
            for i, piece in enumerate(self.chosen.polynomials, 1)
        ]
        known = list(self.names.known)
        occur = {known[i] for polynomial in equations for monomial in polynomial for i, _ in monomial}
        unknowns = self.chosen.order
        if unknowns is None:
            unknowns = [name for name in known if name in occur] or known
        for name in unknowns:
            if name not in self.names.known:
                raise InputError("variables", name, f"the unknowns {listed(known)}")
        for name in known:
            if name in occur and name not in unknowns:
                raise InputError("variables", listed(unknowns), f"all unknowns that occur, {name} among them")
        place = {self.names.known[name]: i for i, name in enumerate(unknowns)}
        return Equations(
            tuple(unknowns),
            tuple(
                {tuple(sorted((place[i], e) for i, e in m)): c for m, c in polynomial.items()}
                for polynomial in equations
            ),
        )

    def _declare(self, statement: str) -> None:
        body = re.sub(r"^@\w+", "", statement).strip()
        body = body[1:-1] if body.startswith("(") and body.endswith(")") else body
        place = 0
        while place < len(body):
            match = re.compile(rf"({_NAME})(?:\[([^\]]*)\])?(?:[\s,]+|$)").match(body, place)
            if match is None:
                raise InputError("@var", body[place:], "names, or arrays like x[1:3]")
            place = match.end()
            name = match[1]
            made = [name] if match[2] is None else _indexed(name, match[2])
            self.variables[name] = made
            for unknown in made:
                self.names.definitions.pop(unknown, None)
                self.names.known.setdefault(unknown, len(self.names.known))

    def _array(self, text: str) -> _Array:
        text = text.strip()
        call = re.match(r"(System|solve)\s*\((.*)\)$", text, re.DOTALL)
        if call:
            return self._called(call[1], _split(call[2], ",;"))
        if text in self.arrays:
            return self.arrays[text]
        if not (text.startswith("[") and text.endswith("]")):
            raise InputError("System", text, "an array of polynomials, or the name of one")
        polynomials: list[str] = []
        for piece in filter(None, _items(text[1:-1])):
            inner = self.arrays.get(piece.removesuffix("..."))
            polynomials += [piece] if inner is None else inner.polynomials
        return _Array(polynomials)

    def _called(self, function: str, arguments: list[str]) -> _Array:
        array = self._array(arguments[0])
        order = array.order
        for i, argument in enumerate(filter(None, arguments[1:])):
            key, equals, value = (part.strip() for part in argument.partition("="))
            if not equals and function == "System" and i == 0:
                key, value = "variables", argument
            elif not equals:
                raise InputError(function, argument, "one system, and options of the form name = value")
            if "parameters" in key:
                raise InputError(function, argument, "systems without parameters")
            if key == "variables":
                order = self._ordered(value)
        return _Array(array.polynomials, order, 2 if function == "solve" else 1)

    def _ordered(self, text: str) -> list[str]:
        inside = re.fullmatch(r"(?:\[(.*)\]|vcat\s*\((.*)\))", text, re.DOTALL)
        parts = [text] if inside is None else _items(inside[1] or inside[2] or "")
        result: list[str] = []
        for part in filter(None, parts):
            name = re.sub(r"\s", "", part).removesuffix("...")
            result += self.variables.get(name, [name])
        return result


def _indexed(name: str, ranges: str) -> list[str]:
    """Return the names of the entries of ``name[ranges]``, the last index running fastest."""
    allowed = f"ranges like x[1:3], at most {_MAX_UNKNOWNS} unknowns"
    indices, count = [], 1
    for part in ranges.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,6})\s*:\s*([0-9]{1,6})\s*", part)
        if match is None:
            raise InputError("@var", f"{name}[{ranges}]", allowed)
        indices.append(range(int(match[1]), int(match[2]) + 1))
        count *= len(indices[-1])
    if count > _MAX_UNKNOWNS:
        raise InputError("@var", f"{name}[{ranges}]", allowed)
    return [f"{name}[{','.join(map(str, index))}]" for index in itertools.product(*indices)]


def _statements(text: str) -> list[str]:
    """Split at line ends and semicolons outside of brackets; a trailing operator continues the line."""
    pieces, depth, piece = [], 0, ""
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if depth < 0:
            break
        if depth == 0 and (
            character == ";" or (character == "\n" and not re.search(r"[-+*/^=,]\s*$", piece))
        ):
            pieces.append(piece)
            piece = ""
        else:
            piece += character
    if depth:
        raise InputError("statement", piece.strip(), "as many closing brackets as opening ones")
    return [piece.strip() for piece in [*pieces, piece] if piece.strip()]


def _items(text: str) -> list[str]:
    """Split the inside of an array: at commas, or in an array without any at semicolons and line ends."""
    items = _split(text, ",")
    return items if len(items) > 1 else _split(text, ";\n")


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
