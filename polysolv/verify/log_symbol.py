"""Log-symbols: the data that define a family, and the kernel's own generator for the built-in ones."""

from fractions import Fraction

from .limits import MAX_EQUATIONS, MAX_SYMBOL, Malformed, Rejected, spend
from .polynomial import Number, Poly, pack
from .reading import fields, items, names, powers, rational

# Family -> (has it covariates?, the components that must not all vanish in a non-trivial solution).
BUILT_IN = {
    "location-gaussian": (False, ["mu"]),
    "location-scale-gaussian": (False, ["mu"]),
    "gaussian-experts-free-gate": (True, ["b"]),
    "softmax-gaussian": (True, ["b"]),
}

Index = tuple[int, ...]  # exponents of the covariates, then of the duals
_Term = tuple[str, dict[str, int], dict[str, int]]


def generate(family: str, d: int) -> dict[str, object]:
    """Return the log-symbol of a built-in family with ``d`` covariates, as JSON."""
    if BUILT_IN[family][0] != (d > 0):
        raise Rejected("statement", f"the family {family} does not exist with d = {d}")
    location = "b" if d else "mu"
    xs, slopes, gates = ([f"{stem}{i}" for i in range(1, d + 1)] for stem in ("x", "a_", "beta1_"))
    if d == 1:
        xs, slopes, gates = ["x"], ["a"], ["beta1"]
    components = [location, *slopes, "sigma"]
    terms: list[_Term] = [("1", {location: 1}, {"y": 1}), ("1/2", {"sigma": 1}, {"y": 2})]
    terms += [("1", {slope: 1}, {x: 1, "y": 1}) for slope, x in zip(slopes, xs, strict=True)]
    if family == "location-gaussian":
        components, terms = ["mu"], terms[:1]
    if family == "softmax-gaussian":
        components = [*gates, *slopes, "b", "sigma"]
        terms += [("1", {gate: 1}, {x: 1}) for gate, x in zip(gates, xs, strict=True)]
    terms.sort(key=lambda term: (sorted(term[1].items()), sorted(term[2].items())))
    data = [{"coefficient": c, "perturbations": p, "variables": v} for c, p, v in terms]
    return {"perturbations": components, "covariates": xs, "duals": ["y"], "terms": data}


class LogSymbol:
    """A log-symbol K: ``coefficients`` maps an index to a polynomial in the components, numbered from 0.

    ``terms`` lists the sorted (perturbations, variables) of its terms by name; ``data`` is the JSON.
    """

    def __init__(self, value: object) -> None:
        where = "log_symbol"
        self.data = fields(value, "perturbations covariates duals terms", where)
        self.components = names(self.data["perturbations"], where)
        self.covariates = names(self.data["covariates"], where)
        self.variables = names([*self.covariates, *names(self.data["duals"], where)], where)
        self.coefficients: dict[Index, Poly] = {}
        self.terms: list[tuple[list[tuple[str, int]], list[tuple[str, int]]]] = []
        components = {name: number for number, name in enumerate(self.components)}
        variables = {name: number for number, name in enumerate(self.variables)}
        for item in items(self.data["terms"], where):
            term = fields(item, "coefficient perturbations variables", where)
            left = powers(term["perturbations"], components, where)
            right = powers(term["variables"], variables, where)
            coefficient, degree = rational(term["coefficient"], where), sum(left.values())
            # Without a perturbation exp(K) is not 1 at the truth; without a variable it is no polynomial.
            if not coefficient or not (
                0 < degree <= MAX_SYMBOL[1] and 0 < sum(right.values()) <= MAX_SYMBOL[1]
            ):
                raise Malformed(where, f"a coefficient 0, or a degree not from 1 to {MAX_SYMBOL[1]}")
            index = tuple(right.get(name, 0) for name in self.variables)
            added = Poly({pack(left, components): coefficient}, degree)
            self.coefficients[index] = self.coefficients.get(index, Poly({}, 0)) + added
            self.terms.append((sorted(left.items()), sorted(right.items())))
        ordered = all(a < b for a, b in zip(self.terms, self.terms[1:], strict=False))
        if "w" in components or not ordered or not 0 < len(self.terms) <= MAX_SYMBOL[0]:
            raise Malformed(where, f"needs 1 to {MAX_SYMBOL[0]} distinct sorted terms, and w for the weights")


def exponential(symbol: dict[Index, Poly], indices: list[Index]) -> dict[Index, Poly]:
    """Return the coefficients of exp(K) at ``indices``, which are closed downwards and sorted by degree.

    Euler's relation: with E = exp(K), |i| E_i = sum over v of |v| K_v E_(i-v).
    """
    wanted = set(indices)
    terms = [(exponents, poly) for exponents, poly in symbol.items() if exponents in wanted]
    found: dict[Index, Poly] = {}
    for index in indices:
        degree = sum(index)
        spend(len(terms) * len(index))
        total = Poly({} if degree else {0: 1}, 0)
        for exponents, poly in terms:
            rest = found.get(tuple(map(int.__sub__, index, exponents)))
            if rest is not None and rest.terms:
                factor: Number = Fraction(sum(exponents), degree)
                total = total + Poly({0: factor}, 0) * poly * rest
        found[index] = total
    return found


def below(limits: list[int], degree: int) -> list[Index]:
    """Return all indices up to ``limits`` of total at most ``degree``, sorted by total."""
    found: list[Index] = [()]
    for limit in limits:
        found = [(*index, k) for index in found for k in range(min(limit, degree - sum(index)) + 1)]
        if len(found) > MAX_EQUATIONS:
            raise Malformed("limits", f"more than {MAX_EQUATIONS} equations")
    return sorted(found, key=sum)
