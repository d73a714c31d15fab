"""MONAI's networks that name or measure a whole image."""

from __future__ import annotations

from typing import Any

import torch

from services.extractor.libraries.monai_shared import CLASSES, PHOTO, SLICE, VOLUME, network
from services.extractor.libraries.recipe import floats

_RESNETS = ("resnet10", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnet200")
_SENETS = ("SENet154", "SEResNet50", "SEResNet101", "SEResNet152", "SEResNext50", "SEResNext101")
_SMALL: dict[str, Any] = {"channels": (2, 4, 8), "strides": (2, 2, 2)}

CLASSIFIERS = {
    **{
        f"densenet/{kind.lower()}_{dims}d": network(
            f"densenet:{kind}", CLASSES, (image,), spatial_dims=dims, in_channels=1, out_channels=2
        )
        for kind in ("DenseNet121", "DenseNet169", "DenseNet201", "DenseNet264")
        for dims, image in ((2, SLICE), (3, VOLUME))
    },
    **{
        f"efficientnet/b{size}_{dims}d": network(
            "efficientnet:EfficientNetBN",
            CLASSES,
            (image,),
            model_name=f"efficientnet-b{size}",
            pretrained=False,
            spatial_dims=dims,
            in_channels=1,
            num_classes=2,
        )
        for size in range(8)
        for dims, image in ((2, SLICE), (3, VOLUME))
    },
    **{
        f"resnet/{name}_{dims}d": network(
            f"resnet:{name}", CLASSES, (image,), spatial_dims=dims, n_input_channels=1, num_classes=2
        )
        for name in _RESNETS
        for dims, image in ((2, SLICE), (3, VOLUME))
    },
    **{
        f"senet/{name.lower()}_{dims}d": network(
            f"senet:{name}", CLASSES, (image,), spatial_dims=dims, in_channels=1, num_classes=2
        )
        for name in _SENETS
        for dims, image in ((2, SLICE), (3, VOLUME))
    },
    "classifier": network(
        "classifier:Classifier", CLASSES, (floats(1, 1, 64, 64),), in_shape=(1, 64, 64), classes=5, **_SMALL
    ),
    "classifier/discriminator": network(
        "classifier:Discriminator", CLASSES, (floats(1, 1, 64, 64),), in_shape=(1, 64, 64), **_SMALL
    ),
    "classifier/critic": network("classifier:Critic", "", (floats(1, 1, 64, 64),), in_shape=(1, 64, 64), **_SMALL),
    "regressor": network(
        "regressor:Regressor", "", (floats(1, 1, 64, 64),), in_shape=(1, 64, 64), out_shape=(2,), **_SMALL
    ),
    "fullyconnectednet": network(
        "fullyconnectednet:FullyConnectedNet",
        "",
        (floats(1, 10),),
        in_channels=10,
        out_channels=10,
        hidden_channels=[20, 20],
    ),
    "fullyconnectednet/var": network(
        "fullyconnectednet:VarFullyConnectedNet",
        "",
        (floats(1, 10),),
        in_channels=10,
        out_channels=10,
        latent_size=2,
        encode_channels=[8, 6, 4],
        decode_channels=[4, 6, 8],
    ),
    **{
        f"milmodel/{mode}": network(
            "milmodel:MILModel", CLASSES, (floats(1, 8, 3, 224, 224),), num_classes=5, mil_mode=mode, pretrained=False
        )
        for mode in ("mean", "max", "att", "att_trans", "att_trans_pyramid")
    },
    "vit_3d": network(
        "vit:ViT",
        CLASSES,
        (VOLUME,),
        in_channels=1,
        img_size=(96, 96, 96),
        patch_size=(16, 16, 16),
        classification=True,
    ),
    "vit_2d": network(
        "vit:ViT",
        CLASSES,
        (PHOTO,),
        in_channels=3,
        img_size=(224, 224),
        patch_size=(16, 16),
        classification=True,
        spatial_dims=2,
    ),
    "navit": network(
        "navit:NaViT",
        CLASSES,
        (lambda: [[torch.empty(1, 32, 32, 32)]],),
        image_size=(32, 32, 32),
        patch_size=8,
        num_classes=2,
        hidden_size=256,
        mlp_dim=512,
        num_layers=6,
        num_heads=8,
    ),
}
