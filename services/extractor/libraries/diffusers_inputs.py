"""What those classes of diffusers are called with whose signature does not say enough, as their tests do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

_SIDE, _FRAMES, _TOKENS = 16, 5, 32


def _floats(*shape: int) -> Tensor:
    return torch.empty(*shape)


def _ids(*shape: int) -> Tensor:
    return torch.ones(*shape, dtype=torch.int64)


def _mask(*shape: int) -> Tensor:
    return torch.ones(*shape, dtype=torch.bool)


def _step() -> Tensor:
    return torch.ones(1)


def _whole_step() -> Tensor:
    return _ids(1)


def _image(channels: int, side: int = _SIDE) -> Tensor:
    return _floats(1, channels, side, side)


def _film(channels: int, frames: int = _FRAMES, side: int = _SIDE) -> Tensor:
    return _floats(1, channels, frames, side, side)


def _text(width: int, tokens: int = _TOKENS) -> Tensor:
    return _floats(1, tokens, width)


def _flux(channels: int, text: int, axes: int = 3, **others: Any) -> dict[str, Any]:
    """Patches of an image and a text in a row, each with its place."""
    return {
        "hidden_states": _floats(1, _SIDE * _SIDE, channels),
        "encoder_hidden_states": _text(text),
        "timestep": _step(),
        "img_ids": torch.zeros(_SIDE * _SIDE, axes),
        "txt_ids": torch.zeros(_TOKENS, axes),
        **others,
    }


def _qwen(**others: Any) -> dict[str, Any]:
    return {
        "hidden_states": _floats(1, _SIDE * _SIDE, 64),
        "encoder_hidden_states": _text(3584),
        "encoder_hidden_states_mask": _mask(1, _TOKENS),
        "timestep": _step(),
        "img_shapes": [[(1, _SIDE, _SIDE)]],
        **others,
    }


def _wan(channels: int, text: int = 4096, **others: Any) -> dict[str, Any]:
    return {
        "hidden_states": _film(channels),
        "timestep": _whole_step(),
        "encoder_hidden_states": _text(text),
        **others,
    }


def _unet(text: int, channels: int = 4, **others: Any) -> dict[str, Any]:
    return {
        "sample": _image(channels, 2 * _SIDE),
        "timestep": _step(),
        "encoder_hidden_states": _text(text),
        **others,
    }


def _film_unet(text: int, channels: int = 4, **others: Any) -> dict[str, Any]:
    return _unet(text) | {"sample": _film(channels, side=2 * _SIDE)} | others


def _dit(channels: int, **others: Any) -> dict[str, Any]:
    return {"hidden_states": _image(channels, 2 * _SIDE), "timestep": _whole_step(), **others}


def _ltx(**others: Any) -> dict[str, Any]:
    return {
        "hidden_states": _floats(1, 2 * _SIDE * _SIDE, 128),
        "encoder_hidden_states": _text(4096),
        "timestep": _step(),
        "encoder_attention_mask": _mask(1, _TOKENS),
        "num_frames": 2,
        "height": _SIDE,
        "width": _SIDE,
        **others,
    }


def _hunyuan_dit(**others: Any) -> dict[str, Any]:
    side = 32
    return {
        "hidden_states": _image(4, side),
        "timestep": _step(),
        "encoder_hidden_states": _text(1024, 77),
        "text_embedding_mask": torch.ones(1, 77),
        "encoder_hidden_states_t5": _text(2048, 256),
        "text_embedding_mask_t5": torch.ones(1, 256),
        "image_meta_size": torch.ones(1, 6),
        "style": torch.zeros(1, dtype=torch.int64),
        "image_rotary_emb": (_floats(side * side // 4, 88), _floats(side * side // 4, 88)),
        **others,
    }


def _sample(*shape: int) -> Callable[[], dict[str, Any]]:
    return lambda: {"sample": _floats(*shape)}


_TIME_AND_TEXT = {"text_embeds": 1280, "time_ids": 6}


def _sdxl() -> dict[str, Any]:
    return {name: _floats(1, width) for name, width in _TIME_AND_TEXT.items()}


INPUTS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "AceStepAudioTokenizer": lambda: {"hidden_states": _floats(1, 20, 5, 64)},
    "AceStepConditionEncoder": lambda: {
        "text_hidden_states": _text(1024),
        "text_attention_mask": _mask(1, _TOKENS),
        "lyric_hidden_states": _text(1024, 64),
        "lyric_attention_mask": _mask(1, 64),
        "refer_audio_acoustic_hidden_states_packed": _floats(1, 100, 64),
        "refer_audio_order_mask": torch.zeros(1, dtype=torch.int64),
    },
    "AceStepTransformer1DModel": lambda: {
        "hidden_states": _floats(1, 100, 64),
        "timestep": _step(),
        "timestep_r": _step(),
        "encoder_hidden_states": _text(2048),
        "context_latents": _floats(1, 100, 128),
    },
    "AllegroTransformer3DModel": lambda: {
        "hidden_states": _film(4),
        "encoder_hidden_states": _floats(1, 1, _TOKENS, 4096),
        "timestep": _whole_step(),
        "attention_mask": torch.ones(1, _FRAMES, _SIDE, _SIDE),
        "encoder_attention_mask": torch.ones(1, 1, _TOKENS),
    },
    "AnimaTextConditioner": lambda: {"source_hidden_states": _text(1024), "target_input_ids": _ids(1, _TOKENS)},
    "AnyFlowFARTransformer3DModel": lambda: {
        "hidden_states": _floats(1, 4, 16, _SIDE, _SIDE),
        "timestep": torch.ones(1, 4),
        "r_timestep": torch.ones(1, 4),
        "encoder_hidden_states": _text(4096),
        "chunk_partition": [1, 3],
    },
    "AnyFlowTransformer3DModel": lambda: {
        "hidden_states": _floats(1, 4, 16, _SIDE, _SIDE),
        "timestep": torch.ones(1, 4),
        "r_timestep": torch.ones(1, 4),
        "encoder_hidden_states": _text(4096),
    },
    "AutoencoderKLHunyuanImage": _sample(1, 3, 256, 256),
    "AutoencoderKLLTX2Video": _sample(1, 3, 9, 128, 128),
    "AutoencoderKLMiniMaxH3": _sample(1, 3, 17, 64, 64),
    "AutoencoderKLMiniMaxH3Audio": _sample(1, 1, 16_000),
    "AutoencoderKLMochi": _sample(1, 3, 7, 64, 64),
    "AutoencoderKLQwenImage21": _sample(1, 3, 1, 64, 64),
    "AutoencoderOobleck": _sample(1, 2, 65_536),
    "AutoencoderSAME": _sample(1, 2, 65_536),
    "BriaFibo2Transformer2DModel": lambda: {
        "hidden_states": _image(32),
        "timestep": _step(),
        "encoder_hidden_states": _text(7680, 256),
        "encoder_attention_mask": _mask(1, 256),
    },
    "BriaFiboTransformer2DModel": lambda: _flux(64, 4096, text_encoder_layers=[_text(2048) for _ in range(57)]),
    "BriaTransformer2DModel": lambda: _flux(64, 4096),
    "CogVideoXTransformer3DModel": lambda: {
        "hidden_states": _floats(1, 13, 16, 60, 90),
        "encoder_hidden_states": _text(4096, 226),
        "timestep": _whole_step(),
    },
    "ConsisIDTransformer3DModel": lambda: {
        "hidden_states": _floats(1, 13, 16, 60, 90),
        "encoder_hidden_states": _text(4096, 226),
        "timestep": _whole_step(),
    },
    "ControlNetUnionModel": lambda: _unet(
        2048,
        controlnet_cond=[_image(3, 16 * _SIDE)],
        control_type=torch.ones(1, 6),
        control_type_idx=[0],
        added_cond_kwargs=_sdxl(),
    ),
    "Cosmos3AVAEAudioTokenizer": _sample(1, 2, 48_000),
    "CosmosControlNetModel": lambda: {
        "controls_latents": _film(16),
        "latents": _film(16),
        "timestep": _step(),
        "encoder_hidden_states": _text(1024),
        "condition_mask": torch.ones(1, 1, _FRAMES, _SIDE, _SIDE),
        "padding_mask": torch.zeros(1, 1, _SIDE, _SIDE),
    },
    "CosmosTransformer3DModel": lambda: {
        "hidden_states": _film(16),
        "timestep": _step(),
        "encoder_hidden_states": _text(1024),
        "fps": 30,
        "padding_mask": torch.zeros(1, 1, _SIDE, _SIDE),
    },
    "DiTTransformer2DModel": lambda: _dit(4, class_labels=_ids(1)),
    "EasyAnimateTransformer3DModel": lambda: _wan(16, 3584),
    "ErnieImageTransformer2DModel": lambda: {
        "hidden_states": _image(128),
        "timestep": _step(),
        "text_bth": _text(2560),
        "text_lens": torch.full((1,), _TOKENS),
    },
    "Flux2Transformer2DModel": lambda: _flux(128, 15360, 4, guidance=_step()),
    "Flux3Transformer2DModel": lambda: _flux(128, 20480, 4),
    "FluxControlNetModel": lambda: _flux(
        64, 4096, pooled_projections=_floats(1, 768), controlnet_cond=_floats(1, _SIDE * _SIDE, 64)
    ),
    "FluxTransformer2DModel": lambda: _flux(64, 4096, pooled_projections=_floats(1, 768)),
    "GlmImageTransformer2DModel": lambda: {
        "hidden_states": _image(16, 2 * _SIDE),
        "encoder_hidden_states": _text(1472),
        "prior_token_id": _ids(1, _SIDE * _SIDE),
        "prior_token_drop": torch.zeros(1, _SIDE * _SIDE, dtype=torch.bool),
        "timestep": _whole_step(),
        "target_size": torch.ones(1, 2),
        "crop_coords": torch.zeros(1, 2),
    },
    "HeliosTransformer3DModel": lambda: _wan(
        16,
        indices_hidden_states=_ids(1, _FRAMES),
        indices_latents_history_short=_ids(1, 2),
        indices_latents_history_mid=_ids(1, 2),
        indices_latents_history_long=_ids(1, 4),
        latents_history_short=_film(16, 2),
        latents_history_mid=_film(16, 2),
        latents_history_long=_film(16, 4),
    ),
    "HiDreamImageTransformer2DModel": lambda: {
        "hidden_states": _image(16, 2 * _SIDE),
        "timesteps": _step(),
        "encoder_hidden_states_t5": _text(4096),
        "encoder_hidden_states_llama3": _floats(32, 1, _TOKENS, 4096),
        "pooled_embeds": _floats(1, 2048),
    },
    "HunyuanDiT2DControlNetModel": lambda: _hunyuan_dit(controlnet_cond=_image(4, 32)),
    "HunyuanDiT2DModel": _hunyuan_dit,
    "HunyuanVideo15Transformer3DModel": lambda: {
        "hidden_states": _film(65),
        "timestep": _step(),
        "encoder_hidden_states": _text(3584),
        "encoder_attention_mask": _ids(1, _TOKENS),
        "encoder_hidden_states_2": _text(1472),
        "encoder_attention_mask_2": _ids(1, _TOKENS),
        "image_embeds": _text(1152),
    },
    "HunyuanVideoFramepackTransformer3DModel": lambda: {
        "hidden_states": _film(16),
        "timestep": _step(),
        "encoder_hidden_states": _text(4096),
        "encoder_attention_mask": _ids(1, _TOKENS),
        "pooled_projections": _floats(1, 768),
        "image_embeds": _text(1152),
        "indices_latents": torch.arange(_FRAMES),
        "guidance": _step(),
    },
    "I2VGenXLUNet": lambda: _film_unet(
        1024,
        fps=_ids(1),
        image_latents=_film(4, side=2 * _SIDE),
        image_embeddings=_floats(1, 1024),
    ),
    "Ideogram4Transformer2DModel": lambda: {
        "hidden_states": _floats(1, 64, 128),
        "timestep": _step(),
        "encoder_hidden_states": _floats(1, 64, 53248),
        "position_ids": _ids(1, 64, 3),
        "segment_ids": _ids(1, 64),
        "indicator": _ids(1, 64),
    },
    "Kandinsky3UNet": lambda: _unet(4096, encoder_attention_mask=torch.ones(1, _TOKENS)),
    "Kandinsky5Transformer3DModel": lambda: {
        "hidden_states": _floats(1, 1, _SIDE, _SIDE, 4),
        "encoder_hidden_states": _text(3584),
        "timestep": _step(),
        "pooled_projections": _floats(1, 768),
        "visual_rope_pos": [torch.arange(1), torch.arange(_SIDE // 2), torch.arange(_SIDE // 2)],
        "text_rope_pos": torch.arange(_TOKENS),
    },
    "Kandinsky6SRLatentUpscalerBank": lambda: {"latents": _film(64), "scale": 2},
    "Kandinsky6SRTransformer3DModel": lambda: {"hidden_states": _floats(1, 1, 32, 32, 129), "timestep": _step()},
    "Kandinsky6Transformer3DModel": lambda: {
        "hidden_states": _floats(1, 1, _SIDE, _SIDE, 33),
        "encoder_hidden_states": _text(3584),
        "pooled_projections": _floats(1, 768),
        "timestep": _step(),
    },
    "Krea2Transformer2DModel": lambda: {
        "hidden_states": _floats(1, 64, 64),
        "encoder_hidden_states": _floats(1, _TOKENS, 12, 2560),
        "timestep": _step(),
        "position_ids": torch.zeros(64 + _TOKENS, 3),
    },
    "LTX2VideoDiffusionDecoderModel": lambda: {"z": _floats(1, 128, 4, 8, 8)},
    "LTX2VideoTransformer3DModel": lambda: _ltx(
        encoder_hidden_states=_text(3840),
        audio_hidden_states=_floats(1, 32, 128),
        audio_encoder_hidden_states=_text(3840),
        audio_encoder_attention_mask=_mask(1, _TOKENS),
        audio_num_frames=32,
    ),
    "LTXVideoTransformer3DModel": _ltx,
    "LatteTransformer3DModel": lambda: {
        "hidden_states": _film(4, 16, 2 * _SIDE),
        "timestep": _whole_step(),
        "encoder_hidden_states": _text(4096),
    },
    "LongCatAudioDiTTransformer": lambda: {
        "hidden_states": _floats(1, 100, 64),
        "encoder_hidden_states": _text(768),
        "encoder_attention_mask": _mask(1, _TOKENS),
        "timestep": _step(),
        "attention_mask": _mask(1, 100),
        "latent_cond": _floats(1, 100, 64),
    },
    "LuminaNextDiT2DModel": lambda: {
        "hidden_states": _image(4, 2 * _SIDE),
        "timestep": _step(),
        "encoder_hidden_states": _text(2048),
        "encoder_mask": _mask(1, _TOKENS),
        "image_rotary_emb": torch.empty(384, 384, 36, dtype=torch.complex64),
    },
    "MMAudioVAE": _sample(1, 44_100),
    "MMAudioVocoder": lambda: {"mel": _floats(1, 128, 64)},
    "MiniMaxH3Transformer3DModel": lambda: {
        "hidden_states": _floats(1, 64, 96),
        "audio_hidden_states": _floats(1, 16, 32),
        "encoder_hidden_states": _text(5120),
        "timestep": _step(),
        "timestep_indices": torch.zeros(112, dtype=torch.int64),
        "token_tags": torch.zeros(112, dtype=torch.int64),
        "position_ids": torch.zeros(112, 3),
        "video_indices": torch.arange(64),
        "audio_indices": torch.arange(64, 80),
        "text_indices": torch.arange(80, 112),
    },
    "MiniMaxMusic3ConditionEncoder": lambda: {"hidden_states": _floats(1, 16, 8 * 4096)},
    "MiniMaxMusic3RVQDepthDecoder": lambda: {"inputs_embeds": _floats(1, 8, 4096)},
    "MiniMaxMusic3Transformer1DModel": lambda: {
        "hidden_states": _floats(1, 128, 64),
        "timestep": _step(),
        "encoder_hidden_states": _text(2048, 64),
    },
    "MiniMaxMusic3Vocoder": lambda: {"latents": _floats(1, 128, 64)},
    "MochiTransformer3DModel": lambda: {
        "hidden_states": _film(12),
        "encoder_hidden_states": _text(4096, 256),
        "timestep": _whole_step(),
        "encoder_attention_mask": _mask(1, 256),
    },
    "NucleusMoEImageTransformer2DModel": lambda: _qwen(img_shapes=[(1, _SIDE, _SIDE)]),
    "OmniGenTransformer2DModel": lambda: {
        "hidden_states": _image(4, 2 * _SIDE),
        "timestep": _step(),
        "input_ids": _ids(1, _TOKENS),
        "input_img_latents": [],
        "input_image_sizes": {},
        "attention_mask": torch.ones(1, _TOKENS + 257, _TOKENS + 257),
        "position_ids": _ids(1, _TOKENS + 257),
    },
    "PRXTransformer2DModel": lambda: {
        "hidden_states": _image(16, 2 * _SIDE),
        "timestep": _step(),
        "encoder_hidden_states": _text(2304),
        "attention_mask": _mask(1, _TOKENS),
    },
    "PixArtTransformer2DModel": lambda: {
        "hidden_states": _image(4, 2 * _SIDE),
        "timestep": _whole_step(),
        "encoder_hidden_states": _text(4096),
        "added_cond_kwargs": {"resolution": _floats(1, 2), "aspect_ratio": _floats(1, 1)},
    },
    "PriorTransformer": lambda: {
        "hidden_states": _floats(1, 768),
        "timestep": _step(),
        "proj_embedding": _floats(1, 768),
        "encoder_hidden_states": _text(768, 77),
    },
    "QwenImage21Transformer2DModel": lambda: _qwen(
        encoder_hidden_states=_text(4096), img_mask=_mask(1, _TOKENS + _SIDE * _SIDE // 4)
    ),
    "QwenImageControlNetModel": lambda: _qwen(controlnet_cond=_floats(1, _SIDE * _SIDE, 64)),
    "QwenImageTransformer2DModel": _qwen,
    "ReduxImageEncoder": lambda: {"x": _floats(1, 729, 1152)},
    "SD3ControlNetModel": lambda: {
        "hidden_states": _image(16, 2 * _SIDE),
        "controlnet_cond": _image(16, 2 * _SIDE),
        "encoder_hidden_states": _text(4096),
        "pooled_projections": _floats(1, 2048),
        "timestep": _whole_step(),
    },
    "SanaControlNetModel": lambda: _dit(32, encoder_hidden_states=_text(2304), controlnet_cond=_image(32, 2 * _SIDE)),
    "SanaTransformer2DModel": lambda: _dit(32, encoder_hidden_states=_text(2304)),
    "SanaVideoTransformer3DModel": lambda: _wan(16, 2304),
    "SanaWMTransformer3DModel": lambda: {
        "hidden_states": _film(128),
        "timestep": _step(),
        "encoder_hidden_states": _floats(1, 1, _TOKENS, 2304),
        "mask": torch.ones(1, _TOKENS),
    },
    "SparseControlNetModel": lambda: _film_unet(
        768,
        encoder_hidden_states=_floats(_FRAMES, _TOKENS, 768),
        controlnet_cond=_film(4, side=2 * _SIDE),
        conditioning_mask=_film(1, side=2 * _SIDE),
    ),
    "StableAudio3DiTModel": lambda: {
        "hidden_states": _floats(1, 256, 64),
        "timestep": _step(),
        "encoder_hidden_states": _text(768),
        "global_hidden_states": _floats(1, 768),
        "local_add_cond": _floats(1, 257, 64),
    },
    "StableAudio3DurationEmbedder": lambda: {"seconds": _step()},
    "StableAudioDiTModel": lambda: {
        "hidden_states": _floats(1, 64, 1024),
        "timestep": _step(),
        "encoder_hidden_states": _text(768),
        "global_hidden_states": _floats(1, 1, 1536),
        "rotary_embedding": (_floats(1025, 32), _floats(1025, 32)),
    },
    "StableCascadeUNet": lambda: {
        "sample": _image(16, 2 * _SIDE),
        "timestep_ratio": _step(),
        "clip_text_pooled": _floats(1, 1, 1280),
        "clip_text": _text(1280, 77),
        "clip_img": _floats(1, 1, 768),
    },
    "T5FilmDecoder": lambda: {
        "encodings_and_masks": [(_text(768, 256), torch.ones(1, 256))],
        "decoder_input_tokens": _floats(1, 256, 128),
        "decoder_noise_time": _step(),
    },
    "Transformer2DModel": lambda: _dit(320, encoder_hidden_states=_text(768)),
    "UNet1DModel": lambda: {"sample": _floats(1, 2, 65_536), "timestep": _step()},
    "ControlNetModel/stable-diffusion-2-1": lambda: _unet(1024, controlnet_cond=_image(3, 16 * _SIDE)),
    "ControlNetModel/stable-diffusion-v1-5": lambda: _unet(768, controlnet_cond=_image(3, 16 * _SIDE)),
    "ControlNetModel/stable-diffusion-xl": lambda: _unet(
        2048, controlnet_cond=_image(3, 16 * _SIDE), added_cond_kwargs=_sdxl()
    ),
    "FluxTransformer2DModel/dev": lambda: _flux(64, 4096, pooled_projections=_floats(1, 768), guidance=_step()),
    "CogVideoXTransformer3DModel/5b": lambda: {
        "hidden_states": _floats(1, 13, 16, 60, 90),
        "encoder_hidden_states": _text(4096, 226),
        "timestep": _whole_step(),
        "image_rotary_emb": (_floats(13 * 30 * 45, 64), _floats(13 * 30 * 45, 64)),
    },
    "PriorTransformer/kandinsky-2-2": lambda: {
        "hidden_states": _floats(1, 1280),
        "timestep": _step(),
        "proj_embedding": _floats(1, 1280),
        "encoder_hidden_states": _text(1280, 77),
    },
    "SanaTransformer2DModel/sprint": lambda: _dit(32, encoder_hidden_states=_text(2304), guidance=_step()),
    "UNet2DConditionModel": lambda: _unet(1280),
    "UNet2DConditionModel/instruct-pix2pix": lambda: _unet(768, 8),
    "UNet2DConditionModel/latent-consistency": lambda: _unet(768, timestep_cond=_floats(1, 256)),
    "UNet2DConditionModel/stable-diffusion-2-1": lambda: _unet(1024),
    "UNet2DConditionModel/stable-diffusion-inpainting": lambda: _unet(768, 9),
    "UNet2DConditionModel/stable-diffusion-v1-5": lambda: _unet(768),
    "UNet2DConditionModel/stable-diffusion-x4-upscaler": lambda: _unet(1024, 7, class_labels=_ids(1)),
    "UNet2DConditionModel/stable-diffusion-xl-base": lambda: _unet(2048, added_cond_kwargs=_sdxl()),
    "UNet2DConditionModel/stable-diffusion-xl-refiner": lambda: _unet(
        1280, added_cond_kwargs={"text_embeds": _floats(1, 1280), "time_ids": _floats(1, 5)}
    ),
    "UNetControlNetXSModel": lambda: _unet(1024, controlnet_cond=_image(3, 16 * _SIDE)),
    "UNetMotionModel": lambda: _film_unet(1280, encoder_hidden_states=_floats(_FRAMES, _TOKENS, 1280)),
    "UNetSpatioTemporalConditionModel": lambda: {
        "sample": _floats(1, _FRAMES, 8, 2 * _SIDE, 2 * _SIDE),
        "timestep": _step(),
        "encoder_hidden_states": _text(1024, 1),
        "added_time_ids": _floats(1, 3),
    },
    "UVit2DModel": lambda: {
        "input_ids": _ids(1, _SIDE, _SIDE),
        "encoder_hidden_states": _text(768),
        "pooled_text_emb": _floats(1, 768),
        "micro_conds": _floats(1, 5),
    },
    "UniDiffuserModel": lambda: {
        "latent_image_embeds": _image(4, 64),
        "image_embeds": _floats(1, 1, 512),
        "prompt_embeds": _text(64, 77),
        "timestep_img": _step(),
        "timestep_text": _step(),
    },
    "WanAnimateTransformer3DModel": lambda: _wan(
        36,
        encoder_hidden_states_image=_text(1280, 257),
        pose_hidden_states=_film(16, _FRAMES - 1),
        face_pixel_values=_film(3, 4 * (_FRAMES - 2) + 1, 512),
    ),
    "WanVACETransformer3DModel": lambda: _wan(16, control_hidden_states=_film(96)),
    "ZImageControlNetModel": lambda: {
        "x": [_floats(16, 1, _SIDE, _SIDE)],
        "t": _step(),
        "cap_feats": [_floats(_TOKENS, 2560)],
        "control_context": [_floats(16, 1, _SIDE, _SIDE)],
    },
    "ZImageTransformer2DModel": lambda: {
        "x": [_floats(16, 1, _SIDE, _SIDE)],
        "t": _step(),
        "cap_feats": [_floats(_TOKENS, 2560)],
    },
}
"""Class -> what makes its example inputs."""
