"""What the tests of real hosts share: free ports, small servers, requests, bounded load, processes.

Everything listens on 127.0.0.1, has a limit in time, and is stopped by what started it.
"""
import collections
import http.client
import http.server
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time

SKIP = 77


def free_ports(count):
    """Port numbers that nothing listened on a moment ago, all different.

    They are below those that the system gives to outgoing connections, so that none of these takes one.
    """
    sockets = []
    try:
        while len(sockets) < count:
            each = socket.socket()
            try:
                each.bind(("127.0.0.1", random.randrange(10000, 32000)))
                sockets.append(each)
            except OSError:
                each.close()  # taken
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def holds_within(holds, seconds):
    """Poll until holds() is true, and give what it gave; its last value after the time."""
    end = time.monotonic() + seconds
    while True:
        value = holds()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


def wait_until(holds, seconds=10.0, what="a condition"):
    """The same, but an AssertionError after the time."""
    value = holds_within(holds, seconds)
    if not value:
        raise AssertionError("%s did not come true in %g s" % (what, seconds))
    return value


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


# ---- a server that tells what it received ----

class _Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one segment for a whole answer

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        target = self.requestline.split(" ")[1]  # self.path has lost a "/" of "//"
        received = {"server": self.server.name, "method": self.command, "path": target,
                    "headers": [[k.lower(), v] for k, v in self.headers.items()],
                    "body": self.rfile.read(length).decode("latin-1")}
        self.server.seen.append(received)
        time.sleep(self.server.delay)
        try:
            self.send(json.dumps(received).encode())
        except OSError:
            self.close_connection = True  # the proxy gave up: that is what some tests are about

    def send(self, body):
        self.send_response(self.server.status)
        self.send_header("content-type", "application/json")
        self.send_header("x-server", self.server.name)
        for name, value in self.server.fields:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.server.stall:
            self.wfile.write(body[:10])
            self.wfile.flush()
            time.sleep(self.server.stall)
            body = body[10:]
        self.wfile.write(body)

    def __getattr__(self, name):
        if name.startswith("do_"):  # any method
            return self.answer
        raise AttributeError(name)

    def log_message(self, *_):
        pass


class EchoServer(http.server.ThreadingHTTPServer):
    """Answers every request with a JSON object of what it received, and its own name. A context manager.

    The answer has the `status` and carries the header lines in `fields` too; it comes after `delay`
    seconds, and `stall` seconds pass within its body. `seen` holds the last requests.
    """
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, name, fields=(), status=200, delay=0.0, stall=0.0):
        super().__init__(("127.0.0.1", 0), _Echo)
        self.name = name
        self.fields = fields
        self.status = status
        self.delay = delay
        self.stall = stall
        self.seen = collections.deque(maxlen=1000)
        self.port = self.server_address[1]
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                                       daemon=True)
        self.thread.start()

    def handle_error(self, *_):
        pass  # a client that went away

    def close(self):
        self.shutdown()
        self.server_close()

    def __exit__(self, *_):
        self.close()


# ---- requests ----

class Response:
    def __init__(self, status, fields, body):
        self.status = status
        self.fields = [(name.lower(), value) for name, value in fields]
        self.body = body

    def all(self, name):
        return [value for key, value in self.fields if key == name.lower()]

    def get(self, name):
        return next(iter(self.all(name)), None)

    def json(self):
        return json.loads(self.body)

    def received(self, name):
        """The values of a header as an EchoServer received it."""
        return [value for key, value in self.json()["headers"] if key == name.lower()]


class Connection(http.client.HTTPConnection):
    """A connection to 127.0.0.1 that sends a target as it is, whatever bytes it holds."""

    def __init__(self, port, timeout=10):
        super().__init__("127.0.0.1", port, timeout=timeout)

    def _encode_request(self, request):
        return request.encode("latin-1")

    def _validate_path(self, url):
        pass


class _Unanswered(Exception):
    """The connection closed before any byte of an answer; __cause__ says how."""


def send(connection, method="GET", path="/", host="example.com", headers=(), body=None,
         first_byte=False):
    """One request on a Connection; headers are pairs, sent as they are.

    With `first_byte`, _Unanswered tells of a connection that closed before the answer began.
    """
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    if host is not None:
        connection.putheader("Host", host)
    for name, value in headers:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    try:
        connection.endheaders(body)
        if first_byte and not connection.sock.recv(1, socket.MSG_PEEK):
            raise http.client.RemoteDisconnected("closed without an answer")
    except (ConnectionError, http.client.RemoteDisconnected) as problem:
        if first_byte and connection.sock is not None:
            raise _Unanswered() from problem
        raise
    answer = connection.getresponse()
    return Response(answer.status, answer.getheaders(), answer.read())


def request(port, method="GET", path="/", host="example.com", headers=(), body=None, timeout=10):
    """One request on a connection of its own."""
    connection = Connection(port, timeout)
    try:
        return send(connection, method, path, host, headers, body)
    finally:
        connection.close()


class Client:
    """Asks on one connection for as long as the server keeps it, and counts.

    A server may close a connection between two requests, and a request may cross that on its way. A
    client then asks again on a new connection, once, if the method is idempotent and no byte of an
    answer has come (RFC 9112, 9.3.1; RFC 9110, 9.2.2). `again` counts these; they are no failures. A
    connection that closes before it has answered anything, or within an answer, is one.
    """

    def __init__(self, port, timeout=10):
        self.connection = Connection(port, timeout)
        self.again = 0

    def get(self, **arguments):
        for last in (self.connection.sock is None, True):
            try:
                return send(self.connection, first_byte=True, **arguments)
            except _Unanswered as problem:
                self.close()
                if last:
                    raise problem.__cause__
                self.again += 1
            except (OSError, http.client.HTTPException):
                self.close()
                raise

    def close(self):
        self.connection.close()


# ---- load ----

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


# ---- processes ----

class Process:
    """A program in the foreground, its output in a file; stop() ends it by its process id."""

    def __init__(self, arguments, log, cwd=None, env=None):
        self.log_path = log
        if shutil.which("setpriv"):  # it ends when we do, even where we are killed
            arguments = ["setpriv", "--pdeathsig", "TERM", "--", *arguments]
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(arguments, stdout=output, stderr=output, cwd=cwd,
                                          stdin=subprocess.DEVNULL,
                                          env={**os.environ, **(env or {})})

    @property
    def pid(self):
        return self.popen.pid

    def log(self, since=0):
        """What it has said, from a byte on."""
        with open(self.log_path, "rb") as file:
            file.seek(since)
            return file.read().decode("utf-8", "replace")

    def running(self):
        return self.popen.poll() is None

    def wait_for_port(self, port, seconds=20):
        def ready():
            if not self.running():
                raise AssertionError("it ended with status %s:\n%s"
                                     % (self.popen.returncode, self.log()))
            return is_open(port)
        wait_until(ready, seconds, "port %d" % port)

    def send_signal(self, number):
        self.popen.send_signal(number)

    def send_signal_until(self, number, sign):
        """Send a signal until the log tells that it was taken; the log's length in bytes before.

        A program may miss one while it starts: HAProxy's master does so when it has just loaded, since it
        then executes itself anew.
        """
        said = os.path.getsize(self.log_path)
        for _ in range(10):
            self.send_signal(number)
            if holds_within(lambda: sign in self.log(said), 1):
                return said
        raise AssertionError("signal %d is not taken:\n%s" % (number, self.log()))

    def stop(self, number=signal.SIGTERM, seconds=10):
        """End it, by force after the time. Its exit status."""
        if self.running():
            self.send_signal(number)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            return self.popen.wait()


def children(pid):
    """Process ids of the children of a process."""
    found = []
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/children" % (pid, task), encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
        except OSError:
            pass  # that thread ended
    return found


def descriptors(pid):
    """How many file descriptors a process has open; 0 when it has ended."""
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return 0


def resident_kib(pid):
    """Memory of a process that is in RAM, in KiB; 0 when it has ended."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0
