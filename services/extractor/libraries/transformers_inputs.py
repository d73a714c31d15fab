"""Example inputs for models of transformers, from what their `forward` takes and their configuration says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

_TOKENS = 64
_FRAMES = 3000
_SAMPLES = 16_000
_FRAMED_SAMPLES = 38_400
_CHOICES = 2
_GRID = 16

# Sides of images that models are made for which do not say so.
_OTHER_SIZES = (512, 640, 1024, 1536)

# Model type -> inputs that neither its signature nor its configuration tells, by shape.
_SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "dia": {"decoder_input_ids": (1, _TOKENS, 9)},
    "idefics": {"pixel_values": (1, 1, 3, 224, 224), "image_attention_mask": (1, _TOKENS, 1)},
    "lxmert": {"visual_feats": (1, 36, 2048), "visual_pos": (1, 36, 4)},
    "musicgen": {"decoder_input_ids": (4, _TOKENS)},
    "musicgen_decoder": {"input_ids": (4, _TOKENS)},
    "musicgen_melody": {"decoder_input_ids": (4, _TOKENS)},
    "musicgen_melody_decoder": {"input_ids": (4, _TOKENS)},
    "oneformer": {"task_inputs": (1, 77)},
    "siglip2": {"pixel_values": (1, 256, 768), "pixel_attention_mask": (1, 256)},
    "siglip2_vision_model": {"pixel_values": (1, 256, 768), "pixel_attention_mask": (1, 256)},
}

# Model type -> numbers that the model reads, so that they must be there.
_NUMBERS: dict[str, dict[str, list[list[int]]]] = {
    "led": {"attention_mask": [[1] * _TOKENS]},
    "longformer": {"attention_mask": [[1] * _TOKENS]},
    "siglip2": {"spatial_shapes": [[16, 16]]},
    "siglip2_vision_model": {"spatial_shapes": [[16, 16]]},
}


def example_inputs(module: nn.Module, config: Any) -> tuple[dict[str, Any], ...]:
    """Inputs of batch size 1 for `module.forward`, by name; behind them others to try where those do not fit."""
    parameters = inspect.signature(module.forward).parameters
    wanted = [
        name
        for name, parameter in parameters.items()
        if parameter.default is inspect.Parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    wanted += [name for name in _main_inputs(module, config) if name in parameters]
    made = {name: _MAKERS[name](config) for name in dict.fromkeys(wanted) if name in _MAKERS}
    made |= _of_type(config)
    if any(name.endswith("grid_thw") for name in wanted):
        made |= _patches(config, wanted)
    if type(module).__name__.endswith("ForMultipleChoice"):
        made = {name: _repeated(value) for name, value in made.items()}
    if "use_cache" in parameters:
        made["use_cache"] = False
    return (made, *_variants(made), *_both(made, parameters, config))


def _of_type(config: Any) -> dict[str, Tensor]:
    """What the tables above say of the model type."""
    shapes, numbers = _SHAPES.get(config.model_type, {}), _NUMBERS.get(config.model_type, {})
    made = {
        name: torch.ones(shape, dtype=torch.int64 if name.endswith(("ids", "mask", "inputs")) else torch.float32)
        for name, shape in shapes.items()
    }
    return made | {name: torch.tensor(values, device="cpu") for name, values in numbers.items()}


def _variants(inputs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Other shapes of the same inputs: what is laid out in two ways, and other sizes of images and sounds."""
    for name, value in inputs.items():
        for other in _OTHERS.get(name, _no_others)(value):
            yield {**inputs, name: other}


def _no_others(_: Tensor) -> Iterable[Tensor]:
    return ()


def _other_images(pixels: Tensor) -> Iterator[Tensor]:
    """Larger images, one or two as a film, and a film's first image."""
    if pixels.dim() == 4:
        for size in _OTHER_SIZES:
            yield torch.empty(1, pixels.shape[1], size, size)
        yield torch.empty(1, 1, *pixels.shape[1:])
        yield torch.empty(1, 2, *pixels.shape[1:])
        yield torch.empty(1, 3, 224, 224)
    elif pixels.dim() == 5:
        yield torch.empty(1, *pixels.shape[2:])


def _other_sounds(samples: Tensor) -> Iterator[Tensor]:
    """A channel of its own; a length that is a multiple of the usual frames; a spectrogram."""
    yield torch.empty(1, 1, _FRAMED_SAMPLES)
    yield torch.empty(1, _FRAMED_SAMPLES)
    yield torch.empty(1, 512, 80)


def _other_features(features: Tensor) -> Iterator[Tensor]:
    """Frames first; widths that stacked frames have."""
    yield torch.empty(1, features.shape[2], features.shape[1])
    for width in (128, 160, 320):
        yield torch.empty(1, 512, width)


_OTHERS: dict[str, Callable[[Tensor], Iterable[Tensor]]] = {
    "input_features": _other_features,
    "input_values": _other_sounds,
    "hidden_states": lambda value: (value.transpose(1, 2).clone(),) if value.dim() == 3 else (),
    "latents": lambda value: (value.transpose(1, 2).clone(),),
    "past_values": lambda value: (value[..., None].clone(),) if value.dim() == 2 else (),
    "pixel_values": _other_images,
    "pixel_values_videos": _other_images,
}


def _both(inputs: Mapping[str, Any], parameters: Iterable[str], config: Any) -> Iterator[dict[str, Any]]:
    """A text and an image where the model takes both; a mask of the features."""
    added = [name for name in ("input_ids", "pixel_values", "pixel_values_videos") if name in set(parameters)]
    missing: dict[str, Any] = {name: _MAKERS[name](config) for name in added if name not in inputs}
    if missing:
        yield {**inputs, **missing}
        yield from _variants({**inputs, **missing})
    if "input_features_mask" in parameters and "input_features" in inputs:
        frames = inputs["input_features"].shape[2]
        yield {**inputs, "input_features_mask": torch.ones(1, frames, dtype=torch.int64)}


def _repeated(value: Any) -> Any:
    """An input of a question with several choices: (1, L) -> (1, choices, L)."""
    return value[:, None].expand(-1, _CHOICES, *value.shape[1:]).clone() if isinstance(value, Tensor) else value


def _patches(config: Any, wanted: list[str]) -> dict[str, Any]:
    """One image as a row of flat patches and the grid that they lie on: time, height, width."""
    own = getattr(config, "vision_config", config)
    channels = find(own, "in_channels", "in_chans", "num_channels", default=3)
    side, steps = find(own, "patch_size", default=14), find(own, "temporal_patch_size", default=1)
    pixels = torch.empty(_GRID * _GRID, channels * steps * side * side)
    grid = torch.tensor([[1, _GRID, _GRID]], device="cpu")
    return {name: grid if name.endswith("grid_thw") else pixels for name in wanted if name in _PATCHES}


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
    inner = [
        getattr(config, key, None)
        for key in ("vision_config", "text_config", "audio_config", "encoder_config", "backbone_config")
    ]
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
    mels = find(config, "num_mel_bins", "feature_size", "input_feat_per_channel", "n_mels", "input_dim", default=80)
    frames = find(config, "max_source_positions", default=_FRAMES // 2) * 2
    return torch.empty(1, mels, frames)


def _waveform(config: Any) -> Tensor:
    if find(config, "num_mel_bins") and find(config, "max_length"):
        return torch.empty(1, find(config, "max_length"), find(config, "num_mel_bins"))
    return torch.empty(1, _SAMPLES)


def _hidden(config: Any) -> Tensor:
    return torch.empty(1, _TOKENS, find(config, "hidden_size", "d_model", default=512))


def _past_length(config: Any) -> int:
    lags = max(find(config, "lags_sequence", default=[0]) or [0])
    length: int = find(config, "context_length", "prediction_length", default=_TOKENS)
    return length + int(lags)


def _past_values(config: Any) -> Tensor:
    channels = find(config, "num_input_channels", "input_size", default=1)
    length = _past_length(config)
    return torch.empty(1, length, channels) if channels > 1 else torch.empty(1, length)


def _time_features(config: Any, length: int) -> Tensor:
    return torch.empty(1, length, max(int(find(config, "num_time_features", default=0)), 0))


_PATCHES = ("pixel_values", "hidden_states", "grid_thw", "image_grid_thw")

_MAKERS: dict[str, Callable[[Any], Any]] = {
    "input_ids": _ids,
    "decoder_input_ids": _ids,
    "qformer_input_ids": _ids,
    "attention_mask": lambda config: torch.ones_like(_ids(config)),
    "token_type_ids": lambda config: torch.zeros_like(_ids(config)),
    "bbox": lambda config: torch.zeros(1, _ids(config).shape[1], 4, dtype=torch.int64),
    "pixel_values": _image,
    "pixel_values_videos": _image,
    "pixel_mask": lambda config: torch.ones(1, *_image(config).shape[-2:], dtype=torch.int64),
    "input_features": _features,
    "input_values": _waveform,
    "hidden_states": _hidden,
    "latents": _hidden,
    "past_values": _past_values,
    "past_observed_mask": lambda config: torch.ones_like(_past_values(config)),
    "past_time_features": lambda config: _time_features(config, _past_length(config)),
    "future_time_features": lambda config: _time_features(config, find(config, "prediction_length", default=_TOKENS)),
    "labels": lambda config: None,
}
