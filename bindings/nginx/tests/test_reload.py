"""Reloads under load: weights move, bad rules are refused, cookies hold, and no request fails."""

import collections
import contextlib
import http.client
import threading
import time
import unittest

import server
from server import Nginx, Upstream, virtual_service

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


class Load:
    """Clients that ask until they are told to stop or the time is over. A context manager."""

    def __init__(self, port, clients=3, seconds=60):
        self.port = port
        self.end = time.monotonic() + seconds
        self.served = collections.Counter()
        self.failed = []
        self.running = True
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(clients)]

    def run(self):
        while self.running and time.monotonic() < self.end:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                self.ask_over(connection)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failed.append(repr(error))
            finally:
                connection.close()

    def ask_over(self, connection):
        """Until nginx closes the connection, as it does when a worker has been replaced: it says so, or it closes one
        that is idle, and a request that crosses that on its way is asked again (RFC 9112, 9.3.1)."""
        reused = False
        while self.running and time.monotonic() < self.end:
            try:
                connection.request("GET", "/", headers={"Host": "reviews"})
                response = connection.getresponse()
            except ConnectionError:  # http.client's RemoteDisconnected among them
                if reused:
                    return
                raise
            reused = True
            reply = server.Reply(response.status, response.getheaders(), response.read())
            if reply.status != 200:
                self.failed.append(reply.status)
            else:
                self.served[reply.json()["server"]] += 1
            if reply.header("Connection") == "close":
                return

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.running = False
        for thread in self.threads:
            thread.join(30)

    def serve_some(self, count=100):
        """What the next requests were served by."""
        before = collections.Counter(self.served)
        server.wait_until(lambda: sum((self.served - before).values()) >= count, "requests are not served", 30)
        return self.served - before


class Reload(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.v1 = stack.enter_context(Upstream("v1"))
            cls.v2 = stack.enter_context(Upstream("v2"))
            cls.stack = stack.pop_all()

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def serve(self, rules, **options):
        return Nginx(SERVER, {"rules.yaml": rules}, v1=self.v1.port, v2=self.v2.port, **options)

    def test_weights_move_without_a_failed_request(self):
        with self.serve(split(100, 0), workers=2) as nginx, Load(nginx.port) as load:
            self.assertEqual(set(load.serve_some()), {"v1"})
            for v1, v2 in ((90, 10), (50, 50), (10, 90), (0, 100)):
                nginx.write("rules.yaml", split(v1, v2))
                nginx.reload_and_wait()
                served = load.serve_some(200)
                share, expected = served["v2"] / sum(served.values()), v2 / 100
                # Five standard deviations of 200 draws.
                self.assertLessEqual(abs(share - expected), 5 * (expected * (1 - expected) / 200) ** 0.5)
            load.__exit__()
            self.assertEqual(load.failed, [])

    def test_bad_rules_are_refused_and_the_old_serve_on(self):
        with self.serve(split(0, 100)) as nginx, Load(nginx.port) as load:
            load.serve_some()
            workers = nginx.worker_pids()
            nginx.write("rules.yaml", BAD)
            self.assertEqual(nginx.check()[0], 1)
            nginx.reload()
            server.wait_until(lambda: "rules are refused" in nginx.log(), "the refusal is not logged")
            self.assertRegex(nginx.log(), r"\[emerg\] .*VirtualService default/reviews spec\.http\[0\].* in /\S+/rules\.yaml:\d+:\d+")
            self.assertEqual(set(load.serve_some()), {"v2"})
            self.assertEqual(nginx.worker_pids(), workers)
            nginx.write("rules.yaml", split(100, 0))
            nginx.reload_and_wait()
            self.assertEqual(set(load.serve_some()), {"v1"})
            load.__exit__()
            self.assertEqual(load.failed, [])

    def test_sticky_clients_never_fall_back(self):
        """A weight that grows only ever wins clients: who has v2 keeps it."""
        with self.serve(split(75, 25, sticky=True), workers=2) as nginx:
            cookies = [nginx.get().header("Set-Cookie").split(";")[0] for _ in range(100)]
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
