"""The volume probe: distances against other formulas, slopes within their error, the same for all jobs."""

import json

import numpy as np
import pytest

from polysolv import InputError, volume_probe
from polysolv.experiments.cell_volume import Cell, cumulant_distance, divergence
from polysolv.families import get


def test_cumulants_are_those_of_a_gaussian_mixture():
    cell = Cell(get("location-scale-gaussian"), 2, "exact")
    w, b, s = 0.3, 0.7, 0.4  # the second atom from the first
    found = cumulant_distance(cell, np.array([[1 - w, b, s]]))[0]
    p, q = 1 - w, w
    third = p * q * (p - q) * b**3 + 3 * p * q * b * s
    fourth = p * q * (1 - 6 * p * q) * b**4 + 6 * p * q * (p - q) * b**2 * s + 3 * p * q * s**2
    assert found == pytest.approx(abs(third) / 6 + abs(fourth) / 24)


def test_the_divergence_is_that_of_a_fine_grid():
    cell = Cell(get("location-scale-gaussian"), 2, "exact")
    w, b, s = 0.4, 0.3, 0.2
    found = divergence(cell, np.array([[1 - w, b, s]]))[0]
    grid = np.linspace(-9, 9, 200_001)
    means = np.array([0.0, b]) - w * b
    variances = 1 + np.array([0.0, s]) - w * s - ((1 - w) * means[0] ** 2 + w * means[1] ** 2)

    def bell(mean, variance):
        return np.exp(-0.5 * (grid - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)

    truth = bell(0, 1)
    mixture = (1 - w) * bell(means[0], variances[0]) + w * bell(means[1], variances[1])
    exact = np.sqrt((truth * np.log(truth / mixture)).sum() * (grid[1] - grid[0]))
    assert found == pytest.approx(exact, rel=1e-4)


def test_location_is_exactly_a_power():
    found = volume_probe("location-gaussian", 2, cells=400, runs=4, seed=1)
    value, error = found.estimate()
    assert found.complete
    assert abs(value - 0.25) < 4 * error + 0.004


@pytest.mark.slow
def test_the_answer_does_not_depend_on_the_jobs():
    one, two = (volume_probe("location-gaussian", 2, cells=100, runs=2, seed=3, jobs=jobs) for jobs in (1, 2))
    assert one == two
    assert json.loads(json.dumps(one.to_data()))["schema"] == "polysolv/volume-probe/1"


def test_what_is_finished_is_returned():
    found = volume_probe(m=3, cells=2000, timeout=0.2)
    assert not found.complete
    assert "time was up" in found.to_text()


def test_bad_arguments():
    for arguments in (
        {"m": 6},
        {"runs": 1},
        {"cells": 10},
        {"gate": "no"},
        {"distance": "far"},
        {"family": "gaussian-gated"},
    ):
        with pytest.raises(InputError, match=next(iter(arguments))):
            volume_probe(**arguments)
    with pytest.raises(InputError, match="distance"):
        volume_probe("softmax-gaussian", distance="divergence")


@pytest.mark.slow
def test_seven_eighths_is_told_from_one():
    for distance in ("cumulants", "divergence"):
        value, error = volume_probe(m=3, distance=distance, cells=1000).estimate()
        assert abs(value - 7 / 8) < 5 * error + 0.03
        assert value + 3 * error < 0.97


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "m", "known", "mu"), [("softmax-gaussian", 2, 1.0, 1), ("location-scale-gaussian", 2, 0.5, 2)]
)
def test_slopes_are_within_their_error(family, m, known, mu):
    value, error = volume_probe(family, m, cells=1000).estimate(mu)
    assert abs(value - known) < 4 * error + 0.01
