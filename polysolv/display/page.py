"""A self-contained HTML page: its style is inside, its pictures are data URIs, nothing is loaded."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 2px solid #111; }
p, li { overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; display: block;
  overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #ccc; text-align: left; }
td { white-space: nowrap; }
thead th { border-bottom: 2px solid #111; }
figure { margin: 1rem 0; break-inside: avoid; } img { max-width: 100%; height: auto; }
figcaption { font-size: .9em; color: #333; }
pre { background: #f4f4f4; padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85em; }
.partial { border: 2px solid #111; padding: .5rem .8rem; }
@media screen and (max-width: 40rem) { figure { overflow-x: auto; } img { width: 38rem; max-width: none; } }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } }
"""


def page(title: str, body: Sequence[str]) -> str:
    """Return the page of a title and the HTML of its parts."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{escape(title)}</title><style>{STYLE}</style>"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n'
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def picture(data: bytes, kind: str, alt: str, caption: str) -> str:
    """Return the HTML of a picture.

    Args:
        data: the picture.
        kind: its media type, such as "image/png".
        alt: what it shows, for people who do not see it.
        caption: the line below.
    """
    source = base64.b64encode(data).decode()
    return (
        f'<figure><img alt="{escape(alt)}" src="data:{kind};base64,{source}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def items(notes: Sequence[str]) -> str:
    """Return notes as a list, or "" for none."""
    return "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>" if notes else ""
