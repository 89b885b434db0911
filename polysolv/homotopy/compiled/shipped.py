"""LLVM code that is shipped: machine code is made from it in seconds, where numba takes most of a minute.

A file holds lines of text (what it is, a digest of the sources, who made it, a digest of the rest) and then
compressed LLVM bitcode for any x86-64 processor under Linux. `.ci/llvm-code` makes the files.
"""

from __future__ import annotations

import hashlib
import lzma
import platform
import struct
import sys
from pathlib import Path

from polysolv.homotopy.compiled.source import Source

ENTRY = "polysolv_entry"  # the function's name in the LLVM code
_MAGIC = b"polysolv LLVM code 1"
_FOLDER = Path(__file__).parent


def place_of(source: Source) -> Path:
    """Return the name of the file that holds the LLVM code of a source."""
    return _FOLDER / f"{source.module.rpartition('.')[2]}.llvm"


def sources_digest(source: Source) -> str:
    """Return a digest of everything that LLVM code is made from."""
    digest = hashlib.sha256(repr((source.module, source.arguments, source.pointers)).encode())
    for name in source.files:
        content = (_FOLDER / name).read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"\n{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def packed(source: Source, bitcode: bytes, maker: str) -> bytes:
    """Return the content of a file.

    Args:
        source: what the bitcode was made from.
        bitcode: LLVM bitcode that defines `ENTRY`.
        maker: versions of the programs that made it, in one line.
    """
    body = lzma.compress(bitcode, preset=9 | lzma.PRESET_EXTREME)
    lines = (sources_digest(source), maker, hashlib.sha256(body).hexdigest())
    return b"\n".join([_MAGIC, *(line.encode() for line in lines), body])


def shipped_code(source: Source) -> bytes | None:
    """Return LLVM bitcode of a function, or ``None``.

    There is none for other machines, for other sources than those it was made from, and in a damaged file.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64" or struct.calcsize("P") != 8:
        return None
    try:
        parts = place_of(source).read_bytes().split(b"\n", 4)
        if len(parts) != 5 or parts[0] != _MAGIC or parts[1].decode() != sources_digest(source):
            return None
        if hashlib.sha256(parts[4]).hexdigest().encode() != parts[3]:
            return None
        return lzma.decompress(parts[4])
    except (OSError, ValueError, lzma.LZMAError):
        return None
