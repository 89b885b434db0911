"""How closely two different mixtures can touch, one of m atoms, the other of m_true."""

from fractions import Fraction

from .box import Interval, check_box
from .limits import MAX_ATOMS, MAX_DIMENSION, Malformed, Rejected
from .log_symbol import BUILT_IN, Index, LogSymbol, exponential, generate
from .point import read_values
from .polynomial import Number, Poly, add
from .reading import digest, fields, integer, items, names, rational, string
from .statement import Statement, Values
from .zero_crossing import THEOREM

KEYS = "family d m m_true weights differ degree claim field log_symbol digest"
SIDES = ("location", "scale")


class ContactStatement(Statement):
    """A claim that r is the least degree to which no two different mixtures agree, of m and of m_true atoms.

    K is a sum of symbols of degree 1 and 2, one a component. An atom has a location b and a scale s, with
    which exp(b y + s y^2/2) is its K along a line; ``differ`` says in which the mixtures of the lower side
    differ. Weights are "free", or "equal" in each mixture.
    """

    def __init__(self, value: object) -> None:
        data = fields(value, KEYS, "statement")
        self.claim, self.field = string(data["claim"], "claim"), string(data["field"], "field")
        if (self.claim, self.field) != ("CONTACT_ORDER", "REAL_POSITIVE"):
            raise Malformed("claim", "contact proves CONTACT_ORDER over REAL_POSITIVE")
        self.family = string(data["family"], "family")
        self.d = integer(data["d"], 0, MAX_DIMENSION, "d")
        self.m = integer(data["m"], 1, MAX_ATOMS, "m")
        self.m_true = integer(data["m_true"], 1, MAX_ATOMS, "m_true")
        self.degree = integer(data["degree"], 1, 4 * MAX_ATOMS, "degree")
        self.kept, self.differ = string(data["weights"], "weights"), names(data["differ"], "differ")
        if self.kept not in ("free", "equal") or not self.differ or not {*self.differ} <= {*SIDES}:
            raise Malformed("weights", "must be free or equal, and differ list location, scale or both")
        self.symbol = symbol = LogSymbol(data["log_symbol"])
        if data["digest"] != digest({k: data[k] for k in KEYS.split() if k not in ("digest", "claim")}):
            raise Rejected("statement", "its digest is not that of the cell")
        if self.family in BUILT_IN and symbol.data != generate(self.family, self.d):
            raise Rejected("statement", f"the log-symbol is not that of {self.family}")
        moving = [key for poly in symbol.coefficients.values() for key in poly.terms]
        single = all(len(p.terms) == 1 and p.bound == 1 for p in symbol.coefficients.values())
        self.top = max((sum(index) for index in symbol.coefficients), default=0)
        if not single or sorted(moving) != sorted(1 << 16 * i for i in range(len(symbol.components))):
            raise Rejected("statement", "K is not a sum of one symbol for each component")
        ones = [index for index in symbol.coefficients if sum(index) == 1]
        pair = self.top == 1 or any(tuple(2 * k for k in one) in symbol.coefficients for one in ones)
        if len(symbol.covariates) != self.d or self.top > 2 or not ones or not pair:
            raise Rejected("statement", "K needs symbols of degree 1, alone, or of degree 2 too and a square")
        n = self.m + self.m_true
        self.weights, locations, scales = ([f"{x}_{i + 1}" for i in range(n)] for x in "wbs")
        self.variables = {x: i for i, x in enumerate([*self.weights, *locations, *scales])}
        self.clause = []

    def order(self) -> int:
        """Return the degree from which on two mixtures that agree are equal."""
        n = self.m + self.m_true
        return 2 * (n - 1) if self.top == 2 else min(n - 1, 2 * min(self.m, self.m_true))

    def equations(self, values: Values, indices: list[Index] | None = None, atoms: int = 1000) -> list[Poly]:
        """Return the differences of the coefficients at y^0 .. y^(degree - 1)."""
        numbers = {self.variables[name]: value for name, value in values.items()}
        n = self.m + self.m_true
        wanted: list[Index] = [(k,) for k in range(self.degree)]
        parts = []
        for i in range(n):
            sign = 1 if i < self.m else -1
            unknowns = [Poly({1 << 16 * (i + n * k): sign if k == 0 else 1}, 1) for k in range(3)]
            weight, b, s = (poly.substitute(numbers) for poly in unknowns)
            parts.append((weight, exponential({(1,): b, (2,): Poly({0: Fraction(1, 2)}, 0) * s}, wanted)))
        return [add([weight * terms[index] for weight, terms in parts]) for index in wanted]

    def words(self) -> str:
        """Return the statement as a sentence."""
        cell = f"{self.family}, d = {self.d}, {self.m} against {self.m_true} atoms"
        kept = ", equal weights" if self.kept == "equal" else ""
        return f"{cell}{kept}: the order of contact is {self.degree}"


def check_contact(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check both sides of an order of contact r.

    Below r: a box holds two mixtures in a pair u, u^2 of symbols (u alone, if all degrees are 1), all else 0,
    that agree to degree r - 1; some atom's location (scale) lies apart from all those of the other mixture.
    From r on: let two mixtures agree to degree r, and let c be a direction in which no two of their atoms
    fall together, (sum over degree 1 of eta_s c^s, sum over degree 2). Along c they are mixtures of
    exp(b y + s y^2/2) with equal moments 0 .. r. Degree 2: their difference, a combination of n = m + m_true
    distinct Gaussians, has at most 2(n - 1) sign changes by the theorem, so it vanishes. Degree 1: discrete
    measures with n - 1 equal moments are equal (Lagrange), and so are those with 2 min(m, m_true): the square
    of the polynomial with the fewer atoms as zeros has mean 0.
    """
    if not isinstance(statement, ContactStatement) or items(steps, "steps"):
        raise Rejected("contact", "it is about an order of contact, and takes no steps")
    if statement.degree != statement.order():
        raise Rejected("degree", f"the order of contact is {statement.order()}")
    data = fields(payload, "fixed free boxes", "payload")
    fixed, free = read_values(statement, data["fixed"]), names(data["free"], "free")
    ranges: dict[str, Interval] = {name: (value, value) for name, value in fixed.items()}
    relies = check_box(statement, [], payload)
    (item,) = items(data["boxes"], "boxes")[:1]
    box = fields(item, "centre radii preconditioner", "boxes")
    for name, centre, radius in zip(free, items(box["centre"], ""), items(box["radii"], ""), strict=True):
        c, r = rational(centre, "boxes"), rational(radius, "boxes")
        ranges[name] = (c - r, c + r)
    n, m = statement.m + statement.m_true, statement.m
    for what in statement.differ:
        sides = [ranges[f"{'b' if what == 'location' else 's'}_{i + 1}"] for i in range(n)]
        both = (sides[:m], sides[m:]), (sides[m:], sides[:m])
        if not any(all(a[1] < b[0] or b[1] < a[0] for b in other) for one, other in both for a in one):
            raise Rejected("difference", f"no {what} lies apart from those of the other mixture")
    if statement.top == 1 and any(fixed.get(f"s_{i + 1}", 1) for i in range(n)):
        raise Rejected("difference", "without symbols of degree 2 there is no scale")
    if statement.kept == "equal":
        values: list[Number | None] = [fixed.get(weight) for weight in statement.weights]
        if None in values or len({*values[:m]}) > 1 or len({*values[m:]}) > 1:
            raise Rejected("weights", "they are not fixed and equal in each mixture")
    return (*((THEOREM,) if statement.top == 2 else ()), *(relies if free else ()))
