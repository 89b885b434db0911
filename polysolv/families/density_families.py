"""What the files of families that are known by their density have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.published_exponent import PublishedExponent
from polysolv.families.reference import Reference
from polysolv.families.second_order.source import DensitySource
from polysolv.families.second_order.support import Support

EVERY_TRUTH = "any; the relations of second order are the same at each"
GENERIC = "not special: outside a proper analytic subset there is no relation of second order"


def density_family(
    name: str,
    title: str,
    text: str,
    support: Support,
    parameters: Sequence[Parameter],
    generic: Mapping[str, Fraction | int],
    everywhere: str,
    *,
    dimension: int = 0,
    responses: Sequence[str] = ("y",),
    remarks: Sequence[str] = (),
    references: Sequence[Reference] = (),
    published: Sequence[PublishedExponent] = (),
) -> Family:
    """Return a family whose exponents follow from the second-order relations of its density.

    Args:
        name, title: see :class:`polysolv.families.family.Family`.
        text: the density, for :func:`polysolv.families.second_order.density_text.parse_density`.
        support: where each response takes its values.
        parameters: of an atom; their components are the names in the text.
        generic: values of the components that stand for a truth that is not known.
        everywhere: of which truths the relations at ``generic`` are those.
        dimension, responses, remarks, references, published: of the family.
    """
    components = tuple(c for p in parameters for c in p.components)
    at = tuple((c, Fraction(generic[c])) for c in components)
    source = DensitySource(text, components, (), tuple(responses), support, (), at, None, everywhere)
    return replace(
        Family.from_source(source, name, title),
        parameters=tuple(parameters),
        dimension=dimension,
        remarks=tuple(remarks),
        references=tuple(references),
        published=tuple(published),
    )
