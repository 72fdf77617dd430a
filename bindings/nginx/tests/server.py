"""What the tests of the nginx module share: a real nginx in a folder of its own.

Each test file is a program: `test_NAME.py PATH_OF_MODULE [unittest arguments]`. In a build with sanitizers,
SLUICE_PRELOAD names the runtime that must be loaded before nginx, which is not built with them.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "hosts"))
import loopback

MODULE = None

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
        sys.exit(loopback.SKIP)
    unittest.main(module="__main__")


class Nginx:
    """One nginx: its folder, its configuration and its process. A context manager.

    `http` is what stands in the http block; {port} and names of `values` are replaced in it by `$$name`.
    """

    def __init__(self, http, files=None, workers=1, log_level="info", **values):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-nginx-"))
        os.chmod(self.folder, 0o755)
        self.port, = loopback.free_ports(1)
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
        return {"LD_PRELOAD": preload} if preload else {}

    def check(self):
        """nginx -t: its exit status and what it says."""
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, env={**os.environ, **self.environment()},
                              timeout=60, check=False)
        return done.returncode, done.stderr

    def start(self):
        self.process = loopback.Process(self.command(), self.folder / "stderr.log", env=self.environment())
        try:
            self.process.wait_for_port(self.port)
        except AssertionError as problem:
            raise AssertionError(self.log()) from problem
        return self

    def log(self):
        return "".join(path.read_text(errors="replace") for path in
                       (self.folder / "stderr.log", self.folder / "error.log") if path.exists())

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def worker_pids(self):
        return loopback.children(self.process.pid)

    def reload_and_wait(self):
        """Reload, and wait until workers of the old configuration are gone."""
        old = set(self.worker_pids())
        self.reload()
        loopback.wait_until(lambda: self.worker_pids() and not old & set(self.worker_pids()), 20,
                            "the old workers' end")

    def stop(self):
        return self.process.stop(seconds=20) if self.process else 0

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
        return loopback.request(self.port, method, path, host, headers, body, timeout=20)

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


def virtual_service(http, name="reviews", hosts="[reviews]", extra=""):
    """A VirtualService whose http rules are given as indented YAML."""
    return (f"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: {name}\n{extra}"
            f"spec:\n  hosts: {hosts}\n  http:\n{http}")
