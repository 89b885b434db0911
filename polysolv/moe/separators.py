"""How a text file is laid out: its encoding, what separates its fields, and where its records begin."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence

from polysolv.errors import InputError

SEPARATORS = (",", ";", "\t", "|", " ")
_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " ", "\\t": "\t"}
_SAMPLE = 1 << 16
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FALLBACK = "cp1252"


def separator_named(text: str) -> str:
    """Return the separator that ``--sep`` spells: one character, or comma, semicolon, tab, pipe, space.

    >>> separator_named("tab"), separator_named(";")
    ('\\t', ';')
    """
    found = _NAMES.get(text, text)
    if len(found) != 1 or found in "\r\n\"'" or found.isalnum():
        raise InputError("--sep", text, "one character, or comma, semicolon, tab, pipe, space")
    return found


def unpacked(raw: bytes, source: str) -> bytes:
    """Return the bytes of a file, those of a gzip file uncompressed; other archives are refused."""
    if raw[:2] == b"\x1f\x8b":
        try:
            return gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(source, f"a damaged gzip file ({error})", "a whole gzip file") from None
    for magic, what, hint in (
        (b"PK\x03\x04", "a zip archive or an Excel workbook", "text, gzip or Parquet (save it as CSV)"),
        (b"\xd0\xcf\x11\xe0", "an Excel workbook", "text, gzip or Parquet (save it as CSV)"),
        (b"RDX", "an R data file", "text, gzip or Parquet (write.csv makes one)"),
        (b"BZh", "a bzip2 file", "text, gzip or Parquet"),
        (b"\xfd7zXZ", "an xz file", "text, gzip or Parquet"),
    ):
        if raw.startswith(magic):
            raise InputError(source, what, hint)
    return raw


def decoded(raw: bytes, encoding: str | None, source: str) -> tuple[str, str]:
    """Return the text of bytes, and a note if the encoding was guessed.

    Args:
        raw: the bytes.
        encoding: a codec's name, or None: what a byte-order mark says, else UTF-8, else cp1252 with a note.
        source: name of the file, for error messages.
    """
    if encoding is not None:
        try:
            codec = codecs.lookup(encoding)
            text = raw.decode("utf-8-sig" if codec.name == "utf-8" else codec.name)
        except (LookupError, TypeError):
            raise InputError("--encoding", encoding, "the name of an encoding, such as latin-1") from None
        except UnicodeError as error:
            wrong = raw[error.start : error.end] if isinstance(error, UnicodeDecodeError) else b""
            raise InputError(source, f"bytes {wrong!r} that are not {encoding}", f"{encoding} text") from None
        return text, ""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return decoded(raw, name, source)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        if b"\0" in raw:
            raise InputError(f"{source}: line {line}", "bytes that are not text", "text") from None
        try:
            text = raw.decode(_FALLBACK)
        except UnicodeDecodeError:
            raise InputError(
                f"{source}: line {line}", "bytes that are not UTF-8", "UTF-8 text, or its --encoding"
            ) from None
        return text, f"line {line} is not UTF-8: read as {_FALLBACK} (--encoding names another)"
    if "\0" in text:
        raise InputError(source, "zero bytes", "text (--encoding utf-16-le, if it is that)")
    return text, ""


def find_separator(text: str, wanted: Sequence[str] = ()) -> str:
    """Return the separator under which the records have one width and the header holds the names wanted.

    >>> find_separator("x;y\\n0,5;0,25\\n"), find_separator('"a, b",c\\n1,2\\n', ["a, b"])
    (';', ',')
    """
    sample = text if len(text) <= _SAMPLE else text[:_SAMPLE].rpartition("\n")[0]
    best, best_score = ",", (False, 0.0, 1)
    for separator in SEPARATORS:
        try:
            found = [fields for fields, _ in records(sample, separator)]
        except csv.Error:
            continue
        if not found or len(found[0]) + (len(found) > 1 and len(found[1]) > len(found[0])) < 2:
            continue
        body = [len(fields) for fields in found[1:]]
        width = max(set(body), key=body.count) if body else len(found[0])
        agree = body.count(width) / len(body) if body else 1.0
        if width - len(found[0]) not in (0, 1):
            agree = 0.0
        score = (set(wanted) <= {name.strip() for name in found[0]}, agree, width)
        if score > best_score:
            best, best_score = separator, score
    return best


def records(text: str, separator: str) -> Iterator[tuple[list[str], int]]:
    """Yield the fields of each record that is not empty, and the line that it ends on.

    Raises:
        csv.Error: where quotes do not match.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=separator == " ", strict=True
    )
    for fields in reader:
        if separator == " " and fields and not fields[-1]:
            fields = fields[:-1]
        if len(fields) > 1 or (fields and fields[0].strip()):
            yield fields, reader.line_num
