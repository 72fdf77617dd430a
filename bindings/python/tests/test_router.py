"""Router, Live and what surrounds a decision."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
import unittest
from collections import Counter
from pathlib import Path

import sluice
from sluice import HeaderAction, HeaderOp, Outcome, Pick, StickyBy

SPLIT = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: reviews, annotations: {{sluice.dev/sticky: "cookie:uid;ttl=1h"}}}}
spec:
  hosts: [reviews]
  http:
  - match: [{{headers: {{end-user: {{exact: tester}}}}}}]
    route: [{{destination: {{host: reviews, subset: v3}}}}]
  - route:
    - {{destination: {{host: reviews, subset: v2}}, weight: {v2}}}
    - {{destination: {{host: reviews, subset: v3}}, weight: {v3}}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: reviews}}
spec:
  host: reviews
  trafficPolicy: {{loadBalancer: {{simple: ROUND_ROBIN}}, connectionPool: {{tcp: {{maxConnections: 7}}}}}}
  subsets:
  - {{name: v2, labels: {{version: v2}}}}
  - {{name: v3, labels: {{version: v3}}}}
"""

ALL = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: all}
spec:
  hosts: ["*.example.com"]
  http:
  - name: moved
    match: [{uri: {prefix: /old}}]
    redirect: {uri: /new, authority: example.org, redirectCode: 302}
  - match: [{uri: {exact: /teapot}}]
    directResponse: {status: 418, body: {string: short and stout}}
  - match: [{sourceLabels: {app: batch}}]
    route: [{destination: {host: batch}}]
  - match: [{uri: {prefix: /api}}]
    rewrite: {uri: /v2, authority: inner.example.com}
    timeout: 1.5s
    retries: {attempts: 3, perTryTimeout: 200ms, retryOn: "5xx,503"}
    mirror: {host: shadow}
    mirrorPercentage: {value: 100}
    fault: {delay: {percentage: {value: 100}, fixedDelay: 2s}}
    headers: {request: {set: {x-a: "1"}, remove: [x-c]}, response: {add: {x-b: "2"}}}
    corsPolicy: {allowOrigins: [{exact: "https://a.example"}]}
    route: [{destination: {host: api, port: {number: 8080}}}]
  - route: [{destination: {host: rest}}]
"""

CLAIMS = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: claims}
spec:
  hosts: [a.example.com]
  gateways: [public]
  http:
  - match: [{headers: {"@request.auth.claims.group": {exact: admin}}}]
    route: [{destination: {host: admin}}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public}
spec:
  selector: {app: gateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
"""


def split(v2: int, v3: int, seed: int | None = 1) -> sluice.Router:
    return sluice.Router.compile(SPLIT.format(v2=v2, v3=v3), seed=seed)


class Compiling(unittest.TestCase):
    def test_an_error_carries_every_finding(self) -> None:
        text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n  hosts: []\n  htp: []\n"
        with self.assertRaises(sluice.CompileError) as caught:
            sluice.Router.compile(sluice.Source("a.yaml", text))
        errors = caught.exception.errors
        self.assertGreaterEqual(len(errors), 2)
        self.assertTrue(all(e.document == "a.yaml" and e.line and e.column and e.kind == "VirtualService" for e in errors))
        self.assertIn("a.yaml:6:3: error:", str(caught.exception))

    def test_text_that_is_no_yaml(self) -> None:
        for text in ("a: [", b"\xff\xfe", "kind: \0"):
            with self.assertRaises(sluice.CompileError):
                sluice.Router.compile(text)

    def test_lenient_and_keep_going(self) -> None:
        text = ALL + "---\nkind: VirtualService\napiVersion: networking.istio.io/v1\nmetadata: {name: bad}\nspec: {hosts: [], what: 1}\n"
        with self.assertRaises(sluice.CompileError):
            sluice.Router.compile(text)
        router = sluice.Router.compile(text, sluice.CompileOptions(keep_going=True))
        self.assertTrue(any(d.severity is sluice.Severity.ERROR for d in router.diagnostics))
        self.assertEqual(router.route("a.example.com", "/teapot").status, 418)

    def test_limits_and_options_reach_the_library(self) -> None:
        with self.assertRaises(sluice.CompileError):
            sluice.Router.compile(ALL, sluice.CompileOptions(limits=sluice.Limits(rules=2)))
        router = sluice.Router.compile(SPLIT.format(v2=1, v3=0), sluice.CompileOptions(default_namespace="shop"))
        destination = router.route("reviews.shop").destination
        self.assertEqual(destination and destination.host, "reviews.shop.svc.cluster.local")
        known = sluice.CompileOptions(registry=sluice.Registry.ON, outbound_policy=sluice.OutboundPolicy.REGISTRY_ONLY)
        self.assertEqual(sluice.Router.compile("", known).route("nobody").status, 502)

    def test_files_and_folders(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "b.yaml").write_text(SPLIT.format(v2=1, v3=1))
            Path(folder, "notes.txt").write_text("a: [")
            router = sluice.Router.from_files(folder)
            self.assertGreaterEqual(router.rule_count, 2)
            self.assertEqual(router.needed_headers, ("end-user", "cookie"))
            self.assertGreater(router.memory, 1000)
            with self.assertRaises(FileNotFoundError):
                sluice.Router.from_files(Path(folder, "absent.yaml"))

    def test_an_empty_input_lets_everything_pass(self) -> None:
        self.assertEqual(sluice.Router.compile("").route("a").outcome, Outcome.PASSTHROUGH)


class Deciding(unittest.TestCase):
    router = sluice.Router.compile(ALL, seed=3)

    def test_redirect(self) -> None:
        d = self.router.route("a.example.com:80", "/old?x")
        self.assertEqual((d.outcome, d.status), (Outcome.REDIRECT, 302))
        assert d.redirect and d.matched
        self.assertEqual(d.redirect.location, "http://example.org/new?x")
        self.assertEqual((d.matched.route_name, d.matched.rule, d.matched.match), ("moved", 0, 0))
        self.assertIsNone(d.destination)

    def test_direct_response(self) -> None:
        d = self.router.route("a.example.com", "/teapot")
        self.assertEqual((d.outcome, d.status, d.body, d.grpc_status), (Outcome.RESPOND, 418, "short and stout", None))

    def test_not_found_and_passthrough(self) -> None:
        self.assertEqual(self.router.route("elsewhere.org").outcome, Outcome.PASSTHROUGH)
        d = self.router.route("a.example.com", gateway="default/absent")
        self.assertEqual((d.outcome, d.status, d.matched, d.split), (Outcome.NOT_FOUND, 404, None, ()))

    def test_everything_that_a_forwarded_request_can_carry(self) -> None:
        d = self.router.route("a.example.com", "/api/x?q", headers=[("Origin", "https://a.example")])
        assert d.destination and d.retry and d.fault
        self.assertEqual((d.destination.host, d.port, d.destination.key), ("api.default.svc.cluster.local", 8080) + ("api.default.svc.cluster.local",))
        self.assertEqual((d.path, d.authority, d.timeout_ns), ("/v2/x?q", "inner.example.com", 1_500_000_000))
        self.assertIsNone(d.backend_timeout_ns)
        self.assertEqual((d.retry.attempts, d.retry.per_try_timeout_ns, d.retry.codes), (3, 200_000_000, (503,)))
        self.assertEqual(d.request_headers, (HeaderOp(HeaderAction.REMOVE, "x-c", ""), HeaderOp(HeaderAction.SET, "x-a", "1")))
        self.assertEqual(d.response_headers, (HeaderOp(HeaderAction.ADD, "x-b", "2"),))
        self.assertEqual([(m.destination.name, m.chosen) for m in d.mirrors], [("shadow", True)])
        self.assertEqual((d.fault.delay_ns, d.fault.delay_chosen, d.fault.abort_status), (2_000_000_000, True, None))
        self.assertIn(("access-control-allow-origin", "https://a.example"), d.cors_headers)

    def test_claims_and_labels(self) -> None:
        claims = {"group": ["dev", "admin"], "sub": None}
        admin = sluice.Router.compile(CLAIMS).route("a.example.com", gateway="default/public", claims=claims)
        batch = self.router.route("a.example.com", source_labels={"app": "batch"})
        self.assertEqual([d.destination and d.destination.name for d in (admin, batch)], ["admin", "batch"])

    def test_policy_is_typed_data(self) -> None:
        d = split(1, 0).route("reviews")
        assert d.destination and d.destination.policy
        policy = d.destination.policy
        assert policy.load_balancer and policy.connection_pool
        self.assertEqual(policy.load_balancer.simple.name, "ROUND_ROBIN")
        self.assertEqual((policy.connection_pool.tcp_max_connections, policy.tls), (7, None))
        self.assertEqual(dict(d.destination.labels), {"version": "v2"})

    def test_endpoints_are_typed_data(self) -> None:
        rules = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: db}
spec:
  hosts: [db.example.com]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
  - {address: 10.0.0.1, ports: {http: 8080}, labels: {version: v1}, locality: here/a, weight: 3}
  - {address: 10.0.0.2}
"""
        destination = sluice.Router.compile(rules).route("db.example.com").destination
        assert destination and destination.endpoints
        self.assertEqual((destination.endpoints.resolution, destination.endpoints.complete), (sluice.Resolution.STATIC, True))
        first, second = destination.endpoints.items
        self.assertEqual((first.address, first.port, first.weight, first.region, first.zone), ("10.0.0.1", 8080, 3, "here", "a"))
        self.assertEqual((first.labels["version"], second.address, second.port), ("v1", "10.0.0.2", 80))

    def test_a_decision_outlives_its_router_and_later_calls(self) -> None:
        router = split(1, 0)
        d = router.route("reviews", "/first")
        router.route("reviews", "/second", headers=[("end-user", "tester")])
        del router
        gc.collect()
        assert d.destination and d.matched
        self.assertEqual((d.path, d.destination.subset, d.matched.name), ("/first", "v2", "reviews"))

    def test_defaults_are_not_shared_between_decisions(self) -> None:
        first, second = self.router.route("a.example.com"), self.router.route("a.example.com")
        first.path = "changed"
        self.assertEqual(second.path, "/")
        self.assertEqual(sluice.Decision().path, "")

    def test_route_many_and_mappings(self) -> None:
        requests = [{"authority": "a.example.com", "path": path} for path in ("/teapot", "/old", "/")]
        self.assertEqual([d.outcome for d in self.router.route_many(requests)], [Outcome.RESPOND, Outcome.REDIRECT, Outcome.FORWARD])
        tester = split(1, 0).route("reviews", headers={"End-User": "tester"})
        self.assertEqual(tester.destination and tester.destination.subset, "v3")

    def test_explain_tells_the_way(self) -> None:
        e = split(1, 0).explain("reviews", headers=[("end-user", "tom")])
        self.assertEqual((e.virtual_host, [step.holds for step in e.steps]), ("reviews", [False, True]))
        self.assertEqual(e.steps[0].actual, '"tom"')
        self.assertIn("end-user", e.steps[0].predicate)
        self.assertEqual(e.decision.outcome, Outcome.FORWARD)


class AnyBytes(unittest.TestCase):
    router = sluice.Router.compile(SPLIT.format(v2=1, v3=0).replace("sluice.dev/sticky", "sluice.dev/ignored"))

    def same(self, **request: object) -> None:
        """Packed or not, the decision is one."""
        packed = self.router.route("reviews", **request)  # type: ignore[arg-type]
        plain = self.router.explain("reviews", **request).decision  # type: ignore[arg-type]
        self.assertEqual(packed, plain)

    def test_what_would_take_the_packed_text_apart(self) -> None:
        for mark in "\0\n":
            self.same(path=f"/a{mark}b")
            self.same(path="/", headers=[("end-user", f"tester{mark}")])
            self.same(path="/", headers=[("end-user", f"tester{mark}more")])
            self.same(path="/", headers=[(f"end-user{mark}tester", "x"), (f"a{mark}", "b")])
            self.same(path="/", sticky_key=f"{mark}", source_labels={"a": f"{mark}b"})

    def test_many_lines(self) -> None:
        for count in (255, 256, 257, 2000):
            lines = [("x", "y")] * (count - 1) + [("end-user", "tester")]
            d = self.router.route("reviews", headers=lines)
            self.assertEqual(d.destination and d.destination.subset, "v3", count)

    def test_a_number_that_does_not_fit_is_refused(self) -> None:
        for port, error in ((-1, ValueError), (2**32, ValueError), ("80", TypeError), (None, TypeError)):
            with self.assertRaises(error):
                self.router.route("reviews", port=port)  # type: ignore[arg-type]
            self.assertEqual(self.router.route("reviews").port, 80)

    def test_a_line_that_is_no_pair_is_refused(self) -> None:
        for line in (("a", "b", "c"), ("a",), ()):
            with self.assertRaises(ValueError):
                self.router.route("reviews", headers=[line])  # type: ignore[list-item]

    def test_text_comes_back_as_it_was(self) -> None:
        for path in ("/é?ü", "/" + "x" * 5000, "/\udcff\udc80", "/a b", "/%00"):
            self.same(path=path)
            self.assertEqual(self.router.route("reviews", path).path, path)
        self.assertEqual(self.router.route("reviews", "/\xff", encoding="latin-1").path, "/\xff")

    def test_a_path_shortened_to_its_length_in_characters_is_not_mistaken(self) -> None:
        # Bytes of the request that are as many as the path's characters, but not the path.
        rules = ALL.replace("rewrite: {uri: /v2, authority: inner.example.com}", 'rewrite: {uri: ""}')
        router = sluice.Router.compile(rules, sluice.CompileOptions(lenient=True))
        self.assertEqual(router.route("a.example.com", "/apié").path, router.explain("a.example.com", "/apié").decision.path)


class Sticky(unittest.TestCase):
    def test_a_ramp_never_takes_a_user_back(self) -> None:
        keys = [f"user{i}" for i in range(500)]
        on_v3: set[str] = set()
        for weight in (0, 10, 50, 100):
            router = split(100 - weight, weight)
            now = {k for k in keys if router.route("reviews", headers=[("cookie", f"uid={k}")]).destination.subset == "v3"}  # type: ignore[union-attr]
            self.assertLessEqual(on_v3, now)
            on_v3 = now
        self.assertEqual(len(on_v3), 500)

    def test_a_cookie_is_made_where_there_is_none(self) -> None:
        router = split(50, 50)
        d = router.route("reviews")
        assert d.sticky
        self.assertEqual((d.sticky.by, d.sticky.hit, d.pick), (StickyBy.COOKIE, False, Pick.STICKY))
        self.assertRegex(d.sticky.set_cookie, "^uid=[0-9a-f]{16}; Max-Age=3600")
        cookie = d.sticky.set_cookie.partition(";")[0]
        again = router.route("reviews", headers=[("cookie", cookie)])
        self.assertEqual(again.destination, d.destination)

    def test_the_callers_key_wins(self) -> None:
        d = split(50, 50).route("reviews", sticky_key="k", headers=[("cookie", "uid=other")])
        assert d.sticky
        self.assertEqual(d.sticky.by, StickyBy.KEY)


class Threads(unittest.TestCase):
    def test_each_thread_has_a_context_of_its_own(self) -> None:
        router = sluice.Router.compile(ALL.replace("route: [{destination: {host: rest}}]", "route: [{destination: {host: a}, weight: 50}, {destination: {host: b}, weight: 50}]"), seed=1)
        seen: list[list[int]] = []

        def work() -> None:
            seen.append([router.route("a.example.com").split_index for _ in range(200)])

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len({tuple(picks) for picks in seen}), 4)

    def test_a_forked_child_draws_other_numbers(self) -> None:
        router = sluice.Router.compile(SPLIT.format(v2=50, v3=50).replace("sluice.dev/sticky", "sluice.dev/ignored"))
        router.route("reviews")
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(write, bytes(router.route("reviews").split_index for _ in range(64)))
            os._exit(0)
        os.close(write)
        mine = bytes(router.route("reviews").split_index for _ in range(64))
        theirs = os.read(read, 64)
        os.close(read)
        os.waitpid(child, 0)
        self.assertNotEqual(mine, theirs)

    def test_live_swaps_under_threads(self) -> None:
        routers = [split(1, 0), split(0, 1)]
        live = sluice.Live(routers[0], seed=1)
        stop = threading.Event()
        counts: Counter[str] = Counter()

        def work() -> None:
            while not stop.is_set():
                d = live.route("reviews", headers=[("cookie", "uid=x")])
                assert d.destination and d.split[d.split_index].destination == d.destination
                counts[d.destination.subset] += 1

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for i in range(300):
            live.publish(routers[i % 2])
            if i % 50 == 0:
                live.publish(split(1, 1))
        stop.set()
        for thread in threads:
            thread.join()
        live.publish(routers[1])
        self.assertIs(live.router, routers[1])
        self.assertEqual(live.route("reviews").destination.subset, "v3")  # type: ignore[union-attr]
        self.assertLessEqual(set(counts), {"v2", "v3"})

    def test_a_broken_rule_leaves_the_live_router_serving(self) -> None:
        live = sluice.Live(split(1, 0))
        with self.assertRaises(sluice.CompileError):
            live.publish(sluice.Router.compile("kind: ["))
        self.assertEqual(live.route("reviews").destination.subset, "v2")  # type: ignore[union-attr]


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


class Memory(unittest.TestCase):
    def test_routers_lives_and_threads_are_given_back(self) -> None:
        def once() -> None:
            live = sluice.Live(split(1, 1))
            thread = threading.Thread(target=lambda: [live.route("reviews") for _ in range(3)])
            thread.start()
            thread.join()
            live.publish(split(1, 2))
            live.explain("reviews")

        for _ in range(50):
            once()
        gc.collect()
        before = resident()
        for _ in range(300):
            once()
        gc.collect()
        self.assertLess(resident() - before, 8 << 20)


if __name__ == "__main__":
    unittest.main()
