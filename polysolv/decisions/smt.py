"""Satisfiability modulo the theory of real arithmetic: z3 on the reduced system with positive weights."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from polysolv.decisions.near_point import solvable_near
from polysolv.decisions.normal_form import Case, reduce_system, restricted_cases
from polysolv.decisions.positivity import certify_unsolvable, forced, log_reductions
from polysolv.decisions.proofs import solvable_at
from polysolv.decisions.symmetric import ANSATZE, under_ansatz
from polysolv.decisions.verdict import NUMERIC, REAL_POSITIVE, UNSOLVABLE, Verdict, undecided
from polysolv.errors import InputError, unknown_name
from polysolv.groebner.processes import run_python

if TYPE_CHECKING:
    from polysolv.groebner.budget import Budget
    from polysolv.systems import PolynomialSystem

METHOD = "smt"
INSTALL = "an installed z3; install it with `pip install 'polysolv[smt]'` or `pip install z3-solver`"


def decide_by_smt(system: PolynomialSystem, limits: Budget) -> Verdict:
    """Decide a system with z3.

    Args:
        system: any system.
        limits: deadline, log, and ``ansatz``: ``None`` or ``"symmetric"`` (atoms in pairs (w, b, s) and
            (w, −b, s)). Under an ansatz, "sat" decides and "unsat" says nothing about the system.

    Raises:
        InputError: if z3 is missing or the ansatz unknown.
    """
    if find_spec("z3") is None:
        raise InputError("method", METHOD, INSTALL)
    if limits.ansatz is not None and limits.ansatz not in ANSATZE:
        raise unknown_name("ansatz", limits.ansatz, list(ANSATZE))
    reduced = reduce_system(system)
    log_reductions(reduced, limits)
    if (verdict := forced(system, reduced, METHOD)) is not None:
        return verdict
    if limits.ansatz is not None:
        limits.log["ansatz"] = limits.ansatz
        return _under_ansatz(reduced.cases, limits)
    unsat = 0
    for case in reduced.cases:
        for easy in (*restricted_cases(case), case):
            whole = easy is case
            answer, trouble = _ask(easy, limits if whole else limits.within(limits.left() / 4))
            if answer is None:
                limits.log["trouble"] = trouble
            elif answer["status"] == "sat":
                found = _witness(easy, answer["values"], "z3: sat")
                if found is not None:
                    return found
            elif answer["status"] == "unsat" and whole:
                unsat += 1
    if unsat == len(reduced.cases):
        verdict = Verdict(UNSOLVABLE, REAL_POSITIVE, NUMERIC, METHOD, "z3: unsat, without a checked proof")
        return certify_unsolvable(verdict, reduced, limits)
    return undecided(METHOD, f"z3: {limits.log.get('trouble', 'unknown, or a solution without certificate')}")


def _under_ansatz(cases: tuple[Case, ...], limits: Budget) -> Verdict:
    for case in cases:
        for easy in (*restricted_cases(case), case):
            restricted = under_ansatz(easy)
            if restricted is None:
                continue
            smaller, complete = restricted
            answer, trouble = _ask(smaller, limits)
            if answer is None:
                limits.log["trouble"] = trouble
                continue
            limits.log["under_ansatz"] = answer["status"]
            if answer["status"] == "sat":
                values = {name: Fraction(v) for name, v in answer["values"].items()}
                found = _witness(easy, complete(values), "z3: sat under the symmetric ansatz")
                if found is not None:
                    return found
    status = limits.log.get("under_ansatz")
    if status == "unsat":
        return undecided(
            METHOD, "z3: unsat under the symmetric ansatz, which proves nothing about the system"
        )
    return undecided(
        METHOD, f"z3: {limits.log.get('trouble', status or 'the ansatz does not fit the system')}"
    )


def _witness(case: Case, values: dict[str, Any], reason: str) -> Verdict | None:
    """Return SOLVABLE at z3's model: exactly if it is rational, else from its decimals by a box."""
    exact = {name: Fraction(value) for name, value in values.items()}
    found = solvable_at(case.system, case.complete(exact), METHOD, reason)
    if found is not None:
        return found
    return solvable_near(case, {name: float(value) for name, value in exact.items()}, METHOD, reason)


def _ask(case: Case, limits: Budget) -> tuple[dict[str, Any] | None, str]:
    answer, trouble = run_python("polysolv.decisions.smt:ask_z3", (case,), limits)
    return answer, trouble


def ask_z3(note: Callable[[str, object], None], case: Case) -> dict[str, Any]:
    """Return ``{"status": "sat" | "unsat" | "unknown", "values": …}``; runs in a child process.

    Values are rationals as strings, algebraic numbers to 40 digits.
    """
    import z3

    names = {name: z3.Real(name) for name in case.unknowns}
    variables = [names[name] for name in case.unknowns]
    solver = z3.Solver()
    for polynomial in case.equations.values():
        terms = []
        for monomial, value in polynomial.items():
            term = z3.RealVal(f"{value.numerator}/{value.denominator}")
            for i, e in monomial:
                for _ in range(e):
                    term = term * variables[i]
            terms.append(term)
        solver.add(z3.Sum(terms) == 0)
    for name in case.weights:
        solver.add(names[name] > 0)
    if case.nonzero is not None:
        solver.add(names[case.nonzero] != 0)
    note("z3_version", z3.get_version_string())
    status = str(solver.check())
    values: dict[str, str] = {}
    if status == "sat":
        model = solver.model()
        for name, variable in names.items():
            value = model.eval(variable, model_completion=True)
            if z3.is_algebraic_value(value):
                value = value.approx(40)
            values[name] = f"{value.numerator_as_long()}/{value.denominator_as_long()}"
    return {"status": status, "values": values}
