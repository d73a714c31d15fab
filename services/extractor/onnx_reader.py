"""Reads an ONNX file as raw ops. To be run in a limited child process: shape inference is native code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, TypeProto

from nar.errors import UnsupportedSource
from services.extractor.onnx_file import default_opset, opset, parse
from services.extractor.onnx_folding import fold
from services.extractor.onnx_scopes import module_path
from services.extractor.onnx_shapes import ShapeInference, shape_of, tensor_type
from services.extractor.onnx_values import Value, attribute_value, constant, makes_floats, single, sparse
from services.extractor.raw import RawGraph, RawOp, Weight

__all__ = ["opset", "read"]

# Number of inputs that are tensors of the model; those after them configure the op, or are running statistics.
_TENSOR_INPUTS = {
    "BatchNormalization": 3,
    "Clip": 1,
    "DequantizeLinear": 1,
    "Dropout": 1,
    "Expand": 1,
    "Pad": 1,
    "QuantizeLinear": 1,
    "ReduceL1": 1,
    "ReduceL2": 1,
    "ReduceLogSumExp": 1,
    "ReduceMax": 1,
    "ReduceMean": 1,
    "ReduceMin": 1,
    "ReduceProd": 1,
    "ReduceSum": 1,
    "ReduceSumSquare": 1,
    "Reshape": 1,
    "Resize": 1,
    "Slice": 1,
    "Split": 1,
    "Squeeze": 1,
    "Tile": 1,
    "TopK": 1,
    "Unsqueeze": 1,
    "Upsample": 1,
}
_MAX_SETTING = 64


# What reading fields that contradict each other, or texts that are no texts, leads to.
_MALFORMED = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def read(data: bytes, name: str = "") -> RawGraph:
    """The ops of the ONNX model in `data`. Weights may be missing: only their shapes are needed.

    Open batch dimensions are read as 1, other open dimensions as -1.

    Raises:
        UnsupportedSource: not an ONNX model, not whole or malformed, its tensors lie in other files, or nothing in it
            depends on an input.
        LimitExceeded: too many nodes.

    """
    model = parse(data)
    try:
        return Reader(model, name).raw()
    except _MALFORMED as error:
        raise UnsupportedSource(
            f"the ONNX graph is malformed ({type(error).__name__}: {error}); onnx.checker.check_model tells where",
            "source.onnx",
        ) from error


class Reader:
    """Walks the nodes of a model in their order, and into branches and loop bodies."""

    def __init__(self, model: ModelProto, name: str) -> None:
        self._graph = model.graph
        self._name = name or model.graph.name
        self._version = str(default_opset(model))
        self._inference = ShapeInference(model)
        self._known = {value.name: value.type for value in model.graph.value_info}
        self._values: dict[str, Value] = {"": Value(None)}
        self._ops: list[RawOp] = []

    def raw(self) -> RawGraph:
        """The raw graph; raises as `read` does."""
        self._add_initialisers(self._graph)
        for value in self._graph.input:
            if value.name not in self._values:
                self._add_input(value.name, value.type)
        for node in self._graph.node:
            self._read_node(node)
        found = [self._value(value.name).operand for value in self._graph.output]
        outputs = tuple(dict.fromkeys(operand for operand in found if isinstance(operand, int)))
        if not outputs:
            raise UnsupportedSource("no output of the ONNX graph depends on one of its inputs", "source.onnx")
        return RawGraph(self._ops, outputs, "onnx", self._count_params(), self._name)

    def _value(self, name: str) -> Value:
        """The tensor of that name; one that nothing makes is a constant."""
        return self._values.get(name) or Value(Weight(shape_of(self._known.get(name))), self._known.get(name))

    def _add_input(self, name: str, kind: TypeProto) -> None:
        copy = TypeProto()
        copy.CopyFrom(kind)
        dims = copy.tensor_type.shape.dim
        if dims and not (dims[0].HasField("dim_value") and dims[0].dim_value > 0):
            dims[0].dim_value = 1
        self._ops.append(RawOp("input", (), shape_of(copy)))
        self._values[name] = Value(len(self._ops) - 1, copy)

    def _add_initialisers(self, graph: GraphProto) -> None:
        for tensor in graph.initializer:
            self._values[tensor.name] = constant(tensor, tensor.name)
        for item in graph.sparse_initializer:
            self._values[item.values.name] = sparse(item)

    def _read_node(self, node: NodeProto) -> None:
        special = {
            "Constant": self._read_constant,
            "If": self._read_branches,
            "Loop": self._read_loop,
            "Scan": self._read_scan,
        }
        if node.op_type in special and node.domain in ("", "ai.onnx"):
            special[node.op_type](node)
            return
        inputs = [self._value(name) for name in node.input]
        types = self._inference.outputs(node, [item.type for item in inputs], [item.array for item in inputs])
        attributes = {item.name: attribute_value(item) for item in node.attribute}
        made = [types.get(name) or self._known.get(name) for name in node.output]
        if node.op_type in ("Shape", "Size") or not any(isinstance(item.operand, int) for item in inputs):
            self._add_folded(node, inputs, made, attributes)
            return
        self._add_settings(node, inputs, attributes)
        operands = tuple(item.operand for item in inputs[: _TENSOR_INPUTS.get(node.op_type)])
        domain = f"{node.domain}." if node.domain not in ("", "ai.onnx") else ""
        fallback = inputs[0].type if inputs else None
        kinds = made if node.op_type == "Split" else made[:1]
        for kind in kinds or [None]:
            op = RawOp(domain + node.op_type, operands, shape_of(kind or fallback), attributes, module_path(node))
            self._ops.append(op)
        first = len(self._ops) - max(len(kinds), 1)
        for position, (name, kind) in enumerate(zip(node.output, made, strict=True)):
            # Each part of a split is an op of its own: x * sigmoid(y) of two parts is no x * sigmoid(x).
            index = first + position if node.op_type == "Split" else first
            self._values[name] = Value(index, kind or (fallback if position == 0 else None))

    def _add_folded(
        self, node: NodeProto, inputs: list[Value], types: Sequence[TypeProto | None], attributes: dict[str, Any]
    ) -> None:
        """A node of constants makes constants."""
        learned: dict[tuple[str, int], None] = {}
        if node.op_type not in ("Shape", "Size"):
            for item in inputs[: _TENSOR_INPUTS.get(node.op_type)]:
                learned.update(dict.fromkeys(item.operand.parameters if isinstance(item.operand, Weight) else ()))
        array = self._fold(node, inputs, attributes)
        for position, (name, kind) in enumerate(zip(node.output, types, strict=True)):
            value = array if position == 0 else None
            shape = tuple(value.shape) if value is not None else shape_of(kind)
            parameters = tuple(learned)
            if node.op_type == "ConstantOfShape" and math.prod(shape) > 1 and makes_floats(kind):
                # Files made small by removing their weights compute them so: they stand for parameters.
                parameters = ((name, math.prod(shape)),)
            self._values[name] = Value(Weight(shape, parameters, single(value)), kind or tensor_type(0, shape), value)

    def _fold(self, node: NodeProto, inputs: list[Value], attributes: Mapping[str, Any]) -> NDArray[Any] | None:
        if node.op_type not in ("Shape", "Size"):
            if any(name and item.array is None for name, item in zip(node.input, inputs, strict=True)):
                return None
            return fold(node.op_type, [item.array for item in inputs], attributes)
        kind = inputs[0].type if inputs else None
        shape = shape_of(kind)
        if kind is None or not kind.tensor_type.HasField("shape") or -1 in shape:
            return None
        if node.op_type == "Size":
            return np.array(math.prod(shape), np.int64)
        return np.array(shape[attributes.get("start", 0) : attributes.get("end")], np.int64)

    def _add_settings(self, node: NodeProto, inputs: list[Value], attributes: dict[str, Any]) -> None:
        """Small constants among the inputs also become attributes, under the operator's own name for the input."""
        for name, item in zip(self._inference.input_names(node), inputs, strict=False):
            if item.array is not None and item.array.size <= _MAX_SETTING and item.array.dtype.kind in "ifub":
                value = item.array.tolist()
                attributes.setdefault(name, tuple(value) if isinstance(value, list) else value)

    def _read_constant(self, node: NodeProto) -> None:
        attribute = node.attribute[0] if node.attribute else AttributeProto()
        name = node.output[0]
        if attribute.HasField("sparse_tensor"):
            self._values[name] = sparse(attribute.sparse_tensor)
        elif attribute.HasField("t"):
            self._values[name] = constant(attribute.t, name)
        else:
            value = attribute_value(attribute)
            numbers = isinstance(value, (int, float, tuple))
            array = np.array(value) if numbers else np.zeros(0)
            kind = tensor_type(TensorProto.INT64 if array.dtype.kind == "i" else TensorProto.FLOAT, array.shape)
            self._values[name] = Value(Weight(array.shape, (), single(array)), kind, array if numbers else None)

    def _read_branches(self, node: NodeProto) -> None:
        """A branch that is known to be taken stands alone; otherwise both do, and an op joins their outputs."""
        condition = self._value(node.input[0] if node.input else "")
        graphs = {attribute.name: attribute.g for attribute in node.attribute}
        known = None if condition.array is None or condition.array.size != 1 else bool(condition.array.item())
        taken = ["then_branch", "else_branch"] if known is None else ["then_branch" if known else "else_branch"]
        results = [self._read_body(graphs[branch]) for branch in taken if branch in graphs]
        for position, name in enumerate(node.output):
            items = [result[position] for result in results if position < len(result)]
            if len(items) < 2 or not any(isinstance(item.operand, int) for item in (condition, *items)):
                self._values[name] = items[0] if items else Value(Weight(()))
                continue
            operands = (condition.operand, *(item.operand for item in items))
            self._ops.append(RawOp("If", operands, shape_of(items[0].type), {}, module_path(node)))
            self._values[name] = Value(len(self._ops) - 1, items[0].type)

    def _read_loop(self, node: NodeProto) -> None:
        """The body of a loop stands once; what it carries from step to step comes from before the loop."""
        body = next((attribute.g for attribute in node.attribute if attribute.name == "body"), GraphProto())
        carried = [self._value(name) for name in node.input[2:]]
        start = [Value(Weight(()), tensor_type(TensorProto.INT64, ())), Value(Weight(()))]
        self._bind(body, [*start, *(Value(item.operand, item.type) for item in carried)])
        self._bind_outputs(node, self._read_body(body)[1:], len(carried))

    def _read_scan(self, node: NodeProto) -> None:
        """Like a loop; each step reads one slice of the scanned inputs."""
        body = next((attribute.g for attribute in node.attribute if attribute.name == "body"), GraphProto())
        scanned = next((int(attribute.i) for attribute in node.attribute if attribute.name == "num_scan_inputs"), 0)
        inputs = [self._value(name) for name in node.input]
        states = len(inputs) - scanned
        slices = [Value(item.operand, tensor_type(0, shape_of(item.type)[1:])) for item in inputs[states:]]
        self._bind(body, [*(Value(item.operand, item.type) for item in inputs[:states]), *slices])
        self._bind_outputs(node, self._read_body(body), states)

    def _bind(self, body: GraphProto, values: Sequence[Value]) -> None:
        for declared, value in zip(body.input, values, strict=False):
            self._values[declared.name] = value

    def _bind_outputs(self, node: NodeProto, results: list[Value], states: int) -> None:
        for position, (name, item) in enumerate(zip(node.output, results, strict=False)):
            kind = item.type if position < states else tensor_type(0, (-1, *shape_of(item.type)))
            self._values[name] = Value(item.operand, kind)

    def _read_body(self, graph: GraphProto) -> list[Value]:
        """Reads the nodes of an inner graph; what its outputs are."""
        self._add_initialisers(graph)
        self._known.update((value.name, value.type) for value in graph.value_info)
        for node in graph.node:
            self._read_node(node)
        return [self._value(value.name) for value in graph.output]

    def _count_params(self) -> int:
        """Elements of the distinct learned tensors that ops read."""
        learned: dict[str, int] = {}
        for op in self._ops:
            for operand in op.operands:
                if isinstance(operand, Weight):
                    learned.update(operand.parameters)
        return min(sum(learned.values()), np.iinfo(np.int64).max)
