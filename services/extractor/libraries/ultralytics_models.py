"""ultralytics: YOLO models from the configurations that the package carries (https://docs.ultralytics.com)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import torch
import ultralytics
from ultralytics.nn import tasks
from ultralytics.utils import YAML

from services.extractor.libraries.model import BuiltModel

_SIDE = 640

# Last module of a configuration -> class that builds it, and its task.
_KINDS = {
    "Classify": (tasks.ClassificationModel, "image-classification"),
    "OBB": (tasks.OBBModel, "object-detection"),
    "Pose": (tasks.PoseModel, "keypoint-detection"),
    "RTDETRDecoder": (tasks.RTDETRDetectionModel, "object-detection"),
    "Segment": (tasks.SegmentationModel, "image-segmentation"),
    "YOLOESegment": (tasks.YOLOESegModel, "image-segmentation"),
    "YOLOEDetect": (tasks.YOLOEModel, "object-detection"),
    "WorldDetect": (tasks.WorldModel, "zero-shot-object-detection"),
}


@cache
def _files() -> dict[str, Path]:
    folder = Path(ultralytics.__path__[0]) / "cfg" / "models"
    return {path.stem: path for path in sorted(folder.glob("*/*.yaml"))}


def names() -> list[str]:
    """Every configuration in every size that it names: "yolo11/n"; "yolov3" where it names none."""
    return [
        f"{stem}/{scale}" if scale else stem for stem, path in _files().items() for scale in (_scales(path) or [""])
    ]


def build(name: str) -> BuiltModel:
    """The configuration and size `name` with one image."""
    stem, _, scale = name.partition("/")
    config: dict[str, Any] = YAML.load(_files()[stem])
    if scale:
        config["scale"] = scale
    config["yaml_file"] = str(_files()[stem])
    kind, task = _KINDS.get(config["head"][-1][2], (tasks.DetectionModel, "object-detection"))
    module = kind(config, verbose=False)
    side = 224 if task == "image-classification" else _SIDE
    return BuiltModel(module, _family(stem), task, args=(torch.empty(1, 3, side, side),))


def _scales(path: Path) -> list[str]:
    return list(YAML.load(path).get("scales", {}))


def _family(stem: str) -> str:
    """The folder that holds the configuration: its generation."""
    return f"yolo{_files()[stem].parent.name.removeprefix('v')}" if stem.startswith("yolo") else stem.split("-")[0]
