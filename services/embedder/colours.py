"""The colours of a divided graph: what the Weisfeiler-Lehman method tells apart, within motifs and among them.

A colour is a 64-bit hash, and stands for an op, a word of its name, its width, an edge and by how much it widens, the
neighbourhood of an op within its motif (Shervashidze et al., 2011), a motif, or a motif with its neighbours in the
macro graph. Equal things have equal colours in every graph, so that a colour can have a learned vector of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nar.architecture import Decomposition
from nar.fingerprint import Hashes, hash_texts, mix, neighbour_hashes
from nar.graph import Graph, Ints
from services.embedder.op_words import op_words
from services.embedder.tensors import channels

ANY = np.uint64(1)
"""A colour that every graph has."""

_OP, _WORD, _LEARNED, _CHANNELS, _EDGE, _MOTIF, _AROUND = hash_texts(
    ["op", "word", "learned", "channels", "edge", "motif", "around"]
)


@dataclass(frozen=True)
class Colours:
    """Distinct colours (C,) of a graph, ascending, and how often each occurs (C,)."""

    colours: Hashes
    counts: NDArray[np.float64]


def colours_of(decompositions: Sequence[Decomposition], rounds: int) -> list[Colours]:
    """All colours of each graph; they do not depend on the graphs that come with it.

    Args:
        decompositions: divided graphs.
        rounds: how often an op learns of its neighbours within its motif.
    """
    motifs = [motif.graph for item in decompositions for motif in item.motifs]
    if not motifs:
        return [Colours(np.array([ANY]), np.ones(1)) for _ in decompositions]
    inner = _split(*_motif_colours(motifs, rounds), len(motifs))
    macro = _split(*_macro_colours(decompositions), len(decompositions))
    found, first = [], 0
    for item, own in zip(decompositions, macro, strict=True):
        parts = inner[first : first + len(item.motifs)]
        first += len(item.motifs)
        times = np.bincount(item.instance_motif, minlength=len(item.motifs))
        weights = np.concatenate([np.repeat(times, [len(part) for part in parts]), np.ones(len(own) + 1)])
        colours, place = np.unique(np.concatenate([*parts, own, [ANY]]), return_inverse=True)
        found.append(Colours(colours, np.bincount(place, weights).astype(np.float64)))
    return found


def _motif_colours(graphs: Sequence[Graph], rounds: int) -> tuple[Hashes, Ints]:
    """The colours of one instance of each motif, with repetitions, and the motif of each colour."""
    owner = np.repeat(np.arange(len(graphs)), [len(graph) for graph in graphs])
    source, target = edges = _union([graph.edges for graph in graphs], [len(graph) for graph in graphs])
    names = list(dict.fromkeys(name for graph in graphs for name in graph.op_table))
    place = {name: index for index, name in enumerate(names)}
    name = np.concatenate([np.array([place[own] for own in graph.op_table])[graph.op] for graph in graphs])
    widths = np.concatenate([np.array([channels(own) for own in graph.shape_table])[graph.shape] for graph in graphs])
    learned = np.concatenate([graph.params for graph in graphs]) > 0
    labels = np.array([_hash(own) for own in names], np.uint64)[name]
    # Half a power of two: the widths of one architecture's sizes are told apart, rounding to multiples of 8 is not.
    width = np.round(2 * np.log2(widths)).astype(np.uint64)
    widening = np.round(2 * np.log2(widths[target] / widths[source])).astype(np.int64).astype(np.uint64)
    words = [_words(own) for own in names]
    found = [
        (mix(labels + _OP), owner),
        (mix(mix(labels + _LEARNED) + learned.astype(np.uint64)), owner),
        (mix(mix(labels + _CHANNELS) + width), owner),
        (mix(mix(mix(labels[source] + _EDGE) + labels[target]) + widening), owner[target]),
        (
            np.concatenate([words[own] for own in name.tolist()]),
            owner.repeat([len(words[own]) for own in name.tolist()]),
        ),
    ]
    for number in range(rounds):
        parents, children = neighbour_hashes(labels, edges)
        labels = mix(mix(labels + mix(parents)) + mix(children) + np.uint64(number))
        found.append((labels, owner))
    return np.concatenate([colours for colours, _ in found]), np.concatenate([own for _, own in found])


def _macro_colours(decompositions: Sequence[Decomposition]) -> tuple[Hashes, Ints]:
    """A colour for each motif instance, and one for it with its neighbours; and the graph of each colour."""
    sizes = [len(item.instance_motif) for item in decompositions]
    owner = np.repeat(np.arange(len(decompositions)), sizes)
    prints = [hash_texts([motif.fingerprint for motif in item.motifs])[item.instance_motif] for item in decompositions]
    labels = np.concatenate(prints)
    parents, children = neighbour_hashes(labels, _union([item.edges for item in decompositions], sizes))
    around = mix(mix(labels + _AROUND + mix(parents)) + mix(children))
    return np.concatenate([mix(labels + _MOTIF), around]), np.concatenate([owner, owner])


def _union(edges: Sequence[Ints], sizes: Sequence[int]) -> Ints:
    """(2, E) edges of many graphs of `sizes` nodes, numbered one after the other."""
    offsets = np.cumsum([0, *sizes[:-1]])
    return np.concatenate([own + offset for own, offset in zip(edges, offsets, strict=True)], axis=1)


def _split(colours: Hashes, owner: Ints, count: int) -> list[Hashes]:
    """The colours of each of `count` owners."""
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(1, count))
    return np.split(colours[order], bounds)


@lru_cache(maxsize=10_000)
def _hash(name: str) -> np.uint64:
    found: np.uint64 = hash_texts([name])[0]
    return found


@lru_cache(maxsize=10_000)
def _words(name: str) -> Hashes:
    """The colours of the words of an op's name."""
    return mix(hash_texts(op_words(name)[1:] or (name,)) + _WORD)
