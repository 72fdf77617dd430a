#!/usr/bin/env python3
"""Every code that lib/ reports has a row in docs/diagnostics.md, and every row a code in lib/."""
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def reported():
    codes = {}
    for file in sorted((SOURCE / "lib").rglob("*.[ch]")) + sorted((SOURCE / "lib").rglob("*.cc")):
        for code in re.findall(r'"((?:SL|IST|GW)\d{4})"', file.read_text()):
            codes.setdefault(code, file.relative_to(SOURCE))
    return codes


def described():
    text = (SOURCE / "docs" / "diagnostics.md").read_text()
    return re.findall(r"^\| ((?:SL|IST|GW)\d{4}) \|", text, re.M)


def main():
    codes, rows = reported(), described()
    problems = ["%s (%s) is not in docs/diagnostics.md" % (c, f) for c, f in codes.items() if c not in rows]
    problems += ["docs/diagnostics.md: nothing reports %s" % c for c in rows if c not in codes]
    problems += ["docs/diagnostics.md: %s stands there twice" % c for c in set(rows) if rows.count(c) > 1]
    if len(codes) < 10:
        problems.append("only %d codes found in lib/" % len(codes))
    print("\n".join(sorted(problems)) or "%d codes" % len(codes))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
