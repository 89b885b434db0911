"""Formulas, compared with designs made by hand; what may not be evaluated is not."""

import json
import sys

import numpy as np
import pandas
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from polysolv import FormulaFeatures, InputError, SoftmaxGaussianMoE
from polysolv.moe.data_table import read_table
from polysolv.moe.design import Design, designed
from polysolv.moe.formula import parsed

pytest.importorskip("formulaic")


@pytest.fixture(scope="module")
def iris():
    bunch = load_iris(as_frame=True)
    frame = bunch.frame.rename(columns={"sepal length (cm)": "length", "sepal width (cm)": "sepal width"})
    return frame.assign(species=bunch.target_names[bunch.target])[
        ["length", "sepal width", "target", "species"]
    ]


@pytest.fixture(scope="module")
def table(iris):
    return read_table(iris.to_csv())


def by_hand(iris):
    dummies = [(iris.species == name).to_numpy(dtype=float) for name in ("versicolor", "virginica")]
    return iris.length.to_numpy(), *dummies


def test_a_column_of_text_becomes_dummies(table, iris):
    length, second, third = by_hand(iris)
    data, design = designed(table, "`sepal width` ~ length + species")
    np.testing.assert_array_equal(data.X, np.column_stack([length, second, third]))
    np.testing.assert_array_equal(data.y, iris["sepal width"])
    assert data.x_names == ("length", "species[T.versicolor]", "species[T.virginica]")
    assert (data.y_name, design.levels) == ("sepal width", {"species": ("setosa", "versicolor", "virginica")})


def test_numbers_in_c_interactions_and_functions(table, iris):
    length, second, third = by_hand(iris)
    data, _ = designed(table, "log(`sepal width`) ~ C(target):length + {length**2}")
    assert data.y.tolist() == pytest.approx(np.log(iris["sepal width"]).tolist())
    columns = {tuple(column.round(9)) for column in data.X.T}
    for wanted in (length**2, second * length, third * length):
        assert tuple(wanted.round(9)) in columns


def test_the_design_makes_the_same_of_other_rows(table, iris):
    data, design = designed(table, "`sepal width` ~ length*species")
    few = iris[iris.species == "virginica"].head(3)
    again = Design.from_data(json.loads(json.dumps(design.to_data())), "f.json")
    names, X, kept = again.covariates(read_table(few.to_csv()), "error")
    assert (tuple(names), kept.tolist()) == (data.x_names, [True] * 3)
    np.testing.assert_array_equal(X, data.X[few.index])
    np.testing.assert_array_equal(again.covariates_of(few), X)


def test_missing_values_leave_their_rows_out_of_every_column():
    table = read_table("x,g,y\n1,a,1\nNA,b,2\n3,,3\n4,b,NA\n5,b,5\n6,a,7\n")
    data, _ = designed(table, "y ~ x + g", "drop")
    assert (data.X.tolist(), data.y.tolist(), data.dropped) == ([[1, 0], [5, 1], [6, 0]], [1, 5, 7], 3)
    with pytest.raises(InputError, match=r"column 'y', line 5"):
        designed(table, "y ~ x + g")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y", "a formula such as"), ("y ~ ", "covariate"), ("~ x", "response"), ("y ~ x ~ g", "a formula such as"),
        ("y ~ x +", "formula"), ("y ~ x)", "formula"), ("y ~ .", "dot"), ("y ~ x | g", "without"), ("y ~ nope", "'nope'"),
        ("y + x ~ g", "one numeric response"), ("C(y) ~ x", "response"), ("g ~ x", "a numeric response"),
        ("y ~ log(0*x)", "line 2, log"), ("y ~ 1", "covariate"), ("y ~ poly(x, 2)", "in a factor"),
        ("y ~ log(g)", "arithmetic of numbers; g: categories"), ("y ~ x + C(x) + log(x)", "x: categories"),
        ("y ~ y", "other than the response"), ("log(y) ~ x + y:x", "other than the response"),
        ("y ~ 0 + x", "an intercept is always fitted"), ("y ~ x - 1", "an intercept is always fitted"),
    ],
)  # fmt: skip
def test_a_formula_that_does_not_fit_is_refused_in_one_line(formula, said):
    table = read_table("x,g,y\n1,a,1\n3,b,4\n")
    with pytest.raises(InputError, match=said) as caught:
        designed(table, formula)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("gate", "said"),
    [("~ y", "--gate: '~ y'.*other than the response"), ("~ x - 1", "--gate: .*an intercept"), ("~ 0", "an intercept")],
)  # fmt: skip
def test_a_gate_of_the_response_or_without_intercept_is_refused(gate, said):
    with pytest.raises(InputError, match=said):
        parsed("y ~ x", gate=gate)


@pytest.mark.parametrize(
    "factor",
    [
        "__import__('os').system('touch hacked')", "np.sin(x)", "{x.__class__}", "{[c for c in x]}", "{eval('1')}",
        "{(lambda: x)()}", "{9**9**9}", "{x**99}", "{x if x else 1}", "I(open('f'))", "{x @ x}", "{x[0]}", "{__name__}",
        "exec(x)", "log(x, base=2)", "{1 and x}",
    ],
)  # fmt: skip
def test_a_saved_formula_evaluates_nothing_but_arithmetic(factor):
    with pytest.raises(InputError):
        parsed(f"y ~ {factor}")
    design = Design.from_data({"formula": f"y ~ {factor}", "levels": {}}, "fit.json")
    with pytest.raises(InputError):
        design.covariates(read_table("x,y\n1,2\n2,3\n"), "error")


def test_a_column_of_numbers_with_slips_is_not_taken_for_text():
    with pytest.raises(InputError, match="column 'x', line 3: '2o'"):
        designed(read_table("x,y\n1,1\n2o,2\n3,5\n"), "y ~ x")
    with pytest.raises(InputError, match=r"line 2: 'a' is not allowed; allowed: a number .*C\(g\)\)"):
        designed(read_table("g,y\na,1\n2,2\nb,5\n"), "y ~ g")
    with pytest.raises(InputError, match="line 3: 'b'.*a number, as the response is"):
        designed(read_table("x,y\n1,1\n2,b\n3,5\n"), "y ~ x")
    with pytest.raises(InputError, match="column 'x', line 2: '2024-01-31'.*a date"):
        designed(read_table("x,y\n2024-01-31,1\n2024-02-01,2\n"), "y ~ x")


def test_the_command_fits_saves_and_predicts(run, iris, tmp_path):
    data, saved, new = tmp_path / "iris.csv", tmp_path / "fit.json", tmp_path / "new.csv"
    iris.to_csv(data)
    formula = "`sepal width` ~ length + C(species)"
    code, _, err = run("fit", data, "--formula", formula, "--k", 1, "--save", saved, "--format", "json")
    assert (code, err) == (0, "")
    # One expert is least squares.
    design = np.column_stack([np.ones(150), *by_hand(iris)])
    wanted, *_ = np.linalg.lstsq(design, iris["sepal width"].to_numpy(), rcond=None)
    measure = json.loads(saved.read_text())["mixing_measure"]
    assert [*measure["b"], *measure["a"][0]] == pytest.approx(wanted.tolist())
    few = iris.sample(5, random_state=1)
    few.to_csv(new)
    code, out, _ = run("predict", saved, new, "--format", "json", "--density")
    assert code == 0
    assert json.loads(out)["columns"]["mean"] == pytest.approx((design[few.index] @ wanted).tolist())
    again = SoftmaxGaussianMoE.from_json(saved.read_text())
    assert again.predict(few).tolist() == pytest.approx((design[few.index] @ wanted).tolist())
    few.assign(species="rose").to_csv(new)
    for arguments, said in (
        (("predict", saved, new), "column 'species', line 2: 'rose'"),
        (("fit", data, "--formula", formula, "--x", "length", "--k", 1), "together with --formula"),
        (("fit", data, "--formula", "`sepal width` ~ lenght", "--k", 1), "did you mean length"),
    ):
        code, out, err = run(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert said in err


def test_without_formulaic_it_is_one_plain_line(run, iris, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "formulaic", None)
    iris.to_csv(tmp_path / "iris.csv")
    code, out, err = run("fit", tmp_path / "iris.csv", "--formula", "length ~ target", "--k", 1)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert 'pip install "polysolv[formula]"' in err


def test_the_transformer_lives_in_pipelines_column_transformers_and_searches(iris):
    X, y = iris.drop(columns="sepal width"), iris["sepal width"]
    length, second, third = by_hand(iris)
    alone = FormulaFeatures("length + species").fit_transform(X)
    np.testing.assert_array_equal(alone, np.column_stack([length, second, third]))
    beside = ColumnTransformer(
        [("terms", FormulaFeatures("species"), ["species"]), ("scaled", StandardScaler(), ["length"])],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    made = beside.fit_transform(X)
    assert list(made.columns) == ["species[T.versicolor]", "species[T.virginica]", "length"]
    assert made.index.equals(X.index)
    model = make_pipeline(FormulaFeatures("length + species"), SoftmaxGaussianMoE(n_init=1, random_state=0))
    search = GridSearchCV(model, {"formulafeatures__formula": ["length", "length + species"]}, cv=3)
    search.fit(X.sample(frac=1, random_state=0), y.sample(frac=1, random_state=0))
    assert search.best_params_ == {"formulafeatures__formula": "length + species"}
    # Other rows are made with the levels of the first ones.
    few = X[X.species == "virginica"].head(2)
    np.testing.assert_array_equal(FormulaFeatures("species").fit(X).transform(few), [[0, 1], [0, 1]])
    for bad in ({"formula": "y ~ x"}, {"formula": "nope"}, {"formula": "1"}, {"formula": "x +"}):
        with pytest.raises(InputError, match="formula"):
            FormulaFeatures(**bad).fit(X)
    with pytest.raises(InputError, match="data frame"):
        FormulaFeatures("x").fit(X.to_numpy())


def test_levels_of_numbers_are_those_of_a_file():
    frame = pandas.DataFrame({"g": [2.0, 10.0, 2.0], "x": [1.0, 2.0, 4.0], "y": [1.0, 2.0, 3.0]})
    _, design = designed(read_table(frame.astype({"g": int}).to_csv(index=False)), "y ~ x + C(g)")
    assert design.levels == {"g": ("2", "10")}
    assert design.covariates_of(frame)[:, 1].tolist() == [0, 1, 0]
