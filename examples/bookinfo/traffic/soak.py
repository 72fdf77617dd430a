"""A long load with a reload every second, while memory and file descriptors are watched."""
import os
import time

import users
from proxies import loopback

TURNS = ("02-v2-v3.yaml", "04-v2-v3-50-50.yaml", "08-sticky-75-25.yaml")
PAUSE = 0.005   # of each client between two requests
ROOM_KIB = 512  # that memory may differ by from one time to another, as allocators do


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


def report(when, samples):
    most = greatest(samples)
    print("    %-7s master %6d KiB, %3d files; workers %6d KiB, %3d files; at most %d workers" % (
        when, most["master_kib"], most["master_files"], most["worker_kib"], most["worker_files"],
        max(sample.workers for sample in samples)), flush=True)
    return most


def run(proxy, options):
    """Exit status 0 if no request failed, and the end holds no more than the beginning."""
    tally = users.Tally()
    rules = []
    for name in TURNS:
        with open(os.path.join(options.rules, name), encoding="utf-8") as file:
            rules.append(file.read())
    with open(os.path.join(options.rules, "01-v2.yaml"), encoding="utf-8") as file:
        proxy.start(file.read())
    print("Soak of %s: %g s, a reload every second" % (proxy.version(), options.soak), flush=True)
    samples = []
    with users.Background(proxy.port, tally, seconds=options.soak + 60, limit=int(options.soak * 4000) + 1000,
                          pause=PAUSE, keep_alive=4, fresh=2) as background:
        start = time.monotonic()
        while time.monotonic() < start + options.soak:
            proxy.reload(rules[len(samples) % len(rules)])
            time.sleep(max(0, start + len(samples) + 1 - time.monotonic()))
            samples.append(Sample(proxy))
        took = time.monotonic() - start
    tenth = max(1, len(samples) // 10)
    middle = len(samples) // 2
    print("    %d requests, %d reloads in %.0f s; failed: %d; asked again: %d" % (
        tally.requests, len(samples), took, len(tally.failures), tally.again))
    first = report("start", samples[tenth:2 * tenth] or samples)
    report("middle", samples[middle:middle + tenth])
    last = report("end", samples[-tenth:])
    for problem in sorted(set(tally.failures)):
        print("    %d x %s" % (tally.failures.count(problem), problem))
    flat = all(last[name] <= first[name] + (ROOM_KIB if name.endswith("kib") else 8) for name in MEASURES)
    print("    %s" % ("Flat." if flat else "NOT FLAT"))
    return 0 if flat and not tally.failures else 1
