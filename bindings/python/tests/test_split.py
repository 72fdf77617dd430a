"""Split: the three picks; the sticky one against the published vectors."""

from __future__ import annotations

import json
import unittest
from collections import Counter
from pathlib import Path
from typing import Any

import sluice

VECTORS = Path(__file__).resolve().parents[3] / "tests" / "vectors" / "sticky-v1.json"


def text(row: dict[str, Any], name: str) -> str:
    """``name``, or the bytes of ``name``_hex in the form that the package turns back into the same bytes."""
    if name in row:
        return str(row[name])
    return bytes.fromhex(row[f"{name}_hex"]).decode("utf-8", "surrogateescape")


class Vectors(unittest.TestCase):
    def test_every_pick_is_as_written(self) -> None:
        picked = 0
        for row in json.loads(VECTORS.read_text())["splits"]:
            weights = [(text(entry, "identity"), entry["weight"]) for entry in row["destinations"]]
            split = sluice.Split(weights, salt=text(row, "salt"))
            for pick in row["picks"]:
                self.assertEqual(split.pick_sticky(text(pick, "key")), weights[pick["index"]][0])
                picked += 1
        self.assertGreater(picked, 500)

    def test_bytes_and_their_text_are_one_key(self) -> None:
        split = sluice.Split({"a": 1, "b": 1, "c": 1})
        for i in range(256):
            key = bytes([i, 255, 0])
            self.assertEqual(split.pick_sticky(key), split.pick_sticky(key.decode("utf-8", "surrogateescape")))


class Picks(unittest.TestCase):
    def test_even_keeps_the_share_at_every_step(self) -> None:
        split = sluice.Split({"a": 3, "b": 1})
        counts: Counter[str] = Counter()
        for n in range(1, 101):
            counts[split.pick_even()] += 1
            self.assertLess(abs(counts["a"] - n * 3 / 4), 1)

    def test_random_is_the_generators(self) -> None:
        first = sluice.Split({"a": 1, "b": 2}, rng=sluice.Rng(7))
        second = sluice.Split({"a": 1, "b": 2}, rng=sluice.Rng(7))
        picks = [first.pick() for _ in range(200)]
        self.assertEqual(picks, [second.pick() for _ in range(200)])
        self.assertEqual(set(picks), {"a", "b"})

    def test_weight_zero_is_never_picked(self) -> None:
        split = sluice.Split({"never": 0, "always": 5})
        self.assertEqual({split.pick() for _ in range(100)} | {split.pick_even() for _ in range(100)}, {"always"})

    def test_refuses_weights_out_of_range(self) -> None:
        for weights in ({}, {"a": 0}, {"a": -1}, {"a": 2**32}, {"a": 2**31, "b": 2**31}):
            with self.assertRaises(ValueError):
                sluice.Split(weights)

    def test_the_generator_is_pcg64(self) -> None:
        rng = sluice.Rng(42, 54)
        self.assertEqual([rng.next() for _ in range(3)], [0x86B1DA1D72062B68, 0x1304AA46C9853D39, 0xA3670E9E0DD50358])


if __name__ == "__main__":
    unittest.main()
