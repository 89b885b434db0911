"""A rectangular table of strings and its renderings, shared by everything that prints a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Grid:
    """A titled table.

    Args:
        title: one line, or "".
        headers: column names.
        rows: cells as strings, one sequence for each row. A cell like ``n^(-1/12)`` becomes mathematics in
            LaTeX and HTML.

    >>> print(Grid("", ["m", "b"], [["2", "n^(-1/8)"]]).to_text())
    m  b
    -  --------
    2  n^(-1/8)
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]

    def to_text(self) -> str:
        """Return aligned plain text."""
        table = [list(self.headers), *map(list, self.rows)]
        widths = [max(len(row[i]) for row in table) for i in range(len(self.headers))]
        table.insert(1, ["-" * width for width in widths])
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in table
        ]
        return "\n".join(([self.title, ""] if self.title else []) + lines)

    def to_csv(self) -> str:
        """Return comma-separated values with a header line."""
        import csv
        import io

        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(self.headers)
        writer.writerows(self.rows)
        return stream.getvalue()

    def to_markdown(self) -> str:
        """Return a GitHub-flavoured Markdown table, without the title."""
        lines = [self.headers, ["---"] * len(self.headers), *self.rows]
        return "\n".join(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
        )

    def to_latex(self) -> str:
        """Return a LaTeX ``tabular`` (package booktabs), without the title."""
        head = " & ".join(_latex_cell(cell) for cell in self.headers)
        body = "\n".join(" & ".join(_latex_cell(cell) for cell in row) + r" \\" for row in self.rows)
        columns = "l" * len(self.headers)
        return (
            f"\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head} \\\\\n\\midrule\n{body}\n"
            "\\bottomrule\n\\end{tabular}"
        )

    def to_html(self) -> str:
        """Return an HTML table with the title as its caption."""
        from html import escape

        def line(cells: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{_html_cell(escape(cell))}</{tag}>" for cell in cells) + "</tr>"

        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        body = "".join(line(row, "td") for row in self.rows)
        return f"<table>{caption}<thead>{line(self.headers, 'th')}</thead><tbody>{body}</tbody></table>"


def show_rate(rate: Fraction | None) -> str:
    """Return a rate as people read it, or a dash if there is none.

    >>> show_rate(Fraction(1, 12))
    'n^(-1/12)'
    """
    return "-" if rate is None else f"n^(-{rate})"


def _latex_cell(cell: str) -> str:
    if cell.startswith("n^(-") and cell.endswith(")"):
        return f"$n^{{-{cell[4:-1]}}}$"
    if cell.startswith("2^") and cell[2:].isdigit():
        return f"$2^{{{cell[2:]}}}$"
    for character in "\\&%$#_{}":
        cell = cell.replace(character, f"\\{character}" if character != "\\" else r"\textbackslash ")
    return cell


def _html_cell(cell: str) -> str:
    if cell.startswith("n^(-") and cell.endswith(")"):
        return f"n<sup>-{cell[4:-1]}</sup>"
    if cell.startswith("2^") and cell[2:].isdigit():
        return f"2<sup>{cell[2:]}</sup>"
    return cell
