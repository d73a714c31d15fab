"""Reads an ONNX file as raw ops. To be run in a limited child process: the shape inference is native code."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, numpy_helper

from nar.errors import LimitExceeded, UnsupportedSource
from nar.graph import Shape
from services.extractor.raw import Operand, RawGraph, RawOp, Weight

MAX_NODES = 2_000_000

_FLOATS = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE}
_FLOATS |= {TensorProto.INT8, TensorProto.UINT8}

# First bytes of files that are not ONNX, and what they are.
_MAGIC = {
    b"PK\x03\x04": "a zip archive (.pt, .pth, .pt2 and .npz files are such)",
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"\x89HDF": "an HDF5 file",
    b"GGUF": "a GGUF file",
    b"\x1f\x8b": "a gzip archive",
}


def read(data: bytes, name: str = "") -> RawGraph:
    """The ops of the ONNX model `data`. Weights may be missing: only their shapes are read.

    Raises:
        UnsupportedSource: not an ONNX model, truncated, or its tensors lie in other files.
        LimitExceeded: more than MAX_NODES nodes.
    """
    return Reader(parse(data), name).raw()


def opset(data: bytes) -> int:
    """Version of the default operator set of the ONNX model `data`; 0 where it names none."""
    return next((entry.version for entry in parse(data).opset_import if entry.domain in ("", "ai.onnx")), 0)


def parse(data: bytes) -> ModelProto:
    """The checked message; raises as `read` does."""
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise UnsupportedSource(
                f"the upload is {what}, not ONNX; such files can run code and are never opened. Export the model with "
                "torch.onnx.export, or trace it with nar.trace",
                "onnx",
            )
    model = ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as error:
        raise UnsupportedSource(
            f"the upload ({len(data):,} bytes) is not a whole ONNX file: {error}; was it truncated?", "onnx"
        ) from error
    if not model.graph.node:
        raise UnsupportedSource(f"the upload ({len(data):,} bytes) is no ONNX model: it has no nodes", "onnx")
    if len(model.graph.node) > MAX_NODES:
        raise LimitExceeded(f"the ONNX graph has {len(model.graph.node):,} nodes; the limit is {MAX_NODES:,}")
    _refuse_external_data(model.graph)
    return model


def _refuse_external_data(graph: GraphProto) -> None:
    for tensor in _tensors(graph):
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            raise UnsupportedSource(
                f"tensor {tensor.name!r} keeps its data in another file, which is never read; save the model with "
                "save_as_external_data=False, or strip its weights as nar.Client does",
                "onnx",
            )


def _tensors(graph: GraphProto) -> Iterator[TensorProto]:
    """All tensors of a graph and of the graphs inside it."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            for inner in (attribute.g, *attribute.graphs):
                yield from _tensors(inner)


class Reader:
    """Walks the nodes of a model in their order."""

    def __init__(self, model: ModelProto, name: str) -> None:
        if model.functions:
            model = onnx.inliner.inline_local_functions(model)
        _fix_batch(model.graph)
        self._graph = _infer_shapes(model).graph
        self._name = name or self._graph.name
        self._shapes = {value.name: _shape_of(value) for value in self._values()}
        self._tensors: dict[str, Operand] = {"": None}
        self._ops: list[RawOp] = []
        self._params: dict[str, int] = {}

    def raw(self) -> RawGraph:
        """The raw graph."""
        for tensor in self._graph.initializer:
            self._tensors[tensor.name] = self._weight(tensor, learned=tensor.data_type in _FLOATS)
        for value in self._graph.input:
            if value.name not in self._tensors:
                self._add(value.name, RawOp("input", (), self._shapes.get(value.name, ())))
        for node in self._graph.node:
            self._read_node(node)
        outputs = (self._tensors.get(value.name) for value in self._graph.output)
        found = tuple(dict.fromkeys(output for output in outputs if isinstance(output, int)))
        if not found:
            raise UnsupportedSource("no output of the ONNX graph depends on its inputs", "onnx")
        return RawGraph(self._ops, found, "onnx", self._count_params(), self._name)

    def _values(self) -> Iterator[Any]:
        yield from self._graph.value_info
        yield from self._graph.input
        yield from self._graph.output

    def _add(self, name: str, op: RawOp) -> None:
        self._ops.append(op)
        self._tensors[name] = len(self._ops) - 1

    def _weight(self, tensor: TensorProto, *, learned: bool) -> Weight:
        shape = tuple(tensor.dims)
        size = math.prod(shape)
        return Weight(shape, ((tensor.name, size),) if learned and size > 1 else (), _scalar(tensor, size))

    def _read_node(self, node: NodeProto) -> None:
        outputs = [name for name in node.output if name]
        if not outputs:
            return
        shape = self._shapes.get(outputs[0], ())
        if node.op_type == "Constant":
            self._tensors[outputs[0]] = self._constant(node)
            return
        if node.op_type == "ConstantOfShape" and math.prod(shape) > 1:
            # Files whose weights were removed to make them small compute them so: they stand for parameters.
            self._tensors[outputs[0]] = Weight(shape, ((outputs[0], math.prod(shape)),))
            return
        operands = tuple(self._tensors.get(name) for name in (*node.input, *_captured(node)))
        attributes = {item.name: _attribute(item) for item in node.attribute}
        domain = f"{node.domain}." if node.domain not in ("", "ai.onnx") else ""
        self._add(outputs[0], RawOp(domain + node.op_type, operands, shape, attributes, module_path(node)))
        for name in outputs[1:]:
            self._tensors[name] = self._tensors[outputs[0]]

    def _constant(self, node: NodeProto) -> Weight:
        attribute = node.attribute[0]
        if attribute.HasField("t"):
            return self._weight(attribute.t, learned=False)
        value = _attribute(attribute)
        if isinstance(value, (int, float)):
            return Weight((), (), float(value))
        return Weight((len(value),) if isinstance(value, tuple) else ())

    def _count_params(self) -> int:
        """Elements of the learned tensors that some op reads; running statistics of a batch norm are not learned."""
        counted: dict[str, int] = {}
        for op in self._ops:
            operands = op.operands[:3] if op.name == "BatchNormalization" else op.operands
            for operand in operands:
                if isinstance(operand, Weight):
                    counted.update(operand.parameters)
        return sum(counted.values())


def module_path(node: NodeProto) -> str:
    """Path of the module that an exporter of torch wrote down for `node`, "" where there is none."""
    for entry in node.metadata_props:
        if entry.key == "pkg.torch.onnx.name_scopes":
            try:
                scopes = ast.literal_eval(entry.value)
            except (ValueError, SyntaxError):
                return ""
            return str(scopes[-2]) if isinstance(scopes, list) and len(scopes) > 1 else ""
    if not node.name.startswith("/"):
        return ""
    path: list[str] = []
    for scope in node.name.split("/")[1:-1]:
        # A child of a sequence is written with its parent's name: /layer1/layer1.0/conv1.
        if path and scope.startswith(f"{path[-1]}."):
            path[-1] = scope
        else:
            path.append(scope)
    return ".".join(path)


def _captured(node: NodeProto) -> list[str]:
    """Names that the graphs inside `node` take from around it."""
    names: list[str] = []
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            made = {name for inner in graph.node for name in inner.output} | {value.name for value in graph.input}
            made |= {tensor.name for tensor in graph.initializer}
            wanted = [name for inner in graph.node for name in (*inner.input, *_captured(inner))]
            wanted += [value.name for value in graph.output]
            names.extend(name for name in wanted if name not in made)
    return list(dict.fromkeys(names))


def _attribute(attribute: AttributeProto) -> Any:
    """The value of `attribute`: a number, a text or a tuple of them; None for tensors and graphs."""
    if attribute.type == AttributeProto.INT:
        return attribute.i
    if attribute.type == AttributeProto.FLOAT:
        return attribute.f
    if attribute.type == AttributeProto.STRING:
        return attribute.s.decode(errors="replace")
    if attribute.type == AttributeProto.INTS:
        return tuple(attribute.ints)
    if attribute.type == AttributeProto.FLOATS:
        return tuple(attribute.floats)
    return None


def _scalar(tensor: TensorProto, size: int) -> float | None:
    """The value of a tensor of one element, None where it was stripped."""
    if size != 1:
        return None
    try:
        return float(numpy_helper.to_array(tensor).reshape(-1)[0])
    except (ValueError, TypeError, IndexError):
        return None


def _fix_batch(graph: GraphProto) -> None:
    """Gives the batch dimension of every input the size 1, where it is open."""
    for value in graph.input:
        dims = value.type.tensor_type.shape.dim
        if dims and not dims[0].HasField("dim_value"):
            dims[0].dim_value = 1


def _infer_shapes(model: ModelProto) -> ModelProto:
    """`model` with the shapes of all tensors that inference can tell."""
    for output in model.graph.output:
        dims = output.type.tensor_type.shape.dim
        if dims and not dims[0].HasField("dim_value"):
            dims[0].ClearField("dim_param")
    try:
        return onnx.shape_inference.infer_shapes(model, data_prop=True)
    except (onnx.shape_inference.InferenceError, RuntimeError, ValueError):
        return model


def _shape_of(value: Any) -> Shape:
    dims = value.type.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else -1 for dim in dims)
