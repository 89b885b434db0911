"""What a proof looks like on disk: certificates, their building, writing and reading.

The trusted kernel :mod:`polysolv.verify` checks them and needs nothing of this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polysolv.certificates.certificate import SCHEMA, Certificate, json_schema, read_certificate
from polysolv.certificates.folder import SavedCertificate, save
from polysolv.certificates.identity import drop_step, identity_certificate, unit_unknown, unit_weight
from polysolv.certificates.order import combine, order_certificate
from polysolv.certificates.point import point_certificate
from polysolv.certificates.quadrature import quadrature_certificate
from polysolv.certificates.sides import solvable_side, unsolvable_side
from polysolv.certificates.statements import FamilySystem
from polysolv.certificates.zero_crossing import zero_crossing_certificate

if TYPE_CHECKING:
    from polysolv.certificates.box import Box, box_certificate, enclose

__all__ = [
    "SCHEMA",
    "Box",
    "Certificate",
    "FamilySystem",
    "SavedCertificate",
    "box_certificate",
    "combine",
    "drop_step",
    "enclose",
    "identity_certificate",
    "json_schema",
    "order_certificate",
    "point_certificate",
    "quadrature_certificate",
    "read_certificate",
    "save",
    "solvable_side",
    "unit_unknown",
    "unit_weight",
    "unsolvable_side",
    "zero_crossing_certificate",
]


def __getattr__(name: str) -> Any:
    # Orders by theorem need no boxes, and must start quickly.
    if name in ("Box", "box_certificate", "enclose"):
        from polysolv.certificates import box

        return getattr(box, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
