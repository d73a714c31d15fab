"""Batch norms, biases and products with weights become part of the layer before them."""

import pytest
import torch
from module_doors import DOORS, QUICK_DOORS, graph_of
from torch import Tensor, nn

IMAGE = torch.randn(1, 8, 10, 10)


class Scaled(nn.Module):
    """A layer whose output is multiplied, and shifted, per channel."""

    def __init__(self, layer: nn.Module, *, shift: bool, shape: tuple[int, ...] = (16, 1, 1)) -> None:
        super().__init__()
        self.layer = layer
        self.gamma = nn.Parameter(torch.ones(shape))
        self.beta = nn.Parameter(torch.zeros(shape)) if shift else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer(x) * self.gamma
        return x if self.beta is None else x + self.beta


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("bias", [True, False])
def test_a_batch_norm_folds_into_its_convolution(bias: bool, door: str) -> None:
    module = nn.Sequential(nn.Conv2d(8, 16, 3, bias=bias), nn.BatchNorm2d(16), nn.ReLU())
    graph = graph_of(module, IMAGE, door=door)
    assert graph.ops == ["input", "conv3x3", "relu"]
    assert graph.params.tolist() == [0, 8 * 16 * 9 + 16, 0]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_batch_norm_before_its_convolution_stays(door: str) -> None:
    graph = graph_of(nn.Sequential(nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 1)), IMAGE, door=door)
    assert graph.ops == ["input", "batch_norm", "relu", "conv1x1"]
    assert graph.params.tolist() == [0, 16, 0, 8 * 16 + 16]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_scale_and_shift_fold_but_a_layer_scale_stays(door: str) -> None:
    folded = graph_of(Scaled(nn.Conv2d(8, 16, 3), shift=True), IMAGE, door=door)
    assert folded.ops == ["input", "conv3x3"]
    assert folded.params.tolist() == [0, 8 * 16 * 9 + 16]
    scaled = graph_of(Scaled(nn.Conv2d(8, 16, 3), shift=False), IMAGE, door=door)
    assert scaled.ops == ["input", "conv3x3", "scale"]
    assert scaled.params.tolist() == [0, 8 * 16 * 9 + 16, 16]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_batch_norm_with_scale_and_shift_is_one_batch_norm(door: str) -> None:
    graph = graph_of(nn.Sequential(nn.ReLU(), Scaled(nn.BatchNorm2d(8), shift=True, shape=(8, 1, 1))), IMAGE, door=door)
    assert graph.ops == ["input", "relu", "batch_norm"]
    assert graph.params.tolist() == [0, 0, 16]


class Product(nn.Module):
    """A linear layer as a product and a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(8, 16))
        self.bias = nn.Parameter(torch.randn(16))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


@pytest.mark.parametrize("door", DOORS)
def test_product_and_sum_is_linear(door: str) -> None:
    for module in (Product(), nn.Linear(8, 16)):
        for shape in ((3, 8), (1, 5, 8), (2, 3, 5, 8)):
            graph = graph_of(module, torch.randn(shape), door=door)
            assert graph.ops == ["input", "linear"]
            assert graph.shapes[1] == (*shape[:-1], 16)
            assert graph.params.tolist() == [0, 8 * 16 + 16]
            assert graph.flops.tolist() == [0, 2 * torch.Size(shape[:-1]).numel() * 8 * 16]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_the_name_of_a_convolution_says_its_kernel_and_kind(door: str) -> None:
    cases = {
        "conv1x1": nn.Conv2d(8, 16, 1),
        "conv3x5": nn.Conv2d(8, 16, (3, 5)),
        "dwconv7x7": nn.Conv2d(8, 8, 7, padding=3, groups=8),
        "gconv3x3": nn.Conv2d(8, 16, 3, groups=2),
        "deconv2x2": nn.ConvTranspose2d(8, 4, 2, stride=2),
    }
    for op, module in cases.items():
        assert graph_of(module, IMAGE, door=door).ops == ["input", op]
    assert graph_of(nn.Conv1d(8, 16, 3), torch.randn(1, 8, 10), door=door).ops == ["input", "conv3"]
    assert graph_of(nn.Conv3d(8, 16, 3), torch.randn(1, 8, 5, 5, 5), door=door).ops == ["input", "conv3x3x3"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_padding_before_a_convolution_vanishes(door: str) -> None:
    graph = graph_of(nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(8, 16, 3, stride=2)), IMAGE, door=door)
    assert graph.ops == ["input", "conv3x3"]
