"""Makes the LLVM code that is shipped, or compares it with what is made anew: what `.ci/llvm-code` runs.

Each function is compiled in a fresh process, for a processor without extras. What differs from one process
to the next, or names this machine, is taken out: addresses and folders in names, texts of errors that no path
raises.
Equal versions of Python, numba and llvmlite make equal files; with others, only the sources are compared.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm
import numba

from polysolv.homotopy.compiled import native, shipped
from polysolv.homotopy.compiled.source import Source
from polysolv.homotopy.engine import KERNEL
from polysolv.homotopy.starts.polyhedral import SEARCH

SOURCES = (KERNEL, SEARCH)
PYTHON = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
MAKER = f"numba {numba.__version__}, llvmlite {llvmlite.__version__}, {PYTHON}"
# Read when numba is imported, that is, in the process of each function.
GENERIC = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "PYTHONHASHSEED": "0"}


def bitcode_of(source: Source) -> bytes:
    """Return LLVM bitcode of a function; numba must have been told which processor it is for."""
    made = native.compile_with_numba(source)
    # Errors are pickled with the name of the file that raises them.
    text = re.sub(
        r"^(@\.const\.picklebuf\.[\w.]+ = internal constant \{[^}]*\}) \{.*$",
        r"\1 zeroinitializer",
        made.inspect_llvm(),
        flags=re.MULTILINE,
    )
    text = re.sub(r"0x[0-9a-f]{6,}(?=>)", lambda address: "0" * len(address[0]), text)
    # Scopes of aliases are named after functions, and those names hold the folder that this package is in.
    scopes: dict[str, str] = {}
    text = re.sub(
        r'!"(_Z[^"]*)"', lambda name: f'!"{scopes.setdefault(name[1], f"scope {len(scopes)}")}"', text
    )
    module = llvm.parse_assembly(text)
    for value in (*module.functions, *module.global_variables):
        if value.name == made.native_name:
            value.name = shipped.ENTRY
        elif not value.is_declaration:
            value.linkage = "internal"
    passes = llvm.create_module_pass_manager()
    passes.add_global_dce_pass()
    passes.add_strip_symbols_pass()
    passes.add_strip_dead_prototypes_pass()
    passes.run(module)
    module.verify()
    return bytes(module.as_bitcode())


def made_anew(source: Source) -> bytes:
    """Return the content of a file, made in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "code"
        subprocess.run(
            [sys.executable, __file__, "--one", source.module, str(target)],
            env={**os.environ, **GENERIC},
            check=True,
        )
        return target.read_bytes()


def stale(source: Source) -> str:
    """Return what is wrong with the file of a source; "" if nothing is."""
    place = shipped.place_of(source)
    if not place.is_file():
        return "is missing"
    _, digest, maker, *_ = place.read_bytes().split(b"\n", 4)
    if digest.decode() != shipped.sources_digest(source):
        return "was made from other sources"
    if maker.decode() != MAKER:
        print(f"{place.name}: not compared, as {MAKER} is here and {maker.decode()} made it")
        return ""
    return "" if made_anew(source) == place.read_bytes() else "differs from what is made anew"


def main() -> int:
    """Make or compare the files; the exit code is 1 if one is not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit code 1: not up to date")
    parser.add_argument("--one", nargs=2, metavar=("MODULE", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        (source,) = (source for source in SOURCES if source.module == options.one[0])
        Path(options.one[1]).write_bytes(shipped.packed(source, bitcode_of(source), MAKER))
        return 0
    code = 0
    for source in SOURCES:
        place = shipped.place_of(source)
        if options.check:
            wrong = stale(source)
            print(f"{place.name}: " + (f"{wrong}; run .ci/llvm-code" if wrong else "up to date"))
            code = 1 if wrong else code
        else:
            content = made_anew(source)
            place.write_bytes(content)
            print(f"{place.name}: {len(content)} bytes, {MAKER}")
    return code


if __name__ == "__main__":
    sys.exit(main())
