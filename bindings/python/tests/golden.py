"""The golden cases of tests/cases in Python's terms: what a line asks, and whether a decision is what it expects."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Callable

import sluice

sys.path.append(str(Path(__file__).resolve().parents[3] / "tests" / "support"))
import case_file

UNITS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
STATUSES = (sluice.Outcome.NOT_FOUND, sluice.Outcome.UNAVAILABLE, sluice.Outcome.MISDIRECTED)
CONNECTIONS = {"TLS": sluice.Protocol.TLS, "TCP": sluice.Protocol.TCP, "UDP": sluice.Protocol.UDP}


# ---- rules and requests ----


def compile_options(words: list[str]) -> tuple[dict[str, Any], bool]:
    options: dict[str, Any] = {"proxy_labels": {}}
    refused = False
    for word in words:
        name, _, value = word.partition("=")
        if word == "refused":
            refused = True
        elif word in ("lenient", "keep-going"):
            options[word.replace("-", "_")] = True
        elif name == "registry":
            options["registry"] = sluice.Registry[value.upper()]
        elif word == "outbound=registry-only":
            options["outbound_policy"] = sluice.OutboundPolicy.REGISTRY_ONLY
        elif name == "export-to":
            options["default_export_to"] = value
        elif name == "namespace":
            options["proxy_namespace"] = value
        elif name.startswith("label:"):
            options["proxy_labels"][name[6:]] = value
        else:
            raise ValueError(f"unknown option {word!r}")
    return options, refused


PLAIN = {"gateway": "gateway", "scheme": "scheme", "from": "source_namespace", "ip": "source_ip", "to": "destination_ip",
         "sni": "sni", "sticky": "sticky_key"}  # fmt: skip


def request(asked: case_file.Request) -> dict[str, Any]:
    out: dict[str, Any] = {"headers": []}
    given = "" if asked.authority == "-" else asked.authority
    if asked.is_connection():
        out["protocol"] = CONNECTIONS[asked.method]
        out["sni" if asked.method == "TLS" else "destination_ip"] = given
    else:
        out["authority"], out["path"] = given, asked.path
        if asked.method == "GRPC":
            out["protocol"] = sluice.Protocol.GRPC
        else:
            out["method"] = asked.method
    for kind, name, value in asked.attributes:
        attribute(out, kind, name, value)
    return out


def attribute(out: dict[str, Any], kind: str, name: str, value: str) -> None:
    if kind == "header":
        out["headers"].append((name, value))
    elif kind == "label":
        out.setdefault("source_labels", {})[name] = value
    elif kind == "claim":
        out.setdefault("flat_claims", []).append((name, value))
    elif kind == "port":
        out["port"] = int(value)
    elif kind == "service":
        out["service_namespace"], _, out["service_name"] = value.partition("/")
    elif kind in PLAIN:
        out[PLAIN[kind]] = value
    else:
        raise ValueError(f"unknown attribute {kind!r}")


# ---- decisions ----


def is_destination(text: str, to: sluice.Destination | None, port: int) -> bool:
    host, subset, wanted = (text.split("|") + ["", ""])[:3]
    if to is None or subset != to.subset or (wanted and int(wanted) != port):
        return False
    return to.host == (host if "." in host else f"{host}.default.svc.cluster.local")


def duration(text: str) -> int | None:
    if text == "none":
        return None
    parts = re.findall(r"([0-9.]+)(ms|us|ns|h|m|s)", text)
    return round(sum(float(number) * UNITS[unit] for number, unit in parts))


def is_fraction(text: str, fraction: sluice.Fraction) -> bool:
    return text == f"{fraction.numerator}/{fraction.denominator}"


def outcome(right: list[str], d: sluice.Decision) -> int:
    """How many tokens the outcome takes; 0 when the decision has another."""
    first = right[0]
    if first == "passthrough":
        return int(d.outcome is sluice.Outcome.PASSTHROUGH)
    if first == "redirect":
        same = d.outcome is sluice.Outcome.REDIRECT and d.redirect is not None
        return 3 if same and (str(d.status), d.redirect.location) == (right[1], right[2]) else 0
    if first == "respond":
        return 2 if d.outcome is sluice.Outcome.RESPOND and d.status == int(right[1]) else 0
    if first == "split":
        return split(right, d)
    if first.isdigit():
        return int(d.outcome in STATUSES and d.status == int(first))
    return int(d.outcome is sluice.Outcome.FORWARD and is_destination(first, d.destination, d.port))


def split(right: list[str], d: sluice.Decision) -> int:
    used = 1
    for token, share in zip(right[1:], d.split):
        weight, _, text = token.partition(":")
        invalid = text.endswith("!")
        if int(weight) != share.weight or invalid != share.invalid:
            return 0
        if not is_destination(text.removesuffix("!"), share.destination, share.destination.port):
            return 0
        used += 1
    more = used < len(right) and right[used][0].isdigit()
    return 0 if more or used != len(d.split) + 1 else used


def lines_of(d: sluice.Decision) -> list[tuple[str, str]]:
    return [*d.cors_headers, *d.response_fields]


def by(text: str, d: sluice.Decision) -> bool:
    m = d.matched
    if text == "none":
        return m is None or not m.kind
    return m is not None and text == f"{m.namespace}/{m.name}/{m.rule}/{'-' if m.match is None else m.match}"


def abort(text: str, d: sluice.Decision) -> bool:
    if d.fault is None:
        return False
    if text.startswith("grpc:"):
        return d.fault.abort_status is None and d.fault.abort_grpc_status == int(text[5:])
    return d.fault.abort_status == int(text)


def balancer(text: str, d: sluice.Decision) -> bool:
    policy = d.destination.policy if d.destination else None
    return bool(policy and policy.load_balancer and policy.load_balancer.simple.name == text)


def retry(text: str, d: sluice.Decision) -> bool:
    return d.retry is None if text == "none" else d.retry is not None and d.retry.attempts == int(text)


VALUES: dict[str, Callable[[str, sluice.Decision], bool]] = {
    "path": lambda v, d: d.path == v,
    "authority": lambda v, d: d.authority == v,
    "body": lambda v, d: d.body == v,
    "grpc-status": lambda v, d: d.grpc_status == int(v),
    "timeout": lambda v, d: d.timeout_ns == duration(v),
    "hashed": lambda v, d: (d.hash is not None) == (v == "yes"),
    "field-names": lambda v, d: [name for name, _ in lines_of(d)] == v.split(","),
    "by": by,
    "route": lambda v, d: d.matched is not None and d.matched.route_name == v,
    "sticky-by": lambda v, d: (d.sticky.by if d.sticky else sluice.StickyBy.NONE).name.lower().replace("_", "-") == v,
    "pick": lambda v, d: d.pick.name.lower() == v,
    "balancer": balancer,
    "retry": retry,
    "retry-on": lambda v, d: d.retry is not None and d.retry.retry_on == v,
    "per-try": lambda v, d: d.retry is not None and d.retry.per_try_timeout_ns == duration(v),
    "avoid-hosts": lambda v, d: d.retry is not None and d.retry.ignore_previous_hosts == (v == "yes"),
    "codes": lambda v, d: d.retry is not None and ",".join(map(str, d.retry.codes)) == v,
    "delay": lambda v, d: d.fault is not None and d.fault.delay_ns == duration(v),
    "delay-share": lambda v, d: d.fault is not None and is_fraction(v, d.fault.delay_fraction),
    "abort": abort,
    "abort-share": lambda v, d: d.fault is not None and is_fraction(v, d.fault.abort_fraction),
}

NONE: dict[str, Callable[[sluice.Decision], bool]] = {
    "fault=none": lambda d: d.fault is None,
    "fields=none": lambda d: not lines_of(d),
    "headers=none": lambda d: not d.request_headers,
    "response-headers=none": lambda d: not d.response_headers,
    "mirrors=none": lambda d: not d.mirrors,
    "hashes=none": lambda d: not d.hash_policy,
}

HASH_KINDS = {"header": 0, "cookie": 1, "ip": 2, "query": 3}


class Lists:
    """Tokens of one kind name all entries of a list, in order."""

    def __init__(self, d: sluice.Decision) -> None:
        self.left = {"": list(d.request_headers), "response-": list(d.response_headers)}
        self.mirrors, self.hashes = list(d.mirrors), list(d.hash_policy)
        self.named: set[str] = set()

    def take(self, token: str) -> bool | None:
        """None: the token names no entry of a list."""
        name, _, value = token.partition("=")
        for prefix, ops in self.left.items():
            action, colon, header = name.removeprefix(prefix).partition(":")
            if colon and action in ("set", "add", "remove") and name.startswith(prefix) and (prefix or "-" not in action):
                self.named.add(prefix)
                op = ops.pop(0) if ops else None
                return op is not None and (op.action.name.lower(), op.name, op.value) == (action, header, value)
        if name.startswith("mirror:"):
            self.named.add("mirrors")
            mirror = self.mirrors.pop(0) if self.mirrors else None
            return bool(
                mirror
                and is_destination(name[7:], mirror.destination, mirror.port)
                and is_fraction(value, mirror.fraction)
            )
        if name.startswith("hash:"):
            self.named.add("hashes")
            policy = self.hashes.pop(0) if self.hashes else None
            return bool(policy and policy.key == HASH_KINDS[name[5:]] and policy.name == value)
        return None

    def complete(self) -> bool:
        left = {**self.left, "mirrors": self.mirrors, "hashes": self.hashes}
        return not any(left[name] for name in self.named)


def wrong(right: list[str], d: sluice.Decision) -> str | None:
    """What does not hold, or None."""
    used = outcome(right, d)
    if not used:
        return "the outcome is another"
    lists = Lists(d)
    for token in right[used:]:
        holds = check(token, d, lists)
        if holds is None:
            return f"{token!r} is no check"
        if not holds:
            return f"{token!r} does not hold"
    return None if lists.complete() else "a list has more entries"


def check(token: str, d: sluice.Decision, lists: Lists) -> bool | None:
    if token in NONE:
        return NONE[token](d)
    name, _, value = token.partition("=")
    if name.startswith("labels:"):
        return d.destination is not None and d.destination.labels.get(name[7:]) == value
    if name.startswith("field:"):
        return any(key.lower() == name[6:].lower() and text == value for key, text in lines_of(d))
    if name in VALUES:
        return VALUES[name](value, d)
    return lists.take(token)


def finding(expected: list[str], found: tuple[sluice.Diagnostic, ...]) -> bool:
    errors = [d for d in found if d.severity is sluice.Severity.ERROR]
    warnings = [d for d in found if d.severity is sluice.Severity.WARNING]
    if expected[0] == "nothing":
        return not errors and not warnings
    if expected[0] == "no":
        return not (errors if expected[1] == "errors" else warnings)
    return any(
        [d.severity.name.lower(), d.code, d.kind, f"{d.namespace}/{d.name}", d.path] == expected and d.line and d.column
        for d in found
    )
