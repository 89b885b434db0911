"""The verb `certify`."""

from __future__ import annotations

import pytest

import polysolv
from polysolv import InputError, certify
from polysolv.certificates import read_certificate
from polysolv.decisions import certification, side_certificates
from polysolv.verify import verify

FAMILIES = ["softmax-gaussian", "gaussian-experts-free-gate", "location-scale-gaussian", "location-gaussian"]


def kinds(certificates):
    return [certificate.kind for certificate in certificates]


def test_it_writes_what_the_kernel_accepts(tmp_path):
    certificate = certify("softmax-gaussian", 3, path=tmp_path / "c.json")
    assert read_certificate(tmp_path / "c.json") == certificate
    assert verify((tmp_path / "c.json").read_bytes()).accepted


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("m", [1, 2, 3])
def test_one_side(name, m):
    order = int(polysolv.order(name, m))
    for degree in range(1, 9):
        certificate = certify(name, m, degree)
        assert certificate.statement["claim"] == ("SOLVABLE" if degree < order else "UNSOLVABLE")
        assert certificate.statement["degree"] == degree


def test_every_kind_for_two_atoms():
    assert kinds(side_certificates("softmax-gaussian", 2, 3)) == ["quadrature", "point", "box"]
    assert kinds(side_certificates("softmax-gaussian", 2, 4)) == ["zero-crossing", "identity", "identity"]
    assert kinds(side_certificates("softmax-gaussian", 2, 8)) == ["zero-crossing", "identity", "identity"]
    for certificate in side_certificates("softmax-gaussian", 2, 7):
        assert certificate.verify().accepted
        assert certificate.statement["degree"] == 7


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_boxes_of_the_gauss_hermite_rule(m):
    for degree in (2 * m - 1, 2 * m - 2, 1):
        assert "box" in kinds(side_certificates("softmax-gaussian", m, degree, d=2))


def test_orders_of_every_kind():
    certificate = certify("softmax-gaussian", 2, d=3, all_kinds=True)
    payload = certificate.to_data()["payload"]
    assert [len(payload[side]) for side in ("solvable", "unsolvable")] == [3, 3]
    assert certificate.verify().relies_on == ()
    assert certify("location-gaussian", 3, all_kinds=True).verify().accepted
    assert certify("softmax-gaussian", 1, all_kinds=True).verify().accepted
    assert certify("softmax-gaussian", 7, all_kinds=True).verify().accepted


def test_an_identity_that_is_already_there_is_not_repeated():
    found = side_certificates("location-gaussian", 2, 2)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("arguments", [{"m": 0}, {"m": 1001}, {"degree": 0}, {"degree": 2001}, {"d": 0}])
def test_bad_input(arguments):
    with pytest.raises(InputError, match=next(iter(arguments))):
        certify(**arguments)


def test_a_certificate_that_the_kernel_refuses_is_never_returned(monkeypatch):
    from polysolv.certificates import point_certificate

    def wrong(about):
        names = [f"{c}_{i}" for c in (*about.family.components, "w") for i in range(1, about.m + 1)]
        return point_certificate(about, dict.fromkeys(names, 1))

    monkeypatch.setattr(certification, "solvable_side", wrong)
    with pytest.raises(RuntimeError, match="REJECTED: equations"):
        certify("softmax-gaussian", 2, degree=3)
