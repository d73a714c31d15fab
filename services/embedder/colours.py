"""The colours of a divided graph: what the Weisfeiler-Lehman method tells apart, within motifs and among them.

A colour is a 64-bit hash, and stands for an op, a word of its name, its width, an edge and by how much it widens, the
neighbourhood of an op within its motif (Shervashidze et al., 2011), a motif, or a motif with its neighbours in the
macro graph. Equal things have equal colours in every graph, so that a colour can have a learned vector of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nar.architecture import Decomposition
from nar.fingerprint import Hashes, hash_texts, mix, neighbour_hashes
from nar.graph import Graph
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


def colours_of(decomposition: Decomposition, rounds: int) -> Colours:
    """All colours of a graph.

    Args:
        decomposition: the divided graph.
        rounds: how often an op learns of its neighbours within its motif.
    """
    times = np.bincount(decomposition.instance_motif, minlength=len(decomposition.motifs))
    own = [_motif_colours(motif.graph, rounds) for motif in decomposition.motifs]
    macro = _macro_colours(decomposition)
    found = np.concatenate([*own, macro, [ANY]])
    weights = np.concatenate([np.repeat(times, [len(part) for part in own]), np.ones(len(macro) + 1)])
    colours, place = np.unique(found, return_inverse=True)
    return Colours(colours, np.bincount(place, weights).astype(np.float64))


def _motif_colours(graph: Graph, rounds: int) -> Hashes:
    """The colours of one instance of a motif, with repetitions."""
    labels = hash_texts(graph.op_table)[graph.op]
    widths = np.array([channels(shape) for shape in graph.shape_table])[graph.shape]
    # Half a power of two: the widths of one architecture's sizes are told apart, rounding to multiples of 8 is not.
    width = np.round(2 * np.log2(widths)).astype(np.uint64)
    source, target = graph.edges
    widening = np.round(2 * np.log2(widths[target] / widths[source])).astype(np.int64).astype(np.uint64)
    words = [mix(hash_texts(op_words(name)[1:] or (name,)) + _WORD) for name in graph.op_table]
    found = [
        mix(labels + _OP),
        mix(mix(labels + _LEARNED) + (graph.params > 0).astype(np.uint64)),
        mix(mix(labels + _CHANNELS) + width),
        mix(mix(mix(labels[source] + _EDGE) + labels[target]) + widening),
        *(words[op] for op in graph.op),
    ]
    for number in range(rounds):
        parents, children = neighbour_hashes(labels, graph.edges)
        labels = mix(mix(labels + mix(parents)) + mix(children) + np.uint64(number))
        found.append(labels)
    return np.concatenate(found)


def _macro_colours(decomposition: Decomposition) -> Hashes:
    """A colour for each motif instance, and one for it with its neighbours."""
    prints = hash_texts([motif.fingerprint for motif in decomposition.motifs])
    labels = prints[decomposition.instance_motif]
    parents, children = neighbour_hashes(labels, decomposition.edges)
    return np.concatenate([mix(labels + _MOTIF), mix(mix(labels + _AROUND + mix(parents)) + mix(children))])
