"""Walks the built site as files: every link leads to a page that is there, and to a place that is on it.

Run: python docs/programs/walk.py FOLDER [--search WORD]

Prints how many pages, links and formulas there are; links that lead nowhere, one a line, and exit code 1.
With --search also the pages on which the site's own index has a word, read from searchindex.js.
"""

from __future__ import annotations

import argparse
import json
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links, places and formulas of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = {""}
        self.formulas = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.places |= {values[name] or "" for name in ("id", "name") if name in values}
        self.formulas += tag == "math"
        if tag == "a" and values.get("href"):
            self.links.add(str(values["href"]))


def broken(folder: Path, pages: dict[Path, Page]) -> list[str]:
    """Return the links that lead nowhere, each with its page."""
    found = []
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not target.is_file() or (target in pages and place not in pages[target].places):
                found.append(f"{path.relative_to(folder)}: {link}")
    return found


def search(folder: Path, word: str) -> list[str]:
    """Return the pages that the site's index has for a word; the index holds stems."""
    text = (folder / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    stems = [word.lower()[:length] for length in range(len(word), 2, -1)]
    for stem in stems:
        numbers = [index[kind].get(stem, []) for kind in ("terms", "titleterms")]
        hits = {number for entry in numbers for number in ([entry] if isinstance(entry, int) else entry)}
        if hits:
            return sorted(f"{index['docnames'][number]}.html" for number in hits)
    return []


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--search", action="append", default=[], metavar="WORD")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    links, formulas = (
        sum(count) for count in zip(*((len(p.links), p.formulas) for p in pages.values()), strict=True)
    )
    print(f"{len(pages)} pages, {links} links, {formulas} formulas")
    wrong = broken(folder, pages)
    print("\n".join([f"{len(wrong)} links lead nowhere", *wrong]))
    for word in arguments.search:
        print(f"{word}: {' '.join(search(folder, word)) or 'on no page'}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
