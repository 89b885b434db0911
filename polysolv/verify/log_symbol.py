"""Log-symbols: the data that define a family, and the kernel's own generator for the built-in ones."""

from fractions import Fraction

from .limits import MAX_EQUATIONS, MAX_SYMBOL, Malformed, Rejected, spend
from .polynomial import Poly, add, pack
from .reading import fields, items, names, powers, rational

# Family -> (has it covariates?, the components that must not all vanish in a non-trivial solution).
BUILT_IN = {
    "location-gaussian": (False, ["mu"]),
    "location-scale-gaussian": (False, ["mu"]),
    "gaussian-experts-free-gate": (True, ["b"]),
    "softmax-gaussian": (True, ["b"]),
}

Index = tuple[int, ...]  # exponents of the covariates, then of the duals


def generate(family: str, d: int) -> dict[str, object]:
    """Return the log-symbol of a built-in family with ``d`` covariates, as JSON."""
    if BUILT_IN[family][0] != (d > 0):
        raise Rejected("statement", f"the family {family} does not exist with d = {d}")
    xs, slopes, gates = ([f"{stem}{i}" for i in range(1, d + 1)] for stem in ("x", "a_", "beta1_"))
    if d == 1:
        xs, slopes, gates = ["x"], ["a"], ["beta1"]
    location = "b" if d else "mu"
    symbols = {location: {"y": 1}, "sigma": {"y": 2}} | {gates[i]: {xs[i]: 1} for i in range(d)}
    symbols |= {slopes[i]: {xs[i]: 1, "y": 1} for i in range(d)}
    softmax = family == "softmax-gaussian"
    components = [*gates, *slopes, "b", "sigma"] if softmax else [location, *slopes, "sigma"]
    components = ["mu"] if family == "location-gaussian" else components
    terms: list[dict[str, object]] = []
    for name in sorted(components):
        coefficient = "1/2" if name == "sigma" else "1"
        terms.append({"coefficient": coefficient, "perturbations": {name: 1}, "variables": symbols[name]})
    return {"perturbations": components, "covariates": xs, "duals": ["y"], "terms": terms}


class LogSymbol:
    """A log-symbol K: ``coefficients`` maps an index to a polynomial in the components, numbered from 0."""

    def __init__(self, value: object) -> None:
        where = "log_symbol"
        self.data = fields(value, "perturbations covariates duals terms", where)
        self.components = names(self.data["perturbations"], where)
        self.covariates = names(self.data["covariates"], where)
        self.variables = names([*self.covariates, *names(self.data["duals"], where)], where)
        self.coefficients: dict[Index, Poly] = {}
        components = {name: number for number, name in enumerate(self.components)}
        variables = {name: number for number, name in enumerate(self.variables)}
        terms = items(self.data["terms"], where)
        for item in terms:
            term = fields(item, "coefficient perturbations variables", where)
            left = powers(term["perturbations"], components, where)
            right = powers(term["variables"], variables, where)
            degrees = sum(left.values()), sum(right.values())
            # Without a perturbation exp(K) is not 1 at the truth; without a variable it is no polynomial.
            if min(degrees) < 1 or max(degrees) > MAX_SYMBOL[1]:
                raise Malformed(where, f"a term has a degree that is not from 1 to {MAX_SYMBOL[1]}")
            index = tuple(right.get(name, 0) for name in self.variables)
            added = Poly({pack(left, components): rational(term["coefficient"], where)}, degrees[0])
            self.coefficients[index] = add([self.coefficients.get(index, Poly({}, 0)), added])
        if "w" in components or len(terms) > MAX_SYMBOL[0]:
            raise Malformed(where, f"more than {MAX_SYMBOL[0]} terms, or a component w like the weights")


def exponential(symbol: dict[Index, Poly], indices: list[Index]) -> dict[Index, Poly]:
    """Return the coefficients of exp(K) at ``indices``, which are closed downwards and sorted by degree.

    Euler's relation: with E = exp(K), |i| E_i = sum over v of |v| K_v E_(i-v).
    """
    wanted = set(indices)
    terms = [(exponents, poly) for exponents, poly in symbol.items() if poly.terms and exponents in wanted]
    found: dict[Index, Poly] = {}
    for index in indices:
        degree = sum(index)
        spend(len(terms) * len(index))
        parts = [Poly({} if degree else {0: 1}, 0)]
        for exponents, poly in terms:
            if (rest := tuple(map(int.__sub__, index, exponents))) in found:
                parts.append(Poly({0: Fraction(sum(exponents), degree)}, 0) * poly * found[rest])
        found[index] = add(parts)
    return found


def below(limits: list[int], degree: int) -> list[Index]:
    """Return all indices up to ``limits`` of total at most ``degree``, sorted by total."""
    found: list[Index] = [()]
    for limit in limits:
        found = [(*index, k) for index in found for k in range(min(limit, degree - sum(index)) + 1)]
        if len(found) > MAX_EQUATIONS:
            raise Malformed("limits", f"more than {MAX_EQUATIONS} equations")
    return sorted(found, key=sum)
