"""pytorchcv: computer vision models (https://github.com/osmr/pytorchcv)."""

from __future__ import annotations

import torch
from pytorchcv.model_provider import _models as registry

from services.extractor.libraries.model import BuiltModel, defining_module

_TASKS = {
    "seg": "semantic-segmentation",
    "pose": "keypoint-detection",
    "detection": "object-detection",
    "speech": "automatic-speech-recognition",
}


def names() -> list[str]:
    """All names that its model provider knows."""
    return sorted(registry)


def build(name: str) -> BuiltModel:
    """The model `name`, with one input of the size and channels that it states."""
    module = registry[name](pretrained=False)
    size = getattr(module, "in_size", None) or (224, 224)
    channels = getattr(module, "in_channels", None) or 3
    family = defining_module(module)
    if family in ("jasper", "jasperdr"):
        frames = torch.empty(1, channels, 640)
        return BuiltModel(module, family, _TASKS["speech"], args=(frames, torch.full((1,), 640)))
    return BuiltModel(module, family, _task(module), args=(torch.empty(1, channels, *size),))


def _task(module: torch.nn.Module) -> str:
    kind = type(module).__name__.lower()
    if hasattr(module, "keypoints") or "pose" in kind:
        return _TASKS["pose"]
    if hasattr(module, "fixed_size") or "seg" in type(module).__module__:
        return _TASKS["seg"]
    return "image-classification"
