"""Language models among the packages of lucidrains."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Recipe, flags, floats, integers

_TASK = "text-generation"
_IDS = (integers(1, 1024),)
_LONG = (integers(1, 2048),)
_BYTES = {"num_tokens": 256, "dim": 512}
_WORDS = {"num_tokens": 20_000, "dim": 512}
_HEADS = {"heads": 8, "dim_head": 64}


def _model(path: str, arguments: dict[str, Any], inputs: Any = _IDS, task: str = _TASK) -> Recipe:
    return Recipe(path, task, inputs, arguments)


RECIPES = {
    "block_recurrent_transformer": _model(
        "block_recurrent_transformer_pytorch:BlockRecurrentTransformer",
        _WORDS | _HEADS | {"depth": 6, "num_state_vectors": 512, "recurrent_layers": (4,)},
    ),
    "charformer": _model(
        "charformer_pytorch:GBST",
        {"num_tokens": 257, "dim": 512, "max_block_size": 4, "downsample_factor": 4},
        (integers(1, 1023), flags(1, 1023)),
    ),
    "complex_valued_transformer": _model(
        "complex_valued_transformer:ComplexTransformer", {"num_tokens": 256, "dim": 128, "depth": 2, "causal": True}
    ),
    "compressive_transformer": _model(
        "compressive_transformer_pytorch:CompressiveTransformer",
        _WORDS | {"emb_dim": 128, "depth": 12, "seq_len": 1024, "mem_len": 1024, "memory_layers": [5, 6, 7, 8]},
    ),
    "fast_transformer": _model(
        "fast_transformer_pytorch:FastTransformer",
        _WORDS | {"depth": 2, "max_seq_len": 4096, "absolute_pos_emb": True},
        (integers(1, 4096), flags(1, 4096)),
    ),
    "feedback_transformer": _model(
        "feedback_transformer_pytorch:FeedbackTransformer",
        _WORDS | _HEADS | {"depth": 6, "seq_len": 2, "mem_len": 256},
        (integers(1, 64),),
    ),
    "flash": _model("flash_pytorch:FLASHTransformer", _WORDS | {"depth": 12, "causal": True, "group_size": 256}),
    "flash/laplace": _model(
        "flash_pytorch:FLASHTransformer", _WORDS | {"depth": 12, "causal": True, "laplace_attn_fn": True}
    ),
    "flash/bidirectional": _model("flash_pytorch:FLASHTransformer", _WORDS | {"depth": 12}),
    "g_mlp": _model("g_mlp_pytorch:gMLP", _WORDS | {"depth": 6, "seq_len": 256}, (integers(1, 256),), "fill-mask"),
    "g_mlp/circulant": _model(
        "g_mlp_pytorch:gMLP",
        _WORDS | {"depth": 6, "seq_len": 256, "circulant_matrix": True},
        (integers(1, 256),),
        "fill-mask",
    ),
    "g_mlp/attention": _model(
        "g_mlp_pytorch:gMLP", _WORDS | {"depth": 6, "seq_len": 256, "attn_dim": 64}, (integers(1, 256),), "fill-mask"
    ),
    "gateloop_transformer": _model("gateloop_transformer:Transformer", {"num_tokens": 256, "dim": 624, "depth": 6}),
    "gateloop_transformer/full_attention": _model(
        "gateloop_transformer:Transformer", {"num_tokens": 256, "dim": 624, "depth": 6, "use_gate_looped_attn": False}
    ),
    "h_transformer_1d": _model(
        "h_transformer_1d:HTransformer1D",
        _BYTES | _HEADS | {"depth": 12, "max_seq_len": 8192, "block_size": 128},
        (integers(1, 8192),),
    ),
    "h_transformer_1d/causal": _model(
        "h_transformer_1d:HTransformer1D",
        _BYTES | _HEADS | {"depth": 12, "max_seq_len": 8192, "block_size": 128, "causal": True},
        (integers(1, 8192),),
    ),
    "hierarchical_transformer": _model(
        "simple_hierarchical_transformer:HierarchicalTransformer",
        _WORDS | _HEADS | {"depth": 6, "seq_len": 2048, "hierarchies": (1, 2, 8), "window_sizes": (32, 64, None)},
        _LONG,
    ),
    "hourglass_transformer": _model(
        "hourglass_transformer_pytorch:HourglassTransformerLM",
        _BYTES | _HEADS | {"max_seq_len": 1024, "shorten_factor": 2, "depth": (4, 2, 4)},
    ),
    "hourglass_transformer/nested": _model(
        "hourglass_transformer_pytorch:HourglassTransformerLM",
        _BYTES | _HEADS | {"max_seq_len": 1024, "shorten_factor": (2, 4), "depth": (4, (2, 2, 2), 4)},
    ),
    "infini_transformer": _model(
        "infini_transformer_pytorch:InfiniTransformer",
        _BYTES | {"depth": 8, "dim_head": 128, "heads": 8, "use_mem_delta_rule": True},
    ),
    "linear_attention_transformer": _model(
        "linear_attention_transformer:LinearAttentionTransformer",
        {"dim": 512, "depth": 12, "max_seq_len": 8192, "n_local_attn_heads": 4, "ff_glu": True},
        (floats(1, 8192, 512),),
    ),
    "linear_attention_transformer/causal": _model(
        "linear_attention_transformer:LinearAttentionTransformer",
        {"dim": 512, "depth": 12, "max_seq_len": 8192, "causal": True, "blindspot_size": 64, "n_local_attn_heads": 4},
        (floats(1, 8192, 512),),
    ),
    "linformer": _model(
        "linformer:LinformerLM",
        _WORDS | {"seq_len": 4096, "depth": 12, "heads": 8, "dim_head": 128, "k": 256, "one_kv_head": True},
        (integers(1, 4096),),
    ),
    "local_attention": _model(
        "local_attention:LocalTransformer",
        _BYTES | {"depth": 6, "max_seq_len": 8192, "local_attn_window_size": 256},
        (integers(1, 8192),),
    ),
    "mega": _model("mega_pytorch:Mega", {"num_tokens": 256, "dim": 128, "depth": 6, "laplacian_attn_fn": True}),
    "megabyte": _model(
        "MEGABYTE_pytorch:MEGABYTE",
        {"num_tokens": 16_000, "dim": (512, 256), "max_seq_len": (1024, 4), "depth": (6, 4), "flash_attn": True},
        (integers(1, 1024, 4),),
    ),
    "memory_transformer_xl": _model(
        "memory_transformer_xl:MemoryTransformerXL",
        {"num_tokens": 20_000, "dim": 1024, "heads": 8, "depth": 8, "seq_len": 512, "mem_len": 256, "lmem_len": 256}
        | {"mem_write_iters": 2, "memory_layers": [6, 7, 8], "num_mem_kv": 128},
        (integers(1, 512),),
    ),
    "min_gru": _model("minGRU_pytorch.minLM:minLM", _BYTES | {"depth": 6}),
    "min_lstm": _model("minGRU_pytorch.minLM:minLM", _BYTES | {"depth": 6, "use_lstm": True}),
    "min_gru_hybrid": _model("minGRU_pytorch.hybridLM:hybridLM", _BYTES | {"depth": 6}),
    "palm": _model("palm_pytorch:PaLM", _WORDS | _HEADS | {"depth": 12}, _LONG),
    "performer": _model(
        "performer_pytorch:PerformerLM",
        _WORDS | {"max_seq_len": 2048, "depth": 12, "heads": 8, "nb_features": 256},
        _LONG,
        "fill-mask",
    ),
    "performer/generalized": _model(
        "performer_pytorch:PerformerLM",
        _WORDS | {"max_seq_len": 2048, "depth": 12, "heads": 8, "generalized_attention": True},
        _LONG,
        "fill-mask",
    ),
    "recurrent_memory_transformer": _model(
        "recurrent_memory_transformer_pytorch:RecurrentMemoryTransformer",
        _WORDS | _HEADS | {"num_memory_tokens": 128, "depth": 6, "seq_len": 1024},
    ),
    "reformer": _model(
        "reformer_pytorch:ReformerLM",
        {"num_tokens": 20_000, "dim": 1024, "depth": 12, "max_seq_len": 8192, "heads": 8, "causal": True}
        | {"bucket_size": 64, "n_hashes": 4, "ff_chunks": 10, "axial_position_emb": True},
        (integers(1, 8192),),
    ),
    "rela_transformer": _model("rela_transformer:ReLATransformer", _WORDS | _HEADS | {"depth": 8, "max_seq_len": 1024}),
    "retro": _model(
        "retro_pytorch:RETRO",
        {"chunk_size": 64, "max_seq_len": 2048, "enc_dim": 896, "enc_depth": 2, "dec_dim": 796, "dec_depth": 12}
        | {"dec_cross_attn_layers": (3, 6, 9, 12)},
        (integers(1, 2049), integers(1, 32, 2, 128)),
    ),
    "ring_attention": _model("ring_attention_pytorch:RingTransformer", _BYTES | {"depth": 2, "causal": True}),
    "routing_transformer": _model(
        "routing_transformer:RoutingTransformerLM",
        _WORDS
        | {"depth": 12, "max_seq_len": 8192, "causal": True, "emb_dim": 128, "window_size": 128}
        | {"n_local_attn_heads": 4, "ff_glu": True},
        (integers(1, 8192),),
    ),
    "sinkhorn_transformer": _model(
        "sinkhorn_transformer:SinkhornTransformerLM",
        {"num_tokens": 20_000, "dim": 1024, "heads": 8, "depth": 12, "bucket_size": 128, "max_seq_len": 8192}
        | {"n_sortcut": 2, "ff_glu": True},
        _LONG,
    ),
    "sinkhorn_transformer/causal": _model(
        "sinkhorn_transformer:SinkhornTransformerLM",
        {"num_tokens": 20_000, "dim": 1024, "heads": 8, "depth": 12, "bucket_size": 128, "max_seq_len": 8192}
        | {"causal": True},
        (integers(1, 8192),),
    ),
    "titans": _model(
        "titans_pytorch:MemoryAsContextTransformer",
        {"num_tokens": 256, "dim": 256, "depth": 2, "segment_len": 128, "num_persist_mem_tokens": 4}
        | {"num_longterm_mem_tokens": 16},
        (integers(1, 1023),),
    ),
    "titans/neural_memory": _model(
        "titans_pytorch:NeuralMemory", {"dim": 384, "chunk_size": 64}, (floats(1, 1024, 384),), ""
    ),
    "token_shift_gpt": _model("token_shift_gpt:TokenShiftGPT", _BYTES | {"max_seq_len": 1024, "depth": 12}),
    "tranception": _model("tranception_pytorch:Tranception", {"dim": 512, "depth": 6} | _HEADS, (integers(1, 512),)),
}
