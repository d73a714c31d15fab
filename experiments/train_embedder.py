"""Trains the embedder on a training set and says how well it finds families that it has seen.

Run: python -m experiments.train_embedder SET OUT [--preset starter] [--holdout 0.1]

`nar train OUT --data SET` makes the training set, or completes it.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nar import training_set
from services.embedder.config import PRESETS
from services.embedder.embedder import Embedder
from services.embedder.training import Progress, TrainingGraph, train


def load(folder: Path) -> list[TrainingGraph]:
    """All records of a training set."""
    return [
        TrainingGraph(architecture.id, architecture.family or "unknown", decomposition)
        for architecture, decomposition in training_set.read(folder)
    ]


def evaluate(vectors: NDArray[np.float32], families: list[str], queries: list[int], k: int = 20) -> dict[str, float]:
    """MRR, MAP and nDCG at k of `queries` against all others; relevant is what has the query's family.

    MAP is normalised by min(R, k), nDCG by the ideal ranking cut at k. Queries without a relevant graph are left out.
    """
    labels = np.array(families)
    scores: list[tuple[float, float, float]] = []
    for query in queries:
        similarity = vectors @ vectors[query]
        similarity[query] = -np.inf
        total = int((labels == labels[query]).sum()) - 1
        if total == 0:
            continue
        hits = labels[np.argsort(-similarity, kind="stable")[:k]] == labels[query]
        ranks = np.flatnonzero(hits) + 1
        discounts = 1 / np.log2(np.arange(2, k + 2))
        precision = (np.arange(len(ranks)) + 1) / ranks
        scores.append(
            (
                1 / ranks[0] if len(ranks) else 0.0,
                precision.sum() / min(total, k),
                (hits * discounts[: len(hits)]).sum() / discounts[: min(total, k)].sum(),
            )
        )
    means = np.array(scores).mean(axis=0)
    return dict(zip((f"MRR@{k}", f"MAP@{k}", f"nDCG@{k}"), means.round(3).tolist(), strict=True))


def main() -> None:
    """Trains on all but the held-out graphs, prints the metrics, then writes weights trained on all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--preset", default="starter", choices=sorted(PRESETS))
    parser.add_argument("--holdout", type=float, default=0.1)
    options = parser.parse_args()
    graphs = load(options.data)
    config = PRESETS[options.preset]
    held = set(random.Random(0).sample(range(len(graphs)), int(len(graphs) * options.holdout)))
    if held:
        trial = options.out.with_name(f"{options.out.name}-trial")
        train([graph for index, graph in enumerate(graphs) if index not in held], config, trial, _show)
        embedder = Embedder.load(trial)
        vectors = embedder.embed([graph.decomposition for graph in graphs])
        print(evaluate(vectors, [graph.family for graph in graphs], sorted(held)))
    print(train(graphs, config, options.out, _show))


def _show(progress: Progress) -> None:
    print(
        f"\r{progress.stage} epoch {progress.epoch + 1}/{progress.epochs} loss {progress.loss:.4f}   ",
        end="",
        flush=True,
    )


if __name__ == "__main__":
    main()
