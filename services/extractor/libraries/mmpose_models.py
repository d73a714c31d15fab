"""mmpose: OpenMMLab's estimators of poses (https://github.com/open-mmlab/mmpose)."""

from __future__ import annotations

from typing import Any

import torch

from services.extractor.libraries import openmmlab_configurations as configurations
from services.extractor.libraries.model import BuiltModel, defining_module
from services.extractor.libraries.openmmlab_building import Steps, make

# Heads that any backbone takes: there the backbone is what was published.
_PLAIN_HEADS = (
    "cpm_head",
    "mspn_head",
    "vipnas_head",
    "heatmap_head",
    "regression_head",
    "rle_head",
    "integral_regression_head",
    "dsnt_head",
    "temporal_regression_head",
    "trajectory_regression_head",
    "motion_regression_head",
)


def names() -> list[str]:
    """All configurations that describe a model of their own, and not how one learns from another."""
    return [name for name in configurations.names("mmpose") if "/dwpose/" not in name]


def build(name: str) -> BuiltModel:
    """The model of the configuration `name` with one image, or with the flat poses that it lifts."""
    configuration = configurations.read("mmpose", name)
    model = make("mmpose", configuration.model)
    # A head may stand in one that tells what is seen.
    head = defining_module(getattr(model.head, "pose_head", model.head))
    family = defining_module(model.backbone) if head in _PLAIN_HEADS else head.removesuffix("_head")
    return BuiltModel(
        Steps(model, "forward", None, "tensor"), family, "keypoint-detection", args=(_input(configuration),)
    )


def _input(configuration: Any) -> torch.Tensor:
    backbone = configuration.model.backbone
    if backbone.type == "TCN":
        frames = configurations.find(configuration, "seq_len") or 1
        return torch.empty(1, backbone.in_channels, frames)
    if backbone.type == "DSTFormer":
        return torch.empty(1, backbone.get("seq_len", 243), 17, backbone.in_channels)
    size = configurations.find(configuration.model, "input_size") or configurations.find(configuration, "input_size")
    width, height = size[:2] if size else (256, 256)
    return torch.empty(1, 3, height, width)
