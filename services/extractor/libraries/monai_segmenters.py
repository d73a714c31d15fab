"""MONAI's networks that name every point of an image."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.monai_shared import IN_2D, IN_3D, MASKS, PHOTO, SLICE, VOLUME, network
from services.extractor.libraries.recipe import floats

_UNET: dict[str, Any] = {"channels": (16, 32, 64, 128, 256), "strides": (2, 2, 2, 2)}
_DYNUNET: dict[str, Any] = {
    "kernel_size": [[3, 3, 3]] * 6,
    "strides": [[1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 1]],
    "upsample_kernel_size": [[2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 1]],
}
_FLEXIBLE = ("efficientnet-b0", "efficientnet-b4", "resnet18", "resnet34", "resnet50")
_SWIN: dict[str, Any] = {"in_channels": 1, "out_channels": 14}

SEGMENTERS = {
    "ahnet_3d": network("ahnet:AHNet", MASKS, (floats(1, 1, 128, 128, 64),), upsample_mode="trilinear"),
    "ahnet_3d_transpose": network("ahnet:AHNet", MASKS, (floats(1, 1, 128, 128, 64),)),
    "ahnet_2d": network("ahnet:AHNet", MASKS, (SLICE,), spatial_dims=2, upsample_mode="bilinear"),
    "attentionunet_2d": network("attentionunet:AttentionUnet", MASKS, (SLICE,), **IN_2D, **_UNET),
    "attentionunet_3d": network("attentionunet:AttentionUnet", MASKS, (VOLUME,), **IN_3D, **_UNET),
    "basic_unet_2d": network("basic_unet:BasicUNet", MASKS, (SLICE,), **IN_2D, features=(64, 128, 256, 512, 1024, 128)),
    "basic_unet_3d": network("basic_unet:BasicUNet", MASKS, (VOLUME,), spatial_dims=3),
    "basic_unetplusplus_2d": network(
        "basic_unetplusplus:BasicUNetPlusPlus", MASKS, (SLICE,), **IN_2D, features=(64, 128, 256, 512, 1024, 128)
    ),
    "basic_unetplusplus_3d": network("basic_unetplusplus:BasicUNetPlusPlus", MASKS, (VOLUME,), spatial_dims=3),
    "daf3d": network("daf3d:DAF3D", MASKS, (floats(1, 1, 64, 64, 64),), in_channels=1, out_channels=2),
    "dynunet": network("dynunet:DynUNet", MASKS, (VOLUME,), **IN_3D, **_DYNUNET),
    "dynunet_res": network("dynunet:DynUNet", MASKS, (VOLUME,), **IN_3D, **_DYNUNET, res_block=True),
    **{
        f"flexible_unet/{backbone}": network(
            "flexible_unet:FlexibleUNet", MASKS, (PHOTO,), in_channels=3, out_channels=2, backbone=backbone
        )
        for backbone in _FLEXIBLE
    },
    "highresnet": network("highresnet:HighResNet", MASKS, (VOLUME,), spatial_dims=3),
    **{
        f"hovernet/{mode}": network("hovernet:HoVerNet", MASKS, (floats(1, 3, side, side),), mode=mode, out_classes=5)
        for mode, side in (("fast", 256), ("original", 270))
    },
    **{
        f"mednext/{size}": network(
            "mednext:create_mednext",
            MASKS,
            (floats(1, 1, 64, 64, 64),),
            variant=size,
            spatial_dims=3,
            in_channels=1,
            out_channels=2,
            kernel_size=3,
        )
        for size in ("S", "B", "M", "L")
    },
    "quicknat": network("quicknat:Quicknat", MASKS, (SLICE,)),
    "quicknat/cse": network("quicknat:Quicknat", MASKS, (SLICE,), se_block="CSE"),
    "segresnet": network("segresnet:SegResNet", MASKS, (VOLUME,)),
    "segresnet/vae": network("segresnet:SegResNetVAE", MASKS, (VOLUME,), input_image_size=(96, 96, 96)),
    "segresnet/brats": network(
        "segresnet:SegResNet",
        MASKS,
        (floats(1, 4, 96, 96, 96),),
        blocks_down=[1, 2, 2, 4],
        blocks_up=[1, 1, 1],
        init_filters=16,
        in_channels=4,
        out_channels=3,
    ),
    "segresnet_ds": network("segresnet_ds:SegResNetDS", MASKS, (VOLUME,)),
    "segresnet_ds/auto3dseg": network(
        "segresnet_ds:SegResNetDS", MASKS, (VOLUME,), blocks_down=(1, 2, 2, 4, 4), norm="INSTANCE", dsdepth=4
    ),
    "segresnet_ds2": network("segresnet_ds:SegResNetDS2", MASKS, (VOLUME,)),
    **{
        f"swin_unetr/{size}": network("swin_unetr:SwinUNETR", MASKS, (VOLUME,), feature_size=size, **_SWIN)
        for size in (12, 24, 48)
    },
    "swin_unetr/v2": network("swin_unetr:SwinUNETR", MASKS, (VOLUME,), feature_size=48, use_v2=True, **_SWIN),
    "swin_unetr/2d": network("swin_unetr:SwinUNETR", MASKS, (SLICE,), feature_size=48, spatial_dims=2, **_SWIN),
    "unet_2d": network("unet:UNet", MASKS, (SLICE,), num_res_units=2, **IN_2D, **_UNET),
    "unet_3d": network("unet:UNet", MASKS, (VOLUME,), num_res_units=2, **IN_3D, **_UNET),
    "unet_3d_plain": network("unet:UNet", MASKS, (VOLUME,), **IN_3D, **_UNET),
    "unetr": network("unetr:UNETR", MASKS, (VOLUME,), img_size=(96, 96, 96), **_SWIN),
    "unetr/2d": network("unetr:UNETR", MASKS, (floats(1, 1, 96, 96),), img_size=(96, 96), spatial_dims=2, **_SWIN),
    "vista3d": network("vista3d:vista3d132", MASKS, (VOLUME,)),
    "vnet": network("vnet:VNet", MASKS, (VOLUME,)),
}
