import json

import numpy as np
import pytest

from polysolv import rate
from polysolv.display.rich_display import to_text
from polysolv.errors import InputError
from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.cell_rates import cell_rates
from polysolv.moe.digits import shown
from polysolv.moe.estimator import record_of
from polysolv.moe.presentation import (
    fit_csv,
    fit_grids,
    fit_notes,
    range_grid,
    range_notes,
    to_markdown,
)

pytestmark = pytest.mark.filterwarnings("ignore:over-specified:polysolv.moe.FitWarning")

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


@pytest.fixture(scope="module")
def fits():
    X, y = TRUTH.sample(1500, seed=1)
    bounds = {"beta0": (-2, 2), "sigma": (1e-3, None), "a": ([-9], [9])}
    return [SoftmaxGaussianMoE(k, n_init=2, random_state=1, bounds=bounds).fit(X, y) for k in (1, 2, 3)]


def test_a_fit_is_read_back_to_the_same_text_and_predictions(fits):
    for fit in fits:
        copy = SoftmaxGaussianMoE.from_json(fit.to_json())
        assert copy.to_json() == fit.to_json()
        assert copy.mixing_measure_ == fit.mixing_measure_
        X = np.linspace(-1, 1, 7)[:, None]
        assert (copy.predict(X) == fit.predict(X)).all()
        assert copy.bic() == fit.bic()
        assert copy.inferred_cells_ == fit.inferred_cells_
        read, made = record_of(copy), record_of(fit)
        assert fit_notes(read) == fit_notes(made)
        assert to_text(fit_grids(read), []) == to_text(fit_grids(made), [])


def test_a_start_given_as_a_measure_survives():
    X, y = TRUTH.sample(500, seed=2)
    fit = SoftmaxGaussianMoE(2, init=TRUTH, random_state=np.random.RandomState(0)).fit(X, y)
    assert SoftmaxGaussianMoE.from_json(fit.to_json()).init == TRUTH


def changed(fit, path, value):
    data = json.loads(fit.to_json())
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["schema"], "polysolv/fit/2"),
        (["extra"], 1),
        (["bic"], KeyError),
        (["bic"], "a"),
        (["icl"], None),
        (["weights"], "abc"),
        (["weights"], 1),
        (["settings", "tol"], "small"),
        (["settings", "method"], "best"),
        (["starts"], []),
        (["starts", 0, "spurious"], "no"),
        (["starts", 0, "status"], 5),
        (["log_likelihood"], "big"),
        (["log_likelihood"], float("nan")),
        (["mixing_measure", "sigma"], [1.0, -1.0, 1.0]),
        (["mixing_measure"], None),
        (["settings", "n_experts"], 2),
        (["settings", "gamma"], 1),
        (["data", "n"], -1),
        (["data", "x"], ["x1", "x2"]),
        (["status"], "fine"),
        (["converged"], 1),
        (["lower_bounds"], {}),
        (["cells"], [[0], [1]]),
        (["cells"], [0, 1, 2]),
        (["at_bound"], ["sigma[9]"]),
        (["starts"], [{}]),
        (["standard_errors", "a"], [[1.0]]),
        (["standard_errors", "b"], ["x", "y", "z"]),
        (["standard_errors", "reference"], 7),
        (["standard_errors", "withheld"], {"9": "no"}),
        (["warnings"], [1]),
    ],
)
def test_a_spoilt_file_is_refused_in_one_line(fits, path, value):
    with pytest.raises(InputError) as caught:
        SoftmaxGaussianMoE.from_json(changed(fits[2], path, value), "fit.json")
    assert "fit.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_truncated_file_is_refused(fits):
    text = fits[1].to_json()
    for end in (0, 1, len(text) // 2, len(text) - 3):
        with pytest.raises(InputError):
            SoftmaxGaussianMoE.from_json(text[:end])


def test_a_fit_without_its_data_says_so(fits):
    copy = SoftmaxGaussianMoE.from_json(fits[1].to_json())
    del copy.__dict__["warnings_"]
    with pytest.raises(InputError, match="data"):
        _ = copy.warnings_


def test_rates_of_cells_are_those_of_the_rate_report():
    report = rate(k_excess=2, k_true=2)
    cells = cell_rates([(0, 2, 3), (1,)], d=1)
    for cell in cells:
        assert cell.order == 2 * len(cell.atoms) or len(cell.atoms) == 1
        for name, rates in cell.parameters.items():
            expected = report.cell(len(cell.atoms)).parameters[name]
            assert rates.published.rate == expected.published.rate
            assert rates.refined.rate == expected.refined.rate
    # No cell of a single atom: b and sigma keep their rates, the gate is not identifiable.
    for cell in cell_rates([(0, 1), (2, 3)], d=2):
        found = cell.parameters
        assert not found["beta1"].identifiable
        assert [str(found[name].refined.rate) for name in ("b", "sigma")] == ["1/8", "1/4"]
        assert found["a"].refined is None


def test_tables_show_every_atom_and_rate(fits):
    fit, record = fits[2], record_of(fits[2])
    text = to_text(fit_grids(record), fit_notes(record))
    digits = shown(fit.model_, fit.mixing_measure_).digits
    assert f"{fit.mixing_measure_.b[0]:.{digits}g}" in text
    assert f"{fit.log_likelihood_:.6f}" in text
    assert to_markdown(fit_grids(record), fit_notes(record)).count("| --- |") >= 3
    rows = fit_csv(record).splitlines()
    assert len(rows) == 1 + 3 * 5
    records = [record_of(fit) for fit in fits]
    grid = range_grid(records)
    assert [row[0] for row in grid.rows] == ["1", "2", "3"]
    assert min(fits, key=lambda f: f.bic()).mixing_measure_.k == 2
    assert grid.rows[1][3].endswith("*")
    assert "least BIC at k = 2" in range_notes(records)[0]
