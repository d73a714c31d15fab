"""What the recipes of MONAI's networks share."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Input, Recipe, floats

CLASSES = "image-classification"
MASKS = "image-segmentation"
SLICE = floats(1, 1, 256, 256)
VOLUME = floats(1, 1, 96, 96, 96)
PHOTO = floats(1, 3, 224, 224)


IN_2D: dict[str, Any] = {"spatial_dims": 2, "in_channels": 1, "out_channels": 1}
IN_3D: dict[str, Any] = {"spatial_dims": 3, "in_channels": 1, "out_channels": 2}


# Modules whose names would say nothing beside those of other libraries.
_GENERAL = ("autoencoder", "classifier", "generator", "regressor", "transformer")


def network(path: str, task: str, inputs: tuple[Input, ...], **arguments: Any) -> Recipe:
    """A network of monai.networks.nets, by "module:Class"."""
    module = path.partition(":")[0]
    family = f"monai_{module}" if module in _GENERAL else ""
    return Recipe(f"monai.networks.nets.{path}", task, inputs, arguments, family=family)
