"""ASGI: one application for each destination, chosen by sluice for every request.

`Canary` is the middleware; run it under any ASGI server:

    canary = Canary(sluice.Router.from_files("rules/"), {"reviews.default.svc.cluster.local|v2": app_v2, ...})
"""

from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable, Mapping

import sluice

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Lines = list[tuple[str, str]]


def decoded(lines: list[tuple[bytes, bytes]]) -> Lines:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in lines]


def encoded(lines: Lines) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines]


def target(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (raw + b"?" + query if query else raw).decode("latin-1")


class Canary:
    def __init__(self, router: sluice.Router | sluice.Live, applications: Mapping[str, Application]) -> None:
        self.router = router
        self.applications = applications

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError("this example routes HTTP requests only")
        lines = decoded(scope["headers"])
        decision = self.router.route(
            next((value for name, value in lines if name == "host"), ""),
            target(scope),
            scope["method"],
            lines,
            scheme=scope["scheme"],
            source_ip=scope["client"][0] if scope.get("client") else "",
            encoding="latin-1",
        )
        if decision.fault and decision.fault.delay_chosen and decision.fault.delay_ns:
            await asyncio.sleep(decision.fault.delay_ns / 1e9)
        if decision.destination is None:
            await answer(decision, send)
            return
        application = self.applications.get(decision.destination.key)
        if application is None:
            await send({"type": "http.response.start", "status": 502, "headers": []})
            await send({"type": "http.response.body", "body": b"no application serves this destination"})
            return
        await application(rewritten(scope, decision, lines), receive, through(decision, send))


async def answer(decision: sluice.Decision, send: Send) -> None:
    lines: Lines = list(decision.response_fields)
    if decision.redirect:
        lines.append(("location", decision.redirect.location))
    headers = encoded(sluice.apply_header_ops(lines, decision.response_headers))
    await send({"type": "http.response.start", "status": decision.status or 502, "headers": headers})
    await send({"type": "http.response.body", "body": decision.body.encode("latin-1")})


def rewritten(scope: Scope, decision: sluice.Decision, lines: Lines) -> Scope:
    """The scope of the request to send on."""
    path, _, query = decision.path.partition("?")
    lines = [line for line in sluice.apply_header_ops(lines, decision.request_headers) if line[0] != "host"]
    return {
        **scope,
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": encoded([("host", decision.authority), *lines]),
        "sluice.decision": decision,
    }


def through(decision: sluice.Decision, send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            lines = sluice.apply_header_ops(decoded(message.get("headers", [])), decision.response_headers)
            lines += decision.added_response_lines
            message = {**message, "headers": encoded(lines)}
        await send(message)

    return wrapped
