"""The Python warning for ends of a fit that are maxima in name only."""

from __future__ import annotations


class FitWarning(UserWarning):
    """A fit whose statements hold in part only: a spurious atom, a hard gate, more atoms than the data tell.

    A fit that did not converge warns with scikit-learn's ``ConvergenceWarning`` instead.

    Args:
        message: what holds and what does not, in one sentence.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
