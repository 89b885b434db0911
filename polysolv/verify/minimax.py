"""No estimator does better than n^(-1/(2 kappa)) near a truth: an arc that touches it closely enough."""

from fractions import Fraction

from .arc import LOCAL, node_rule, reduce, require_constant, rewriting, substituted
from .limits import MAX_ATOMS, MAX_DIMENSION, Malformed, Rejected
from .log_symbol import BUILT_IN, LogSymbol, generate
from .polynomial import Number, Poly, add, read_polynomial
from .quadrature import check_rule
from .reading import digest, fields, integer, items, mapping, rational, string
from .statement import Statement
from .steps import core

KEYS = "family d m exponents claim field log_symbol relations digest"
MAX_CONTACT = 512
_read: dict[str, LogSymbol] = {}  # by digest: cells of all sizes have the same


class MinimaxStatement(Statement):
    """A claim that exponents of a cell of m atoms are attained along one arc: N >= kappa * p for each.

    It is one of every larger cell too, where further atoms stay at the truth.
    """

    def __init__(self, value: object) -> None:
        data = fields(value, KEYS, "statement", "given")
        self.claim, self.field = string(data["claim"], "claim"), string(data["field"], "field")
        if (self.claim, self.field) != ("LOCAL_MINIMAX", "REAL_POSITIVE"):
            raise Malformed("claim", "minimax proves LOCAL_MINIMAX over REAL_POSITIVE")
        self.family = string(data["family"], "family")
        self.d = integer(data["d"], 0, MAX_DIMENSION, "d")
        self.m = integer(data["m"], 1, MAX_ATOMS, "m")
        if (key := digest(data["log_symbol"])) not in _read:
            _read[key] = LogSymbol(data["log_symbol"])
        self.symbol = self.log_symbol = symbol = _read[key]
        numbers = {name: i + 2 for i, name in enumerate(symbol.variables)}
        read = [read_polynomial(item, numbers, "relations") for item in items(data["relations"], "relations")]
        self.rules = [rewriting(list(poly.terms.items())) for poly in read if poly.terms]
        self.given = tuple(str(item) for item in items(data.get("given", []), "given"))
        listed = mapping(data["exponents"], "exponents").items()
        self.exponents = {name: rational(kappa, "exponents") for name, kappa in listed}
        if data["digest"] != digest({k: data[k] for k in data if k not in ("digest", "claim")}):
            raise Rejected("statement", "its digest is not that of the cell and its exponents")
        if self.family in BUILT_IN and symbol.data != generate(self.family, self.d):
            raise Rejected("statement", f"the log-symbol is not that of {self.family}")
        known = len(symbol.covariates) == self.d and {*self.exponents} <= {*symbol.components}
        if not known or not self.exponents or min(self.exponents.values()) <= 0:
            raise Rejected("statement", "d is not the number of covariates, or a component is unknown")

    def words(self) -> str:
        """Return the statement as a sentence."""
        rates = ", ".join(f"{name} n^(-{1 / (2 * kappa)})" for name, kappa in self.exponents.items())
        modulo = f", modulo {len(self.rules)} relations" if self.rules else ""
        return f"{self.family}, d = {self.d}, m = {self.m}{modulo}: no rate near the truth beats {rates}"


class _Atom(Statement):
    """The claim that a system of one atom is solvable, to which the steps of the Gauss-Hermite arc apply."""

    def __init__(self, of: MinimaxStatement) -> None:
        self.claim, self.field, self.symbol, self.m = "SOLVABLE", of.field, of.symbol, 1
        self.weights = ["w_1"]
        every = ["w_1", *(f"{name}_1" for name in of.log_symbol.components)]
        self.variables = {name: i for i, name in enumerate(every)}


def check_minimax(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check that an arc has sum w_l exp(K) = constant + O(eps^N) and N >= kappa * p for each exponent.

    Where a component is of exact order eps^p for some atom. Then chi^2(g_eps, g*) = O(eps^(2N)), as g* is at
    least a multiple of the atom, and by Le Cam's two-point bound no estimator has a worst-case error in that
    component (the largest of a cell's atoms) below n^(-p/(2N)) over {G: V <= C n^(-1/2)}. The arc is given
    by "rule", the Gauss-Hermite one in a location-scale pair, scaled: b = eps z, s = -eps^2, N = 2m; or
    by the recurrence of its nodes, paths and N, "contact".
    """
    by_rule = "rule" in mapping(payload, "payload")
    if not isinstance(statement, MinimaxStatement) or (items(steps, "steps") and not by_rule):
        raise Rejected("minimax", "it is about a local minimax statement, and paths take no steps")
    moves: dict[str, int] = {}
    if by_rule:
        location, scale = core(_Atom(statement), steps)
        check_rule(statement.m)
        contact, moves = 2 * statement.m, {location: 1, scale: 2}
        named = fields(payload, "rule", "payload")["rule"] == "gauss-hermite"
        if not named or statement.m < 2 or statement.rules:
            raise Rejected("minimax", "the rule gauss-hermite needs two atoms, and no relations")
    else:
        contact = _contact(statement, fields(payload, "shifts norms paths contact", "payload"), moves)
    for name, kappa in statement.exponents.items():
        if name not in moves or contact < kappa * moves[name]:
            raise Rejected("contact", f"{name}: eps^{contact} is not small enough for n^(-{1 / (2 * kappa)})")
    return ()


def _contact(statement: MinimaxStatement, data: dict[str, object], moves: dict[str, int]) -> int:
    """Check that the arc has the contact N that is stated; fill in the order p of every component."""
    shifts: list[Number] = [rational(item, "shifts") for item in items(data["shifts"], "shifts")]
    norms: list[Number] = [rational(item, "norms") for item in items(data["norms"], "norms")]
    contact = integer(data["contact"], 1, MAX_CONTACT, "contact")
    if not 1 <= len(shifts) <= statement.m or len(norms) != len(shifts) - 1 or any(n <= 0 for n in norms):
        raise Rejected("nodes", "needs 1 to m shifts, and positive norms, one fewer")
    node, means = node_rule(shifts, norms)
    paths = {}
    for name, value in mapping(data["paths"], "paths").items():
        path = paths[name] = read_polynomial(value, LOCAL, "paths")
        if name not in statement.log_symbol.components:
            raise Malformed("paths", "an unknown component")
        if not all(key & 0xFFFF for key in path.terms):
            raise Rejected("paths", f"{name} does not tend to 0 with eps")
        if powers := [key & 0xFFFF for key in reduce(path, [node]).terms]:
            moves[name] = min(powers)
    rules = [node, *statement.rules]

    def short(poly: Poly, factor: Number = 1) -> Poly:
        low = {key: value * factor for key, value in poly.terms.items() if key & 0xFFFF < contact}
        return reduce(Poly(low, poly.bound), rules)

    along = short(substituted(statement.log_symbol, paths))
    total, power, n = Poly({}, 0), Poly({0: 1}, 0), 0
    while power.terms:  # each factor holds eps
        n += 1
        power = short(power * along, Fraction(1, n))
        total = add([total, power])
    require_constant(total, means, f"exp(K) up to eps^{contact - 1}")
    return contact
