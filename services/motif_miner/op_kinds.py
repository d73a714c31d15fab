"""Ops of the same kind: what may be exchanged between two variants of one block."""

from __future__ import annotations

import re

import numpy as np

from nar.graph import Graph, Ints, intern

_KINDS = {
    "activation": (
        "relu relu6 gelu silu hard_swish leaky_relu elu selu celu tanh mish softplus prelu log_sigmoid hard_tanh softsign"
    ),
    "gate": "sigmoid hard_sigmoid",
    "normalisation": "batch_norm layer_norm group_norm instance_norm rms_norm normalize l2_norm local_response_norm",
    "pooling": "max_pool avg_pool lp_pool",
    "": "scale shift neg pad roll slice shuffle cast clamp",
}
_KIND_OF = {op: kind for kind, ops in _KINDS.items() for op in ops.split()}
_SIZES = re.compile(r"\d+(x\d+)*$")


def kinds(graph: Graph, *, use_op_labels: bool) -> tuple[Ints, Ints]:
    """The kind (V,) of each op, as a small number, and whether (V,) it weighs 1 or 0 when two sub-graphs are compared.

    A convolution is one kind whatever its kernel (depthwise ones are another), an activation is one kind whatever its
    function. Ops that only shift, scale or move weigh nothing: variants of one block differ in them. Without op labels
    all ops are of one kind.
    """
    if not use_op_labels:
        return np.zeros(len(graph), np.int64), np.ones(len(graph), np.int64)
    names = [_kind(op) for op in graph.op_table]
    table, kind_of_op = intern(names)
    weight_of_kind = np.array([int(name != "") for name in table], np.int64)
    kind = kind_of_op[graph.op]
    return kind, weight_of_kind[kind]


def _kind(op: str) -> str:
    if op in _KIND_OF:
        return _KIND_OF[op]
    stem = _SIZES.sub("", op)
    return "conv" if stem == "gconv" else stem or op
