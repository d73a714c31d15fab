"""aten ops (PyTorch): name without overload -> canonical primitive, or a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.extractor.raw import Operand, RawOp, Weight
from services.extractor.tables.builder import Builder, Rule
from services.extractor.tables.rules import (
    at,
    attention,
    clamp,
    convolution,
    fresh,
    gather,
    join,
    named,
    part,
    parts,
    pool,
    product,
    product_sum,
    recurrent,
    reduction,
    ruled,
    scalar,
    view,
    write,
)


def _second(op: RawOp) -> Operand:
    """The other operand of a binary op, which may be a number."""
    other = op.attributes.get("other", op.attributes.get("self"))
    if len(op.operands) > 1 or other is None:
        return at(op, 1)
    return scalar(other) if isinstance(other, (int, float)) else Weight(())


def _binary(name: str) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        return build.emit_raw(name, [at(op, 0), _second(op)])

    return rule


def _rsub(build: Builder, op: RawOp) -> Operand:
    return build.emit_raw("sub", [_second(op), at(op, 0)])


def _pow(build: Builder, op: RawOp) -> Operand:
    exponent = op.attributes.get("exponent")
    other = at(op, 1)
    if isinstance(other, Weight):
        exponent = other.value
    return build.emit_raw("pow", op.operands, exponent=exponent)


def _multiply_add(build: Builder, op: RawOp) -> Operand:
    """addcmul: first + second * third."""
    return build.emit("add", [build.emit_raw("mul", op.operands[1:3]), build.operand(at(op, 0))])


def _divide_add(build: Builder, op: RawOp) -> Operand:
    """addcdiv: first + second / third."""
    return build.emit("add", [build.emit_raw("div", op.operands[1:3]), build.operand(at(op, 0))])


def _interpolate(build: Builder, op: RawOp) -> Operand:
    """lerp: start + weight * (end - start)."""
    difference = build.emit_raw("sub", [at(op, 1), at(op, 0)])
    weight = build.operand(at(op, 2)) if len(op.operands) > 2 else Weight(())
    return build.emit("add", [build.operand(at(op, 0)), build.emit("mul", [difference, weight])])


def _convolution(build: Builder, op: RawOp) -> Operand:
    return convolution(build, op, int(op.attributes.get("groups", 1)), transposed=bool(op.attributes.get("transposed")))


def _clamp(build: Builder, op: RawOp) -> Operand:
    if len(op.operands) > 1:
        return build.emit_raw("clamp", op.operands)
    low = op.attributes.get("min", op.attributes.get("min_val"))
    high = op.attributes.get("max", op.attributes.get("max_val"))
    if op.name.startswith("aten.hardtanh"):
        low, high = -1.0 if low is None else low, 1.0 if high is None else high
    return clamp(build, at(op, 0), _number(low), _number(high))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _reduction(name: str) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        return reduction(build, op, name, _axes(op), keepdim=bool(op.attributes.get("keepdim")))

    return rule


def _axes(op: RawOp) -> tuple[int, ...] | None:
    axes = op.attributes.get("dim")
    if isinstance(axes, int):
        return (axes,)
    return tuple(axes) if axes else None


def _norm(build: Builder, op: RawOp) -> Operand:
    order = op.attributes.get("ord", op.attributes.get("p", 2))
    name = {2: "l2_norm", 1: "l1_norm", None: "l2_norm"}.get(order, "norm")
    return reduction(build, op, name, _axes(op), keepdim=bool(op.attributes.get("keepdim")))


def _extreme(name: str) -> Rule:
    """`max` with another tensor compares, with or without a dimension it reduces."""

    def rule(build: Builder, op: RawOp) -> Operand:
        if len(op.operands) > 1:
            return build.emit_raw(f"{name}imum", op.operands)
        return reduction(build, op, name, _axes(op), keepdim=bool(op.attributes.get("keepdim")))

    return rule


def _pool(name: str) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        dims = next((int(digit) for digit in "123" if f"{digit}d" in op.name), 2)
        before, after = build.shape(at(op, 0)), op.shape
        if "adaptive" in op.name and before == after:
            return build.operand(at(op, 0))
        return pool(build, op, name, spatial=dims)

    return rule


def _product(build: Builder, op: RawOp) -> Operand:
    return product(build, op, at(op, 0), at(op, 1))


def _product_sum(build: Builder, op: RawOp) -> Operand:
    return product_sum(build, op, at(op, 0), at(op, 1), at(op, 2))


def _linear(build: Builder, op: RawOp) -> Operand:
    return product_sum(build, op, at(op, 2), at(op, 0), at(op, 1))


def _channel_norm(name: str) -> Rule:
    """(data, weight, bias, running statistics ...): the statistics are not learned."""

    def rule(build: Builder, op: RawOp) -> Operand:
        channels = op.shape[1] if len(op.shape) > 1 else 1
        return build.emit_raw(name, op.operands[:3], kind="norm", channels=channels, affine=at(op, 1) is not None)

    return rule


def _last_norm(name: str, weights: int) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        affine = at(op, 1) is not None
        return build.emit_raw(
            name, op.operands[: 1 + weights], kind="norm", channels=(op.shape or (1,))[-1], affine=affine
        )

    return rule


def _attention(build: Builder, op: RawOp) -> Operand:
    return attention(build, op.operands[:4])


def _embedding(build: Builder, op: RawOp) -> Operand:
    return build.emit_raw("embedding", [at(op, 1), at(op, 0)])


def _pad(build: Builder, op: RawOp) -> Operand:
    if build.shape(at(op, 0)) == op.shape and not any(op.attributes.get("pad", op.attributes.get("padding", ())) or ()):
        return build.operand(at(op, 0))
    return build.emit_raw("pad", op.operands[:1])


def _gated(build: Builder, op: RawOp) -> Operand:
    """glu: one half times the sigmoid of the other."""
    data = build.emit_raw("part", op.operands[:1], several=True)
    return build.emit("mul", [data, build.emit("sigmoid", [data])])


def _recurrent(name: str, states: int) -> Rule:
    def rule(build: Builder, op: RawOp) -> Operand:
        layers = max(int(op.attributes.get("num_layers", 1)), 1)
        initial, weights = op.operands[1 : 1 + states], op.operands[1 + states :]
        each = len(weights) // layers
        groups = [weights[layer * each : (layer + 1) * each] for layer in range(layers)]
        return recurrent(build, name, at(op, 0), groups, initial)

    return rule


def _concat(build: Builder, op: RawOp) -> Operand:
    return join(build, op, op.attributes.get("dim", 0))


_VIEWS = """view _unsafe_view reshape _reshape_alias permute transpose t expand expand_as unsqueeze squeeze clone
contiguous alias detach lift lift_fresh _to_copy to type_as dropout native_dropout alpha_dropout feature_dropout flatten
unflatten as_strided view_as view_as_real view_as_complex _conj resolve_conj resolve_neg real pixel_shuffle
pixel_unshuffle roll flip repeat tile movedim repeat_interleave swapaxes numpy_T
mT broadcast_to unfold im2col positive rot90 view_copy expand_copy permute_copy unsqueeze_copy squeeze_copy"""

_PARTS = "slice select narrow diagonal index_select slice_copy select_copy tril triu"

_SEVERAL = "split split_with_sizes chunk unbind tensor_split unsafe_split unsafe_chunk unsafe_split_with_sizes"

_SAME = """relu relu6 sigmoid tanh gelu silu mish softplus elu celu selu leaky_relu prelu threshold exp expm1 log log1p
log2 log10 sqrt rsqrt reciprocal neg abs sign sin cos tan asin acos atan sinh cosh asinh acosh atanh atan2
erf erfc floor ceil round trunc frac square nan_to_num eq ne lt le gt ge logical_and logical_or logical_xor
logical_not bitwise_and bitwise_or bitwise_xor bitwise_not isnan isinf isfinite where softmax log_softmax
cumsum cumprod cummax logcumsumexp topk sort argsort argmax argmin any all maximum minimum fmod remainder
floor_divide searchsorted bucketize one_hot nonzero masked_select unique bincount multinomial col2im polar
complex angle imag cross cdist affine_grid_generator scatter_reduce gather logaddexp median count_nonzero
isin"""

_NORMALISATIONS = """native_batch_norm batch_norm _native_batch_norm_legit_no_training cudnn_batch_norm
_native_batch_norm_legit _native_batch_norm_legit_functional _batch_norm_with_update _batch_norm_no_update"""

_MAX_POOLS = """max_pool1d max_pool2d max_pool3d max_pool1d_with_indices max_pool2d_with_indices
max_pool3d_with_indices adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d"""

_AVG_POOLS = """avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d
_adaptive_avg_pool2d _adaptive_avg_pool3d"""

_UPSAMPLINGS = """upsample_nearest1d upsample_nearest2d upsample_nearest3d _upsample_nearest_exact1d
_upsample_nearest_exact2d _upsample_nearest_exact3d upsample_linear1d upsample_bilinear2d _upsample_bilinear2d_aa
upsample_bicubic2d _upsample_bicubic2d_aa upsample_trilinear3d"""

_PADS = """constant_pad_nd reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d
replication_pad3d pad"""

_ATTENTIONS = """scaled_dot_product_attention _scaled_dot_product_flash_attention
_scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_efficient_attention
_scaled_dot_product_cudnn_attention _scaled_dot_product_attention_math"""

_WRITES = """copy index_put _index_put_impl slice_scatter select_scatter index_copy index_add index_fill scatter
scatter_add masked_scatter diagonal_scatter"""

_NOISE = """rand_like randn_like randint_like zeros_like ones_like full_like empty_like new_zeros new_ones new_full
new_empty bernoulli fill zero normal uniform exponential"""

ATEN: Mapping[str, Rule | str] = {
    **ruled("aten.", _VIEWS, view),
    **ruled("aten.", _PARTS, part),
    **ruled("aten.", _SEVERAL, parts),
    **named("aten.", _SAME),
    "aten.add": _binary("add"),
    "aten.sub": _binary("sub"),
    "aten.mul": _binary("mul"),
    "aten.div": _binary("div"),
    "aten.rsub": _rsub,
    "aten.pow": _pow,
    "aten.addcmul": _multiply_add,
    "aten.addcdiv": _divide_add,
    "aten.lerp": _interpolate,
    **ruled("aten.", "convolution _convolution conv1d conv2d conv3d cudnn_convolution", _convolution),
    **ruled("aten.", "mm bmm matmul mv dot", _product),
    **ruled("aten.", "addmm baddbmm addbmm addmv", _product_sum),
    "aten.linear": _linear,
    **ruled("aten.", "clamp clamp_min clamp_max hardtanh clip", _clamp),
    **ruled("aten.", "channel_shuffle native_channel_shuffle", "channel_shuffle"),
    "aten.hardswish": "hard_swish",
    "aten.hardsigmoid": "hard_sigmoid",
    "aten.log_sigmoid_forward": "log_sigmoid",
    "aten._prelu_kernel": "prelu",
    "aten.rrelu_with_noise": "leaky_relu",
    "aten.softshrink": "soft_shrink",
    "aten.hardshrink": "hard_shrink",
    "aten._softmax": "softmax",
    "aten._safe_softmax": "softmax",
    "aten._log_softmax": "log_softmax",
    "aten.glu": _gated,
    "aten.logsumexp": _reduction("logsumexp"),
    "aten.mean": _reduction("mean"),
    "aten.sum": _reduction("sum"),
    "aten.prod": _reduction("prod"),
    "aten.amax": _reduction("max"),
    "aten.amin": _reduction("min"),
    "aten.max": _extreme("max"),
    "aten.min": _extreme("min"),
    **ruled("aten.", "var var_mean", _reduction("var")),
    **ruled("aten.", "std std_mean", _reduction("std")),
    **ruled("aten.", "linalg_vector_norm norm", _norm),
    **ruled("aten.", _NORMALISATIONS, _channel_norm("batch_norm")),
    **ruled("aten.", "native_group_norm group_norm", _channel_norm("group_norm")),
    "aten.instance_norm": _channel_norm("instance_norm"),
    **ruled("aten.", "native_layer_norm layer_norm", _last_norm("layer_norm", 2)),
    **ruled("aten.", "rms_norm _fused_rms_norm", _last_norm("rms_norm", 1)),
    **ruled("aten.", _MAX_POOLS, _pool("max_pool")),
    **ruled("aten.", _AVG_POOLS, _pool("avg_pool")),
    **ruled("aten.", "max_unpool2d max_unpool3d", "max_unpool"),
    **ruled("aten.", _UPSAMPLINGS, "upsample"),
    **ruled("aten.", _PADS, _pad),
    **ruled("aten.", "cat concat", _concat),
    **ruled("aten.", "stack hstack vstack column_stack block_diag", "concat"),
    **ruled("aten.", _ATTENTIONS, _attention),
    **ruled("aten.", "embedding _embedding_bag embedding_bag", _embedding),
    **ruled("aten.", "index _unsafe_index take", gather),
    **ruled("aten.", _WRITES, write),
    **ruled("aten.", "grid_sampler_2d grid_sampler_3d", "grid_sample"),
    "aten.masked_fill": "where",
    **ruled("aten.", "_fft_c2c _fft_r2c _fft_c2r istft", "fft"),
    "aten.lstm": _recurrent("lstm", 2),
    "aten.gru": _recurrent("gru", 1),
    **ruled("aten.", "rnn_tanh rnn_relu", _recurrent("rnn", 1)),
    **ruled("aten.", _NOISE, fresh),
    "torchvision.nms": "nms",
    "torchvision.roi_align": "roi_align",
    "torchvision.deform_conv2d": "deform_conv2d",
}
"""Names stand without the underscore of ops that work in place."""
