"""Normalisations that are spelled out become the ones that are built in."""

from collections.abc import Callable

import pytest
import torch
from module_doors import DOORS, QUICK_DOORS, graph_of
from torch import Tensor, nn
from torch.nn import functional


class Spelled(nn.Module):
    """A normalisation in pieces, with its weights."""

    def __init__(self, function: Callable[[Tensor], Tensor], *, shift: bool) -> None:
        super().__init__()
        self.function = function
        self.weight = nn.Parameter(torch.ones(16))
        self.bias = nn.Parameter(torch.zeros(16)) if shift else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.weight * self.function(x)
        return x if self.bias is None else x + self.bias


def by_mean_and_sqrt(x: Tensor) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt(centred.pow(2).mean(-1, keepdim=True) + 1e-5)


def by_rsqrt(x: Tensor) -> Tensor:
    mean = x.mean(-1, keepdim=True)
    return (x - mean) * torch.rsqrt(((x - mean) * (x - mean)).mean(-1, keepdim=True) + 1e-5)


def rms_by_rsqrt(x: Tensor) -> Tensor:
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


def rms_by_sqrt(x: Tensor) -> Tensor:
    return x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt()


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize("function", [by_mean_and_sqrt, by_rsqrt])
def test_a_spelled_layer_norm_is_a_layer_norm(function: Callable[[Tensor], Tensor], door: str) -> None:
    graph = graph_of(Spelled(function, shift=True), torch.randn(2, 5, 16), door=door)
    assert graph.ops == ["input", "layer_norm"]
    assert graph.params.tolist() == [0, 32]


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize("function", [rms_by_rsqrt, rms_by_sqrt])
def test_a_spelled_rms_norm_is_an_rms_norm(function: Callable[[Tensor], Tensor], door: str) -> None:
    graph = graph_of(Spelled(function, shift=False), torch.randn(2, 5, 16), door=door)
    assert graph.ops == ["input", "rms_norm"]
    assert graph.params.tolist() == [0, 16]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("module", "op"),
    [
        (nn.LayerNorm(16), "layer_norm"),
        (nn.GroupNorm(4, 16), "group_norm"),
        (nn.GroupNorm(1, 16), "group_norm"),
        (nn.BatchNorm2d(16), "batch_norm"),
    ],
)
def test_built_in_norms_are_the_same_through_every_door(module: nn.Module, op: str, door: str) -> None:
    shape = (1, 4, 4, 16) if op == "layer_norm" else (1, 16, 4, 4)
    graph = graph_of(module, torch.randn(shape), door=door)
    assert graph.ops == ["input", op]
    assert graph.shapes == [shape, shape]
    assert graph.params.tolist() == [0, 32]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_division_by_the_norm_is_normalize(door: str) -> None:
    for function in (functional.normalize, lambda x: x / x.norm(dim=-1, keepdim=True)):
        assert graph_of(function, torch.randn(2, 16), door=door).ops == ["input", "normalize"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_scale_after_a_learned_layer_norm_is_a_layer_scale(door: str) -> None:
    graph = graph_of(Spelled(nn.LayerNorm(16), shift=False), torch.randn(2, 5, 16), door=door)
    assert graph.ops == ["input", "layer_norm", "scale"]
    assert graph.params.tolist() == [0, 32, 16]
