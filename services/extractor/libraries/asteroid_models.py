"""asteroid: separation of sources of sound (https://github.com/asteroid-team/asteroid)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from services.extractor.libraries.absent import skip_init, stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Input, Recipe, floats

stand_in("pytorch_lightning", "torchmetrics", "pb_bss_eval", "torch_optimizer", "torch_stoi", "pesq")
# Its own __init__ demands the training's libraries.
skip_init("asteroid")

_WAVE = (floats(1, 1, 16_000),)


def _recipe(module: str, name: str, inputs: tuple[Input, ...] = _WAVE, **arguments: Any) -> Recipe:
    return Recipe(f"asteroid.models.{module}:{name}", "audio-to-audio", inputs, arguments)


_RECIPES = {
    "ConvTasNet": _recipe("conv_tasnet", "ConvTasNet", n_src=2),
    "ConvTasNet/causal": _recipe("conv_tasnet", "ConvTasNet", n_src=2, causal=True, norm_type="cgLN"),
    "VADNet": _recipe("conv_tasnet", "VADNet", n_src=1),
    **{
        f"DCUNet/{size}": _recipe("dcunet", "DCUNet", architecture=size, fix_length_mode="pad")
        for size in ("DCUNet-10", "DCUNet-16", "DCUNet-20", "Large-DCUNet-20")
    },
    "DPRNNTasNet": _recipe("dprnn_tasnet", "DPRNNTasNet", n_src=2),
    "DPRNNTasNet/mulcat": _recipe("dprnn_tasnet", "DPRNNTasNet", n_src=2, use_mulcat=True),
    "DPTNet": _recipe("dptnet", "DPTNet", n_src=2),
    "DeMask": _recipe("demask", "DeMask"),
    "FasNetTAC": _recipe("fasnet", "FasNetTAC", (floats(1, 4, 16_000),), n_src=2),
    "LSTMTasNet": _recipe("lstm_tasnet", "LSTMTasNet", n_src=2),
    "SuDORMRFImprovedNet": _recipe("sudormrf", "SuDORMRFImprovedNet", n_src=2),
    "SuDORMRFNet": _recipe("sudormrf", "SuDORMRFNet", n_src=2),
}


def _norm_over_last(value: Tensor, dims: Sequence[int], eps: float = 1e-8) -> Tensor:
    """Its `z_norm` over the last dimensions, whose numbers it reads from a tensor, which has none here."""
    last = tuple(range(value.ndim - len(dims), value.ndim))
    mean = value.mean(last, keepdim=True)
    spread = torch.var(value, last, unbiased=False, keepdim=True)
    return (value - mean) / torch.sqrt(spread + eps)


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    from asteroid.masknn import norms

    norms.z_norm = _norm_over_last
    return _RECIPES[name].build()
