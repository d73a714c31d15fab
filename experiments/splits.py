"""Ways to divide graphs that the paper compares with its own (Pei et al., section 4.4), and the rule of its code."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from experiments import bigram_rule
from nar.architecture import Decomposition
from nar.graph import Graph, Ints
from services.motif_miner import DEFAULT, mine
from services.motif_miner.macro import build_parts

NODES = 10
"""Ops of a motif, where their number is given: the median of what the miner makes."""

MOTIFS = 15
"""Motifs of a graph, where their number is given."""

Rule = Callable[[Graph], Decomposition]


def by_node_number(graph: Graph) -> Ints:
    """(V,) the part of each op: runs of NODES ops in topological order."""
    return np.arange(len(graph)) // NODES


def by_motif_number(graph: Graph) -> Ints:
    """(V,) the part of each op: MOTIFS runs of the same length, or as many as there are ops."""
    return np.arange(len(graph)) * min(MOTIFS, len(graph)) // max(len(graph), 1)


def at_random(graph: Graph) -> Ints:
    """(V,) the part of each op: runs of random lengths from half to one and a half times NODES."""
    rng = random.Random(graph.name)
    lengths: list[int] = []
    while sum(lengths) < len(graph):
        lengths.append(rng.randint(NODES // 2, NODES + NODES // 2))
    return np.repeat(np.arange(len(lengths)), lengths)[: len(graph)]


PARTS: dict[str, Callable[[Graph], Ints]] = {
    "node number": by_node_number,
    "motif number": by_motif_number,
    "random": at_random,
    "published rule": bigram_rule.divide,
}

SPLITS = (*PARTS, "ours")


def divide(graphs: Sequence[Graph], split: str) -> Iterator[Decomposition]:
    """Each graph divided, with one process a core."""
    rule = mine if split == "ours" else partial(_in_parts, split)
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(rule, graphs, chunksize=16)


def _in_parts(split: str, graph: Graph) -> Decomposition:
    return build_parts(graph, PARTS[split](graph), DEFAULT)
