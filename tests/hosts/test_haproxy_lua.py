"""The Lua module of the HAProxy binding: converter, fetch, sets of rules, options, threads, refusals."""
import haproxy
import loopback

RULES = haproxy.virtual_service(
    '{match: [{headers: {end-user: {exact: jason}}}], route: [{destination: {host: reviews, subset: v3}}]}',
    '{match: [{uri: {exact: /port}, port: 8080}], route: [{destination: {host: reviews, subset: p}}]}',
    '{match: [{uri: {exact: /secure}, scheme: {exact: https}}],'
    ' route: [{destination: {host: reviews, subset: s}}]}',
    '{match: [{uri: {exact: /abort}}], fault: {abort: {httpStatus: 503, percentage: {value: 100}}},'
    ' route: [{destination: {host: reviews}}]}',
    '{match: [{uri: {exact: /v1}}], route: [{destination: {host: reviews, subset: v1}}]}')

SOURCE_IP = haproxy.split(1, 1, 1, 1, name="ip", hosts="ip.com",
                          annotations="sluice.dev/sticky: source-ip")

FRONTEND = """
frontend main
    bind 127.0.0.1:%(port)d
"""

TEXT = ('    http-request set-var-fmt(txn.request) "%[method] %[req.hdr(host)] %[pathq]\\n'
        '%[req.hdrs]"\n')


def answer_with(expression):
    return '    http-request return status 200 content-type text/plain lf-string "%s"\n' % expression


class Lua(haproxy.Case):
    def serve(self, rules, *lines, options="port=80", threads=2):
        """Start HAProxy with a frontend of these lines."""
        self.port, = loopback.free_ports(1)
        path = self.write("rules.yaml", rules)
        config = self.config(FRONTEND % {"port": self.port} + "".join(lines),
                             self.lua(path, options), threads)
        self.process = self.start(config, self.port)

    def ask(self, path="/", host="a.com", headers=()):
        answer = loopback.request(self.port, path=path, host=host, headers=headers)
        self.assertEqual(answer.status, 200)
        return answer.body.decode()


class Converter(Lua):
    def serve_text(self, request, field="", **more):
        self.serve(RULES + "---\n" + SOURCE_IP,
                   "    http-request set-var-fmt(txn.request) \"%s\"\n" % request,
                   answer_with("%%[var(txn.request),lua.sluice%s]" % field), **more)

    def test_decides_by_request_line_and_header_lines(self):
        self.serve(RULES, TEXT, answer_with("%[var(txn.request),lua.sluice]"))
        self.assertEqual(self.ask("/v1"), "reviews.default.svc.cluster.local:v1")
        self.assertEqual(self.ask("/", headers=[("end-user", "jason")]),
                         "reviews.default.svc.cluster.local:v3")

    def test_needs_no_header_lines(self):
        self.serve_text("GET a.com %[pathq]", "(subset)")
        self.assertEqual(self.ask("/v1"), "v1")

    def test_gives_any_field(self):
        self.serve(RULES, TEXT, answer_with("%[var(txn.request),lua.sluice(outcome)]"
                                            "|%[var(txn.request),lua.sluice(host)]"
                                            "|%[var(txn.request),lua.sluice(port)]"
                                            "|%[var(txn.request),lua.sluice(rule)]"))
        self.assertEqual(self.ask("/v1"), "forward|reviews.default.svc.cluster.local|80|default/a")
        self.assertEqual(self.ask("/abort"), "respond|||default/a")
        self.assertEqual(self.ask("/", host="b.com"), "passthrough|||")

    def test_says_of_an_unknown_field_that_there_is_none(self):
        self.serve(RULES, TEXT, answer_with("[%[var(txn.request),lua.sluice(colour)]]"))
        self.assertEqual(self.ask("/v1"), "[]")
        self.assertIn('no field "colour"', self.process.log())

    def test_reads_what_is_no_header_from_lines_that_begin_with_a_colon(self):
        self.serve_text("GET a.com %[pathq]\\n:port: 8080\\n:scheme: https", "(subset)", options="")
        self.assertEqual((self.ask("/port"), self.ask("/secure")), ("p", "s"))

    def test_is_sticky_by_the_source_address_given(self):
        self.serve_text("GET ip.com /\\n:source-ip: %[req.hdr(x-ip)]", "(subset)")
        seen = {}
        for number in range(40):
            ip = "10.0.0.%d" % number
            seen[ip] = self.ask(headers=[("x-ip", ip)])
            self.assertEqual(self.ask(headers=[("x-ip", ip)]), seen[ip])
        self.assertEqual(set(seen.values()), {"v1", "v2", "v3", "v4"})

    def test_takes_any_text(self):
        self.serve(RULES, answer_with("[%[req.hdr(x-text),lua.sluice(outcome)]]"))
        for text in ("GET", "GET ", " ", "  ", "GET a.com", ":", "GET a.com /" + "x" * 7000, "\xff\xfe\x80"):
            self.assertRegex(self.ask(headers=[("x-text", text)]), r"^\[[a-z_]*\]$")


class Fetch(Lua):
    def test_decides_once_for_a_request(self):
        self.serve(haproxy.split(1, 1), answer_with("%[lua.sluice] %[lua.sluice(subset)] %[lua.sluice(subset)]"))
        seen = set()
        for _ in range(40):
            backend, *subsets = self.ask().split()
            self.assertEqual(subsets, [backend.split(":")[1]] * 2)
            seen.add(backend)
        self.assertEqual(len(seen), 2)

    def test_reads_what_the_action_decided(self):
        self.serve(haproxy.split(1, 1), "    http-request lua.sluice\n",
                   answer_with("%[var(txn.sluice.backend)] %[lua.sluice]"))
        for _ in range(20):
            action, fetch = self.ask().split()
            self.assertEqual(action, fetch)

    def test_tells_the_log_what_was_decided(self):
        server = self.echo("echo")
        self.serve(haproxy.split(1), "    log stdout format raw local0\n",
                   '    log-format "decided %[lua.sluice(subset)] %[var(txn.sluice.backend)]"\n',
                   "    http-request lua.sluice\n    default_backend echo\nbackend echo\n",
                   "    server s 127.0.0.1:%d\n" % server.port)
        self.ask()
        loopback.wait_until(lambda: "decided v1 reviews.default.svc.cluster.local:v1" in self.process.log(),
                            5, "a line of the log")

    def test_knows_headers_port_and_source(self):
        self.serve(RULES + "---\n" + SOURCE_IP, answer_with("%[lua.sluice(subset)] %[lua.sluice(sticky)]"),
                   options="port=8080")
        self.assertEqual(self.ask("/port"), "p none")
        self.assertEqual(self.ask("/port", headers=[("end-user", "jason")]), "v3 none")
        self.assertEqual(self.ask("/", host="ip.com").split()[1], "source-ip")

    def test_takes_the_port_that_the_client_connected_to(self):
        port, = loopback.free_ports(1)
        rules = RULES.replace("port: 8080", "port: %d" % port)
        path = self.write("rules.yaml", rules)
        config = self.config(FRONTEND % {"port": port} + answer_with("%[lua.sluice(subset)]"),
                             self.lua(path, ""))
        self.start(config, port)
        self.assertEqual(loopback.request(port, path="/port", host="a.com:%d" % port).body, b"p")


class Sets(Lua):
    def test_a_lua_file_may_register_several_sets(self):
        self.port, = loopback.free_ports(1)
        one = self.write("one two.yaml", haproxy.split(1))
        two = self.write("two.yaml", haproxy.split(0, 1))
        lua = self.write("sets.lua", 'local sluice = require("sluice")\n'
                         'sluice.register({name = "edge", files = {"%s"}, options = "port=80"})\n'
                         'sluice.register({name = "inner", files = {"%s"}})\n' % (one, two))
        load = ('    lua-prepend-path "%s/?.lua"\n    lua-load-per-thread %s\n' % (haproxy.MODULE, lua))
        config = self.config(FRONTEND % {"port": self.port}
                             + "    http-request lua.edge\n    http-request lua.inner\n"
                             + answer_with("%[var(txn.edge.backend)] %[lua.inner(subset)]"), load)
        self.start(config, self.port)
        self.assertEqual(self.ask(), "reviews.default.svc.cluster.local:v1 v2")

    def test_rules_may_stand_in_several_files(self):
        self.port, = loopback.free_ports(1)
        files = [self.write("a.yaml", haproxy.split(1)),
                 self.write("b.yaml", haproxy.split(0, 1, name="b", hosts="b.com"))]
        config = self.config(FRONTEND % {"port": self.port} + answer_with("%[lua.sluice(subset)]"),
                             self.lua(" ".join(files)))
        self.start(config, self.port)
        self.assertEqual((self.ask(), self.ask(host="b.com")), ("v1", "v2"))

    def test_works_in_the_one_state_of_lua_load(self):
        self.port, = loopback.free_ports(1)
        rules = self.write("rules.yaml", haproxy.split(1))
        config = self.config(FRONTEND % {"port": self.port} + "    http-request lua.sluice\n"
                             + answer_with("%[lua.sluice(subset)]"),
                             self.lua(rules).replace("lua-load-per-thread", "lua-load"), threads=4)
        self.start(config, self.port)
        load = loopback.Load(self.port, keep_alive=4, fresh=0, host="a.com",
                             classify=lambda answer: answer.body)
        load.wait_for(500)
        self.assertEqual((set(load.stop()), load.failures), ({b"v1"}, []))


class Options(Lua):
    def test_gateway_rules_hold_on_that_gateway_alone(self):
        rules = haproxy.split(1).replace("  http:", "  gateways: [ns/gw]\n  http:")
        self.serve(rules, answer_with("%[lua.sluice(outcome)]"))
        self.assertEqual(self.ask(), "passthrough")
        self.process.stop()
        self.serve(rules + GATEWAY, answer_with("%[lua.sluice(outcome)]"), options="port=80 gateway=ns/gw")
        self.assertEqual(self.ask(), "forward")

    def test_labels_and_namespace_of_the_proxy(self):
        rules = haproxy.virtual_service(
            "{match: [{sourceLabels: {app: web}, sourceNamespace: front}], route: [{destination: {host: reviews}}]}")
        self.serve(rules, answer_with("%[lua.sluice(outcome)]"), options="label:app=web namespace=front")
        self.assertEqual(self.ask(), "forward")

    def test_grpc_answers_carry_the_status_in_a_header(self):
        self.serve(RULES, "    http-request lua.sluice\n", options="protocol=grpc port=80")
        answer = loopback.request(self.port, method="POST", path="/abort", host="a.com")
        self.assertEqual((answer.status, answer.get("content-type"), answer.get("grpc-status"), answer.body),
                         (200, "application/grpc", "14", b""))

    def test_an_unknown_option_is_refused(self):
        for option in ("colour=red", "port=0", "port=65536", "registry=maybe", "lenient=1", "gateway="):
            config = self.config(FRONTEND % {"port": 1}, self.lua(self.write("r.yaml", RULES), option))
            status, said = self.check(config)
            self.assertEqual(status, 1, said)
            self.assertIn('option "%s" is not known' % option, said)


GATEWAY = """\
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: ns}
spec:
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
"""


class Refusals(Lua):
    def refused(self, rules):
        path = self.write("rules.yaml", rules)
        config = self.config(FRONTEND % {"port": 1} + "    http-request lua.sluice\n", self.lua(path))
        status, said = self.check(config)
        self.assertEqual(status, 1, said)
        return said

    def test_every_finding_has_its_place_and_nothing_else_is_said(self):
        said = self.refused(haproxy.split(1) + "  colour: red\n  size: 4\n")
        self.assertRegex(said, r"rules\.yaml:8:3: error: .*colour.* \[IST0106\]")
        self.assertRegex(said, r"rules\.yaml:9:3: error: .*size.* \[IST0106\]")
        self.assertNotIn("expects", said)

    def test_a_file_that_is_no_yaml(self):
        self.assertRegex(self.refused("a: [b\n"), r"rules\.yaml:\d+:\d+: error: ")

    def test_a_file_that_is_missing(self):
        config = self.config(FRONTEND % {"port": 1}, self.lua("/nonexistent/rules.yaml"))
        status, said = self.check(config)
        self.assertEqual(status, 1)
        self.assertIn("/nonexistent/rules.yaml: error: No such file or directory", said)

    def test_no_file_at_all(self):
        config = self.config(FRONTEND % {"port": 1}, self.lua(" "))
        status, said = self.check(config)
        self.assertEqual(status, 1)
        self.assertIn("SLUICE_RULES names no file", said)


class Threads(Lua):
    WARNED = haproxy.split(1, 1) + "---\n" + haproxy.split(1, 1, name="b", hosts="a.com")

    def test_rules_are_compiled_once_for_all_threads(self):
        self.serve(self.WARNED, answer_with("%[lua.sluice(outcome)]"), options="lenient", threads=8)
        lines = [line for line in self.process.log().splitlines() if "rules.yaml:" in line]
        self.assertGreater(len(lines), 0)
        self.assertEqual(len(lines), len(set(lines)), "\n".join(lines))

    def memory(self, threads):
        many = "---\n".join(haproxy.split(1, 1, name="n%d" % i, hosts="h%d.com" % i)
                            for i in range(5000))
        self.serve(many, answer_with("%[lua.sluice(outcome)]"), threads=threads)
        self.assertEqual(self.ask(host="h4999.com"), "forward")
        memory = loopback.resident_kib(self.process.pid)
        self.process.stop()
        return memory

    def test_threads_share_the_memory_of_the_rules(self):
        bare = self.memory_of_no_rules()
        one, eight = self.memory(1) - bare, self.memory(8) - bare
        self.assertLess(eight, 2 * one, "KiB above a HAProxy without many rules")

    def memory_of_no_rules(self):
        self.serve(haproxy.split(1, 1), answer_with("%[lua.sluice(outcome)]"), threads=1)
        memory = loopback.resident_kib(self.process.pid)
        self.process.stop()
        return memory

    def sequences(self):
        """Subsets that 64 requests to either of two threads got."""
        ports = loopback.free_ports(2)
        rules = self.write("rules.yaml", haproxy.split(1, 1))
        frontends = "".join("\nfrontend f%d\n    bind 127.0.0.1:%d thread %d\n" % (n, port, n)
                            + answer_with("%[lua.sluice(subset)]") for n, port in enumerate(ports, 1))
        process = self.start(self.config(frontends, self.lua(rules)), ports[0])
        found = ["".join(loopback.request(port, host="a.com").body.decode()[1] for _ in range(64))
                 for port in ports]
        process.stop()
        return found

    def test_each_thread_and_each_start_has_random_numbers_of_its_own(self):
        found = self.sequences() + self.sequences()
        self.assertEqual(len(set(found)), 4, found)
        for sequence in found:
            self.assertEqual(set(sequence), {"1", "2"})

    def test_many_threads_at_once_stay_within_the_weights(self):
        self.serve(haproxy.split(3, 1), answer_with("%[lua.sluice(subset)]"), threads=4)
        load = loopback.Load(self.port, keep_alive=6, fresh=2, host="a.com",
                             classify=lambda answer: answer.body.decode())
        load.wait_for(3000)
        counts = load.stop()
        total = sum(counts.values())
        self.assertEqual((set(counts), load.failures), ({"v1", "v2"}, []))
        deviation = (total * 3 / 16) ** 0.5
        self.assertLess(abs(counts["v2"] - total / 4), 6 * deviation)


if __name__ == "__main__":
    haproxy.main()
