"""Golden cases (tests/cases) through a real nginx: one server for each block of rules, variables as the answer.

What nginx does not see is left out: TLS, TCP and UDP connections, and requests that it refuses itself (400). Of the
checks, those are made that a variable shows.
"""

import collections
import dataclasses
import pathlib
import re
import socket
import sys
import unittest

import server
from server import Nginx

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "tests" / "support"))
import case_file

SHOWN = ("outcome", "status", "destination", "subset", "port", "location", "path", "authority", "rule", "route", "sticky_by",
         "pick", "timeout", "grpc_status")
OPTIONS = {"keep-going": "keep_going", "outbound=registry-only": "outbound=registry_only", "export-to=.": "export_to=."}
DIRECTIVES = {"gateway": "sluice_gateway", "port": "sluice_listener_port", "scheme": "sluice_scheme",
              "from": "sluice_source_namespace", "service": "sluice_service", "sticky": "sluice_sticky_key"}
NOT_SHOWN = {"to", "sni"}  # attributes that nginx finds out for itself


@dataclasses.dataclass
class Line:
    """One request, what comes of it, and what else is expected."""

    place: str
    request: case_file.Request
    outcome: list
    checks: list


@dataclasses.dataclass
class Rules:
    """One block of rules with the requests against it."""

    place: str
    options: list
    text: str
    lines: list


OUTCOMES_OF_MORE_WORDS = {"redirect": 3, "respond": 2}


def read_line(place, words):
    request, expected = case_file.sides(words)
    length = OUTCOMES_OF_MORE_WORDS.get(expected[0], 1)
    if expected[0] == "split":
        while length < len(expected) and re.match(r"\d+:", expected[length]):
            length += 1
    return Line(place, request, expected[:length], expected[length:])


def read_all():
    found = []
    for path in case_file.paths():
        for block in case_file.blocks(path):
            place = f"{path.name}:{block.number}"
            if block.kind == "rules":
                found.append(Rules(place, block.options, block.text(), []))
            elif block.kind == "requests":
                found[-1].lines += [read_line(f"{path.name}:{number}", words) for number, words in block.words("latin-1")]
    return found


def server_block(number, block):
    """The server for a block of rules. Named values are told apart by their place among those of a request."""
    options = " ".join(OPTIONS.get(option, option) for option in block.options)
    lines = [f"sluice_rules {number}.yaml {options};"]
    lines += [f"{directive} $http_x_case_{name};" for name, directive in DIRECTIVES.items()]
    for name, kind, directive in named_values(block):
        lines.append(f"{directive} {kind} $http_{name.replace('-', '_')};")
    answer = "\x1f".join(f"$sluice_{name}" for name in SHOWN)
    return (f"server {{ listen unix:@folder@/{number}.sock; set_real_ip_from unix:; real_ip_header X-Case-Ip;\n"
            f"{' '.join(lines)}\nlocation / {{ return 200 '{answer}'; }} }}\n")


def named_values(block):
    """Header, name and directive of each label and claim that some request of the block gives."""
    found = {}
    for line in block.lines:
        for header, (kind, name, _) in case_values(line):
            found[header, name] = (header, name, "sluice_claim" if kind == "claim" else "sluice_source_label")
    return sorted(found.values())


def case_values(line):
    """Labels and claims of a request, each with the header that carries it."""
    count = collections.Counter()
    for kind, name, value in line.request.attributes:
        if kind not in ("label", "claim"):
            continue
        count[kind, name] += 1
        yield f"x-{kind}-{name.encode().hex()}-{count[kind, name]}", (kind, name, value)


def request_of(line):
    """The bytes of the request, or None when it is none that nginx can be asked."""
    asked = line.request
    if asked.is_connection():
        return None
    headers = [] if asked.authority == "-" else [("Host", asked.authority)]
    headers += [(header, value) for header, (_, _, value) in case_values(line)]
    given = {}
    for kind, name, value in asked.attributes:
        if kind in NOT_SHOWN:
            return None
        if kind == "header":
            headers.append((name, value))
        elif kind not in ("label", "claim"):
            given[kind] = value
    given.setdefault("port", "443" if given.get("scheme") == "https" else "80")
    headers += [(f"X-Case-{kind}", value) for kind, value in given.items()]
    method = asked.method
    if method == "GRPC":
        method = "POST"
        headers.append(("Content-Type", "application/grpc"))
    if any(c in value for _, value in headers for c in "\r\n\0"):
        return None
    head = f"{method} {asked.path} HTTP/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
    return (head + "\r\n").encode("latin-1")


def ask(path, request):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(path))
        connection.sendall(request)
        reply = b""
        while part := connection.recv(65536):
            reply += part
    head, _, body = reply.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode("latin-1")


def full(host):
    return host if "." in host else host + ".default.svc.cluster.local"


def place(text):
    """HOST, HOST|SUBSET, HOST|SUBSET|PORT as (host, subset, port); port None: not checked."""
    host, subset, port = (text.split("|") + ["", ""])[:3]
    return full(host), subset, port or None


def seconds(text):
    """A duration as nginx shows it."""
    if text == "none":
        return ""
    unit = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    return f"{sum(float(number) * unit[name] for number, name in re.findall(r'([0-9.]+)(ms|s|m|h)', text)):.3f}"


class Case:
    """What one line expects of the variables."""

    def __init__(self, test, line, shown):
        self.test, self.line, self.shown = test, line, shown

    def equal(self, name, expected):
        self.test.assertEqual(self.shown[name], expected, f"{self.line.place}: {name}")

    def check(self):
        self.check_outcome(*self.line.outcome)
        for word in self.line.checks:
            name, _, value = word.partition("=")
            if name in ("path", "authority", "route", "pick"):
                self.equal(name, value)
            elif name == "by":
                self.equal("rule", "" if value == "none" else value)
            elif name == "sticky-by":
                self.equal("sticky_by", "" if value == "none" else value)
            elif name == "timeout":
                self.equal("timeout", seconds(value))
            elif name == "grpc-status":
                self.equal("grpc_status", value)

    def check_outcome(self, kind, *rest):
        if kind == "split":
            if any(entry.endswith("!") for entry in rest) and self.shown["outcome"] == "unavailable":
                return  # another random number: the entry that does not resolve
            self.equal("outcome", "forward")
            places = [place(entry.split(":", 1)[1].rstrip("!")) for entry in rest]
            self.test.assertIn((self.shown["destination"], self.shown["subset"]),
                               [(host, subset) for host, subset, _ in places], self.line.place)
        elif kind == "redirect":
            self.equal("outcome", "redirect")
            self.equal("status", rest[0])
            self.equal("location", rest[1])
        elif kind == "respond":
            self.equal("outcome", "respond")
            self.equal("status", rest[0])
        elif kind == "passthrough":
            self.equal("outcome", "passthrough")
        elif kind.isdigit():
            self.equal("outcome", {"404": "not_found", "421": "misdirected"}.get(kind, "unavailable"))
            self.equal("status", kind)
        else:
            self.check_place(kind)

    def check_place(self, text):
        self.equal("outcome", "forward")
        host, subset, port = place(text)
        if self.shown["pick"] == "random":
            return  # the case is about another random number
        self.equal("destination", host)
        self.equal("subset", subset)
        if port:
            self.equal("port", port)


class Cases(unittest.TestCase):
    def test_requests(self):
        blocks = [block for block in read_all() if "refused" not in block.options and block.lines]
        http = """
    server_names_hash_bucket_size 128;
    underscores_in_headers on;
    ignore_invalid_headers off;
    merge_slashes off;
    server { listen 127.0.0.1:@port@; }
""" + "".join(server_block(number, block) for number, block in enumerate(blocks))
        files = {f"{number}.yaml": block.text for number, block in enumerate(blocks)}
        asked = left_out = refused = 0
        with Nginx(http, files, log_level="error") as nginx:
            for number, block in enumerate(blocks):
                for line in block.lines:
                    request = request_of(line)
                    if request is None:
                        left_out += 1
                        continue
                    status, body = ask(nginx.folder / f"{number}.sock", request)
                    if status in (400, 405):
                        refused += 1
                        continue
                    asked += 1
                    with self.subTest(line.place):
                        self.assertEqual(status, 200)
                        Case(self, line, dict(zip(SHOWN, body.split("\x1f")))).check()
        print(f"{asked} requests agreed with, {refused} refused by nginx itself, {left_out} left out")
        self.assertGreater(asked, 200)
        self.assertLess(refused, asked / 10)

    def test_refused_rules(self):
        blocks = [block for block in read_all() if "refused" in block.options]
        self.assertGreater(len(blocks), 0)
        for block in blocks:
            options = " ".join(OPTIONS.get(option, option) for option in block.options if option != "refused")
            nginx = Nginx(f"sluice_rules rules.yaml {options};", {"rules.yaml": block.text})
            try:
                status, text = nginx.check()
            finally:
                nginx.__exit__()
            with self.subTest(block.place):
                self.assertEqual(status, 1)
                self.assertIn("rules are refused", text)


if __name__ == "__main__":
    server.main()
