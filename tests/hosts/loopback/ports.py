"""Port numbers of 127.0.0.1."""
import random
import socket


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


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False
