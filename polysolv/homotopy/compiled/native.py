"""Machine code of the compiled functions: made once, later processes load it without numba.

Importing numba and reading its own cache takes longer than most systems take to solve, so the object code is
kept in a file, and loaded without numba: under Linux on x86-64 by ourselves, elsewhere by llvmlite. Where
LLVM code is shipped, making it takes no numba either.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

from polysolv.homotopy.compiled.announcements import announce
from polysolv.homotopy.compiled.source import Source

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC = b"polysolv object code 3\n"
# Only reached where compiled code raises, which none of ours does; numba supplies them where it is loaded.
_ERROR_PATHS = ("numba_", "NRT_")
# Lines of the system's description of a processor that tell what code it runs well.
_TELLING = ("vendor_id", "cpu family", "model", "stepping", "flags")
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
            with open(place, "rb") as stream:
                return _load(stream.read(), source)
        except (OSError, RuntimeError, ValueError):
            continue
    return _emit_shipped(source, places) or _compile(source, places)


def kept_in(source: Source) -> Path | None:
    """Return the file that holds the machine code of a function; ``None`` while there is none."""
    from pathlib import Path

    return next((Path(place) for place in _places(source) if os.path.isfile(place)), None)


def _places(source: Source) -> list[str]:
    """Files that may hold the machine code, best first."""
    try:
        name = f"{source.module.rpartition('.')[2]}-{_key(source)}.object"
        return [os.path.join(folder, name) for folder in _folders()]
    except (OSError, ImportError, RuntimeError):  # no source files, say
        return []


def _key(source: Source) -> str:
    """A digest of all that the machine code depends on."""
    digest = hashlib.sha256()
    for name in (*source.files, "native.py", "object_file.py"):
        with open(os.path.join(os.path.dirname(__file__), name), "rb") as stream:
            digest.update(stream.read())
    parts = (_processor(), sys.implementation.cache_tag or "", repr(source))
    digest.update("\n".join(parts).encode())
    return digest.hexdigest()[:20]


def _processor() -> str:
    """What tells processors apart, and versions of LLVM; llvmlite is asked only where nothing else knows."""
    found = PathFinder.find_spec("llvmlite")
    if is_linux_on_x86_64() and found is not None and found.origin is not None:
        with suppress(OSError):
            with open(os.path.join(os.path.dirname(found.origin), "_version.py")) as stream:
                version = stream.read()
            with open("/proc/cpuinfo") as stream:
                # The first processor's paragraph; without clock rates, which vary.
                lines = [line for line in iter(stream.readline, "\n") if line]
            known = [line for line in lines if line.startswith(_TELLING)]
            if len(known) >= len(_TELLING):
                return "".join([version, *known])
    import llvmlite
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features().flatten()
    return "\n".join((llvmlite.__version__, llvm.get_default_triple(), llvm.get_host_cpu_name(), features))


def is_linux_on_x86_64() -> bool:
    """Whether this is a process of 64 bits under Linux on x86-64."""
    return sys.platform == "linux" and os.uname().machine == "x86_64" and sys.maxsize > 2**32


def _folders() -> list[str]:
    """Folders that may hold machine code, best first."""
    named = os.environ.get("POLYSOLV_CACHE_DIR")
    if named:
        return [named]
    beside = os.path.join(os.path.dirname(__file__), "__pycache__")
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        user = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        user = os.path.join(home, "Library", "Caches")
    else:
        user = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    # A home folder that is not known stays "~".
    return [beside] if user.startswith("~") else [beside, os.path.join(user, "polysolv")]


def _emit_shipped(source: Source, places: list[str]) -> Callable[..., None] | None:
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


def _compile(source: Source, places: list[str]) -> Callable[..., None]:
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
    start, checked, rest = content[: len(_MAGIC)], content[len(_MAGIC) :][:64], content[len(_MAGIC) + 65 :]
    if start != _MAGIC or hashlib.sha256(rest).hexdigest().encode() != checked:
        raise ValueError("damaged machine code")
    head, _, body = rest.partition(b"\n")
    symbol, *wanted = head.decode().split(" ")
    address = None
    if is_linux_on_x86_64():
        from polysolv.homotopy.compiled.object_file import put_in_memory

        with suppress(OSError, ValueError):  # llvmlite knows more kinds of files, and asks in other ways
            address, memory = put_in_memory(body, symbol, _address_of)
            _alive.append(memory)
    function: Callable[..., None] = _prototype(source)(address or _loaded_by_llvm(body, symbol, wanted))
    return function


def _address_of(name: str) -> int | None:
    """The address of a name in this process, of `abort` for what is never called; ``None`` without one."""
    process = ctypes.CDLL(None) if os.name == "posix" else ctypes.cdll.msvcrt
    known = None
    with suppress(AttributeError):
        known = getattr(process, name)
    if known is None and name.startswith(_ERROR_PATHS):
        known = process.abort
    return None if known is None else ctypes.cast(known, ctypes.c_void_p).value


def _loaded_by_llvm(body: bytes, symbol: str, wanted: list[str]) -> int:
    import llvmlite.binding as llvm

    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    for name in wanted:
        if not llvm.address_of_symbol(name):
            if not name.startswith(_ERROR_PATHS):
                raise ValueError(f"nothing in this process is called {name}")
            llvm.add_symbol(name, _address_of(name))
    engine.add_object_file(llvm.ObjectFileRef.from_data(body))
    engine.finalize_object()
    address: int = engine.get_function_address(symbol)
    if not address:
        raise ValueError("no such function")
    _alive.append(engine)
    return address


# Machine code is gone when what holds it is collected.
_alive: list[Any] = []


def _keep(content: bytes, place: str, source: Source) -> bool:
    """Write a file of machine code, if that can be done and another process can load and call it.

    Raises:
        ValueError: if another process cannot.
    """
    import subprocess

    from polysolv.files import write_atomically

    if not sys.executable:
        return False
    trial = f"{os.path.splitext(place)[0]}.{os.getpid()}.trial"
    program = (
        "import sys\n"
        f"sys.path[:] = {sys.path!r}\n"
        "from polysolv.homotopy.compiled import native\n"
        f"native.run_trial({trial!r}, native.{source!r})\n"
    )
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
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
            os.unlink(trial)
    raise ValueError("another process cannot run the machine code")


def run_trial(path: str, source: Source) -> None:
    """Load a file of machine code and call its function with nothing to do."""
    with open(path, "rb") as stream:
        function = _load(stream.read(), source)
    function(*[0] * source.arguments, *[None] * source.pointers)
