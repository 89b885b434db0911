"""The kernel accepts every kind of certificate, and refuses what does not prove what it claims."""

from __future__ import annotations

import pytest

from polysolv.certificates import Certificate, FamilySystem, order_certificate
from polysolv.certificates import statements as statement_data
from polysolv.families import get
from polysolv.verify import verify
from polysolv.verify.zero_crossing import THEOREM


def answer(data):
    result = verify(data)
    return result.exit_code, result.step


def test_every_kind_is_accepted(corpus):
    for name, data in corpus.items():
        result = verify(data)
        assert result.accepted, (name, result.text())
        assert result
        assert result.exit_code == 0
    assert {data["kind"] for data in corpus.values()} == {
        *("order", "quadrature", "zero-crossing", "point", "box", "identity")
    }


def test_the_answer_names_the_theorem_only_where_it_is_needed(corpus):
    assert verify(corpus["order m=3"]).relies_on == (THEOREM,)
    assert verify(corpus["order all kinds"]).relies_on == ()  # the identity needs no theorem
    assert verify(corpus["quadrature"]).relies_on == ()
    assert "Krawczyk" in verify(corpus["box"]).relies_on[0]
    text = verify(corpus["zero crossing"]).text().splitlines()
    assert text[0] == "VERIFIED"
    assert "softmax-gaussian, d = 2, m = 3" in text[1]
    assert text[2] == "relies on: Kalai–Moitra–Valiant 2010 Prop. 7"


def test_a_changed_value_with_the_old_digest(corpus):
    data = {**corpus["point"], "steps": [{"step": "unit-weight", "weight": "w_1"}]}
    assert answer(data) == (1, "digest")
    assert answer({**corpus["point"], "digest": "0" * 64}) == (1, "digest")


def test_words(corpus):
    assert verify(corpus["order m=3"]).statement == "softmax-gaussian, d = 1, m = 3: the order is 6"
    assert "degree 8 has a non-trivial real solution with positive" in verify(corpus["quadrature"]).statement
    assert verify(corpus["nullstellensatz"]).statement == (
        "the system of 2 equations has no complex solution with non-zero weights"
    )


@pytest.mark.parametrize("d", [1, 2, 3, 11])
@pytest.mark.parametrize(
    "name",
    ["softmax-gaussian", "gaussian-experts-free-gate", "location-scale-gaussian", "location-gaussian"],
)
def test_the_kernel_generates_the_log_symbols_of_the_families(name, d):
    from polysolv.verify.log_symbol import generate

    family = get(name, d if "gate" in name or "softmax" in name else 1)
    assert generate(name, family.dimension) == family.log_symbol.to_data()


def test_the_digest_of_a_statement_is_that_of_the_defining_data(corpus, plain_digest):
    statement = corpus["quadrature"]["statement"]
    family = get("softmax-gaussian")
    assert statement["digest"] == plain_digest(
        {
            "log_symbol": family.log_symbol.to_data(),
            "d": 1,
            "m": 5,
            "degree": 8,
            "nontrivial": ["b"],
        }
    )
    data = corpus["quadrature"]
    assert data["digest"] == plain_digest({k: v for k, v in data.items() if k != "digest"})


CHANGES = {
    "another family": {"family": "gaussian-experts-free-gate"},
    "another dimension": {"d": 2},
    "another cell size": {"m": 4},
    "another degree": {"degree": 5},
    "another claim": {"claim": "UNSOLVABLE"},
    "another field": {"field": "COMPLEX"},
    "a field without certificates": {"field": "REAL"},
    "an order": {"claim": "ORDER"},
    "no such dimension": {"d": 0},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_right_proof_of_another_statement_is_rejected(corpus, reseal, change):
    for name in ("quadrature", "zero crossing", "point", "box", "order m=3", "positive eliminant"):
        data = reseal(corpus[name])
        if change.items() <= data["statement"].items():
            continue
        data["statement"].update(change)
        assert verify(reseal(data)).exit_code == 1, name


def test_unknown_family_needs_its_log_symbol(corpus, reseal):
    data = reseal(corpus["order own core"])
    del data["statement"]["log_symbol"], data["statement"]["nontrivial"]
    assert answer(reseal(data)) == (1, "statement")
    data = reseal(corpus["quadrature"])
    data["statement"]["family"] = "of-my-own"
    assert answer(reseal(data)) == (1, "statement")


def test_built_in_family_may_not_bring_a_log_symbol(corpus, reseal):
    data = reseal(corpus["quadrature"])
    data["statement"] |= {"log_symbol": get("softmax-gaussian").log_symbol.to_data(), "nontrivial": ["b"]}
    assert answer(reseal(data)) == (1, "statement")


def restated(data, reseal, plain_digest, **changes):
    """The certificate with a changed statement whose own digest is right again."""
    data = reseal(data)
    statement = data["statement"]
    statement.update(changes)
    if "system" in statement:
        statement["digest"] = plain_digest({"system": statement["system"]})
    else:
        d = statement["d"]
        symbol = statement.get("log_symbol")
        family = statement["family"]
        if symbol is None:
            symbol = get(family, d or 1).log_symbol.to_data()
        nontrivial = statement.get("nontrivial", ["b"] if d else ["mu"])
        keys = {"log_symbol": symbol, "nontrivial": nontrivial}
        keys |= {key: statement[key] for key in ("d", "m", "degree")}
        statement["digest"] = plain_digest(keys)
    return reseal(data)


def test_quadrature_reaches_degree_2m_minus_1_only(corpus, reseal, plain_digest):
    data = corpus["quadrature"]
    assert verify(restated(data, reseal, plain_digest, degree=9)).accepted
    assert answer(restated(data, reseal, plain_digest, degree=10)) == (1, "quadrature")
    assert answer(restated(data, reseal, plain_digest, m=6)) == (1, "nodes")
    assert answer(restated(data, reseal, plain_digest, claim="UNSOLVABLE"))[0] == 1


def test_one_node_is_no_location(corpus, reseal, plain_digest):
    data = restated(corpus["quadrature"], reseal, plain_digest, m=1, degree=1)
    data["payload"]["nodes"] = ["0", "1"]
    assert answer(reseal(data)) == (1, "non-triviality")


def test_zero_crossing_starts_at_degree_2m(corpus, reseal, plain_digest):
    data = corpus["zero crossing"]
    assert verify(restated(data, reseal, plain_digest, degree=6)).accepted
    assert answer(restated(data, reseal, plain_digest, degree=5)) == (1, "zero crossing")
    changed = reseal(data)
    changed["payload"]["theorem"] = "a theorem of mine"
    assert answer(reseal(changed)) == (1, "theorem")


def test_core_steps_are_checked(corpus, reseal, plain_digest):
    def changed(**change):
        data = reseal(corpus["zero crossing"])
        data["steps"][-1].update(change)
        return answer(reseal(data))

    assert changed(location="sigma", scale="b") == (1, "core")
    assert changed(location="b", scale="b") == (1, "core")
    assert changed(variable="x1") == (1, "core")
    assert changed(location="a_1") == (1, "core")
    data = reseal(corpus["zero crossing"])
    del data["steps"][0]
    assert answer(reseal(data))[0] == 1
    data["steps"] = data["steps"][:-1]
    assert answer(reseal(data))[0] == 1
    written = reseal(corpus["point written"])
    for kind in ("quadrature", "zero-crossing"):
        written["kind"] = kind
        assert answer(reseal(written)) == (1, "core")


def test_a_core_must_have_the_shape_y_and_y_squared(families_of_ones_own, reseal, plain_digest):
    from polysolv.families import Family, linear_log_symbol

    symbol = linear_log_symbol((), ("y",), {"p": (1, {"y": 1}), "q": (1, {"y": 3})})
    family = Family("skew", "", (), 0, symbol, ("p",), (), ())
    data = zero_crossing_of(family)
    assert answer(data) == (1, "core")
    # One component for both powers is no location-scale core.
    from polysolv.families.log_symbol import LogSymbol, LogSymbolTerm

    curved = LogSymbol(("p",), (), ("y",), (LogSymbolTerm(1, (1,), (1,)), LogSymbolTerm(1, (1,), (2,))))
    data = zero_crossing_of(Family("curved", "", (), 0, curved, ("p",), (), ()), scale="p")
    assert answer(data) == (1, "core")


def zero_crossing_of(family, scale="q"):
    from polysolv.certificates.certificate import seal

    about = FamilySystem(family, 2, 4)
    core = {"step": "core", "location": "p", "scale": scale, "variable": "y"}
    statement = statement_data.statement(about, "UNSOLVABLE")
    payload = {"theorem": THEOREM.replace("–", "-")}
    return seal("zero-crossing", statement, payload, [core]).to_data()


def test_drop_needs_a_sum_of_squares(corpus, reseal):
    def changed(index, component="beta1_1"):
        data = reseal(corpus["zero crossing"])
        data["steps"][0] |= {"index": index, "component": component}
        return answer(reseal(data))

    assert changed([2, 0, 0])[0] == 0
    assert changed([4, 0, 0])[0] == 0  # beta^4 / 24 will do as well
    assert changed([1, 0, 0]) == (1, "drop of beta1_1")  # a linear equation of several atoms
    assert changed([2, 0, 2]) == (1, "drop of beta1_1")  # mixed terms
    assert changed([0, 2, 0]) == (1, "drop of beta1_1")  # the other direction
    assert changed([0, 0, 0]) == (1, "index")
    assert changed([2, 0]) == (1, "index")
    assert changed([8, 0, 0]) == (1, "index")  # beyond the degree of the system
    assert changed([2, 0, 0], "gamma") == (1, "steps")
    assert changed([2, 0, 0], "w") == (1, "steps")


def test_drops_are_for_real_solutions_and_zeros_for_sought_ones(corpus, reseal):
    data = reseal(corpus["zero crossing"])
    data["steps"][0] = {"step": "set-zero", "component": "beta1_1"}
    assert answer(reseal(data)) == (1, "steps")
    data = reseal(corpus["quadrature"])
    data["steps"][0] = {"step": "drop", "component": "beta1", "index": [2, 0]}
    assert answer(reseal(data)) == (1, "steps")
    data = reseal(corpus["quadrature"])
    data["steps"].insert(0, data["steps"][0])
    assert answer(reseal(data)) == (1, "steps")


def test_order_needs_both_sides(corpus, reseal):
    for change in ({"solvable": []}, {"unsolvable": []}, {"solvable": [], "unsolvable": []}):
        data = reseal(corpus["order m=3"])
        data["payload"] |= change
        assert answer(reseal(data)) == (1, "order")
    data = reseal(corpus["order m=3"])
    data["payload"]["solvable"], data["payload"]["unsolvable"] = (
        data["payload"]["unsolvable"],
        data["payload"]["solvable"],
    )
    assert answer(reseal(data)) == (1, "solvable side: statement")
    data = reseal(corpus["order m=1"])
    data["payload"]["solvable"] = corpus["order m=3"]["payload"]["solvable"]
    assert answer(reseal(data)) == (1, "order")


def test_sides_of_an_order_must_be_about_the_same_cell(corpus, reseal):
    for other in (
        order_certificate("softmax-gaussian", 4),
        order_certificate("softmax-gaussian", 3, 2),
        order_certificate("location-scale-gaussian", 3),
    ):
        for side in ("solvable", "unsolvable"):
            data = reseal(corpus["order m=3"])
            data["payload"][side] = other.to_data()["payload"][side]
            assert answer(reseal(data)) == (1, f"{side} side: statement")
    data = reseal(corpus["order m=3"])
    data["payload"]["solvable"] = [corpus["point written"]]
    assert answer(reseal(data)) == (1, "solvable side: statement")
    data["payload"]["solvable"] = [corpus["order m=3"]]
    assert answer(reseal(data)) == (1, "solvable side: statement")


def test_every_certificate_of_a_side_must_hold(corpus, reseal):
    data = reseal(corpus["order all kinds"])
    data["payload"]["unsolvable"][1]["payload"]["cofactors"].pop()
    assert answer(reseal(data))[0] == 1
    assert answer(reseal(data))[1].startswith("unsolvable side")
    data = reseal(corpus["order all kinds"])
    data["payload"]["unsolvable"][1]["payload"]["cofactors"] = 3
    assert answer(reseal(data)) == (2, "unsolvable side: cofactors")


def test_kind_and_claim_belong_together(corpus, reseal):
    data = reseal(corpus["order m=3"])
    data["kind"] = "point"
    assert answer(reseal(data)) == (1, "kind")
    data = reseal(corpus["point"])
    data["kind"] = "order"
    assert answer(reseal(data)) == (1, "kind")
    for kind in ("box", "identity", "quadrature", "zero-crossing"):
        data["kind"] = kind
        assert verify(reseal(data)).exit_code in (1, 2)


def test_checks_of_the_quadrature_bite(corpus, reseal, plain_digest, monkeypatch):
    from polysolv.verify import quadrature

    right = quadrature.hermite(5)[0]
    wrong = [*right[:1], right[1] + 1, *right[2:]]
    data = reseal(corpus["quadrature"])
    data["payload"]["nodes"] = [str(c) for c in wrong]
    data = reseal(data)
    assert answer(data) == (1, "nodes")
    monkeypatch.setattr(quadrature, "hermite", lambda m: (wrong, 5))
    assert answer(data) == (1, "moments")
    monkeypatch.setattr(quadrature, "hermite", lambda m: (right, 3))
    assert answer(corpus["quadrature"]) == (1, "Sturm")


def test_point_is_substituted(corpus, reseal, plain_digest):
    def changed(**values):
        data = reseal(corpus["point"])
        data["payload"]["values"].update(values)
        return answer(reseal(data))

    assert changed(mu_1="2") == (1, "equations")
    assert changed(w_1="-5/6") == (1, "values")
    assert changed(w_1="0") == (1, "values")
    assert changed(mu_4="1") == (2, "values")
    trivial = {f"{name}_{atom}": "0" for name in ("mu", "sigma") for atom in (1, 2, 3)}
    assert changed(**trivial) == (1, "non-triviality")
    data = reseal(corpus["point"])
    del data["payload"]["values"]["mu_1"]
    assert answer(reseal(data)) == (1, "values")
    data = reseal(corpus["point"])
    data["steps"] = [{"step": "unit-weight", "weight": "w_1"}]
    assert answer(reseal(data)) == (1, "point")
    assert answer(restated(corpus["point"], reseal, plain_digest, degree=6)) == (1, "equations")


def test_the_certificate_noun_asks_the_same_kernel(corpus):
    assert Certificate(corpus["box"]).verify().text() == verify(corpus["box"]).text()
