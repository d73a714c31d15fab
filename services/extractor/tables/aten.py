"""aten: what torch runs, and what we call it."""

from __future__ import annotations

import math

from services.extractor.canonical import builder
from services.extractor.canonical.builder import Builder, Rule
from services.extractor.raw import Operand, RawOp, Weight

# Looks at its first operand in another way, moves elements, or changes their type: it vanishes.
_VIEWS = """view _unsafe_view reshape expand expand_as transpose permute t squeeze unsqueeze slice select split
split_with_sizes unbind chunk clone contiguous detach alias _to_copy to copy as_strided flatten unflatten narrow
movedim numpy_T lift_fresh lift dropout native_dropout feature_dropout alpha_dropout roll flip constant_pad_nd
reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d replication_pad3d pixel_shuffle pixel_unshuffle
channel_shuffle native_channel_shuffle im2col unfold diagonal _reshape_alias view_as_real view_as_complex real
repeat tile repeat_interleave _conj resolve_conj index gather index_select take fill zero tril triu unsafe_split
unsafe_chunk rot90 squeeze_copy view_copy expand_copy nan_to_num logical_not bitwise_not _softmax_backward_data
_local_scalar_dense select_scatter slice_scatter diag_embed masked_select nonzero"""

_SAME_NAME = """relu relu6 gelu silu mish softplus sigmoid tanh elu selu celu hardsigmoid hardtanh prelu
log_sigmoid_forward exp log sqrt rsqrt reciprocal pow abs neg sin cos erf erfinv floor ceil round sign atan2 log1p
expm1 cumsum cumprod logsumexp max min argmax argmin topk sort amax amin any all sum prod eq ne lt gt le ge
logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor maximum minimum fmod remainder floor_divide
where masked_fill masked_scatter scatter scatter_add scatter_reduce index_put index_add index_copy gather
_fft_r2c _fft_c2r _fft_c2c grid_sampler_2d affine_grid_generator col2im var std norm linalg_vector_norm
max_pool1d max_pool2d max_pool3d adaptive_max_pool2d adaptive_max_pool1d adaptive_max_pool3d avg_pool1d avg_pool2d
avg_pool3d _cdist_forward local_response_norm lerp addcmul addcdiv polar complex isnan isinf isfinite bincount
linalg_inv_ex inverse tan atan asin acos sinh cosh square trunc digamma lgamma unique_consecutive"""


def _rename(name: str) -> Rule:
    return lambda build, op: build.emit(name, list(op.operands))


def _convolution(build: Builder, op: RawOp) -> Operand:
    data, weight, bias = op.operands[:3]
    groups, transposed = int(op.attributes["groups"]), bool(op.attributes["transposed"])
    return builder.convolution(build, op, data, weight, bias, groups, transposed=transposed)


def _addmm(build: Builder, op: RawOp) -> Operand:
    return builder.linear_with_bias(build, op, op.operands[1], op.operands[2], op.operands[0])


def _mm(build: Builder, op: RawOp) -> Operand:
    return builder.product(build, op, op.operands[0], op.operands[1])


def _normalisation(name: str, weights: int) -> Rule:
    """Keeps the data and the affine weights, drops running statistics."""
    return lambda build, op: build.emit(name, list(op.operands[: 1 + weights]))


def _batch_norm(build: Builder, op: RawOp) -> Operand:
    return build.emit("batch_norm", list(op.operands[:3]))


def _scalar_or(name: str, argument: str) -> Rule:
    """An op of two operands, one of which may be a number of the call: that becomes a constant operand."""

    def rule(build: Builder, op: RawOp) -> Operand:
        operands = list(op.operands)
        value = op.attributes.get(argument)
        if len(operands) == 1 and isinstance(value, (int, float)):
            operands.append(Weight((), (), float(value)))
        return build.emit(name, operands)

    return rule


def _clamp(build: Builder, op: RawOp) -> Operand:
    low = op.attributes.get("min", op.attributes.get("min_val"))
    high = op.attributes.get("max", op.attributes.get("max_val"))
    if low is None and high is None:
        low, high = -1, 1
    return build.emit("clamp", [op.operands[0]], low=low, high=high)


def _adaptive_average(build: Builder, op: RawOp) -> Operand:
    size = tuple(op.attributes["output_size"])
    if build.shape(op.operands[0])[-len(size) :] == size:
        return builder.view(build, op)
    return build.emit("global_avg_pool" if set(size) == {1} else "avg_pool", [op.operands[0]])


def _average(build: Builder, op: RawOp) -> Operand:
    data = build.shape(op.operands[0])
    whole = all(out == 1 for out in op.shape[2:]) and math.prod(data[2:]) > 1
    return build.emit("global_avg_pool" if whole else "avg_pool", [op.operands[0]])


def _mean(build: Builder, op: RawOp) -> Operand:
    return build.emit("global_avg_pool", [op.operands[0]])


def _baddbmm(build: Builder, op: RawOp) -> Operand:
    return builder.linear_with_bias(build, op, op.operands[1], op.operands[2], op.operands[0])


def _attention(build: Builder, op: RawOp) -> Operand:
    query, key, value, *rest = op.operands
    return builder.attention(build, op, query, key, value, rest[0] if rest else None)


def _recurrent(name: str) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        weights = [item for item in op.operands[1:] if len(build.shape(item)) == 2]
        directions = 2 if op.attributes.get("bidirectional") else 1
        return builder.recurrent(build, op, name, weights, int(op.attributes["hidden_size"]), directions)

    return rule


def _gated_linear_unit(build: Builder, op: RawOp) -> Operand:
    gate = build.emit("sigmoid", [op.operands[0]])
    return build.emit("mul", [build.operand(op.operands[0]), gate], translated=True)


def _add_scaled(build: Builder, op: RawOp) -> Operand:
    """addcmul, addcdiv: a + b * c."""
    product = build.emit("mul" if "mul" in op.name else "div", list(op.operands[1:3]))
    return build.emit("add", [build.operand(op.operands[0]), product], translated=True)


TABLE: dict[str, Rule | str] = {
    **{f"aten.{name}": builder.view for name in _VIEWS.split()},
    **builder.full_name("aten.", _SAME_NAME),
    "aten.index": lambda build, op: _pick(build, op),
    "aten.gather": lambda build, op: _pick(build, op),
    "aten.index_select": lambda build, op: _pick(build, op),
    "aten.copy": lambda build, op: _copy(build, op),
    "aten.convolution": _convolution,
    "aten._convolution": _convolution,
    "aten.addmm": _addmm,
    "aten.addbmm": _addmm,
    "aten.baddbmm": _baddbmm,
    "aten.mm": _mm,
    "aten.bmm": _mm,
    "aten.matmul": _mm,
    "aten.linear": lambda build, op: _linear(build, op),
    "aten.mv": _mm,
    "aten.dot": _mm,
    "aten.native_batch_norm": _batch_norm,
    "aten._native_batch_norm_legit_no_training": _batch_norm,
    "aten.batch_norm": _batch_norm,
    "aten.native_layer_norm": _normalisation("layer_norm", 2),
    "aten.layer_norm": _normalisation("layer_norm", 2),
    "aten.native_group_norm": _normalisation("group_norm", 2),
    "aten.group_norm": _normalisation("group_norm", 2),
    "aten.instance_norm": _normalisation("group_norm", 2),
    "aten.rms_norm": _normalisation("rms_norm", 1),
    "aten._fused_rms_norm": _normalisation("rms_norm", 1),
    "aten._native_batch_norm_legit": lambda build, op: build.emit("group_norm", list(op.operands[:3])),
    "aten.add": _scalar_or("add", "other"),
    "aten.sub": _scalar_or("sub", "other"),
    "aten.rsub": _scalar_or("sub", "other"),
    "aten.mul": _scalar_or("mul", "other"),
    "aten.div": _scalar_or("div", "other"),
    "aten.pow": _scalar_or("pow", "exponent"),
    "aten.square": lambda build, op: build.emit("pow", [op.operands[0], Weight((), (), 2.0)]),
    "aten.clamp": _clamp,
    "aten.clamp_min": lambda build, op: _clamp(build, op),
    "aten.clamp_max": _clamp,
    "aten.hardtanh": _clamp,
    "aten.relu6": lambda build, op: build.emit("clamp", [op.operands[0]], low=0, high=6),
    "aten.hardsigmoid": _rename("hard_sigmoid"),
    "aten.hardswish": _rename("hard_swish"),
    "aten.leaky_relu": _rename("leaky_relu"),
    "aten.rrelu_with_noise": _rename("leaky_relu"),
    "aten.threshold": _rename("relu"),
    "aten._prelu_kernel": _rename("prelu"),
    "aten.glu": _gated_linear_unit,
    "aten._softmax": _rename("softmax"),
    "aten._safe_softmax": _rename("softmax"),
    "aten.softmax": _rename("softmax"),
    "aten._log_softmax": _rename("log_softmax"),
    "aten.scaled_dot_product_attention": _attention,
    "aten._scaled_dot_product_flash_attention_for_cpu": _attention,
    "aten.cat": _rename("concat"),
    "aten.stack": _rename("concat"),
    "aten.embedding": _rename("embedding"),
    "aten._embedding_bag_forward_only": _rename("embedding"),
    "aten._embedding_bag": _rename("embedding"),
    "aten.mean": _mean,
    "aten._adaptive_avg_pool2d": _adaptive_average,
    "aten.adaptive_avg_pool2d": _adaptive_average,
    "aten.adaptive_avg_pool1d": _adaptive_average,
    "aten._adaptive_avg_pool3d": _adaptive_average,
    "aten.avg_pool1d": _average,
    "aten.avg_pool2d": _average,
    "aten.avg_pool3d": _average,
    **{f"aten.max_pool{n}d{tail}": _rename("max_pool") for n in (1, 2, 3) for tail in ("", "_with_indices")},
    **{f"aten.adaptive_max_pool{n}d": _rename("max_pool") for n in (1, 2, 3)},
    "aten.fractional_max_pool2d": _rename("max_pool"),
    "aten.max_unpool2d": _rename("max_unpool"),
    **{
        f"aten.{kind}": _rename("upsample")
        for kind in """upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_bilinear2d upsample_bicubic2d
        upsample_linear1d upsample_trilinear3d _upsample_bilinear2d_aa _upsample_bicubic2d_aa _upsample_nearest_exact2d
        _upsample_nearest_exact1d""".split()
    },
    "aten.grid_sampler_2d": _rename("grid_sample"),
    "aten.lstm": _recurrent("lstm"),
    "aten.gru": _recurrent("gru"),
    "aten.rnn_tanh": _recurrent("rnn"),
    "aten.rnn_relu": _recurrent("rnn"),
    "aten.addcmul": _add_scaled,
    "aten.addcdiv": _add_scaled,
    "torchvision.nms": _rename("nms"),
    "torchvision.roi_align": _rename("roi_align"),
    "torchvision.ps_roi_align": _rename("roi_align"),
    "torchvision.deform_conv2d": _rename("deform_conv"),
}


def _linear(build: Builder, op: RawOp) -> Operand:
    data, weight, *rest = op.operands
    if rest and rest[0] is not None:
        return builder.linear_with_bias(build, op, data, weight, rest[0])
    return builder.product(build, op, data, weight)


def _pick(build: Builder, op: RawOp) -> Operand:
    """Elements of the first operand: a view where the places are constant, a lookup where the table is."""
    data, *places = [build.operand(item) for item in op.operands]
    if isinstance(data, Weight) and any(isinstance(place, int) for place in places):
        return build.emit("embedding", [data, *places], translated=True)
    if any(isinstance(place, int) and place != data for place in places):
        return build.emit("gather", [data, *places], translated=True)
    return data


def _copy(build: Builder, op: RawOp) -> Operand:
    """Writes the second operand into the first: what stood there counts only where it is a node."""
    target, source = build.operand(op.operands[0]), build.operand(op.operands[1])
    if isinstance(target, int) and isinstance(source, int) and target != source:
        return build.emit("concat", [target, source], translated=True)
    return source if isinstance(source, int) else target
