"""The verb `decide`: by one method, by the cheapest one that decides, or by all side by side."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from polysolv.deadline import TimeIsUp, time_limit
from polysolv.decisions.verdict import (
    EVIDENCES,
    REAL_POSITIVE,
    SOLVABLE,
    UNDECIDED,
    UNSOLVABLE,
    Verdict,
    undecided,
)
from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.groebner.budget import Budget, budget

if TYPE_CHECKING:
    from polysolv.systems import PolynomialSystem

# Method -> (module, function). The order is that of `auto`: cheapest first.
METHODS = {
    "theorem": ("polysolv.decisions.known", "decide_known_theorem"),
    "quadrature": ("polysolv.decisions.known", "decide_known_quadrature"),
    "positivity": ("polysolv.decisions.positivity", "decide_by_positivity"),
    "search": ("polysolv.decisions.search", "decide_by_search"),
    "smt": ("polysolv.decisions.smt", "decide_by_smt"),
    "sos": ("polysolv.decisions.sums_of_squares", "decide_by_sums_of_squares"),
    "groebner": ("polysolv.decisions.groebner", "decide_by_groebner"),
    "homotopy": ("polysolv.decisions.homotopy", "decide_by_homotopy"),
}

# `auto` gives these at most so many seconds before it goes on to the next one.
_AUTO_SECONDS = {"search": 20.0, "smt": 10.0, "sos": 60.0}
MAX_TIMEOUT = 1e7
_GRACE = 1.0  # seconds after the deadline that a method may take to say what it has found


def methods() -> list[str]:
    """Return the names of the methods, cheapest first."""
    return list(METHODS)


def decide(
    system: PolynomialSystem,
    method: str = "auto",
    timeout: float = 60.0,
    *,
    seed: int = 0,
    jobs: int = 1,
    engine: str | None = None,
    ansatz: str | None = None,
) -> Verdict:
    """Decide whether a system has a non-trivial real solution with positive weights.

    Args:
        system: from :func:`polysolv.build_system`, or a user's own one.
        method: a key of :data:`METHODS`, ``"auto"`` (cheapest first, until one decides) or ``"all"`` (the
            strongest answer; those of all methods are in ``statistics["verdicts"]``).
        timeout: seconds, positive; for ``"all"`` those of each method. What was learned by then is in
            ``statistics``.
        seed: fixes all random choices.
        jobs: how many engines may run at once.
        engine: Gröbner engine (``"msolve"``, ``"singular"``, ``"sympy"``); the best one found if left out.
        ansatz: ``"symmetric"`` restricts ``smt`` to symmetric solutions.

    Returns:
        the verdict. UNDECIDED is a normal answer; evidence is PROVED only where the trusted kernel has
        accepted the certificate. If two methods contradict each other, ``"all"`` answers UNDECIDED and
        ``statistics["contradiction"]`` is true.

    Raises:
        InputError: if an argument is not allowed, the system is empty, or what was asked for by name (z3, an
            engine) is missing.

    >>> from polysolv import build_system
    >>> print(decide(build_system("softmax-gaussian", m=2, degree=4), method="positivity"))
    UNSOLVABLE over REAL_POSITIVE (PROVED) by positivity: an equation in the weights alone has positive
    coefficients
    """
    limits = _limits(timeout, seed, jobs, engine, ansatz)
    _require(system)
    if method == "all":
        return combine(decide_all(system, timeout, seed=seed, jobs=jobs, engine=engine, ansatz=ansatz))
    if method != "auto":
        if method not in methods():
            raise unknown_name("method", method, [*methods(), "auto", "all"])
        return _run(method, system, limits)
    tried: dict[str, str] = {}
    start = time.monotonic()
    numeric: Verdict | None = None
    for name in methods():
        if not limits.left():
            break
        part = limits.within(_AUTO_SECONDS.get(name, math.inf))
        try:
            verdict = _run(name, system, replace(part, log={}))
        except InputError as error:
            tried[name] = str(error)
            continue
        tried[name] = verdict.status if verdict.decided else verdict.reason
        if verdict.decided:
            numeric = numeric or verdict
            break
    if numeric is None:
        reason = "no method decided it in time"
        return replace(undecided("auto", reason, tried=tried), seconds=time.monotonic() - start)
    statistics = {**numeric.statistics, "tried": tried}
    return replace(numeric, seconds=time.monotonic() - start, statistics=statistics)


def decide_all(
    system: PolynomialSystem,
    timeout: float = 60.0,
    *,
    seed: int = 0,
    jobs: int = 1,
    engine: str | None = None,
    ansatz: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Verdict]:
    """Return the verdict of every method, in the order of :data:`METHODS`.

    Args:
        system: as in :func:`decide`.
        timeout: seconds for each method.
        seed, jobs, engine, ansatz: as in :func:`decide`.
        progress: called with the name of each method before it starts.

    A method that is missing or does not work answers UNDECIDED and says why.
    """
    _limits(timeout, seed, jobs, engine, ansatz)
    _require(system)
    verdicts = []
    for name in methods():
        if progress is not None:
            progress(name)
        try:
            verdicts.append(_run(name, system, _limits(timeout, seed, jobs, engine, ansatz)))
        except InputError as error:
            verdicts.append(undecided(name, str(error)))
    return verdicts


def combine(verdicts: list[Verdict]) -> Verdict:
    """Return the strongest of several verdicts about one system, UNDECIDED if two contradict each other.

    >>> solvable = Verdict(SOLVABLE, REAL_POSITIVE, "PROVED", "search")
    >>> unsolvable = Verdict(UNSOLVABLE, REAL_POSITIVE, "NUMERIC", "groebner")
    >>> combine([solvable, unsolvable]).statistics["contradiction"]
    True
    """
    strength: list[str | None] = [*EVIDENCES, None]
    decided = sorted((v for v in verdicts if v.decided), key=lambda v: strength.index(v.evidence))
    seconds = sum(v.seconds for v in verdicts)
    data = [v.to_data() for v in verdicts]
    contradiction = contradictory(verdicts)
    if contradiction or not decided:
        by = {v.status: v.method for v in decided}
        reason = "no method decided it in time"
        if contradiction:
            reason = f"contradiction: {by[SOLVABLE]} says SOLVABLE, {by[UNSOLVABLE]} says UNSOLVABLE"
        statistics: dict[str, Any] = {"verdicts": data, "contradiction": contradiction}
        return Verdict(UNDECIDED, REAL_POSITIVE, None, "all", reason, seconds, statistics=statistics)
    statistics = {**decided[0].statistics, "verdicts": data, "contradiction": False}
    return replace(decided[0], seconds=seconds, statistics=statistics)


def contradictory(verdicts: list[Verdict]) -> bool:
    """Return whether some method says SOLVABLE and another one UNSOLVABLE."""
    return {SOLVABLE, UNSOLVABLE} <= {v.status for v in verdicts}


def _run(method: str, system: PolynomialSystem, limits: Budget) -> Verdict:
    module, function = METHODS[method]
    call = getattr(import_module(module), function)
    start = time.monotonic()
    # Methods look at the clock themselves; where one piece of work is too long the alarm ends it.
    main = threading.current_thread() is threading.main_thread()
    verdict: Verdict
    try:
        with time_limit(limits.left() + _GRACE if main else None):
            if method == "homotopy":  # a package of its own, which knows nothing of budgets
                verdict = call(system, timeout=limits.left(), seed=limits.seed, jobs=limits.jobs)
            else:
                verdict = call(system, limits)
    except TimeIsUp:
        verdict = undecided(method, "stopped at the deadline")
    statistics = {**limits.log, **verdict.statistics}
    return replace(verdict, seconds=time.monotonic() - start, statistics=statistics)


def _limits(timeout: float, seed: int, jobs: int, engine: str | None, ansatz: str | None) -> Budget:
    allowed = f"a number of seconds above 0 and at most {MAX_TIMEOUT:.0e}"
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout <= MAX_TIMEOUT:
        raise InputError("timeout", timeout, allowed)
    seed = require_integer("seed", seed, 0, 2**63 - 1)
    jobs = require_integer("jobs", jobs, 1, 1024)
    if engine is not None:
        from polysolv.groebner.engines import ENGINES, get_engine

        if engine not in ENGINES:
            raise unknown_name("engine", engine, list(ENGINES))
        get_engine(engine)
    if ansatz not in (None, "symmetric"):
        raise unknown_name("ansatz", ansatz, ["symmetric"])
    return budget(timeout, seed=seed, jobs=jobs, engine=engine, ansatz=ansatz)


def _require(system: object) -> None:
    from polysolv.decisions.normal_form import require_system
    from polysolv.systems import PolynomialSystem

    if not isinstance(system, PolynomialSystem):
        raise InputError(
            "system", system, "a PolynomialSystem, from build_system or PolynomialSystem.from_json"
        )
    require_system(system)
