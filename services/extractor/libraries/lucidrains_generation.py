"""Models that make images among the packages of lucidrains."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Recipe, floats, integers

_HEADS = {"heads": 8, "dim_head": 64}
_IMAGE = (floats(1, 3, 256, 256),)
_NOISE = "unconditional-image-generation"
_TEXT = "text-to-image"
_STEP = floats(1)


def _model(path: str, task: str, arguments: dict[str, Any], inputs: Any = _IMAGE, **named: Any) -> Recipe:
    return Recipe(path, task, inputs, arguments, named)


RECIPES = {
    "autoregressive_diffusion": _model(
        "autoregressive_diffusion_pytorch:AutoregressiveDiffusion",
        "",
        {"dim_input": 512, "dim": 1024, "max_seq_len": 32, "depth": 8, "mlp_depth": 3, "mlp_width": 1024},
        (floats(1, 32, 512),),
    ),
    "autoregressive_diffusion/image": _model(
        "autoregressive_diffusion_pytorch:ImageAutoregressiveDiffusion",
        _NOISE,
        {"model": {"dim": 1024, "depth": 12, "heads": 12}, "image_size": 64, "patch_size": 8},
        (floats(1, 3, 64, 64),),
    ),
    "autoregressive_flow/image": _model(
        "autoregressive_diffusion_pytorch:ImageAutoregressiveFlow",
        _NOISE,
        {"model": {"dim": 512}, "image_size": 128, "patch_size": 16},
        (floats(1, 3, 128, 128),),
    ),
    "bit_diffusion": _model(
        "bit_diffusion:Unet",
        _NOISE,
        {"dim": 32, "channels": 3, "dim_mults": (1, 2, 4, 8)},
        (floats(1, 24, 128, 128), _STEP),
    ),
    "dalle_vae": _model(
        "dalle_pytorch:DiscreteVAE",
        "image-to-image",
        {"image_size": 256, "num_layers": 3, "num_tokens": 8192, "codebook_dim": 512, "num_resnet_blocks": 1},
    ),
    "dalle": _model(
        "dalle_pytorch:DALLE",
        _TEXT,
        {"dim": 1024, "num_text_tokens": 10_000, "text_seq_len": 256, "depth": 12, "heads": 16, "dim_head": 64}
        | {
            "vae": Recipe(
                "dalle_pytorch:DiscreteVAE",
                "",
                (),
                {"image_size": 256, "num_layers": 3, "num_tokens": 8192, "codebook_dim": 1024, "num_resnet_blocks": 1},
            )
        },
        (integers(1, 256), integers(1, 1024)),
    ),
    "dalle2_prior": _model(
        "dalle2_pytorch:DiffusionPriorNetwork",
        _TEXT,
        {"dim": 512, "depth": 6} | _HEADS,
        (floats(1, 512), integers(1)),
        text_embed=floats(1, 512),
        text_encodings=floats(1, 256, 512),
    ),
    "dalle2_decoder": _model(
        "dalle2_pytorch:Unet",
        _TEXT,
        {"dim": 128, "image_embed_dim": 512, "cond_dim": 128, "channels": 3, "dim_mults": (1, 2, 4, 8)},
        (floats(1, 3, 128, 128), integers(1)),
        image_embed=floats(1, 512),
    ),
    "denoising_diffusion": _model(
        "denoising_diffusion_pytorch:Unet",
        _NOISE,
        {"dim": 64, "dim_mults": (1, 2, 4, 8)},
        (floats(1, 3, 128, 128), _STEP),
    ),
    "denoising_diffusion_1d": _model(
        "denoising_diffusion_pytorch:Unet1D",
        "",
        {"dim": 64, "dim_mults": (1, 2, 4, 8), "channels": 32},
        (floats(1, 32, 128), _STEP),
    ),
    "gigagan_generator": _model(
        "gigagan_pytorch:Generator",
        _NOISE,
        {"dim_capacity": 8, "style_network": {"dim": 64, "depth": 4}, "image_size": 256, "dim_max": 512}
        | {"num_skip_layers_excite": 4, "unconditional": True},
        (),
        noise=floats(1, 64),
    ),
    "gigagan_discriminator": _model(
        "gigagan_pytorch:Discriminator",
        "",
        {"dim_capacity": 16, "dim_max": 512, "image_size": 256, "num_skip_layers_excite": 4, "unconditional": True},
        (floats(1, 3, 256, 256), lambda: [floats(1, 3, side, side)() for side in (64, 32, 16, 8)]),
    ),
    "gigagan_upsampler": _model(
        "gigagan_pytorch.unet_upsampler:UnetUpsampler",
        "image-to-image",
        {"style_network": {"dim": 64, "depth": 4}, "dim": 32, "image_size": 256, "input_image_size": 64}
        | {"unconditional": True},
        (floats(1, 3, 64, 64),),
        noise=floats(1, 64),
    ),
    "imagen": _model(
        "imagen_pytorch:Unet",
        _TEXT,
        {"dim": 32, "cond_dim": 512, "dim_mults": (1, 2, 4, 8), "num_resnet_blocks": 3}
        | {"layer_attns": (False, True, True, True), "layer_cross_attns": (False, True, True, True)},
        (floats(1, 3, 64, 64), _STEP),
        text_embeds=floats(1, 64, 768),
    ),
    "imagen/base_unet_64": _model(
        "imagen_pytorch:BaseUnet64", _TEXT, {}, (floats(1, 3, 64, 64), _STEP), text_embeds=floats(1, 64, 768)
    ),
    "imagen/sr_unet_256": _model(
        "imagen_pytorch:SRUnet256",
        _TEXT,
        {"lowres_cond": True},
        (floats(1, 3, 256, 256), _STEP),
        text_embeds=floats(1, 64, 768),
        lowres_cond_img=floats(1, 3, 256, 256),
        lowres_noise_times=_STEP,
    ),
    "imagen/sr_unet_1024": _model(
        "imagen_pytorch:SRUnet1024",
        _TEXT,
        {"lowres_cond": True},
        (floats(1, 3, 1024, 1024), _STEP),
        text_embeds=floats(1, 64, 768),
        lowres_cond_img=floats(1, 3, 1024, 1024),
        lowres_noise_times=_STEP,
    ),
    "karras_unet": _model(
        "denoising_diffusion_pytorch:KarrasUnet",
        _NOISE,
        {"image_size": 64, "dim": 192, "dim_max": 768, "num_classes": 1000},
        (floats(1, 4, 64, 64),),
        time=_STEP,
        class_labels=integers(1),
    ),
    "karras_unet_1d": _model(
        "denoising_diffusion_pytorch:KarrasUnet1D",
        "",
        {"seq_len": 64, "dim": 192, "dim_max": 768, "num_classes": 1000},
        (floats(1, 4, 64),),
        time=_STEP,
        class_labels=integers(1),
    ),
    "karras_unet_3d": _model(
        "denoising_diffusion_pytorch:KarrasUnet3D",
        "",
        {"frames": 32, "image_size": 64, "dim": 8, "dim_max": 768, "num_downsamples": 6, "num_blocks_per_stage": 4}
        | {"num_classes": 1000, "downsample_types": ("all", "all", "all", "image", "image", "image")}
        | {"attn_dim_head": 8, "factorize_space_time_attn": True},
        (floats(1, 4, 32, 64, 64),),
        time=_STEP,
        class_labels=integers(1),
    ),
    "lightweight_gan_generator": _model(
        "lightweight_gan.lightweight_gan:Generator",
        _NOISE,
        {"image_size": 512, "attn_res_layers": [32]},
        (floats(1, 256),),
    ),
    "lightweight_gan_discriminator": _model(
        "lightweight_gan.lightweight_gan:Discriminator",
        "",
        {"image_size": 512, "attn_res_layers": [32]},
        (floats(1, 3, 512, 512),),
    ),
    "muse": _model(
        "muse_maskgit_pytorch:MaskGitTransformer",
        _TEXT,
        {"num_tokens": 65_536, "seq_len": 256, "dim": 512, "depth": 8} | _HEADS,
        (integers(1, 256),),
        text_embeds=floats(1, 64, 768),
    ),
    "muse_vae": _model(
        "muse_maskgit_pytorch:VQGanVAE",
        "image-to-image",
        {"dim": 256, "use_vgg_and_gan": False},
        return_recons=lambda: True,
    ),
    "parti_vae": _model(
        "parti_pytorch:VitVQGanVAE",
        "image-to-image",
        {"dim": 256, "image_size": 256, "patch_size": 16, "use_vgg_and_gan": False},
        return_recons=lambda: True,
    ),
    "parti": _model(
        "parti_pytorch:Parti",
        _TEXT,
        {"dim": 512, "depth": 8, "text_embed_dim": 768}
        | {
            "vae": Recipe(
                "parti_pytorch:VitVQGanVAE",
                "",
                (),
                {"dim": 256, "image_size": 256, "patch_size": 16, "use_vgg_and_gan": False},
            )
        }
        | _HEADS,
        (),
        text_token_embeds=floats(1, 64, 768),
        image_token_ids=integers(1, 255),
    ),
    "pi_gan_generator": _model(
        "pi_gan_pytorch.pi_gan_pytorch:Generator",
        _NOISE,
        {"image_size": 128, "dim": 512, "dim_hidden": 256, "siren_num_layers": 6},
        (floats(1, 512),),
    ),
    "rectified_flow": _model("rectified_flow_pytorch:Unet", _NOISE, {"dim": 64}, (floats(1, 3, 256, 256), _STEP)),
    "rin": _model(
        "rin_pytorch:RIN",
        _NOISE,
        {"dim": 256, "image_size": 128, "patch_size": 8, "depth": 6, "num_latents": 128, "dim_latent": 512}
        | {"latent_self_attn_depth": 4},
        (floats(1, 3, 128, 128), _STEP),
    ),
    "stylegan2_generator": _model(
        "stylegan2_pytorch.stylegan2_pytorch:Generator",
        _NOISE,
        {"image_size": 128, "latent_dim": 512, "network_capacity": 16},
        (floats(1, 6, 512), floats(1, 128, 128, 1)),
    ),
    "unet_stylegan2_generator": _model(
        "unet_stylegan2.unet_stylegan2:Generator",
        _NOISE,
        {"image_size": 128, "latent_dim": 512, "network_capacity": 16},
        (floats(1, 6, 512), floats(1, 128, 128, 1)),
    ),
    "vqgan_vae": _model(
        "dalle2_pytorch:VQGanVAE",
        "image-to-image",
        {"dim": 32, "image_size": 256, "layers": 3, "use_vgg_and_gan": False, "vq_kmeans_init": False},
        return_recons=lambda: True,
    ),
}
