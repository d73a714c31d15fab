"""Graphs as JSON files: the columns of `nar.Graph` under their own names."""

from __future__ import annotations

import json

import numpy as np

from nar.errors import InvalidGraph
from nar.graph import Graph

_COLUMNS = ("op", "shape", "params", "flops", "module")


def dumps(graph: Graph) -> str:
    """The text of `graph`."""
    columns = {name: getattr(graph, name).tolist() for name in _COLUMNS}
    tables = {"op_table": graph.op_table, "shape_table": graph.shape_table, "module_table": graph.module_table}
    return json.dumps({"name": graph.name, **tables, **columns, "edges": graph.edges.tolist()})


def is_graph(text: str) -> bool:
    """Whether a JSON text is one of `dumps`, rather than a config.json."""
    return '"op_table"' in text


def loads(text: str) -> Graph:
    """The graph of a text that `dumps` wrote.

    Raises:
        InvalidGraph: it is not such a text, or the graph is not valid.

    """
    try:
        fields = json.loads(text)
        columns = {name: np.array(fields.get(name, ()), np.int64) for name in _COLUMNS}
        op = columns.pop("op")
        return Graph.from_columns(
            tuple(map(str, fields["op_table"])),
            op,
            np.array(fields["edges"], np.int64),
            shape_table=tuple(map(tuple, fields.get("shape_table", ((),)))),
            module_table=tuple(map(str, fields.get("module_table", ("",)))),
            name=str(fields.get("name", "")),
            **columns,
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidGraph(f"this is no graph in JSON: {type(error).__name__}: {error}", "graph") from error
