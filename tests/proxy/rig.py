"""A proxy and the servers behind it, on free ports of the loopback.

Each server answers 200 with a JSON body that tells its name and the request that it saw; some paths make it answer
otherwise (see Handler.answer).
"""
import http.client
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time


BIG = 1 << 24  # bytes: more than sockets take in for a client that does not read


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def read_body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_GET(self):
        body = self.read_body()
        seen = {"server": self.server.name, "method": self.command, "path": self.path,
                "headers": [[k.lower(), v] for k, v in self.headers.items()], "body_length": len(body)}
        self.answer(json.dumps(seen).encode())

    do_POST = do_HEAD = do_GET

    def answer(self, body):
        if self.path.startswith("/slow"):
            time.sleep(1.5)
        if self.path.startswith("/hang-up"):
            self.close_connection = True
            return
        if self.path.startswith("/hints"):
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n")
        self.send_response(204 if self.path.startswith("/no-content") else 200)
        self.send_header("x-server", self.server.name)
        self.send_header("x-internal", "secret")
        self.send_header("x-hop", "by hop")
        self.send_header("Connection", "x-hop")
        if self.path.startswith("/chunked"):
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(body), 7):
                piece = body[at:at + 7]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        elif self.path.startswith("/until-close"):
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True
        elif self.path.startswith("/cut"):
            self.send_header("Content-Length", str(len(body) + 100))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True
        elif self.path.startswith("/no-content"):
            self.end_headers()
        else:
            body += b" " * (BIG if self.path.startswith("/big") else 0)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name):
        super().__init__(("127.0.0.1", 0), Handler)
        self.name = name
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, *_):
        pass  # a client that went away

    def stop(self):
        self.shutdown()
        self.server_close()


def closed_port():
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """The program under test; its lines on stdout and stderr are collected as they come."""

    def __init__(self, program, arguments):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen([program, "127.0.0.1:0", *arguments], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said, self.complained, self.ended = [], [], False
        self.more = threading.Condition()
        self.readers = [threading.Thread(target=self.collect, args=pair, daemon=True) for pair in (
            (self.process.stdout, self.said), (self.process.stderr, self.complained))]
        for reader in self.readers:
            reader.start()
        line = self.wait_for(self.said, 1)
        if not line.startswith("listening on port "):
            self.stop()
            raise RuntimeError("the proxy does not start: %s %s" % (line, self.complained))
        self.port = int(line.split()[-1])

    def collect(self, stream, lines):
        for line in stream:
            with self.more:
                lines.append(line.rstrip("\n"))
                self.more.notify_all()
        with self.more:
            self.ended = True
            self.more.notify_all()

    def wait_for(self, lines, count):
        """Until there are so many lines; the last of them, or "" when the proxy ended."""
        with self.more:
            self.more.wait_for(lambda: len(lines) >= count or self.ended, timeout=60)
            return lines[count - 1] if len(lines) >= count else ""

    def reload(self):
        """What it says to SIGHUP."""
        count = len(self.said) + 1
        self.process.send_signal(signal.SIGHUP)
        return self.wait_for(self.said, count)

    def reload_refused(self, pattern):
        """The first complaint after SIGHUP that the pattern fits; "" when there is none. Complaints come by a
        pipe of their own, so that others of an earlier reload may still be on their way."""
        seen = len(self.complained)
        if self.reload() != "kept the old rules":
            raise RuntimeError("it takes the rules")

        def found():
            return next((line for line in self.complained[seen:] if re.search(pattern, line)), "")

        with self.more:
            self.more.wait_for(lambda: found() or self.ended, timeout=60)
            return found()

    def stop(self):
        self.process.terminate()
        status = self.process.wait(timeout=60)
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def raw(self, data, step=None, wait=0):
        """Everything that the proxy answers to these bytes until it hangs up. They are sent `step` at a time; after the
        first bytes of the answer the client reads nothing for `wait` seconds."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(0, len(data), step or len(data) or 1):
                sock.sendall(data[at:at + (step or len(data))])
            sock.shutdown(socket.SHUT_WR)
            pieces = [sock.recv(65536)]
            time.sleep(wait)
            while pieces[-1]:
                pieces.append(sock.recv(65536))
            return b"".join(pieces)


class Answer:
    """A response, read whole."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.getheaders()
        self.body = response.read()

    def header(self, name):
        return [v for k, v in self.headers if k.lower() == name]

    def seen(self):
        """What the server saw."""
        return json.loads(self.body)

    def seen_header(self, name):
        return [v for k, v in self.seen()["headers"] if k == name]


def ask(connection, path="/", method="GET", body=None, host="reviews", **headers):
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    connection.request(method, path, body=body, headers={"Host": host, **named})
    return Answer(connection.getresponse())


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)  # never half of it
    return path
