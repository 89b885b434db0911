"""Polynomial systems from text: the format is recognised from the content, never from a file's name."""

from __future__ import annotations

from polysolv.polynomials.readers.recognise import FORMATS, read_text, recognise

__all__ = ["FORMATS", "read_text", "recognise"]
