"""ONNX operators: name (with its domain, unless it is the default one) -> canonical primitive, or a rule."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from services.extractor.raw import Operand, RawOp, Weight
from services.extractor.tables.builder import Builder, Rule
from services.extractor.tables.rules import (
    at,
    attention,
    chain,
    clamp,
    convolution,
    fresh,
    gather,
    join,
    part,
    pool,
    product,
    product_sum,
    recurrent,
    reduction,
    ruled,
    view,
    write,
)


def _number(value: Any) -> float | None:
    """A number, or the one element of a tuple; None where there is none, or where it is no bound."""
    while isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e30 else None


def _chain(name: str) -> Rule:
    return lambda build, op: chain(build, op, name)


def _convolution(build: Builder, op: RawOp) -> Operand:
    groups = int(op.attributes.get("group") or 1)
    return convolution(build, op, groups, transposed=op.name.startswith("ConvTranspose"))


def _quantised_convolution(build: Builder, op: RawOp) -> Operand:
    """QLinearConv (x, scale, zero, w, scale, zero, scale, zero, bias) and ConvInteger (x, w, zero, zero)."""
    operands = (at(op, 0), at(op, 3), at(op, 8)) if op.name.startswith("QLinear") else op.operands[:2]
    return convolution(build, op, int(op.attributes.get("group") or 1), transposed=False, operands=operands)


def _gemm(build: Builder, op: RawOp) -> Operand:
    if op.attributes.get("transA"):
        shape = build.shape(at(op, 0))
        return product(build, op, at(op, 0), at(op, 1), shape[0] if shape else 1)
    return product_sum(build, op, at(op, 2), at(op, 0), at(op, 1))


def _matmul(build: Builder, op: RawOp) -> Operand:
    return product(build, op, at(op, 0), at(op, 1))


def _quantised_matmul(build: Builder, op: RawOp) -> Operand:
    second = 3 if op.name.startswith("QLinear") else 1
    return product(build, op, at(op, 0), at(op, second))


def _quantised_binary(name: str) -> Rule:
    return lambda build, op: build.emit_raw(name, [at(op, 0), at(op, 3)])


def _einsum(build: Builder, op: RawOp) -> Operand:
    """Two operands that share a letter which the result lacks are a product, others are multiplied elementwise."""
    inputs, _, output = str(op.attributes.get("equation", "")).replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(op.operands) == 1:
        return build.emit_raw("sum", op.operands) if set(terms[0]) - set(output) else view(build, op)
    if len(op.operands) != 2 or len(terms) != 2:
        return chain(build, op, "mul")
    summed = (set(terms[0]) & set(terms[1])) - set(output)
    if not summed:
        return build.emit_raw("mul", op.operands)
    sizes = dict(zip(terms[0], build.shape(at(op, 0)), strict=False))
    return product(build, op, at(op, 0), at(op, 1), math.prod(sizes.get(letter, 1) for letter in summed))


def _clip(build: Builder, op: RawOp) -> Operand:
    return clamp(build, at(op, 0), _number(op.attributes.get("min")), _number(op.attributes.get("max")))


def _pow(build: Builder, op: RawOp) -> Operand:
    other = at(op, 1)
    return build.emit_raw("pow", op.operands, exponent=other.value if isinstance(other, Weight) else None)


def _reduction(name: str) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        axes = op.attributes.get("axes")
        if not axes and op.attributes.get("noop_with_empty_axes"):
            return build.operand(at(op, 0))
        axes = (axes,) if isinstance(axes, int) else axes
        return reduction(build, op, name, axes, keepdim=bool(op.attributes.get("keepdims", 1)))

    return rule


def _sum_of_squares(build: Builder, op: RawOp) -> Operand:
    square = build.emit_raw("square", op.operands[:1])
    rank, axes = len(build.shape(at(op, 0))), op.attributes.get("axes") or ()
    axes = tuple(sorted(axis % rank for axis in axes)) if axes and rank else tuple(range(rank))
    return build.emit("sum", [square], axes=axes, rank=rank, keepdim=bool(op.attributes.get("keepdims", 1)))


def _batch_norm(build: Builder, op: RawOp) -> Operand:
    scale = build.shape(at(op, 1))
    channels = scale[0] if scale else 1
    return build.emit_raw("batch_norm", op.operands[:3], kind="norm", channels=channels, affine=True)


def _instance_norm(build: Builder, op: RawOp) -> Operand:
    """Also how a group norm is spelled: then the reshaped data has one channel a group, and the weights are neutral."""
    source = build.source(at(op, 0))
    grouped = source is not None and source.name == "Reshape" and build.shape(at(source, 0))[:2] != op.shape[:2]
    if grouped and source is not None:
        shape = build.shape(at(source, 0))
        channels = (*shape, 1, 1)[1]
        made = build.emit_raw("group_norm", op.operands[:1], kind="norm", channels=channels, affine=False)
        if isinstance(made, int):
            build.nodes[made].shape = shape
        return made
    channels = (*op.shape, 1, 1)[1]
    return build.emit_raw("instance_norm", op.operands[:3], kind="norm", channels=channels, affine=True)


def _norm(name: str, axis: int, weights: int) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        channels = op.shape[axis] if len(op.shape) > 1 else 1
        operands = op.operands[: 1 + weights]
        return build.emit_raw(name, operands, kind="norm", channels=channels, affine=at(op, 1) is not None)

    return rule


def _added_norm(name: str) -> Rule:
    """SkipLayerNormalization (x, skip, weight, bias, bias of the sum)."""

    def rule(build: Builder, op: RawOp) -> Operand:
        total = build.emit_raw("add", op.operands[:2])
        weights = [build.operand(item) for item in op.operands[2:4]]
        return build.emit(name, [total, *weights], kind="norm", channels=(op.shape or (1,))[-1], affine=True)

    return rule


def _pool(name: str) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        kernel, pads = op.attributes.get("kernel_shape", ()), op.attributes.get("pads", ())
        if kernel and all(size == 1 for size in kernel) and not any(pads) and op.shape == build.shape(at(op, 0)):
            return build.operand(at(op, 0))
        return pool(build, op, name)

    return rule


def _pad(build: Builder, op: RawOp) -> Operand:
    pads = op.attributes.get("pads", op.attributes.get("paddings"))
    if pads is not None and not any(pads):
        return build.operand(at(op, 0))
    return build.emit_raw("pad", op.operands[:1])


def _concat(build: Builder, op: RawOp) -> Operand:
    return join(build, op, op.attributes.get("axis"))


def _gelu_with_bias(build: Builder, op: RawOp) -> Operand:
    return build.emit(
        "gelu", [build.emit_raw("add", op.operands[:2])] if at(op, 1) is not None else [build.operand(at(op, 0))]
    )


def _fused_convolution(build: Builder, op: RawOp) -> Operand:
    """A convolution with its activation (FusedConv)."""
    made = _convolution(build, op)
    activation = str(op.attributes.get("activation", "")).lower()
    return build.emit(activation, [made]) if activation else made


def _attention(build: Builder, op: RawOp) -> Operand:
    """Attention of the default domain (opset 23): query, key, value, mask."""
    if len(build.shape(at(op, 0))) < 3 or len(op.operands) < 3:
        return build.emit_raw("attention", op.operands)
    return attention(build, op.operands[:4])


def _packed_attention(build: Builder, op: RawOp) -> Operand:
    """Attention of onnxruntime: (x, weight, bias, mask) with the projection inside."""
    projected = build.emit_raw("linear", op.operands[:3], channels=(*build.shape(at(op, 1)), 1)[-1], affine=True)
    return build.emit("attention", [projected, *(build.operand(item) for item in op.operands[3:5])])


def _recurrent(name: str) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        return recurrent(build, name, at(op, 0), [op.operands[1:4]], op.operands[5:7])

    return rule


_VIEWS = """Identity Cast CastLike Reshape Flatten Squeeze Unsqueeze Transpose Expand Tile Dropout DepthToSpace
SpaceToDepth QuantizeLinear DequantizeLinear DynamicQuantizeLinear ReverseSequence Optional OptionalGetElement
SequenceConstruct SequenceAt com.microsoft.QuantizeLinear com.microsoft.DequantizeLinear"""

_PARTS = "Slice Split SplitToSequence Trilu Compress CenterCropPad"

# Whose canonical name is their own, in small letters with underscores.
_SAME = """Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Ceil Celu
Cos Cosh Det Elu Erf Exp Floor Gelu GlobalAvgPool GlobalMaxPool GridSample HardSigmoid HardSwish LeakyRelu
Log LogSoftmax LpPool MaxUnpool Mish Neg OneHot Reciprocal Relu RoiAlign RotaryEmbedding Round Selu Sigmoid
Sign Sin Sinh Softmax Softplus Softsign Sqrt Tan Tanh Unique"""

_RENAMED = """And=logical_and ArgMax=argmax ArgMin=argmin Hardmax=argmax CumSum=cumsum DFT=fft Equal=eq Greater=gt
GreaterOrEqual=ge Less=lt LessOrEqual=le If=where Where=where IsInf=isinf IsNaN=isnan LRN=local_response_norm
LpNormalization=normalize MaxRoiPool=roi_pool Mod=remainder NonMaxSuppression=nms NonZero=nonzero Not=logical_not
Or=logical_or Xor=logical_xor PRelu=prelu Shrink=soft_shrink Swish=silu ThresholdedRelu=threshold TopK=topk
DeformConv=deform_conv2d Resize=upsample Upsample=upsample GlobalAveragePool=global_avg_pool GlobalLpPool=global_lp_pool
com.microsoft.Gelu=gelu com.microsoft.FastGelu=gelu com.microsoft.QuickGelu=gelu
com.microsoft.RotaryEmbedding=rotary_embedding com.microsoft.MatMulNBits=linear
com.microsoft.GroupQueryAttention=attention com.microsoft.MultiHeadAttention=attention"""

_REDUCTIONS = (
    """Mean=mean Sum=sum Max=max Min=min Prod=prod L1=l1_norm L2=l2_norm LogSumExp=logsumexp LogSum=logsumexp"""
)

_FRESH = "RandomNormal RandomNormalLike RandomUniform RandomUniformLike Multinomial ConstantOfShape EyeLike Range"


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


def _snake(name: str) -> str:
    """Turns "HardSwish" into "hard_swish"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


ONNX: Mapping[str, Rule | str] = {
    **ruled("", _VIEWS, view),
    **ruled("", _PARTS, part),
    **{name: _snake(name) for name in _SAME.split()},
    **_pairs(_RENAMED),
    **{f"Reduce{name}": _reduction(primitive) for name, primitive in _pairs(_REDUCTIONS).items()},
    "ReduceSumSquare": _sum_of_squares,
    **{name: _chain(name.lower()) for name in ("Add", "Sub", "Mul", "Div")},
    "Sum": _chain("add"),
    "Mean": _chain("add"),
    "Max": _chain("maximum"),
    "Min": _chain("minimum"),
    "Pow": _pow,
    "ChannelShuffle": "channel_shuffle",
    "Clip": _clip,
    "Concat": _concat,
    "ConcatFromSequence": _concat,
    **ruled("", "Conv ConvTranspose", _convolution),
    "com.microsoft.FusedConv": _fused_convolution,
    **ruled("", "QLinearConv ConvInteger", _quantised_convolution),
    **ruled("", "Gemm com.microsoft.FusedGemm", _gemm),
    **ruled("", "MatMul com.microsoft.FusedMatMul", _matmul),
    **ruled("", "QLinearMatMul MatMulInteger", _quantised_matmul),
    "com.microsoft.QLinearAdd": _quantised_binary("add"),
    "com.microsoft.QLinearMul": _quantised_binary("mul"),
    "Einsum": _einsum,
    "BatchNormalization": _batch_norm,
    "InstanceNormalization": _instance_norm,
    "MeanVarianceNormalization": _norm("instance_norm", 1, 0),
    "GroupNormalization": _norm("group_norm", 1, 2),
    "LayerNormalization": _norm("layer_norm", -1, 2),
    "RMSNormalization": _norm("rms_norm", -1, 1),
    "SimplifiedLayerNormalization": _norm("rms_norm", -1, 1),
    "com.microsoft.SkipLayerNormalization": _added_norm("layer_norm"),
    "com.microsoft.SkipSimplifiedLayerNormalization": _added_norm("rms_norm"),
    "com.microsoft.BiasGelu": _gelu_with_bias,
    "MaxPool": _pool("max_pool"),
    "AveragePool": _pool("avg_pool"),
    "Pad": _pad,
    **ruled("", "Gather GatherND GatherElements", gather),
    **ruled("", "Scatter ScatterND ScatterElements", write),
    **ruled("", _FRESH, fresh),
    "Attention": _attention,
    "com.microsoft.Attention": _packed_attention,
    "LSTM": _recurrent("lstm"),
    "GRU": _recurrent("gru"),
    "RNN": _recurrent("rnn"),
}
