"""x-transformers: a transformer with the variations of many papers, one entry for each that it documents."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Recipe, floats, integers

_IDS = (integers(1, 1024),)

# Argument of the layers -> the value that the documentation shows, by the name of the variant.
_DECODERS: dict[str, dict[str, Any]] = {
    "": {},
    "dynamic_tanh": {"use_dynamic_tanh": True},
    "add_value_residual": {"add_value_residual": True},
    "alibi": {"alibi_pos_bias": True, "alibi_num_heads": 4},
    "attn_on_attn": {"attn_on_attn": True},
    "cosine_attention": {"attn_qk_norm": True},
    "cosine_attention_grouped": {"attn_qk_norm": True, "attn_qk_norm_groups": 8},
    "cosine_attention_scaled": {"attn_qk_norm": True, "attn_qk_norm_dim_scale": True},
    "data_dependent_alibi": {"attn_data_dependent_alibi": True},
    "dynamic_pos_bias": {"dynamic_pos_bias": True, "dynamic_pos_bias_log_distance": False},
    "explicit_topk": {"attn_sparse_topk": 8},
    "ff_post_act_ln": {"ff_post_act_ln": True},
    "ff_relu_squared": {"ff_relu_squared": True},
    "gate_residual": {"gate_residual": True},
    "gate_values": {"attn_gate_values": True},
    "geglu": {"ff_glu": True},
    "grouped_query": {"attn_kv_heads": 2},
    "head_scale": {"attn_head_scale": True},
    "hyper_connections": {"num_residual_streams": 4},
    "integrated_layers": {"integrate_layers": True},
    "laser": {"attn_laser": True},
    "macaron": {"macaron": True},
    "memory_key_values": {"attn_num_mem_kv": 16},
    "no_bias": {"ff_no_bias": True},
    "one_kv_head": {"attn_one_kv_head": True},
    "polar": {"polar_pos_emb": True},
    "post_norm": {"pre_norm": False},
    "rel_pos_bias": {"rel_pos_bias": True},
    "residual_attn": {"residual_attn": True},
    "rmsnorm": {"use_rmsnorm": True},
    "rotary": {"rotary_pos_emb": True},
    "rotary_xpos": {"rotary_xpos": True},
    "sandwich": {"sandwich_coef": 6},
    "sandwich_norm": {"sandwich_norm": True},
    "scale_residual": {"scale_residual": True},
    "scalenorm": {"use_scalenorm": True},
    "selective": {"attn_selective": True},
    "shift_tokens": {"shift_tokens": 1},
    "simple_rmsnorm": {"use_simple_rmsnorm": True},
    "softclamp_logits": {"attn_softclamp_logits": True},
    "swiglu": {"ff_swish": True, "ff_glu": True},
    "talking_heads": {"attn_pre_talking_heads": True, "attn_post_talking_heads": True},
    "value_residual_mix": {"learned_value_residual_mix": True, "add_value_residual": True},
    "weight_tied": {"weight_tie_layers": True},
}

# Argument of the model -> the value that the documentation shows.
_WRAPPERS: dict[str, dict[str, Any]] = {
    "emb_dim": {"emb_dim": 128},
    "l2norm_embed": {"l2norm_embed": True},
    "memory_tokens": {"num_memory_tokens": 20},
    "post_emb_norm": {"post_emb_norm": True},
}


def _layers(kind: str, depth: int = 12, **arguments: Any) -> Recipe:
    return Recipe(f"x_transformers:{kind}", "", (), {"dim": 512, "depth": depth, "heads": 8} | arguments)


def _words(layers: Recipe, task: str = "text-generation", **arguments: Any) -> Recipe:
    sizes = {"num_tokens": 20_000, "max_seq_len": 1024, "attn_layers": layers}
    return Recipe("x_transformers:TransformerWrapper", task, _IDS, sizes | arguments)


RECIPES = {
    **{
        f"x_transformers/decoder_{name}".rstrip("_"): _words(_layers("Decoder", **arguments))
        for name, arguments in _DECODERS.items()
    },
    **{f"x_transformers/{name}": _words(_layers("Decoder"), **arguments) for name, arguments in _WRAPPERS.items()},
    "x_transformers/encoder": _words(_layers("Encoder"), "fill-mask"),
    "x_transformers/prefix_decoder": _words(_layers("PrefixDecoder", depth=6)),
    "x_transformers/encoder_decoder": Recipe(
        "x_transformers:XTransformer",
        "text2text-generation",
        (integers(1, 1024), integers(1, 1024)),
        {"dim": 512, "enc_num_tokens": 256, "enc_depth": 6, "enc_heads": 8, "enc_max_seq_len": 1024}
        | {"dec_num_tokens": 256, "dec_depth": 6, "dec_heads": 8, "dec_max_seq_len": 1024, "tie_token_emb": True},
    ),
    "x_transformers/vit": Recipe(
        "x_transformers:ViTransformerWrapper",
        "image-classification",
        (floats(1, 3, 256, 256),),
        {"image_size": 256, "patch_size": 32, "num_classes": 1000, "attn_layers": _layers("Encoder", depth=6)},
    ),
    "x_transformers/continuous": Recipe(
        "x_transformers:ContinuousTransformerWrapper",
        "",
        (floats(1, 1024, 32),),
        {"dim_in": 32, "dim_out": 100, "max_seq_len": 1024, "attn_layers": _layers("Encoder")},
    ),
    "x_transformers/xval": Recipe(
        "x_transformers:XValTransformerWrapper",
        "text-generation",
        (integers(1, 1024), floats(1, 1024)),
        {"num_tokens": 4, "numerical_token_id": 3, "max_seq_len": 1024, "attn_layers": _layers("Decoder")},
    ),
    "x_transformers/neo_mlp": Recipe(
        "x_transformers:NeoMLP",
        "",
        (floats(1, 5),),
        {"dim_in": 5, "dim_hidden": 7, "dim_out": 3, "depth": 5, "dim_model": 64},
    ),
    "x_transformers/free_transformer": Recipe(
        "x_transformers.free_transformer:FreeTransformer",
        "text-generation",
        (integers(1, 512),),
        {"num_tokens": 256, "dim": 512, "dec_head_depth": 4, "dec_tail_depth": 4, "enc_depth": 3, "max_seq_len": 512},
    ),
}
