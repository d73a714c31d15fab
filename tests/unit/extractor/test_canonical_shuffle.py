"""A channel shuffle is an op of its own, whoever spells it; a look-alike is not."""

from collections.abc import Callable

import pytest
import torch
from module_doors import QUICK_DOORS, graph_of
from torch import Tensor
from torch.nn import functional

IMAGE = torch.randn(1, 8, 6, 6)


def by_hand(x: Tensor) -> Tensor:
    batch, channels, height, width = x.shape
    split = x.relu().view(batch, 2, channels // 2, height, width)
    return split.transpose(1, 2).contiguous().view(batch, channels, height, width).tanh()


def equal_groups(x: Tensor) -> Tensor:
    return x[:, :4].relu().reshape(1, 2, 2, 6, 6).permute(0, 2, 1, 3, 4).reshape(1, 4, 6, 6).tanh()


def whole(x: Tensor) -> Tensor:
    return functional.channel_shuffle(x.relu(), 2).tanh()


def no_swap(x: Tensor) -> Tensor:
    return x.relu().view(1, 2, 4, 6, 6).view(1, 8, 6, 6).tanh()


def other_axes(x: Tensor) -> Tensor:
    return x.relu().view(1, 2, 4, 6, 6).transpose(3, 4).reshape(1, 8, 6, 6).tanh()


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize("function", [by_hand, equal_groups])
def test_a_spelled_out_shuffle_is_found(function: Callable[[Tensor], Tensor], door: str) -> None:
    assert graph_of(function, IMAGE, door=door).ops == ["input", "relu", "channel_shuffle", "tanh"]


def test_the_function_of_torch_is_the_same_op() -> None:
    assert graph_of(whole, IMAGE, door=QUICK_DOORS[0]).ops == ["input", "relu", "channel_shuffle", "tanh"]


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize("function", [no_swap, other_axes])
def test_other_views_still_vanish(function: Callable[[Tensor], Tensor], door: str) -> None:
    assert graph_of(function, IMAGE, door=door).ops == ["input", "relu", "tanh"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_an_input_of_five_dimensions_begins_no_shuffle(door: str) -> None:
    def swap(x: Tensor) -> Tensor:
        return x.transpose(1, 2).reshape(1, 8, 6, 6).tanh()

    assert graph_of(swap, torch.randn(1, 2, 4, 6, 6), door=door).ops == ["input", "tanh"]
