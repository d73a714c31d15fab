"""More vectors than the data set has: those of the data set, each moved a little, under names of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from nar.corpus import parquet, starter
from services.search.catalogue import Row
from services.search.milvus_catalogue import MilvusCatalogue

_BATCH = 2_000
_NOISE = 0.5


def moved(vectors: np.ndarray, count: int, seed: int) -> np.ndarray:
    """`count` unit vectors near the given ones (rows), at a cosine of about .9; the same ones for a seed."""
    rng = np.random.default_rng(seed)
    chosen = vectors[np.arange(count) % len(vectors)]
    noise = rng.normal(size=chosen.shape).astype(np.float32)
    noise *= _NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    return (chosen + noise) / np.linalg.norm(chosen + noise, axis=1, keepdims=True)


async def fill(uri: str, data: Path, known: starter.StarterVectors, vectors: np.ndarray) -> None:
    """Writes `vectors` into the live index, with the metadata of the data set over and over."""
    catalogue = MilvusCatalogue(uri, "", 120.0)
    for rows in _batches(data, vectors):
        await catalogue.upsert(rows, known.model_version)
    await catalogue.make_searchable()


def _batches(data: Path, vectors: np.ndarray) -> Iterator[list[Row]]:
    architectures = [architecture for architecture, _, _ in parquet.read(data)]
    for start in range(0, len(vectors), _BATCH):
        numbers = range(start, min(start + _BATCH, len(vectors)))
        yield [
            Row(
                replace(architectures[number % len(architectures)], id=f"moved/{number}", collection="default"),
                vectors[number].tolist(),
            )
            for number in numbers
        ]
