"""The statistical families that polysolv knows by name, one file each.

>>> from polysolv import families
>>> families.names()
['softmax-gaussian', 'gaussian-experts-free-gate', 'location-scale-gaussian', 'location-gaussian']
"""

from __future__ import annotations

from polysolv.families.catalogue import MAX_DIMENSION, get, names, resolve
from polysolv.families.family import Family, Parameter, PublishedExponent, Reference
from polysolv.families.log_symbol import LogSymbol, LogSymbolTerm, linear_log_symbol

__all__ = [
    "MAX_DIMENSION",
    "Family",
    "LogSymbol",
    "LogSymbolTerm",
    "Parameter",
    "PublishedExponent",
    "Reference",
    "get",
    "linear_log_symbol",
    "names",
    "resolve",
]
