"""Finds libsluice, loads it and declares its functions.

The environment variable SLUICE_LIBRARY (a path, or a name for the loader) wins; then the copy inside this
package, which a wheel carries; then the system's.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_uint64, c_void_p
from pathlib import Path
from typing import Any

from . import _structs as s

VERSION = "0.1.0"
SONAME = "libsluice.so.0.1"
ENVIRONMENT = "SLUICE_LIBRARY"


def _candidates() -> list[str]:
    chosen = os.environ.get(ENVIRONMENT)
    if chosen:
        return [chosen]
    bundled = Path(__file__).with_name(SONAME)
    return [str(bundled)] if bundled.exists() else [SONAME]


def _load() -> ctypes.PyDLL:
    # PyDLL: a call holds the interpreter's lock. A decision takes less time than giving the lock back.
    for name in _candidates():
        try:
            return ctypes.PyDLL(name)
        except OSError as error:
            raise ImportError(
                f"sluice cannot load {name!r} ({error}); install libsluice, use a wheel that carries it, "
                f"or set {ENVIRONMENT} to its path"
            ) from error
    raise AssertionError("there is always a candidate")


def _declare(library: ctypes.CDLL) -> None:
    handle = c_void_p
    out = POINTER(c_void_p)
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "sluice_version": (c_char_p, []),
        "sluice_status_name": (c_char_p, [c_int]),
        "sluice_report_new": (c_int, [out, c_void_p]),
        "sluice_report_free": (None, [handle]),
        "sluice_report_count": (c_size_t, [handle]),
        "sluice_report_get": (POINTER(s.Diagnostic), [handle, c_size_t]),
        "sluice_compile_options_init": (None, [POINTER(s.CompileOptions)]),
        "sluice_compile": (c_int, [out, POINTER(s.Source), c_size_t, POINTER(s.CompileOptions), handle]),
        "sluice_router_retain": (c_void_p, [handle]),
        "sluice_router_release": (None, [handle]),
        "sluice_router_rule_count": (c_size_t, [handle]),
        "sluice_router_memory": (c_size_t, [handle]),
        "sluice_router_needed_count": (c_size_t, [handle, c_int]),
        "sluice_router_needed_get": (s.Str, [handle, c_int, c_size_t]),
        "sluice_live_new": (c_int, [out, handle, c_void_p]),
        "sluice_live_release": (None, [handle]),
        "sluice_live_publish": (c_int, [handle, handle]),
        "sluice_context_options_init": (None, [POINTER(s.ContextOptions)]),
        "sluice_context_new": (c_int, [out, handle, POINTER(s.ContextOptions)]),
        "sluice_context_new_live": (c_int, [out, handle, POINTER(s.ContextOptions)]),
        "sluice_context_free": (None, [handle]),
        "sluice_route": (c_int, [handle, POINTER(s.Request), POINTER(s.Decision)]),
        "sluice_explain": (c_int, [out, handle, POINTER(s.Request), POINTER(s.Decision)]),
        "sluice_explanation_free": (None, [handle]),
        "sluice_explanation_virtual_host": (s.Str, [handle]),
        "sluice_explanation_count": (c_size_t, [handle]),
        "sluice_explanation_get": (POINTER(s.ExplainStep), [handle, c_size_t]),
        "sluice_rng_init": (None, [POINTER(s.Rng), c_uint64, c_uint64]),
        "sluice_rng_next": (c_uint64, [POINTER(s.Rng)]),
        "sluice_split_new": (c_int, [out, POINTER(s.SplitEntry), c_size_t, s.Str, c_void_p]),
        "sluice_split_free": (None, [handle]),
        "sluice_split_pick": (c_size_t, [handle, POINTER(s.Rng)]),
        "sluice_split_pick_sticky": (c_size_t, [handle, s.Str]),
        "sluice_split_pick_even": (c_size_t, [handle, POINTER(ctypes.c_int64)]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments


lib = _load()
_declare(lib)
# Compiling takes long enough to let other threads run.
unlocked_lib = ctypes.CDLL(lib._name)
_declare(unlocked_lib)
# The one function that every request calls. No argument types are declared, for checking them costs more than what it
# does: pass byref() of structs, made once, and bytes.
route_packed = lib["sluice_route_packed"]


def version() -> str:
    """The version of the library that is loaded."""
    text: bytes = lib.sluice_version()
    return text.decode()


def status_name(status: int) -> str:
    text: bytes = lib.sluice_status_name(status)
    return text.decode()
