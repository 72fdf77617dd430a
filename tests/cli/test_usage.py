"""Help, flags, files: everything that happens before rules are compiled."""
import ctl


class Help(ctl.Case):
    def test_program(self):
        for flag in ("--help", "-h", "help"):
            out, err = self.run_ctl(flag)
            self.assertEqual(err, "")
            for command in ("check", "route", "explain", "simulate"):
                self.assertIn("  %s " % command, out)

    def test_each_command_lists_its_flags(self):
        common = ["-f FILE", "--lenient", "--keep-going", "--registry auto|on|off", "--outbound-policy",
                  "--default-export-to", "--cluster-domain", "--namespace", "--json"]
        request = ["--method", "--scheme", "--host", "--path", "-H", "--port", "--gateway", "--source-namespace",
                   "--source-label", "--source-ip", "--destination-ip", "--sni", "--protocol", "--sticky-key",
                   "--seed"]
        own = {"check": ["--strict"], "route": request + ["--requests", "--count"], "explain": request,
               "simulate": request + ["--count", "--sticky-keys"]}
        for command, flags in own.items():
            out, err = self.run_ctl(command, "--help")
            self.assertEqual(err, "")
            for flag in common + flags + ["Exit status: 0", "Usage: sluicectl " + command]:
                self.assertIn(flag, out, command)
            self.assertLessEqual(max(map(len, out.splitlines())), 100)

    def test_help_wins_over_missing_files(self):
        self.run_ctl("route", "--json", "--help")

    def test_version(self):
        out, _ = self.run_ctl("--version")
        self.assertRegex(out, r"^sluicectl \d+\.\d+\.\d+\n$")


class Usage(ctl.Case):
    def test_no_command(self):
        out, err = self.run_ctl(status=2)
        self.assertEqual(out, "")
        self.assertIn("Usage:", err)

    def test_unknown_command(self):
        self.refused("rout", words=["rout", "--help"])

    def test_wrong_flags_are_named(self):
        rows = [
            (["--nope"], "unknown flag --nope"),
            (["--hos", "x"], "unknown flag --hos"),
            (["-x"], "unknown flag -x"),
            (["--host"], "--host needs a value"),
            (["--json=yes"], "--json takes no value"),
            (["--strict"], "--strict is no flag of this command"),
            (["--sticky-keys", "3"], "--sticky-keys is no flag of this command"),
            (["--port", "0"], "--port"),
            (["--port", "65536"], "--port"),
            (["--port", "http"], "--port"),
            (["--port", ""], "--port"),
            (["--count", "0"], "--count"),
            (["--count", "-1"], "--count"),
            (["--count", "1000000001"], "--count"),
            (["--seed", "18446744073709551616"], "--seed"),
            (["--seed", "0x"], "--seed"),
            (["--registry", "maybe"], "--registry: expected auto, on or off, found 'maybe'"),
            (["--outbound-policy", "deny"], "--outbound-policy"),
            (["--default-export-to", "ns"], "--default-export-to"),
            (["--protocol", "http2"], "--protocol"),
            (["-H", "no-colon"], "-H: expected 'name: value'"),
            (["--source-label", "app"], "--source-label"),
            (["--source-label", "=app"], "--source-label"),
        ]
        for flags, words in rows:
            with self.subTest(flags=flags):
                self.refused("route", "-f", "split.yaml", *flags, words=[words, "sluicectl route --help"])

    def test_no_rules(self):
        for command in ("check", "route", "explain", "simulate"):
            self.refused(command, words=["-f FILE"])

    def test_flag_forms(self):
        decision = self.route("--host=reviews", "--path=/a=b", "-H", "end-user:jason", "--seed=0xfF")
        self.assertEqual(decision["path"], "/a=b")
        self.assertEqual(decision["matched"]["rule"], 0)

    def test_stdin_only_once(self):
        self.refused("route", "-f", "-", "--requests", "-", words=["standard input"])
        self.refused("check", "-f", "-", "-f", "-", words=["standard input"])


class Files(ctl.Case):
    def test_missing(self):
        for command in ("check", "route", "explain", "simulate"):
            self.refused(command, "-f", "absent.yaml", words=["absent.yaml", "No such file"])

    def test_missing_requests(self):
        self.refused("route", "-f", "split.yaml", "--requests", "absent.jsonl", words=["absent.jsonl"])

    def test_requests_folder(self):
        self.write("folder/x", "")
        self.refused("route", "-f", "split.yaml", "--requests", "folder", words=["folder"])

    def test_folder(self):
        self.write("rules/2.yml", ctl.service([{"name": "second", "route": [{"destination": {"host": "b"}}]}]))
        self.write("rules/1.json", ctl.service([{"name": "other", "route": [{"destination": {"host": "b"}}]}], "a", "o"))
        self.write("rules/notes.txt", "this: is: no: rules")
        self.write("rules/deeper/3.yaml", "nor: [is this")
        out, _ = self.run_ctl("check", "-f", "rules")
        self.assertEqual(out, "0 errors, 0 warnings in 2 files\n")
        self.run_ctl("check", "-f", "rules/")
        out, _ = self.run_ctl("route", "-f", "rules", "--host", "svc")
        self.assertIn('"second"', out)

    def test_folder_is_sorted_by_name(self):
        for name in ("b.yaml", "a.yaml", "C.yaml"):
            self.write("bad/" + name, "a: [\n")
        out, _ = self.run_ctl("check", "-f", "bad", status=1)
        files = [line.split(":")[0] for line in out.splitlines()[:-1]]
        self.assertEqual(sorted(set(files)), ["bad/C.yaml", "bad/a.yaml", "bad/b.yaml"])
        self.assertEqual(files, sorted(files))

    def test_empty_folder(self):
        self.write("empty/readme.txt", "")
        self.refused("check", "-f", "empty", words=["empty", "*.yaml"])

    def test_stdin(self):
        out, _ = self.run_ctl("check", "-f", "-", stdin=ctl.SPLIT)
        self.assertEqual(out, "0 errors, 0 warnings in 1 file\n")
        out, _ = self.run_ctl("check", "-f", "-", stdin="kind: [", status=1)
        self.assertTrue(out.startswith("<stdin>:"), out)

    def test_files_without_flag_and_repeated(self):
        parts = ctl.SPLIT.split("---\n")
        self.write("a.yaml", parts[0])
        self.write("b.yaml", parts[1])
        for files in (["a.yaml", "b.yaml"], ["-f", "a.yaml", "b.yaml"], ["-f", "a.yaml", "-f", "b.yaml"]):
            out, _ = self.run_ctl("check", *files)
            self.assertEqual(out, "0 errors, 0 warnings in 2 files\n")

    def test_full_device(self):
        with open("/dev/full", "wb") as full:
            done = ctl.subprocess.run([ctl.program(), "--help"], stdout=full, stderr=ctl.subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"cannot write", done.stderr)


if __name__ == "__main__":
    ctl.main()
