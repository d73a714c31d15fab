"""Between the domain types and their protobuf messages.

Decoding trusts nothing: whatever arrives is checked by the constructors, which raise InvalidInput naming the field.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import numpy as np

from nar.architecture import Architecture, Block, Decomposition, Fingerprint, Motif
from nar.errors import InvalidGraph, InvalidInput
from nar.graph import Graph, Ints
from nar.v1 import architecture_pb2, graph_pb2, motif_miner_pb2

_BLOCKS = {
    Block.UNKNOWN: architecture_pb2.BLOCK_UNSPECIFIED,
    Block.CNN: architecture_pb2.BLOCK_CNN,
    Block.ATTENTION: architecture_pb2.BLOCK_ATTENTION,
    Block.OTHER: architecture_pb2.BLOCK_OTHER,
}
_BLOCK_OF_NUMBER = {int(number): block for block, number in _BLOCKS.items()}

MAX_OPS = 2_000_000
MAX_EDGES = 8_000_000
MAX_RANK = 16


def graph_to_proto(graph: Graph) -> graph_pb2.Graph:
    """The message of `graph`; columns that say nothing are left empty."""
    return graph_pb2.Graph(
        name=graph.name,
        op_table=graph.op_table,
        op=graph.op.tolist(),
        shape_table=[graph_pb2.Shape(dims=shape) for shape in graph.shape_table],
        shape=graph.shape.tolist(),
        params=graph.params.tolist() if graph.params.any() else [],
        flops=graph.flops.tolist() if graph.flops.any() else [],
        module_table=graph.module_table,
        module=graph.module.tolist() if len(graph.module_table) > 1 else [],
        edge_source=graph.edges[0].tolist(),
        edge_target=graph.edges[1].tolist(),
    )


def graph_from_proto(message: graph_pb2.Graph) -> Graph:
    """The graph of `message`; ops that do not stand in topological order are sorted.

    Raises:
        InvalidGraph: no ops, too many ops or edges, columns of unequal length, an index out of range, or a cycle.

    """
    size = len(message.op)
    if size == 0:
        raise InvalidGraph("the graph has no ops", "op")
    if size > MAX_OPS or len(message.edge_source) > MAX_EDGES:
        raise InvalidGraph(f"the graph has more than {MAX_OPS} ops or {MAX_EDGES} edges", "op")
    if len(message.edge_source) != len(message.edge_target):
        raise InvalidGraph("edge_source and edge_target differ in length", "edge_target")
    if any(len(shape.dims) > MAX_RANK for shape in message.shape_table):
        raise InvalidGraph(f"a shape has more than {MAX_RANK} dimensions", "shape_table")
    return Graph.from_columns(
        tuple(message.op_table),
        ints(message.op),
        np.array([message.edge_source, message.edge_target], np.int64),
        shape_table=tuple(tuple(shape.dims) for shape in message.shape_table) or ((),),
        shape=ints(message.shape),
        params=ints(message.params),
        flops=ints(message.flops),
        module_table=tuple(message.module_table) or ("",),
        module=ints(message.module),
        name=message.name,
    )


def fingerprint_to_proto(fingerprint: Fingerprint) -> architecture_pb2.Fingerprint:
    """The message of `fingerprint`."""
    return architecture_pb2.Fingerprint(topology=fingerprint.topology, exact=fingerprint.exact)


def architecture_to_proto(architecture: Architecture) -> architecture_pb2.Architecture:
    """The message of `architecture`."""
    message = architecture_pb2.Architecture(
        id=architecture.id,
        collection=architecture.collection,
        name=architecture.name,
        library=architecture.library,
        library_version=architecture.library_version,
        task=architecture.task,
        family=architecture.family,
        block=_BLOCKS[architecture.block],
        params=architecture.params,
        flops=architecture.flops,
        ops=architecture.ops,
        edges=architecture.edges,
        fingerprint=fingerprint_to_proto(architecture.fingerprint),
        labels=architecture.labels,
        unknown_ops=architecture.unknown_ops,
    )
    if architecture.indexed_at is not None:
        message.indexed_at.FromDatetime(architecture.indexed_at)
    return message


def architecture_from_proto(message: architecture_pb2.Architecture) -> Architecture:
    """The architecture of `message`."""
    return Architecture(
        id=message.id,
        collection=message.collection or "default",
        name=message.name,
        library=message.library,
        library_version=message.library_version,
        task=message.task,
        family=message.family,
        block=_BLOCK_OF_NUMBER.get(message.block, Block.UNKNOWN),
        params=message.params,
        flops=message.flops,
        ops=message.ops,
        edges=message.edges,
        fingerprint=Fingerprint(message.fingerprint.topology, message.fingerprint.exact),
        labels=dict(message.labels),
        unknown_ops=dict(message.unknown_ops),
        indexed_at=message.indexed_at.ToDatetime(tzinfo=UTC) if message.HasField("indexed_at") else None,
    )


def decomposition_to_proto(decomposition: Decomposition) -> motif_miner_pb2.Decomposition:
    """The message of `decomposition`."""
    return motif_miner_pb2.Decomposition(
        fingerprint=decomposition.fingerprint,
        motifs=[
            motif_miner_pb2.Motif(
                fingerprint=motif.fingerprint,
                name=motif.name,
                graph=graph_to_proto(motif.graph),
                context=graph_to_proto(motif.context),
            )
            for motif in decomposition.motifs
        ],
        instance_motif=decomposition.instance_motif.tolist(),
        op_instance=decomposition.op_instance.tolist(),
        edge_source=decomposition.edges[0].tolist(),
        edge_target=decomposition.edges[1].tolist(),
        instance_params=decomposition.instance_params.tolist(),
        instance_flops=decomposition.instance_flops.tolist(),
    )


def decomposition_from_proto(message: motif_miner_pb2.Decomposition) -> Decomposition:
    """The decomposition of `message`.

    Raises:
        InvalidInput: there are no motif instances, or columns disagree or hold an index that is out of range.

    """
    instances = len(message.instance_motif)
    if instances == 0:
        raise InvalidInput("the decomposition has no motif instances", "instance_motif")
    if not len(message.edge_source) == len(message.edge_target):
        raise InvalidInput("edge_source and edge_target differ in length", "edge_target")
    for column in ("instance_params", "instance_flops"):
        if len(getattr(message, column)) != instances:
            raise InvalidInput(f"column {column!r} does not have one entry for each instance", column)
    limits = {"op_instance": instances, "edge_source": instances, "edge_target": instances}
    for column, limit in {**limits, "instance_motif": len(message.motifs)}.items():
        if max(getattr(message, column), default=-1) >= limit:
            raise InvalidInput(f"column {column!r} holds an index that is out of range", column)
    return Decomposition(
        fingerprint=message.fingerprint,
        motifs=tuple(_motif_from_proto(motif) for motif in message.motifs),
        instance_motif=ints(message.instance_motif),
        op_instance=ints(message.op_instance),
        edges=np.array([message.edge_source, message.edge_target], np.int64),
        instance_params=ints(message.instance_params),
        instance_flops=ints(message.instance_flops),
    )


def _motif_from_proto(message: motif_miner_pb2.Motif) -> Motif:
    graph = graph_from_proto(message.graph)
    # Only training reads the context graph: whoever wants an embedding may leave it out.
    context = graph_from_proto(message.context) if message.HasField("context") else graph
    return Motif(message.fingerprint, message.name, graph, context)


def ints(values: Sequence[int]) -> Ints:
    """A repeated integer field as an array; what does not fit into 63 bits becomes the largest that does."""
    return np.array(values, np.uint64).clip(max=np.uint64(np.iinfo(np.int64).max)).astype(np.int64)
