"""The store of a sweep: a folder with its settings and one line of JSON for every finished fit."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from polysolv.errors import InputError
from polysolv.experiments.design import Design
from polysolv.experiments.single_fit import ERRORS, LOSSES
from polysolv.files import write_atomically

SETTINGS, FITS, ENVIRONMENT, LOCK = "settings.json", "fits.jsonl", "environment.json", "lock"
Row = dict[str, Any]


class Store:
    """A sweep's folder, held by one process at a time.

    Args:
        folder: made if it is missing.
        design: the sweep; a folder with other settings is refused.
        resume: whether fits that the folder already holds are kept; without it a folder that holds a sweep
            is refused.

    Attributes:
        rows: finished fits, by (index of the size, replicate).
        damaged: number of lines that could not be read (a kill in the middle of a write leaves one); their
            fits are made again.

    Raises:
        InputError: if another process holds the folder, the settings differ, or it cannot be written.

    The lock is one of the operating system (``flock``), so that it goes with the process however it ends.
    """

    def __init__(self, folder: str | Path, design: Design, resume: bool = False) -> None:
        self.folder = Path(folder)
        self.rows: dict[tuple[int, int], Row] = {}
        self.damaged = 0
        self._stream: int | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise InputError("out", str(folder), f"a folder that can be written ({error.strerror})") from None
        try:
            self._take_lock()
            self._open(design, resume)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, row: Row) -> None:
        """Write one finished fit and wait until it is on disk.

        Raises:
            InputError: if it cannot be written (a full disk); the file then ends where it did before.
        """
        assert self._stream is not None
        line = (json.dumps(row, allow_nan=True) + "\n").encode()
        end = os.lseek(self._stream, 0, os.SEEK_END)
        try:
            written = 0
            while written < len(line):
                written += os.write(self._stream, line[written:])
            os.fsync(self._stream)
        except OSError as error:
            os.ftruncate(self._stream, end)
            raise InputError(
                "out",
                str(self.folder),
                f"a folder with space ({error.strerror}); {len(self.rows)} fits are stored, --resume goes on",
            ) from None
        self.rows[row["index"], row["replicate"]] = row

    def note(self, session: dict[str, Any]) -> None:
        """Add what this run works with to the list of sessions, for the report."""
        path = self.folder / ENVIRONMENT
        try:
            sessions = json.loads(read_text(path)) if path.is_file() else []
        except (ValueError, RecursionError):
            sessions = []
        if not isinstance(sessions, list):
            sessions = []
        if session not in sessions:
            write_atomically(path, json.dumps([*sessions, session], indent=2) + "\n", "out")

    def close(self) -> None:
        """Free the folder."""
        for handle in (self._stream, self._lock):
            if handle is not None:
                os.close(handle)
        self._stream = None
        self._lock = None  # type: ignore[assignment]

    def _take_lock(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError("out", str(self.folder), "a folder that no other sweep is using") from None

    def _open(self, design: Design, resume: bool) -> None:
        settings, fits = self.folder / SETTINGS, self.folder / FITS
        if not resume and (settings.exists() or fits.exists()):
            raise InputError(
                "out", str(self.folder), "a folder without a sweep, or --resume to go on with it"
            )
        if settings.exists():
            stored = Design.from_json(read_text(settings), str(settings))
            _refuse_difference(design, stored, settings)
            self.rows, self.damaged = read_rows(self.folder, design)
        else:
            if fits.exists():
                raise InputError("out", str(self.folder), f"a folder whose {SETTINGS} is there")
            write_atomically(settings, design.to_json(), "out")
        if self.damaged:
            kept = "".join(json.dumps(row) + "\n" for row in self.rows.values())
            write_atomically(fits, kept, "out")
        try:
            self._stream = os.open(fits, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise InputError("out", str(fits), f"a file that can be written ({error.strerror})") from None


def read_rows(folder: Path, design: Design) -> tuple[dict[tuple[int, int], Row], int]:
    """Return the finished fits of a folder by (index, replicate), and how many lines were unreadable.

    A line counts if it is complete and its fit belongs to the sweep; the first of two lines for one fit
    counts.
    """
    try:
        data = (folder / FITS).read_bytes()
    except FileNotFoundError:
        return {}, 0
    except OSError as error:
        raise InputError("out", str(folder / FITS), f"a file that can be read ({error.strerror})") from None
    lines = data.split(b"\n")
    rows: dict[tuple[int, int], Row] = {}
    for line in lines[:-1]:
        row = _parsed(line, design)
        if row is not None:
            rows.setdefault((row["index"], row["replicate"]), row)
    damaged = len(lines) - 1 - len(rows) + (lines[-1] != b"")
    return rows, damaged


def read_design(folder: Path, field: str = "out") -> Design:
    """Return the settings of a folder.

    Raises:
        InputError: if it holds none.
    """
    path = folder / SETTINGS
    if not path.is_file():
        raise InputError(field, str(folder), f"a folder that holds a sweep (no {SETTINGS} in it)")
    return Design.from_json(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Return the text of a file of the store."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError("out", str(path), f"a file that can be read ({reason})") from None


def _parsed(line: bytes, design: Design) -> Row | None:
    try:
        row = json.loads(line)
        return row if _belongs(row, design) and ("error" in row or _measured(row)) else None
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def _belongs(row: Row, design: Design) -> bool:
    index, replicate = row["index"], row["replicate"]
    inside = 0 <= index < len(design.sizes) and 0 <= replicate < design.count(index)
    return inside and row["n"] == design.sizes[index] and isinstance(row.get("error", ""), str)


def _measured(row: Row) -> bool:
    """Whether a row has everything that tables and reports read, of the right type."""
    numbers = [row["gradient_norm"], *(row["losses"][kind] for kind in LOSSES)]
    for entry in row["errors"]:
        numbers += [entry["size"], entry["weight"], *(entry["mean"][name] or 0.0 for name in ERRORS)]
    flags = (row["converged"], row["expected_cells"])
    return (
        all(isinstance(number, int | float) for number in numbers)
        and all(isinstance(flag, bool) for flag in flags)
        and isinstance(row["at_bound"], list)
    )


def _refuse_difference(design: Design, stored: Design, path: Path) -> None:
    given, kept = design.to_data(), stored.to_data()
    for name, value in given.items():
        if value != kept[name]:
            raise InputError(name, value, f"the value in {path}: {kept[name]}")
