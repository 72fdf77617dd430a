"""Golden cases as requests that HAProxy can be asked, and what sluicectl answers to them.

Left out are requests that HTTP/1.1 over loopback cannot carry, or that HAProxy knows no more about than
the binding tells the library.
"""
import itertools
import json
import os
import re
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
import case_file

FLAGS = {"lenient": ["--lenient"], "keep-going": ["--keep-going"], "registry=on": ["--registry", "on"],
         "registry=off": ["--registry", "off"], "export-to=.": ["--default-export-to", "."],
         "outbound=registry-only": ["--outbound-policy", "registry-only"]}
TARGET = re.compile(r"[/*][!-~]*$")
HOST = re.compile(r"[!-~]+$")
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
VALUE = re.compile(r"([!-~\x80-\xff]([ \t!-~\x80-\xff]*[!-~\x80-\xff])?)?$")


def asked_of(request):
    """What a line asks, or None where HAProxy cannot be asked that."""
    if request.is_connection() or not HOST.match(request.authority) or request.authority == "-":
        return None
    if "#" in request.path or not TARGET.match(request.path):
        return None
    asked = {"method": request.method, "authority": request.authority, "path": request.path, "headers": [],
             "port": 80, "gateway": "mesh", "protocol": "http"}
    if request.method == "GRPC":
        asked.update(method="POST", protocol="grpc")
    for kind, name, value in request.attributes:
        if kind == "header" and NAME.match(name) and VALUE.match(value) and name.lower() not in (
                "host", "content-length", "connection", "transfer-encoding", "upgrade"):
            asked["headers"].append((name, value))
        elif kind in ("port", "gateway"):
            asked[kind] = int(value) if kind == "port" else value
        else:
            return None
    return asked


def options_of(block, asked):
    words = block.options + ["port=%d" % asked["port"], "protocol=" + asked["protocol"]]
    return " ".join(words + (["gateway=" + asked["gateway"]] if asked["gateway"] != "mesh" else []))


def work_of(path, write):
    """What a case file asks: ({(rules file, options): number}, [(block, number, rules file, line, request)]).

    `write(name, text)` keeps the rules of a block and gives the file's path.
    """
    sets, work, rules, block, seen = {}, [], None, None, 0
    for one in case_file.blocks(path):
        if one.kind == "rules":
            block, seen = one, seen + 1
            rules = write("%d.yaml" % seen, one.text())
        if one.kind != "requests":
            continue
        for number, words in one.words("latin-1"):
            asked = asked_of(case_file.sides(words)[0])
            if asked:
                key = (rules, options_of(block, asked))
                work.append((block, sets.setdefault(key, len(sets)), rules, number, asked))
    return sets, work


def replay_all(test):
    """Every case file through test.replay(path), which gives how many requests it made."""
    total = 0
    for path in case_file.paths():
        with test.subTest(path.name):
            total += test.replay(path)
    print("%d requests" % total)
    test.assertGreater(total, 200)


def depends_on_chance(decision):
    """Whether another draw can give another outcome (one part of the split resolves, another does not; a fault
    that is not for every request), or another destination although the pick is sticky (the key is a cookie that
    was just made)."""
    drawn = [one for one in decision.get("split") or [] if one["fraction"] > 0]
    made = bool((decision.get("sticky") or {}).get("set_cookie"))
    fault = decision.get("fault") or {}
    partly = any(0 < (fault.get(share) or 0) < 1 for share in ("delay_fraction", "abort_fraction"))
    return partly or len(drawn) > 1 and (made or any(one.get("invalid") for one in drawn))


def decisions_of(sluicectl, block, rules, requests):
    """What sluicectl answers to each request, by the options of the block that the rules stand in."""
    flags, source = [], {"labels": {}}
    for word in block.options:
        if word.startswith("label:"):
            name, _, value = word[6:].partition("=")
            source["labels"][name] = value
        elif word.startswith("namespace="):
            source["namespace"] = word[10:]
        else:
            flags += FLAGS[word]
    lines = "".join(json.dumps({**asked, "source": source}) + "\n" for asked in requests)
    done = subprocess.run([sluicectl, "route", "-f", rules, *flags, "--requests", "-"], text=True,
                          input=lines, capture_output=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def decided(sluicectl, work):
    """The work of work_of() with the decision of each as (number, line, request, decision), but for those
    that depend on chance or would keep the client waiting."""
    for rules, group in itertools.groupby(work, lambda one: one[2]):
        group = list(group)
        decisions = decisions_of(sluicectl, group[0][0], rules, [asked for *_, asked in group])
        for (_, number, _, line, asked), decision in zip(group, decisions, strict=True):
            if not depends_on_chance(decision) and not (decision["fault"] or {}).get("delay_chosen"):
                yield number, line, asked, decision
