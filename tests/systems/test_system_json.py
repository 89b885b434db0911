"""JSON of a system: round trip, digest, and what is refused."""

from __future__ import annotations

import hashlib
import json

import pytest

from polysolv import InputError, PolynomialSystem, build_system, families


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in families.names()
        if families.get(name).source is None and not families.get(name).log_symbol.constants
    ],
)
def test_round_trip_gives_an_equal_object(name):
    system = build_system(name, 3, 4)
    again = PolynomialSystem.from_json(system.to_json())
    assert again == system
    assert hash(again) == hash(system)
    assert again.digest == system.digest


def test_round_trip_in_two_dimensions():
    system = build_system("softmax-gaussian", 2, 3, d=2)
    assert PolynomialSystem.from_json(system.to_json().encode()) == system


def test_the_digest_is_that_of_the_canonical_form():
    data = json.loads(build_system("location-gaussian", 2, 2).to_json())
    digest = data.pop("digest")
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    assert digest == hashlib.sha256(text.encode()).hexdigest()


def test_different_systems_have_different_digests():
    systems = [build_system("softmax-gaussian", m, r, d) for m in (1, 2) for r in (1, 2) for d in (1, 2)]
    assert len({system.digest for system in systems}) == len(systems)


def _redigest(data):
    rest = {key: value for key, value in data.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return {**rest, "digest": hashlib.sha256(text.encode()).hexdigest()}


def _change(change, redigest=True):
    data = json.loads(build_system("location-scale-gaussian", 2, 3).to_json())
    change(data)
    return json.dumps(_redigest(data) if redigest else data)


def _set_term(data, value):
    data["equations"][0]["terms"][0][0] = value


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(m=3), "equations"),
        (lambda d: d.update(degree=4), "equations"),
        (lambda d: d.update(family="location-gaussian"), "log_symbol|equations"),
        (lambda d: d.update(family="nobody", dimension=3), "dimension"),
        (lambda d: d.update(family="nobody", log_symbol={"terms": 3}), "log_symbol"),
        (lambda d: d.update(family="nobody", log_symbol=None), "log_symbol"),
        (lambda d: d.update(dimension=2), "covariates|dimension"),
        (lambda d: d.update(schema="polysolv/system/2"), "schema"),
        (lambda d: d.update(surprise=1), "surprise"),
        (lambda d: d.pop("grading"), "grading"),
        (lambda d: d.update(grading=[0]), "grading"),
        (lambda d: d["unknowns"].reverse(), "equations"),
        (lambda d: d["equations"].pop(), "equations"),
        (lambda d: d["equations"].append(d["equations"][0]), "index"),
        (lambda d: _set_term(d, "2/4"), "lowest terms"),
        (lambda d: _set_term(d, "2"), "equations"),
        (lambda d: _set_term(d, 1), "string"),
        (lambda d: _set_term(d, "0"), "non-zero"),
        (lambda d: _set_term(d, "1/0"), "rational"),
        (lambda d: d["equations"][0]["terms"][0][1].update(q=1), "unknowns"),
        (lambda d: d.update(weights=["w_1", "w_1"]), "weights"),
        (lambda d: d.update(nontrivial=["zeta"]), "nontrivial"),
        (lambda d: d.update(equations={}), "equations"),
        (lambda d: d["equations"].append(3), "equations"),
        (lambda d: d.update(log_symbol=None), "log_symbol"),
        (lambda d: d.update(family=None), "family"),
        (lambda d: d.update(m="two"), "m"),
    ],
)
def test_a_changed_system_is_refused_even_with_a_fresh_digest(change, message):
    with pytest.raises(InputError, match=message):
        PolynomialSystem.from_json(_change(change))


def test_a_wrong_digest_is_refused():
    text = _change(lambda d: d.update(digest="0" * 64), redigest=False)
    with pytest.raises(InputError, match="digest"):
        PolynomialSystem.from_json(text)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t[: len(t) // 2], "complete, valid JSON"),
        (lambda t: t.replace('"1/2"', "0.5", 1), "0.5"),
        (lambda t: t.replace('"1/2"', "NaN", 1), "NaN"),
        (lambda t: t.replace('"m": 2', '"m": 2, "m": 2', 1), "each key once"),
        (lambda t: t.replace('"m": 2', '"m": ' + "9" * 5000, 1), "4300"),
        (lambda t: "[" * 100_000, "nest"),
        (lambda t: "", "JSON"),
        (lambda t: "[]", "object"),
    ],
)
def test_broken_text_is_refused(spoil, message):
    text = build_system("location-scale-gaussian", 2, 3).to_json()
    with pytest.raises(InputError, match=message):
        PolynomialSystem.from_json(spoil(text))


def test_bytes_that_are_not_utf8_are_refused():
    with pytest.raises(InputError, match="UTF-8"):
        PolynomialSystem.from_json(b"\xff\xfe{")
