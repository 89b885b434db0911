"""Reductions of a statement: each is a listed step with a side condition, and the kernel checks it."""

from .limits import Rejected
from .log_symbol import Index
from .polynomial import SHIFT, unpack
from .reading import fields, items, mapping, string
from .statement import Statement

# (family, d, whether m is 1, component, components gone, index) -> whether a drop is sound, if built in.
_sound: dict[tuple[object, ...], bool] = {}


def kind(step: object) -> str:
    """Return what a step does."""
    return string(mapping(step, "steps").get("step"), "steps")


def drop(statement: Statement, steps: object) -> tuple[set[str], list[object]]:
    """Check the leading "drop" and "set-zero" steps; return the components they remove, and the other steps.

    A "drop" names an equation that, given the drops before it, is a power of the component, or a sum of
    products of positive numbers, weights and squares with such a power among them: in a real solution with
    positive weights the component is 0. A "set-zero" chooses 0, which is sound where a solution is sought.
    """
    gone: set[str] = set()
    rest = items(steps, "steps")
    while rest and kind(rest[0]) in ("drop", "set-zero"):
        forced = kind(rest[0]) == "drop"
        step = fields(rest[0], "step component index" if forced else "step component", "steps")
        component = string(step["component"], "steps")
        sought = "REAL_POSITIVE", "UNSOLVABLE" if forced else "SOLVABLE"
        unknowns = statement.unknowns(component)
        weights, known = len(statement.weights), statement.variables.get(unknowns[0], -1)
        if (statement.field, statement.claim) != sought or component in gone or known < weights:
            raise Rejected("steps", f"{step['step']} of {component} has no place in this proof")
        if forced:
            index = statement.index(step["index"])
            key: tuple[object, ...] = (component, frozenset(gone), index)
            if statement.built_in is None:
                sound = _is_sound(statement, gone, unknowns[0], index)
            else:
                key = (statement.family, statement.d, statement.m == 1, *key)
                if key not in _sound:
                    _sound[key] = _is_sound(statement, gone, unknowns[0], index)
                sound = _sound[key]
            if not sound:
                raise Rejected(f"drop of {component}", "the equation is no sum of squares with a power of it")
        gone.add(component)
        rest = rest[1:]
    return gone, rest


def _is_sound(statement: Statement, gone: set[str], unknown: str, index: Index) -> bool:
    """Whether an equation forces ``unknown`` to be 0, by the rules of :func:`drop`."""
    # All atoms contribute alike to an equation of a family: one is enough to see.
    (equation,) = statement.equations(statement.zero(gone), [index], atoms=1)
    variables, terms, weights = list(statement.variables), equation.terms, len(statement.weights)
    monomials = [[(variables[i], n) for i, n in unpack(key) if i >= weights] for key in terms]
    sound = all(value > 0 for value in terms.values()) and not any(n % 2 for m in monomials for _, n in m)
    sound = sound or (len(terms) == 1 and (statement.symbol is None or statement.m == 1))
    return sound and [unknown] in [[name for name, _ in monomial] for monomial in monomials]


def core(statement: Statement, steps: object) -> tuple[str, str]:
    """Check that the steps reduce the log-symbol to p b y + q s y^2, a location-scale core; return b and s.

    p and q are any non-zero numbers: they only change the units of b and s.
    """
    if (symbol := statement.symbol) is None or statement.field != "REAL_POSITIVE":
        raise Rejected("core", "the statement must be about a family over REAL_POSITIVE")
    gone, rest = drop(statement, steps)
    if len(rest) != 1 or kind(rest[0]) != "core":
        raise Rejected("core", "the last step, and no other, must name the core")
    step = fields(rest[0], "step location scale variable", "steps")
    location, scale, variable = (string(step[key], "steps") for key in ("location", "scale", "variable"))
    if location == scale or gone & {location, scale} or {*gone, location, scale} != {*symbol.components}:
        raise Rejected("core", "it must name the two components that are not removed")
    packed = {name: 1 << (SHIFT * number) for number, name in enumerate(symbol.components)}
    zero = sum(0xFFFF << (SHIFT * number) for number, name in enumerate(symbol.components) if name in gone)
    terms = {index: poly.terms for index, poly in symbol.coefficients.items()}
    left = {index: [key for key in keys if not key & zero] for index, keys in terms.items()}
    unit = tuple(int(name == variable) for name in symbol.variables)
    wanted = {unit: [packed[location]], tuple(2 * power for power in unit): [packed[scale]]}
    if {index: keys for index, keys in left.items() if keys} != wanted:
        raise Rejected("core", f"what is left of the log-symbol is not {location} y + {scale} y^2 / 2")
    return location, scale
