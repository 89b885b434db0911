"""How the cost of checking an order grows with the cell size m, as a whole process and inside one.

Run it with the Python of an environment that has polysolv installed: python benchmarks/verify_growth.py

For each m: the size of the order certificate of softmax-gaussian, the time to build it, the time of the
kernel alone, and the median wall times of `python -m polysolv.verify` (module) and `polysolv verify`
(command) on its file, the first also as a ratio to `python -c pass` in the same run. Before that the cost of
building and checking all m = 1 .. 100 in one process, after it the identities for m = 2.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from measure import interleaved_medians, run_process

from polysolv import build_system
from polysolv.certificates import order_certificate
from polysolv.decisions.nullstellensatz import find_identity

SIZES = [1, 2, 3, 5, 10, 20, 50, 100, 200, 400]
PROCESSES = ["polysolv.verify", "polysolv verify"]
TARGETS = {10: 0.2, 100: 10.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    start = time.process_time()
    accepted = sum(order_certificate("softmax-gaussian", m).verify().accepted for m in range(1, 101))
    print(
        f"building and checking m = 1 .. 100 in one process: {time.process_time() - start:.3f} s of CPU",
        end="",
    )
    print(f", {accepted} of 100 accepted")
    print("   m     bytes   build s  kernel s  module s command s  module/`python -c pass`")
    with tempfile.TemporaryDirectory() as folder:
        for m in SIZES:
            begin = time.perf_counter()
            certificate = order_certificate("softmax-gaussian", m)
            built = time.perf_counter()
            result = certificate.verify()
            checked = time.perf_counter()
            if not result.accepted:
                sys.exit(f"m = {m}: {result.text()}")
            path = Path(folder) / f"{m}.json"
            certificate.write(path)
            commands = [[sys.executable, "-c", "pass"]]
            commands += [[sys.executable, "-m", *name.split(), str(path)] for name in PROCESSES]
            actions = [lambda command=command: run_process(command) for command in commands]
            nothing, kernel, command = interleaved_medians(actions, repeats)
            times = f"{built - begin:9.4f} {checked - built:9.4f} {kernel:9.3f} {command:9.3f}"
            times += f" {kernel / nothing:8.2f}"
            target = f"  (target {TARGETS[m]} s)" if m in TARGETS else ""
            print(f"{m:4} {path.stat().st_size:9} {times}{target}")
    print("identities for m = 2, softmax-gaussian: search s, kernel s")
    for degree in range(4, 9):
        system = build_system("softmax-gaussian", 2, degree)
        begin = time.perf_counter()
        identity = find_identity(system)
        found = time.perf_counter()
        verdict = identity is not None and identity.verify().accepted
        print(
            f"   degree {degree}: {found - begin:.3f} {time.perf_counter() - found:.3f} accepted: {verdict}"
        )


if __name__ == "__main__":
    main()
