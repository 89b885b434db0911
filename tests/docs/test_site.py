"""The documentation is built without a warning, and its pages load nothing from a network."""

from __future__ import annotations

import base64
import re
import runpy
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("sphinx", reason='needs pip install ".[docs]"')
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
    command = [
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        str(folder / "read"),
        "docs",
        str(folder / "site"),
    ]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder / "site"


@pytest.fixture(scope="module")
def walk():
    return SimpleNamespace(**runpy.run_path(str(ROOT / "docs" / "programs" / "walk.py")))


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
            if not parts.scheme and parts.path:
                base = site if parts.path.startswith("/") else path.parent
                assert (base / unquote(parts.path).lstrip("/")).is_file(), f"{path.name}: {address}"


def test_styles_load_nothing_from_elsewhere(site, pages):
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert sheets
    for style in sheets + [style for page in pages.values() for style in page.styles]:
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", style)


def test_formulas_are_mathml_in_a_font_of_the_site(site, pages):
    assert pages[site / "theory.html"].formulas > 100
    assert pages[site / "notebooks" / "02_system_and_witness.html"].formulas > 20
    for path, page in pages.items():
        assert "math" not in page.classes, path.name
    style = (site / "_static" / "site.css").read_text(encoding="utf-8")
    (family,) = re.findall(r'^math \{ font-family: "(.+?)", math;', style, re.MULTILINE)
    (font,) = re.findall(r"url\(data:font/woff2;base64,([A-Za-z0-9+/=]+)\)", style)
    assert f'font-family: "{family}"' in style
    data = base64.b64decode(font)
    assert data[:4] == b"wOF2"
    assert int.from_bytes(data[8:12], "big") == len(data)


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


def test_links_and_places_exist(site, walk):
    pages = {path: walk.Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert walk.broken(site, pages) == []
    # A link that leads nowhere would have been found.
    page = next(iter(pages.values()))
    page.links.update({"no-page.html", "#no-place"})
    assert len(walk.broken(site, pages)) == 2


def test_every_page_and_notebook_is_in_the_navigation(site, walk):
    start = walk.Page((site / "index.html").read_text(encoding="utf-8"))
    sources = [f"{path.stem}.html" for path in (ROOT / "docs").glob("*.md") if path.stem != "index"]
    sources += [f"tours/{path.stem}.html" for path in (ROOT / "docs" / "tours").glob("*.md")]
    sources += [f"notebooks/{path.stem}.html" for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert len(sources) > 25
    assert set(sources) <= start.links


def test_notebooks_show_their_outputs(site):
    page = (site / "notebooks" / "01_rates.html").read_text(encoding="utf-8")
    assert page.count("cell_output") >= 8
    assert "<img" in page
    assert "rates with k - k* = 2" in page


def test_the_index_finds_words(site, walk):
    found = walk.search(site, "Krawczyk")
    assert "homotopy.html" in found
    for page in found:
        assert "krawczyk" in (site / page).read_text(encoding="utf-8").lower()
    assert walk.search(site, "xylophone") == []


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_searches_from_a_file(site, tmp_path):
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"]
    command += ["--virtual-time-budget=10000", "--dump-dom", f"{site.as_uri()}/search.html?q=Krawczyk"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    results = done.stdout.split('id="search-results"')[1].split("</ul>")[0]
    assert 'href="homotopy.html"' in results


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_no_page_is_wider_than_a_phone_or_a_desk(site):
    command = [sys.executable, str(ROOT / "docs" / "programs" / "screenshots.py"), str(site)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("phone ") == done.stdout.count("desk ") == len(list(site.rglob("*.html")))


def test_the_logo_is_what_its_program_draws():
    program = runpy.run_path(str(ROOT / "docs" / "programs" / "logo.py"))
    assert program["LOGO"].read_text(encoding="utf-8") == program["drawing"]()
