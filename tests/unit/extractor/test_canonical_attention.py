"""Attention, fused and spelled out."""

from collections.abc import Callable

import pytest
import torch
from module_doors import DOORS, QUICK_DOORS, graph_of
from torch import Tensor, nn
from torch.nn import functional

HEADS, WIDTH, LENGTH = 4, 32, 6
QUERIES = torch.randn(1, LENGTH, WIDTH)
FLOPS = 2 * LENGTH * LENGTH * WIDTH * 2

Core = Callable[[Tensor, Tensor, Tensor], Tensor]


class Attention(nn.Module):
    """Self-attention around an arithmetic core."""

    def __init__(self, core: Core) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)
        self.core = core

    def forward(self, x: Tensor) -> Tensor:
        batch, length, _ = x.shape
        q, k, v = self.qkv(x).reshape(batch, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4).unbind(0)
        return self.proj(self.core(q, k, v).transpose(1, 2).reshape(batch, length, -1))


def scale_query(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return (q * q.shape[-1] ** -0.5 @ k.transpose(-2, -1)).softmax(-1) @ v


def scale_scores(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return functional.dropout((q @ k.transpose(-2, -1) / 8**0.5).softmax(-1), 0.1, training=False) @ v


def by_einsum(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    scores = torch.einsum("bhid,bhjd->bhij", q, k) * 0.35
    return torch.einsum("bhij,bhjd->bhid", scores.softmax(-1), v)


def by_bmm(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    batch, heads, length, width = q.shape
    q, k, v = (item.reshape(batch * heads, length, width) for item in (q, k, v))
    return torch.bmm(torch.bmm(q, k.transpose(1, 2)).softmax(-1), v).reshape(batch, heads, length, width)


def with_mask(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    mask = torch.ones(LENGTH, LENGTH, dtype=torch.bool).tril()
    return (q @ k.transpose(-2, -1)).masked_fill(~mask, -1e9).softmax(-1) @ v


CORES: list[Core] = [
    functional.scaled_dot_product_attention,
    scale_query,
    scale_scores,
    by_einsum,
    by_bmm,
    with_mask,
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("core", CORES)
def test_fused_and_spelled_attention_are_the_same(core: Core, door: str) -> None:
    graph = graph_of(Attention(core), QUERIES, door=door)
    assert graph.ops == ["input", "linear", "attention", "linear"]
    assert graph.edges.tolist() == [[0, 1, 2], [1, 2, 3]]
    assert graph.shapes[2] == (HEADS, LENGTH, WIDTH // HEADS)
    assert graph.flops[2] == FLOPS


class WithBias(nn.Module):
    """Attention with a learned bias for each relative position."""

    def __init__(self, *, fused: bool) -> None:
        super().__init__()
        self.fused = fused
        self.table = nn.Parameter(torch.randn(2 * LENGTH - 1, HEADS))
        positions = torch.arange(LENGTH)
        self.register_buffer("index", positions[:, None] - positions[None] + LENGTH - 1)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        bias = self.table[self.index].permute(2, 0, 1)[None]
        if self.fused:
            return functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return ((q @ k.transpose(-2, -1)) * 0.3 + bias).softmax(-1) @ v


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize("fused", [True, False])
def test_a_learned_bias_belongs_to_the_attention(fused: bool, door: str) -> None:
    inputs = [torch.randn(1, HEADS, LENGTH, 8) for _ in range(3)]
    graph = graph_of(WithBias(fused=fused), *inputs, door=door)
    assert graph.ops == ["input"] * 3 + ["attention"]
    assert graph.params[3] == (2 * LENGTH - 1) * HEADS


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_mask_that_is_computed_stays_an_input(door: str) -> None:
    def masked(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
        return ((q @ k.transpose(-2, -1)) + torch.relu(mask)).softmax(-1) @ v

    inputs = [torch.randn(1, HEADS, LENGTH, 8) for _ in range(3)]
    graph = graph_of(masked, *inputs, torch.randn(1, 1, LENGTH, LENGTH), door=door)
    assert sorted(graph.ops) == ["attention", "input", "input", "input", "input", "relu"]
    assert graph.edges.shape[1] == 5


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_scores_that_are_also_returned_keep_the_attention_apart(door: str) -> None:
    def returned(q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        weights = (q @ k.transpose(-2, -1)).softmax(-1)
        return weights @ v, weights

    inputs = [torch.randn(1, HEADS, LENGTH, 8) for _ in range(3)]
    graph = graph_of(returned, *inputs, door=door)
    assert sorted(set(graph.ops)) == ["input", "matmul", "softmax"]


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize("interleaved", [True, False])
def test_rotary_embedding_is_one_op(interleaved: bool, door: str) -> None:
    angles = torch.randn(LENGTH, 8)

    def rotate(x: Tensor) -> Tensor:
        if interleaved:
            return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)
        return torch.cat((-x[..., 4:], x[..., :4]), dim=-1)

    def rotary(x: Tensor) -> Tensor:
        return x * angles.cos().to(x.device) + rotate(x) * angles.sin().to(x.device)

    assert graph_of(rotary, torch.randn(1, HEADS, LENGTH, 8), door=door).ops == ["input", "rotary_embedding"]
