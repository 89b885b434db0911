"""The section of ``docs/families.md`` on what is observed: few levels, dependent columns, means only."""

from __future__ import annotations

from polysolv.families import Family, get
from polysolv.rates.prover import exponents

SIZES = (2, 3, 4)
# Family, number of covariates, what vanishes, how the options of a command say it, and in words.
_CASES = (
    ("softmax-gaussian", 1, ["x^2 - x"], "--levels x=0,1", "a dummy"),
    ("softmax-gaussian", 1, ["x*(x - 1)*(x - 2)"], "--levels x=0,1,2", "three levels"),
    ("softmax-gaussian", 1, ["x*(x - 1)*(x - 2)*(x - 3)"], "--levels x=0,1,2,3", "four levels"),
    ("softmax-gaussian", 2, ["x1^2 - x1"], "--dim 2 --levels x1=0,1", "a dummy beside a continuous column"),
    ("softmax-gaussian", 2, ["x2 - x1^2"], '--dim 2 --relation "x2 = x1^2"', "a column and its square"),
    ("gaussian-experts-free-gate", 1, ["x^2 - x"], "--levels x=0,1", "a dummy, gate without covariates"),
    ("softmax-gaussian", 1, ["y^2"], '--relation "y^2"', "least squares: means only"),
)

_TEXT = """## Covariates with few levels

All exponents above are those of covariates with a density: monomials in x are independent. A dummy (x² =
x), a column with few levels, a column that is a polynomial of others, or a response of which only the
mean is looked at, satisfies relations, and then other exponents hold. Say so to any command that takes a
family:

- `--levels x=0,1`: the values that a covariate takes (numbers such as `-1.5` or `1/3`);
- `--relation "x2 = x1^2"`: any polynomial in the covariates (`x`, or `x1`, `x2`, …) and the dual variable
  `y` that vanishes on what is observed; repeatable, `=` allowed. `y^2` stands for least squares.

In Python: `families.get("softmax-gaussian").observed_modulo(["x^2 = x"])`; in a family file, and in
`Family.from_log_symbol`, the key `relations`. The relations given, and what follows from them, are
assumed to be all that hold. Exponents in print are not claimed modulo relations, and the order r(m) is
that of the ring without them: `order` and `certify` refuse relations, `system` and `decide` take
homogeneous ones.

A third verdict then occurs beside an exponent and a range: **not identifiable**. There is an arc along
which the parameter moves and the density does not, so no number of observations determines it. `polysolv
explain` prints the arc. For x in {{0, 1}} two atoms of a cell with weights w₁, w₂ and gate slopes β, β'
enter through w₁e^β + w₂e^β' alone.

{table}

A row about a vector is that of its slowest component; a star as above. With two levels a·x + b is just
one mean for each level: a is as slow as b. From three levels on the squares (a·x)² are told apart from
the variances.
"""


def few_levels_section() -> str:
    """Return the section in Markdown, its exponents computed."""
    lines = [
        "| observed | options | parameter | " + " | ".join(f"m = {m}" for m in SIZES) + " |",
        "|---" * (3 + len(SIZES)) + "|",
    ]
    for name, d, relations, options, words in _CASES:
        family: Family = get(name, d).observed_modulo(relations)
        by_size = [exponents(family, m) for m in SIZES]
        family_option = "" if name == "softmax-gaussian" else f"--family {name} "
        for parameter in family.parameters:
            listed = [found[parameter.name] for found in by_size]
            cells = [f"{one}{'*' if one.needs_exactly_fitted else ''}" for one in listed]
            lines.append(
                f"| {words} | `{family_option}{options}` | {parameter.name} | " + " | ".join(cells) + " |"
            )
    return _TEXT.format(table="\n".join(lines))
