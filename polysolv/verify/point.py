"""Solvable: a rational point."""

from .limits import Malformed, Rejected
from .polynomial import Number
from .reading import fields, items, mapping, rational
from .statement import Statement


def read_values(statement: Statement, value: object) -> dict[str, Number]:
    """Return the rational values that an object gives to unknowns."""
    found: dict[str, Number] = {}
    for name, text in mapping(value, "values").items():
        if name not in statement.variables:
            raise Malformed("values", f"unknown variable {name!r}")
        found[name] = rational(text, "values")
    return found


def check_point(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check by substitution that a point with positive weights is a non-trivial solution."""
    values = read_values(statement, fields(payload, "values", "payload")["values"])
    if (statement.claim, statement.field, items(steps, "steps")) != ("SOLVABLE", "REAL_POSITIVE", []):
        raise Rejected("point", "it proves SOLVABLE over REAL_POSITIVE, without steps")
    if len(values) < len(statement.variables) or not all(values[name] > 0 for name in statement.weights):
        raise Rejected("values", "one is missing, or a weight is not positive")
    if statement.clause and not any(values[unknown] for unknown in statement.clause):
        raise Rejected("non-triviality", "all unknowns of the clause are 0")
    if any(poly.terms for poly in statement.equations(values)):
        raise Rejected("equations", "the point does not solve them")
    return ()
