"""Reload of the HAProxy binding by its master: new weights, refused rules and sticky users under load."""
import os
import re

import haproxy
import loopback

SECTIONS = """
frontend main
    bind 127.0.0.1:%(port)d
    http-request lua.sluice
    http-response lua.sluice_response if { var(txn.sluice.response) -m found }
    use_backend %%[var(txn.sluice.backend)]

backend reviews.default.svc.cluster.local:v1
    server s 127.0.0.1:%(v1)d
backend reviews.default.svc.cluster.local:v2
    server s 127.0.0.1:%(v2)d
"""

STICKY = 'sluice.dev/sticky: "cookie:uid;ttl=1h"'


def server_of(response):
    return (response.status, response.get("x-server"))


class Reload(haproxy.Case):
    def serve(self, rules):
        self.write("rules.yaml", rules)
        self.port, = loopback.free_ports(1)
        ports = {name: self.echo(name).port for name in ("v1", "v2")}
        config = self.config(SECTIONS % {"port": self.port, **ports},
                             self.lua(os.path.join(self.folder, "rules.yaml")))
        self.master = self.start(config, self.port, master=True)

    def load(self):
        return loopback.Load(self.port, keep_alive=3, fresh=2, seconds=60, host="a.com", classify=server_of)

    def test_new_weights_take_over_and_no_request_fails(self):
        self.serve(haproxy.split(100, 0))
        load = self.load()
        load.wait_for(200)
        self.assertEqual(set(load.counts), {(200, "v1")})
        for weights in ((90, 10), (50, 50), (10, 90), (0, 100)):
            self.write("rules.yaml", haproxy.split(*weights))
            self.reload(self.master)
            load.wait_for(200)
        loopback.wait_until(lambda: len(loopback.children(self.master.pid)) == 1, 15, "old workers' end")
        load.counts.clear()
        load.wait_for(300)
        self.assertEqual(set(load.stop()), {(200, "v2")})
        self.assertEqual(load.failures, [])

    def test_broken_rules_are_refused_while_traffic_goes_on(self):
        self.serve(haproxy.split(100, 0))
        load = self.load()
        load.wait_for(100)
        worker = loopback.children(self.master.pid)
        self.write("rules.yaml", haproxy.split(0, 100).replace("weight: 100", "weight: lots"))
        said = self.reload(self.master, refused=True)
        self.assertRegex(said, r"rules\.yaml:\d+:\d+: error: .*weight")
        load.wait_for(300)
        self.assertEqual(loopback.children(self.master.pid), worker)
        self.assertEqual(set(load.counts), {(200, "v1")})
        self.write("rules.yaml", haproxy.split(0, 100))
        self.reload(self.master)
        loopback.wait_until(lambda: worker[0] not in loopback.children(self.master.pid), 15, "the old worker's end")
        load.counts.clear()
        load.wait_for(100)
        self.assertEqual((set(load.stop()), load.failures), ({(200, "v2")}, []))

    def visit(self, cookie):
        headers = [("Cookie", cookie)] if cookie else []
        answer = loopback.request(self.port, host="a.com", headers=headers)
        given = re.match(r"(uid=[^;]*)", answer.get("set-cookie") or "")
        return (given.group(1) if given else cookie), answer.get("x-server")

    def test_sticky_users_of_a_growing_destination_stay_over_reloads(self):
        self.serve(haproxy.split(90, 10, annotations=STICKY))
        users = [self.visit(None) for _ in range(150)]
        grown = 0
        for weights in ((75, 25), (50, 50), (0, 100)):
            self.write("rules.yaml", haproxy.split(*weights, annotations=STICKY))
            self.reload(self.master)
            loopback.wait_until(lambda: len(loopback.children(self.master.pid)) == 1, 15, "the old worker's end")
            after = [self.visit(cookie) for cookie, _ in users]
            self.assertEqual([c for c, _ in after], [c for c, _ in users], "no new cookie is given")
            for (cookie, before), (_, now) in zip(users, after):
                if before == "v2":
                    self.assertEqual(now, "v2", "%s fell back at %s" % (cookie, weights))
            users, before_growth = after, grown
            grown = sum(1 for _, server in users if server == "v2")
            self.assertGreater(grown, before_growth)
        self.assertEqual(grown, len(users))


if __name__ == "__main__":
    haproxy.main()
