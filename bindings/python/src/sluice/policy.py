"""What the rules say about connections to a destination: data for the host to act on.

Durations are nanoseconds; None means that the rules do not say, 0 is a value of its own. A count of 0 is "no limit".
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Mapping


class HashKey(enum.IntEnum):
    HEADER = 0
    COOKIE = 1
    SOURCE_IP = 2
    QUERY_PARAMETER = 3


class Balancer(enum.IntEnum):
    UNSPECIFIED = 0
    LEAST_REQUEST = 1
    RANDOM = 2
    ROUND_ROBIN = 3
    PASSTHROUGH = 4


class HashBalancer(enum.IntEnum):
    NONE = 0
    RING = 1
    MAGLEV = 2


class H2Upgrade(enum.IntEnum):
    DEFAULT = 0
    DO_NOT = 1
    UPGRADE = 2


class UpstreamTls(enum.IntEnum):
    UNSET = -1
    DISABLE = 0
    SIMPLE = 1
    MUTUAL = 2
    ISTIO_MUTUAL = 3


@dataclass(frozen=True)
class RetryPolicy:
    """``attempts`` counts tries after the first; 0 switches retries off."""

    attempts: int
    per_try_timeout_ns: int | None
    backoff_ns: int | None
    retry_on: str
    codes: tuple[int, ...]
    ignore_previous_hosts: bool
    retry_remote_localities: bool


@dataclass(frozen=True)
class HashPolicy:
    """One key of a consistent-hash balancer. ``ttl_ns`` None: a cookie is never made."""

    key: HashKey
    name: str
    path: str
    ttl_ns: int | None
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class LocalityShare:
    source: str
    target: str
    weight: int


@dataclass(frozen=True)
class LocalitySetting:
    enabled: bool
    distribute: tuple[LocalityShare, ...]
    failover: tuple[LocalityShare, ...]
    failover_priority: tuple[str, ...]


@dataclass(frozen=True)
class LoadBalancer:
    simple: Balancer
    hash: HashBalancer
    hash_table_size: int
    hash_policy: HashPolicy | None
    warmup_duration_ns: int | None
    warmup_minimum_percent: float
    warmup_aggression: float
    locality: LocalitySetting | None


@dataclass(frozen=True)
class TcpKeepalive:
    probes: int
    time_ns: int | None
    interval_ns: int | None


@dataclass(frozen=True)
class ConnectionPool:
    tcp_max_connections: int
    tcp_connect_timeout_ns: int | None
    tcp_max_connection_duration_ns: int | None
    tcp_idle_timeout_ns: int | None
    tcp_keepalive: TcpKeepalive | None
    http1_max_pending_requests: int
    http2_max_requests: int
    http_max_requests_per_connection: int
    http_max_retries: int
    http_idle_timeout_ns: int | None
    http_h2_upgrade: H2Upgrade
    http_use_client_protocol: bool
    http_max_concurrent_streams: int
    http2_keepalive_interval_ns: int | None
    http2_keepalive_timeout_ns: int | None


@dataclass(frozen=True)
class OutlierDetection:
    consecutive_5xx_errors: int
    consecutive_gateway_errors: int
    split_external_local_origin_errors: bool
    consecutive_local_origin_failures: int
    interval_ns: int
    base_ejection_time_ns: int
    max_ejection_percent: int
    min_health_percent: int
    http_error_codes: tuple[int, ...]


@dataclass(frozen=True)
class TlsSettings:
    mode: UpstreamTls
    client_certificate: str
    private_key: str
    ca_certificates: str
    credential_name: str
    sni: str
    subject_alt_names: tuple[str, ...]
    insecure_skip_verify: bool


@dataclass(frozen=True)
class RetryBudget:
    percent: float
    min_concurrency: int
    interval_ns: int | None


@dataclass(frozen=True)
class Tunnel:
    protocol: str
    target_host: str
    target_port: int


@dataclass(frozen=True)
class TrafficPolicy:
    load_balancer: LoadBalancer | None
    connection_pool: ConnectionPool | None
    outlier_detection: OutlierDetection | None
    tls: TlsSettings | None
    retry_budget: RetryBudget | None
    proxy_protocol: str
    tunnel: Tunnel | None
