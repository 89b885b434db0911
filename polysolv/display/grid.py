"""A rectangular table of strings and its renderings, shared by everything that prints a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from polysolv.display.value import Value


@dataclass(eq=False, repr=False)
class Grid(Value):
    """A titled table.

    Args:
        title: one line, or "".
        headers: column names.
        rows: cells as strings, one sequence for each row. Powers such as ``n^(-1/12)`` and cells that are a
            :class:`polysolv.display.formula.Formula` become mathematics in LaTeX and HTML; all else is
            escaped.
        keys: columns that tell rows apart; they are repeated where a table is split to fit.

    >>> print(Grid("", ["m", "b"], [["2", "n^(-1/8)"]]).to_text())
    m  b
    -  --------
    2  n^(-1/8)
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    keys: Sequence[int] = (0,)

    def to_text(self, width: int | None = None) -> str:
        """Return aligned plain text.

        Args:
            width: if given, cells are broken between words, and the table is split into several, so that
                each fits into lines of this many characters.
        """
        if width is None:
            return "\n".join(([self.title, ""] if self.title else []) + _aligned(self.headers, self.rows))
        from polysolv.display.filling import fill

        parts = [
            "\n".join(_aligned(part.headers, part.rows, broken=True)) for part in self.fitted(width + 2, 2)
        ]
        return "\n\n".join(([fill(self.title, width)] if self.title else []) + parts)

    def fitted(self, width: int, padding: int) -> list[Grid]:
        """Return this table as tables that fit a page; lines of a broken cell are separated by newlines.

        Args:
            width: characters of a line.
            padding: what each column takes beside its text.

        Words are never broken, and columns that tell rows apart are in every part.

        >>> for part in Grid("", ["m", "growth of n"], [["2", "n^(-1/8)"]]).fitted(12, 2):
        ...     print(part.headers, part.rows)
        ['m', 'growth\\nof n'] [['2', 'n^(-1/8)']]
        """
        from polysolv.display.layout import broken, split_columns, widths_that_fit

        columns = [[header, *(row[j] for row in self.rows)] for j, header in enumerate(self.headers)]
        natural = [max(map(len, column)) for column in columns]
        if sum(natural) + padding * len(natural) <= width:
            return [self]
        least = [max(len(word) for cell in column for word in broken(cell, 0)) for column in columns]
        parts = []
        for chosen in split_columns([size + padding for size in least], self.keys, width):
            sizes = widths_that_fit(
                [least[j] for j in chosen], [natural[j] for j in chosen], width - padding * len(chosen)
            )
            lines = [
                ["\n".join(broken(columns[j][i], size)) for j, size in zip(chosen, sizes, strict=True)]
                for i in range(len(self.rows) + 1)
            ]
            parts.append(Grid(self.title, lines[0], lines[1:], range(len(self.keys))))
        return parts

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
        from polysolv.display.latex_prose import latex_cell

        head = " & ".join(latex_cell(cell) for cell in self.headers)
        body = "\n".join(" & ".join(latex_cell(cell) for cell in row) + r" \\" for row in self.rows)
        columns = "l" * len(self.headers)
        return (
            f"\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head} \\\\\n\\midrule\n{body}\n"
            "\\bottomrule\n\\end{tabular}"
        )

    def to_html(self) -> str:
        """Return an HTML table with the title as its caption."""
        from html import escape

        def line(cells: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{_html_cell(cell)}</{tag}>" for cell in cells) + "</tr>"

        caption = f"<caption>{escape(self.title)}</caption>" if self.title else ""
        body = "".join(line(row, "td") for row in self.rows)
        return f"<table>{caption}<thead>{line(self.headers, 'th')}</thead><tbody>{body}</tbody></table>"

    def _repr_html_(self) -> str:
        from html import escape

        # Notebooks align cells to the right, and break a caption to the width of a narrow table.
        table = Grid("", self.headers, self.rows).to_html()
        for tag in ("th", "td"):
            table = table.replace(f"<{tag}>", f'<{tag} style="text-align:left">')
        return (f"<p><b>{escape(self.title)}</b></p>" if self.title else "") + table

    def _repr_latex_(self) -> str:
        return self.to_latex()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.to_text())

    def __str__(self) -> str:
        return self.to_text()


def _aligned(headers: Sequence[str], rows: Sequence[Sequence[str]], broken: bool = False) -> list[str]:
    """Return the lines of a table; those of a broken cell stand below each other."""
    count = range(len(headers))
    lines = (
        [list(headers), *map(list, rows)]
        if not broken
        else [
            [(cells[j] + [""] * height)[i] for j in count]
            for line in (headers, *rows)
            for cells in [[cell.split("\n") for cell in line]]
            for height in [max(map(len, cells))]
            for i in range(height)
        ]
    )
    widths = [max(len(line[j]) for line in lines) for j in count]
    head = max(header.count("\n") for header in headers) + 1 if broken else 1
    lines.insert(head, ["-" * width for width in widths])
    return ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines]


def show_rate(rate: Fraction | None) -> str:
    """Return a rate as people read it, or a dash if there is none.

    >>> show_rate(Fraction(1, 12))
    'n^(-1/12)'
    """
    return "-" if rate is None else f"n^(-{rate})"


def _html_cell(cell: str) -> str:
    from html import escape

    from polysolv.display.formula import Formula

    if isinstance(cell, Formula):
        return cell.to_html()
    pieces = _split_powers(cell)
    return "".join(f"{base}<sup>{power}</sup>" if base else escape(text) for text, base, power in pieces)


def _split_powers(cell: str) -> list[tuple[str, str, str]]:
    """Return (text, "", "") and ("", base, power) in turn; powers are ``n^(-1/12)`` and ``2^24``."""
    import re

    parts = re.split(r"\b(n|2)\^(?:\((-\d+(?:/\d+)?)\)|(\d+)\b)", cell)
    pieces = [(parts[0], "", "")]
    for i in range(1, len(parts), 4):
        pieces += [("", parts[i], parts[i + 1] or parts[i + 2]), (parts[i + 3], "", "")]
    return pieces
