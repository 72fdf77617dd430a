"""From the library's structs to Python values; everything is copied."""

from __future__ import annotations

import ctypes
from types import MappingProxyType
from typing import Any, Mapping

from . import _structs as s
from . import decision as d
from . import policy as p

NO_DURATION = -1


def text(value: s.Str, encoding: str = "utf-8") -> str:
    if not value.len:
        return ""
    return ctypes.string_at(value.ptr, value.len).decode(encoding, "surrogateescape")


def duration(ns: int) -> int | None:
    return None if ns == NO_DURATION else ns


def numbers(items: Any, count: int) -> tuple[int, ...]:
    return tuple(items[i] for i in range(count))


def texts(items: Any, count: int) -> tuple[str, ...]:
    return tuple(text(items[i]) for i in range(count))


def mapping(items: Any, count: int) -> Mapping[str, str]:
    if not count:
        return d.NO_LABELS
    return MappingProxyType({text(items[i].name): text(items[i].value) for i in range(count)})


def fraction(value: s.Fraction) -> d.Fraction:
    return d.Fraction(value.numerator, value.denominator)


# ---- policies ----


def hash_policy(raw: s.HashPolicy) -> p.HashPolicy:
    return p.HashPolicy(
        key=p.HashKey(raw.key),
        name=text(raw.name),
        path=text(raw.path),
        ttl_ns=duration(raw.ttl_ns),
        attributes=mapping(raw.attributes, raw.attribute_count),
    )


def retry(raw: s.RetryPolicy) -> p.RetryPolicy:
    return p.RetryPolicy(
        attempts=raw.attempts,
        per_try_timeout_ns=duration(raw.per_try_timeout_ns),
        backoff_ns=duration(raw.backoff_ns),
        retry_on=text(raw.retry_on),
        codes=numbers(raw.codes, raw.code_count),
        ignore_previous_hosts=raw.ignore_previous_hosts,
        retry_remote_localities=raw.retry_remote_localities,
    )


def _locality_shares(items: Any, count: int) -> tuple[p.LocalityShare, ...]:
    return tuple(p.LocalityShare(text(items[i].from_), text(items[i].to), items[i].weight) for i in range(count))


def _locality(raw: s.LoadBalancer) -> p.LocalitySetting | None:
    if not raw.locality_present:
        return None
    return p.LocalitySetting(
        enabled=raw.locality_enabled,
        distribute=_locality_shares(raw.distribute, raw.distribute_count),
        failover=_locality_shares(raw.failover, raw.failover_count),
        failover_priority=texts(raw.failover_priority, raw.failover_priority_count),
    )


def _load_balancer(raw: s.LoadBalancer) -> p.LoadBalancer | None:
    if not raw.present:
        return None
    return p.LoadBalancer(
        simple=p.Balancer(raw.simple),
        hash=p.HashBalancer(raw.hash),
        hash_table_size=raw.hash_table_size,
        hash_policy=hash_policy(raw.hash_policy) if raw.hash_policy_present else None,
        warmup_duration_ns=duration(raw.warmup_duration_ns),
        warmup_minimum_percent=raw.warmup_minimum_percent,
        warmup_aggression=raw.warmup_aggression,
        locality=_locality(raw),
    )


def _keepalive(raw: s.ConnectionPool) -> p.TcpKeepalive | None:
    if not raw.tcp_keepalive_present:
        return None
    return p.TcpKeepalive(
        raw.tcp_keepalive_probes, duration(raw.tcp_keepalive_time_ns), duration(raw.tcp_keepalive_interval_ns)
    )


def _connection_pool(raw: s.ConnectionPool) -> p.ConnectionPool | None:
    if not raw.present:
        return None
    return p.ConnectionPool(
        tcp_max_connections=raw.tcp_max_connections,
        tcp_connect_timeout_ns=duration(raw.tcp_connect_timeout_ns),
        tcp_max_connection_duration_ns=duration(raw.tcp_max_connection_duration_ns),
        tcp_idle_timeout_ns=duration(raw.tcp_idle_timeout_ns),
        tcp_keepalive=_keepalive(raw),
        http1_max_pending_requests=raw.http1_max_pending_requests,
        http2_max_requests=raw.http2_max_requests,
        http_max_requests_per_connection=raw.http_max_requests_per_connection,
        http_max_retries=raw.http_max_retries,
        http_idle_timeout_ns=duration(raw.http_idle_timeout_ns),
        http_h2_upgrade=p.H2Upgrade(raw.http_h2_upgrade),
        http_use_client_protocol=raw.http_use_client_protocol,
        http_max_concurrent_streams=raw.http_max_concurrent_streams,
        http2_keepalive_interval_ns=duration(raw.http2_keepalive_interval_ns),
        http2_keepalive_timeout_ns=duration(raw.http2_keepalive_timeout_ns),
    )


def _outlier_detection(raw: s.OutlierDetection) -> p.OutlierDetection | None:
    if not raw.present:
        return None
    return p.OutlierDetection(
        consecutive_5xx_errors=raw.consecutive_5xx_errors,
        consecutive_gateway_errors=raw.consecutive_gateway_errors,
        split_external_local_origin_errors=raw.split_external_local_origin_errors,
        consecutive_local_origin_failures=raw.consecutive_local_origin_failures,
        interval_ns=raw.interval_ns,
        base_ejection_time_ns=raw.base_ejection_time_ns,
        max_ejection_percent=raw.max_ejection_percent,
        min_health_percent=raw.min_health_percent,
        http_error_codes=numbers(raw.http_error_codes, raw.http_error_code_count),
    )


def _tls(raw: s.TlsSettings) -> p.TlsSettings | None:
    if raw.mode == p.UpstreamTls.UNSET:
        return None
    return p.TlsSettings(
        mode=p.UpstreamTls(raw.mode),
        client_certificate=text(raw.client_certificate),
        private_key=text(raw.private_key),
        ca_certificates=text(raw.ca_certificates),
        credential_name=text(raw.credential_name),
        sni=text(raw.sni),
        subject_alt_names=texts(raw.subject_alt_names, raw.subject_alt_name_count),
        insecure_skip_verify=raw.insecure_skip_verify,
    )


def _retry_budget(raw: s.TrafficPolicy) -> p.RetryBudget | None:
    if not raw.retry_budget_present:
        return None
    return p.RetryBudget(
        raw.retry_budget_percent, raw.retry_budget_min_concurrency, duration(raw.retry_budget_interval_ns)
    )


def _tunnel(raw: s.TrafficPolicy) -> p.Tunnel | None:
    if not raw.tunnel_protocol.len:
        return None
    return p.Tunnel(text(raw.tunnel_protocol), text(raw.tunnel_target_host), raw.tunnel_target_port)


def traffic_policy(raw: s.TrafficPolicy) -> p.TrafficPolicy:
    return p.TrafficPolicy(
        load_balancer=_load_balancer(raw.load_balancer),
        connection_pool=_connection_pool(raw.connection_pool),
        outlier_detection=_outlier_detection(raw.outlier_detection),
        tls=_tls(raw.tls),
        retry_budget=_retry_budget(raw),
        proxy_protocol=text(raw.proxy_protocol),
        tunnel=_tunnel(raw),
    )


# ---- parts of a decision ----


def endpoint(raw: s.Endpoint) -> d.Endpoint:
    return d.Endpoint(
        address=text(raw.address),
        port=raw.port,
        weight=raw.weight,
        labels=mapping(raw.labels, raw.label_count),
        region=text(raw.region),
        zone=text(raw.zone),
        subzone=text(raw.subzone),
    )


def endpoints(raw: s.Endpoints) -> d.Endpoints:
    items = tuple(endpoint(raw.items[i]) for i in range(raw.count))
    return d.Endpoints(d.Resolution(raw.resolution), raw.complete, items)


def destination(raw: s.Destination) -> d.Destination:
    return d.Destination(
        host=text(raw.host),
        name=text(raw.name),
        namespace=text(raw.space),
        subset=text(raw.subset),
        port=raw.port,
        labels=mapping(raw.labels, raw.label_count),
        app_protocol=text(raw.app_protocol),
        policy=traffic_policy(raw.policy.contents) if raw.policy else None,
        endpoints=endpoints(raw.endpoints.contents) if raw.endpoints else None,
    )


def matched(raw: s.Matched) -> d.Matched:
    return d.Matched(
        kind=text(raw.kind),
        namespace=text(raw.space),
        name=text(raw.name),
        rule=raw.rule,
        match=None if raw.match < 0 else raw.match,
        route_name=text(raw.route_name),
        rule_name=text(raw.rule_name),
        line=raw.line,
    )


def header_ops(address: int, count: int, encoding: str) -> tuple[d.HeaderOp, ...]:
    items = (s.HeaderOp * count).from_address(address)
    return tuple(
        d.HeaderOp(d.HeaderAction(op.action), text(op.name, encoding), text(op.value, encoding)) for op in items
    )


def fields(address: int, count: int, encoding: str) -> tuple[tuple[str, str], ...]:
    items = (s.Field * count).from_address(address)
    return tuple((text(line.name, encoding), text(line.value, encoding)) for line in items)


def fault(raw: s.Fault) -> d.Fault:
    aborts = raw.abort_present
    by_grpc = aborts and raw.abort_grpc_status >= 0
    return d.Fault(
        delay_ns=raw.delay_ns if raw.delay_present else None,
        delay_fraction=fraction(raw.delay_fraction),
        delay_chosen=raw.delay_chosen,
        abort_status=raw.abort_status if aborts and not by_grpc else None,
        abort_grpc_status=raw.abort_grpc_status if by_grpc else None,
        abort_fraction=fraction(raw.abort_fraction),
        abort_chosen=raw.abort_chosen,
    )


def redirect(raw: s.Redirect, encoding: str) -> d.Redirect:
    return d.Redirect(
        location=text(raw.location, encoding),
        scheme=text(raw.scheme, encoding),
        host=text(raw.host, encoding),
        port=raw.port,
        path=text(raw.path, encoding),
    )
