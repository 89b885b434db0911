"""Unsolvable: an identity between polynomials that no solution can satisfy."""

from .limits import MAX_EXPONENT, Malformed, Rejected
from .polynomial import SHIFT, Point, Poly, add, pack, read_polynomial, unpack
from .reading import fields, integer, items, mapping, powers, rational, string
from .statement import Statement
from .steps import drop, kind

FORMS = ("positivstellensatz", "positive-eliminant", "nullstellensatz")


def check_identity(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check the reductions, rebuild the cited equations f_i and expand sum q_i f_i exactly.

    The forms, by what the sum must be:
      positivstellensatz  1 + sum d_k s_k^2 (product of weights), d_k > 0     real unknowns, weights > 0
      positive-eliminant  a polynomial in the weights, all coefficients > 0   real unknowns, weights > 0
      nullstellensatz     a number other than 0 times a product of weights    complex unknowns, weights not 0
    At a solution the sum vanishes, but what it is equal to does not.
    """
    data = fields(payload, "form cofactors", "payload", "squares")
    form = string(data["form"], "form")
    if form not in FORMS or ("squares" in data) != (form == FORMS[0]):
        raise Malformed("form", f"must be one of {FORMS}, the first with squares, the others without")
    field = "COMPLEX" if form == FORMS[2] else "REAL_POSITIVE"
    if (statement.claim, statement.field) != ("UNSOLVABLE", field):
        raise Rejected("identity", f"the form {form} does not prove {statement.claim} over {statement.field}")
    gone, rest = drop(statement, steps)
    trivial = statement.nontrivial and gone >= set(statement.nontrivial)
    if trivial and (rest, data["cofactors"], data.get("squares")) == ([], [], []):
        return ()  # the drops alone leave trivial solutions only
    cited = [fields(item, "index cofactor", "cofactors") for item in items(data["cofactors"], "cofactors")]
    indices = [statement.index(item["index"]) for item in cited]
    equations = statement.equations(statement.zero(gone), indices)
    units = _normalise(statement, gone, rest, equations)
    parts = [] if form != FORMS[0] else _minus_squares(statement, data["squares"])
    for item, equation in zip(cited, equations, strict=True):
        factor = read_polynomial(item["cofactor"], statement.variables, "cofactors")
        parts.append(factor * equation.substitute(units))
    total = add(parts)
    if form == FORMS[0]:
        if total.terms:
            raise Rejected("expansion", "the two sides of the identity differ")
    elif not total.terms or max(total.terms) >> (SHIFT * len(statement.weights)):
        raise Rejected("expansion", "the sum is 0, or not a polynomial in the weights alone")
    elif len(total.terms) > 1 if form == FORMS[2] else min(total.terms.values()) < 0:
        raise Rejected("expansion", "the sum has a negative coefficient, or over C more than one term")
    return ()


def _minus_squares(statement: Statement, value: object) -> list[Poly]:
    found = [Poly({0: -1}, 0)]
    for item in items(value, "squares"):
        term = fields(item, "coefficient weights root", "squares")
        coefficient = rational(term["coefficient"], "squares")
        weights = powers(term["weights"], statement.variables, "squares")
        if coefficient <= 0 or not weights.keys() <= set(statement.weights):
            raise Rejected("squares", "a coefficient is not positive, or a factor neither weight nor square")
        root = read_polynomial(term["root"], statement.variables, "squares")
        factor = Poly({pack(weights, statement.variables): -coefficient}, sum(weights.values()))
        found.append(factor * root * root)
    return found


def _normalise(statement: Statement, gone: set[str], steps: list[object], equations: list[Poly]) -> Point:
    """Check the steps "unit-weight" and "unit-unknown"; return the variables that may be set to 1.

    unit-weight: the cited equations are homogeneous in the weights, so all can be divided by one of them.
    unit-unknown: some unknown of a component is not 0, as no other component of the clause is left; atoms can
    be renumbered so that it is the one named; and the cited equations are homogeneous if each component has
    the given grade, 1 for this one: so all unknowns can be scaled to make it 1.
    """
    units: Point = {}
    for number, step in enumerate(steps):
        sort = kind(step)
        if sort not in ("unit-weight", "unit-unknown") or sort in map(kind, steps[:number]):
            raise Rejected("steps", f"unknown or repeated step {sort}")
        if sort == "unit-weight":
            unit = string(fields(step, "step weight", "steps")["weight"], "steps")
            grades = dict.fromkeys(statement.weights, 1)
        else:
            data = fields(step, "step component unknown grading", "steps")
            unit, component = string(data["unknown"], "steps"), string(data["component"], "steps")
            grades = {}
            for other, grade in mapping(data["grading"], "grading").items():
                grades |= dict.fromkeys(statement.unknowns(other), integer(grade, 0, MAX_EXPONENT, "grading"))
            left = [other for other in statement.nontrivial if other not in gone]
            known = grades.keys() <= statement.variables.keys() - set(statement.weights)
            if [component] != left or unit not in statement.unknowns(component) or not known:
                raise Rejected(
                    sort, f"{unit} need not be different from 0, or what is no unknown has a grade"
                )
        if grades.get(unit) != 1:
            raise Rejected(sort, f"{unit} does not have the grade 1")
        degrees = {statement.variables[unknown]: grade for unknown, grade in grades.items()}
        for equation in equations:
            monomials = map(unpack, equation.terms)
            if len({sum(degrees.get(i, 0) * n for i, n in monomial) for monomial in monomials}) > 1:
                raise Rejected(sort, "a cited equation is not homogeneous in that grading")
        units[statement.variables[unit]] = 1
    return units
