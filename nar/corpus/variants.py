"""Variants of a computational graph that are still the same kind of architecture: what training shows as a second view.

A family that has a single member has no other positive. Which differences do not make another architecture is knowledge
of the field: the width, the resolution, the kind of activation or norm or whether there is one, kernel sizes, the head.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nar.architecture import Decomposition
from nar.graph import Graph, Ints, Shape

_ACTIVATIONS = ("relu", "relu6", "gelu", "silu", "hard_swish", "leaky_relu", "elu", "mish", "prelu")
_NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "local_response_norm")
_LIGHT = (*_ACTIVATIONS, *_NORMS, "softmax", "max_pool", "avg_pool", "upsample", "scale", "shift", "sigmoid")
_KERNEL = re.compile(r"(.*?conv)([1357])x\2$")


def variants_of(
    graphs: Sequence[Graph], count: int, divide: Callable[[list[Graph]], Iterator[Decomposition]], seed: int = 0
) -> Iterator[tuple[Decomposition, ...]]:
    """`count` variants of each graph, divided by `divide`, in their order."""
    made = [
        variant(graph, random.Random(f"{seed} {index} {number}"))
        for index, graph in enumerate(graphs)
        for number in range(count)
    ]
    parts = divide(made)
    for _ in graphs:
        yield tuple(islice(parts, count))


def variant(graph: Graph, rng: random.Random) -> Graph:
    """`graph` with some of the differences that occur within a family, chosen by `rng`; its number of inputs stays."""
    changed = _rescaled(graph, rng)
    if rng.random() < 0.5:
        changed = _renamed(changed, rng)
    if rng.random() < 0.5:
        changed = _without_a_kind(changed, rng)
    if rng.random() < 0.3:
        changed = _without_some(changed, rng)
    if rng.random() < 0.3:
        changed = _without_tail(changed, rng)
    return changed


def bypass(graph: Graph, removed: NDArray[np.bool_]) -> Graph:
    """`graph` without those `removed` (V,) ops that have a single producer; their consumers read from that one."""
    parents = np.bincount(graph.edges[1], minlength=len(graph))
    removed = removed & (parents == 1)
    stands_for = np.arange(len(graph))
    source = np.zeros(len(graph), np.int64)
    source[graph.edges[1]] = graph.edges[0]
    for op in np.flatnonzero(removed):
        stands_for[op] = stands_for[source[op]]
    kept = ~removed
    place = np.cumsum(kept) - 1
    edges = graph.edges[:, kept[graph.edges[1]]]
    return _selected(graph, kept, place[np.stack([stands_for[edges[0]], edges[1]])])


def _selected(graph: Graph, kept: NDArray[np.bool_], edges: Ints) -> Graph:
    """The `kept` (V,) ops of `graph` with other edges."""
    columns = {name: getattr(graph, name)[kept] for name in ("op", "shape", "params", "flops", "module")}
    return replace(graph, edges=edges, **columns)


def _rescaled(graph: Graph, rng: random.Random) -> Graph:
    """Other widths and another resolution, the same everywhere."""
    width, resolution = 2 ** rng.uniform(-1, 1), 2 ** rng.uniform(-0.5, 0.5)

    return replace(
        graph,
        shape_table=tuple(_scaled_shape(shape, width, resolution) for shape in graph.shape_table),
        params=(graph.params * width**2).astype(np.int64),
        flops=(graph.flops * (width * resolution) ** 2).astype(np.int64),
    )


def _scaled_shape(shape: Shape, width: float, resolution: float) -> Shape:
    """Images have channels in front, all else behind; what is 1 or unknown stays so."""
    channels = 1 if len(shape) == 4 else len(shape) - 1
    factors = [
        1.0 if place == 0 < channels else width if place == channels else resolution for place in range(len(shape))
    ]
    return tuple(
        size if size <= 1 else max(round(size * factor), 1) for size, factor in zip(shape, factors, strict=True)
    )


def _renamed(graph: Graph, rng: random.Random) -> Graph:
    """All ops of one name as others of their kind: another activation, norm or kernel size."""
    choices = [name for name in graph.op_table if _siblings(name)]
    if not choices:
        return graph
    old = rng.choice(choices)
    new = rng.choice(_siblings(old))
    names = [new if name == old else name for name in graph.op_table]
    table = tuple(dict.fromkeys(names))
    return replace(graph, op_table=table, op=np.array([table.index(name) for name in names])[graph.op])


def _siblings(name: str) -> list[str]:
    for kind in (_ACTIVATIONS, _NORMS):
        if name in kind:
            return [other for other in kind if other != name]
    kernel = _KERNEL.match(name)
    # A pointwise convolution does another job than all wider ones.
    if kernel and kernel[2] != "1":
        return [f"{kernel[1]}{size}x{size}" for size in "357" if size != kernel[2]]
    return []


def _without_a_kind(graph: Graph, rng: random.Random) -> Graph:
    """Without all ops of one light kind."""
    present = [name for name in graph.op_table if name in _LIGHT]
    return bypass(graph, np.array(graph.ops) == rng.choice(present)) if present else graph


def _without_some(graph: Graph, rng: random.Random) -> Graph:
    """Without a few ops anywhere."""
    chance = np.random.default_rng(rng.randrange(2**32))
    return bypass(graph, chance.random(len(graph)) < 0.05)


def _without_tail(graph: Graph, rng: random.Random) -> Graph:
    """Without the last ops, the head of most models."""
    size = max(len(graph) - rng.randint(1, 4), (len(graph) + 1) // 2)
    kept = np.arange(len(graph)) < size
    return _selected(graph, kept, graph.edges[:, kept[graph.edges[1]]])
