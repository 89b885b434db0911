"""Traps that others fell into: boxes without a root, false squares, floats, and files made to break a reader."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from polysolv.certificates import Box, box_certificate, identity_certificate, unit_unknown, unit_weight
from polysolv.verify import limits, verify

ONE = {(): 1}
W_IS_ONE = {(("w", 1),): 1, (): -1}


def box_around(written, equations, centre, radius, inverse, nontrivial=(), unknowns=("x",), fixed=None):
    system = written(["w"], list(unknowns), list(nontrivial), equations)
    boxes = [Box([Fraction(c) for c in centre], [Fraction(radius)] * len(centre), inverse)]
    certificate = box_certificate(system, fixed or {"w": 1}, list(unknowns), boxes)
    result = certificate.verify()
    return result.exit_code, result.step


def test_a_box_around_a_real_root(written):
    equation = {(("x", 2),): 1, (("w", 1),): -2}
    assert box_around(written, [equation], ["7/5"], "1/10", [[Fraction(1, 3)]]) == (0, "")


def test_a_box_around_a_complex_root_claimed_real(written):
    # x^2 + 1/10^12 has the roots ± i/10^6: numerically indistinguishable from a real double root at 0.
    equation = {(("x", 2),): 1, (("w", 1),): Fraction(1, 10**12)}
    for centre in ("0", "1/1000000", "1/1000"):
        for inverse in (1, 500, 10**6, -1):
            found = box_around(written, [equation], [centre], "1/100", [[Fraction(inverse)]])
            assert found == (1, "Krawczyk")


def test_a_box_with_an_imaginary_part_cannot_be_read(corpus, reseal):
    data = reseal(corpus["box"])
    data["payload"]["boxes"][0]["imaginary"] = data["payload"]["boxes"][0]["centre"]
    assert verify(reseal(data)).exit_code == 2


def test_overlapping_boxes_claimed_distinct(corpus, reseal):
    data = reseal(corpus["two boxes"])
    data["payload"]["boxes"].append(data["payload"]["boxes"][0])
    result = verify(reseal(data))
    assert (result.exit_code, result.step) == (1, "distinctness")
    second = data["payload"]["boxes"][2] = {**data["payload"]["boxes"][0]}
    second["centre"], second["radii"] = ["17/12"], ["1/20"]
    assert verify(reseal(data)).step == "distinctness"


def test_a_zero_preconditioner(corpus, reseal):
    data = reseal(corpus["box"])
    rows = data["payload"]["boxes"][0]["preconditioner"]
    data["payload"]["boxes"][0]["preconditioner"] = [["0"] * len(row) for row in rows]
    assert verify(reseal(data)).step == "Krawczyk"
    data["payload"]["boxes"][0]["preconditioner"] = [*rows[:-1], rows[0]]  # singular
    assert verify(reseal(data)).step == "Krawczyk"


@pytest.mark.parametrize("radius", ["0", "-1/1000000"])
def test_a_radius_must_be_positive(corpus, reseal, radius):
    data = reseal(corpus["box"])
    data["payload"]["boxes"][0]["radii"][2] = radius
    assert verify(reseal(data)).step == "boxes"


def test_vectors_and_matrix_of_a_box_must_fit(corpus, reseal):
    for key in ("centre", "radii", "preconditioner"):
        data = reseal(corpus["box"])
        data["payload"]["boxes"][0][key].pop()
        assert verify(reseal(data)).step == "boxes"
    data = reseal(corpus["box"])
    data["payload"]["boxes"][0]["preconditioner"][1].append("0")
    assert verify(reseal(data)).step == "boxes"


def test_a_slice_must_be_square(corpus, reseal):
    data = reseal(corpus["box"])
    name = data["payload"]["free"].pop()
    data["payload"]["fixed"][name] = "1"
    assert verify(reseal(data)).step == "slice"
    data = reseal(corpus["box"])
    data["payload"]["boxes"] = []
    assert verify(reseal(data)).step == "slice"
    data = reseal(corpus["box"])
    data["payload"]["free"].pop()
    assert verify(reseal(data)).step == "free"
    data = reseal(corpus["box"])
    data["steps"] = [unit_weight("w_1")]
    assert verify(reseal(data)).step == "box"


def test_an_equation_that_is_a_non_zero_constant_on_the_slice(written):
    equations = [{(("x", 1),): 1}, {(("w", 1),): 1}]
    found = box_around(written, equations, ["0", "5"], "1/2", [[1, 0], [0, 1]], unknowns=("x", "z"))
    assert found == (1, "Krawczyk")


def test_weights_must_be_positive_on_the_whole_box(written):
    # w is free and its root is 1/10: positive there, but not on the box.
    system = written(["w"], ["x"], [], [{(("w", 1),): 10, (("x", 1),): -1}])
    for radius, step in (("1/20", ""), ("1/10", "weights"), ("1/5", "weights")):
        box = Box([Fraction(1, 10)], [Fraction(radius)], [[Fraction(1, 10)]])
        assert box_certificate(system, {"x": 1}, ["w"], [box]).verify().step == step
    for fixed, step in ((1, ""), (0, "weights"), (-1, "weights")):
        box = Box([Fraction(10 * fixed)], [Fraction(1)], [[Fraction(-1)]])
        assert box_certificate(system, {"w": fixed}, ["x"], [box]).verify().step == step


def test_non_triviality_must_hold_on_the_whole_box(written):
    equation = {(("x", 1),): 10, (("w", 1),): -1}
    inverse = [[Fraction(1, 10)]]
    assert box_around(written, [equation], ["1/10"], "1/20", inverse, ["x"]) == (0, "")
    assert box_around(written, [equation], ["1/10"], "1/5", inverse, ["x"]) == (1, "non-triviality")
    assert box_around(written, [equation], ["1/10"], "1/5", inverse) == (0, "")


def test_intervals_of_even_powers_include_their_minimum(written):
    # x^3 / 3 - 2 x + 5 has no root in [-3, 3], where its slope x^2 - 2 ranges over [-2, 7]. Taken at the ends
    # alone the slope is 7, and the image would seem to lie inside.
    hump = {(("x", 3),): Fraction(1, 3), (("x", 1),): -2, (): 5}
    assert box_around(written, [hump], ["0"], "3", [[Fraction(1, 7)]]) == (1, "Krawczyk")
    equation = {(("x", 3),): Fraction(1, 3), (("x", 1),): 1}
    assert box_around(written, [equation], ["0"], "1/2", [[Fraction(8, 9)]]) == (0, "")
    # The interval of a negative coefficient turns round.
    turned = {(("x", 3),): Fraction(-1, 3), (("x", 1),): -1}
    assert box_around(written, [turned], ["0"], "1/2", [[Fraction(-8, 9)]]) == (0, "")


@pytest.fixture
def squares_case(written):
    """x^2 w + v = 0 has no real solution with positive weights: 1 + w x^2 = (w x^2 + v) with v = 1."""
    system = written(["v", "w"], ["x"], [], [{(("w", 1), ("x", 2)): 1, (("v", 1),): 1}])

    def certificate(coefficient=1, weights=None, root=None, cofactor=1):
        square = (Fraction(coefficient), {"w": 1} if weights is None else weights, root or {(("x", 1),): 1})
        certificate = identity_certificate(
            system, "positivstellensatz", {(0,): {(): Fraction(cofactor)}}, [square], [unit_weight("v")]
        )
        result = certificate.verify()
        return result.exit_code, result.step

    return certificate


def test_negative_square_weights(squares_case):
    assert squares_case() == (0, "")
    assert squares_case(coefficient=-1) == (1, "squares")
    assert squares_case(coefficient=2) == (1, "expansion")
    assert squares_case(coefficient=4, root={(("x", 1),): Fraction(1, 2)}) == (0, "")
    assert squares_case(coefficient=4, root={(("x", 1),): Fraction(-1, 2)}) == (0, "")
    assert squares_case(weights={"x": 1}) == (1, "squares")
    assert squares_case(weights={"w": 2}) == (1, "expansion")
    assert squares_case(cofactor=-1) == (1, "expansion")


def test_a_solvable_system_has_no_identity(written):
    # 1 - w x^2 = 0 is solvable; the same squares with the wrong sign do not prove otherwise.
    system = written(["v", "w"], ["x"], [], [{(("w", 1), ("x", 2)): -1, (("v", 1),): 1}])
    square = (Fraction(1), {"w": 1}, {(("x", 1),): 1})
    for cofactor in (1, -1):
        certificate = identity_certificate(
            system, "positivstellensatz", {(0,): {(): cofactor}}, [square], [unit_weight("v")]
        )
        assert certificate.verify().step == "expansion"


def test_forms_prove_their_own_field_only(corpus, reseal):
    for name, form in (
        ("positive eliminant", "nullstellensatz"),
        ("nullstellensatz", "positive-eliminant"),
    ):
        data = reseal(corpus[name])
        data["payload"]["form"] = form
        assert verify(reseal(data)).step == "identity"
    data = reseal(corpus["positive eliminant"])
    data["payload"]["form"] = "positivstellensatz"
    assert verify(reseal(data)).step == "form"
    data["payload"]["squares"] = []
    assert verify(reseal(data)).step == "expansion"
    data["payload"]["form"] = "proof by intimidation"
    assert verify(reseal(data)).step == "form"


def test_eliminants_must_be_positive(written):
    def step(form, equation, weights=("w",)):
        system = written(list(weights), ["x"], [], [equation, {(("x", 1),): 1}])
        return identity_certificate(system, form, {(0,): ONE}).verify().step

    assert step("positive-eliminant", {(("w", 2),): 1, (("w", 1),): 3}) == ""
    assert step("positive-eliminant", {(("w", 2),): 1, (("w", 1),): -3}) == "expansion"
    assert step("positive-eliminant", {(("w", 2),): 1, (("x", 1),): 3}) == "expansion"
    assert step("nullstellensatz", {(("w", 2),): -5}) == ""
    assert step("nullstellensatz", {(("w", 2),): 1, (("w", 1),): 3}) == "expansion"
    assert step("nullstellensatz", {(("w", 2), ("x", 1)): 1}) == "expansion"
    assert step("positive-eliminant", {(): 0, (("w", 1),): 1}) == ""


def test_an_empty_sum_proves_nothing(corpus, reseal):
    for name in ("positive eliminant", "nullstellensatz", "positivstellensatz"):
        data = reseal(corpus[name])
        data["payload"]["cofactors"] = []
        assert verify(reseal(data)).step == "expansion"


def test_an_equation_may_be_cited_once_or_twice_but_not_invented(corpus, reseal):
    data = reseal(corpus["scaled"])
    data["payload"]["cofactors"][0]["index"] = [7]
    assert verify(reseal(data)).step == "index"
    data["payload"]["cofactors"][0]["index"] = [0, 0]
    assert verify(reseal(data)).step == "index"


def scaled_case(written, reseal, change, nontrivial=("x",)):
    """w x^2 + v z = 0, 2 w x^2 + v z = 0, x not 0: homogeneous for x: 1, z: 2 and in the weights."""
    first = {(("w", 1), ("x", 2)): 1, (("v", 1), ("z", 1)): 1}
    second = {(("w", 1), ("x", 2)): 2, (("v", 1), ("z", 1)): 1}
    system = written(["w", "v"], ["x", "z"], nontrivial, [first, second])
    steps = [unit_weight("w"), unit_unknown("x", "x", {"x": 1, "z": 2})]
    cofactors = {(0,): {(): -1}, (1,): {(): 1}}
    data = identity_certificate(system, "positive-eliminant", cofactors, steps=steps).to_data()
    change(data)
    result = verify(reseal(data))
    return result.exit_code, result.step


def test_normalisations_have_side_conditions(written, reseal):
    def change(number, **values):
        return scaled_case(written, reseal, lambda data: data["steps"][number].update(values))

    assert change(0) == (0, "")
    assert change(0, weight="v")[0] == 0
    assert change(0, weight="x") == (1, "unit-weight")
    assert change(1, unknown="z") == (1, "unit-unknown")
    assert change(1, component="z", unknown="z") == (1, "unit-unknown")
    assert change(1, grading={"x": 1, "z": 1}) == (1, "unit-unknown")
    assert change(1, grading={"x": 2, "z": 4}) == (1, "unit-unknown")
    assert change(1, grading={"x": 1, "z": 2, "v": 0}) == (1, "unit-unknown")  # weights must not be scaled
    assert change(1, grading={"x": 1, "z": 2, "u": 1}) == (1, "unit-unknown")
    assert change(1, step="unit-weight") == (1, "steps")
    assert change(1, step="unit-sphere") == (1, "steps")
    assert change(1, grading={"x": True, "z": 2}) == (2, "file")

    def twice(data):
        data["steps"].append(data["steps"][0])

    assert scaled_case(written, reseal, twice) == (1, "steps")
    assert scaled_case(written, reseal, lambda data: None, nontrivial=("x", "z")) == (1, "unit-unknown")
    assert scaled_case(written, reseal, lambda data: None, nontrivial=()) == (1, "unit-unknown")


def test_weights_of_equations_that_are_not_homogeneous(written):
    system = written(["w", "v"], ["x"], [], [{(("w", 1),): 1, (("v", 2),): 1, (("x", 2),): 1}])
    certificate = identity_certificate(system, "positive-eliminant", {(0,): ONE}, steps=[unit_weight("w")])
    assert certificate.verify().step == "unit-weight"


def test_drops_alone_must_leave_nothing_else_to_check(corpus, reseal):
    data = reseal(corpus["drops only"])
    assert verify(data).accepted
    data["steps"].pop()
    assert verify(reseal(data)).exit_code == 1
    data = reseal(corpus["drops only"])
    data["payload"]["cofactors"] = [{"index": [1, 0], "cofactor": []}]
    assert verify(reseal(data)).step == "expansion"
    data = reseal(corpus["drops only"])
    data["steps"].append(unit_weight("w_1"))
    assert verify(reseal(data)).exit_code == 1


FILES = {
    "a float": b'{"schema": 1.5}',
    "an exponent": b'{"schema": 1e3}',
    "not a number": b'{"schema": NaN}',
    "infinity": b"[-Infinity]",
    "a duplicate key": b'{"schema": 1, "schema": 1}',
    "a duplicate key below": b'{"a": [{"b": "1", "b": "2"}]}',
    "a decimal integer of 5,000 digits": b'{"schema": ' + b"7" * 5000 + b"}",
    "an integer beyond 2^53": b'{"schema": 9007199254740993}',
    "10 MB of nesting": b"[" * 10_000_000,
    "10 MB of closed nesting": b"[" * 5_000_000 + b"]" * 5_000_000,
    "nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "40 levels": b"[" * 40 + b"]" * 40,
    "too many bytes": b" " * ((1 << 24) + 1),
    "truncated": b'{"schema": "polysolv/certificate/1", "kind": "or',
    "empty": b"",
    "not UTF-8": b'{"schema": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "other letters": '{"schema": "polysolv/certificate/ï"}'.encode(),
    "an escaped newline": b'{"schema": "a\\nb"}',
    "a lone surrogate": b'{"schema": "\\ud800"}',
    "a lone surrogate as key": b'{"\\ud800": 1}',
    "true": b'{"schema": true}',
    "a list": b"[]",
    "null": b"null",
    "two values": b"{} {}",
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_files_made_to_break_a_reader(data):
    result = verify(data)
    assert result.exit_code == 2
    assert result.text().startswith("MALFORMED: ")
    assert "\n" not in result.text()
    assert len(result.text()) < 250


NUMBERS = [
    "1.5",
    "1e3",
    "0x1F",
    "0x1f",
    "-0",
    "+1",
    "01",
    " 1",
    "1 ",
    "1_0",
    "",
    "/",
    "1/",
    "/2",
    "2/4",
    "1/1",
]
NUMBERS += ["1/0", "1/-2", "1/2/3", "0/2", "x", "0x", "-0x0", "Infinity", "nan", "1000000000000000000"]
NUMBERS += ["0xDE0B6B3A7640000", "-1/0x1f", "9" * 5000, "0x" + "f" * 17000, "0x0de0b6b3a7640000"]


@pytest.mark.parametrize("number", [*NUMBERS, 3, None, ["1"], {"1": "2"}])
def test_numbers_have_one_spelling(corpus, reseal, number):
    data = reseal(corpus["point"])
    data["payload"]["values"]["mu_1"] = number
    assert verify(reseal(data)).exit_code == 2


@pytest.mark.parametrize(
    "number", ["0", "-7", "5/6", "999999999999999999", "0xde0b6b3a7640000", "-0xde0b6b3a7640001/3"]
)
def test_numbers_in_that_spelling_are_read(number):
    from polysolv.verify.reading import rational

    value = rational(number, "here")
    top, _, bottom = number.partition("/")
    assert value == Fraction(int(top, 0), int(bottom or "1", 0))


class Odd(str):
    pass


def looped():
    value = {}
    value["a"] = value
    return value


@pytest.mark.parametrize(
    "value",
    [3, "text", 1.0, True, b"", (), object(), {1: 2}, {None: 1}, [Odd("a")], looped(), [10**400]],
    ids=lambda value: type(value).__name__,
)
def test_python_objects_that_are_no_certificates(value):
    assert verify(value).exit_code == 2


def test_running_out_of_stack_or_memory_is_an_answer(corpus, monkeypatch):
    from polysolv.verify import kernel

    for error in (RecursionError, MemoryError):

        def fail(value, error=error):
            raise error

        monkeypatch.setattr(kernel, "check_plain", fail)
        result = verify(corpus["point"])
        assert (result.exit_code, result.step) == (2, "limits")


def shapes(data):
    """Certificates with a part of the wrong shape: (name, certificate, exit code)."""
    text = json.dumps(data)

    def made(change):
        copy = json.loads(text)
        change(copy)
        return copy

    yield "unknown key", made(lambda d: d.update(extra=1))
    yield "missing key", made(lambda d: d.pop("steps"))
    yield "another schema", made(lambda d: d.update(schema="polysolv/certificate/2"))
    yield "unknown kind", made(lambda d: d.update(kind="oracle"))
    yield "a list as kind", made(lambda d: d.update(kind=["box"]))
    yield "statement as text", made(lambda d: d.update(statement="all is well"))
    yield "statement with a key more", made(lambda d: d["statement"].update(note="x"))
    yield "no claim", made(lambda d: d["statement"].pop("claim"))
    yield "unknown claim", made(lambda d: d["statement"].update(claim="PERHAPS"))
    yield "claim of another type", made(lambda d: d["statement"].update(claim=1))
    yield "steps of another type", made(lambda d: d.update(steps={}))
    yield "payload of another type", made(lambda d: d.update(payload=[]))


def test_shapes(corpus, reseal):
    for name, data in corpus.items():
        for what, changed in shapes(data):
            assert verify(reseal(changed)).exit_code == 2, (name, what)


def test_steps_of_the_wrong_shape(corpus, reseal):
    for step in (
        "drop",
        {},
        {"step": 1},
        {"step": "drop"},
        {"step": "drop", "component": "beta1_1", "index": 2},
    ):
        data = reseal(corpus["zero crossing"])
        data["steps"][0] = step
        assert verify(reseal(data)).exit_code == 2
    data["steps"] = []
    assert verify(reseal(data)).step == "core"


def test_statement_of_a_family_has_limits(corpus, reseal):
    for change in ({"m": 1001}, {"m": 0}, {"degree": 10_001}, {"degree": 0}, {"d": 129}, {"d": -1}):
        for value in (change, {key: str(item) for key, item in change.items()}):
            data = reseal(corpus["quadrature"])
            data["statement"].update(value)
            assert verify(reseal(data)).exit_code == 2
    for family in ("", "f" * 65, 3):
        data = reseal(corpus["quadrature"])
        data["statement"]["family"] = family
        assert verify(reseal(data)).exit_code == 2


def test_log_symbols_are_read_strictly(corpus, reseal):
    def code(change):
        data = reseal(corpus["order own core"])
        for side in ("solvable", "unsolvable"):
            change(data["payload"][side][0]["statement"])
        change(data["statement"])
        return verify(reseal(data)).exit_code

    def term(**change):
        return lambda statement: statement["log_symbol"]["terms"][0].update(change)

    assert code(lambda statement: None) == 0
    assert code(term(coefficient="1")) == 1  # another family, but the digest is of the first
    assert code(term(coefficient=1)) == 2
    assert code(term(perturbations={})) == 2
    assert code(term(variables={})) == 2
    assert code(term(variables={"y": 17})) == 2
    assert code(term(variables={"z": 1})) == 2
    assert code(lambda statement: statement["log_symbol"].update(perturbations=["w", "p", "q", "r"])) == 2
    assert code(lambda statement: statement["log_symbol"].update(perturbations=["p", "p"])) == 2
    assert code(lambda statement: statement["log_symbol"].update(covariates=["y"])) == 2
    assert code(lambda statement: statement["log_symbol"].update(covariates=["1"])) == 2
    assert code(lambda statement: statement.update(nontrivial=[])) == 1
    assert code(lambda statement: statement.update(nontrivial=["s"])) == 1  # the digest is of p
    assert code(lambda statement: statement.update(d=0)) == 1
    assert code(lambda statement: statement["log_symbol"].update(terms=[])) == 1


def test_nontrivial_must_name_components(corpus, reseal, plain_digest):
    data = reseal(corpus["drops only"])
    statement = data["statement"]
    statement["nontrivial"] = ["u", "s"]
    keys = ("log_symbol", "d", "m", "degree", "nontrivial")
    statement["digest"] = plain_digest({key: statement[key] for key in keys})
    assert verify(reseal(data)).exit_code == 2


def test_written_systems_are_read_strictly(corpus, reseal, plain_digest):
    def code(change):
        data = reseal(corpus["point written"])
        system = data["statement"]["system"]
        change(system)
        data["statement"]["digest"] = plain_digest({"system": system})
        return verify(reseal(data)).exit_code

    term = {"coefficient": "1", "monomial": {"x": 1}}
    assert code(lambda system: None) == 0
    assert code(lambda system: system.update(equations=[])) == 2
    assert code(lambda system: system.update(weights=["w", "w"])) == 2
    assert code(lambda system: system.update(unknowns=["x", "w"])) == 2
    assert code(lambda system: system.update(unknowns=["x y"])) == 2
    assert code(lambda system: system.update(nontrivial=["w"])) == 2
    assert code(lambda system: system.update(equations=[[term, term]])) == 2
    assert code(lambda system: system.update(equations=[[{**term, "coefficient": "0"}]])) == 2
    assert code(lambda system: system.update(equations=[[{**term, "monomial": {"x": 0}}]])) == 2
    assert code(lambda system: system.update(equations=[[{**term, "monomial": {"x": 2001}}]])) == 2
    assert code(lambda system: system.update(equations=[[{**term, "monomial": {"q": 1}}]])) == 2
    assert code(lambda system: system.update(equations=[[term]])) == 1  # not solved by the point
    data = reseal(corpus["point written"])
    data["statement"]["claim"] = "ORDER"
    assert verify(reseal(data)).exit_code == 2
    data = reseal(corpus["point written"])
    data["statement"]["digest"] = "0" * 64
    assert verify(reseal(data)).step == "statement"


def identity_of(written, equation, cofactor):
    system = written(["w"], ["x", "z"], [], [equation])
    return identity_certificate(system, "positive-eliminant", {(0,): cofactor}).verify()


def test_work_is_limited(written):
    long = {(("x", i), ("z", j)): 1 for i in range(1, 70) for j in range(1, 70)}
    result = identity_of(written, long, long)
    assert (result.exit_code, result.step) == (2, "limits")
    assert str(limits.MAX_WORK) in result.reason


def test_degrees_are_limited(written):
    high = {tuple((name, 2000) for name in ("w", "x", "z")): 1}
    system = written(["w"], ["x", "z"], [], [high])
    square = (1, {}, {(("w", 2000), ("x", 2000), ("z", 2000)): 1})
    assert identity_certificate(system, "positivstellensatz", {}, [square]).verify().step == "expansion"
    many = [f"x{i}" for i in range(40)]
    system = written(["w"], many, [], [{tuple((name, 2000) for name in many): 1}])
    assert identity_certificate(system, "positive-eliminant", {(0,): ONE}).verify().step == "limits"


def test_bits_are_limited(written):
    system = written(["w"], ["x"], [], [{(("x", 2000),): 1, (("w", 1),): -1}])
    from polysolv.certificates import point_certificate

    result = point_certificate(system, {"w": 1, "x": 2**5000 + 1}).verify()
    assert (result.exit_code, result.step) == (2, "limits")


def test_the_number_of_equations_is_limited(corpus, reseal, plain_digest):
    from polysolv.certificates import FamilySystem, point_certificate
    from polysolv.families import get

    family = get("softmax-gaussian", 20)
    about = FamilySystem(family, 2, 12)
    values = {f"{name}_{atom}": 1 for name in (*family.components, "w") for atom in (1, 2)}
    result = point_certificate(about, values).verify()
    assert (result.exit_code, result.step) == (2, "limits")
