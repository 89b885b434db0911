"""Draws the logo: three atoms run into one along the Gauss-Hermite path, with areas like their weights.

Run: python docs/programs/logo.py [FILE]

Across is the variance, up the intercept: atom l moves by b = epsilon z_l and sigma = -epsilon^2, with the
nodes z_l of the rule, so its path is the parabola b^2 = -z_l^2 sigma. Along it the mixture differs from its
limit by epsilon^6 only.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

from polysolv.decisions.quadrature import GaussHermiteWitness

LOGO = Path(__file__).parents[1] / "images" / "logo.svg"
LEFT, RIGHT, MIDDLE = 26.0, 100.0, 64.0  # where the atoms start and merge
REACH = 40.0  # of the outer atoms, up and down
AREA = 1200.0
COLOURS = ("#009e73", "#0072b2", "#d55e00")
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128" width="128" height="128" role="img" '
    'aria-labelledby="logo-title">\n'
    '<title id="logo-title">polysolv: three atoms that merge into one</title>\n'
)


def drawing() -> str:
    """Return the logo as SVG."""
    atoms = [(float(node), float(weight)) for node, weight in GaussHermiteWitness(3).nodes(12)]
    outermost = max(node for node, _ in atoms)
    paths, dots = [], []
    for (node, weight), colour in zip(atoms, COLOURS, strict=True):
        height = MIDDLE - REACH * node / outermost
        # The parabola with its vertex at the merged atom, as one quadratic Bezier curve.
        curve = f"M{LEFT:g} {height:.1f}Q{RIGHT:g} {(height + MIDDLE) / 2:.1f} {RIGHT:g} {MIDDLE:g}"
        paths.append(f'<path d="{curve}" fill="none" stroke="{colour}" stroke-width="5"/>\n')
        radius = math.sqrt(AREA * weight / math.pi)
        dots.append(f'<circle cx="{LEFT:g}" cy="{height:.1f}" r="{radius:.1f}" fill="{colour}"/>\n')
    whole = math.sqrt(AREA / math.pi)
    dots.append(f'<circle cx="{RIGHT:g}" cy="{MIDDLE:g}" r="{whole:.1f}" fill="#3f51b5"/>\n')
    return "".join([HEAD, *paths, *dots, "</svg>\n"])


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else LOGO).write_text(drawing(), encoding="utf-8")
