"""HTTP/2 and TLS in front of the module: authority, cookies, scheme, server name, trailers-only gRPC."""

import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import unittest

import server
from server import Nginx, virtual_service
import loopback
from loopback import EchoServer

RULES = virtual_service("""\
  - match: [{headers: {cookie: {regex: '.*user=u7.*'}, end-user: {exact: jason}}}]
    route: [{destination: {host: reviews, subset: both}}]
  - match: [{scheme: {exact: https}}]
    route: [{destination: {host: reviews, subset: secure}}]
  - match: [{uri: {prefix: /grpc}}]
    fault: {abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {prefix: /delay}}]
    fault: {delay: {fixedDelay: 200ms, percentage: {value: 100}}}
    route: [{destination: {host: copy, port: {number: 80}}}]
  - match: [{uri: {prefix: /timeout}}]
    timeout: 200ms
    route: [{destination: {host: slow, port: {number: 80}}}]
  - match: [{uri: {prefix: /mirror}}]
    mirrors: [{destination: {host: copy, port: {number: 80}}}]
    route: [{destination: {host: copy, port: {number: 80}}}]
  - route: [{destination: {host: reviews, subset: v1}}]
""")
SERVER = """
    sluice_rules rules.yaml;
    sluice_listener_port 80;
    upstream slow.default.svc.cluster.local||80 { server 127.0.0.1:@slow@; }
    upstream copy.default.svc.cluster.local||80 { server 127.0.0.1:@copy@; }
    server {
        listen 127.0.0.1:@port@ http2;
        location / { return 200 "$sluice_subset $sluice_authority $sluice_path"; }
        location /grpc { sluice_route on; }
        location /delay { sluice_route on; proxy_pass http://$sluice_upstream; }
        location /timeout { sluice_route on; proxy_pass http://$sluice_upstream; }
        location /mirror { sluice_route on; sluice_mirror /copy; proxy_pass http://$sluice_upstream; }
        location = /copy { internal; proxy_pass http://$sluice_upstream; proxy_set_header X-Copy yes; }
    }
"""
TLS = """
    sluice_rules rules.yaml;
    server {
        listen 127.0.0.1:@port@ ssl;
        ssl_certificate @folder@/cert.pem;
        ssl_certificate_key @folder@/key.pem;
        location / { return 200 "$sluice_outcome $sluice_subset"; }
    }
"""
GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front}
spec:
  servers:
  - {port: {number: 443, name: a, protocol: HTTPS}, hosts: [a.example.com], tls: {mode: SIMPLE, credentialName: a}}
  - {port: {number: 443, name: b, protocol: HTTPS}, hosts: [b.example.com], tls: {mode: SIMPLE, credentialName: b}}
---
""" + virtual_service("  - route: [{destination: {host: reviews, subset: v1}}]\n", hosts="[a.example.com, b.example.com]").replace(
    "  http:\n", "  gateways: [front]\n  http:\n")


class Http2(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("curl") is None:
            raise unittest.SkipTest("curl is not installed")
        with contextlib.ExitStack() as stack:
            cls.copy = stack.enter_context(EchoServer("copy"))
            cls.slow = stack.enter_context(EchoServer("slow", delay=1.0))
            cls.nginx = stack.enter_context(Nginx(SERVER, {"rules.yaml": RULES}, copy=cls.copy.port, slow=cls.slow.port))
            cls.stack = stack.pop_all()

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def curl(self, path, *arguments, host="reviews"):
        """Header lines and body of one HTTP/2 request."""
        done = subprocess.run(
            ["curl", "-sS", "-i", "--http2-prior-knowledge", "--noproxy", "*", "--max-time", "20",
             "--connect-to", f"{host}:80:127.0.0.1:{self.nginx.port}", *arguments, f"http://{host}{path}"],
            capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        head, _, body = done.stdout.decode().partition("\r\n\r\n")
        self.assertTrue(head.startswith("HTTP/2 "), head)
        return head.lower(), body

    def test_authority(self):
        self.assertEqual(self.curl("/a%2Fb?q")[1], "v1 reviews /a%2Fb?q")

    def test_cookie_lines_and_headers(self):
        _, body = self.curl("/", "-H", "Cookie: a=1", "-H", "Cookie: user=u7", "-H", "End-User: jason")
        self.assertTrue(body.startswith("both"), body)

    def test_grpc_abort_is_trailers_only(self):
        head, body = self.curl("/grpc", "-H", "Content-Type: application/grpc")
        self.assertIn("grpc-status: 14", head)
        self.assertIn("content-type: application/grpc", head)
        self.assertEqual(body, "")

    def test_delay(self):
        self.assertEqual(json.loads(self.curl("/delay")[1])["server"], "copy")

    def test_timeout(self):
        self.assertIn("http/2 504", self.curl("/timeout")[0])

    def test_mirror_with_body(self):
        self.copy.seen.clear()
        _, body = self.curl("/mirror", "-d", "b" * 50000)
        self.assertEqual(json.loads(body)["body"], "b" * 50000)
        loopback.wait_until(lambda: len(self.copy.seen) == 2, 20, "no copy arrived")
        self.assertEqual([asked["body"] for asked in self.copy.seen], ["b" * 50000] * 2)


class Tls(unittest.TestCase):
    def serve(self, conf, rules):
        if shutil.which("openssl") is None:
            raise unittest.SkipTest("openssl is not installed")
        nginx = Nginx(conf, {"rules.yaml": rules})
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", "/CN=test", "-keyout", nginx.folder / "key.pem", "-out", nginx.folder / "cert.pem"],
                       check=True, capture_output=True)
        return nginx

    def ask(self, nginx, name, host):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=20) as plain:
            with context.wrap_socket(plain, server_hostname=name) as secure:
                secure.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
                reply = b""
                while part := secure.recv(65536):
                    reply += part
        return reply.split(b"\r\n\r\n", 1)[1].decode()

    def test_scheme(self):
        with self.serve(TLS, RULES) as nginx:
            self.assertEqual(self.ask(nginx, "reviews", "reviews"), "forward secure")
            self.assertEqual(self.ask(nginx, None, "reviews"), "forward secure")

    def test_gateway_that_ends_tls(self):
        conf = TLS.replace("location", "sluice_gateway default/front; sluice_listener_port 443; location", 1)
        with self.serve(conf, GATEWAY) as nginx:
            self.assertEqual(self.ask(nginx, "a.example.com", "a.example.com"), "forward v1")


class Sockets(unittest.TestCase):
    def test_unix_socket_has_no_address_and_no_port(self):
        conf = """
    sluice_rules rules.yaml;
    server {
        listen 127.0.0.1:@port@;
        listen unix:@folder@/socket;
        location / { return 200 "$sluice_outcome $sluice_port $sluice_sticky"; }
    }
"""
        rules = virtual_service("""\
  - route:
    - {destination: {host: reviews, subset: v1}, weight: 50}
    - {destination: {host: reviews, subset: v2}, weight: 50}
""", extra="  annotations: {sluice.dev/sticky: source-ip}\n")
        with Nginx(conf, {"rules.yaml": rules}) as nginx, socket.socket(socket.AF_UNIX) as client:
            client.connect(str(nginx.folder / "socket"))
            client.sendall(b"GET / HTTP/1.0\r\nHost: reviews\r\n\r\n")
            reply = b""
            while part := client.recv(65536):
                reply += part
            self.assertEqual(reply.split(b"\r\n\r\n", 1)[1], b"forward 80 miss")
            self.assertEqual(nginx.text(), f"forward {nginx.port} hit")


if __name__ == "__main__":
    server.main()
