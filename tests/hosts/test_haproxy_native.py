"""HAProxy built from Debian's source with the native fetch and converter: the same answers as sluicectl.

Usage: test_haproxy_native.py FOLDER LIBSLUICE.A SLUICECTL. Skipped where the source package cannot be had.
"""
import json
import os
import subprocess
import sys
import unittest

import haproxy
import haproxy_golden
import loopback

FOLDER, LIBRARY, SLUICECTL = (os.path.abspath(path) for path in sys.argv[1:4])
PROGRAM = os.path.join(FOLDER, "haproxy-source", "haproxy")
FIELDS = '"%[sluice(outcome),regsub(.*,)]%[var(txn.sluice.fields),json(utf8s)]"'
FRONTEND = """
frontend main
    bind 127.0.0.1:%(port)d
    http-request set-var-fmt(txn.request) "%%[method] %%[req.hdr(host)] %%[pathq]\\n%%[req.hdrs]"
    http-request return status 200 content-type text/plain lf-string %(answer)s
"""


class Native(haproxy.Case):
    def load(self, rules, options="port=80"):
        return "    sluice-rules %s\n    sluice-options %s\n" % (rules, options)

    def serve(self, rules, answer, options="port=80", threads=2):
        self.port, = loopback.free_ports(1)
        config = self.config(FRONTEND % {"port": self.port, "answer": answer}, self.load(rules, options), threads)
        self.process = self.start(config, self.port, haproxy=PROGRAM)

    def ask(self, **more):
        answer = loopback.request(self.port, host=more.pop("host", "a.com"), **more)
        self.assertEqual(answer.status, 200)
        return answer.body.decode()

    def refused(self, load, answer='"%[sluice]"'):
        config = self.config(FRONTEND % {"port": 1, "answer": answer}, load)
        status, said = self.check(config, PROGRAM)
        self.assertEqual(status, 1, said)
        return said

    def test_all_fetches_of_a_request_tell_of_one_decision(self):
        self.serve(self.write("rules.yaml", haproxy.split(1, 1)), '"%[sluice] %[sluice(subset)] %[sluice(subset)]"')
        seen = set()
        for _ in range(40):
            backend, *subsets = self.ask().split()
            self.assertEqual(subsets, [backend.split(":")[1]] * 2)
            seen.add(backend)
        self.assertEqual(len(seen), 2)

    def test_the_converter_decides_by_text(self):
        rules = haproxy.virtual_service(
            "{match: [{headers: {end-user: {exact: jason}}}], route: [{destination: {host: reviews, subset: v3}}]}",
            "{route: [{destination: {host: reviews, subset: v1}}]}")
        self.serve(self.write("rules.yaml", rules), '"%[var(txn.request),sluice(subset)] %[var(txn.request),sluice]"')
        self.assertEqual(self.ask(), "v1 reviews.default.svc.cluster.local:v1")
        self.assertEqual(self.ask(headers=[("End-User", "jason")]), "v3 reviews.default.svc.cluster.local:v3")

    def test_knows_the_source_address(self):
        rules = haproxy.split(1, 1, annotations="sluice.dev/sticky: source-ip")
        self.serve(self.write("rules.yaml", rules), '"%[sluice(subset)] %[sluice(sticky)]"')
        self.assertEqual(len({self.ask() for _ in range(20)}), 1)
        self.assertIn("source-ip", self.ask())

    def test_broken_rules_and_options_and_fields_are_refused(self):
        good = self.write("good.yaml", haproxy.split(1))
        bad = self.write("rules.yaml", haproxy.split(1) + "  colour: red\n")
        self.assertRegex(self.refused(self.load(bad)), r"sluice: .*rules\.yaml:8:3: error: .*colour.* \[IST0106\]")
        self.assertIn('option "colour=red" is not known', self.refused(self.load(good, "colour=red")))
        self.assertIn("no field 'colour'", self.refused(self.load(good), '"%[sluice(colour)]"'))
        self.assertIn("No such file", self.refused(self.load("/nonexistent.yaml")))
        self.assertIn("expects the names of rule files", self.refused("    sluice-rules\n"))

    def test_the_sample_configuration_is_accepted(self):
        examples = os.path.join(haproxy.SOURCE, "bindings", "haproxy", "examples")
        with open(os.path.join(examples, "native.cfg"), encoding="utf-8") as file:
            config = self.write("native.cfg", file.read().replace("/etc/haproxy", examples))
        status, said = self.check(config, PROGRAM)
        self.assertEqual(status, 0, said)
        self.assertNotIn("WARNING", said)

    def test_without_rules_nothing_is_decided(self):
        self.port, = loopback.free_ports(1)
        config = self.config(FRONTEND % {"port": self.port, "answer": '"[%[sluice]]"'}, "")
        self.start(config, self.port, haproxy=PROGRAM)
        self.assertEqual(self.ask(), "[]")

    def test_threads_under_load_stay_within_the_weights(self):
        self.serve(self.write("rules.yaml", haproxy.split(3, 1)), '"%[sluice(subset)]"', threads=4)
        load = loopback.Load(self.port, keep_alive=6, fresh=2, host="a.com",
                             classify=lambda answer: answer.body.decode())
        load.wait_for(3000)
        counts = load.stop()
        total = sum(counts.values())
        self.assertEqual((set(counts), load.failures), ({"v1", "v2"}, []))
        self.assertLess(abs(counts["v2"] - total / 4), 6 * (total * 3 / 16) ** 0.5)

    def compare(self, told, decision, where):
        self.assertEqual(told["outcome"], decision["outcome"], where)
        destination = decision["destination"]
        if not destination:
            self.assertNotIn("host", told, where)
        elif told["pick"] == "random":
            able = [(one["host"], one["subset"]) for one in decision["split"] if one["fraction"] > 0]
            self.assertIn((told["host"], told.get("subset")), able, where)
        else:
            self.assertEqual((told["host"], told.get("subset"), int(told["port"])),
                             (destination["host"], destination["subset"], destination["port"]), where)
            self.assertEqual((told.get("path"), told.get("authority")),
                             (decision["path"], decision["authority"]), where)

    def replay(self, path):
        sets, work = haproxy_golden.work_of(path, self.write)
        cases = list(haproxy_golden.decided(SLUICECTL, work))
        for (rules, options), number in sets.items():
            self.serve(rules, FIELDS, options, threads=1)
            for _, line, asked, decision in (case for case in cases if case[0] == number):
                answer = loopback.request(self.port, asked["method"], asked["path"], asked["authority"],
                                          asked["headers"])
                told = dict(text.split("=", 1) for text in json.loads('"%s"' % answer.body.decode()).splitlines())
                self.compare(told, decision, "%s:%d" % (path.name, line))
            self.process.stop()
        return len(cases)

    def test_golden_cases_are_decided_as_sluicectl_does(self):
        haproxy_golden.replay_all(self)


if __name__ == "__main__":
    built = subprocess.run([os.path.join(haproxy.SOURCE, "tests", "hosts", "haproxy_native_build"), FOLDER, LIBRARY],
                           check=False).returncode
    if built:
        sys.exit(built)
    sys.argv[1:] = sys.argv[4:]
    unittest.main()
