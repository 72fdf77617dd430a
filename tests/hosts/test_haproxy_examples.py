"""The sample configurations of the HAProxy binding: `haproxy -c` accepts each, and each serves."""
import os
import re

import haproxy
import loopback

EXAMPLES = os.path.join(haproxy.SOURCE, "bindings", "haproxy", "examples")
INSTALLED = "/usr/local/lib/sluice/haproxy"
HOST = "reviews.example.com"


class Examples(haproxy.Case):
    """Paths and ports of a sample are replaced by those of the test, nothing else."""

    def place(self, name):
        """(the configuration's path here, its ports) of a sample, with all that it names."""
        ports = {}

        def port(match):
            if match.group(1) not in ports:
                number = int(match.group(1))
                ports[match.group(1)] = (self.echo(match.group(1)).port if number >= 9000
                                         else loopback.free_ports(1)[0])
            return "127.0.0.1:%d" % ports[match.group(1)]

        for each in os.listdir(EXAMPLES):
            with open(os.path.join(EXAMPLES, each), encoding="utf-8") as file:
                text = file.read()
            text = text.replace("/etc/haproxy", self.folder).replace(INSTALLED, haproxy.MODULE)
            if each == name:
                text = re.sub(r"127\.0\.0\.1:(\d+)", port, text)
            self.write(each, text)
        return os.path.join(self.folder, name), ports

    def samples(self):
        return sorted(name for name in os.listdir(EXAMPLES) if name.endswith(".cfg") and name != "native.cfg")

    def backend_of(self, answer):
        """The first server of the backend that answered: one has a second."""
        return answer.json()["server"].replace("9012", "9002")

    def test_there_are_samples(self):
        self.assertIn("action.cfg", self.samples())

    def test_haproxy_accepts_each_without_a_warning(self):
        for name in self.samples():
            with self.subTest(name):
                config, _ = self.place(name)
                status, said = self.check(config)
                self.assertEqual(status, 0, said)
                self.assertNotIn("WARNING", said)

    def test_each_serves_testers_canaries_and_others(self):
        for name in self.samples():
            with self.subTest(name):
                config, ports = self.place(name)
                process = self.start(config, ports["8080"], master=True)
                def ask(**more):
                    return self.backend_of(loopback.request(ports["8080"], **more))
                self.assertEqual(ask(host=HOST, headers=[("end-user", "jason")]), "9003")
                self.assertEqual(ask(host="elsewhere.example"), "9000")
                self.assertEqual({ask(host=HOST) for _ in range(200)}, {"9001", "9002"})
                process.stop()

    def test_the_action_keeps_a_user_by_cookie(self):
        config, ports = self.place("action.cfg")
        self.start(config, ports["8080"], master=True)
        for _ in range(10):
            first = loopback.request(ports["8080"], host=HOST)
            cookie = first.get("set-cookie").split(";")[0]
            again = loopback.request(ports["8080"], host=HOST, headers=[("cookie", cookie)])
            self.assertEqual(self.backend_of(again), self.backend_of(first))


if __name__ == "__main__":
    haproxy.main()
