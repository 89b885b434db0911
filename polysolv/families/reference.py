"""The noun `Reference`: a publication."""

from __future__ import annotations

from dataclasses import dataclass

from polysolv.display.value import Value


@dataclass(eq=False, repr=False)
class Reference(Value):
    """A publication that a statement rests on.

    Args:
        key: its BibTeX key.
        citation: one line for people.
        bibtex: its BibTeX entry, or "".
    """

    key: str
    citation: str
    bibtex: str = ""
