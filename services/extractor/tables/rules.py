"""Rules that both tables use: how one raw op becomes nodes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nar.graph import Shape
from services.extractor.raw import Operand, RawOp, Weight
from services.extractor.tables.builder import Builder, Rule, constant


def at(op: RawOp, position: int) -> Operand:
    """The operand at `position`, None where there is none."""
    return op.operands[position] if position < len(op.operands) else None


def elements(shape: Shape) -> int:
    """Number of elements; 0 where a size is not known."""
    return 0 if -1 in shape else math.prod(shape)


def scalar(value: float) -> Weight:
    """A constant of one element."""
    return Weight((), (), float(value))


def view(build: Builder, op: RawOp) -> Operand:
    """An op that shows the whole of its first dynamic operand in another form: it vanishes."""
    first = next((item for item in op.operands if isinstance(build.operand(item), int)), None)
    if first is None:
        source = build.operand(at(op, 0))
        kept = constant(op.shape, [build.operand(item) for item in op.operands])
        return Weight(kept.shape, kept.parameters, source.value if isinstance(source, Weight) else None)
    made = build.operand(first)
    if isinstance(made, int):
        _take_shape(build, made, op.shape)
    return made


def _take_shape(build: Builder, made: int, shape: Shape) -> None:
    """Sources flatten the leading dimensions of a linear layer: the shape in which it is read first is the real one."""
    node = build.nodes[made]
    if node.op == "linear" and node.attributes.get("flat"):
        node.attributes["flat"] = False
        if len(shape) > len(node.shape) and shape[-1] == node.shape[-1]:
            node.shape = shape


def part(build: Builder, op: RawOp) -> Operand:
    """An op that shows a part of its first operand: it vanishes, but not before patterns are recognised."""
    data = build.operand(at(op, 0))
    if not isinstance(data, int):
        return constant(op.shape, [data])
    if op.shape == build.shape(at(op, 0)):
        return data
    return build.emit("part", [data])


def parts(build: Builder, op: RawOp) -> Operand:
    """Like `part`, with several outputs: two readers may read different parts."""
    made = part(build, op)
    if isinstance(made, int) and build.nodes[made].op == "part":
        build.nodes[made].attributes["several"] = True
    return made


def gather(build: Builder, op: RawOp) -> Operand:
    """Entries of the first operand at the indices that the others name."""
    data = build.operand(at(op, 0))
    indices = [build.operand(item) for item in op.operands[1:]]
    if not any(isinstance(item, int) for item in indices):
        return part(build, op)
    if isinstance(data, Weight):
        return build.emit("embedding", [*indices, data])
    return build.emit("gather", [data, *indices])


def join(build: Builder, op: RawOp, axis: object) -> Operand:
    """Concatenation along `axis`; empty tensors (a cache before the first step) join nothing."""
    rank = len(op.shape)
    kept = axis % rank if isinstance(axis, int) and rank else None
    items = [build.operand(item) for item in op.operands]
    items = [item for item in items if not (isinstance(item, Weight) and 0 in item.shape)]
    return items[0] if len(items) == 1 else build.emit("concat", items, axis=kept)


def fresh(_build: Builder, op: RawOp) -> Operand:
    """Zeros, ones, noise: depends on nothing but a shape."""
    return Weight(op.shape)


def write(build: Builder, op: RawOp) -> Operand:
    """Writes one tensor into another: like joining them."""
    items = [build.operand(item) for item in op.operands]
    nodes = list(dict.fromkeys(item for item in items if isinstance(item, int)))
    return nodes[0] if len(nodes) == 1 else build.emit("concat", items)


def pool(build: Builder, op: RawOp, name: str, *, spatial: int | None = None) -> Operand:
    """A pooling over windows; over the whole map it is a global one, over single elements nothing.

    Args:
        build: the builder.
        op: the raw op; its first operand is the data.
        name: "max_pool" or "avg_pool".
        spatial: number of spatial dimensions; default: all but two.
    """
    before, after = build.shape(at(op, 0)), op.shape
    rank = spatial if spatial is not None else max(len(after) - 2, 0)
    if rank and all(size == 1 for size in after[-rank:]) and any(size != 1 for size in before[-rank:]):
        return build.emit_raw(f"global_{name}", op.operands[:1])
    return build.emit_raw(name, op.operands[:1])


def reduction(build: Builder, op: RawOp, name: str, axes: Sequence[int] | None, *, keepdim: bool) -> Operand:
    """A reduction over `axes` (None: all)."""
    rank = len(build.shape(at(op, 0)))
    kept = tuple(sorted(axis % rank for axis in axes)) if axes and rank else tuple(range(rank))
    return build.emit_raw(name, op.operands[:1], axes=kept, rank=rank, keepdim=keepdim)


def clamp(build: Builder, data: Operand, low: float | None, high: float | None) -> Operand:
    """Bounds to a range: `relu`, `relu6` and `hard_tanh` are the well known ones."""
    names: dict[tuple[float | None, float | None], str] = {(0.0, None): "relu", (0.0, 6.0): "relu6"}
    names[-1.0, 1.0] = "hard_tanh"
    return build.emit_raw(names.get((low, high), "clamp"), [data], low=low, high=high)


def kernel_name(kind: str, kernel: Shape, groups: int, channels: int) -> str:
    """Name of a convolution: `conv3x3`, depthwise `dwconv3x3`, grouped `gconv3x3`, transposed `deconv3x3`."""
    prefix = "" if groups == 1 else "dw" if groups == channels else "g"
    return f"{prefix}{kind}{'x'.join(str(size) for size in kernel)}"


def convolution(
    build: Builder, op: RawOp, groups: int, *, transposed: bool, operands: Sequence[Operand] | None = None
) -> Operand:
    """A convolution of (data, weight, bias).

    `weight` has shape (out, in / groups, *kernel), transposed (in, out / groups, *kernel).
    """
    data, weight, bias = (*(op.operands if operands is None else operands), None, None)[:3]
    shape = (*build.shape(weight), 1, 1)[: max(len(build.shape(weight)), 2)]
    kernel, channels = shape[2:], shape[0] if transposed else shape[1] * groups
    # Each output element (transposed: input element) costs one multiply-add per weight of its channel.
    steps = elements(build.shape(data) if transposed else op.shape)
    return build.emit_raw(
        kernel_name("deconv" if transposed else "conv", kernel, groups, channels),
        [data, weight, bias],
        flops=2 * steps * elements(shape[1:]),
        kind="convolution",
        channels=shape[1] * groups if transposed else shape[0],
        affine=bias is not None,
    )


def product(build: Builder, op: RawOp, left: Operand, right: Operand, inner: int | None = None) -> Operand:
    """A matrix product; with a weight on one side it is `linear`.

    Args:
        build: the builder.
        op: the raw op.
        left: raw operand.
        right: raw operand.
        inner: the dimension that is summed over; default: the last one of `left`.
    """
    items = [build.operand(left), build.operand(right)]
    width = (build.shape(left) or (1,))[-1] if inner is None else inner
    flops = 2 * elements(op.shape) * width
    if not any(isinstance(item, Weight) for item in items):
        return build.emit("matmul", items, flops=flops)
    swapped = isinstance(items[0], Weight)
    channels = op.shape[-2:][0] if swapped and len(op.shape) > 1 else (op.shape or (1,))[-1]
    operands = items[::-1] if swapped else items
    flat = len(op.shape) == 2 and not swapped
    return build.emit("linear", operands, flops=flops, flat=flat, channels=channels, affine=False)


def product_sum(build: Builder, op: RawOp, addend: Operand, left: Operand, right: Operand) -> Operand:
    """A matrix product to which something is added."""
    made = product(build, op, left, right)
    item = build.operand(addend)
    if item is None:
        return made
    if isinstance(made, int) and build.nodes[made].op == "linear" and isinstance(item, Weight):
        node = build.nodes[made]
        node.operands.append(item)
        node.attributes["affine"] = True
        return made
    return build.emit("add", [made, item])


def attention(build: Builder, operands: Sequence[Operand]) -> Operand:
    """Fused attention of query (..., L, E), key (..., S, E), value (..., S, Ev) and an optional mask."""
    query, key, value = ((1, 1, *build.shape(item)) for item in operands[:3])
    flops = 2 * elements((*query[:-1], key[-2])) * (query[-1] + value[-1])
    return build.emit_raw("attention", operands, flops=flops)


def recurrent(
    build: Builder, name: str, data: Operand, layers: Sequence[Sequence[Operand]], states: Sequence[Operand]
) -> Operand:
    """A recurrent net: one node a layer; every weight matrix is used once per step of the sequence."""
    steps = elements(build.shape(data)[:-1])
    made = build.operand(data)
    for index, weights in enumerate(layers):
        shapes = [build.shape(item) for item in weights]
        rank = max((len(shape) for shape in shapes), default=0)
        # Biases have one dimension less than matrices: sources stack directions and both biases.
        matrices = sum(elements(shape) for shape in shapes if len(shape) == rank)
        items = [made, *(build.operand(item) for item in weights)]
        if index == 0:
            # Initial states that do not depend on the input are zeros.
            items += [item for item in map(build.operand, states) if isinstance(item, int)]
        made = build.emit(name, items, flops=2 * steps * matrices)
    return made


def chain(build: Builder, op: RawOp, name: str) -> Operand:
    """An op of any number of operands as a chain of ops of two."""
    made = build.operand(at(op, 0))
    for item in op.operands[1:]:
        made = build.emit(name, [made, build.operand(item)])
    return made


def named(prefix: str, names: str) -> dict[str, Rule | str]:
    """Table lines for ops that keep their name: "relu tanh" -> {prefix.relu: relu, ...}."""
    return {f"{prefix}{name}": name for name in names.split()}


def ruled(prefix: str, names: str, rule: Rule | str) -> dict[str, Rule | str]:
    """Table lines of ops that share a rule."""
    return {f"{prefix}{name}": rule for name in names.split()}
