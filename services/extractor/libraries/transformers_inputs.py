"""Example inputs for models of transformers, from what their `forward` takes and their configuration says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

_TOKENS = 64
_FRAMES = 3000
_SAMPLES = 16_000


def example_inputs(module: nn.Module, config: Any) -> dict[str, Any]:
    """Inputs of batch size 1 for `module.forward`, by name."""
    parameters = inspect.signature(module.forward).parameters
    wanted = [
        name
        for name, parameter in parameters.items()
        if parameter.default is inspect.Parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    wanted += [name for name in _main_inputs(module, config) if name in parameters]
    made = {name: _MAKERS[name](config) for name in dict.fromkeys(wanted) if name in _MAKERS}
    if "use_cache" in parameters:
        made["use_cache"] = False
    return made


def _main_inputs(module: nn.Module, config: Any) -> list[str]:
    """What a model reads although its signature does not demand it."""
    names = [str(getattr(module, "main_input_name", "input_ids"))]
    if hasattr(config, "vision_config") or hasattr(config, "text_config"):
        names += ["input_ids", "pixel_values"] if _has_both(config) else []
    if getattr(config, "is_encoder_decoder", False):
        names.append("decoder_input_ids")
    return [*names, "bbox"]


def _has_both(config: Any) -> bool:
    """Whether texts and images meet in one vector space, so that both must be given."""
    return hasattr(config, "projection_dim") or "logit_scale_init_value" in vars(config)


def find(config: Any, *names: str, default: Any = None) -> Any:
    """The first of `names` that a configuration, or one of the configurations inside it, sets."""
    inner = [getattr(config, key, None) for key in ("vision_config", "text_config", "audio_config", "backbone_config")]
    for part in (config, *inner):
        for name in names:
            value = part.get(name) if isinstance(part, Mapping) else getattr(part, name, None)
            if value is not None:
                return value
    return default


def _ids(config: Any) -> Tensor:
    limit = find(config, "max_position_embeddings", "n_positions", default=_TOKENS)
    length = min(_TOKENS, limit) if isinstance(limit, int) and limit > 0 else _TOKENS
    return torch.ones(1, length, dtype=torch.int64)


def _image(config: Any) -> Tensor:
    size = find(config, "image_size", "img_size", "input_size", default=224)
    if isinstance(size, Mapping):
        size = (size.get("height", 224), size.get("width", 224))
    height, width = (size, size) if isinstance(size, int) else tuple(size)[-2:]
    channels = find(config, "num_channels", "in_channels", "in_chans", "image_channels", default=3)
    frames = find(config, "num_frames", "image_sequence_length")
    shape = (1, frames, channels, height, width) if isinstance(frames, int) else (1, channels, height, width)
    return torch.empty(shape)


def _features(config: Any) -> Tensor:
    mels = find(config, "num_mel_bins", "feature_size", "input_feat_per_channel", "n_mels", default=80)
    frames = find(config, "max_source_positions", default=_FRAMES // 2) * 2
    return torch.empty(1, mels, frames)


def _waveform(config: Any) -> Tensor:
    if find(config, "num_mel_bins") and find(config, "max_length"):
        return torch.empty(1, find(config, "max_length"), find(config, "num_mel_bins"))
    return torch.empty(1, _SAMPLES)


def _past_values(config: Any) -> Tensor:
    length = find(config, "context_length", "prediction_length", default=_TOKENS)
    lags = max(find(config, "lags_sequence", default=[0]) or [0])
    channels = find(config, "num_input_channels", "input_size", default=1)
    return torch.empty(1, length + lags, channels) if channels > 1 else torch.empty(1, length + lags)


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "input_ids": _ids,
    "decoder_input_ids": _ids,
    "attention_mask": lambda config: torch.ones_like(_ids(config)),
    "token_type_ids": lambda config: torch.zeros_like(_ids(config)),
    "bbox": lambda config: torch.zeros(1, _ids(config).shape[1], 4, dtype=torch.int64),
    "pixel_values": _image,
    "pixel_values_videos": _image,
    "pixel_mask": lambda config: torch.ones(1, *_image(config).shape[-2:], dtype=torch.int64),
    "input_features": _features,
    "input_values": _waveform,
    "past_values": _past_values,
    "past_observed_mask": lambda config: torch.ones_like(_past_values(config)),
    "labels": lambda config: None,
}
