"""sluicectl route: the JSON decision, field by field, and the request flags."""
import json

import ctl

FIELDS = ["outcome", "matched", "destination", "split", "sticky", "path", "authority", "request_headers",
          "response_headers", "timeout_ms", "backend_timeout_ms", "retry", "mirrors", "fault", "cors",
          "hash_policy", "load_balancer", "tls_mode", "upstream_tls"]


class Decision(ctl.Case):
    def test_fields_and_order(self):
        decision = self.route("--host", "reviews")
        self.assertEqual(list(decision)[:len(FIELDS)], FIELDS)
        self.assertNotIn("observed", decision)

    def test_forward(self):
        decision = self.route("--host", "reviews:9080", "--port", "9080", "--path", "/reviews/0?full=1",
                              "-H", "End-User: jason")
        self.assertEqual(decision["outcome"], "forward")
        matched = {k: decision["matched"][k] for k in ("kind", "namespace", "name", "rule", "match")}
        self.assertEqual(matched, {"kind": "VirtualService", "namespace": "default", "name": "reviewvs", "rule": 0,
                                   "match": 0})
        self.assertEqual(decision["destination"],
                         {"host": ctl.HOST, "name": "reviews", "namespace": "default", "subset": "v3",
                          "port": 9080, "labels": {"version": "v3"}, "app_protocol": None,
                          "endpoints": None})
        self.assertEqual(decision["path"], "/reviews/0?full=1")
        self.assertEqual(decision["authority"], "reviews:9080")
        self.assertEqual([s["fraction"] for s in decision["split"]], [1.0])
        for name in ("sticky", "timeout_ms", "backend_timeout_ms", "fault", "cors", "load_balancer", "tls_mode",
                     "upstream_tls", "redirect", "response"):
            self.assertIsNone(decision[name], name)
        for name in ("request_headers", "response_headers", "mirrors", "hash_policy"):
            self.assertEqual(decision[name], [], name)

    def test_split(self):
        decision = self.route("--host", "reviews")
        self.assertIsNone(decision["matched"]["match"])
        self.assertEqual(decision["split"], [
            {"host": ctl.HOST, "name": "reviews", "namespace": "default", "subset": "v2", "port": 80, "fraction": 0.9},
            {"host": ctl.HOST, "name": "reviews", "namespace": "default", "subset": "v3", "port": 80, "fraction": 0.1}])

    def test_fractions_are_exact(self):
        weights = [1, 2, 4]
        self.write("t.json", ctl.service([{"route": [{"destination": {"host": "h%d" % w}, "weight": w} for w in weights]}]))
        decision = self.route("--host", "svc", rules="t.json")
        self.assertEqual([s["fraction"] for s in decision["split"]], [w / 7 for w in weights])
        self.assertEqual([s["subset"] for s in decision["split"]], [None] * 3)

    def test_outside_host(self):
        self.write("t.json", ctl.service([{"route": [{"destination": {"host": "api.example.com"}}]}]))
        to = self.route("--host", "svc", rules="t.json")["destination"]
        self.assertEqual((to["host"], to["name"], to["namespace"], to["subset"]), ("api.example.com", None, None, None))

    def test_actions(self):
        self.write("t.json", ctl.service([{
            "route": [{"destination": {"host": "svc"}}],
            "timeout": "1.5s", "retries": {"attempts": 3, "perTryTimeout": "2s", "retryOn": "5xx,503"},
            "headers": {"request": {"set": {"x-a": "1"}, "add": {"x-b": "2"}, "remove": ["x-c"]}},
            "mirrors": [{"destination": {"host": "shadow"}, "percentage": {"value": 25}}],
            "fault": {"delay": {"fixedDelay": "7s", "percentage": {"value": 100}}},
            "rewrite": {"uri": "/new"}}]))
        decision = self.route("--host", "svc", rules="t.json")
        self.assertEqual(decision["timeout_ms"], 1500)
        self.assertEqual((decision["retry"]["attempts"], decision["retry"]["per_try_timeout_ms"]), (3, 2000))
        self.assertEqual(sorted(map(tuple, decision["request_headers"])),
                         [("add", "x-b", "2"), ("remove", "x-c"), ("set", "x-a", "1")])
        mirror = decision["mirrors"][0]
        self.assertEqual((mirror["host"], mirror["fraction"]), ("shadow.default.svc.cluster.local", 0.25))
        self.assertIsInstance(mirror["chosen"], bool)
        fault = decision["fault"]
        self.assertEqual((fault["delay_ms"], fault["delay_fraction"], fault["delay_chosen"], fault["abort_status"],
                          fault["abort_fraction"]), (7000, 1.0, True, None, None))
        self.assertEqual(decision["path"], "/new")

    def test_local_answers(self):
        self.write("t.json", ctl.service([
            {"match": [{"uri": {"exact": "/r"}}], "redirect": {"uri": "/x", "authority": "e.example"}},
            {"match": [{"uri": {"exact": "/d"}}], "directResponse": {"status": 418, "body": {"string": "short"}}},
            {"match": [{"uri": {"exact": "/a"}}], "route": [{"destination": {"host": "svc"}}],
             "fault": {"abort": {"httpStatus": 503, "percentage": {"value": 100}}}}]))
        redirect = self.route("--host", "svc", "--path", "/r", rules="t.json")
        self.assertEqual((redirect["outcome"], redirect["redirect"]["status"], redirect["redirect"]["location"],
                          redirect["redirect"]["host"], redirect["response"]),
                         ("redirect", 301, "http://e.example/x", "e.example", None))
        direct = self.route("--host", "svc", "--path", "/d", rules="t.json")
        self.assertEqual((direct["outcome"], direct["response"]["status"], direct["response"]["body"],
                          direct["response"]["grpc_status"]), ("respond", 418, "short", None))
        abort = self.route("--host", "svc", "--path", "/a", rules="t.json")
        self.assertEqual((abort["outcome"], abort["response"]["status"], abort["fault"]["abort_chosen"]),
                         ("respond", 503, True))
        lost = self.route("--host", "svc", "--path", "/none", rules="t.json")
        self.assertEqual((lost["outcome"], lost["response"]["status"], lost["destination"], lost["matched"]),
                         ("not_found", 404, None, None))

    def test_policy(self):
        self.write("t.yaml", ctl.SPLIT + """\
  trafficPolicy:
    loadBalancer:
      consistentHash:
        httpCookie: {name: uid, ttl: 60s}
    tls: {mode: SIMPLE, sni: reviews.example}
    connectionPool: {http: {http1MaxPendingRequests: 7}}
    outlierDetection: {consecutive5xxErrors: 3}
""")
        decision = self.route("--host", "reviews", rules="t.yaml")
        self.assertEqual(decision["upstream_tls"], {"mode": "SIMPLE", "sni": "reviews.example"})
        self.assertIn("consistentHash", decision["load_balancer"])
        self.assertEqual(decision["hash_policy"][0]["cookie"]["name"], "uid")
        self.assertEqual(decision["hash_policy"][0]["cookie"]["ttl_ms"], 60000)
        policy = decision["traffic_policy"]
        self.assertEqual(policy["connection_pool"]["http"]["http1_max_pending_requests"], 7)
        self.assertEqual(policy["outlier_detection"]["consecutive_5xx_errors"], 3)
        self.assertIsNone(policy["retry_budget"])

    def test_sticky(self):
        decision = self.route("--host", "reviews", "--sticky-key", "user-1")
        self.assertEqual(decision["sticky"], {"by": "key", "name": None, "hit": True, "set_cookie": None})
        self.write("t.yaml", ctl.SPLIT.replace("metadata:\n", "metadata:\n  annotations: {sluice.dev/sticky: 'cookie:uid;ttl=1h'}\n", 1))
        decision = self.route("--host", "reviews", "-H", "cookie: uid=u7", rules="t.yaml")
        self.assertEqual(decision["sticky"], {"by": "cookie", "name": "uid", "hit": True, "set_cookie": None})
        decision = self.route("--host", "reviews", rules="t.yaml")
        self.assertFalse(decision["sticky"]["hit"])
        self.assertIn("uid=", decision["sticky"]["set_cookie"])

    def test_seed(self):
        first = [self.route("--host", "reviews", "--seed", str(s))["destination"]["subset"] for s in range(30)]
        again = [self.route("--host", "reviews", "--seed", str(s))["destination"]["subset"] for s in range(30)]
        self.assertEqual(first, again)
        self.assertEqual(set(first), {"v2", "v3"})

    def test_count(self):
        decision = self.route("--host", "reviews", "--count", "10000")
        observed = decision["observed"]
        self.assertEqual(set(observed), {ctl.HOST + "|v2|80", ctl.HOST + "|v3|80"})
        self.assertEqual(sum(observed.values()), 10000)
        self.assertLess(abs(observed[ctl.HOST + "|v3|80"] - 1000), 150)

    def test_any_bytes(self):
        done = ctl.subprocess.run([ctl.program(), "route", "-f", "split.yaml", "--json", "--host", "reviews", "--path",
                                   b"/\xff\x01\xed\xa0\x80"], capture_output=True, cwd=self.folder, check=True)
        self.assertEqual(json.loads(done.stdout.decode())["path"], "/\ufffd\x01\ufffd\ufffd\ufffd")


class People(ctl.Case):
    def test_block(self):
        out, _ = self.run_ctl("route", "-f", "split.yaml", "--host", "reviews", "--count", "100")
        self.assertRegex(out, r"outcome +forward to %s subset v[23] port 80\n" % ctl.HOST)
        self.assertRegex(out, r"split +90\.00 %")
        self.assertRegex(out, r"observed +\d")
        self.assertNotIn("\x1b", out)

    def test_no_host_is_noted(self):
        _, err = self.run_ctl("route", "-f", "split.yaml")
        self.assertIn("--host", err)
        _, err = self.run_ctl("route", "-f", "split.yaml", "--host", "reviews")
        self.assertEqual(err, "")

    def test_controls_are_escaped(self):
        out, _ = self.run_ctl("route", "-f", "split.yaml", "--host", "reviews", "--path", "/\x1b[2J")
        self.assertIn("/\\x1b[2J", out)


if __name__ == "__main__":
    ctl.main()
