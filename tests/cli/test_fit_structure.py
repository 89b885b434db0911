"""``polysolv fit`` with weights, a formula for the gate, and one variance."""

import json

import numpy as np
import pytest

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

TRUTH = MixingMeasure([0.4, 0], [[0, 1.5], [0, 0]], [[2, 0], [-1, 0]], [1, -1], [0.25, 0.25])
FAST = ("--n-init", "1", "--seed", "0")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    place = tmp_path_factory.mktemp("structure")
    X, y = TRUTH.sample(200, lambda n, rng: rng.uniform(-2, 2, (n, 2)), seed=2)
    weights = np.random.default_rng(0).integers(0, 4, 200)
    groups = np.where(X[:, 1] > 0.3, "high", "low")
    rows = zip(y.tolist(), X[:, 0].tolist(), X[:, 1].tolist(), groups, weights.tolist(), strict=True)
    lines = ["y,x,z,group,count", *(",".join(map(str, row)) for row in rows)]
    path = place / "data.csv"
    path.write_text("\n".join([*lines, "0.5,0.5,0.5,low,NA"]) + "\n")
    return path, X, y, weights


def test_weights_and_the_gates_formula_make_the_fit_of_the_estimator(run, table, tmp_path):
    path, X, y, weights = table
    saved = tmp_path / "fit.json"
    code, out, err = run(
        *("fit", path, "--formula", "y ~ x", "--gate", "~ z", "--weights", "count", "--variance", "equal"),
        *("--k", 2, *FAST, "--save", saved),
    )
    assert code == 0
    assert err == "polysolv: 1 line with a missing value left out (--missing error refuses them)\n"
    settings = {"gate_features": [1], "expert_features": [0], "variance": "equal"}
    fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0, **settings).fit(X, y, weights)
    assert f"{fit.log_likelihood_:.6f}" in out
    assert f"n = {weights.sum()}" in out
    assert "as often as column 'count' says" in out
    assert "the gate depends on z, the experts on x" in out
    assert "all experts share one variance" in out
    data = json.loads(saved.read_text())
    assert data["formula"] == {"formula": "y ~ x", "levels": {}, "gate": "~ z"}
    assert data["settings"]["gate_features"] == data["gate_columns"] == ["z"]
    assert data["weights"] == "column 'count'"
    assert run("fit", "--load", saved)[1] == out
    code, predicted, _ = run("predict", saved, path, "--missing", "drop")
    assert code == 0
    means = [float(line.split(",")[2]) for line in predicted.splitlines()[1:201]]
    np.testing.assert_allclose(means, fit.predict(X), rtol=1e-6)


@pytest.mark.slow
def test_the_page_and_the_picture_of_such_a_fit(run, table, tmp_path):
    page, picture = tmp_path / "fit.html", tmp_path / "fit.svg"
    arguments = (
        "fit",
        table[0],
        "--formula",
        "y ~ x",
        "--gate",
        "~ z",
        "--weights",
        "count",
        "--k",
        2,
        *FAST,
    )
    assert run(*arguments, "--variance", "equal", "--report", page, "--plot", picture)[0] == 0
    assert "<svg" in picture.read_text()
    assert "share one variance" in page.read_text()


def test_a_gate_of_a_category_and_one_of_nothing(run, table, tmp_path):
    path, X, y, _ = table
    saved = tmp_path / "fit.json"
    arguments = ("fit", path, "--formula", "y ~ x", "--k", 2, *FAST, "--save", saved)
    assert run(*arguments, "--gate", "~ group")[0] == 0
    high = (X[:, 1] > 0.3).astype(float)
    rows = np.column_stack([X[:, 0], 1 - high])
    fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0, gate_features=[1], expert_features=[0])
    # The row without a count is whole here.
    fit.fit(np.vstack([rows, [0.5, 1.0]]), np.append(y, 0.5))
    assert json.loads(saved.read_text())["log_likelihood"] == pytest.approx(fit.log_likelihood_)
    code, out, _ = run(*arguments, "--gate", "~ 1")
    assert code == 0
    assert "the gate depends on no covariate, the experts on x" in out
    assert "beta1" not in out
    assert run("predict", saved, path)[1].splitlines()[0].startswith("x,mean,")
    code, out, _ = run("fit", path, "--formula", "y ~ 1", "--gate", "~ z", "--k", 2, *FAST)
    assert code == 0
    assert "the gate depends on z, the experts on no covariate" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--weights", "z"), "column 'z', line "),
        (("--weights", "group"), "column 'group', line 2"),
        (("--weights", "none"), "column: 'none' is not allowed"),
        (("--gate", "z"), "--gate: 'z' is not allowed; allowed: a formula without a left side"),
        (("--gate", "y ~ z"), "--gate: 'y ~ z' is not allowed"),
        (("--gate", "~ q"), "column: 'q' is not allowed"),
        (("--gate", "~ exec(z)"), "--gate: '~ exec(z)' is not allowed; allowed: in a factor:"),
        (("--variance", "one"), "--variance: 'one' is not allowed; allowed: free, equal"),
        (("--variance", "equal", "--bound", "sigma=2:1"), "bounds['sigma']"),
    ],
    ids=str,
)
def test_options_that_are_refused(run, table, arguments, words):
    code, out, err = run("fit", table[0], "--formula", "y ~ x", "--k", 2, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_more_that_is_refused(run, table, tmp_path):
    path = table[0]
    code, _, err = run("fit", path, "--x", "x", "--y", "y", "--gate", "~ z", "--k", 2)
    assert (code, err.count("\n")) == (2, 1)
    assert "together with --formula" in err
    code, _, err = run("fit", path, "--formula", "y ~ 1", "--gate", "~ 1", "--k", 2)
    assert code == 2
    assert "at least one covariate on the right, or in --gate" in err
    zero = tmp_path / "zero.csv"
    zero.write_text("x,y,w\n" + "".join(f"{i},{i * i},0\n" for i in range(30)))
    code, _, err = run("fit", zero, "--x", "x", "--y", "y", "--weights", "w", "--k", 1)
    assert (code, err) == (
        2,
        f"polysolv: {zero}: column 'w': 'all zero' is not allowed; allowed: some weight above 0\n",
    )
    few = tmp_path / "few.csv"
    few.write_text("x,y,w\n" + "".join(f"{i},{i * i},0.05\n" for i in range(30)))
    code, _, err = run("fit", few, "--x", "x", "--y", "y", "--weights", "w", "--k", 1)
    assert code == 2
    assert "30 rows, which count 1.5 times" in err
    code, _, err = run(
        "fit", path, "--formula", "y ~ x", "--weights", "count", "--missing", "error", "--k", 1
    )
    assert code == 2
    assert "column 'count', line 202" in err
