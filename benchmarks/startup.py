"""Whole-process time of `polysolv rate` against `python -c "import numpy"`.

Run it with the Python of an environment that has polysolv installed: python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import sys

from measure import interleaved_medians, run_process

TARGETS = {2: 1.5, 99: 5.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    commands = [[sys.executable, "-c", "import numpy"]]
    commands += [[sys.executable, "-m", "polysolv", "rate", "--k-excess", str(k)] for k in TARGETS]
    actions = [lambda command=command: run_process(command) for command in commands]
    numpy_seconds, *ours = interleaved_medians(actions, repeats)
    print(f"import numpy               {numpy_seconds:.3f} s")
    for (excess, target), seconds in zip(TARGETS.items(), ours, strict=True):
        ratio = seconds / numpy_seconds
        print(f"polysolv rate --k-excess {excess:<3} {seconds:.3f} s  ratio {ratio:.2f}  (target {target})")


if __name__ == "__main__":
    main()
