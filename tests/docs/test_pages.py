"""The examples of the pages run as printed, and the pictures are what their program draws."""

from __future__ import annotations

import doctest
import importlib.util
import math
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = {"own-families.md": 9, "why-slow.md": 10}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_a_page_run_as_printed(name):
    failed, attempted = doctest.testfile(
        str(DOCS / name), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert attempted >= EXAMPLES[name]
    assert failed == 0


@pytest.fixture(scope="module")
def pictures():
    spec = importlib.util.spec_from_file_location("pictures_of_the_docs", DOCS / "programs" / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lines_of_the_rate_picture_are_the_table(pictures):
    lines = pictures.growth()
    assert lines["intercept b"] == [4, 2**8, 2**12, 2**16, 2**20]
    assert lines["variance sigma"] == [4, 2**4, 2**6, 2**8, 2**10]
    assert lines["gate slope beta1, published"] == lines["intercept b"]
    assert lines["gate slope beta1 and slope a, refined"] == [4, 16, 16, 16, 16]


def test_the_slopes_of_the_cancellation_picture(pictures):
    for kind, exponent in {"moved": 1, "split": 2, "2": 4, "3": 6}.items():
        assert abs(pictures.slope(kind) - exponent) < 0.1


def test_the_slope_of_merging_atoms(pictures):
    (low, high) = (pictures.touching(step) for step in (0.1, 0.2))
    assert abs(math.log2(high / low) - 6) < 0.1


def test_pictures_are_drawn(pictures, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.argv", ["pictures.py", "rates", "distances", "--folder", str(tmp_path)])
    pictures.main()
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn == {"rates.svg", "distances.svg"}
    kept = {path.stem for path in (DOCS / "images").glob("*.svg")}
    assert set(pictures.PICTURES) <= kept
