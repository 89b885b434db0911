"""Exponents from second-order relations of a density: all 2, at least 3, or those of an elliptic relation."""

from fractions import Fraction

from .limits import MAX_ATOMS, Malformed, Rejected, spend
from .polynomial import Number
from .reading import digest, fields, integer, items, names, rational, string
from .statement import Statement

KEYS = "family cells parameters relations claim field given digest"
CLAIMS = ("EXPONENTS_TWO", "AT_LEAST_THREE", "ELLIPTIC")
MAX_SIDE = 64
THEOREM = (
    "the theorem on positive semidefinite second-order relations (docs/second-order.md), not proved here"
)

Matrix = list[list[Number]]


class RelationStatement(Statement):
    """A claim about exponents in cells of some sizes, one for each true atom.

    ``relations`` span the second-order relations modulo first order at the truth, each a symmetric matrix for
    each true atom; that they do is a premise, which ``given`` states.
    """

    def __init__(self, value: object) -> None:
        data = fields(value, KEYS, "statement", "parameter")
        self.claim, self.field = string(data["claim"], "claim"), string(data["field"], "field")
        if self.claim not in CLAIMS or self.field != "REAL_POSITIVE":
            raise Malformed("claim", f"must be one of {', '.join(CLAIMS)}, over REAL_POSITIVE")
        self.family = string(data["family"], "family")
        self.sizes = [integer(item, 1, MAX_ATOMS, "cells") for item in items(data["cells"], "cells")]
        self.parameters = names(data["parameters"], "parameters")
        size = len(self.parameters)
        if not 0 < len(self.sizes) * size <= MAX_SIDE or max(self.sizes) > MAX_SIDE:
            raise Malformed("cells", f"at most {MAX_SIDE} atoms in a cell, and parameters of all true atoms")
        listed = items(data["relations"], "relations")
        self.relations = [read_matrices(item, len(self.sizes), size) for item in listed]
        self.given = tuple(str(item) for item in items(data["given"], "given"))
        if not self.given:
            raise Malformed("given", "the density, its truth, and that it has these relations and no others")
        self.parameter = string(data["parameter"], "parameter") if "parameter" in data else ""
        if (self.claim == "AT_LEAST_THREE") != (self.parameter in self.parameters):
            raise Malformed("parameter", "AT_LEAST_THREE, and no other claim, is about one of the parameters")
        if data["digest"] != digest({key: item for key, item in data.items() if key != "digest"}):
            raise Rejected("statement", "its digest is not that of the cells, relations and claim")

    def words(self) -> str:
        """Return the statement as a sentence."""
        cells = f"{self.family}, cells of {', '.join(map(str, self.sizes))}"
        if self.claim == "EXPONENTS_TWO":
            return f"{cells}: all exponents in cells of two or more atoms are 2"
        if self.claim == "ELLIPTIC":
            return f"{cells}: both exponents are {self.sizes[0]}"
        return f"{cells}: the exponent of {self.parameter} is at least 3"


def read_matrices(value: object, count: int, size: int) -> list[Matrix]:
    """Return one symmetric matrix for each true atom."""
    found: list[Matrix] = []
    for part in items(value, "matrices"):
        rows = [[rational(x, "matrices") for x in items(row, "matrices")] for row in items(part, "matrices")]
        if [len(row) for row in rows] != [size] * size or rows != [
            list(row) for row in zip(*rows, strict=True)
        ]:
            raise Malformed("matrices", f"each must be symmetric, {size} by {size}")
        found.append([list(row) for row in rows])
    if len(found) != count:
        raise Malformed("matrices", f"{count} are needed, one for each true atom")
    return found


def eliminate(rows: Matrix) -> list[int]:
    """Bring rows to echelon form, in place; return the pivot columns."""
    pivots: list[int] = []
    for column in range(len(rows[0]) if rows else 0):
        top = len(pivots)
        at = next((i for i in range(top, len(rows)) if rows[i][column]), None)
        if at is None:
            continue
        rows[top], rows[at] = rows[at], rows[top]
        rows[top] = [x / Fraction(rows[top][column]) for x in rows[top]]
        for i, row in enumerate(rows):
            if i != top and (factor := row[column]):
                spend(len(row) * (1 + (_bits(rows[top]) + _bits(row) >> 8)))
                rows[i] = [a - factor * b for a, b in zip(row, rows[top], strict=True)]
        pivots.append(column)
    return pivots


def _bits(row: list[Number]) -> int:
    return max(x.numerator.bit_length() + x.denominator.bit_length() for x in row)


def is_semidefinite(matrix: Matrix) -> bool:
    """Whether a symmetric matrix is positive semidefinite, by its factors L D L^T."""
    left = [list(row) for row in matrix]
    for k in range(len(left)):
        pivot = left[k][k]
        if pivot < 0 or (pivot == 0 and any(left[k][k:])):
            return False
        for i in range(k + 1, len(left)) if pivot else ():
            spend(len(left) * (1 + (_bits(left[i]) + _bits(left[k]) >> 8)))
            factor = left[i][k] / Fraction(pivot)
            left[i] = [a - factor * b for a, b in zip(left[i], left[k], strict=True)]
    return True


def check_relations(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check the claim; see the three functions below."""
    if not isinstance(statement, RelationStatement) or items(steps, "steps"):
        raise Rejected("second-order", "it is about second-order relations, and takes no steps")
    checks = {"EXPONENTS_TWO": _check_two, "AT_LEAST_THREE": _check_three, "ELLIPTIC": _check_elliptic}
    checks[statement.claim](statement, payload)
    return (THEOREM,)


def _check_two(claim: RelationStatement, payload: object) -> None:
    """Check that no relation other than 0 is semidefinite with ranks below the sizes of the cells.

    ``orthogonal`` is semidefinite and orthogonal to all relations, so it annihilates a semidefinite one. The
    relations that it annihilates are 0, or multiples of one that has a rank too large for its cell.
    """
    size, data = len(claim.parameters), fields(payload, "orthogonal", "payload")
    orthogonal = read_matrices(data["orthogonal"], len(claim.sizes), size)
    if not all(is_semidefinite(matrix) for matrix in orthogonal):
        raise Rejected("orthogonal", "a matrix is not positive semidefinite")
    products = []
    for relation in claim.relations:
        blocks = [_product(q, p) for q, p in zip(orthogonal, relation, strict=True)]
        if sum(block[i][i] for block in blocks for i in range(size)):
            raise Rejected("orthogonal", "its product with a relation has a trace other than 0")
        products.append([x for block in blocks for row in block for x in row])
    rows = [list(row) for row in zip(*products, strict=True)]
    pivots = eliminate(rows)
    free = [i for i in range(len(products)) if i not in pivots]
    if len(free) > 1:
        raise Rejected("face", "it annihilates more than one relation")
    if free:
        scales: list[Number] = [0] * len(products)
        scales[free[0]] = 1
        for row, pivot in zip(rows, pivots, strict=False):
            scales[pivot] = -row[free[0]]
        left = combination(claim, scales)
        if not any(len(eliminate(matrix)) >= m for matrix, m in zip(left, claim.sizes, strict=True)):
            raise Rejected("rank", "the relation that it annihilates has ranks below the sizes of the cells")


def _product(left: Matrix, right: Matrix) -> Matrix:
    spend(len(left) ** 3)
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*right, strict=True)]
        for row in left
    ]


def combination(claim: RelationStatement, scales: list[Number]) -> list[Matrix]:
    """Return the sum of the relations times ``scales``."""
    size = range(len(claim.parameters))
    every = list(zip(scales, claim.relations, strict=True))
    spend(len(every) * len(claim.sizes) * len(size) ** 2)
    return [
        [[sum(c * r[j][s][t] for c, r in every) for t in size] for s in size] for j in range(len(claim.sizes))
    ]


def _check_three(claim: RelationStatement, payload: object) -> None:
    """Check an arc: in each cell points of mean 0 whose second moments are those of one relation, not 0."""
    data = fields(payload, "coefficients cells", "payload")
    scales: list[Number] = [rational(x, "coefficients") for x in items(data["coefficients"], "coefficients")]
    cells = items(data["cells"], "cells")
    if len(scales) != len(claim.relations) or len(cells) != len(claim.sizes):
        raise Malformed("payload", "needs a coefficient for each relation, and points for each true atom")
    place, moved, size = claim.parameters.index(claim.parameter), False, range(len(claim.parameters))
    for cell, m, wanted in zip(cells, claim.sizes, combination(claim, scales), strict=True):
        parts = fields(cell, "weights points", "cells")
        weights = [rational(x, "weights") for x in items(parts["weights"], "weights")]
        points = [
            [rational(x, "points") for x in items(row, "points")] for row in items(parts["points"], "points")
        ]
        if not len(points) == len(weights) <= m or any(len(row) != len(size) for row in points):
            raise Rejected("points", "at most as many as the cell has atoms, one value for each parameter")
        if any(w <= 0 for w in weights):
            raise Rejected("weights", "one is not positive")
        spend(len(points) * len(size) ** 2)
        pairs = list(zip(weights, points, strict=True))
        if any(sum(w * row[t] for w, row in pairs) for t in size):
            raise Rejected("mean", "the mean of the points is not 0")
        if [[sum(w * row[s] * row[t] for w, row in pairs) for t in size] for s in size] != wanted:
            raise Rejected("second moments", "they are not those of the relation")
        moved = moved or wanted[place][place] > 0
    if not moved:
        raise Rejected("parameter", f"{claim.parameter} does not move")


def _check_elliptic(claim: RelationStatement, payload: object) -> None:
    """Check that the relation is elliptic, and that the powers of m points on a circle have the mean 0.

    ``cyclotomic`` lists the coefficients, constant first, of a polynomial whose zeros are m-th roots of 1: it
    divides z^m - 1. None is of a lower order k, since its powers k would have the mean 1.
    """
    data = fields(payload, "cyclotomic", "payload")
    poly = [rational(x, "cyclotomic") for x in items(data["cyclotomic"], "cyclotomic")]
    m = claim.sizes[0]
    if (len(claim.sizes), len(claim.parameters), len(claim.relations)) != (1, 2, 1) or m < 2:
        raise Rejected("elliptic", "needs one cell of 2 or more atoms, two parameters and one relation")
    ((a, b), (_, c)) = claim.relations[0][0]
    if a * c - b * b <= 0:
        raise Rejected("elliptic", "the relation is not definite")
    if not 2 <= len(poly) <= m + 1 or poly[-1] != 1:
        raise Rejected("cyclotomic", "its leading coefficient must be 1, and its degree 1 to m")
    powers = [_remainder(k, poly) for k in range(m + 1)]
    if powers[m] != powers[0]:
        raise Rejected("cyclotomic", "it does not divide z^m - 1")
    for k in range(1, m):
        if any(sum(powers[k * j % m][i] for j in range(m)) for i in range(len(poly) - 1)):
            raise Rejected("mean", f"the mean of the powers {k} is not 0")


def _remainder(k: int, poly: list[Fraction]) -> list[Number]:
    """Return z^k modulo a monic polynomial."""
    left: list[Number] = [0] * (k + 1)
    left[k] = 1
    degree = len(poly) - 1
    for top in range(k, degree - 1, -1):
        factor = left[top]
        spend(degree)
        for i in range(degree + 1):
            left[top - degree + i] -= factor * poly[i]
    return (left + [0] * degree)[:degree]
