"""Which fitted atoms the theory says nothing about: spikes and atoms with next to no rows."""

from __future__ import annotations

import numpy as np

from polysolv.moe.fit_record import FitRecord
from polysolv.moe.structure import Structure

SPIKE = 1e-2
_SPIKE_ROWS = 0.1


def outside_theory(fit: FitRecord) -> dict[int, str]:
    """Return atom -> why it has no rate of convergence.

    The theory keeps weights and variances away from 0. An atom is outside of it if the fit calls it spurious;
    if its variance is at the floor, or below a hundredth of the median of the others' while it holds less
    than a tenth of the rows; or if it holds fewer rows than it has parameters.
    """
    G = fit.mixing_measure
    found = {
        int(atom): "spurious: its likelihood comes from a few aligned or tied rows"
        for atom in getattr(fit, "spurious", ())
    }
    if G.k == 1:
        return found
    structure = getattr(fit, "structure", None) or Structure.whole(G.d)
    least = structure.per_expert
    rows = np.asarray(getattr(fit, "effective_rows", np.full(G.k, np.nan)), dtype=float)
    for atom in range(G.k):
        if atom in found:
            continue
        others = float(np.median(np.delete(G.sigma, atom)))
        ratio = float(G.sigma[atom]) / others
        few = not rows[atom] >= _SPIKE_ROWS * fit.n_samples
        if f"sigma[{atom}]" in fit.at_bound and G.sigma[atom] <= fit.min_variance * (1.0 + 1e-6):
            found[atom] = f"a spike: its variance {G.sigma[atom]:.2g} is the least allowed"
        elif ratio < SPIKE and few:
            found[atom] = f"a spike: its variance {G.sigma[atom]:.2g} is {ratio:.1g} of the others' median"
        elif rows[atom] < least:
            found[atom] = f"nearly empty: it holds {rows[atom]:.3g} rows, fewer than it has parameters"
    return dict(sorted(found.items()))
