"""The ``polysolv`` command, also as ``python -m polysolv``."""

from __future__ import annotations

import gc
import sys

_ALLOCATIONS_A_COLLECTION = 50_000


def main() -> None:
    """Entry point of the ``polysolv`` console script."""
    # Most commands end in a tenth of a second, of which looking for cyclic garbage would take a sixth.
    gc.set_threshold(_ALLOCATIONS_A_COLLECTION)
    from polysolv.cli import main as run

    gc.freeze()
    try:
        run()
    except SystemExit as end:
        gc.freeze()
        if end.code is None or isinstance(end.code, int):
            _leave(end.code or 0)
        raise
    finally:
        gc.freeze()


def _leave(code: int) -> None:
    """End this process once all threads and exit handlers are done; nothing is taken apart before the end.

    To take NumPy's modules apart takes longer than most systems take to solve. Returns where output cannot be
    written, or there is anything unusual: Python knows what to say then.
    """
    import atexit
    import os
    import threading

    if sys.flags.interactive or sys.flags.inspect:
        return
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError, KeyboardInterrupt):
        return
    os._exit(code)


if __name__ == "__main__":
    main()
