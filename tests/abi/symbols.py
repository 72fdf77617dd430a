#!/usr/bin/env python3
"""What the library offers, and what it asks for.

symbols.py exports LIBRARY.so LIBRARY.a   Nothing but the names in exports.txt leaves either library.
symbols.py imports OBJECT...              The objects use nothing but each other and imports.txt.
symbols.py forbidden                      No name of the outside world stands in imports.txt itself.
"""
import fnmatch
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

# The world outside, which a library without input and output has no use for: files, sockets, clocks,
# entropy, the environment, threads, signals, standard streams, and ways to end the process.
FORBIDDEN = """open* read write close creat lseek stat* fstat* unlink* rename mkdir* opendir readdir* mmap* f*open*
    fclose fread fwrite fgets fgetc getc* getline fputs fputc putc* puts printf fprintf vprintf vfprintf
    dprintf perror scanf fscanf stdin stdout stderr syslog socket* connect bind listen accept* send* recv*
    getaddrinfo gethostby* poll select epoll* time clock* gettimeofday localtime* gmtime* nanosleep sleep
    usleep getrandom getentropy rand* srand* random srandom *rand48 arc4random* getenv secure_getenv setenv
    putenv setlocale pthread_create thrd_create fork exec* system popen signal sigaction raise kill abort exit
    _exit _Exit quick_exit atexit on_exit __assert_fail __errno_location longjmp _longjmp __longjmp_chk
    alloca dlopen dlsym""".split()
# What C++ code needs of its runtime.
CXX = ["_Z*", "__cxa_*", "__gxx_personality_v0", "_Unwind_*", "DW.ref.*", "__dso_handle"]


def names_of(*arguments):
    """(object, type, name) of each symbol that nm prints."""
    out = subprocess.run(["nm", "-A", *arguments], check=True, capture_output=True, text=True).stdout
    rows = []
    for line in out.splitlines():
        where, _, rest = line.rpartition(":")
        fields = rest.split()
        rows.append((where, fields[-2], fields[-1].split("@")[0]))
    return rows


def listed(file):
    lines = (HERE / file).read_text().splitlines()
    return [words[0] for words in map(str.split, lines) if words and words[0] != "#"]


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def exports(shared, static):
    want = set(listed("exports.txt"))
    got = {n for _, kind, n in names_of("-D", "--defined-only", shared) if kind != "A"}
    findings = [f"exported, but not in exports.txt: {n}" for n in sorted(got - want)]
    findings += [f"in exports.txt, but not exported: {n}" for n in sorted(want - got)]
    findings += [f"not a public name: {n}" for n in sorted(want) if not n.startswith("sluice_")]
    # In the archive, only C++ templates may stand beside them: weak, so that they clash with nothing.
    archive = {n for _, kind, n in names_of("-g", "--defined-only", static) if kind not in "VWu"}
    findings += [f"libsluice.a defines a name that hosts may use: {n}" for n in sorted(archive - want)]
    return findings, len(got)


def imports(*objects):
    allowed = listed("imports.txt")
    rows = names_of(*objects)
    defined = {name for _, kind, name in rows if kind != "U"}
    findings, used = [], set()
    for where, kind, name in rows:
        if kind not in "Uw" or name in defined:
            continue
        used.add(name)
        is_cxx = ".cc." in where and matches(name, CXX)
        if matches(name, FORBIDDEN):
            findings.append(f"{where}: {name} is forbidden")
        elif not is_cxx and not matches(name, allowed):
            findings.append(f"{where}: {name} is not in imports.txt")
    return findings, len(used)


def forbidden():
    allowed = listed("imports.txt")
    return [f"{n} is forbidden" for n in allowed if matches(n, FORBIDDEN)], len(allowed)


def main():
    what = {"exports": exports, "imports": imports, "forbidden": forbidden}[sys.argv[1]]
    findings, count = what(*sys.argv[2:])
    print(*findings, f"{count} names, {len(findings)} findings", sep="\n")
    return 1 if findings or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
