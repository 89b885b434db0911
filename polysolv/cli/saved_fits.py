"""Fits in files: what ``--save`` writes, and ``--load`` and ``predict`` read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polysolv.cli.options import read_input

if TYPE_CHECKING:
    from polysolv.moe.fit_record import FitRecord

_RANGE_SCHEMA = "polysolv/fit-range/1"


def read_fits(path: str, field: str) -> list[FitRecord]:
    """Return the fit of a file, or the fits of a range.

    Raises:
        InputError: naming the file and the key.
    """
    from polysolv.errors import InputError
    from polysolv.moe.fit_file import fit_from_data, parse_json

    data = parse_json(_text(path, field), path)
    if isinstance(data, dict) and data.get("schema") == _RANGE_SCHEMA:
        entries = data.get("fits")
        if (
            not isinstance(entries, list)
            or not entries
            or set(data) - {"sbic", "recommendation"} != {"schema", "fits"}
        ):
            raise InputError(
                f"{path}: fits", type(entries).__name__, "keys schema and fits, a non-empty array"
            )
        return [fit_from_data(entry, path) for entry in entries]
    return [fit_from_data(data, path)]


def fits_as_json(fits: list[FitRecord]) -> str:
    """Return one fit, or a range of them, as JSON text."""
    import json

    from polysolv.moe.fit_file import fit_to_data

    entries = [fit_to_data(fit) for fit in fits]
    data = entries[0] if len(entries) == 1 else _range(entries, fits)
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def _range(entries: list[dict[str, Any]], fits: list[FitRecord]) -> dict[str, Any]:
    from polysolv.moe.recommendation import recommend

    found = recommend(fits)
    said = {"k": found.k, "reasons": list(found.reasons)}
    return {"schema": _RANGE_SCHEMA, "fits": entries, **_sbic(fits), "recommendation": said}


def _sbic(fits: list[FitRecord]) -> dict[str, Any]:
    from polysolv.moe.singular_bic import sbic_of_fits

    found = sbic_of_fits(fits)
    values = None if found.values is None else list(found.values)
    return {"sbic": {"values": values, "reason": found.reason, "bounded": [list(p) for p in found.bounded]}}


def _text(path: str, field: str) -> str:
    from polysolv.errors import InputError

    try:
        return read_input(path, field).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(path, "bytes that are not UTF-8", "UTF-8 text") from None
