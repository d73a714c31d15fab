"""One model of each library that only the data set adds: it is captured, and what is known of it is right."""

import subprocess
import sys
from pathlib import Path

import pytest

from nar.corpus import collection

# Name -> family, task, parameters as publications and documentation count them, to a percent.
MODELS = {
    "diffusers/UNet2DModel": ("unet_2d", "text-to-image", None),
    "effdet/efficientdet_d0": ("efficientdet", "object-detection", 3_900_000),
    "open_clip/ViT-B-32": ("clip", "zero-shot-image-classification", 151_277_313),
    "segmentation_models_pytorch/Unet/resnet34": ("unet", "semantic-segmentation", 24_436_369),
    "torchaudio/wav2vec2_base": ("wav2vec2", "automatic-speech-recognition", 94_400_000),
    "torchsr/edsr_baseline/x2": ("edsr", "image-to-image", None),
    "ultralytics/yolo11/n": ("yolo11", "object-detection", 2_624_080),
}

try:
    import cv2  # noqa: F401
except ImportError:
    # ultralytics draws with OpenCV, which wants libGL from the system.
    del MODELS["ultralytics/yolo11/n"]


def test_a_model_of_each_library_is_captured(tmp_path: Path) -> None:
    outcomes = list(collection.collect(tmp_path, list(MODELS)))
    assert [outcome.reason for outcome in outcomes] == [""] * len(MODELS)
    for architecture, graph, _ in collection.read(tmp_path, outcomes):
        family, task, params = MODELS[architecture.id]
        assert (architecture.family, architecture.task) == (family, task)
        assert architecture.library_version
        assert len(graph) > 30
        if params is not None:
            assert architecture.params == pytest.approx(params, rel=0.01)


def test_their_names_are_listed() -> None:
    patterns = [name.partition("/")[0] + "/*" for name in MODELS]
    program = f"from nar import capture; print(*capture.names({patterns!r}))"
    # A process of its own: effdet compiles functions when it is imported, which fails where others have patched torch.
    listed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert set(MODELS) <= set(listed)
