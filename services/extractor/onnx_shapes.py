"""Shapes of what ONNX nodes make, node by node, by the inference that belongs to the operator's definition."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, TypeProto, helper, numpy_helper, shape_inference

from nar.graph import Shape

MAX_RANK = 16


class ShapeInference:
    """Infers one node at a time: this costs some 20 microseconds a node, and a node that fails spoils no other.

    The inference is native code: run it in a limited child process.
    """

    def __init__(self, model: ModelProto) -> None:
        self._versions = {_domain(entry.domain): int(entry.version) for entry in model.opset_import}
        self._imports = list(model.opset_import)
        self._ir_version = int(model.ir_version)

    def outputs(
        self, node: NodeProto, types: Sequence[TypeProto | None], values: Sequence[NDArray[Any] | None]
    ) -> dict[str, TypeProto]:
        """Types of the outputs of `node` by name; what cannot be inferred is missing.

        Args:
            node: the node.
            types: per input, its type; None where it is absent or not known.
            values: per input, its value where it is a known constant.
        """
        found = schema(node.op_type, self._versions.get(_domain(node.domain), 0), _domain(node.domain))
        if found is None:
            return {}
        known = {name: kind for name, kind in zip(node.input, types, strict=False) if name and kind is not None}
        data = {
            name: numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), name)
            for name, value in zip(node.input, values, strict=False)
            if name in known and value is not None
        }
        try:
            made: dict[str, TypeProto] = shape_inference.infer_node_outputs(
                found, node, known, data, opset_imports=self._imports, ir_version=self._ir_version
            )
        except (shape_inference.InferenceError, onnx.checker.ValidationError, LookupError, TypeError, ValueError):
            return {}
        return made

    def input_names(self, node: NodeProto) -> tuple[str, ...]:
        """The formal names of the inputs of `node`, as the operator's definition has them."""
        found = schema(node.op_type, self._versions.get(_domain(node.domain), 0), _domain(node.domain))
        return () if found is None else _names(found)


@lru_cache(maxsize=4096)
def schema(op: str, version: int, domain: str) -> onnx.defs.OpSchema | None:
    """The definition of an operator, None where there is none."""
    try:
        return onnx.defs.get_schema(op, version or onnx.defs.onnx_opset_version(), domain)
    except (onnx.defs.SchemaError, TypeError):
        return None


def tensor_type(element: int, shape: Shape) -> TypeProto:
    """The type of a tensor; -1 is an unknown size."""
    return helper.make_tensor_type_proto(element or TensorProto.FLOAT, [None if size < 0 else size for size in shape])


def shape_of(kind: TypeProto | None) -> Shape:
    """The shape that a type tells; -1 is an unknown size, () where nothing is known."""
    if kind is None or not kind.tensor_type.HasField("shape"):
        return ()
    dims = kind.tensor_type.shape.dim[:MAX_RANK]
    return tuple(int(dim.dim_value) if dim.HasField("dim_value") else -1 for dim in dims)


def _names(found: Any) -> tuple[str, ...]:
    return tuple(item.name for item in found.inputs)


def _domain(domain: str) -> str:
    return "" if domain == "ai.onnx" else domain
