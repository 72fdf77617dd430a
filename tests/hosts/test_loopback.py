"""When a client of loopback asks again, and when it calls a request failed."""
import http.client
import socket
import threading
import unittest

import loopback

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSE = b""  # instead of an answer
HALF = ANSWER[:-1]  # and then the connection ends


class Script:
    """A server that plays a list of answers for each connection in turn, and then closes it."""

    def __init__(self, *connections):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.requests = 0
        self.thread = threading.Thread(target=self.play, args=(connections,), daemon=True)
        self.thread.start()

    def play(self, connections):
        for answers in connections:
            connection, _ = self.listener.accept()
            with connection:
                connection.settimeout(10)
                for answer in answers:
                    if not connection.recv(65536):
                        break
                    self.requests += 1
                    connection.sendall(answer)
                    if answer != ANSWER:
                        break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.thread.join(10)
        self.listener.close()


class Client(unittest.TestCase):
    def ask(self, server, times):
        """What became of so many requests on one client, and the client."""
        client, seen = loopback.Client(server.port), []
        for _ in range(times):
            try:
                seen.append(client.get().body)
            except (OSError, http.client.HTTPException) as problem:
                seen.append(type(problem))
        client.close()
        return seen, client

    def test_a_kept_connection_that_closes_before_an_answer_is_asked_again(self):
        with Script([ANSWER, CLOSE], [ANSWER, ANSWER]) as server:
            seen, client = self.ask(server, 3)
        self.assertEqual(seen, [b"ok"] * 3)
        self.assertEqual((client.again, server.requests), (1, 4))

    def test_it_is_asked_again_once(self):
        with Script([ANSWER, CLOSE], [CLOSE]) as server:
            seen, client = self.ask(server, 2)
        self.assertEqual(seen, [b"ok", http.client.RemoteDisconnected])
        self.assertEqual((client.again, server.requests), (1, 3))

    def test_an_answer_that_breaks_off_is_a_failure(self):
        with Script([ANSWER, HALF]) as server:
            seen, client = self.ask(server, 2)
        self.assertEqual(seen, [b"ok", http.client.IncompleteRead])
        self.assertEqual((client.again, server.requests), (0, 2))

    def test_a_new_connection_that_does_not_answer_is_a_failure(self):
        with Script([CLOSE]) as server:
            seen, client = self.ask(server, 1)
        self.assertEqual(seen, [http.client.RemoteDisconnected])
        self.assertEqual((client.again, server.requests), (0, 1))

    def test_where_nobody_listens_it_is_a_failure(self):
        client = loopback.Client(loopback.free_ports(1)[0])
        with self.assertRaises(ConnectionRefusedError):
            client.get()
        self.assertEqual(client.again, 0)


class Load(unittest.TestCase):
    def test_it_ends_at_its_limit_and_counts_every_request(self):
        with loopback.EchoServer("a") as server:
            with loopback.Load(server.port, keep_alive=2, fresh=1, limit=50) as load:
                loopback.wait_until(lambda: not any(thread.is_alive() for thread in load.threads))
        self.assertEqual((dict(load.counts), load.failures, load.again), ({200: 50}, [], 0))
        self.assertEqual(len(server.seen), 50)

    def test_what_is_no_answer_to_its_classifier_is_a_failure(self):
        def refuse(response):
            raise ValueError(response.status)
        with loopback.EchoServer("a") as server:
            with loopback.Load(server.port, keep_alive=1, fresh=0, limit=5, classify=refuse) as load:
                loopback.wait_until(lambda: not load.threads[0].is_alive())
        self.assertEqual((load.total(), len(load.failures)), (0, 5))


if __name__ == "__main__":
    unittest.main()
