"""What a certificate claims, and the equations that the kernel rebuilds from that alone."""

from .limits import MAX_ATOMS, MAX_DEGREE, MAX_DIMENSION, MAX_EQUATIONS, MAX_NAME, Malformed, Rejected
from .log_symbol import BUILT_IN, Index, LogSymbol, below, exponential, generate
from .polynomial import SHIFT, Number, Poly, read_polynomial
from .reading import digest, fields, integer, items, names, string

_built_in: dict[tuple[str, int], LogSymbol] = {}


class _Claim:
    """A claim about the non-trivial solutions of one system.

    ``variables`` numbers weights and unknowns by name, weights first. In a non-trivial solution some component
    of ``nontrivial`` is not 0 (empty: every solution counts); ``clause`` lists the unknowns of these components.
    """

    def __init__(self, data: dict[str, object]) -> None:
        self.claim, self.field = string(data["claim"], "claim"), string(data["field"], "field")
        if self.claim not in ("SOLVABLE", "UNSOLVABLE", "ORDER"):
            raise Malformed("claim", "must be SOLVABLE, UNSOLVABLE or ORDER")
        if self.field not in ("REAL_POSITIVE", "COMPLEX"):
            raise Rejected("field", "certificates speak of REAL_POSITIVE or COMPLEX")
        self.variables: dict[str, int] = {}
        self.weights: list[str] = []
        self.nontrivial: list[str] = []
        self.clause: list[str] = []

    def sentence(self, subject: str) -> str:
        """Return the claim about ``subject`` in words."""
        kind = (
            ("real", "positive weights") if self.field == "REAL_POSITIVE" else ("complex", "non-zero weights")
        )
        what = f"{'non-trivial ' if self.clause else ''}{kind[0]} solution with {kind[1]}"
        return f"{subject} has {'a' if self.claim == 'SOLVABLE' else 'no'} {what}"


class FamilyStatement(_Claim):
    """About the system of one degree for a cell of m atoms of a family."""

    def __init__(self, data: dict[str, object]) -> None:
        super().__init__(data)
        self.family = string(data["family"], "family")
        self.d = integer(data["d"], 0, MAX_DIMENSION, "d")
        self.m = integer(data["m"], 1, MAX_ATOMS, "m")
        self.degree = integer(data["degree"], 1, MAX_DEGREE, "degree")
        if not 0 < len(self.family) <= MAX_NAME:
            raise Malformed("family", f"must be a name of at most {MAX_NAME} characters")
        key, given = (self.family, self.d), "log_symbol" in data
        if given != ("nontrivial" in data) or given == (self.family in BUILT_IN):
            raise Rejected(
                "statement", "a built-in family brings no log_symbol and nontrivial, any other does"
            )
        if given:
            self.symbol = LogSymbol(data["log_symbol"])
            self.nontrivial = names(data["nontrivial"], "nontrivial")
        else:
            if key not in _built_in:
                _built_in[key] = LogSymbol(generate(*key))
            self.symbol, self.nontrivial = _built_in[key], BUILT_IN[self.family][1]
        components = self.symbol.components
        if not self.nontrivial or not set(self.nontrivial) <= set(components):
            raise Malformed("nontrivial", "must list some of the perturbations")
        if len(self.symbol.covariates) != self.d:
            raise Rejected("statement", "d is not the number of covariates")
        defining = {"log_symbol": self.symbol.data, "d": self.d, "m": self.m, "degree": self.degree}
        if data["digest"] != digest({**defining, "nontrivial": self.nontrivial}):
            raise Rejected("statement", "its digest is not that of the system it names")
        atoms = range(1, self.m + 1)
        self.weights = [f"w_{atom}" for atom in atoms]
        unknowns = [f"{component}_{atom}" for atom in atoms for component in components]
        self.variables = {name: number for number, name in enumerate([*self.weights, *unknowns])}
        self.clause = [name for component in self.nontrivial for name in self.unknowns(component)]

    def unknowns(self, component: str) -> list[str]:
        """Return the unknowns of a component, one for each atom."""
        return [f"{component}_{atom}" for atom in range(1, self.m + 1)]

    def equations(
        self, values: dict[str, Number], indices: list[Index] | None = None, atoms: int = MAX_ATOMS
    ) -> list[Poly]:
        """Return the polynomials at ``indices`` (None: all) with the unknowns in ``values`` replaced by numbers.

        They are the coefficients of sum over the atoms of w exp(K), here over the first ``atoms`` atoms. Of all,
        some that are identically 0 are left out.
        """
        numbers = {self.variables[name]: value for name, value in values.items()}
        parts = []
        for atom in range(min(self.m, atoms)):
            shift = SHIFT * (self.m + atom * len(self.symbol.components))
            symbol = {}
            for index, poly in self.symbol.coefficients.items():
                moved = Poly({key << shift: value for key, value in poly.terms.items()}, poly.bound)
                symbol[index] = moved.substitute(numbers)
            weight = Poly({1 << (SHIFT * atom): 1}, 1).substitute(numbers)
            parts.append((weight, {index: poly for index, poly in symbol.items() if poly.terms}))
        if indices is None:
            occurring = zip(*(index for _, symbol in parts for index in symbol), strict=True)
            cells = [below([self.degree if any(powers) else 0 for powers in occurring], self.degree)]
        else:
            cells = [below(list(index), self.degree) for index in indices]
        found = []
        for cell in cells:
            wanted = cell[1:] if indices is None else cell[-1:]
            sums = {index: Poly({}, 0) for index in wanted}
            for weight, symbol in parts:
                series = exponential(symbol, cell)
                for index in wanted:
                    sums[index] = sums[index] + weight * series[index]
            found += sums.values()
        return found

    def index(self, value: object) -> Index:
        """Return the index of an equation of the system."""
        index = tuple(integer(item, 0, MAX_DEGREE, "index") for item in items(value, "index"))
        if len(index) != len(self.symbol.variables) or not 1 <= sum(index) <= self.degree:
            raise Rejected("index", f"no equation {list(index)[:9]} in the system of degree {self.degree}")
        return index

    def words(self) -> str:
        """Return the statement as a sentence."""
        cell = f"{self.family}, d = {self.d}, m = {self.m}"
        if self.claim == "ORDER":
            return f"{cell}: the order is {self.degree}"
        return self.sentence(f"{cell}: the polynomial system of degree {self.degree}")


class SystemStatement(_Claim):
    """About a system that is written out in the statement; every unknown is a component of its own."""

    def __init__(self, data: dict[str, object]) -> None:
        super().__init__(data)
        system = fields(data["system"], "weights unknowns nontrivial equations", "system")
        self.weights = names(system["weights"], "system")
        unknowns = names(system["unknowns"], "system")
        self.variables = {name: i for i, name in enumerate(names([*self.weights, *unknowns], "system"))}
        self.nontrivial = self.clause = names(system["nontrivial"], "system")
        equations = items(system["equations"], "system")
        if not set(self.clause) <= set(unknowns) or not 0 < len(equations) <= MAX_EQUATIONS:
            raise Malformed("system", f"needs 1 to {MAX_EQUATIONS} equations, and nontrivial lists unknowns")
        self.polynomials = [read_polynomial(item, self.variables, "system") for item in equations]
        self.digest = digest({"system": system})
        if data["digest"] != self.digest:
            raise Rejected("statement", "its digest is not that of the system it carries")

    def unknowns(self, component: str) -> list[str]:
        """Return the unknowns of a component: itself."""
        return [component]

    def equations(
        self, values: dict[str, Number], indices: list[Index] | None = None, atoms: int = MAX_ATOMS
    ) -> list[Poly]:
        """Return the polynomials at ``indices`` (None: all) with the unknowns in ``values`` replaced by numbers."""
        numbers = {self.variables[name]: value for name, value in values.items()}
        chosen = self.polynomials if indices is None else [self.polynomials[i] for (i,) in indices]
        return [poly.substitute(numbers) for poly in chosen]

    def index(self, value: object) -> Index:
        """Return the position of an equation, counted from 0, as a list of one integer."""
        index = tuple(integer(item, 0, MAX_EQUATIONS, "index") for item in items(value, "index"))
        if len(index) != 1 or index[0] >= len(self.polynomials):
            raise Rejected("index", f"no equation {list(index)[:9]} among {len(self.polynomials)}")
        return index

    def words(self) -> str:
        """Return the statement as a sentence."""
        return self.sentence(f"the system of {len(self.polynomials)} equations, digest {self.digest[:12]},")


Statement = FamilyStatement | SystemStatement


def read_statement(value: object) -> Statement:
    """Return the statement that a certificate makes; its digest must be that of the system it is about."""
    if type(value) is dict and "system" in value:
        return SystemStatement(fields(value, "system claim field digest", "statement"))
    keys = "family d m degree claim field digest"
    return FamilyStatement(fields(value, keys, "statement", "log_symbol nontrivial"))
