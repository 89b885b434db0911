"""What notebooks show: HTML that parses and is escaped, LaTeX without characters that break it, readable text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import polysolv
from polysolv import families
from polysolv.decisions.ladder import climb
from polysolv.display import rich_display as display
from polysolv.display.formula import Formula, latex_text
from polysolv.display.grid import Grid
from polysolv.experiments.truths import standard_truth

HOSTILE = "<script>alert(1)</script> & 50% of a_b^2 ~ #1 \\end{tabular} $x$ {"


class _Parsed(HTMLParser):
    """Collects texts and table rows, and insists that tags are known and balanced."""

    ALLOWED = frozenset(
        {"p", "b", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "sup", "sub", "i"}
    )

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.texts, self.widths = [], [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert tag in self.ALLOWED, tag
        assert attrs in ([], [("style", "text-align:left")])
        self.open.append(tag)
        if tag == "tr":
            self.widths.append(0)
        if tag in ("td", "th"):
            self.widths[-1] += 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def _check_latex(text):
    assert text.isascii()
    bare = re.sub(r"\\[&%$#_{}]", "", text)  # escaped specials
    math = re.findall(r"\$([^$]*)\$", bare)
    outside = re.sub(r"\$[^$]*\$", "", bare)
    assert "$" not in outside
    for piece in (outside, *math):
        assert piece.count("{") == piece.count("}")
    assert not re.search(r"[%#_^~<>|]", outside)
    assert not any(re.search(r"[%#~&]", piece) for piece in math)
    for environment in set(re.findall(r"\\begin\{(\w+)\}", text)):
        assert text.count(f"\\begin{{{environment}}}") == text.count(f"\\end{{{environment}}}")
    for columns, rows in re.findall(r"\\begin\{tabular\}\{(l+)\}(.*?)\\bottomrule", outside, re.DOTALL):
        lines = re.sub(r"\\(top|mid)rule", "", rows).split("\\\\")[:-1]
        assert lines
        assert all(line.count("&") == len(columns) - 1 for line in lines)


class _Printer:
    """As much of IPython's printer as is asked for."""

    def __init__(self, depth):
        self.stack, self.written = [0] * depth, ""

    def text(self, text):
        self.written += text


@pytest.fixture(scope="module")
def fit():
    X, y = standard_truth(2).sample(400, seed=1)
    return polysolv.SoftmaxGaussianMoE(2, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def objects(fit):
    """One object of each kind, and a text that its tables must hold."""
    proved = polysolv.order("softmax-gaussian", 3)
    system = polysolv.build_system("softmax-gaussian", 2, 3)
    swept = polysolv.sweep(standard_truth(2), 2, [200, 400], replicates=3, jobs=1)
    mine = families.Family.from_log_symbol(
        "mine", "c_star*db*y + ds*y^2/2", ["db", "ds"], assumptions=["c_star != 0"]
    )
    return {
        "RateReport": (polysolv.rate(2, k_true=2), "(2, 2)"),
        "CellRates": (polysolv.rate(2).cell(3), "4096"),
        "RateTable": (polysolv.rate_table(3, "softmax-polynomial-1-2"), "a_1 pointwise"),
        "PolynomialSystem": (system, "P[2,1]"),
        "GenericSystem": (polysolv.GenericSystem.parse(["x^2*y - 3/2*x", "x_1 = y^2"]), "f[2]"),
        "Verdict": (polysolv.decide(system), "Gauss-Hermite rule with 2 nodes, exact to degree 3"),
        "Order": (proved, "order of a cell of 3, softmax-gaussian"),
        "Certificate": (proved.certificate, proved.certificate.digest),
        "Ladder": (climb("location-gaussian", 2, "positivity"), "order(2) = 2 by positivity"),
        "Family": (families.get("softmax-gaussian", d=2), "slope of the gate"),
        "own Family": (mine, "assumed: c_star != 0"),
        "LogSymbol": (families.get("location-gaussian").log_symbol, "log-symbol"),
        "exponents": (polysolv.exponents("softmax-polynomial-1-2", 4), ", 16/5]"),
        "explain": (polysolv.explain("softmax-gaussian", m=2), "arc"),
        "MixingMeasure": (standard_truth(3), "mixing measure of 3 atoms, d = 1"),
        "cell_errors": (
            polysolv.cell_errors(fit.mixing_measure_, standard_truth(2)),
            "relative weight error",
        ),
        "SweepResult": (swept, "2, from 200 to 400"),
        "SlopeTable": (polysolv.slopes(swept), "weight, m = 1"),
        "ProbeResult": (polysolv.probe("a", 2, epsilons=[0.1, 0.2]), "exponent published: 2, refined: 2"),
    }


def test_every_kind_of_object_renders_in_html_latex_and_text(objects):
    for name, (thing, text) in objects.items():
        parsed = _Parsed(thing._repr_html_())
        assert text in "".join(parsed.texts) or text in parsed.texts, name
        assert min(parsed.widths) >= 1
        _check_latex(thing._repr_latex_())
        printer = _Printer(1)
        thing._repr_pretty_(printer, cycle=False)
        assert text in printer.written, name


def test_inside_a_container_the_text_form_is_the_repr(objects):
    thing, _ = objects["Order"]
    printer = _Printer(2)
    thing._repr_pretty_(printer, cycle=False)
    assert printer.written == repr(thing) == "Order(6, family='softmax-gaussian', m=3, evidence='PROVED')"


def test_a_fit_shows_its_tables_once_there_is_one(fit):
    bundle = fit._repr_mimebundle_()
    assert "max|score|/n" in "".join(_Parsed(bundle["text/html"]).texts)
    _check_latex(bundle["text/latex"])
    assert "rates of the inferred cells" in bundle["text/plain"]
    unfitted = polysolv.SoftmaxGaussianMoE(3)._repr_mimebundle_()
    assert "SoftmaxGaussianMoE" in unfitted["text/plain"]
    assert "score|/n" not in unfitted["text/html"]


def test_numerical_solutions_render():
    from polysolv.homotopy.certify import CertifiedSolutions
    from polysolv.homotopy.results import PathResult, SolveResult

    system = polysolv.GenericSystem.parse(["x^2 - 2"])
    paths = tuple(
        PathResult(i, "success", (z,), 1e-16, 2.0, 1, 1, i, real=True)
        for i, z in enumerate([2**0.5, -(2**0.5)])
    )
    result = SolveResult(system, paths, "total-degree", 7)
    certified = polysolv.certify_solutions(result)
    assert isinstance(certified, CertifiedSolutions)
    for thing, text in ((result, "1.41421"), (result[1], "-1.41421"), (certified, "proved real")):
        assert text in _Parsed(thing._repr_html_()).texts
        _check_latex(thing._repr_latex_())


def test_hostile_text_is_escaped_everywhere():
    grids, notes = (
        [Grid(HOSTILE, [HOSTILE, "b"], [[HOSTILE, "n^(-1/8) to n^(-1/4)"], [HOSTILE, "2^24"]])],
        [HOSTILE],
    )
    html = display.to_html(grids, notes)
    assert _Parsed(html).texts.count(HOSTILE) == 5
    assert "n<sup>-1/8</sup> to n<sup>-1/4</sup>" in html
    assert "2<sup>24</sup>" in html
    latex = display.to_latex(grids, notes)
    _check_latex(latex)
    assert "$n^{-1/8}$ to $n^{-1/4}$" in latex
    assert latex.count(r"\textbackslash{}end\{tabular\}") == 5


def test_a_hostile_family_is_escaped_in_everything_made_of_it():
    family = families.Family.from_log_symbol(
        "<i>50% & $x_1$", "d_1*y + e_2*y^2", ["d_1", "e_2"], title="<script>alert(1)</script> \\input{x}"
    )
    made = [family, polysolv.rate(1, family), polysolv.rate_table(1, family), polysolv.order(family, 2)]
    made += [polysolv.explain(family), polysolv.build_system(family, 2, 2), polysolv.exponents(family, 2)]
    for thing in made:
        html = thing._repr_html_()
        assert "<script" not in html
        assert "<i>50" not in html
        _Parsed(html)
        _check_latex(thing._repr_latex_())
        assert "\\input" not in thing._repr_latex_()


def test_a_formula_escapes_what_is_no_formula():
    formula = Formula("<b>x_1^2</b> & é")
    assert "".join(_Parsed(formula.to_html()).texts) == "<b>x12</b> & é"
    assert Formula("1/2*beta1_2*a^3 - δsigma_1").to_latex() == (
        r"\tfrac{1}{2} {\beta_{1,2}} {a}^{3} - {\delta\sigma_{1}}"
    )
    assert Formula("∂²u/∂b² = 2 ∂u/∂sigma").to_latex() == (
        r"\partial ^{2}{u}/\partial {b}^{2} = 2 \partial {u}/\partial {\sigma}"
    )
    assert latex_text("a\\b") == r"a\textbackslash{}b"


def test_the_equations_of_a_system_are_those_shown():
    system = polysolv.build_system("location-scale-gaussian", 2, 2)
    html = system._repr_html_()
    assert (
        "<i>w</i><sub>1</sub>\u2009δ<i>μ</i><sub>1</sub> + <i>w</i><sub>2</sub>\u2009δ<i>μ</i><sub>2</sub> = 0"
        in html
    )
    large = polysolv.build_system("softmax-gaussian", 4, 8, d=2)
    shown = large._repr_html_().count(" = 0</td>")
    assert 0 < shown < len(large)
    assert f"and {len(large) - shown} more equations" in large._repr_html_()


def test_tables_of_a_list_are_joined(objects):
    explained, _ = objects["explain"]
    assert isinstance(explained, list)
    assert explained._repr_html_().count("<table>") == 1
    assert {e.bounds.name for e in explained} == {"beta1", "a", "b", "sigma"}
    errors, _ = objects["cell_errors"]
    assert len(_Parsed(errors._repr_html_()).widths) == 1 + len(errors)
