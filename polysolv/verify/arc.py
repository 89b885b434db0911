"""Not identifiable: an arc of mixing measures along which nothing that is observed changes."""

from fractions import Fraction

from .limits import MAX_ATOMS, MAX_DIMENSION, MAX_EXPANDED_DEGREE, Malformed, Rejected, spend
from .log_symbol import BUILT_IN, LogSymbol, generate
from .polynomial import SHIFT, Number, Poly, add, read_polynomial, unpack
from .reading import digest, fields, integer, items, mapping, rational, string
from .statement import Statement

KEYS = "family d m component claim field log_symbol relations digest"
MAX_POWER = 64
LOCAL = {"eps": 0, "z": 1}  # variables of a path; covariates and duals are numbered from 2

Rule = tuple[list[tuple[int, int]], int, dict[int, Number]]  # leading exponents, packed; what replaces it


class ArcStatement(Statement):
    """A claim that a component of a cell of m atoms is not identifiable modulo relations.

    ``given`` lists premises that the kernel cannot check, such as relations of a density.
    """

    def __init__(self, value: object) -> None:
        data = fields(value, KEYS, "statement", "given")
        self.claim, self.field = string(data["claim"], "claim"), string(data["field"], "field")
        if (self.claim, self.field) != ("NOT_IDENTIFIABLE", "REAL_POSITIVE"):
            raise Malformed("claim", "an arc proves NOT_IDENTIFIABLE over REAL_POSITIVE")
        self.family, self.component = string(data["family"], "family"), string(data["component"], "component")
        self.d = integer(data["d"], 0, MAX_DIMENSION, "d")
        self.m = integer(data["m"], 1, MAX_ATOMS, "m")
        self.log_symbol = symbol = LogSymbol(data["log_symbol"])
        numbers = {name: i + 2 for i, name in enumerate(symbol.variables)}
        listed = items(data["relations"], "relations")
        self.relations = [read_polynomial(item, numbers, "relations") for item in listed]
        self.rules = [rewriting(list(poly.terms.items())) for poly in self.relations if poly.terms]
        self.given = tuple(str(item) for item in items(data.get("given", []), "given"))
        keys = "d m component log_symbol relations given"
        if data["digest"] != digest({key: data[key] for key in keys.split() if key in data}):
            raise Rejected("statement", "its digest is not that of the log-symbol, relations and component")
        if self.family in BUILT_IN and symbol.data != generate(self.family, self.d):
            raise Rejected("statement", f"the log-symbol is not that of {self.family}")
        if len(symbol.covariates) != self.d or self.component not in symbol.components:
            raise Rejected("statement", "d is not the number of covariates, or the component is unknown")

    def words(self) -> str:
        """Return the statement as a sentence."""
        count = len(self.relations)
        modulo = f", modulo {count} relation{'s' if count > 1 else ''}" if count else ""
        cell = f"{self.family}, d = {self.d}, m = {self.m}{modulo}"
        return f"{cell}: {self.component} is not identifiable"


def rewriting(terms: list[tuple[int, Number]]) -> Rule:
    """Return the rule that rewrites the first term by the others; any such rule is sound modulo the ideal."""
    (lead, value), *rest = terms
    scale = Fraction(-1) / value
    if not lead:
        raise Malformed("relations", "the first term of a relation must hold a variable")
    return unpack(lead), lead, {key: coefficient * scale for key, coefficient in rest}


def reduce(poly: Poly, rules: list[Rule]) -> Poly:
    """Rewrite until no rule applies; what the work limit does not allow is malformed."""
    left, done = dict(poly.terms), {0: 0 * next(iter(poly.terms.values()), 0)}
    while left:
        key, value = left.popitem()
        for lead, packed, tail in rules:
            if all(key >> (SHIFT * i) & 0xFFFF >= n for i, n in lead):
                spend(1 + len(tail))
                for other, factor in tail.items():
                    new = key - packed + other
                    if sum(n for _, n in unpack(new)) > MAX_EXPANDED_DEGREE // 2:
                        raise Malformed("relations", "rewriting does not end")
                    left[new] = left.get(new, 0) + value * factor
                break
        else:
            done[key] = done.get(key, 0) + value
    degrees = [sum(n for _, n in unpack(key)) for key, value in done.items() if value]
    return Poly(done, max(degrees, default=0))


def check_arc(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check that sum w_l exp(K(path at z_l)) is constant modulo the relations, for suitable weights w_l > 0.

    The z_l are the zeros of the last polynomial of p_(k+1) = (z - shift_k) p_k - norm_k p_(k-1): real and
    distinct, with positive weights, as all norms are positive (Favard). What K holds without a variable
    multiplies weights, which are free; let N be the rest. Either a power of N vanishes modulo the relations,
    and the weighted mean of the polynomial exp(N) is constant; or, with "shift" c, (N + c eps z)^2 is one and
    the same number for all atoms, and N has mean 0: exp(N + c eps z) is a number plus a multiple of its
    exponent.
    """
    if not isinstance(statement, ArcStatement) or items(steps, "steps"):
        raise Rejected("arc", "it is about an arc statement, and takes no steps")
    data = fields(payload, "shifts norms paths", "payload", "shift")
    shifts: list[Number] = [rational(item, "shifts") for item in items(data["shifts"], "shifts")]
    norms: list[Number] = [rational(item, "norms") for item in items(data["norms"], "norms")]
    if not 1 <= len(shifts) <= statement.m or len(norms) != len(shifts) - 1 or any(n <= 0 for n in norms):
        raise Rejected("nodes", "needs 1 to m shifts, and positive norms, one fewer")
    node, means = node_rule(shifts, norms)
    paths = {}
    for name, value in mapping(data["paths"], "paths").items():
        paths[name] = read_polynomial(value, LOCAL, "paths")
        if not all(key & 0xFFFF for key in paths[name].terms):
            raise Rejected("paths", f"{name} does not tend to 0 with eps")
    if not paths.keys() <= set(statement.log_symbol.components):
        raise Malformed("paths", "an unknown component")
    if statement.component not in paths or not reduce(paths[statement.component], [node]).terms:
        raise Rejected("paths", f"{statement.component} does not move")
    rules = [node, *statement.rules]
    along = reduce(substituted(statement.log_symbol, paths), rules)
    moved = Poly({key: value for key, value in along.terms.items() if key >> (2 * SHIFT)}, along.bound)
    if "shift" in data:
        shift = Poly({1 + (1 << SHIFT): rational(data["shift"], "shift")}, 2)
        centred = add([moved, shift])
        if any(key >> SHIFT for key in reduce(centred * centred, rules).terms):
            raise Rejected("two values", "the square of N + shift eps z is not the same number for all atoms")
        require_constant(moved, means, "N")
        return ()
    total, power = Poly({}, 0), Poly({0: 1}, 0)
    for n in range(1, MAX_POWER + 1):
        power = reduce(power * moved, rules)
        if not power.terms:
            break
        power = Poly({key: value * Fraction(1, n) for key, value in power.terms.items()}, power.bound)
        total = add([total, power])
    else:
        raise Rejected("nilpotency", f"no power of N up to {MAX_POWER} vanishes modulo the relations")
    require_constant(total, means, "exp(N)")
    return ()


def node_rule(shifts: list[Number], norms: list[Number]) -> tuple[Rule, list[Number]]:
    """Return the rule for z^size, and the weighted means of 1, z, .., z^(size - 1)."""
    polys: list[list[Number]] = [[1]]
    for k, shift in enumerate(shifts):
        up: list[Number] = [0, *polys[k]]
        for i, coefficient in enumerate(polys[k]):
            up[i] -= shift * coefficient
        for i, coefficient in enumerate(polys[k - 1] if k else []):
            up[i] -= norms[k - 1] * coefficient
        polys.append(up)
    means: list[Number] = [1]
    for poly in polys[1:-1]:  # each is orthogonal to 1
        means.append(-sum(coefficient * mean for coefficient, mean in zip(poly, means, strict=False)))
    size = len(shifts)
    tail = {i << SHIFT: -coefficient for i, coefficient in enumerate(polys[-1][:-1]) if coefficient}
    return ([(1, size)], size << SHIFT, tail), means


def substituted(symbol: LogSymbol, paths: dict[str, Poly]) -> Poly:
    """Return K with paths for its components; those left out are 0."""
    parts = []
    zero = Poly({}, 0)
    for index, poly in symbol.coefficients.items():
        monomial = sum(power << (SHIFT * (i + 2)) for i, power in enumerate(index))
        for key, value in poly.terms.items():
            term = Poly({monomial: value}, sum(index))
            for component, power in unpack(key):
                for _ in range(power):
                    term = term * paths.get(symbol.components[component], zero)
            parts.append(term)
    return add(parts)


def require_constant(poly: Poly, means: list[Number], what: str) -> None:
    """Check that the weighted mean over the nodes holds no covariate and no dual."""
    total: dict[int, Number] = {}
    for key, value in poly.terms.items():
        power = key >> SHIFT & 0xFFFF
        rest = key - (power << SHIFT)
        total[rest] = total.get(rest, 0) + value * means[power]
    if any(value for key, value in total.items() if key >> (2 * SHIFT)):
        raise Rejected("mean", f"the weighted mean of {what} is not constant")
