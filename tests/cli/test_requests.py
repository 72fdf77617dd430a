"""sluicectl route --requests: JSON Lines in, JSON Lines out."""
import json
import os
import time

import ctl


class Lines(ctl.Case):
    def test_order(self):
        users = ["jason" if i % 3 == 0 else "tom" for i in range(60)]
        answers = self.lines([{"authority": "reviews", "headers": [["end-user", u]]} for u in users])
        self.assertEqual([a["matched"]["rule"] for a in answers], [0 if u == "jason" else 1 for u in users])

    def test_defaults_and_null(self):
        bare, nulls = self.lines([{"authority": "reviews"}, {
            "protocol": None, "gateway": None, "port": None, "method": None, "scheme": None, "authority": "reviews",
            "path": None, "headers": None, "source": None, "sni": None, "destination_ip": None, "service": None,
            "claims": None, "sticky_key": None, "count": None}])
        self.assertEqual((bare["path"], bare["destination"]["port"]), ("/", 80))
        for name in ("matched", "split", "path", "authority", "retry"):
            self.assertEqual(bare[name], nulls[name])

    def test_secure_port(self):
        answer = self.lines([{"authority": "reviews", "scheme": "https"}])[0]
        self.assertEqual({s["port"] for s in answer["split"]}, {443})

    def test_malformed_lines_answer_and_go_on(self):
        rows = [
            ("", "not JSON"), ("{", "not JSON"), ("nonsense", "not JSON"), ("[]", "object"), ("7", "JSON"),
            ('{"port": "80"}', '"port"'), ('{"port": 65536}', '"port"'), ('{"port": -1}', '"port"'),
            ('{"port": 80.5}', '"port"'), ('{"method": 7}', '"method"'), ('{"protocol": "ftp"}', "ftp"),
            ('{"headers": {"a": "b"}}', '"headers"'), ('{"headers": [["a"]]}', '"headers"[0]'),
            ('{"headers": [["a", "b"], ["a", 1]]}', '"headers"[1]'), ('{"headers": ["ab"]}', '"headers"[0]'),
            ('{"source": "default"}', '"source"'), ('{"source": {"labels": ["a"]}}', '"labels"'),
            ('{"source": {"labels": {"a": 1}}}', '"a"'), ('{"source": {"namespace": 1}}', '"namespace"'),
            ('{"claims": "a"}', '"claims"'), ('{"count": 0}', '"count"'), ('{"count": 1e3}', '"count"'),
            ('{"service": []}', '"service"'), ('{"path": "\\ud800"}', "not JSON"), ('{"a": 1} {"b": 2}', "not JSON"),
            ('{"claims": %s1%s}' % ('{"a":' * 40, "}" * 40), '"claims"'), ("[" * 5000, "not JSON"),
        ]
        good = json.dumps({"authority": "reviews"})
        answers = self.lines([text for row in rows for text in (row[0], good)])
        for (text, words), bad, fine in zip(rows, answers[::2], answers[1::2]):
            with self.subTest(line=text[:60]):
                self.assertEqual(list(bad), ["error"])
                self.assertIn(words, bad["error"])
                self.assertEqual(fine["outcome"], "forward")

    def test_unknown_field_is_said_once(self):
        text = "".join(json.dumps({"authority": "reviews", "heders": []}) + "\n" for _ in range(3))
        out, err = self.run_ctl("route", "-f", "split.yaml", "--requests", "-", stdin=text)
        self.assertEqual(len(out.splitlines()), 3)
        self.assertEqual(err.count("heders"), 1)

    def test_line_ends(self):
        good = json.dumps({"authority": "reviews"})
        for text, count in (("", 0), (good, 1), (good + "\r\n" + good + "\r\n", 2), (good + "\n\n", 2)):
            out, _ = self.run_ctl("route", "-f", "split.yaml", "--requests", "-", stdin=text)
            self.assertEqual(len(out.splitlines()), count, repr(text))

    def test_requests_from_a_file_and_rules_from_stdin(self):
        self.write("r.jsonl", json.dumps({"authority": "reviews"}) + "\n")
        out, _ = self.run_ctl("route", "-f", "-", "--requests", "r.jsonl", stdin=ctl.SPLIT)
        self.assertEqual(json.loads(out)["outcome"], "forward")

    def test_flags_are_defaults(self):
        first, second = self.lines([{}, {"authority": "unheard.of"}], "--host", "reviews", "-H", "end-user: jason")
        self.assertEqual(first["matched"]["rule"], 0)
        self.assertNotEqual(second["outcome"], "forward")

    def test_count(self):
        answers = self.lines([{"authority": "reviews", "count": 1000}, {"authority": "reviews", "count": 1}])
        self.assertEqual(sum(answers[0]["observed"].values()), 1000)
        self.assertNotIn("observed", answers[1])

    def test_count_of_local_answers(self):
        self.write("t.json", ctl.service([{"directResponse": {"status": 204}}]))
        answer = self.lines([{"authority": "svc", "count": 5}], rules="t.json")[0]
        self.assertEqual(answer["observed"], {"respond": 5})

    def test_source_namespace_and_labels(self):
        self.write("t.json", ctl.service([
            {"match": [{"sourceNamespace": "shop"}], "route": [{"destination": {"host": "shop-only"}}]},
            {"match": [{"sourceLabels": {"app": "web"}}], "route": [{"destination": {"host": "web-only"}}]},
            {"route": [{"destination": {"host": "svc"}}]}]))
        answers = self.lines([
            {"authority": "svc.default", "source": {"namespace": "shop"}},
            {"authority": "svc.default", "source": {"labels": {"app": "web"}}},
            {"authority": "svc.default", "source": {"labels": {"app": "db"}}},
            {"authority": "svc.default", "source": {"namespace": "shop", "labels": {}}},
            {"authority": "svc.default"}], rules="t.json")
        self.assertEqual([a["destination"]["name"] for a in answers],
                         ["shop-only", "web-only", "svc", "shop-only", "svc"])

    def test_gateway_names(self):
        self.write("t.yaml", """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec: {selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs}
spec: {hosts: [shop.example], gateways: [gw], http: [{route: [{destination: {host: svc}}]}]}
""")
        answers = self.lines([{"authority": "shop.example", "gateway": g} for g in ("gw", "default/gw", "other/gw")],
                             rules="t.yaml")
        self.assertEqual([a["outcome"] for a in answers], ["forward", "forward", "not_found"])

    def test_claims(self):
        self.write("t.yaml", """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec: {selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs}
spec:
  hosts: [shop.example]
  gateways: [gw]
  http:
  - match: [{headers: {'@request.auth.claims.realm.groups': {exact: admin}}}]
    route: [{destination: {host: admin}}]
  - match: [{headers: {'@request.auth.claims.level': {exact: '7'}}}]
    route: [{destination: {host: seven}}]
  - route: [{destination: {host: svc}}]
""")
        claims = [{"realm": {"groups": ["users", "admin"]}}, {"realm": {"groups": "admin"}}, {"level": 7},
                  {"realm": {"groups": ["users"]}}, {"groups": "admin"}, {"realm": None}]
        answers = self.lines([{"authority": "shop.example", "gateway": "gw", "claims": c} for c in claims], rules="t.yaml")
        self.assertEqual([a["destination"]["name"] for a in answers], ["admin", "admin", "seven", "svc", "svc", "svc"])

    def test_answers_before_the_next_request(self):
        process = ctl.subprocess.Popen([ctl.program(), "route", "-f", "split.yaml", "--requests", "-"], cwd=self.folder,
                                       stdin=ctl.subprocess.PIPE, stdout=ctl.subprocess.PIPE, text=True)
        with process:
            for _ in range(3):
                process.stdin.write('{"authority": "reviews"}\n')
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["outcome"], "forward")
            process.stdin.close()
        self.assertEqual(process.returncode, 0)

    def test_thousands_of_lines_in_flat_memory(self):
        line = json.dumps({"authority": "reviews", "headers": [["end-user", "jason"]], "path": "/" + "x" * 200}) + "\n"
        start = time.monotonic()
        out, _ = self.run_ctl("route", "-f", "split.yaml", "--requests", "-", stdin=line * 10000)
        self.assertEqual(len(out.splitlines()), 10000)
        self.assertLess(time.monotonic() - start, 60)
        few, many = (self.peak_memory(line, count) for count in (2000, 20000))
        self.assertLess(many, few + 4096, "peak resident kilobytes")

    def peak_memory(self, line, count):
        self.write("big.jsonl", line * count)
        # AddressSanitizer keeps freed memory back; not so much of it here.
        env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
               ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}
        with open(os.path.join(self.folder, "out"), "wb") as out:
            process = ctl.subprocess.Popen([ctl.program(), "route", "-f", "split.yaml", "--requests", "big.jsonl"],
                                           cwd=self.folder, stdout=out, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        self.assertEqual(status, 0)
        return usage.ru_maxrss

    def test_long_line(self):
        answer = self.lines([{"authority": "reviews", "path": "/" + "x" * 300000}])[0]
        self.assertIn(answer["outcome"], ("forward", "unavailable"))


if __name__ == "__main__":
    ctl.main()
