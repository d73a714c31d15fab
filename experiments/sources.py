"""The data sets that tables are of: real architectures, samples of them, and DARTS networks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from experiments import class_sources, splits
from nar.corpus import darts_records, parquet
from nar.graph import Graph, Ints
from services.embedder.evaluation.methods import Dataset
from services.embedder.evaluation.protocols import Labels

SAMPLED = "sample"
"""Whole families of the real set, about `sample_size` architectures."""

SOURCED = "sourced"
"""The real architectures whose class has its source code here."""


class Sources:
    """The data sets, read and divided when they are needed.

    Args:
        file: the real data set.
        nas_size: number of DARTS networks.
        seed: of the networks, the sample and all splits.
        sample_size: architectures of the sample, about.
        texts: source code of the classes, as `class_sources` writes it.
    """

    def __init__(
        self,
        file: Path,
        nas_size: int,
        seed: int,
        sample_size: int = 2_000,
        texts: Path = class_sources.FILE,
    ) -> None:
        self._file = file
        self._nas_size = nas_size
        self._sample_size = sample_size
        self._text_file = texts
        self.seed = seed
        self._divided: dict[tuple[str, str], Dataset] = {}
        self._read: dict[str, list[parquet.Record]] = {}

    def digest(self, code: Iterable[str]) -> str:
        """Changes with the data, the seed, and the files of code that the patterns name."""
        digest = hashlib.sha256(f"{self._nas_size} {self._sample_size} {self.seed}".encode())
        for file in sorted({path for pattern in code for path in Path().glob(pattern)}):
            digest.update(file.read_bytes())
        return hashlib.sha256(digest.digest() + self._data_digest).hexdigest()

    @cached_property
    def _data_digest(self) -> bytes:
        return hashlib.sha256(self._file.read_bytes()).digest()

    @cached_property
    def _texts(self) -> dict[str, str]:
        if not self._text_file.exists():
            class_sources.write(self._text_file, [own.id for own, _, _ in self.records("real")])
        return class_sources.read(self._text_file)

    def class_texts(self, data: str) -> list[str]:
        """The source code of each architecture's class; only those of SOURCED have one."""
        return [self._texts[architecture.id] for architecture, _, _ in self.records(data)]

    def graphs(self, data: str) -> list[Graph]:
        """The graphs of a data set."""
        return [graph for _, graph, _ in self.records(data)]

    def labels(self, data: str) -> Labels:
        """What is known of the architectures of a data set."""
        return Labels.of([architecture for architecture, _, _ in self.records(data)])

    def records(self, data: str) -> list[parquet.Record]:
        """The rows of a data set."""
        if data not in self._read:
            self._read[data] = self._records(data)
        return self._read[data]

    def _records(self, data: str) -> list[parquet.Record]:
        if data == "nas":
            return list(darts_records.records(self._nas_size, seed=self.seed))
        if data == "real":
            return list(parquet.read(self._file))
        real = self.records("real")
        return [real[index] for index in self._subset(data)]

    def _subset(self, data: str) -> Ints:
        """Which of the real architectures a part of them has."""
        if data == SAMPLED:
            return sampled(self.labels("real").family, self._sample_size, self.seed)
        return np.array([row for row, (own, _, _) in enumerate(self.records("real")) if own.id in self._texts])

    def dataset(self, data: str, split: str) -> Dataset:
        """A data set, divided by a rule."""
        found = self._divided.get((data, split))
        if found is None:
            graphs = self.graphs(data)
            names = [architecture.id for architecture, _, _ in self.records(data)]
            parts = list(splits.divide(graphs, split))
            found = self._divided[data, split] = Dataset(names, self.labels(data).family, graphs, parts)
        return found


def sampled(families: Sequence[str], size: int, seed: int) -> Ints:
    """Indices of about `size` architectures: whole families, in strata by how large they are.

    Families stand in the order of their sizes, equal ones at random; every k-th is taken from a random start on, so
    that the sample has small and large ones as the whole set has.
    """
    rng = np.random.default_rng(seed)
    names, sizes = np.unique(np.array(families), return_counts=True)
    order = np.lexsort((rng.random(len(names)), sizes))
    step = max(round(len(families) / size), 1)
    chosen = names[order[int(rng.integers(step)) :: step]]
    return np.flatnonzero(np.isin(families, chosen))
