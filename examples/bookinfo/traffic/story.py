"""The bookinfo canary on real traffic: `story.py nginx|haproxy --module PATH`.

Starts three reviews services and the proxy on free ports of 127.0.0.1, plays the rule files of
examples/bookinfo/rules by reload while users go on asking, and checks what the rules promise. Everything
that it starts it stops, also when it is interrupted. Exit status 0 only if every claim held; 77 where
the proxy or its module is absent.
"""
import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time

import chance
import proxies
import soak
import terminal
import users
from proxies import loopback

ALARM = 1e-9  # the chance that a right share is called off
WIDTH = 80
BAR = 36
VISITS = 8  # of each user with a name
PEOPLE = (("anna", None), ("omar", None), ("li", None), ("jason", "jason"))
STYLES = {"v1": "blue", "v2": "bold", "v3": "red"}

# The rule files, and the share of v3 in per cent that each promises to users who are not logged in.
STEPS = (("01-v2.yaml", 0), ("02-v2-v3.yaml", 10), ("03-v2-v3-75-25.yaml", 25), ("04-v2-v3-50-50.yaml", 50),
         ("05-v2-v3-0-100.yaml", 100), ("06-tester.yaml", 0), ("07-sticky-90-10.yaml", 10),
         ("08-sticky-75-25.yaml", 25), ("09-sticky-50-50.yaml", 50), ("10-sticky-0-100.yaml", 100))
BROKEN = os.path.join(proxies.HERE, "broken.yaml")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Story:
    def __init__(self, proxy, options):
        self.proxy = proxy
        self.options = options
        self.tally = users.Tally()
        self.people = [(name, users.User(end_user)) for name, end_user in PEOPLE]
        self.crowd = [users.User() for _ in range(options.cookies)]  # those with cookies
        self.had = None  # what the crowd and the people saw at the sticky step before
        self.reloads = 0
        self.fallen = 0
        self.off = 0
        self.broken_claims = []

    def claim(self, holds, text):
        if not holds:
            self.broken_claims.append(text)
            print("    " + terminal.styled("red", "NOT SO: ") + text)

    # ---- one step ----

    def title(self, path):
        """The file's name, and its first line, which is a comment that says what it does."""
        name = os.path.basename(path)
        print("\n%s %s %s" % (terminal.line(3), terminal.styled("bold", name), terminal.line(WIDTH - 5 - len(name))))
        print("    " + read(path).partition("\n")[0].lstrip("# "))

    def reload(self, path):
        """Have the proxy serve by a file while users go on asking."""
        before = len(self.tally.failures)
        with users.Background(self.proxy.port, self.tally) as background:
            background.load.wait_for(20)
            start = time.monotonic()
            during = background.load.total()
            self.proxy.reload(read(path))
            took = time.monotonic() - start
            during = background.load.total() - during
            background.load.wait_for(20)
        self.reloads += 1
        failed = len(self.tally.failures) - before
        print("    Reloaded in %.2f s; %d requests meanwhile, failed: %d" % (took, during, failed))
        self.claim(background.load.failures == [], "no request fails while the proxy reloads")
        self.claim(set(background.load.counts) <= {"v2", "v3"}, "v2 and v3 alone answer while the proxy reloads")

    def shares(self, seen, percent):
        counts = {version: seen.count(version) for version in STYLES}
        print("\n    destination   expected   observed")
        for version, expected in (("v2", 100 - percent), ("v3", percent)):
            observed = counts[version] / len(seen)
            print("    reviews %s%11.1f %%%9.2f %%  %s" % (
                terminal.styled(STYLES[version], version), expected, 100 * observed,
                terminal.bar(STYLES[version], observed, BAR)))
        low, high = chance.band(len(seen), percent / 100, ALARM)
        allowed = "band %d to %d (false alarm: 1 in 10^9)" % (low, high) if low < high else "it must be %d" % low
        print("    %s requests, v3 got %d; %s\n" % ("{:,}".format(len(seen)), counts["v3"], allowed))
        holds = low <= counts["v3"] <= high and counts["v2"] + counts["v3"] == len(seen)
        self.off += not holds
        self.claim(holds, "v3 gets its share, and v2 the rest")

    def visits(self):
        """What each user with a name sees: name -> versions."""
        seen = {}
        for at, (name, user) in enumerate(self.people):
            seen[name] = [users.visit_all(self.proxy.port, [user], self.tally, 1)[0] for _ in range(VISITS)]
            shown = " ".join(terminal.styled(STYLES.get(v, "yellow"), v or "--") for v in seen[name])
            print("    %-6s %s" % (name, shown), end="\n" if at % 2 else "     ")
        return seen

    def step(self, name, percent):
        path = os.path.join(self.options.rules, name)
        self.title(path)
        if name != STEPS[0][0]:
            self.reload(path)
        if "sticky" in name:
            self.sticky(percent)
            return
        strangers = [users.User() for _ in range(self.options.requests)]
        self.shares(users.visit_all(self.proxy.port, strangers, self.tally), percent)
        seen = self.visits()
        if "tester" in name:
            testers = {version for who, end_user in PEOPLE for version in seen[who] if end_user}
            others = {version for who, end_user in PEOPLE for version in seen[who] if not end_user}
            self.claim(testers == {"v3"}, "the tester sees v3")
            self.claim(others == {"v2"}, "nobody else does")

    def sticky(self, percent):
        first = users.visit_all(self.proxy.port, self.crowd, self.tally)
        second = users.visit_all(self.proxy.port, self.crowd, self.tally)
        self.shares(first, percent)
        people = self.visits()
        for name, seen in people.items():
            self.claim(len(set(seen)) == 1, "%s sees one version" % name)
        now = first + [people[name][0] for name, _ in self.people]
        had = self.had or [None] * len(now)
        fallen = sum(1 for before, after in zip(had, now) if before == "v3" and after != "v3")
        joined = sum(1 for before, after in zip(had, first) if before != "v3" and after == "v3")
        print("\n    {:,} cookies: {} on v3, of them {} new; ".format(len(first), first.count("v3"), joined)
              + terminal.styled("red" if fallen else "green", "fallen back: %d" % fallen))
        self.claim(first == second, "a second visit sees what the first one saw")
        self.claim(not fallen, "nobody falls back from v3")
        self.jars()
        self.fallen += fallen
        self.had = now

    def jars(self):
        everybody = self.crowd + [user for _, user in self.people]
        self.claim(all(user.given == 1 and set(user.cookies) == {"uid"} for user in everybody),
                   "the proxy gives each user one cookie, once")
        self.claim(len({user.cookies.get("uid") for user in everybody}) == len(everybody),
                   "no two users have one cookie")

    # ---- the whole ----

    def refuse_broken_rules(self):
        self.title(BROKEN)
        with users.Background(self.proxy.port, self.tally) as background:
            background.load.wait_for(20)
            workers = self.proxy.workers()
            said = self.proxy.reload_refused(read(BROKEN))
            background.load.wait_for(200)
            stayed = self.proxy.workers() == workers
        found = self.proxy.finding(said)
        print("    Refused: " + (found or "").replace(self.proxy.folder + "/", ""))
        print("    %d requests meanwhile, failed: %d" % (background.load.total(), len(background.load.failures)))
        self.claim(bool(found), "the log names file, line and column")
        self.claim(stayed, "the workers stay")
        self.claim(background.load.failures == [], "no request fails while rules are refused")
        self.claim(set(background.load.counts) == {"v3"}, "the rules before are served on")

    def end(self):
        print("\n%s" % terminal.line(WIDTH))
        print("    %s: %s requests, %d reloads, 1 refused; failed: %d" % (
            self.proxy.version(), "{:,}".format(self.tally.requests), self.reloads, len(self.tally.failures)))
        print("    Asked again, as the proxy had closed a connection between two requests: %d" % self.tally.again)
        self.tally.print_failures()
        self.claim(not self.tally.failures, "no request failed")
        deaths, _ = self.proxy.deaths()
        self.claim(not deaths, "\n    ".join(["no worker of the proxy died", *deaths]))
        print("    Users who had v3 and fell back along the sticky ramp: %s; shares off: %d" % (
            terminal.styled("red" if self.fallen else "green", str(self.fallen)), self.off))
        if self.broken_claims:
            print("    %d claims did not hold" % len(self.broken_claims))
        return 1 if self.broken_claims else 0

    def play(self):
        self.proxy.start(read(os.path.join(self.options.rules, STEPS[0][0])))
        for name, percent in STEPS:
            self.step(name, percent)
            sys.stdout.flush()
        self.refuse_broken_rules()
        return self.end()


def start_services(folder, stack):
    """Three reviews services: version -> port."""
    ports = {}
    for version in users.VERSIONS.values():
        service = loopback.Process([sys.executable, os.path.join(proxies.HERE, "reviews.py"), version],
                                   os.path.join(folder, version + ".log"))
        stack.callback(service.stop)
        ports[version] = int(loopback.wait_until(service.log, 20, "reviews " + version))
    return ports


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proxy", choices=sorted(proxies.KINDS))
    parser.add_argument("--module", required=True, help="ngx_http_sluice_module.so, or the folder of sluice.lua")
    parser.add_argument("--rules", default=os.path.join(os.path.dirname(proxies.HERE), "rules"),
                        help="a folder; default: rules, and rules-gateway-api holds the same in its words")
    parser.add_argument("--requests", type=int, default=4000, help="of strangers, at each step")
    parser.add_argument("--cookies", type=int, default=2000, help="users who keep theirs along the sticky ramp")
    parser.add_argument("--soak", type=float, metavar="SECONDS", help="instead: load, and a reload every second")
    return parser.parse_args()


def main():
    options = parse_arguments()
    kind = proxies.KINDS[options.proxy]
    if not kind.find() or not os.path.exists(options.module):
        print("skipped: %s is absent" % (options.module if kind.find() else kind.program))
        return loopback.SKIP
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bookinfo-"))
        os.chmod(folder, 0o755)  # nginx's workers are another user
        proxy = kind(options.module, folder, start_services(folder, stack))
        stack.callback(proxy.stop)
        # First of all at the end: nothing interrupts the stopping.
        stack.callback(lambda: [signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)])
        if options.soak:
            return soak.run(proxy, options)
        return Story(proxy, options).play()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
