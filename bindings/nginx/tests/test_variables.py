"""Variables, the directives that describe a request, and how worker processes draw."""

import collections
import unittest

import server
from server import Nginx, virtual_service
import loopback

RULES = virtual_service("""\
  - name: testers
    match: [{headers: {end-user: {exact: jason}}}]
    route: [{destination: {host: reviews, subset: v2, port: {number: 9080}}}]
  - match: [{uri: {prefix: /old}}]
    redirect: {uri: /new}
  - match: [{uri: {exact: /busy}}]
    fault: {abort: {httpStatus: 503, percentage: {value: 100}}}
    route: [{destination: {host: reviews}}]
  - match: [{uri: {exact: /slow}}]
    fault: {delay: {fixedDelay: 2s, percentage: {value: 100}}}
    route: [{destination: {host: reviews}}]
  - match: [{uri: {prefix: /api/}}]
    rewrite: {uri: /v1/, authority: backend.example.com}
    timeout: 2500ms
    route: [{destination: {host: reviews, port: {number: 9080}}}]
  - match: [{uri: {exact: /copied}}]
    mirrors: [{destination: {host: copy, port: {number: 1}}}, {destination: {host: copy, subset: s, port: {number: 2}}}]
    route: [{destination: {host: reviews}}]
  - match: [{queryParams: {kind: {exact: new}}}]
    route: [{destination: {host: reviews, subset: by-query}}]
  - match: [{method: {exact: PUT}}]
    route: [{destination: {host: reviews, subset: by-method}}]
  - route:
    - {destination: {host: reviews, subset: v1}, weight: 50}
    - {destination: {host: reviews, subset: v3}, weight: 50}
""")
STICKY = virtual_service("""\
  - route:
    - {destination: {host: reviews, subset: v1}, weight: 50}
    - {destination: {host: reviews, subset: v2}, weight: 50}
""", extra="  annotations: {sluice.dev/sticky: 'cookie:user;ttl=1h;path=/'}\n")

SERVER = """
    sluice_rules rules.yaml;
    %s
    server {
        listen 127.0.0.1:@port@;
        location / { return 200 "%s"; }
    }
"""
SHOP = "shop.example.com"
HOST = "reviews.default.svc.cluster.local"


def serve(variables, rules=RULES, http="", **options):
    return Nginx(SERVER % (http, variables), {"rules.yaml": rules}, **options)


class Destination(unittest.TestCase):
    def test_parts(self):
        with serve("$sluice_destination $sluice_service $sluice_namespace $sluice_subset $sluice_port $sluice_upstream") as nginx:
            self.assertEqual(nginx.text(headers=[("End-User", "jason")]), f"{HOST} reviews default v2 9080 {HOST}|v2|9080")

    def test_port_is_that_of_the_request(self):
        with serve("$sluice_upstream") as nginx:
            self.assertEqual(nginx.text("/slow"), f"{HOST}||{nginx.port}")

    def test_listener_port(self):
        with serve("$sluice_upstream", http="sluice_listener_port 9080;") as nginx:
            self.assertEqual(nginx.text("/slow"), f"{HOST}||9080")

    def test_one_decision_for_a_request(self):
        with serve("$sluice_subset $sluice_subset $sluice_upstream") as nginx:
            for _ in range(20):
                first, second, key = nginx.text().split()
                self.assertEqual(first, second)
                self.assertEqual(key, f"{HOST}|{first}|{nginx.port}")

    def test_mirrors(self):
        with serve("$sluice_mirrors") as nginx:
            copy = "copy.default.svc.cluster.local"
            self.assertEqual(nginx.text("/copied"), f"{copy}||1,{copy}|s|2")
            self.assertEqual(nginx.text("/"), "")


class Answer(unittest.TestCase):
    def test_outcomes(self):
        with serve("$sluice_outcome $sluice_status $sluice_location $sluice_fault") as nginx:
            self.assertEqual(nginx.text("/"), "forward   ")
            self.assertEqual(nginx.text("/old?a=b"), "redirect 301 http://reviews/new?a=b ")
            self.assertEqual(nginx.text("/busy"), "respond 503  abort")
            self.assertEqual(nginx.text("/slow"), "forward   delay")
            self.assertEqual(nginx.text("/", host="nowhere.example.com"), "passthrough   ")

    def test_what_is_sent(self):
        with serve("$sluice_path $sluice_authority $sluice_timeout") as nginx:
            self.assertEqual(nginx.text("/api/x%2Fy?q=1"), "/v1/x%2Fy?q=1 backend.example.com 2.500")
            self.assertEqual(nginx.text("/other?q"), "/other?q reviews ")

    def test_rule(self):
        with serve("$sluice_route,$sluice_resource,$sluice_rule") as nginx:
            self.assertEqual(nginx.text(headers=[("end-user", "jason")]),
                             "testers,VirtualService default/reviews,default/reviews/0/0")
            self.assertEqual(nginx.text(), ",VirtualService default/reviews,default/reviews/8/-")

    def test_grpc_status(self):
        rules = virtual_service("  - fault: {abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}\n"
                                "    route: [{destination: {host: reviews}}]\n")
        with serve("$sluice_status $sluice_grpc_status", rules) as nginx:
            self.assertEqual(nginx.text(headers=[("Content-Type", "application/grpc")]), "200 14")

    def test_hash(self):
        rules = RULES + ("---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: reviews}\nspec:\n"
                         "  host: reviews\n  trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}\n")
        with serve("$sluice_hash", rules.replace(", subset: v1", "").replace(", subset: v3", ""), http="") as nginx:
            one = nginx.text("/slow", headers=[("X-User", "a")])
            self.assertRegex(one, r"^\d+$")
            self.assertEqual(nginx.text("/slow", headers=[("X-User", "a")]), one)
            self.assertNotEqual(nginx.text("/slow", headers=[("X-User", "b")]), one)
            self.assertEqual(nginx.text("/slow"), "")


class Sticky(unittest.TestCase):
    def test_cookie_is_made_then_kept(self):
        variables = "$sluice_sticky $sluice_sticky_by $sluice_sticky_name $sluice_pick $sluice_subset"
        http = "add_header Set-Cookie $sluice_set_cookie;"
        with serve(variables, STICKY, http) as nginx:
            first = nginx.get()
            subset = first.body.decode().split()[-1]
            self.assertEqual(first.body.decode(), f"new cookie user sticky {subset}")
            cookie = first.get("Set-Cookie")
            self.assertRegex(cookie, r"^user=[^;]+; .*Max-Age=3600")
            for _ in range(5):
                again = nginx.get(headers=[("Cookie", "other=1; " + cookie.split(";")[0])])
                self.assertEqual(again.body.decode(), f"hit cookie user sticky {subset}")
                self.assertIsNone(again.get("Set-Cookie"))

    def test_several_cookie_lines(self):
        with serve("$sluice_sticky", STICKY) as nginx:
            self.assertEqual(nginx.text(headers=[("Cookie", "a=b"), ("Cookie", "user=u1")]), "hit")

    def test_key_of_the_caller(self):
        with serve("$sluice_sticky_by $sluice_subset", http="sluice_sticky_key $http_x_account;") as nginx:
            picks = {nginx.text(headers=[("X-Account", "7")]) for _ in range(10)}
            self.assertEqual(len(picks), 1)
            self.assertTrue(picks.pop().startswith("key "))


class Request(unittest.TestCase):
    """What of a request the rules see."""

    def test_query_and_method(self):
        with serve("$sluice_subset") as nginx:
            self.assertEqual(nginx.text("/?kind=new"), "by-query")
            self.assertEqual(nginx.text(method="PUT", body=b"x"), "by-method")

    def test_repeated_header_lines_are_joined(self):
        rules = RULES.replace("exact: jason", "exact: 'a,b,c'")
        with serve("$sluice_route", rules) as nginx:
            self.assertEqual(nginx.text(headers=[("End-User", c) for c in "abc"]), "testers")

    def test_many_lines_of_a_header(self):
        with serve("$sluice_outcome") as nginx:
            lines = b"end-user: x\r\n" * 500
            reply = nginx.raw(b"GET / HTTP/1.0\r\nHost: reviews\r\n" + lines + b"\r\n")
            self.assertTrue(reply.endswith(b"forward"), reply)

    def test_absolute_target_wins_over_host(self):
        with serve("$sluice_authority") as nginx:
            reply = nginx.raw(b"GET http://reviews:81/x HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n")
            self.assertIn(b"\r\n\r\nreviews:81", reply)

    def test_no_host_at_all(self):
        with serve("$sluice_outcome") as nginx:
            self.assertTrue(nginx.raw(b"GET / HTTP/1.0\r\n\r\n").endswith(b"passthrough"))

    def test_dot_segments_are_resolved_as_nginx_does(self):
        with serve("$sluice_path") as nginx:
            for path, seen in (
                ("/a/../b?x=..", "/b?x=.."), ("/a/./b", "/a/b"), ("/a/%2e%2e/b", "/b"), ("/a/.%2E/b", "/b"),
                ("/a%2F..%2Fb", "/b"), ("/a/..", "/"),
                # These are no dot segments, and stay as the client wrote them.
                ("/a%2Fb", "/a%2Fb"), ("/a/..b", "/a/..b"), ("/a/.b?c", "/a/.b?c"), ("//a", "//a"), ("/a%20b", "/a%20b"),
            ):
                self.assertEqual(nginx.text(path), seen, path)

    def test_rewritten_by_nginx(self):
        http = """
    sluice_rules rules.yaml;
    server {
        listen 127.0.0.1:@port@;
        rewrite ^/in/(.*)$ /api/$1;
        location / { return 200 "$sluice_path"; }
    }
"""
        with Nginx(http, {"rules.yaml": RULES}) as nginx:
            self.assertEqual(nginx.text("/in/x%20y?q"), "/v1/x%20y?q")

    def test_source(self):
        rules = virtual_service("""\
  - match: [{sourceNamespace: shop}]
    route: [{destination: {host: reviews, subset: shop}}]
  - match: [{sourceLabels: {app: till}}]
    route: [{destination: {host: reviews, subset: till}}]
  - route: [{destination: {host: reviews, subset: v1}}]
""")
        http = "sluice_source_namespace $http_x_from; sluice_source_label app $http_x_app;"
        with serve("$sluice_subset", rules, http) as nginx:
            self.assertEqual(nginx.text(), "v1")
            self.assertEqual(nginx.text(headers=[("X-From", "shop")]), "shop")
            self.assertEqual(nginx.text(headers=[("X-App", "till")]), "till")

    def test_claims(self):
        rules = virtual_service("""\
  - match: [{headers: {"@request.auth.claims.group": {exact: admin}}}]
    route: [{destination: {host: reviews, subset: admin}}]
  - route: [{destination: {host: reviews, subset: v1}}]
""", hosts="[shop.example.com]").replace("  http:\n", "  gateways: [front]\n  http:\n")
        http = "sluice_claim group $http_x_group; sluice_gateway default/front;"
        with serve("$sluice_subset", rules, http) as nginx:
            self.assertEqual(nginx.text(host=SHOP, headers=[("X-Group", "admin")]), "admin")
            self.assertEqual(nginx.text(host=SHOP), "v1")

    def test_gateway_and_scheme(self):
        rules = virtual_service("""\
  - match: [{scheme: {exact: https}}]
    route: [{destination: {host: reviews, subset: secure}}]
  - route: [{destination: {host: reviews, subset: v1}}]
""", hosts="[shop.example.com]").replace("  http:\n", "  gateways: [front]\n  http:\n")
        http = "sluice_gateway default/front; sluice_scheme $http_x_forwarded_proto;"
        with serve("$sluice_outcome $sluice_subset", rules, http) as nginx:
            self.assertEqual(nginx.text(host=SHOP), "forward v1")
            self.assertEqual(nginx.text(host=SHOP, headers=[("X-Forwarded-Proto", "https")]), "forward secure")
        with serve("$sluice_outcome", rules) as nginx:
            self.assertEqual(nginx.text(host=SHOP), "passthrough")
        with serve("$sluice_outcome", rules, "sluice_gateway default/other;") as nginx:
            self.assertEqual(nginx.text(host=SHOP), "not_found")

    def test_client_address(self):
        rules = STICKY.replace("'cookie:user;ttl=1h;path=/'", "source-ip")
        http = "set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;"
        with serve("$sluice_sticky_by $sluice_subset", rules, http) as nginx:
            picks = [nginx.text(headers=[("X-Real-IP", f"10.0.0.{n}")]) for n in range(20)]
            self.assertEqual(picks, [nginx.text(headers=[("X-Real-IP", f"10.0.0.{n}")]) for n in range(20)])
            self.assertEqual(set(picks), {"source-ip v1", "source-ip v2"})

    def test_a_key_that_depends_on_the_decision(self):
        """Such a value is empty, and the request is decided without it."""
        with serve("$sluice_outcome $sluice_path $sluice_sticky_by", http="sluice_sticky_key $sluice_subset;") as nginx:
            self.assertEqual(nginx.text("/x"), "forward /x ")
            self.assertEqual(nginx.log().count("depends on their decision"), 1)

    def test_requests_that_nginx_cannot_read(self):
        http = """
    sluice_rules rules.yaml;
    log_format rules '$status <$sluice_upstream>';
    server {
        listen 127.0.0.1:@port@;
        access_log @folder@/access.log rules;
        location / { return 200 "$sluice_subset"; }
    }
"""
        with Nginx(http, {"rules.yaml": RULES}) as nginx:
            self.assertIn(b"400", nginx.raw(b"no request\r\n\r\n"))
            self.assertIn(b"400", nginx.raw(b"GET / HTTP/1.1\r\n\r\n"))
            nginx.get("/")
            log = nginx.folder / "access.log"
            loopback.wait_until(lambda: "200 <" in log.read_text(), 20, "the last request is not logged")
            lines = log.read_text().splitlines()
            self.assertEqual(lines[0], "400 <->")
            self.assertRegex(lines[-1], r"^200 <reviews")


class Workers(unittest.TestCase):
    def draws(self, http, workers=2, count=40):
        """Of each worker process, the subsets that it picked, in order."""
        drawn = collections.defaultdict(str)
        with serve("$pid $sluice_subset", http=http, workers=workers) as nginx:
            for _ in range(2000):
                pid, subset = nginx.text().split()
                drawn[pid] += subset[1]
                if len(drawn) == workers and min(map(len, drawn.values())) >= count:
                    break
        return [text[:count] for _, text in sorted(drawn.items())]

    def test_workers_draw_differently(self):
        draws = self.draws("")
        self.assertEqual(len(draws), 2)
        self.assertNotEqual(*draws)

    def test_runs_draw_differently(self):
        self.assertNotEqual(self.draws("", workers=1), self.draws("", workers=1))

    def test_a_fixed_seed_repeats(self):
        self.assertEqual(self.draws("sluice_seed 7;", workers=1), self.draws("sluice_seed 7;", workers=1))
        self.assertNotEqual(self.draws("sluice_seed 7;", workers=1), self.draws("sluice_seed 8;", workers=1))

    def test_workers_differ_under_a_fixed_seed(self):
        self.assertNotEqual(*self.draws("sluice_seed 7;"))

    def test_shares(self):
        with serve("$sluice_subset", http="sluice_seed 7;") as nginx:
            picks = collections.Counter(nginx.text() for _ in range(400))
        self.assertEqual(set(picks), {"v1", "v3"})
        self.assertLess(abs(picks["v1"] - 200), 50)  # five standard deviations


if __name__ == "__main__":
    server.main()
