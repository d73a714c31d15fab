"""Published sizes of language models that write, as changes of the default configuration."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.transformers_sizes_spelling import Sizes, decoder, encoder

_NEW_FALCON = {"new_decoder_architecture": True, "num_kv_heads": 8}


def _gpt2(layers: int, width: int, heads: int, **more: Any) -> dict[str, Any]:
    return {"n_layer": layers, "n_embd": width, "n_head": heads} | more


def _neo(layers: int, width: int, heads: int) -> dict[str, Any]:
    pattern = [[["global", "local"], layers // 2]]
    return {"num_layers": layers, "hidden_size": width, "num_heads": heads, "attention_types": pattern}


def _opt(layers: int, width: int, heads: int, **more: Any) -> dict[str, Any]:
    sizes = {"num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads, "ffn_dim": 4 * width}
    return sizes | {"word_embed_proj_dim": width} | more


def _xglm(layers: int, width: int, heads: int, inner: int) -> dict[str, Any]:
    return {"num_layers": layers, "d_model": width, "attention_heads": heads, "ffn_dim": inner}


_OWN: dict[str, Any] = {"tie_word_embeddings": True}

DECODERS: dict[str, Sizes] = {
    "biogpt": {"large": encoder(48, 1600, 25, 6400)},
    "bloom": {
        "560m": {"n_layer": 24, "hidden_size": 1024, "n_head": 16},
        "1b1": {"n_layer": 24, "hidden_size": 1536, "n_head": 16},
        "1b7": {"n_layer": 24, "hidden_size": 2048, "n_head": 16},
        "3b": {"n_layer": 30, "hidden_size": 2560, "n_head": 32},
        "7b1": {"n_layer": 30, "hidden_size": 4096, "n_head": 32},
        "176b": {"n_layer": 70, "hidden_size": 14_336, "n_head": 112},
    },
    "codegen": {
        "350m": _gpt2(20, 1024, 16, rotary_dim=32),
        "2b": _gpt2(32, 2560, 32, rotary_dim=64),
        "6b": _gpt2(33, 4096, 16, rotary_dim=64),
        "16b": _gpt2(34, 6144, 24, rotary_dim=64),
    },
    "cohere": {
        "aya_23_8b": decoder(32, 4096, 32, 14_336, 8),
        "command_r_plus": decoder(64, 12_288, 96, 33_792, 8, use_qk_norm=True),
    },
    "falcon": {
        "rw_1b": {"num_hidden_layers": 24, "hidden_size": 2048, "num_attention_heads": 32}
        | {"alibi": True, "multi_query": False, "bias": True, "parallel_attn": False},
        "40b": {"num_hidden_layers": 60, "hidden_size": 8192, "num_attention_heads": 128} | _NEW_FALCON,
        "180b": {"num_hidden_layers": 80, "hidden_size": 14_848, "num_attention_heads": 232} | _NEW_FALCON,
    },
    "gemma": {"2b": decoder(18, 2048, 8, 16_384, 1, head_dim=256)},
    "gemma2": {
        "9b": decoder(42, 3584, 16, 14_336, 8, head_dim=256),
        "27b": decoder(46, 4608, 32, 36_864, 16, head_dim=128, query_pre_attn_scalar=144),
    },
    "gemma3_text": {
        "270m": decoder(18, 640, 4, 2048, 1, head_dim=256),
        "1b": decoder(26, 1152, 4, 6912, 1, head_dim=256),
        "4b": decoder(34, 2560, 8, 10_240, 4, head_dim=256),
        "12b": decoder(48, 3840, 16, 15_360, 8, head_dim=256),
        "27b": decoder(62, 5376, 32, 21_504, 16, head_dim=128),
    },
    "gpt2": {
        "distil": _gpt2(6, 768, 12),
        "medium": _gpt2(24, 1024, 16),
        "large": _gpt2(36, 1280, 20),
        "xl": _gpt2(48, 1600, 25),
    },
    "gpt_bigcode": {
        "starcoder_1b": _gpt2(24, 2048, 16),
        "starcoder_3b": _gpt2(36, 2816, 22),
        "starcoder_7b": _gpt2(42, 4096, 32),
        "starcoder_15b": _gpt2(40, 6144, 48),
    },
    "gpt_neo": {"125m": _neo(12, 768, 12), "2_7b": _neo(32, 2560, 20)},
    "gpt_neox": {
        f"pythia_{name}": encoder(layers, width, heads, 4 * width)
        for name, layers, width, heads in (
            ("14m", 6, 128, 4),
            ("70m", 6, 512, 8),
            ("160m", 12, 768, 12),
            ("410m", 24, 1024, 16),
            ("1b", 16, 2048, 8),
            ("1_4b", 24, 2048, 16),
            ("2_8b", 32, 2560, 32),
            ("6_9b", 32, 4096, 32),
            ("12b", 36, 5120, 40),
        )
    },
    "granite": {
        "3_2b": decoder(40, 2048, 32, 8192, 8, **_OWN),
        "3_8b": decoder(40, 4096, 32, 12_800, 8, **_OWN),
    },
    "llama": {
        "13b": decoder(40, 5120, 40, 13_824),
        "33b": decoder(60, 6656, 52, 17_920),
        "65b": decoder(80, 8192, 64, 22_016),
        "2_70b": decoder(80, 8192, 64, 28_672, 8),
        "3_8b": decoder(32, 4096, 32, 14_336, 8),
        "3_2_1b": decoder(16, 2048, 32, 8192, 8, head_dim=64),
        "3_2_3b": decoder(28, 3072, 24, 8192, 8, head_dim=128),
        "3_1_405b": decoder(126, 16_384, 128, 53_248, 8),
        "code_34b": decoder(48, 8192, 64, 22_016, 8),
        "deepseek_7b": decoder(30, 4096, 32, 11_008),
        "deepseek_67b": decoder(95, 8192, 64, 22_016, 8),
        "smollm_135m": decoder(30, 576, 9, 1536, 3),
        "smollm_360m": decoder(32, 960, 15, 2560, 5),
        "smollm_1_7b": decoder(24, 2048, 32, 8192),
        "tiny_1_1b": decoder(22, 2048, 32, 5632, 4),
        "yi_6b": decoder(32, 4096, 32, 11_008, 4),
        "yi_34b": decoder(60, 7168, 56, 20_480, 8),
    },
    "mamba": {
        "130m": {"num_hidden_layers": 24, "hidden_size": 768},
        "370m": {"num_hidden_layers": 48, "hidden_size": 1024},
        "790m": {"num_hidden_layers": 48, "hidden_size": 1536},
        "2_8b": {"num_hidden_layers": 64, "hidden_size": 2560},
    },
    "mamba2": {
        name: {
            "num_hidden_layers": layers,
            "hidden_size": width,
            "num_heads": width // 32,
            "head_dim": 64,
            "n_groups": 1,
        }
        for name, layers, width in (
            ("130m", 24, 768),
            ("370m", 48, 1024),
            ("780m", 48, 1536),
            ("1_3b", 48, 2048),
            ("2_7b", 64, 2560),
        )
    },
    "mistral": {
        "nemo_12b": decoder(40, 5120, 32, 14_336, 8, head_dim=128),
        "small_24b": decoder(40, 5120, 32, 32_768, 8, head_dim=128),
        "large_123b": decoder(88, 12_288, 96, 28_672, 8),
    },
    "mixtral": {"8x22b": decoder(56, 6144, 48, 16_384, 8)},
    "mpt": {
        "30b": {"n_layers": 48, "d_model": 7168, "n_heads": 64},
        "7b": {"n_layers": 32, "d_model": 4096, "n_heads": 32},
    },
    "nemotron": {"minitron_4b": decoder(32, 3072, 24, 9216, 8, head_dim=128)},
    "olmo": {"1b": decoder(16, 2048, 16, 8192)},
    "olmo2": {
        "1b": decoder(16, 2048, 16, 8192),
        "13b": decoder(40, 5120, 40, 13_824),
        "32b": decoder(64, 5120, 40, 27_648, 8),
    },
    "opt": {
        "350m": _opt(24, 1024, 16, do_layer_norm_before=False) | {"word_embed_proj_dim": 512},
        "1_3b": _opt(24, 2048, 32),
        "2_7b": _opt(32, 2560, 32),
        "6_7b": _opt(32, 4096, 32),
        "13b": _opt(40, 5120, 40),
        "30b": _opt(48, 7168, 56),
        "66b": _opt(64, 9216, 72),
    },
    "phi": {"2": encoder(32, 2560, 32, 10_240, partial_rotary_factor=0.4)},
    "phi3": {
        "medium": decoder(40, 5120, 40, 17_920, 10),
        "4_mini": decoder(32, 3072, 24, 8192, 8),
    },
    "qwen2": {
        "0_5b": decoder(24, 896, 14, 4864, 2),
        "1_5b": decoder(28, 1536, 12, 8960, 2),
        "7b": decoder(28, 3584, 28, 18_944, 4),
        "72b": decoder(80, 8192, 64, 29_568, 8),
        "2_5_3b": decoder(36, 2048, 16, 11_008, 2),
        "2_5_14b": decoder(48, 5120, 40, 13_824, 8),
        "2_5_32b": decoder(64, 5120, 40, 27_648, 8),
    },
    "qwen3": {
        "0_6b": decoder(28, 1024, 16, 3072, 8, head_dim=128),
        "1_7b": decoder(28, 2048, 16, 6144, 8, head_dim=128),
        "4b": decoder(36, 2560, 32, 9728, 8, head_dim=128),
        "8b": decoder(36, 4096, 32, 12_288, 8, head_dim=128),
        "14b": decoder(40, 5120, 40, 17_408, 8, head_dim=128),
        "32b": decoder(64, 5120, 64, 25_600, 8, head_dim=128),
    },
    "stablelm": {
        "2_1_6b": decoder(24, 2048, 32, 5632),
        "2_12b": decoder(40, 5120, 32, 13_824, 8, qk_layernorm=True, use_parallel_residual=True),
    },
    "starcoder2": {
        "7b": decoder(32, 4608, 36, 18_432, 4),
        "15b": decoder(40, 6144, 48, 24_576, 4),
    },
    "xglm": {
        "1_7b": _xglm(24, 2048, 16, 8192),
        "2_9b": _xglm(48, 2048, 16, 8192),
        "4_5b": _xglm(48, 2048, 16, 16_384),
        "7_5b": _xglm(32, 4096, 32, 16_384),
    },
}
