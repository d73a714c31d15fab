"""What is known about an architecture beside its graph, and how a graph is divided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from nar.graph import Graph, Ints


class Block(StrEnum):
    """What an architecture is mostly made of; computed from its ops."""

    CNN = "cnn"
    ATTENTION = "attention"
    OTHER = "other"
    UNKNOWN = ""


@dataclass(frozen=True)
class Fingerprint:
    """Order-independent certificates of a graph: 32 lower-case hexadecimal digits each."""

    topology: str
    exact: str


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Metadata of one architecture; see protos/nar/v1/architecture.proto for each field's meaning and limits."""

    name: str
    library: str
    fingerprint: Fingerprint
    params: int
    flops: int
    ops: int
    edges: int
    id: str = ""
    collection: str = "default"
    library_version: str = ""
    task: str = ""
    family: str = ""
    block: Block = Block.UNKNOWN
    labels: Mapping[str, str] = field(default_factory=dict)
    unknown_ops: Mapping[str, int] = field(default_factory=dict)
    indexed_at: datetime | None = None


@dataclass(frozen=True)
class Motif:
    """A sub-graph that instances share (Pei et al., section 3.2).

    Attributes:
        fingerprint: topology fingerprint of the sub-graph.
        name: readable, made from its ops.
        graph: the sub-graph of its first instance.
        context: the context graph of its first instance: the motif and its k-hop neighbours.

    """

    fingerprint: str
    name: str
    graph: Graph
    context: Graph


@dataclass(frozen=True, eq=False)
class Decomposition:
    """A graph of V ops divided into I motif instances of M motifs; each op belongs to exactly one instance.

    Attributes:
        fingerprint: exact fingerprint of the divided graph.
        motifs: M distinct motifs in the order of first occurrence.
        instance_motif: (I,) index into `motifs`.
        op_instance: (V,) index of the instance an op belongs to.
        edges: (2, F) macro graph: producing and consuming instance; distinct. Two instances are joined where an edge of
            the graph leads from one to the other.
        instance_params: (I,) learned parameters.
        instance_flops: (I,) floating point operations.

    """

    fingerprint: str
    motifs: tuple[Motif, ...]
    instance_motif: Ints
    op_instance: Ints
    edges: Ints
    instance_params: Ints
    instance_flops: Ints
