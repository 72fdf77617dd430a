"""The golden cases of tests/cases through a real HAProxy: it must do what sluicectl says.

Usage: test_haproxy_cases.py MODULE_FOLDER SLUICECTL
"""
import collections
import json
import os
import sys

import haproxy
import haproxy_golden
import loopback

SLUICECTL = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else ""


def apply(steps, fields):
    """Header lines after the steps of a decision: name -> values."""
    found = collections.defaultdict(list)
    for name, value in fields:
        found[name.lower()].append(value)
    for action, name, *value in steps:
        if action == "add":
            found[name] += value
        else:
            found[name] = value
    return found


class Cases(haproxy.Case):
    def config_for(self, sets):
        """A HAProxy that asks the set of rules that the header x-case names."""
        self.port, = loopback.free_ports(1)
        self.upstream = self.echo("echo")
        lua = 'local sluice = require("sluice")\n' + "".join(
            'sluice.register({name = "c%d", files = {"%s"}, options = "%s"})\n' % (number, *one)
            for one, number in sets.items())
        load = '    lua-prepend-path "%s/?.lua"\n    lua-load-per-thread %s\n' % (
            haproxy.MODULE, self.write("sets.lua", lua))
        lines = ["\nfrontend main\n    bind 127.0.0.1:%d\n    http-request set-var(txn.case) req.hdr(x-case)\n"
                 % self.port]
        for number in sets.values():
            here = "{ var(txn.case) -m str %d }" % number
            name = "c%d" % number
            lines.append("    http-request lua.%s if %s\n" % (name, here))
            lines.append("    http-response lua.%s_response if %s\n" % (name, here))
            lines.append('    http-response set-header x-fields "%%[var(txn.%s.fields),json(utf8s)]" if %s\n'
                         % (name, here))
        lines.append("    default_backend echo\nbackend echo\n    server s 127.0.0.1:%d\n" % self.upstream.port)
        return self.config("".join(lines), load)

    def check_forward(self, asked, decision, answer, where):
        self.assertEqual((answer.status, answer.get("x-server")), (200, "echo"), where)
        told = dict(line.split("=", 1) for line in
                    json.loads('"%s"' % answer.get("x-fields")).splitlines())
        self.assertEqual(told["outcome"], decision["outcome"], where)
        chosen = (told.get("host"), told.get("subset"), int(told.get("port", 0)))
        destination = decision["destination"]
        wanted = destination and (destination["host"], destination["subset"], destination["port"])
        if told.get("pick") == "random":
            able = [(one["host"], one["subset"]) for one in decision["split"] if one["fraction"] > 0]
            self.assertIn(chosen[:2], able, where)
        elif wanted:
            self.assertEqual(chosen, wanted, where)
        if told.get("pick") == "random" and chosen != wanted:
            return  # what else it says is of another destination
        received = answer.json()
        self.assertEqual(received["path"], decision["path"] or asked["path"], where)
        steps = decision["request_headers"]
        headers = apply(steps, asked["headers"])
        headers["host"] = [decision["authority"] or asked["authority"]]
        for name, values in headers.items():
            self.assertEqual(answer.received(name), values, (where, name))
        for name, values in apply(decision["response_headers"], []).items():
            self.assertEqual(answer.all(name), values, (where, name))
        for name, value in (decision["cors"] or {"response_headers": []})["response_headers"]:
            self.assertIn(value, answer.all(name), where)
        if not decision["hash_policy"]:  # whose cookie sluicectl does not print
            given = bool((decision["sticky"] or {}).get("set_cookie"))
            self.assertEqual(bool(answer.all("set-cookie")), given, where)

    def check_answer(self, decision, answer, where):
        local = decision.get("redirect") or decision["response"]
        grpc = (decision.get("response") or {}).get("grpc_status")
        self.assertEqual(answer.get("x-server"), None, where)
        if grpc is not None:
            self.assertEqual((answer.status, answer.get("grpc-status")), (200, str(grpc)), where)
            return
        self.assertEqual(answer.status, local["status"], where)
        if decision.get("redirect"):
            self.assertEqual(answer.get("location"), local["location"], where)
        else:
            self.assertEqual(answer.body.decode(), local.get("body") or "", where)
            for name, value in local.get("headers") or []:
                self.assertIn(value, answer.all(name), where)

    def replay(self, path):
        """How many requests of a case file went through HAProxy."""
        sets, work = haproxy_golden.work_of(path, self.write)
        if not work:
            return 0
        for _, number, _, _, asked in work:
            asked["headers"].append(("x-case", str(number)))
        process = self.start(self.config_for(sets), self.port)
        done = 0
        for _, line, asked, decision in haproxy_golden.decided(SLUICECTL, work):
            where = "%s:%d" % (path.name, line)
            answer = loopback.request(self.port, asked["method"], asked["path"], asked["authority"],
                                      asked["headers"])
            if decision["outcome"] in ("forward", "passthrough"):
                self.check_forward(asked, decision, answer, where)
            else:
                self.check_answer(decision, answer, where)
            done += 1
        process.stop()
        return done

    def test_haproxy_does_what_sluicectl_says(self):
        haproxy_golden.replay_all(self)


if __name__ == "__main__":
    haproxy.main()
