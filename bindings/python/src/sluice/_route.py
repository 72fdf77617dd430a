"""The way of a request through the library: one C call, then one unpacking of the decision.

A decision's memory belongs to the context until its next call, so all of it is copied here. What lives in the
router (destinations, splits, policies, rules) is converted once for each router and found again by its address.
"""

from __future__ import annotations

import ctypes
import weakref
from typing import Any, Callable, Iterable, Sequence, Tuple

from . import _convert as convert
from . import _structs as s
from . import decision as d
from . import policy as p
from ._layout import reader
from ._library import lib

Pairs = Sequence[tuple[str, str]]
Shape = Tuple[int, int, int, int, int]

_ADDRESS_OFFSET = bytes.__basicsize__ - 1  # of a bytes object's content in CPython; verified below
_probe = b"sluice"
_KNOWS_ADDRESSES = ctypes.cast(ctypes.c_char_p(_probe), ctypes.c_void_p).value == id(_probe) + _ADDRESS_OFFSET

# Two halves of a decision: what nearly every one has, and what is mostly as in _PLAIN.
_read_decision = reader(
    s.Decision,
    (
        "outcome", "matched", "router", "destination", "port", "split_index", "split", "split_count", "split_total",
        "pick", "sticky.by", "path.ptr", "path.len", "authority.ptr", "authority.len", "retry",
    ),
).unpack_from  # fmt: skip

_read_rest = reader(
    s.Decision,
    (
        "status", "grpc_status", "sticky.name.ptr", "sticky.name.len", "sticky.hit", "sticky.set_cookie.ptr",
        "sticky.set_cookie.len", "request_headers", "request_header_count", "response_headers",
        "response_header_count", "timeout_ns", "backend_timeout_ns", "mirrors", "mirror_count", "fault",
        "cors_headers", "cors_header_count", "hash_policy", "hash_policy_count", "hash_present", "hash",
        "listener_tls", "redirect.location.len", "body.ptr", "body.len", "response_fields", "response_field_count",
    ),
).unpack_from  # fmt: skip

_REST = slice(s.Decision.request_headers.offset, ctypes.sizeof(s.Decision))
_PLAIN = bytes(s.Decision(timeout_ns=convert.NO_DURATION, backend_timeout_ns=convert.NO_DURATION))[_REST]

_OUTCOMES = tuple(d.Outcome)
_PICKS = tuple(d.Pick)
_STICKY_BY = tuple(d.StickyBy)
_LISTENER_TLS = tuple(d.ListenerTls)
_string_at = ctypes.string_at
_new = object.__new__


class Tables:
    """What was converted of one router so far. Holds a reference to it, so that addresses stay its own."""

    def __init__(self, router: int) -> None:
        self.router = lib.sluice_router_retain(router)
        self.destinations: dict[int, d.Destination] = {}
        self.splits: dict[int, tuple[d.SplitShare, ...]] = {}
        self.matched: dict[bytes, d.Matched] = {}
        self.retries: dict[int, p.RetryPolicy] = {}
        self.hash_policies: dict[int, tuple[p.HashPolicy, ...]] = {}
        weakref.finalize(self, lib.sluice_router_release, self.router)

    def destination(self, address: int) -> d.Destination:
        found = self.destinations.get(address)
        if found is None:
            found = self.destinations[address] = convert.destination(s.Destination.from_address(address))
        return found

    def split(self, address: int, count: int) -> tuple[d.SplitShare, ...]:
        found = self.splits.get(address)
        if found is None:
            shares = (s.SplitShare * count).from_address(address)
            found = self.splits[address] = tuple(
                d.SplitShare(self.destination(share.destination), share.weight, share.invalid) for share in shares
            )
        return found

    def retry(self, address: int) -> p.RetryPolicy:
        found = self.retries.get(address)
        if found is None:
            found = self.retries[address] = convert.retry(s.RetryPolicy.from_address(address))
        return found

    def hash_policy(self, address: int, count: int) -> tuple[p.HashPolicy, ...]:
        found = self.hash_policies.get(address)
        if found is None:
            items = (s.HashPolicy * count).from_address(address)
            found = self.hash_policies[address] = tuple(convert.hash_policy(item) for item in items)
        return found

    def mirrors(self, address: int, count: int) -> tuple[d.Mirror, ...]:
        items = (s.Mirror * count).from_address(address)
        return tuple(
            d.Mirror(self.destination(item.destination), item.port, convert.fraction(item.fraction), item.chosen)
            for item in items
        )


_tables: weakref.WeakValueDictionary[int, Tables] = weakref.WeakValueDictionary()


def _tables_of(router: int) -> Tables:
    """Shared by the threads; two that come at once may make two, of which one stays."""
    found = _tables.get(router)
    if found is None:
        found = _tables[router] = Tables(router)
    return found


class ThreadState:
    """A context and the memory for its calls: one for each thread and router (or live)."""

    def __init__(self, context: int) -> None:
        self.context = ctypes.c_void_p(context)
        self.memory = bytearray(ctypes.sizeof(s.Decision))
        self.decision = s.Decision.from_buffer(self.memory)
        self.decision_at = ctypes.c_void_p(ctypes.addressof(self.decision))
        self.packed = s.Packed()
        self.packed_at = ctypes.c_void_p(ctypes.addressof(self.packed))
        self.shape: Shape = (0, 0, 0, 0, 0)  # what self.packed holds
        self.matched_at = 0
        self.matched_memory: Any = b""
        self.router = 0
        self.tables: Tables
        weakref.finalize(self, lib.sluice_context_free, context)

    def set_shape(self, shape: Shape) -> None:
        packed = self.packed
        (packed.protocol, packed.port, packed.source_label_count, packed.claim_count, packed.header_count) = shape
        self.shape = shape

    def matched(self, address: int) -> d.Matched:
        if address != self.matched_at:
            self.matched_at = address
            self.matched_memory = (ctypes.c_char * ctypes.sizeof(s.Matched)).from_address(address)
        raw: bytes = self.matched_memory.raw  # texts by their addresses in the router
        found = self.tables.matched.get(raw)
        if found is None:
            found = self.tables.matched[raw] = convert.matched(s.Matched.from_address(address))
        return found

    def answer(self, text: bytes, path: str, authority: str, encoding: str) -> d.Decision:
        """The decision in self.decision, copied. ``text`` holds the request that it may point into."""
        memory = self.memory
        (
            outcome, matched, router, destination, port, split_index, split, split_count, split_total,
            pick, sticky_by, path_at, path_len, authority_at, authority_len, retry,
        ) = _read_decision(memory)  # fmt: skip
        if router != self.router:
            self.tables = _tables_of(router)
            self.router = router
        tables = self.tables
        out: d.Decision = _new(d.Decision)
        # A request's own text comes back as it is, without another decoding.
        begin = id(text) + _ADDRESS_OFFSET if _KNOWS_ADDRESSES else 0
        end = begin + len(text) if begin else 0
        if begin <= path_at < end and path_len == len(path) and path.isascii():
            out.path = path
        elif path_len:
            out.path = _string_at(path_at, path_len).decode(encoding, "surrogateescape")
        if begin <= authority_at < end and authority_len == len(authority) and authority.isascii():
            out.authority = authority
        elif authority_len:
            out.authority = _string_at(authority_at, authority_len).decode(encoding, "surrogateescape")
        if matched:
            out.matched = self.matched(matched)
        if destination:
            out.destination = tables.destinations.get(destination) or tables.destination(destination)
            out.port = port
        if split_count:
            out.split = tables.splits.get(split) or tables.split(split, split_count)
            out.split_index = split_index
            out.split_total = split_total
            if pick:
                out.pick = _PICKS[pick]
        if retry:
            out.retry = tables.retries.get(retry) or tables.retry(retry)
        if outcome or sticky_by or memory[_REST] != _PLAIN:
            self.answer_rest(out, outcome, sticky_by, encoding)
        return out

    def answer_rest(self, out: d.Decision, outcome: int, sticky_by: int, encoding: str) -> None:
        """What most decisions do without."""
        (
            status, grpc_status, sticky_name, sticky_name_len, sticky_hit, set_cookie,
            set_cookie_len, request_headers, request_header_count, response_headers,
            response_header_count, timeout_ns, backend_timeout_ns, mirrors, mirror_count, fault,
            cors_headers, cors_header_count, hash_policy, hash_policy_count, hash_present, hash,
            listener_tls, location_len, body, body_len, response_fields, response_field_count,
        ) = _read_rest(self.memory)  # fmt: skip
        tables = self.tables
        if outcome:
            out.outcome = _OUTCOMES[outcome]
            out.status = status
            if grpc_status >= 0:
                out.grpc_status = grpc_status
            out.body = _text_at(body, body_len, encoding)
            if location_len:
                out.redirect = convert.redirect(self.decision.redirect, encoding)
        if sticky_by:
            out.sticky = d.Sticky(
                _STICKY_BY[sticky_by],
                _text_at(sticky_name, sticky_name_len, encoding),
                sticky_hit,
                _text_at(set_cookie, set_cookie_len, encoding),
            )
        if timeout_ns >= 0:
            out.timeout_ns = timeout_ns
        if backend_timeout_ns >= 0:
            out.backend_timeout_ns = backend_timeout_ns
        if request_header_count:
            out.request_headers = convert.header_ops(request_headers, request_header_count, encoding)
        if response_header_count:
            out.response_headers = convert.header_ops(response_headers, response_header_count, encoding)
        if mirror_count:
            out.mirrors = tables.mirrors(mirrors, mirror_count)
        if fault:
            out.fault = convert.fault(s.Fault.from_address(fault))
        if cors_header_count:
            out.cors_headers = convert.fields(cors_headers, cors_header_count, encoding)
        if hash_policy_count:
            out.hash_policy = tables.hash_policy(hash_policy, hash_policy_count)
        if hash_present:
            out.hash = hash
        if listener_tls:
            out.listener_tls = _LISTENER_TLS[listener_tls]
        if response_field_count:
            out.response_fields = convert.fields(response_fields, response_field_count, encoding)


def _text_at(address: int, length: int, encoding: str) -> str:
    return _string_at(address, length).decode(encoding, "surrogateescape") if length else ""


class SlowRequest:
    """A request in the library's struct, for what cannot be packed: a NUL byte in a text, or very many lines."""

    def __init__(self, texts: Sequence[str], shape: s.Packed, pairs: Sequence[Iterable[tuple[str, str]]], encoding: str):
        self._kept: list[Any] = []
        self.raw = s.Request(protocol=shape.protocol, port=shape.port)
        names = (
            "gateway", "method", "scheme", "authority", "path", "sni", "source_ip", "destination_ip",
            "source_namespace", "service_namespace", "service_name", "sticky_key",
        )  # fmt: skip
        for name, value in zip(names, texts):
            setattr(self.raw, name, self._text(value, encoding))
        labels, claims, headers = (self._fields(part, encoding) for part in pairs)
        if labels:
            self.raw.source_labels, self.raw.source_label_count = labels, len(labels)
        if claims:
            self.raw.claims, self.raw.claim_count = claims, len(claims)
        if headers:
            self.raw.headers, self.raw.header_count = headers, len(headers)

    def _text(self, value: str, encoding: str) -> s.Str:
        data = value.encode(encoding, "surrogateescape")
        self._kept.append(data)
        return s.text_of(data)

    def _fields(self, pairs: Iterable[tuple[str, str]], encoding: str) -> Any:
        items = [s.Field(self._text(name, encoding), self._text(value, encoding)) for name, value in pairs]
        array = (s.Field * len(items))(*items)
        self._kept.append(array)
        return array


def explain(state: ThreadState, request: SlowRequest, encoding: str, check: Callable[[int], None]) -> d.Explanation:
    handle = ctypes.c_void_p()
    check(lib.sluice_explain(handle, state.context, request.raw, state.decision))
    try:
        steps = []
        for i in range(lib.sluice_explanation_count(handle)):
            step = lib.sluice_explanation_get(handle, i).contents
            steps.append(
                d.ExplainStep(
                    convert.matched(step.rule.contents),
                    step.holds,
                    convert.text(step.predicate, encoding),
                    convert.text(step.actual, encoding),
                )
            )
        host = convert.text(lib.sluice_explanation_virtual_host(handle), encoding)
        return d.Explanation(state.answer(b"", "", "", encoding), host, tuple(steps))
    finally:
        lib.sluice_explanation_free(handle)
