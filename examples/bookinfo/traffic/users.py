"""Users of the reviews page: each has a jar of cookies, and sees stars."""
import collections
import http.client
import threading

import proxies
from proxies import loopback

PATH = "/reviews/0"
HOST = "reviews:%d" % proxies.SERVICE_PORT
VERSIONS = {None: "v1", "black": "v2", "red": "v3"}  # by the colour of the stars


def version_of(response):
    """Who answered, as a reader of the page can tell; a ValueError for any other answer."""
    if response.status != 200:
        raise ValueError("status %d" % response.status)
    try:
        colours = {review.get("rating", {}).get("color") for review in response.json()["reviews"]}
    except (AttributeError, KeyError, TypeError) as problem:
        raise ValueError("no reviews in the answer") from problem
    if len(colours) != 1 or colours - set(VERSIONS):
        raise ValueError("stars of %r" % colours)
    return VERSIONS[colours.pop()]


class User:
    """Keeps the cookies that it is given, and sends them back."""

    def __init__(self, end_user=None):
        self.end_user = end_user
        self.cookies = {}
        self.given = 0  # cookies, of any name

    def headers(self):
        fields = [("Cookie", "; ".join("%s=%s" % pair for pair in self.cookies.items()))] if self.cookies else []
        return fields + ([("end-user", self.end_user)] if self.end_user else [])

    def visit(self, client):
        """Ask for the reviews; the version that answered."""
        response = client.get(path=PATH, host=HOST, headers=self.headers())
        for line in response.all("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
            self.given += 1
        return version_of(response)


class Tally:
    """Requests, those that were asked again (loopback.Client says when), and those that failed."""

    def __init__(self):
        self.requests = 0
        self.again = 0
        self.failures = []

    def add(self, requests, again, failures):
        self.requests += requests
        self.again += again
        self.failures += failures

    def print_failures(self):
        for problem, count in collections.Counter(self.failures).most_common():
            print("    %d x %s" % (count, problem))


def visit_all(port, users, tally, connections=4):
    """Each user asks once, a few at a time; the versions in the users' order, None for a failure."""
    seen = [None] * len(users)
    waiting = iter(range(len(users)))
    lock = threading.Lock()

    def serve():
        client, count, failures = loopback.Client(port), 0, []
        while True:
            with lock:
                at = next(waiting, None)
            if at is None:
                break
            count += 1
            try:
                seen[at] = users[at].visit(client)
            except (OSError, http.client.HTTPException, ValueError) as problem:
                failures.append(repr(problem))
        client.close()
        with lock:
            tally.add(count, client.again, failures)

    threads = [threading.Thread(target=serve, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


class Background:
    """Users who go on asking, on kept connections and on new ones, while something else happens."""

    def __init__(self, port, tally, seconds=120, limit=500000, pause=0.002, keep_alive=3, fresh=1):
        self.tally = tally
        self.load = loopback.Load(port, keep_alive=keep_alive, fresh=fresh, seconds=seconds, limit=limit,
                                  path=PATH, host=HOST, classify=version_of, pause=pause)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.load.stop()
        self.tally.add(self.load.total() + len(self.load.failures), self.load.again, self.load.failures)
