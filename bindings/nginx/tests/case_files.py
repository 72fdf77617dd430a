"""Read tests/cases/*.md (its README says how they are written)."""

import dataclasses
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "tests" / "cases"


@dataclasses.dataclass
class Line:
    """One request and what is expected of it."""

    place: str
    method: str
    authority: str
    path: str
    attributes: list
    outcome: list
    checks: list


@dataclasses.dataclass
class Block:
    """One `rules` block with the requests against it."""

    place: str
    options: list
    text: str
    lines: list


def tokens(text):
    """Words; a part in double quotes may hold blanks and escapes. A word that begins with # ends the line."""
    words = []
    for match in re.finditer(r'((?:"(?:\\.|[^"\\])*"|[^\s"])+)', text):
        word = match[1]
        if word.startswith("#"):
            break
        words.append(re.sub(r'"((?:\\.|[^"\\])*)"', lambda quoted: unescape(quoted[1]), word))
    return words


def unescape(text):
    named = {"n": "\n", "t": "\t"}
    return re.sub(r"\\(x[0-9a-fA-F]{2}|.)",
                  lambda at: chr(int(at[1][1:], 16)) if len(at[1]) == 3 else named.get(at[1], at[1]), text)


OUTCOMES_OF_MORE_WORDS = {"redirect": 3, "respond": 2}


def parse_line(place, text):
    words = tokens(text)
    arrow = words.index("->")
    asked, expected = words[:arrow], words[arrow + 1:]
    length = OUTCOMES_OF_MORE_WORDS.get(expected[0], 1)
    if expected[0] == "split":
        while length < len(expected) and re.match(r"\d+:", expected[length]):
            length += 1
    return Line(place, asked[0], asked[1], asked[2] if len(asked) > 2 else "/", asked[3:], expected[:length], expected[length:])


def read_file(path):
    blocks, kind, body, start = [], None, [], 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if kind is None:
            if line.startswith("```"):
                kind, body, start = line[3:].split(), [], number
        elif line.startswith("```"):
            take_block(blocks, f"{path.name}:{start}", path.name, kind, body, start)
            kind = None
        else:
            body.append(line)
    return blocks


def take_block(blocks, place, name, kind, body, start):
    if not kind:
        return
    if kind[0] == "rules":
        blocks.append(Block(place, kind[1:], "\n".join(body) + "\n", []))
    elif kind[0] == "requests":
        for number, line in enumerate(body, start + 1):
            if tokens(line):
                blocks[-1].lines.append(parse_line(f"{name}:{number}", line))


def read_all():
    return [block for path in sorted(FOLDER.glob("*.md")) if path.name != "README.md" for block in read_file(path)]
