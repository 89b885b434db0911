"""Certificates of learning coefficients: accepted, and refused once anything that matters is changed."""

import itertools
import json
from fractions import Fraction

import jsonschema
import pytest
import sympy

from polysolv import learning_coefficient
from polysolv.certificates import json_schema
from polysolv.verify import verify

CASES = [
    ("location-scale-gaussian", 3, None, "exact"),
    ("softmax-gaussian", 2, 1, "exact"),
    ("softmax-gaussian", 3, 1, "kernel"),
]


@pytest.fixture(scope="module")
def regions():
    found = [learning_coefficient(f, m, d, gate, theorems=False) for f, m, d, gate in CASES]
    return [(coefficient, coefficient.certificate.to_data()) for coefficient in found]


def restated(data, plain_digest, reseal, **changes):
    data = json.loads(json.dumps(data))
    data["statement"].update(changes)
    defining = {k: v for k, v in data["statement"].items() if k not in ("claim", "digest")}
    data["statement"]["digest"] = plain_digest(defining)
    return reseal(data)


def independent_bound(data):
    """The bound of a region by sympy: the series of exp(K), and the zero of the slow equations by Newton steps."""
    statement, payload = data["statement"], data["payload"]
    symbol, m = statement["log_symbol"], statement["m"]
    speeds = {name: sympy.Rational(text) for name, text in payload["speeds"].items()}
    if min(speeds.values()) <= 0:
        return None
    t = sympy.Symbol("t")
    variables = {name: sympy.Symbol(name) for name in [*symbol["covariates"], *symbol["duals"]]}
    names = symbol["perturbations"]
    atom = {name: sympy.Symbol(name) for name in names}
    K, ratio = 0, []
    for term in symbol["terms"]:
        size = sum(speeds[n] * e for n, e in term["perturbations"].items())
        ratio.append(size / sum(term["variables"].values()))
        part = sympy.Rational(term["coefficient"]) * sympy.prod(
            atom[n] ** e for n, e in term["perturbations"].items()
        )
        K += part * sympy.prod((t * variables[n]) ** e for n, e in term["variables"].items())
    last = int(sympy.ceiling(1 / min(ratio))) - 1
    series = sympy.expand(sum(sympy.expand(K) ** j / sympy.factorial(j) for j in range(last + 1)))
    series = sum(c * t ** e[0] for e, c in sympy.Poly(series, t).terms() if 0 < e[0] <= last)
    own = [tuple(term["variables"].get(n, 0) for n in variables) for term in symbol["terms"]]
    parts, slack = [], 0
    for powers, value in sympy.Poly(series.subs(t, 1), *variables.values()).terms():
        if statement["gate"] == "kernel" and not powers[-1] and powers not in own:
            continue
        monomials = sympy.Poly(value, *atom.values()).terms()
        size = {e: sum(speeds[n] * k for n, k in zip(names, e, strict=True)) for e, _ in monomials}
        least = min(size.values())
        if least < 1:
            slack += 1 - least
            parts.append([(e, c) for e, c in monomials if size[e] == least])
    values = {n: Fraction(v) for n, v in payload["fixed"].items()}
    values |= {n: Fraction(v) for n, v in zip(payload["free"], payload["centre"], strict=True)}
    unknowns = {n: sympy.Symbol(n) for n in values}
    equations = []
    for part in parts:
        total = 0
        for number in range(1, m + 1):
            q = sum(
                c * sympy.prod(unknowns[f"{n}_{number}"] ** k for n, k in zip(names, e, strict=True))
                for e, c in part
            )
            total += unknowns[f"w_{number}"] * q
        equations.append(total)
    at = {unknowns[n]: sympy.Float(sympy.Rational(v.numerator, v.denominator), 40) for n, v in values.items()}
    residual = max(abs(equation.subs(at)) for equation in equations)
    jacobian = sympy.Matrix(equations).jacobian([unknowns[n] for n in payload["free"]]).subs(at)
    if (
        residual > 1e-6
        or abs(jacobian.det()) < 1e-9
        or min(values[f"w_{number}"] for number in range(1, m + 1)) <= 0
    ):
        return None
    return (m * sum(speeds.values()) + slack - len(names)) / sympy.Integer(2)


def test_a_region_proves_its_bound(regions):
    for (_, m, _, _), (coefficient, data) in zip(CASES, regions, strict=True):
        answer = verify(data)
        assert answer.accepted
        assert f"m = {m}" in answer.statement
        assert answer.statement.endswith(f"is at most {coefficient.upper}")
        assert independent_bound(data) == sympy.Rational(str(coefficient.upper))


def test_their_shape_is_in_the_schema(regions):
    validator = jsonschema.Draft202012Validator(json_schema())
    for _, data in regions:
        validator.validate(data)
    validator.validate(learning_coefficient("softmax-gaussian", 9).certificate.to_data())
    assert not validator.is_valid({**regions[0][1], "steps": [{"step": "core"}]})


def test_a_smaller_claim_is_refused_and_a_larger_one_is_not(regions, plain_digest, reseal):
    for coefficient, data in regions:
        for shift, accepted in ((Fraction(-1, 1000), False), (Fraction(1, 1000), True)):
            text = str(coefficient.upper + shift)
            assert bool(verify(restated(data, plain_digest, reseal, at_most=text))) is accepted


def test_changed_statements_are_refused(regions, plain_digest, reseal):
    (_, data), (_, softmax), (_, kernel) = regions
    changes = [
        {"at_least": "1/8"},
        {"multiplicity": 1},
        {"weights": "1"},
        {"m": 2},
        {"m": 4},
        {"gate": "none"},
    ]
    for change in changes:
        assert not verify(restated(data, plain_digest, reseal, **change)), change
    # What the gate hides without an exactly fitted cell is seen beside one.
    assert not verify(restated(kernel, plain_digest, reseal, gate="exact"))
    assert not verify(restated(softmax, plain_digest, reseal, family="location-scale-gaussian"))
    assert not verify(reseal({**data, "statement": {**data["statement"], "at_most": "1"}}))


def leaves(value, path=()):
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, (dict, list)):
            yield from leaves(item, (*path, key))
        else:
            yield (*path, key), item


def test_changed_payloads_are_refused_or_prove_the_bound_all_the_same(regions, reseal):
    counted = refused = 0
    for coefficient, data in regions:
        for number, (path, text) in enumerate(leaves(data["payload"])):
            if path[0] == "free":
                changed = ["w_9"]
            else:
                exact = (
                    Fraction(text) if "0x" not in text else Fraction(*(int(p, 16) for p in text.split("/")))
                )
                changed = [str(exact + 1), str(-exact or Fraction(1)), str(exact * 2 or Fraction(1))]
            for value in itertools.islice(changed, number % 3, None):
                mutant = json.loads(json.dumps(data))
                place = mutant["payload"]
                for key in path[:-1]:
                    place = place[key]
                place[path[-1]] = value
                counted += 1
                if not verify(reseal(mutant)):
                    refused += 1
                    continue
                # A preconditioner or a radius may be another one; whatever else holds shows the same bound.
                if path[0] in ("speeds", "fixed", "centre"):
                    assert independent_bound(mutant) <= sympy.Rational(str(coefficient.upper)), path
    assert counted > 100
    assert refused > counted / 2


@pytest.mark.parametrize(
    "change",
    [
        {"radii": []},
        {"free": []},
        {"free": [], "centre": [], "radii": [], "preconditioner": []},
        {"speeds": {}},
        {"speeds": {"mu": "0", "sigma": "1"}},
        {"speeds": {"mu": "1/100000000", "sigma": "1"}},
        {"preconditioner": [["1"]]},
        {"fixed": {}},
    ],
)
def test_junk_is_refused_in_one_piece(regions, reseal, change):
    data = json.loads(json.dumps(regions[0][1]))
    data["payload"].update(change)
    assert verify(reseal(data)).exit_code in (1, 2)


def test_values_by_theorem_are_recomputed_and_called_so(plain_digest, reseal):
    found = learning_coefficient("softmax-gaussian", 3)
    data = found.certificate.to_data()
    answer = verify(data)
    assert answer.accepted
    assert "recomputed and not proved here" in answer.relies_on[0]
    for change in (
        {"at_most": "3"},
        {"at_least": "1"},
        {"multiplicity": 1},
        {"m": 4},
        {"gate": "kernel"},
        {"weights": "1"},
    ):
        assert not verify(restated(data, plain_digest, reseal, **change)), change
    own = restated(data, plain_digest, reseal, family="mine")
    assert not verify(own)


def test_the_largest_cells_are_recomputed_at_once():
    for family in ("softmax-gaussian", "location-scale-gaussian", "gaussian-experts-free-gate"):
        assert learning_coefficient(family, 400).certificate.verify().accepted


def test_statements_that_cannot_be_are_refused(regions, plain_digest, reseal):
    data = regions[0][1]
    for change in ({"weights": "0"}, {"weights": "-1"}, {"claim": "ORDER"}, {"d": 1}):
        assert not verify(restated(data, plain_digest, reseal, **change)), change
    shorter = {**data["statement"]["log_symbol"], "terms": data["statement"]["log_symbol"]["terms"][:1]}
    assert not verify(restated(data, plain_digest, reseal, log_symbol=shorter))
    nothing = {**shorter, "terms": []}
    assert (
        verify(restated(data, plain_digest, reseal, log_symbol=nothing, family="mine")).step == "log_symbol"
    )


def test_a_gate_that_shares_its_perturbation_has_no_kernel(regions, plain_digest, reseal):
    kernel = regions[2][1]
    terms = [*kernel["statement"]["log_symbol"]["terms"]]
    terms += [{"coefficient": "1", "perturbations": {"beta1": 1}, "variables": {"x": 2, "y": 1}}]
    shared = {**kernel["statement"]["log_symbol"], "terms": terms}
    answer = verify(restated(kernel, plain_digest, reseal, log_symbol=shared, family="mine"))
    assert answer.step == "gate"


def test_priors_are_recomputed_where_theorems_speak_of_them(plain_digest, reseal):
    for family, weights in (
        ("location-gaussian", "1/2"),
        ("location-gaussian", "1/3"),
        ("location-gaussian", "2"),
    ):
        assert learning_coefficient(family, 3, weights=weights).certificate.verify().accepted
    for m in (2, 3):
        for weights in ("1/2", "1", "2"):
            assert (
                learning_coefficient("location-scale-gaussian", m, weights=weights)
                .certificate.verify()
                .accepted
            )
    assert learning_coefficient("location-gaussian", 3).certificate.verify().accepted
    for gate, m, d in (("kernel", 2, 1), ("kernel", 3, 1), ("kernel", 3, 2), ("exact", 9, 1)):
        assert learning_coefficient("softmax-gaussian", m, d, gate).certificate.verify().accepted
    data = learning_coefficient("softmax-gaussian", 2).certificate.to_data()
    assert verify(restated(data, plain_digest, reseal, weights="1")).step == "theorem"
    own = {"family": "mine", "at_least": "1", "at_most": "1"}
    assert verify(restated(data, plain_digest, reseal, **own)).step == "theorem"
