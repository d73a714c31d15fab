"""Published sizes of encoders of texts, with and without a decoder, as changes of the default configuration."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.transformers_sizes_spelling import Sizes, bart, encoder, t5

_LARGE = encoder(24, 1024, 16, 4096)
_V1_1: dict[str, Any] = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
_MT5: Sizes = {
    "base": t5(12, 768, 12, 2048),
    "large": t5(24, 1024, 16, 2816),
    "xl": t5(24, 2048, 32, 5120),
    "xxl": t5(24, 4096, 64, 10_240),
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
    "flaubert": {"base": {"n_layers": 12, "emb_dim": 768, "n_heads": 12}},
    "fnet": {"large": {"num_hidden_layers": 24, "hidden_size": 1024, "intermediate_size": 4096}},
    "funnel": {
        "medium": {"block_sizes": [6, 3, 3], "block_repeats": [1, 2, 2]},
        "intermediate": {"block_sizes": [6, 6, 6]},
        "large": {"block_sizes": [8, 8, 8], "d_model": 1024, "n_head": 16, "d_inner": 4096},
        "xlarge": {"block_sizes": [10, 10, 10], "d_model": 1024, "n_head": 16, "d_inner": 4096},
    },
    "layoutlm": {"large": _LARGE},
    "layoutlmv3": {"large": _LARGE | {"coordinate_size": 171, "shape_size": 170}},
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
        "tglobal_large": t5(24, 1024, 16, 2816, encoder_attention_type="transient-global"),
        "tglobal_base": t5(12, 768, 12, 2048, encoder_attention_type="transient-global"),
        "tglobal_xl": t5(24, 2048, 32, 5120, encoder_attention_type="transient-global"),
        "local_large": t5(24, 1024, 16, 2816),
    },
    "m2m_100": {"1_2b": bart(24, 1024, 16, 8192), "nllb_3_3b": bart(24, 2048, 16, 8192)},
    "mt5": _MT5,
    "pegasus": {"large": bart(16, 1024, 16, 4096)},
    "plbart": {"large": bart(12, 1024, 16, 4096)},
    "t5": {
        "base": t5(12, 768, 12, 3072),
        "large": t5(24, 1024, 16, 4096),
        "3b": t5(24, 1024, 32, 16_384, d_kv=128),
        "11b": t5(24, 1024, 128, 65_536, d_kv=128),
        "v1_1_small": t5(8, 512, 6, 1024, **_V1_1),
        **{f"v1_1_{name}": sizes | _V1_1 for name, sizes in _MT5.items()},
        "byt5_small": t5(12, 1472, 6, 3584, 4, **_V1_1),
        "byt5_base": t5(18, 1536, 12, 3968, 6, **_V1_1),
        "byt5_large": t5(36, 1536, 16, 3840, 12, **_V1_1),
        "byt5_xl": t5(36, 2560, 32, 6720, 12, **_V1_1),
        "byt5_xxl": t5(36, 4672, 64, 12_352, 12, **_V1_1),
    },
    "umt5": {name: _MT5[name] for name in ("base", "xl", "xxl")},
}
