"""anomalib: detection of anomalies in images (https://github.com/open-edge-platform/anomalib).

Sizes are the defaults of the package's Lightning models. Those that look images up in a memory, which training fills,
are left out. A model's folder names its family.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import timm
import torch
import torchvision
from torch import nn

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, floats

# They read and write files.
stand_in("docstring_parser", "imagecodecs", "platformdirs", "rich_argparse", "skimage", "tifffile")

# Their constructors compute with weights.
_COMPUTED = ("cflow", "csflow", "fastflow", "glass", "patchflow", "uflow")

_IMAGE = (floats(1, 3, 256, 256),)
_RESNET: dict[str, Any] = {"backbone": "wide_resnet50_2", "pre_trained": False}


def _of(path: str, inputs: tuple[Any, ...] = _IMAGE, **arguments: Any) -> Recipe:
    folder, _, kind = path.partition(":")
    return Recipe(
        f"anomalib.models.image.{folder}.torch_model:{kind}",
        "image-segmentation",
        inputs,
        arguments,
        family=folder,
    )


_RECIPES = {
    "cflow": _of("cflow:CflowModel", layers=["layer2", "layer3", "layer4"], **_RESNET),
    "csflow": _of(
        "csflow:CsFlowModel", (floats(1, 3, 768, 768),), input_size=(768, 768), cross_conv_hidden_channels=1024
    ),
    "dinomaly": _of("dinomaly:DinomalyModel", (floats(1, 3, 392, 392),)),
    "draem": _of("draem:DraemModel"),
    "draem/sspcab": _of("draem:DraemModel", sspcab=True),
    "dsr": _of("dsr:DsrModel"),
    **{f"efficient_ad/{size}": _of("efficient_ad:EfficientAdModel", model_size=size) for size in ("small", "medium")},
    **{
        f"fastflow/{backbone}": _of(
            "fastflow:FastflowModel",
            (floats(1, 3, side, side),),
            input_size=(side, side),
            backbone=backbone,
            pre_trained=False,
        )
        for backbone, side in (
            ("resnet18", 256),
            ("wide_resnet50_2", 256),
            ("deit_base_distilled_patch16_384", 384),
        )
    },
    "foundad": _of("foundad:FoundADModel", (floats(1, 3, 518, 518),)),
    "fre": _of("fre:FREModel", backbone="resnet50", layer="layer3", pre_trained=False, pooling_kernel_size=2),
    "ganomaly": _of(
        "ganomaly:GanomalyModel", input_size=(256, 256), num_input_channels=3, n_features=64, latent_vec_size=100
    ),
    "general_ad": _of("general_ad:GeneralADModel", (floats(1, 3, 518, 518),), pre_trained=False),
    "glass": _of("glass:GlassModel", (floats(1, 3, 288, 288),), pre_trained=False),
    "inp_former": _of(
        "inp_former:InpFormerModel", (floats(1, 3, 392, 392),), encoder_name="vit_base_patch14_reg4_dinov2"
    ),
    "l2bt": _of("l2bt:L2BTModel", (floats(1, 3, 224, 224),)),
    "patchflow": _of("patchflow:PatchflowModel", input_size=(256, 256), pre_trained=False),
    "reverse_distillation": _of(
        "reverse_distillation:ReverseDistillationModel",
        input_size=(256, 256),
        layers=("layer1", "layer2", "layer3"),
        anomaly_map_mode="add",
        **_RESNET,
    ),
    "stfpm": _of("stfpm:STFPMModel", layers=["layer1", "layer2", "layer3"]),
    "supersimplenet": _of("supersimplenet:SupersimplenetModel"),
    "uflow": _of("uflow:UflowModel", (floats(1, 3, 448, 448),)),
    "uflow/resnet18": _of("uflow:UflowModel", (floats(1, 3, 448, 448),), backbone="resnet18"),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    with _untrained(), torch.device("cpu" if name.startswith(_COMPUTED) else torch.get_default_device()):
        built = _RECIPES[name].build()
    inputs = tuple(torch.empty_like(tensor, device="meta") for tensor in built.args)
    return replace(built, module=built.module.to("meta"), args=inputs)


@contextmanager
def _untrained() -> Iterator[None]:
    """Some models ask for the weights of their backbone whatever they are told: here they get none."""
    create = timm.create_model

    def create_untrained(*args: Any, **kwargs: Any) -> Any:
        return create(*args, **kwargs | {"pretrained": False})

    with (
        patch.object(timm, "create_model", create_untrained),
        patch.object(torchvision.models._api, "load_state_dict_from_url", return_value={}),
        patch.object(nn.Module, "load_state_dict"),
    ):
        yield
