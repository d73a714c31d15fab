"""Default configurations of transformers as its models can be built with: what they leave open is filled in.

Most configurations describe a published model by default. Some leave a number open that the model needs, as every
published checkpoint states it; those numbers stand in `_MISSING`, taken from the model's documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Model type -> entry -> value, where the default is None, missing, or not what the model can be built with.
_MISSING: dict[str, dict[str, Any]] = {
    "autoformer": {"prediction_length": 24, "context_length": 24},
    "beit": {"out_indices": [3, 5, 7, 11]},
    "chameleon": {"vocabulary_map": {"<image>": 8711, **{f"IMGIMGA{place}Z": place + 4 for place in range(8)}}},
    "cohere_compass_text": {"rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 50_000.0}}},
    "data2vec-vision": {"out_indices": [3, 5, 7, 11]},
    "dbrx": {"rope_parameters": {"rope_type": "default", "rope_theta": 500_000.0}},
    "deepseek_v2": {"num_experts_per_tok": 6, "n_group": 1, "topk_group": 1, "n_routed_experts": 64},
    "dots1": {"n_routed_experts": 128, "n_shared_experts": 2, "num_experts_per_tok": 6},
    "emu3": {"vocabulary_map": {"<image>": 151_643, "<|extra_200|>": 151_846}},
    "esm": {"vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32},
    "glm4v_text": {"rope_parameters": {"partial_rotary_factor": 0.5}},
    "glm4v_moe_text": {"head_dim": 128},
    "glm_image_text": {"rope_parameters": {"partial_rotary_factor": 0.5}},
    "informer": {"prediction_length": 24, "context_length": 24},
    "lfm2_moe": {"layer_types": ["conv", "conv", "full_attention", "conv"] * 8},
    "siglip_vision_model": {"num_attention_heads": 16},
    "time_series_transformer": {"prediction_length": 24, "context_length": 24},
    "xmod": {"default_language": "en_XX"},
}


def fitting_config(config: Any, model_class: Any) -> Any:
    """`config`, or the part of it that `model_class` takes: a text decoder takes that of the text."""
    wanted = getattr(model_class, "config_class", None)
    if wanted is None or isinstance(config, wanted):
        return config
    return next((part for part in parts(config) if isinstance(part, wanted)), config)


def parts(config: Any) -> Iterator[Any]:
    """`config` and the configurations inside it, at any depth."""
    yield config
    for key in getattr(config, "sub_configs", {}):
        part = getattr(config, key, None)
        if hasattr(part, "to_dict"):
            yield from parts(part)


def complete(config: Any, class_name: str) -> None:
    """Fills in what `config` leaves open and what `class_name` asks of it."""
    for part in parts(config):
        _fill(part)
        _complete_attention(part)
        if not hasattr(part, "pad_token_id"):
            part.pad_token_id = None
        # A cache is for generation; a network is what one pass runs.
        part.use_cache = False
        if hasattr(part, "_experts_implementation"):
            # Grouped products of experts need numbers; one product an expert is the same network.
            part._experts_implementation = "eager"
    if config.model_type == "reformer" and class_name.endswith("LMHead"):
        config.is_decoder = True


def _fill(config: Any) -> None:
    """Enters what `_MISSING` knows; what a mapping already says stays."""
    for key, value in _MISSING.get(config.model_type, {}).items():
        present = getattr(config, key, None)
        if isinstance(value, dict) and isinstance(present, dict):
            setattr(config, key, value | present)
        elif present is None:
            setattr(config, key, value)


def _complete_attention(config: Any) -> None:
    """Heads as most configurations count them where they say nothing."""
    # Some configurations refuse to say what differs from layer to layer; what they hold says so without.
    held = vars(config)
    heads, width = held.get("num_attention_heads"), held.get("hidden_size")
    if not isinstance(heads, int) or not isinstance(width, int) or not heads:
        return
    if held.get("num_key_value_heads", heads) is None:
        config.num_key_value_heads = heads
    if held.get("head_dim", heads) is None:
        config.head_dim = width // heads
