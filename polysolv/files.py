"""Writing of files that are either whole or absent."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from polysolv.errors import InputError


def require_place(path: str | Path, field: str = "output") -> None:
    """Check that a file can stand at ``path``, before work is spent on what it shall hold.

    Raises:
        InputError: if the folder does not exist, or ``path`` is a folder.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise InputError(field, str(path), "a file in a folder that exists")
    if target.is_dir():
        raise InputError(field, str(path), "a file, not a folder")


def write_atomically(path: str | Path, content: str | bytes, field: str = "output") -> None:
    """Write ``content`` to ``path`` through a temporary file that is renamed at the end.

    Args:
        path: file to write; its folder must exist.
        content: text (written as UTF-8) or bytes.
        field: name of the option, for the error message.

    Raises:
        InputError: if the folder does not exist, ``path`` is a folder, or it cannot be written.
    """
    require_place(path, field)
    target = Path(path)
    folder = target.parent
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{target.name[:80]}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        reason = error.strerror or type(error).__name__
        raise InputError(field, str(path), f"a file that can be written ({reason})") from None
