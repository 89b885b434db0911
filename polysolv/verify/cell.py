"""What a certificate claims of the learning coefficient of a cell."""

from .limits import MAX_ATOMS, MAX_DIMENSION, Malformed, Rejected
from .log_symbol import BUILT_IN, LogSymbol, generate
from .reading import digest, fields, integer, rational, string
from .statement import Statement

KEYS = "family d m gate weights claim field log_symbol at_least at_most multiplicity digest"
GATES = ("exact", "kernel")


class CellStatement(Statement):
    """A claim that the learning coefficient of m atoms, less (D + 1)/2, lies between two numbers.

    D is the number of perturbations of an atom. ``gate`` says whether some other cell is exactly fitted;
    if not ("kernel"), V does not see a common factor that depends on the covariates alone, and its gauge is
    fixed. ``weights`` are "bounded" below, or have a Dirichlet prior with this parameter.
    """

    def __init__(self, value: object) -> None:
        data = fields(value, KEYS, "statement")
        self.claim, self.field = string(data["claim"], "claim"), string(data["field"], "field")
        if (self.claim, self.field) != ("LEARNING_COEFFICIENT", "REAL_POSITIVE") or data["gate"] not in GATES:
            raise Malformed("claim", "must be LEARNING_COEFFICIENT over REAL_POSITIVE, gate exact or kernel")
        self.family, self.gate = string(data["family"], "family"), string(data["gate"], "gate")
        self.d = integer(data["d"], 0, MAX_DIMENSION, "d")
        self.m = integer(data["m"], 2, MAX_ATOMS, "m")
        alpha = data["weights"]
        self.alpha = None if alpha == "bounded" else rational(alpha, "weights")
        self.symbol = symbol = LogSymbol(data["log_symbol"])
        if self.alpha is not None and self.alpha <= 0:
            raise Malformed("weights", "must be bounded, or a positive number")
        if len(symbol.covariates) != self.d:
            raise Rejected("statement", "d is not the number of covariates")
        if self.family in BUILT_IN and symbol.data != generate(self.family, self.d):
            raise Rejected("statement", f"the log-symbol is not that of {self.family}")
        low, high, count = data["at_least"], data["at_most"], data["multiplicity"]
        self.at_least = None if low is None else rational(low, "at_least")
        self.at_most = rational(high, "at_most")
        self.multiplicity = None if count is None else integer(count, 1, MAX_ATOMS, "multiplicity")
        if data["digest"] != digest(
            {key: data[key] for key in KEYS.split() if key not in ("digest", "claim")}
        ):
            raise Rejected("statement", "its digest is not that of the cell and its bounds")
        self.weights = self.unknowns("w")
        atoms = range(1, self.m + 1)
        every = [*self.weights, *(f"{name}_{atom}" for atom in atoms for name in symbol.components)]
        self.variables = {name: number for number, name in enumerate(every)}

    def words(self) -> str:
        """Return the statement as a sentence."""
        cell = f"{self.family}, d = {self.d}, m = {self.m}"
        cell += ", no exactly fitted cell" if self.gate == "kernel" else ""
        cell += f", Dirichlet({self.alpha}) weights" if self.alpha is not None else ""
        size = f"at most {self.at_most}"
        if self.at_least is not None:
            size = f"{self.at_least} to {self.at_most}" if self.at_least < self.at_most else f"{self.at_most}"
        count = f", multiplicity {self.multiplicity}" if self.multiplicity else ""
        return f"{cell}: the learning coefficient, less its regular part, is {size}{count}"
