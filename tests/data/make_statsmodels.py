"""Write tests/data/statsmodels.json: a regression by statsmodels, its errors those of maximum likelihood.

Run it with a statsmodels at hand, which polysolv does not need: python tests/data/make_statsmodels.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

TARGET = Path(__file__).with_name("statsmodels.json")


def main() -> None:
    import statsmodels
    import statsmodels.api as sm

    rng = np.random.default_rng(17)
    X = np.round(rng.normal(size=(60, 2)), 3)
    y = np.round(X @ [1.5, -0.5] + 2.0 + rng.normal(size=60), 3)
    weights = rng.integers(1, 5, size=60)
    design = sm.add_constant(X)
    fit = sm.OLS(y, design).fit()
    # statsmodels divides by n - p, maximum likelihood by n.
    variance = float((fit.resid**2).mean())
    plain = sm.GLM(y, design, family=sm.families.Gaussian()).fit(scale=variance)
    weighted = sm.GLM(y, design, family=sm.families.Gaussian(), freq_weights=weights).fit(scale=1.0)
    by_weight = float((weights * (y - weighted.fittedvalues) ** 2).sum() / weights.sum())
    weighted = sm.GLM(y, design, family=sm.families.Gaussian(), freq_weights=weights).fit(scale=by_weight)
    data = {
        "made_by": f"statsmodels {statsmodels.__version__}, tests/data/make_statsmodels.py",
        "X": X.tolist(),
        "y": y.tolist(),
        "params": plain.params.tolist(),
        "cov_params": plain.cov_params().tolist(),
        "weights": weights.tolist(),
        "weighted_params": weighted.params.tolist(),
        "weighted_cov_params": weighted.cov_params().tolist(),
    }
    TARGET.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
