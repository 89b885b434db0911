"""What a certificate claims, and the equations that the kernel rebuilds from that alone."""

from .limits import MAX_ATOMS, MAX_DEGREE, MAX_DIMENSION, MAX_EQUATIONS, Malformed, Rejected
from .log_symbol import BUILT_IN, Index, LogSymbol, below, exponential, generate
from .polynomial import Number, Poly, add, read_polynomial
from .reading import digest, fields, integer, items, mapping, names, string

FAMILY_KEYS = "family d m degree claim field digest"

Values = dict[str, Number]

_built_in: dict[tuple[str, int], LogSymbol] = {}
# The parts of a certificate speak of the same unknowns.
_last_cell: dict[tuple[str, int, int], tuple[list[str], dict[str, int], list[str]]] = {}


class Statement:
    """A claim about a system: that of a family, or one written out, where each unknown is a component.

    ``variables`` numbers weights and unknowns by name, weights first. In a non-trivial solution a component
    of ``nontrivial`` is not 0 (none: all count); ``clause`` lists their unknowns. ``defining`` is digested.
    """

    symbol: LogSymbol | None = None
    built_in: LogSymbol | None = None
    given: tuple[str, ...] = ()
    weights: list[str]

    def __init__(self, value: object) -> None:
        written = "system" in mapping(value, "statement")
        keys = ("system claim field digest", "") if written else (FAMILY_KEYS, "log_symbol nontrivial")
        data = fields(value, keys[0], "statement", keys[1])
        self.claim, self.field = string(data["claim"], "claim"), string(data["field"], "field")
        if self.claim not in ("SOLVABLE", "UNSOLVABLE", "SOLVABLE" if written else "ORDER"):
            raise Malformed("claim", "must be SOLVABLE, UNSOLVABLE or, of a family, ORDER")
        if self.field not in ("REAL_POSITIVE", "COMPLEX"):
            raise Rejected("field", "certificates speak of REAL_POSITIVE or COMPLEX")
        if written:
            self._number(self._read_system(data["system"]))
        else:
            self._read_family(data)
        if data["digest"] != digest(self.defining):
            raise Rejected("statement", "its digest is not that of the system")
        if self.built_in is None and not {*self.clause} <= {*self.variables} - {*self.weights}:
            raise Malformed("nontrivial", "must list unknowns")

    def _number(self, unknowns: list[str]) -> None:
        self.variables = {name: i for i, name in enumerate(names([*self.weights, *unknowns], "unknowns"))}
        self.clause = [unknown for component in self.nontrivial for unknown in self.unknowns(component)]

    def _read_family(self, data: dict[str, object]) -> None:
        self.family = string(data["family"], "family")
        self.d = integer(data["d"], 0, MAX_DIMENSION, "d")
        self.m = integer(data["m"], 1, MAX_ATOMS, "m")
        self.degree = integer(data["degree"], 1, MAX_DEGREE, "degree")
        key, given = (self.family, self.d), "log_symbol" in data
        if given != ("nontrivial" in data) or given == (self.family in BUILT_IN):
            raise Rejected("statement", "log_symbol and nontrivial define a family that is not built in")
        if not given and key not in _built_in:
            _built_in[key] = LogSymbol(generate(*key))
        self.built_in = None if given else _built_in[key]
        self.symbol = symbol = self.built_in or LogSymbol(data["log_symbol"])
        self.nontrivial = names(data["nontrivial"], "nontrivial") if given else BUILT_IN[self.family][1]
        if len(symbol.covariates) != self.d or not self.nontrivial:
            raise Rejected("statement", "d is not the number of covariates, or every solution is trivial")
        self.defining: dict[str, object] = {"log_symbol": symbol.data, "d": self.d, "m": self.m}
        self.defining |= {"degree": self.degree, "nontrivial": self.nontrivial}
        cell = (self.family, self.d, self.m)
        if self.built_in is not None and cell in _last_cell:
            self.weights, self.variables, self.clause = _last_cell[cell]
            return
        self.weights, atoms = self.unknowns("w"), range(1, self.m + 1)
        self._number([f"{component}_{atom}" for atom in atoms for component in symbol.components])
        if self.built_in is not None:
            _last_cell.clear()
            _last_cell[cell] = (self.weights, self.variables, self.clause)

    def _read_system(self, value: object) -> list[str]:
        system = fields(value, "weights unknowns nontrivial equations", "system")
        self.weights, unknowns = names(system["weights"], "system"), names(system["unknowns"], "system")
        self.nontrivial = names(system["nontrivial"], "system")
        variables = {name: i for i, name in enumerate([*self.weights, *unknowns])}
        equations = items(system["equations"], "system")
        self.polynomials = [read_polynomial(item, variables, "system") for item in equations]
        if not 0 < len(self.polynomials) <= MAX_EQUATIONS:
            raise Malformed("system", f"needs 1 to {MAX_EQUATIONS} equations")
        self.defining = {"system": system}
        return unknowns

    def unknowns(self, component: str) -> list[str]:
        """Return the unknowns of a component, for a family one for each atom."""
        return [component] if self.symbol is None else [f"{component}_{i + 1}" for i in range(self.m)]

    def zero(self, components: set[str]) -> Values:
        """Return the value 0 for every unknown of the components."""
        return {unknown: 0 for component in components for unknown in self.unknowns(component)}

    def index(self, value: object) -> Index:
        """Return the index of an equation; in a written system its position, from 0, as a list of one."""
        index = tuple(integer(item, 0, MAX_EQUATIONS, "index") for item in items(value, "index"))
        if self.symbol is None:
            known = len(index) == 1 and index[0] < len(self.polynomials)
        else:
            known = len(index) == len(self.symbol.variables) and 1 <= sum(index) <= self.degree
        if not known:
            raise Rejected("index", f"the system has no equation {list(index)[:9]}")
        return index

    def equations(self, values: Values, indices: list[Index] | None = None, atoms: int = 1000) -> list[Poly]:
        """Return the polynomials at ``indices`` (None: all) with numbers for the unknowns in ``values``.

        Those of a family are the coefficients of sum w exp(K) over the atoms, here over the first ``atoms``.
        If all are asked for, some that are identically 0 may be left out.
        """
        numbers = {self.variables[name]: value for name, value in values.items()}
        if self.symbol is None:
            chosen = self.polynomials if indices is None else [self.polynomials[i] for (i,) in indices]
            return [poly.substitute(numbers) for poly in chosen]
        parts = []
        for atom in range(min(self.m, atoms)):
            offset, symbol = self.m + atom * len(self.symbol.components), self.symbol.coefficients
            here = {index: poly.substitute(numbers, offset) for index, poly in symbol.items()}
            parts.append((Poly({1: 1}, 1).substitute(numbers, atom), here))
        cells = [below(list(index), self.degree) for index in indices or []]
        if indices is None:
            occurring = zip(*(i for _, symbol in parts for i in symbol if symbol[i].terms), strict=True)
            cells = [below([self.degree if any(powers) else 0 for powers in occurring], self.degree)]
        found: list[Poly] = []
        for cell in cells:
            wanted = cell[1:] if indices is None else cell[-1:]
            series = [(weight, exponential(symbol, cell)) for weight, symbol in parts]
            found += [add([weight * terms[index] for weight, terms in series]) for index in wanted]
        return found

    def words(self) -> str:
        """Return the statement as a sentence."""
        if self.symbol is None:
            subject = f"the system of {len(self.polynomials)} equations"
        elif self.claim == "ORDER":
            return f"{self.family}, d = {self.d}, m = {self.m}: the order is {self.degree}"
        else:
            subject = f"{self.family}, d = {self.d}, m = {self.m}: the system of degree {self.degree}"
        quantity = ("a" if self.claim == "SOLVABLE" else "no") + (" non-trivial" if self.clause else "")
        kind = ("real", "positive") if self.field == "REAL_POSITIVE" else ("complex", "non-zero")
        return f"{subject} has {quantity} {kind[0]} solution with {kind[1]} weights"
