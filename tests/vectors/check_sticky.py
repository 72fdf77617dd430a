#!/usr/bin/env python3
"""Sticky pick, version 1, written from docs/sticky.md in plain Python: no code in common with the library.

    check_sticky.py [sticky-v1.json]           replay the vectors; exits 1 on any difference
    check_sticky.py --write sticky-v1.json     write them anew (version 1 is frozen: the file must not change)
"""

import json
import os
import random
import sys
from decimal import ROUND_CEILING, Decimal, getcontext

M32 = (1 << 32) - 1
M64 = (1 << 64) - 1

# ---- XXH3, 64 bits, from its published specification -----------------------------------------------

P32_1, P32_2, P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
P64_1 = 0x9E3779B185EBCA87
P64_2 = 0xC2B2AE3D27D4EB4F
P64_3 = 0x165667B19E3779F9
P64_4 = 0x85EBCA77C2B2AE63
P64_5 = 0x27D4EB2F165667C5
MX1 = 0x165667919E3779F9
MX2 = 0x9FB21C651E98DF25

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)


def r32(data, at):
    return int.from_bytes(data[at : at + 4], "little")


def r64(data, at):
    return int.from_bytes(data[at : at + 8], "little")


def rotl(x, n):
    return (x << n | x >> (64 - n)) & M64


def swap32(x):
    return int.from_bytes(x.to_bytes(4, "little"), "big")


def swap64(x):
    return int.from_bytes(x.to_bytes(8, "little"), "big")


def fold(a, b):
    product = a * b
    return (product ^ product >> 64) & M64


def xxh64_avalanche(h):
    h = (h ^ h >> 33) * P64_2 & M64
    h = (h ^ h >> 29) * P64_3 & M64
    return h ^ h >> 32


def xxh3_avalanche(h):
    h = (h ^ h >> 37) * MX1 & M64
    return h ^ h >> 32


def xxh3_short(data, seed):
    n = len(data)
    if n == 0:
        return xxh64_avalanche(seed ^ r64(SECRET, 56) ^ r64(SECRET, 64))
    if n <= 3:
        mixed = data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8
        flip = (r32(SECRET, 0) ^ r32(SECRET, 4)) + seed & M64
        return xxh64_avalanche(mixed ^ flip)
    if n <= 8:
        seed ^= swap32(seed & M32) << 32
        flip = (r64(SECRET, 8) ^ r64(SECRET, 16)) - seed & M64
        h = (r32(data, n - 4) + (r32(data, 0) << 32)) ^ flip
        h ^= rotl(h, 49) ^ rotl(h, 24)
        h = h * MX2 & M64
        h ^= (h >> 35) + n & M64
        h = h * MX2 & M64
        return h ^ h >> 28
    flip1 = (r64(SECRET, 24) ^ r64(SECRET, 32)) + seed & M64
    flip2 = (r64(SECRET, 40) ^ r64(SECRET, 48)) - seed & M64
    low = r64(data, 0) ^ flip1
    high = r64(data, n - 8) ^ flip2
    return xxh3_avalanche(n + swap64(low) + high + fold(low, high) & M64)


def mix16(data, at, secret_at, seed):
    low = r64(data, at) ^ (r64(SECRET, secret_at) + seed & M64)
    high = r64(data, at + 8) ^ (r64(SECRET, secret_at + 8) - seed & M64)
    return fold(low, high)


def xxh3_middle(data, seed):
    n = len(data)
    acc = n * P64_1 & M64
    if n <= 128:
        for i in range((n - 1) // 32, -1, -1):
            acc += mix16(data, 16 * i, 32 * i, seed)
            acc += mix16(data, n - 16 * (i + 1), 32 * i + 16, seed)
        return xxh3_avalanche(acc & M64)
    for i in range(8):
        acc += mix16(data, 16 * i, 16 * i, seed)
    acc = xxh3_avalanche(acc & M64)
    for i in range(8, n // 16):
        acc += mix16(data, 16 * i, 16 * (i - 8) + 3, seed)
    acc += mix16(data, n - 16, 136 - 17, seed)
    return xxh3_avalanche(acc & M64)


def accumulate(acc, data, at, secret, secret_at):
    for i in range(8):
        value = r64(data, at + 8 * i)
        key = value ^ r64(secret, secret_at + 8 * i)
        acc[i ^ 1] = acc[i ^ 1] + value & M64
        acc[i] = acc[i] + (key & M32) * (key >> 32) & M64


def xxh3_long(data, seed):
    n = len(data)
    secret = b"".join(
        (r64(SECRET, i) + (seed if i % 16 == 0 else -seed) & M64).to_bytes(8, "little") for i in range(0, 192, 8)
    )
    acc = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1]
    stripes = (192 - 64) // 8
    block = 64 * stripes
    blocks = (n - 1) // block
    for b in range(blocks):
        for s in range(stripes):
            accumulate(acc, data, b * block + 64 * s, secret, 8 * s)
        for i in range(8):
            acc[i] = (acc[i] ^ acc[i] >> 47 ^ r64(secret, 192 - 64 + 8 * i)) * P32_1 & M64
    for s in range((n - 1 - block * blocks) // 64):
        accumulate(acc, data, blocks * block + 64 * s, secret, 8 * s)
    accumulate(acc, data, n - 64, secret, 192 - 64 - 7)
    h = n * P64_1
    for i in range(4):
        h += fold(acc[2 * i] ^ r64(secret, 11 + 16 * i), acc[2 * i + 1] ^ r64(secret, 19 + 16 * i))
    return xxh3_avalanche(h & M64)


def xxh3(data, seed=0):
    if len(data) <= 16:
        return xxh3_short(data, seed)
    return xxh3_middle(data, seed) if len(data) <= 240 else xxh3_long(data, seed)


# From the reference implementation, for the bytes 0, 1, ..., n - 1.
XXH3_KNOWN = [
    (0, 0, 0x2D06800538D394C2),
    (0, 42, 0xB029411FF43D84D2),
    (1, 0, 0xC44BDFF4074EECDB),
    (1, 42, 0x5CF10F10BF2DD245),
    (8, 0, 0x3A1C2D7C85AF88F8),
    (8, 42, 0x533B2C25FA397F0B),
    (16, 0, 0x8355E3A6F61770DB),
    (16, 42, 0x74891A34D3FFF0A9),
    (32, 0, 0x3523581FE96E4C05),
    (32, 42, 0xEB1C9B8FB88F9BB6),
    (128, 0, 0x85C6174C7FF4C46B),
    (128, 42, 0xA7F863935F4A4028),
    (200, 0, 0xF42A8864FEAF0703),
    (200, 42, 0xC335A2DE8A09A90E),
    (256, 0, 0x9408A4433B952D71),
    (256, 42, 0xC1A55CA180B3FD0A),
]

# ---- sticky, version 1 -------------------------------------------------------------------------------

MULTIPLIER = 0x9FB21C651E98DF25


def log_table():
    """-log2((1024 + i) / 2048) * 2^26, rounded up."""
    getcontext().prec = 50
    ln2 = Decimal(2).ln()
    table = [1 << 26]
    for i in range(1, 1024):
        exact = (Decimal(2048) / Decimal(1024 + i)).ln() / ln2 * (1 << 26)
        table.append(int(exact.to_integral_value(ROUND_CEILING)))
    return table + [0]


TABLE = log_table()


def exponential(u):
    x = u | 1
    zeros = 64 - x.bit_length()
    mantissa = x << zeros
    cell = (mantissa >> 53) - 1024
    along = mantissa << 11 & M64
    return (zeros << 26) + TABLE[cell] - ((TABLE[cell] - TABLE[cell + 1]) * along >> 64)


def race(destinations, salt, key):
    """(index, k, racers): racers are (d, weight, first index, u, e), by d."""
    merged = {}
    for index, (identity, weight) in enumerate(destinations):
        if weight == 0:
            continue
        d = xxh3(identity)
        if d in merged:
            merged[d][0] += weight
        else:
            merged[d] = [weight, index]
    k = xxh3(key, xxh3(salt))
    racers = []
    for d in sorted(merged):
        u = fold(k ^ d, MULTIPLIER)
        racers.append((d, merged[d][0], merged[d][1], u, exponential(u)))
    best = racers[0]
    for racer in racers[1:]:
        if racer[4] * best[1] < best[4] * racer[1]:
            best = racer
    return best[2], k, racers


# ---- the vectors -------------------------------------------------------------------------------------


def hex64(x):
    return "0x%016x" % x


def splits_to_write(rng):
    reviews = [("reviews.default.svc.cluster.local|v%d" % i).encode() for i in range(1, 201)]
    yield b"default/reviews", [(reviews[1], 90), (reviews[2], 10)]
    yield b"default/reviews", [(reviews[1], 9), (reviews[2], 1)]
    yield b"default/reviews", [(reviews[2], 10), (reviews[1], 90)]
    yield b"default/reviews", [(reviews[0], 50), (reviews[1], 30), (reviews[2], 20)]
    yield b"default/reviews", [(reviews[0], 0), (reviews[1], 75), (reviews[2], 25), (b"", 0)]
    yield b"default/reviews", [(reviews[0], 1)]
    yield b"checkout-2024", [(b"v1", 95), (b"v2", 5)]
    yield b"", [(b"a", 1), (b"b", 1)]
    yield b"merge", [(b"a", 20), (b"b", 30), (b"a", 10), (b"c", 40)]
    yield b"merge", [(b"a", 0), (b"b", 30), (b"a", 30), (b"c", 40)]
    yield b"merge", [(b"c", 40), (b"a", 30), (b"b", 30)]
    yield b"extreme", [(b"a", 1), (b"b", M32 - 1)]
    yield b"extreme", [(b"a", 2147483647), (b"b", 2147483648)]
    yield b"extreme", [(b"a", 1), (b"b", 999999)]
    yield b"\xff\x00binary", [(b"\x00", 3), (b"\xc3\x28", 4), (b"", 5)]
    for count in (4, 5, 6, 10, 50, 200):
        yield b"default/many", [(reviews[i], rng.randint(1, 100)) for i in range(count)]
    for count in (2, 3, 7, 20):
        salt = bytes(rng.randrange(256) for _ in range(rng.randint(1, 40)))
        yield salt, [(reviews[i], rng.randint(0, 1000000) + (i == 0)) for i in range(count)]


def keys_to_write(rng):
    for key in (b"", b"a", b"jason", b"alice", b"user-42", b"10.0.0.7", b"2001:db8::1", "Zo\u00eb".encode()):
        yield key
    for _ in range(12):
        yield ("%08x-%04x-4%03x-8%03x-%012x" % tuple(rng.getrandbits(b) for b in (32, 16, 12, 12, 48))).encode()
    for _ in range(8):
        yield bytes(rng.randrange(256) for _ in range(rng.choice((1, 3, 4, 8, 9, 16, 17, 64, 128, 129, 240, 241, 300))))


def put_bytes(name, data, into):
    try:
        text = data.decode()
        plain = all(c >= " " for c in text)
    except UnicodeDecodeError:
        plain = False
    into[name if plain else name + "_hex"] = text if plain else data.hex()


def get_bytes(name, where):
    return where[name].encode() if name in where else bytes.fromhex(where[name + "_hex"])


def write(path):
    rng = random.Random(20240607)
    us = [0, 1, 2, 3, 1 << 31, 1 << 53, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, M64 - 1, M64]
    us += [rng.getrandbits(64) >> rng.randrange(64) for _ in range(40)] + [M64 - (rng.getrandbits(40)) for _ in range(10)]
    splits = []
    for salt, destinations in splits_to_write(rng):
        split = {}
        put_bytes("salt", salt, split)
        split["destinations"] = []
        for identity, weight in destinations:
            entry = {"weight": weight}
            put_bytes("identity", identity, entry)
            split["destinations"].append(entry)
        split["picks"] = []
        for n, key in enumerate(keys_to_write(rng)):
            index, k, racers = race(destinations, salt, key)
            pick = {"index": index}
            put_bytes("key", key, pick)
            if n < 4 and len(racers) <= 10:
                pick["k"] = hex64(k)
                pick["racers"] = [{"d": hex64(d), "weight": w, "u": hex64(u), "e": e} for d, w, _, u, e in racers]
            split["picks"].append(pick)
        splits.append(split)
    document = {
        "about": "Sticky pick, version 1 (docs/sticky.md). Frozen. *_hex fields hold bytes that are no plain text.",
        "version": 1,
        "multiplier": hex64(MULTIPLIER),
        "log_table": TABLE,
        "exponential": [{"u": hex64(u), "e": exponential(u)} for u in us],
        "splits": splits,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    with open(path, "w", encoding="utf-8") as out:
        out.write(compact(text) + "\n")


def compact(text):
    """One line for each pick, destination and run of table entries."""
    document = json.loads(text)

    def line(x):
        return json.dumps(x, ensure_ascii=False)

    def block(items, per_line, indent):
        runs = [items[i : i + per_line] for i in range(0, len(items), per_line)]
        return "[\n" + ",\n".join(indent + ", ".join(line(x) for x in run) for run in runs) + "\n" + indent[:-1] + "]"

    parts = ['%s: %s' % (line(k), line(document[k])) for k in ("about", "version", "multiplier")]
    parts.append('"log_table": ' + block(document["log_table"], 10, "  "))
    parts.append('"exponential": ' + block(document["exponential"], 2, "  "))
    splits = []
    for split in document["splits"]:
        head = ", ".join("%s: %s" % (line(k), line(split[k])) for k in split if k.startswith("salt"))
        body = ' {%s,\n  "destinations": %s,\n  "picks": %s}'
        splits.append(body % (head, block(split["destinations"], 2, "   "), block(split["picks"], 1, "   ")))
    parts.append('"splits": [\n' + ",\n".join(splits) + "\n ]")
    return "{\n " + ",\n ".join(parts) + "\n}"


def check(path):
    with open(path, encoding="utf-8") as source:
        document = json.load(source)
    wrong = []

    def expect(what, got, wanted):
        if got != wanted:
            wrong.append("%s: got %s, the file has %s" % (what, got, wanted))

    for n, seed, wanted in XXH3_KNOWN:
        expect("XXH3 of %d bytes, seed %d" % (n, seed), xxh3(bytes(i & 255 for i in range(n)), seed), wanted)
    expect("version", 1, document["version"])
    expect("multiplier", hex64(MULTIPLIER), document["multiplier"])
    expect("log_table", TABLE, document["log_table"])
    for row in document["exponential"]:
        expect("exponential of %s" % row["u"], exponential(int(row["u"], 16)), row["e"])
    picks = 0
    for s, split in enumerate(document["splits"]):
        destinations = [(get_bytes("identity", d), d["weight"]) for d in split["destinations"]]
        for p, pick in enumerate(split["picks"]):
            index, k, racers = race(destinations, get_bytes("salt", split), get_bytes("key", pick))
            where = "splits[%d].picks[%d]" % (s, p)
            expect(where, index, pick["index"])
            picks += 1
            if "k" in pick:
                expect(where + ".k", hex64(k), pick["k"])
                ours = [{"d": hex64(d), "weight": w, "u": hex64(u), "e": e} for d, w, _, u, e in racers]
                expect(where + ".racers", ours, pick["racers"])
    if picks < 500:
        wrong.append("only %d picks in the file" % picks)
    for text in wrong[:20]:
        print(text)
    print("%d picks, %d wrong" % (picks, len(wrong)))
    return 1 if wrong else 0


def main(arguments):
    if arguments[:1] == ["--write"] and len(arguments) == 2:
        write(arguments[1])
        return 0
    here = os.path.dirname(os.path.abspath(__file__))
    return check(arguments[0] if arguments else os.path.join(here, "sticky-v1.json"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
