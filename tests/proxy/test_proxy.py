"""The example proxy, driven over the loopback: `test_proxy.py PATH_OF_PROXY [unittest arguments]`."""
import json
import os
import random
import re
import sys
import tempfile
import threading
import time
import unittest

import rig

PROGRAM = os.path.abspath(sys.argv[1])

RULES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
spec:
  hosts: [reviews]
  http:
  - match: [{headers: {end-user: {exact: jason}}}]
    route: [{destination: {host: reviews, subset: v2}}]
  - match: [{uri: {prefix: /edited/}}]
    rewrite: {uri: /, authority: inner.example}
    headers:
      request: {set: {x-set: new}, add: {x-add: more}, remove: [x-remove]}
      response: {set: {x-server: hidden}, add: {x-extra: '1'}, remove: [x-internal]}
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {prefix: /old}}]
    redirect: {uri: /new, redirectCode: 308}
  - match: [{uri: {prefix: /teapot}}]
    directResponse: {status: 418, body: {string: short and stout}}
    headers: {response: {set: {x-kind: teapot}}}
  - match: [{uri: {prefix: /abort}}]
    fault: {abort: {httpStatus: 503, percentage: {value: 100}}}
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {prefix: /delay}}]
    fault: {delay: {fixedDelay: 0.3s, percentage: {value: 100}}}
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {prefix: /slow}}]
    timeout: 0.2s
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {prefix: /cors}}]
    corsPolicy: {allowOrigins: [{exact: 'http://shop.example'}], allowMethods: [GET]}
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {prefix: /framing}}]
    headers:
      request: {set: {content-length: '1', transfer-encoding: chunked}}
      response: {set: {content-length: '1', connection: x}, remove: [transfer-encoding]}
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {prefix: /nobody}}]
    route: [{destination: {host: nobody}}]
  - match: [{uri: {prefix: /down}}]
    route: [{destination: {host: down}}]
  - route: [{destination: {host: reviews, subset: v1}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: nothing
spec:
  hosts: [nothing]
  http:
  - match: [{uri: {exact: /only}}]
    route: [{destination: {host: reviews, subset: v1}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: empty
spec:
  parentRefs: [{group: '', kind: Service, name: empty, port: 80}]
  rules:
  - matches: [{path: {type: PathPrefix, value: /}}]
"""

SPLIT = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  annotations: {%s}
spec:
  hosts: [reviews]
  http:
  - route:
    - {destination: {host: reviews, subset: v1}, weight: %d}
    - {destination: {host: reviews, subset: v2}, weight: %d}
"""


class Case(unittest.TestCase):
    rules = RULES

    @classmethod
    def setUpClass(cls):
        # pylint: disable=consider-using-with
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = rig.write(cls.folder.name, "rules.yaml", cls.rules)
        cls.servers = [rig.Server(name) for name in ("v1", "v2", "other")]
        keys = ("reviews|v1", "reviews|v2", "other")
        upstreams = [("%s=127.0.0.1:%d" % (key, s.server_port)) for key, s in zip(keys, cls.servers)]
        upstreams.append("down=127.0.0.1:%d" % rig.closed_port())
        cls.proxy = rig.Proxy(PROGRAM, [cls.file, *upstreams])

    @classmethod
    def tearDownClass(cls):
        status = cls.proxy.stop()
        for server in cls.servers:
            server.stop()
        cls.folder.cleanup()
        if status != 0:
            raise AssertionError("the proxy ended with %d: %s" % (status, cls.proxy.complained))

    def setUp(self):
        self.connection = self.proxy.connect()
        self.addCleanup(self.connection.close)

    def ask(self, *arguments, **named):
        return rig.ask(self.connection, *arguments, **named)

    def write(self, text):
        rig.write(self.folder.name, "rules.yaml", text)

    def publish(self, text):
        self.write(text)
        self.assertEqual(self.proxy.reload(), "reloaded", self.proxy.complained)


class Outcomes(Case):
    def test_goes_where_the_rules_say(self):
        self.assertEqual(self.ask("/x?y=1").seen()["server"], "v1")
        self.assertEqual(self.ask("/x?y=1").seen()["path"], "/x?y=1")
        self.assertEqual(self.ask("/x", end_user="jason").seen()["server"], "v2")

    def test_edits_the_request(self):
        answer = self.ask("/edited/page?q=1", x_set="old", x_add="some", x_remove="this", Keep_Alive="5",
                          Connection="x-mine, keep-alive, Host,Content-Length", x_mine="alone")
        self.assertEqual(answer.seen()["path"], "/page?q=1")
        self.assertEqual(answer.seen_header("host"), ["inner.example"])
        self.assertEqual(answer.seen_header("x-set"), ["new"])
        self.assertEqual(answer.seen_header("x-add"), ["some", "more"])
        self.assertEqual(answer.seen_header("x-remove"), [])
        self.assertEqual(answer.seen_header("x-forwarded-for"), ["127.0.0.1"])
        self.assertEqual(answer.seen_header("keep-alive"), [])
        self.assertEqual(answer.seen_header("x-mine"), [])
        self.assertEqual(answer.seen_header("connection"), ["close"])

    def test_edits_the_response(self):
        answer = self.ask("/edited/page")
        self.assertEqual(answer.header("x-server"), ["hidden"])
        self.assertEqual(answer.header("x-extra"), ["1"])
        self.assertEqual(answer.header("x-internal"), [])
        answer = self.ask("/plain")
        self.assertEqual(answer.header("x-internal"), ["secret"])
        self.assertEqual((answer.header("x-hop"), answer.header("connection")), ([], ["close"]))

    def test_redirects(self):
        answer = self.ask("/old/page")
        self.assertEqual((answer.status, answer.header("location")), (308, ["http://reviews/new"]))

    def test_responds(self):
        answer = self.ask("/teapot")
        self.assertEqual((answer.status, answer.body), (418, b"short and stout"))
        self.assertEqual(answer.header("x-kind"), ["teapot"])
        self.assertEqual(answer.header("content-type"), ["text/plain"])

    def test_adds_cors_headers(self):
        answer = self.ask("/cors", Origin="http://shop.example")
        self.assertEqual(answer.header("access-control-allow-origin"), ["http://shop.example"])
        self.assertEqual(answer.seen()["server"], "v1")
        self.assertEqual(self.ask("/cors", Origin="http://other").header("access-control-allow-origin"), [])
        answer = self.ask("/cors", "OPTIONS", Origin="http://shop.example", Access_Control_Request_Method="GET")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.header("access-control-allow-methods"), ["GET"])

    def test_rules_do_not_change_where_messages_end(self):
        self.assertEqual(self.ask("/framing", "POST", b"x" * 100).seen()["body_length"], 100)

    def test_injects_faults(self):
        self.assertEqual(self.ask("/abort").status, 503)
        start = time.monotonic()
        self.assertEqual(self.ask("/delay").status, 200)
        self.assertGreater(time.monotonic() - start, 0.29)

    def test_times_out(self):
        self.assertEqual(self.ask("/slow").status, 504)

    def test_answers_what_has_no_route(self):
        self.assertEqual(self.ask("/other", host="nothing").status, 404)
        self.assertEqual(self.ask("/only", host="nothing").seen()["server"], "v1")
        self.assertEqual(self.ask("/", host="empty").status, 500, "a rule without a destination")

    def test_passes_through_what_no_rule_names(self):
        self.assertEqual(self.ask("/", host="other:80").seen()["server"], "other")
        self.assertEqual(self.ask("/", host="unheard.of").status, 503)

    def test_says_so_when_an_upstream_is_missing_or_down(self):
        self.assertEqual(self.ask("/nobody").status, 503)
        self.assertEqual(self.proxy.raw(b"GET /down HTTP/1.1\r\nHost: reviews\r\n\r\n")[:12], b"HTTP/1.1 503")
        self.assertEqual(self.proxy.raw(b"GET /hang-up HTTP/1.1\r\nHost: reviews\r\n\r\n")[:12], b"HTTP/1.1 503")


class Transport(Case):
    def test_answers_one_request_and_hangs_up(self):
        for path in ("/x", "/teapot"):
            self.assertEqual(self.ask(path).header("connection"), ["close"])
            self.assertIsNone(self.connection.sock)
        answer = self.proxy.raw(b"".join(b"GET /%d HTTP/1.1\r\nHost: reviews\r\n\r\n" % i for i in range(10)))
        self.assertEqual(re.findall(rb'"path": "/(\d+)"', answer), [b"0"])
        self.assertIn(b"connection: close\r\n", answer)

    def test_passes_bodies(self):
        for size in (0, 1, 1000, 30000):
            answer = self.ask("/x", "POST", b"x" * size)
            self.assertEqual(answer.seen()["body_length"], size)
        self.assertGreater(len(self.ask("/big").body), rig.BIG)
        self.assertEqual(self.proxy.raw(b"POST / HTTP/1.1\r\nHost: reviews\r\nContent-Length: 100000\r\n\r\n"
                                        + b"x" * 100000)[9:12], b"413")

    def test_takes_requests_byte_by_byte(self):
        raw = b"POST / HTTP/1.1\r\nHost: reviews\r\nContent-Length: 13\r\n\r\n0123456789abc"
        for step in (None, 1, 7):
            self.assertIn(b'"body_length": 13', self.proxy.raw(raw, step))

    def test_passes_chunks_of_a_response(self):
        answer = self.ask("/chunked")
        self.assertEqual(answer.seen()["server"], "v1")
        self.assertEqual(answer.header("connection"), ["close"])

    def test_bodies_that_end_with_the_connection(self):
        answer = self.ask("/until-close")
        self.assertEqual(answer.seen()["server"], "v1")
        self.assertEqual(answer.header("connection"), ["close"])

    def test_responses_without_a_body(self):
        self.assertEqual(self.ask("/x", "HEAD").body, b"")
        self.assertEqual(self.ask("/no-content").status, 204)
        self.assertEqual(self.ask("/teapot", "HEAD").header("content-length"), ["15"])
        self.assertEqual(self.ask("/x").seen()["server"], "v1")

    def test_leaves_out_interim_responses(self):
        answer = self.proxy.raw(b"GET /hints HTTP/1.1\r\nHost: reviews\r\n\r\n")
        self.assertEqual((answer[:12], answer.count(b"HTTP/1.1")), (b"HTTP/1.1 200", 1))

    def test_a_response_cut_short_is_not_passed_off_as_whole(self):
        answer = self.proxy.raw(b"GET /cut HTTP/1.1\r\nHost: reviews\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertGreater(int(re.search(rb"(?i)content-length: (\d+)", head).group(1)), len(body))

    def test_a_slow_client_gets_all_before_the_connection_is_closed(self):
        answer = self.proxy.raw(b"GET /big HTTP/1.1\r\nHost: reviews\r\nConnection: close\r\n\r\n", wait=2)
        self.assertGreater(len(answer), rig.BIG)

    def test_refuses_malformed_requests(self):
        host = b"Host: reviews\r\n"
        long_head = b"GET / HTTP/1.1\r\n" + host + b"x: " + b"y" * 40000 + b"\r\n\r\n"
        rows = [
            (b"GET / HTTP/1.0\r\n" + host + b"\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + host + b"\r\n", b"400"),
            (b"GET http://reviews/ HTTP/1.1\r\n" + host + b"\r\n", b"400"),
            (b"nonsense\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"a b: c\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"a: b\n c\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b" folded\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b": empty\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"a : b\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"a: b" * 10 + b"\x00\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"a: b\r\n" * 101 + b"\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"a: b\r\n" * 90 + b"\r\n", b"200"),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: +1\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length:\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
            (b"POST / HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
            (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 40000\r\n\r\n", b"413"),
            (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", b"400"),
            (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 10\r\n\r\nshort", b"400"),
            (long_head, b"413"),
        ]
        for request, status in rows:
            with self.subTest(request[:80]):
                self.assertEqual(self.proxy.raw(request)[9:12], status)

    def test_survives_any_bytes(self):
        source = random.Random(1)
        for _ in range(200):
            start = source.choice([b"", b"GET ", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: reviews\r\n"])
            self.proxy.raw(start + source.randbytes(source.randrange(300)) + source.choice([b"", b"\r\n\r\n"]))
        self.assertEqual(self.ask("/x").seen()["server"], "v1")


class Sticky(Case):
    rules = SPLIT % ("sluice.dev/sticky: 'cookie:canary;ttl=1h'", 50, 50)

    def test_a_cookie_brings_a_client_back(self):
        homes = {}
        for _ in range(40):
            first = self.ask("/")
            cookie, = first.header("set-cookie")
            self.assertRegex(cookie, r"^canary=[0-9a-f]{16}; Max-Age=3600; ")
            homes[cookie.split(";")[0]] = first.seen()["server"]
        self.assertEqual(set(homes.values()), {"v1", "v2"})
        self.publish(SPLIT % ("sluice.dev/sticky: 'cookie:canary;ttl=1h'", 40, 60))
        for cookie, home in homes.items():
            back = self.ask("/", Cookie=cookie)
            self.assertEqual(back.header("set-cookie"), [])
            self.assertIn(back.seen()["server"], (home, "v2"), "the growing side loses nobody")
        self.publish(self.rules)
        for cookie, home in homes.items():
            self.assertEqual(self.ask("/", Cookie=cookie).seen()["server"], home)


class Load(threading.Thread):
    """A client that asks again and again on one connection, and remembers what went wrong."""

    def __init__(self, proxy):
        super().__init__(daemon=True)
        self.connection = proxy.connect()
        self.stopping = False
        self.count, self.failures, self.servers = 0, [], set()

    def run(self):
        while not self.stopping:
            try:
                answer = rig.ask(self.connection, "/x")
                self.servers.add(answer.seen()["server"])
                if answer.status != 200:
                    self.failures.append(answer.status)
            except Exception as error:  # pylint: disable=broad-except
                self.failures.append(repr(error))
                break
            self.count += 1
        self.connection.close()


class Reload(Case):
    rules = SPLIT % ("", 100, 0)

    def test_under_load_no_request_fails(self):
        clients = [Load(self.proxy) for _ in range(4)]
        for client in clients:
            client.start()
        for step in range(1, 21):
            self.publish(SPLIT % ("", 100 - 5 * step, 5 * step))
            time.sleep(0.05)
        for client in clients:
            client.stopping = True
        for client in clients:
            client.join(timeout=60)
            self.assertEqual(client.failures, [])
            self.assertGreater(client.count, 20)
            self.assertEqual(client.servers, {"v1", "v2"})
        for _ in range(20):
            self.assertEqual(self.ask("/x").seen()["server"], "v2", "after the last step")

    def test_broken_rules_are_refused_and_the_old_ones_serve(self):
        self.publish(SPLIT % ("", 0, 100))
        broken = {
            "not YAML": "{",
            "no weights": SPLIT % ("", -1, 100),
            "an unknown field": (SPLIT % ("", 100, 0)).replace("weight:", "wieght:"),
        }
        for what, text in broken.items():
            with self.subTest(what):
                self.write(text)
                self.assertTrue(self.proxy.reload_refused(re.escape(self.file) + r":\d+:\d+: error: "))
                self.assertEqual(self.ask("/x").seen()["server"], "v2")
        os.remove(self.file)
        self.assertTrue(self.proxy.reload_refused("cannot be read"))
        self.assertEqual(self.ask("/x").seen()["server"], "v2")
        self.publish(SPLIT % ("", 100, 0))
        self.assertEqual(self.ask("/x").seen()["server"], "v1")


class Usage(unittest.TestCase):
    def test_refuses_to_start_without_good_rules(self):
        with tempfile.TemporaryDirectory() as folder:
            file = rig.write(folder, "rules.yaml", json.dumps({"kind": "VirtualService", "spec": 1}))
            good = rig.write(folder, "good.yaml", RULES)
            for arguments in ([file], [os.path.join(folder, "absent")], [folder], [], [good, "reviews"],
                              [good, "reviews=127.0.0.1:99999"], [good, "reviews=localhost:80"]):
                with self.assertRaises(RuntimeError):
                    rig.Proxy(PROGRAM, arguments)


class Page(unittest.TestCase):
    def test_quotes_the_program(self):
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        with open(os.path.join(root, "examples", "proxy.c"), encoding="utf-8") as file:
            program = file.read()
        with open(os.path.join(root, "docs", "embedding.md"), encoding="utf-8") as file:
            page = re.search(r"^## A whole proxy$(.*?)^## ", file.read(), re.M | re.S).group(1)
        quotes = re.findall(r"^```c\n(.*?)^```$", page, re.M | re.S)
        self.assertGreater(len(quotes), 3)
        for quote in quotes:
            self.assertIn(quote, program)
        for name in re.findall(r"`(\w+)\(\)`", page):
            self.assertRegex(program, r"(?m)^%s\(" % name)


if __name__ == "__main__":
    sys.argv[1:] = sys.argv[2:]
    unittest.main()
