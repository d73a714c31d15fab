"""xlstm: stacks of the two blocks of "xLSTM: Extended Long Short-Term Memory" (https://github.com/NX-AI/xlstm)."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, floats


def _part(kind: str, **arguments: Any) -> Recipe:
    return Recipe(f"xlstm:{kind}", "", (), arguments)


def _mlstm() -> Recipe:
    layer = _part("mLSTMLayerConfig", conv1d_kernel_size=4, qkv_proj_blocksize=4, num_heads=4)
    return _part("mLSTMBlockConfig", mlstm=layer)


def _slstm() -> Recipe:
    layer = _part("sLSTMLayerConfig", backend="vanilla", num_heads=4, conv1d_kernel_size=4)
    feedforward = _part("FeedForwardConfig", proj_factor=1.3, act_fn="gelu")
    return _part("sLSTMBlockConfig", slstm=layer, feedforward=feedforward)


def _stack(**arguments: Any) -> Recipe:
    config = _part("xLSTMBlockStackConfig", **arguments)
    width = arguments["embedding_dim"]
    return Recipe("xlstm:xLSTMBlockStack", "", (floats(1, 64, width),), {"config": config}, family="xlstm")


_SMALL = {"context_length": 64, "num_blocks": 7, "embedding_dim": 128}

_RECIPES = {
    "stack/7_1": _stack(mlstm_block=_mlstm(), slstm_block=_slstm(), slstm_at=[1], **_SMALL),
    "stack/1_0": _stack(mlstm_block=_mlstm(), **_SMALL),
    "stack/125m": _stack(mlstm_block=_mlstm(), context_length=64, num_blocks=24, embedding_dim=768),
    "stack/350m": _stack(mlstm_block=_mlstm(), context_length=64, num_blocks=48, embedding_dim=1024),
    "stack/1_3b": _stack(mlstm_block=_mlstm(), context_length=64, num_blocks=48, embedding_dim=2048),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
