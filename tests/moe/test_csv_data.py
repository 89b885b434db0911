import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polysolv.errors import InputError
from polysolv.moe.covariates import covariate_law
from polysolv.moe.csv_data import read_csv, write_csv


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
        ("x,,y\n1,2,3\n", "column 2"),
        ("x,z\n1,2\n", "did you mean|'y'"),
        ("x,y\n", "row"),
        ("x,y\n1\n", "line 2.*1 fields"),
        ("x,y\n1,2,3\n", "line 2.*3 fields"),
        ("x,y\n1,2\nred,3\n", "column 'x', line 3: 'red'.*categorical"),
        ("x,y\n1,1_000\n", "column 'y', line 2: '1_000'"),
        ("x,y\n1,inf\n", "column 'y', line 2: 'inf'.*finite"),
        ("x,y\n1,1e999\n", "column 'y', line 2: '1e999'.*finite"),
        ("x,y\n1,٣\n", "column 'y', line 2"),
        ("x;y\n1;2\n", "column"),
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
