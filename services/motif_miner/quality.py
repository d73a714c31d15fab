"""How well motif instances agree with the blocks that a model's author wrote down as modules."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nar.graph import Graph, Ints

MIN_BLOCK_OPS = 3
SIMILAR = 0.75
"""Two modules are alike when their ops, as multisets, have at least this Jaccard similarity."""

_INDEX = re.compile(r"^(.*?)(\d+)$")


@dataclass(frozen=True)
class Agreement:
    """Two measures of one division of a graph against its blocks; 1 is perfect for both.

    Attributes:
        boundary_f1: F1 of the places in the order of the ops where one part ends and the next begins, one op of
            tolerance, each true boundary matched at most once.
        rand_index: adjusted Rand index (Hubert and Arabie, 1985) of the two partitions of the ops.

    """

    boundary_f1: float
    rand_index: float


def agreement(parts: Ints, blocks: Ints) -> Agreement:
    """Compares two partitions of the same V ops, each given as one label an op, (V,)."""
    return Agreement(boundary_f1(boundaries(parts), boundaries(blocks)), adjusted_rand_index(parts, blocks))


def boundaries(parts: Ints) -> Ints:
    """Positions i where op i - 1 and op i belong to different parts."""
    return np.flatnonzero(parts[1:] != parts[:-1]) + 1


def boundary_f1(found: Ints, true: Ints, tolerance: int = 1) -> float:
    """F1 of sorted positions `found` against `true`; 1.0 when both are empty."""
    if len(found) + len(true) == 0:
        return 1.0
    hits = place = 0
    for position in found.tolist():
        # Both are sorted, so taking the first boundary in reach leaves most for those that follow.
        while place < len(true) and true[place] < position - tolerance:
            place += 1
        if place < len(true) and true[place] <= position + tolerance:
            hits += 1
            place += 1
    return 2 * hits / (len(found) + len(true))


def adjusted_rand_index(left: Ints, right: Ints) -> float:
    """Agreement of two partitions, 0 for independent ones and 1 for equal ones."""
    _, pairs = np.unique(np.stack([left, right]), axis=1, return_counts=True)
    rows, columns = np.unique(left, return_counts=True)[1], np.unique(right, return_counts=True)[1]
    together, row_pairs, column_pairs = (float((n * (n - 1) / 2).sum()) for n in (pairs, rows, columns))
    total = len(left) * (len(left) - 1) / 2
    expected = row_pairs * column_pairs / total if total else 0.0
    largest = (row_pairs + column_pairs) / 2
    return 1.0 if largest == expected else (together - expected) / (largest - expected)


def true_blocks(graph: Graph) -> Ints | None:
    """The blocks of `graph` by its module paths, one label an op (V,), or None where no container repeats a module.

    A container is what remains of a path before a trailing number: "blocks" in "blocks.3", "denseblock1.denselayer"
    in "denseblock1.denselayer2". It counts as repeated when half of the ops of its modules (of those with at least
    three ops) have a like module next to them; containers that differ only in numbers ("layer1", "layer2") are judged
    together. A container inside of a block (the sub-layers of a T5 layer) counts only when all of its modules do. The
    block of an op is the innermost module of a repeated container that it lies in; that is a residual block, a
    transformer layer, a dense layer. Ops outside of all blocks form one part between each two blocks.
    """
    modules = _ModuleOps(graph)
    repeated: set[str] = set()
    for template in sorted(modules.templates, key=len):
        inside = any(template.startswith(f"{outer}.") for outer in repeated)
        if modules.likeness(template) >= (0.95 if inside else 0.5):
            repeated.add(template)
    block_of_path = [_innermost(path, repeated, modules.ops) for path in graph.module_table]
    if not any(block_of_path):
        return None
    labels: dict[str, int] = {}
    result, outside = [], False
    fresh = 0
    for module in graph.module.tolist():
        block = block_of_path[module]
        if block:
            if block not in labels:
                labels[block], fresh = fresh, fresh + 1
            result.append(labels[block])
        else:
            fresh += not outside
            labels[""] = fresh - 1 if not outside else labels[""]
            result.append(labels[""])
        outside = not block
    return np.array(result, np.int64)


def has_repeated_blocks(graph: Graph) -> bool:
    """Whether the module paths of `graph` name blocks that repeat."""
    return true_blocks(graph) is not None


class _ModuleOps:
    """The ops of each module that could be a block, by path and by template (numbers replaced)."""

    def __init__(self, graph: Graph) -> None:
        self.ops: dict[str, Counter[str]] = defaultdict(Counter)
        for (module, op), count in Counter(zip(graph.module.tolist(), graph.op.tolist(), strict=True)).items():
            for prefix in _numbered_prefixes(graph.module_table[module]):
                self.ops[prefix][graph.op_table[op]] += count
        self.templates: dict[str, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
        for path, ops in self.ops.items():
            container, number = _split(path)
            if ops.total() >= MIN_BLOCK_OPS:
                self.templates[_template(path)][container].append((number, path))

    def likeness(self, template: str) -> float:
        """The share of ops of the modules of `template` that have a like module next to them."""
        alike = total = 0
        for children in self.templates[template].values():
            children.sort()
            ops = [self.ops[path] for _, path in children]
            likes = [_similarity(first, second) >= SIMILAR for first, second in itertools.pairwise(ops)]
            for place, own in enumerate(ops):
                if len(ops) > 1:
                    total += own.total()
                    alike += own.total() * any(likes[max(place - 1, 0) : place + 1])
        return alike / total if total else 0.0


def _numbered_prefixes(path: str) -> Iterator[str]:
    """The prefixes of `path` that end in a number: "layer1.0.conv2" -> "layer1", "layer1.0", "layer1.0.conv2"."""
    parts = path.split(".")
    for end in range(1, len(parts) + 1):
        if _INDEX.match(parts[end - 1]):
            yield ".".join(parts[:end])


def _split(path: str) -> tuple[str, int]:
    match = _INDEX.match(path)
    assert match is not None
    return match[1], int(match[2])


def _template(path: str) -> str:
    return re.sub(r"\d+", "#", path)


def _innermost(path: str, repeated: set[str], ops: dict[str, Counter[str]]) -> str:
    """The longest prefix of `path` that is a module of a repeated container; "" where there is none."""
    found = [
        prefix
        for prefix in _numbered_prefixes(path)
        if _template(prefix) in repeated and ops[prefix].total() >= MIN_BLOCK_OPS
    ]
    return found[-1] if found else ""


def _similarity(first: Counter[str], second: Counter[str]) -> float:
    """Jaccard similarity of two multisets."""
    return (first & second).total() / max((first | second).total(), 1)


def mean(values: Sequence[float]) -> float:
    """The mean; 0.0 of nothing."""
    return float(np.mean(values)) if values else 0.0
