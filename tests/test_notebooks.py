"""The notebooks are executed once each: their values, their stored outputs, their prose, and what must hold."""

from __future__ import annotations

import ast
import copy
import json
import math
import re
import runpy
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from sklearn.datasets import load_iris

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = [
    "01_rates",
    "02_system_and_witness",
    "03_certificates",
    "04_fit_and_crosscheck",
    "05_your_own_family",
    "06_choose_the_number_of_experts",
]
# The three that fit and solve take half a minute: they are executed with the slow tests.
EXECUTED = [
    pytest.param(name, marks=[pytest.mark.slow] if name[:2] in ("02", "04", "06") else []) for name in NAMES
]
SECONDS_A_CELL = 300  # the first use of homotopy compiles its kernels
CHECKS = runpy.run_path(str(Path(__file__).parent / "data" / "notebook_checks.py"))["CHECKS"]
PROBE = """
from fractions import Fraction
{checks}
for _altered in {altered!r}:
    try:
        exec(_altered)
    except Exception:
        continue
    raise RuntimeError("holds as well: " + _altered)
"""
# What the variables of a notebook must be, from sources other than the notebook and mostly other than polysolv.
LINE = np.polyfit(*load_iris().data[:, :2].T, 1)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(3)
VALUES = {
    "01_rates": {
        "[[str(p.refined.rate) for p in row.parameters.values()] for row in table.rows]": [
            ["1/2", "1/2", "1/2", "1/2"],
            *(["1/4", "1/4", f"1/{4 * m}", f"1/{2 * m}"] for m in range(2, 6)),
        ],
        "[[str(p.published.rate) for p in row.parameters.values()] for row in table.rows[1:]]": [
            [f"1/{4 * m}", f"1/{2 * m}", f"1/{4 * m}", f"1/{2 * m}"] for m in range(2, 6)
        ],
        "[int(r) for r in orders.values()]": [1, *(2 * m for m in range(2, 7))],
        "[int(v) for v in frame.halving_factor[frame.parameter == 'b']]": [4, *(16**m for m in range(2, 6))],
        "sorted(a.cells for a in allocated.allocations)": [[2, 2], [3, 1]],
        "free.parameters['b'].halving_factor": 2**16,
    },
    "02_system_and_witness": {
        "list(counts.values())": [math.comb(r + 2, 2) - 1 for r in range(1, 7)],
        "[float(z) for z, _ in witness.nodes(12)]": NODES.tolist(),
        "[float(w) for _, w in witness.nodes(12)]": (WEIGHTS / WEIGHTS.sum()).tolist(),
        "[str(v) for v in left.values()]": ["-1/12"],
        "slope": pytest.approx(6, abs=0.05),
        "sorted([p.solution[1].real, abs(p.solution[1].imag)] for p in solutions.solutions)": [
            pytest.approx([-0.5, math.sqrt(3) / 2])
        ]
        * 2,
        "[str(sympy.expand(eliminant)), int(found), high.status]": [
            "w**3 + 2*w**2 + 2*w + 1",
            6,
            "UNSOLVABLE",
        ],
        "[proved.nnonreal, proved.nreal]": [2, 0],
    },
    "03_certificates": {
        "[bool(answer), list(answer.relies_on), bool(refused), refused.step != 'digest']": [
            True,
            ["Kalai–Moitra–Valiant 2010 Prop. 7"],
            False,
            True,
        ],
        "[both.statement['degree'], list(both.verify().relies_on), done.returncode]": [4, [], 0],
        "list(sizes)": [2, 5, 10, 20, 40],
        "sorted(float(__import__('fractions').Fraction(v)) for k, v in point.to_data()['payload']['values'].items() if k[0] == 'm')": [
            -1.0,
            1.0,
        ],
    },
    "04_fit_and_crosscheck": {
        "[fit.converged_, fit.n_parameters_, min(bic, key=bic.get)]": [True, 13, 2],
        "sorted(len(cell) for cell in cells)": [1, 2],
        "[round(bic[k] + 2 * fits[k].log_likelihood_ - (5 * k - 2) * math.log(2000), 6) for k in (1, 2, 3)]": [
            0.0
        ]
        * 3,
        "result.slope": pytest.approx(2, abs=0.1),
        "[measured.row('error', p, 1).slope for p in ('beta1', 'a', 'b', 'sigma')]": pytest.approx(
            [-0.5] * 4, abs=0.15
        ),
        "[str(gate.prediction.refined), moving.complete, len(moving.rows)]": ["-1/4", True, 40],
    },
    "05_your_own_family": {
        "{name: str(bounds) for name, bounds in found.items()}": {
            "db": "6",
            "da": "2",
            "ds0": "3",
            "ds1": "2",
        },
        "[str(row.parameters['db'].refined.rate) for row in table.rows]": [
            "1/2",
            "1/8",
            "1/12",
            "1/16",
            "1/20",
        ],
        "[str(three), str(four), four.proved]": ["8/3", "[3, 16/5]", False],
        "list(rates.values())": ["1/4"] * 3,
        "str(gaussian.log_symbol)": "mu*y + 1/2*v*y^2",
    },
    "06_choose_the_number_of_experts": {
        "[comparison.k, *(one.n_parameters_ for one in fits)]": [2, 3, 8, 13, 18],
        "[float(line.a[0, 0]), float(line.b[0])]": LINE.tolist(),
        "counts.sum(axis=1).tolist()": [50, 50, 50],
        "[round(one.bic() + 2 * one.log_likelihood_ - (5 * k - 2) * math.log(150), 6) for k, one in enumerate(fits, 1)]": [
            0.0
        ]
        * 4,
        "[float(value) for value in fit.cdf(new, interval['upper'])]": [0.95] * 3,
    },
}


def _read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and "altered" not in cell.metadata]


def _altered(statement):
    """Yield the assertion with one number or text on the right of an == changed."""
    for number in range(len(list(_asserted(statement)))):
        changed = copy.deepcopy(statement)
        constant = list(_asserted(changed))[number]
        constant.value = constant.value + (1 if isinstance(constant.value, int) else "x")
        yield ast.unparse(changed)


def _asserted(statement):
    for node in ast.walk(statement.test):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            for inner in ast.walk(node.comparators[0]):
                if isinstance(inner, ast.Constant) and type(inner.value) in (int, str):
                    yield inner


@cache
def _executed(name):
    """Execute a notebook with hidden cells: what must hold, the same altered, which must fail, and the values."""
    notebook = _read(name)
    cells, number = [], 0
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code":
            number += 1
            checks = CHECKS[name].get(number, "")
            asserted = [s for s in ast.parse(checks).body if isinstance(s, ast.Assert)]
            altered = [text for statement in asserted for text in _altered(statement)]
            hidden = nbformat.v4.new_code_cell(PROBE.format(checks=checks, altered=altered))
            hidden.metadata["altered"] = len(altered)
            cells.append(hidden)
    asked = f"import json, math\nprint(json.dumps([{', '.join(VALUES[name])}]))"
    notebook.cells = [*cells, nbformat.v4.new_code_cell(asked, metadata={"altered": 0})]
    client = NotebookClient(
        notebook, timeout=SECONDS_A_CELL, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    )
    client.execute()
    found = json.loads(notebook.cells[-1].outputs[0].text)
    return notebook, dict(zip(VALUES[name], found, strict=True))


def test_these_are_the_notebooks():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", EXECUTED)
def test_the_values_are_right_and_altered_checks_fail(name):
    notebook, values = _executed(name)
    for expression, expected in VALUES[name].items():
        if isinstance(expected, list) and expected and isinstance(expected[0], float):
            expected = pytest.approx(expected, abs=1e-9)
        assert values[expression] == expected, expression
    assert max(CHECKS[name]) <= len(_code(_read(name)))
    altered = sum(cell.metadata.get("altered", 0) for cell in notebook.cells)
    assert altered >= 5


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", EXECUTED)
def test_the_stored_outputs_are_those_of_a_run(name):
    notebook, _ = _executed(name)
    for stored, fresh in zip(_code(_read(name)), _code(notebook), strict=True):
        kinds, texts = zip(*map(_shown, (stored, fresh)), strict=True)
        assert kinds[0] == kinds[1]
        assert _words(texts[0]) == _words(texts[1]), stored.source
        assert _numbers(texts[0]) == pytest.approx(_numbers(texts[1]), rel=1e-3, abs=1e-6), stored.source


@pytest.mark.parametrize("name", NAMES)
def test_the_cells_are_a_tutorial(name):
    for cell in _code(_read(name)):
        assert not any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_the_prose_is_printed_by_a_cell(name):
    notebook = _read(name)
    printed = set(re.findall(r"\d+", " ".join(_shown(cell)[1] for cell in _code(notebook))))
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    numbers = re.findall(r"(?<![A-Za-z_0-9])\d+", re.sub(r"`[^`]*`|\]\([^)]*\)", "", prose))
    assert numbers
    assert set(numbers) <= printed


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_notebook_is_small_and_shows_a_picture_or_a_table(name):
    notebook = _read(name)
    outputs = [output for cell in _code(notebook) for output in cell.outputs]
    assert not any(output.output_type == "error" or output.get("name") == "stderr" for output in outputs)
    shown = {kind for output in outputs for kind in output.get("data", {})}
    assert {"text/html", "text/latex"} <= shown
    assert name == "03_certificates" or "image/png" in shown
    assert (FOLDER / f"{name}.ipynb").stat().st_size < 500_000


def _shown(cell):
    """Return the kinds of a cell's outputs, and their text.

    How often a kernel flushes one stream is a matter of time: its neighbouring pieces are one output.
    """
    kinds, texts = [], []
    for output in cell.outputs:
        if output.output_type != "stream":
            kinds.append(sorted(output.data))
            texts.append(output.data["text/plain"])
        elif kinds and kinds[-1] == [output.name]:
            texts[-1] += output.text
        else:
            kinds.append([output.name])
            texts.append(output.text)
    return kinds, "\n".join(texts)


_NUMBER = re.compile(r"(?<![A-Za-z_0-9])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![0-9a-f]*[a-f])")


def _numbers(text):
    return [float(number) for number in _NUMBER.findall(_without_counts(text))]


def _words(text):
    return re.sub(r"[\s-]+", " ", _NUMBER.sub("#", _without_counts(text)))


def _without_counts(text):
    """Leave out what may differ from machine to machine: numbers of iterations."""
    return re.sub(r"\d+ iterations", "iterations", text)
