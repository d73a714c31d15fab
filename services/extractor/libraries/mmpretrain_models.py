"""mmpretrain: OpenMMLab's image classifiers and self-supervised models (https://github.com/open-mmlab/mmpretrain)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from services.extractor.libraries import openmmlab_configurations as configurations
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.openmmlab_building import Steps, make, side

# They speak, with language models of an older transformers.
_MULTIMODAL = ("blip", "chinese_clip", "clip", "flamingo", "glip", "llava", "minigpt4", "ofa", "otter")

# Autoencoders of masked images, and which of the backbone's answers tells the decoder what was masked.
_MASKED = {"EVA": 2, "MAE": 2, "MFF": 2, "MixMIM": 1}

# Models whose neck takes the features of the backbone alone.
_PROJECTED = ("BYOL", "BarlowTwins", "DenseCL", "MoCo", "MoCoV3", "SimCLR", "SimMIM", "SimSiam")


def names() -> list[str]:
    """Configurations of models that see only."""
    return [name for name in configurations.names("mmpretrain") if not name.startswith(_MULTIMODAL)]


def build(name: str) -> BuiltModel:
    """The model of the configuration `name` with one image; its folder is the publication."""
    configuration = configurations.read("mmpretrain", name)
    model = make("mmpretrain", configuration.model)
    size = configurations.find(configuration.model, "img_size", "input_size")
    size = size or configurations.find(configuration.get("test_pipeline", ()), "crop_size") or 224
    classifies = configuration.model.type.endswith(("Classifier", "Retriever"))
    task = "image-classification" if classifies else "image-feature-extraction"
    steps: nn.Module = Steps(model, "forward", None, "tensor") if classifies else Pretraining(model)
    # Handwritten digits are grey.
    image = torch.empty(1, 1, 32, 32) if name.startswith("lenet/") else torch.empty(1, 3, *side(size))
    return BuiltModel(steps, name.split("/")[0], task, args=(image,))


class Pretraining(nn.Module):
    """What a self-supervised model makes of one image before its loss; what it learns from is not part of it."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor) -> Any:
        """What the neck, or else the backbone, makes of an image (1, 3, height, width)."""
        kind = type(self.model).__name__
        if kind in _MASKED:
            found = self.model.backbone(image)
            return self.model.neck(found[0], found[_MASKED[kind]])
        features = self.model.extract_feat(image)
        return self.model.neck(features[0] if kind == "SimMIM" else features) if kind in _PROJECTED else features
