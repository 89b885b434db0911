import gzip
import io
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polysolv.errors import InputError
from polysolv.moe.covariates import covariate_law
from polysolv.moe.csv_data import read_csv, write_csv
from polysolv.moe.data_table import read_table
from polysolv.moe.design import designed


def test_columns_are_found_by_name_and_others_are_ignored():
    text = "\ufeff".strip("\ufeff") + 'id, x1 ,"x2",y\na,1,2,3\n\nb, 4 ,5e0,-6\n'
    data = read_csv(text, ["x2", "x1"], "y")
    assert data.X.tolist() == [[2.0, 1.0], [5.0, 4.0]]
    assert data.y.tolist() == [3.0, -6.0]
    assert (data.x_names, data.y_name, data.dropped) == (("x2", "x1"), "y", 0)


@pytest.mark.parametrize("field", ["", " ", "NA", "n/a", "NaN", "null", "None", ".", "?"])
def test_missing_values_are_refused_or_dropped(field):
    text = f"x,y,z\n1,2,\n{field},3,\n4,5,\n"
    with pytest.raises(InputError, match=r"column 'x', line 3"):
        read_csv(text, ["x"], "y")
    data = read_csv(text, ["x"], "y", missing="drop")
    assert data.X.tolist() == [[1.0], [4.0]]
    assert data.dropped == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "header"),
        ("\n1,2\n", "header"),
        ("1,2\n3,4\n", "header"),
        ("x,x,y\n1,2,3\n", "'x'"),
        ("x,z\n1,2\n", "did you mean|'y'"),
        ("x,y\n", "row"),
        ("x,y\n1\n", "line 2: '1 field'"),
        ("x,y\n1,2,3\n", "line 2.*3 fields"),
        ("x,y\n1,2\nred,3\n", "column 'x', line 3: 'red'.*categorical"),
        ("x,y\n1,1_000\n", "column 'y', line 2: '1_000'"),
        ("x,y\n1,inf\n", "column 'y', line 2: 'inf'.*finite"),
        ("x,y\n1,1e999\n", "column 'y', line 2: '1e999'.*finite"),
        ("x,y\n1,٣\n", "column 'y', line 2"),
        ('x,y\n"1,2\n', "CSV|line"),
    ],
)
def test_what_the_policy_forbids_is_named_in_one_line(text, named):
    with pytest.raises(InputError, match=named) as caught:
        read_csv(text, ["x"], "y")
    assert "\n" not in str(caught.value)


@given(
    st.lists(
        st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e300, 1e300)), min_size=1
    )
)
def test_written_data_are_read_back_exactly(rows):
    X, y = np.array([[x] for x, _ in rows]), np.array([v for _, v in rows])
    data = read_csv(write_csv(X, y), ["x"], "y")
    assert (data.X == X).all()
    assert (data.y == y).all()


def test_laws_of_covariates():
    rng = np.random.default_rng(0)
    uniform = covariate_law("uniform:2:3", 2)(1000, rng)
    assert uniform.shape == (1000, 2)
    assert (uniform >= 2).all()
    assert (uniform <= 3).all()
    assert covariate_law("normal:5:0.1", 1)(1000, rng).mean() == pytest.approx(5, abs=0.02)
    assert covariate_law("linspace:0:1", 1)(3, rng).ravel().tolist() == [0, 0.5, 1]
    for bad in (
        "uniform",
        "uniform:1:0",
        "normal:0:-1",
        "normal:0:nan",
        "cauchy:0:1",
        "uniform:a:b",
        "uniform:0:1:2",
    ):
        with pytest.raises(InputError):
            covariate_law(bad, 1)
    with pytest.raises(InputError):
        covariate_law("linspace:0:1", 2)


ROWS = "x,y\n" + "".join(f"{i % 7}.5,{i}.25\n" for i in range(20))


@pytest.mark.parametrize(
    ("rewritten", "names"),
    [
        (ROWS, ("x", "y")),
        (ROWS.replace(",", ";"), ("x", "y")),
        (ROWS.replace(",", "\t"), ("x", "y")),
        (ROWS.replace(",", "|"), ("x", "y")),
        (ROWS.replace(",", "   "), ("x", "y")),
        (ROWS.replace(",", ";").replace(".", ","), ("x", "y")),
        ('"x","y"\n' + "".join(f'"{i % 7},5","{i},25"\n' for i in range(20)), ("x", "y")),
        (ROWS.replace("\n", "\r\n"), ("x", "y")),
        ("sep=;\n" + ROWS.replace(",", ";").replace(".", ","), ("x", "y")),
        (ROWS.replace("\n", "\n\n"), ("x", "y")),
        ("\ufeff" + ROWS, ("x", "y")),
        # write.csv, to_csv: the row names' column has no name; write.table gives it no header at all.
        ('"","x","y"\n' + "".join(f'"{i + 1}",{i % 7}.5,{i}.25\n' for i in range(20)), ("x", "y")),
        ('"x" "y"\n' + "".join(f'"{i + 1}" {i % 7}.5 {i}.25\n' for i in range(20)), ("x", "y")),
        ('"x" "y"\n' + "".join(f'"{i * i + 2}" {i % 7}.5 {i}.25\n' for i in range(20)), ("x", "y")),
        ('"x","y"\n' + "".join(f'"{99 - i}",{i % 7}.5,{i}.25\n' for i in range(20)), ("x", "y")),
        ("x,y\n" + "".join(f"car {i},{i % 7}.5,{i}.25\n" for i in range(20)), ("x", "y")),
        ('"income, net";time (s);note\n' + "".join(f"{i % 7},5;{i},25;a, b\n" for i in range(20)), ("income, net", "time (s)")),
    ],
)  # fmt: skip
def test_the_layout_of_a_file_is_found(rewritten, names):
    for raw in (rewritten, rewritten.encode(), gzip.compress(rewritten.encode())):
        data = read_csv(raw, [names[0]], names[1])
        assert data.X[:, 0].tolist() == [i % 7 + 0.5 for i in range(20)]
        assert data.y.tolist() == [i + 0.25 for i in range(20)]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "latin-1", "utf-16-le"])
def test_the_encoding_is_found_or_given(codec):
    raw = "größe,y\n1,2\n2,4\n".encode(codec)
    found = codec not in ("utf-16-le",)
    data = read_csv(raw, ["größe"], "y", encoding=None if found else codec)
    assert data.X.tolist() == [[1.0], [2.0]]
    assert ("cp1252" in data.note) == (codec == "latin-1")


def test_minus_signs_and_truth_values_are_read():
    text = "x,b,c,y\n−1,TRUE,True,1e−3\n–2.5,FALSE,,－4\n3,T,False,5\n"
    data = read_csv(text, ["x", "b"], "y")
    assert data.X.tolist() == [[-1, 1], [-2.5, 0], [3, 1]]
    assert data.y.tolist() == [0.001, -4, 5]
    assert read_csv(text, ["c"], "y", "drop").X.tolist() == [[1], [0]]


@pytest.mark.parametrize(
    ("text", "names", "given", "said"),
    [
        ("x,y\n2024-01-31,1\n", "xy", {}, r"column 'x', line 2: '2024-01-31'.*a date.*days"),
        ("x,y\n1,31.12.2024\n", "xy", {}, r"column 'y', line 2: '31.12.2024'.*a date"),
        ("x,y\n1,31-Dec-24\n", "xy", {}, "a date"),
        ("x,y\n12:30,1\n", "xy", {}, "a time.*seconds"),
        ('x,y\n1,2\n"1,234.5",1\n', "xy", {}, r"line 3: '1,234.5'.*thousands"),
        ("x;y\n1,234;1\n2,345;2\n", "xy", {}, r"column 'x', line 2: '1,234'.*--decimal"),
        ("x;y\n1,5;1\n2.5;2\n", "xy", {}, r"column 'x', line 2: '1,5'.*decimal point"),
        ("x;y\n1,5;1\n2.5;2\n", "xy", {"decimal": ","}, r"line 3: '2.5'.*decimal comma"),
        ("x;y\n12%;1\n", "xy", {}, "percent"),
        ("x;y\n€5;1\n", "xy", {}, "currency"),
        ("x,y\nTRUE,1\n2,1\n", "xy", {}, "TRUE and FALSE"),
        ("x,y\n1,2,3\n2,3,4\n", "xy", {}, "line 2: '3 fields'"),
        ("x,y\n1,2,3\n2,3\n", "xy", {}, "line 2: '3 fields'"),
        ("x,y\n7,2,3\n9,3,4\n", "xy", {}, "line 2: '3 fields'"),
        ('x,y\n"7",2,3\n"7",3,4\n', "xy", {}, "line 2: '3 fields'"),
        ('x,y\n"7","2","3"\n"9","3","4"\n', "xy", {}, "line 2: '3 fields'"),
        ("x,y\n1,red\n2,blue\n", "xy", {}, "line 2: 'red'.*a number, as the response is"),
        ("x,y\n1,2\n1,2\n", "xy", {"sep": ";"}, "column: 'x'"),
        (b"x,y\n1,2\n1,2\n", "xy", {"encoding": "klingon"}, "--encoding"),
        ("x,x,y\n1,2,3\n", "xy", {}, "header: 'x'.*distinct"),
        (b"x,y\n1,\x00\xff\n", "xy", {}, "line 2.*text"),
        (b"x,y\n1,2\n\x81,2\n", "xy", {}, "line 3.*encoding"),
        (b"PK\x03\x04rest", "xy", {}, "Excel"),
        (b"\x1f\x8bbroken", "xy", {}, "gzip"),
        (b"PAR1broken", "xy", {}, "Parquet"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_the_hint_that_fits(text, names, given, said):
    with pytest.raises(InputError, match=said) as caught:
        read_csv(text, [names[0]], names[1], **given)
    assert "\n" not in str(caught.value)


def test_the_response_is_no_weight():
    text = "x,y\n1,2\n2,3\n"
    with pytest.raises(
        InputError, match="--weights: 'y' is not allowed; allowed: a column other than the response"
    ):
        read_csv(text, ["x"], "y", weights="y")
    with pytest.raises(InputError, match="--weights"):
        designed(read_table(text), "log(y) ~ x", weights="y")


def test_a_comma_that_may_group_thousands_is_read_as_told():
    text = "x;y\n1,234;1\n2,345;2\n"
    assert read_csv(text, ["x"], "y", decimal=",").X.tolist() == [[1.234], [2.345]]


def test_lines_are_counted_as_in_an_editor():
    with pytest.raises(InputError, match="line 3: 'red'"):
        read_csv("sep=;\nx;y\nred;1\n", ["x"], "y")
    text = 'note,x,y\n"two\nlines",1,2\n\nplain,red,3\n'
    with pytest.raises(InputError, match="column 'x', line 5: 'red'"):
        read_csv(text, ["x"], "y")


def test_parquet_is_read_as_it_is_typed():
    pandas, pytest_pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    assert pytest_pyarrow
    frame = pandas.DataFrame(
        {
            "x": [1, 2, 4],
            "b": [True, False, True],
            "y": [0.5, None, 2.5],
            "when": pandas.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
            "kind": pandas.Categorical(["a", "b", "a"]),
        }
    )
    stream = io.BytesIO()
    frame.to_parquet(stream)
    raw = stream.getvalue()
    data = read_csv(raw, ["x", "b"], "y", "drop")
    assert (data.X.tolist(), data.y.tolist(), data.dropped) == ([[1, 1], [4, 1]], [0.5, 2.5], 1)
    with pytest.raises(InputError, match="column 'y', row 2"):
        read_csv(raw, ["x"], "y")
    with pytest.raises(InputError, match="column 'when', row 1.*a date"):
        read_csv(raw, ["when"], "y", "drop")
    with pytest.raises(InputError, match="column 'kind', row 1: 'a'"):
        read_csv(raw, ["kind"], "y", "drop")


def test_parquet_without_pyarrow_is_one_plain_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"pip install .polysolv\[parquet\]"):
        read_csv(b"PAR1", ["x"], "y")
