"""A note where the name of an unknown reads as a product of others."""

import json

import pytest

from polysolv import solve
from polysolv.polynomials.joined_names import joined_names

NOTE = "xy is an unknown of its own, not x*y: a product needs a star"


def test_the_note_is_in_the_table_and_in_json(run, tmp_path):
    (tmp_path / "s.txt").write_text("3xy^2-3\nx-1\ny-1\n")
    code, out, _ = run("solve", tmp_path / "s.txt")
    assert code == 0
    assert f"note: {NOTE}" in out
    code, out, _ = run("solve", tmp_path / "s.txt", "--format", "json")
    assert NOTE in json.loads(out)["notes"]


@pytest.mark.parametrize("equations", [["xy*0 + x*y*xy - x*y*xy + 1"], ["xy - 1", "x", "y", "1"]])
def test_the_note_is_there_without_paths(equations):
    result = solve(equations)
    assert len(result) == 0
    assert ("xy" in result.system.unknowns) == (NOTE in result.notes)


def test_no_note_for_products_with_a_star_or_indices():
    assert solve(["3*x*y^2 - 3", "x - 1"]).notes == ()
    assert joined_names(["x1", "x2", "x11", "x12"]) == {}
    assert joined_names(["a", "b", "ab", "abba", "abc"]) == {"ab": ("a", "b"), "abba": ("ab", "b", "a")}
    assert joined_names(["x" * i for i in range(1, 400)])["x" * 399][0] == "x" * 398
