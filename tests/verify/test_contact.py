"""Orders of contact and local minimax statements: right ones are accepted, each way to be wrong is not."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest

from polysolv.certificates.contact import hermite_minimax_certificate, minimax_certificate
from polysolv.decisions import certify_contact
from polysolv.families import Family, get
from polysolv.verify import verify

from .conftest import canonical_digest, resealed

ZERO, ONE = Fraction(0), Fraction(1)


def changed(certificate, edit):
    """A copy after an edit, with all digests right again."""
    data = copy.deepcopy(certificate.to_data())
    edit(data)
    statement = data["statement"]
    statement["digest"] = canonical_digest(
        {k: v for k, v in statement.items() if k not in ("digest", "claim")}
    )
    return verify(resealed(data))


def at(*path, value):
    def edit(data):
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return edit


@pytest.fixture(scope="module")
def pair():
    return certify_contact(2, 2)


@pytest.fixture(scope="module")
def locations():
    return certify_contact(2, 2, "location-gaussian")


def test_words(pair, locations):
    assert changed(pair, lambda data: None).text() == (
        "VERIFIED\nproved: location-scale-gaussian, d = 0, 2 against 2 atoms: the order of contact is 6\n"
        "relies on: Kalai–Moitra–Valiant 2010 Prop. 7\n"
        "relies on: Krawczyk 1969 (Brouwer's fixed-point theorem)"
    )
    assert "relies" not in verify(locations.to_data()).text()
    assert ", equal weights" in verify(certify_contact(2, weights="equal").to_data()).text()


@pytest.mark.parametrize(
    ("path", "value", "step"),
    [
        (("statement", "claim"), "ORDER", "claim"),
        (("statement", "field"), "COMPLEX", "claim"),
        (("statement", "weights"), "heavy", "weights"),
        (("statement", "differ"), [], "weights"),
        (("statement", "differ"), ["mean"], "weights"),
        (("statement", "degree"), 7, "degree"),
        (("statement", "degree"), 4, "degree"),
        (("statement", "m_true"), 3, "degree"),
        (("statement", "m"), 0, "m"),
        (("statement", "d"), 1, "statement"),
        (("statement", "family"), "softmax-gaussian", "statement"),
        (("statement", "weights"), "equal", "weights"),
        (("statement", "log_symbol", "terms", 0, "coefficient"), "2", "statement"),
        (("steps",), [{}], "contact"),
        (("payload", "fixed", "s_1"), "1/3", "Krawczyk"),
        (("payload", "fixed", "w_1"), "-1", "weights"),
    ],
)
def test_a_wrong_contact_is_rejected(pair, path, value, step):
    result = changed(pair, at(*path, value=value))
    assert not result.accepted
    assert result.step == step


def test_digest_of_a_statement(pair):
    data = pair.to_data()
    data["statement"]["digest"] = "0" * 64
    assert verify(resealed(data)).step == "statement"


def test_kinds_do_not_prove_each_other(pair):
    split = minimax_certificate(
        get("location-gaussian"), 2, {"mu": 2 * ONE}, [ZERO, ZERO], [ONE], {"mu": {(1, 1): ONE}}, 2
    )
    for one, other in ((pair, split), (split, pair)):
        data = one.to_data()
        data["kind"] = other.kind
        assert not verify(resealed(data)).accepted
        data["statement"] = other.to_data()["statement"]
        assert not verify(resealed(data)).accepted
    data = pair.to_data()
    data["kind"] = "box"
    assert not verify(resealed(data)).accepted


@pytest.mark.parametrize(
    ("symbol", "step"),
    [
        ("p*y", None),
        ("p*y + q*y^2", "degree"),  # then the order is 6
        ("p*y + q*y", "statement"),
        ("p*y + p*y^2", "statement"),
        ("p^2*y", "statement"),
        ("p*y + q*y^3", "statement"),
        ("p*y^2", "statement"),
    ],
)
def test_which_log_symbols(locations, symbol, step):
    names = [name for name in "pq" if name in symbol]
    if symbol == "p*y + q*y":  # no family: such parameters are one
        log_symbol = Family.from_log_symbol("mine", "p*y + q*y^2", names).log_symbol.to_data()
        log_symbol["terms"][1]["variables"] = {"y": 1}
    else:
        log_symbol = Family.from_log_symbol("mine", symbol, names).log_symbol.to_data()

    def edit(data):
        data["statement"] |= {"family": "mine", "log_symbol": log_symbol}

    assert changed(locations, edit).step == (step or "")


def test_a_location_alone_has_no_scale(locations):
    assert changed(locations, at("payload", "fixed", "s_1", value="1")).step in ("slice", "difference")

    def all_wide(data):
        for i in range(1, 5):
            data["payload"]["fixed"][f"s_{i}"] = "1"

    assert changed(locations, all_wide).step == "difference"


def test_equal_mixtures_do_not_differ(locations):
    def edit(data):
        fixed = data["payload"]["fixed"]
        for i in (1, 2):
            for stem in "wbs":
                fixed[f"{stem}_{i + 2}"] = fixed[f"{stem}_{i}"]

    assert changed(locations, edit).step == "difference"


def test_gauss_hermite_minimax():
    family = get("softmax-gaussian")
    right = hermite_minimax_certificate(family, 3, {"b": Fraction(6), "sigma": Fraction(3)})
    assert verify(right.to_data()).text().splitlines() == [
        "VERIFIED",
        "proved: softmax-gaussian, d = 1, m = 3: no rate near the truth beats b n^(-1/12), sigma n^(-1/6)",
    ]
    for exponents in ({"b": "7"}, {"sigma": "4"}, {"a": "2"}):
        assert changed(right, at("statement", "exponents", value=exponents)).step == "contact"
    assert changed(right, at("payload", "rule", value="gauss")).step == "minimax"
    assert changed(right, at("statement", "m", value=2)).step == "contact"
    assert changed(right, at("statement", "m", value=1)).step == "minimax"
    relation = [[{"coefficient": "1", "monomial": {"x": 1}}]]
    assert changed(right, at("statement", "relations", value=relation)).step == "minimax"


@pytest.mark.parametrize(
    ("path", "value", "step"),
    [
        (("statement", "claim"), "ORDER", "claim"),
        (("statement", "d"), 0, "statement"),
        (("statement", "exponents"), {}, "statement"),
        (("statement", "exponents"), {"beta1": "0"}, "statement"),
        (("statement", "exponents"), {"gamma": "2"}, "statement"),
        (("statement", "exponents"), {"beta1": "5/2"}, "contact"),
        (("statement", "exponents"), {"a": "2"}, "contact"),
        (("statement", "family"), "mine", ""),
        (("statement", "log_symbol", "terms"), [], "statement"),
        (("statement", "m"), 1, "nodes"),
        (("payload", "norms"), ["-1"], "nodes"),
        (("payload", "contact"), 3, "mean"),
        (("payload", "paths"), {"beta1": [{"coefficient": "1", "monomial": {}}]}, "paths"),
        (("payload", "paths"), {"gamma": [{"coefficient": "1", "monomial": {"eps": 1}}]}, "paths"),
        (("payload", "paths"), {"beta1": [{"coefficient": "1", "monomial": {"eps": 1}}]}, "mean"),
        (("payload", "paths"), {"beta1": []}, "contact"),
        (("steps",), [{}], "minimax"),
    ],
)
def test_a_split_that_is_not_one(path, value, step):
    split = minimax_certificate(
        get("softmax-gaussian"), 2, {"beta1": 2 * ONE}, [ZERO, ZERO], [ONE], {"beta1": {(1, 1): ONE}}, 2
    )
    assert split.verify().accepted
    assert changed(split, at(*path, value=value)).step == step


def test_digest_of_a_minimax_statement():
    split = minimax_certificate(
        get("location-gaussian"), 2, {"mu": 2 * ONE}, [ZERO, ZERO], [ONE], {"mu": {(1, 1): ONE}}, 2
    )
    data = split.to_data()
    data["statement"]["digest"] = "0" * 64
    assert verify(resealed(data)).step == "statement"


def test_modulo_relations_and_premises():
    family = get("softmax-gaussian").observed_modulo(["x^2 - x"])
    # The two-level example of the page: a has exponent 2m.
    paths = {"b": {(1, 1): ONE}, "a": {(1, 1): -2 * ONE}, "sigma": {(2, 0): -ONE}}
    nodes = ([ZERO, ZERO], [ONE])
    right = minimax_certificate(family, 2, {"a": 4 * ONE}, *nodes, paths, 4, ["x is 0 or 1"])
    assert right.verify().text() == (
        "accepted, given x is 0 or 1\nproved: softmax-gaussian, d = 1, m = 2, modulo 1 relations: "
        "no rate near the truth beats a n^(-1/8)"
    )
    without = minimax_certificate(get("softmax-gaussian"), 2, {"a": 4 * ONE}, *nodes, paths, 4)
    assert without.verify().step == "mean"
