"""pytorchvideo: recognition in videos (https://github.com/facebookresearch/pytorchvideo)."""

from __future__ import annotations

from typing import Any

import torch
from pytorchvideo.models import hub

from services.extractor.libraries.model import BuiltModel

# Its vision transformers read numbers from weights, and are left out.
# All networks are of one class: the function's name tells the lineage. Name -> family, frames and side of a clip.
_MODELS: dict[str, tuple[str, int, int]] = {
    "c2d_r50": ("c2d", 8, 224),
    "csn_r101": ("csn", 32, 224),
    "efficient_x3d_s": ("efficient_x3d", 13, 160),
    "efficient_x3d_xs": ("efficient_x3d", 4, 160),
    "i3d_r50": ("i3d", 8, 224),
    "r2plus1d_r50": ("r2plus1d", 16, 224),
    "slow_r50": ("slowfast", 8, 224),
    "slow_r50_detection": ("slowfast", 4, 224),
    "slowfast_16x8_r101_50_50": ("slowfast", 64, 224),
    "slowfast_r101": ("slowfast", 32, 224),
    "slowfast_r50": ("slowfast", 32, 224),
    "slowfast_r50_detection": ("slowfast", 32, 224),
    "x3d_l": ("x3d", 16, 320),
    "x3d_m": ("x3d", 16, 224),
    "x3d_s": ("x3d", 13, 160),
    "x3d_xs": ("x3d", 4, 160),
}


def names() -> list[str]:
    """The hub's convolutional networks."""
    return list(_MODELS)


def build(name: str) -> BuiltModel:
    """The model `name` with one clip; one of two rates where it wants both, and one box where it detects."""
    family, frames, side = _MODELS[name]
    module = getattr(hub, name)(pretrained=False)
    clip: Any = torch.empty(1, 3, frames, side, side)
    if "slowfast" in name:
        clip = [torch.empty(1, 3, frames // 4, side, side), clip]
    boxes = (torch.empty(1, 5),) if "detection" in name else ()
    task = "object-detection" if boxes else "video-classification"
    return BuiltModel(module, family, task, args=(clip, *boxes))
