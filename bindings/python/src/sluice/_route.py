"""The way of a request through the library: one C call, then one unpacking of the decision.

A decision's memory belongs to the context until its next call, so all of it is copied here. What lives in the
router (destinations, splits, policies, rules) is converted once for each router and found again by its address or
number.
"""

from __future__ import annotations

import ctypes
import struct
import weakref
from typing import Any, Callable, Iterable, Sequence, Tuple

from . import _convert as convert
from . import _structs as s
from . import decision as d
from . import policy as p
from ._layout import layout
from ._library import lib

Pairs = Sequence[tuple[str, str]]
Shape = Tuple[int, int, int, int, int]

# The texts of a request in the order of sluice_route_packed(), by their names in sluice_request.
TEXTS = (
    "gateway", "method", "scheme", "authority", "path", "sni", "source_ip", "destination_ip",
    "source_namespace", "service_namespace", "service_name", "sticky_key",
)  # fmt: skip

# What nearly every decision has, and the rest.
_read_decision = layout(
    s.PackedDecision,
    (
        "decision.router", "decision.destination", "decision.port", "decision.split_index", "decision.split",
        "decision.pick", "decision.retry", "rule", "says",
    ),
).unpack_from  # fmt: skip

_read_rest = layout(
    s.Decision,
    (
        "outcome", "status", "grpc_status", "sticky.by", "sticky.name.ptr", "sticky.name.len", "sticky.hit",
        "sticky.set_cookie.ptr", "sticky.set_cookie.len", "request_headers", "request_header_count",
        "response_headers", "response_header_count", "timeout_ns", "backend_timeout_ns", "mirrors", "mirror_count",
        "fault", "cors_headers", "cors_header_count", "hash_policy", "hash_policy_count", "hash_present", "hash",
        "listener_tls", "redirect.location.len", "body.ptr", "body.len", "response_fields", "response_field_count",
    ),
).unpack_from  # fmt: skip

_pack_shape = layout(s.Packed, [name for name, _ in s.Packed._fields_]).pack

_SAYS_PATH, _SAYS_AUTHORITY, _SAYS_MORE = 1, 2, 4

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
        self.splits: dict[int, tuple[tuple[d.SplitShare, ...], int]] = {}
        self.matched: dict[int, d.Matched] = {}
        self.retries: dict[int, p.RetryPolicy] = {}
        self.hash_policies: dict[int, tuple[p.HashPolicy, ...]] = {}
        weakref.finalize(self, lib.sluice_router_release, self.router)

    def destination(self, address: int) -> d.Destination:
        found = self.destinations.get(address)
        if found is None:
            found = self.destinations[address] = convert.destination(s.Destination.from_address(address))
        return found

    def shares(self, address: int, count: int) -> tuple[d.SplitShare, ...]:
        shares = (s.SplitShare * count).from_address(address)
        return tuple(d.SplitShare(self.destination(item.destination), item.weight, item.invalid) for item in shares)

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
        self.memory = bytearray(ctypes.sizeof(s.PackedDecision))
        self.out = s.PackedDecision.from_buffer(self.memory)
        self.decision = self.out.decision
        self.shape: Shape = (0, 0, 0, 0, 0)
        self.shape_memory = bytearray(_pack_shape(*self.shape))
        # What route_packed() takes.
        self.context_at = ctypes.byref(s.Opaque.from_address(context))
        self.shape_at = ctypes.byref(s.Packed.from_buffer(self.shape_memory))
        self.out_at = ctypes.byref(self.out)
        self.router = 0
        self.tables: Tables
        weakref.finalize(self, lib.sluice_context_free, context)

    def set_shape(self, shape: Shape) -> None:
        try:
            self.shape_memory[:] = _pack_shape(*shape)
        except struct.error as error:
            kind = ValueError if all(isinstance(number, int) for number in shape) else TypeError
            raise kind(f"protocol {shape[0]!r}, port {shape[1]!r}: {error}") from None
        self.shape = shape

    def answer(self, path: str, authority: str, encoding: str) -> d.Decision:
        """The decision in self.out, copied, about a request with this path and authority."""
        router, destination, port, split_index, split, pick, retry, rule, says = _read_decision(self.memory)
        if router != self.router:
            self.tables = _tables_of(router)
            self.router = router
        tables = self.tables
        out: d.Decision = _new(d.Decision)
        if says:
            self.answer_rest(out, says, path, authority, encoding)
        else:
            out.path = path
            out.authority = authority
        if rule:
            out.matched = tables.matched.get(rule) or self.matched(rule)
        if destination:
            out.destination = tables.destinations.get(destination) or tables.destination(destination)
            out.port = port
        if split:
            out.split, out.split_total = tables.splits.get(split) or self.split(split)
            out.split_index = split_index
            if pick:
                out.pick = _PICKS[pick]
        if retry:
            out.retry = tables.retries.get(retry) or tables.retry(retry)
        return out

    def answer_unpacked(self, encoding: str) -> d.Decision:
        """Likewise, of a request that was not packed: it is not known which rule decided, nor what is as requested."""
        self.out.rule = 0
        self.out.says = _SAYS_PATH | _SAYS_AUTHORITY | _SAYS_MORE
        out = self.answer("", "", encoding)
        if self.decision.matched:
            out.matched = convert.matched(s.Matched.from_address(self.decision.matched))
        return out

    def matched(self, rule: int) -> d.Matched:
        found = self.tables.matched[rule] = convert.matched(s.Matched.from_address(self.decision.matched))
        return found

    def split(self, address: int) -> tuple[tuple[d.SplitShare, ...], int]:
        shares = self.tables.shares(address, self.decision.split_count)
        found = self.tables.splits[address] = (shares, self.decision.split_total)
        return found

    def answer_rest(self, out: d.Decision, says: int, path: str, authority: str, encoding: str) -> None:
        """What most decisions do without."""
        raw = self.decision
        out.path = convert.text(raw.path, encoding) if says & _SAYS_PATH else path
        out.authority = convert.text(raw.authority, encoding) if says & _SAYS_AUTHORITY else authority
        if not says & _SAYS_MORE:
            return
        (
            outcome, status, grpc_status, sticky_by, sticky_name, sticky_name_len, sticky_hit,
            set_cookie, set_cookie_len, request_headers, request_header_count,
            response_headers, response_header_count, timeout_ns, backend_timeout_ns, mirrors, mirror_count,
            fault, cors_headers, cors_header_count, hash_policy, hash_policy_count, hash_present, hash,
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
                out.redirect = convert.redirect(raw.redirect, encoding)
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
    """A request in the library's struct, for what cannot be packed: a newline or a NUL in a text, or very many lines."""

    def __init__(self, protocol: int, port: int, texts: Iterable[str], pairs: Sequence[Pairs], encoding: str):
        self._kept: list[Any] = []
        self.raw = s.Request(protocol=protocol, port=port)
        for name, value in zip(TEXTS, texts):
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

    def _fields(self, pairs: Pairs, encoding: str) -> Any:
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
        return d.Explanation(state.answer_unpacked(encoding), host, tuple(steps))
    finally:
        lib.sluice_explanation_free(handle)
