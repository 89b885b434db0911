"""The documentation is built without a warning, and its pages load nothing from a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("mkdocs", reason='needs pip install ".[docs]"')
ROOT = Path(__file__).parents[2]
LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "image": "href",
    "use": "href",
}
LINK_KINDS = {
    "stylesheet",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
    "icon",
    "manifest",
}


class Loaded(HTMLParser):
    """Collects what a browser fetches for a page, and the formulas and broken formulas."""

    def __init__(self, text):
        super().__init__()
        self.addresses, self.styles, self.formulas, self.classes, self.ids = [], [], 0, set(), set()
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.classes |= set((values.get("class") or "").split())
        self.ids.add(values.get("id"))
        self.formulas += tag == "math"
        assert tag != "merror"
        if tag in LOADS and values.get(LOADS[tag]):
            self.addresses.append(values[LOADS[tag]])
        if tag == "link" and LINK_KINDS & set((values.get("rel") or "").split()):
            self.addresses.append(values["href"])
        if values.get("srcset"):
            self.addresses += [part.split()[0] for part in values["srcset"].split(",")]
        self.styles.append(values.get("style") or "")
        self._in_style = tag == "style"

    def handle_data(self, data):
        if self._in_style:
            self.styles.append(data)

    def handle_endtag(self, tag):
        self._in_style = False


# The site takes long to build.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr + done.stdout, done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path: Loaded(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_pages_load_local_files_only(site, pages):
    assert len(pages) > 20
    for path, page in pages.items():
        assert page.addresses
        for address in page.addresses:
            parts = urlsplit(address)
            assert parts.scheme in ("", "data"), f"{path.name}: {address}"
            assert not parts.netloc, f"{path.name}: {address}"
            if not parts.scheme:
                base = site if parts.path.startswith("/") else path.parent
                assert (base / unquote(parts.path).lstrip("/")).is_file(), f"{path.name}: {address}"


def test_styles_load_nothing_from_elsewhere(site, pages):
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert sheets
    for style in sheets + [style for page in pages.values() for style in page.styles]:
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", style)


def test_formulas_are_mathml(site, pages):
    assert pages[site / "theory.html"].formulas > 100
    for path, page in pages.items():
        assert "arithmatex" not in page.classes, path.name


def test_every_command_and_every_public_name_is_there(site, pages):
    import polysolv
    from polysolv.cli.main import _COMMANDS

    commands = pages[site / "reference" / "commands.html"].ids
    assert {f"polysolv-{name}" for name in _COMMANDS} <= commands
    described = set().union(*(page.ids for path, page in pages.items() if path.parent.name == "reference"))
    for name in polysolv.__all__[1:]:
        value = getattr(polysolv, name)
        if name != "families":
            assert f"{value.__module__}.{name}" in described, name
