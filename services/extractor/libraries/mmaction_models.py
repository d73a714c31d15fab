"""mmaction2: OpenMMLab's models of actions in films and skeletons (https://github.com/open-mmlab/mmaction2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from services.extractor.libraries import openmmlab_configurations as configurations
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.openmmlab_building import Steps, make, side

# These read text, with language models of an older transformers; read a bank of features that another run has written;
# or lack a module in the package.
_LEFT_OUT = ("multimodal/", "retrieval/", "detection/lfb/", "localization/drn/")

_PERSONS = 2
_BOXES = 100


def names() -> list[str]:
    """Configurations of models that only see or hear."""
    return [name for name in configurations.names("mmaction") if not name.startswith(_LEFT_OUT)]


def build(name: str) -> BuiltModel:
    """The model of the configuration `name`; within its task, its folder is the publication."""
    configuration = configurations.read("mmaction", name)
    model = make("mmaction", configuration.model)
    task, family = name.split("/")[:2]
    if task == "detection":
        return BuiltModel(People(model), family, "video-classification", args=(_clip(configuration)[0],))
    if task == "localization":
        return BuiltModel(Steps(model, "_forward"), family, "video-classification", args=(_features(configuration),))
    steps = Steps(model, "forward", None, "tensor", stage="head")
    if task == "recognition_audio":
        return BuiltModel(steps, "resnet", "audio-classification", args=(torch.empty(1, 1, 1, 64, 80),))
    if configuration.model.type == "RecognizerGCN":
        return BuiltModel(steps, family, "video-classification", args=(_skeleton(configuration, model),))
    return BuiltModel(steps, family, "video-classification", args=(_clip(configuration),))


def _pipeline(configuration: Any) -> Any:
    """How films are read when the model is tested; else when it is trained."""
    return configuration.get("test_pipeline") or configuration.get("val_pipeline") or ()


def _clip(configuration: Any) -> Tensor:
    """One clip as the configuration reads it, (1, 1, channels, frames, height, width), or frames apart."""
    pipeline = _pipeline(configuration)
    backbone = configuration.model.backbone
    crop = backbone.get("input_resolution") or configurations.find(pipeline, "crop_size") or 256
    height, width = side(crop)
    frames = configurations.find(pipeline, "clip_len") or 8
    clips = configurations.find(pipeline, "num_clips") or 1
    form = configurations.find(pipeline, "input_format")
    channels = backbone.get("in_channels", 17 if form == "NCTHW_Heatmap" else 3)
    if form == "NCHW":
        # Flow has its frames in the channels.
        return torch.empty(1, clips if channels > 3 else clips * frames, channels, height, width)
    return torch.empty(1, 1, channels, frames, height, width)


def _skeleton(configuration: Any, model: Any) -> Tensor:
    """Joints of two persons in one clip."""
    frames = configurations.find(_pipeline(configuration), "clip_len") or 100
    channels = configuration.model.backbone.get("in_channels", 3)
    return torch.empty(1, 1, _PERSONS, frames, model.backbone.graph.num_node, channels)


def _features(configuration: Any) -> Tensor:
    """Features of a film, as another network has made them."""
    model = configuration.model
    channels = configurations.find(model, "feat_dim", "tem_feat_dim", "pem_feat_dim")
    frames = configurations.find(model, "temporal_dim", "tscale") or 100
    return torch.empty(1, frames, channels) if model.type == "PEM" else torch.empty(1, channels, frames)


class People(nn.Module):
    """What persons do: features of a film, pooled at boxes that another detector gives."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, clip: Tensor) -> Any:
        """Actions at the boxes of a film (1, 3, frames, height, width)."""
        boxes = clip.new_empty(_BOXES, 5)
        metas = [{"img_shape": tuple(clip.shape[-2:])}]
        return self.model.roi_head._bbox_forward(self.model.extract_feat(clip), boxes, metas)["cls_score"]
