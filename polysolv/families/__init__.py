"""The statistical families that polysolv knows by name, one file each.

>>> from polysolv import families
>>> families.names()[:3]
['softmax-gaussian', 'gaussian-experts-free-gate', 'location-scale-gaussian']
"""

from __future__ import annotations

from polysolv.families.catalogue import MAX_DIMENSION, get, is_name, names, resolve
from polysolv.families.family import Family
from polysolv.families.log_symbol import LogSymbol, LogSymbolTerm, linear_log_symbol
from polysolv.families.parameter import Parameter
from polysolv.families.published_exponent import PublishedExponent
from polysolv.families.reference import Reference

__all__ = [
    "MAX_DIMENSION",
    "Family",
    "LogSymbol",
    "LogSymbolTerm",
    "Parameter",
    "PublishedExponent",
    "Reference",
    "get",
    "is_name",
    "linear_log_symbol",
    "names",
    "resolve",
]
