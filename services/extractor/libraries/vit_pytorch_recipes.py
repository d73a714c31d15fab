"""Recipes of vit_pytorch, by what a model reads: one image at one resolution, in stages, series and videos, pairs."""

from __future__ import annotations

from typing import Any

import torch

from services.extractor.libraries.recipe import Recipe, floats, integers

CLASSES = "image-classification"
_VIDEO_CLASSES = "video-classification"
_ROBOT = "robotics"

IMAGE = (floats(1, 3, 256, 256),)
_VIDEO = (floats(1, 3, 16, 128, 128),)

_BASE: dict[str, Any] = {
    "image_size": 256,
    "patch_size": 32,
    "num_classes": 1000,
    "dim": 1024,
    "depth": 6,
    "heads": 16,
    "mlp_dim": 2048,
}
_FINE = _BASE | {"patch_size": 16}

# Module -> class and what it is made with beyond _BASE.
_PLAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "ats_vit": ("ViT", _FINE | {"max_tokens_per_depth": (256, 128, 64, 32, 16, 8)}),
    "attn_residual_with_dca_simple_vit": ("SimpleViT", {}),
    "cait": ("CaiT", {"depth": 12, "cls_depth": 2}),
    "deepvit": ("DeepViT", {}),
    "jumbo_vit": ("JumboViT", {}),
    "learnable_memory_vit": ("ViT", _FINE | {"heads": 8}),
    "mp3": ("ViT", {}),
    "normalized_vit": ("nViT", {}),
    "parallel_vit": ("ViT", _FINE | {"heads": 8, "num_parallel_branches": 2}),
    "rvt": ("RvT", {}),
    "simple_flash_attn_vit": ("SimpleViT", {}),
    "simple_uvit": ("SimpleUViT", {}),
    "simple_vit": ("SimpleViT", {}),
    "simple_vit_attn_residual": ("SimpleViTAttnResidual", {}),
    "simple_vit_orthog_residual_update": ("SimpleViT", {}),
    "simple_vit_with_fft": ("SimpleViT", {"freq_patch_size": 8}),
    "simple_vit_with_hyper_connections": ("SimpleViT", {"num_residual_streams": 8}),
    "simple_vit_with_patch_dropout": ("SimpleViT", {}),
    "simple_vit_with_qk_norm": ("SimpleViT", {}),
    "simple_vit_with_register_tokens": ("SimpleViT", {}),
    "simple_vit_with_relative_proj_pos_bias": ("SimpleViT", {}),
    "simple_vit_with_sparse_gating": ("SimpleViTWithSparseGating", {}),
    "simple_vit_with_specialized_cls": ("SimpleViT", {}),
    "simple_vit_with_value_residual": ("SimpleViT", {}),
    "vit": ("ViT", {}),
    "vit_5": ("ViT", {"patch_size": 16, "dim": 512, "heads": 8, "mlp_dim": 1024}),
    "vit_detpool": ("ViTDetPool", {}),
    "vit_for_small_dataset": ("ViT", _FINE),
    "vit_with_decorr": ("ViT", {}),
    "vit_with_keel_post_ln": ("ViT", {}),
    "vit_with_patch_dropout": ("ViT", {}),
    "vit_with_patch_merger": (
        "ViT",
        _FINE | {"depth": 12, "heads": 8, "patch_merge_layer": 6, "patch_merge_num_tokens": 8},
    ),
    "xcit": ("XCiT", {"depth": 12, "cls_depth": 2}),
}


def plain() -> dict[str, Recipe]:
    """Models that keep one resolution."""
    return {
        module: Recipe(f"vit_pytorch.{module}:{kind}", CLASSES, IMAGE, _BASE | more)
        for module, (kind, more) in _PLAIN.items()
    }


CCT: dict[str, Any] = {
    "img_size": 224,
    "kernel_size": 7,
    "stride": 2,
    "padding": 3,
    "pooling_kernel_size": 3,
    "pooling_stride": 2,
    "pooling_padding": 1,
    "positional_embedding": "learnable",
}
_SERIES: dict[str, Any] = {
    "seq_len": 256,
    "patch_size": 16,
    "num_classes": 1000,
    "dim": 1024,
    "depth": 6,
    "heads": 8,
    "mlp_dim": 2048,
}
_FRAMES: dict[str, Any] = {
    "image_size": 128,
    "frames": 16,
    "image_patch_size": 16,
    "frame_patch_size": 2,
    "num_classes": 1000,
    "dim": 1024,
    "heads": 8,
    "mlp_dim": 2048,
}
_DEPTHS: dict[str, Any] = {"spatial_depth": 6, "temporal_depth": 6, "use_flash_attn": False}
_VOLUME: dict[str, Any] = {
    "ndim": 3,
    "input_shape": (16, 128, 128),
    "patch_size": (2, 16, 16),
    "num_classes": 1000,
    "dim": 1024,
    "depth": 6,
    "heads": 8,
    "mlp_dim": 2048,
}


def _video(path: str, **arguments: Any) -> Recipe:
    return Recipe(f"vit_pytorch.{path}", _VIDEO_CLASSES, _VIDEO, arguments)


SEQUENCES = {
    "cct_3d": Recipe(
        "vit_pytorch.cct_3d:CCT",
        _VIDEO_CLASSES,
        (floats(1, 3, 8, 224, 224),),
        {"num_frames": 8, "embedding_dim": 384, "n_conv_layers": 2, "num_layers": 14, "num_heads": 6, "mlp_ratio": 3.0}
        | {"frame_kernel_size": 3, "num_classes": 1000}
        | CCT,
    ),
    "simple_flash_attn_vit_3d": _video("simple_flash_attn_vit_3d:SimpleViT", depth=6, **_FRAMES),
    "simple_vit_1d": Recipe("vit_pytorch.simple_vit_1d:SimpleViT", "", (floats(1, 3, 256),), _SERIES),
    "simple_vit_3d": _video("simple_vit_3d:SimpleViT", depth=6, **_FRAMES),
    "vit_1d": Recipe("vit_pytorch.vit_1d:ViT", "", (floats(1, 3, 256),), _SERIES),
    "vit_3d": _video("vit_3d:ViT", depth=6, **_FRAMES),
    "vit_nd": _video("vit_nd:ViTND", **_VOLUME),
    "vit_nd_pope": _video("vit_nd_pope:ViTND", **_VOLUME),
    "vit_nd_rotary": _video("vit_nd_rotary:ViTND", **_VOLUME),
    "vivit/factorized_encoder": _video("vivit:ViViT", variant="factorized_encoder", **_DEPTHS, **_FRAMES),
    "vivit/factorized_self_attention": _video("vivit:ViViT", variant="factorized_self_attention", **_DEPTHS, **_FRAMES),
    "vivit_with_moss": _video("vivit_with_moss:ViViT", **_DEPTHS, **_FRAMES),
}

_ACTING: dict[str, Any] = {
    "dim": 512,
    "depth": 9,
    "heads": 8,
    "dim_head": 64,
    "mlp_dim": 2048,
    "dim_action": 20,
    "action_chunk_len": 7,
    "time_seq_len": 4,
    "num_tasks": 4,
    "dim_extra_token": 33,
    "vit_layer_indices": (0, 0, 1, 1, 2, 2, 3, 3, 4),
}
_EYE = _BASE | {"dim": 384, "heads": 8, "depth": 4, "mlp_dim": 1536}
_EAR: dict[str, Any] = {"dim": 384, "depth": 4, "heads": 8, "num_classes": 1000, "patch_size": 16, "mlp_dim": 1536}
_TASKS: dict[str, Any] = {"tasks": integers(1), "extra": floats(1, 33)}

COMBINED = {
    "na_vit": Recipe("vit_pytorch.na_vit:NaViT", CLASSES, (lambda: [[torch.empty(3, 256, 256)]],), _BASE),
    "vat": Recipe(
        "vit_pytorch.vat:VAT",
        _ROBOT,
        (floats(1, 2, 3, 4, 256, 256),),
        _ACTING | {"vit": Recipe("vit_pytorch.vat:ViT", "", (), _EYE), "num_views": 2},
        _TASKS,
    ),
    "vaat": Recipe(
        "vit_pytorch.vaat:VAAT",
        _ROBOT,
        (floats(1, 2, 3, 4, 256, 256), floats(1, 2, 70_500)),
        _ACTING
        | {
            "vit": Recipe("vit_pytorch.vaat:ViT", "", (), _EYE),
            "ast": Recipe("vit_pytorch.vaat:AST", "", (), _EAR),
            "num_image_views": 2,
            "num_audio_views": 2,
            "ast_layer_indices": (1, 1, 1, 2, 2, 2, 3, 3, 3),
        },
        _TASKS,
    ),
    "vat_siglip": Recipe(
        "vit_pytorch.vat_siglip:SigLIPVAT",
        _ROBOT,
        (floats(1, 2, 3, 2, 224, 224),),
        {"num_tasks": 4, "dim_extra_token": 32, "time_seq_len": 2, "num_views": 2, "depth": 4}
        | {"vit_layer_indices": (0, 1, 26, 27)},
        {"tasks": integers(1), "extra": floats(1, 32)},
    ),
    "levjepa_nd": Recipe(
        "vit_pytorch.levjepa_nd:NDTransformer",
        "video-feature-extraction",
        (floats(1, 3, 8, 64, 64),),
        {"ndim": 3, "input_shape": (8, 64, 64), "patch_size": (1, 16, 16), "dim": 128, "depth": 2}
        | {"heads": 4, "mlp_dim": 256},
    ),
    "looped_vit": Recipe(
        "vit_pytorch.looped_vit:LoopedViT",
        CLASSES,
        IMAGE,
        {"image_size": 256, "patch_size": 16, "num_classes": 1000, "dim": 512, "heads": 8, "mlp_dim": 2048},
    ),
    "wwt": Recipe(
        "vit_pytorch.wwt:WWT",
        CLASSES,
        IMAGE,
        _BASE
        | {"dim": 256, "depth": 2, "heads": 4, "mlp_dim": 512, "num_slots": (64, 32, 16)}
        | {"interactions": ((0, 1), (0, 2), (1, 2), (2, 3)), "num_register_tokens": 4}
        | {"num_register_slots": (4, 4, 2)},
    ),
    "learnable_memory_vit/adapter": Recipe(
        "vit_pytorch.learnable_memory_vit:Adapter",
        CLASSES,
        IMAGE,
        {
            "vit": Recipe("vit_pytorch.learnable_memory_vit:ViT", CLASSES, IMAGE, _FINE | {"heads": 8}),
            "num_classes": 2,
            "num_memories_per_layer": 5,
        },
    ),
}
