"""The bookinfo story on real traffic: `test_story.py nginx|haproxy MODULE`."""
import fractions
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types
import unittest

import loopback

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOOKINFO = os.path.join(SOURCE, "examples", "bookinfo")
RULES = os.path.join(BOOKINFO, "rules")
PROXY, MODULE = sys.argv[1], os.path.abspath(sys.argv[2])

sys.path.insert(0, os.path.join(BOOKINFO, "traffic"))
import chance  # noqa: E402
import soak  # noqa: E402
import story as story_program  # noqa: E402


def command(*arguments, module=MODULE):
    return [sys.executable, os.path.join(BOOKINFO, "traffic", "story.py"), PROXY, "--module", module, *arguments]


def story(*arguments, **more):
    return subprocess.run(command(*arguments, **more), capture_output=True, text=True, timeout=200, check=False,
                          env={**os.environ, "LC_ALL": "C"})


def processes_of(pid):
    """A process and all that it has started, and these have."""
    found = [pid]
    for each in found:
        found += loopback.children(each)
    return found


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Story(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def test_every_claim_holds(self):
        for rules in (RULES, RULES + "-gateway-api"):
            with self.subTest(rules):
                done = story("--requests", "300", "--cookies", "150", "--rules", rules)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                self.check_what_is_told(done.stdout)

    def check_what_is_told(self, text):
        titles = re.findall(r"^--- (\S+) -+$", text, re.M)
        self.assertEqual(titles, sorted(os.listdir(RULES)) + ["broken.yaml"])
        self.assertEqual(len(re.findall(r"^    (300|150) requests, v3 got ", text, re.M)), 10)
        self.assertEqual(len(re.findall(r"^    150 cookies: .*; fallen back: 0$", text, re.M)), 4)
        self.assertRegex(text, r"(?m)^    Refused: .*rules\.yaml:18:15")
        self.assertRegex(text, r"requests, 9 reloads, 1 refused; failed: 0\n")
        self.assertTrue(text.endswith("along the sticky ramp: 0; shares off: 0\n"))

    def test_a_ramp_that_goes_back_is_noticed(self):
        rules = shutil.copytree(RULES, os.path.join(self.folder, "rules"))
        shutil.copy(os.path.join(RULES, "07-sticky-90-10.yaml"), os.path.join(rules, "09-sticky-50-50.yaml"))
        done = story("--requests", "50", "--cookies", "150", "--rules", rules)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"fallen back: [1-9]")
        self.assertRegex(done.stdout, r"NOT SO: nobody falls back")
        self.assertRegex(done.stdout, r"NOT SO: v3 gets its share")
        self.assertRegex(done.stdout, r"shares off: 1\n")

    def test_a_soak_reloads_under_load(self):
        done = story("--soak", "3")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"[1-9]\d* requests, [2-4] reloads, 0 refused; failed: 0;")
        self.assertRegex(done.stdout, r"died: 0, after their last answer: \d+; memory and files: too few reloads to tell\n")

    def end_by(self, number):
        """Start the story, end it by a signal amid the load; its exit status."""
        with subprocess.Popen(command(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              env={**os.environ, "TMPDIR": self.folder, "LC_ALL": "C"}) as running:
            loopback.wait_until(lambda: "02-v2-v3" in running.stdout.readline(), 60, "the second step")
            started = processes_of(running.pid)
            self.assertGreaterEqual(len(started), 6, "the story, three services, the proxy and its worker")
            time.sleep(0.3)
            running.send_signal(number)
            status = running.wait(30)
            loopback.wait_until(lambda: not any(map(is_running, started)), 15, "the end of all processes")
            return status

    def test_an_interrupt_stops_all_that_was_started(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                self.assertEqual(self.end_by(number), 128 + number)
                self.assertEqual(os.listdir(self.folder), [])

    def test_nothing_outlives_a_story_that_is_killed(self):
        self.assertEqual(self.end_by(signal.SIGKILL), -signal.SIGKILL)

    def test_without_the_module_it_is_skipped(self):
        done = story(module=os.path.join(self.folder, "absent"))
        self.assertEqual(done.returncode, loopback.SKIP)
        self.assertIn("is absent", done.stdout)

    def test_every_rule_file_is_a_step(self):
        self.assertEqual([name for name, _ in story_program.STEPS], sorted(os.listdir(RULES)))


class Soak(unittest.TestCase):
    """What is called flat, of samples that are made up."""

    def samples(self, **steps):
        """A hundred of them, in which measures grow by so much from one to the next."""
        return [types.SimpleNamespace(**{name: 100 + int(at * steps.get(name, 0)) for name in soak.MEASURES})
                for at in range(100)]

    def test_noise_is_flat_and_growth_is_told(self):
        self.assertEqual(soak.judge(self.samples()), "flat")
        self.assertEqual(soak.judge(self.samples(worker_kib=1)), "flat")
        for name, step in (("master_kib", 10), ("worker_kib", 10), ("master_files", 0.2), ("worker_files", 0.2)):
            self.assertEqual(soak.judge(self.samples(**{name: step})), "GROWN", name)

    def test_what_happens_only_at_the_start_is_no_growth(self):
        samples = self.samples()
        for sample in samples[:5]:
            sample.master_kib = sample.worker_kib = 10
        self.assertEqual(soak.judge(samples), "flat")


class Deaths(unittest.TestCase):
    """What is read from the log of a proxy about workers that died."""

    def of(self, name, version, *lines):
        proxy = story_program.proxies.KINDS[name].__new__(story_program.proxies.KINDS[name])
        proxy.process = types.SimpleNamespace(log=lambda: "\n".join(lines))
        proxy.version = lambda: version
        return proxy.deaths()

    def test_workers_that_end_are_none(self):
        self.assertEqual(self.of("nginx", "nginx 1.22.1", "worker process 3 exited with code 0"), ([], 0))
        self.assertEqual(self.of("haproxy", "HAProxy 2.6.12-1", "Former worker (3) exited with code 0 (Exit)"), ([], 0))

    def test_a_crash_is_a_death_but_for_the_one_that_haproxy_is_known_for(self):
        crash = "worker process 3 exited on signal 11"
        self.assertEqual(self.of("nginx", "nginx 1.22.1", crash), ([crash], 0))
        current = "Current worker (2) exited with code 139 (Segmentation fault)"
        former = "Former worker (1) exited with code 139 (Segmentation fault)"
        self.assertEqual(self.of("haproxy", "HAProxy 2.6.12-1", former, current), ([current], 1))
        self.assertEqual(self.of("haproxy", "HAProxy 2.8.1", former, current), ([former, current], 0))


class Chance(unittest.TestCase):
    """The band, against sums of exact fractions."""

    def outside(self, n, p, low, high):
        exact = fractions.Fraction(p)
        each = [math.comb(n, k) * exact ** k * (1 - exact) ** (n - k) for k in range(n + 1)]
        return sum(each[:low]), sum(each[high + 1:])

    def test_chance_leaves_the_band_as_seldom_as_is_said_and_it_is_the_narrowest(self):
        for n, p, alarm in ((20, 0.5, 0.01), (40, 0.1, 1e-3), (300, 0.25, 1e-9), (300, 0.9, 1e-6)):
            with self.subTest(n=n, p=p):
                low, high = chance.band(n, p, alarm)
                below, above = self.outside(n, p, low, high)
                self.assertLessEqual(max(below, above), alarm / 2)
                below, above = self.outside(n, p, low + 1, high - 1)
                self.assertGreater(min(below, above), alarm / 2)

    def test_a_share_of_nothing_or_all_leaves_no_room(self):
        self.assertEqual(chance.band(500, 0, 1e-9), (0, 0))
        self.assertEqual(chance.band(500, 1, 1e-9), (500, 500))


if __name__ == "__main__":
    if not story_program.proxies.KINDS[PROXY].find():
        print("%s is not installed" % PROXY)
        sys.exit(loopback.SKIP)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
