"""What the tests of the HAProxy binding share: configurations, and a HAProxy on free ports.

A test program is called as `test_haproxy_NAME.py MODULE_FOLDER [HAPROXY] [unittest arguments]`.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import loopback

MODULE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def program():
    return shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


GLOBAL = """\
global
    nbthread %(threads)d
    hard-stop-after 10s
%(load)s
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
    option idle-close-on-response
"""

LUA = """\
    setenv SLUICE_RULES "%(rules)s"
%(options)s    lua-load-per-thread %(module)s/sluice.lua
"""


def virtual_service(*http, name="a", hosts="a.com", annotations=""):
    """A VirtualService whose http rules are given as YAML in one line each."""
    rules = "".join("  - %s\n" % rule for rule in http)
    return ("apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
            "metadata: {name: %s, annotations: {%s}}\nspec:\n  hosts: [%s]\n  http:\n%s"
            % (name, annotations, hosts, rules))


def split(*weights, **more):
    """A split of reviews over the subsets v1, v2, ... by weight."""
    entries = ", ".join("{destination: {host: reviews, subset: v%d}, weight: %d}" % (i + 1, weight)
                        for i, weight in enumerate(weights))
    return virtual_service("route: [%s]" % entries, **more)


class Case(unittest.TestCase):
    """A test with a folder and ports of its own; what it starts ends with it."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        temporary = path + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
        return path

    def echo(self, name, fields=()):
        server = loopback.EchoServer(name, fields)
        self.addCleanup(server.close)
        return server

    def lua(self, rules, options="port=80"):
        line = '    setenv SLUICE_OPTIONS "%s"\n' % options if options else ""
        return LUA % {"rules": rules, "options": line, "module": MODULE}

    def config(self, sections, load, threads=2):
        return self.write("haproxy.cfg", GLOBAL % {"load": load, "threads": threads} + sections)

    def check(self, config, haproxy=None):
        """What `haproxy -c` says of a configuration: (status, output)."""
        done = subprocess.run([haproxy or program(), "-c", "-f", config], capture_output=True,
                              text=True, timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr

    def start(self, config, port, master=False, haproxy=None, env=None):
        arguments = [haproxy or program(), "-W" if master else "-db", "-f", config]
        process = loopback.Process(arguments, os.path.join(self.folder, "haproxy.log"), env=env)
        self.addCleanup(process.stop)
        process.wait_for_port(port)
        if master:
            self.await_log(process, 0, lambda said: "Loading success" in said)
        return process

    def await_log(self, process, start, holds):
        """Until holds(log from `start`); the log then, which a failure prints."""
        if not loopback.holds_within(lambda: holds(process.log(start)), 20):
            self.fail("waited in vain; it said:\n" + process.log(start))
        return process.log(start)

    def reload(self, master, refused=False):
        """Have the master load its configuration again, and wait until it has tried. What it said."""
        before = set(loopback.children(master.pid))
        start = master.send_signal_until(signal.SIGUSR2, "Reloading HAProxy")
        if refused:
            return self.await_log(master, start, lambda said: "Loading failure" in said)
        return self.await_log(master, start, lambda said: "Loading success" in said
                              and set(loopback.children(master.pid)) - before)


def main():
    if not program():
        print("haproxy is not installed")
        sys.exit(loopback.SKIP)
    sys.argv[1:] = sys.argv[2:]
    unittest.main(module="__main__")
