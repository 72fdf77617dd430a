"""JWT claims as the rules name them: nested names joined by ".", a name with a dot in brackets."""

from __future__ import annotations

import json
from typing import Any, Mapping

DEPTH = 32


def flatten(claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    """One entry for each scalar; a list gives one for each member, under one name."""
    out: list[tuple[str, str]] = []
    _add(out, "", claims, 0)
    return out


def _add(out: list[tuple[str, str]], prefix: str, value: Any, depth: int) -> None:
    if depth > DEPTH:
        raise ValueError(f"claims are nested deeper than {DEPTH}")
    if isinstance(value, Mapping):
        for key, member in value.items():
            name = f"[{key}]" if "." in key else key
            _add(out, f"{prefix}.{name}" if prefix else name, member, depth + 1)
    elif isinstance(value, (list, tuple)):
        for member in value:
            _add(out, prefix, member, depth + 1)
    elif value is not None:
        out.append((prefix, value if isinstance(value, str) else json.dumps(value)))
