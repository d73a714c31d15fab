"""One model of each library that the data set adds: it is captured, and what is known of it is right."""

import pytest

from services.extractor import libraries
from services.extractor.extract import ModelName, extract

# Name, family, task, parameters as publications and documentation count them, to a percent.
MODELS = [
    ("diffusers/UNet2DModel", "unet_2d", "text-to-image", None),
    ("effdet/efficientdet_d0", "efficientdet", "object-detection", 3_900_000),
    ("open_clip/ViT-B-32", "clip", "zero-shot-image-classification", 151_277_313),
    ("segmentation_models_pytorch/Unet/resnet34", "unet", "semantic-segmentation", 24_436_369),
    ("torchaudio/wav2vec2_base", "wav2vec2", "automatic-speech-recognition", 94_400_000),
    ("torchsr/edsr_baseline/x2", "edsr", "image-to-image", None),
    ("ultralytics/yolo11/n", "yolo11", "object-detection", 2_624_080),
]


@pytest.mark.parametrize(("name", "family", "task", "params"), MODELS, ids=[name for name, *_ in MODELS])
def test_a_model_of_each_library_is_captured(name: str, family: str, task: str, params: int | None) -> None:
    assert name in libraries.names(f"{name.partition('/')[0]}/*")
    found = extract(ModelName(name))
    assert (found.architecture.family, found.architecture.task) == (family, task)
    assert found.architecture.library_version
    assert len(found.graph) > 30
    if params is not None:
        assert found.architecture.params == pytest.approx(params, rel=0.01)
