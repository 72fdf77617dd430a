"""Reloads under load: weights move, bad rules are refused, cookies hold, and no request fails."""

import contextlib
import unittest

import server
from server import Nginx, virtual_service
import loopback
from loopback import EchoServer

SERVER = """
    sluice_rules rules.yaml;
    keepalive_requests 50;
    upstream reviews.default.svc.cluster.local|v1|80 { server 127.0.0.1:@v1@; }
    upstream reviews.default.svc.cluster.local|v2|80 { server 127.0.0.1:@v2@; }
    server {
        listen 127.0.0.1:@port@;
        sluice_listener_port 80;
        location / {
            sluice_route on;
            proxy_pass http://$sluice_upstream;
        }
    }
"""


def split(v1, v2, sticky=False):
    extra = "  annotations: {sluice.dev/sticky: 'cookie:user;ttl=1h;path=/'}\n" if sticky else ""
    return virtual_service(f"""\
  - route:
    - {{destination: {{host: reviews, subset: v1}}, weight: {v1}}}
    - {{destination: {{host: reviews, subset: v2}}, weight: {v2}}}
""", extra=extra)


BAD = split(50, 50).replace("weight: 50", "weight: many")


def server_of(response):
    """Who answered; a ValueError for any answer but 200."""
    if response.status != 200:
        raise ValueError(f"status {response.status}")
    return response.json()["server"]


def load_on(nginx):
    return loopback.Load(nginx.port, keep_alive=2, fresh=1, seconds=60, host="reviews", classify=server_of)


class Reload(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.v1 = stack.enter_context(EchoServer("v1"))
            cls.v2 = stack.enter_context(EchoServer("v2"))
            cls.stack = stack.pop_all()

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def serve(self, rules, **options):
        return Nginx(SERVER, {"rules.yaml": rules}, v1=self.v1.port, v2=self.v2.port, **options)

    def test_weights_move_without_a_failed_request(self):
        with self.serve(split(100, 0), workers=2) as nginx, load_on(nginx) as load:
            self.assertEqual(set(load.wait_for(100)), {"v1"})
            for v1, v2 in ((90, 10), (50, 50), (10, 90), (0, 100)):
                nginx.write("rules.yaml", split(v1, v2))
                nginx.reload_and_wait()
                served = load.wait_for(200)
                share, expected = served["v2"] / sum(served.values()), v2 / 100
                # Five standard deviations of 200 draws.
                self.assertLessEqual(abs(share - expected), 5 * (expected * (1 - expected) / 200) ** 0.5)
            load.stop()
            self.assertEqual(load.failures, [])

    def test_bad_rules_are_refused_and_the_old_serve_on(self):
        with self.serve(split(0, 100)) as nginx, load_on(nginx) as load:
            load.wait_for(100)
            workers = nginx.worker_pids()
            nginx.write("rules.yaml", BAD)
            self.assertEqual(nginx.check()[0], 1)
            nginx.reload()
            loopback.wait_until(lambda: "rules are refused" in nginx.log(), 20, "the refusal is not logged")
            self.assertRegex(nginx.log(), r"\[emerg\] .*VirtualService default/reviews spec\.http\[0\].* in /\S+/rules\.yaml:\d+:\d+")
            self.assertEqual(set(load.wait_for(100)), {"v2"})
            self.assertEqual(nginx.worker_pids(), workers)
            nginx.write("rules.yaml", split(100, 0))
            nginx.reload_and_wait()
            self.assertEqual(set(load.wait_for(100)), {"v1"})
            load.stop()
            self.assertEqual(load.failures, [])

    def test_sticky_clients_never_fall_back(self):
        """A weight that grows only ever wins clients: who has v2 keeps it."""
        with self.serve(split(75, 25, sticky=True), workers=2) as nginx:
            cookies = [nginx.get().get("Set-Cookie").split(";")[0] for _ in range(100)]
            self.assertEqual(len(set(cookies)), 100)
            before = self.servers(nginx, cookies)
            for v1, v2 in ((50, 50), (25, 75), (0, 100)):
                nginx.write("rules.yaml", split(v1, v2, sticky=True))
                nginx.reload_and_wait()
                after = self.servers(nginx, cookies)
                for old, new in zip(before, after):
                    self.assertFalse(old == "v2" and new == "v1")
                before = after
            self.assertEqual(set(before), {"v2"})

    def servers(self, nginx, cookies):
        return [nginx.get(headers=[("Cookie", cookie)]).json()["server"] for cookie in cookies]


if __name__ == "__main__":
    server.main()
