"""One architecture gives one canonical graph through every door: traced, and exported by both ONNX exporters."""

import pytest
import timm
import torch
from module_doors import DOORS, graph_of

from nar.fingerprint import fingerprint


@pytest.mark.parametrize(
    "name",
    [
        "resnet18",
        "mobilenetv3_small_100",
        "ghostnet_100",
        "convnextv2_atto",
        "poolformer_s12",
        "vit_tiny_patch16_224",
    ],
)
def test_timm_models_are_equal_to_the_last_shape_and_parameter(name: str) -> None:
    prints = {}
    for door in DOORS:
        torch.manual_seed(0)
        with torch.device("meta" if door == "traced" else "cpu"):
            model = timm.create_model(name)
            data = torch.randn(1, *model.pretrained_cfg["input_size"])
        prints[door] = fingerprint(graph_of(model, data, door=door))
    assert prints["dynamo"] == prints["traced"]
    assert prints["torchscript"] == prints["traced"]


def test_learned_position_biases_leave_the_topology_equal() -> None:
    """Exporters may store the biases that attention adds in the place of their table: its parameters differ."""
    name = "swin_tiny_patch4_window7_224"
    graphs = []
    for door in DOORS[:2]:
        with torch.device("meta" if door == "traced" else "cpu"):
            model = timm.create_model(name)
            data = torch.randn(1, 3, 224, 224)
        graphs.append(graph_of(model, data, door=door))
    traced, exported = graphs
    assert fingerprint(traced).topology == fingerprint(exported).topology
    assert traced.shapes == exported.shapes
    differing = {traced.ops[index] for index in (traced.params != exported.params).nonzero()[0]}
    assert differing == {"attention"}
