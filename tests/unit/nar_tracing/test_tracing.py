"""The user's own modules as graphs."""

import pytest
import torch
from torch import Tensor, nn

import nar
from nar.errors import ExtractionFailed


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.second = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(torch.relu(self.norm(self.first(x)))))


class ReadsNumbers(nn.Module):
    """Reads a number out of a buffer, in a way that needs the number."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scales", torch.tensor([0.5, 2.0]))
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        for scale in self.scales.numpy():
            x = self.linear(x) * float(scale)
        return x


def test_a_module_becomes_its_canonical_graph() -> None:
    graph = nar.trace(Residual(), torch.zeros(1, 3, 16, 16))
    assert graph.ops == ["input", "conv3x3", "relu", "conv3x3", "add", "relu"]
    assert graph.edges.T.tolist() == [[0, 1], [1, 2], [2, 3], [0, 4], [3, 4], [4, 5]]
    # The batch norm is folded into the convolution.
    assert graph.params.tolist() == [0, 8 * 27 + 8, 0, 3 * 72 + 3, 0, 0]
    assert (graph.name, graph.modules[1]) == ("Residual", "first")


def test_the_module_is_left_as_it_was() -> None:
    module = Residual().train()
    module.norm.eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    nar.trace(module, torch.zeros(1, 3, 16, 16))
    assert module.training
    assert not module.norm.training
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


def test_weights_need_no_memory() -> None:
    with torch.device("meta"):
        module = nn.Sequential(nn.Linear(1 << 20, 1 << 20), nn.ReLU())
    graph = nar.trace(module, torch.zeros(1, 1 << 20, device="meta"))
    assert graph.params.sum() == (1 << 40) + (1 << 20)


def test_a_module_that_reads_numbers_is_run_as_it_is() -> None:
    module = ReadsNumbers().train()
    graph = nar.trace(module, torch.zeros(1, 4))
    assert len(graph) >= 3
    assert module.training


def test_inputs_may_have_names() -> None:
    graph = nar.trace(Residual(), x=torch.zeros(1, 3, 16, 16), name="mine")
    assert graph.name == "mine"


def test_a_module_that_fails_on_its_inputs_is_an_error() -> None:
    with pytest.raises(ExtractionFailed, match=r"Residual fails on these inputs: RuntimeError"):
        nar.trace(Residual(), torch.zeros(1, 4, 16, 16))
