"""The child process behind :func:`polysolv.groebner.processes.run_python`."""

from __future__ import annotations

import pickle
import sys
from importlib import import_module
from typing import Any


def main() -> None:
    """Read a pickled call on stdin, make it, and write pickled events on stdout."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what libraries print must not mix with the events

    def send(*event: Any) -> None:
        out.write(pickle.dumps(event))
        out.flush()

    function, arguments = pickle.load(sys.stdin.buffer)
    module, name = function.split(":")
    try:
        call = getattr(import_module(module), name)
        send("result", call(lambda key, value: send("note", key, value), *arguments))
    except MemoryError:
        send("error", "out of memory")
    except Exception as error:
        send("error", f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")


if __name__ == "__main__":
    main()
