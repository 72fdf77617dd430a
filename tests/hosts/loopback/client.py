"""Requests, sent as they are, and a client that asks again where it may."""
import http.client
import json
import socket


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
