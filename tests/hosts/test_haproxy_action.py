"""The action lua.sluice of the HAProxy binding: each outcome, and all it does to a request and answer."""
import json
import socket
import subprocess
import time

import haproxy
import loopback

RULES = haproxy.virtual_service(
    '{match: [{uri: {exact: /redirect}}], redirect: {uri: /moved, authority: b.com, redirectCode: 302}}',
    '{match: [{uri: {exact: /direct}}], directResponse: {status: 418, body: {string: "short and stout"}},'
    ' headers: {response: {set: {x-pot: tea}}}}',
    '{match: [{uri: {exact: /long}}], directResponse: {status: 200, body: {string: "%s"}}}' % ("x" * 20000),
    '{match: [{uri: {exact: /abort}}], fault: {abort: {httpStatus: 503, percentage: {value: 100}}},'
    ' route: [{destination: {host: reviews}}]}',
    '{match: [{uri: {exact: /delay}}], fault: {delay: {fixedDelay: 400ms, percentage: {value: 100}}},'
    ' route: [{destination: {host: reviews}}]}',
    '{match: [{uri: {prefix: /rewrite}}], rewrite: {uri: /new, authority: inner.example},'
    ' route: [{destination: {host: reviews}}]}',
    '{match: [{uri: {exact: /headers}}], headers: {request: {set: {x-set: new}, add: {x-add: more},'
    ' remove: [x-remove]}, response: {set: {x-answer: "yes"}, add: {x-also: "2"}, remove: [x-secret]}},'
    ' route: [{destination: {host: reviews}}]}',
    '{match: [{uri: {exact: /slow}}], timeout: 300ms, route: [{destination: {host: reviews}}]}',
    '{match: [{uri: {exact: /cors}}], corsPolicy: {allowOrigins: [{exact: "https://o.example"}],'
    ' allowMethods: [GET, PUT], allowCredentials: true}, route: [{destination: {host: reviews}}]}',
    '{match: [{uri: {exact: /nowhere}}], route: [{destination: {host: reviews}, weight: 0},'
    ' {destination: {host: other}, weight: 0}]}',
    '{match: [{uri: {exact: /mirror}}], mirror: {host: shadow}, route: [{destination: {host: reviews}}]}',
    '{match: [{headers: {end-user: {exact: jason}}}], name: testers,'
    ' route: [{destination: {host: reviews, subset: v3}}]}',
    '{match: [{uri: {exact: /}}], route: [{destination: {host: reviews, subset: v2}}]}')

STICKY = haproxy.split(50, 50, name="s", hosts="sticky.com",
                       annotations='sluice.dev/sticky: "cookie:uid;ttl=1h"')

SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: v1}, {name: v2}, {name: v3}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: shadow}
spec:
  host: shadow
  trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}
"""

SECTIONS = """
frontend main
    bind 127.0.0.1:%(port)d
    bind 127.0.0.1:%(h2port)d proto h2
    http-request lua.sluice
    http-response lua.sluice_response if { var(txn.sluice.response) -m found }
    http-response set-header x-backend %%[var(txn.sluice.backend)]
    http-response set-header x-fields "%%[var(txn.sluice.fields),json(utf8s)]"
    http-response set-header x-outcome %%[lua.sluice(outcome)]
    http-response set-header x-timeout %%[var(txn.sluice.timeout)]
    use_backend slow if { var(txn.sluice.timeout) -m found }
    use_backend %%[var(txn.sluice.backend)] if { var(txn.sluice.backend) -m found }
    default_backend other

backend reviews.default.svc.cluster.local
    server s 127.0.0.1:%(echo)d
backend reviews.default.svc.cluster.local:v1
    server s 127.0.0.1:%(v1)d
backend reviews.default.svc.cluster.local:v2
    server s 127.0.0.1:%(v2)d
backend reviews.default.svc.cluster.local:v3
    server s 127.0.0.1:%(v3)d
backend slow
    http-request set-timeout server var(txn.sluice.timeout)
    server s 127.0.0.1:%(hole)d
backend other
    server s 127.0.0.1:%(other)d
"""


class Action(haproxy.Case):
    def setUp(self):
        super().setUp()
        self.port, self.h2port, hole = loopback.free_ports(3)
        secret = [("x-secret", "1"), ("x-also", "1"), ("x-answer", "no")]
        ports = {name: self.echo(name, secret).port for name in ("echo", "v1", "v2", "v3", "other")}
        rules = self.write("rules.yaml", "---\n".join([RULES, STICKY, SUBSETS]))
        config = self.config(SECTIONS % {"port": self.port, "h2port": self.h2port,
                                         "hole": self.hole(hole), **ports}, self.lua(rules, "port=80 lenient"))
        self.process = self.start(config, self.port)

    def hole(self, port):
        """A server that accepts and never answers."""
        listener = socket.create_server(("127.0.0.1", port))
        self.addCleanup(listener.close)
        return port

    def ask(self, path, **more):
        more.setdefault("host", "a.com")
        return loopback.request(self.port, path=path, **more)

    def fields(self, response):
        text = json.loads('"%s"' % response.get("x-fields"))
        return dict(line.split("=", 1) for line in text.splitlines())

    def test_forwards_to_the_backend_named_for_host_and_subset(self):
        answer = self.ask("/")
        self.assertEqual((answer.status, answer.json()["server"]), (200, "v2"))
        self.assertEqual(answer.get("x-backend"), "reviews.default.svc.cluster.local:v2")

    def test_matches_headers(self):
        answer = self.ask("/", headers=[("End-User", "jason")])
        self.assertEqual(answer.json()["server"], "v3")
        self.assertEqual(self.ask("/", headers=[("end-user", "jaso")]).json()["server"], "v2")

    def test_tells_all_fields_of_the_decision(self):
        self.assertEqual(self.fields(self.ask("/", headers=[("end-user", "jason")])), {
            "outcome": "forward", "backend": "reviews.default.svc.cluster.local:v3",
            "host": "reviews.default.svc.cluster.local", "subset": "v3", "port": "80",
            "service": "reviews", "namespace": "default", "rule": "default/a", "route": "testers",
            "pick": "only", "sticky": "none", "path": "/", "authority": "a.com"})

    def test_passes_through_what_no_rule_names(self):
        answer = self.ask("/x", host="unknown.example")
        self.assertEqual((answer.json()["server"], answer.get("x-outcome")), ("other", "passthrough"))

    def test_redirects(self):
        answer = self.ask("/redirect?q=1")
        self.assertEqual((answer.status, answer.get("location"), answer.body),
                         (302, "http://b.com/moved?q=1", b""))

    def test_answers_directly_with_the_headers_of_the_rule(self):
        answer = self.ask("/direct")
        self.assertEqual((answer.status, answer.body), (418, b"short and stout"))
        self.assertEqual((answer.all("x-pot"), answer.all("content-type")), (["tea"], ["text/plain"]))

    def test_answers_500_where_a_direct_response_does_not_fit_the_buffer(self):
        self.assertEqual(self.ask("/long").status, 500)
        self.assertEqual(self.ask("/").status, 200)

    def test_aborts(self):
        answer = self.ask("/abort")
        self.assertEqual((answer.status, answer.body), (503, b"fault filter abort"))

    def test_delays_and_then_forwards(self):
        start = time.monotonic()
        answer = self.ask("/delay")
        self.assertGreaterEqual(time.monotonic() - start, 0.4)
        self.assertEqual((answer.status, answer.json()["server"]), (200, "echo"))

    def test_a_delay_holds_up_nobody_else(self):
        load = loopback.Load(self.port, keep_alive=2, fresh=0, path="/delay", host="a.com")
        start = time.monotonic()
        for _ in range(10):
            self.assertEqual(self.ask("/").status, 200)
        self.assertLess(time.monotonic() - start, 3.5)
        load.stop()
        self.assertEqual(load.failures, [])

    def test_answers_404_where_no_rule_of_the_host_matches(self):
        answer = self.ask("/none")
        self.assertEqual((answer.status, answer.get("x-server")), (404, None))

    def test_answers_503_where_there_is_nowhere_to_go(self):
        self.assertIn(self.ask("/nowhere").status, (500, 503))

    def test_rewrites_path_and_authority_and_keeps_the_query(self):
        answer = self.ask("/rewrite/x?y=%20z").json()
        self.assertEqual(answer["path"], "/new/x?y=%20z")
        self.assertIn(["host", "inner.example"], answer["headers"])
        self.assertEqual(len([1 for name, _ in answer["headers"] if name == "host"]), 1)

    def test_rewrites_a_target_in_absolute_form(self):
        answer = self.ask("http://a.com/rewrite/x").json()
        self.assertEqual(answer["path"], "/new/x")
        self.assertIn(["host", "inner.example"], answer["headers"])

    def test_does_the_same_over_http2(self):
        address = "127.0.0.1:%d" % self.h2port
        done = subprocess.run(
            ["curl", "-s", "-i", "--http2-prior-knowledge", "--connect-to", "a.com:80:" + address,
             "http://a.com/rewrite/x?y"], capture_output=True, text=True, timeout=20, check=True)
        head, body = done.stdout.split("\n\n", 1)
        self.assertTrue(head.startswith("HTTP/2 200"), head)
        received = json.loads(body)
        self.assertEqual(received["path"], "/new/x?y")
        self.assertEqual([v for k, v in received["headers"] if k == "host"], ["inner.example"])

    def test_changes_request_headers_in_order(self):
        answer = self.ask("/headers", headers=[("x-set", "1"), ("x-set", "2"), ("x-add", "first"),
                                               ("x-remove", "1")])
        self.assertEqual(answer.received("x-set"), ["new"])
        self.assertEqual(answer.received("x-add"), ["first", "more"])
        self.assertEqual(answer.received("x-remove"), [])

    def test_changes_response_headers(self):
        answer = self.ask("/headers")
        self.assertEqual((answer.all("x-answer"), answer.all("x-also"), answer.all("x-secret")),
                         (["yes"], ["1", "2"], []))
        self.assertEqual(self.ask("/").all("x-secret"), ["1"])

    def test_cuts_off_a_server_after_the_timeout(self):
        start = time.monotonic()
        answer = self.ask("/slow")
        self.assertEqual((answer.status, answer.get("x-timeout")), (504, None))
        self.assertLess(time.monotonic() - start, 8)

    def test_answers_a_cors_preflight(self):
        answer = self.ask("/cors", method="OPTIONS", headers=[
            ("Origin", "https://o.example"), ("Access-Control-Request-Method", "PUT")])
        self.assertEqual((answer.status, answer.get("access-control-allow-origin"),
                          answer.get("access-control-allow-methods"), answer.get("x-server")),
                         (200, "https://o.example", "GET,PUT", None))

    def test_adds_cors_headers_to_the_answer(self):
        answer = self.ask("/cors", headers=[("Origin", "https://o.example")])
        self.assertEqual((answer.json()["server"], answer.get("access-control-allow-origin"),
                          answer.get("access-control-allow-credentials")),
                         ("echo", "https://o.example", "true"))
        self.assertEqual(self.ask("/cors", headers=[("Origin", "https://x.example")])
                         .all("access-control-allow-origin"), [])

    def test_tells_the_mirror(self):
        self.assertEqual(self.fields(self.ask("/mirror"))["mirror"], "shadow.default.svc.cluster.local")

    def test_gives_a_sticky_cookie_and_follows_it(self):
        for _ in range(20):
            first = self.ask("/", host="sticky.com")
            cookie = first.get("set-cookie")
            self.assertRegex(cookie, r"^uid=[0-9a-f]+; Max-Age=3600")
            again = self.ask("/", host="sticky.com", headers=[("Cookie", cookie.split(";")[0])])
            self.assertEqual(again.json()["server"], first.json()["server"])
            self.assertEqual(again.all("set-cookie"), [])
            self.assertEqual(self.fields(again)["pick"], "sticky")

    def test_survives_any_bytes(self):
        for path in ("/%00", "/\xff\xfe", "/" + "a" * 8000, "/?" + "&" * 4000, "//", "/../..", "/;"):
            self.assertIn(self.ask(path).status, (200, 404, 400), path[:20])
        for value in ("", "\xff" * 4000, "a=b;" * 900):
            self.assertEqual(self.ask("/", headers=[("end-user", value), ("cookie", value)]).status, 200)
        self.assertTrue(self.process.running())


if __name__ == "__main__":
    haproxy.main()
