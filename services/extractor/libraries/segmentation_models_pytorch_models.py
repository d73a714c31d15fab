"""segmentation_models_pytorch: decoders on encoders (https://github.com/qubvel-org/segmentation_models.pytorch)."""

from __future__ import annotations

import segmentation_models_pytorch as smp
import torch

from services.extractor.libraries.model import BuiltModel

_SIDE = 256


def names() -> list[str]:
    """Every decoder on every encoder of the package's own list: "Unet/resnet34"."""
    decoders = sorted({model.__name__ for model in smp.MODEL_ARCHITECTURES_MAPPING.values()})
    return [f"{decoder}/{encoder}" for decoder in decoders for encoder in smp.encoders.get_encoder_names()]


def build(name: str) -> BuiltModel:
    """The pair `name` with one image."""
    decoder, _, encoder = name.partition("/")
    module = smp.MODEL_ARCHITECTURES_MAPPING[decoder.lower()](encoder_name=encoder, encoder_weights=None)
    # A decoder is a folder of two files, `model` and `decoder`; the folder names it.
    family = type(module).__module__.split(".")[-2]
    return BuiltModel(module, family, "semantic-segmentation", args=(torch.empty(1, 3, _SIDE, _SIDE),))
