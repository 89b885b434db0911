"""Upper bounds on exponents modulo relations: directions at the zero set of J, squares, perturbations."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.rates.prover.linear_part import symbol_table
from polysolv.rates.prover.observed_directions import BoundedForm, bounded_forms, spanned_speeds
from polysolv.rates.prover.observed_squares import ProductsOfSymbols, Term
from polysolv.rates.prover.perturbation_bounds import perturbation_speeds
from polysolv.rates.prover.trace import Step, show_monomial

_ROUNDS = 40
_UNIT = 1_000

Speeds = dict[Exponents, Fraction]


def observed_bounds(
    log_symbol: LogSymbol, ring: QuotientRing, m: int, exactly_fitted: bool = True, complete: bool = True
) -> dict[str, tuple[Fraction, tuple[Step, ...]]]:
    """Return component -> (upper bound on κ, its proof) in a cell of m atoms, where there is one.

    Args:
        log_symbol: K in normal form.
        ring: the ring that exp(K) is observed in.
        m: cell size.
        exactly_fitted: whether some other cell is exactly fitted.
        complete: whether the relations are known to be all that hold; if not, the square rule is not used.

    Every coefficient of the normal form of Σ w exp(K) − Σ w is O(V): the argument of
    :mod:`polysolv.rates.prover.symbol_bounds` with the ring modulo J in place of polynomials.

    >>> from polysolv.families import get
    >>> seen = get("softmax-gaussian").observed_modulo(["x^2 - x"]).observed
    >>> found = observed_bounds(seen.log_symbol, seen.ring, 3)
    >>> {c: str(bound) for c, (bound, _) in found.items()}
    {'a': '6', 'b': '6', 'sigma': '3'}
    """
    covariates = len(log_symbol.covariates)
    monomials = list(symbol_table(log_symbol))
    acting = [s for s in monomials if exactly_fitted or any(s[covariates:])]
    forms = bounded_forms(acting, ring.variables, covariates, ring.basis, m, exactly_fitted, complete)
    base = spanned_speeds(forms, acting)
    duals = () if exactly_fitted else tuple(range(covariates, len(ring.variables)))
    products = ProductsOfSymbols(monomials, ring)
    usable = acting if complete else []
    rules = {(s, n): terms for s in usable for n, terms in products.square_rules(s, duals)}
    start = {s: b.speed for s, b in base.items()}
    speeds = _least_solution(rules, start)
    steps = {s: _direction_step(log_symbol, base[s]) for s in base}
    for s, v in speeds.items():
        if v > start.get(s, 0):
            n = max((n for t, n in rules if t == s), key=lambda n: _lower(rules[s, n], speeds))
            steps[s] = _square_step(log_symbol, s, n, rules[s, n], speeds)
    helpful = [f for f in forms if len(f.form) > 1 and any(f.speed > speeds.get(s, 0) for s, _ in f.form)]
    found, proofs = perturbation_speeds(log_symbol, speeds, False, [(dict(f.form), f.speed) for f in helpful])
    result = {}
    for c in log_symbol.perturbations:
        if c in found:
            result[c] = (1 / found[c], _proof(c, proofs, steps, rules))
    return result


def _least_solution(rules: Mapping[tuple[Exponents, Exponents], list[Term]], base: Speeds) -> Speeds:
    """Iterate the square rules from proved speeds: every iterate is proved; the last one is rounded down."""
    speeds = dict(base)
    for number in range(_ROUNDS):
        following = dict(speeds)
        for (s, _), terms in rules.items():
            following[s] = max(following.get(s, Fraction(0)), _lower(terms, speeds))
        if following == speeds:
            break
        speeds = following
        if number > 8:
            rounded = {s: Fraction(v * _UNIT // 1, _UNIT) for s, v in speeds.items()}
            speeds = {s: max(v, base.get(s, Fraction(0))) for s, v in rounded.items()}
    return {s: v for s, v in speeds.items() if v}


def _lower(terms: list[Term], speeds: Speeds) -> Fraction:
    """Return the speed of η_s that these products allow: 2v ≥ min(1, S) and v ≥ S for p = 1."""
    value = Fraction(1, 2)
    for p, others in terms:
        total = sum((e * speeds.get(t, Fraction(0)) for t, e in others.items()), Fraction(0))
        value = min(value, total / (2 - p))
    return value


def _direction_step(log_symbol: LogSymbol, bounded: BoundedForm) -> Step:
    ((s, _),) = bounded.form
    claim = f"|eta[{show_monomial(s, log_symbol.variables)}]| = O(V^({bounded.speed}))"
    return Step(claim, "direction", bounded.reason)


def _square_step(
    log_symbol: LogSymbol, s: Exponents, n: Exponents, terms: list[Term], speeds: Speeds
) -> Step:
    names = log_symbol.variables
    shown = []
    for p, others in terms:
        factors = [f"eta[{show_monomial(s, names)}]"] * p
        for t, e in others.items():
            power = f"^{e}" if e > 1 else ""
            factors.append(f"eta[{show_monomial(t, names)}]{power} (speed {speeds.get(t) or 'unknown'})")
        shown.append(" * ".join(factors))
    reason = f"the coefficient at {show_monomial(n, names)}, in normal form, holds a multiple of "
    reason += f"sum w eta[{show_monomial(s, names)}]^2, all terms positive; "
    reason += f"the other products there are {'; '.join(shown)}" if shown else "no other product matters"
    return Step(f"|eta[{show_monomial(s, names)}]| = O(V^({speeds[s]}))", "square", reason)


def _proof(
    component: str,
    proofs: Mapping[str, tuple[Step, tuple[Exponents, ...], tuple[str, ...]]],
    steps: Mapping[Exponents, Step],
    rules: Mapping[tuple[Exponents, Exponents], list[Term]],
) -> tuple[Step, ...]:
    listed: list[Step] = []
    seen: set[object] = {component}

    def of_symbol(s: Exponents) -> None:
        if s in seen or s not in steps:
            return
        seen.add(s)
        if steps[s].rule == "square":
            for (t, _), terms in rules.items():
                for other in (o for _, others in terms for o in others) if t == s else ():
                    of_symbol(other)
        listed.append(steps[s])

    def of_component(name: str) -> None:
        step, symbols, components = proofs[name]
        for s in symbols:
            of_symbol(s)
        for other in components:
            if other not in seen and other in proofs:
                seen.add(other)
                of_component(other)
        listed.append(step)

    of_component(component)
    return tuple(dict.fromkeys(listed))
