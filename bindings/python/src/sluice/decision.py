"""What a router answers: plain data, independent of the router and of later calls."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from types import MappingProxyType
from typing import Iterable, Mapping

from .policy import HashPolicy, RetryPolicy, TrafficPolicy


class Protocol(enum.IntEnum):
    """HTTP and GRPC are requests; the others are connections."""

    HTTP = 0
    GRPC = 1
    TLS = 2
    TCP = 3
    UDP = 4


class Outcome(enum.IntEnum):
    FORWARD = 0
    PASSTHROUGH = 1
    REDIRECT = 2
    RESPOND = 3
    NOT_FOUND = 4
    UNAVAILABLE = 5
    MISDIRECTED = 6


class HeaderAction(enum.IntEnum):
    SET = 0
    ADD = 1
    REMOVE = 2


class Pick(enum.IntEnum):
    """How the destination was picked; ONLY: there was one, nothing was drawn."""

    ONLY = 0
    RANDOM = 1
    STICKY = 2
    EVEN = 3


class StickyBy(enum.IntEnum):
    NONE = 0
    KEY = 1
    COOKIE = 2
    HEADER = 3
    QUERY = 4
    SOURCE_IP = 5


class ListenerTls(enum.IntEnum):
    NONE = 0
    TERMINATE = 1
    PASSTHROUGH = 2


@dataclass(frozen=True)
class Fraction:
    numerator: int
    denominator: int


class Resolution(enum.IntEnum):
    """How endpoints are reached; NONE: at the address that the client asked for."""

    NONE = 0
    STATIC = 1
    DNS = 2
    DNS_ROUND_ROBIN = 3
    DYNAMIC_DNS = 4


@dataclass(frozen=True)
class Endpoint:
    """One place where a destination is reached. ``port`` is 0 for a unix socket."""

    address: str
    port: int
    weight: int
    labels: Mapping[str, str]
    region: str
    zone: str
    subzone: str


@dataclass(frozen=True)
class Endpoints:
    """Those of a destination, in no order of preference; not ``complete`` where there may be others."""

    resolution: Resolution
    complete: bool
    items: tuple[Endpoint, ...]


@dataclass(frozen=True)
class Destination:
    """Where a request can be sent. ``port`` 0 in a split means the port of the request.

    ``endpoints`` is None where the rules do not name them, as for a Service of the cluster.
    """

    host: str
    name: str
    namespace: str
    subset: str
    port: int
    labels: Mapping[str, str]
    app_protocol: str
    policy: TrafficPolicy | None
    endpoints: Endpoints | None

    @property
    def key(self) -> str:
        """``host|subset``, or ``host`` where there is no subset: handy as a key of upstreams."""
        return f"{self.host}|{self.subset}" if self.subset else self.host


@dataclass(frozen=True)
class SplitShare:
    """One entry of a weighted split. An invalid one does not resolve; its share is answered UNAVAILABLE."""

    destination: Destination
    weight: int
    invalid: bool


@dataclass(frozen=True)
class HeaderOp:
    """One step; apply a list of them first to last. Names are lower-case."""

    action: HeaderAction
    name: str
    value: str


def apply_header_ops(lines: Iterable[tuple[str, str]], ops: Iterable[HeaderOp]) -> list[tuple[str, str]]:
    """Header lines after the steps of ``ops``, first to last."""
    out = list(lines)
    for op in ops:
        if op.action is not HeaderAction.ADD:
            out = [line for line in out if line[0].lower() != op.name]
        if op.action is not HeaderAction.REMOVE:
            out.append((op.name, op.value))
    return out


@dataclass(frozen=True)
class Mirror:
    destination: Destination
    port: int
    fraction: Fraction
    chosen: bool


@dataclass(frozen=True)
class Fault:
    """Durations are nanoseconds. ``delay_ns`` and ``abort_status`` are None where the rule has none."""

    delay_ns: int | None
    delay_fraction: Fraction
    delay_chosen: bool
    abort_status: int | None
    abort_grpc_status: int | None
    abort_fraction: Fraction
    abort_chosen: bool


@dataclass(frozen=True)
class Sticky:
    """The key that was used; with ``hit`` False the first key that the rule names."""

    by: StickyBy
    name: str
    hit: bool
    set_cookie: str


@dataclass(frozen=True)
class Matched:
    """The rule that decided. ``match`` is None where the rule has no match block."""

    kind: str
    namespace: str
    name: str
    rule: int
    match: int | None
    route_name: str
    rule_name: str
    line: int


@dataclass(frozen=True)
class Redirect:
    location: str
    scheme: str
    host: str
    port: int
    path: str


NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass
class Decision:
    """The answer of :meth:`sluice.Router.route`. Durations are nanoseconds, None where nothing is said, 0 for "off".

    Only what differs from these defaults is stored: they are attributes of the class.
    """

    outcome: Outcome = Outcome.FORWARD
    status: int = 0
    grpc_status: int | None = None
    matched: Matched | None = None
    destination: Destination | None = None
    port: int = 0
    split: tuple[SplitShare, ...] = ()
    split_index: int = 0
    split_total: int = 0
    pick: Pick = Pick.ONLY
    sticky: Sticky | None = None
    path: str = ""
    authority: str = ""
    request_headers: tuple[HeaderOp, ...] = ()
    response_headers: tuple[HeaderOp, ...] = ()
    timeout_ns: int | None = None
    backend_timeout_ns: int | None = None
    retry: RetryPolicy | None = None
    mirrors: tuple[Mirror, ...] = ()
    fault: Fault | None = None
    cors_headers: tuple[tuple[str, str], ...] = ()
    hash_policy: tuple[HashPolicy, ...] = ()
    hash: int | None = None
    listener_tls: ListenerTls = ListenerTls.NONE
    redirect: Redirect | None = None
    body: str = ""
    response_fields: tuple[tuple[str, str], ...] = ()

    @property
    def added_response_lines(self) -> list[tuple[str, str]]:
        """Header lines to add to the response of a forwarded request: CORS, the sticky cookie, and others."""
        lines = [*self.cors_headers, *self.response_fields]
        if self.sticky and self.sticky.set_cookie:
            lines.append(("set-cookie", self.sticky.set_cookie))
        return lines


@dataclass(frozen=True)
class ExplainStep:
    """One rule that was looked at; ``predicate`` is the first that failed, ``actual`` what the request had."""

    rule: Matched
    holds: bool
    predicate: str
    actual: str


@dataclass(frozen=True)
class Explanation:
    decision: Decision
    virtual_host: str
    steps: tuple[ExplainStep, ...]
