"""Configurations of classes of diffusers: what those without defaults need, and published sizes, from memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_HUNYUAN_DIT = {"in_channels": 4, "patch_size": 2, "sample_size": 128, "hidden_size": 1408, "mlp_ratio": 4.3637}
_SDXL = {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "block_out_channels": (320, 640, 1280),
    "transformer_layers_per_block": (1, 2, 10),
    "cross_attention_dim": 2048,
    "attention_head_dim": (5, 10, 20),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
_SDXL_UP = {"up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")}
_SD2 = {"cross_attention_dim": 1024, "attention_head_dim": (5, 10, 20, 20), "use_linear_projection": True}
_BLOCKS = ("DownEncoderBlock2D",) * 4, ("UpDecoderBlock2D",) * 4
_AUTOENCODER = {
    "down_block_types": _BLOCKS[0],
    "up_block_types": _BLOCKS[1],
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
}
_DDPM_BLOCKS = {
    "down_block_types": (*("DownBlock2D",) * 4, "AttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "AttnUpBlock2D", *("UpBlock2D",) * 4),
    "block_out_channels": (128, 128, 256, 256, 512, 512),
}

CONFIGURATIONS: Mapping[str, Mapping[str, Any]] = {
    "AuraFlowTransformer2DModel/v0.3": {"num_mmdit_layers": 4, "num_single_dit_layers": 32, "pos_embed_max_size": 9216},
    "AutoencoderDC/f64c128": {
        "latent_channels": 128,
        "attention_head_dim": 32,
        "encoder_block_types": (*("ResBlock",) * 3, *("EfficientViTBlock",) * 3),
        "decoder_block_types": (*("ResBlock",) * 3, *("EfficientViTBlock",) * 3),
        "encoder_block_out_channels": (128, 256, 512, 512, 1024, 2048),
        "decoder_block_out_channels": (128, 256, 512, 512, 1024, 2048),
        "encoder_layers_per_block": (0, 4, 8, 2, 2, 2),
        "decoder_layers_per_block": (0, 5, 10, 2, 2, 2),
        "encoder_qkv_multiscales": ((), (), (), (), (), ()),
        "decoder_qkv_multiscales": ((), (), (), (), (), ()),
        "decoder_act_fns": ("relu", "relu", "relu", "silu", "silu", "silu"),
        "decoder_norm_types": ("batch_norm",) * 3 + ("rms_norm",) * 3,
    },
    "AutoencoderKL/flux": _AUTOENCODER | {"latent_channels": 16, "use_quant_conv": False, "use_post_quant_conv": False},
    "AutoencoderKL/stable-diffusion": _AUTOENCODER,
    "CogVideoXTransformer3DModel/5b": {
        "num_attention_heads": 48,
        "num_layers": 42,
        "use_rotary_positional_embeddings": True,
    },
    "ControlNetModel/stable-diffusion-v1-5": {"cross_attention_dim": 768},
    "ControlNetModel/stable-diffusion-2-1": _SD2,
    "ControlNetModel/stable-diffusion-xl": _SDXL,
    "ControlNetUnionModel": _SDXL,
    "CosmosControlNetModel": {"num_attention_heads": 16},
    "EasyAnimateTransformer3DModel": {"in_channels": 16, "out_channels": 16, "patch_size": 2},
    "FluxTransformer2DModel/dev": {"guidance_embeds": True},
    "HiDreamImageTransformer2DModel": {
        "patch_size": 2,
        "in_channels": 16,
        "out_channels": 16,
        "caption_channels": (4096, 4096),
        "axes_dims_rope": (64, 32, 32),
        "llama_layers": (*range(32), *(31,) * 16),
    },
    "HunyuanDiT2DControlNetModel": _HUNYUAN_DIT,
    "HunyuanDiT2DModel": _HUNYUAN_DIT | {"num_layers": 40},
    "HunyuanVideoFramepackTransformer3DModel": {"has_image_proj": True},
    "LatteTransformer3DModel": {
        "in_channels": 4,
        "out_channels": 8,
        "num_layers": 28,
        "attention_head_dim": 72,
        "patch_size": 2,
        "cross_attention_dim": 1152,
        "attention_bias": True,
        "activation_fn": "gelu-approximate",
        "norm_type": "ada_norm_single",
        "norm_elementwise_affine": False,
        "norm_eps": 1e-6,
        "caption_channels": 4096,
    },
    "LuminaNextDiT2DModel": {"num_kv_heads": 8, "num_layers": 24},
    "OmniGenTransformer2DModel": {"rope_scaling": {"short_factor": [1.0] * 48, "long_factor": [1.0] * 48}},
    "PixArtTransformer2DModel": {"caption_channels": 4096},
    "PixArtTransformer2DModel/sigma": {"caption_channels": 4096, "use_additional_conditions": False},
    "PriorTransformer/kandinsky-2-2": {
        "embedding_dim": 1280,
        "num_layers": 20,
        "added_emb_type": "prd",
        "additional_embeddings": 4,
    },
    "SanaTransformer2DModel/600m": {
        "num_layers": 28,
        "num_attention_heads": 36,
        "num_cross_attention_heads": 16,
        "cross_attention_head_dim": 72,
        "cross_attention_dim": 1152,
    },
    "SanaTransformer2DModel/sprint": {"guidance_embeds": True, "qk_norm": "rms_norm_across_heads"},
    "SD3Transformer2DModel/3-medium": {
        "num_layers": 24,
        "num_attention_heads": 24,
        "caption_projection_dim": 1536,
        "pos_embed_max_size": 192,
    },
    "SD3Transformer2DModel/3.5-large": {
        "num_layers": 38,
        "num_attention_heads": 38,
        "caption_projection_dim": 2432,
        "pos_embed_max_size": 192,
        "qk_norm": "rms_norm",
    },
    "SD3Transformer2DModel/3.5-medium": {
        "num_layers": 24,
        "num_attention_heads": 24,
        "caption_projection_dim": 1536,
        "pos_embed_max_size": 384,
        "qk_norm": "rms_norm",
        "dual_attention_layers": tuple(range(13)),
    },
    "StableCascadeUNet": {"clip_text_in_channels": 1280, "clip_image_in_channels": 768, "switch_level": (False,)},
    "UNet1DModel": {"extra_in_channels": 16},
    "UNet2DConditionModel/instruct-pix2pix": {"cross_attention_dim": 768, "in_channels": 8},
    "UNet2DConditionModel/latent-consistency": {"cross_attention_dim": 768, "time_cond_proj_dim": 256},
    "UNet2DConditionModel/stable-diffusion-2-1": _SD2,
    "UNet2DConditionModel/stable-diffusion-inpainting": {"cross_attention_dim": 768, "in_channels": 9},
    "UNet2DConditionModel/stable-diffusion-v1-5": {"cross_attention_dim": 768},
    "UNet2DConditionModel/stable-diffusion-x4-upscaler": {
        "in_channels": 7,
        "down_block_types": ("DownBlock2D", *("CrossAttnDownBlock2D",) * 3),
        "up_block_types": (*("CrossAttnUpBlock2D",) * 3, "UpBlock2D"),
        "block_out_channels": (256, 512, 512, 1024),
        "only_cross_attention": (True, True, True, False),
        "cross_attention_dim": 1024,
        "num_class_embeds": 1000,
        "use_linear_projection": True,
    },
    "UNet2DConditionModel/stable-diffusion-xl-base": _SDXL | _SDXL_UP,
    "UNet2DConditionModel/stable-diffusion-xl-refiner": _SDXL
    | {
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "block_out_channels": (384, 768, 1536, 1536),
        "transformer_layers_per_block": 4,
        "cross_attention_dim": 1280,
        "attention_head_dim": (6, 12, 24, 24),
        "projection_class_embeddings_input_dim": 2560,
    },
    "UNet2DModel/ddpm-celebahq-256": _DDPM_BLOCKS
    | {"sample_size": 256, "downsample_padding": 0, "attention_head_dim": None, "norm_eps": 1e-6},
    "UNet2DModel/ddpm-cifar10-32": {
        "sample_size": 32,
        "down_block_types": ("DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"),
        "block_out_channels": (128, 256, 256, 256),
        "downsample_padding": 0,
        "attention_head_dim": None,
        "norm_eps": 1e-6,
    },
    "UniDiffuserModel": {
        "text_dim": 64,
        "num_attention_heads": 24,
        "attention_head_dim": 64,
        "in_channels": 4,
        "out_channels": 4,
        "num_layers": 30,
        "sample_size": 64,
        "patch_size": 2,
        "activation_fn": "gelu",
        "use_patch_pos_embed": True,
        "use_data_type_embedding": True,
    },
    "WanTransformer3DModel/1.3b": {"num_attention_heads": 12, "ffn_dim": 8960, "num_layers": 30},
}
"""Name -> what its class is made with: the name of a class alone, or with that of the configuration behind a slash."""
