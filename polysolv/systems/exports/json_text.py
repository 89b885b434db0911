"""The system as JSON that is read back to an equal object."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem


def write(system: PolynomialSystem) -> str:
    """Return the system in the schema ``polysolv/system/1``."""
    from polysolv.systems.system_json import write_system

    return write_system(system) + "\n"
