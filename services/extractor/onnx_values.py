"""Tensors and attributes of ONNX messages as values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from onnx import AttributeProto, SparseTensorProto, TensorProto, TypeProto

from nar.graph import Shape
from services.extractor.onnx_folding import read_tensor
from services.extractor.onnx_shapes import MAX_RANK, tensor_type
from services.extractor.raw import Operand, Weight

_LEARNED = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE}
_LEARNED |= {TensorProto.INT8, TensorProto.UINT8, TensorProto.INT4, TensorProto.UINT4}


@dataclass(slots=True)
class Value:
    """A tensor: what makes it, its type, and its value where it is a small constant."""

    operand: Operand
    type: TypeProto | None = None
    array: NDArray[Any] | None = None


def constant(tensor: TensorProto, name: str) -> Value:
    """A tensor of the file. Floats are learned; single numbers only where they are named like parameters."""
    shape: Shape = tuple(tensor.dims[:MAX_RANK])
    size = math.prod(shape)
    array = read_tensor(tensor)
    learned = tensor.data_type in _LEARNED and (size > 1 or (size == 1 and "." in name and not name.startswith("/")))
    learned = learned and not _is_mask(array)
    weight = Weight(shape, ((name, size),) if learned else (), single(array))
    return Value(weight, tensor_type(tensor.data_type, shape), array)


def _is_mask(array: NDArray[Any] | None) -> bool:
    """Whether a tensor forbids some positions of an attention and leaves the others as they are."""
    if array is None or array.size < 2 or array.dtype.kind != "f":
        return False
    forbidden = array <= -100
    return bool(forbidden.any()) and bool((forbidden | (array == 0)).all())


def sparse(tensor: SparseTensorProto) -> Value:
    """A sparse tensor of the file; what it stores is learned."""
    shape: Shape = tuple(tensor.dims[:MAX_RANK])
    name, count = tensor.values.name, math.prod(tensor.values.dims)
    return Value(Weight(shape, ((name, count),)), tensor_type(tensor.values.data_type, shape))


def single(array: NDArray[Any] | None) -> float | None:
    """The value of a constant of one element."""
    return float(array.reshape(-1)[0]) if array is not None and array.size == 1 and array.dtype.kind in "ifub" else None


def makes_floats(kind: TypeProto | None) -> bool:
    """Whether a tensor holds numbers that can be learned."""
    return kind is not None and kind.tensor_type.elem_type in _LEARNED


def attribute_value(attribute: AttributeProto) -> Any:
    """The value of an attribute: a number, a text, a tensor's value, a tuple of such; None for graphs."""
    simple = {AttributeProto.INT: "i", AttributeProto.FLOAT: "f"}
    many = {AttributeProto.INTS: "ints", AttributeProto.FLOATS: "floats"}
    if attribute.type in simple:
        return getattr(attribute, simple[attribute.type])
    if attribute.type in many:
        return tuple(getattr(attribute, many[attribute.type]))
    if attribute.type == AttributeProto.STRING:
        return attribute.s.decode(errors="replace")
    return read_tensor(attribute.t) if attribute.type == AttributeProto.TENSOR else None
