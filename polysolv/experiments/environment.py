"""What a sweep was run with: versions of everything that numbers depend on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = (
    *("numpy", "scipy", "scikit-learn", "numba", "numba-cuda", "joblib", "threadpoolctl", "matplotlib"),
    *("dask", "distributed"),
)


def versions() -> dict[str, str]:
    """Return the versions of polysolv, Python and the numerical libraries, and the kind of machine.

    >>> list(versions())[:2]
    ['polysolv', 'python']
    """
    import polysolv

    found = {"polysolv": polysolv.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {**found, "machine": f"{platform.system()} {platform.machine()}"}
