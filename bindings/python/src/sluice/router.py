"""Router and Live: what requests are asked of."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from itertools import chain, count
from typing import Any, Iterable, Mapping, Sequence, Union

from . import _structs as s
from ._claims import flatten
from ._compile import AnyPath, CompileOptions, Rules, check, compile_rules, needed, read_files, sources_of
from ._library import lib, route_packed
from ._route import TEXTS, Pairs, SlowRequest, ThreadState, explain
from .decision import Decision, Explanation, Protocol
from .errors import Diagnostic

Headers = Union[Sequence["tuple[str, str]"], Mapping[str, str]]

_routings: weakref.WeakSet[Routing] = weakref.WeakSet()


class Routing:
    """What :class:`Router` and :class:`Live` have in common: deciding requests.

    Use one object from any number of threads: each thread gets a context of its own at its first call, seeded
    from the operating system, or from ``seed`` and the number of the context where a seed was given. A process that
    forks starts anew in the child, so that parent and child do not draw the same numbers.
    """

    def __init__(self, seed: int | None) -> None:
        self._seed = seed
        self._streams = count()
        self._local = threading.local()
        _routings.add(self)

    def _new_context(self, options: s.ContextOptions) -> int:
        raise NotImplementedError

    def _new_state(self) -> ThreadState:
        options = s.ContextOptions()
        lib.sluice_context_options_init(options)
        options.stream = next(self._streams)
        options.seed = int.from_bytes(os.urandom(8), "little") if self._seed is None else self._seed
        state: ThreadState = ThreadState(self._new_context(options))
        self._local.state = state
        return state

    def route(
        self,
        authority: str = "",
        path: str = "",
        method: str = "",
        headers: Headers = (),
        *,
        scheme: str = "",
        port: int = 0,
        gateway: str = "",
        protocol: Protocol = Protocol.HTTP,
        sni: str = "",
        source_ip: str = "",
        destination_ip: str = "",
        source_namespace: str = "",
        source_labels: Mapping[str, str] | None = None,
        service_namespace: str = "",
        service_name: str = "",
        claims: Mapping[str, Any] | None = None,
        sticky_key: str = "",
        encoding: str = "utf-8",
    ) -> Decision:
        """Decide one request, or one connection.

        Empty text means "not given" and takes the library's default: method GET, scheme http, path "/",
        gateway "mesh", port 80 or 443. ``headers`` are all lines as received, as pairs or as a mapping; ``path``
        includes the query. ``claims`` are verified JWT claims, nested as in the token. ``encoding`` is how text
        becomes bytes and back; WSGI's strings are "latin-1". Never fails, whatever bytes the request holds.
        """
        try:
            state: ThreadState = self._local.state
        except AttributeError:
            state = self._new_state()
        pieces = [
            gateway, method, scheme, authority, path, sni, source_ip, destination_ip,
            source_namespace, service_namespace, service_name, sticky_key,
        ]  # fmt: skip
        labels: Pairs = ()
        wanted: Pairs = ()
        if source_labels or claims:
            labels = tuple(source_labels.items()) if source_labels else ()
            wanted = flatten(claims) if claims else ()
            pieces += chain.from_iterable(chain(labels, wanted))
        lines = headers if type(headers) is list else _pairs(headers)
        for line in lines:
            pieces += line
        pieces.append("")
        text = "\n".join(pieces).encode(encoding, "surrogateescape")
        shape = (protocol, port, len(labels), len(wanted), len(lines))
        if shape != state.shape:
            state.set_shape(shape)
        if not route_packed(state.context_at, state.shape_at, text, state.out_at):
            return state.answer(path, authority, encoding)
        request = SlowRequest(protocol, port, pieces, (labels, wanted, lines), encoding)
        lib.sluice_route(state.context, request.raw, state.decision)
        return state.answer_unpacked(encoding)

    def route_many(self, requests: Iterable[Mapping[str, Any]]) -> list[Decision]:
        """Decide many requests; each is a mapping of :meth:`route`'s arguments."""
        decide = self.route
        return [decide(**request) for request in requests]

    def explain(
        self,
        authority: str = "",
        path: str = "",
        method: str = "",
        headers: Headers = (),
        *,
        scheme: str = "",
        port: int = 0,
        gateway: str = "",
        protocol: Protocol = Protocol.HTTP,
        sni: str = "",
        source_ip: str = "",
        destination_ip: str = "",
        source_namespace: str = "",
        source_labels: Mapping[str, str] | None = None,
        service_namespace: str = "",
        service_name: str = "",
        claims: Mapping[str, Any] | None = None,
        sticky_key: str = "",
        encoding: str = "utf-8",
    ) -> Explanation:
        """Decide as :meth:`route` does, drawing the same random numbers, and say which rules were tried."""
        given = locals()
        state: ThreadState | None = getattr(self._local, "state", None)
        if state is None:
            state = self._new_state()
        pairs = (
            tuple(source_labels.items()) if source_labels else (),
            flatten(claims) if claims else (),
            _pairs(headers),
        )
        request = SlowRequest(protocol, port, [given[name] for name in TEXTS], pairs, encoding)
        return explain(state, request, encoding, check)


def _pairs(headers: Headers) -> Pairs:
    if isinstance(headers, (list, tuple)):
        return headers
    return tuple(headers.items() if isinstance(headers, (dict, Mapping)) else headers)  # dict: sooner found out


class Router(Routing):
    """Compiled rules, immutable. Make one with :meth:`compile` or :meth:`from_files`."""

    def __init__(self, handle: int, diagnostics: tuple[Diagnostic, ...], seed: int | None) -> None:
        super().__init__(seed)
        self._handle = ctypes.c_void_p(handle)
        self.diagnostics = diagnostics
        weakref.finalize(self, lib.sluice_router_release, handle)

    @classmethod
    def compile(cls, rules: Rules, options: CompileOptions | None = None, *, seed: int | None = None) -> Router:
        """Compile YAML or JSON text, or several named :class:`Source` s.

        ``diagnostics`` of the result holds warnings and notes. Raises :class:`CompileError` with every finding
        when a rule is wrong. Other threads run meanwhile.
        """
        handle, diagnostics = compile_rules(sources_of(rules), options or CompileOptions())
        return cls(handle, diagnostics, seed)

    @classmethod
    def from_files(
        cls, *paths: AnyPath, options: CompileOptions | None = None, seed: int | None = None
    ) -> Router:
        """Compile files; a folder means every *.yaml, *.yml and *.json in it, sorted by name."""
        handle, diagnostics = compile_rules(read_files(paths), options or CompileOptions())
        return cls(handle, diagnostics, seed)

    def _new_context(self, options: s.ContextOptions) -> int:
        context = ctypes.c_void_p()
        check(lib.sluice_context_new(context, self._handle, options))
        assert context.value is not None
        return context.value

    @property
    def rule_count(self) -> int:
        """Match blocks in the router."""
        rules: int = lib.sluice_router_rule_count(self._handle)
        return rules

    @property
    def memory(self) -> int:
        """Bytes that the router occupies, regular expressions not counted."""
        size: int = lib.sluice_router_memory(self._handle)
        return size

    @property
    def needed_headers(self) -> tuple[str, ...]:
        """Lower-case names of the headers that the rules look at: no others need to be passed."""
        return needed(self._handle, 0)


class Live(Routing):
    """Holds the current router; any thread may :meth:`publish` another while others route.

    A decision comes from exactly one router; one that begins after ``publish`` returned comes from that router
    or a later one.
    """

    def __init__(self, router: Router, *, seed: int | None = None) -> None:
        super().__init__(seed)
        handle = ctypes.c_void_p()
        check(lib.sluice_live_new(handle, router._handle, None))
        self._handle = handle
        self._router = router
        weakref.finalize(self, lib.sluice_live_release, handle)

    def publish(self, router: Router) -> None:
        """Make ``router`` the current one. Cannot fail half-way."""
        check(lib.sluice_live_publish(self._handle, router._handle))
        self._router = router

    @property
    def router(self) -> Router:
        """The router that was published last."""
        return self._router

    def _new_context(self, options: s.ContextOptions) -> int:
        context = ctypes.c_void_p()
        check(lib.sluice_context_new_live(context, self._handle, options))
        assert context.value is not None
        return context.value


def _forget_contexts() -> None:
    """In a child process: new contexts, seeded anew."""
    for routing in _routings:
        routing._local = threading.local()


os.register_at_fork(after_in_child=_forget_contexts)
