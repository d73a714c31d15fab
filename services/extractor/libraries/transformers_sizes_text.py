"""Published sizes of language models, as changes of the default configuration."""

from __future__ import annotations

from typing import Any

Sizes = dict[str, dict[str, Any]]


def encoder(layers: int, width: int, heads: int, inner: int, **more: Any) -> dict[str, Any]:
    """A size as BERT's configuration spells it."""
    sizes = {"num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads}
    return sizes | {"intermediate_size": inner} | more


def _decoder(layers: int, width: int, heads: int, inner: int, groups: int = 0, **more: Any) -> dict[str, Any]:
    """As Llama's spells it; `groups` are its heads of keys and values."""
    return encoder(layers, width, heads, inner, num_key_value_heads=groups or heads, **more)


def _gpt2(layers: int, width: int, heads: int, **more: Any) -> dict[str, Any]:
    return {"n_layer": layers, "n_embd": width, "n_head": heads} | more


def _t5(layers: int, width: int, heads: int, inner: int, decoder: int = 0, **more: Any) -> dict[str, Any]:
    sizes = {"num_layers": layers, "num_decoder_layers": decoder or layers, "d_model": width}
    return sizes | {"num_heads": heads, "d_ff": inner} | more


def bart(layers: int, width: int, heads: int, inner: int, decoder: int = 0, **more: Any) -> dict[str, Any]:
    """As BART's spells it, with other layers in the decoder where it says so."""
    sizes = {"encoder_layers": layers, "decoder_layers": decoder or layers, "d_model": width}
    ends = {f"{side}_{key}": value for side in ("encoder", "decoder") for key, value in _ends(heads, inner).items()}
    return sizes | ends | more


def _ends(heads: int, inner: int) -> dict[str, int]:
    return {"attention_heads": heads, "ffn_dim": inner}


_LARGE = encoder(24, 1024, 16, 4096)
_V1_1: dict[str, Any] = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
_MT5: Sizes = {
    "base": _t5(12, 768, 12, 2048),
    "large": _t5(24, 1024, 16, 2816),
    "xl": _t5(24, 2048, 32, 5120),
    "xxl": _t5(24, 4096, 64, 10_240),
}
_V3: dict[str, Any] = {
    "vocab_size": 128_100,
    "relative_attention": True,
    "position_buckets": 256,
    "norm_rel_ebd": "layer_norm",
    "share_att_key": True,
    "pos_att_type": ["p2c", "c2p"],
    "position_biased_input": False,
    "max_relative_positions": -1,
}
_NEW_FALCON = {"new_decoder_architecture": True, "num_kv_heads": 8}


def _neo(layers: int, width: int, heads: int) -> dict[str, Any]:
    pattern = [[["global", "local"], layers // 2]]
    return {"num_layers": layers, "hidden_size": width, "num_heads": heads, "attention_types": pattern}


def _opt(layers: int, width: int, heads: int, **more: Any) -> dict[str, Any]:
    sizes = {"num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads, "ffn_dim": 4 * width}
    return sizes | {"word_embed_proj_dim": width} | more


def _xglm(layers: int, width: int, heads: int, inner: int) -> dict[str, Any]:
    return {"num_layers": layers, "d_model": width, "attention_heads": heads, "ffn_dim": inner}


ENCODERS: dict[str, Sizes] = {
    "albert": {
        "base": encoder(12, 768, 12, 3072),
        "large": encoder(24, 1024, 16, 4096),
        "xlarge": encoder(24, 2048, 16, 8192),
    },
    "bert": {
        "tiny": encoder(2, 128, 2, 512),
        "mini": encoder(4, 256, 4, 1024),
        "small": encoder(4, 512, 8, 2048),
        "medium": encoder(8, 512, 8, 2048),
        "large": _LARGE,
    },
    "big_bird": {"large": _LARGE},
    "camembert": {"large": _LARGE},
    "convbert": {
        "medium_small": encoder(12, 384, 8, 1536, embedding_size=128, num_groups=2),
        "small": encoder(12, 256, 4, 1024, embedding_size=128),
    },
    "data2vec-text": {"large": _LARGE},
    "deberta": {"large": _LARGE, "xlarge": encoder(48, 1024, 16, 4096)},
    "deberta-v2": {
        "v3_xsmall": encoder(12, 384, 6, 1536, **_V3),
        "v3_small": encoder(6, 768, 12, 3072, **_V3),
        "v3_base": encoder(12, 768, 12, 3072, **_V3),
        "v3_large": encoder(24, 1024, 16, 4096, **_V3),
        "v2_xlarge": encoder(24, 1536, 24, 6144, conv_kernel_size=3, conv_act="gelu", **_V3),
        "v2_xxlarge": encoder(48, 1536, 24, 6144, conv_kernel_size=3, conv_act="gelu", **_V3),
    },
    "electra": {
        "base": encoder(12, 768, 12, 3072, embedding_size=768),
        "large": encoder(24, 1024, 16, 4096, embedding_size=1024),
    },
    "ernie": {
        "3_nano": encoder(4, 312, 12, 1248),
        "3_micro": encoder(4, 384, 12, 1536),
        "3_mini": encoder(6, 384, 12, 1536),
        "3_medium": encoder(6, 768, 12, 3072),
        "3_xbase": encoder(20, 1024, 16, 4096),
    },
    "esm": {
        name: encoder(layers, width, heads, 4 * width, position_embedding_type="rotary", token_dropout=True)
        for name, layers, width, heads in (
            ("esm2_8m", 6, 320, 20),
            ("esm2_35m", 12, 480, 20),
            ("esm2_150m", 30, 640, 20),
            ("esm2_650m", 33, 1280, 20),
            ("esm2_3b", 36, 2560, 40),
            ("esm2_15b", 48, 5120, 40),
        )
    },
    "flaubert": {
        "small": {"n_layers": 6, "emb_dim": 512, "n_heads": 8, "pre_norm": True},
        "base": {"n_layers": 12, "emb_dim": 768, "n_heads": 12},
        "large": {"n_layers": 24, "emb_dim": 1024, "n_heads": 16, "pre_norm": True},
    },
    "fnet": {"large": {"num_hidden_layers": 24, "hidden_size": 1024, "intermediate_size": 4096}},
    "funnel": {
        "medium": {"block_sizes": [6, 3, 3], "block_repeats": [1, 2, 2]},
        "intermediate": {"block_sizes": [6, 6, 6]},
        "large": {"block_sizes": [8, 8, 8], "d_model": 1024, "n_head": 16, "d_inner": 4096},
        "xlarge": {"block_sizes": [10, 10, 10], "d_model": 1024, "n_head": 16, "d_inner": 4096},
    },
    "layoutlm": {"large": _LARGE},
    "layoutlmv3": {"large": _LARGE},
    "longformer": {"large": encoder(24, 1024, 16, 4096, attention_window=[512] * 24)},
    "modernbert": {"large": encoder(28, 1024, 16, 2624)},
    "roberta": {"large": _LARGE},
    "roberta-prelayernorm": {"large": _LARGE},
    "roformer": {"small": encoder(6, 384, 6, 1536, embedding_size=384)},
    "xlm": {
        "100_1280": {"n_layers": 16, "emb_dim": 1280, "n_heads": 16},
        "xnli15_1024": {"n_layers": 12, "emb_dim": 1024, "n_heads": 8},
    },
    "xlm-roberta": {"large": _LARGE},
    "xlm-roberta-xl": {"xxl": encoder(48, 4096, 32, 16_384)},
    "xlnet": {"base": {"n_layer": 12, "d_model": 768, "n_head": 12, "d_inner": 3072}},
}

BOTH: dict[str, Sizes] = {
    "bart": {
        "base": bart(6, 768, 12, 3072),
        "distil_12_6": bart(12, 1024, 16, 4096, 6),
        "distil_12_3": bart(12, 1024, 16, 4096, 3),
        "distil_12_1": bart(12, 1024, 16, 4096, 1),
        "distil_6_6": bart(6, 1024, 16, 4096),
    },
    "blenderbot": {"400m_distill": bart(2, 1280, 32, 5120, 12)},
    "led": {"base": bart(6, 768, 12, 3072, attention_window=1024)},
    "longt5": {
        "tglobal_large": _t5(24, 1024, 16, 2816, encoder_attention_type="transient-global"),
        "tglobal_base": _t5(12, 768, 12, 2048, encoder_attention_type="transient-global"),
        "tglobal_xl": _t5(24, 2048, 32, 5120, encoder_attention_type="transient-global"),
        "local_large": _t5(24, 1024, 16, 2816),
    },
    "m2m_100": {"1_2b": bart(24, 1024, 16, 8192), "nllb_3_3b": bart(24, 2048, 16, 8192)},
    "mt5": _MT5,
    "pegasus": {"large": bart(16, 1024, 16, 4096)},
    "plbart": {"large": bart(12, 1024, 16, 4096)},
    "t5": {
        "base": _t5(12, 768, 12, 3072),
        "large": _t5(24, 1024, 16, 4096),
        "3b": _t5(24, 1024, 32, 16_384, d_kv=128),
        "11b": _t5(24, 1024, 128, 65_536, d_kv=128),
        "v1_1_small": _t5(8, 512, 6, 1024, **_V1_1),
        **{f"v1_1_{name}": sizes | _V1_1 for name, sizes in _MT5.items()},
        "byt5_small": _t5(12, 1472, 6, 3584, 4, **_V1_1),
        "byt5_base": _t5(18, 1536, 12, 3968, 6, **_V1_1),
        "byt5_large": _t5(36, 1536, 16, 3840, 12, **_V1_1),
        "byt5_xl": _t5(36, 2560, 32, 6720, 12, **_V1_1),
        "byt5_xxl": _t5(36, 4672, 64, 12_352, 12, **_V1_1),
    },
    "umt5": {name: _MT5[name] for name in ("base", "xl", "xxl")},
}

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
        "aya_23_8b": _decoder(32, 4096, 32, 14_336, 8),
        "command_r_plus": _decoder(64, 12_288, 96, 33_792, 8, use_qk_norm=True),
    },
    "falcon": {
        "rw_1b": {"num_hidden_layers": 24, "hidden_size": 2048, "num_attention_heads": 32}
        | {"alibi": True, "multi_query": False, "bias": True, "parallel_attn": False},
        "40b": {"num_hidden_layers": 60, "hidden_size": 8192, "num_attention_heads": 128} | _NEW_FALCON,
        "180b": {"num_hidden_layers": 80, "hidden_size": 14_848, "num_attention_heads": 232} | _NEW_FALCON,
    },
    "gemma": {"2b": _decoder(18, 2048, 8, 16_384, 1, head_dim=256)},
    "gemma2": {
        "9b": _decoder(42, 3584, 16, 14_336, 8, head_dim=256),
        "27b": _decoder(46, 4608, 32, 36_864, 16, head_dim=128, query_pre_attn_scalar=144),
    },
    "gemma3_text": {
        "270m": _decoder(18, 640, 4, 2048, 1, head_dim=256),
        "1b": _decoder(26, 1152, 4, 6912, 1, head_dim=256),
        "4b": _decoder(34, 2560, 8, 10_240, 4, head_dim=256),
        "12b": _decoder(48, 3840, 16, 15_360, 8, head_dim=256),
        "27b": _decoder(62, 5376, 32, 21_504, 16, head_dim=128),
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
        "3_2b": _decoder(40, 2048, 32, 8192, 8, **_OWN),
        "3_8b": _decoder(40, 4096, 32, 12_800, 8, **_OWN),
    },
    "llama": {
        "13b": _decoder(40, 5120, 40, 13_824),
        "33b": _decoder(60, 6656, 52, 17_920),
        "65b": _decoder(80, 8192, 64, 22_016),
        "2_70b": _decoder(80, 8192, 64, 28_672, 8),
        "3_8b": _decoder(32, 4096, 32, 14_336, 8),
        "3_2_1b": _decoder(16, 2048, 32, 8192, 8, head_dim=64),
        "3_2_3b": _decoder(28, 3072, 24, 8192, 8, head_dim=128),
        "3_1_405b": _decoder(126, 16_384, 128, 53_248, 8),
        "code_34b": _decoder(48, 8192, 64, 22_016, 8),
        "deepseek_7b": _decoder(30, 4096, 32, 11_008),
        "deepseek_67b": _decoder(95, 8192, 64, 22_016, 8),
        "smollm_135m": _decoder(30, 576, 9, 1536, 3),
        "smollm_360m": _decoder(32, 960, 15, 2560, 5),
        "smollm_1_7b": _decoder(24, 2048, 32, 8192),
        "tiny_1_1b": _decoder(22, 2048, 32, 5632, 4),
        "yi_6b": _decoder(32, 4096, 32, 11_008, 4),
        "yi_34b": _decoder(60, 7168, 56, 20_480, 8),
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
        "nemo_12b": _decoder(40, 5120, 32, 14_336, 8, head_dim=128),
        "small_24b": _decoder(40, 5120, 32, 32_768, 8, head_dim=128),
        "large_123b": _decoder(88, 12_288, 96, 28_672, 8),
    },
    "mixtral": {"8x22b": _decoder(56, 6144, 48, 16_384, 8)},
    "mpt": {
        "30b": {"n_layers": 48, "d_model": 7168, "n_heads": 64},
        "7b": {"n_layers": 32, "d_model": 4096, "n_heads": 32},
    },
    "nemotron": {"minitron_4b": _decoder(32, 3072, 24, 9216, 8, head_dim=128)},
    "olmo": {"1b": _decoder(16, 2048, 16, 8192)},
    "olmo2": {
        "1b": _decoder(16, 2048, 16, 8192),
        "13b": _decoder(40, 5120, 40, 13_824),
        "32b": _decoder(64, 5120, 40, 27_648, 8),
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
        "medium": _decoder(40, 5120, 40, 17_920, 10),
        "4_mini": _decoder(32, 3072, 24, 8192, 8),
    },
    "qwen2": {
        "0_5b": _decoder(24, 896, 14, 4864, 2),
        "1_5b": _decoder(28, 1536, 12, 8960, 2),
        "7b": _decoder(28, 3584, 28, 18_944, 4),
        "72b": _decoder(80, 8192, 64, 29_568, 8),
        "2_5_3b": _decoder(36, 2048, 16, 11_008, 2),
        "2_5_14b": _decoder(48, 5120, 40, 13_824, 8),
        "2_5_32b": _decoder(64, 5120, 40, 27_648, 8),
    },
    "qwen3": {
        "0_6b": _decoder(28, 1024, 16, 3072, 8, head_dim=128),
        "1_7b": _decoder(28, 2048, 16, 6144, 8, head_dim=128),
        "4b": _decoder(36, 2560, 32, 9728, 8, head_dim=128),
        "8b": _decoder(36, 4096, 32, 12_288, 8, head_dim=128),
        "14b": _decoder(40, 5120, 40, 17_408, 8, head_dim=128),
        "32b": _decoder(64, 5120, 64, 25_600, 8, head_dim=128),
    },
    "rwkv": {"169m": {"num_hidden_layers": 12, "hidden_size": 768}},
    "stablelm": {
        "2_1_6b": _decoder(24, 2048, 32, 5632),
        "2_12b": _decoder(40, 5120, 32, 13_824, 8, qk_layernorm=True, use_parallel_residual=True),
    },
    "starcoder2": {
        "7b": _decoder(32, 4608, 36, 18_432, 4),
        "15b": _decoder(40, 6144, 48, 24_576, 4),
    },
    "xglm": {
        "1_7b": _xglm(24, 2048, 16, 8192),
        "2_9b": _xglm(48, 2048, 16, 8192),
        "4_5b": _xglm(48, 2048, 16, 16_384),
        "7_5b": _xglm(32, 4096, 32, 16_384),
    },
}
