"""What the end of a network has only where its exporter wanted it."""

from __future__ import annotations

from services.extractor.net import Net


def drop_final_softmax(net: Net) -> None:
    """Whether a classifier ends with a softmax depends on who reads it, not on how the network is built."""
    for output in list(net.outputs):
        node = net.nodes[output]
        if node.op in ("softmax", "log_softmax") and net.readers(output) == [-1]:
            net.replace(output, node.inputs[0])
