"""The middleware examples, driven as a server drives them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import unittest
import urllib.request
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import sluice

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "examples"))
import asgi_canary  # noqa: E402
import wsgi_canary  # noqa: E402

RULES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, annotations: {sluice.dev/sticky: "cookie:uid;ttl=1h"}}
spec:
  hosts: [reviews]
  http:
  - {match: [{uri: {exact: /old}}], redirect: {uri: /new}}
  - {match: [{uri: {exact: /gone}}], directResponse: {status: 410, body: {string: gone}}}
  - {match: [{uri: {exact: /nowhere}}], route: [{destination: {host: nowhere}}]}
  - rewrite: {uri: /inner/}
    headers: {request: {set: {x-a: "1"}, remove: [x-c]}, response: {set: {x-b: "2"}, remove: [server]}}
    corsPolicy: {allowOrigins: [{exact: "https://a.example"}]}
    route: [{destination: {host: reviews, subset: v2}, weight: 50}, {destination: {host: reviews, subset: v3}, weight: 50}]
"""
HOST = "reviews.default.svc.cluster.local"


class Wsgi(unittest.TestCase):
    def setUp(self) -> None:
        self.seen: dict[str, Any] = {}
        router = sluice.Router.compile(RULES, seed=1)
        self.canary = wsgi_canary.Canary(router, {f"{HOST}|{v}": self.application for v in ("v2", "v3")})

    def application(self, environ: Any, start_response: Any) -> Any:
        self.seen = environ
        start_response("200 OK", [("Server", "inner"), ("X-B", "1")])
        return [b"ok"]

    def ask(self, path: str, **more: str) -> tuple[str, dict[str, str], bytes]:
        environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": "reviews", "REQUEST_METHOD": "GET", **more}
        setup_testing_defaults(environ)
        answer: list[Any] = []
        body = b"".join(self.canary(environ, lambda status, lines, exc_info=None: answer.extend((status, lines))))  # type: ignore[arg-type, return-value]
        return answer[0], {name.lower(): value for name, value in answer[1]}, body

    def test_forwards_the_request_as_decided(self) -> None:
        status, lines, body = self.ask("/x", QUERY_STRING="q=1", HTTP_X_C="drop", HTTP_ORIGIN="https://a.example")
        self.assertEqual((status, body), ("200 OK", b"ok"))
        self.assertEqual((self.seen["PATH_INFO"], self.seen["QUERY_STRING"], self.seen["HTTP_X_A"]), ("/inner/x", "q=1", "1"))
        self.assertNotIn("HTTP_X_C", self.seen)
        self.assertEqual((lines["x-b"], lines["access-control-allow-origin"]), ("2", "https://a.example"))
        self.assertNotIn("server", lines)
        self.assertTrue(lines["set-cookie"].startswith("uid="))

    def test_the_cookie_keeps_its_destination(self) -> None:
        _, lines, _ = self.ask("/x")
        first = self.seen["sluice.decision"].destination
        for _ in range(20):
            self.ask("/x", HTTP_COOKIE=lines["set-cookie"].partition(";")[0])
            self.assertEqual(self.seen["sluice.decision"].destination, first)

    def test_answers_locally(self) -> None:
        status, lines, _ = self.ask("/old")
        self.assertEqual((status, lines["location"]), ("301 Moved Permanently", "http://reviews/new"))
        status, _, body = self.ask("/gone")
        self.assertEqual((status.split()[0], body), ("410", b"gone"))
        self.assertEqual(self.ask("/nowhere")[0].split()[0], "502")

    def test_serves_over_http(self) -> None:
        script = HERE.parents[1] / "examples" / "wsgi_canary.py"
        rules = HERE.parents[3] / "examples" / "bookinfo" / "rules" / "01-v2.yaml"
        with subprocess.Popen([sys.executable, str(script), str(rules)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
            try:
                assert server.stdout
                url = server.stdout.readline().split()[0]
                request = urllib.request.Request(url + "reviews/0", headers={"Host": "reviews"})
                with urllib.request.urlopen(request, timeout=10) as response:
                    self.assertEqual(response.read(), b"v2 answers /reviews/0\n")
            finally:
                server.terminate()


class Asgi(unittest.TestCase):
    def ask(self, path: bytes, *lines: tuple[bytes, bytes]) -> tuple[int, dict[bytes, bytes], bytes, dict[str, Any]]:
        seen: dict[str, Any] = {}
        sent: list[Any] = []

        async def application(scope: Any, receive: Any, send: Any) -> None:
            seen.update(scope)
            await send({"type": "http.response.start", "status": 200, "headers": [(b"server", b"inner")]})
            await send({"type": "http.response.body", "body": b"ok"})

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request"}

        router = sluice.Router.compile(RULES, seed=1)
        canary = asgi_canary.Canary(router, {f"{HOST}|{v}": application for v in ("v2", "v3")})
        scope = {"type": "http", "method": "GET", "scheme": "http", "path": path.decode(), "raw_path": path, "query_string": b"q=1",
                 "headers": [(b"host", b"reviews"), *lines], "client": ("127.0.0.1", 1)}  # fmt: skip
        asyncio.run(canary(scope, receive, send))
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1].get("body", b""), seen

    def test_forwards_the_request_as_decided(self) -> None:
        status, lines, body, scope = self.ask(b"/x", (b"x-c", b"drop"))
        self.assertEqual((status, body, scope["path"], scope["query_string"]), (200, b"ok", "/inner/x", b"q=1"))
        self.assertIn((b"x-a", b"1"), scope["headers"])
        self.assertNotIn(b"x-c", dict(scope["headers"]))
        self.assertNotIn(b"server", lines)
        self.assertTrue(lines[b"set-cookie"].startswith(b"uid="))

    def test_answers_locally(self) -> None:
        self.assertEqual(self.ask(b"/old")[1][b"location"], b"http://reviews/new?q=1")
        self.assertEqual(self.ask(b"/gone")[::2], (410, b"gone"))
        self.assertEqual(self.ask(b"/nowhere")[0], 502)


if __name__ == "__main__":
    unittest.main()
