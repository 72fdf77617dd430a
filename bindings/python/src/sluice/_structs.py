"""The structs of sluice/sluice.h. A test compiles C that compares every size and offset with these."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_bool, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p


class Str(Structure):
    _fields_ = [("ptr", c_void_p), ("len", c_size_t)]


class Field(Structure):
    _fields_ = [("name", Str), ("value", Str)]


class Source(Structure):
    _fields_ = [("name", Str), ("text", Str)]


class Diagnostic(Structure):
    _fields_ = [
        ("severity", c_int),
        ("code", Str),
        ("message", Str),
        ("document", Str),
        ("line", c_uint32),
        ("column", c_uint32),
        ("kind", Str),
        ("space", Str),
        ("name", Str),
        ("path", Str),
    ]


class Limits(Structure):
    _fields_ = [
        ("text_bytes", c_size_t),
        ("documents", c_uint32),
        ("depth", c_uint32),
        ("nodes", c_uint32),
        ("alias_nodes", c_uint32),
        ("rules", c_uint32),
        ("destinations", c_uint32),
        ("regex_bytes", c_uint32),
    ]


class CompileOptions(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("allocator", c_void_p),
        ("limits", Limits),
        ("lenient", c_bool),
        ("keep_going", c_bool),
        ("registry", c_int),
        ("outbound_policy", c_int),
        ("default_export_to", Str),
        ("cluster_domain", Str),
        ("root_namespace", Str),
        ("default_namespace", Str),
        ("proxy_namespace", Str),
        ("proxy_labels", POINTER(Field)),
        ("proxy_label_count", c_size_t),
        ("hash_seed", c_uint64),
    ]


class ContextOptions(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("allocator", c_void_p),
        ("seed", c_uint64),
        ("stream", c_uint64),
        ("scratch_bytes", c_size_t),
        ("manual_refresh", c_bool),
    ]


class Packed(Structure):
    _fields_ = [
        ("protocol", c_int),
        ("port", c_uint32),
        ("source_label_count", c_uint32),
        ("claim_count", c_uint32),
        ("header_count", c_uint32),
    ]


class Request(Structure):
    _fields_ = [
        ("protocol", c_int),
        ("port", c_uint32),
        ("gateway", Str),
        ("method", Str),
        ("scheme", Str),
        ("authority", Str),
        ("path", Str),
        ("headers", POINTER(Field)),
        ("header_count", c_size_t),
        ("header_fn", c_void_p),
        ("header_user", c_void_p),
        ("sni", Str),
        ("sticky_key", Str),
        ("service_namespace", Str),
        ("service_name", Str),
        ("source_ip", Str),
        ("destination_ip", Str),
        ("source_namespace", Str),
        ("source_labels", POINTER(Field)),
        ("source_label_count", c_size_t),
        ("claims", POINTER(Field)),
        ("claim_count", c_size_t),
    ]


class Fraction(Structure):
    _fields_ = [("numerator", c_uint32), ("denominator", c_uint32)]


class RetryPolicy(Structure):
    _fields_ = [
        ("attempts", c_uint32),
        ("per_try_timeout_ns", c_int64),
        ("backoff_ns", c_int64),
        ("retry_on", Str),
        ("codes", POINTER(c_uint32)),
        ("code_count", c_size_t),
        ("ignore_previous_hosts", c_bool),
        ("retry_remote_localities", c_bool),
    ]


class HashPolicy(Structure):
    _fields_ = [
        ("key", c_int),
        ("name", Str),
        ("path", Str),
        ("ttl_ns", c_int64),
        ("attributes", POINTER(Field)),
        ("attribute_count", c_size_t),
    ]


class LocalityShare(Structure):
    _fields_ = [("from_", Str), ("to", Str), ("weight", c_uint32)]


class LoadBalancer(Structure):
    _fields_ = [
        ("present", c_bool),
        ("simple", c_int),
        ("hash", c_int),
        ("hash_table_size", c_uint64),
        ("hash_policy", HashPolicy),
        ("hash_policy_present", c_bool),
        ("warmup_duration_ns", c_int64),
        ("warmup_minimum_percent", c_double),
        ("warmup_aggression", c_double),
        ("locality_present", c_bool),
        ("locality_enabled", c_bool),
        ("distribute", POINTER(LocalityShare)),
        ("distribute_count", c_size_t),
        ("failover", POINTER(LocalityShare)),
        ("failover_count", c_size_t),
        ("failover_priority", POINTER(Str)),
        ("failover_priority_count", c_size_t),
    ]


class ConnectionPool(Structure):
    _fields_ = [
        ("present", c_bool),
        ("tcp_max_connections", c_uint32),
        ("tcp_connect_timeout_ns", c_int64),
        ("tcp_max_connection_duration_ns", c_int64),
        ("tcp_idle_timeout_ns", c_int64),
        ("tcp_keepalive_present", c_bool),
        ("tcp_keepalive_probes", c_uint32),
        ("tcp_keepalive_time_ns", c_int64),
        ("tcp_keepalive_interval_ns", c_int64),
        ("http1_max_pending_requests", c_uint32),
        ("http2_max_requests", c_uint32),
        ("http_max_requests_per_connection", c_uint32),
        ("http_max_retries", c_uint32),
        ("http_idle_timeout_ns", c_int64),
        ("http_h2_upgrade", c_int),
        ("http_use_client_protocol", c_bool),
        ("http_max_concurrent_streams", c_uint32),
        ("http2_keepalive_interval_ns", c_int64),
        ("http2_keepalive_timeout_ns", c_int64),
    ]


class OutlierDetection(Structure):
    _fields_ = [
        ("present", c_bool),
        ("consecutive_5xx_errors", c_uint32),
        ("consecutive_gateway_errors", c_uint32),
        ("split_external_local_origin_errors", c_bool),
        ("consecutive_local_origin_failures", c_uint32),
        ("interval_ns", c_int64),
        ("base_ejection_time_ns", c_int64),
        ("max_ejection_percent", c_uint32),
        ("min_health_percent", c_uint32),
        ("http_error_codes", POINTER(c_uint32)),
        ("http_error_code_count", c_size_t),
    ]


class TlsSettings(Structure):
    _fields_ = [
        ("mode", c_int),
        ("client_certificate", Str),
        ("private_key", Str),
        ("ca_certificates", Str),
        ("credential_name", Str),
        ("sni", Str),
        ("subject_alt_names", POINTER(Str)),
        ("subject_alt_name_count", c_size_t),
        ("insecure_skip_verify", c_bool),
    ]


class TrafficPolicy(Structure):
    _fields_ = [
        ("load_balancer", LoadBalancer),
        ("connection_pool", ConnectionPool),
        ("outlier_detection", OutlierDetection),
        ("tls", TlsSettings),
        ("retry_budget_present", c_bool),
        ("retry_budget_percent", c_double),
        ("retry_budget_min_concurrency", c_uint32),
        ("retry_budget_interval_ns", c_int64),
        ("proxy_protocol", Str),
        ("tunnel_protocol", Str),
        ("tunnel_target_host", Str),
        ("tunnel_target_port", c_uint32),
    ]


class Endpoint(Structure):
    _fields_ = [
        ("address", Str),
        ("port", c_uint32),
        ("weight", c_uint32),
        ("labels", POINTER(Field)),
        ("label_count", c_size_t),
        ("region", Str),
        ("zone", Str),
        ("subzone", Str),
    ]


class Endpoints(Structure):
    _fields_ = [("resolution", c_int), ("complete", c_bool), ("items", POINTER(Endpoint)), ("count", c_size_t)]


class Destination(Structure):
    _fields_ = [
        ("host", Str),
        ("name", Str),
        ("space", Str),
        ("subset", Str),
        ("port", c_uint32),
        ("labels", POINTER(Field)),
        ("label_count", c_size_t),
        ("app_protocol", Str),
        ("policy", POINTER(TrafficPolicy)),
        ("endpoints", POINTER(Endpoints)),
    ]


class SplitShare(Structure):
    _fields_ = [("destination", c_void_p), ("weight", c_uint32), ("invalid", c_bool)]


class HeaderOp(Structure):
    _fields_ = [("action", c_int), ("name", Str), ("value", Str)]


class Mirror(Structure):
    _fields_ = [("destination", c_void_p), ("port", c_uint32), ("fraction", Fraction), ("chosen", c_bool)]


class Fault(Structure):
    _fields_ = [
        ("delay_present", c_bool),
        ("delay_chosen", c_bool),
        ("delay_ns", c_int64),
        ("delay_fraction", Fraction),
        ("abort_present", c_bool),
        ("abort_chosen", c_bool),
        ("abort_status", c_uint32),
        ("abort_grpc_status", c_int32),
        ("abort_fraction", Fraction),
    ]


class Sticky(Structure):
    _fields_ = [("by", c_int), ("name", Str), ("hit", c_bool), ("set_cookie", Str)]


class Matched(Structure):
    _fields_ = [
        ("kind", Str),
        ("space", Str),
        ("name", Str),
        ("rule", c_uint32),
        ("match", c_int32),
        ("route_name", Str),
        ("rule_name", Str),
        ("line", c_uint32),
    ]


class Redirect(Structure):
    _fields_ = [("location", Str), ("scheme", Str), ("host", Str), ("port", c_uint32), ("path", Str)]


class Decision(Structure):
    _fields_ = [
        ("outcome", c_int),
        ("status", c_uint32),
        ("grpc_status", c_int32),
        ("matched", c_void_p),
        ("router", c_void_p),
        ("destination", c_void_p),
        ("port", c_uint32),
        ("split_index", c_size_t),
        ("split", c_void_p),
        ("split_count", c_size_t),
        ("split_total", c_uint64),
        ("pick", c_int),
        ("sticky", Sticky),
        ("path", Str),
        ("authority", Str),
        ("retry", c_void_p),
        ("request_headers", c_void_p),
        ("request_header_count", c_size_t),
        ("response_headers", c_void_p),
        ("response_header_count", c_size_t),
        ("timeout_ns", c_int64),
        ("backend_timeout_ns", c_int64),
        ("mirrors", c_void_p),
        ("mirror_count", c_size_t),
        ("fault", c_void_p),
        ("cors_headers", c_void_p),
        ("cors_header_count", c_size_t),
        ("hash_policy", c_void_p),
        ("hash_policy_count", c_size_t),
        ("hash_present", c_bool),
        ("hash", c_uint64),
        ("listener_tls", c_int),
        ("redirect", Redirect),
        ("body", Str),
        ("response_fields", c_void_p),
        ("response_field_count", c_size_t),
    ]


class PackedDecision(Structure):
    _fields_ = [("decision", Decision), ("rule", c_uint32), ("says", c_uint32)]


class ExplainStep(Structure):
    _fields_ = [("rule", POINTER(Matched)), ("holds", c_bool), ("predicate", Str), ("actual", Str)]


class Rng(Structure):
    _fields_ = [("state", c_uint64 * 2), ("increment", c_uint64 * 2)]


class SplitEntry(Structure):
    _fields_ = [("identity", Str), ("weight", c_uint32)]


C_NAMES: dict[type[Structure], str] = {
    Str: "sluice_str",
    Field: "sluice_field",
    Source: "sluice_source",
    Diagnostic: "sluice_diagnostic",
    Limits: "sluice_limits",
    CompileOptions: "sluice_compile_options",
    ContextOptions: "sluice_context_options",
    Packed: "sluice_packed",
    Request: "sluice_request",
    Fraction: "sluice_fraction",
    RetryPolicy: "sluice_retry_policy",
    HashPolicy: "sluice_hash_policy",
    LocalityShare: "sluice_locality_share",
    LoadBalancer: "sluice_load_balancer",
    ConnectionPool: "sluice_connection_pool",
    OutlierDetection: "sluice_outlier_detection",
    TlsSettings: "sluice_tls_settings",
    TrafficPolicy: "sluice_traffic_policy",
    Endpoint: "sluice_endpoint",
    Endpoints: "sluice_endpoints",
    Destination: "sluice_destination",
    SplitShare: "sluice_split_share",
    HeaderOp: "sluice_header_op",
    Mirror: "sluice_mirror",
    Fault: "sluice_fault",
    Sticky: "sluice_sticky",
    Matched: "sluice_matched",
    Redirect: "sluice_redirect",
    Decision: "sluice_decision",
    PackedDecision: "sluice_packed_decision",
    ExplainStep: "sluice_explain_step",
    Rng: "sluice_rng",
    SplitEntry: "sluice_split_entry",
}


class Opaque(Structure):
    """What a handle points at."""


def text_of(data: bytes) -> Str:
    """A slice of bytes that the caller keeps alive."""
    return Str(ctypes.cast(c_char_p(data), c_void_p), len(data))
