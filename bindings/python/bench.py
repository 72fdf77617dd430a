"""The cost of a call from Python: microseconds, the least of several rounds, and beside it what ctypes alone costs.

    SLUICE_LIBRARY=build/release/lib/libsluice.so PYTHONPATH=bindings/python/src python3 bindings/python/bench.py
"""

from __future__ import annotations

import platform
import timeit
from typing import Callable

import sluice
from sluice._library import lib

RULES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - match: [{headers: {end-user: {exact: tester}}}]
    route: [{destination: {host: reviews, subset: v3}}]
  - route: [{destination: {host: reviews, subset: v2}, weight: 90}, {destination: {host: reviews, subset: v3}, weight: 10}]
"""
HEADERS = [
    ("host", "reviews:9080"), ("user-agent", "curl/8.5"), ("accept", "*/*"), ("accept-encoding", "gzip, deflate"),
    ("accept-language", "en"), ("cookie", "uid=7; theme=dark"), ("x-request-id", "5e0f8d1c-7f9c-4c3c"),
    ("x-forwarded-for", "10.0.0.1"), ("end-user", "tom"), ("cache-control", "no-cache"),
]  # fmt: skip


def measure(call: Callable[[], object], number: int = 50_000, rounds: int = 9) -> float:
    return min(timeit.repeat(call, number=number, repeat=rounds)) / number * 1e6


def main() -> None:
    router = sluice.Router.compile(RULES, seed=1)
    live = sluice.Live(router, seed=1)
    split = sluice.Split({"v2": 90, "v3": 10})
    rows: dict[str, Callable[[], object]] = {
        "an empty lambda": lambda: None,
        "ctypes: one call without work": lambda: lib.sluice_status_name(0),
        "Router.route, no header": lambda: router.route("reviews:9080", "/reviews/0"),
        "Router.route, 10 headers": lambda: router.route("reviews:9080", "/reviews/0", "GET", HEADERS),
        "Live.route, 10 headers": lambda: live.route("reviews:9080", "/reviews/0", "GET", HEADERS),
        "Split.pick": split.pick,
        "Split.pick_sticky, 36 bytes": lambda: split.pick_sticky("03d1bb54-626e-48b4-8092-bbca543329ec"),
    }
    print(f"# sluice {sluice.version()}  CPython {platform.python_version()}")
    for name, call in rows.items():
        print(f"{name:32} us_op={measure(call):.3f}")


if __name__ == "__main__":
    main()
