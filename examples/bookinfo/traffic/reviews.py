"""The reviews service of bookinfo, in one of its three versions: `reviews.py v1|v2|v3`.

Listens on a free port of 127.0.0.1, prints its number, and serves until SIGTERM. v1 shows no stars, v2
black ones, v3 red ones.
"""
import asyncio
import json
import signal
import sys

COLOURS = {"v1": None, "v2": "black", "v3": "red"}
REVIEWS = (("Reviewer1", "Twins, mistaken for each other all day long. I laughed until the end.", 5),
           ("Reviewer2", "Short, and well played. The plot asks for some patience.", 4))


def body_of(version):
    """What this version answers for any product."""
    reviews = []
    for reviewer, text, stars in REVIEWS:
        review = {"reviewer": reviewer, "text": text}
        if COLOURS[version]:
            review["rating"] = {"stars": stars, "color": COLOURS[version]}
        reviews.append(review)
    return json.dumps({"id": "0", "podname": "reviews-" + version, "reviews": reviews}).encode()


class Connection(asyncio.Protocol):
    """Requests without a body, one after the other."""

    def __init__(self, body):
        self.answer = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                       % len(body) + body)
        self.received = b""
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        requests = (self.received + data).split(b"\r\n\r\n")
        self.received = requests.pop()
        if len(self.received) > 65536:
            self.transport.close()
        for request in requests:
            known = request.startswith(b"GET /reviews/")
            self.transport.write(self.answer if known else
                                 b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


async def serve(version):
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, done.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # for the story, which then stops us
    body = body_of(version)
    server = await loop.create_server(lambda: Connection(body), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await done.wait()


if __name__ == "__main__":
    if sys.argv[1:] not in [[version] for version in COLOURS]:
        sys.exit("usage: reviews.py v1|v2|v3")
    asyncio.run(serve(sys.argv[1]))
