"""Tables for papers: the shape of their LaTeX, their mathematics, and a real LaTeX where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from polysolv import families, rate, rate_table
from polysolv.display.formula import Word
from polysolv.display.grid import Grid
from polysolv.display.latex_prose import latex_prose
from polysolv.display.latex_table import latex_tables
from polysolv.families.family import Family
from polysolv.rates.columns import COLUMNS
from polysolv.rates.learning import learning_coefficient, learning_coefficients
from polysolv.rates.planning import plan

PACKAGES = ("amsmath", "array", "booktabs", "longtable", "threeparttable")
QUICK = ("softmax-gaussian", "location-scale-gaussian")


def _tables_of(name):
    return [
        rate(2, name, k_true=3).to_latex(),
        rate_table(4, name).to_latex(),
        rate_table(5, name, columns=list(COLUMNS)).to_latex(),
        plan(0.001, 10**6, None, 3, family=name).to_latex(),
    ]


@pytest.fixture(scope="module")
def families_in_latex():
    from click.testing import CliRunner

    from polysolv.cli import cli

    calls = [(), ("--columns", "name,parameters")]
    results = [CliRunner().invoke(cli, ["families", "--format", "latex", *more]) for more in calls]
    assert all(result.exit_code == 0 for result in results)
    return [result.output for result in results]


def _check_shape(text):
    """Braces and environments close, nothing is left unescaped, and all rows of a tabular have its columns."""
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    body = "\n".join(lines)
    assert body.isascii()
    depth = 0
    for sign in re.findall(r"\\.|[{}]", body):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    opened = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", body):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened
    plain = re.sub(r"\$[^$]*\$|\\.|>(?=\{\\raggedright)", "", body)
    assert not re.search(r"[#^_<>|~%]", plain), plain
    assert body.count("$") % 2 == 0
    for name in ("tabular", "longtable"):
        for match in re.finditer(
            rf"\\begin\{{{name}\}}\{{([^\n]*)\}}\n((?:(?!\\begin).)*?)\\end", body, re.DOTALL
        ):
            letters = re.sub(r">\{(?:[^{}]|\{\})*\}|@\{\}|\{[^}]*\}", "", match[1])
            many = len(letters)
            for row in match[2].split(r"\\"):
                cells = re.sub(
                    r"\\(?:toprule|midrule|bottomrule|addlinespace|end\w+head|end\w*foot)", "", row
                )
                cells = re.sub(r"\\cmidrule\(lr\)\{[\d-]+\}", "", cells).strip()
                if cells and not cells.startswith(r"\caption"):
                    spans = [int(wide) - 1 for wide in re.findall(r"\\multicolumn\{(\d+)\}", cells)]
                    assert len(re.findall(r"(?<!\\)&", cells)) + 1 + sum(spans) == many, cells


def _mathematics(text):
    return re.findall(r"\$([^$]*)\$", text)


@pytest.mark.parametrize("name", QUICK)
def test_shape_and_mathematics(name):
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for text in _tables_of(name):
        _check_shape(text)
        for formula in set(_mathematics(text)):
            parser.parse(f"${formula}$".replace(r"\tfrac", r"\frac"))


def test_shape_of_the_other_tables(families_in_latex):
    for text in [
        *families_in_latex,
        learning_coefficients(k_max=4).to_latex(),
        learning_coefficient(m=3).to_latex(),
    ]:
        _check_shape(text)


def test_names_rates_and_notes():
    text = rate_table(4).to_latex()
    assert r"$\beta_1$ & $a$ & $b$ & $\sigma$ & $\beta_1$ & $a$ & $b$ & $\sigma$ \\" in text
    assert r"\multicolumn{4}{c}{published} & \multicolumn{4}{c}{pointwise}" in text
    assert "4 & 5 & 10 & $n^{-1/20}$ & $n^{-1/10}$ & $n^{-1/20}$" in text
    assert text.count(r"\begin{tabular}") == 1
    notes = text.split(r"\begin{tablenotes}")[1]
    assert r"\item If $k^* \leq 4$, then $k \geq 2 k^*$: the gate slopes $\beta_1$ are not" in notes
    assert r"\item Evidence of every order: PROVED." in notes
    assert r"\caption{softmax-gaussian, $d = 1$: rates with $k - k^* = 2$}" in rate(2).to_latex()
    assert "beta1" not in text


def test_columns_are_those_asked_for():
    text = rate_table(2, columns=["uniform"]).to_latex()
    assert r"\multicolumn{4}{c}{uniform}" in text
    assert "{published}" not in text


def test_families_are_mathematics(families_in_latex):
    text = families_in_latex[0]
    assert r"\tfrac{1}{2} {\sigma} {y}^{2}" in text
    assert r"$\beta_1$, $a$, $b$, $\sigma$" in text
    assert r"$N(a \cdot x + b, \sigma)$" in text
    assert "textasciicircum" not in text


def test_certificates_and_many_rows(tmp_path):
    text = rate(1, certificates=tmp_path).to_latex()
    _check_shape(text)
    assert text.count("sha256 ") == 2
    many = rate(2, "location-gaussian", k_true=60).to_latex()
    _check_shape(many)
    many = latex_tables([Grid("t", ["a_b", "c & d"], [[str(i), "100%"] for i in range(90)])], ["x < 3 #1"])
    assert r"\begin{longtable}" in many
    _check_shape(many)


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("a cell of a, b and sigma2", r"a cell of $a$, $b$ and $\sigma_2$"),
        ("V(G, G*) <= C n^(-1/2)", r"$V(G, G^*) \leq C n^{-1/2}$"),
        ("rules P1 and P2, Theorem 2", "rules P1 and P2, Theorem 2"),
        ("N(b + a x, sigma x^2), a* != 0", r"$N(b + a x, \sigma x^2)$, $a^* \neq 0$"),
        ("y on -oo to oo", r"$y$ on $-\infty$ to $\infty$"),
        ("Gamma experts, shape and Gamma", r"Gamma experts, shape and $\Gamma$"),
        ("docs/uniform.md & 5% of x_y", r"docs/uniform.md \& 5\% of $x_y$"),
        ("n = 10000 in a cell of 2 atoms", "$n = 10000$ in a cell of 2 atoms"),
        ("<= 27/8", r"$\leq 27/8$"),
    ],
)
def test_sentences(plain, latex):
    assert latex_prose(plain) == latex


def _latex_is_here():
    if shutil.which("pdflatex") is None or shutil.which("kpsewhich") is None:
        return False
    found = subprocess.run(
        ["kpsewhich", *(f"{name}.sty" for name in PACKAGES)], capture_output=True, text=True, check=False
    )
    return len(found.stdout.splitlines()) == len(PACKAGES)


def _compile(tables, folder):
    packages = ",".join(PACKAGES)
    body = "\n\\clearpage\n".join(tables)
    document = f"\\documentclass{{article}}\n\\usepackage{{{packages}}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (folder / "tables.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
    for _ in range(2):  # longtable takes its widths from the first run
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    log = (folder / "tables.log").read_text(errors="replace")
    assert "Overfull \\hbox" not in log
    assert (folder / "tables.pdf").stat().st_size > 10_000


@pytest.mark.skipif(not _latex_is_here(), reason="LaTeX with these packages is not installed")
def test_a_real_latex_sets_the_tables_within_the_page(tmp_path, families_in_latex):
    tables = [text for name in QUICK for text in _tables_of(name)]
    _compile([*tables, *families_in_latex, learning_coefficients(k_max=4).to_latex()], tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(not _latex_is_here(), reason="LaTeX with these packages is not installed")
def test_a_real_latex_sets_the_tables_of_every_family(tmp_path):
    from click.testing import CliRunner

    from polysolv.cli import cli

    tables = [text for name in families.names() for text in _tables_of(name)]
    columns = "name,published,pointwise,minimax,uniform"
    listed = CliRunner().invoke(cli, ["families", "--format", "latex", "--columns", columns]).output
    for text in [*tables, listed]:
        _check_shape(text)
    _compile([*tables, listed], tmp_path)


def test_the_name_of_a_family_is_a_word_even_if_it_is_greek():
    beta = Family.from_log_symbol("beta", "beta*y + v*y^2", ["beta", "v"])
    report = rate(1, beta).to_latex()
    assert r"\caption{beta: rates with $k - k^* = 1$}" in report
    assert r"& $\beta$ &" in report
    assert r"\caption{gamma: " in rate_table(1, "gamma").to_latex()
    assert r"\caption{softmax-gaussian, $d = 2$: rates" in rate(1, d=2).to_latex()
    listed = latex_tables([Grid("", ["name"], [[Word("gamma")]])], ["Of mu (gamma, b)"], words=["gamma"])
    assert "\ngamma \\\\" in listed
    assert r"Of $\mu$ (gamma, $b$)" in listed
