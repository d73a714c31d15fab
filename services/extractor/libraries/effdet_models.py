"""effdet: EfficientDet and its relatives (https://github.com/rwightman/efficientdet-pytorch)."""

from __future__ import annotations

import torch
from effdet import EfficientDet, get_efficientdet_config
from effdet.config.model_config import efficientdet_model_param_dict

from services.extractor.libraries.model import BuiltModel


def names() -> list[str]:
    """All configurations of the package."""
    return list(efficientdet_model_param_dict)


def build(name: str) -> BuiltModel:
    """The detector `name` with one image of its own size."""
    config = get_efficientdet_config(name)
    module = EfficientDet(config, pretrained_backbone=False)
    height, width = config.image_size
    return BuiltModel(module, "efficientdet", "object-detection", args=(torch.empty(1, 3, height, width),))
