"""ONNX operators (https://onnx.ai/onnx/operators), and what we call them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from services.extractor.canonical import builder
from services.extractor.canonical.builder import Builder, Rule
from services.extractor.raw import Operand, RawOp, Weight

# Looks at its first operand in another way, moves elements, or changes their type: it vanishes.
_VIEWS = """Identity Reshape Transpose Squeeze Unsqueeze Flatten Expand Tile Slice Split SplitToSequence Cast CastLike
Dropout Pad DepthToSpace SpaceToDepth Trilu Not Compress SequenceAt ConcatFromSequence QuantizeLinear
DequantizeLinear DynamicQuantizeLinear CenterCropPad Shrink OptionalGetElement Optional Bernoulli EyeLike"""

_SAME_NAME = """Relu Sigmoid Tanh Gelu Selu Celu Elu Mish Softplus Softsign Exp Log Sqrt Reciprocal Abs Neg Sin Cos Erf
Floor Ceil Round Sign Tan Atan Asin Acos Sinh Cosh Max Min Equal Greater Less And Or Xor Where Mod If Loop Scan
Einsum Hardmax Det Upsample Add Sub Mul Div Pow"""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _rename(name: str, operands: int | None = None) -> Rule:
    return lambda build, op: build.emit(name, list(op.operands[:operands]))


def _convolution(*, transposed: bool) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        data, weight, *bias = op.operands
        groups = int(op.attributes.get("group", 1))
        return builder.convolution(
            build, op, data, weight, bias[0] if bias else None, groups, transposed=transposed
        )

    return rule


def _gemm(build: Builder, op: RawOp) -> Operand:
    left, right, *bias = op.operands
    if bias and bias[0] is not None:
        return builder.linear_with_bias(build, op, left, right, bias[0])
    return builder.product(build, op, left, right)


def _matmul(build: Builder, op: RawOp) -> Operand:
    return builder.product(build, op, op.operands[0], op.operands[1])


def _einsum(build: Builder, op: RawOp) -> Operand:
    """Two factors are a product of matrices; its work is the product of all its index sizes."""
    terms = str(op.attributes.get("equation", "")).replace(" ", "").split("->")[0].split(",")
    if len(op.operands) != 2 or len(terms) != 2:
        return build.emit("einsum", list(op.operands))
    sizes = {
        letter: size
        for term, item in zip(terms, op.operands, strict=True)
        for letter, size in zip(term, build.shape(item), strict=False)
    }
    made = builder.product(build, op, op.operands[0], op.operands[1])
    if isinstance(made, int):
        build.nodes[made].flops = 2 * max(math.prod(sizes.values()), 0)
    return made


def _clip(build: Builder, op: RawOp) -> Operand:
    bounds: list[object] = [op.attributes.get("min"), op.attributes.get("max")]
    for place, item in enumerate(op.operands[1:3]):
        weight = build.operand(item)
        if isinstance(weight, Weight):
            bounds[place] = weight.value
    low, high = (bound if not isinstance(bound, float) or abs(bound) < 1e30 else None for bound in bounds)
    return build.emit("clamp", [op.operands[0]], low=low, high=high)


def _average(build: Builder, op: RawOp) -> Operand:
    data = build.shape(op.operands[0])
    whole = len(op.shape) > 2 and all(out == 1 for out in op.shape[2:]) and math.prod(data[2:]) > 1
    if not whole and data == op.shape and set(_sizes(op.attributes.get("kernel_shape"))) == {1}:
        return builder.view(build, op)
    return build.emit("global_avg_pool" if whole else "avg_pool", [op.operands[0]])


def _sizes(value: object) -> Sequence[int]:
    return value if isinstance(value, tuple) else ()


def _gather(build: Builder, op: RawOp) -> Operand:
    """Elements of the first operand: a view where the places are constant, a lookup where the table is."""
    data, *places = [build.operand(item) for item in op.operands]
    if isinstance(data, Weight) and any(isinstance(place, int) for place in places):
        return build.emit("embedding", [data, *places], translated=True)
    if any(isinstance(place, int) and place != data for place in places):
        return build.emit("gather", [data, *places], translated=True)
    return data


def _attention(build: Builder, op: RawOp) -> Operand:
    query, key, value, *rest = op.operands
    return builder.attention(build, op, query, key, value, rest[0] if rest else None)


def _recurrent(name: str) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        directions = 2 if op.attributes.get("direction") == "bidirectional" else 1
        hidden = int(op.attributes.get("hidden_size", 1))
        return builder.recurrent(build, op, name, list(op.operands[1:3]), hidden, directions)

    return rule


def _constant(build: Builder, op: RawOp) -> Operand:
    """What depends on the shape of a tensor alone."""
    return Weight(op.shape)


def _swish(build: Builder, op: RawOp) -> Operand:
    return build.emit("silu", [op.operands[0]])


TABLE: dict[str, Rule | str] = {
    **dict.fromkeys(_VIEWS.split(), builder.view),
    **{name: _snake(name) for name in _SAME_NAME.split()},
    "Shape": _constant,
    "Size": _constant,
    "ConstantOfShape": _constant,
    "Conv": _convolution(transposed=False),
    "ConvTranspose": _convolution(transposed=True),
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Einsum": _einsum,
    "Sum": "add",
    "Mean": "mean",
    "Clip": _clip,
    "LeakyRelu": _rename("leaky_relu"),
    "PRelu": _rename("prelu"),
    "ThresholdedRelu": _rename("relu"),
    "HardSigmoid": _rename("hard_sigmoid"),
    "HardSwish": _rename("hard_swish"),
    "Swish": _swish,
    "Softmax": _rename("softmax"),
    "LogSoftmax": _rename("log_softmax"),
    "BatchNormalization": _rename("batch_norm", 3),
    "LayerNormalization": _rename("layer_norm", 3),
    "SimplifiedLayerNormalization": _rename("rms_norm", 2),
    "RMSNormalization": _rename("rms_norm", 2),
    "GroupNormalization": _rename("group_norm", 3),
    "InstanceNormalization": _rename("group_norm", 3),
    "LRN": _rename("local_response_norm"),
    "LpNormalization": _rename("norm"),
    "GlobalAveragePool": _rename("global_avg_pool"),
    "GlobalMaxPool": _rename("max_pool"),
    "ReduceMean": _rename("global_avg_pool", 1),
    "AveragePool": _average,
    "MaxPool": _rename("max_pool"),
    "Concat": _rename("concat"),
    "ConcatFromSequence": _rename("concat"),
    "Gather": _gather,
    "GatherElements": _gather,
    "GatherND": _gather,
    "ReduceSum": _rename("sum", 1),
    "ReduceMax": _rename("amax", 1),
    "ReduceMin": _rename("amin", 1),
    "ReduceProd": _rename("prod", 1),
    "ReduceL2": _rename("norm", 1),
    "ReduceL1": _rename("norm", 1),
    "ReduceSumSquare": _rename("norm", 1),
    "ReduceLogSumExp": _rename("logsumexp", 1),
    "ArgMax": _rename("argmax", 1),
    "ArgMin": _rename("argmin", 1),
    "TopK": _rename("topk", 1),
    "CumSum": _rename("cumsum", 1),
    "Resize": _rename("upsample", 1),
    "GridSample": _rename("grid_sample"),
    "ScatterND": _rename("index_put"),
    "ScatterElements": _rename("scatter"),
    "NonMaxSuppression": _rename("nms"),
    "NonZero": builder.view,
    "RoiAlign": _rename("roi_align"),
    "MaxRoiPool": _rename("roi_pool"),
    "GreaterOrEqual": _rename("ge"),
    "LessOrEqual": _rename("le"),
    "Attention": _attention,
    "LSTM": _recurrent("lstm"),
    "GRU": _recurrent("gru"),
    "RNN": _recurrent("rnn"),
}
