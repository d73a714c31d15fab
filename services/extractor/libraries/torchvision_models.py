"""torchvision: classification, detection, segmentation, video, optical flow, quantised models."""

from __future__ import annotations

from typing import Any

import torch
from torchvision import models

from services.extractor.libraries.model import BuiltModel, defining_module

_TASKS = {
    "detection": "object-detection",
    "segmentation": "semantic-segmentation",
    "video": "video-classification",
    "optical_flow": "optical-flow",
}


def names() -> list[str]:
    """All of `torchvision.models.list_models()`."""
    return list(models.list_models())


def build(name: str) -> BuiltModel:
    """The model `name`, with one input as its kind of model takes it."""
    builder = models.get_model_builder(name)
    parts = builder.__module__.split(".")
    kind = parts[2] if len(parts) > 3 else "classification"
    options: dict[str, Any] = {"weights": None}
    if kind in ("detection", "segmentation"):
        options["weights_backbone"] = None
    if kind == "quantization":
        # Quantised kernels have no shape functions; quantize=False is the same architecture before conversion.
        options["quantize"] = False
    if name in ("googlenet", "inception_v3") or name.startswith(("quantized_googlenet", "quantized_inception")):
        options["init_weights"] = False
    module = models.get_model(name, **options)
    if name.startswith("maskrcnn"):
        # It pastes each mask into the image at the place of its box, which only a real run knows.
        module.transform.postprocess = lambda result, *_: result
    family = parts[-1] if parts[-1] != "_utils" else defining_module(module)
    return BuiltModel(module, family, _TASKS.get(kind, "image-classification"), args=_inputs(name, kind))


def _inputs(name: str, kind: str) -> tuple[Any, ...]:
    """One example of what the models of a kind take."""
    if kind == "detection":
        return ([torch.empty(3, 320, 320)],)
    if kind == "optical_flow":
        return (torch.empty(1, 3, 128, 128), torch.empty(1, 3, 128, 128))
    if kind == "video":
        size = 112 if name.startswith(("r3d", "mc3", "r2plus1d")) else 224
        return (torch.empty(1, 3, 16, size, size),)
    size = 299 if "inception_v3" in name else 224
    return (torch.empty(1, 3, size, size),)
