"""Certificates of exponents that second-order relations of a density give."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.spelling import spell_rational
from polysolv.certificates.statements import REAL_POSITIVE
from polysolv.verify.reading import digest

KIND = "second-order"

Matrix = Sequence[Sequence[Fraction]]


class SecondOrderCells(NamedTuple):
    """What these certificates are about.

    Attributes:
        family: its name.
        sizes: cell size of each true atom.
        parameters: their names.
        relations: a basis of the second-order relations, each a symmetric matrix for each true atom.
        given: premises that the kernel cannot check, at least one, in words of printable ASCII.
    """

    family: str
    sizes: tuple[int, ...]
    parameters: tuple[str, ...]
    relations: tuple[tuple[Matrix, ...], ...]
    given: tuple[str, ...]


def all_two_certificate(about: SecondOrderCells, orthogonal: Sequence[Matrix]) -> Certificate:
    """Return the certificate that all exponents in these cells are 2.

    Args:
        about: the cells and relations.
        orthogonal: positive semidefinite matrices, one for each true atom, orthogonal to all relations.

    Source: observed-algebra page §5.

    >>> one, zero = Fraction(1), Fraction(0)
    >>> relation, given = ((zero, one), (one, zero)), ("u_ab = 0, and no other relation",)
    >>> cells = SecondOrderCells("mine", (2,), ("a", "b"), ((relation,),), given)
    >>> all_two_certificate(cells, [((one, zero), (zero, one))]).verify().accepted
    True
    """
    return _sealed(about, "EXPONENTS_TWO", {"orthogonal": [_spelled(matrix) for matrix in orthogonal]})


def at_least_three_certificate(
    about: SecondOrderCells,
    parameter: str,
    coefficients: Sequence[Fraction],
    cells: Sequence[tuple[Sequence[Fraction], Matrix]],
) -> Certificate:
    """Return the certificate that a parameter's exponent is at least 3.

    Args:
        about: the cells and relations.
        parameter: its name.
        coefficients: of the relations; their combination is positive semidefinite.
        cells: for each true atom weights and points of mean 0 with the second moments of that combination.
    """
    payload = {
        "coefficients": [spell_rational(c) for c in coefficients],
        "cells": [
            {"weights": [spell_rational(w) for w in weights], "points": _spelled(points)}
            for weights, points in cells
        ],
    }
    return _sealed(about, "AT_LEAST_THREE", payload, parameter)


def elliptic_certificate(about: SecondOrderCells, cyclotomic: Sequence[int]) -> Certificate:
    """Return the certificate that both exponents are the cell size, for an elliptic relation.

    Args:
        about: one cell, two parameters, one relation.
        cyclotomic: coefficients of the m-th cyclotomic polynomial, constant first.
    """
    return _sealed(about, "ELLIPTIC", {"cyclotomic": [spell_rational(Fraction(c)) for c in cyclotomic]})


def _sealed(about: SecondOrderCells, claim: str, payload: dict[str, Any], parameter: str = "") -> Certificate:
    statement: dict[str, Any] = {
        "family": about.family,
        "cells": list(about.sizes),
        "parameters": list(about.parameters),
        "relations": [[_spelled(matrix) for matrix in relation] for relation in about.relations],
        "claim": claim,
        "field": REAL_POSITIVE,
        "given": list(about.given),
    }
    if parameter:
        statement["parameter"] = parameter
    return seal(KIND, {**statement, "digest": digest(statement)}, payload)


def _spelled(matrix: Matrix) -> list[list[str]]:
    return [[spell_rational(Fraction(x)) for x in row] for row in matrix]
