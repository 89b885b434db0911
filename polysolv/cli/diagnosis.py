"""What this installation consists of, and whether it computes what it should."""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from polysolv.display.grid import Grid
from polysolv.moe.engines.devices import Device, devices

SCHEMA = "polysolv/doctor/1"

PACKAGES = (
    *("click", "joblib", "llvmlite", "matplotlib", "mpmath", "numba", "numpy"),
    *("pandas", "python-flint", "rich", "scikit-learn", "scipy", "sympy", "threadpoolctl"),
)
# Package -> (extra that brings it, what polysolv uses it for).
_OPTIONAL = {
    "z3-solver": ("smt", "method smt of decide and order"),
    "dask": ("dask", "--scheduler of crosscheck and solve, with distributed"),
    "distributed": ("dask", "--scheduler of crosscheck and solve, with dask"),
    "numba-cuda": ("gpu", "--device cuda of crosscheck, SoftmaxGaussianMoE(device='cuda')"),
    "formulaic": ("formula", "--formula of fit, FormulaFeatures"),
    "pyarrow": ("parquet", "Parquet files for fit and predict"),
}
# Engine -> (argument that prints its version, what polysolv uses it for).
_ENGINES = {
    "msolve": ("-V", "method groebner of decide and order: the larger systems"),
    "singular": ("--version", "method groebner of decide and order"),
}
_VERSION = re.compile(r"(?:version )?(\d+(?:\.\d+)+)")


@dataclass(frozen=True)
class Optional:
    """Something that polysolv uses if it is there.

    Args:
        name: name of the engine or package.
        used_for: the commands that use it.
        version: its version; "?" if it does not tell, ``None`` if it was not found.
        path: where a program was found; ``None`` for a package.
        advice: how to install or repair it; "" if all is well.
    """

    name: str
    used_for: str
    version: str | None
    path: str | None
    advice: str

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"found": self.version is not None, **vars(self)}


@dataclass(frozen=True)
class Check:
    """One part of the self-test.

    Args:
        name: what was tried.
        passed: whether the known answer came out.
        detail: what came out.
        seconds: how long it took, imports included.
    """

    name: str
    passed: bool
    detail: str
    seconds: float


@dataclass(frozen=True)
class Diagnosis:
    """Versions, optional engines and the self-test of one installation.

    Args:
        versions: polysolv, Python, platform, and the packages that polysolv needs (``None``: missing).
        optional: engines and packages that it can use.
        checks: the self-test.
        devices: where a likelihood can be evaluated; a GPU that cannot be used is there with the reason.
    """

    versions: dict[str, str | None]
    optional: tuple[Optional, ...]
    checks: tuple[Check, ...]
    devices: tuple[Device, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether every check of the self-test has passed."""
        return all(check.passed for check in self.checks)

    @property
    def seconds(self) -> float:
        """How long the self-test took."""
        return sum(check.seconds for check in self.checks)

    def to_data(self) -> dict[str, Any]:
        """Return the diagnosis as JSON data (schema ``polysolv/doctor/1``)."""
        return {
            "schema": SCHEMA,
            "healthy": self.healthy,
            "versions": self.versions,
            "optional": [one.to_data() for one in self.optional],
            "devices": [vars(one) for one in self.devices],
            "self_test": [vars(check) for check in self.checks],
            "seconds": self.seconds,
        }

    def grids(self) -> list[Grid]:
        """Return the tables of versions, optional parts and checks."""
        optional = [
            [one.name, one.version or "not found", one.path or "-", one.advice or one.used_for]
            for one in self.optional
        ]
        checks = [
            ["passed" if c.passed else "FAILED", f"{c.seconds:.2f}", c.name, c.detail] for c in self.checks
        ]
        return [
            Grid("versions", ["what", "version"], [[n, v or "MISSING"] for n, v in self.versions.items()]),
            Grid("optional", ["what", "version", "path", "used for, or how to install"], optional),
            Grid("devices", ["--device", "name", "memory", "note"], [_device(one) for one in self.devices]),
            Grid("self-test", ["result", "seconds", "check", "detail"], checks),
        ]

    @property
    def verdict(self) -> str:
        """The line that ends the diagnosis."""
        failed = sum(not check.passed for check in self.checks)
        if failed:
            return f"{failed} of {len(self.checks)} checks FAILED: this installation cannot be trusted"
        return f"all {len(self.checks)} checks passed in {self.seconds:.1f} s"

    def to_text(self) -> str:
        """Return the diagnosis as plain text."""
        return "\n\n".join([*(grid.to_text() for grid in self.grids()), self.verdict])


def diagnose() -> Diagnosis:
    """Return what this installation consists of, after its self-test."""
    import polysolv

    machine = f"{platform.system()} {platform.release()} {platform.machine()}"
    versions: dict[str, str | None] = {"polysolv": polysolv.__version__, "python": platform.python_version()}
    versions |= {"platform": machine, **{package: _version(package) for package in PACKAGES}}
    checks = tuple(_run(name, check) for name, check in _CHECKS.items())
    optional = (*map(_engine, _ENGINES), *map(_package, _OPTIONAL))
    return Diagnosis(versions, optional, checks, tuple(devices()))


def _device(device: Device) -> list[str]:
    memory = "-" if device.memory is None else f"{device.memory / 2**30:.0f} GiB"
    return [device.kind, device.name, memory, device.trouble or "ready"]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _package(name: str) -> Optional:
    extra, used_for = _OPTIONAL[name]
    found = _version(name)
    return Optional(
        name, used_for, found, None, "" if found else f"install it with `pip install 'polysolv[{extra}]'`"
    )


def _engine(name: str) -> Optional:
    argument, used_for = _ENGINES[name]
    try:
        from polysolv.errors import InputError
        from polysolv.groebner.engines import INSTALL, get_engine, locate
    except ImportError as error:
        return Optional(name, used_for, None, None, f"cannot be looked for: {error}")
    program = locate(name)
    if program is None:
        return Optional(name, used_for, None, None, INSTALL[name])
    try:
        get_engine(name)
        advice = ""
    except InputError as error:
        advice = f"{error.allowed}; {INSTALL[name]}"
    return Optional(name, used_for, _program_version(program, argument), str(program), advice)


def _program_version(program: Path, argument: str) -> str:
    from polysolv.groebner.budget import budget
    from polysolv.groebner.processes import run_engine

    outcome = run_engine([program, argument], budget(5))
    match = _VERSION.search((outcome.stdout + outcome.stderr).decode(errors="replace"))
    return match[1] if match else "?"


def _run(name: str, check: Callable[[], str]) -> Check:
    start = time.perf_counter()
    try:
        passed, detail = True, check()
    except Exception as error:  # whatever is broken here must be reported, not raised
        passed, detail = False, " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return Check(name, passed, detail, time.perf_counter() - start)


def _expect(condition: bool, what: str) -> None:
    if not condition:
        raise ArithmeticError(what)


def _check_certificate() -> str:
    from polysolv.decisions import order

    found = order("softmax-gaussian", 3)
    result = found.certificate.verify()
    _expect(int(found) == 6, f"the order of three atoms came out as {int(found)}, not 6")
    _expect(result.accepted, f"the kernel refused it: {result.step}: {result.reason}")
    return f"order(3) = 6, certificate {found.certificate.digest[:12]} accepted by the kernel"


def _check_broken_certificate() -> str:
    """Move a node of the Gauss-Hermite rule, renew the digest, and see that the kernel notices."""
    from polysolv.certificates.certificate import seal
    from polysolv.decisions import order

    good = order("softmax-gaussian", 3).certificate.to_data()["payload"]["solvable"][0]
    nodes = good["payload"]["nodes"]
    _expect(nodes == ["0", "-3", "0", "1"], f"the nodes came out as the roots of {nodes}")
    payload = {**good["payload"], "nodes": ["0", "-2", "0", "1"]}
    result = seal(good["kind"], good["statement"], payload, good["steps"]).verify()
    _expect(result.exit_code == 1, "the kernel accepted a certificate with a wrong node")
    return f"refused at {result.step}"


def _check_paths() -> str:
    """Solve systems that need both compiled functions; their machine code is kept from now on."""
    from polysolv.homotopy import solve
    from polysolv.homotopy.compiled.native import kept_in
    from polysolv.homotopy.engine import KERNEL

    for equations, exact in (
        (["x^2 + y^2 - 5", "x*y - 2"], [(-2, -1), (-1, -2), (1, 2), (2, 1)]),
        (["x*y - 2", "x^3*y - 8"], [(-2, -1), (2, 1)]),
    ):
        found = sorted(tuple(z.real for z in path.solution) for path in solve(equations).real_solutions)
        close = len(found) == len(exact) and all(
            abs(a - b) < 1e-9
            for point, other in zip(found, exact, strict=True)
            for a, b in zip(point, other, strict=True)
        )
        _expect(close, f"the real solutions of {', '.join(equations)} came out as {found}, not {exact}")
    place = kept_in(KERNEL)
    return f"4 and 2 real solutions; machine code {f'kept in {place.parent}' if place else 'is not kept'}"


def _check_one_expert() -> str:
    """With one expert the maximum of the likelihood is least squares."""
    from polysolv.moe import SoftmaxGaussianMoE

    # y = 2 x + 1 + residuals of mean square 0.02 that are orthogonal to 1 and x.
    xs, residuals = (-2, -1, 0, 1, 2) * 2, (0.1, -0.2, 0.0, 0.2, -0.1) * 2
    fit = SoftmaxGaussianMoE(1).fit(
        [[x] for x in xs], [2 * x + 1 + e for x, e in zip(xs, residuals, strict=True)]
    )
    G = fit.mixing_measure_
    found = (float(G.a[0, 0]), float(G.b[0]), float(G.sigma[0]))
    for value, exact in zip(found, (2, 1, 0.02), strict=True):
        _expect(
            abs(value - exact) < 1e-9, f"slope, intercept, variance came out as {found}, not (2, 1, 0.02)"
        )
    return f"slope {found[0]:.4g}, intercept {found[1]:.4g}, variance {found[2]:.4g}"


def _check_two_experts() -> str:
    """Fit data that two known lines made; no fit may be less likely than the truth."""
    from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

    truth = MixingMeasure(beta0=[0, 0], beta1=[[2], [0]], a=[[1], [-1]], b=[2, -2], sigma=[0.04, 0.09])
    X, y = truth.sample(300, seed=7)
    fit = SoftmaxGaussianMoE(2, random_state=0).fit(X, y)
    gain = float(fit.log_likelihood_ - truth.log_density(X, y).sum())
    _expect(fit.converged_, f"the fit ended as {fit.status_}")
    _expect(0 <= gain < 20, f"its log-likelihood is the truth's {gain:+.3g}")
    slopes = sorted(float(value) for value in fit.mixing_measure_.a[:, 0])
    _expect(max(abs(slopes[0] + 1), abs(slopes[1] - 1)) < 0.2, f"the slopes came out as {slopes}")
    return f"slopes {slopes[0]:.2f}, {slopes[1]:.2f} for -1, 1; log-likelihood the truth's {gain:+.1f}"


_CHECKS: dict[str, Callable[[], str]] = {
    "a certificate is built and verified": _check_certificate,
    "a broken certificate is refused": _check_broken_certificate,
    "polynomial systems are solved": _check_paths,
    "one expert is least squares": _check_one_expert,
    "two experts are found": _check_two_experts,
}
