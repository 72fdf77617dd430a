"""What the tests of the nginx module share: a real nginx in a folder of its own, upstream servers, and requests.

Each test file is a program: `test_NAME.py PATH_OF_MODULE [unittest arguments]`. In a build with sanitizers,
SLUICE_PRELOAD names the runtime that must be loaded before nginx, which is not built with them.
"""

import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

MODULE = None
SKIPPED = 77

SHELL = """\
load_module {module};
{user}
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log {log_level};
worker_shutdown_timeout 5s;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{http}
}}
"""


def main():
    """Run the tests of the calling program, or skip them where there is no nginx."""
    global MODULE
    if len(sys.argv) < 2:
        sys.exit("usage: test_NAME.py PATH_OF_MODULE [unittest arguments]")
    MODULE = os.path.abspath(sys.argv.pop(1))
    if shutil.which("nginx") is None:
        print("skipped: nginx is not installed (package nginx)")
        sys.exit(SKIPPED)
    unittest.main(module="__main__")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


class Nginx:
    """One nginx: its folder, its configuration and its process. A context manager.

    `http` is what stands in the http block; {port} and names of `values` are replaced in it by `$$name`.
    """

    def __init__(self, http, files=None, workers=1, log_level="info", **values):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-nginx-"))
        os.chmod(self.folder, 0o755)
        self.port = free_port()
        self.values = dict(values, port=self.port, folder=self.folder)
        self.workers = workers
        self.log_level = log_level
        self.process = None
        self.configure(http)
        for name, text in (files or {}).items():
            self.write(name, text)

    def write(self, name, text):
        """A file of the folder, put in its place whole."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        new.write_text(text)
        new.rename(path)

    def configure(self, http):
        for name, value in self.values.items():
            http = http.replace(f"@{name}@", str(value))
        self.write("nginx.conf", SHELL.format(
            module=MODULE, user="user root;" if os.geteuid() == 0 else "", workers=self.workers,
            folder=self.folder, log_level=self.log_level, http=http))

    def command(self, *arguments):
        return ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), *arguments]

    def environment(self):
        preload = os.environ.get("SLUICE_PRELOAD")
        return dict(os.environ, LD_PRELOAD=preload) if preload else None

    def check(self):
        """nginx -t: its exit status and what it says."""
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, env=self.environment(),
                              timeout=60, check=False)
        return done.returncode, done.stderr

    def start(self):
        log = open(self.folder / "stderr.log", "w", encoding="utf-8")
        with log:
            self.process = subprocess.Popen(self.command(), stderr=log, env=self.environment())
        wait_until(self.is_up, f"nginx does not answer: {self.log()}")
        return self

    def is_up(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"nginx ended: {self.log()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self):
        return "".join(path.read_text(errors="replace") for path in
                       (self.folder / "stderr.log", self.folder / "error.log") if path.exists())

    def reload(self):
        os.kill(self.process.pid, signal.SIGHUP)

    def worker_pids(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        return [int(pid) for pid in pathlib.Path(path).read_text().split()]

    def reload_and_wait(self):
        """Reload, and wait until workers of the old configuration are gone."""
        old = set(self.worker_pids())
        self.reload()
        wait_until(lambda: self.worker_pids() and not old & set(self.worker_pids()), "nginx does not reload")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)
        return self.process.returncode if self.process else 0

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path="/", host="reviews", headers=(), method="GET", body=None):
        """One request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Reply(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def text(self, *arguments, **named):
        return self.get(*arguments, **named).body.decode()

    def raw(self, request):
        """Bytes there, bytes back, until nginx closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request)
            reply = b""
            while part := connection.recv(65536):
                reply += part
            return reply


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)


class Upstream:
    """A server that answers what it was asked, as JSON, and remembers it. A context manager."""

    def __init__(self, name, headers=(), status=200, delay=0.0, stall=0.0):
        self.name = name
        self.seen = []
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                asked = {
                    "server": upstream.name,
                    "method": self.command,
                    "path": self.path,
                    "headers": [[key.lower(), value] for key, value in self.headers.items()],
                    "body": self.rfile.read(length).decode(),
                }
                upstream.seen.append(asked)
                time.sleep(delay)
                text = json.dumps(asked).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(text)))
                    for key, value in headers:
                        self.send_header(key, value)
                    self.end_headers()
                    self.wfile.write(text[:10])
                    time.sleep(stall)  # in the middle of the body
                    self.wfile.write(text[10:])
                except OSError:
                    pass  # nginx gave up: that is what some tests are about

            do_GET = do_POST = do_OPTIONS = do_PUT = answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def virtual_service(http, name="reviews", hosts="[reviews]", extra=""):
    """A VirtualService whose http rules are given as indented YAML."""
    return (f"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: {name}\n{extra}"
            f"spec:\n  hosts: {hosts}\n  http:\n{http}")
