"""How to cite the tool and the papers behind its results."""

from __future__ import annotations

from polysolv.families.catalogue import resolve
from polysolv.families.family import Family

YEAR = 2026


def bibtex(family: str | Family = "softmax-gaussian") -> str:
    """Return BibTeX entries: the tool first, then the papers that results on the family rest on.

    Args:
        family: a family or the name of one.

    >>> print(bibtex("location-gaussian").splitlines()[7])
    @article{chen1995,
    """
    import polysolv
    from polysolv.families.references import bibtex_entry

    tool = {
        "author": "{The polysolv developers}",
        "title": "polysolv: convergence rates of over-fitted mixtures of experts, decided by exact algebra",
        "year": str(YEAR),
        "version": polysolv.__version__,
    }
    entries = [bibtex_entry("software", "polysolv", tool)]
    return "\n\n".join(entries + [one.bibtex for one in resolve(family).references if one.bibtex])
