"""The graph that the canonicaliser leaves: every op, its parameters, FLOPs and module."""

import pytest
import timm
import torch
from module_doors import graph_of
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nar.errors import InvalidGraph, InvalidInput
from services.extractor.canonical import canonicalise
from services.extractor.raw import RawGraph, RawOp, Weight
from services.extractor.tracer import trace


def test_an_op_that_no_table_knows_is_kept_and_counted() -> None:
    raw = RawGraph(
        [
            RawOp("input", (), (1, 4)),
            RawOp("lab.fold_protein", (0, Weight((4,), (("w", 4),))), (1, 4)),
            RawOp("lab.fold_protein", (1,), (1, 4)),
            RawOp("lab.unused", (0,), (1, 4)),
        ],
        (2,),
        "aten",
        4,
    )
    found = canonicalise(raw)
    assert found.graph.ops == ["input", "lab.fold_protein", "lab.fold_protein"]
    assert found.graph.params.tolist() == [0, 4, 0]
    assert found.unknown_ops == {"lab.fold_protein": 2}


def test_a_known_model_has_no_unknown_ops() -> None:
    with torch.device("meta"):
        raw = trace(timm.create_model("resnet18"), (torch.randn(1, 3, 64, 64),), {}, "resnet18")
    found = canonicalise(raw)
    assert found.unknown_ops == {}
    assert found.graph.name == "resnet18"


def test_sources_without_a_table_and_graphs_without_outputs_are_refused() -> None:
    ops = [RawOp("input", (), (1,))]
    with pytest.raises(InvalidInput, match="'caffe'"):
        canonicalise(RawGraph(ops, (0,), "caffe", 0))
    with pytest.raises(InvalidGraph, match="'m'"):
        canonicalise(RawGraph(ops, (), "aten", 0, "m"))


@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224", "convnext_atto"])
def test_flops_are_those_of_torch(name: str) -> None:
    with torch.device("meta"):
        model = timm.create_model(name).eval()
        data = torch.randn(1, 3, 224, 224)
    with FlopCounterMode(display=False) as counter:
        model(data)
    with torch.device("meta"):
        graph = canonicalise(trace(timm.create_model(name), (data,), {}, name)).graph
    assert graph.flops.sum() == counter.get_total_flops()


def test_shared_parameters_count_once_at_their_first_reader() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(self.layer(x).relu())

    graph = graph_of(Shared(), torch.randn(1, 8))
    assert graph.ops == ["input", "linear", "relu", "linear"]
    assert graph.params.tolist() == [0, 72, 0, 0]


def test_each_op_knows_its_module() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Sequential(nn.Identity(), nn.ReLU()), nn.Flatten())
    for door in ("traced", "torchscript", "dynamo"):
        graph = graph_of(module, torch.randn(1, 3, 4, 4), door=door)
        assert graph.ops == ["input", "conv1x1", "relu"]
        assert graph.modules == ["", "0", "1.1"]


class Sequence(nn.Module):
    """A recurrent net without its final states."""

    def __init__(self, net: nn.RNNBase) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.net(x)[0]
        return output


@pytest.mark.parametrize(("kind", "gates"), [(nn.LSTM, 4), (nn.GRU, 3)])
@pytest.mark.parametrize("door", ["traced", "torchscript"])
def test_a_recurrent_net_has_one_node_a_layer(kind: type[nn.RNNBase], gates: int, door: str) -> None:
    module = kind(8, 16, num_layers=2, bidirectional=True, batch_first=True)
    graph = graph_of(Sequence(module), torch.randn(1, 5, 8), door=door)
    name = kind.__name__.lower()
    assert graph.ops == ["input", name, name]
    first, second = (2 * gates * 16 * (width + 16) for width in (8, 32))
    biases = 2 * 2 * gates * 16
    assert graph.params.tolist() == [0, first + biases, second + biases]
    assert graph.flops.tolist() == [0, 2 * 5 * first, 2 * 5 * second]


def test_seventy_thousand_ops_come_through_whole() -> None:
    ops = [RawOp("input", (), (1, 8))]
    weight = Weight((8, 8), (("w", 64),))
    for _ in range(18_000):
        last = len(ops) - 1
        ops.append(RawOp("aten.mm", (last, weight), (1, 8)))
        ops.append(RawOp("aten.view", (last + 1,), (1, 8), {"size": (1, 8)}))
        ops.append(RawOp("aten.silu", (last + 2,), (1, 8)))
        ops.append(RawOp("aten.add", (last + 3, last), (1, 8)))
    graph = canonicalise(RawGraph(ops, (len(ops) - 1,), "aten", 64)).graph
    assert len(graph) == 1 + 3 * 18_000
    assert graph.params.sum() == 64
