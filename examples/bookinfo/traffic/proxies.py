"""The proxies of the story, real ones: how each is configured, started, reloaded and stopped.

A proxy reads two rule files: services.yaml, which stays, and rules.yaml, which the story rewrites. Versions
are subsets of one service where the rules are Istio's, and services of their own in the Gateway API.
"""
import os
import re
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(SOURCE, "tests", "hosts"))
import loopback  # noqa: E402  (free ports, processes and load: shared with the tests of the bindings)

SERVICE_PORT = 9080  # of reviews, as its clients know it; what rules see


class Proxy:
    """One server in a folder of its own. What is special about each kind is in the classes below."""

    name = ""
    program = ""
    reload_signal = None
    # How its log tells of a reload that begins, and of rules that are refused.
    begun = ""
    refusal = ""
    # And of a worker that died; and, in versions that begin so, of one that did after its last answer.
    death = ""
    late_death = ("none", "")

    def __init__(self, module, folder, services):
        self.module = os.path.abspath(module)
        self.folder = folder
        self.port, = loopback.free_ports(1)
        self.names = {"module": self.module, "folder": folder, "port": self.port, "service_port": SERVICE_PORT,
                      **services}
        self.log_path = os.path.join(folder, "proxy.log")
        self.process = None

    @classmethod
    def find(cls):
        return shutil.which(cls.program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def command(self):
        raise NotImplementedError

    def config(self):
        raise NotImplementedError

    def version(self):
        done = subprocess.run([self.find(), "-v"], capture_output=True, text=True, check=True)
        number = re.search(r"version:? (?:nginx/)?(\S+)", done.stdout + done.stderr).group(1)
        return "%s %s" % (self.name, number)

    def write(self, name, text):
        """Put a file in its place whole, as a careful person does under a running server."""
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".new", path)
        return path

    def start(self, rules):
        """Serve by a file whose last object is what the story rewrites; those before it stay."""
        services, _, rules = rules.rpartition("\n---\n")
        self.write("services.yaml", services)
        self.write("rules.yaml", rules)
        self.write("proxy.conf", self.config() % self.names)
        self.process = loopback.Process(self.command(), self.log_path)
        self.process.wait_for_port(self.port)
        loopback.wait_until(self.workers, 20, "a worker")

    def workers(self):
        return loopback.children(self.process.pid)

    def _reload(self, rules):
        """Rewrite the rules and have them read. What the log's length was before."""
        self.write("rules.yaml", rules)
        return self.process.send_signal_until(self.reload_signal, self.begun)

    def has_loaded(self, said):
        raise NotImplementedError

    def reload(self, rules):
        """Serve by other rules; returns when the last worker with the old ones has ended."""
        old = set(self.workers())
        said = self._reload(rules)

        def replaced():
            if self.refusal in self.process.log(said):
                raise AssertionError("the rules are refused:\n" + self.process.log(said))
            workers = set(self.workers())
            return workers and not workers & old and self.has_loaded(said)
        loopback.wait_until(replaced, 30, "the old workers' end")

    def reload_refused(self, rules):
        """Try to serve by rules that are refused; what the proxy says about them."""
        said = self._reload(rules)
        loopback.wait_until(lambda: self.refusal in self.process.log(said), 30, "a refusal")
        return self.process.log(said)

    def finding(self, said):
        """What its log says of the place that is wrong in the rules, without time and process; None if nothing."""
        found = re.search(r"(?m)^(?:\S+ \S+ \[emerg\] \S+ )?(.*rules\.yaml:\d+:\d+.*)", said)
        return found.group(1) if found else None

    def deaths(self):
        """What its log says of workers that did not end by themselves, and how many crashed at their end."""
        lines = [line for line in self.process.log().splitlines() if re.search(self.death, line)]
        version, late = self.late_death
        early = [line for line in lines if not (self.version().startswith(version) and re.search(late, line))]
        return early, len(lines) - len(early)

    def stop(self):
        if self.process:
            self.process.stop()


class Nginx(Proxy):
    name = program = "nginx"
    reload_signal = signal.SIGHUP
    begun = "reconfiguring"
    refusal = "[emerg]"
    death = r"exited on signal"

    def command(self):
        return [self.find(), "-p", self.folder, "-c", os.path.join(self.folder, "proxy.conf")]

    def config(self):
        return NGINX

    def has_loaded(self, said):
        return True  # new workers are started when the rules are taken, not before


class HAProxy(Proxy):
    name = "HAProxy"
    program = "haproxy"
    reload_signal = signal.SIGUSR2
    begun = "Reloading HAProxy"
    refusal = "Loading failure"
    death = r"exited with code [1-9]"
    # HAProxy 2.6.12 may crash in _fd_delete_orphan() as an old worker ends, with and without this module
    # (haproxy/haproxy issue 2114, fixed since). No request is lost by it.
    late_death = ("HAProxy 2.6.12", r"Former worker .* exited with code 139")

    def command(self):
        return [self.find(), "-W", "-f", os.path.join(self.folder, "proxy.conf")]

    def config(self):
        return HAPROXY

    def has_loaded(self, said):
        return "Loading success" in self.process.log(said)


NGINX = """\
load_module %(module)s;
daemon off;
worker_processes 2;
worker_shutdown_timeout 5s;
pid %(folder)s/nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;

    sluice_rules services.yaml rules.yaml;
    sluice_listener_port %(service_port)d;

    # HOST|SUBSET|PORT of each destination
    upstream reviews.default.svc.cluster.local|v1|%(service_port)d { server 127.0.0.1:%(v1)d; keepalive 8; }
    upstream reviews.default.svc.cluster.local|v2|%(service_port)d { server 127.0.0.1:%(v2)d; keepalive 8; }
    upstream reviews.default.svc.cluster.local|v3|%(service_port)d { server 127.0.0.1:%(v3)d; keepalive 8; }
    upstream reviews-v1.default.svc.cluster.local||%(service_port)d { server 127.0.0.1:%(v1)d; keepalive 8; }
    upstream reviews-v2.default.svc.cluster.local||%(service_port)d { server 127.0.0.1:%(v2)d; keepalive 8; }
    upstream reviews-v3.default.svc.cluster.local||%(service_port)d { server 127.0.0.1:%(v3)d; keepalive 8; }

    server {
        listen 127.0.0.1:%(port)d;
        location / {
            sluice_route on;
            proxy_pass http://$sluice_upstream;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }
    }
}
"""

HAPROXY = """\
global
    nbthread 2
    hard-stop-after 10s
    setenv SLUICE_RULES "%(folder)s/services.yaml %(folder)s/rules.yaml"
    setenv SLUICE_OPTIONS "port=%(service_port)d"
    lua-load-per-thread %(module)s/sluice.lua

defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
    option idle-close-on-response

frontend reviews
    bind 127.0.0.1:%(port)d
    http-request lua.sluice
    http-response lua.sluice_response if { var(txn.sluice.response) -m found }
    use_backend %%[var(txn.sluice.backend)]

# HOST:SUBSET of each destination, or HOST
backend reviews.default.svc.cluster.local:v1
    server reviews 127.0.0.1:%(v1)d
backend reviews.default.svc.cluster.local:v2
    server reviews 127.0.0.1:%(v2)d
backend reviews.default.svc.cluster.local:v3
    server reviews 127.0.0.1:%(v3)d
backend reviews-v1.default.svc.cluster.local
    server reviews 127.0.0.1:%(v1)d
backend reviews-v2.default.svc.cluster.local
    server reviews 127.0.0.1:%(v2)d
backend reviews-v3.default.svc.cluster.local
    server reviews 127.0.0.1:%(v3)d
"""

KINDS = {"nginx": Nginx, "haproxy": HAProxy}
