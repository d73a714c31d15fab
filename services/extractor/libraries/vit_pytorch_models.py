"""vit_pytorch: vision transformers, one a module (https://github.com/lucidrains/vit-pytorch)."""

from __future__ import annotations

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, floats

_IMAGE = (floats(1, 3, 256, 256),)
_TASK = "image-classification"
_BASE = {
    "image_size": 256,
    "patch_size": 32,
    "num_classes": 1000,
    "dim": 1024,
    "depth": 6,
    "heads": 16,
    "mlp_dim": 2048,
}

_RECIPES = {
    "vit": Recipe("vit_pytorch.vit:ViT", _TASK, _IMAGE, _BASE),
    "simple_vit": Recipe("vit_pytorch.simple_vit:SimpleViT", _TASK, _IMAGE, _BASE),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
