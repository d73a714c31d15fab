"""What classes of diffusers are called with where their signature does not say enough; read from their code."""

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
    sample,
    step,
    words,
)
from services.extractor.libraries.diffusers_films import FILMS
from services.extractor.libraries.diffusers_images import IMAGES

_TIME_AND_TEXT = {"text_embeds": 1280, "time_ids": 6}


def _unet(text: int, channels: int = 4, **others: Any) -> dict[str, Any]:
    return {
        "sample": image(channels, 2 * SIDE),
        "timestep": step(),
        "encoder_hidden_states": words(text),
        **others,
    }


def _film_unet(text: int, channels: int = 4, **others: Any) -> dict[str, Any]:
    return _unet(text) | {"sample": film(channels, side=2 * SIDE)} | others


def _sdxl() -> dict[str, Any]:
    return {name: floats(1, width) for name, width in _TIME_AND_TEXT.items()}


INPUTS: Mapping[str, Callable[[], dict[str, Any]]] = {
    **IMAGES,
    **FILMS,
    "AceStepAudioTokenizer": lambda: {"hidden_states": floats(1, 20, 5, 64)},
    "AceStepConditionEncoder": lambda: {
        "text_hidden_states": words(1024),
        "text_attention_mask": mask(1, TOKENS),
        "lyric_hidden_states": words(1024, 64),
        "lyric_attention_mask": mask(1, 64),
        "refer_audio_acoustic_hidden_states_packed": floats(1, 100, 64),
        "refer_audio_order_mask": torch.zeros(1, dtype=torch.int64),
    },
    "AutoencoderKLHunyuanImage": sample(1, 3, 256, 256),
    "AutoencoderKLLTX2Video": sample(1, 3, 9, 128, 128),
    "AutoencoderKLMiniMaxH3": sample(1, 3, 17, 64, 64),
    "AutoencoderKLMiniMaxH3Audio": sample(1, 1, 16_000),
    "AutoencoderKLMochi": sample(1, 3, 7, 64, 64),
    "AutoencoderKLQwenImage21": sample(1, 3, 1, 64, 64),
    "AutoencoderOobleck": sample(1, 2, 65_536),
    "AutoencoderSAME": sample(1, 2, 65_536),
    "ControlNetUnionModel": lambda: _unet(
        2048,
        controlnet_cond=[image(3, 16 * SIDE)],
        control_type=torch.ones(1, 6),
        control_type_idx=[0],
        added_cond_kwargs=_sdxl(),
    ),
    "Cosmos3AVAEAudioTokenizer": sample(1, 2, 48_000),
    "I2VGenXLUNet": lambda: _film_unet(
        1024,
        fps=ids(1),
        image_latents=film(4, side=2 * SIDE),
        image_embeddings=floats(1, 1024),
    ),
    "Kandinsky3UNet": lambda: _unet(4096, encoder_attention_mask=torch.ones(1, TOKENS)),
    "Kandinsky6SRLatentUpscalerBank": lambda: {"latents": film(64), "scale": 2},
    "MMAudioVAE": sample(1, 44_100),
    "MMAudioVocoder": lambda: {"mel": floats(1, 128, 64)},
    "MiniMaxMusic3ConditionEncoder": lambda: {"hidden_states": floats(1, 16, 8 * 4096)},
    "MiniMaxMusic3RVQDepthDecoder": lambda: {"inputs_embeds": floats(1, 8, 4096)},
    "MiniMaxMusic3Vocoder": lambda: {"latents": floats(1, 128, 64)},
    "ReduxImageEncoder": lambda: {"x": floats(1, 729, 1152)},
    "SparseControlNetModel": lambda: _film_unet(
        768,
        encoder_hidden_states=floats(FRAMES, TOKENS, 768),
        controlnet_cond=film(4, side=2 * SIDE),
        conditioning_mask=film(1, side=2 * SIDE),
    ),
    "StableAudio3DurationEmbedder": lambda: {"seconds": step()},
    "StableCascadeUNet": lambda: {
        "sample": image(16, 2 * SIDE),
        "timestep_ratio": step(),
        "clip_text_pooled": floats(1, 1, 1280),
        "clip_text": words(1280, 77),
        "clip_img": floats(1, 1, 768),
    },
    "UNet1DModel": lambda: {"sample": floats(1, 2, 65_536), "timestep": step()},
    "ControlNetModel/stable-diffusion-2-1": lambda: _unet(1024, controlnet_cond=image(3, 16 * SIDE)),
    "ControlNetModel/stable-diffusion-v1-5": lambda: _unet(768, controlnet_cond=image(3, 16 * SIDE)),
    "ControlNetModel/stable-diffusion-xl": lambda: _unet(
        2048, controlnet_cond=image(3, 16 * SIDE), added_cond_kwargs=_sdxl()
    ),
    "UNet2DConditionModel": lambda: _unet(1280),
    "UNet2DConditionModel/instruct-pix2pix": lambda: _unet(768, 8),
    "UNet2DConditionModel/latent-consistency": lambda: _unet(768, timestep_cond=floats(1, 256)),
    "UNet2DConditionModel/stable-diffusion-2-1": lambda: _unet(1024),
    "UNet2DConditionModel/stable-diffusion-inpainting": lambda: _unet(768, 9),
    "UNet2DConditionModel/stable-diffusion-v1-5": lambda: _unet(768),
    "UNet2DConditionModel/stable-diffusion-x4-upscaler": lambda: _unet(1024, 7, class_labels=ids(1)),
    "UNet2DConditionModel/stable-diffusion-xl-base": lambda: _unet(2048, added_cond_kwargs=_sdxl()),
    "UNet2DConditionModel/stable-diffusion-xl-refiner": lambda: _unet(
        1280, added_cond_kwargs={"text_embeds": floats(1, 1280), "time_ids": floats(1, 5)}
    ),
    "UNetControlNetXSModel": lambda: _unet(1024, controlnet_cond=image(3, 16 * SIDE)),
    "UNetMotionModel": lambda: _film_unet(1280, encoder_hidden_states=floats(FRAMES, TOKENS, 1280)),
    "UNetSpatioTemporalConditionModel": lambda: {
        "sample": floats(1, FRAMES, 8, 2 * SIDE, 2 * SIDE),
        "timestep": step(),
        "encoder_hidden_states": words(1024, 1),
        "added_time_ids": floats(1, 3),
    },
    "UVit2DModel": lambda: {
        "input_ids": ids(1, SIDE, SIDE),
        "encoder_hidden_states": words(768),
        "pooled_text_emb": floats(1, 768),
        "micro_conds": floats(1, 5),
    },
    "UniDiffuserModel": lambda: {
        "latent_image_embeds": image(4, 64),
        "image_embeds": floats(1, 1, 512),
        "prompt_embeds": words(64, 77),
        "timestep_img": step(),
        "timestep_text": step(),
    },
}
"""Class -> what makes its example inputs."""
