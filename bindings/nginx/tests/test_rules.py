"""sluice_rules: reading files, findings in nginx's own style, refusing bad rules."""

import unittest

import server
from server import Nginx, virtual_service

GOOD = virtual_service("  - route: [{destination: {host: reviews, subset: v1}}]\n")
OTHER = virtual_service("  - route: [{destination: {host: ratings}}]\n", name="ratings", hosts="[ratings]")
JSON = """{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "details"},
 "spec": {"hosts": ["details"], "http": [{"route": [{"destination": {"host": "details"}}]}]}}"""
BAD = virtual_service("  - route:\n    - destination: {host: reviews}\n    timeout: soon\n")
TWO_WITHOUT_WEIGHT = virtual_service("  - route: [{destination: {host: a}}, {destination: {host: b}}]\n")

SERVER = """
    sluice_rules %s;
    server {
        listen 127.0.0.1:@port@;
        location / { return 200 "$sluice_destination $sluice_subset"; }
    }
"""
REVIEWS = "reviews.default.svc.cluster.local"


def check(arguments, files):
    nginx = Nginx(SERVER % arguments, files)
    try:
        return nginx.check()
    finally:
        nginx.__exit__()


class Files(unittest.TestCase):
    def test_several_files(self):
        with Nginx(SERVER % "a.yaml b.yaml", {"a.yaml": GOOD, "b.yaml": OTHER}) as nginx:
            self.assertEqual(nginx.text(), REVIEWS + " v1")
            self.assertEqual(nginx.text(host="ratings"), "ratings.default.svc.cluster.local ")

    def test_pattern(self):
        with Nginx(SERVER % "rules/*.yaml", {"rules/a.yaml": GOOD, "rules/b.yaml": OTHER}) as nginx:
            self.assertEqual(nginx.text(host="ratings"), "ratings.default.svc.cluster.local ")

    def test_folder(self):
        files = {"rules/a.yml": GOOD, "rules/b.json": JSON, "rules/notes.txt": "no: [rules", "rules/.c.yaml": "no: [rules"}
        with Nginx(SERVER % "rules", files) as nginx:
            self.assertEqual(nginx.text(), REVIEWS + " v1")
            self.assertEqual(nginx.text(host="details"), "details.default.svc.cluster.local ")

    def test_absolute_name(self):
        with Nginx(SERVER % "@folder@/a.yaml", {"a.yaml": GOOD}) as nginx:
            self.assertEqual(nginx.text(), REVIEWS + " v1")

    def test_what_cannot_be_read(self):
        for arguments, said in (
            ("absent.yaml", 'open() "'),
            ("absent/*.yaml", "no rule file matches"),
            ("empty", "no rule file in folder"),
            ("empty/*", "is not a regular file"),
            ("lenient", '"sluice_rules" names no file'),
            ("a.yaml label:=x", "must be label:NAME=VALUE"),
        ):
            with self.subTest(arguments):
                status, text = check(arguments, {"a.yaml": GOOD, "empty/folder/x": ""})
                self.assertEqual(status, 1)
                self.assertIn("[emerg]", text)
                self.assertIn(said, text)


class Findings(unittest.TestCase):
    def test_error_names_its_place(self):
        status, text = check("bad.yaml", {"bad.yaml": BAD})
        self.assertEqual(status, 1)
        self.assertRegex(text, r"\[emerg\] \S+ \S+ VirtualService default/reviews spec\.http\[0\]\.timeout: .* in /\S+/bad\.yaml:\d+:\d+\n")
        self.assertRegex(text, r"\[emerg\] \S+ rules are refused: .* in /\S+/nginx\.conf:\d+\n")

    def test_every_error_is_named(self):
        status, text = check("bad.yaml worse.yaml", {"bad.yaml": BAD, "worse.yaml": BAD.replace("reviews", "ratings")})
        self.assertEqual(status, 1)
        self.assertIn("/bad.yaml:", text)
        self.assertIn("/worse.yaml:", text)

    def test_text_that_is_no_yaml(self):
        status, text = check("bad.yaml", {"bad.yaml": "a: [1\nb: {"})
        self.assertEqual(status, 1)
        self.assertRegex(text, r"\[emerg\] \S+ SL\d+: .* in /\S+/bad\.yaml:\d+:\d+\n")

    def test_many_findings_are_cut_short(self):
        text = "\n---\n".join(BAD.replace("name: reviews", f"name: r{n}") for n in range(130))
        status, said = check("bad.yaml", {"bad.yaml": text})
        self.assertEqual(status, 1)
        self.assertRegex(said, r"\d+ more findings like these are not logged")

    def test_warnings_let_nginx_start(self):
        status, text = check("rules.yaml lenient", {"rules.yaml": TWO_WITHOUT_WEIGHT})
        self.assertEqual(status, 0, text)
        self.assertRegex(text, r"\[warn\] \S+ \S+ VirtualService default/reviews .* in /\S+/rules\.yaml:\d+:\d+\n")

    def test_strict_refuses_what_lenient_takes(self):
        status, _ = check("rules.yaml", {"rules.yaml": TWO_WITHOUT_WEIGHT})
        self.assertEqual(status, 1)

    def test_keep_going_serves_the_rest(self):
        files = {"bad.yaml": BAD.replace("name: reviews", "name: other").replace("[reviews]", "[other]"), "good.yaml": GOOD}
        with Nginx(SERVER % "bad.yaml good.yaml keep_going", files) as nginx:
            self.assertEqual(nginx.text(), REVIEWS + " v1")
            self.assertRegex(nginx.log(), r"\[error\] .*VirtualService default/other spec\.http\[0\]\.timeout")


class Options(unittest.TestCase):
    def one(self, options, rules, **request):
        with Nginx(SERVER % ("rules.yaml " + options), {"rules.yaml": rules}) as nginx:
            return nginx.text(**request)

    def test_cluster_domain(self):
        self.assertEqual(self.one("cluster_domain=corp.local", GOOD), "reviews.default.svc.corp.local v1")

    def test_default_namespace(self):
        self.assertEqual(self.one("default_namespace=shop namespace=shop", GOOD), "reviews.shop.svc.cluster.local v1")

    def test_registry(self):
        conf = SERVER.replace("$sluice_destination $sluice_subset", "$sluice_outcome")
        for mode, answer in (("on", "passthrough"), ("off", "forward"), ("auto", "forward")):
            with self.subTest(mode), Nginx(conf % f"rules.yaml registry={mode}", {"rules.yaml": GOOD}) as nginx:
                self.assertEqual(nginx.text(), answer)

    def test_outbound(self):
        rules = GOOD + "---\napiVersion: v1\nkind: Service\nmetadata: {name: reviews}\nspec: {ports: [{port: 80, name: http}]}\n"
        conf = SERVER.replace("$sluice_destination $sluice_subset", "$sluice_outcome $sluice_status")
        for option, answer in (("outbound=allow_any", "passthrough "), ("outbound=registry_only", "respond 502")):
            with self.subTest(option), Nginx(conf % ("rules.yaml lenient " + option), {"rules.yaml": rules}) as nginx:
                self.assertEqual(nginx.text(host="unknown.example.com"), answer)

    def test_label(self):
        rules = virtual_service("  - match: [{sourceLabels: {app: shop}}]\n    route: [{destination: {host: reviews, subset: v2}}]\n"
                                "  - route: [{destination: {host: reviews, subset: v1}}]\n")
        self.assertEqual(self.one("label:app=shop", rules), REVIEWS + " v2")
        self.assertEqual(self.one("label:app=other", rules), REVIEWS + " v1")


class Levels(unittest.TestCase):
    def test_server_wins_over_http(self):
        http = """
    sluice_rules a.yaml;
    server {
        listen 127.0.0.1:@port@;
        server_name reviews;
        location / { return 200 $sluice_subset; }
    }
    server {
        listen 127.0.0.1:@port@;
        server_name ratings;
        sluice_rules b.yaml;
        location / { return 200 $sluice_destination; }
    }
"""
        with Nginx(http, {"a.yaml": GOOD, "b.yaml": OTHER}) as nginx:
            self.assertEqual(nginx.text(), "v1")
            self.assertEqual(nginx.text(host="ratings"), "ratings.default.svc.cluster.local")

    def refused(self, http, said):
        nginx = Nginx(http, {"a.yaml": GOOD})
        status, text = nginx.check()
        nginx.__exit__()
        self.assertEqual(status, 1)
        self.assertIn(said, text)

    def test_twice_on_a_level(self):
        self.refused("sluice_rules a.yaml; sluice_rules a.yaml;", '"sluice_rules" directive is duplicate')

    def test_not_in_a_location(self):
        self.refused("server { location / { sluice_rules a.yaml; } }", '"sluice_rules" directive is not allowed here')

    def test_route_needs_rules(self):
        self.refused("server { location / { sluice_route on; } }", '"sluice_route on" needs "sluice_rules"')

    def test_seed_is_a_number(self):
        self.refused("sluice_seed soon;", '"sluice_seed" directive must be a number')

    def test_mirror_is_a_location(self):
        self.refused("sluice_mirror copy;", 'must be "off" or the URI of a location')

    def test_without_rules_variables_are_empty(self):
        with Nginx('server { listen 127.0.0.1:@port@; location / { return 200 "<$sluice_upstream>"; } }') as nginx:
            self.assertEqual(nginx.text(), "<>")


if __name__ == "__main__":
    server.main()
