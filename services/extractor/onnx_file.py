"""From uploaded bytes to an ONNX message: refuses what is something else, is not whole, or lies in other files too."""

from __future__ import annotations

from collections.abc import Iterator

import onnx.inliner
from google.protobuf.message import DecodeError
from onnx import FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto

from nar.errors import LimitExceeded, UnsupportedSource
from nar.model_formats import refuse_other_formats

MAX_NODES = 2_000_000

_FIELD = "source.onnx"
_HINT = "export the model with torch.onnx.export, or trace it with nar.trace"


def parse(data: bytes) -> ModelProto:
    """The ONNX model in `data`, with its local functions inlined. Initialisers without data are fine.

    Raises:
        UnsupportedSource: not an ONNX model, not whole, or its tensors lie in other files.
        LimitExceeded: more than MAX_NODES nodes, counted with every call of a function.

    """
    refuse_other_formats(data[:64], "the upload")
    model = ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as error:
        raise UnsupportedSource(
            f"the {len(data):,} bytes are not a whole ONNX file: {_reason(error)}; was it truncated on its way?", _FIELD
        ) from error
    if not model.graph.node:
        raise UnsupportedSource(
            f"the {len(data):,} bytes are no ONNX model: there is no graph with nodes in them; {_HINT}", _FIELD
        )
    if not model.opset_import:
        raise UnsupportedSource("the ONNX model names no operator set (opset_import is empty): is it whole?", _FIELD)
    _check_size(model)
    _refuse_external_data(model)
    return _inline_functions(model) if model.functions else model


def opset(data: bytes) -> int:
    """Version of the default operator set of the model in `data`, 0 where it names none; raises as `parse` does."""
    return default_opset(parse(data))


def default_opset(model: ModelProto) -> int:
    """Version of the default operator set of `model`, 0 where it names none."""
    return next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)


def inner_graphs(node: NodeProto) -> Iterator[GraphProto]:
    """The graphs inside a node: branches and loop bodies."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def _reason(error: DecodeError) -> str:
    return (str(error) or "it ends too early").rstrip(".")


def _check_size(model: ModelProto) -> None:
    """Counts nodes as they would be after inlining, so that functions that call functions cannot explode."""
    sizes: dict[tuple[str, str], int] = {}
    functions = {(function.domain, function.name): function for function in model.functions}
    total = _count(model.graph.node, functions, sizes, ())
    if total > MAX_NODES:
        raise LimitExceeded(f"the ONNX model has {total:,} nodes; at most {MAX_NODES:,} are read")


def _count(
    nodes: Iterator[NodeProto] | list[NodeProto],
    functions: dict[tuple[str, str], FunctionProto],
    sizes: dict[tuple[str, str], int],
    callers: tuple[tuple[str, str], ...],
) -> int:
    total = 0
    for node in nodes:
        total += 1 + sum(_count(graph.node, functions, sizes, callers) for graph in inner_graphs(node))
        key = (node.domain, node.op_type)
        if key in functions:
            if key in callers:
                raise UnsupportedSource(f"ONNX function {node.op_type!r} calls itself", _FIELD)
            if key not in sizes:
                sizes[key] = _count(functions[key].node, functions, sizes, (*callers, key))
            total += sizes[key]
    return total


def _refuse_external_data(model: ModelProto) -> None:
    for tensor in _tensors(model):
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            raise UnsupportedSource(
                f"tensor {tensor.name!r} lies in another file (external data), which is never read: inline the weights "
                "(onnx.save with save_as_external_data=False) or strip them, as nar.Client does",
                _FIELD,
            )


def _tensors(model: ModelProto) -> Iterator[TensorProto]:
    """All tensors of a model, those inside nodes, branches and functions included."""
    nodes: list[NodeProto] = []
    graphs = [model.graph]
    for function in model.functions:
        nodes.extend(function.node)
    while graphs or nodes:
        if graphs:
            graph = graphs.pop()
            yield from graph.initializer
            for sparse in graph.sparse_initializer:
                yield sparse.values
            nodes.extend(graph.node)
        while nodes:
            node = nodes.pop()
            graphs.extend(inner_graphs(node))
            for attribute in node.attribute:
                if attribute.HasField("t"):
                    yield attribute.t
                yield from attribute.tensors


def _inline_functions(model: ModelProto) -> ModelProto:
    inlined: ModelProto = onnx.inliner.inline_local_functions(model)
    return inlined
