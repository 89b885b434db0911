"""The command line: one thin file per command family, no mathematics."""

from __future__ import annotations

from polysolv.cli.main import cli

__all__ = ["cli"]
