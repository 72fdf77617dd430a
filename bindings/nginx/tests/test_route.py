"""sluice_route on: the whole decision, carried out in front of real upstream servers."""

import contextlib
import http.client
import socket
import time
import unittest

import server
from server import Nginx, virtual_service
import loopback
from loopback import EchoServer

SERVER = """
    sluice_rules rules.yaml;
    map $sluice_upstream $backend {
        volatile;
        default                                      $sluice_upstream;
        ""                                           elsewhere;
    }
    upstream reviews.default.svc.cluster.local|v1|80 { server 127.0.0.1:@v1@; }
    upstream reviews.default.svc.cluster.local|v2|80 { server 127.0.0.1:@v2@; }
    upstream copy.default.svc.cluster.local|a|80     { server 127.0.0.1:@v2@; }
    upstream copy.default.svc.cluster.local|b|80     { server 127.0.0.1:@other@; }
    upstream elsewhere                               { server 127.0.0.1:@other@; }
    upstream flaky.default.svc.cluster.local||80     { server 127.0.0.1:@closed@ max_fails=0; server 127.0.0.1:@v1@ max_fails=0; }
    upstream failing.default.svc.cluster.local||80   { server 127.0.0.1:@busy@ max_fails=0; server 127.0.0.1:@v1@ max_fails=0; }
    upstream stalled.default.svc.cluster.local||80   { server 127.0.0.1:@stalled@; }
    upstream slow.default.svc.cluster.local||80      { server 127.0.0.1:@slow@; }
    server {
        listen 127.0.0.1:@port@;
        sluice_listener_port 80;
        location / {
            sluice_route on;
            sluice_mirror /copy;
            proxy_pass http://$backend;
            proxy_set_header Host $sluice_authority;
            proxy_http_version 1.1;
        }
        location = /copy {
            internal;
            proxy_pass http://$backend$sluice_path;
            proxy_set_header Host $sluice_authority;
            proxy_set_header X-Copy yes;
        }
        location /literal/ {
            sluice_route on;
            proxy_pass http://127.0.0.1:@slow@;
        }
        location /address/ {
            sluice_route on;
            set $address 127.0.0.1:@slow@;
            proxy_pass http://$address;
        }
        location /uncopied/ {
            sluice_route on;
            proxy_pass http://$backend;
        }
        location /files/ {
            sluice_route on;
            root @folder@/www;
        }
        location /private/ {
            sluice_route on;
            deny all;
        }
        location /off/ {
            proxy_pass http://$backend;
        }
    }
"""
TO_V1 = "[{destination: {host: reviews, subset: v1, port: {number: 80}}}]"

RULES = virtual_service(f"""\
  - match: [{{uri: {{prefix: /redirect}}}}]
    redirect: {{uri: /there, authority: new.example.com, redirectCode: 308}}
  - match: [{{uri: {{prefix: /direct}}}}]
    directResponse: {{status: 418, body: {{string: short and stout}}}}
    headers: {{response: {{set: {{x-rule: teapot}}}}}}
  - match: [{{uri: {{exact: /empty}}}}]
    directResponse: {{status: 204}}
  - match: [{{uri: {{prefix: /abort}}}}]
    fault: {{abort: {{httpStatus: 503, percentage: {{value: 100}}}}}}
    route: {TO_V1}
  - match: [{{uri: {{prefix: /grpc}}}}]
    fault: {{abort: {{grpcStatus: UNAVAILABLE, percentage: {{value: 100}}}}}}
    route: {TO_V1}
  - match: [{{uri: {{prefix: /delay}}}}]
    fault: {{delay: {{fixedDelay: 400ms, percentage: {{value: 100}}}}}}
    route: {TO_V1}
  - match: [{{uri: {{prefix: /late-abort}}}}]
    fault: {{delay: {{fixedDelay: 300ms, percentage: {{value: 100}}}}, abort: {{httpStatus: 555, percentage: {{value: 100}}}}}}
    route: {TO_V1}
  - match: [{{uri: {{prefix: /rewrite/}}}}]
    rewrite: {{uri: /v2/, authority: backend.example.com}}
    route: {TO_V1}
  - match: [{{uri: {{prefix: /files/}}}}]
    rewrite: {{uri: /files/new/}}
    route: {TO_V1}
  - match: [{{uri: {{prefix: /headers}}}}]
    headers:
      request: {{set: {{x-set: new, user-agent: sluice}}, add: {{x-add: second, cookie: c=3}}, remove: [x-remove, authorization]}}
      response: {{set: {{x-server: nginx, content-type: text/x-rules}}, add: {{x-more: "2"}}, remove: [x-secret, server]}}
    route: {TO_V1}
  - match: [{{uri: {{prefix: /cors}}}}]
    corsPolicy: {{allowOrigins: [{{exact: "http://ok.example.com"}}], allowMethods: [GET, PUT], allowCredentials: true, maxAge: 60s}}
    route: {TO_V1}
  - match: [{{uri: {{prefix: /mirrored}}}}]
    rewrite: {{uri: /seen}}
    headers: {{request: {{set: {{x-set: both}}}}}}
    mirrors: [{{destination: {{host: copy, subset: a, port: {{number: 80}}}}}}, {{destination: {{host: copy, subset: b, port: {{number: 80}}}}}}]
    route: {TO_V1}
  - match: [{{uri: {{prefix: /uncopied/}}}}]
    mirrors: [{{destination: {{host: copy, subset: a, port: {{number: 80}}}}}}]
    route: {TO_V1}
  - match: [{{uri: {{prefix: /timeout}}}}, {{uri: {{prefix: /literal/}}}}, {{uri: {{prefix: /address/}}}}]
    timeout: 300ms
    route: [{{destination: {{host: slow, port: {{number: 80}}}}}}]
  - match: [{{uri: {{prefix: /stalled}}}}]
    timeout: 300ms
    route: [{{destination: {{host: stalled, port: {{number: 80}}}}}}]
  - match: [{{uri: {{prefix: /in-time}}}}]
    timeout: 20s
    route: [{{destination: {{host: slow, port: {{number: 80}}}}}}]
  - match: [{{uri: {{prefix: /try}}}}]
    retries: {{attempts: 1, perTryTimeout: 300ms}}
    route: [{{destination: {{host: slow, port: {{number: 80}}}}}}]
  - match: [{{uri: {{prefix: /once}}}}]
    retries: {{attempts: 0}}
    route: [{{destination: {{host: flaky, port: {{number: 80}}}}}}]
  - match: [{{uri: {{prefix: /again}}}}]
    route: [{{destination: {{host: flaky, port: {{number: 80}}}}}}]
  - match: [{{uri: {{prefix: /on-503}}}}]
    retries: {{attempts: 2, retryOn: "503"}}
    route: [{{destination: {{host: failing, port: {{number: 80}}}}}}]
  - match: [{{uri: {{prefix: /busy}}}}]
    route: [{{destination: {{host: failing, port: {{number: 80}}}}}}]
  - route:
    - {{destination: {{host: reviews, subset: v1, port: {{number: 80}}}}, weight: 50}}
    - {{destination: {{host: reviews, subset: v2, port: {{number: 80}}}}, weight: 50}}
""", extra="  annotations: {sluice.dev/sticky: 'cookie:user;ttl=1h;path=/'}\n")


class Route(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            secret = [("X-Secret", "1"), ("X-Server", "upstream"), ("X-More", "1"),
                      ("Access-Control-Allow-Origin", "http://upstream.example.com")]
            cls.v1 = stack.enter_context(EchoServer("v1", secret))
            cls.v2 = stack.enter_context(EchoServer("v2"))
            cls.other = stack.enter_context(EchoServer("other"))
            cls.busy = stack.enter_context(EchoServer("busy", status=503))
            cls.slow = stack.enter_context(EchoServer("slow", delay=1.0))
            cls.stalled = stack.enter_context(EchoServer("stalled", stall=1.0))
            cls.nginx = stack.enter_context(Nginx(
                SERVER, {"rules.yaml": RULES, "www/files/new/a.txt": "new file", "www/secret.txt": "secret"},
                v1=cls.v1.port, v2=cls.v2.port, other=cls.other.port, busy=cls.busy.port, slow=cls.slow.port,
                stalled=cls.stalled.port, closed=loopback.free_ports(1)[0]))
            cls.stack = stack.pop_all()

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def get(self, *arguments, **named):
        return self.nginx.get(*arguments, **named)

    def timed(self, *arguments, **named):
        start = time.monotonic()
        reply = self.get(*arguments, **named)
        return reply, time.monotonic() - start

    # ---- forward ----

    def test_forward_unchanged(self):
        asked = self.get("/x%2Fy?q=%20", headers=[("X-Any", "1"), ("Cookie", "user=u")]).json()
        self.assertIn(asked["server"], ("v1", "v2"))
        self.assertEqual(asked["path"], "/x%2Fy?q=%20")
        self.assertIn(["x-any", "1"], asked["headers"])
        self.assertIn(["host", "reviews"], asked["headers"])

    def test_body_is_forwarded(self):
        asked = self.get("/", method="POST", body=b"abc" * 1000).json()
        self.assertEqual((asked["method"], asked["body"]), ("POST", "abc" * 1000))

    def test_passthrough_goes_on(self):
        self.assertEqual(self.get("/", host="unknown.example.com").json()["server"], "other")

    def test_sticky_cookie_is_set_and_holds(self):
        first = self.get("/")
        cookie = first.get("Set-Cookie")
        self.assertRegex(cookie, r"^user=")
        for _ in range(10):
            again = self.get("/", headers=[("Cookie", cookie.split(";")[0])])
            self.assertEqual(again.json()["server"], first.json()["server"])
            self.assertIsNone(again.get("Set-Cookie"))

    def test_off_leaves_everything_alone(self):
        reply = self.get("/off/x")
        self.assertEqual(reply.json()["path"], "/off/x")
        self.assertIsNone(reply.get("Set-Cookie"))

    def test_access_control_comes_first(self):
        self.assertEqual(self.get("/private/redirect").status, 403)

    # ---- rewrite ----

    def test_rewrite(self):
        asked = self.get("/rewrite/a%2Fb?q").json()
        self.assertEqual(asked["path"], "/v2/a%2Fb?q")
        self.assertIn(["host", "backend.example.com"], asked["headers"])

    def test_dot_segments_do_not_reach_the_upstream(self):
        self.assertEqual(self.get("/x/..%2Frewrite/a").json()["path"], "/v2/a")

    def test_rewrite_in_front_of_files(self):
        self.assertEqual(self.get("/files/a.txt").body, b"new file")

    def test_rewrite_never_leaves_the_files(self):
        """The prefix "/files/" of "/files/..x" would make "/files/new/..x"; no ".." may arise."""
        self.assertNotIn(b"secret", self.get("/files/../../secret.txt").body)
        self.assertNotIn(b"secret", self.get("/files/..%2f..%2f..%2fsecret.txt").body)

    # ---- headers ----

    def test_request_headers(self):
        asked = self.get("/headers", headers=[
            ("X-Set", "1"), ("X-Set", "2"), ("X-Add", "first"), ("X-Remove", "1"), ("Authorization", "secret"),
            ("User-Agent", "test"), ("Cookie", "a=1"), ("X-Keep", "kept")]).json()["headers"]
        lines = [line for line in asked if line[0] not in ("host", "connection")]
        self.assertEqual(sorted(lines), [["cookie", "a=1"], ["cookie", "c=3"], ["user-agent", "sluice"], ["x-add", "first"],
                                         ["x-add", "second"], ["x-keep", "kept"], ["x-set", "new"]])

    def test_more_lines_than_a_part_of_nginx_list(self):
        many = [(f"X-Many-{n}", str(n)) for n in range(60)]
        asked = self.get("/headers", headers=many + [("X-Remove", "1")]).json()["headers"]
        self.assertEqual([line for line in asked if line[0].startswith("x-many")], [[name.lower(), value] for name, value in many])
        self.assertNotIn("x-remove", [line[0] for line in asked])

    def test_response_headers(self):
        reply = self.get("/headers")
        self.assertEqual(reply.all("X-Server"), ["nginx"])
        self.assertEqual(reply.all("Content-Type"), ["text/x-rules"])
        self.assertEqual(reply.all("X-More"), ["1", "2"])
        self.assertEqual(reply.all("X-Secret"), [])
        self.assertEqual(reply.all("Server"), [])

    # ---- local answers ----

    def test_redirect(self):
        reply = self.get("/redirect/x?q")
        self.assertEqual((reply.status, reply.get("Location")), (308, "http://new.example.com/there?q"))
        self.assertEqual(reply.body, b"")

    def test_direct_response(self):
        reply = self.get("/direct")
        self.assertEqual((reply.status, reply.body), (418, b"short and stout"))
        self.assertEqual(reply.all("Content-Type"), ["text/plain"])
        self.assertEqual(reply.all("X-Rule"), ["teapot"])

    def test_direct_response_to_head(self):
        reply = self.get("/direct", method="HEAD")
        self.assertEqual((reply.status, reply.body, reply.get("Content-Length")), (418, b"", "15"))

    def test_direct_response_without_body(self):
        self.assertEqual(self.get("/empty").status, 204)

    def test_local_answer_keeps_the_connection(self):
        post = b"POST /direct HTTP/1.1\r\nHost: reviews\r\nContent-Length: 5\r\n\r\nhello"
        last = b"GET /direct HTTP/1.1\r\nHost: reviews\r\nConnection: close\r\n\r\n"
        self.assertEqual(self.nginx.raw(post + post + last).count(b"HTTP/1.1 418"), 3)

    def test_not_found(self):
        conf = "sluice_rules rules.yaml; server { listen 127.0.0.1:@port@; sluice_gateway default/none; location / { sluice_route on; } }"
        with Nginx(conf, {"rules.yaml": RULES}) as nginx:
            self.assertEqual(nginx.get("/").status, 404)

    def test_unavailable(self):
        registry = "---\napiVersion: v1\nkind: Service\nmetadata: {name: ratings}\nspec: {ports: [{port: 80, name: http}]}\n"
        rules = virtual_service("  - route: [{destination: {host: nobody}}]\n", hosts="[ratings]") + registry
        conf = "sluice_rules rules.yaml; server { listen 127.0.0.1:@port@; sluice_listener_port 80; location / { sluice_route on; } }"
        with Nginx(conf, {"rules.yaml": rules}) as nginx:
            self.assertEqual(nginx.get("/", host="ratings").status, 503)

    # ---- faults ----

    def test_abort(self):
        reply = self.get("/abort")
        self.assertEqual((reply.status, reply.body), (503, b"fault filter abort"))

    def test_grpc_abort(self):
        reply = self.get("/grpc", method="POST", body=b"x", headers=[("Content-Type", "application/grpc")])
        self.assertEqual((reply.status, reply.get("grpc-status"), reply.get("grpc-message")),
                         (200, "14", "fault filter abort"))
        self.assertEqual((reply.all("Content-Type"), reply.body), (["application/grpc"], b""))

    def test_delay(self):
        reply, seconds = self.timed("/delay", headers=[("Cookie", "user=1")])
        self.assertEqual((reply.status, reply.json()["server"]), (200, "v1"))
        self.assertGreater(seconds, 0.39)
        self.assertLess(seconds, 5)

    def test_delay_of_a_request_with_a_body(self):
        self.assertEqual(self.get("/delay", method="POST", body=b"x" * 100000).json()["body"], "x" * 100000)

    def test_delay_then_abort(self):
        reply, seconds = self.timed("/late-abort")
        self.assertEqual(reply.status, 555)
        self.assertGreater(seconds, 0.29)

    def test_delay_blocks_nobody(self):
        with socket.create_connection(("127.0.0.1", self.nginx.port)) as waiting:
            waiting.sendall(b"GET /delay HTTP/1.1\r\nHost: reviews\r\nConnection: close\r\n\r\n")
            for _ in range(5):
                self.get("/direct")
            waiting.setblocking(False)
            with self.assertRaises(BlockingIOError):
                waiting.recv(1)

    def test_client_leaves_during_a_delay(self):
        with socket.create_connection(("127.0.0.1", self.nginx.port)) as leaving:
            leaving.sendall(b"GET /delay HTTP/1.1\r\nHost: reviews\r\n\r\n")
        time.sleep(0.6)
        self.assertEqual(self.get("/direct").status, 418)

    # ---- CORS ----

    def test_preflight(self):
        reply = self.get("/cors", method="OPTIONS", headers=[
            ("Origin", "http://ok.example.com"), ("Access-Control-Request-Method", "PUT")])
        self.assertEqual((reply.status, reply.body), (200, b""))
        self.assertEqual(reply.all("Access-Control-Allow-Origin"), ["http://ok.example.com"])
        self.assertEqual(reply.all("Access-Control-Allow-Methods"), ["GET,PUT"])
        self.assertEqual(reply.all("Access-Control-Max-Age"), ["60"])

    def test_allowed_origin_replaces_the_upstreams(self):
        reply = self.get("/cors", headers=[("Origin", "http://ok.example.com")])
        self.assertEqual(reply.all("Access-Control-Allow-Origin"), ["http://ok.example.com"])
        self.assertEqual(reply.all("Access-Control-Allow-Credentials"), ["true"])

    def test_foreign_origin_gets_no_headers_of_ours(self):
        reply = self.get("/cors", headers=[("Origin", "http://foreign.example.com")])
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.all("Access-Control-Allow-Origin"), ["http://upstream.example.com"])

    # ---- mirror ----

    def copies(self, path, **named):
        """The reply, and what the two mirrors' servers saw of it."""
        self.v2.seen.clear()
        self.other.seen.clear()
        reply = self.get(path, **named)
        loopback.wait_until(lambda: self.v2.seen and self.other.seen, 20, "no copy arrived")
        return reply.json(), self.v2.seen[0], self.other.seen[0]

    def test_mirrors(self):
        asked, one, two = self.copies("/mirrored?q=1", headers=[("X-Any", "1")])
        self.assertEqual(asked["server"], "v1")
        for copy in one, two:
            self.assertEqual((copy["method"], copy["path"]), ("GET", "/seen?q=1"))
            for line in ["x-copy", "yes"], ["x-any", "1"], ["x-set", "both"], ["host", "reviews"]:
                self.assertIn(line, copy["headers"])

    def test_mirrors_get_the_body(self):
        for size in 10, 300000:  # in memory, and in a file
            asked, one, two = self.copies("/mirrored", method="POST", body=b"b" * size)
            self.assertEqual([copy["body"] for copy in (asked, one, two)], ["b" * size] * 3)

    def test_mirror_without_a_location_is_logged_once(self):
        for _ in range(3):
            self.assertEqual(self.get("/uncopied/").status, 200)
        self.assertEqual(self.nginx.log().count('"sluice_mirror" names no location'), 1)

    # ---- timeouts and retries ----

    def test_timeout(self):
        for path in "/timeout", "/literal/", "/address/":
            with self.subTest(path):
                reply, seconds = self.timed(path)
                self.assertEqual(reply.status, 504)
                self.assertGreater(seconds, 0.29)
                self.assertLess(seconds, 0.95)

    def test_timeout_of_a_request_with_a_body(self):
        self.assertEqual(self.get("/timeout", method="POST", body=b"x" * 100000).status, 504)

    def test_timeout_in_the_middle_of_an_answer(self):
        """Too late for a status: the connection ends, so that the client knows."""
        start = time.monotonic()
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            self.get("/stalled")
        self.assertLess(time.monotonic() - start, 0.95)

    def test_client_leaves_before_the_timeout(self):
        with socket.create_connection(("127.0.0.1", self.nginx.port)) as leaving:
            leaving.sendall(b"GET /timeout HTTP/1.1\r\nHost: reviews\r\n\r\n")
            time.sleep(0.1)
        time.sleep(0.4)
        self.assertEqual(self.get("/direct").status, 418)

    def test_body_comes_slower_than_the_timeout(self):
        """The time runs from the end of the request."""
        with socket.create_connection(("127.0.0.1", self.nginx.port), timeout=20) as slow:
            slow.sendall(b"POST /timeout HTTP/1.1\r\nHost: reviews\r\nConnection: close\r\nContent-Length: 4\r\n\r\n")
            for _ in range(4):
                time.sleep(0.12)
                slow.sendall(b"x")
            sent = time.monotonic()
            self.assertIn(b" 504 ", slow.recv(65536))
            self.assertGreater(time.monotonic() - sent, 0.25)

    def test_answer_in_time(self):
        self.assertEqual(self.get("/in-time").json()["server"], "slow")

    def test_time_for_a_try(self):
        reply, seconds = self.timed("/try")
        self.assertEqual(reply.status, 504)
        self.assertLess(seconds, 0.95)

    def test_no_retry(self):
        statuses = {self.get("/once").status for _ in range(4)}  # every second request meets the dead server first
        self.assertEqual(statuses, {200, 502})

    def test_retry_by_default(self):
        self.assertEqual({self.get("/again").status for _ in range(4)}, {200})

    def test_retry_on_a_status(self):
        self.assertEqual({self.get("/on-503").status for _ in range(4)}, {200})
        self.assertEqual({self.get("/on-503", method="POST", body=b"x").status for _ in range(4)}, {200})
        self.assertEqual({self.get("/busy").status for _ in range(4)}, {200, 503})

    # ---- inside nginx ----

    def test_error_page_sees_the_same_decision(self):
        conf = """
    sluice_rules rules.yaml;
    server {
        listen 127.0.0.1:@port@;
        sluice_gateway default/none;
        error_page 404 /sorry;
        location / { sluice_route on; }
        location = /sorry { sluice_gateway mesh; sluice_route on; return 200 "$sluice_outcome"; }
    }
"""
        with Nginx(conf, {"rules.yaml": RULES}) as nginx:
            reply = nginx.get("/")
            self.assertEqual((reply.status, reply.body), (404, b"not_found"))


if __name__ == "__main__":
    server.main()
