"""Learning coefficients: a region of large volume where V is small, and values known by theorem."""

from fractions import Fraction

from .box import THEOREM, Interval, krawczyk
from .cell import CellStatement
from .limits import MAX_DEGREE, Malformed, Rejected
from .log_symbol import BUILT_IN, LogSymbol, below, exponential
from .point import read_values
from .polynomial import Poly, add, unpack
from .reading import fields, items, mapping, names, rational
from .statement import Statement


def check_region(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check that V is below eta on a region of volume eta^T, T twice the coefficient that is claimed.

    There the perturbation s is of the size eta^(speed of s). An equation P_j of speed v_j < 1 (the least of
    its monomials) takes up volume eta^(1 - v_j) if the parts of speed v_j have a common zero with positive
    weights at which they are independent: the box shows one. Equations of a degree that makes every monomial
    faster than 1 need not be looked at.
    """
    if not isinstance(statement, CellStatement) or items(steps, "steps") or statement.alpha is not None:
        raise Rejected("region", "it is about a cell with weights bounded below, and takes no steps")
    if statement.at_least is not None or statement.multiplicity is not None:
        raise Rejected("region", "it proves an upper bound alone")
    data = fields(payload, "speeds fixed free centre radii preconditioner", "payload")
    symbol = statement.symbol
    assert symbol is not None
    given = {name: rational(text, "speeds") for name, text in mapping(data["speeds"], "speeds").items()}
    if given.keys() != set(symbol.components) or not all(value > 0 for value in given.values()):
        raise Rejected("speeds", "each perturbation needs one, and it must be positive")
    speeds = [given[name] for name in symbol.components]
    parts, slack = _slow_parts(symbol, speeds, statement.gate, statement.d)
    bound = (statement.m * sum(speeds) + slack - len(speeds)) / 2
    if bound > statement.at_most:
        raise Rejected("bound", f"the region shows {bound}, which is above the claim")
    equations = []
    for part in parts:
        shares = []
        for atom, weight in enumerate(statement.weights):
            here = part.substitute({}, statement.m + atom * len(speeds))
            shares.append(Poly({1 << (16 * statement.variables[weight]): 1}, 1) * here)
        equations.append(add(shares))
    _check_centre(statement, data, equations)
    return (THEOREM, "Watanabe 2009: the learning coefficient is the exponent of a volume")


def _slow_parts(symbol: LogSymbol, speeds: list[Fraction], gate: str, d: int) -> tuple[list[Poly], Fraction]:
    """Return the slowest parts, in one atom, of the equations slower than 1, and the sum of 1 - speed."""

    def speed(key: int) -> Fraction:
        return sum((speeds[i] * n for i, n in unpack(key)), Fraction(0))

    ratios = [speed(key) / sum(index) for index, poly in symbol.coefficients.items() for key in poly.terms]
    if not ratios:
        raise Malformed("log_symbol", "it has no terms")
    last = -int(-1 / min(ratios) // 1) - 1
    if last > MAX_DEGREE:
        raise Malformed("speeds", "one is too small")
    if gate == "kernel" and not all(
        _fixes_gauge(symbol, index) for index in symbol.coefficients if not any(index[d:])
    ):
        raise Rejected("gate", "a term without a dual variable is not a perturbation of its own")
    cell = below([last] * len(symbol.variables), last)
    slow, slack = [], Fraction(0)
    for index, poly in exponential(symbol.coefficients, cell).items():
        seen = gate == "exact" or any(index[d:]) or index in symbol.coefficients
        if any(index) and seen and poly.terms and (least := min(map(speed, poly.terms))) < 1:
            slow.append(Poly({key: c for key, c in poly.terms.items() if speed(key) == least}, poly.bound))
            slack += 1 - least
    return slow, slack


def _fixes_gauge(symbol: LogSymbol, index: tuple[int, ...]) -> bool:
    """Whether K has at ``index`` one perturbation, to the first power, that occurs nowhere else."""
    keys = [unpack(key) for key in symbol.coefficients[index].terms]
    others = [
        i
        for other in symbol.coefficients
        if other != index
        for key in symbol.coefficients[other].terms
        for i in unpack(key)
    ]
    return (
        len(keys) == 1
        and len(keys[0]) == 1
        and keys[0][0][1] == 1
        and keys[0][0][0] not in [i for i, _ in others]
    )


def _check_centre(statement: Statement, data: dict[str, object], equations: list[Poly]) -> None:
    """Check the box: as many free variables as equations, positive weights, and Krawczyk's test."""
    fixed, free = read_values(statement, data["fixed"]), names(data["free"], "free")
    if sorted([*fixed, *free]) != sorted(statement.variables) or len(free) != len(equations):
        raise Rejected("centre", f"needs {len(equations)} free variables, and values for the others")
    rows = [data["centre"], data["radii"], *items(data["preconditioner"], "centre")]
    centre, radii, *inverse = [[rational(x, "centre") for x in items(row, "centre")] for row in rows]
    if [len(row) for row in (centre, radii, *inverse)] != [len(free)] * (len(free) + 2) or any(
        r <= 0 for r in radii
    ):
        raise Rejected("centre", "a radius is not positive, or a vector or matrix has the wrong size")
    sides: list[Interval] = [(c - r, c + r) for c, r in zip(centre, radii, strict=True)]
    least = {**fixed, **{name: side[0] for name, side in zip(free, sides, strict=True)}}
    if not all(least[weight] > 0 for weight in statement.weights):
        raise Rejected("weights", "one is not positive on the box")
    numbers = {statement.variables[name]: value for name, value in fixed.items()}
    boxes = {statement.variables[name]: side for name, side in zip(free, sides, strict=True)}
    krawczyk([poly.substitute(numbers) for poly in equations], boxes, inverse)


def check_theorem(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Recompute what the theorems of docs/choosing-k.md say of a built-in family; nothing is proved here."""
    fields(payload, "", "payload")
    if not isinstance(statement, CellStatement) or items(steps, "steps") or statement.family not in BUILT_IN:
        raise Rejected("theorem", "it is about a cell of a built-in family, and takes no steps")
    low, high, count = _theorem(statement)
    if (statement.at_least, statement.at_most) != (low, high):
        raise Rejected("theorem", f"it says {low} to {high}")
    if statement.multiplicity not in (None, count):
        raise Rejected("theorem", f"the multiplicity is {count or 'not known'}")
    return ("the theorems on the page 'How many experts' of polysolv, recomputed and not proved here",)


def _theorem(cell: CellStatement) -> tuple[Fraction, Fraction, int | None]:
    """Return lower and upper bound and, if known, multiplicity."""
    n, d, alpha = cell.m - 1, cell.d, cell.alpha
    gate, slopes = cell.gate, 2 if cell.family == "softmax-gaussian" else 1

    def order(N: int, last: int) -> Fraction:
        count = min(N // 2, last - 1)  # of the k from 2 to last with N/2 - k + 1 > 0, which are summed up
        linear = Fraction(count * N - count * (count + 1), 2)
        start = Fraction(3 * n + (N - 3) * (N - 2) // 2)
        return (start + d * (Fraction(slopes * n * N, 2) + linear)) / (2 * N)

    def scale(n: int) -> list[Fraction]:
        return [Fraction(6 * n + (N - 3) * (N - 2), 4 * N) for N in range(3, 2 * n + 3)]

    if cell.family == "location-gaussian":
        away = Fraction(n, 4) if alpha is None else n * alpha / 2
        value = min(away, Fraction(n, 4))
        return value, value, n + 1 if alpha is not None and away == Fraction(n, 4) else 1
    if cell.family == "location-scale-gaussian":
        if alpha is None:
            values = scale(n)
            return min(values), min(values), values.count(min(values))
        stay = [(n - j) * alpha / 2 + min(scale(j), default=Fraction(0)) for j in range(n + 1)]
        return (
            (Fraction(0), min(stay), None)
            if n > 1
            else (stay[alpha > 1], stay[alpha > 1], 2 + (alpha == 1) - (alpha < 1))
        )
    if alpha is not None:
        raise Rejected("theorem", "it says nothing of this prior on weights")
    edge = Fraction(n * (2 + d * slopes), 4)
    high = min(edge, *(order(N, N) for N in range(3, 2 * n + 3)))
    below_it = {N: order(N, 3) for N in range(3, 2 * n + 3)}
    low = min(edge, *below_it.values())
    ties = [edge, *below_it.values()].count(low)
    sure = low == high and (ties == 1 or all(N <= 6 for N in below_it if below_it[N] == low))
    if slopes == 2 and gate == "kernel":
        if (n, d) == (1, 1):
            return Fraction(1), Fraction(1), 2
        high = min(high, Fraction(6 * n + 3, 8)) if d == 1 else high
        return min(scale(n)) + Fraction(n * d, 4 * cell.m), high, None
    return low, high, ties if sure else None
