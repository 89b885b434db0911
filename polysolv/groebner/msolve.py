"""The engine msolve: real and complex points of finite systems, multi-modular over Q."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from polysolv.groebner import modular
from polysolv.groebner.basis import parametrize
from polysolv.groebner.budget import Budget
from polysolv.groebner.counting import count_points
from polysolv.groebner.ideal import (
    EngineFailed,
    Ideal,
    Parametrization,
    Points,
    parse_polynomial,
    read_integer,
    satisfied_modulo,
)
from polysolv.groebner.processes import run_engine
from polysolv.groebner.programs import find_program
from polysolv.polynomials.algebra import Poly

_CHECK_PRIME = modular.LARGE_PRIME


@dataclass(frozen=True)
class Msolve:
    """msolve 0.10 or later, called with ``-P 2`` (rational parametrisation).

    Args:
        program: path of the program.
        stamp: its size and time of change, so that a changed program is probed again.
    """

    program: Path
    stamp: tuple[int, int]
    name: str = "msolve"

    def points(self, ideal: Ideal, limits: Budget, prime: int = 0) -> Points:
        """Return the zeros of an ideal; see :class:`polysolv.groebner.engines.Engine`."""
        before = limits.left()
        try:
            kind, found, dimension = self._points(ideal, limits, prime)
            if found is not None and (found.degree != dimension or _distinct_roots(found) != dimension):
                # Not radical, and of such ideals msolve 0.10.1 leaves out points, real ones too.
                kind, found = self._all_points(ideal, found, limits, prime)
        except (EngineFailed, ValueError) as error:
            return Points("unknown", trouble=f"msolve: {error}", seconds=before - limits.left())
        return Points(kind, found, seconds=before - limits.left())

    def basis(self, ideal: Ideal, limits: Budget, prime: int = 0) -> list[Poly]:
        """Return the reduced Gröbner basis; see :class:`polysolv.groebner.engines.Engine`."""
        text = self._run(ideal, limits, prime, "-g")
        body = "".join(line for line in text.splitlines() if not line.startswith("#")).strip()
        if not (body.startswith("[") and body.endswith("]:")):
            raise EngineFailed(f"it printed {' '.join(text.split())[:60]!r}")
        try:
            return [parse_polynomial(piece, ideal.count) for piece in body[1:-2].split(",")]
        except ValueError as error:
            raise EngineFailed(str(error)) from error

    def _run(self, ideal: Ideal, limits: Budget, prime: int, flag: str) -> str:
        with tempfile.TemporaryDirectory(prefix="polysolv-") as folder:
            source, target = Path(folder) / "in.ms", Path(folder) / "out.ms"
            body = ",\n".join(ideal.texts())
            source.write_text(f"{','.join(ideal.names)}\n{prime}\n{body}\n")
            outcome = run_engine([self.program, flag, "2", "-f", source, "-o", target], limits)
            if not outcome.ok:
                raise EngineFailed(outcome.trouble())
            return target.read_text(errors="replace") if target.exists() else ""

    def _points(self, ideal: Ideal, limits: Budget, prime: int) -> tuple[str, Parametrization | None, int]:
        text = self._run(ideal, limits, prime, "-P")
        try:
            kind, found, dimension = _read(text, ideal, prime)
        except (ValueError, IndexError, TypeError, KeyError):
            raise EngineFailed(f"it printed {' '.join(text.split())[:60]!r}") from None
        if found is not None and not satisfied_modulo(ideal, found, prime or _CHECK_PRIME):
            raise EngineFailed("its points do not solve the system")
        return kind, found, dimension

    def _all_points(
        self, ideal: Ideal, found: Parametrization, limits: Budget, prime: int
    ) -> tuple[str, Parametrization | None]:
        """Return the points it found if they are all there are, else all of them from a basis."""
        if prime:
            raise EngineFailed("the ideal modulo a prime is not radical")
        count = count_points(self.basis, ideal, limits)
        if count == found.degree == _distinct_roots(found):
            return "finite", found
        kind, other = parametrize(ideal, lambda part: self.basis(part, limits))
        if other is None or other.degree != count or not satisfied_modulo(ideal, other, _CHECK_PRIME):
            raise EngineFailed(f"it lists {found.degree} points of {count}")
        return kind, other


def find() -> Msolve | None:
    """Return the engine if msolve is in POLYSOLV_MSOLVE, on PATH, or in an installed wheel."""
    program = find_program("POLYSOLV_MSOLVE", ["msolve"])
    if program is None:
        return None
    status = program.stat()
    return Msolve(program, (status.st_size, status.st_mtime_ns))


def _read(text: str, ideal: Ideal, prime: int) -> tuple[str, Parametrization | None, int]:
    """Read what ``msolve -P 2`` writes.

    ``[-1]:`` no zeros, ``[1, n, -1, []]:`` infinitely many, else ``[0, [characteristic, n, degree, names,
    linear form, [1, [w, d, [[v_i, c_i], …]]]]]:`` with x_i = −v_i(t)/(c_i d(t)) for all but the last name,
    which is t; modulo a prime there are no c_i.

    Returns:
        the kind, the points, and the degree, which counts each point as often as its multiplicity.
    """
    if not re.fullmatch(r"[\[\]0-9A-Za-z_',:\s-]*", text):
        raise ValueError("unexpected characters")
    text = re.sub(r"\s", "", text)
    if not text.endswith(":"):
        raise ValueError("cut short")
    # Python's JSON reader refuses very long integers: they are read as strings first.
    data: Any = json.loads(re.sub(r"-?[0-9]{15,}", lambda m: f'"{m[0]}"', text[:-1].replace("'", '"')))
    if data == [-1]:
        return "none", None, 0
    if data[0] == 1 and len(data) == 4 and data[2:] == [-1, []]:
        return "infinite", None, 0
    if data[0] != 0 or len(data) != 2 or len(data[1]) != 6:
        raise ValueError("unknown form")
    characteristic, _, degree, names, _, wrapped = data[1]
    if characteristic != prime or wrapped[0] != 1 or len(wrapped) != 2:
        raise ValueError("unknown form")
    polynomial, denominator, numerators = wrapped[1]
    w, d = _coefficients(polynomial), _coefficients(denominator)
    if not 1 <= len(w) - 1 <= degree or len(numerators) != len(names) - 1:
        raise ValueError("unknown form")
    below = tuple(Fraction(c) for c in d)
    values = {}
    for name, (entry, *factor) in zip(names[:-1], numerators, strict=True):
        scale = -Fraction(1, _integer(factor[0]) if factor else 1)
        values[name] = (tuple(scale * c for c in _coefficients(entry)), below)
    t_times_d = (Fraction(0), *below)
    values[names[-1]] = (t_times_d, below)
    return "finite", Parametrization(w, tuple(values[name] for name in ideal.names)), degree


def _distinct_roots(found: Parametrization) -> int:
    """Return the number of distinct roots of the polynomial modulo a prime, at most that over C."""
    return modular.distinct_roots([c % _CHECK_PRIME for c in found.polynomial], _CHECK_PRIME)


def _coefficients(entry: Any) -> tuple[int, ...]:
    degree, values = entry
    if len(values) != degree + 1 and not (degree == -1 and not values):
        raise ValueError("cut short")
    return tuple(_integer(value) for value in values)


def _integer(value: Any) -> int:
    return read_integer(value) if isinstance(value, str) else int(value)
