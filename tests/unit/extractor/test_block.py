"""What an architecture is mostly made of."""

import pytest
import timm
import torch

from nar.architecture import Block
from nar.graph import Graph
from services.extractor.block import block
from services.extractor.canonical import canonicalise
from services.extractor.tracer import trace


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet18", Block.CNN),
        ("convnext_atto", Block.CNN),
        ("convnext_tiny", Block.CNN),
        ("vit_tiny_patch16_224", Block.ATTENTION),
        ("cait_xxs24_224", Block.ATTENTION),
        ("mobilevit_s", Block.ATTENTION),
        ("mixer_s32_224", Block.OTHER),
        ("resmlp_12_224", Block.OTHER),
    ],
)
def test_block_of_known_models(name: str, expected: Block) -> None:
    with torch.device("meta"):
        model = timm.create_model(name)
        data = torch.randn(1, *model.pretrained_cfg["input_size"])
    assert block(canonicalise(trace(model, (data,), {}, name)).graph) == expected


def chain(*ops: str) -> Graph:
    return Graph.from_ops(ops, [(index, index + 1) for index in range(len(ops) - 1)])


def test_a_softmax_between_products_is_attention_and_one_behind_them_is_not() -> None:
    assert block(chain("input", "matmul", "linear", "softmax", "linear", "matmul")) == Block.ATTENTION
    assert block(chain("input", "linear", "matmul", "relu", "softmax")) == Block.OTHER


def test_a_graph_of_two_ops_is_too_small_to_tell() -> None:
    assert block(chain("input", "conv3x3")) == Block.UNKNOWN
