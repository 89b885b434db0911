"""A saved system is read as equations, and refused where it claims to be what it is not."""

from __future__ import annotations

import hashlib
import json

import pytest

from polysolv import GenericSystem, InputError, build_system, solve
from polysolv.systems.any_system import read_any


def _false_claim() -> bytes:
    """A saved system that names another family, with the digest of what it says."""
    data = json.loads(build_system("location-scale-gaussian", 2, 3).to_json())
    del data["digest"]
    data["equations"][0]["terms"][0][0] = "7"
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return json.dumps({**data, "digest": hashlib.sha256(text.encode()).hexdigest()}).encode()


def test_a_saved_cell_is_read_as_equations():
    system = build_system("location-gaussian", 2, 2)
    read = read_any(system.to_json().encode())
    assert read.unknowns == system.unknowns
    assert read.equations == tuple(system.equations.values())
    assert read == GenericSystem.parse(system.to_json())


def test_equations_that_are_not_those_of_the_family_are_refused_where_the_family_is_known(run, tmp_path):
    text = _false_claim()
    assert GenericSystem.parse(text.decode()).equations[0] != GenericSystem.parse(
        build_system("location-scale-gaussian", 2, 3).to_json()
    ).equations[0]  # fmt: skip
    with pytest.raises(InputError, match=r"system\.equations"):
        read_any(text)
    path = tmp_path / "false.json"
    path.write_bytes(text)
    for command in ("solve", "system", "decide"):
        code, out, err = run(command, path)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert "system.equations" in err


def test_a_wrong_digest_is_refused_everywhere():
    text = _false_claim().replace(b'"7"', b'"8"')
    with pytest.raises(InputError, match=r"system\.digest"):
        GenericSystem.parse(text.decode())
    with pytest.raises(InputError, match=r"system\.digest"):
        read_any(text)


def test_a_name_of_the_schema_elsewhere_is_no_claim():
    result = solve(["x^2 - 1"])
    noted = result.to_json().replace('"notes": []', '"notes": ["made from polysolv/system/1"]')
    assert "polysolv/system/1" in noted
    assert read_any(noted.encode()) == result.system
    assert read_any(b"# not polysolv/system/1\nx^2 - 1") == result.system
