"""mmyolo: OpenMMLab's detectors of the YOLO series (https://github.com/open-mmlab/mmyolo)."""

from __future__ import annotations

import torch

from services.extractor.libraries import openmmlab_configurations as configurations
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.openmmlab_building import Steps, make

# The same models as another runtime sees them, or what other packages make.
_LEFT_OUT = ("deploy/", "razor/", "rtmdet/cspnext_imagenet_pretrain/", "rtmdet/distillation/", "rtmdet/rotated/")


def names() -> list[str]:
    """All configurations of detectors that describe a model of their own."""
    return [name for name in configurations.names("mmyolo") if not name.startswith(_LEFT_OUT)]


def build(name: str) -> BuiltModel:
    """The model of the configuration `name` with one image; its folder is the publication, all share a class."""
    configuration = configurations.read("mmyolo", name)
    configuration.model.pop("data_preprocessor", None)
    model = make("mmyolo", configuration.model)
    width, height = configuration.get("img_scale", (640, 640))
    image = torch.empty(1, 3, height, width)
    return BuiltModel(Steps(model, "forward", None, "tensor"), name.split("/")[0], "object-detection", args=(image,))
