"""Mixtures of Student distributions with free location and scale; Cauchy with one degree of freedom."""

from __future__ import annotations

from polysolv.display.counted import counted
from polysolv.families.density_families import EVERY_TRUTH, density_family
from polysolv.families.family import Family
from polysolv.families.parameter import Parameter, component_names
from polysolv.families.references import HO_NGUYEN_2016_EJS
from polysolv.families.second_order.support import REALS

NAME = "student-location-scale"
CAUCHY = "cauchy-location-scale"
HAS_COVARIATES = True
MAX_RESPONSES = 6

_REMARK = (
    "With s = sqrt(nu)*scale the density satisfies u_ss + ((1 - nu)/s) u_s + (sum of second derivatives in "
    "theta) u = 0: the one relation of second order, and it is definite."
)


def family(d: int = 1, degrees: int = 5) -> Family:
    """Return the family in R^d; ``degrees`` is the known number ν of degrees of freedom.

    Its dimension is that of the response; there are no covariates.

    >>> family(2).components
    ('theta_1', 'theta_2', 'scale')
    """
    ys = ("y",) if d == 1 else tuple(f"y{i}" for i in range(1, d + 1))
    theta = component_names("theta", d)
    distance = " + ".join(f"(y{i or ''} - {t})^2" for i, t in zip(range(d > 1, d + 1), theta, strict=False))
    constant = f"gamma({degrees + d}/2)/(gamma({degrees}/2)*({degrees}*pi)^({d}/2))"
    text = f"{constant}*scale^(-{d})*(1 + ({distance})/({degrees}*scale^2))^(-{degrees + d}/2)"
    name = CAUCHY if degrees == 1 else f"{NAME}-{degrees}"
    where = "" if d == 1 else f" in R^{d}"
    return density_family(
        name,
        f"Student location-scale mixture with {counted(degrees, 'degree')} of freedom{where}",
        text,
        REALS,
        (
            Parameter("theta", "location of an atom", "response", theta),
            Parameter("scale", "scale of an atom", "response", ("scale",)),
        ),
        {**dict.fromkeys(theta, 0), "scale": 1},
        EVERY_TRUTH,
        dimension=d if d > 1 else 0,
        responses=ys,
        remarks=(_REMARK,),
        references=(HO_NGUYEN_2016_EJS,),
    )


def cauchy(d: int = 1) -> Family:
    """Return the Cauchy location-scale family."""
    return family(d, 1)
