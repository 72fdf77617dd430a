"""Clients that ask as fast as they are answered."""
import collections
import http.client
import threading
import time

from .client import Client
from .waiting import wait_until


class Load:
    """Clients that ask as fast as they are answered, until stop() or until a limit is reached.

    `keep_alive` clients use one connection for as long as the server keeps it; `fresh` ones open
    a connection for each request. `counts` holds what `classify` made of each response, `failures`
    every request that got none, `again` how many were asked twice (see Client).
    """

    def __init__(self, port, keep_alive=2, fresh=1, seconds=20, limit=1000000, path="/",
                 host="example.com", headers=(), classify=lambda response: response.status, pause=0.0):
        self.arguments = {"path": path, "host": host, "headers": headers}
        self.port = port
        self.classify = classify
        self.pause = pause
        self.counts = collections.Counter()
        self.failures = []
        self.again = 0
        self.left = limit
        self.end = time.monotonic() + seconds
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(kind,), daemon=True)
                        for kind, count in ((True, keep_alive), (False, fresh))
                        for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def _take(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0 and time.monotonic() < self.end

    def _run(self, keep_alive):
        client = Client(self.port)
        while self._take():
            try:
                seen = self.classify(client.get(**self.arguments))
                with self.lock:
                    self.counts[seen] += 1
            except (OSError, http.client.HTTPException, ValueError) as problem:
                with self.lock:
                    self.failures.append(repr(problem))
            if not keep_alive:
                client.close()
            if self.pause:
                time.sleep(self.pause)
        client.close()
        with self.lock:
            self.again += client.again

    def total(self):
        with self.lock:
            return sum(self.counts.values())

    def wait_for(self, more, seconds=20):
        """Until that many more requests were answered; the counts of these."""
        with self.lock:
            before = collections.Counter(self.counts)
        goal = sum(before.values()) + more
        wait_until(lambda: self.total() >= goal, seconds, "%d answers under load" % more)
        with self.lock:
            return self.counts - before

    def stop(self):
        self.end = 0
        for thread in self.threads:
            thread.join(15)
        return self.counts

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
