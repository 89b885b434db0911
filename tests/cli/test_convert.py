"""`convert`, and any text as the input of `decide` and `system`."""

from __future__ import annotations

import pytest

from polysolv import GenericSystem
from polysolv.polynomials.exports import FORMATS

TEXT = "(1.5 - 2*i)*x^2 + eta = 3\nx*eta - 12345678901234567890123\n"
REAL = "x^2 + y - 3\nx*y - 2\n"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "system.txt"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize("style", [style for style in FORMATS if style != "msolve"])
def test_what_convert_writes_is_solved_and_converted_back(style, source, tmp_path, run):
    target = tmp_path / "target"
    code, out, err = run("convert", source, "--to", style, "-o", target)
    assert (code, out, err) == (0, "", "")
    code, out, _ = run("convert", target, "--to", "json")
    assert code == 0
    assert GenericSystem.parse(out) == GenericSystem.parse(TEXT)
    assert run("system", target, "--format", style)[1] == target.read_text()


def test_the_system_of_a_saved_cell_keeps_its_name(tmp_path, run):
    _, text, _ = run(
        "system", "--m", 2, "--degree", 2, "--family", "location-gaussian", "--format", "singular"
    )
    path = tmp_path / "cell.sing"
    path.write_text(text)
    _, converted, _ = run("convert", path, "--to", "json")
    assert '"family": "location-gaussian"' in converted
    assert run("convert", path, "--to", "singular")[1] == text


def test_bad_input_is_one_line(source, tmp_path, run):
    bad = tmp_path / "bad.txt"
    bad.write_text("variable_group x;\nparameter p, q;\nfunction f;\nf = x - p;\n")
    target = tmp_path / "target"
    for arguments, word in (
        ((bad, "--to", "json"), "parameter"),
        ((source, "--to", "msolve"), "complex"),
        ((source, "--to", "singulr"), "did you mean singular"),
        ((tmp_path / "nowhere", "--to", "json"), "can be read"),
    ):
        code, out, err = run("convert", *arguments, "-o", target)
        assert (code, out) == (2, "")
        assert word in err
        assert err.count("\n") == 1
        assert not target.exists()


def test_decide_asks_of_any_text_what_it_is_told(tmp_path, run):
    path = tmp_path / "system.ms"
    plain = tmp_path / "system.txt"
    plain.write_text(REAL)
    path.write_text(run("convert", plain, "--to", "msolve")[1])
    # y = 2/x and x³ − 3x + 2 = (x − 1)²(x + 2).
    code, out, err = run("decide", path)
    assert (code, out.split()[0]) == (0, "SOLVABLE")
    assert "any real solution counts" in err
    code, out, err = run("decide", path, "--positive", "x,y")
    assert (code, out.split()[0], err) == (0, "SOLVABLE", "")
    plain.write_text(REAL + "x + 2\n")
    assert run("decide", plain, "--positive", "x")[1].startswith("UNSOLVABLE")
    code, _, err = run("decide", path, "--nontrivial", "z")
    assert (code, err.count("\n")) == (2, 1)
    assert "--nontrivial: 'z'" in err


def test_decide_takes_real_and_imaginary_parts(tmp_path, run):
    path = tmp_path / "system.txt"
    path.write_text("(1 + i)*x^2 - 2 - 2*i + i*y\n")  # x² = 2 and y = 0
    assert run("decide", path, "--positive", "x")[1].startswith("SOLVABLE")
    assert run("decide", path, "--nontrivial", "y")[1].startswith("UNSOLVABLE")
