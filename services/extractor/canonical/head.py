"""The end of a network, which depends on its exporter and on its author's taste."""

from __future__ import annotations

from services.extractor.net import Net


def drop_final_softmax(net: Net) -> None:
    """Whether a classifier ends with a softmax depends on who reads it, not on how the network is built."""
    for output in list(net.outputs):
        node = net.nodes[output]
        if node.op in ("softmax", "log_softmax") and net.readers(output) == [-1]:
            net.replace(output, node.inputs[0])


def linear_head(net: Net) -> None:
    """A classifier that is a convolution over the one position that pooling left is a linear layer."""
    for output in net.outputs:
        node = net.nodes[output]
        places = node.shape[2:]
        if node.op == "conv1x1" and set(places) == {1} and net.nodes[node.inputs[0]].op == "global_avg_pool":
            node.op, node.shape = "linear", node.shape[:2]
