"""A server that tells what it received."""
import collections
import http.server
import json
import threading
import time


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
