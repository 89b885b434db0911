"""The elbow picture: criteria, and what each expert adds, against the number of experts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.singular_bic import sbic_of_fits

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture


def plot_criteria(fits: Sequence[FitRecord]) -> Picture:
    """Draw BIC, ICL and, where its assumptions hold, sBIC against k; beside them the gain of each expert.

    Args:
        fits: of the same data, with different numbers of experts.

    Returns:
        the figure. A large mark shows the least of a criterion, a hollow one a fit that ended in a spurious
        atom and is no candidate. The second panel sets the log-likelihood that an expert adds against the
        price that BIC asks for it; it is there from two fits on.
    """
    from polysolv.display.pictures import BLACK, BLUE, GREEN, VERMILLION, label, legend_below, panels

    fits = sorted(fits, key=lambda fit: fit.mixing_measure.k)
    if not fits:
        raise InputError("fits", "none", "at least one fit")
    sizes = [fit.mixing_measure.k for fit in fits]
    regular = np.array([not fit.spurious for fit in fits])
    figure, axes = panels(2 if len(fits) > 1 else 1, size=(3.6, 3.1))
    handles: dict[str, Any] = {}
    singular = sbic_of_fits(fits).values
    curves = {"ICL": [fit.icl for fit in fits], "BIC": [fit.bic for fit in fits]}
    curves |= {} if singular is None else {"sBIC": list(singular)}
    styles = {"BIC": (BLUE, "o", "-"), "ICL": (VERMILLION, "s", (0, (5, 2))), "sBIC": (GREEN, "^", ":")}
    for name, values in curves.items():
        colour, marker, dashes = styles[name]
        (line,) = axes[0].plot(sizes, values, color=colour, linestyle=dashes, linewidth=1.4)
        handles[name] = line
        best = min(np.flatnonzero(regular), key=values.__getitem__, default=None)
        for at, (k, value) in enumerate(zip(sizes, values, strict=True)):
            inside = colour if regular[at] else "white"
            axes[0].plot(
                k,
                value,
                marker,
                color=colour,
                markerfacecolor=inside,
                markersize=(9 if name == "BIC" else 12) if at == best else 5,
            )
    label(axes[0], "criteria (less is better; large mark: least)", "number of experts k", "criterion")
    axes[0].set_xticks(sizes)
    if len(fits) > 1:
        gains = np.diff([fit.log_likelihood for fit in fits])
        prices = 0.5 * np.diff([fit.n_parameters for fit in fits]) * np.log(fits[0].n_samples)
        bars = axes[1].bar(sizes[1:], gains, color="#56B4E9", width=0.55)
        for bar, good in zip(bars, regular[1:], strict=True):
            if not good:
                bar.set_facecolor("white")
                bar.set_edgecolor("#56B4E9")
        (price,) = axes[1].plot(sizes[1:], prices, "_", color=BLACK, markersize=26, markeredgewidth=2)
        positive = gains[gains > 0]
        if positive.size and positive.max() > 50 * prices.min():
            axes[1].set_yscale("log")
        axes[1].set_xticks(sizes[1:])
        label(axes[1], "gain of log-likelihood by one expert more", "number of experts k", "gain")
        handles |= {"gain": bars, "price that BIC asks": price}
    hollow = [str(fit.mixing_measure.k) for fit in fits if fit.spurious]
    if hollow:
        (mark,) = axes[0].plot([], [], "o", color=BLACK, markerfacecolor="white", markersize=5)
        handles[f"spurious end, no candidate: k = {', '.join(hollow)}"] = mark
    legend_below(figure, handles)
    return figure
