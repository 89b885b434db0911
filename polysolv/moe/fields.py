"""From the text of fields to numbers: spellings that are read, and a hint for each that is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polysolv.moe.decimals import longer_text
from polysolv.moe.likelihood import Array, Mask

MISSING_FIELDS = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", ".", "?"})
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\u2012\ufe63\uff0d", "-"))
_TRUE, _FALSE = frozenset({"true", "t"}), frozenset({"false", "f"})
_COMMA = re.compile(r"[-+]?(\d*),(\d+)(?:[eE][-+]?\d+)?")
_POINT = re.compile(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([,.'\u2019 \u00a0\u202f])\d{3}(?:\1\d{3})*(?:[.,]\d+)?")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T ].*)?"
    r"|\d{1,2}[-. ]+[A-Za-z]{3,9}\.?[-,. ]+\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2}, ?\d{4}"
)
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?")
CATEGORICAL = "a number (code a categorical column as numbers first, or use --formula)"
RESPONSE = "a number, as the response is"
AS_FITTED = "a number, as in the data of the fit"


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers that a column of texts spells.

    Args:
        values: shape (n,), NaN where missing; without meaning where ``refused`` is not None.
        missing: which fields hold a missing value.
        longer: row -> text of a number whose float's shortest decimal says another.
        refused: the first row whose text is no finite number, or None.
    """

    values: Array
    missing: Mask
    longer: dict[int, str]
    refused: int | None


def numbers(texts: Sequence[str], decimal: str = ".") -> Numbers:
    """Return the numbers of a column; TRUE and FALSE are 1 and 0 if all its fields are of this kind.

    Args:
        texts: the fields.
        decimal: the decimal mark, "." or ",".

    >>> numbers(["\\u22121,5", "NA", "2e1"], ",").values.tolist()
    [-1.5, nan, 20.0]
    >>> numbers(["TRUE", "FALSE"]).values.tolist(), numbers(["1", "red"]).refused
    ([1.0, 0.0], 1)
    """
    plain = [plain_text(text, decimal) for text in texts]
    missing: NDArray[np.bool_] = np.array([text.lower() in MISSING_FIELDS for text in plain], dtype=bool)
    values = np.full(len(plain), np.nan)
    longer: dict[int, str] = {}
    refused = None
    for row, text in enumerate(plain):
        if missing[row]:
            continue
        if not is_number(text) or (decimal == "," and "." in texts[row]):
            refused = row
            break
        values[row] = float(text)
        if not np.isfinite(values[row]):
            refused = row
            break
        if longer_text(text, float(values[row])):
            longer[row] = text
    if refused is not None:
        words = {text.lower() for text, gone in zip(plain, missing, strict=True) if not gone}
        if words <= _TRUE | _FALSE:
            values = np.array(
                [
                    np.nan if gone else float(t.lower() in _TRUE)
                    for t, gone in zip(plain, missing, strict=True)
                ]
            )
            return Numbers(values, missing, {}, None)
    return Numbers(values, missing, longer, refused)


def plain_text(text: str, decimal: str = ".") -> str:
    """Return a field without space around it, minus signs and the decimal mark as programs write them.

    >>> plain_text(" \\u22120,5", ",")
    '-0.5'
    """
    text = text.strip()
    if not text.isascii():
        text = text.translate(_MINUS)
    return text.replace(",", ".") if decimal == "," else text


def is_number(text: str) -> bool:
    """Return whether a text spells a number, infinity among them, as every program reads it.

    >>> [is_number(text) for text in ("1e5", "-.5", "inf", "1_000", "0x1", "\\u0663")]
    [True, True, True, False, False, False]
    """
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text and text.isascii()


def allowed(text: str, decimal: str = ".", instead: str = CATEGORICAL) -> str:
    """Return what would be allowed in place of a field that is no number, with the hint that fits it.

    Args:
        text: the field.
        decimal: the decimal mark, "." or ",".
        instead: what is allowed in place of a text that looks like no quantity.

    >>> allowed("2024-01-31").split(" (")[0], "thousands" in allowed("1,234.50")
    ('a number', True)
    """
    bare = text.strip()
    if decimal == "," and "." in bare and is_number(plain_text(bare, decimal)):
        return "a number with a decimal comma, as others of this file (--decimal . reads points)"
    if is_number(plain_text(bare, decimal)):
        return "a finite number"
    return hint(bare, decimal) or instead


def hint(text: str, decimal: str = ".") -> str:
    """Return what a text that is no number but looks like a quantity ought to be, or ""."""
    if _DATE.fullmatch(text):
        return "a number (a date: give a count such as the days since the first one)"
    if _TIME.fullmatch(text):
        return "a number (a time: give a count such as seconds)"
    if _THOUSANDS.fullmatch(text.translate(_MINUS)):
        return "a number without thousands separators"
    if _COMMA.fullmatch(plain_text(text)):
        return "a number with a decimal point (--decimal , reads decimal commas)"
    if is_number(plain_text(text.rstrip("%\u2030 "), decimal)):
        return "a number without a percent sign"
    if is_number(plain_text(text.strip("$\u20ac\u00a3\u00a5 "), decimal)):
        return "a number without a currency sign"
    if text.lower() in _TRUE | _FALSE:
        return "a number (TRUE and FALSE are read where they are all that a column holds)"
    return ""


def decimal_of(texts: Sequence[str]) -> str:
    """Return the decimal mark of fields, "," where numbers with a comma occur and none with a point.

    Returns:
        ".", ",", or "?" if every comma may as well group thousands (1,234).

    >>> decimal_of(["0,5", "12"]), decimal_of(["1.5", "a"]), decimal_of(["1,234"])
    (',', '.', '?')
    """
    commas = [plain_text(text) for text in texts if "," in text]
    commas = [text for text in commas if _COMMA.fullmatch(text)]
    if not commas or any(_POINT.fullmatch(plain_text(text)) for text in texts):
        return "."
    grouped = all(_THOUSANDS.fullmatch(text) and text.lstrip("+-")[0] != "0" for text in commas)
    return "?" if grouped else ","
