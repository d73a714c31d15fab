"""Values of small tensors that do not depend on the model's input: shapes, axes, scalars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[Any]
MAX_ELEMENTS = 4096


def read_tensor(tensor: TensorProto) -> Array | None:
    """The value of a small tensor; None for large ones and for those whose data was stripped."""
    size = int(np.prod(tensor.dims, dtype=np.float64)) if tensor.dims else 1
    if size > MAX_ELEMENTS or tensor.data_type == TensorProto.STRING:
        return None
    try:
        return np.asarray(numpy_helper.to_array(tensor))
    except (ValueError, TypeError, KeyError):
        return None


def fold(op: str, inputs: Sequence[Array | None], attributes: Mapping[str, Any]) -> Array | None:
    """The value of an op of constants; None where no rule tells, or where it is too large to be a shape or a scalar.

    Args:
        op: name of the operator.
        inputs: the values of its inputs by position; None where an optional one is absent.
        attributes: its attributes by name.

    """
    rule = _RULES.get(op)
    if rule is None or not inputs or inputs[0] is None:
        return None
    try:
        with np.errstate(all="ignore"):
            result = np.asarray(rule(list(inputs), attributes))
    except (ValueError, LookupError, TypeError, ArithmeticError, MemoryError):
        return None
    return result if result.size <= MAX_ELEMENTS else None


def _axes(inputs: Sequence[Any], attributes: Mapping[str, Any], position: int = 1) -> tuple[int, ...] | None:
    if len(inputs) > position and inputs[position] is not None:
        return tuple(int(axis) for axis in np.ravel(inputs[position]))
    axes = attributes.get("axes")
    return tuple(axes) if axes else None


def _unsqueeze(inputs: list[Any], attributes: Mapping[str, Any]) -> Array:
    axes = _axes(inputs, attributes) or ()
    rank = inputs[0].ndim + len(axes)
    return np.expand_dims(inputs[0], tuple(axis % rank for axis in axes))


def _slice(inputs: list[Any], attributes: Mapping[str, Any]) -> Array:
    data = inputs[0]
    starts = inputs[1] if len(inputs) > 1 else np.array(attributes["starts"])
    ends = inputs[2] if len(inputs) > 2 else np.array(attributes["ends"])
    axes = _axes(inputs, attributes, 3) or tuple(range(len(starts)))
    steps = inputs[4] if len(inputs) > 4 and inputs[4] is not None else np.ones(len(starts), np.int64)
    cut = [slice(None)] * data.ndim
    for axis, start, end, step in zip(axes, starts.tolist(), ends.tolist(), steps.tolist(), strict=False):
        # An end beyond the first element, going backwards, means "to the very start".
        cut[axis] = slice(start, None if step < 0 and end < -data.shape[axis] else end, step)
    return np.asarray(data[tuple(cut)])


def _cast(inputs: list[Any], attributes: Mapping[str, Any]) -> Array:
    return np.asarray(inputs[0].astype(helper.tensor_dtype_to_np_dtype(attributes["to"])))


def _divide(inputs: list[Any], _: Mapping[str, Any]) -> Array:
    left, right = inputs
    if np.issubdtype(left.dtype, np.integer):
        return np.asarray(np.trunc(left / right)).astype(left.dtype)
    return np.asarray(left / right)


def _fill(inputs: list[Any], attributes: Mapping[str, Any]) -> Array:
    if np.prod(inputs[0], dtype=np.float64) > MAX_ELEMENTS:
        raise ValueError("too large")
    value = attributes.get("value")
    return np.full([int(size) for size in inputs[0]], 0.0 if value is None else np.ravel(value)[0])


def _expand(inputs: list[Any], _: Mapping[str, Any]) -> Array:
    shape = np.broadcast_shapes(inputs[0].shape, tuple(int(size) for size in inputs[1]))
    if np.prod(shape, dtype=np.float64) > MAX_ELEMENTS:
        raise ValueError("too large")
    return np.broadcast_to(inputs[0], shape)


def _clip(inputs: list[Any], attributes: Mapping[str, Any]) -> Array:
    low, high = (*inputs[1:], None, None)[:2]
    low, high = attributes.get("min", low), attributes.get("max", high)
    return np.asarray(inputs[0] if low is None and high is None else np.clip(inputs[0], low, high))


def _range(inputs: list[Any], _: Mapping[str, Any]) -> Array:
    start, stop, step = (item.item() for item in inputs)
    if step == 0 or (stop - start) / step > MAX_ELEMENTS:
        raise ValueError("too large")
    return np.arange(start, stop, step)


def _reduce(function: Callable[..., Any]) -> Callable[[list[Any], Mapping[str, Any]], Any]:
    def rule(inputs: list[Any], attributes: Mapping[str, Any]) -> Any:
        return function(inputs[0], axis=_axes(inputs, attributes), keepdims=bool(attributes.get("keepdims", 1)))

    return rule


def _unary(function: Callable[..., Any]) -> Callable[[list[Any], Mapping[str, Any]], Any]:
    return lambda inputs, _: function(inputs[0]).astype(inputs[0].dtype)


def _plain(function: Callable[..., Any]) -> Callable[[list[Any], Mapping[str, Any]], Any]:
    return lambda inputs, _: function(*inputs)


_RULES: dict[str, Callable[[list[Any], Mapping[str, Any]], Any]] = {
    "Identity": lambda inputs, _: inputs[0],
    "Cast": _cast,
    "CastLike": lambda inputs, _: inputs[0].astype(inputs[1].dtype),
    "Concat": lambda inputs, attributes: np.concatenate(inputs, attributes.get("axis", 0)),
    "ConstantOfShape": _fill,
    "Expand": _expand,
    "Flatten": lambda inputs, _: inputs[0],
    "Gather": lambda inputs, attributes: np.take(inputs[0], inputs[1].astype(np.int64), attributes.get("axis", 0)),
    "Clip": _clip,
    "Range": _range,
    "Reshape": lambda inputs, _: inputs[0].reshape([int(size) for size in inputs[1]]),
    "Size": lambda inputs, _: np.array(inputs[0].size),
    "Slice": _slice,
    "Squeeze": lambda inputs, attributes: np.squeeze(inputs[0], _axes(inputs, attributes)),
    "Transpose": lambda inputs, attributes: np.transpose(inputs[0], attributes.get("perm")),
    "Unsqueeze": _unsqueeze,
    "Where": _plain(np.where),
    "Add": _plain(np.add),
    "Sub": _plain(np.subtract),
    "Mul": _plain(np.multiply),
    "Div": _divide,
    "Mod": _plain(np.mod),
    "Pow": _plain(np.power),
    "Min": lambda inputs, _: np.minimum.reduce(inputs),
    "Max": lambda inputs, _: np.maximum.reduce(inputs),
    "Sqrt": _unary(np.sqrt),
    "Reciprocal": _unary(np.reciprocal),
    "Floor": _unary(np.floor),
    "Ceil": _unary(np.ceil),
    "Round": _unary(np.round),
    "Exp": _unary(np.exp),
    "Log": _unary(np.log),
    "Abs": _unary(np.abs),
    "Neg": _unary(np.negative),
    "Not": _plain(np.logical_not),
    "And": _plain(np.logical_and),
    "Or": _plain(np.logical_or),
    "Equal": _plain(np.equal),
    "Less": _plain(np.less),
    "LessOrEqual": _plain(np.less_equal),
    "Greater": _plain(np.greater),
    "GreaterOrEqual": _plain(np.greater_equal),
    "ReduceProd": _reduce(np.prod),
    "ReduceSum": _reduce(np.sum),
    "ReduceMax": _reduce(np.max),
    "ReduceMin": _reduce(np.min),
}
