"""The computational graph: ops in columns, edges in two index arrays."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from nar.errors import InvalidGraph

Ints = NDArray[np.int64]
Shape = tuple[int, ...]
T = TypeVar("T")

NO_COLUMN: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class Graph:
    """A directed acyclic computational graph of V ops and E edges.

    Ops stand in a topological order: every edge leads from a lower to a higher index. Columns are arrays of length V;
    `op`, `shape` and `module` are indices into the tables of the same name.

    Attributes:
        op_table: distinct op names.
        op: (V,) index into `op_table`.
        edges: (2, E) producer and consumer of each edge; distinct, sorted by consumer, then producer.
        shape_table: distinct output shapes; -1 stands for a size that is not known.
        shape: (V,) index into `shape_table`.
        params: (V,) learned parameters, counted once where ops share them.
        flops: (V,) floating point operations of one forward pass; a multiply-add counts 2.
        module_table: distinct module paths, "" where none is known.
        module: (V,) index into `module_table`.
        name: a name for people.

    Raises:
        InvalidGraph: on construction, when columns disagree, an index is out of range or an edge leads backwards.

    """

    op_table: tuple[str, ...]
    op: Ints
    edges: Ints
    shape_table: tuple[Shape, ...] = ((),)
    shape: Ints = field(default_factory=lambda: NO_COLUMN)
    params: Ints = field(default_factory=lambda: NO_COLUMN)
    flops: Ints = field(default_factory=lambda: NO_COLUMN)
    module_table: tuple[str, ...] = ("",)
    module: Ints = field(default_factory=lambda: NO_COLUMN)
    name: str = ""

    def __post_init__(self) -> None:
        """Fills in missing columns and checks all of them."""
        size = len(self.op)
        for column in ("shape", "params", "flops", "module"):
            if len(getattr(self, column)) == 0:
                object.__setattr__(self, column, np.zeros(size, np.int64))
            elif len(getattr(self, column)) != size:
                raise InvalidGraph(f"column {column!r} has {len(getattr(self, column))} entries for {size} ops", column)
        for column, table in (("op", self.op_table), ("shape", self.shape_table), ("module", self.module_table)):
            _check_range(column, getattr(self, column), len(table))
        for column in ("params", "flops"):
            if size and getattr(self, column).min() < 0:
                raise InvalidGraph(f"column {column!r} has a negative entry", column)
        object.__setattr__(self, "edges", _canonical_edges(self.edges, size))

    @classmethod
    def from_columns(
        cls,
        op_table: tuple[str, ...],
        op: Ints,
        edges: Ints,
        *,
        shape_table: tuple[Shape, ...] = ((),),
        shape: Ints = NO_COLUMN,
        params: Ints = NO_COLUMN,
        flops: Ints = NO_COLUMN,
        module_table: tuple[str, ...] = ("",),
        module: Ints = NO_COLUMN,
        name: str = "",
    ) -> Self:
        """Builds a graph whose ops stand in any order: they are sorted topologically where they have to be.

        Raises:
            InvalidGraph: an index is out of range, a column has the wrong length, or there is a cycle.

        """
        size = len(op)
        edges = np.asarray(edges, np.int64).reshape(2, -1)
        _check_range("edges", edges, size)
        order = topological_order(size, edges)
        rank = np.empty(size, np.int64)
        rank[order] = np.arange(size)
        sort = {"shape": shape, "params": params, "flops": flops, "module": module}
        for column, values in sort.items():
            if len(values) not in (0, size):
                raise InvalidGraph(f"column {column!r} has {len(values)} entries for {size} ops", column)
            sort[column] = values[order] if len(values) else values
        return cls(
            op_table, op[order], rank[edges], shape_table=shape_table, module_table=module_table, name=name, **sort
        )

    @classmethod
    def from_ops(
        cls,
        ops: Sequence[str],
        edges: Iterable[tuple[int, int]],
        *,
        shapes: Sequence[Shape] = (),
        params: Sequence[int] = (),
        flops: Sequence[int] = (),
        modules: Sequence[str] = (),
        name: str = "",
    ) -> Self:
        """Builds a graph from one entry per op; the same rules as in `from_columns`."""
        op_table, op = intern(ops)
        shape_table, shape = intern(shapes) if shapes else (((),), NO_COLUMN)
        module_table, module = intern(modules) if modules else (("",), NO_COLUMN)
        return cls.from_columns(
            op_table,
            op,
            np.array(list(edges), np.int64).reshape(-1, 2).T,
            shape_table=shape_table,
            shape=shape,
            params=np.array(params, np.int64),
            flops=np.array(flops, np.int64),
            module_table=module_table,
            module=module,
            name=name,
        )

    def __len__(self) -> int:
        """Number of ops V."""
        return len(self.op)

    @property
    def ops(self) -> list[str]:
        """Op name of each op."""
        return [self.op_table[index] for index in self.op]

    @property
    def shapes(self) -> list[Shape]:
        """Output shape of each op."""
        return [self.shape_table[index] for index in self.shape]

    @property
    def modules(self) -> list[str]:
        """Module path of each op."""
        return [self.module_table[index] for index in self.module]

    def subgraph(self, nodes: Ints, name: str = "") -> Graph:
        """The graph induced by `nodes`, (N,) distinct op indices; they are renumbered in ascending order.

        Costs O(V + E); to cut many small graphs out of a large one, slice the edges first.
        """
        nodes = np.sort(np.asarray(nodes, np.int64))
        rank = np.full(len(self), -1, np.int64)
        rank[nodes] = np.arange(len(nodes))
        inside = rank[self.edges]
        return self.restrict(nodes, inside[:, (inside >= 0).all(axis=0)], name)

    def restrict(self, nodes: Ints, edges: Ints, name: str = "") -> Graph:
        """The graph of `nodes` (N,) in ascending order with `edges` (2, M) given in the new numbering. O(N + M)."""
        op_table, op = _compact(self.op_table, self.op[nodes])
        shape_table, shape = _compact(self.shape_table, self.shape[nodes])
        module_table, module = _compact(self.module_table, self.module[nodes])
        return Graph(
            op_table, op, edges, shape_table, shape, self.params[nodes], self.flops[nodes], module_table, module, name
        )


def topological_order(size: int, edges: Ints) -> Ints:
    """Indices of `size` ops so that every edge of `edges` (2, E) leads forward; the smallest index first where free.

    Raises:
        InvalidGraph: the edges have a cycle; the message names the ops on one.

    """
    if edges.shape[1] == 0 or bool((edges[0] < edges[1]).all()):
        return np.arange(size)
    children: list[list[int]] = [[] for _ in range(size)]
    waiting = np.bincount(edges[1], minlength=size).tolist()
    for source, target in edges.T.tolist():
        children[source].append(target)
    ready = [node for node in range(size) if waiting[node] == 0]
    order: list[int] = []
    while ready:
        node = heapq.heappop(ready)
        order.append(node)
        for child in children[node]:
            waiting[child] -= 1
            if waiting[child] == 0:
                heapq.heappush(ready, child)
    if len(order) < size:
        raise InvalidGraph(f"the graph has a cycle: {_name_cycle(children, waiting)}", "edges")
    return np.array(order, np.int64)


def _name_cycle(children: list[list[int]], waiting: list[int]) -> str:
    """One cycle among the ops that still wait, as "3 -> 7 -> 3"; long ones are cut short."""
    parents: dict[int, int] = {}
    for source, targets in enumerate(children):
        if waiting[source] > 0:
            parents.update((target, source) for target in targets if waiting[target] > 0)
    node = next(iter(parents))
    seen: dict[int, int] = {}
    path: list[int] = []
    while node not in seen:
        seen[node] = len(path)
        path.append(node)
        node = parents[node]
    cycle = [*path[seen[node] :], node][::-1]
    shown = [str(index) for index in (cycle if len(cycle) <= 12 else [*cycle[:10], cycle[-1]])]
    if len(cycle) > 12:
        shown.insert(10, "...")
    return " -> ".join(shown)


def _canonical_edges(edges: Ints, size: int) -> Ints:
    """`edges` as a (2, E) array, checked, without doubles, sorted by consumer, then producer."""
    edges = np.asarray(edges, np.int64).reshape(2, -1)
    _check_range("edges", edges, size)
    backward = np.flatnonzero(edges[0] >= edges[1])
    if len(backward):
        source, target = edges[:, backward[0]].tolist()
        raise InvalidGraph(
            f"edge {source} -> {target} does not lead forward: ops must stand in a topological order", "edges"
        )
    keys = np.unique(edges[1] * max(size, 1) + edges[0])
    return np.stack([keys % max(size, 1), keys // max(size, 1)])


def _check_range(column: str, values: Ints, size: int) -> None:
    """Raises InvalidGraph when an entry of `values` is not an index below `size`."""
    outside = np.flatnonzero((values < 0) | (values >= size))
    if len(outside):
        raise InvalidGraph(f"column {column!r} holds index {values.flat[outside[0]]}, but only {size} exist", column)


def intern(values: Iterable[T]) -> tuple[tuple[T, ...], Ints]:
    """The distinct values in the order of first use, and each entry's index among them."""
    index: dict[T, int] = {}
    column = [index.setdefault(value, len(index)) for value in values]
    return tuple(index), np.array(column, np.int64)


def _compact(table: tuple[T, ...], column: Ints) -> tuple[tuple[T, ...], Ints]:
    """`table` cut down to what `column` refers to."""
    used, column = np.unique(column, return_inverse=True)
    return tuple(table[index] for index in used.tolist()), column
