"""The noun `Parameter`, and how parameters and covariates are named."""

from __future__ import annotations

from dataclasses import dataclass

from polysolv.display.value import Value


@dataclass(eq=False, repr=False)
class Parameter(Value):
    """One parameter of an atom.

    Args:
        name: the key used in every result, for example ``"beta1"``.
        meaning: what it is, in plain words.
        unit: its unit in terms of those of covariate and response.
        components: names of its perturbation components in K: one, or one for each covariate.
    """

    name: str
    meaning: str
    unit: str
    components: tuple[str, ...]


def covariate_names(d: int) -> tuple[str, ...]:
    """Return the names of d covariates: ``x``, or ``x1`` … ``xd``.

    >>> covariate_names(2)
    ('x1', 'x2')
    """
    return ("x",) if d == 1 else tuple(f"x{i}" for i in range(1, d + 1))


def component_names(parameter: str, d: int) -> tuple[str, ...]:
    """Return the component names of a d-vector parameter: its own name, or ``name_1`` … ``name_d``.

    >>> component_names("a", 1), component_names("a", 2)
    (('a',), ('a_1', 'a_2'))
    """
    return (parameter,) if d == 1 else tuple(f"{parameter}_{i}" for i in range(1, d + 1))
