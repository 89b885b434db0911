"""Certificates for arcs along which nothing observed changes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from polysolv.certificates import Certificate, save
from polysolv.certificates.arc import arc_certificate
from polysolv.certificates.premises import premise_texts
from polysolv.families import Family
from polysolv.rates.prover.arc import Arc, in_normal_form, symbol_series
from polysolv.rates.prover.components import component_bounds
from polysolv.rates.prover.unidentified import UNLIMITED, two_valued_shift


def unidentified_certificates(family: Family, m: int) -> dict[str, Certificate]:
    """Return component -> certificate for the components that are not identifiable in a cell of m atoms.

    Args:
        family: the family; with symbolic true values there is none, as the kernel reads numbers only. What
            is known of a density goes with the certificate as premises.
        m: cell size, 1 to 400.

    >>> from polysolv.families import get
    >>> family = get("softmax-gaussian").observed_modulo(["x^2 - x"])
    >>> print(unidentified_certificates(family, 2)["beta1"].verify().text())
    VERIFIED
    proved: softmax-gaussian, d = 1, m = 2, modulo 1 relation: beta1 is not identifiable
    """
    if family.log_symbol.constants:
        return {}
    observed = family.for_cell(m)
    given = premise_texts(family, m)
    return {
        component: _certificate(observed, m, component, bounds.arc, given)
        for component, bounds in component_bounds(observed.observed, m).items()
        if bounds.lower is None
    }


def save_unidentified(family: Family, m: int, folder: str | Path) -> list[str]:
    """Save these certificates, if the kernel has accepted them; return a sentence for each.

    Args:
        family, m: see :func:`unidentified_certificates`.
        folder: see :func:`polysolv.certificates.save`.
    """
    sentences = []
    for component, certificate in unidentified_certificates(family, m).items():
        if certificate.verify().accepted:
            saved = save(certificate, folder)
            sentences.append(
                f"certificate that {component} is not identifiable in a cell of {m}: {saved.file} "
                f"(sha256 {saved.digest})"
            )
    return sentences


def _certificate(family: Family, m: int, component: str, arc: Arc, given: list[str]) -> Certificate:
    ring, nodes = family.observed.ring, arc.nodes
    series = symbol_series(arc.log_symbol, nodes, arc.paths, UNLIMITED)
    moved = {index: s for index, s in in_normal_form(series, ring, nodes).items() if any(index)}
    shift = two_valued_shift(moved, ring, nodes) if moved else None
    paths = {
        name: {(key[0], power): Fraction(c) for key, v in path.items() for power, c in enumerate(v) if c}
        for name, path in arc.paths.items()
    }
    return arc_certificate(family, m, component, nodes.shifts, nodes.norms, paths, shift, given)
