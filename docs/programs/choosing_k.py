"""The picture of the page "How many experts": what each criterion charges for experts beyond the truth.

Run: python docs/programs/choosing_k.py [--folder docs/images] [--cells 1000]

Lines: BIC, and the proved learning coefficients, which sBIC charges. Dots with errors: learning coefficients
estimated from volumes, which know nothing of the proofs. It takes some minutes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from matplotlib.figure import Figure

from polysolv import learning_coefficient, volume_probe
from polysolv.display.pictures import BLACK, BLUE, VERMILLION, rendered
from polysolv.files import write_atomically

FOLDER = Path(__file__).parents[1] / "images"
PANELS = {"location-scale-gaussian": (1, 2, 3), "softmax-gaussian": (1, 2)}
LAST = 4


def probes(cells: int) -> dict[str, list[tuple[int, float, float]]]:
    """Return for each family (excess, estimate, error), with the proved multiplicity."""
    found: dict[str, list[tuple[int, float, float]]] = {}
    for family, excesses in PANELS.items():
        for excess in excesses:
            probe = volume_probe(family, excess + 1, cells=cells)
            found.setdefault(family, []).append((excess, *probe.estimate(probe.multiplicity or 1)))
    return found


def picture(measured: dict[str, list[tuple[int, float, float]]]) -> Figure:
    figure = Figure(figsize=(7.0, 3.4), layout="constrained")
    for axis, (family, dots) in zip(figure.subplots(1, 2), measured.items(), strict=True):
        excess = range(LAST + 1)
        found = [learning_coefficient(family, q + 1) for q in excess]
        bic = [(one.components + 1) * q / 2 for q, one in zip(excess, found, strict=True)]
        axis.plot(excess, bic, color=VERMILLION, marker="s", linestyle=(0, (6, 2)), label="BIC")
        proved = [float(one.upper) for one in found]
        axis.plot(excess, proved, color=BLUE, marker="o", label="sBIC (proved coefficient)")
        at, values, errors = zip(*dots, strict=True)
        axis.errorbar(
            at, values, errors, color=BLACK, marker="x", linestyle="", capsize=3, label="volume probe"
        )
        axis.set_title(family, fontsize=9)
        axis.set_xlabel("experts too many, one cell", fontsize=8)
        axis.set_ylabel("charged, in units of log n", fontsize=8)
        axis.set_xticks(list(excess))
        axis.tick_params(labelsize=7)
        axis.grid(True, color="#dddddd", linewidth=0.5)
    axis.legend(frameon=False, fontsize=8)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--cells", type=int, default=1000)
    arguments = parser.parse_args()
    measured = probes(arguments.cells)
    for family, dots in measured.items():
        for excess, value, error in dots:
            proved = learning_coefficient(family, excess + 1)
            print(f"{family}, {excess} too many: {value:.3f} +- {error:.3f}, proved {proved}")
    write_atomically(arguments.folder / "penalties.svg", rendered(picture(measured), "svg").decode("utf-8"))


if __name__ == "__main__":
    main()
