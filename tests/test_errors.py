"""Errors are one line, atomic writes are whole or absent, JSON is read strictly."""

from __future__ import annotations

import os
import pickle
import stat

import pytest

from polysolv.errors import InputError, require_integer
from polysolv.files import write_atomically
from polysolv.strict_json import parse_rational


def test_the_message_is_one_short_line():
    error = InputError("field", "line one\nline two" * 50, "something")
    assert "\n" not in str(error)
    assert len(str(error)) < 200
    assert isinstance(error, ValueError)


def test_huge_integers_can_be_reported():
    with pytest.raises(InputError, match="k_excess"):
        require_integer("k_excess", 10**6000, 0, 5)


def test_errors_survive_pickling():
    error = pickle.loads(pickle.dumps(InputError("m", 0, "more")))
    assert (error.field, error.value, error.allowed) == ("m", 0, "more")


@pytest.mark.parametrize("text", ["0.5", "1/2/3", "+1", "01", "1e3", " 1", "1/-2", "٣", "", None, 1.0])
def test_only_rationals_in_lowest_terms(text):
    with pytest.raises(InputError, match="lowest terms"):
        parse_rational(text, "coefficient")


def test_atomic_write_respects_the_umask(tmp_path):
    path = tmp_path / "file.txt"
    before = os.umask(0o027)
    try:
        write_atomically(path, "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(InputError, match="No space left"):
        write_atomically(tmp_path / "file.txt", b"data")
    assert list(tmp_path.iterdir()) == []
