"""The engine Singular: Gröbner bases over Q by ``slimgb``, points by our own linear algebra."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from polysolv.groebner.basis import parametrize
from polysolv.groebner.budget import Budget
from polysolv.groebner.ideal import EngineFailed, Ideal, Points, parse_polynomial
from polysolv.groebner.processes import run_engine
from polysolv.groebner.programs import find_program
from polysolv.polynomials.algebra import Poly

_END = "polysolv-end"


@dataclass(frozen=True)
class Singular:
    """Singular 4, fed through its standard input.

    Args:
        program: path of the program.
        stamp: its size and time of change.
    """

    program: Path
    stamp: tuple[int, int]
    name: str = "singular"

    def points(self, ideal: Ideal, limits: Budget, prime: int = 0) -> Points:
        """Return the zeros of an ideal over Q; ``prime`` is not supported."""
        if prime:
            return Points("unknown", trouble="singular: no computation modulo primes")
        before = limits.left()
        try:
            kind, found = parametrize(ideal, lambda other: self.basis(other, limits))
        except (EngineFailed, ValueError) as error:
            return Points("unknown", trouble=f"singular: {error}", seconds=before - limits.left())
        return Points(kind, found, seconds=before - limits.left())

    def basis(self, ideal: Ideal, limits: Budget, prime: int = 0) -> list[Poly]:
        """Return the reduced Gröbner basis; see :class:`polysolv.groebner.engines.Engine`."""
        script = (
            f"ring R = {prime},({','.join(ideal.names)}),dp;\noption(redSB); short = 0;\n"
            f"ideal I = {', '.join(ideal.texts())};\nideal G = slimgb(I);\nint i;\n"
            f'for (i = 1; i <= size(G); i++) {{ print(string(G[i]) + ";"); }}\n"{_END}"; quit;\n'
        )
        outcome = run_engine([self.program, "-q", "--no-rc"], limits, script.encode())
        if not outcome.ok:
            raise EngineFailed(outcome.trouble())
        text = outcome.stdout.decode(errors="replace")
        body, end, _ = text.partition(_END)
        pieces = [piece for piece in body.split(";") if piece.strip()]
        if not end or not pieces:
            raise EngineFailed(f"it printed {' '.join(text.split())[:60]!r}")
        try:
            return [parse_polynomial(piece, ideal.count) for piece in pieces]
        except ValueError as error:
            raise EngineFailed(str(error)) from error


def find() -> Singular | None:
    """Return the engine if Singular is in POLYSOLV_SINGULAR or on PATH."""
    program = find_program("POLYSOLV_SINGULAR", ["Singular"])
    if program is None:
        return None
    status = program.stat()
    return Singular(program, (status.st_size, status.st_mtime_ns))
