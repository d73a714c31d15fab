"""mmsegmentation: OpenMMLab's models of semantic segmentation (https://github.com/open-mmlab/mmsegmentation)."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor, nn

from services.extractor.libraries import openmmlab_configurations as configurations
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.openmmlab_building import OneImage, make


def names() -> list[str]:
    """All configurations that describe a model of their own; a folder is of a format for data."""
    return [name for name in configurations.names("mmseg") if not name.startswith("dsdl/")]


def build(name: str) -> BuiltModel:
    """The model of the configuration `name` with one image; its folder is the publication, all share a class."""
    configuration = configurations.read("mmseg", name)
    model = make("mmseg", configuration.model)
    channels = configurations.find(configuration.model, "backbone", "image_encoder").get("in_channels", 3)
    height, width = configuration.get("crop_size", (512, 512))
    return BuiltModel(
        Segmentation(model),
        name.split("/")[0],
        "semantic-segmentation",
        args=(torch.empty(1, channels, height, width),),
    )


def _runs_as_tensors(model: Any) -> bool:
    """Whether the package lets the model run without predicting: not where points or words are refined."""
    last = model.decode_head[-1] if isinstance(model.decode_head, nn.ModuleList) else model.decode_head
    return type(last).__name__ not in ("PointHead", "SideAdapterCLIPHead")


class Segmentation(nn.Module):
    """Backbone, neck and head; heads with queries ask for the size of the image too."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor) -> Any:
        """What the head says of an image (1, 3, height, width)."""
        from mmseg.structures import SegDataSample

        size = tuple(image.shape[-2:])
        metas = {"batch_input_shape": size, "img_shape": size, "pad_shape": size}
        if not _runs_as_tensors(self.model):
            return self.model.encode_decode(image, [metas])
        if "batch_data_samples" not in inspect.signature(self.model.decode_head.forward).parameters:
            return self.model.forward(image, None, "tensor")
        sample = SegDataSample(metainfo=metas)
        with OneImage():
            return self.model.decode_head(self.model.extract_feat(image), [sample])
