"""MONAI's networks that make, restore or align images."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.monai_shared import IN_2D, SLICE, VOLUME, network
from services.extractor.libraries.recipe import floats, integers

_LATENT: dict[str, Any] = {"channels": (32, 64, 64), "attention_levels": (False, True, True), "num_res_blocks": 1}
_DIFFUSED: dict[str, Any] = {**_LATENT, "num_head_channels": 64}
_STEPS = integers(1)
_SIDE_64 = floats(1, 1, 64, 64)
_LABELS = floats(1, 3, 64, 64)

GENERATORS = {
    "autoencoder": network("autoencoder:AutoEncoder", "", (SLICE,), **IN_2D, channels=(2, 4, 8), strides=(2, 2, 2)),
    "varautoencoder": network(
        "varautoencoder:VarAutoEncoder",
        "",
        (floats(1, 1, 32, 32),),
        spatial_dims=2,
        in_shape=(1, 32, 32),
        out_channels=1,
        latent_size=2,
        channels=(16, 32, 64),
        strides=(1, 2, 2),
    ),
    "autoencoderkl_2d": network(
        "autoencoderkl:AutoencoderKL",
        "image-to-image",
        (_SIDE_64,),
        spatial_dims=2,
        num_res_blocks=2,
        channels=(128, 128, 256),
        attention_levels=(False, False, False),
        with_encoder_nonlocal_attn=False,
        with_decoder_nonlocal_attn=False,
    ),
    "autoencoderkl_3d": network(
        "autoencoderkl:AutoencoderKL",
        "image-to-image",
        (floats(1, 1, 64, 64, 64),),
        spatial_dims=3,
        num_res_blocks=1,
        channels=(32, 64, 64),
        attention_levels=(False, False, True),
        norm_num_groups=16,
    ),
    "controlnet": network(
        "controlnet:ControlNet",
        "",
        (_SIDE_64, _STEPS, _SIDE_64),
        spatial_dims=2,
        in_channels=1,
        **_DIFFUSED,
        conditioning_embedding_num_channels=(16,),
    ),
    "diffusion_model_unet_2d": network(
        "diffusion_model_unet:DiffusionModelUNet",
        "unconditional-image-generation",
        (_SIDE_64, _STEPS),
        **IN_2D,
        channels=(128, 256, 256),
        attention_levels=(False, True, True),
        num_res_blocks=1,
        num_head_channels=256,
    ),
    "diffusion_model_unet_3d": network(
        "diffusion_model_unet:DiffusionModelUNet",
        "unconditional-image-generation",
        (floats(1, 1, 32, 40, 32), _STEPS),
        spatial_dims=3,
        in_channels=1,
        out_channels=1,
        channels=(256, 256, 512),
        attention_levels=(False, False, True),
        num_res_blocks=2,
        num_head_channels=[0, 0, 512],
    ),
    "diffusion_model_unet_conditioned": network(
        "diffusion_model_unet:DiffusionModelUNet",
        "text-to-image",
        (_SIDE_64, _STEPS, floats(1, 1, 3)),
        **IN_2D,
        **_DIFFUSED,
        with_conditioning=True,
        cross_attention_dim=3,
    ),
    "generator": network(
        "generator:Generator",
        "unconditional-image-generation",
        (floats(1, 192),),
        latent_shape=(192,),
        start_shape=(64, 8, 8),
        channels=(64, 32, 16, 1),
        strides=(2, 2, 2, 1),
    ),
    "masked_autoencoder_vit": network(
        "masked_autoencoder_vit:MaskedAutoEncoderViT",
        "image-feature-extraction",
        (VOLUME,),
        in_channels=1,
        img_size=(96, 96, 96),
        patch_size=(16, 16, 16),
    ),
    "patchgan_discriminator": network(
        "patchgan_discriminator:PatchDiscriminator",
        "",
        (SLICE,),
        spatial_dims=2,
        channels=64,
        in_channels=1,
        num_layers_d=3,
    ),
    "patchgan_discriminator/multiscale": network(
        "patchgan_discriminator:MultiScalePatchDiscriminator",
        "",
        (SLICE,),
        num_d=2,
        num_layers_d=3,
        spatial_dims=2,
        channels=64,
        in_channels=1,
    ),
    "restormer": network(
        "restormer:Restormer", "image-to-image", (floats(1, 3, 128, 128),), num_blocks=(4, 6, 6, 8), heads=(1, 2, 4, 8)
    ),
    "spade_autoencoderkl": network(
        "spade_autoencoderkl:SPADEAutoencoderKL",
        "image-to-image",
        (_SIDE_64, _LABELS),
        spatial_dims=2,
        label_nc=3,
        channels=(32, 64, 64),
        attention_levels=(False, False, True),
        num_res_blocks=(1, 1, 1),
        norm_num_groups=16,
    ),
    "spade_diffusion_model_unet": network(
        "spade_diffusion_model_unet:SPADEDiffusionModelUNet",
        "image-to-image",
        (_SIDE_64, _STEPS, _LABELS),
        **IN_2D,
        label_nc=3,
        **_DIFFUSED,
    ),
    "spade_network": network(
        "spade_network:SPADENet",
        "image-to-image",
        (_LABELS, _SIDE_64),
        **IN_2D,
        label_nc=3,
        input_shape=[64, 64],
        channels=[16, 16, 32, 32],
        z_dim=16,
    ),
    "transformer": network(
        "transformer:DecoderOnlyTransformer",
        "unconditional-image-generation",
        (integers(1, 100),),
        num_tokens=257,
        max_seq_len=256,
        attn_layers_dim=96,
        attn_layers_depth=12,
        attn_layers_heads=8,
    ),
    "vitautoenc": network(
        "vitautoenc:ViTAutoEnc",
        "image-feature-extraction",
        (VOLUME,),
        in_channels=1,
        img_size=(96, 96, 96),
        patch_size=(16, 16, 16),
    ),
    "vqvae_2d": network("vqvae:VQVAE", "image-to-image", (_SIDE_64,), **IN_2D),
    "vqvae_3d": network(
        "vqvae:VQVAE", "image-to-image", (floats(1, 1, 64, 64, 64),), spatial_dims=3, in_channels=1, out_channels=1
    ),
}

_PAIR = floats(1, 2, 64, 64, 64)
_ONE = floats(1, 1, 64, 64, 64)

REGISTRATION = {
    "regunet": network("regunet:RegUNet", "", (_PAIR,), spatial_dims=3, in_channels=2, num_channel_initial=32, depth=3),
    "globalnet": network(
        "regunet:GlobalNet",
        "",
        (_PAIR,),
        image_size=[64, 64, 64],
        spatial_dims=3,
        in_channels=2,
        num_channel_initial=16,
        depth=3,
    ),
    "localnet": network(
        "regunet:LocalNet",
        "",
        (_PAIR,),
        spatial_dims=3,
        in_channels=2,
        num_channel_initial=32,
        extract_levels=(0, 1, 2, 3),
    ),
    "voxelmorph_unet": network(
        "voxelmorph:VoxelMorphUNet",
        "",
        (_PAIR,),
        spatial_dims=3,
        in_channels=2,
        unet_out_channels=32,
        channels=(16, 32, 32, 32, 32, 32),
        final_conv_channels=(16, 16),
    ),
    "voxelmorph": network("voxelmorph:VoxelMorph", "", (_ONE, _ONE)),
}
