"""sluicectl explain and simulate."""
import json
import math

import ctl


class Explain(ctl.Case):
    def test_names_the_predicate_that_failed(self):
        out, _ = self.run_ctl("explain", "-f", "split.yaml", "--host", "reviews", "-H", "end-user: tom")
        self.assertRegex(out, r"virtual host +reviews\n")
        self.assertRegex(out, r"(?s)rules tried +2\n.*default/reviewvs, rule 0, match 0.*fails: .*end-user.*jason.*tom.*"
                              r"rule 1.*holds")
        self.assertRegex(out, r"90\.00 % +\(90/100\)")

    def test_json(self):
        out, _ = self.run_ctl("explain", "-f", "split.yaml", "--host", "reviews", "--json")
        told = json.loads(out)
        self.assertEqual(list(told), ["virtual_host", "steps", "decision"])
        self.assertEqual([s["holds"] for s in told["steps"]], [False, True])
        self.assertIn("end-user", told["steps"][0]["predicate"])
        self.assertEqual(told["decision"], self.route("--host", "reviews"))

    def test_no_host(self):
        out, _ = self.run_ctl("explain", "-f", "split.yaml", "--host", "nowhere.example")
        self.assertRegex(out, r"virtual host +\*\n")
        self.assertIn('default route "allow_any"', out)


class Simulate(ctl.Case):
    def simulate(self, *arguments, rules="split.yaml", host="reviews"):
        out, _ = self.run_ctl("simulate", "-f", rules, "--host", host, "--json", *arguments)
        return json.loads(out)

    def test_table(self):
        out, _ = self.run_ctl("simulate", "-f", "split.yaml", "--host", "reviews", "--count", "20000", env={"LC_ALL": "C"})
        self.assertRegex(out, r"reviews v2 :80 +90\.00 % +(89|90)\.\d\d % +\d\.\d{3}  #+")
        self.assertRegex(out, r"20000 requests, chi-square \d+\.\d+, 1 degree of freedom, p = \d\.\d+\n$")
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_p_of_one_degree(self):
        for seed in range(20):
            told = self.simulate("--count", "1000", "--seed", str(seed))
            counts = [d["count"] for d in told["destinations"]]
            want = [900, 100]
            statistic = sum((c - w) ** 2 / w for c, w in zip(counts, want))
            self.assertEqual((sum(counts), told["count"], told["degrees_of_freedom"]), (1000, 1000, 1))
            self.assertAlmostEqual(told["chi_square"], statistic, places=9)
            self.assertAlmostEqual(told["p"], math.erfc(math.sqrt(statistic / 2)), places=9)
            self.assertAlmostEqual(told["destinations"][0]["p"], told["p"], places=9)

    def test_p_of_more_degrees(self):
        self.write("t.json", ctl.service([{"route": [{"destination": {"host": "h%d" % i}, "weight": w}
                                                     for i, w in enumerate([50, 30, 20, 0])]}]))
        told = self.simulate("--count", "1000", rules="t.json", host="svc")
        self.assertEqual(told["degrees_of_freedom"], 2)
        self.assertAlmostEqual(told["p"], math.exp(-told["chi_square"] / 2), places=9)
        self.assertEqual((told["destinations"][3]["expected"], told["destinations"][3]["count"]), (0, 0))

    def test_seeds_give_uniform_p(self):
        ps = [self.simulate("--count", "2000", "--seed", str(seed))["p"] for seed in range(60)]
        self.assertGreater(sum(p > 0.5 for p in ps), 15)
        self.assertGreater(sum(p < 0.5 for p in ps), 15)

    def test_sticky_keys(self):
        told = self.simulate("--sticky-keys", "5000")
        self.assertEqual(told["count"], 5000)
        self.assertEqual(told, self.simulate("--sticky-keys", "5000", "--seed", "9"))
        self.assertGreater(told["p"], 1e-6)
        twice = self.simulate("--sticky-keys", "5000", "--count", "10000")
        self.assertEqual([d["count"] for d in twice["destinations"]], [2 * d["count"] for d in told["destinations"]])
        self.assertEqual(twice["p"], told["p"])

    def test_one_key_is_no_chance(self):
        told = self.simulate("--sticky-key", "me", "--count", "100")
        self.assertIsNone(told["p"])
        self.assertEqual(sorted(d["count"] for d in told["destinations"]), [0, 100])
        out, _ = self.run_ctl("simulate", "-f", "split.yaml", "--host", "reviews", "--sticky-key", "me")
        self.assertIn("--sticky-keys", out)

    def test_abort_takes_its_share(self):
        self.write("t.json", ctl.service([{"route": [{"destination": {"host": "svc"}}], "fault": {
            "abort": {"httpStatus": 503, "percentage": {"value": 20}}}}]))
        told = self.simulate("--count", "5000", rules="t.json", host="svc")
        shares = {d["outcome"]: d for d in told["destinations"]}
        self.assertAlmostEqual(shares["respond"]["expected"], 0.2)
        self.assertAlmostEqual(shares["forward"]["expected"], 0.8)
        self.assertGreater(told["p"], 1e-6)

    def test_no_destination(self):
        told = self.simulate("--path", "/", rules="split.yaml", host="nowhere.example")
        self.assertEqual(len(told["destinations"]), 1)
        self.assertEqual(told["destinations"][0]["observed"], 1.0)
        self.assertIsNone(told["p"])


if __name__ == "__main__":
    ctl.main()
