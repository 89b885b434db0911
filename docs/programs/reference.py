"""MkDocs hook: pages that are made while the site is built, so that they are never out of date.

The front page is README, the command reference is read off the commands, the Python reference lists the
public names, and the changelog and notebooks are taken over from the repository's root.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from html import escape
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import polysolv
from polysolv.cli.main import cli
from polysolv.cli.options import example

ROOT = Path(__file__).parents[2]
PAGES_OF_THE_ROOT = ("CHANGELOG.md", "CONTRIBUTING.md")
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
    lines = [
        "# Python",
        "All names of this list can be imported from `polysolv` itself; each is loaded on first use.",
    ]
    pages, top = {}, []
    for public in polysolv.__all__[1:]:
        value = getattr(polysolv, public)
        if not inspect.ismodule(value):
            top.append(f"- [`{public}`][{value.__module__}.{public}]: {_summary(value)}")
    lines += ["\n".join(top), "## Packages"]
    for package_name, title in PACKAGES.items():
        package = import_module(f"polysolv.{package_name}")
        names = getattr(package, "__all__", None) or [
            n for n, v in vars(package).items() if getattr(v, "__module__", None) == package.__name__
        ]
        path = _package_page(package_name)
        text = [f"# polysolv.{package_name}", escape(_summary(package), quote=False)]
        documented = [f"{_defining_module(package, name)}.{name}" for name in names if name[0] != "_"]
        documented += [name for name in _public_names(package_name) if name not in documented]
        text += [f"::: {name}" for name in documented]
        pages[path] = "\n\n".join(text) + "\n"
        lines.append(f"- [`polysolv.{package_name}`]({Path(path).name}): {title}")
    pages["reference/python.md"] = "\n\n".join(lines[:3]) + "\n\n" + "\n".join(lines[3:]) + "\n"
    return pages


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


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name the generated pages in the navigation, and put pages that it does not name under More."""
    named = re.findall(r"[\w./-]+\.md", str(config.nav))
    more = [path.name for path in sorted(Path(config.docs_dir).glob("*.md")) if path.name not in named]
    more += [name for name in PAGES_OF_THE_ROOT if (ROOT / name).exists()]
    packages = [{f"polysolv.{name}": _package_page(name)} for name in PACKAGES]
    config.nav = [*config.nav, {"Python packages": packages}, {"More": more}]  # type: ignore[misc]
    return config


def _package_page(name: str) -> str:
    return f"reference/{name.replace('.', '-')}.md"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages and the files of the root."""

    def add(path: str, text: str) -> None:
        files.append(File.generated(config, path, content=text))

    add("index.md", from_root((ROOT / "README.md").read_text(encoding="utf-8")))
    add("reference/commands.md", command_page())
    for path, text in python_pages().items():
        add(path, text)
    for name in PAGES_OF_THE_ROOT:
        if (ROOT / name).exists():
            add(name, from_root((ROOT / name).read_text(encoding="utf-8")))
    for source in [*sorted((ROOT / "notebooks").glob("*.ipynb")), ROOT / "LICENSE", ROOT / "CITATION.cff"]:
        if source.exists():
            relative = source.relative_to(ROOT).as_posix()
            files.append(File.generated(config, relative, abs_src_path=str(source)))
    return files
