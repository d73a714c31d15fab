"""A data set on disk: one Parquet file, one row an architecture, that plain pyarrow reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nar.architecture import Architecture, Block, Fingerprint
from nar.errors import FailedPrecondition
from nar.graph import Graph

_ROWS_PER_GROUP = 500

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"doc": "library and the library's own name of the model"}),
        pa.field("library", pa.string(), metadata={"doc": "package that defines it"}),
        pa.field("library_version", pa.string()),
        pa.field(
            "family", pa.string(), metadata={"doc": "the module that defines the model's class, joined by a table"}
        ),
        pa.field("task", pa.string(), metadata={"doc": "as the Hugging Face hub names tasks; empty where unknown"}),
        pa.field("block", pa.string(), metadata={"doc": "coarse label, from the ops: cnn, attention or other"}),
        pa.field("params", pa.int64(), metadata={"doc": "learned parameters, shared ones once"}),
        pa.field("flops", pa.int64(), metadata={"doc": "of one forward pass at batch size 1; a multiply-add is 2"}),
        pa.field("ops", pa.int32(), metadata={"doc": "nodes of the graph"}),
        pa.field("edges", pa.int32()),
        pa.field("topology", pa.string(), metadata={"doc": "fingerprint of ops and edges"}),
        pa.field("exact", pa.string(), metadata={"doc": "fingerprint of ops, edges, shapes and parameters"}),
        pa.field("aliases", pa.list_(pa.string()), metadata={"doc": "other models with the same exact fingerprint"}),
        pa.field("unknown_ops", pa.map_(pa.string(), pa.int32()), metadata={"doc": "ops that no table knows"}),
        pa.field("op_table", pa.list_(pa.string()), metadata={"doc": "distinct op names"}),
        pa.field("op", pa.list_(pa.int16()), metadata={"doc": "index into op_table of each op, in topological order"}),
        pa.field("edge_source", pa.list_(pa.int32()), metadata={"doc": "producing op of each edge"}),
        pa.field("edge_target", pa.list_(pa.int32()), metadata={"doc": "consuming op of each edge"}),
        pa.field("shape_table", pa.list_(pa.list_(pa.int64())), metadata={"doc": "distinct output shapes"}),
        pa.field("shape", pa.list_(pa.int32()), metadata={"doc": "index into shape_table of each op"}),
        pa.field("op_params", pa.list_(pa.int64()), metadata={"doc": "learned parameters of each op"}),
        pa.field("op_flops", pa.list_(pa.int64()), metadata={"doc": "floating point operations of each op"}),
    ]
)


Record = tuple[Architecture, Graph, tuple[str, ...]]
"""Metadata, graph, and the ids of other models with the same exact fingerprint."""

Records = Iterator[Record]


def write(path: Path, records: Iterable[Record], notes: dict[str, str] | None = None) -> int:
    """Writes `records` to `path`, which appears when it is whole; their number.

    Args:
        path: the Parquet file.
        records: what it shall hold; module paths are left out.
        notes: what a reader should know of the whole set, kept as the schema's metadata.
    """
    schema = SCHEMA.with_metadata(notes or {})
    unfinished = path.with_suffix(".tmp")
    count = 0
    with pq.ParquetWriter(unfinished, schema, compression="zstd", compression_level=9) as writer:
        rows: list[dict[str, Any]] = []
        for record in records:
            rows.append(_row(*record))
            count += 1
            if len(rows) == _ROWS_PER_GROUP:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema))
    unfinished.replace(path)
    return count


def read(path: Path) -> Iterator[Record]:
    """The records of a file, in its order.

    Raises:
        FailedPrecondition: it is missing, damaged or has other columns.

    """
    try:
        with pq.ParquetFile(path) as file:
            if file.schema_arrow.names != SCHEMA.names:
                raise FailedPrecondition(f"{path} has other columns than a data set of this version")
            for batch in file.iter_batches(batch_size=_ROWS_PER_GROUP):
                for row in batch.to_pylist():
                    yield _architecture(row), _graph(row), tuple(row["aliases"])
    except (OSError, pa.ArrowException) as error:
        raise FailedPrecondition(f"{path} cannot be read: {error}") from error


def _row(architecture: Architecture, graph: Graph, aliases: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": architecture.id,
        "library": architecture.library,
        "library_version": architecture.library_version,
        "family": architecture.family,
        "task": architecture.task,
        "block": architecture.block.value,
        "params": architecture.params,
        "flops": architecture.flops,
        "ops": architecture.ops,
        "edges": architecture.edges,
        "topology": architecture.fingerprint.topology,
        "exact": architecture.fingerprint.exact,
        "aliases": list(aliases),
        "unknown_ops": list(architecture.unknown_ops.items()),
        "op_table": list(graph.op_table),
        "op": graph.op,
        "edge_source": graph.edges[0],
        "edge_target": graph.edges[1],
        "shape_table": [list(shape) for shape in graph.shape_table],
        "shape": graph.shape,
        "op_params": graph.params,
        "op_flops": graph.flops,
    }


def _architecture(row: dict[str, Any]) -> Architecture:
    names = ("id", "library", "library_version", "family", "task", "params", "flops", "ops", "edges")
    return Architecture(
        name=row["id"].partition("/")[2],
        block=Block(row["block"]),
        fingerprint=Fingerprint(row["topology"], row["exact"]),
        unknown_ops=dict(row["unknown_ops"]),
        **{name: row[name] for name in names},
    )


def _graph(row: dict[str, Any]) -> Graph:
    return Graph(
        tuple(row["op_table"]),
        np.array(row["op"], np.int64),
        np.array([row["edge_source"], row["edge_target"]], np.int64).reshape(2, -1),
        shape_table=tuple(tuple(shape) for shape in row["shape_table"]),
        shape=np.array(row["shape"], np.int64),
        params=np.array(row["op_params"], np.int64),
        flops=np.array(row["op_flops"], np.int64),
        name=row["id"],
    )
