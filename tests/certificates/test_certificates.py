"""The noun, its file, its schema, and the builders."""

from __future__ import annotations

import copy
import json
import pickle
from fractions import Fraction

import jsonschema
import pytest

from polysolv import InputError, build_system
from polysolv.certificates import (
    Certificate,
    FamilySystem,
    enclose,
    identity_certificate,
    json_schema,
    order_certificate,
    point_certificate,
    quadrature_certificate,
    read_certificate,
    save,
    solvable_side,
    unsolvable_side,
    zero_crossing_certificate,
)
from polysolv.certificates.box import box_certificate
from polysolv.certificates.spelling import spell_rational
from polysolv.decisions import certify
from polysolv.families import Family, get, linear_log_symbol
from polysolv.families.log_symbol import LogSymbol, LogSymbolTerm
from polysolv.rates.prover.arc_certificates import unidentified_certificates
from polysolv.systems import PolynomialSystem
from polysolv.verify.reading import rational


@pytest.fixture(scope="module")
def all_kinds():
    return certify("softmax-gaussian", 2, all_kinds=True)


def test_a_certificate_is_immutable(all_kinds):
    with pytest.raises(AttributeError):
        all_kinds.digest = "0"
    with pytest.raises(AttributeError):
        all_kinds._data = {}
    data = all_kinds.to_data()
    data["payload"]["solvable"].clear()
    data["statement"]["m"] = 7
    all_kinds.statement["m"] = 7
    assert all_kinds.verify().accepted


def test_equality_and_pickling(all_kinds):
    again = pickle.loads(pickle.dumps(all_kinds))
    assert again == all_kinds
    assert hash(again) == hash(all_kinds)
    assert again != order_certificate("softmax-gaussian", 2)
    assert all_kinds != all_kinds.to_data()
    assert copy.copy(all_kinds) == all_kinds
    assert repr(all_kinds) == f"<Certificate order, digest {all_kinds.digest[:12]}>"


def test_write_and_read(all_kinds, tmp_path):
    all_kinds.write(tmp_path / "c.json")
    again = read_certificate(tmp_path / "c.json")
    assert again == all_kinds
    assert again.to_data() == all_kinds.to_data() == json.loads((tmp_path / "c.json").read_text())
    with pytest.raises(InputError, match="no/such"):
        all_kinds.write("no/such/folder/c.json")


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "box"}', '{"a": 1.5}', "[" * 10**6, '{"kind": true}'])
def test_files_that_hold_no_certificate(tmp_path, text):
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(InputError, match="certificate"):
        read_certificate(path)
    with pytest.raises(InputError, match="can be read"):
        read_certificate(tmp_path / "none.json")


def test_the_shipped_schema_describes_what_is_built(all_kinds):
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for certificate in (
        all_kinds,
        order_certificate("location-gaussian", 3),
        order_certificate("softmax-gaussian", 40, 2),
        order_certificate("softmax-gaussian", 1),
        order_certificate(Family("own", "", (), 0, get("location-gaussian").log_symbol, ("mu",), (), ()), 2),
        point_certificate(written(), {"w": 10**20, "x": Fraction(1, 10**20)}),
        *unidentified_certificates(get("softmax-gaussian").observed_modulo(["y^2"]), 2).values(),
    ):
        validator.validate(certificate.to_data())
    kinds = {side["kind"] for sides in all_kinds.to_data()["payload"].values() for side in sides}
    assert kinds == {"quadrature", "point", "box", "zero-crossing", "identity"}
    for change in ({"kind": "oracle"}, {"extra": 1}, {"digest": "0"}):
        assert not validator.is_valid({**all_kinds.to_data(), **change})
    data = all_kinds.to_data()
    data["payload"]["solvable"][1]["payload"]["values"]["b_1"] = 0.5
    assert not validator.is_valid(data)


def written():
    """w x = 1, a system of one's own."""
    return PolynomialSystem(
        unknowns=("w", "x"),
        weights=("w",),
        nontrivial=("x",),
        grading=(0, 0),
        equations={(3,): {((0, 1), (1, 1)): Fraction(1), (): Fraction(-1)}},
    )


def test_written_systems():
    assert point_certificate(written(), {"w": 10**20, "x": Fraction(1, 10**20)}).verify().accepted
    assert not point_certificate(written(), {"w": 2, "x": 3}).verify().accepted
    with pytest.raises(InputError, match="index"):
        identity_certificate(written(), "positive-eliminant", {(0,): {(): 1}})
    empty = PolynomialSystem(("w",), ("w",), (), (0,), {})
    with pytest.raises(InputError, match="equation"):
        point_certificate(empty, {"w": 1})


def test_systems_of_families_are_named_not_written():
    system = build_system("softmax-gaussian", 2, 3)
    values = dict.fromkeys(system.unknowns, 0) | {"w_1": 1, "w_2": 1, "b_1": 1, "b_2": -1}
    values |= {"sigma_1": -1, "sigma_2": -1}
    certificate = point_certificate(system, values)
    assert certificate.verify().accepted
    assert "system" not in certificate.statement
    assert certificate == point_certificate(FamilySystem(get("softmax-gaussian"), 2, 3), values)


@pytest.mark.parametrize(
    "number", [0, 1, -1, 10**18 - 1, 10**18, -(10**30), Fraction(10**20, 3), Fraction(-5, 12)]
)
def test_numbers_are_spelled_as_the_kernel_reads_them(number):
    assert rational(spell_rational(number), "here") == number


def test_builders_refuse_what_they_cannot_prove():
    gaussian, softmax = get("location-gaussian"), get("softmax-gaussian")
    with pytest.raises(InputError, match="family"):
        quadrature_certificate(FamilySystem(gaussian, 2, 1))
    with pytest.raises(InputError, match="family"):
        zero_crossing_certificate(FamilySystem(gaussian, 2, 4))
    with pytest.raises(InputError, match="family"):
        zero_crossing_certificate(FamilySystem(softmax, 1, 3))
    with pytest.raises(InputError, match="degree"):
        quadrature_certificate(FamilySystem(softmax, 2, 4))
    with pytest.raises(InputError, match="degree"):
        zero_crossing_certificate(FamilySystem(softmax, 3, 5))
    for m in (0, -1, 1001, 2.0, True, "3"):
        with pytest.raises(InputError, match="m"):
            order_certificate("softmax-gaussian", m)
    with pytest.raises(InputError, match="did you mean"):
        order_certificate("softmax-gausian", 2)


def own(name, symbols, nontrivial):
    duals = ("y",) if not any("y2" in v for _, v in symbols.values()) else ("y", "y2")
    return Family(name, "", (), 0, linear_log_symbol((), duals, symbols), nontrivial, (), ())


def test_families_of_ones_own():
    core = own("core", {"p": (2, {"y": 1}), "q": (3, {"y": 2})}, ("p",))
    assert [order_certificate(core, m).statement["degree"] for m in (1, 2, 5)] == [1, 4, 10]
    assert all(order_certificate(core, m).verify().accepted for m in (1, 2, 5))
    double = own("double", {"u": (2, {"y": 1}), "v": (3, {"y2": 1})}, ("u", "v"))
    assert [order_certificate(double, m).statement["degree"] for m in (1, 2, 5)] == [1, 2, 2]
    assert all(order_certificate(double, m).verify().accepted for m in (1, 2, 5))
    cubic = own("cubic", {"p": (1, {"y": 1}), "q": (1, {"y": 3})}, ("p",))
    assert order_certificate(cubic, 3).statement["degree"] == 2
    assert order_certificate(cubic, 3).verify().accepted
    skew = own("skew", {"p": (1, {"y": 1}), "q": (1, {"y": 2}), "r": (1, {"y": 3})}, ("p",))
    with pytest.raises(InputError, match="theorem"):
        order_certificate(skew, 2)
    assert unsolvable_side(FamilySystem(skew, 2, 9)) is None
    no_location = own("no location", {"q": (1, {"y": 2}), "r": (1, {"y": 3})}, ("q",))
    assert unsolvable_side(FamilySystem(no_location, 1, 1)) is None
    assert solvable_side(FamilySystem(no_location, 1, 1)) is None


def test_a_log_symbol_that_is_not_linear():
    symbol = LogSymbol(("p",), (), ("y",), (LogSymbolTerm(Fraction(1), (2,), (1,)),))
    family = Family("curved", "", (), 0, symbol, ("p",), (), ())
    with pytest.raises(InputError, match="theorem"):
        order_certificate(family, 2)
    assert solvable_side(FamilySystem(family, 2, 1)) is None


def test_save(tmp_path):
    certificate = order_certificate("softmax-gaussian", 3, 2)
    saved = save(certificate, tmp_path / "new")
    assert saved.file == str(tmp_path / "new" / "order-softmax-gaussian-d2-m3-degree6.json")
    assert saved.digest == certificate.digest
    assert read_certificate(saved.file) == certificate
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "none" / "below"):
        with pytest.raises(InputError, match="folder"):
            save(certificate, folder)


def test_enclose_refines_a_rough_guess():
    system = build_system("location-scale-gaussian", 3, 5)
    fixed = {f"sigma_{i}": -1 for i in (1, 2, 3)} | {"w_1": 1}
    near = {"w_2": 3.9, "w_3": 1.1, "mu_1": -1.8, "mu_2": 0.1, "mu_3": 1.7}
    box = enclose(system, fixed, near, digits=30)
    assert max(box.radii) < Fraction(1, 10**20)
    assert abs(box.centre[0] - 4) < Fraction(1, 10**25)
    assert abs(box.centre[4] ** 2 - 3) < Fraction(1, 10**25)
    assert box_certificate(system, fixed, list(near), [box]).verify().accepted


def test_enclose_says_when_there_is_nothing_to_enclose():
    system = build_system("location-scale-gaussian", 2, 3)
    with pytest.raises(InputError, match="approximation"):
        enclose(system, {"w_1": 1}, {"mu_1": 1})
    fixed = {"w_1": 1, "w_2": 1}
    rest = {"mu_1": 1.0, "mu_2": -1.0, "sigma_1": -1.0, "sigma_2": -1.0}
    assert enclose(system, fixed, rest) is None  # four unknowns, three equations
    singular = {"mu_2": 0.0, "sigma_1": 0.0, "sigma_2": 0.0}
    assert enclose(system, {**fixed, "mu_1": 0}, singular) is None
    root_of_minus_one = PolynomialSystem(
        ("x",), (), (), (0,), {(0,): {((0, 2),): Fraction(1), (): Fraction(1)}}
    )
    box = enclose(root_of_minus_one, {}, {"x": 0.7})
    assert box is None or not box_certificate(root_of_minus_one, {}, ["x"], [box]).verify().accepted


def test_the_schema_of_the_noun_is_that_of_the_kernel():
    from polysolv import certificates, verify

    assert certificates.SCHEMA == verify.SCHEMA == json_schema()["$id"]
    assert isinstance(Certificate({"kind": "box", "digest": ""}), Certificate)
