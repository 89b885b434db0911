"""Sphinx extension: pages that are made when the site is built, so that they are never out of date.

The front page is README, the command reference is read off the commands, the Python reference lists the
public names, and the changelog and notebooks are taken over from the repository's root. They are written into
docs/, where git ignores them, for Sphinx reads files only.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from html import escape
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click
from sphinx.application import Sphinx

import polysolv
from polysolv.cli.main import cli
from polysolv.cli.options import example
from polysolv.files import write_atomically

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES_OF_THE_ROOT = ("CHANGELOG.md", "CONTRIBUTING.md")
FILES_OF_THE_ROOT = ("LICENSE", "CITATION.cff")
NAVIGATION = {
    "Rates": [
        "why-slow",
        "theory",
        "uniform",
        "families",
        "second-order",
        "own-families",
        "choosing-k",
    ],
    "Deciding": ["decisions", "certificates", "homotopy"],
    "Data": ["your-data", "fitter", "inference", "crosscheck"],
    "Notebooks": ["notebooks/*"],
    "Tours": ["tours/*"],
    "Reference": ["reference/commands", "reference/python", "schemas"],
    "The house": ["architecture", "comparison", "slips", "platforms", "CONTRIBUTING", "CHANGELOG"],
}
PACKAGES = {
    "verify": "the trusted kernel",
    "polynomials.generic_system": "systems of one's own",
    "polynomials.exports": "systems for other programs",
    "homotopy": "homotopy continuation",
    "groebner": "Gröbner engines",
    "families": "families",
    "systems": "systems of cells",
    "certificates": "certificates",
    "decisions": "decisions",
    "rates": "rates",
    "rates.prover": "the exponent prover",
    "moe": "mixing measures, fitter, losses",
    "experiments": "experiments",
    "errors": "errors",
}


def from_root(text: str) -> str:
    """Return a page of the root with its links as seen from the site's top folder.

    >>> from_root("[theory](docs/theory.md), ![](docs/images/a.svg)")
    '[theory](theory.md), ![](images/a.svg)'
    """
    return re.sub(r"(\]\(|src=\")docs/", r"\1", text)


def _option_lines(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Argument):
            yield f"- `{parameter.make_metavar(context)}` (argument)"
        elif record:
            name, text = record
            yield f"- `{name}`: {escape(' '.join(text.split()), quote=False)}"


def _prose(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; those that click must not wrap become blocks of code."""
    for paragraph in re.split(r"\n[ ]*\n", inspect.cleandoc(text)):
        if paragraph.startswith("\b"):
            yield "\n".join(["```text", *paragraph.splitlines()[1:], "```"])
        else:
            yield escape(" ".join(paragraph.split()), quote=False)


def command_page() -> str:
    """Return the reference of all commands, in the order of `polysolv -h`, as Markdown."""
    top = click.Context(cli, info_name="polysolv", **cli.context_settings)
    parts = [
        "# Commands",
        "This page is read off the commands while the site is built; `polysolv COMMAND -h` prints the same.",
        *_prose(cli.help or ""),
        "\n".join(_option_lines(cli, top)),
    ]
    for name in cli.list_commands(top):
        command = cli.get_command(top, name)
        assert command is not None
        context = click.Context(command, parent=top, info_name=name)
        usage = " ".join(["polysolv", name, *command.collect_usage_pieces(context)])
        parts += [f"## polysolv {name}", f"```text\n{usage}\n```", *_prose(command.help or "")]
        parts.append("\n".join(_option_lines(command, context)))
        parts.append(f"```console\n{example(name)}```")
    return "\n\n".join(parts) + "\n"


def _defining_module(package: object, name: str) -> str:
    """Return the module in whose text a public name of a package is defined."""
    value = getattr(package, name)
    if module := getattr(value, "__module__", None):
        return str(module)
    for found in iter_modules(package.__path__, package.__name__ + "."):  # type: ignore[attr-defined]
        if not found.ispkg and vars(import_module(found.name)).get(name) is value:
            source = inspect.getsource(import_module(found.name))
            if re.search(rf"^{name}\b[^=\n]*=", source, re.MULTILINE):
                return found.name
    return str(package.__name__)  # type: ignore[attr-defined]


def python_pages() -> dict[str, str]:
    """Return the Python reference as Markdown: path to text, one page for each package."""
    pages, top, described = {}, [], set()
    packages = []
    for package_name, title in PACKAGES.items():
        package = import_module(f"polysolv.{package_name}")
        names = getattr(package, "__all__", None) or [
            n for n, v in vars(package).items() if getattr(v, "__module__", None) == package.__name__
        ]
        documented = [f"{_defining_module(package, name)}.{name}" for name in names if name[0] != "_"]
        documented += [name for name in _public_names(package_name) if name not in documented]
        text = [f"# polysolv.{package_name}", f"```{{eval-rst}}\n.. automodule:: {package.__name__}\n```"]
        for name in documented:
            text.append(_entry(name, again=name in described))
            described.add(name)
        pages[_package_page(package_name)] = "\n\n".join(text) + "\n"
        packages.append(f"- [`polysolv.{package_name}`]({Path(_package_page(package_name)).name}): {title}")
    for public in polysolv.__all__[1:]:
        value = getattr(polysolv, public)
        if not inspect.ismodule(value):
            assert f"{value.__module__}.{public}" in described, public
            top.append(f"- {{py:obj}}`{public} <{value.__module__}.{public}>`: {_summary(value)}")
    lines = [
        "# Python",
        "All names of this list can be imported from `polysolv` itself; each is loaded on first use.",
        "\n".join(top),
        "## Packages",
        "\n".join(packages),
        _contents([Path(path).stem for path in pages]),
    ]
    pages["reference/python.md"] = "\n\n".join(lines) + "\n"
    return pages


def _entry(name: str, again: bool) -> str:
    """Return the directive that describes an object; what is described elsewhere gets no second anchor."""
    module, attribute = name.rsplit(".", 1)
    value = getattr(import_module(module), attribute)
    kind = "function" if callable(value) else "data"
    options = ["   :no-value:"] if not callable(value) and len(repr(value)) > 60 else []
    if inspect.isclass(value):
        kind = "exception" if issubclass(value, Exception) else "class"
        options += ["   :members:", "   :show-inheritance:"]
    if again:
        options.append("   :no-index:")
    return "\n".join(["```{eval-rst}", f".. auto{kind}:: {name}", *options, "```"])


def _contents(names: list[str], caption: str = "") -> str:
    """Return a hidden table of contents, from which the theme makes the navigation."""
    options = [":hidden:", ":glob:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["```{toctree}", *options, "", *names, "```"])


def _public_names(package_name: str) -> list[str]:
    """Return the names of polysolv itself that belong on a package's page, with the module of each."""
    found = []
    for name in polysolv.__all__[1:]:
        value = getattr(polysolv, name)
        if inspect.ismodule(value):
            continue
        parts = value.__module__.split(".")[1:]
        prefixes = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
        if next((prefix for prefix in prefixes if prefix in PACKAGES), None) == package_name:
            found.append(f"{value.__module__}.{name}")
    return found


def _summary(value: object) -> str:
    return (inspect.getdoc(value) or "").split("\n\n")[0].replace("\n", " ")


def front_page() -> str:
    """Return README, followed by the navigation; pages that it does not name come last."""
    named = [name for names in NAVIGATION.values() for name in names]
    more = [path.stem for path in sorted(DOCS.glob("*.md")) if path.stem not in [*named, "index"]]
    parts = [from_root((ROOT / "README.md").read_text(encoding="utf-8"))]
    for caption, names in NAVIGATION.items():
        parts.append(_contents([name for name in names if _is_page(name)], caption))
    return "\n\n".join([*parts, *([_contents(more, "More")] if more else [])]) + "\n"


def _is_page(name: str) -> bool:
    made = "/" in name or f"{name}.md" in PAGES_OF_THE_ROOT
    return made or (DOCS / f"{name}.md").exists()


def notebook(path: Path) -> str:
    """Return a notebook with its links as seen from the site, and one to itself below its title."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"]).replace("](../docs/", "](../")
            cell["source"] = text.splitlines(keepends=True)
    first = content["cells"][0]["source"]
    first[1:1] = ["\n", f"{{download}}`The notebook itself <../../notebooks/{path.name}>` runs in Jupyter.\n"]
    return json.dumps(content)


def _package_page(name: str) -> str:
    return f"reference/{name.replace('.', '-')}.md"


def write_pages(app: Sphinx) -> None:
    """Write the pages that are made, and remove those of an earlier build that are made no more."""
    pages = {"index.md": front_page(), "reference/commands.md": command_page(), **python_pages()}
    for name in PAGES_OF_THE_ROOT:
        pages[name] = from_root((ROOT / name).read_text(encoding="utf-8"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        pages[f"notebooks/{path.name}"] = notebook(path)
    for name in FILES_OF_THE_ROOT:
        pages[name] = (ROOT / name).read_text(encoding="utf-8")
    for folder in ("reference", "notebooks"):
        for old in (DOCS / folder).glob("*.*"):
            if old.relative_to(DOCS).as_posix() not in pages:
                old.unlink()
    for name, text in pages.items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, text)


def relink(app: Sphinx, name: str, source: list[str]) -> None:
    """Lead links out of docs/ to the pages that are taken over from the root."""
    up = "../" * name.count("/")
    for target, page in {
        "README.md": "index.md",
        **{n: n for n in (*PAGES_OF_THE_ROOT, "notebooks/")},
    }.items():
        source[0] = source[0].replace(f"](../{up}{target}", f"]({up}{page}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks for pages."""
    app.connect("builder-inited", write_pages)
    app.connect("source-read", relink)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
