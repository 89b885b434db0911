"""Looks at pages in headless Chromium with the network off, at the width of a desk and of a phone.

Run: python docs/programs/screenshots.py FOLDER [--pictures PICTURES] [--chromium PROGRAM] [--height 3000]

FOLDER holds the pages, such as the built site. For every page and width: how far the page is wider than its
window, how many elements are cut off at its edge and can not be scrolled to, how many formulas it shows, how
many of these have no size, and how many pictures are missing. Exit code 1 if one of these is not right. With
--pictures a PNG of every page is written there.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
import subprocess
import sys
import tempfile
import threading
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

WIDTHS = {"phone": 390, "desk": 1280}
# A window of Chromium has a least width; a frame has none, so pages are measured in frames.
PROBE = """<!DOCTYPE html><meta charset="utf-8"><pre id="found"></pre><script>
const pages = PAGES, width = WIDTH, found = {};
async function look(page) {
  const frame = document.createElement("iframe");
  frame.style = `width:${width}px;height:900px;border:0`;
  frame.src = page;
  document.body.append(frame);
  await new Promise(done => frame.onload = done);
  await new Promise(done => setTimeout(done, 300));
  const inner = frame.contentDocument;
  const scrolls = e => e && (/auto|scroll/.test(frame.contentWindow.getComputedStyle(e).overflowX)
    && e !== inner.body && e !== inner.documentElement || scrolls(e.parentElement));
  const cut = [...inner.querySelectorAll("article *, body > *")].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.left < width && box.right > width + 1 && !scrolls(e);
  });
  const formulas = [...inner.querySelectorAll("math")];
  found[page] = {
    wider: inner.documentElement.scrollWidth - inner.documentElement.clientWidth,
    cut: cut.length,
    formulas: formulas.length,
    unseen: formulas.filter(f => f.getBoundingClientRect().width < 2).length,
    pictures: [...inner.images].filter(i => i.complete && !i.naturalWidth).length,
  };
  frame.remove();
}
(async () => {
  for (const page of pages) await look(page);
  document.getElementById("found").textContent = JSON.stringify(found);
  document.title = "done";
})();
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the folder, and the probe page of each width."""

    probes: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        if self.path in self.probes:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(self.probes[self.path])
        else:
            super().do_GET()

    def log_message(self, *arguments: object) -> None:
        """Keep standard error for ourselves."""


class Server(ThreadingHTTPServer):
    """A server that a browser may leave in the middle of an answer."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: what was not fetched shows in the counts."""


def chromium(program: str, *options: str) -> str:
    """Run Chromium once, all hosts but this one unknown to it, and return what it prints."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={profile}",
            *options,
        ]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, timeout=900, check=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--height", type=int, default=3000)
    parser.add_argument("--page", action="append", help="only this page; may be repeated")
    arguments = parser.parse_args()
    found = sorted(path.relative_to(arguments.folder).as_posix() for path in arguments.folder.rglob("*.html"))
    pages = arguments.page or found
    for name, width in WIDTHS.items():
        text = PROBE.replace("PAGES", json.dumps([f"/{page}" for page in pages])).replace("WIDTH", str(width))
        Quiet.probes[f"/probe-{name}"] = text.encode()
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(arguments.folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    bad = 0
    for name, width in WIDTHS.items():
        dom = chromium(
            arguments.chromium, "--virtual-time-budget=120000", "--dump-dom", f"{address}/probe-{name}"
        )
        seen = re.search(r'<pre id="found">(\{.*?\})</pre>', dom, re.DOTALL)
        if seen is None:
            sys.exit(f"{name}: the pages could not be measured")
        for page, values in json.loads(unescape(seen[1])).items():
            wrong = any(values[key] > 0 for key in ("wider", "cut", "unseen", "pictures"))
            bad += wrong
            counts = ", ".join(f"{key} {value}" for key, value in values.items())
            print(f"{name:5} {page[1:]:40} {counts}{'  <--' if wrong else ''}")
        if arguments.pictures is not None:
            arguments.pictures.mkdir(parents=True, exist_ok=True)
            for page in pages:
                target = arguments.pictures / f"{page.removesuffix('.html').replace('/', '-')}-{name}.png"
                window = f"--window-size={width},{arguments.height}"
                chromium(arguments.chromium, window, f"--screenshot={target}", f"{address}/{page}")
    server.shutdown()
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
