"""The pictures of the page "Choose the number of experts with your data": elbow and fit of Fisher's irises.

Run: python docs/programs/your_data.py [--folder docs/images]

The data are those that scikit-learn ships. It takes some seconds.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

from sklearn.datasets import load_iris

from polysolv import FitWarning, SoftmaxGaussianMoE, compare_fits
from polysolv.display.pictures import rendered
from polysolv.files import write_atomically

FOLDER = Path(__file__).parents[1] / "images"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    data = load_iris(as_frame=True).frame
    X, y = data[["sepal length (cm)"]], data["sepal width (cm)"]
    with warnings.catch_warnings():
        # The comparison says it in words.
        warnings.simplefilter("ignore", FitWarning)
        fits = [SoftmaxGaussianMoE(k, random_state=0).fit(X, y) for k in (1, 2, 3, 4)]
        found = compare_fits(fits)
    pictures = {"iris-elbow": found.plot(), "iris-fit": fits[(found.k or 1) - 1].plot()}
    for name, picture in pictures.items():
        write_atomically(folder / f"{name}.svg", rendered(picture, "svg"))
        print(folder / f"{name}.svg")


if __name__ == "__main__":
    main()
