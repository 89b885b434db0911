"""The columns of rate tables, by name."""

from __future__ import annotations

from collections.abc import Sequence

from polysolv.errors import InputError, unknown_name

# Name -> heading.
COLUMNS = {
    "published": "published",
    "pointwise": "pointwise",
    "minimax": "local minimax",
    "uniform": "uniform",
    "growth": "growth of n for half the error",
}
TABLE_COLUMNS = ("published", "pointwise")


def chosen_columns(columns: Sequence[str] | None, default: Sequence[str] = tuple(COLUMNS)) -> tuple[str, ...]:
    """Return the columns asked for, in the order asked for; ``refined`` is another name of pointwise.

    Args:
        columns: names; ``None`` for the default.
        default: the default.

    Raises:
        InputError: for an unknown name, one named twice, or none.

    >>> chosen_columns(["uniform", "refined"])
    ('uniform', 'pointwise')
    """
    if columns is None:
        return tuple(default)
    if isinstance(columns, str):
        columns = [columns]
    found = ["pointwise" if name == "refined" else name for name in columns]
    for name in found:
        if name not in COLUMNS:
            raise unknown_name("columns", name, list(COLUMNS))
    if not found or len(set(found)) < len(found):
        raise InputError("columns", list(columns), "one or more different names")
    return tuple(found)
