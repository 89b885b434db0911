"""Arcs along which nothing changes: accepted ones are right by matrices in floating point, wrong ones not."""

from __future__ import annotations

import copy
from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg

from polysolv.certificates.arc import arc_certificate
from polysolv.families import Family, get
from polysolv.rates.prover.arc_certificates import unidentified_certificates
from polysolv.verify import verify

from .conftest import canonical_digest


def _nilpotent(size):
    """A matrix whose power of that size vanishes, and no smaller one."""
    return np.diag(np.ones(size - 1), 1)


# Name -> (family, m, component, a matrix for every variable; the relations hold for them)
CASES = {
    "two levels": (
        get("softmax-gaussian").observed_modulo(["x^2 - x"]),
        2,
        "beta1",
        {"x": np.diag([0.0, 1.0]), "y": 0.7 * np.eye(2)},
    ),
    "irrational levels": (
        get("softmax-gaussian").observed_modulo(["x^2 = x + 1"]),
        3,
        "beta1",
        {"x": np.diag(np.roots([1, -1, -1])), "y": -0.4 * np.eye(2)},
    ),
    "three levels, quadratic gate": (
        get("softmax-polynomial-2-1").observed_modulo(["x^3 = x"]),
        2,
        "g_1",
        {"x": np.diag([-1.0, 0.0, 1.0]), "y": 0.3 * np.eye(3)},
    ),
    "least squares": (
        get("softmax-gaussian").observed_modulo(["y^2"]),
        2,
        "a",
        {"x": 0.6 * np.eye(2), "y": _nilpotent(2)},
    ),
    "five functions": (
        get("location-scale-gaussian").observed_modulo(["y^5"]),
        3,
        "sigma",
        {"y": _nilpotent(5)},
    ),
    "nine functions": (
        get("location-scale-gaussian").observed_modulo(["y^9"]),
        5,
        "mu",
        {"y": _nilpotent(9)},
    ),
    "not pinned": (
        Family.from_log_symbol("pinned", "b*y + c^2*y + 1/2*s*y^2", ["b", "c", "s"]),
        1,
        "c",
        {"y": 0.9 * np.eye(2)},
    ),
    "all dummies": (
        get("softmax-gaussian", 2).observed_modulo(["x1 + x2 = 1", "x1^2 = x1"]),
        1,
        "a_1",
        {"x1": np.diag([0.0, 1.0]), "x2": np.diag([1.0, 0.0]), "y": 0.5 * np.eye(2)},
    ),
}


@pytest.fixture(scope="module", params=list(CASES))
def case(request):
    family, m, component, matrices = CASES[request.param]
    return unidentified_certificates(family, m)[component].to_data(), matrices


def _sealed(data):
    about = data["statement"]
    keys = ("d", "m", "component", "log_symbol", "relations", "given")
    about["digest"] = canonical_digest({key: about[key] for key in keys if key in about})
    data["digest"] = canonical_digest({k: v for k, v in data.items() if k != "digest"})
    return data


def _number(text):
    top, _, bottom = text.partition("/")
    return int(top, 0) / int(bottom or "1", 0)


def _spread(data, matrices, eps=0.2):
    """Distance of Σ w exp(K), over its size, from a multiple of the identity; 1 if the component rests."""
    payload, about = data["payload"], data["statement"]
    shifts, norms = ([_number(t) for t in payload[key]] for key in ("shifts", "norms"))
    if min(norms, default=1) <= 0:
        return 1
    jacobi = np.diag(shifts) + np.diag(np.sqrt(norms), 1) + np.diag(np.sqrt(norms), -1)
    nodes, vectors = np.linalg.eigh(jacobi)
    total, moved = 0, 0
    for z, weight in zip(nodes, vectors[0] ** 2, strict=True):
        local = {"eps": eps, "z": z}
        values = dict.fromkeys(about["log_symbol"]["perturbations"], 0.0)
        for name, path in payload["paths"].items():
            values[name] = sum(
                _number(t["coefficient"]) * np.prod([local[n] ** k for n, k in t["monomial"].items()])
                for t in path
            )
        moved = max(moved, abs(values[about["component"]]))
        symbol = np.zeros_like(next(iter(matrices.values())))
        for term in about["log_symbol"]["terms"]:
            factor = _number(term["coefficient"])
            factor *= np.prod([values[n] ** k for n, k in term["perturbations"].items()])
            matrix = np.eye(len(symbol))
            for name, k in term["variables"].items():
                matrix = matrix @ np.linalg.matrix_power(matrices[name], k)
            symbol = symbol + factor * matrix
        constant = np.trace(symbol) / len(symbol)
        if "shift" in payload:
            constant = -_number(payload["shift"]) * eps * z
        total = total + weight * scipy.linalg.expm(symbol - constant * np.eye(len(symbol)))
    size = np.abs(total).max()
    return 1 if moved < 1e-9 else np.abs(total - total[0, 0] * np.eye(len(total))).max() / size


def test_they_are_accepted_and_right(case):
    data, matrices = case
    result = verify(data)
    assert result.accepted
    assert result.text().endswith("is not identifiable")
    assert _spread(data, matrices) < 1e-12


def _changed(data):
    """Copies with one number of the payload or the relations changed."""
    payload = data["payload"]
    places = [("shifts", i) for i in range(len(payload["shifts"]))]
    places += [("norms", i) for i in range(len(payload["norms"]))]
    places += [("shift",)] * ("shift" in payload)
    for name, path in payload["paths"].items():
        for i, term in enumerate(path):
            places += [("paths", name, i, "coefficient")]
            places += [("paths", name, i, "monomial", variable) for variable in term["monomial"]]
    for place in places:
        for step in (1, -1, 2):
            new = copy.deepcopy(data)
            at = new["payload"]
            for key in place[:-1]:
                at = at[key]
            old = at[place[-1]]
            at[place[-1]] = old + step if isinstance(old, int) else str(Fraction(old) + step)
            yield _sealed(new)


def test_what_is_accepted_after_a_change_is_right_too(case):
    data, matrices = case
    rejected = 0
    for new in _changed(data):
        result = verify(new)
        rejected += not result.accepted
        assert not result.accepted or _spread(new, matrices) < 1e-9, new["payload"]
    assert rejected > 3


def _edited(data, **changes):
    new = copy.deepcopy(data)
    for key, value in changes.items():
        place = new["payload"] if key in ("shifts", "norms", "paths", "shift") else new["statement"]
        place = new if key in ("steps", "kind") else place
        place[key] = value
    return _sealed(new)


WRONG = [
    ({"claim": "SOLVABLE"}, 2, "claim"),
    ({"d": 2}, 1, "statement"),
    ({"component": "gamma"}, 1, "statement"),
    ({"component": "sigma"}, 1, "paths"),
    ({"steps": [{"step": "set-zero"}]}, 1, "arc"),
    ({"m": 1}, 1, "nodes"),
    ({"norms": ["-1"]}, 1, "nodes"),
    ({"paths": {"beta1": [{"coefficient": "1", "monomial": {"z": 1}}]}}, 1, "paths"),
    ({"paths": {"beta1": [], "nu": [{"coefficient": "1", "monomial": {"eps": 1}}]}}, 2, "paths"),
    ({"paths": {"beta1": []}}, 1, "paths"),
    ({"shift": "0"}, 1, "two values"),
    ({"relations": []}, 1, "two values"),
    ({"relations": [[{"coefficient": "1", "monomial": {}}]]}, 2, "relations"),
    ({"paths": {"beta1": [{"coefficient": "1", "monomial": {"eps": 1}}]}, "shift": "0"}, 1, "two values"),
]


@pytest.mark.parametrize(("changes", "code", "step"), WRONG)
def test_wrong_arcs(changes, code, step):
    family, m, component, _ = CASES["two levels"]
    data = unidentified_certificates(family, m)[component].to_data()
    result = verify(_edited(data, **changes))
    assert (result.exit_code, result.step) == (code, step), result.reason


def test_a_mean_that_is_not_constant():
    family, m, component, _ = CASES["least squares"]
    data = unidentified_certificates(family, m)[component].to_data()
    moved = {"a": [{"coefficient": "1", "monomial": {"eps": 1}}]}
    assert verify(_edited(data, paths=moved)).step == "mean"
    both_ways = {"a": [{"coefficient": "1", "monomial": {"eps": 1, "z": 2}}]}
    assert verify(_edited(data, paths=both_ways)).step == "mean"


def test_without_relations_nothing_is_nilpotent():
    family, m, component, _ = CASES["five functions"]
    data = unidentified_certificates(family, m)[component].to_data()
    assert verify(_edited(data, relations=[])).step == "nilpotency"
    paths = {**data["payload"]["paths"], "mu": [{"coefficient": "2", "monomial": {"eps": 1, "z": 1}}]}
    assert verify(_edited(data, paths=paths)).step == "mean"


def test_rewriting_that_does_not_end():
    family, m, component, _ = CASES["least squares"]
    data = unidentified_certificates(family, m)[component].to_data()
    terms = [{"coefficient": "1", "monomial": {"y": 1}}, {"coefficient": "1", "monomial": {"y": 2}}]
    result = verify(_edited(data, relations=[terms]))
    assert (result.exit_code, result.step) == (2, "relations")


def test_a_digest_of_another_statement():
    family, m, component, _ = CASES["two levels"]
    data = unidentified_certificates(family, m)[component].to_data()
    data["statement"]["family"] = "label"
    assert verify(_sealed(copy.deepcopy(data))).accepted  # the name is a label
    data["statement"]["m"] = 5
    data["digest"] = canonical_digest({k: v for k, v in data.items() if k != "digest"})
    assert verify(data).step == "statement"


def test_premises_are_named():
    family, m, component, _ = CASES["five functions"]
    data = unidentified_certificates(family, m)[component].to_data()
    result = verify(_edited(data, given=["y^5 vanishes on the density"]))
    assert result.accepted
    assert result.text().splitlines()[0] == "accepted, given y^5 vanishes on the density"


def test_another_kind_of_statement():
    family, m, component, _ = CASES["two levels"]
    data = unidentified_certificates(family, m)[component].to_data()
    assert verify(_edited(data, kind="point")).exit_code == 2


def test_the_name_of_a_built_in_family_stands_for_its_own_log_symbol():
    family = Family.from_log_symbol("mine", "p*y", ["p"]).observed_modulo(["y^2 = 0"])
    certificate = arc_certificate(
        family, 2, "p", [Fraction(0)] * 2, [Fraction(1)], {"p": {(1, 1): Fraction(1)}}
    )
    data = certificate.to_data()
    assert verify(data).accepted
    result = verify(_edited(data, family="location-gaussian"))
    assert (result.exit_code, result.step) == (1, "statement")
    assert "the log-symbol is not that of location-gaussian" in result.reason
