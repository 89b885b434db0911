"""Every value of certificates of every kind changed in turn: rejected, or true by an independent opinion."""

from __future__ import annotations

import copy
import json
from collections import Counter
from fractions import Fraction
from itertools import islice

import mpmath
import pytest
import sympy

from polysolv import build_system
from polysolv.families import get
from polysolv.verify import verify

LEAST = 2000


def paths(value, path=()):
    """The path of every node below ``value``."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in children:
        yield (*path, key)
        yield from paths(item, (*path, key))


def parent_of(data, path):
    for key in path[:-1]:
        data = data[key]
    return data, path[-1]


def as_text(number):
    return str(number)


def changed_values(value, number):
    """Values to put in the place of ``value``; ``number`` varies them from place to place."""
    if isinstance(value, int):
        return [value + 1, value - 1]
    if value is None or isinstance(value, dict):
        return [[]]
    if isinstance(value, list):
        shorter = [value[:-1]] if value else [[0]]
        return shorter + ([[*value, value[-1]], [*value[1:], value[0]]] if len(value) > 1 else [])
    try:
        exact = Fraction(int(value, 0)) if "x" in value else Fraction(value)
    except ValueError:
        others = {"SOLVABLE": "UNSOLVABLE", "UNSOLVABLE": "SOLVABLE", "ORDER": "SOLVABLE"}
        return [
            others.get(value, "b" if value == "sigma" else value[:-1] + ("0" if value[-1] != "0" else "1"))
        ]
    tiny = Fraction(1, 10**15)
    return [
        as_text(v) for v in ((exact + 1, -exact or Fraction(1)) if number % 2 else (exact + tiny, exact * 2))
    ]


def mutants(data):
    """Pairs (path, mutant), each with one change."""
    text = json.dumps(data)
    for number, path in enumerate(list(paths(data))):
        container, key = parent_of(data, path)
        for value in changed_values(container[key], number):
            if value == container[key]:
                continue
            mutant = json.loads(text)
            place, key = parent_of(mutant, path)
            place[key] = value
            yield path, mutant
        if isinstance(container, dict):
            mutant = json.loads(text)
            place, key = parent_of(mutant, path)
            place[f"{key}_"] = place.pop(key)
            yield path, mutant


def test_every_mutant_with_its_old_digest_is_refused(corpus, capsys):
    counts = Counter()
    for data in corpus.values():
        for path, mutant in mutants(data):
            assert not verify(mutant), path
            counts[data["kind"]] += 1
    with capsys.disabled():
        print(f"\nmutants with the old digest, all refused: {counts.total()} {dict(counts)}")
    assert counts.total() >= LEAST
    assert set(counts) == {"order", "quadrature", "zero-crossing", "point", "box", "identity"}


def test_every_fourth_mutant_with_a_new_digest_is_refused_or_true(corpus, reseal, capsys):
    _refused_or_true(corpus, reseal, capsys, 4)


@pytest.mark.slow
def test_every_mutant_with_a_new_digest_is_refused_or_true(corpus, reseal, capsys):
    _refused_or_true(corpus, reseal, capsys, 1)


def _refused_or_true(corpus, reseal, capsys, step):
    counts, true = Counter(), Counter()
    for name, data in corpus.items():
        for path, mutant in islice(mutants(data), 0, None, step):
            mutant = reseal(mutant)
            if mutant == data:  # only the digest had been changed
                continue
            counts[data["kind"]] += 1
            if verify(mutant):
                assert is_true(mutant, data), (name, path)
                true[data["kind"]] += 1
    with capsys.disabled():
        print(
            f"\nmutants with a new digest: {counts.total()} {dict(counts)}; accepted, and true: {dict(true)}"
        )
    assert counts.total() >= LEAST // step
    # Without a digest to fall back on, the change itself must have been noticed nearly always.
    assert true.total() < counts.total() / 10


def is_true(mutant, original):
    """An opinion that owes nothing to the kernel: sympy, mpmath, the expanded systems of polysolv.systems.

    The statement must be the original one, which is true: a changed m, degree, d, family, claim or field is never
    accepted. Only a family that brings its own log-symbol may be called what one likes.
    """
    label = {"family": original["statement"]["family"]} if "log_symbol" in original["statement"] else {}
    if {**mutant["statement"], **label} != original["statement"] or mutant["kind"] != original["kind"]:
        return False
    if mutant["kind"] == "order":
        return all(
            bool(sides) == bool(known)
            and all(
                any(side["statement"] == other["statement"] and is_true(side, other) for other in known)
                for side in sides
            )
            for sides, known in zip(mutant["payload"].values(), original["payload"].values(), strict=True)
        )
    if mutant["kind"] in ("quadrature", "zero-crossing"):
        return mutant["payload"] == original["payload"] and steps_are_true(mutant)
    if mutant["kind"] == "identity":
        return steps_are_true(mutant) and identity_is_true(mutant)
    values, equations = system_of(mutant["statement"])
    if mutant["kind"] == "point":
        exact = {values[name]: sympy.Rational(text) for name, text in mutant["payload"]["values"].items()}
        return all(equation.subs(exact) == 0 for equation in equations)
    return all(
        root_is_inside(box, mutant["payload"], values, equations) for box in mutant["payload"]["boxes"]
    )


def system_of(statement):
    """The symbols by name, and the equations as sympy expressions."""
    if "system" in statement:
        system = statement["system"]
        symbols = {name: sympy.Symbol(name) for name in (*system["weights"], *system["unknowns"])}
        return symbols, [expression(equation, symbols) for equation in system["equations"]]
    built = built_system(statement)
    symbols = {name: sympy.Symbol(name) for name in built.unknowns}
    return symbols, [expand_built(built, poly, symbols) for poly in built.equations.values()]


def built_system(statement):
    return build_system(get(statement["family"], statement["d"] or 1), statement["m"], statement["degree"])


def expand_built(built, poly, symbols):
    return sympy.Add(
        *(
            sympy.Rational(c.numerator, c.denominator)
            * sympy.Mul(*(symbols[built.unknowns[i]] ** e for i, e in monomial))
            for monomial, c in poly.items()
        )
    )


def expression(terms, symbols):
    return sympy.Add(
        *(
            sympy.Rational(term["coefficient"])
            * sympy.Mul(*(symbols[name] ** e for name, e in term["monomial"].items()))
            for term in terms
        )
    )


def root_is_inside(box, payload, values, equations):
    fixed = {values[name]: sympy.Rational(text) for name, text in payload["fixed"].items()}
    left = [e for e in (equation.subs(fixed) for equation in equations) if e != 0]
    free = [values[name] for name in payload["free"]]
    function = sympy.lambdify(free, left, "mpmath")
    rationals = [[sympy.Rational(text) for text in box[key]] for key in ("centre", "radii")]
    with mpmath.workdps(60):
        centre, radii = ([mpmath.mpf(v.p) / v.q for v in row] for row in rationals)
        try:
            root = mpmath.findroot(lambda *x: function(*x), centre, tol=1e-50)
        except (ValueError, ZeroDivisionError, TypeError):  # no convergence, or a singular matrix
            return False
        root = [root[i] for i in range(len(free))]
        return all(abs(a - c) < r for a, c, r in zip(root, centre, radii, strict=True))


def steps_are_true(mutant):
    """Each drop names an equation that is a sum of squares once the earlier components are 0."""
    gone = set()
    for step in mutant["steps"]:
        if step["step"] == "drop":
            poly = equation_in_one_atom(mutant["statement"], step["index"], gone)
            variables = [s for s in poly.free_symbols if not s.name.startswith("w")]
            terms = sympy.Poly(poly, *variables).terms() if variables else []
            even = all(
                c.subs(dict.fromkeys(c.free_symbols, 1)) > 0 and not any(e % 2 for e in m) for m, c in terms
            )
            single = len(terms) == 1 and (mutant["statement"].get("m", 1) == 1)
            pure = any(
                [v.name for v, e in zip(variables, m, strict=True) if e] == [step["component"]]
                for m, _ in terms
            )
            if not ((even or single) and pure):
                return False
            gone.add(step["component"])
    return True


def equation_in_one_atom(statement, index, gone):
    if "system" in statement:
        symbols, equations = system_of(statement)
        return equations[index[0]].subs({symbols[name]: 0 for name in gone})
    symbol = statement.get("log_symbol")
    if symbol is None:
        symbol = get(statement["family"], statement["d"] or 1).log_symbol.to_data()
    variables = [sympy.Symbol(f"variable_{name}") for name in (*symbol["covariates"], *symbol["duals"])]
    by_name = dict(zip((*symbol["covariates"], *symbol["duals"]), variables, strict=True))
    k = sympy.Add(
        *(
            sympy.Rational(t["coefficient"])
            * sympy.Mul(*(sympy.Symbol(n) ** e for n, e in t["perturbations"].items()))
            * sympy.Mul(*(by_name[n] ** e for n, e in t["variables"].items()))
            for t in symbol["terms"]
            if not gone & set(t["perturbations"])
        )
    )
    series = sympy.expand(sum(k**n / sympy.factorial(n) for n in range(1, sum(index) + 1)))
    for variable, power in zip(variables, index, strict=True):
        series = sympy.expand(series).coeff(variable, power)
    return series


def identity_is_true(mutant):
    """Expand both sides with sympy."""
    statement, payload = mutant["statement"], mutant["payload"]
    if not payload["cofactors"] and any(step["step"] == "drop" for step in mutant["steps"]):
        return True  # what the steps drop is checked elsewhere
    if "system" in statement:
        symbols, listed = system_of(statement)
        equations = {(i,): equation for i, equation in enumerate(listed)}
        weights = statement["system"]["weights"]
    elif "log_symbol" in statement:
        return False
    else:
        built = built_system(statement)
        symbols = {name: sympy.Symbol(name) for name in built.unknowns}
        equations = {index: expand_built(built, poly, symbols) for index, poly in built.equations.items()}
        weights = built.weights
    units = {}
    for step in mutant["steps"]:
        if step["step"] == "drop":
            units |= {s: 0 for name, s in symbols.items() if name.rpartition("_")[0] == step["component"]}
            units |= {s: 0 for name, s in symbols.items() if name == step["component"]}
        elif step["step"] == "unit-weight":
            units[symbols[step["weight"]]] = 1
        else:
            units[symbols[step["unknown"]]] = 1
    total = sympy.Add(
        *(
            expression(item["cofactor"], symbols) * equations[tuple(item["index"])].subs(units)
            for item in payload["cofactors"]
        )
    )
    for square in payload.get("squares", []):
        if sympy.Rational(square["coefficient"]) <= 0 or not set(square["weights"]) <= set(weights):
            return False
        factor = sympy.Mul(*(symbols[name] ** e for name, e in square["weights"].items()))
        total -= sympy.Rational(square["coefficient"]) * factor * expression(square["root"], symbols) ** 2
    total = sympy.expand(total)
    if payload["form"] == "positivstellensatz":
        return total == 1
    if total == 0 or not {s.name for s in total.free_symbols} <= set(weights):
        return False
    coefficients = sympy.Poly(total, *(symbols[name] for name in weights)).coeffs()
    return (
        len(coefficients) == 1 if payload["form"] == "nullstellensatz" else all(c > 0 for c in coefficients)
    )


def test_the_second_opinion_agrees_on_the_originals(corpus):
    """The identities and points re-expanded with sympy, the boxes solved with mpmath."""
    for name, data in corpus.items():
        assert is_true(data, data), name


def test_the_second_opinion_can_say_no(corpus):
    data = copy.deepcopy(corpus["positive eliminant"])
    data["payload"]["cofactors"][0]["cofactor"][0]["coefficient"] = "77"
    assert not is_true(data, corpus["positive eliminant"])
    data = copy.deepcopy(corpus["box"])
    data["payload"]["boxes"][0]["centre"][0] = "2"
    assert not is_true(data, corpus["box"])
    data = copy.deepcopy(corpus["point"])
    data["payload"]["values"]["mu_1"] = "2"
    assert not is_true(data, corpus["point"])
    data = copy.deepcopy(corpus["zero crossing"])
    data["steps"][0]["index"] = [1, 0, 0]
    assert not is_true(data, corpus["zero crossing"])


def known_order(statement):
    """The order from the published and proved formulas, independent of any certificate."""
    if statement["m"] == 1:
        return 1
    return 2 if statement["family"] in ("location-gaussian", "two-locations") else 2 * statement["m"]


def test_mutants_with_every_digest_new_claim_nothing_false(corpus, reseal, plain_digest, capsys):
    """The digest of the statement, too, is made right again: then a changed statement may be a true one."""
    counts, accepted = 0, 0
    for name, data in corpus.items():
        if "system" in data["statement"] or data["kind"] == "order":
            continue
        statement = data["statement"]
        for key in ("m", "degree", "d", "family", "claim"):
            others = {"family": ["softmax-gaussian", "location-gaussian", "location-scale-gaussian"]}
            others["claim"] = ["SOLVABLE", "UNSOLVABLE"]
            for value in others.get(key) or range(max(statement[key] - 4, 0), statement[key] + 5):
                mutant = copy.deepcopy(data)
                new = mutant["statement"]
                new[key] = value
                symbol, nontrivial = new.get("log_symbol"), new.get("nontrivial")
                if new["family"] in ("softmax-gaussian", "location-gaussian", "location-scale-gaussian"):
                    has_covariates = new["family"] == "softmax-gaussian"
                    symbol = get(new["family"], (new["d"] or 1) if has_covariates else 1).log_symbol.to_data()
                    nontrivial = ["b"] if has_covariates else ["mu"]
                defining = {k: new[k] for k in ("d", "m", "degree")}
                new["digest"] = plain_digest({**defining, "log_symbol": symbol, "nontrivial": nontrivial})
                counts += 1
                if verify(reseal(mutant)):
                    accepted += 1
                    solvable = new["degree"] < known_order(new)
                    assert solvable == (new["claim"] == "SOLVABLE"), (name, key, value)
    with capsys.disabled():
        print(f"\nstatements changed with every digest new: {counts}; accepted, and true: {accepted}")
    assert accepted >= 10  # a lower degree for a solvable system, a higher one for an unsolvable one
