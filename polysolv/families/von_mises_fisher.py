"""Mixtures of von Mises–Fisher distributions on a sphere, by their natural parameters."""

from __future__ import annotations

from polysolv.errors import require_integer
from polysolv.families.density_families import EVERY_TRUTH, density_family
from polysolv.families.family import Family
from polysolv.families.parameter import Parameter, component_names
from polysolv.families.references import HO_NGUYEN_2016_EJS
from polysolv.families.second_order.support import Support

NAME = "von-mises-fisher"
HAS_COVARIATES = True
LEAST_DIMENSION = 2
MAX_RESPONSES = 5


def family(d: int = 2) -> Family:
    """Return the family on the unit sphere of R^d, d from 2 on; points of the sphere are given by angles.

    >>> family(3).components
    ('eta_1', 'eta_2', 'eta_3')
    """
    require_integer("d", d, LEAST_DIMENSION, MAX_RESPONSES)
    angles = ("y",) if d == LEAST_DIMENSION else tuple(f"y{i}" for i in range(1, d))
    eta = component_names("eta", d)
    sines = [f"sin({y})" for y in angles]
    points = ["*".join([*sines[:i], f"cos({y})"]) for i, y in enumerate(angles)] + ["*".join(sines)]
    inner = " + ".join(f"{e}*{point}" for e, point in zip(eta, points, strict=True))
    norm = "sqrt(" + " + ".join(f"{e}^2" for e in eta) + ")"
    # Of the area on the sphere; the factor of the angles does not depend on parameters.
    text = f"exp({inner})*{norm}^({d}/2 - 1)/((2*pi)^({d}/2)*besseli({d}/2 - 1, {norm}))"
    generic = dict.fromkeys(eta, 0) | ({eta[0]: 3, eta[1]: 4} if d == LEAST_DIMENSION else {})
    if d > LEAST_DIMENSION:
        generic |= {eta[0]: 1, eta[1]: 2, eta[2]: 2}
    return density_family(
        NAME,
        f"von Mises-Fisher mixture on the unit sphere of R^{d}: exp(eta.y) / Z(|eta|)",
        text,
        Support("0", "pi"),
        (Parameter("eta", "natural parameter of an atom: concentration times mean direction", "1", eta),),
        generic,
        EVERY_TRUTH,
        dimension=d,
        responses=angles,
        remarks=(
            "The second derivatives are the density times products of the coordinates of y and lower "
            "terms; |y|^2 = 1 is the one relation among them, and it is definite, of rank d.",
        ),
        references=(HO_NGUYEN_2016_EJS,),
    )
