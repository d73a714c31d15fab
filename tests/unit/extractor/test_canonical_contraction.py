"""What only shows, cuts, joins or pads a tensor vanishes; pooling over all positions has one name."""

from collections.abc import Callable

import pytest
import torch
from module_doors import QUICK_DOORS, graph_of
from torch import Tensor, nn
from torch.nn import functional

IMAGE = torch.randn(1, 8, 6, 6)


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_views_vanish(door: str) -> None:
    def views(x: Tensor) -> Tensor:
        x = x.reshape(2, 4, 6, 6).permute(0, 2, 3, 1).contiguous().relu()
        x = x.flatten(1).unsqueeze(0).expand(3, -1, -1).transpose(0, 1)
        return functional.dropout(x, 0.5, training=False).squeeze().tanh()

    assert graph_of(views, IMAGE, door=door).ops == ["input", "relu", "tanh"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_parts_of_one_tensor_join_to_that_tensor(door: str) -> None:
    def shift(x: Tensor) -> Tensor:
        return torch.roll(x.relu(), (1, 2), (2, 3)).tanh()

    def merge(x: Tensor) -> Tensor:
        x = x.relu()
        return torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2]], 1).tanh()

    for function in (shift, merge):
        assert graph_of(function, IMAGE, door=door).ops == ["input", "relu", "tanh"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_joins_of_joins_are_one_join(door: str) -> None:
    def join(x: Tensor) -> Tensor:
        return torch.cat([torch.cat([x.relu(), x.tanh()], 1), x.sigmoid()], 1)

    def other_axis(x: Tensor) -> Tensor:
        return torch.cat([torch.cat([x.relu(), x.tanh()], 2), x.sigmoid().repeat(1, 1, 2, 1)], 1)

    assert graph_of(join, IMAGE, door=door).ops.count("concat") == 1
    assert graph_of(other_axis, IMAGE, door=door).ops.count("concat") == 2


@pytest.mark.parametrize("door", QUICK_DOORS)
@pytest.mark.parametrize(
    "pool",
    [
        lambda x: functional.adaptive_avg_pool2d(x, 1),
        lambda x: x.mean((2, 3)),
        lambda x: x.mean((2, 3), keepdim=True),
        lambda x: functional.avg_pool2d(x, 6),
        lambda x: x.flatten(2).transpose(1, 2).mean(1),
        lambda x: x.permute(0, 2, 3, 1).mean((1, 2)),
    ],
)
def test_the_mean_over_all_positions_is_a_global_pool(pool: Callable[[Tensor], Tensor], door: str) -> None:
    graph = graph_of(pool, IMAGE, door=door)
    assert graph.ops == ["input", "global_avg_pool"]
    assert graph.shapes[1] == (1, 8)


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_pool_that_changes_nothing_vanishes(door: str) -> None:
    module = nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(6), nn.Flatten(), nn.Tanh())
    assert graph_of(module, IMAGE, door=door).ops == ["input", "relu", "tanh"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_what_reaches_no_output_is_dropped(door: str) -> None:
    def wasteful(x: Tensor) -> Tensor:
        x.sigmoid().exp()
        return x.relu()

    assert graph_of(wasteful, IMAGE, door=door).ops == ["input", "relu"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_neutral_constants_vanish_and_others_join(door: str) -> None:
    assert graph_of(lambda x: (x * 1.0 + 0.0).relu(), IMAGE, door=door).ops == ["input", "relu"]
    assert graph_of(lambda x: x * 2.0 / 3.0, IMAGE, door=door).ops == ["input", "scale"]
    assert graph_of(lambda x: x + 2.0 - 3.0, IMAGE, door=door).ops == ["input", "shift"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_equal_arithmetic_is_one_op(door: str) -> None:
    def twice(x: Tensor) -> Tensor:
        return (x.exp() + 1.5).relu() * (x.exp() + 1.5).tanh()

    assert sorted(graph_of(twice, IMAGE, door=door).ops) == ["exp", "input", "mul", "relu", "shift", "tanh"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_lookup_of_ids_is_an_embedding(door: str) -> None:
    graph = graph_of(nn.Embedding(10, 4), torch.tensor([[1, 2, 3]]), door=door)
    assert graph.ops == ["input", "embedding"]
    assert graph.params.tolist() == [0, 40]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_choice_of_fixed_positions_vanishes(door: str) -> None:
    index = torch.tensor([0, 2, 1])
    for function in (lambda x: x[:, 0].relu(), lambda x: x[:, index].relu()):
        assert graph_of(function, IMAGE, door=door).ops == ["input", "relu"]


@pytest.mark.parametrize("door", QUICK_DOORS)
def test_a_join_of_parts_of_a_join_is_another_join(door: str) -> None:
    def shuffle(x: Tensor) -> Tensor:
        first, second = torch.cat([x.relu(), x.tanh()], 1).chunk(2, dim=1)
        return torch.cat([first, second.sigmoid()], 1)

    graph = graph_of(shuffle, IMAGE, door=door)
    assert sorted(graph.ops) == ["concat", "concat", "input", "relu", "sigmoid", "tanh"]
    assert graph.edges.shape[1] == 7
