"""A long load with a reload every second, while memory and file descriptors are watched.

Every tenth reload is of rules that must be refused.
"""
import os
import time

import proxies
import users
from proxies import loopback

TURNS = ("02-v2-v3.yaml", "04-v2-v3-50-50.yaml", "08-sticky-75-25.yaml")
PAUSE = 0.005   # of each client between two requests
ROOM_KIB = 512  # that memory may differ by from one time to another, as allocators do
LEAST = 50      # reloads; with fewer, a tenth is too few samples
ROOM_FILES = 8  # connections that are open at that moment


class Sample:
    """What the proxy's processes hold at one moment."""

    def __init__(self, proxy):
        workers = proxy.workers()
        self.workers = len(workers)
        self.master_kib = loopback.resident_kib(proxy.process.pid)
        self.worker_kib = max(loopback.resident_kib(pid) for pid in workers)
        self.master_files = loopback.descriptors(proxy.process.pid)
        self.worker_files = max(loopback.descriptors(pid) for pid in workers)


MEASURES = ("master_kib", "worker_kib", "master_files", "worker_files")


def greatest(samples):
    """The greatest of each measure."""
    return {name: max(getattr(sample, name) for sample in samples) for name in MEASURES}


def report(reloads, samples):
    most = greatest(samples)
    print("    %5d reloads: master %6d KiB, %2d files; workers %6d KiB, %2d files; at most %d workers" % (
        reloads, most["master_kib"], most["master_files"], most["worker_kib"], most["worker_files"],
        max(sample.workers for sample in samples)), flush=True)


def judge(samples):
    """Whether the last tenth holds no more than the second one; in the first, caches fill."""
    if len(samples) < LEAST:
        return "too few reloads to tell"
    tenth = len(samples) // 10
    first, last = greatest(samples[tenth:2 * tenth]), greatest(samples[-tenth:])
    flat = all(last[name] <= first[name] + (ROOM_KIB if name.endswith("kib") else ROOM_FILES) for name in MEASURES)
    return "flat" if flat else "GROWN"


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def reload_every_second(proxy, rules, seconds):
    """A sample for each reload, taken when its second is over; each tenth of the time is reported."""
    samples = []
    start = time.monotonic()
    tenth = max(1, int(seconds / 10))
    while time.monotonic() < start + seconds:
        if len(samples) % 10 == 9:
            proxy.reload_refused(read(proxies.HERE, "broken.yaml"))
        else:
            proxy.reload(rules[len(samples) % len(rules)])
        time.sleep(max(0, start + len(samples) + 1 - time.monotonic()))
        samples.append(Sample(proxy))
        if len(samples) % tenth == 0:
            report(len(samples), samples[-tenth:])
    return samples


def run(proxy, options):
    """Exit status 0 if no request failed, and the end holds no more than the beginning."""
    tally = users.Tally()
    proxy.start(read(options.rules, "01-v2.yaml"))
    rules = [read(options.rules, name) for name in TURNS]
    print("Soak of %s: %g s, a reload every second; the greatest of each tenth:" % (proxy.version(), options.soak))
    with users.Background(proxy.port, tally, seconds=options.soak + 60, limit=int(options.soak * 4000) + 1000,
                          pause=PAUSE, keep_alive=4, fresh=2):
        samples = reload_every_second(proxy, rules, options.soak)
    verdict = judge(samples)
    deaths, late = proxy.deaths()
    print("    %d requests, %d reloads, %d refused; failed: %d; asked again: %d" % (
        tally.requests, len(samples), len(samples) // 10, len(tally.failures), tally.again))
    print("    Workers that died: %d, after their last answer: %d; memory and files: %s" % (
        len(deaths), late, verdict))
    for line in deaths:
        print("    " + line)
    tally.print_failures()
    return 0 if verdict != "GROWN" and not deaths and not tally.failures else 1
