"""mmocr: OpenMMLab's models that find and read text (https://github.com/open-mmlab/mmocr)."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from services.extractor.libraries import openmmlab_configurations as configurations
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.openmmlab_building import Steps, make

# Backbones alone, and models of graphs of boxes with their text; two detectors that need other packages to run.
_LEFT_OUT = ("backbone/", "kie/", "textdet/drrg/", "textdet/maskrcnn/")

# Height and width of a line of text in each publication, where it is not 32 by 128.
_LINES = {"master": (48, 160), "robust_scanner": (48, 160), "sar": (48, 160), "svtr": (64, 256), "crnn": (32, 100)}


def names() -> list[str]:
    """All configurations that describe a model of their own and see only."""
    return [name for name in configurations.names("mmocr") if not name.startswith(_LEFT_OUT)]


def build(name: str) -> BuiltModel:
    """The model of the configuration `name` with one image; within its task, its folder is the publication."""
    configuration = configurations.read("mmocr", name)
    configuration.model.pop("data_preprocessor", None)
    # What straightens a line inverts a matrix when it is made, which needs numbers.
    with torch.device("cpu") if configuration.model.get("preprocessor") else nullcontext():
        model = make("mmocr", configuration.model)
    task, family = name.split("/")[:2]
    if task == "textdet":
        steps = Steps(model, "forward", None, "tensor")
        return BuiltModel(steps, family, "object-detection", args=(torch.empty(1, 3, 736, 1280),))
    channels = 1 if family == "crnn" else 3
    image = torch.empty(1, channels, *_LINES.get(family, (32, 128)))
    return BuiltModel(Reading(model), family, "image-to-text", args=(image,))


class Reading(nn.Module):
    """Reads a line of which the text so far is known, in one step."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor) -> Any:
        """Scores of the characters of an image (1, channels, height, width)."""
        from mmengine.structures import LabelData
        from mmocr.structures import TextRecogDataSample

        decoder = self.model.decoder
        text = torch.zeros(getattr(decoder, "max_seq_len", 40), dtype=torch.int64)
        sample = TextRecogDataSample(metainfo={"valid_ratio": 1.0})
        sample.gt_text = LabelData(padded_indexes=text, indexes=text)
        features = self.model.extract_feat(image)
        encoded = self.model.encoder(features, [sample]) if self.model.with_encoder else None
        for part in ("hybrid_decoder", "position_decoder"):
            if hasattr(decoder, part):
                # What it reads with knows the text as well.
                getattr(decoder, part).training = True
        return decoder.forward_train(features, encoded, [sample])
