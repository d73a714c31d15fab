"""Sequence encoders and layers among the packages of lucidrains."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Recipe, flags, floats, integers

_SEQUENCE = (floats(1, 1024, 512),)
_HEADS = {"heads": 8, "dim_head": 64}
_SERIES = {"num_variates": 137, "lookback_len": 96, "dim": 256, "depth": 6, "pred_length": (12, 24, 36, 48)} | _HEADS
_FORECAST = "time-series-forecasting"
_TABLE = {"categories": (10, 5, 6, 5, 8), "num_continuous": 10, "dim": 32, "dim_out": 1, "depth": 6, "heads": 8}
_ROW = (integers(1, 5), floats(1, 10))


def _model(path: str, arguments: dict[str, Any], inputs: Any = _SEQUENCE, task: str = "", **named: Any) -> Recipe:
    return Recipe(path, task, inputs, arguments, named)


RECIPES = {
    "agent_attention": _model(
        "agent_attention_pytorch:AgentTransformer", {"dim": 512, "depth": 6, "num_agent_tokens": 128} | _HEADS
    ),
    "anymal_teacher": _model(
        "anymal_belief_state_encoder_decoder_pytorch:Teacher",
        {"num_actions": 10},
        (floats(1, 133), floats(1, 4, 52), floats(1, 50)),
        "robotics",
    ),
    "anymal_student": _model(
        "anymal_belief_state_encoder_decoder_pytorch:Student",
        {"num_actions": 10},
        (floats(1, 133), floats(1, 4, 52)),
        "robotics",
    ),
    "bidirectional_cross_attention": _model(
        "bidirectional_cross_attention:BidirectionalCrossAttentionTransformer",
        {"dim": 512, "depth": 6, "context_dim": 386} | _HEADS,
        (floats(1, 4096, 512), floats(1, 8192, 386)),
    ),
    "colt5_attention": _model(
        "colt5_attention:ConditionalRoutedTransformerBlock",
        {"dim": 512, "num_heavy_ff_tokens": 1024, "num_heavy_attn_tokens_q": 1024, "num_heavy_attn_tokens_kv": 1024},
        (floats(1, 8192, 512),),
    ),
    "compositional_attention": _model(
        "compositional_attention_pytorch:CompositionalAttention",
        {"dim": 1024, "dim_head": 64, "num_searches": 8, "num_retrievals": 2, "prenorm": True, "causal": True},
        (floats(1, 1024, 1024),),
    ),
    "conformer": _model("conformer:Conformer", {"dim": 512, "depth": 12}, task="automatic-speech-recognition"),
    "deformable_attention_1d": _model(
        "deformable_attention:DeformableAttention1D",
        {"dim": 128, "downsample_factor": 4, "offset_scale": 2, "offset_kernel_size": 6},
        (floats(1, 128, 512),),
    ),
    "discrete_key_value_bottleneck": _model(
        "discrete_key_value_bottleneck_pytorch:DiscreteKeyValueBottleneck",
        {"dim": 512, "num_memory_codebooks": 2, "num_memories": 256, "dim_memory": 64},
    ),
    "etsformer": _model(
        "etsformer_pytorch:ETSFormer",
        {"time_features": 4, "model_dim": 512, "embed_kernel_size": 3, "layers": 2, "heads": 8, "K": 4},
        (floats(1, 1024, 4),),
        _FORECAST,
        num_steps_forecast=lambda: 32,
    ),
    "ft_transformer": _model("tab_transformer_pytorch:FTTransformer", _TABLE, _ROW, "tabular-classification"),
    "hamburger": _model(
        "hamburger_pytorch:Hamburger", {"dim": 512, "n": 1024, "ratio": 8, "K": 6}, (floats(1, 512, 1024),)
    ),
    "htm": _model(
        "htm_pytorch:HTMBlock",
        {"dim": 512, "heads": 8, "topk_mems": 8, "mem_chunk_size": 32},
        (floats(1, 128, 512), floats(1, 20_000, 512)),
    ),
    "isab": _model(
        "isab_pytorch:ISAB",
        {"dim": 512, "heads": 8, "num_latents": 128, "latent_self_attend": True},
        (floats(1, 16_384, 512),),
    ),
    "itransformer": _model(
        "iTransformer:iTransformer", _SERIES | {"use_reversible_instance_norm": True}, (floats(1, 96, 137),), _FORECAST
    ),
    "itransformer_2d": _model(
        "iTransformer:iTransformer2D", _SERIES | {"num_time_tokens": 16}, (floats(1, 96, 137),), _FORECAST
    ),
    "itransformer_fft": _model("iTransformer:iTransformerFFT", _SERIES, (floats(1, 96, 137),), _FORECAST),
    "memory_efficient_attention": _model(
        "memory_efficient_attention_pytorch:Attention",
        {"dim": 512, "causal": True, "memory_efficient": True, "q_bucket_size": 1024, "k_bucket_size": 2048} | _HEADS,
        (floats(1, 8192, 512),),
    ),
    "min_gru_layer": _model("minGRU_pytorch:minGRU", {"dim": 512}),
    "mixture_of_experts": _model("mixture_of_experts:MoE", {"dim": 512, "num_experts": 16, "hidden_dim": 2048}),
    "mixture_of_experts/hierarchical": _model(
        "mixture_of_experts:HeirarchicalMoE", {"dim": 512, "num_experts": (4, 4)}
    ),
    "native_sparse_attention": _model(
        "native_sparse_attention_pytorch:SparseAttention",
        {"dim": 512, "sliding_window_size": 2, "compress_block_size": 4, "compress_block_sliding_stride": 2}
        | {"selection_block_size": 4, "num_selected_blocks": 2}
        | _HEADS,
        (floats(1, 31, 512),),
    ),
    "nystromformer": _model("nystrom_attention:Nystromformer", {"dim": 512, "depth": 6, "num_landmarks": 256} | _HEADS),
    "omninet": _model("omninet_pytorch:Omninet", {"dim": 512, "depth": 6, "pool_layer_tokens_every": 3} | _HEADS),
    "omninet/causal": _model(
        "omninet_pytorch:OmninetCausal", {"dim": 512, "depth": 6, "pool_layer_tokens_every": 3} | _HEADS
    ),
    "peer": _model(
        "PEER_pytorch:PEER",
        {"dim": 512, "heads": 8, "num_experts": 1_000_000, "num_experts_per_head": 16, "dim_key": 128}
        | {"pre_rmsnorm": True},
    ),
    "peer_lora": _model("PEER_pytorch:PEERLora", {"dim": 512, "num_experts": 1_000_000}),
    "perceiver_io": _model(
        "perceiver_pytorch:PerceiverIO",
        {"dim": 32, "queries_dim": 32, "logits_dim": 100, "depth": 6, "num_latents": 256, "latent_dim": 512},
        (floats(1, 512, 32),),
        queries=floats(128, 32),
    ),
    "perceiver_lm": _model(
        "perceiver_pytorch:PerceiverLM",
        {"num_tokens": 20_000, "dim": 32, "max_seq_len": 2048, "depth": 6, "num_latents": 256, "latent_dim": 512},
        (integers(1, 512),),
        "fill-mask",
    ),
    "product_key_memory": _model(
        "product_key_memory:PKM", {"dim": 512, "heads": 4, "dim_head": 128, "num_keys": 256, "topk": 32}
    ),
    "remixer": _model("remixer_pytorch:RemixerBlock", {"dim": 512, "seq_len": 1024}),
    "slot_attention": _model("slot_attention:SlotAttention", {"num_slots": 5, "dim": 512, "iters": 3}),
    "slot_attention/multi_head": _model(
        "slot_attention:MultiHeadSlotAttention", {"num_slots": 5, "dim": 512, "iters": 3}
    ),
    "soft_moe": _model("soft_moe_pytorch:SoftMoE", {"dim": 512, "seq_len": 1024, "num_experts": 4}),
    "soft_moe/dynamic_slots": _model(
        "soft_moe_pytorch:DynamicSlotsSoftMoE", {"dim": 512, "num_experts": 4, "geglu": True}
    ),
    "st_moe": _model("st_moe_pytorch:MoE", {"dim": 512, "num_experts": 16, "gating_top_n": 2}),
    "tab_transformer": _model(
        "tab_transformer_pytorch:TabTransformer",
        _TABLE | {"mlp_hidden_mults": (4, 2), "mlp_act": Recipe("torch.nn:ReLU", "")},
        _ROW,
        "tabular-classification",
    ),
    "taylor_series_linear_attention": _model(
        "taylor_series_linear_attention:TaylorSeriesLinearAttn",
        {"dim": 512, "dim_head": 16, "heads": 16},
        (floats(1, 4096, 512),),
    ),
    "tiny_recursive_model": _model(
        "tiny_recursive_model:TinyRecursiveModel",
        {"dim": 16, "num_tokens": 256}
        | {"network": Recipe("tiny_recursive_model:MLPMixer1D", "", (), {"dim": 16, "depth": 2, "seq_len": 256})},
        (integers(1, 256), floats(1, 256, 16), floats(1, 256, 16)),
    ),
    "vector_quantize": _model(
        "vector_quantize_pytorch:VectorQuantize", {"dim": 256, "codebook_size": 512}, (floats(1, 1024, 256),)
    ),
    "residual_vq": _model(
        "vector_quantize_pytorch:ResidualVQ",
        {"dim": 256, "num_quantizers": 8, "codebook_size": 1024},
        (floats(1, 1024, 256),),
    ),
    "grouped_residual_vq": _model(
        "vector_quantize_pytorch:GroupedResidualVQ",
        {"dim": 256, "num_quantizers": 8, "groups": 2, "codebook_size": 1024},
        (floats(1, 1024, 256),),
    ),
    "random_projection_quantizer": _model(
        "vector_quantize_pytorch:RandomProjectionQuantizer",
        {"dim": 512, "num_codebooks": 16, "codebook_dim": 256, "codebook_size": 1024},
    ),
    "fsq": _model("vector_quantize_pytorch:FSQ", {"levels": [8, 5, 5, 5]}, (floats(1, 1024, 4),)),
    "residual_fsq": _model(
        "vector_quantize_pytorch:ResidualFSQ",
        {"dim": 256, "levels": [8, 5, 5, 3], "num_quantizers": 8},
        (floats(1, 1024, 256),),
    ),
    "lfq": _model("vector_quantize_pytorch:LFQ", {"codebook_size": 65_536, "dim": 16}, (floats(1, 16, 32, 32),)),
    "residual_lfq": _model(
        "vector_quantize_pytorch:ResidualLFQ",
        {"dim": 256, "codebook_size": 256, "num_quantizers": 8},
        (floats(1, 1024, 256),),
    ),
    "latent_quantize": _model(
        "vector_quantize_pytorch:LatentQuantize", {"levels": [5, 5, 8], "dim": 16}, (floats(1, 16, 32, 32),)
    ),
    "sim_vq": _model("vector_quantize_pytorch:SimVQ", {"dim": 512, "codebook_size": 1024}),
    "residual_sim_vq": _model(
        "vector_quantize_pytorch:ResidualSimVQ", {"dim": 512, "num_quantizers": 4, "codebook_size": 1024}
    ),
    "n_grammer": _model(
        "n_grammer_pytorch:VQNgrammer",
        {"num_clusters": 1024, "dim_per_head": 32, "num_heads": 16, "ngram_vocab_size": 768 * 256, "ngram_emb_dim": 16},
        (floats(1, 1024, 512), flags(1, 1024)),
    ),
}
