"""Arrays of other libraries: whatever speaks the array API standard is taken over as numpy's."""

from __future__ import annotations

from typing import Any

import numpy as np

from polysolv.errors import InputError


def as_numpy(value: Any, name: str = "X") -> Any:
    """Return an array of another library as a numpy array, and everything else as it is.

    Args:
        value: anything; an array of the array API standard (PyTorch, array-api-strict, JAX, ...) is known by
            its method ``__dlpack__`` and taken over without a copy if it lies in main memory.
        name: for error messages.

    Raises:
        InputError: for an array that lies on another device.

    >>> as_numpy([1.0, 2.0])
    [1.0, 2.0]
    """
    if isinstance(value, np.ndarray | np.generic) or not hasattr(value, "__dlpack__"):
        return value
    if hasattr(value, "detach"):  # PyTorch refuses to hand out what it tracks gradients of
        value = value.detach()
    try:
        return np.from_dlpack(value)
    except (BufferError, TypeError, ValueError, RuntimeError, AttributeError):
        pass
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            name, f"an array that numpy cannot read ({error})", "an array in main memory"
        ) from None
