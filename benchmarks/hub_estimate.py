"""What a hub of 2,500,000 models would take, on paper, from the CPU time per architecture that was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.table import Table

MODELS = 2_500_000
EXTRACTORS = (1, 10, 100, 1_000)

# Miners come with the extractors, as many as keep up; of the others there is one.
_EXTRACTOR, _MINER = "extractor-worker", "motif_miner-worker"
_ONE_OF_EACH = {
    "embedder": ("embedder-server", "embedder-worker"),
    "upsert worker": ("search-worker",),
    "search service": ("search-server",),
    "Redis": ("redis",),
    "Milvus": ("milvus",),
}


def estimate(cpu: Mapping[str, float], models: int, extractors: int) -> tuple[float, str]:
    """Hours for the hub, and what they are bound by, if each part had a core of its own and nothing else cost.

    Args:
        cpu: CPU seconds by process, for so many `models`.
        models: number of architectures that they were measured with.
        extractors: workers that extract, of one core each.
    """
    hours = {"extraction": cpu.get(_EXTRACTOR, 0.0) / extractors}
    for part, processes in _ONE_OF_EACH.items():
        hours[part] = sum(cpu.get(name, 0.0) for name in processes)
    bound = max(hours, key=lambda part: hours[part])
    return hours[bound] / models * MODELS / 3600, bound


def table(cpu: Mapping[str, float], models: int, extractors: Sequence[int] = EXTRACTORS) -> Table:
    """One row a number of extractors."""
    result = Table(
        "extractors", "miners", "hours", "CPU hours of all", "bound by", title=f"{MODELS:,} models, on paper"
    )
    total = sum(cpu.values()) / models * MODELS / 3600
    for count in extractors:
        hours, bound = estimate(cpu, models, count)
        miners = math.ceil(cpu.get(_MINER, 0.0) / models * MODELS / 3600 / hours)
        result.add_row(f"{count:,}", f"{miners:,}", f"{hours:,.1f}", f"{total:,.0f}", bound)
    return result
