"""The ``polysolv`` command, also as ``python -m polysolv``."""

from __future__ import annotations

import gc

_ALLOCATIONS_A_COLLECTION = 50_000


def main() -> None:
    """Entry point of the ``polysolv`` console script."""
    # Most commands end in a tenth of a second, of which looking for cyclic garbage would take a sixth.
    gc.set_threshold(_ALLOCATIONS_A_COLLECTION)
    from polysolv.cli import main as run

    gc.freeze()
    try:
        run()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
