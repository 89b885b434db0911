"""Which devices there are, and which one is meant by ``cpu``, ``cuda`` or ``auto``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from polysolv.errors import InputError, unknown_name

DEVICES = ("cpu", "cuda", "auto")
_INSTALL = "pip install 'polysolv[gpu]'"


class DeviceError(InputError):
    """A device that is not there, or does not finish: no fit's fault."""


@dataclass(frozen=True)
class Device:
    """A device that fits can run on.

    Args:
        kind: "cpu" or "cuda".
        name: what it calls itself.
        memory: bytes of its memory; None if it does not tell.
        trouble: why it cannot be used; "" if it can.
    """

    kind: str
    name: str
    memory: int | None
    trouble: str = ""


def check_device(device: object, field: str = "device") -> str:
    """Return the name of a device, or raise :class:`polysolv.errors.InputError`."""
    if device not in DEVICES:
        raise unknown_name(field, device, list(DEVICES))
    return str(device)


def chosen(device: str, field: str = "device") -> str:
    """Return "cpu" or "cuda": what ``device`` means on this machine.

    Raises:
        DeviceError: for "cuda" where there is none that works.

    >>> chosen("cpu")
    'cpu'
    """
    if check_device(device, field) == "cpu":
        return "cpu"
    trouble = cuda_trouble()
    if not trouble:
        return "cuda"
    if device == "auto":
        return "cpu"
    raise DeviceError(field, device, trouble)


def cuda_trouble() -> str:
    """Return why CUDA cannot be used here, and what to do; "" if it can.

    The import is tried first: another image may hold a NumPy that numba-cuda does not know.
    """
    try:
        if cuda_module().is_available():
            return ""
    except Exception as error:  # whatever breaks there is a reason not to use it
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        return f"cpu, or a numba-cuda that loads ({reason}): {_INSTALL}, with a NumPy that it knows"
    return f"cpu, or a machine with an NVIDIA GPU, its driver (nvidia-smi shows it) and {_INSTALL}"


def cuda_module() -> Any:
    """Return numba's module for CUDA, that of the package numba-cuda where it is installed."""
    return import_module("numba.cuda")


def devices() -> list[Device]:
    """Return the devices of this machine, those that cannot be used with the reason."""
    found = [Device("cpu", f"{len(os.sched_getaffinity(0))} cores", _physical_memory())]
    trouble = cuda_trouble()
    if trouble:
        return [*found, Device("cuda", "not found", None, f"needs {trouble.removeprefix('cpu, or ')}")]
    for gpu in cuda_module().gpus:
        name = getattr(gpu, "name", "simulator")
        name = name.decode() if isinstance(name, bytes) else str(name)
        found.append(Device("cuda", name, _gpu_memory(gpu)))
    return found


def available_memory() -> int | None:
    """Return the bytes of main memory that can still be had, None where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as stream:
            for line in stream:
                if line.startswith("MemAvailable:"):
                    return 1024 * int(line.split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return _physical_memory()


def _physical_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def _gpu_memory(gpu: object) -> int | None:
    try:
        with gpu:  # type: ignore[attr-defined]
            return int(cuda_module().current_context().get_memory_info()[1])
    except Exception:  # a simulator has none
        return None
