"""What transformers of diffusers for films and sounds are called with: read from signatures and configurations."""

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
    mask,
    step,
    whole_step,
    words,
)


def _wan(channels: int, text: int = 4096, **others: Any) -> dict[str, Any]:
    return {
        "hidden_states": film(channels),
        "timestep": whole_step(),
        "encoder_hidden_states": words(text),
        **others,
    }


def _ltx(**others: Any) -> dict[str, Any]:
    return {
        "hidden_states": floats(1, 2 * SIDE * SIDE, 128),
        "encoder_hidden_states": words(4096),
        "timestep": step(),
        "encoder_attention_mask": mask(1, TOKENS),
        "num_frames": 2,
        "height": SIDE,
        "width": SIDE,
        **others,
    }


FILMS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "AceStepTransformer1DModel": lambda: {
        "hidden_states": floats(1, 100, 64),
        "timestep": step(),
        "timestep_r": step(),
        "encoder_hidden_states": words(2048),
        "context_latents": floats(1, 100, 128),
    },
    "AllegroTransformer3DModel": lambda: {
        "hidden_states": film(4),
        "encoder_hidden_states": floats(1, 1, TOKENS, 4096),
        "timestep": whole_step(),
        "attention_mask": torch.ones(1, FRAMES, SIDE, SIDE),
        "encoder_attention_mask": torch.ones(1, 1, TOKENS),
    },
    "AnimaTextConditioner": lambda: {"source_hidden_states": words(1024), "target_input_ids": ids(1, TOKENS)},
    "AnyFlowFARTransformer3DModel": lambda: {
        "hidden_states": floats(1, 4, 16, SIDE, SIDE),
        "timestep": torch.ones(1, 4),
        "r_timestep": torch.ones(1, 4),
        "encoder_hidden_states": words(4096),
        "chunk_partition": [1, 3],
    },
    "AnyFlowTransformer3DModel": lambda: {
        "hidden_states": floats(1, 4, 16, SIDE, SIDE),
        "timestep": torch.ones(1, 4),
        "r_timestep": torch.ones(1, 4),
        "encoder_hidden_states": words(4096),
    },
    "CogVideoXTransformer3DModel": lambda: {
        "hidden_states": floats(1, 13, 16, 60, 90),
        "encoder_hidden_states": words(4096, 226),
        "timestep": whole_step(),
    },
    "ConsisIDTransformer3DModel": lambda: {
        "hidden_states": floats(1, 13, 16, 60, 90),
        "encoder_hidden_states": words(4096, 226),
        "timestep": whole_step(),
    },
    "CosmosTransformer3DModel": lambda: {
        "hidden_states": film(16),
        "timestep": step(),
        "encoder_hidden_states": words(1024),
        "fps": 30,
        "padding_mask": torch.zeros(1, 1, SIDE, SIDE),
    },
    "EasyAnimateTransformer3DModel": lambda: _wan(16, 3584),
    "HeliosTransformer3DModel": lambda: _wan(
        16,
        indices_hidden_states=ids(1, FRAMES),
        indices_latents_history_short=ids(1, 2),
        indices_latents_history_mid=ids(1, 2),
        indices_latents_history_long=ids(1, 4),
        latents_history_short=film(16, 2),
        latents_history_mid=film(16, 2),
        latents_history_long=film(16, 4),
    ),
    "HunyuanVideo15Transformer3DModel": lambda: {
        "hidden_states": film(65),
        "timestep": step(),
        "encoder_hidden_states": words(3584),
        "encoder_attention_mask": ids(1, TOKENS),
        "encoder_hidden_states_2": words(1472),
        "encoder_attention_mask_2": ids(1, TOKENS),
        "image_embeds": words(1152),
    },
    "HunyuanVideoFramepackTransformer3DModel": lambda: {
        "hidden_states": film(16),
        "timestep": step(),
        "encoder_hidden_states": words(4096),
        "encoder_attention_mask": ids(1, TOKENS),
        "pooled_projections": floats(1, 768),
        "image_embeds": words(1152),
        "indices_latents": torch.arange(FRAMES),
        "guidance": step(),
    },
    "Kandinsky5Transformer3DModel": lambda: {
        "hidden_states": floats(1, 1, SIDE, SIDE, 4),
        "encoder_hidden_states": words(3584),
        "timestep": step(),
        "pooled_projections": floats(1, 768),
        "visual_rope_pos": [torch.arange(1), torch.arange(SIDE // 2), torch.arange(SIDE // 2)],
        "text_rope_pos": torch.arange(TOKENS),
    },
    "Kandinsky6SRTransformer3DModel": lambda: {"hidden_states": floats(1, 1, 32, 32, 129), "timestep": step()},
    "Kandinsky6Transformer3DModel": lambda: {
        "hidden_states": floats(1, 1, SIDE, SIDE, 33),
        "encoder_hidden_states": words(3584),
        "pooled_projections": floats(1, 768),
        "timestep": step(),
    },
    "LTX2VideoDiffusionDecoderModel": lambda: {"z": floats(1, 128, 4, 8, 8)},
    "LTX2VideoTransformer3DModel": lambda: _ltx(
        encoder_hidden_states=words(3840),
        audio_hidden_states=floats(1, 32, 128),
        audio_encoder_hidden_states=words(3840),
        audio_encoder_attention_mask=mask(1, TOKENS),
        audio_num_frames=32,
    ),
    "LTXVideoTransformer3DModel": _ltx,
    "LatteTransformer3DModel": lambda: {
        "hidden_states": film(4, 16, 2 * SIDE),
        "timestep": whole_step(),
        "encoder_hidden_states": words(4096),
    },
    "LongCatAudioDiTTransformer": lambda: {
        "hidden_states": floats(1, 100, 64),
        "encoder_hidden_states": words(768),
        "encoder_attention_mask": mask(1, TOKENS),
        "timestep": step(),
        "attention_mask": mask(1, 100),
        "latent_cond": floats(1, 100, 64),
    },
    "MiniMaxH3Transformer3DModel": lambda: {
        "hidden_states": floats(1, 64, 96),
        "audio_hidden_states": floats(1, 16, 32),
        "encoder_hidden_states": words(5120),
        "timestep": step(),
        "timestep_indices": torch.zeros(112, dtype=torch.int64),
        "token_tags": torch.zeros(112, dtype=torch.int64),
        "position_ids": torch.zeros(112, 3),
        "video_indices": torch.arange(64),
        "audio_indices": torch.arange(64, 80),
        "text_indices": torch.arange(80, 112),
    },
    "MiniMaxMusic3Transformer1DModel": lambda: {
        "hidden_states": floats(1, 128, 64),
        "timestep": step(),
        "encoder_hidden_states": words(2048, 64),
    },
    "MochiTransformer3DModel": lambda: {
        "hidden_states": film(12),
        "encoder_hidden_states": words(4096, 256),
        "timestep": whole_step(),
        "encoder_attention_mask": mask(1, 256),
    },
    "SanaVideoTransformer3DModel": lambda: _wan(16, 2304),
    "SanaWMTransformer3DModel": lambda: {
        "hidden_states": film(128),
        "timestep": step(),
        "encoder_hidden_states": floats(1, 1, TOKENS, 2304),
        "mask": torch.ones(1, TOKENS),
    },
    "StableAudio3DiTModel": lambda: {
        "hidden_states": floats(1, 256, 64),
        "timestep": step(),
        "encoder_hidden_states": words(768),
        "global_hidden_states": floats(1, 768),
        "local_add_cond": floats(1, 257, 64),
    },
    "StableAudioDiTModel": lambda: {
        "hidden_states": floats(1, 64, 1024),
        "timestep": step(),
        "encoder_hidden_states": words(768),
        "global_hidden_states": floats(1, 1, 1536),
        "rotary_embedding": (floats(1025, 32), floats(1025, 32)),
    },
    "T5FilmDecoder": lambda: {
        "encodings_and_masks": [(words(768, 256), torch.ones(1, 256))],
        "decoder_input_tokens": floats(1, 256, 128),
        "decoder_noise_time": step(),
    },
    "CogVideoXTransformer3DModel/5b": lambda: {
        "hidden_states": floats(1, 13, 16, 60, 90),
        "encoder_hidden_states": words(4096, 226),
        "timestep": whole_step(),
        "image_rotary_emb": (floats(13 * 30 * 45, 64), floats(13 * 30 * 45, 64)),
    },
    "WanAnimateTransformer3DModel": lambda: _wan(
        36,
        encoder_hidden_states_image=words(1280, 257),
        pose_hidden_states=film(16, FRAMES - 1),
        face_pixel_values=film(3, 4 * (FRAMES - 2) + 1, 512),
    ),
    "WanVACETransformer3DModel": lambda: _wan(16, control_hidden_states=film(96)),
}
"""Class -> what makes its example inputs."""
