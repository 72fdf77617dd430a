"""docs/nginx.md: its first configuration works as it stands, and it names every directive and variable."""

import pathlib
import re
import unittest

import server
from server import Nginx
from loopback import EchoServer

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "nginx.md").read_text()


def block(language):
    return re.search(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)[1]


class Page(unittest.TestCase):
    def test_first_configuration(self):
        http = re.search(r"^http \{\n(.*)^\}", block("nginx"), re.M | re.S)[1]
        with EchoServer("v1") as v1, EchoServer("v2") as v2:
            for place, port in (("listen 8080", "listen 127.0.0.1:@port@"), ("127.0.0.1:9081", f"127.0.0.1:{v1.port}"),
                                ("127.0.0.1:9082", f"127.0.0.1:{v2.port}")):
                self.assertIn(place, http)
                http = http.replace(place, port)
            with Nginx(http, {"rules.yaml": block("yaml")}) as nginx:
                self.assertEqual(nginx.get(headers=[("End-User", "jason")]).json()["server"], "v2")
                first = nginx.get()
                cookie = first.get("Set-Cookie").split(";")[0]
                again = nginx.get(headers=[("Cookie", cookie)])
                self.assertEqual(again.json()["server"], first.json()["server"])
                self.assertEqual(nginx.get(host="elsewhere").status, 502)

    def test_its_example_of_an_error(self):
        rules = block("yaml").replace("timeout: 5s", "timeout: soon")
        nginx = Nginx("sluice_rules rules.yaml;", {"rules.yaml": rules})
        status, text = nginx.check()
        nginx.__exit__()
        self.assertEqual(status, 1)
        said = re.search(r"^nginx: \[emerg\] (.*?) in /etc/nginx/(rules\.yaml:\d+:\d+)$", PAGE, re.M)
        self.assertIn(said[1], text)
        self.assertIn(f"/{said[2]}\n", text)

    def test_every_name_is_explained(self):
        source = "".join((ROOT / "bindings" / "nginx" / name).read_text() for name in ("directives.c", "variables.c"))
        names = set(re.findall(r'"(sluice_\w+)"', source))
        self.assertGreater(len(names), 30)
        for name in names:
            self.assertRegex(PAGE, rf"`\$?{name}\b", name)


if __name__ == "__main__":
    server.main()
