"""Reductions of a statement: each is a listed step with a side condition, and the kernel checks it."""

from .limits import Rejected
from .polynomial import Number, unpack
from .reading import fields, items, mapping, string
from .statement import Statement


def kind(step: object) -> str:
    """Return what a step does."""
    return string(mapping(step, "steps").get("step"), "steps")


def drop(statement: Statement, steps: object) -> tuple[set[str], list[object]]:
    """Check the leading "drop" and "set-zero" steps; return the components they remove, and the other steps.

    A "drop" names an equation that, given the drops before it, is a sum of products of a positive number,
    weights and squares, one of them a pure power of the component: in a real solution with positive weights
    the component is 0. A "set-zero" merely chooses 0 for a component, which is sound where a solution is sought.
    """
    gone: set[str] = set()
    rest = items(steps, "steps")
    while rest and kind(rest[0]) in ("drop", "set-zero"):
        forced = kind(rest[0]) == "drop"
        step = fields(rest[0], "step component index" if forced else "step component", "steps")
        component = string(step["component"], "steps")
        sought = "REAL_POSITIVE", "UNSOLVABLE" if forced else "SOLVABLE"
        if (statement.field, statement.claim) != sought or component in gone:
            raise Rejected("steps", f"{step['step']} of {component} has no place in this proof")
        unknowns = statement.unknowns(component)
        if unknowns[0] not in statement.variables or unknowns[0] in statement.weights:
            raise Rejected("steps", f"there is no component {component}")
        if forced:
            # All atoms contribute alike to an equation of a family: one is enough to see.
            zero: dict[str, Number] = dict.fromkeys([u for c in gone for u in statement.unknowns(c)], 0)
            (equation,) = statement.equations(zero, [statement.index(step["index"])], atoms=1)
            pure, variables = False, list(statement.variables)
            for key, coefficient in equation.terms.items():
                powers = {variables[i]: power for i, power in unpack(key) if i >= len(statement.weights)}
                if coefficient < 0 or any(power % 2 for power in powers.values()):
                    raise Rejected(f"drop of {component}", "the equation is not a positive sum of squares")
                pure = pure or [*powers] == unknowns[:1]
            if not pure:
                raise Rejected(f"drop of {component}", "the equation has no pure power of it")
        gone.add(component)
        rest = rest[1:]
    return gone, rest


def core(statement: Statement, steps: object) -> tuple[str, str]:
    """Check that the steps reduce the log-symbol to that of the location-scale core, p b y + q s y^2.

    p and q are any non-zero numbers: they only change the units of b and s. Returned are the names of b and s.
    """
    if (symbol := statement.symbol) is None or statement.field != "REAL_POSITIVE":
        raise Rejected("core", "the statement must be about a family over REAL_POSITIVE")
    gone, rest = drop(statement, steps)
    if len(rest) != 1 or kind(rest[0]) != "core":
        raise Rejected("core", "the last step, and no other, must name the core")
    step = fields(rest[0], "step location scale variable", "steps")
    location, scale, variable = (string(step[key], "steps") for key in ("location", "scale", "variable"))
    left = [term for term in symbol.terms if not gone & set(dict(term[0]))]
    wanted = [([(location, 1)], [(variable, 1)]), ([(scale, 1)], [(variable, 2)])]
    if sorted(left) != sorted(wanted) or {*gone, location, scale} != set(symbol.components):
        raise Rejected("core", f"what is left of the log-symbol is not {location} y + {scale} y^2 / 2")
    return location, scale
