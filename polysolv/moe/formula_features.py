"""The right side of a formula as a transformer of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from polysolv.errors import InputError
from polysolv.moe.formula import complaint, formulaic
from polysolv.moe.frames import is_frame
from polysolv.moe.likelihood import Array


class FormulaFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Make covariates of the columns of a data frame by a formula, such as "bs(x, df=4) + C(group)".

    Args:
        formula: the right side of a formula, all that formulaic knows. The intercept is left out, as every
            expert has one of its own.

    Attributes:
        model_spec_: formulaic's specification: levels, knots and scales of the data it was fitted to.
        feature_names_in_: columns of the data frame.

    Raises:
        InputError: if formulaic is not installed, for what is no data frame, and for a formula that fails.

    It stands in a ``Pipeline`` or in a ``ColumnTransformer``, alone or beside others; ``set_output`` works.
    The text is evaluated as Python: take it from no one you would not take a program from.

    >>> import pandas
    >>> frame = pandas.DataFrame({"x": [1.0, 2.0, 3.0], "group": ["a", "b", "a"]})
    >>> FormulaFeatures("log(x) + group").fit(frame).get_feature_names_out().tolist()
    ['log(x)', 'group[T.b]']
    """

    def __init__(self, formula: str = "1") -> None:
        self.formula = formula

    def fit(self, X: Any, y: object = None) -> FormulaFeatures:
        """Learn levels and whatever the formula's functions keep from a data frame; return self."""
        if not isinstance(self.formula, str) or "~" in self.formula:
            raise InputError("formula", self.formula, "the right side of a formula, without ~")
        made = self._made(X, None)
        self.model_spec_ = made.model_spec
        self.feature_names_in_ = np.array([str(name) for name in X.columns], dtype=object)
        self.n_features_in_ = len(self.feature_names_in_)
        self.names_ = tuple(str(name) for name in made.columns if name != "Intercept")
        if not self.names_:
            raise InputError("formula", self.formula, "at least one covariate")
        return self

    def transform(self, X: Any) -> Array:
        """Return the covariates of a data frame, shape (n, d)."""
        check_is_fitted(self)
        values: Array = self._made(X, self.model_spec_)[list(self.names_)].to_numpy(dtype=np.float64)
        return values

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the covariates."""
        check_is_fitted(self)
        return np.array(self.names_, dtype=object)

    def _made(self, X: Any, spec: Any) -> Any:
        if not is_frame(X):
            raise InputError("X", type(X).__name__, "a pandas data frame, whose columns have names")
        module = formulaic()
        try:
            made = spec or module.Formula(self.formula)
            return made.get_model_matrix(X, na_action="raise", output="pandas", context={})
        except (module.errors.FormulaicError, ValueError, SyntaxError, NameError) as error:
            raise InputError("formula", self.formula, complaint(error)) from None
