"""Time limits and Ctrl-C end the work in every phase.

CPU time stands for wall time, so that other work on the machine does not fail a test.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from fractions import Fraction

import classic_systems as classic
import numpy as np
import pytest

from polysolv import InputError, solve
from polysolv.deadline import TimeIsUp, time_limit
from polysolv.homotopy import certify_solutions
from polysolv.homotopy.precise import confirmation, doubtful_ends
from polysolv.homotopy.starts import choose, tropical
from polysolv.homotopy.starts.polyhedral import find_mixed_cells
from polysolv.polynomials.generic_system import GenericSystem

pytestmark = [
    pytest.mark.usefixtures("path_tracker"),
    # An alarm may ring in a callback of the garbage collector, hypothesis's one; it rings once more then.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
LIMIT = 0.3
MOST = 2 + 1.05 * LIMIT


def large_system(unknowns, terms, degree=4):
    generator = random.Random(1)
    equations = []
    for _ in range(unknowns):
        polynomial = {(): Fraction(-1)}
        while len(polynomial) < terms:
            chosen = [generator.randrange(unknowns) for _ in range(generator.randint(1, degree))]
            monomial = tuple((i, chosen.count(i)) for i in sorted(set(chosen)))
            polynomial[monomial] = Fraction(generator.randint(-(10**15), 10**15), 10**15)
        equations.append(polynomial)
    return GenericSystem(tuple(f"x{i}" for i in range(unknowns)), tuple(equations))


def spin(*_, **__):
    """A piece of work that never looks at the clock."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        sum(range(1000))
    pytest.fail("nothing ended it")


@contextmanager
def in_time(most=MOST):
    start = time.process_time()
    yield
    assert time.process_time() - start < most


@contextmanager
def ctrl_c(after):
    timer = threading.Timer(after, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def test_reading_ends_with_the_time_limit(tmp_path):
    file = tmp_path / "large.txt"
    line = "+".join(f"{k}.123456789012345*x{k % 19}^2*y{k % 23}*z{k % 29}" for k in range(1, 2000))
    file.write_text("\n".join([line] * 130))
    assert file.stat().st_size > 8_000_000
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [sys.executable, "-m", "polysolv", "solve", str(file), "--timeout", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "polysolv: time is up after 1 s; nothing is finished\n"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 3.05


def test_ctrl_c_ends_reading(tmp_path):
    file = tmp_path / "large.txt"
    line = "+".join(f"{k}.123456789012345*x{k % 19}^2*y{k % 23}*z{k % 29}" for k in range(1, 2000))
    file.write_text("\n".join([line] * 130))
    command = [sys.executable, "-m", "polysolv", "solve", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (130, "", "polysolv: interrupted")


def test_preparing_and_scaling_end_with_the_time_limit():
    system = large_system(16, 3000)
    with in_time(), pytest.raises(InputError, match="passed while"):
        solve(system, timeout=LIMIT)
    with in_time(), ctrl_c(LIMIT), pytest.raises(KeyboardInterrupt):
        solve(system)


def test_building_the_program_ends_with_the_time_limit(monkeypatch):
    monkeypatch.setattr(choose, "linear_homotopy", spin)
    for start in ("total-degree", "polyhedral"):
        with in_time():
            result = solve(classic.katsura(4), start=start, timeout=LIMIT)
        assert result.ninterrupted == len(result) > 0
    with in_time(), ctrl_c(LIMIT):
        result = solve(classic.katsura(4))
    assert not result.is_complete
    monkeypatch.setattr(tropical, "linear_homotopy", spin)
    with in_time():
        assert not solve(["x^2 - 1e9*x + 1", "y^3 - x"], timeout=LIMIT).is_complete


def test_the_search_for_mixed_cells_ends_with_the_time_limit():
    system = large_system(10, 60, degree=5)
    with in_time(), pytest.raises(InputError, match="passed while"):
        solve(system, start="polyhedral", timeout=LIMIT)
    with in_time(), ctrl_c(LIMIT), pytest.raises(KeyboardInterrupt):
        solve(system, start="polyhedral")


def test_the_search_for_mixed_cells_looks_up_among_the_pairs_of_edges():
    """The budget ends it where the time limit does; two supports alone have 600,000 pairs of edges here."""
    supports = [tuple(polynomial) for polynomial in large_system(8, 40, degree=5).equations]
    with in_time():
        assert find_mixed_cells(supports, 8, np.random.default_rng(0), budget=2e8) is None


def test_tracking_ends_with_the_time_limit():
    system = classic.katsura(14)
    with in_time():
        result = solve(system, start="total-degree", timeout=LIMIT)
    assert 0 < result.ninterrupted <= len(result)
    with in_time(), ctrl_c(LIMIT):
        result = solve(system, start="total-degree")
    assert 0 < result.ninterrupted <= len(result)


def test_precise_tracking_ends_with_the_time_limit(monkeypatch):
    monkeypatch.setattr(doubtful_ends, "_MOST_PRODUCTS", 10**9)
    monkeypatch.setattr(doubtful_ends, "_DEPTH_EACH", 2000)
    monkeypatch.setattr(doubtful_ends, "_DEEPEST", 20_000)
    with in_time():
        result = solve(["(x - 1)^12*(y-2)^2", "(y - 1)^3*(x+3)^3"], start="total-degree", timeout=LIMIT)
    assert len(result) == 84
    with in_time(), ctrl_c(LIMIT):
        solve(["(x - 1)^12*(y-2)^2", "(y - 1)^3*(x+3)^3"], start="total-degree")


@pytest.mark.parametrize("name", ["simple_zero", "exact_target"])
def test_a_look_with_many_digits_ends_with_the_time_limit(monkeypatch, name):
    monkeypatch.setattr(confirmation, name, spin)
    with in_time():
        result = solve(["(x-1)^2 - 1e-18", "y^2 - x"], timeout=LIMIT)
    assert len(result) == 4
    with in_time(), ctrl_c(LIMIT):
        assert len(solve(["(x-1)^2 - 1e-18", "y^2 - x"])) == 4


def certify_often(result):
    for _ in range(50):
        certify_solutions(result)


def test_certifying_ends_with_the_time_limit():
    result = solve(classic.katsura(7))
    with in_time(), pytest.raises(TimeIsUp), time_limit(0.1):
        certify_often(result)
    with in_time(), ctrl_c(LIMIT), pytest.raises(KeyboardInterrupt):
        certify_often(result)


def solve_and_wait():
    assert solve(["x^2 - 2"], timeout=100).nsolutions == 2
    time.sleep(5)


def test_an_alarm_inside_another_one_leaves_it():
    with pytest.raises(TimeIsUp), time_limit(0.2):
        solve_and_wait()
    with time_limit(5):
        with pytest.raises(TimeIsUp), time_limit(0.05):
            time.sleep(5)
        time.sleep(0.1)
