#!/usr/bin/env bash
# cgmm 0.5.1: the gate of a fitted `MixtureOfExpertsRegressor` is its random start, whatever the data.
#
# One would guess that EM updates gate and experts. The class promises a softmax gate that depends on the covariates,
# says converged_ = True, and warns of nothing; but gates of quite different data, one steep to the right, one steep to
# the left, one flat, are the same to the last digit: the first draws of random_state times 0.1, intercepts 0. SciPy's
# `cholesky` knows no argument `check_isfinite`; the TypeError is caught, the step that is taken instead has the wrong
# sign, and the line search finds no increase along it. The experts do move. So a comparison with it is one with a model
# of another gate, and its likelihood is far below that of the maximum.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3.11 -m venv env 2>/dev/null || python3 -m venv env
env/bin/python -m pip install --quiet cgmm==0.5.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
env/bin/python - <<'PYTHON'
import warnings
from importlib.metadata import version

import numpy as np
from cgmm import MixtureOfExpertsRegressor

warnings.simplefilter("error")
print("cgmm", version("cgmm"))
assert version("cgmm") == "0.5.1"
rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (1000, 1))
gates = []
for slope in (8, -8, 0):
    first = rng.uniform(size=1000) < 1 / (1 + np.exp(-0.3 - slope * X[:, 0]))
    y = np.where(first, 1 + 1.5 * X[:, 0], -1.5 - X[:, 0]) + 0.3 * rng.standard_normal(1000)
    fit = MixtureOfExpertsRegressor(n_components=2, random_state=0).fit(X, y[:, None])
    (found,) = [value for value in vars(fit).values() if hasattr(value, "W")]
    gates.append((found.W.item(), found.c.item()))
    experts = [float(round(value, 1)) for value in np.sort(found.A.ravel())]
    print(f"true gate 0.3 + {slope} x: fitted gate {gates[-1]}, slopes of the experts {experts}, {fit.converged_}")
assert len(set(gates)) == 1 and gates[0][1] == 0, "the gate moves now"
print("as described")
PYTHON
