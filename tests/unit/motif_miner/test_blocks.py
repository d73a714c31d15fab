"""Motifs are the blocks of real designs: stages, variants of a block, shared masks, encoder and decoder."""

from collections import Counter

import numpy as np
import pytest

from nar.fingerprint import topology_fingerprint
from nar.graph import Graph
from services.motif_miner import MiningOptions, Neighbours, mine
from services.motif_miner.encoding import op_labels
from services.motif_miner.ordering import canonical_order
from services.motif_miner.quality import agreement


class Builder:
    """Adds ops one after the other and remembers which block each belongs to; each stage has channels of its own."""

    def __init__(self) -> None:
        self.channels = 64
        self.shapes: list[tuple[int, ...]] = []
        self.ops: list[str] = []
        self.edges: list[tuple[int, int]] = []
        self.blocks: list[int] = []
        self.block = 0

    def add(self, op: str, *parents: int) -> int:
        self.ops.append(op)
        self.blocks.append(self.block)
        self.shapes.append((1, self.channels))
        self.edges += [(parent, len(self.ops) - 1) for parent in parents]
        return len(self.ops) - 1

    def chain(self, ops: str, tensor: int) -> int:
        for op in ops.split():
            tensor = self.add(op, tensor)
        return tensor

    def graph(self) -> Graph:
        return Graph.from_ops(self.ops, self.edges, shapes=self.shapes)


def resnet(depths: tuple[int, ...]) -> Builder:
    """Bottlenecks; the first of a stage has a convolution in its shortcut."""
    net = Builder()
    tensor = net.chain("conv7x7 relu max_pool", net.add("input"))
    for depth in depths:
        net.channels *= 2
        for place in range(depth):
            net.block += 1
            shortcut = net.add("conv1x1", tensor) if place == 0 else tensor
            tensor = net.chain("conv1x1 relu conv3x3 relu conv1x1", tensor)
            tensor = net.chain("relu", net.add("add", tensor, shortcut))
    net.block += 1
    net.chain("global_avg_pool linear", tensor)
    return net


def attention(net: Builder, tensor: int, source: int, mask: int | None = None) -> int:
    """Post-norm attention of `tensor` on `source`."""
    query, key, value = net.add("linear", tensor), net.add("linear", source), net.add("linear", source)
    parents = [query, key, value] if mask is None else [query, key, value, mask]
    mixed = net.chain("linear", net.add("attention", *parents))
    return net.chain("layer_norm", net.add("add", tensor, mixed))


def feed_forward(net: Builder, tensor: int) -> int:
    return net.chain("layer_norm", net.add("add", tensor, net.chain("linear gelu linear", tensor)))


def bert(layers: int) -> Builder:
    """A post-norm encoder whose attention mask comes from an input of its own."""
    net = Builder()
    mask = net.chain("unsqueeze sub mul", net.add("input"))
    tensor = net.chain("embedding layer_norm", net.add("input"))
    for _ in range(layers):
        net.block += 1
        tensor = feed_forward(net, attention(net, tensor, tensor, mask))
    net.block += 1
    net.chain("linear tanh", tensor)
    return net


def encoder_decoder(layers: int) -> Builder:
    net = Builder()
    memory = net.chain("embedding layer_norm", net.add("input"))
    for _ in range(layers):
        net.block += 1
        memory = feed_forward(net, attention(net, memory, memory))
    net.block += 1
    tensor = net.chain("embedding layer_norm", net.add("input"))
    for _ in range(layers):
        net.block += 1
        tensor = attention(net, tensor, tensor)
        tensor = feed_forward(net, attention(net, tensor, memory))
    return net


def dense(depth: int) -> Builder:
    """Dense layers: each reads all before it."""
    net = Builder()
    features = [net.chain("conv7x7 relu max_pool", net.add("input"))]
    for _ in range(depth):
        net.block += 1
        joined = net.add("concat", *features) if len(features) > 1 else features[0]
        features.append(net.chain("batch_norm relu conv1x1 relu conv3x3", joined))
    net.block += 1
    net.chain("batch_norm relu global_avg_pool linear", net.add("concat", *features))
    return net


def half_changed(stages: int) -> Builder:
    """Stages of attention and mlp; the attention that begins a stage pools on both ways."""
    net = Builder()
    tensor = net.chain("conv4x4 gelu", net.add("input"))
    for _ in range(stages):
        net.channels *= 2
        for place in range(4):
            net.block += 1
            if place == 0:
                way = net.chain("layer_norm avg_pool conv1x1 attention conv1x1", tensor)
                shortcut = net.chain("avg_pool conv1x1", tensor)
            else:
                way, shortcut = net.chain("layer_norm conv1x1 attention conv1x1", tensor), tensor
            tensor = net.add("add", shortcut, way)
            tensor = net.add("add", tensor, net.chain("layer_norm conv1x1 gelu conv1x1", tensor))
    net.block += 1
    net.chain("layer_norm linear", tensor)
    return net


def inverted() -> Builder:
    """Inverted residual blocks; those that change the resolution have no shortcut."""
    net = Builder()
    tensor = net.chain("conv3x3 relu", net.add("input"))
    for place in range(12):
        net.channels *= 1 + (place % 4 == 0)
        net.block += 1
        way = net.chain("conv1x1 relu dwconv3x3 relu conv1x1", tensor)
        tensor = way if place % 4 == 0 else net.add("add", tensor, way)
    net.block += 1
    net.chain("conv1x1 relu global_avg_pool linear", tensor)
    return net


@pytest.mark.parametrize(
    "net",
    [resnet((3, 4, 6, 3)), bert(12), half_changed(3), inverted()],
    ids=["resnet", "bert with mask", "half of the first block differs", "inverted residual"],
)
def test_blocks_are_found_exactly(net: Builder) -> None:
    found = agreement(mine(net.graph()).op_instance, np.array(net.blocks))
    assert found.boundary_f1 >= 0.95
    assert found.rand_index >= 0.97


def test_encoder_and_decoder_layers_are_one_motif_each() -> None:
    net = encoder_decoder(6)
    found = mine(net.graph())
    assert agreement(found.op_instance, np.array(net.blocks)).rand_index >= 0.97
    assert sorted(Counter(found.instance_motif.tolist()).values())[-2:] == [6, 6]


def test_dense_layers_are_instances_of_one_motif() -> None:
    found = mine(dense(16).graph())
    motif, count = Counter(found.instance_motif.tolist()).most_common(1)[0]
    assert count >= 15
    assert set(found.motifs[motif].graph.ops) == {"batch_norm", "relu", "conv1x1", "conv3x3", "concat"}


def test_a_resnet_has_two_kinds_of_blocks_in_their_numbers() -> None:
    found = mine(resnet((3, 4, 6, 3)).graph())
    counts = Counter(found.motifs[motif].name for motif in found.instance_motif.tolist())
    assert counts["conv1x1-relu-conv3x3-relu-conv1x1-add-relu"] == 12
    assert sorted(counts.values()) == [1, 1, 4, 12]


@pytest.mark.parametrize("steps", [0, 1, 3])
@pytest.mark.parametrize("neighbours", list(Neighbours))
def test_instances_of_a_motif_are_isomorphic_whatever_the_encoding(steps: int, neighbours: Neighbours) -> None:
    ops = ["input", "a", "a", "a", "add", "a", "a", "a", "add", "end"]
    # The same ops in the same order; in the second block another pair of them is joined.
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (4, 5), (5, 6), (5, 7), (6, 8), (7, 8), (4, 8), (8, 9)]
    graph = Graph.from_ops(ops, edges)
    found = mine(graph, MiningOptions(steps=steps, neighbours=neighbours))
    for instance, motif in enumerate(found.instance_motif.tolist()):
        part = graph.subgraph(np.flatnonzero(found.op_instance == instance))
        assert topology_fingerprint(part) == found.motifs[motif].fingerprint


def test_names_do_not_depend_on_the_numbering() -> None:
    edges = [(0, 1), (0, 2), (1, 3), (2, 3)]
    one = mine(Graph.from_ops(["input", "conv", "pool", "add"], edges))
    two = mine(Graph.from_ops(["input", "pool", "conv", "add"], edges))
    assert [motif.name for motif in one.motifs] == [motif.name for motif in two.motifs]


def test_a_context_graph_holds_its_motif_even_where_thousands_read_it() -> None:
    readers = 6000
    ops = ["input", *["linear"] * readers, "end"]
    edges = [(0, reader) for reader in range(1, readers + 1)] + [(readers, readers + 1)]
    for motif in mine(Graph.from_ops(ops, edges)).motifs:
        assert len(motif.graph) <= len(motif.context) <= 4_000
        assert not Counter(motif.graph.ops) - Counter(motif.context.ops)


def test_what_is_read_everywhere_stands_before_the_blocks() -> None:
    net = bert(8)
    graph = net.graph()
    labels = op_labels(graph)
    order = canonical_order(graph, labels, labels)
    place = {int(node): index for index, node in enumerate(order)}
    first_block = min(place[node] for node, block in enumerate(net.blocks) if block == 1)
    assert all(place[node] < first_block for node in range(4))
    assert all(place[source] < place[target] for source, target in graph.edges.T.tolist())


def test_macro_edges_lead_forward() -> None:
    found = mine(encoder_decoder(4).graph())
    assert (found.edges[0] < found.edges[1]).all()
