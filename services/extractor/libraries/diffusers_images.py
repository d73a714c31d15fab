"""What transformers of diffusers for images are called with: read from signatures and configurations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from services.extractor.libraries.diffusers_example import (
    FRAMES,
    SIDE,
    TOKENS,
    film,
    floats,
    ids,
    image,
    mask,
    step,
    whole_step,
    words,
)


def _flux(channels: int, text: int, axes: int = 3, **others: Any) -> dict[str, Any]:
    """Patches of an image and a text in a row, each with its place."""
    return {
        "hidden_states": floats(1, SIDE * SIDE, channels),
        "encoder_hidden_states": words(text),
        "timestep": step(),
        "img_ids": torch.zeros(SIDE * SIDE, axes),
        "txt_ids": torch.zeros(TOKENS, axes),
        **others,
    }


def _qwen(**others: Any) -> dict[str, Any]:
    return {
        "hidden_states": floats(1, SIDE * SIDE, 64),
        "encoder_hidden_states": words(3584),
        "encoder_hidden_states_mask": mask(1, TOKENS),
        "timestep": step(),
        "img_shapes": [[(1, SIDE, SIDE)]],
        **others,
    }


def _dit(channels: int, **others: Any) -> dict[str, Any]:
    return {"hidden_states": image(channels, 2 * SIDE), "timestep": whole_step(), **others}


def _hunyuan_dit(**others: Any) -> dict[str, Any]:
    side = 32
    return {
        "hidden_states": image(4, side),
        "timestep": step(),
        "encoder_hidden_states": words(1024, 77),
        "text_embedding_mask": torch.ones(1, 77),
        "encoder_hidden_states_t5": words(2048, 256),
        "text_embedding_mask_t5": torch.ones(1, 256),
        "image_meta_size": torch.ones(1, 6),
        "style": torch.zeros(1, dtype=torch.int64),
        "image_rotary_emb": (floats(side * side // 4, 88), floats(side * side // 4, 88)),
        **others,
    }


IMAGES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "BriaFibo2Transformer2DModel": lambda: {
        "hidden_states": image(32),
        "timestep": step(),
        "encoder_hidden_states": words(7680, 256),
        "encoder_attention_mask": mask(1, 256),
    },
    "BriaFiboTransformer2DModel": lambda: _flux(64, 4096, text_encoder_layers=[words(2048) for _ in range(57)]),
    "BriaTransformer2DModel": lambda: _flux(64, 4096),
    "CosmosControlNetModel": lambda: {
        "controls_latents": film(16),
        "latents": film(16),
        "timestep": step(),
        "encoder_hidden_states": words(1024),
        "condition_mask": torch.ones(1, 1, FRAMES, SIDE, SIDE),
        "padding_mask": torch.zeros(1, 1, SIDE, SIDE),
    },
    "DiTTransformer2DModel": lambda: _dit(4, class_labels=ids(1)),
    "ErnieImageTransformer2DModel": lambda: {
        "hidden_states": image(128),
        "timestep": step(),
        "text_bth": words(2560),
        "text_lens": torch.full((1,), TOKENS),
    },
    "Flux2Transformer2DModel": lambda: _flux(128, 15360, 4, guidance=step()),
    "Flux3Transformer2DModel": lambda: _flux(128, 20480, 4),
    "FluxControlNetModel": lambda: _flux(
        64, 4096, pooled_projections=floats(1, 768), controlnet_cond=floats(1, SIDE * SIDE, 64)
    ),
    "FluxTransformer2DModel": lambda: _flux(64, 4096, pooled_projections=floats(1, 768)),
    "GlmImageTransformer2DModel": lambda: {
        "hidden_states": image(16, 2 * SIDE),
        "encoder_hidden_states": words(1472),
        "prior_token_id": ids(1, SIDE * SIDE),
        "prior_token_drop": torch.zeros(1, SIDE * SIDE, dtype=torch.bool),
        "timestep": whole_step(),
        "target_size": torch.ones(1, 2),
        "crop_coords": torch.zeros(1, 2),
    },
    "HiDreamImageTransformer2DModel": lambda: {
        "hidden_states": image(16, 2 * SIDE),
        "timesteps": step(),
        "encoder_hidden_states_t5": words(4096),
        "encoder_hidden_states_llama3": floats(32, 1, TOKENS, 4096),
        "pooled_embeds": floats(1, 2048),
    },
    "HunyuanDiT2DControlNetModel": lambda: _hunyuan_dit(controlnet_cond=image(4, 32)),
    "HunyuanDiT2DModel": _hunyuan_dit,
    "Ideogram4Transformer2DModel": lambda: {
        "hidden_states": floats(1, 64, 128),
        "timestep": step(),
        "encoder_hidden_states": floats(1, 64, 53248),
        "position_ids": ids(1, 64, 3),
        "segment_ids": ids(1, 64),
        "indicator": ids(1, 64),
    },
    "Krea2Transformer2DModel": lambda: {
        "hidden_states": floats(1, 64, 64),
        "encoder_hidden_states": floats(1, TOKENS, 12, 2560),
        "timestep": step(),
        "position_ids": torch.zeros(64 + TOKENS, 3),
    },
    "LuminaNextDiT2DModel": lambda: {
        "hidden_states": image(4, 2 * SIDE),
        "timestep": step(),
        "encoder_hidden_states": words(2048),
        "encoder_mask": mask(1, TOKENS),
        "image_rotary_emb": torch.empty(384, 384, 36, dtype=torch.complex64),
    },
    "NucleusMoEImageTransformer2DModel": lambda: _qwen(img_shapes=[(1, SIDE, SIDE)]),
    "OmniGenTransformer2DModel": lambda: {
        "hidden_states": image(4, 2 * SIDE),
        "timestep": step(),
        "input_ids": ids(1, TOKENS),
        "input_img_latents": [],
        "input_image_sizes": {},
        "attention_mask": torch.ones(1, TOKENS + 257, TOKENS + 257),
        "position_ids": ids(1, TOKENS + 257),
    },
    "PRXTransformer2DModel": lambda: {
        "hidden_states": image(16, 2 * SIDE),
        "timestep": step(),
        "encoder_hidden_states": words(2304),
        "attention_mask": mask(1, TOKENS),
    },
    "PixArtTransformer2DModel": lambda: {
        "hidden_states": image(4, 2 * SIDE),
        "timestep": whole_step(),
        "encoder_hidden_states": words(4096),
        "added_cond_kwargs": {"resolution": floats(1, 2), "aspect_ratio": floats(1, 1)},
    },
    "PriorTransformer": lambda: {
        "hidden_states": floats(1, 768),
        "timestep": step(),
        "proj_embedding": floats(1, 768),
        "encoder_hidden_states": words(768, 77),
    },
    "QwenImage21Transformer2DModel": lambda: _qwen(
        encoder_hidden_states=words(4096), img_mask=mask(1, TOKENS + SIDE * SIDE // 4)
    ),
    "QwenImageControlNetModel": lambda: _qwen(controlnet_cond=floats(1, SIDE * SIDE, 64)),
    "QwenImageTransformer2DModel": _qwen,
    "SD3ControlNetModel": lambda: {
        "hidden_states": image(16, 2 * SIDE),
        "controlnet_cond": image(16, 2 * SIDE),
        "encoder_hidden_states": words(4096),
        "pooled_projections": floats(1, 2048),
        "timestep": whole_step(),
    },
    "SanaControlNetModel": lambda: _dit(32, encoder_hidden_states=words(2304), controlnet_cond=image(32, 2 * SIDE)),
    "SanaTransformer2DModel": lambda: _dit(32, encoder_hidden_states=words(2304)),
    "Transformer2DModel": lambda: _dit(320, encoder_hidden_states=words(768)),
    "FluxTransformer2DModel/dev": lambda: _flux(64, 4096, pooled_projections=floats(1, 768), guidance=step()),
    "PriorTransformer/kandinsky-2-2": lambda: {
        "hidden_states": floats(1, 1280),
        "timestep": step(),
        "proj_embedding": floats(1, 1280),
        "encoder_hidden_states": words(1280, 77),
    },
    "SanaTransformer2DModel/sprint": lambda: _dit(32, encoder_hidden_states=words(2304), guidance=step()),
    "ZImageControlNetModel": lambda: {
        "x": [floats(16, 1, SIDE, SIDE)],
        "t": step(),
        "cap_feats": [floats(TOKENS, 2560)],
        "control_context": [floats(16, 1, SIDE, SIDE)],
    },
    "ZImageTransformer2DModel": lambda: {
        "x": [floats(16, 1, SIDE, SIDE)],
        "t": step(),
        "cap_feats": [floats(TOKENS, 2560)],
    },
}
"""Class -> what makes its example inputs."""
