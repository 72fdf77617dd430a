"""Reads tests/cases for the tests of bindings and hosts: the format is in its README."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

FOLDER = Path(__file__).resolve().parents[1] / "cases"
KINDS = ("rules", "requests", "findings")
ESCAPES = {"n": b"\n", "t": b"\t", '"': b'"', "\\": b"\\"}


@dataclass
class Block:
    kind: str  # one of KINDS
    options: list[str]
    heading: str
    number: int  # of its first line in the file, from 1
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def words(self, encoding: str = "utf-8") -> Iterator[tuple[int, list[str]]]:
        """The number and the words of each line that has any."""
        for number, line in enumerate(self.lines, self.number):
            found = words(line, encoding)
            if found:
                yield number, found


def paths() -> list[Path]:
    return sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


def blocks(path: Path) -> Iterator[Block]:
    """The fenced blocks of a file that mean something, in order."""
    heading, block = "", None
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if block and line.startswith("```"):
            if block.kind in KINDS:
                yield block
            block = None
        elif block:
            block.lines.append(line)
        elif line.startswith("```"):
            kind, _, options = line[3:].partition(" ")
            block = Block(kind, words(options), heading, number + 1)
        elif line.startswith("#"):
            heading = line


def words(line: str, encoding: str = "utf-8") -> list[str]:
    """The words of a line; those in quotes may hold blanks and escapes.

    Their bytes are decoded by `encoding`; "latin-1" makes a character of each, as Python's HTTP modules expect.
    """
    out, at = [], 0
    while True:
        while at < len(line) and line[at] in " \t\r":
            at += 1
        if at == len(line) or line[at] == "#":
            return out
        word, quoted = b"", False
        while at < len(line) and (quoted or line[at] not in " \t\r"):
            if line[at] == '"':
                quoted = not quoted
            elif quoted and line[at] == "\\":
                at += 1
                if line[at] == "x":
                    word += bytes([int(line[at + 1 : at + 3], 16)])
                    at += 2
                else:
                    word += ESCAPES[line[at]]
            else:
                word += line[at].encode()
            at += 1
        out.append(word.decode(encoding, "surrogateescape"))


@dataclass
class Request:
    """What stands left of the arrow."""

    method: str  # or GRPC, TLS, TCP, UDP
    authority: str  # "-": none; of a connection the server name or the address
    path: str  # empty for a connection
    attributes: list[tuple[str, str, str]]  # ("header", NAME, VALUE), ("port", "", "80")

    def is_connection(self) -> bool:
        return self.method in ("TLS", "TCP", "UDP")


def request(left: list[str]) -> Request:
    path, rest = ("", left[2:]) if left[0] in ("TLS", "TCP", "UDP") else (left[2], left[3:])
    return Request(left[0], left[1], path, [attribute(word) for word in rest])


def attribute(word: str) -> tuple[str, str, str]:
    name, _, value = word.partition("=")
    kind, _, key = name.partition(":")
    return kind, key, value


def sides(line: list[str]) -> tuple[Request, list[str]]:
    """The request of a line, and the words that say what is expected."""
    arrow = line.index("->")
    return request(line[:arrow]), line[arrow + 1 :]
