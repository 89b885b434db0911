from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import classic_systems as classic
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import GenericSystem, InputError, SolveResult, solve
from polysolv.homotopy.results import PathResult
from polysolv.homotopy.return_codes import RETURN_CODES


def _small(**changes: Any) -> SolveResult:
    path = PathResult(0, "success", (1 + 2j,), 1e-17, 3.5, 1, 1, 0, False, False, 12, 1)
    return SolveResult(
        **{
            "system": GenericSystem.parse(["x - 1"]),
            "paths": (path,),
            "start": "weighted",
            "seed": 3,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("system", "options"),
    [
        (classic.cyclic(4), {}),  # infinitely many solutions: singular end points
        (["x^2 + y^2 - 4", "(x - 1)^2 + y^2 - 4"], {"start": "total-degree"}),  # solutions at infinity
        (["x^2 + y^2 + z^2 - 1"], {}),  # slices and notes
        (["x - 1", "x^2 - 1", "x^3 - 1"], {}),  # excess paths
        (classic.katsura(7), {"timeout": 1e-6}),  # interrupted
        (["1 = 0", "x = 2"], {}),  # no paths
        (["(x - 1)^3*(x + 2)", "y^2 - x - 3"], {"start": "monodromy"}),
    ],
)
def test_every_kind_of_result_is_read_back_to_an_equal_object(system: Any, options: dict[str, Any]) -> None:
    result = solve(system, seed=4, **options)
    again = SolveResult.from_json(result.to_json())
    assert again == result
    assert again.to_json() == result.to_json()
    assert SolveResult.from_json(result.to_json().encode()) == result


numbers = st.floats(allow_nan=False)
paths = st.builds(
    PathResult,
    index=st.integers(0, 10**6),
    return_code=st.sampled_from(RETURN_CODES),
    solution=st.one_of(st.just(()), st.tuples(*[st.builds(complex, numbers, numbers)] * 2)),
    residual=st.floats(),
    condition=st.floats(),
    winding_number=st.none() | st.integers(0, 50),
    multiplicity=st.integers(0, 50),
    distinct=st.none() | st.integers(0, 50),
    singular=st.booleans(),
    real=st.booleans(),
    steps=st.integers(0, 10**6),
    retracked=st.integers(0, 9),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(paths, max_size=4),
    st.fractions(),
    st.lists(st.text(max_size=20), max_size=2),
    st.integers(0, 2**63 - 1),
)
def test_anything_that_can_be_built_is_read_back(
    some: list[PathResult], number: Fraction, notes: list[str], seed: int
) -> None:
    system = GenericSystem(
        ("x", "y"), ({((0, 2), (1, 1)): Fraction(3), (): number}, {((1, 1),): Fraction(-1, 7)})
    )
    result = SolveResult(system, tuple(some), "auto", seed, 1e-9, 1, tuple(notes))
    text = result.to_json()
    again = SolveResult.from_json(text)
    assert again == result
    # Equality does not see the sign of a zero.
    assert repr(again.paths) == repr(result.paths)
    json.loads(text, parse_constant=pytest.fail)


@pytest.mark.parametrize(
    "number",
    [
        Fraction(10**5000),
        Fraction(-1, 3**20000),
        Fraction(7**9000, -(10**4400)),
        Fraction(10**3999, 10**4001 + 1),
    ],
)
def test_coefficients_that_python_does_not_print_in_decimal(number: Fraction) -> None:
    result = _small(system=GenericSystem(("x",), ({((0, 1),): number, (): Fraction(1)},)))
    again = SolveResult.from_json(result.to_json())
    assert again == result
    assert again.system.equations[0][(0, 1),] == number


def test_numbers_of_numpy_and_integers_for_floats() -> None:
    path = PathResult(
        np.int64(0),  # type: ignore[arg-type]
        "success",
        (np.complex128(1 + 1j),),
        0,
        np.float64(2),
        np.int64(1),  # type: ignore[arg-type]
        1,
        0,
        np.bool_(False),  # type: ignore[arg-type]
    )
    result = _small(paths=(path,), tol=1)
    assert SolveResult.from_json(result.to_json()) == result


def test_numbers_that_are_not_finite() -> None:
    path = PathResult(0, "success", (complex(math.inf, -math.inf),), math.nan, math.nan, None, 1, 0)
    assert (path.residual, path.condition) == (math.inf, math.inf)
    text = _small(paths=(path,)).to_json()
    assert SolveResult.from_json(text) == _small(paths=(path,))
    assert "NaN" not in text
    assert "Infinity" not in text


def _without(key: str) -> Any:
    return lambda data: data.pop(key)


def _set(*place: Any) -> Any:
    *keys, last, value = place

    def change(data: Any) -> None:
        for key in keys:
            data = data[key]
        data[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_set("schema", "polysolv/solutions/2"), "result.schema"),
        (_set("seed", 1.5), "result.seed"),
        (_set("seed", True), "result.seed"),
        (_set("tol", "1e-8"), "result.tol"),
        (_set("start", None), "result.start"),
        (_set("notes", "none"), "result.notes"),
        (_set("notes", [3]), "result.notes[0]"),
        (_set("slices", -1), "result.slices"),
        (_set("paths", {}), "result.paths"),
        (_set("paths", 0, []), "result.paths[0]"),
        (_set("paths", 0, "return_code", ["success"]), "result.paths[0].return_code"),
        (_set("paths", 0, "steps", "12"), "result.paths[0].steps"),
        (_set("paths", 0, "real", 1), "result.paths[0].real"),
        (_set("paths", 0, "residual", None), "result.paths[0].residual"),
        (_set("paths", 0, "residual", 10**400), "result.paths[0].residual"),
        (_set("paths", 0, "distinct", -1), "result.paths[0].distinct"),
        (_set("paths", 0, "winding_number", "2"), "result.paths[0].winding_number"),
        (_set("paths", 0, "solution", [[1, 2], [3, 4]]), "result.paths[0].solution"),
        (_set("paths", 0, "solution", [[1, 2, 3]]), "result.paths[0].solution[0]"),
        (_set("paths", 0, "solution", [["1", 2]]), "result.paths[0].solution[0]"),
        (_set("unknowns", ["x", 1]), "result.unknowns[1]"),
        (_set("unknowns", ["x", "x"]), "unknowns"),
        (_set("equations", []), "equations"),
        (_set("equations", 0, 0, ["1/0", []]), "result.equations[0][0]"),
        (_set("equations", 0, 0, [1, []]), "result.equations[0][0]"),
        (_set("equations", 0, 0, ["1e3", []]), "result.equations[0][0]"),
        (_set("equations", 0, 0, ["9" * 4301, []]), "result.equations[0][0]"),
        (_set("equations", 0, 0, ["1", [[1, 1]]]), "result.equations[0][0]"),
        (_set("equations", 0, 0, ["1", [[0, 0]]]), "result.equations[0][0][0]"),
        (_set("equations", 0, 1, ["1", []]), "result.equations[0][1]"),  # the monomial 1 twice
        (_set("counts", "real", 1), "result.counts"),
        (_set("statistics", None), "result.statistics"),
        (_set("more", 1), "result.more"),
        (_without("tol"), "result"),
        (lambda data: data["paths"][0].pop("steps"), "result.paths[0]"),
    ],
)
def test_bad_json_is_refused_in_one_line_that_names_the_field(change: Any, field: str) -> None:
    data = json.loads(_small().to_json())
    change(data)
    with pytest.raises(InputError) as caught:
        SolveResult.from_json(json.dumps(data))
    assert isinstance(caught.value, ValueError)
    assert str(caught.value).startswith(f"{field}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "3", b"\xff\xfe", "[" * 100_000, None, 3),
        _small().to_json().replace("3.5", "NaN"),
        _small().to_json().replace("3.5", "Infinity"),
        _small().to_json().replace('"seed": 3', '"seed": 3, "seed": 3'),
        _small().to_json().replace('"seed": 3', '"seed": ' + "3" * 5000),
    ],
)
def test_text_that_is_no_result(text: Any) -> None:
    with pytest.raises(InputError) as caught:
        SolveResult.from_json(text)
    assert str(caught.value).startswith("result")
    assert "\n" not in str(caught.value)


def test_what_the_command_prints_is_read_back(run: Any, tmp_path: Any) -> None:
    file = tmp_path / "circle.txt"
    file.write_text("x^2 + y^2 - 5\nx*y - 2\n")
    for options in ([], ["--certify"]):
        code, out, _ = run("solve", file, "--seed", 5, "--format", "json", *options)
        assert code == 0
        assert SolveResult.from_json(out) == solve(["x^2 + y^2 - 5", "x*y - 2"], seed=5)
