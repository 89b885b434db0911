"""The command line: one thin file per command family, no mathematics."""

from __future__ import annotations

from polysolv.cli.main import cli, main

__all__ = ["cli", "main"]
