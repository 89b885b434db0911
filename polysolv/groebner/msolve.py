"""The engine msolve: real and complex points of finite systems, multi-modular over Q."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from polysolv.groebner.budget import Budget
from polysolv.groebner.ideal import Ideal, Parametrization, Points, read_integer, satisfied_modulo
from polysolv.groebner.processes import run_engine
from polysolv.groebner.programs import find_program

_CHECK_PRIME = (1 << 61) - 1


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
        with tempfile.TemporaryDirectory(prefix="polysolv-") as folder:
            source, target = Path(folder) / "in.ms", Path(folder) / "out.ms"
            body = ",\n".join(ideal.texts())
            source.write_text(f"{','.join(ideal.names)}\n{prime}\n{body}\n")
            outcome = run_engine([self.program, "-P", "2", "-f", source, "-o", target], limits)
            if not outcome.ok:
                return Points("unknown", trouble=f"msolve: {outcome.trouble()}", seconds=outcome.seconds)
            text = target.read_text(errors="replace") if target.exists() else ""
        try:
            kind, found = _read(text, ideal, prime)
        except (ValueError, IndexError, TypeError, KeyError):
            shown = " ".join(text.split())[:60]
            return Points("unknown", trouble=f"msolve printed {shown!r}", seconds=outcome.seconds)
        if found is not None and not satisfied_modulo(ideal, found, prime or _CHECK_PRIME):
            return Points(
                "unknown", trouble="msolve's points do not solve the system", seconds=outcome.seconds
            )
        return Points(kind, found, seconds=outcome.seconds)


def find() -> Msolve | None:
    """Return the engine if msolve is in POLYSOLV_MSOLVE, on PATH, or in an installed wheel."""
    program = find_program("POLYSOLV_MSOLVE", ["msolve"])
    if program is None:
        return None
    status = program.stat()
    return Msolve(program, (status.st_size, status.st_mtime_ns))


def _read(text: str, ideal: Ideal, prime: int) -> tuple[str, Parametrization | None]:
    """Read what ``msolve -P 2`` writes.

    ``[-1]:`` no zeros, ``[1, n, -1, []]:`` infinitely many, else ``[0, [characteristic, n, degree, names,
    linear form, [1, [w, d, [[v_i, c_i], …]]]]]:`` with x_i = −v_i(t)/(c_i d(t)) for all but the last name,
    which is t; modulo a prime there are no c_i.
    """
    if not re.fullmatch(r"[\[\]0-9A-Za-z_',:\s-]*", text):
        raise ValueError("unexpected characters")
    text = re.sub(r"\s", "", text)
    if not text.endswith(":"):
        raise ValueError("cut short")
    # Python's JSON reader refuses very long integers: they are read as strings first.
    data: Any = json.loads(re.sub(r"-?[0-9]{15,}", lambda m: f'"{m[0]}"', text[:-1].replace("'", '"')))
    if data == [-1]:
        return "none", None
    if data[0] == 1 and len(data) == 4 and data[2:] == [-1, []]:
        return "infinite", None
    if data[0] != 0 or len(data) != 2 or len(data[1]) != 6:
        raise ValueError("unknown form")
    characteristic, _, degree, names, _, wrapped = data[1]
    if characteristic != prime or wrapped[0] != 1 or len(wrapped) != 2:
        raise ValueError("unknown form")
    polynomial, denominator, numerators = wrapped[1]
    w, d = _coefficients(polynomial), _coefficients(denominator)
    # The degree counts multiplicities, w does not.
    if not 1 <= len(w) - 1 <= degree or len(numerators) != len(names) - 1:
        raise ValueError("unknown form")
    below = tuple(Fraction(c) for c in d)
    values = {}
    for name, (entry, *factor) in zip(names[:-1], numerators, strict=True):
        scale = -Fraction(1, _integer(factor[0]) if factor else 1)
        values[name] = (tuple(scale * c for c in _coefficients(entry)), below)
    t_times_d = (Fraction(0), *below)
    values[names[-1]] = (t_times_d, below)
    return "finite", Parametrization(w, tuple(values[name] for name in ideal.names))


def _coefficients(entry: Any) -> tuple[int, ...]:
    degree, values = entry
    if len(values) != degree + 1 and not (degree == -1 and not values):
        raise ValueError("cut short")
    return tuple(_integer(value) for value in values)


def _integer(value: Any) -> int:
    return read_integer(value) if isinstance(value, str) else int(value)
