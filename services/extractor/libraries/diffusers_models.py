"""diffusers: denoisers, autoencoders, control networks; default and published sizes (huggingface/diffusers)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import diffusers
import torch
from diffusers import ModelMixin
from torch import Tensor

from services.extractor.libraries.diffusers_configurations import CONFIGURATIONS
from services.extractor.libraries.diffusers_inputs import INPUTS
from services.extractor.libraries.model import BuiltModel, defining_module

_SIDE, _FRAMES, _TOKENS = 32, 5, 64

# Parts of others, which do not run alone; the autoencoder encodes only in tiles.
_NO_MODELS = {
    "AutoencoderKLAllegro",
    "ControlNetXSAdapter",
    "DreamLiteTransformer2DModel",
    "Transformer2DModel",
    "TransformerTemporalModel",
}


@cache
def _classes() -> dict[str, Any]:
    found = {name: getattr(diffusers, name, None) for name in dir(diffusers) if name[0].isupper()}
    return {
        name: kind
        for name, kind in found.items()
        if inspect.isclass(kind) and issubclass(kind, ModelMixin) and kind is not ModelMixin and _has_defaults(kind)
    }


def _has_defaults(kind: Any) -> bool:
    """Whether it can be built without being told anything."""
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    return not any(_is_demanded(item) for item in parameters)


def _is_demanded(item: inspect.Parameter) -> bool:
    return item.default is item.empty and item.kind is item.POSITIONAL_OR_KEYWORD


def names() -> list[str]:
    """All model classes that have a default configuration, and the configurations that others published."""
    return sorted({*_classes(), *CONFIGURATIONS} - _NO_MODELS)


def build(name: str) -> BuiltModel:
    """The class `name`, with inputs that its configuration suggests and others to try."""
    kind, _, _ = name.partition("/")
    module = _classes()[kind](**CONFIGURATIONS.get(name, {}))
    known = INPUTS.get(name) or INPUTS.get(kind)
    first, *others = [known()] if known else _inputs(module)
    task = "image-to-image" if "Autoencoder" in name or name.startswith("VQ") else "text-to-image"
    return BuiltModel(module, defining_module(module), task, kwargs=first, alternatives=others)


def _inputs(module: Any) -> Iterator[dict[str, Any]]:
    """What the signature demands, with the main input as an image, a film, a sequence and a sound."""
    config = module.config
    parameters = inspect.signature(module.forward).parameters.values()
    wanted = [item.name for item in parameters if _is_demanded(item)]
    wanted += [item.name for item in parameters if item.name in _EXPECTED and item.name not in wanted]
    channels = _find(config, "in_channels", "num_channels", "out_channels", default=3)
    width = _find(config, "inner_dim", "hidden_size", "embedding_dim", default=channels)
    mains = (
        torch.empty(1, channels, _SIDE, _SIDE),
        torch.empty(1, channels, _FRAMES, _SIDE, _SIDE),
        torch.empty(1, _FRAMES, channels, _SIDE, _SIDE),
        torch.empty(1, _TOKENS, channels),
        torch.empty(1, channels, 1024),
        torch.empty(1, _TOKENS, width),
    )
    for main in mains:
        made = {name: _MAKERS[name](config) for name in wanted if name in _MAKERS}
        yield made | {name: main for name in wanted if name in ("sample", "hidden_states", "x", "latents")}


def _find(config: Any, *names: str, default: int) -> int:
    """The first number of `names` that the configuration states."""
    values = (config.get(name) for name in names)
    return next((value for value in values if isinstance(value, int) and value > 0), default)


def _text(config: Any) -> Tensor:
    keys = ["cross_attention_dim", "joint_attention_dim", "text_embed_dim", "caption_channels", "encoder_hid_dim"]
    keys += ["text_dim", "cap_feat_dim", "caption_projection_dim", "condition_dim"]
    return torch.empty(1, _TOKENS, _find(config, *keys, default=768))


_EXPECTED = ("timestep", "encoder_hidden_states", "pooled_projections", "img_ids", "txt_ids", "guidance")

_MAKERS: dict[str, Callable[[Any], Any]] = {
    "timestep": lambda config: torch.ones(1),
    "encoder_hidden_states": _text,
    "encoder_attention_mask": lambda config: torch.ones(1, _TOKENS, dtype=torch.bool),
    "pooled_projections": lambda config: torch.empty(1, _find(config, "pooled_projection_dim", default=768)),
    "controlnet_cond": lambda config: torch.empty(1, 3, 8 * _SIDE, 8 * _SIDE),
    "img_ids": lambda config: torch.zeros(_TOKENS, 3),
    "txt_ids": lambda config: torch.zeros(_TOKENS, 3),
    "guidance": lambda config: torch.ones(1),
    "target_size": lambda config: torch.ones(1, 2),
    "original_size": lambda config: torch.ones(1, 2),
    "crop_coords": lambda config: torch.zeros(1, 2),
    "input_ids": lambda config: torch.ones(1, _TOKENS, dtype=torch.int64),
    "position_ids": lambda config: torch.zeros(1, _TOKENS, dtype=torch.int64),
}
