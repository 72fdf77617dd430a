#!/usr/bin/env python3
"""Includes in lib/ point down: each folder to the folders named here, libc headers, and its own engine."""
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
LIB = SOURCE / "lib"

ALLOWED = {
    "base": set(),
    "engine": {"base"},
    "yaml": {"base"},
    "model": {"base"},
    "istio": {"base", "yaml", "model", "engine"},  # engine: to validate regular expressions
    "gateway_api": {"base", "yaml", "model", "engine"},
    "split": {"base", "engine"},
    "router": {"base", "engine", "model", "split"},
    "api": {"base", "engine", "yaml", "model", "istio", "gateway_api", "split", "router"},
}
# What a router is made with; the rest of router/ is on the hot path.
COMPILE_TIME = re.compile(r"router/build[a-z_]*\.[ch]$")
HOT = ("router", "split")
COLD = ("yaml", "istio", "gateway_api", "model")

C_HEADERS = set("""float.h inttypes.h limits.h math.h stdalign.h stdarg.h stdatomic.h stdbool.h
    stddef.h stdint.h stdio.h stdlib.h string.h""".split())
CXX_HEADERS = {"cstdint", "cstring", "new", "string"}  # in C++ files only
# One file for each engine.
ENGINES = {
    "xxhash.h": "engine/hash.c",
    "re2/re2.h": "engine/regex.cc",
    "libfyaml.h": "yaml/events_libfyaml.c",
    "yaml.h": "yaml/events_libyaml.c",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def includes(file):
    return INCLUDE.findall(file.read_text())


def check_system(name, header):
    if header in ENGINES:
        if ENGINES[header] != name:
            yield f"{name}: <{header}> belongs to {ENGINES[header]} alone"
    elif header not in C_HEADERS and not (header in CXX_HEADERS and name.endswith(".cc")):
        yield f"{name}: <{header}> is not a header that lib/ may use"


def check_own(name, header):
    if header == "sluice/sluice.h":
        return
    if not (LIB / header).is_file():
        yield f'{name}: "{header}" is not in lib/ (write it as "folder/file.h")'
        return
    here, there = name.split("/")[0], header.split("/")[0]
    if here not in ALLOWED:
        yield f"{name}: folder {here}/ has no place among the layers; see tests/abi/layers.py"
    elif there != here and there not in ALLOWED[here]:
        yield f'{name}: {here}/ may not include "{header}"'


def reachable(file):
    """Every header of lib/ that the file includes, also through others."""
    seen, todo = set(), [file]
    while todo:
        for quote, header in includes(todo.pop()):
            if quote == '"' and header not in seen and (LIB / header).is_file():
                seen.add(header)
                todo.append(LIB / header)
    return seen


def check_hot(name, file):
    if name.split("/")[0] not in HOT or COMPILE_TIME.search(name):
        return
    for header in sorted(reachable(file)):
        if header.split("/")[0] in COLD:
            yield f"{name}: on the hot path, and reaches {header}"


def main():
    files = sorted(f for f in LIB.rglob("*") if f.suffix in (".c", ".h", ".cc"))
    findings = []
    for file in files:
        name = str(file.relative_to(LIB))
        for quote, header in includes(file):
            findings += check_system(name, header) if quote == "<" else check_own(name, header)
        findings += check_hot(name, file)
    print(*findings, f"{len(files)} files, {len(findings)} findings", sep="\n")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
