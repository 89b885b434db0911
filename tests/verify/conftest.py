"""Certificates of every kind, and how to give a changed one its digests back."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction

import pytest

from polysolv import build_system
from polysolv.certificates import (
    Box,
    FamilySystem,
    box_certificate,
    drop_step,
    identity_certificate,
    order_certificate,
    point_certificate,
    quadrature_certificate,
    unsolvable_side,
    zero_crossing_certificate,
)
from polysolv.decisions import certify, side_certificates
from polysolv.decisions.nullstellensatz import find_identity
from polysolv.families import Family, get, linear_log_symbol
from polysolv.systems import PolynomialSystem


def canonical_digest(value):
    """The digest as the issue defines it, not as the kernel computes it."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def resealed(data):
    """A copy whose certificate digests, inner ones first, are right again."""

    def seal(value):
        if isinstance(value, dict):
            value = {key: seal(item) for key, item in value.items()}
            if "schema" in value and "digest" in value:
                value["digest"] = canonical_digest({k: v for k, v in value.items() if k != "digest"})
            return value
        return [seal(item) for item in value] if isinstance(value, list) else value

    return seal(data)


def written_system(weights, unknowns, nontrivial, equations, grading=None):
    """A user's own system; equations are dicts from ((name, exponent), ...) to a rational."""
    names = (*weights, *unknowns)
    return PolynomialSystem(
        unknowns=names,
        weights=tuple(weights),
        nontrivial=tuple(nontrivial),
        grading=tuple((grading or {}).get(name, 0) for name in names),
        equations={
            (i,): {
                tuple(sorted((names.index(n), e) for n, e in monomial)): Fraction(c)
                for monomial, c in equation.items()
            }
            for i, equation in enumerate(equations)
        },
    )


def two_locations():
    """A family of one's own: a mixture with a location in two directions."""
    symbol = linear_log_symbol((), ("y1", "y2"), {"u": (1, {"y1": 1}), "v": (2, {"y2": 1})})
    return Family("two-locations", "", (), 0, symbol, ("u", "v"), (), ())


def own_core():
    """A family of one's own with a location-scale core in other units, and a slope."""
    symbol = linear_log_symbol(
        ("t",), ("y",), {"p": (3, {"y": 1}), "q": (-2, {"y": 2}), "r": (1, {"t": 1, "y": 1})}
    )
    return Family("own-core", "", (), 1, symbol, ("p",), (), ())


def sqrt_two_boxes():
    """x^2 = 2 w with w = 1: two boxes, one for each root."""
    system = written_system(["w"], ["x"], ["x"], [{(("x", 2),): 1, (("w", 1),): -2}])
    third, tenth = Fraction(1, 3), Fraction(1, 10)
    boxes = [Box([sign * Fraction(7, 5)], [tenth], [[sign * third]]) for sign in (1, -1)]
    return box_certificate(system, {"w": 1}, ["x"], boxes)


def build_corpus():
    square = written_system(
        ["w"], ["x", "z"], [], [{(("w", 1), ("x", 2)): 2, (("z", 4),): 1}, {(("x", 1),): 1, (): 1}]
    )
    complex_system = written_system(
        ["w"], ["x"], [], [{(("x", 1),): 1}, {(("x", 1), ("w", 1)): 1, (("w", 1),): -1}]
    )
    scaled = written_system(
        ["w", "v"],
        ["x", "z"],
        ["x"],
        [
            {(("w", 1), ("x", 2)): 1, (("v", 1), ("z", 1)): 1},
            {(("v", 1), ("z", 1)): 1, (("w", 1), ("x", 2)): 2},
        ],
        {"x": 1, "z": 2},
    )
    core = build_system("location-scale-gaussian", 2, 4)
    sides = side_certificates("location-scale-gaussian", 3, 5)
    corpus = {
        "order m=1": order_certificate("softmax-gaussian", 1),
        "order m=3": order_certificate("softmax-gaussian", 3),
        "order d=2": order_certificate("softmax-gaussian", 2, 2),
        "order location": order_certificate("location-gaussian", 3),
        "order free gate": order_certificate("gaussian-experts-free-gate", 2),
        "order all kinds": certify("location-scale-gaussian", 2, all_kinds=True),
        "order own core": order_certificate(own_core(), 2),
        "quadrature": quadrature_certificate(FamilySystem(get("softmax-gaussian"), 5, 8)),
        "zero crossing": zero_crossing_certificate(FamilySystem(get("softmax-gaussian", 2), 3, 7)),
        "point": sides[1],
        "point written": point_certificate(
            written_system(["w"], ["x"], ["x"], [{(("x", 1),): 2, (("w", 1),): -1}]),
            {"w": Fraction(1, 3), "x": Fraction(1, 6)},
        ),
        "box": sides[2],
        "two boxes": sqrt_two_boxes(),
        "positive eliminant": find_identity(core),
        "positivstellensatz": find_identity(core, "positivstellensatz"),
        "nullstellensatz": find_identity(complex_system, "nullstellensatz"),
        "scaled": find_identity(scaled),
        "drops only": unsolvable_side(FamilySystem(two_locations(), 3, 2)),
        "drops only, one atom": unsolvable_side(FamilySystem(two_locations(), 1, 1)),
        "drop in a written system": identity_certificate(
            square, "positivstellensatz", {(1,): {(): 1}}, steps=[drop_step("x", [0]), drop_step("z", [0])]
        ),
    }
    return {name: certificate.to_data() for name, certificate in corpus.items()}


@pytest.fixture(scope="session")
def corpus():
    return build_corpus()


@pytest.fixture
def reseal():
    return resealed


@pytest.fixture
def written():
    return written_system


@pytest.fixture
def families_of_ones_own():
    return {"two-locations": two_locations(), "own-core": own_core()}


@pytest.fixture
def plain_digest():
    return canonical_digest
