"""Published sizes of models of images, films and sounds, as changes of the default configuration."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.transformers_sizes_spelling import Sizes, bart, encoder

_TINY = encoder(12, 192, 3, 768)
_SMALL = encoder(12, 384, 6, 1536)
_LARGE = encoder(24, 1024, 16, 4096)
_HUGE = encoder(32, 1280, 16, 5120, patch_size=14)


def _stages(depths: list[int], **more: Any) -> dict[str, Any]:
    return {"depths": depths} | more


def _swin(width: int, first: int, depths: tuple[int, ...] = (2, 2, 18, 2), **more: Any) -> dict[str, Any]:
    heads = [first, 2 * first, 4 * first, 8 * first]
    return {"embed_dim": width, "depths": list(depths), "num_heads": heads} | more


def _convnext(depths: list[int], first: int) -> dict[str, Any]:
    return {"depths": depths, "hidden_sizes": [first, 2 * first, 4 * first, 8 * first]}


def _dino(layers: int, width: int, heads: int, **more: Any) -> dict[str, Any]:
    sizes = {"num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads}
    return sizes | {"patch_size": 14, "image_size": 518} | more


def _efficientnet(width: float, depth: float, side: int, last: int, padded: list[int]) -> dict[str, Any]:
    sizes = {"width_coefficient": width, "depth_coefficient": depth, "image_size": side, "hidden_dim": last}
    return sizes | {"depthwise_padding": padded}


def _levit(widths: list[int], heads: list[int], keys: int, depths: tuple[int, ...] = (4, 4, 4)) -> dict[str, Any]:
    return {"hidden_sizes": widths, "num_attention_heads": heads, "key_dim": [keys] * 3, "depths": list(depths)}


_SWIN: Sizes = {"small": _swin(96, 3), "base": _swin(128, 4), "large": _swin(192, 6)}
_DINO: Sizes = {
    "small": _dino(12, 384, 6),
    "base": _dino(12, 768, 12),
    "large": _dino(24, 1024, 16),
    "giant": _dino(40, 1536, 24, use_swiglu_ffn=True),
}
_MIT: Sizes = {
    name: _stages(depths, hidden_sizes=[64, 128, 320, 512], decoder_hidden_size=decoder)
    for name, depths, decoder in (
        ("b1", [2, 2, 2, 2], 256),
        ("b2", [3, 4, 6, 3], 768),
        ("b3", [3, 4, 18, 3], 768),
        ("b4", [3, 8, 27, 3], 768),
        ("b5", [3, 6, 40, 3], 768),
    )
}
_CONVNEXT = [3, 3, 27, 3]
_CLIP_TEXT = encoder(12, 768, 12, 3072, projection_dim=768)


def _clip(vision: dict[str, Any], text: dict[str, Any], width: int) -> dict[str, Any]:
    shared = {"projection_dim": width}
    return {"vision_config": vision | shared, "text_config": text | shared} | shared


IMAGES: dict[str, Sizes] = {
    "beit": {"large": _LARGE | {"out_indices": [7, 11, 15, 23]}},
    "bit": {"r101": _stages([3, 4, 23, 3]), "r152": _stages([3, 8, 36, 3])},
    "clip": {
        "base_16": _clip({"patch_size": 16}, {}, 512),
        "large_14": _clip(_LARGE | {"patch_size": 14}, _CLIP_TEXT, 768),
        "large_14_336": _clip(_LARGE | {"patch_size": 14, "image_size": 336}, _CLIP_TEXT, 768),
        "huge_14": _clip(_HUGE | {"hidden_act": "gelu"}, encoder(24, 1024, 16, 4096, hidden_act="gelu"), 1024),
        "giant_14": _clip(
            encoder(48, 1664, 16, 8192, patch_size=14, hidden_act="gelu"),
            encoder(32, 1280, 20, 5120, hidden_act="gelu"),
            1280,
        ),
    },
    "convnext": {
        "small": _convnext(_CONVNEXT, 96),
        "base": _convnext(_CONVNEXT, 128),
        "large": _convnext(_CONVNEXT, 192),
        "xlarge": _convnext(_CONVNEXT, 256),
    },
    "convnextv2": {
        "atto": _convnext([2, 2, 6, 2], 40),
        "femto": _convnext([2, 2, 6, 2], 48),
        "pico": _convnext([2, 2, 6, 2], 64),
        "nano": _convnext([2, 2, 8, 2], 80),
        "base": _convnext(_CONVNEXT, 128),
        "large": _convnext(_CONVNEXT, 192),
        "huge": _convnext(_CONVNEXT, 352),
    },
    "cvt": {
        "21": {"depth": [1, 4, 16]},
        "w24": {"embed_dim": [192, 768, 1024], "depth": [2, 2, 20], "num_heads": [3, 12, 16]},
    },
    "data2vec-vision": {"large": _LARGE},
    "deit": {"tiny": _TINY, "small": _SMALL},
    "dinov2": _DINO,
    "dinov2_with_registers": _DINO,
    "dinov3_vit": {"base": encoder(12, 768, 12, 3072), "large": _LARGE},
    "efficientnet": {
        "b0": _efficientnet(1.0, 1.0, 224, 1280, []),
        "b1": _efficientnet(1.0, 1.1, 240, 1280, [16]),
        "b2": _efficientnet(1.1, 1.2, 260, 1408, [5, 8, 16]),
        "b3": _efficientnet(1.2, 1.4, 300, 1536, [5, 18]),
        "b4": _efficientnet(1.4, 1.8, 380, 1792, [6]),
        "b5": _efficientnet(1.6, 2.2, 456, 2048, [13, 27]),
        "b6": _efficientnet(1.8, 2.6, 528, 2304, [31]),
    },
    "focalnet": {"small": _stages([2, 2, 18, 2]), "base": _stages([2, 2, 18, 2], embed_dim=128)},
    "hiera": {
        "tiny": _stages([1, 2, 7, 2]),
        "small": _stages([1, 2, 11, 2]),
        "base_plus": _stages([2, 3, 16, 3], embed_dim=112, num_heads=[2, 4, 8, 16]),
        "large": _stages([2, 6, 36, 4], embed_dim=144, num_heads=[2, 4, 8, 16]),
        "huge": _stages([2, 6, 36, 4], embed_dim=256, num_heads=[4, 8, 16, 32]),
    },
    "levit": {
        "128s": _levit([128, 256, 384], [4, 6, 8], 16, (2, 3, 4)),
        "192": _levit([192, 288, 384], [3, 5, 6], 32),
        "256": _levit([256, 384, 512], [4, 6, 8], 32),
        "384": _levit([384, 512, 768], [6, 9, 12], 32),
    },
    "mobilenet_v1": {str(width): {"depth_multiplier": width} for width in (0.75, 0.5, 0.25)},
    "mobilenet_v2": {str(width): {"depth_multiplier": width} for width in (1.4, 0.75, 0.35)},
    "mobilevit": {
        "x_small": {"hidden_sizes": [96, 120, 144], "neck_hidden_sizes": [16, 32, 48, 64, 80, 96, 384]},
        "xx_small": {"hidden_sizes": [64, 80, 96], "neck_hidden_sizes": [16, 16, 24, 48, 64, 80, 320]}
        | {"expand_ratio": 2.0},
    },
    "mobilevitv2": {str(width): {"width_multiplier": width} for width in (0.5, 0.75, 1.25, 1.5, 1.75, 2.0)},
    "poolformer": {
        "s24": _stages([4, 4, 12, 4]),
        "s36": _stages([6, 6, 18, 6]),
        "m36": _stages([6, 6, 18, 6], hidden_sizes=[96, 192, 384, 768]),
        "m48": _stages([8, 8, 24, 8], hidden_sizes=[96, 192, 384, 768]),
    },
    "pvt": {
        "small": _stages([3, 4, 6, 3]),
        "medium": _stages([3, 4, 18, 3]),
        "large": _stages([3, 8, 27, 3]),
    },
    "pvt_v2": {
        "b1": {"hidden_sizes": [64, 128, 320, 512]},
        "b2": _stages([3, 4, 6, 3], hidden_sizes=[64, 128, 320, 512]),
        "b3": _stages([3, 4, 18, 3], hidden_sizes=[64, 128, 320, 512]),
        "b4": _stages([3, 8, 27, 3], hidden_sizes=[64, 128, 320, 512]),
        "b5": _stages([3, 6, 40, 3], hidden_sizes=[64, 128, 320, 512], mlp_ratios=[4, 4, 4, 4]),
    },
    "resnet": {
        "18": _stages([2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512], layer_type="basic"),
        "34": _stages([3, 4, 6, 3], hidden_sizes=[64, 128, 256, 512], layer_type="basic"),
        "101": _stages([3, 4, 23, 3]),
        "152": _stages([3, 8, 36, 3]),
    },
    "segformer": _MIT,
    "siglip": {
        "large": {"vision_config": _LARGE, "text_config": _LARGE},
        "so400m": {
            "vision_config": encoder(27, 1152, 16, 4304, patch_size=14, image_size=384),
            "text_config": encoder(27, 1152, 16, 4304),
        },
    },
    "swiftformer": {
        "s": _stages([3, 3, 9, 6], embed_dims=[48, 64, 168, 224]),
        "l1": _stages([4, 3, 10, 5], embed_dims=[48, 96, 192, 384]),
        "l3": _stages([4, 4, 12, 6], embed_dims=[64, 128, 320, 512]),
    },
    "swin": _SWIN | {"base_384": _swin(128, 4, window_size=12, image_size=384)},
    "swinv2": {"small": _swin(96, 3), "base": _swin(128, 4)},
    "vit": {"tiny": _TINY, "small": _SMALL, "large": _LARGE, "huge": _HUGE}
    | {"base_32": {"patch_size": 32}, "base_384": {"image_size": 384}},
    "vit_mae": {"large": _LARGE, "huge": _HUGE},
    "vit_msn": {"small": _SMALL, "large": _LARGE},
    "yolos": {"tiny": _TINY, "small": _SMALL},
}

FILMS: dict[str, Sizes] = {
    "timesformer": {"hr": {"num_frames": 16, "image_size": 448}},
    "videomae": {"small": _SMALL, "large": _LARGE, "huge": encoder(32, 1280, 16, 5120)},
}

_STABLE = {"do_stable_layer_norm": True, "feat_extract_norm": "layer", "conv_bias": True}

SOUNDS: dict[str, Sizes] = {
    "data2vec-audio": {"large": _LARGE},
    "hubert": {"large": _LARGE | _STABLE, "xlarge": encoder(48, 1280, 16, 5120, **_STABLE)},
    "speech_to_text": {"medium": bart(12, 512, 8, 2048, 6), "large": bart(12, 1024, 16, 4096, 6)},
    "unispeech-sat": {"large": _LARGE | _STABLE},
    "wav2vec2": {
        "large": _LARGE,
        "large_lv60": _LARGE | _STABLE,
        "xls_r_1b": encoder(48, 1280, 16, 5120, **_STABLE),
        "xls_r_2b": encoder(48, 1920, 16, 7680, **_STABLE),
    },
    "wavlm": {"large": _LARGE | _STABLE},
    "whisper": {
        "base": bart(6, 512, 8, 2048),
        "small": bart(12, 768, 12, 3072),
        "medium": bart(24, 1024, 16, 4096),
        "large": bart(32, 1280, 20, 5120),
        "large_v3": bart(32, 1280, 20, 5120, num_mel_bins=128),
        "large_v3_turbo": bart(32, 1280, 20, 5120, 4, num_mel_bins=128),
        "distil_large_v3": bart(32, 1280, 20, 5120, 2, num_mel_bins=128),
    },
}
