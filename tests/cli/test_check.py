"""sluicectl check: lines, JSON, exit statuses."""
import json
import re

import ctl

TYPO = ctl.SPLIT.replace("    - destination:", "    - destinatoin:", 1)
LINE = re.compile(r"^(.+):(\d+):(\d+): (error|warning|info): (.+) \[([A-Z]+\d+)\]$")


class Check(ctl.Case):
    def test_good(self):
        out, err = self.run_ctl("check", "-f", "split.yaml")
        self.assertEqual((out, err), ("0 errors, 0 warnings in 1 file\n", ""))
        out, _ = self.run_ctl("check", "-f", "split.yaml", "--json")
        self.assertEqual(out, "")

    def test_typo_names_place_and_code(self):
        self.write("typo.yaml", TYPO)
        out, err = self.run_ctl("check", "-f", "typo.yaml", status=1)
        lines = out.splitlines()
        self.assertEqual(err, "")
        for line in lines[:-1]:
            self.assertRegex(line, LINE)
        where = TYPO[:TYPO.index("destinatoin")].count("\n") + 1
        self.assertTrue(any(l.startswith("typo.yaml:%d:" % where) and "destinatoin" in l for l in lines), out)
        self.assertRegex(lines[-1], r"^\d+ errors?, \d+ warnings?(, \d+ notes?)? in 1 file$")

    def test_json(self):
        self.write("typo.yaml", TYPO)
        out, _ = self.run_ctl("check", "-f", "typo.yaml", "--json", status=1)
        found = [json.loads(line) for line in out.splitlines()]
        self.assertTrue(found)
        for one in found:
            self.assertEqual(list(one), ["severity", "code", "message", "file", "line", "column", "kind",
                                         "namespace", "name", "path"])
        error = next(one for one in found if "destinatoin" in one["message"] + str(one["path"]))
        self.assertEqual([error[k] for k in ("severity", "file", "kind", "namespace", "name")],
                         ["error", "typo.yaml", "VirtualService", "default", "reviewvs"])
        self.assertIsInstance(error["line"], int)
        self.assertIn("spec.http[0].route[0]", error["path"])

    def test_lenient_makes_unknown_fields_warnings(self):
        self.write("extra.yaml", ctl.SPLIT.replace("spec:\n", "spec:\n  colour: red\n", 1))
        self.run_ctl("check", "-f", "extra.yaml", status=1)
        out, _ = self.run_ctl("check", "-f", "extra.yaml", "--lenient")
        self.assertIn("warning: ", out)
        self.run_ctl("check", "-f", "extra.yaml", "--lenient", "--strict", status=1)

    def test_every_file_is_reported(self):
        self.write("typo.yaml", TYPO)
        self.write("broken.yaml", "a: [1, 2\n")
        out, _ = self.run_ctl("check", "-f", "typo.yaml", "-f", "broken.yaml", status=1)
        self.assertIn("typo.yaml:", out)
        self.assertIn("broken.yaml:", out)

    def test_no_text(self):
        self.run_ctl("check", "-f", "-", stdin="")
        self.run_ctl("check", "-f", "-", stdin="# nothing\n---\n---\n")

    def test_garbage_is_an_error_not_a_crash(self):
        for text in (b"\xff\xfe\x00", b"\x00", b"{", b"]", b"- - - -\n" * 3, b"%YAML 9\n", b"a: &a [*a]\n", b"\x1b[31m: x\n"):
            with self.subTest(text=text):
                self.write("g.yaml", text)
                out, _ = self.run_ctl("check", "-f", "g.yaml", status=1)
                self.assertNotIn("\x1b", out)

    def test_deep_json(self):
        self.write("deep.json", "[" * 100000)
        self.run_ctl("check", "-f", "deep.json", status=1)

    def test_no_colours_in_a_pipe(self):
        self.write("typo.yaml", TYPO)
        out, _ = self.run_ctl("check", "-f", "typo.yaml", status=1, env={"TERM": "xterm"})
        self.assertNotIn("\x1b", out)

    def test_keep_going(self):
        self.write("typo.yaml", TYPO.replace("reviewvs", "badvs").replace("- reviews\n", "- other\n", 1).split("---\n")[0])
        self.run_ctl("route", "-f", "split.yaml", "-f", "typo.yaml", "--host", "reviews", status=1)
        out, err = self.run_ctl("route", "-f", "split.yaml", "-f", "typo.yaml", "--host", "reviews", "--keep-going")
        self.assertIn(ctl.HOST, out)
        self.assertIn("typo.yaml:", err)

    def test_rules_that_do_not_compile(self):
        self.write("typo.yaml", TYPO)
        for command in ("route", "explain", "simulate"):
            out, err = self.run_ctl(command, "-f", "typo.yaml", "--host", "reviews", status=1)
            self.assertEqual(out, "")
            self.assertIn("typo.yaml:", err)
            self.assertIn("do not compile", err)


if __name__ == "__main__":
    ctl.main()
