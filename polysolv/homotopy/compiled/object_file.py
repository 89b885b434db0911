"""Puts an object file of machine code into memory without LLVM, whose library takes longer to load than most
systems take to solve.

Understood is what our own functions need under Linux on x86-64: an ELF file without writable data, in which
places are filled with addresses, or with distances from the place.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
from collections.abc import Callable

_START = b"\x7fELF\x02\x01\x01"
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQq")
_RELOCATABLE, _X86_64 = 1, 62
_SYMBOLS, _FILLED_IN, _NO_BITS, _FILLED_IN_SHORTLY = 2, 4, 8, 9  # types of sections
_WRITABLE, _IN_MEMORY, _EXECUTABLE = 1, 2, 4
_ADDRESS, _DISTANCE = 1, 24  # ways to fill a place of 8 bytes
_SPECIAL = 0xFF00  # numbers from here on are not those of sections
_UNWINDING = ".eh_frame"  # for exceptions, which the code does not raise


def put_in_memory(
    content: bytes, symbol: str, address_of: Callable[[str], int | None]
) -> tuple[int, mmap.mmap]:
    """Return the address of a function of an object file, and the memory in which it lies.

    Args:
        content: the object file.
        symbol: the function's name.
        address_of: the addresses of names that the file does not define.

    Raises:
        ValueError: if the file is of another kind, a name has no address, or the memory cannot be executed.
    """
    try:
        return _put(content, symbol, address_of)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise ValueError("damaged object file") from None


def _put(content: bytes, symbol: str, address_of: Callable[[str], int | None]) -> tuple[int, mmap.mmap]:
    _, kind, machine, _, _, _, first, _, _, _, _, _, count, names = _HEADER.unpack_from(content)
    if not content.startswith(_START) or (kind, machine) != (_RELOCATABLE, _X86_64):
        raise ValueError("no object file for this processor")
    sections = [_SECTION.unpack_from(content, first + i * _SECTION.size) for i in range(count)]
    memory = mmap.mmap(-1, len(content), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    memory[:] = content
    titles = [_name(content, sections[names], section[0]) for section in sections]
    # The file is its own layout: a section lies where it lies in the file.
    for _, sort, flags, _, offset, size, _, _, alignment, _ in sections:
        own = sort == _NO_BITS or flags & _WRITABLE or offset % max(alignment, 1)
        if flags & _IN_MEMORY and size and own:
            raise ValueError("an object file with a layout of its own")
    (table,) = (section for section in sections if section[1] == _SYMBOLS)
    symbols = [
        _SYMBOL.unpack_from(content, table[4] + i * _SYMBOL.size) for i in range(table[5] // _SYMBOL.size)
    ]
    found: dict[int, int] = {}

    def address(number: int) -> int:
        if number not in found:
            name, _, _, owner, value, _ = symbols[number]
            title = _name(content, sections[table[6]], name)
            if owner == 0:
                outside = address_of(title)
                if not outside:
                    raise ValueError(f"nothing in this process is called {title}")
                found[number] = outside
            elif owner < _SPECIAL:
                found[number] = base + sections[owner][4] + value
            else:
                raise ValueError("an object file with absolute names")
        return found[number]

    for section in sections:
        if section[1] == _FILLED_IN_SHORTLY:
            raise ValueError("an object file of an older kind")
        if section[1] != _FILLED_IN or titles[section[7]] == _UNWINDING:
            continue
        start = sections[section[7]][4]
        for place, what, plus in _RELOCATION.iter_unpack(content[section[4] : section[4] + section[5]]):
            value = address(what >> 32) + plus
            way = what & 0xFFFFFFFF
            if way == _DISTANCE:
                value -= base + start + place
            elif way != _ADDRESS:
                raise ValueError("an object file with short addresses")
            struct.pack_into("<Q", memory, start + place, value % 2**64)
    entries = [
        i for i, s in enumerate(symbols) if s[3] and _name(content, sections[table[6]], s[0]) == symbol
    ]
    if len(entries) != 1 or not sections[symbols[entries[0]][3]][2] & _EXECUTABLE:
        raise ValueError("no such function")
    entry = address(entries[0])
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    if protect(ctypes.c_void_p(base), ctypes.c_size_t(len(content)), mmap.PROT_READ | mmap.PROT_EXEC):
        raise ValueError("memory that cannot be executed")
    return entry, memory


def _name(content: bytes, strings: tuple[int, ...], offset: int) -> str:
    start = strings[4] + offset
    return content[start : content.index(b"\0", start)].decode()
