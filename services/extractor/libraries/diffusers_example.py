"""Example inputs that classes of diffusers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

SIDE, FRAMES, TOKENS = 16, 5, 32


def floats(*shape: int) -> Tensor:
    """Numbers of a shape."""
    return torch.empty(*shape)


def ids(*shape: int) -> Tensor:
    """Indices of a shape."""
    return torch.ones(*shape, dtype=torch.int64)


def mask(*shape: int) -> Tensor:
    """A mask that leaves nothing out."""
    return torch.ones(*shape, dtype=torch.bool)


def step() -> Tensor:
    """A step of time."""
    return torch.ones(1)


def whole_step() -> Tensor:
    """A step of time as an index."""
    return ids(1)


def image(channels: int, side: int = SIDE) -> Tensor:
    """A square image of features."""
    return floats(1, channels, side, side)


def film(channels: int, frames: int = FRAMES, side: int = SIDE) -> Tensor:
    """A few square images of features."""
    return floats(1, channels, frames, side, side)


def words(width: int, tokens: int = TOKENS) -> Tensor:
    """Features of a text."""
    return floats(1, tokens, width)


def sample(*shape: int) -> Callable[[], dict[str, Any]]:
    """An entry of the table with one input, `sample`."""
    return lambda: {"sample": floats(*shape)}
