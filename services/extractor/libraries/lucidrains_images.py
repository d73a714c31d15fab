"""Models that read images among the packages of lucidrains."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Recipe, floats, integers

_HEADS = {"heads": 8, "dim_head": 64}
_CLASSES = "image-classification"
_IMAGE = (floats(1, 3, 256, 256),)
_VIT = Recipe(
    "vit_pytorch:ViT",
    "",
    (),
    {"image_size": 256, "patch_size": 32, "num_classes": 1000, "dim": 1024, "depth": 6, "heads": 16, "mlp_dim": 2048},
)
_ENCODER = Recipe("vit_pytorch.extractor:Extractor", "", (), {"vit": _VIT, "return_embeddings_only": True})
_MAXVIT = {"num_classes": 1000, "dim_conv_stem": 64, "dim": 96, "dim_head": 32, "depth": (2, 2, 5, 2), "window_size": 7}


def _model(path: str, task: str, arguments: dict[str, Any], inputs: Any = _IMAGE, **named: Any) -> Recipe:
    return Recipe(path, task, inputs, arguments, named)


RECIPES = {
    "axial_attention": _model(
        "axial_attention:AxialImageTransformer", "", {"dim": 128, "depth": 12}, (floats(1, 128, 20, 20),)
    ),
    "bottleneck_transformer": _model(
        "bottleneck_transformer_pytorch:BottleStack",
        "",
        {"dim": 256, "fmap_size": 64, "dim_out": 2048, "rel_pos_emb": True},
        (floats(1, 256, 64, 64),),
    ),
    "coca": _model(
        "coca_pytorch:CoCa",
        "image-to-text",
        {"dim": 512, "image_dim": 1024, "num_tokens": 20_000, "unimodal_depth": 6, "multimodal_depth": 6} | _HEADS,
        (integers(1, 512),),
        image_tokens=floats(1, 64, 1024),
    ),
    "colt5_vit": _model(
        "colt5_attention.vit:ConditionalRoutedViT",
        _CLASSES,
        {"image_size": 256, "patch_size": 32, "num_classes": 1000, "dim": 1024, "depth": 6}
        | {"attn_num_heavy_tokens_q": 16, "attn_num_heavy_tokens_kv": 16, "attn_heavy_dim_head": 64}
        | {"attn_heavy_heads": 8, "attn_light_dim_head": 64, "attn_light_heads": 8, "attn_light_window_size": 8}
        | {"ff_num_heavy_tokens": 16, "ff_heavy_mult": 4, "ff_light_mult": 2},
    ),
    "deformable_attention_2d": _model(
        "deformable_attention:DeformableAttention2D",
        "",
        {"dim": 512, "downsample_factor": 4, "offset_scale": 4, "offset_kernel_size": 6},
        (floats(1, 512, 64, 64),),
    ),
    "deformable_attention_3d": _model(
        "deformable_attention:DeformableAttention3D",
        "",
        {"dim": 512, "downsample_factor": (2, 8, 8), "offset_scale": (2, 8, 8), "offset_kernel_size": (4, 10, 10)},
        (floats(1, 512, 10, 32, 32),),
    ),
    "esbn": _model("esbn_pytorch:ESBN", "", {}, (floats(4, 1, 3, 32, 32),)),
    "flamingo": _model(
        "flamingo_pytorch:FlamingoPaLM",
        "image-text-to-text",
        {"num_tokens": 20_000, "dim": 1024, "depth": 12, "cross_attn_every": 3, "img_encoder": _ENCODER} | _HEADS,
        (integers(1, 512, value=3),),
        images=floats(1, 3, 3, 256, 256),
    ),
    "flamingo/perceiver_resampler": _model(
        "flamingo_pytorch:PerceiverResampler", "", {"dim": 1024, "depth": 2}, (floats(1, 256, 1024),)
    ),
    "g_mlp_vision": _model(
        "g_mlp_pytorch:gMLPVision",
        _CLASSES,
        {"image_size": 256, "patch_size": 16, "num_classes": 1000, "dim": 512, "depth": 6},
    ),
    "glom": _model("glom_pytorch:Glom", "", {}, (floats(1, 3, 224, 224),), iters=lambda: 12),
    "halonet": _model(
        "halonet_pytorch:HaloAttention",
        "",
        {"dim": 512, "block_size": 8, "halo_size": 4, "dim_head": 64, "heads": 4},
        (floats(1, 512, 32, 32),),
    ),
    "ittr": _model("ITTR_pytorch:HPB", "image-to-image", {"dim": 512}, (floats(1, 512, 32, 32),)),
    "kronecker_attention": _model(
        "kronecker_attention_pytorch:KroneckerSelfAttention",
        "",
        {"dim": 32, "heads": 8, "dim_heads": 64},
        (floats(1, 32, 256, 512),),
    ),
    "lambda_networks": _model(
        "lambda_networks:LambdaLayer",
        "",
        {"dim": 32, "dim_out": 32, "r": 23, "dim_k": 16, "heads": 4, "dim_u": 4},
        (floats(1, 32, 64, 64),),
    ),
    "lambda_networks/global": _model(
        "lambda_networks:LambdaLayer",
        "",
        {"dim": 32, "dim_out": 32, "n": 64, "dim_k": 16, "heads": 4, "dim_u": 1},
        (floats(1, 32, 64, 64),),
    ),
    "mlp_mixer": _model(
        "mlp_mixer_pytorch:MLPMixer",
        _CLASSES,
        {"image_size": 256, "channels": 3, "patch_size": 16, "dim": 512, "depth": 12, "num_classes": 1000},
    ),
    "perceiver": _model(
        "perceiver_pytorch:Perceiver",
        _CLASSES,
        {"num_freq_bands": 6, "max_freq": 10.0, "depth": 6, "num_latents": 256, "self_per_cross_attn": 2},
        (floats(1, 224, 224, 3),),
    ),
    "q_transformer": _model(
        "q_transformer:QRoboticTransformer",
        "robotics",
        {"vit": _MAXVIT | {"dim": 64, "dim_head": 64}, "num_actions": 8, "action_bins": 256, "depth": 1}
        | {"condition_on_text": False, "dueling": True}
        | _HEADS,
        (floats(1, 3, 6, 224, 224),),
    ),
    "res_mlp": _model(
        "res_mlp_pytorch:ResMLP",
        _CLASSES,
        {"image_size": 256, "patch_size": 16, "dim": 512, "depth": 12, "num_classes": 1000},
    ),
    "segformer": _model("segformer_pytorch:Segformer", "semantic-segmentation", {}),
    "siren": _model(
        "siren_pytorch:SirenNet", "", {"dim_in": 2, "dim_hidden": 256, "dim_out": 3, "num_layers": 5}, (floats(1, 2),)
    ),
    "stylegan2_discriminator": _model(
        "stylegan2_pytorch.stylegan2_pytorch:Discriminator", "", {"image_size": 128}, (floats(1, 3, 128, 128),)
    ),
    "taylor_series_vit": _model(
        "taylor_series_linear_attention.vit:ViT",
        _CLASSES,
        {"image_size": 256, "patch_size": 32, "num_classes": 1000, "dim": 1024, "depth": 6, "heads": 16},
    ),
    "tnt": _model(
        "transformer_in_transformer:TNT",
        _CLASSES,
        {"image_size": 256, "patch_dim": 512, "pixel_dim": 24, "patch_size": 16, "pixel_size": 4, "depth": 6}
        | {"num_classes": 1000},
    ),
    "uformer": _model("uformer_pytorch:Uformer", "image-to-image", {}),
    "unet_stylegan2_discriminator": _model(
        "unet_stylegan2.unet_stylegan2:Discriminator", "", {"image_size": 128}, (floats(1, 3, 128, 128),)
    ),
    "x_clip": _model(
        "x_clip:CLIP",
        "zero-shot-image-classification",
        {"num_text_tokens": 49_408},
        (integers(1, 256), floats(1, 3, 256, 256)),
    ),
}
