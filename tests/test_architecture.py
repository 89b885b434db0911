"""Imports flow one way: stations in order, no circle; and what would break either is seen.

import-linter checks the order (its contracts are in pyproject.toml). The circles are looked for here, because it
does not see an import through a table of module names, nor a circle of a folder's __init__ with a module inside.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[1]
LINT = Path(sys.executable).with_name("lint-imports")
SHOW_GRAPH = """
import grimp, json
graph = grimp.build_graph("polysolv", exclude_type_checking_imports=False, cache_dir=None)
print(json.dumps({module: sorted(graph.find_modules_directly_imported_by(module)) for module in graph.modules}))
"""
SOLVE_ALONE = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[:2] in [["polysolv", station] for station in sys.argv[1:]]:
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, Refuse())
from polysolv import GenericSystem, certify_solutions, solve
import polysolv.homotopy, polysolv.polynomials
for package in (polysolv.homotopy, polysolv.polynomials):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
system = GenericSystem.parse(["x^2 + y^2 - 5", "x*y - 2"])
print(len(solve(system, seed=0).solutions), *system.unknowns)
try:
    import polysolv.families
except ImportError as error:
    print(error)
"""
NOT_FOR_HOMOTOPY = (
    "families", "systems", "groebner", "certificates", "decisions", "rates", "moe", "experiments", "cli",
)  # fmt: skip


def name_of(path: Path, root: Path) -> str:
    """Return the dotted name of the module in a file."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules_below(root: Path) -> dict[str, str]:
    """Return the source text of every module of the package in a folder."""
    files = sorted((root / "polysolv").rglob("*.py"))
    return {name_of(path, root): path.read_text(encoding="utf-8") for path in files}


@cache
def strings_of(source: str) -> tuple[str, ...]:
    """Return the strings of a module, without its docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return tuple(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    )


def named_in(source: str, modules: set[str]) -> set[str]:
    """Return the modules that a module's text names in full.

    Either all of a string is such a name, perhaps with that of a function (``polysolv.rates.table:rate_table``),
    or the string is a program with an import statement.
    """
    found = set()
    for text in strings_of(source):
        names = re.findall(r"^[ \t]*from (polysolv[.\w]*) import (\w+)", text, re.MULTILINE)
        dotted = [f"{module}.{name}" for module, name in names]
        dotted += re.findall(r"^[ \t]*import (polysolv[.\w]*)", text, re.MULTILINE)
        if re.fullmatch(r"polysolv(\.\w+)+(:[.\w]+)?", text):
            dotted.append(text.split(":")[0])
        for name in dotted:
            parts = name.split(".")
            prefixes = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            found.add(next(prefix for prefix in prefixes if prefix in modules))
    return found


def imports_below(root: Path) -> dict[str, set[str]]:
    """Return who imports whom in the package in a folder: by statements anywhere, and by names in text.

    The package's own __init__ is left without imports: it loads each public name on first use.
    """
    done = subprocess.run(
        [sys.executable, "-c", SHOW_GRAPH], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    imports = {module: set(others) for module, others in json.loads(done.stdout).items()}
    sources = modules_below(root)
    assert set(imports) == set(sources), "a folder without __init__.py?"
    for module, source in sources.items():
        imports[module] |= named_in(source, set(sources)) - {module}
    imports["polysolv"] = set()
    return imports


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules that all import one another, directly or not."""
    modules = sorted(imports)
    matrix = np.array([[other in imports[module] for other in modules] for module in modules])
    _, labels = connected_components(matrix, directed=True, connection="strong")
    members: dict[int, list[str]] = {}
    for module, label in zip(modules, labels, strict=True):
        members.setdefault(int(label), []).append(module)
    return sorted(group for group in members.values() if len(group) > 1)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package in a folder."""
    return subprocess.run(
        [LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def is_written(value: ast.expr) -> bool:
    """Return whether an expression is a name, a literal, or an entry of a table, and nothing is put together."""
    if isinstance(value, ast.Subscript):
        return is_written(value.value)
    if isinstance(value, ast.Attribute):
        return is_written(value.value)
    if isinstance(value, ast.Call):  # table.get(key), "module:function".split(":")
        known = isinstance(value.func, ast.Attribute) and value.func.attr in ("get", "split", "partition")
        return known and is_written(value.func.value)
    return isinstance(value, (ast.Constant, ast.Name))


def computed_names(source: str) -> list[int]:
    """Return the lines where a module is loaded by a name that is not written in full somewhere."""
    tree = ast.parse(source)
    lines = []
    loaders = {"__import__", "import_module"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "importlib":
            loaders |= {alias.asname or alias.name for alias in node.names if alias.name == "import_module"}
        # Part of a name, to be completed.
        if isinstance(node, ast.Constant) and re.fullmatch(r"polysolv\.([.\w]*\.)?", str(node.value)):
            lines.append(node.lineno)
    scopes = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for scope in (tree, *scopes) if any(loader in source for loader in loaders) else ():
        bound: dict[str, list[ast.expr]] = {}
        for node in ast.walk(scope):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in (part for one in targets for part in ast.walk(one)):
                    if isinstance(target, ast.Name):
                        added = ast.BinOp(target, ast.Add(), node.value)
                        value = added if isinstance(node, ast.AugAssign) else node.value
                        bound.setdefault(target.id, []).append(value)
        for node in ast.walk(scope):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called not in loaders:
                continue
            name = node.args[0] if len(node.args) == 1 and not node.keywords else None
            values = bound.get(name.id, []) if isinstance(name, ast.Name) and scope is not tree else []
            if name is None or not all(is_written(value) for value in (name, *values)):
                lines.append(node.lineno)
    return sorted(set(lines))


def taken_from_the_top(source: str) -> set[str]:
    """Return the names that a module which imports the package itself takes from it."""
    nodes = list(ast.walk(ast.parse(source)))
    imported = [alias for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    called = {"polysolv", *(alias.asname for alias in imported if alias.name == "polysolv")}
    names = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module == "polysolv" or node.module is None):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in called:
            names.add(node.attr)
    return names


@pytest.fixture
def copy(tmp_path):
    """A copy of the sources and of the contracts, in which a test may plant what must not be."""
    skip = shutil.ignore_patterns("__pycache__", "*.txt", "*.json")
    shutil.copytree(ROOT / "polysolv", tmp_path / "polysolv", ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_no_module_is_part_of_a_circle():
    assert circles(imports_below(ROOT)) == []


def test_the_contracts_of_the_stations_are_kept():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_the_kernel_imports_nothing_of_polysolv():
    imports = imports_below(ROOT)
    kernel = {module for module in imports if module.startswith("polysolv.verify")}
    assert kernel
    assert set().union(*(imports[module] for module in kernel)) <= kernel


def test_names_of_loaded_modules_are_written_in_full():
    found = {module: computed_names(source) for module, source in modules_below(ROOT).items()}
    assert {module: lines for module, lines in found.items() if lines and module != "polysolv"} == {}


def test_nothing_comes_by_way_of_the_public_names():
    """The package's __init__ may look up; so whoever takes a verb from it looks up unseen."""
    imports, sources = imports_below(ROOT), modules_below(ROOT)
    users = [module for module in imports if "polysolv" in imports[module]]
    taken = {module: taken_from_the_top(sources[module]) for module in users}
    folders = {name.removeprefix("polysolv.") for name in sources if name.count(".") == 1}
    assert taken
    assert set().union(*taken.values()) <= {"__version__", *folders}, taken


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    from polysolv import decide, __version__",
        "import polysolv\npolysolv.decide()",
        "import polysolv as p\np.decide()",
        "from .. import decide",
        "if TYPE_CHECKING:\n    from polysolv import decide as ask",
    ],
)
def test_a_verb_taken_from_the_top_is_seen(text):
    assert "decide" in taken_from_the_top(text)


# What is planted: the lines added to modules, and the circle that these close. Each circle is apart from the others,
# so that one copy of the package holds all. import-linter sees the first ones, and overlooks the others.
SEEN = {
    "an import inside a function, from a lower station to a higher one": (
        {"errors": "def planted():\n    from polysolv.display import pictures\n"},
        ["polysolv.display.pictures", "polysolv.errors"],
    ),
    "the same, relative": (
        {"moe/threads": "def planted():\n    from .starts import starting_vectors\n"},
        ["polysolv.moe.starts", "polysolv.moe.threads"],
    ),
    "two modules of one folder, one of them for type checkers": (
        {
            "rates/planted": "if TYPE_CHECKING:\n    from polysolv.rates.planted_too import a\n",
            "rates/planted_too": "from polysolv.rates.planted import a\n",
        },
        ["polysolv.rates.planted", "polysolv.rates.planted_too"],
    ),
}
OVERLOOKED = {
    "a module's name": (
        {"errors": "def planted():\n    return import_module('polysolv.display.pictures')\n"},
        ["polysolv.display.pictures", "polysolv.errors"],
    ),
    "names of a module and a function in a table": (
        {"moe/threads": "PLANTED = {'planted': 'polysolv.moe.starts:starting_vectors'}\n"},
        ["polysolv.moe.starts", "polysolv.moe.threads"],
    ),
    "a program": (
        {
            "groebner/real_roots": "PLANTED = f'import sys\\nfrom polysolv.decisions import ternary\\nprint({1})'\n"
        },
        ["polysolv.decisions.ternary", "polysolv.groebner.real_roots"],
    ),
    "a folder's __init__ and a module inside, for type checkers": (
        {
            "rates/planted/__init__": "if TYPE_CHECKING:\n    from polysolv.rates.planted.inside import a\n",
            "rates/planted/inside": "if TYPE_CHECKING:\n    from polysolv.rates.planted import a\n",
        },
        ["polysolv.rates.planted", "polysolv.rates.planted.inside"],
    ),
}


def plant(copy: Path, name: str, text: str) -> None:
    """Add lines to a module, or make it."""
    path = copy / "polysolv" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n\n" + text)


def test_a_copy_with_nothing_planted_is_clean(copy):
    assert circles(imports_below(copy)) == []
    assert lint(copy).returncode == 0


@pytest.mark.parametrize(
    ("planted", "is_seen"), [(SEEN, True), (OVERLOOKED, False)], ids=["seen", "overlooked"]
)
def test_planted_circles_are_found(copy, planted, is_seen):
    for texts, _ in planted.values():
        for name, text in texts.items():
            plant(copy, name, text)
    assert circles(imports_below(copy)) == sorted(circle for _, circle in planted.values())
    done = lint(copy)
    assert done.returncode == int(is_seen)
    for _, (_, importer) in planted.values():
        assert (f".{importer.rsplit('.', 1)[1]} -> " in done.stdout) == is_seen


def test_planted_breaks_of_the_order_are_seen(copy):
    plant(copy, "polynomials/upwards", "def planted():\n    from polysolv.moe.threads import a\n")
    plant(copy, "homotopy/sideways", "from polysolv.groebner import budget\n")
    plant(copy, "verify/out_of_the_kernel", "def planted():\n    from polysolv.errors import InputError\n")
    plant(copy, "no_station/__init__", "")
    done = lint(copy)
    assert done.returncode == 1
    for name in ("polynomials.upwards", "homotopy.sideways", "verify.out_of_the_kernel", "no_station"):
        assert f"polysolv.{name}" in done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "import_module(f'polysolv.moe.{name}')",
        "import_module(f'{__package__}.{name}')",
        "import_module('polysolv.moe' + name)",
        "import_module('polysolv.%s' % name)",
        "import_module('polysolv.{}'.format(name))",
        "import_module('.'.join(parts))",
        "import_module('.threads', 'polysolv.moe')",
        "importlib.import_module('polysolv.' + name)",
        "__import__(f'polysolv.{name}')",
        "from importlib import import_module as load\nload(f'a.{name}')",
        "def f(name):\n    full = f'a.{name}'\n    return import_module(full)",
        "def f(name):\n    name += '.threads'\n    return import_module(name)",
        "load(f'polysolv.moe.{name}')",
    ],
)
def test_a_name_that_is_put_together_is_seen(text):
    assert computed_names(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "import_module(TABLE[name])",
        "import_module(TABLE[recognise(text)])",
        "import_module(source.module)",
        "def f(name):\n    module, function = TABLE[name]\n    return getattr(import_module(module), function)",
        "def f(task):\n    module, name = task.split(':')\n    return getattr(import_module(module), name)",
        "print(f'polysolv {version}', 'polysolv.toml')",
    ],
)
def test_a_name_from_a_table_is_not_complained_of(text):
    assert computed_names(text) == []


def test_homotopy_continuation_works_without_what_is_above_it():
    done = subprocess.run(
        [sys.executable, "-c", SOLVE_ALONE, *NOT_FOR_HOMOTOPY],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["4 x y", "polysolv.families is not there"]
