"""Reads or writes many fields of a struct in one go: a struct.Struct with the C layout that ctypes computed."""

from __future__ import annotations

import ctypes
import struct
from typing import Any, Sequence

_CODES = {
    ctypes.c_bool: "?",
    ctypes.c_int: "i",
    ctypes.c_int32: "i",
    ctypes.c_uint32: "I",
    ctypes.c_int64: "q",
    ctypes.c_uint64: "Q",
    ctypes.c_size_t: "Q" if ctypes.sizeof(ctypes.c_size_t) == 8 else "I",
    ctypes.c_void_p: "Q" if ctypes.sizeof(ctypes.c_void_p) == 8 else "I",
}


def _find(kind: Any, path: str) -> tuple[int, str]:
    offset = 0
    for name in path.split("."):
        offset += getattr(kind, name).offset
        kind = next(field[1] for field in kind._fields_ if field[0] == name)
    return offset, _CODES[kind]


def layout(kind: type[ctypes.Structure], paths: Sequence[str]) -> struct.Struct:
    """Of the fields at ``paths`` (dotted, in the order of the struct), in the struct's memory; the others are skipped."""
    format, at = "=", 0
    for path in paths:
        offset, code = _find(kind, path)
        format += f"{offset - at}x{code}"
        at = offset + struct.calcsize("=" + code)
    return struct.Struct(format + f"{ctypes.sizeof(kind) - at}x")
