"""What a proof looks like on disk: certificates, their building, writing and reading.

The trusted kernel :mod:`polysolv.verify` checks them and needs nothing of this package. Names are loaded on
first use: orders by theorem need few of them, and must start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polysolv.certificates.box import Box, box_certificate, enclose
    from polysolv.certificates.certificate import SCHEMA, Certificate, json_schema, read_certificate
    from polysolv.certificates.folder import SavedCertificate, save
    from polysolv.certificates.identity import drop_step, identity_certificate, unit_unknown, unit_weight
    from polysolv.certificates.order import combine, order_certificate
    from polysolv.certificates.point import point_certificate
    from polysolv.certificates.quadrature import quadrature_certificate
    from polysolv.certificates.sides import solvable_side, unsolvable_side
    from polysolv.certificates.statements import FamilySystem
    from polysolv.certificates.zero_crossing import zero_crossing_certificate

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

_MODULES = {
    "Box": "polysolv.certificates.box",
    "Certificate": "polysolv.certificates.certificate",
    "FamilySystem": "polysolv.certificates.statements",
    "SCHEMA": "polysolv.certificates.certificate",
    "SavedCertificate": "polysolv.certificates.folder",
    "box_certificate": "polysolv.certificates.box",
    "combine": "polysolv.certificates.order",
    "drop_step": "polysolv.certificates.identity",
    "enclose": "polysolv.certificates.box",
    "identity_certificate": "polysolv.certificates.identity",
    "json_schema": "polysolv.certificates.certificate",
    "order_certificate": "polysolv.certificates.order",
    "point_certificate": "polysolv.certificates.point",
    "quadrature_certificate": "polysolv.certificates.quadrature",
    "read_certificate": "polysolv.certificates.certificate",
    "save": "polysolv.certificates.folder",
    "solvable_side": "polysolv.certificates.sides",
    "unit_unknown": "polysolv.certificates.identity",
    "unit_weight": "polysolv.certificates.identity",
    "unsolvable_side": "polysolv.certificates.sides",
    "zero_crossing_certificate": "polysolv.certificates.zero_crossing",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
