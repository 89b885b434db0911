"""`import polysolv` is light, and the public names are what the snapshot says."""

from __future__ import annotations

import subprocess
import sys

import pytest

import polysolv

HEAVY = ["numpy", "sympy", "scipy", "mpmath", "sklearn", "matplotlib", "pandas", "rich", "numba", "flint"]


def _loaded_after(statement):
    code = f"import sys\n{statement}\nprint(*[m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    "statement",
    [
        "import polysolv",
        "from polysolv import rate, rate_table, order, build_system, families; rate(2)",
        "from polysolv import build_system; build_system('softmax-gaussian', 2, 4)",
        "import polysolv.cli",
    ],
)
def test_nothing_heavy_is_imported(statement):
    assert _loaded_after(statement) == []


def test_public_names_resolve():
    for name in polysolv.__all__:
        assert getattr(polysolv, name) is not None
    assert set(polysolv.__all__) <= set(dir(polysolv))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="rrate"):
        _ = polysolv.rrate


def test_functions_are_not_shadowed_by_modules():
    from polysolv import build_system, families, order, rate, rate_table

    assert all(callable(f) for f in (build_system, order, rate, rate_table))
    assert families.names()
