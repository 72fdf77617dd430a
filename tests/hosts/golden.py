"""Reads tests/cases: blocks of a file and tokens of a line, as its README describes them."""
import dataclasses

ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


@dataclasses.dataclass
class Block:
    kind: str  # rules, requests, findings
    options: list
    line: int  # of the block's first line, 1-based
    lines: list


def blocks(path):
    """Every fenced block of a case file, in order."""
    block = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            if block and line.startswith("```"):
                yield block
                block = None
            elif block:
                block.lines.append(line)
            elif line.startswith("```"):
                kind, _, options = line[3:].partition(" ")
                block = Block(kind, tokens(options), number + 1, [])


def tokens(line):
    """The words of a line; those in quotes may hold blanks and escapes. Bytes beyond ASCII as Latin-1."""
    line = line.encode().decode("latin-1")
    found, at = [], 0
    while True:
        while line[at:at + 1] and line[at] in " \t\r":
            at += 1
        if at == len(line) or line[at] == "#":
            return found
        word, quoted = "", False
        while at < len(line) and (quoted or line[at] not in " \t\r"):
            if line[at] == '"':
                quoted = not quoted
            elif quoted and line[at] == "\\":
                at += 1
                if line[at] == "x":
                    word += chr(int(line[at + 1:at + 3], 16))
                    at += 2
                else:
                    word += ESCAPES[line[at]]
            else:
                word += line[at]
            at += 1
        found.append(word)
