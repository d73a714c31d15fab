"""Answers for ops whose result depends on numbers that a tensor without memory does not have.

Each answer is plausible and of the largest size: every element is selected, every number is 1, every box is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

# More boxes than this are never kept, as detection models themselves limit them.
_MAX_BOXES = 100
_MAX_NUMBERS = 1_000_000


def _indices(size: int, like: Tensor) -> Tensor:
    return torch.empty(size, dtype=torch.int64, device=like.device)


def _number(tensor: Tensor) -> Any:
    """1 of the tensor's type; a flag is true."""
    if tensor.dtype == torch.bool:
        return True
    return 1.0 if tensor.dtype.is_floating_point else 1


def _nonzero(tensor: Tensor) -> Tensor:
    return torch.empty(tensor.numel(), max(tensor.dim(), 1), dtype=torch.int64, device=tensor.device)


def _masked_select(tensor: Tensor, mask: Tensor) -> Tensor:
    return tensor.new_empty(torch.broadcast_shapes(tensor.shape, mask.shape)).reshape(-1)


def _index(tensor: Tensor, indices: list[Tensor | None]) -> Tensor:
    """Advanced indexing where a flag selects every element: masks become ranges over what they cover."""
    shapes: list[Tensor | None] = []
    for index in indices:
        if index is not None and index.dtype in (torch.bool, torch.uint8):
            shapes.extend(_indices(index.numel(), tensor) for _ in range(index.dim()))
        else:
            shapes.append(index)
    picked: Tensor = torch.ops.aten.index.Tensor(tensor, shapes)
    return picked


def _unique(tensor: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor, Tensor]:
    return tensor.new_empty(tensor.numel()), _indices(tensor.numel(), tensor), _indices(tensor.numel(), tensor)


def _unique_dim(tensor: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor, Tensor]:
    return tensor.new_empty(tensor.shape), _indices(tensor.shape[0], tensor), _indices(tensor.shape[0], tensor)


def _repeat_interleave(repeats: Tensor, output_size: int | None = None) -> Tensor:
    return _indices(output_size or repeats.numel(), repeats)


def _nms(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    return _indices(min(boxes.shape[0], _MAX_BOXES), boxes)


def _bincount(tensor: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    return _indices(max(minlength, 1), tensor)


def _pack(tensor: Tensor, lengths: Tensor, batch_first: bool) -> tuple[Tensor, Tensor]:
    """Sequences in a row, all as long as can be; how many go on at each step are numbers, as torch wants."""
    batch, steps = tensor.shape[:2] if batch_first else (tensor.shape[1], tensor.shape[0])
    return tensor.new_empty(batch * steps, *tensor.shape[2:]), torch.full((steps,), batch, device="cpu")


def _unpack(
    data: Tensor, batch_sizes: Tensor, batch_first: bool, padding_value: float, total_length: int = -1
) -> tuple[Tensor, Tensor]:
    steps = batch_sizes.shape[0]
    batch = data.shape[0] // steps
    shape = (batch, max(steps, total_length)) if batch_first else (max(steps, total_length), batch)
    return data.new_empty(*shape, *data.shape[1:]), torch.full((batch,), steps, device="cpu")


ANSWERS: dict[str, Callable[..., Any]] = {
    "aten._local_scalar_dense": _number,
    "aten.is_nonzero": lambda tensor: True,
    "aten.equal": lambda one, two: one.shape == two.shape,
    "aten.nonzero": _nonzero,
    "aten.masked_select": _masked_select,
    "aten._pack_padded_sequence": _pack,
    "aten._pad_packed_sequence": _unpack,
    "aten._unique2": _unique,
    "aten.unique_consecutive": _unique,
    "aten.unique_dim": _unique_dim,
    "aten.repeat_interleave": _repeat_interleave,
    "aten.bincount": _bincount,
    "torchvision.nms": _nms,
}
"""Name -> the answer, called with the op's own arguments."""


def answer(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any] | None:
    """What to run instead of the op `name`, None where the op itself can run without numbers."""
    if not any(isinstance(item, Tensor) and item.is_meta for item in args):
        return None
    if name == "aten._to_copy" and torch.device(kwargs.get("device") or "meta").type == "cpu":
        return lambda: _to_memory(args[0], kwargs.get("dtype"))
    if name == "aten.index" and any(_is_mask(index) for index in args[1]):
        return lambda: _index(args[0], args[1])
    if name == "aten.repeat_interleave" and not (len(args) == 1 and isinstance(args[0], Tensor)):
        return None
    found = ANSWERS.get(name)
    return None if found is None else lambda: found(*args, **kwargs)


def _to_memory(tensor: Tensor, dtype: torch.dtype | None) -> Tensor:
    """A small tensor of ones for code that wants to read numbers.

    Raises:
        ValueError: it has more than a million elements.
    """
    if tensor.numel() > _MAX_NUMBERS:
        raise ValueError(f"the model reads {tensor.numel():,} numbers of a tensor, which only a real run has")
    return torch.ones(tensor.shape, dtype=dtype or tensor.dtype)


def _is_mask(index: Tensor | None) -> bool:
    return index is not None and index.dtype in (torch.bool, torch.uint8)
