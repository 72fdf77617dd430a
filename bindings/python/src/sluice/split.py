"""The weighted pick on its own, for callers who do their own matching."""

from __future__ import annotations

import ctypes
import os
import weakref
from typing import Iterable, Mapping, Union

from . import _structs as s
from ._compile import check
from ._library import lib


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class Rng:
    """A pcg64 generator; equal (seed, stream) give equal sequences on every platform. Not for secrets."""

    def __init__(self, seed: int | None = None, stream: int = 0) -> None:
        self._raw = s.Rng()
        lib.sluice_rng_init(self._raw, int.from_bytes(os.urandom(8), "little") if seed is None else seed, stream)

    def next(self) -> int:
        """A number of 64 bits."""
        number: int = lib.sluice_rng_next(self._raw)
        return number


class Split:
    """Weighted names. Weights are whole numbers; their sum is 1 to 2**32 - 1, and 0 is never picked."""

    def __init__(
        self,
        weights: Union[Mapping[str, int], Iterable[tuple[str, int]]],
        *,
        salt: str = "",
        rng: Rng | None = None,
    ) -> None:
        pairs = list(weights.items() if isinstance(weights, Mapping) else weights)
        for name, weight in pairs:
            if not 0 <= weight < 2**32:
                raise ValueError(f"the weight of {name!r} is {weight}; expected 0 to 4294967295")
        total = sum(weight for _, weight in pairs)
        if not 0 < total < 2**32:
            raise ValueError(f"the weights sum to {total}; expected 1 to 4294967295")
        self.names: tuple[str, ...] = tuple(name for name, _ in pairs)
        identities = [_bytes(name) for name in self.names]
        entries = (s.SplitEntry * len(pairs))(
            *(s.SplitEntry(s.text_of(identity), weight) for identity, (_, weight) in zip(identities, pairs))
        )
        handle, salt_bytes = ctypes.c_void_p(), _bytes(salt)
        check(lib.sluice_split_new(handle, entries, len(entries), s.text_of(salt_bytes), None))
        self._handle = handle
        self._rng = rng or Rng()
        self._counters = (ctypes.c_int64 * len(entries))()
        weakref.finalize(self, lib.sluice_split_free, handle)

    def pick(self) -> str:
        """A name with probability weight / sum. Shares the generator: use a Split of its own in each thread."""
        return self._name(lib.sluice_split_pick(self._handle, self._rng._raw))

    def pick_sticky(self, key: Union[str, bytes]) -> str:
        """The name that ``key`` belongs to: the same on every machine (docs/sticky.md). Any thread."""
        data = key if isinstance(key, bytes) else _bytes(key)
        return self._name(lib.sluice_split_pick_sticky(self._handle, s.text_of(data)))

    def pick_even(self) -> str:
        """The next name in smooth weighted round robin. Counts in this object: one thread at a time."""
        return self._name(lib.sluice_split_pick_even(self._handle, self._counters))

    def _name(self, index: int) -> str:
        return self.names[index]
