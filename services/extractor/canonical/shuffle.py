"""Finds the channel shuffles (Zhang et al., 2018) that a source spells out as views, before views vanish."""

from __future__ import annotations

import math
from collections.abc import Sequence

from services.extractor.raw import RawGraph, RawOp

SHUFFLE = {"aten": "aten.channel_shuffle", "onnx": "ChannelShuffle"}
"""What the last op of a shuffle is called from then on, by source."""

_TRANSPOSES = {"aten.transpose", "aten.permute", "Transpose"}
_COPIES = {"aten.clone", "aten.contiguous"}


def mark_channel_shuffles(raw: RawGraph) -> None:
    """Renames the last op of each (B, G N, ...) -> (B, G, N, ...) -> (B, N, G, ...) -> (B, G N, ...), in place.

    Of images only: sequences are split and joined in this way for other reasons too.
    """
    for op in raw.ops:
        begin = _begin(raw.ops, op)
        if begin is not None:
            op.name, op.operands, op.attributes = SHUFFLE[raw.source], (begin,), {}


def _begin(ops: Sequence[RawOp], last: RawOp) -> int | None:
    """Index of the op whose channels `last` gives back shuffled; None where it ends no shuffle."""
    swap = _producer(ops, last)
    while swap is not None and swap.name in _COPIES:
        swap = _producer(ops, swap)
    if swap is None or swap.name not in _TRANSPOSES:
        return None
    split = _producer(ops, swap)
    begin = split.operands[0] if split is not None and split.operands else None
    if split is None or not isinstance(begin, int) or len(split.shape) < 5:
        return None
    batch, groups, each, *places = split.shape
    swapped, joined = (batch, each, groups, *places), (batch, groups * each, *places)
    is_shuffle = swap.shape == swapped and last.shape == joined == ops[begin].shape and 1 not in (groups, each)
    return begin if is_shuffle and math.prod(last.shape) > 0 else None


def _producer(ops: Sequence[RawOp], op: RawOp) -> RawOp | None:
    """The op that made the first operand of `op`; None where it is a constant."""
    first = op.operands[0] if op.operands else None
    return ops[first] if isinstance(first, int) else None
