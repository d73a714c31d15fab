"""timm: image encoders (https://github.com/huggingface/pytorch-image-models)."""

from __future__ import annotations

import timm
import torch

from services.extractor.libraries.model import BuiltModel, defining_module


def names() -> list[str]:
    """All of `timm.list_models()`."""
    return list(timm.list_models())


def build(name: str) -> BuiltModel:
    """The model `name`, with one image of the size that its configuration states."""
    module = timm.create_model(name, pretrained=False)
    size = tuple(module.pretrained_cfg.get("input_size") or (3, 224, 224))
    task = "image-classification" if getattr(module, "num_classes", 0) else "image-feature-extraction"
    return BuiltModel(module, defining_module(module), task, args=(torch.empty(1, *size),))
