"""Activation functions that are spelled out become the ones that are built in."""

import math
from collections.abc import Callable

import pytest
import torch
from module_doors import QUICK_DOORS, graph_of
from torch import Tensor
from torch.nn import functional

SPELLINGS: list[tuple[str, Callable[[Tensor], Tensor]]] = [
    ("relu", functional.relu),
    ("relu", lambda x: x.clamp(min=0)),
    ("relu6", functional.relu6),
    ("relu6", lambda x: x.clamp(0, 6)),
    ("silu", functional.silu),
    ("silu", lambda x: x * torch.sigmoid(x)),
    ("silu", lambda x: torch.sigmoid(x) * x),
    ("hard_sigmoid", functional.hardsigmoid),
    ("hard_sigmoid", lambda x: functional.relu6(x + 3) / 6),
    ("hard_sigmoid", lambda x: (x / 6 + 0.5).clamp(0, 1)),
    ("hard_swish", functional.hardswish),
    ("hard_swish", lambda x: x * functional.relu6(x + 3) / 6),
    ("hard_swish", lambda x: x * (functional.relu6(x + 3) / 6)),
    ("hard_swish", lambda x: x * (x + 3).clamp(0, 6) * (1 / 6)),
    ("mish", functional.mish),
    ("mish", lambda x: x * functional.softplus(x).tanh()),
    ("softplus", functional.softplus),
    ("softplus", lambda x: torch.log(1 + torch.exp(x))),
    ("gelu", functional.gelu),
    ("gelu", lambda x: functional.gelu(x, approximate="tanh")),
    ("gelu", lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))),
    ("gelu", lambda x: x * 0.5 * (1.0 + torch.erf(x * 0.7071067811865476))),
    ("gelu", lambda x: x * (0.5 * (1 + torch.erf(x / math.sqrt(2))))),
    ("gelu", lambda x: x * (1 + torch.erf(x / math.sqrt(2))) * 0.5),
    ("gelu", lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))),
    ("gelu", lambda x: 0.5 * x * (1 + torch.tanh(x * 0.7978845608 * (1 + 0.044715 * x * x)))),
    ("gelu", lambda x: x * torch.sigmoid(1.702 * x)),
]


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize(("op", "function"), SPELLINGS)
def test_a_spelling_becomes_the_activation(op: str, function: Callable[[Tensor], Tensor], door: str) -> None:
    assert graph_of(function, torch.randn(2, 8), door=door).ops == ["input", op]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_gate_of_two_parts_is_no_silu(door: str) -> None:
    def gate(x: Tensor) -> Tensor:
        first, second = x.chunk(2, dim=-1)
        return first * torch.sigmoid(second)

    assert graph_of(gate, torch.randn(2, 8), door=door).ops == ["input", "sigmoid", "mul"]
    assert graph_of(functional.glu, torch.randn(2, 8), door=door).ops == ["input", "sigmoid", "mul"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_product_that_only_looks_like_gelu_stays(door: str) -> None:
    def squeeze(x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.5 * x)

    def quarter(x: Tensor) -> Tensor:
        return 0.25 * x * (1 + torch.erf(x / math.sqrt(2)))

    for function in (squeeze, quarter):
        ops = graph_of(function, torch.randn(2, 8), door=door).ops
        assert "gelu" not in ops
        assert "mul" in ops
