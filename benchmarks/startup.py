"""Whole-process time of `polysolv rate` and `polysolv solve` against `python -c "import numpy"`.

Run it with the Python of an environment that has polysolv installed: python benchmarks/startup.py
Each command runs once uncounted, which also makes the byte code that an installation holds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from measure import interleaved_medians, run_process

TARGETS = {2: 0.75, 99: 2.5}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # modules would be compiled in every run
    polysolv = str(Path(sys.executable).with_name("polysolv"))
    rates = [[polysolv, "rate", "--k-excess", str(k)] for k in TARGETS]
    with tempfile.TemporaryDirectory() as folder:
        system = Path(folder, "system.txt")
        system.write_text("x^2 - 2\n")
        imports = [[sys.executable, "-c", f"import {name}"] for name in ("numpy", "click")]
        commands = [*imports, *rates, [polysolv, "solve", str(system)]]
        actions = [lambda command=command: run_process(command) for command in commands]
        for action in actions:
            action()
        numpy_seconds, click_seconds, *ours, solve_seconds = interleaved_medians(actions, repeats)
    print(f"import numpy               {numpy_seconds:.3f} s")
    print(f"import click, the floor    {click_seconds:.3f} s  ratio {click_seconds / numpy_seconds:.2f}")
    for (excess, target), seconds in zip(TARGETS.items(), ours, strict=True):
        ratio = seconds / numpy_seconds
        print(f"polysolv rate --k-excess {excess:<3} {seconds:.3f} s  ratio {ratio:.2f}  (target {target})")
    print(f"polysolv solve, x^2 = 2    {solve_seconds:.3f} s  ratio {solve_seconds / numpy_seconds:.2f}")


if __name__ == "__main__":
    main()
