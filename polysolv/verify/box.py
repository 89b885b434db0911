"""Solvable: a box of real points that holds a solution, by Krawczyk's test in exact rational intervals."""

from fractions import Fraction

from .limits import Malformed, Rejected, spend
from .point import read_values
from .polynomial import Number, Point, Poly, power, unpack
from .reading import fields, items, names, rational
from .statement import Statement

THEOREM = "Krawczyk 1969 (Brouwer's fixed-point theorem)"

Interval = tuple[Number, Number]


def check_box(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check that each box holds a non-trivial solution with positive weights, and that boxes are disjoint.

    The variables in ``fixed`` get values, those in ``free`` range over the boxes; it is a square system.
    """
    data = fields(payload, "fixed free boxes", "payload")
    fixed, free = read_values(statement, data["fixed"]), names(data["free"], "free")
    claimed = statement.claim in ("SOLVABLE", "CONTACT_ORDER")  # of the latter it is one side
    if not claimed or (statement.field, items(steps, "steps")) != ("REAL_POSITIVE", []):
        raise Rejected("box", "it proves SOLVABLE over REAL_POSITIVE, without steps")
    if sorted([*fixed, *free]) != sorted(statement.variables):
        raise Malformed("free", "each unknown must be fixed or free")
    equations = [poly for poly in statement.equations(fixed) if poly.terms]
    if len(equations) != len(free) or not data["boxes"]:
        raise Rejected("slice", f"it leaves {len(equations)} equations in {len(free)} unknowns, or no box")
    numbers = [statement.variables[name] for name in free]
    boxes: list[list[Interval]] = []
    for item in items(data["boxes"], "boxes"):
        box = fields(item, "centre radii preconditioner", "boxes")
        rows = [box["centre"], box["radii"], *items(box["preconditioner"], "boxes")]
        centre, radii, *inverse = [[rational(x, "boxes") for x in items(row, "boxes")] for row in rows]
        sizes = [len(row) for row in (centre, radii, *inverse)]
        if sizes != [len(free)] * (len(free) + 2) or not all(radius > 0 for radius in radii):
            raise Rejected("boxes", "a radius is not positive, or a vector or matrix has the wrong size")
        sides: list[Interval] = [(c - r, c + r) for c, r in zip(centre, radii, strict=True)]
        ranges = {name: (value, value) for name, value in fixed.items()}
        ranges.update(zip(free, sides, strict=True))
        if not all(ranges[weight][0] > 0 for weight in statement.weights):
            raise Rejected("weights", "one is not positive on a box")
        if statement.clause and all(ranges[name][0] <= 0 <= ranges[name][1] for name in statement.clause):
            raise Rejected("non-triviality", "no unknown of the clause is bounded away from 0")
        krawczyk(equations, dict(zip(numbers, sides, strict=True)), inverse)
        for other in boxes:
            if all(a <= d and c <= b for (a, b), (c, d) in zip(sides, other, strict=True)):
                raise Rejected("distinctness", "two boxes overlap")
        boxes.append(sides)
    return (THEOREM,)


def krawczyk(equations: list[Poly], sides: dict[int, Interval], inverse: list[list[Fraction]]) -> None:
    """Check row by row that c - Y f(c) + (I - Y F'(X)) (X - c) lies in the interior of X = c +- r.

    Then x - Y f(x) maps X into itself, so it has a fixed point; Y is invertible, as |I - Y F'(x)| r < r.
    """
    half = Fraction(1, 2)
    centre: Point = {variable: (a + b) * half for variable, (a, b) in sides.items()}
    radii = [(b - a) * half for a, b in sides.values()]
    residual = [sum(poly.substitute(centre).terms.values()) for poly in equations]
    slopes = [[_range(poly.derivative(variable), sides) for variable in sides] for poly in equations]
    spend(len(radii) ** 3)
    for i, row in enumerate(inverse):
        reach = abs(sum((y * value for y, value in zip(row, residual, strict=True)), Fraction(0)))
        for j, radius in enumerate(radii):
            low = high = Fraction(i == j)
            for y, slope in zip(row, slopes, strict=True):
                ends = (y * slope[j][0], y * slope[j][1])
                low, high = low - max(ends), high - min(ends)
            reach += max(abs(low), abs(high)) * radius
        if reach >= radii[i]:
            raise Rejected("Krawczyk", "the image is not in the interior of the box")


def _range(poly: Poly, sides: dict[int, Interval]) -> Interval:
    """Return an interval that holds the values of ``poly`` on a box."""
    low: Number = 0
    high: Number = 0
    for key, coefficient in poly.terms.items():
        term: Interval = (coefficient, coefficient)
        for variable, exponent in unpack(key):
            ends = [power(end, exponent) for end in sides[variable]]
            if exponent % 2 == 0 and sides[variable][0] < 0 < sides[variable][1]:
                ends.append(0)
            products = [a * b for a in term for b in (min(ends), max(ends))]
            term = (min(products), max(products))
        low, high = low + term[0], high + term[1]
    return low, high
