"""Upper bounds on exponents, stage two: from the symbols η_s back to the perturbations δ.

Along an arc |η_s| = O(V^v_s) for every atom. A relation η_s = c δ_t^k + (terms with δ_t^k times something
that tends to zero) + others, with c ≠ 0 for certain, gives k·speed(δ_t) ≥ min(v_s, speeds of the others).
Relations are the coefficients η_s(δ) of K themselves and, where their linear parts are rational, the
combinations that Gaussian elimination makes of them. For a K that is not linear, P_ℓ = Σ_l w_l p_ℓ(δ_l) =
O(V) is used too: if p_ℓ holds c δ_t^2k, Σ_l w_l δ_t^2k has exactly 2k times the speed of δ_t, and every
term δ_t^p·rest with p < 2k allows (2k − p)·speed(δ_t) ≥ speed of the rest. The inequalities are iterated
from zero: every iterate is proved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.rates.prover.linear_part import symbol_table, with_constants
from polysolv.rates.prover.symbol_bounds import Speeds
from polysolv.rates.prover.trace import Step, show_monomial

_ROUNDS = 60
_MAX_DEGREE = 8

# (exponents of δ, exponents of the constants) -> coefficient.
_Polynomial = dict[tuple[Exponents, Exponents], Fraction]


class _Relation:
    """A combination of symbols, Σ r_s η_s, as a polynomial in δ."""

    def __init__(self, symbols: dict[Exponents, Fraction], polynomial: _Polynomial) -> None:
        self.symbols = symbols
        self.polynomial = {key: c for key, c in polynomial.items() if c}

    def minus(self, other: _Relation, factor: Fraction) -> _Relation:
        symbols = dict(self.symbols)
        for s, r in other.symbols.items():
            symbols[s] = symbols.get(s, Fraction(0)) - factor * r
        polynomial = dict(self.polynomial)
        for key, c in other.polynomial.items():
            polynomial[key] = polynomial.get(key, Fraction(0)) - factor * c
        return _Relation({s: r for s, r in symbols.items() if r}, polynomial)


def perturbation_speeds(
    log_symbol: LogSymbol,
    speeds: Speeds,
    power_sums: bool = True,
    forms: Sequence[tuple[dict[Exponents, Fraction], Fraction]] = (),
) -> tuple[dict[str, Fraction], dict[str, tuple[Step, tuple[Exponents, ...], tuple[str, ...]]]]:
    """Return proved speeds of the components of δ, and how each is proved.

    Args:
        log_symbol: K.
        speeds: proved speeds of its symbols.
        power_sums: whether the equations P_ℓ may be used as they are: those without dual variables hold, and
            there are no relations.
        forms: combinations Σ_s r_s η_s that have a speed of their own.

    Returns:
        component -> speed; component -> (step, symbols it uses, components it uses).
    """
    names = log_symbol.perturbations
    relations = _relations(log_symbol)
    known = [(r, min(speeds.get(s, Fraction(0)) for s in r.symbols)) for r in relations]
    known += [(_combined(relations, form), speed) for form, speed in forms]
    sums = [] if log_symbol.is_linear or not power_sums else _power_sums(log_symbol)
    found = dict.fromkeys(range(len(names)), Fraction(0))
    proofs: dict[str, tuple[Step, tuple[Exponents, ...], tuple[str, ...]]] = {}
    for _ in range(_ROUNDS):
        changed = False
        for relation, of_symbols in known:
            for t, power in _pure_powers(relation.polynomial):
                others = [e for e, _ in relation.polynomial if e[t] < power]
                bounds = [sum((k * found[i] for i, k in enumerate(e)), Fraction(0)) for e in others]
                speed = min([of_symbols, *bounds]) / power
                if speed > found[t]:
                    found[t], changed = speed, True
                    used = tuple(n for i, n in enumerate(names) if any(e[i] for e in others))
                    proofs[names[t]] = (
                        _step(log_symbol, relation, t, power, speed),
                        tuple(relation.symbols),
                        used,
                    )
        for index, polynomial in sums:
            for t, power in _pure_powers(polynomial):
                rest = [e for e, _ in polynomial if e[t] < power]
                bounds = [_rest_speed(e, t, found) / (power - e[t]) for e in rest]
                speed = min([Fraction(1, power), *bounds])
                if power % 2 == 0 and speed > found[t]:
                    found[t], changed = speed, True
                    used = tuple(n for i, n in enumerate(names) if i != t and any(e[i] for e in rest))
                    proofs[names[t]] = (_sum_step(log_symbol, index, t, power, speed), (), used)
        if not changed:
            break
    return {names[i]: v for i, v in found.items() if v}, proofs


def _combined(relations: Sequence[_Relation], form: Mapping[Exponents, Fraction]) -> _Relation:
    """Return Σ r_s η_s as a polynomial in δ."""
    total = _Relation({}, {})
    for relation in relations:
        if len(relation.symbols) == 1:
            ((s, factor),) = relation.symbols.items()
            if s in form:
                total = total.minus(relation, -form[s] / factor)
    return total


def _rest_speed(e: Exponents, t: int, found: Mapping[int, Fraction]) -> Fraction:
    return sum((k * found[i] for i, k in enumerate(e) if i != t), Fraction(0))


def _power_sums(log_symbol: LogSymbol) -> list[tuple[Exponents, _Polynomial]]:
    """Return (ℓ, p_ℓ) for small ℓ, constants kept apart."""
    from polysolv.systems.expansion import atom_polynomials

    count = len(log_symbol.perturbations)
    longest = max(sum(t.variables) for t in log_symbol.terms)
    result = []
    for index, polynomial in atom_polynomials(
        with_constants(log_symbol), min(2 * longest, _MAX_DEGREE)
    ).items():
        collected: _Polynomial = {}
        for monomial, c in polynomial.items():
            full = [0] * (count + len(log_symbol.constants))
            for i, e in monomial:
                full[i] = e
            collected[tuple(full[:count]), tuple(full[count:])] = c
        result.append((index, collected))
    return result


def _sum_step(log_symbol: LogSymbol, index: Exponents, t: int, power: int, speed: Fraction) -> Step:
    name = log_symbol.perturbations[t]
    place = show_monomial(index, log_symbol.variables)
    reason = (
        f"P at {place} holds a multiple of sum w {name}^{power}, all terms positive; the others are small"
    )
    return Step(f"|{name}| = O(V^({speed}))", "even power", reason)


def _relations(log_symbol: LogSymbol) -> list[_Relation]:
    relations = []
    for s, terms in symbol_table(log_symbol).items():
        polynomial: _Polynomial = {}
        for c, e, constants in terms:
            polynomial[e, constants] = polynomial.get((e, constants), Fraction(0)) + c
        relations.append(_Relation({s: Fraction(1)}, polynomial))
    zero = (0,) * len(log_symbol.constants)
    linear = [(e, constants) for r in relations for e, constants in r.polynomial if sum(e) == 1]
    if any(constants != zero for _, constants in linear):
        return relations
    reduced = list(relations)
    done: list[int] = []
    for t in range(len(log_symbol.perturbations)):
        key = (tuple(int(i == t) for i in range(len(log_symbol.perturbations))), zero)
        pivot = next((i for i, r in enumerate(reduced) if i not in done and key in r.polynomial), None)
        if pivot is None:
            continue
        done.append(pivot)
        for i, r in enumerate(reduced):
            if i != pivot and key in r.polynomial:
                reduced[i] = r.minus(reduced[pivot], r.polynomial[key] / reduced[pivot].polynomial[key])
    return relations + [r for r in reduced if len(r.symbols) > 1 and r.polynomial]


def _pure_powers(polynomial: _Polynomial) -> list[tuple[int, int]]:
    """Return (component, power k) where c·δ^k has a coefficient that is one term: not zero for certain."""
    pure: dict[tuple[int, int], int] = {}
    for e, _ in polynomial:
        acting = [i for i, k in enumerate(e) if k]
        if len(acting) == 1:
            key = (acting[0], e[acting[0]])
            pure[key] = pure.get(key, 0) + 1
    return [key for key, count in pure.items() if count == 1]


def _step(log_symbol: LogSymbol, relation: _Relation, t: int, power: int, speed: Fraction) -> Step:
    name = log_symbol.perturbations[t]
    left = " + ".join(
        ("" if r == 1 else f"({r})*") + f"eta[{show_monomial(s, log_symbol.variables)}]"
        for s, r in relation.symbols.items()
    )
    names = (*log_symbol.constants, *log_symbol.perturbations)
    right = " + ".join(
        "*".join(([] if c == 1 else [f"({c})"]) + [show_monomial((*constants, *e), names)])
        for (e, constants), c in relation.polynomial.items()
    )
    target = name if power == 1 else f"{name}^{power}"
    return Step(f"|{name}| = O(V^({speed}))", "change of variables", f"{left} = {right}, solved for {target}")
