"""The passes, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nar.errors import InvalidInput
from nar.graph import Graph
from services.extractor.canonical.activations import fuse_activations
from services.extractor.canonical.affine import fold_affine
from services.extractor.canonical.arithmetic import normalise_arithmetic
from services.extractor.canonical.assembly import assemble
from services.extractor.canonical.attention import fuse_attention
from services.extractor.canonical.contraction import contract
from services.extractor.canonical.head import drop_final_softmax, linear_head
from services.extractor.canonical.normalisation import fuse_normalisation
from services.extractor.canonical.rotary import fuse_rotary
from services.extractor.canonical.sharing import share_equal
from services.extractor.canonical.shuffle import mark_channel_shuffles
from services.extractor.net import Net
from services.extractor.raw import RawGraph
from services.extractor.tables.aten import ATEN
from services.extractor.tables.builder import Builder, Rule
from services.extractor.tables.onnx import ONNX

TABLES: Mapping[str, Mapping[str, Rule | str]] = {"aten": ATEN, "onnx": ONNX}

PASSES: tuple[Callable[[Net], None], ...] = (
    share_equal,
    normalise_arithmetic,
    fuse_normalisation,
    fold_affine,
    fuse_activations,
    fuse_rotary,
    fuse_attention,
    contract,
    drop_final_softmax,
    linear_head,
)


@dataclass(frozen=True)
class CanonicalGraph:
    """A graph of canonical ops.

    Attributes:
        graph: the graph.
        unknown_ops: ops that no table knows, by the name that the source gave them, with their number; they stand in
            the graph under that name.
    """

    graph: Graph
    unknown_ops: Mapping[str, int]


def canonicalise(raw: RawGraph) -> CanonicalGraph:
    """The canonical graph of `raw`. Near linear in the number of ops.

    Raises:
        InvalidInput: no table translates `raw.source`.
        InvalidGraph: nothing reaches an output.

    """
    table = TABLES.get(raw.source)
    if table is None:
        raise InvalidInput(
            f"no table translates the ops of source {raw.source!r}; known are {sorted(TABLES)}", "source"
        )
    mark_channel_shuffles(raw)
    builder = Builder(raw, table)
    net = Net(builder.nodes, [builder.results[output] for output in raw.outputs])
    for rewrite in PASSES:
        rewrite(net)
        net.settle()
    unknown = Counter(net.nodes[index].op for index in net.living() if not net.nodes[index].known)
    return CanonicalGraph(assemble(net, raw.name), dict(unknown))
