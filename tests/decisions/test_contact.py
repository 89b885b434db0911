"""Orders of contact: against formulas in print, and moments of the pairs computed by other means."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from click.testing import CliRunner
from mpmath import iv

from polysolv import contact_order
from polysolv.cli import cli
from polysolv.decisions import certify_contact
from polysolv.decisions.contact import interlaced_scales
from polysolv.errors import InputError
from polysolv.verify import verify


def moments(certificate, count):
    """Differences of Gaussian moments over the box, as intervals: m_j = b m_(j-1) + (j-1) s m_(j-2)."""
    data = certificate.to_data()
    payload = data["payload"]
    (box,) = payload["boxes"]
    values = {name: _interval(_rational(value)) for name, value in payload["fixed"].items()}
    for name, centre, radius in zip(payload["free"], box["centre"], box["radii"], strict=True):
        c, r = _rational(centre), _rational(radius)
        low, high = _interval(c - r), _interval(c + r)
        values[name] = iv.mpf([low.a, high.b])
    m, n = data["statement"]["m"], data["statement"]["m"] + data["statement"]["m_true"]
    total = [iv.mpf(0)] * count
    for i in range(1, n + 1):
        w, b, s = (values[f"{stem}_{i}"] for stem in "wbs")
        # A variance may be negative here: adding one to all changes no comparison, and no moment identity.
        row = [iv.mpf(1), b]
        for j in range(2, count):
            row.append(b * row[-1] + (j - 1) * s * row[-2])
        total = [t + (w if i <= m else -w) * e for t, e in zip(total, row, strict=True)]
    return total


def _interval(number):
    return iv.mpf(number.numerator) / iv.mpf(number.denominator)


def _rational(text):
    top, _, bottom = text.partition("/")
    return Fraction(int(top, 0), int(bottom or "1", 0))


@pytest.mark.parametrize(("m", "m_true"), [(2, 1), (2, 2), (3, 2), (2, 3), (3, 3)])
def test_moments_agree_to_the_stated_degree_and_no_further(m, m_true):
    found = contact_order(m, m_true)
    assert (int(found), found.evidence) == (2 * (m + m_true - 1), "PROVED")
    before, iv.prec = iv.prec, 200
    try:
        balls = moments(found.certificate, int(found) + 1)
        assert all(0 in ball for ball in balls[:-1])
        assert all(ball.delta < 1e-15 for ball in balls)
        assert 0 not in balls[-1]
    finally:
        iv.prec = before


@pytest.mark.slow
@pytest.mark.parametrize("n", [6, 7])
def test_every_pair_up_to_seven_atoms(n):
    for m_true in range(1, n):
        found = contact_order(n - m_true, m_true)
        assert found.evidence == "PROVED"
        assert found.certificate.statement["differ"] == ["location", "scale"]


def test_hardt_and_price_two_against_two():
    """Error eps in means costs n = eps^-12 (Hardt and Price 2015, Theorem 1.1): n^(-1/12)."""
    assert Fraction(1, 2 * contact_order(2, 2)) == Fraction(1, 12)
    assert contact_order(2, 2, "softmax-gaussian").evidence == "PROVED"


def test_ho_and_nguyen_one_true_atom():
    assert [int(contact_order(m)) for m in (2, 3)] == [4, 6]


@pytest.mark.parametrize("m", range(1, 9))
def test_heinrich_and_kahn_location_mixtures(m):
    """Their uniform rate n^(-1/(4(m - m0) + 2)) with m0 = 1: all atoms may merge."""
    found = contact_order(m, m, "location-gaussian")
    assert Fraction(1, 2 * found) == Fraction(1, 4 * (m - 1) + 2)
    assert found.evidence == "PROVED"


def test_explicit_pairs_for_many_atoms():
    values = interlaced_scales(12, 11)
    n = 23
    for k in range(n - 1):  # moments of order 2k are (2k - 1)!! s^k
        assert (
            sum(
                (1 if i <= 12 else -1) * values[f"w_{i}"] * Fraction(values[f"s_{i}"]) ** k
                for i in range(1, n + 1)
            )
            == 0
        )
    assert contact_order(20, 19).evidence == "PROVED"
    assert contact_order(9, 1).certificate.kind == "order"


def test_without_a_certificate_nothing_is_called_proved():
    found = contact_order(9, 3)
    assert (int(found), found.evidence, found.certificate) == (22, None, None)
    with pytest.raises(InputError, match="certificate"):
        certify_contact(9, 3)


@pytest.mark.parametrize("m", range(2, 6))
def test_equal_weights(m):
    found = contact_order(m, weights="equal")
    assert (int(found), found.evidence) == (2 * m, "PROVED")
    fixed = found.certificate.to_data()["payload"]["fixed"]
    assert {fixed[f"w_{i}"] for i in range(1, m + 1)} == {"1"}


@pytest.mark.slow
@pytest.mark.parametrize("m", [6, 7, 8])
def test_equal_weights_of_many_atoms(m):
    assert (int(contact_order(m, weights="equal")), contact_order(m, weights="equal").evidence) == (
        2 * m,
        "PROVED",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"m": 9, "weights": "equal"}, "2 to 8"),
        ({"m": 2, "m_true": 2, "weights": "equal"}, "m_true"),
        ({"weights": "same"}, "free, equal"),
        ({"family": "softmax-polynomial-1-2"}, "family"),
        ({"m": 0}, "m: 0"),
        ({"m_true": 401}, "m_true"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        contact_order(**arguments)


def test_commands(tmp_path):

    run = CliRunner().invoke
    assert run(cli, ["order", "--m", "2", "--m-true", "2"]).output.splitlines()[0] == (
        "contact_order(2, 2) = 6 for softmax-gaussian (PROVED)"
    )
    data = json.loads(run(cli, ["order", "--m", "3", "--weights", "equal", "--format", "json"]).output)
    assert (data["order"], data["evidence"], data["weights"]) == (6, "PROVED", "equal")
    path = tmp_path / "c.json"
    family = ["--family", "location-scale-gaussian", "--m", "3", "--m-true", "2"]
    assert run(cli, ["certify", *family, "-o", str(path)]).exit_code == 0
    assert verify(path.read_bytes()).accepted
    saved = run(cli, ["order", *family, "--certificates", str(tmp_path / "dir")]).output
    assert "sha256" in saved
    for wrong in (["certify", *family, "--all-kinds"], ["order", *family, "--method", "all"]):
        assert run(cli, wrong).exit_code == 2
