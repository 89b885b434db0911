"""The nouns `CovariateRelation` and `CovariateRelations`: polynomials that vanish on a fit's covariates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from polysolv.errors import InputError, require_integer
from polysolv.families.parser import parse_polynomial
from polysolv.groebner.vanishing_ideal import sparse
from polysolv.polynomials.algebra import variables
from polysolv.polynomials.polynomial import Polynomial
from polysolv.polynomials.rendering import render

_KEYS = {"found", "degree", "wanted", "note", "complete"}
_PLAIN_NAME = re.compile(r"[^\W\d][\w.]*")


@dataclass(frozen=True, eq=False)
class CovariateRelation:
    """A polynomial that vanishes on all rows, exactly or nearly.

    Args:
        polynomial: in the covariates, numbered from 0; leading monomial first, with coefficient 1.
        approximate: whether it vanishes only within a tolerance.
    """

    polynomial: Polynomial
    approximate: bool = False

    @property
    def degree(self) -> int:
        """The total degree."""
        return max(sum(e for _, e in monomial) for monomial in self.polynomial)

    def text(self, names: Sequence[str]) -> str:
        """Return the polynomial in column names; approximate ones say so.

        >>> CovariateRelation({((0, 2),): Fraction(1), ((0, 1),): Fraction(-1)}).text(["smoker"])
        'smoker^2 - smoker'
        """
        shown = [name if _PLAIN_NAME.fullmatch(name) else f'"{name}"' for name in names]
        text = render(self.polynomial, shown, spaced=True, coefficient=_short if self.approximate else str)
        return f"{text} (approximate)" if self.approximate else text

    @property
    def variables(self) -> set[int]:
        """The covariates that occur."""
        return variables(self.polynomial)

    def symbolic(self, names: Sequence[str]) -> str:
        """Return the polynomial exactly, in the covariates' names in a family (:func:`covariate_symbols`)."""
        return render(self.polynomial, names, spaced=True)


@dataclass(frozen=True, eq=False)
class CovariateRelations:
    """What the covariates of a fit were found to satisfy.

    Args:
        found: the relations, exact ones first.
        degree: all relations up to this degree were looked for; 0 if none were.
        wanted: the degree that matters: twice the largest cell that can occur.
        note: why ``degree`` is less than ``wanted``, or what else is left out; "" if nothing is.
        complete: whether all relations that hold are in ``found``, as far as was looked.
    """

    found: tuple[CovariateRelation, ...] = ()
    degree: int = 0
    wanted: int = 0
    note: str = ""
    complete: bool = True

    def texts(self, names: Sequence[str]) -> list[str]:
        """Return the relations in column names."""
        return [relation.text(names) for relation in self.found]

    def at(self, columns: Sequence[int]) -> CovariateRelations:
        """Return the relations with each covariate j renumbered as ``columns[j]``."""
        found = [
            replace(
                relation,
                polynomial={tuple((columns[j], e) for j, e in m): c for m, c in relation.polynomial.items()},
            )
            for relation in self.found
        ]
        return replace(self, found=tuple(found))

    def to_data(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the relations as JSON data."""
        return {
            "found": [
                {
                    "relation": relation.text(names),
                    "symbolic": relation.symbolic(covariate_symbols(len(names))),
                    "approximate": relation.approximate,
                }
                for relation in self.found
            ],
            "degree": self.degree,
            "wanted": self.wanted,
            "note": self.note,
            "complete": self.complete,
        }


def relations_from_data(data: object, d: int, source: str) -> CovariateRelations:
    """Return the relations of JSON data; a file written before there were any says that none were looked for.

    Args:
        data: what :meth:`CovariateRelations.to_data` returned, or ``None``.
        d: number of covariates.
        source: name of the file, for error messages.

    Raises:
        InputError: for a missing or impossible entry.
    """
    if data is None:
        return CovariateRelations(note="not examined: the fit was saved by a version that did not look")
    where = f"{source}: relations"
    if not isinstance(data, Mapping) or not set(data) >= _KEYS:
        raise InputError(where, data, f"a JSON object with the keys {', '.join(sorted(_KEYS))}")
    degree, wanted = (
        require_integer(f"{where}: {name}", data[name], 0, 10**6) for name in ("degree", "wanted")
    )
    if not isinstance(data["note"], str) or not isinstance(data["complete"], bool):
        raise InputError(where, [data["note"], data["complete"]], "note a text, complete true or false")
    if not isinstance(data["found"], list):
        raise InputError(f"{where}: found", type(data["found"]).__name__, "a JSON array")
    found = []
    for entry in data["found"]:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("approximate"), bool):
            raise InputError(f"{where}: found", entry, "objects with keys symbolic and approximate")
        terms = parse_polynomial(entry.get("symbolic"), covariate_symbols(d), f"{where}: symbolic")
        if not any(any(exponents) for exponents in terms):
            raise InputError(f"{where}: symbolic", entry.get("symbolic"), "a polynomial that is not constant")
        polynomial = {sparse(exponents): value for exponents, value in terms.items()}
        found.append(CovariateRelation(polynomial, entry["approximate"]))
    return CovariateRelations(tuple(found), degree, wanted, data["note"], data["complete"])


def covariate_symbols(d: int) -> list[str]:
    """Return the names of the covariates in a family.

    >>> covariate_symbols(1), covariate_symbols(2)
    (['x'], ['x1', 'x2'])
    """
    return ["x"] if d == 1 else [f"x{j + 1}" for j in range(d)]


def _short(value: Fraction) -> str:
    """Return a rational of few digits as it is, else its first six digits."""
    text = str(value)
    return text if len(text) <= 12 else f"{float(value):.6g}"
