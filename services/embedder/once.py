"""Work that depends on a graph alone is done once, for as long as the graph lives."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from nar.graph import Graph

P = ParamSpec("P")
T = TypeVar("T")


def once_per_graph(function: Callable[Concatenate[Graph, P], T]) -> Callable[Concatenate[Graph, P], T]:
    """`function` of a graph and of plain values, whose results are kept with the graph."""
    known: WeakKeyDictionary[Graph, dict[object, T]] = WeakKeyDictionary()

    def wrapped(graph: Graph, /, *args: P.args, **kwargs: P.kwargs) -> T:
        results = known.setdefault(graph, {})
        key = (args, tuple(sorted(kwargs.items())))
        if key not in results:
            results[key] = function(graph, *args, **kwargs)
        return results[key]

    update_wrapper(wrapped, function)
    return wrapped
