"""What a graph network reads in the name of an op."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

PADDING, UNKNOWN = 0, 1
"""Indices of no word, and of a word that training has not seen."""

MAX_WORDS = 5
"""Words of an op name that count."""

_CONVOLUTIONS = {"gconv": ("grouped", "conv"), "dwconv": ("depthwise", "conv"), "deconv": ("transposed", "conv")}


@lru_cache(maxsize=10_000)
def op_words(name: str) -> tuple[str, ...]:
    """What an op's name says: the whole of it, then its parts.

    `gconv5x5` is also a grouped convolution of size 5x5, `layer_norm` also a norm, so that an op that training has not
    seen is near those that it resembles.
    """
    parts = re.findall(r"[a-z]+|[0-9]+(?:x[0-9]+)*", name)
    words = [word for part in parts for word in _CONVOLUTIONS.get(part, (part,))]
    return tuple(dict.fromkeys([name, *words]))


@dataclass(frozen=True)
class OpVocabulary:
    """The words of op names that training has seen, in their order."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> OpVocabulary:
        """The words of all `names`."""
        return cls(tuple(sorted({word for name in names for word in op_words(name)})))

    def __len__(self) -> int:
        """Number of distinct indices, PADDING and UNKNOWN among them."""
        return len(self.words) + 2

    def encode(self, names: Sequence[str]) -> Tensor:
        """(N, MAX_WORDS) indices of the words of each op name, UNKNOWN and PADDING among them."""
        rows = [self._row(name) for name in names]
        return torch.tensor(rows, dtype=torch.int64).reshape(len(rows), MAX_WORDS)

    def _row(self, name: str) -> list[int]:
        found = [self._place.get(word, UNKNOWN) for word in op_words(name)[:MAX_WORDS]]
        return found + [PADDING] * (MAX_WORDS - len(found))

    @cached_property
    def _place(self) -> dict[str, int]:
        return {word: index for index, word in enumerate(self.words, 2)}
