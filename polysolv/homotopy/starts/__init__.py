"""Start systems, one file each, and the choice between them."""

from __future__ import annotations

from polysolv.homotopy.starts.choose import tracked_from

__all__ = ["tracked_from"]
