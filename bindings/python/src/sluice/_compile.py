"""Rule text to a router's handle."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence, Union

from . import _structs as s
from ._convert import text as to_text
from ._library import lib, status_name, unlocked_lib
from .errors import CompileError, Diagnostic, Severity, SluiceError

SUFFIXES = (".yaml", ".yml", ".json")
OK, ERR_ARGUMENT, ERR_SYNTAX, ERR_INVALID, ERR_LIMIT, ERR_NOMEM = range(6)


class Registry(IntEnum):
    """Whether hosts must be registered; AUTO: when any Service or ServiceEntry is among the documents."""

    AUTO = 0
    ON = 1
    OFF = 2


class OutboundPolicy(IntEnum):
    """What a mesh client's request to an unknown host gets: pass through, or 502."""

    ALLOW_ANY = 0
    REGISTRY_ONLY = 1


@dataclass(frozen=True)
class Limits:
    """Upper bounds on what a compile reads; 0 means the default of sluice.h."""

    text_bytes: int = 0
    documents: int = 0
    depth: int = 0
    nodes: int = 0
    alias_nodes: int = 0
    rules: int = 0
    destinations: int = 0
    regex_bytes: int = 0


@dataclass(frozen=True)
class CompileOptions:
    """How rules are read; each is explained at sluice_compile_options in sluice.h."""

    lenient: bool = False
    keep_going: bool = False
    registry: Registry = Registry.AUTO
    outbound_policy: OutboundPolicy = OutboundPolicy.ALLOW_ANY
    default_export_to: str = "*"
    cluster_domain: str = "cluster.local"
    root_namespace: str = "istio-system"
    default_namespace: str = "default"
    proxy_namespace: str = "default"
    proxy_labels: Mapping[str, str] = field(default_factory=dict)
    hash_seed: int = 0
    limits: Limits = Limits()


@dataclass(frozen=True)
class Source:
    """A named piece of rule text; the name is used in diagnostics."""

    name: str
    text: Union[str, bytes]


Rules = Union[str, bytes, Source, Sequence[Source]]
AnyPath = Union[str, Path]


def sources_of(rules: Rules) -> list[Source]:
    if isinstance(rules, (str, bytes)):
        return [Source("rules", rules)]
    return [rules] if isinstance(rules, Source) else list(rules)


def read_files(paths: Iterable[AnyPath]) -> list[Source]:
    """Files, and of folders every *.yaml, *.yml and *.json in them, sorted by name."""
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files.extend(sorted(child for child in path.iterdir() if child.suffix in SUFFIXES and child.is_file()))
        else:
            files.append(path)
    return [Source(str(file), file.read_bytes()) for file in files]


def _diagnostics(report: ctypes.c_void_p) -> tuple[Diagnostic, ...]:
    out = []
    for i in range(lib.sluice_report_count(report)):
        raw = lib.sluice_report_get(report, i).contents
        out.append(
            Diagnostic(
                severity=Severity(raw.severity),
                code=to_text(raw.code),
                message=to_text(raw.message),
                document=to_text(raw.document),
                line=raw.line,
                column=raw.column,
                kind=to_text(raw.kind),
                namespace=to_text(raw.space),
                name=to_text(raw.name),
                path=to_text(raw.path),
            )
        )
    return tuple(out)


class _Arguments:
    """The C side of sources and options; keeps what they borrow."""

    def __init__(self, sources: Sequence[Source], options: CompileOptions) -> None:
        self._kept: list[bytes] = []
        self.sources = (s.Source * len(sources))(
            *(s.Source(self._text(source.name), self._text(source.text)) for source in sources)
        )
        self.options = raw = s.CompileOptions()
        lib.sluice_compile_options_init(raw)
        raw.lenient, raw.keep_going = options.lenient, options.keep_going
        raw.registry, raw.outbound_policy = options.registry, options.outbound_policy
        for name in ("default_export_to", "cluster_domain", "root_namespace", "default_namespace", "proxy_namespace"):
            setattr(raw, name, self._text(getattr(options, name)))
        self.labels = (s.Field * len(options.proxy_labels))(
            *(s.Field(self._text(name), self._text(value)) for name, value in options.proxy_labels.items())
        )
        raw.proxy_labels, raw.proxy_label_count = self.labels, len(self.labels)
        raw.hash_seed = options.hash_seed
        for name, _ in s.Limits._fields_:
            setattr(raw.limits, name, getattr(options.limits, name))

    def _text(self, value: Union[str, bytes]) -> s.Str:
        data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        self._kept.append(data)
        return s.text_of(data)


def compile_rules(sources: Sequence[Source], options: CompileOptions) -> tuple[int, tuple[Diagnostic, ...]]:
    """A router's handle with one reference, and what was found. Raises CompileError."""
    arguments = _Arguments(sources, options)
    handle, report = ctypes.c_void_p(), ctypes.c_void_p()
    check(lib.sluice_report_new(report, None))
    try:
        # Another thread may run meanwhile: nobody else knows these objects.
        status = unlocked_lib.sluice_compile(
            handle, arguments.sources, len(sources), arguments.options, report
        )
        found = _diagnostics(report)
    finally:
        lib.sluice_report_free(report)
    if status in (ERR_SYNTAX, ERR_INVALID, ERR_LIMIT):
        raise CompileError(status_name(status), found)
    check(status)
    assert handle.value is not None
    return handle.value, found


def check(status: int) -> None:
    """Raise for a status that is not OK."""
    if status == OK:
        return
    if status == ERR_NOMEM:
        raise MemoryError(status_name(status))
    raise SluiceError(status_name(status))


def needed(router: Any, what: int) -> tuple[str, ...]:
    count = lib.sluice_router_needed_count(router, what)
    return tuple(to_text(lib.sluice_router_needed_get(router, what, i)) for i in range(count))
