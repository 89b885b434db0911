"""Machine code of the compiled functions: made once, later processes load it without numba.

Importing numba and reading its own cache takes longer than most systems take to solve, so the object code is
kept in a file and loaded by llvmlite alone. Where LLVM code is shipped, making it takes no numba either.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from polysolv.homotopy.compiled.announcements import announce
from polysolv.homotopy.compiled.source import Source

_MAGIC = b"polysolv object code 2\n"
# Only reached where compiled code raises, which none of ours does; numba supplies them where it is loaded.
_ERROR_PATHS = ("numba_", "NRT_")
_SECONDS_OF_TRIAL = 120
_EMITTING = "making the path tracker's machine code for this processor (once, a few seconds)"
_COMPILING = "compiling the path tracker (once, about a minute)"


def _prototype(source: Source) -> Any:
    return ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * source.arguments, *[ctypes.c_void_p] * source.pointers)


@cache
def compiled(source: Source) -> Callable[..., None]:
    """Return the compiled function; it releases the interpreter lock while it runs.

    The first call on a machine makes the machine code: in about two seconds from LLVM code that is shipped,
    otherwise with numba, in most of a minute. Where no folder can be written, or the machine code cannot be
    loaded by itself, every process makes it anew.
    """
    places = _places(source)
    for place in places:
        try:
            if place.is_file():
                return _load(place.read_bytes(), source)
        except (OSError, RuntimeError, ValueError):
            continue
    return _emit_shipped(source, places) or _compile(source, places)


def kept_in(source: Source) -> Path | None:
    """Return the file that holds the machine code of a function; ``None`` while there is none."""
    return next((place for place in _places(source) if place.is_file()), None)


def _places(source: Source) -> list[Path]:
    """Files that may hold the machine code, best first."""
    try:
        name = f"{source.module.rpartition('.')[2]}-{_key(source)}.object"
        return [folder / name for folder in _folders()]
    except (OSError, ImportError, RuntimeError):  # no source files, say, or no home folder
        return []


def _key(source: Source) -> str:
    """A digest of all that the machine code depends on."""
    import llvmlite
    import llvmlite.binding as llvm

    digest = hashlib.sha256()
    for name in (*source.files, "native.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    features = llvm.get_host_cpu_features().flatten()
    parts = (llvmlite.__version__, llvm.get_default_triple(), llvm.get_host_cpu_name(), features)
    digest.update("\n".join((*parts, sys.implementation.cache_tag or "", repr(source))).encode())
    return digest.hexdigest()[:20]


def _folders() -> list[Path]:
    """Folders that may hold machine code, best first."""
    named = os.environ.get("POLYSOLV_CACHE_DIR")
    if named:
        return [Path(named)]
    if sys.platform == "win32":
        user = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        user = Path.home() / "Library" / "Caches"
    else:
        user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return [Path(__file__).parent / "__pycache__", user / "polysolv"]


def _emit_shipped(source: Source, places: list[Path]) -> Callable[..., None] | None:
    """Make machine code from shipped LLVM code; ``None`` where there is none, or it does not work here."""
    from polysolv.homotopy.compiled.shipped import ENTRY, shipped_code

    code = shipped_code(source)
    if code is None:
        return None
    import llvmlite.binding as llvm

    announce(_EMITTING)
    try:
        content = _emit(llvm.parse_bitcode(code), ENTRY)
        any(_keep(content, place, source) for place in places)
        return _load(content, source)
    except (OSError, RuntimeError, ValueError):
        return None


def _compile(source: Source, places: list[Path]) -> Callable[..., None]:
    announce(_COMPILING)
    made = compile_with_numba(source)
    try:
        import llvmlite.binding as llvm

        content = _emit(llvm.parse_assembly(made.inspect_llvm()), made.native_name)
        if any(_keep(content, place, source) for place in places):
            return _load(content, source)
    except (OSError, RuntimeError, ValueError):
        pass
    function: Callable[..., None] = _prototype(source)(made.address)
    _alive.append(made)
    return function


def compile_with_numba(source: Source) -> Any:
    """Return numba's C callback of a source: its LLVM code, its name there, its address."""
    import numba

    cfunc: Any = numba.cfunc
    types: Any = numba.types
    module = import_module(source.module)
    kinds = [
        types.CPointer(getattr(types, name[:-1])) if name.endswith("*") else getattr(types, name)
        for name in module.ARGUMENTS
    ]
    return cfunc(types.void(*kinds), nopython=True, error_model="numpy")(module.entry)


def _machine() -> Any:
    import llvmlite.binding as llvm

    try:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
    except RuntimeError:  # versions that do this by themselves say so
        pass
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="default",
        codemodel="jitdefault",
        jit=True,
    )


def _emit(module: Any, symbol: str) -> bytes:
    """Return the content of a file of machine code: names that must be found elsewhere, and an object."""
    machine = _machine()
    wanted = [f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")]
    head = " ".join([symbol, *wanted]).encode()
    body: bytes = machine.emit_object(module)
    checked = hashlib.sha256(head + b"\n" + body).hexdigest().encode()
    return _MAGIC + checked + b"\n" + head + b"\n" + body


def _load(content: bytes, source: Source) -> Callable[..., None]:
    """Return the function in the content of a file.

    Raises:
        ValueError: if the file is damaged, or this process lacks a name that it needs.
    """
    import llvmlite.binding as llvm

    start, checked, rest = content[: len(_MAGIC)], content[len(_MAGIC) :][:64], content[len(_MAGIC) + 65 :]
    if start != _MAGIC or hashlib.sha256(rest).hexdigest().encode() != checked:
        raise ValueError("damaged machine code")
    head, _, body = rest.partition(b"\n")
    symbol, *wanted = head.decode().split(" ")
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    process = ctypes.CDLL(None) if os.name == "posix" else ctypes.cdll.msvcrt
    abort = ctypes.cast(process.abort, ctypes.c_void_p).value
    for name in wanted:
        if not llvm.address_of_symbol(name):
            if not name.startswith(_ERROR_PATHS):
                raise ValueError(f"nothing in this process is called {name}")
            llvm.add_symbol(name, abort)
    engine.add_object_file(llvm.ObjectFileRef.from_data(body))
    engine.finalize_object()
    address = engine.get_function_address(symbol)
    if not address:
        raise ValueError("no such function")
    _alive.append(engine)
    function: Callable[..., None] = _prototype(source)(address)
    return function


# Machine code is gone when what holds it is collected.
_alive: list[Any] = []


def _keep(content: bytes, place: Path, source: Source) -> bool:
    """Write a file of machine code, if that can be done and another process can load and call it.

    Raises:
        ValueError: if another process cannot.
    """
    from polysolv.files import write_atomically

    if not sys.executable:
        return False
    trial = place.with_suffix(f".{os.getpid()}.trial")
    program = (
        "import sys\n"
        f"sys.path[:] = {sys.path!r}\n"
        "from polysolv.homotopy.compiled import native\n"
        f"native.run_trial({str(trial)!r}, native.{source!r})\n"
    )
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(trial, content)
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, timeout=_SECONDS_OF_TRIAL, check=False
        )
        if done.returncode == 0:
            os.replace(trial, place)
            return True
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    finally:
        with suppress(OSError):
            trial.unlink()
    raise ValueError("another process cannot run the machine code")


def run_trial(path: str, source: Source) -> None:
    """Load a file of machine code and call its function with nothing to do."""
    function = _load(Path(path).read_bytes(), source)
    function(*[0] * source.arguments, *[None] * source.pointers)
