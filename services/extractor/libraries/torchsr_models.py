"""torchsr: super-resolution (https://github.com/Coloquinte/torchSR)."""

from __future__ import annotations

import torch
from torch import nn
from torchsr import models

from services.extractor.libraries.model import BuiltModel, defining_module

_NAMES = (
    *("carn", "carn_m", "edsr", "edsr_baseline", "edsr_r16f64", "edsr_r32f256", "ninasr_b0", "ninasr_b1", "ninasr_b2"),
    *("rcan", "rcan_g10r20f64", "rdn", "rdn_a", "rdn_b", "vdsr", "vdsr_r20f64"),
)
_SCALES = (2, 3, 4)


def names() -> list[str]:
    """Every network at every scale: "edsr/x2"."""
    return [f"{name}/x{scale}" for name in _NAMES for scale in _SCALES]


def build(name: str) -> BuiltModel:
    """The network and scale `name` with one small image."""
    short, _, scale = name.partition("/x")
    module: nn.Module = getattr(models, short)(scale=int(scale), pretrained=False)
    return BuiltModel(module, defining_module(module), "image-to-image", args=(torch.empty(1, 3, 48, 48),))
