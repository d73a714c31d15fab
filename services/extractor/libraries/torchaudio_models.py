"""torchaudio: speech recognition, synthesis and separation (https://docs.pytorch.org/audio)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torchaudio import models

from services.extractor.libraries.model import BuiltModel, defining_module

_SAMPLES = 16_000


def _sound() -> tuple[Tensor, ...]:
    return (torch.empty(1, _SAMPLES),)


def _stereo() -> tuple[Tensor, ...]:
    return (torch.empty(1, 2, 44_100),)


def _lengths(size: int) -> Tensor:
    return torch.tensor([size], device="cpu")


def _conformer() -> Any:
    return models.Conformer(80, 4, 128, 4, 31)


def _emformer() -> Any:
    return models.Emformer(512, 8, 2048, 20, 4, right_context_length=1)


_SPEECH = "automatic-speech-recognition"

# Name -> what builds it, its inputs, its task. Sizes where the builder wants some are those of its documentation.
_MODELS: dict[str, tuple[Callable[[], Any], Callable[[], tuple[Any, ...]], str]] = {
    "conformer": (_conformer, lambda: (torch.empty(1, 400, 80), _lengths(400)), _SPEECH),
    "conv_tasnet_base": (models.conv_tasnet_base, lambda: (torch.empty(1, 1, _SAMPLES),), "audio-to-audio"),
    "deepspeech": (lambda: models.DeepSpeech(128), lambda: (torch.empty(1, 1, 400, 128),), _SPEECH),
    "emformer": (_emformer, lambda: (torch.empty(1, 401, 512), _lengths(400)), _SPEECH),
    "hdemucs_high": (lambda: models.hdemucs_high(["a", "b", "c", "d"]), _stereo, "audio-to-audio"),
    "hdemucs_low": (lambda: models.hdemucs_low(["a", "b", "c", "d"]), _stereo, "audio-to-audio"),
    "hdemucs_medium": (lambda: models.hdemucs_medium(["a", "b", "c", "d"]), _stereo, "audio-to-audio"),
    "squim_objective_base": (models.squim_objective_base, _sound, "audio-classification"),
    "wav2letter": (models.Wav2Letter, lambda: (torch.empty(1, 1, _SAMPLES),), _SPEECH),
    "wavernn": (
        lambda: models.WaveRNN(upsample_scales=[5, 5, 8], n_classes=512, hop_length=200),
        lambda: (torch.empty(1, 1, 16 * 200), torch.empty(1, 1, 128, 20)),
        "text-to-speech",
    ),
}
_ENCODERS = (
    *("hubert_base", "hubert_large", "hubert_xlarge", "wav2vec2_base", "wav2vec2_large", "wav2vec2_large_lv60k"),
    *("wav2vec2_xlsr_300m", "wav2vec2_xlsr_1b", "wav2vec2_xlsr_2b", "wavlm_base", "wavlm_large"),
)
_MODELS |= {name: (getattr(models, name), _sound, _SPEECH) for name in _ENCODERS}


def names() -> list[str]:
    """All builders that the table knows."""
    return list(_MODELS)


def build(name: str) -> BuiltModel:
    """The model `name` with one sound, or the features of one."""
    make, inputs, task = _MODELS[name]
    module = make()
    family = name.split("_")[0] if name in _ENCODERS else defining_module(module)
    return BuiltModel(module, family, task, args=inputs())
