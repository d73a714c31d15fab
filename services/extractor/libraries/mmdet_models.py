"""mmdet: OpenMMLab's detectors and instance segmentation (https://github.com/open-mmlab/mmdetection)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from services.extractor.libraries import openmmlab_configurations as configurations
from services.extractor.libraries.model import BuiltModel, defining_module
from services.extractor.libraries.openmmlab_building import OneImage, make

# Detectors of several publications share these classes; the head tells them apart.
_SHARED = ("single_stage", "two_stage")

# Trackers, which follow what a detector finds; language models that a tokenizer of the hub feeds; students, which build
# their teacher too from a file that is not there; models of detectron2.
_LEFT_OUT = (
    "bytetrack",
    "deepsort",
    "glip",
    "grounding_dino",
    "lad",
    "ld",
    "mask2former_vis",
    "mm_grounding_dino",
    "ocsort",
    "reid",
    "sort",
    "strongsort",
)

_PROPOSALS = 1000
# Each box that is kept makes a last layer, or weighs prototypes, for its mask.
_BY_BOX = ("BoxInst", "CondInst", "YOLACT")


def names() -> list[str]:
    """All configurations of detectors that describe a model of their own."""
    found = configurations.names("mmdet")
    return [name for name in found if name.split("/")[0] not in _LEFT_OUT and not name.startswith("misc/d2_")]


def build(name: str) -> BuiltModel:
    """The model of the configuration `name` with one image, up to what its heads say."""
    configuration = configurations.read("mmdet", name)
    size = _size(configuration)
    # Some prepare images with packages that nothing else needs.
    configuration.model.pop("data_preprocessor", None)
    model = make("mmdet", configuration.model)
    # What is trained of a semi-supervised detector is its student; a tracker of masks holds a detector.
    model = getattr(model, "student", getattr(model, "detector", model))
    family = defining_module(model)
    if family in _SHARED:
        family = defining_module(getattr(model, "bbox_head", model)).removesuffix("_head")
    return BuiltModel(Detection(model), family, _task(name, model), args=(torch.empty(1, 3, *size),))


def _size(configuration: Any) -> tuple[int, int]:
    """Height and width of the test image, padded as the model asks."""
    scale = configurations.find(configuration.get("test_pipeline", ()), "scale", "img_scale") or (1333, 800)
    width, height = scale if isinstance(scale, (tuple, list)) else (scale, scale)
    pad = configuration.model.get("data_preprocessor", {}).get("pad_size_divisor", 1)
    return -(-int(height) // pad) * pad, -(-int(width) // pad) * pad


def _task(name: str, model: Any) -> str:
    if "panoptic" in name or getattr(model, "panoptic_head", None) is not None:
        return "image-segmentation"
    return "image-segmentation" if getattr(model, "with_mask", False) else "object-detection"


class Detection(nn.Module):
    """Backbone, neck and heads of a detector; a second stage is given its proposals, which are else selected."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor) -> Any:
        """What the heads say of an image (1, 3, height, width)."""
        from mmdet.structures import DetDataSample
        from mmengine.structures import InstanceData

        size = tuple(image.shape[-2:])
        sample = DetDataSample(metainfo={"batch_input_shape": size, "img_shape": size, "pad_shape": size})
        sample.gt_instances = InstanceData()
        if type(self.model).__name__ in _BY_BOX:
            features = self.model.extract_feat(image)
            masks = self.model.mask_head
            shared = masks.protonet(features[0]) if hasattr(masks, "protonet") else masks.mask_feature_head(features)
            return self.model.bbox_head(features), shared
        if type(getattr(self.model, "rpn_head", None)).__name__ == "EmbeddingRPNHead":
            with OneImage():
                return self._refined(image, sample)
        if not hasattr(self.model, "roi_head"):
            with OneImage():
                return self.model.forward(image, [sample], "tensor")
        features = self.model.extract_feat(image)
        first = self.model.rpn_head(features) if self.model.with_rpn else ()
        boxes = InstanceData(bboxes=image.new_empty(_PROPOSALS, 4))
        return first, self.model.roi_head.forward(features, [boxes], [sample])

    def _refined(self, image: Tensor, sample: Any) -> Any:
        """Stages that refine proposals which are learned; the package's own forward computes losses too."""
        from mmdet.structures.bbox import bbox2roi

        features, head = self.model.extract_feat(image), self.model.roi_head
        (found,) = self.model.rpn_head.predict(features, [sample])
        boxes, queries = found.bboxes, found.features[None]
        results = []
        for stage in range(head.num_stages):
            rois = bbox2roi([boxes])
            made = head._bbox_forward(stage, features, rois, queries, [sample.metainfo])
            (boxes,), queries = made["detached_proposals"], made["object_feats"]
            results.append((made["cls_score"], boxes))
            if head.with_mask:
                results.append(head._mask_forward(stage, features, rois, made["attn_feats"]))
        return results
