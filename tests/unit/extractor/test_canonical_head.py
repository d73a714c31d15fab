"""The end of a network looks the same, whoever wrote or exported it."""

import pytest
import torch
from module_doors import QUICK_DOORS, graph_of
from torch import nn


def with_head(*head: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), *head)


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize(
    "head",
    [
        (nn.Conv2d(8, 5, 1), nn.Flatten()),
        (nn.Flatten(), nn.Linear(8, 5)),
        (nn.Flatten(), nn.Linear(8, 5), nn.Softmax(-1)),
    ],
    ids=["convolution", "linear", "softmax"],
)
def test_classifiers_are_linear(head: tuple[nn.Module, ...], door: str) -> None:
    graph = graph_of(with_head(*head).eval(), torch.randn(1, 3, 9, 9), door=door)
    assert graph.ops == ["input", "conv3x3", "relu", "global_avg_pool", "linear"]
    assert graph.shape_table[graph.shape[-1]] == (1, 5)
    assert graph.params[-1] == 8 * 5 + 5


def test_a_convolution_that_excites_stays_one() -> None:
    class Excite(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.reduce = nn.Conv2d(3, 3, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.reduce(x.mean((2, 3), keepdim=True)).sigmoid()

    assert "conv1x1" in graph_of(Excite().eval(), torch.randn(1, 3, 9, 9), door=QUICK_DOORS[0]).ops
