"""WSGI: one application for each destination, chosen by sluice for every request.

    python3 wsgi_canary.py RULES...      serves on a free port of 127.0.0.1

`Canary` is the middleware: a map from destination keys ("host|subset") to applications, and a router or a live.
"""

from __future__ import annotations

import sys
from typing import Any, Callable, Iterable, Mapping
from urllib.parse import quote
from wsgiref.simple_server import make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import sluice

Lines = list[tuple[str, str]]

REASONS = {301: "Moved Permanently", 302: "Found", 404: "Not Found", 500: "Internal Server Error", 503: "Unavailable"}


def request_lines(environ: WSGIEnvironment) -> Lines:
    lines = [(key[5:].replace("_", "-").lower(), value) for key, value in environ.items() if key.startswith("HTTP_")]
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            lines.append((key.replace("_", "-").lower(), environ[key]))
    return lines


def request_target(environ: WSGIEnvironment) -> str:
    """The path as received where the server tells it, else quoted anew, and the query."""
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if raw:
        return str(raw)
    path = quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), safe="/:@!$&'()*+,;=~", encoding="latin-1")
    return f"{path or '/'}?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else path or "/"


class Canary:
    def __init__(self, router: sluice.Router | sluice.Live, applications: Mapping[str, WSGIApplication]) -> None:
        self.router = router
        self.applications = applications

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        lines = request_lines(environ)
        decision = self.router.route(
            environ.get("HTTP_HOST", ""),
            request_target(environ),
            environ["REQUEST_METHOD"],
            lines,
            scheme=environ["wsgi.url_scheme"],
            source_ip=environ.get("REMOTE_ADDR", ""),
            encoding="latin-1",
        )
        environ["sluice.decision"] = decision
        if decision.destination is None:
            return answer(decision, start_response)
        application = self.applications.get(decision.destination.key)
        if application is None:
            start_response("502 Bad Gateway", [("content-type", "text/plain")])
            return [b"no application serves " + decision.destination.key.encode()]
        rewrite(environ, decision, lines)
        return application(environ, respond_through(decision, start_response))


def answer(decision: sluice.Decision, start_response: StartResponse) -> Iterable[bytes]:
    lines: Lines = list(decision.response_fields)
    if decision.redirect:
        lines.append(("location", decision.redirect.location))
    body = decision.body.encode("latin-1")
    lines.append(("content-length", str(len(body))))
    status = decision.status or 502  # a passthrough to a host that nobody here serves
    start_response(f"{status} {REASONS.get(status, 'Answered')}", sluice.apply_header_ops(lines, decision.response_headers))
    return [body]


def rewrite(environ: WSGIEnvironment, decision: sluice.Decision, lines: Lines) -> None:
    """Make the environment that of the request to send on."""
    for name, _ in lines:
        environ.pop("HTTP_" + name.upper().replace("-", "_"), None)
    for name, value in sluice.apply_header_ops(lines, decision.request_headers):
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key] = value
    environ["HTTP_HOST"] = decision.authority
    path, _, query = decision.path.partition("?")
    environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["QUERY_STRING"] = "", path, query


def respond_through(decision: sluice.Decision, start_response: StartResponse) -> StartResponse:
    def wrapped(status: str, lines: Lines, exc_info: Any = None, /) -> Callable[[bytes], object]:
        lines = sluice.apply_header_ops(lines, decision.response_headers)
        return start_response(status, [*lines, *decision.added_response_lines], exc_info)

    return wrapped


def say(name: str) -> WSGIApplication:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("content-type", "text/plain")])
        return [f"{name} answers {environ['PATH_INFO']}\n".encode("latin-1")]

    return application


def main() -> None:
    router = sluice.Router.from_files(*sys.argv[1:])
    host = "reviews.default.svc.cluster.local"
    canary = Canary(router, {f"{host}|{version}": say(version) for version in ("v1", "v2", "v3")})
    with make_server("127.0.0.1", 0, canary) as server:
        print(f"http://127.0.0.1:{server.server_port}/ (Host: reviews)", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
