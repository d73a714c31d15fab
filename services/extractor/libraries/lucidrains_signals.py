"""Models of films, sounds, meshes, molecules and proteins among the packages of lucidrains."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Recipe, flags, floats, integers

_HEADS = {"heads": 8, "dim_head": 64}
_SEPARATION = "audio-to-audio"
_SPEECH = "text-to-audio"
_FILMS = "text-to-video"
_GRAPHS = "graph-ml"
_STEP = floats(1)


def _model(path: str, task: str, arguments: dict[str, Any], inputs: Any, **named: Any) -> Recipe:
    return Recipe(path, task, inputs, arguments, named)


RECIPES = {
    "ast": _model(
        "musiclm_pytorch:AudioSpectrogramTransformer",
        "audio-classification",
        {"dim": 512, "depth": 6, "spec_n_fft": 128, "spec_win_length": 24},
        (floats(1, 1024),),
    ),
    "audiolm_semantic": _model(
        "audiolm_pytorch:SemanticTransformer",
        _SPEECH,
        {"num_semantic_tokens": 500, "dim": 1024, "depth": 6},
        (),
        ids=integers(1, 512),
    ),
    "audiolm_coarse": _model(
        "audiolm_pytorch:CoarseTransformer",
        _SPEECH,
        {"num_semantic_tokens": 500, "codebook_size": 1024, "num_coarse_quantizers": 3, "dim": 512, "depth": 6},
        (),
        semantic_token_ids=integers(1, 512),
        coarse_token_ids=integers(1, 510),
    ),
    "audiolm_fine": _model(
        "audiolm_pytorch:FineTransformer",
        _SPEECH,
        {"num_coarse_quantizers": 3, "num_fine_quantizers": 5, "codebook_size": 1024, "dim": 512, "depth": 6},
        (),
        coarse_token_ids=integers(1, 510),
        fine_token_ids=integers(1, 850),
    ),
    "cvivit": _model(
        "phenaki_pytorch:CViViT",
        "video-to-video",
        {"dim": 512, "codebook_size": 65_536, "image_size": 256, "patch_size": 32, "temporal_patch_size": 2}
        | {"spatial_depth": 4, "temporal_depth": 4, "use_vgg_and_gan": False}
        | _HEADS,
        (floats(1, 3, 17, 256, 256),),
        return_recons_only=lambda: True,
    ),
    "phenaki": _model(
        "phenaki_pytorch:MaskGit",
        _FILMS,
        {"num_tokens": 5000, "max_seq_len": 1024, "dim": 512, "dim_context": 768, "depth": 6},
        (integers(1, 576),),
        context=floats(1, 64, 768),
        video_patch_shape=lambda: (9, 8, 8),
        text_mask=flags(1, 64),
    ),
    "egnn": _model(
        "egnn_pytorch:EGNN_Network",
        _GRAPHS,
        {"num_tokens": 21, "num_positions": 1024, "dim": 32, "depth": 3, "num_nearest_neighbors": 8},
        (integers(1, 1024), floats(1, 1024, 3)),
        mask=flags(1, 1024),
    ),
    "en_transformer": _model(
        "en_transformer:EnTransformer",
        _GRAPHS,
        {"dim": 512, "depth": 4, "edge_dim": 4, "neighbors": 0} | _HEADS,
        (floats(1, 16, 512), floats(1, 16, 3), floats(1, 16, 16, 4)),
    ),
    "enformer": _model(
        "enformer_pytorch:Enformer.from_hparams",
        "",
        {"dim": 1536, "depth": 11, "heads": 8, "output_heads": {"human": 5313, "mouse": 1643}, "target_length": 896},
        (floats(1, 196_608, 4),),
    ),
    "equiformer": _model(
        "equiformer_pytorch:Equiformer",
        _GRAPHS,
        {"num_tokens": 24, "dim": (4, 4, 2), "dim_head": (4, 4, 4), "heads": (2, 2, 2), "num_degrees": 3, "depth": 4}
        | {"reduce_dim_out": True},
        (integers(1, 128), floats(1, 128, 3), flags(1, 128)),
    ),
    "graph_transformer": _model(
        "graph_transformer_pytorch:GraphTransformer",
        _GRAPHS,
        {"dim": 256, "depth": 6, "edge_dim": 512, "with_feedforwards": True, "rel_pos_emb": True},
        (floats(1, 128, 256), floats(1, 128, 128, 512)),
        mask=flags(1, 128),
    ),
    "invariant_point_attention": _model(
        "invariant_point_attention:IPABlock",
        _GRAPHS,
        {"dim": 64, "heads": 8},
        (floats(1, 256, 64),),
        pairwise_repr=floats(1, 256, 256, 64),
        rotations=floats(1, 256, 3, 3),
        translations=floats(1, 256, 3),
        mask=flags(1, 256),
    ),
    "magvit2": _model(
        "magvit2_pytorch:VideoTokenizer",
        "video-to-video",
        {
            "image_size": 128,
            "init_dim": 64,
            "max_dim": 512,
            "codebook_size": 1024,
            "use_gan": False,
            "perceptual_loss_weight": 0.0,
        }
        | {
            "layers": (
                *("residual", "compress_space", ("consecutive_residual", 2), "compress_space"),
                *(("consecutive_residual", 2), "linear_attend_space", "compress_space", ("consecutive_residual", 2)),
                *("attend_space", "compress_time", ("consecutive_residual", 2), "compress_time"),
                *(("consecutive_residual", 2), "attend_time"),
            )
        },
        (floats(1, 3, 17, 128, 128),),
        return_recon=lambda: True,
    ),
    "make_a_video": _model(
        "make_a_video_pytorch:SpaceTimeUnet",
        _FILMS,
        {"dim": 64, "resnet_block_depths": (1, 1, 1, 2), "temporal_compression": (False, False, False, True)}
        | {"condition_on_timestep": False, "attn_pos_bias": False},
        (floats(1, 3, 16, 128, 128),),
    ),
    "meshgpt_autoencoder": _model(
        "meshgpt_pytorch:MeshAutoencoder",
        "",
        {"num_discrete_coors": 128},
        (),
        vertices=floats(1, 121, 3),
        faces=integers(1, 64, 3),
    ),
    "metnet3": _model(
        "metnet3_pytorch:MetNet3",
        "",
        {"input_2496_channels": 39, "input_4996_channels": 17, "attn_dim_head": 8},
        (),
        lead_times=integers(1),
        input_2496=floats(1, 39, 624, 624),
        hrrr_input_2496=floats(1, 617, 624, 624),
        hrrr_stale_state=floats(1, 1, 624, 624),
        input_4996=floats(1, 17, 624, 624),
    ),
    "mmdit": _model(
        "mmdit:MMDiT",
        "text-to-image",
        {"depth": 24, "dim_image": 512, "dim_text": 768, "dim_cond": 256, "qk_rmsnorm": True},
        (),
        time_cond=floats(1, 256),
        text_tokens=floats(1, 512, 768),
        text_mask=flags(1, 512),
        image_tokens=floats(1, 1024, 512),
    ),
    "mmdit_generalized": _model(
        "mmdit.mmdit_generalized_pytorch:MMDiT",
        "text-to-image",
        {"depth": 2, "dim_modalities": (768, 512, 384), "dim_cond": 256, "qk_rmsnorm": True},
        (),
        time_cond=floats(1, 256),
        modality_tokens=lambda: (floats(1, 512, 768)(), floats(1, 1024, 512)(), floats(1, 256, 384)()),
        modality_masks=lambda: (flags(1, 512)(), None, None),
    ),
    "mulan_text": _model(
        "musiclm_pytorch:TextTransformer", "feature-extraction", {"dim": 512, "depth": 6}, (integers(1, 256),)
    ),
    "naturalspeech2": _model(
        "naturalspeech2_pytorch:Model", _SPEECH, {"dim": 128, "depth": 6}, (floats(1, 1024, 128), _STEP)
    ),
    "point_transformer": _model(
        "point_transformer_pytorch:PointTransformerLayer",
        "",
        {"dim": 128, "num_neighbors": 16},
        (floats(1, 2048, 128), floats(1, 2048, 3)),
        mask=flags(1, 2048),
    ),
    "point_transformer/multihead": _model(
        "point_transformer_pytorch:MultiheadPointTransformerLayer",
        "",
        {"dim": 128, "num_neighbors": 16},
        (floats(1, 2048, 128), floats(1, 2048, 3)),
    ),
    "protein_bert": _model(
        "protein_bert_pytorch:ProteinBERT",
        "fill-mask",
        {"num_tokens": 21},
        (integers(1, 2048), floats(1, 8943)),
        mask=flags(1, 2048),
    ),
    "soundstorm": _model(
        "soundstorm_pytorch:ConformerWrapper",
        _SPEECH,
        {"codebook_size": 1024, "num_quantizers": 12, "conformer": {"dim": 512, "depth": 2}},
        (integers(1, 12_288),),
    ),
    "soundstream": _model(
        "audiolm_pytorch:SoundStream",
        _SEPARATION,
        {"codebook_size": 4096, "rq_num_quantizers": 8, "rq_groups": 2, "use_lookup_free_quantizer": True}
        | {"attn_window_size": 128, "attn_depth": 2},
        (floats(1, 10_080),),
        return_recons_only=lambda: True,
    ),
    "spear_tts": _model(
        "spear_tts_pytorch:TextToSemantic",
        "text-to-speech",
        {"dim": 512, "num_text_token_ids": 256, "num_semantic_token_ids": 500, "source_depth": 12, "target_depth": 12}
        | _HEADS,
        (integers(1, 256), integers(1, 512)),
        source_type=lambda: "text",
        target_type=lambda: "speech",
    ),
    "stam": _model(
        "stam_pytorch:STAM",
        "video-classification",
        {"dim": 512, "image_size": 256, "patch_size": 32, "num_frames": 5, "space_depth": 12, "space_heads": 8}
        | {"space_mlp_dim": 2048, "time_depth": 6, "time_heads": 8, "time_mlp_dim": 2048, "num_classes": 100},
        (floats(1, 5, 3, 256, 256),),
    ),
    "timesformer": _model(
        "timesformer_pytorch:TimeSformer",
        "video-classification",
        {"dim": 512, "image_size": 224, "patch_size": 16, "num_frames": 8, "num_classes": 10, "depth": 12},
        (floats(1, 8, 3, 224, 224),),
    ),
    "triangle_multiplicative_module": _model(
        "triangle_multiplicative_module:TriangleMultiplicativeModule",
        "",
        {"dim": 64, "hidden_dim": 128},
        (floats(1, 256, 256, 64), flags(1, 256, 256)),
    ),
    "video_diffusion": _model(
        "video_diffusion_pytorch:Unet3D",
        _FILMS,
        {"dim": 64, "dim_mults": (1, 2, 4, 8)},
        (floats(1, 3, 5, 32, 32), _STEP),
    ),
    "vn_transformer": _model(
        "VN_transformer:VNTransformer",
        "",
        {"dim": 64, "depth": 2, "dim_feat": 64, "bias_epsilon": 1e-6} | _HEADS,
        (floats(1, 32, 3),),
        feats=floats(1, 32, 64),
    ),
    "zorro": _model(
        "zorro_pytorch:Zorro",
        "",
        {"dim": 512, "depth": 6} | _HEADS,
        (),
        audio=floats(1, 10_240),
        video=floats(1, 3, 8, 32, 32),
    ),
}
