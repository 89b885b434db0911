"""Where the programs of engines are."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path


def find_program(variable: str, names: list[str]) -> Path | None:
    """Return a program named in an environment variable, on PATH, or inside an installed wheel."""
    given = os.environ.get(variable)
    if given:
        return Path(given) if os.access(given, os.X_OK) and Path(given).is_file() else None
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    roots = {sysconfig.get_path("platlib"), sysconfig.get_path("purelib"), *sys.path}
    for root in sorted(root for root in roots if root):
        for name in names:
            inside = Path(root) / "sage_wheels" / "bin" / name
            if inside.is_file() and os.access(inside, os.X_OK):
                return inside
    return None
