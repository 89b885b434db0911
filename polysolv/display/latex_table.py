"""Tables for papers: LaTeX tables with a caption, narrow enough for a page, and their notes below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from polysolv.display.formula import Formula, latex_text
from polysolv.display.grid import Grid
from polysolv.display.latex_prose import latex_cell, latex_prose
from polysolv.display.layout import broken, split_columns

_PACKAGES = r"% \usepackage{amsmath, array, booktabs, longtable, threeparttable}"
# In points: what a table may take of a line of LaTeX's class article, and that line.
_PAGE, _LINE = 329.0, 344.0
# Size of type, in points as well, and half the space between columns.
_SIZES = (("small", 9.0, 6.0), ("small", 9.0, 4.0), ("footnotesize", 8.0, 3.0))
_ROWS_A_PAGE = 36
_NARROW = 10  # characters; headers are not broken into shorter lines
_SENTENCE = 28  # characters; a table with a longer cell has paragraphs


@dataclass(frozen=True)
class LatexGrid:
    """A table to be set in LaTeX.

    Args:
        caption: text; what stands before its first colon is the name of a family, and a word.
        headers: plain headers. Columns ``beta1 published``, ``a published`` stand side by side under one
            heading.
        rows: plain cells.
        keys: columns that are repeated where a table is split.
        names: names of parameters, set as mathematics.
        words: what is a word in every note.
    """

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    keys: Sequence[int]
    names: tuple[str, ...]
    words: tuple[str, ...] = ()

    def to_latex(self, notes: Sequence[str]) -> str:
        """Return the environment ``table``, or ``longtable`` for many rows, with these notes."""
        caption = rf"\caption{{{self._caption()}}}"
        longest = max((len(cell) for row in self.rows for cell in row), default=0)
        if longest > _SENTENCE or len(self.rows) > _ROWS_A_PAGE:
            return self._long(caption, notes)
        size, separation, panels = self._panels()
        tabulars = [self._tabular(columns) for columns in panels]
        if len(tabulars) > 1:
            stacked = "\\\\\n\\addlinespace\n".join(tabulars)
            tabulars = [f"\\begin{{tabular}}{{@{{}}l@{{}}}}\n{stacked}\n\\end{{tabular}}"]
        items = "\n".join(rf"\item {latex_prose(note, self.names, self.words)}" for note in notes)
        below = f"\n\\begin{{tablenotes}}\\footnotesize\n{items}\n\\end{{tablenotes}}" if notes else ""
        return (
            f"\\begin{{table}}[tbp]\n\\centering\n\\{size}\n\\setlength{{\\tabcolsep}}{{{separation:g}pt}}\n"
            f"\\begin{{threeparttable}}\n{caption}\n{tabulars[0]}{below}\n\\end{{threeparttable}}\n\\end{{table}}"
        )

    def _caption(self) -> str:
        """Return the caption, a family's name at its start as text."""
        match = re.match(r"(?P<name>[^:]+?)(?=, d = \d+: |: )", self.caption)
        name = match["name"] if match else ""
        return latex_text(name) + latex_prose(self.caption[len(name) :], self.names)

    def _panels(self) -> tuple[str, float, list[list[int]]]:
        """Return a size of type, and the columns of every panel: one panel if a size makes it fit."""
        units: list[list[int]] = []
        for j in sorted(range(len(self.headers)), key=self._place):
            if units and self._kind(j) and self._kind(units[-1][0]) == self._kind(j):
                units[-1].append(j)
            else:
                units.append([j])
        for choice in _SIZES:
            size, points, separation = choice
            widths = [self._ems(j) * points + 2 * separation for j in range(len(self.headers))]
            for unit in units:  # a heading may be wider than the columns below it
                heading = ems(self._kind(unit[0])) * points + 2 * separation
                widths[unit[-1]] += max(0.0, heading - sum(widths[j] for j in unit))
            panels = split_columns(widths, self.keys, _PAGE, units)
            if len(panels) == 1:
                break
        return size, separation, [sorted(panel, key=self._place) for panel in panels]

    def _kind(self, j: int) -> str:
        """Return ``published`` for a header such as ``beta1 published``, else nothing."""
        first, _, rest = self.headers[j].partition(" ")
        return rest if first in self.names else ""

    def _place(self, j: int) -> tuple[int, int]:
        """Return where a column stands: those of one kind side by side, where its first one is."""
        kind = self._kind(j)
        return (next(i for i in range(len(self.headers)) if self._kind(i) == kind) if kind else j), j

    def _label(self, j: int) -> str:
        """Return what stands in the last line above the rule."""
        return self.headers[j].split(" ")[0] if self._kind(j) else self.headers[j]

    def _ems(self, j: int) -> float:
        """Return about how wide a column is in ems; its header may be broken at spaces."""
        lines = broken(self._label(j), max([_NARROW, *(len(row[j]) for row in self.rows)]))
        return max(map(ems, [*lines, *(row[j] for row in self.rows)]))

    def _tabular(self, columns: Sequence[int]) -> str:
        letters = "".join("r" if self._is_numeric(j) else "l" for j in columns)
        body = "\n".join(self._row([row[j] for j in columns]) for row in self.rows)
        return (
            f"\\begin{{tabular}}{{{letters}}}\n\\toprule\n{self._head(columns)}\n\\midrule\n{body}\n"
            "\\bottomrule\n\\end{tabular}"
        )

    def _is_numeric(self, j: int) -> bool:
        return all(re.fullmatch(r"[\d.]+(?:e[+-]?\d+)?|-|", row[j]) for row in self.rows)

    def _row(self, cells: Sequence[str]) -> str:
        return " & ".join(latex_cell(cell, self.names) for cell in cells) + r" \\"

    def _head(self, columns: Sequence[int]) -> str:
        """Return the lines above the rule: a heading for each kind, then headers, broken to fit."""
        lines = []
        kinds = [self._kind(j) for j in columns]
        if any(kinds):
            cells, rules, at = [], "", 0
            for kind, group in groupby(kinds):
                many = len(list(group))
                cells += [rf"\multicolumn{{{many}}}{{c}}{{{latex_cell(kind)}}}"] if kind else [""] * many
                rules += rf"\cmidrule(lr){{{at + 1}-{at + many}}}" if kind else ""
                at += many
            lines += [" & ".join(cells) + r" \\", rules]
        split = [broken(self._label(j), max([_NARROW, *(len(row[j]) for row in self.rows)])) for j in columns]
        height = max(map(len, split))
        for level in range(-height, 0):
            lines.append(self._row([words[level] if -level <= len(words) else "" for words in split]))
        return "\n".join(lines)

    def _long(self, caption: str, notes: Sequence[str]) -> str:
        """Return an environment ``longtable``, which pages may break; long cells are paragraphs."""
        _, points, separation = _SIZES[-1]
        columns = sorted(range(len(self.headers)), key=self._place)
        least = {
            j: 1.08
            * points
            * max(
                ems(word)
                for cell in (self._label(j), *(row[j] for row in self.rows))
                for word in _parts(cell)
            )
            for j in columns
        }
        paragraphs = [j for j in columns if max((len(row[j]) for row in self.rows), default=0) > 20]
        left = _LINE - 2 * separation * len(columns)
        left -= sum(self._ems(j) * points if j not in paragraphs else least[j] for j in columns)
        needs = {j: max(ems(row[j]) for row in self.rows) ** 0.7 for j in paragraphs}
        letters = ""
        for j in columns:
            if j in paragraphs:
                width = least[j] + left * needs[j] / sum(needs.values())
                letters += rf">{{\raggedright\arraybackslash}}p{{{width:.0f}pt}}"
            else:
                letters += "l"
        head = f"\\toprule\n{self._head(columns)}\n\\midrule"
        body = "\n".join(self._row([row[j] for j in columns]) for row in self.rows)
        across = rf"\multicolumn{{{len(columns)}}}{{@{{}}p{{\linewidth}}@{{}}}}"
        below = "".join(
            rf"{across}{{{latex_prose(note, self.names, self.words)}}} \\" + "\n" for note in notes
        )
        return (
            f"{{\\footnotesize\n\\setlength{{\\tabcolsep}}{{{separation:g}pt}}\n"
            f"\\begin{{longtable}}{{{letters}}}\n{caption} \\\\\n{head}\n\\endfirsthead\n{head}\n\\endhead\n"
            f"\\bottomrule\n\\endfoot\n\\endlastfoot\n{body}\n\\bottomrule\n\\addlinespace\n{below}"
            "\\end{longtable}}"
        )


def latex_tables(
    grids: Sequence[Grid],
    notes: Sequence[str],
    names: Sequence[str] = (),
    ending: str = "",
    words: Sequence[str] = (),
) -> str:
    """Return tables for a paper: a line that names the packages, the tables, the notes below the last one.

    Args:
        grids: the tables; their titles become captions.
        notes: sentences.
        names: names of parameters, set as mathematics.
        ending: a sentence for the author, as a comment.
        words: names that are words in the notes, such as those of families.

    A column that says PROVED, or another thing, in every row becomes a note, as do files of certificates.

    >>> table = latex_tables([Grid("rates", ["m", "b"], [["2", "n^(-1/8)"]])], ["m <= 3"])
    >>> for line in table.splitlines()[11:16]:
    ...     print(line)
    2 & $n^{-1/8}$ \\\\
    \\bottomrule
    \\end{tabular}
    \\begin{tablenotes}\\footnotesize
    \\item $m \\leq 3$
    """
    parts = [_PACKAGES]
    for number, grid in enumerate(grids, 1):
        kept, said = _without_certificates(grid)
        below = [*said, *(notes if number == len(grids) else ())]
        table = LatexGrid(kept.title, kept.headers, kept.rows, kept.keys, tuple(names), tuple(words))
        parts.append(table.to_latex(below))
    return "\n\n".join([*parts[:1], *parts[1:], *([f"% {ending}"] if ending else [])]).replace(
        "\n\n", "\n", 1
    )


def _without_certificates(grid: Grid) -> tuple[Grid, list[str]]:
    """Return the table without columns that a paper has no room for, and what they say as notes."""
    headers, rows = list(grid.headers), [list(row) for row in grid.rows]
    said, dropped = [], []
    if "evidence" in headers:
        j = headers.index("evidence")
        if len({row[j] for row in rows}) == 1 and rows[0][j] != "-":
            said.append(f"Evidence of every order: {rows[0][j]}.")
            dropped.append(j)
    if "sha256" in headers:
        file, digest = headers.index("certificate"), headers.index("sha256")
        size = headers.index("m") if "m" in headers else grid.keys[0]
        by_size = {row[size]: (row[file], row[digest]) for row in rows if row[file]}
        said += [f"Certificate for m = {m}: {name}, sha256 {sha}" for m, (name, sha) in by_size.items()]
        dropped += [file, digest]
    if not dropped:
        return grid, []
    left = [j for j in range(len(headers)) if j not in dropped]
    keys = [left.index(j) for j in grid.keys]
    return Grid(grid.title, [headers[j] for j in left], [[row[j] for j in left] for row in rows], keys), said


def ems(text: str) -> float:
    """Return about how wide a text is in LaTeX's type, in ems, rather too much than too little."""
    if re.fullmatch(r"[A-Za-z]+[0-9_]+", text):  # a letter with a small subscript
        return 1.2
    text = re.sub(r"\^\((-?[\d/]+)\)", lambda power: "." * round(1.5 * len(power[1])), text)
    narrow, wide = sum(map(text.count, "fijlt.,:;'()[]|/ ")), sum(map(text.count, "mwMW−"))
    upper = sum(character.isupper() and character not in "MW" for character in text)
    return 0.32 * narrow + 0.85 * wide + 0.74 * upper + 0.53 * (len(text) - narrow - wide - upper)


def _parts(cell: str) -> list[str]:
    """Return what LaTeX does not break: words, their parts between hyphens, the terms of a formula."""
    if isinstance(cell, Formula):
        short = re.sub(r"_star|[A-Za-z](?=[A-Za-z])", "", re.sub(r"1/2\*|\*", "", cell))
        return [re.sub(r"\^\d", ".", term) for term in short.split()]
    whole = re.sub(r"(?<=\w)\([^()]{,20}\)", lambda call: call[0].replace(" ", "_"), cell)
    return re.split(r"[ -]", whole)
