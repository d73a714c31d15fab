"""pretrainedmodels: classifiers of images from before 2019 (https://github.com/Cadene/pretrained-models.pytorch)."""

from __future__ import annotations

import pretrainedmodels
import torch

from services.extractor.libraries.model import BuiltModel, defining_module


def names() -> list[str]:
    """All models but those that it takes from torchvision."""
    own = set(pretrainedmodels.model_names) - set(vars(pretrainedmodels.models.torchvision_models))
    return sorted(own)


def build(name: str) -> BuiltModel:
    """The model `name` with one image of the size that it was made for."""
    module = getattr(pretrainedmodels, name)(pretrained=None)
    side = {"nasnetalarge": 331, "pnasnet5large": 331, "polynet": 331}.get(name, 0)
    side = side or (299 if name.startswith(("inception", "xception")) else 224)
    return BuiltModel(module, defining_module(module), "image-classification", args=(torch.empty(1, 3, side, side),))
